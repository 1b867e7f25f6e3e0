"""Training of the ``local`` labels: one call, seeded by nothing but the data, the same weights again."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.errors import InputError
from analyzer.evaluation.dataset import FileExchange, Meeting, data_hash
from analyzer.evaluation.metrics import boundary_counts, f1_of_counts, macro_f1
from analyzer.labels.decode import Span
from analyzer.labels.features import rows, spoken
from analyzer.labels.fit import (
    UNKNOWN,
    Collector,
    Head,
    Ids,
    fit_all,
    held_out,
    isotonic,
    joined,
    matrix_of,
    prune,
    require_sklearn,
)
from analyzer.labels.linear import LinearModel, odds_of
from analyzer.labels.local import Judged, adjusted, opening_odds, same_focus, spans_of
from analyzer.labels.openings import measures
from analyzer.labels.rubric import Rubric

Array = NDArray[np.floating]

FOLDS = 5
FEATURES = {"turn": 30_000, "exchange": 30_000}
STRENGTH = {"label": 10.0, "opening": 1.0, "exchange": 10.0, "time": 5.0, "topic": 5.0}
"""Inverse of the regularisation of each head, chosen by cross-validation."""
TURN_WEIGHTS = (0.3, 0.5, 0.7)
OPENING_WEIGHTS = (2.0, 3.0)
OPENING_BONUSES = (1.5, 2.0, 2.5, 3.0)
BOUNDARIES = 0.3
"""What boundary F1 counts in tuning, beside 1 for macro-F1 of focus and for the coaching share."""
EXCERPT = (2, 12)
"""Turns of an excerpt, at least and at most."""
EXCERPT_WEIGHT = 0.5
"""Of a turn in an excerpt, beside 1 for the same turn in its meeting."""
PARTS, LONG = 2, 6
"""Parts of an exchange that are learnt from as well, where it has so many turns."""
ABSTAIN = 0.4
"""Confidence below which nothing is said."""


def train_labels(
    meetings: Sequence[Meeting],
    rubric: Rubric,
    without: frozenset[str] = frozenset(),
    tuned: Mapping[str, Any] | None = None,
) -> LinearModel:
    """Return a model trained on the gold exchanges.

    What a later step learns from is what the earlier one says of meetings that it has not seen.

    Args:
        meetings: all with gold exchanges.
        rubric: whose labels they carry.
        without: groups of features to leave out, for ablations.
        tuned: the facts of another model to take over instead of tuning; the shares of the labels are its own.

    Raises:
        InputError: a meeting without gold exchanges, or too few meetings.
        MissingError: scikit-learn is not installed.

    """
    check_trainable(meetings)
    turns = _learn_turns(meetings, without, scored=tuned is None)
    exchanges = _learn_exchanges(meetings, without, scored=tuned is None)
    model = joined({"turn": turns.model, "exchange": exchanges.model})
    assert model.heads["label"] == model.heads["exchange"], "turns and exchanges carry the same labels"
    target = np.concatenate([_by_turn(meeting, "label") for meeting in meetings])
    prior = [float((target == label).mean()) for label in model.heads["label"]]
    facts = {"prior": prior} | provenance(meetings, rubric)
    if tuned is not None:
        return replace(model, facts={**tuned, **facts})
    openings, talks = _learn_openings(meetings, turns, exchanges, prior)
    return replace(model, facts=facts | {"openings": openings, "abstain": ABSTAIN} | _tune(model, prior, talks, rubric))


@dataclass(frozen=True, slots=True)
class _Turns:
    """What is learnt of turns, and what models that have not seen a meeting say of its turns."""

    model: LinearModel
    label: list[Array]
    """Of each meeting, shape (turns, labels)."""
    opening: list[Array]


@dataclass(frozen=True, slots=True)
class _Exchanges:
    """What is learnt of exchanges: the model, and for each fold the one that has not seen it."""

    model: LinearModel
    unseen: list[LinearModel]
    spoken: list[list[Ids]]
    """Of each meeting the features of its turns, as the latter number them."""

    def held_out(self, meeting: int, spans: Sequence[Span]) -> Array:
        """Return what is said of spans of a meeting by the model that has not seen it, shape (spans, labels)."""
        rows = [np.concatenate(self.spoken[meeting][first : last + 1]) for first, last in spans]
        unseen, labels = self.unseen[meeting % FOLDS], self.model.heads["exchange"]
        scores = np.full((len(rows), len(labels)), UNKNOWN)
        scores[:, [labels.index(one) for one in unseen.heads["exchange"]]] = unseen.logits(rows)["exchange"]
        return scores


@dataclass(frozen=True, slots=True)
class _Talk:
    """A meeting as it is seen without having been learnt from."""

    truth: NDArray[np.str_]
    """The label of each turn."""
    opens: list[int]
    """The turns that open an exchange, from 0, but the first."""
    seconds: Array
    label: Array
    opening: Array
    spans: list[Span]
    exchange: Array


def _learn_turns(meetings: Sequence[Meeting], without: frozenset[str], scored: bool) -> _Turns:
    collector = Collector()
    found, of, targets = _examples(meetings, collector, without)
    whole = sum(len(meeting.turns) for meeting in meetings)
    weight = np.where(np.arange(len(found)) < whole, 1.0, EXCERPT_WEIGHT)
    heads = {name: Head(np.array(targets[name]), STRENGTH[name], weight=weight) for name in targets}
    everything = matrix_of(found, collector)
    model = fit_all(prune(found, collector, everything, heads["label"], FEATURES["turn"]), heads)
    if not scored:
        return _Turns(model, [], [])
    ends = np.cumsum([len(meeting.turns) for meeting in meetings])[:-1]
    # features are not chosen before: the choice would have seen the labels of the fold that is held out
    scores = {name: held_out(everything, head, of % FOLDS, FOLDS)[:whole] for name, head in heads.items()}
    return _Turns(model, np.split(scores["label"], ends), [odds_of(one) for one in np.split(scores["opening"], ends)])


def _learn_exchanges(meetings: Sequence[Meeting], without: frozenset[str], scored: bool) -> _Exchanges:
    collector, choice = Collector(), random.Random(1)
    words = [spoken(meeting.transcript(), collector, without) for meeting in meetings]
    found: list[Ids] = []
    of: list[int] = []
    targets: dict[str, list[str]] = {"exchange": [], "time": [], "topic": []}
    for n, meeting in enumerate(meetings):
        for one in meeting.gold.exchanges or ():
            for first, last in [(one.first, one.last), *_parts(one, choice)]:
                found.append(np.concatenate(words[n][first - 1 : last]))
                of.append(n)
                for name, value in (("exchange", one.label), ("time", one.time), ("topic", one.topic)):
                    targets[name].append(value)
    heads = {name: Head(np.array(values), STRENGTH[name]) for name, values in targets.items()}
    matrix, fold = matrix_of(found, collector), np.array(of) % FOLDS
    model = fit_all(prune(found, collector, matrix, heads["exchange"], FEATURES["exchange"]), heads)
    if not scored:
        return _Exchanges(model, [], [])
    unseen = [fit_all(matrix, {"exchange": replace(heads["exchange"], where=fold != one)}) for one in range(FOLDS)]
    number = np.full(len(collector.numbers), -1, np.int64)
    number[[collector.numbers[name] for name in matrix.names]] = np.arange(len(matrix.names))
    known = [[own[own >= 0] for own in (number[ids] for ids in turns)] for turns in words]
    return _Exchanges(model, unseen, known)


def _parts(one: FileExchange, choice: random.Random) -> list[Span]:
    """Return parts of a long exchange: what is cut too short must be known as well."""
    if one.last - one.first + 1 < LONG:
        return []
    firsts = [choice.randint(one.first, one.last - 2) for _ in range(PARTS)]
    return [(first, choice.randint(first + 2, one.last)) for first in firsts]


def _learn_openings(
    meetings: Sequence[Meeting], turns: _Turns, exchanges: _Exchanges, prior: Sequence[float]
) -> tuple[dict[str, Any], list[_Talk]]:
    """Return what tells an opening turn by its measures, and each meeting as one sees it that has not learnt from it."""
    labels = [adjusted(one, prior) for one in turns.label]
    found = [
        measures(meeting.transcript(), np.exp(label), opening)
        for meeting, label, opening in zip(meetings, labels, turns.opening, strict=True)
    ]
    opens = [_by_turn(meeting, "opening") for meeting in meetings]
    unseen = [_fit_openings(found, opens, fold) for fold in range(FOLDS)]
    talks = []
    for n, meeting in enumerate(meetings):
        odds = opening_odds(found[n], unseen[n % FOLDS])
        seconds = np.array([turn.end - turn.start for turn in meeting.turns])
        first = [turn for turn in np.flatnonzero(opens[n] == "1").tolist() if turn]
        spans = spans_of(odds)
        judged = exchanges.held_out(n, spans)
        talks.append(_Talk(_by_turn(meeting, "label"), first, seconds, labels[n], odds, spans, judged))
    return _fit_openings(found, opens, None), talks


def _fit_openings(found: Sequence[Array], opens: Sequence[NDArray[np.str_]], fold: int | None) -> dict[str, Any]:
    """Return weights and intercept learnt from all meetings outside of a fold; a first turn opens always and is no case."""
    from sklearn.linear_model import LogisticRegression

    kept = [n for n in range(len(found)) if fold is None or n % FOLDS != fold]
    rows, target = np.concatenate([found[n][1:] for n in kept]), np.concatenate([opens[n][1:] for n in kept])
    scale = rows.std(axis=0) + 1e-9
    fitted = LogisticRegression(C=1.0, max_iter=500).fit((rows - rows.mean(axis=0)) / scale, target == "1")
    weights = fitted.coef_[0] / scale
    return {
        "weights": [round(float(one), 5) for one in weights],
        "intercept": round(float(fitted.intercept_[0] - rows.mean(axis=0) @ weights), 5),
    }


def _examples(
    meetings: Sequence[Meeting], collector: Collector, without: frozenset[str]
) -> tuple[list[NDArray[np.int64]], NDArray[np.int64], dict[str, list[str]]]:
    """Return features, meeting and targets of all turns, and then of all turns once more as parts of excerpts.

    A turn near the end of a whole meeting has few neighbours and is mostly small talk; without the excerpts the model
    would take every short talk for that.
    """
    found: list[NDArray[np.int64]] = []
    of: list[int] = []
    targets: dict[str, list[str]] = {"label": [], "opening": []}
    lengths = random.Random(0)
    parts = [(n, meeting.transcript().turns, 0) for n, meeting in enumerate(meetings)]
    for n, meeting in enumerate(meetings):
        turns, at = meeting.transcript().turns, 0
        while at < len(turns):
            length = lengths.randint(*EXCERPT)
            parts.append((n, turns[at : at + length], at))
            at += length
    for n, turns, at in parts:
        found += rows(replace(meetings[n].transcript(), turns=turns), collector, without)
        of += [n] * len(turns)
        for name, values in targets.items():
            values += _by_turn(meetings[n], name)[at : at + len(turns)].tolist()
    return found, np.array(of), targets


def check_trainable(meetings: Sequence[Meeting]) -> None:
    """Raise where there is nothing to learn from."""
    unlabelled = [meeting.id for meeting in meetings if meeting.gold.exchanges is None]
    if unlabelled:
        raise InputError(f"meeting {unlabelled[0]!r} has no gold exchanges: only labelled meetings can be trained on")
    if len(meetings) < FOLDS:
        raise InputError(f"{len(meetings)} meetings are too few to train on: {FOLDS} at least, a hundred to be of use")
    require_sklearn()


def provenance(meetings: Sequence[Meeting], rubric: Rubric) -> dict[str, Any]:
    """Return what the model was made from."""
    return {
        "rubric": rubric.version,
        "meetings": len(meetings),
        "turns": sum(len(meeting.turns) for meeting in meetings),
        "data": data_hash(meetings),
    }


def _by_turn(meeting: Meeting, what: str) -> NDArray[np.str_]:
    """Return the gold ``label`` of each turn, or whether it is the ``opening`` of an exchange."""
    gold = meeting.gold.exchanges or ()
    if what == "opening":
        return np.array([str(int(n == one.first)) for one in gold for n in range(one.first, one.last + 1)])
    return np.array([one.label for one in gold for _ in range(one.first, one.last + 1)])


def _tune(model: LinearModel, prior: Sequence[float], talks: Sequence[_Talk], rubric: Rubric) -> dict[str, Any]:
    """Return the settings that serve best on held-out meetings, and the calibration that goes with them.

    Best is macro-F1 of focus, less the mean error of a meeting's coaching share, and a part of boundary F1: the first
    decides whether the moments are right, the second whether the bar is, the third whether one reads what belongs together.
    """
    best: tuple[float, dict[str, Any], list[Judged]] = (-2.0, {}, [])
    for turn_weight, opening_weight, bonus in product(TURN_WEIGHTS, OPENING_WEIGHTS, OPENING_BONUSES):
        facts = {"turn_weight": turn_weight, "opening_weight": opening_weight, "opening_bonus": bonus}
        judged = [_judged(talk, facts | {"prior": prior}) for talk in talks]
        f1, error = _quality(model, judged, talks, rubric)
        boundaries = _boundary_f1(judged, talks)
        if f1 - error + BOUNDARIES * boundaries > best[0]:
            held = {"held_out_focus_macro_f1": round(f1, 4), "held_out_coached_share_error": round(100 * error, 2)}
            held |= {"held_out_boundary_f1": round(boundaries, 4)}
            best = (f1 - error + BOUNDARIES * boundaries, facts | held, judged)
    return best[1] | {"calibration": _calibration(model, best[2], talks, rubric)}


def _judged(talk: _Talk, facts: Mapping[str, Any]) -> Judged:
    return Judged.of(talk.spans, talk.label, talk.opening, talk.exchange, facts)


def _quality(
    model: LinearModel, judged: Sequence[Judged], talks: Sequence[_Talk], rubric: Rubric
) -> tuple[float, float]:
    """Return macro-F1 of focus, and the mean absolute error of a meeting's coaching share (0 to 1)."""
    labels = model.heads["exchange"]
    focuses = [focus.id for focus in rubric.focuses]
    place = {label: focuses.index(rubric.focus_and_kind(label)[0]) for label in labels}
    confusion = np.zeros((len(focuses), len(focuses)))
    errors = []
    for found, talk in zip(judged, talks, strict=True):
        chosen = [(found.spans[number], labels[best]) for number, best in found.best]
        said = [label for (first, last), label in chosen for _ in range(first, last + 1)]
        for one, other in zip(talk.truth, said, strict=True):
            confusion[place[str(one)], place[other]] += 1
        errors.append(abs(_coached(said, talk.seconds, rubric) - _coached(talk.truth.tolist(), talk.seconds, rubric)))
    return float(macro_f1(confusion)), float(np.mean(errors))


