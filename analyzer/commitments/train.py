"""Training of the ``local`` commitment detector: one call, seeded by nothing but the data, the same weights again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from analyzer.commitments.clauses import Clause, Ids, clauses_of, rows
from analyzer.commitments.dates import days_in
from analyzer.commitments.day_features import day_rows
from analyzer.commitments.local import likeliest, promises_of
from analyzer.commitments.spans import Found, cut, word_rows
from analyzer.evaluation.dataset import FileCommitment, Meeting
from analyzer.evaluation.metrics import f1_of_counts
from analyzer.labels.fit import Collector, Head, fit_all, held_out, isotonic, joined, matrix_of, prune
from analyzer.labels.linear import LinearModel, odds_of
from analyzer.labels.rubric import Rubric
from analyzer.labels.train import FOLDS, check_trainable, provenance

Array = NDArray[np.float64]

FEATURES = {"clause": 15_000, "word": 15_000, "span": 15_000, "day": 5_000}
STRENGTH = {"promise": 3.0, "start": 10.0, "goes_on": 10.0, "kept": 3.0, "owner": 10.0, "origin": 10.0, "due": 6.0}
"""Inverse of the regularisation of each head, chosen by cross-validation."""
THRESHOLDS = tuple(np.round(np.arange(-2.0, 1.0, 0.125), 3).tolist())
_TRACKED = 2


@dataclass(frozen=True, slots=True)
class _Kind:
    """What is learnt of one kind of row: the model, and the scores of the rows by models that have not seen them."""

    model: LinearModel
    scores: dict[str, Array]


def train_commitments(meetings: Sequence[Meeting], rubric: Rubric, snippets: Sequence[Meeting] = ()) -> LinearModel:
    """Return a model trained on the gold commitments; see `analyzer.labels.train.train_labels`.

    What a later step learns from is what the earlier one says of meetings that it has not seen.

    Args:
        meetings: all with gold commitments; the threshold and the calibration come from them alone.
        rubric: the one that they were labelled by.
        snippets: further short talks to learn from, denser in promises and in what only sounds like one.

    """
    check_trainable(meetings)
    talks = [*meetings, *snippets]
    clauses = [[clause for turn in talk.transcript().turns for clause in clauses_of(turn)] for talk in talks]
    clause_kind = _learn_clauses(talks, clauses)
    odds = _split(odds_of(clause_kind.scores["promise"]), clauses)
    word_kind, spans = _learn_words(talks, clauses, odds)
    gold = [_held(own, talk) for own, talk in zip(spans, talks, strict=True)]
    span_kind = _learn_spans(talks, spans, gold)
    kinds = {"clause": clause_kind.model, "word": word_kind.model, "span": span_kind.model}
    model = joined(kinds)
    scores = {head: _split(values, spans) for head, values in span_kind.scores.items()}
    judged = [
        (own, {head: values[n] for head, values in scores.items()}, likeliest(own, clauses[n], odds[n]))
        for n, own in enumerate(spans)
    ]
    best: tuple[float, LinearModel] = (-1.0, model)
    for threshold in THRESHOLDS:
        tried = replace(model, facts={"threshold": threshold})
        reached = _f1([promises_of(*one, tried) for one in judged[: len(meetings)]], meetings)
        if reached > best[0]:
            best = (reached, tried)
    found = [promises_of(*one, best[1]) for one in judged]
    right = [
        [gold[n][[(span.turn.n, span.start) for span in spans[n]].index((one.turn.n, one.start))] for one in own]
        for n, own in enumerate(found)
    ]
    whole = slice(len(meetings))
    facts = {
        **best[1].facts,
        "held_out_f1": round(best[0], 4),
        "calibration": isotonic(
            [one.certainty for own in found[whole] for one in own],
            [float(one is not None) for own in right[whole] for one in own],
        ),
    }
    days = _learn_days(talks, found, right)
    return replace(joined(kinds | {"day": days.model}), facts=facts | provenance(meetings, rubric))


def _learn_clauses(talks: Sequence[Meeting], clauses: Sequence[Sequence[Clause]]) -> _Kind:
    collector = Collector()
    found = [row for talk, own in zip(talks, clauses, strict=True) for row in rows(talk.transcript(), own, collector)]
    holds = [str(int(_shares_most(one, talk))) for talk, own in zip(talks, clauses, strict=True) for one in own]
    heads = {"promise": Head(np.array(holds), STRENGTH["promise"])}
    return _fitted("clause", found, collector, heads, heads["promise"], _fold(clauses))


def _learn_words(
    talks: Sequence[Meeting], clauses: Sequence[Sequence[Clause]], odds: Sequence[Array]
) -> tuple[_Kind, list[list[Clause]]]:
    """Return what is learnt of words, and the spans that it gives of each talk."""
    collector = Collector()
    words: list[list[Clause]] = []
    found: list[Ids] = []
    for talk, own, likely in zip(talks, clauses, odds, strict=True):
        inside, features = word_rows(talk.transcript(), own, likely, collector)
        words.append(inside)
        found += features
    tags = np.array([tag for talk, own in zip(talks, words, strict=True) for tag in _tags(own, talk)])
    flat = [word for own in words for word in own]
    goes_on = [a.turn is b.turn and tag != "O" for (a, b), tag in zip(pairwise(flat), tags, strict=False)]
    heads = {
        "start": Head(np.array([str(int(tag == "S")) for tag in tags]), STRENGTH["start"]),
        "goes_on": Head(tags, STRENGTH["goes_on"], np.array([False, *goes_on])),
    }
    kind = _fitted("word", found, collector, heads, Head(tags, STRENGTH["start"]), _fold(words))
    start, on = _split(kind.scores["start"], words), _split(kind.scores["goes_on"], words)
    return kind, [cut(own, start[n], on[n]) for n, own in enumerate(words)]


def _learn_spans(
    talks: Sequence[Meeting], spans: Sequence[Sequence[Clause]], gold: Sequence[Sequence[FileCommitment | None]]
) -> _Kind:
    collector = Collector()
    found = [row for talk, own in zip(talks, spans, strict=True) for row in rows(talk.transcript(), own, collector)]
    pairs = [(span, one) for own, ones in zip(spans, gold, strict=True) for span, one in zip(own, ones, strict=True)]
    holds = np.array([one is not None for _, one in pairs])
    heads = {
        "kept": Head(np.array([str(int(one)) for one in holds]), STRENGTH["kept"]),
        "owner": Head(np.array([_side(span, one) for span, one in pairs]), STRENGTH["owner"], holds),
        "origin": Head(np.array([one.origin if one else "-" for _, one in pairs]), STRENGTH["origin"], holds),
    }
    return _fitted("span", found, collector, heads, heads["kept"], _fold(spans))


def _learn_days(
    talks: Sequence[Meeting], found: Sequence[Sequence[Found]], gold: Sequence[Sequence[FileCommitment | None]]
) -> _Kind:
    collector = Collector()
    features: list[Ids] = []
    due: list[str] = []
    of: list[int] = []
    for n, talk in enumerate(talks):
        transcript = talk.transcript()
        said = days_in(transcript, talk.date)
        for one, true in zip(found[n], gold[n], strict=True):
            if true:
                days, own = day_rows(one, found[n], said, transcript, talk.date, collector)
                features += own
                due += [str(int(day.day == true.due)) for day in days]
                of += [n] * len(days)
    heads = {"due": Head(np.array(due), STRENGTH["due"])}
    return _fitted("day", features, collector, heads, heads["due"], np.array(of) % FOLDS)


def _fitted(
    kind: str, found: Sequence[Ids], collector: Collector, heads: dict[str, Head], first: Head, fold: NDArray[np.int64]
) -> _Kind:
    """Fit the heads; the features that have most weight in ``first`` are kept, and not yet chosen for the scores."""
    matrix = matrix_of(found, collector)
    scores = {name: held_out(matrix, head, fold, FOLDS) for name, head in heads.items()}
    return _Kind(fit_all(prune(found, collector, matrix, first, FEATURES[kind]), heads), scores)


def _fold(rows_of: Sequence[Sequence[Clause]]) -> NDArray[np.int64]:
    return np.repeat(np.arange(len(rows_of)) % FOLDS, [len(own) for own in rows_of])


def _split(values: Array, like: Sequence[Sequence[Clause]]) -> list[Array]:
    return np.split(values, np.cumsum([len(own) for own in like])[:-1])


def _tracked(meeting: Meeting) -> list[FileCommitment]:
    return [one for one in meeting.gold.commitments or () if one.strength >= _TRACKED]


def _shared(piece: Clause, one: FileCommitment) -> int:
    """Return how many characters a piece shares with a quote; negative where they stand apart."""
    at = piece.turn.text.find(one.quote)
    return min(piece.end, at + len(one.quote)) - max(piece.start, at) if one.turn == piece.turn.n else -1


def _shares_most(clause: Clause, meeting: Meeting) -> bool:
    """Whether a clause shares most of its words with a gold quote, or most of the quote's."""
    return any(2 * _shared(clause, one) > min(len(clause.text), len(one.quote)) for one in _tracked(meeting))


def _tags(words: Sequence[Clause], meeting: Meeting) -> list[str]:
    """Return for each word whether a gold quote starts with it, goes on, or neither; a shorter quote inside wins."""
    tags = ["O"] * len(words)
    for one in sorted(_tracked(meeting), key=lambda one: -len(one.quote)):
        inside = [n for n, word in enumerate(words) if _shared(word, one) > 0]
        for n in inside:
            tags[n] = "S" if n == inside[0] else "I"
    return tags


def _held(spans: Sequence[Clause], meeting: Meeting) -> list[FileCommitment | None]:
    """Return the gold commitment of each span: those that share the greatest part belong together, one to one."""
    gold = _tracked(meeting)
    parts = [
        (shared / (len(span.text) + len(one.quote) - shared), n, k)
        for n, span in enumerate(spans)
        for k, one in enumerate(gold)
        if (shared := _shared(span, one)) > 0
    ]
    held: list[FileCommitment | None] = [None] * len(spans)
    free = set(range(len(gold)))
    for _, n, k in sorted(parts, key=lambda part: -part[0]):
        if held[n] is None and k in free:
            held[n] = gold[k]
            free.remove(k)
    return held


def _side(span: Clause, gold: FileCommitment | None) -> str:
    return "speaker" if gold is None or gold.owner == span.turn.speaker else "other"


def _f1(found: Sequence[Sequence[Found]], meetings: Sequence[Meeting]) -> float:
    """Return F1 over spans that share words with a gold quote, each matched once."""
    counts = np.zeros(3)
    for own, meeting in zip(found, meetings, strict=True):
        held = _held([Clause(one.turn, one.start, one.end) for one in own], meeting)
        counts += [sum(one is not None for one in held), len(own), len(_tracked(meeting))]
    return float(f1_of_counts(counts))