def _boundary_f1(judged: Sequence[Judged], talks: Sequence[_Talk]) -> float:
    counts = [
        boundary_counts(talk.opens, [found.spans[number][0] for number, _ in found.best[1:]])
        for found, talk in zip(judged, talks, strict=True)
    ]
    return float(f1_of_counts(np.sum(counts, axis=0)))


def _coached(labels: Sequence[str], seconds: Array, rubric: Rubric) -> float:
    """Return the coaching share of working time, 0 without any."""
    coached = {focus.id for focus in rubric.focuses if focus.measure == "coached"}
    working = sum(s for label, s in zip(labels, seconds, strict=True) if label in rubric.working)
    return sum(s for label, s in zip(labels, seconds, strict=True) if label in coached) / working if working else 0.0


def _calibration(
    model: LinearModel, judged: Sequence[Judged], talks: Sequence[_Talk], rubric: Rubric
) -> list[list[float]]:
    certain, right = [], []
    for found, talk in zip(judged, talks, strict=True):
        for number, best in found.best:
            first, last = found.spans[number]
            focus = rubric.focus_and_kind(model.heads["exchange"][best])[0]
            inside = [rubric.focus_and_kind(str(label))[0] == focus for label in talk.truth[first : last + 1]]
            certain.append(found.certainty(number, same_focus(model, focus, rubric)))
            right.append(float(2 * sum(inside) > len(inside)))
    return isotonic(certain, right)
