"""Training of the ``local`` commitment detector: one call, seeded by nothing but the data, the same weights again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from analyzer.commitments.clauses import Clause, rows
from analyzer.commitments.local import promises_of
from analyzer.evaluation.dataset import FileCommitment, Meeting
from analyzer.evaluation.metrics import f1_of_counts
from analyzer.labels.fit import Collector, Head, fit_all, held_out, isotonic, matrix_of, prune
from analyzer.labels.linear import LinearModel
from analyzer.labels.rubric import Rubric
from analyzer.labels.train import FOLDS, check_trainable, provenance

FEATURES = 20_000
STRENGTH = 10.0
THRESHOLDS = tuple(np.round(np.arange(-3.0, 1.0, 0.25), 2).tolist())
CROWDINGS = (0.0, 0.5, 1.0, 1.5, 2.0)
_TRACKED = 2


def train_commitments(meetings: Sequence[Meeting], rubric: Rubric, snippets: Sequence[Meeting] = ()) -> LinearModel:
    """Return a model trained on the gold commitments; see `analyzer.labels.train.train_labels`.

    Args:
        meetings: all with gold commitments; the threshold and the calibration come from them alone.
        rubric: the one that they were labelled by.
        snippets: further short talks to learn from, denser in promises and in what only sounds like one.

    """
    check_trainable(meetings)
    collector = Collector()
    clauses: list[Clause] = []
    found: list[NDArray[np.int64]] = []
    gold: list[FileCommitment | None] = []
    of: list[int] = []
    for n, meeting in enumerate((*meetings, *snippets)):
        own, features = rows(meeting.transcript(), collector)
        clauses += own
        found += features
        gold += [_promise_in(clause, meeting) for clause in own]
        of += [n] * len(own)
    holds = np.array([one is not None for one in gold])
    heads = {
        "promise": Head(np.array([str(int(one)) for one in holds]), STRENGTH),
        "owner": Head(np.array([_side(c, g) for c, g in zip(clauses, gold, strict=True)]), STRENGTH, holds),
        "origin": Head(np.array([g.origin if g else "-" for g in gold]), STRENGTH, holds),
    }
    matrix = prune(found, collector, matrix_of(found, collector), heads["promise"], FEATURES)
    model = fit_all(matrix, heads)
    fold = np.array(of) % FOLDS
    whole = np.array(of) < len(meetings)
    scores = {name: held_out(matrix, head, fold, FOLDS)[0] for name, head in heads.items()}
    best: tuple[float, dict[str, float]] = (-1.0, {})
    for threshold, crowding in product(THRESHOLDS, CROWDINGS):
        tried = {"threshold": threshold, "crowding": crowding}
        reached = _f1(replace(model, facts=tried), clauses, scores, meetings, np.array(of))
        if reached > best[0]:
            best = (reached, tried)
    odds = scores["promise"][:, 1] - scores["promise"][:, 0]
    over = (odds > best[1]["threshold"]) & whole
    facts = {
        **best[1],
        "held_out_f1": round(best[0], 4),
        "calibration": isotonic(odds[over].tolist(), holds[over].astype(float).tolist()),
    }
    return replace(model, facts=facts | provenance(meetings, rubric))


def _promise_in(clause: Clause, meeting: Meeting) -> FileCommitment | None:
    """Return the gold commitment whose quote a clause shares most of."""
    for one in meeting.gold.commitments or ():
        if one.turn != clause.turn.n or one.strength < _TRACKED:
            continue
        at = clause.turn.text.find(one.quote)
        shared = min(clause.end, at + len(one.quote)) - max(clause.start, at)
        if 2 * shared > min(clause.end - clause.start, len(one.quote)):
            return one
    return None


def _side(clause: Clause, gold: FileCommitment | None) -> str:
    return "speaker" if gold is None or gold.owner == clause.turn.speaker else "other"


def _f1(
    model: LinearModel,
    clauses: Sequence[Clause],
    scores: dict[str, NDArray[np.float64]],
    meetings: Sequence[Meeting],
    of: NDArray[np.int64],
) -> float:
    """Return F1 over stretches that share a turn and words with a gold quote, each matched once."""
    counts = np.zeros(3)
    for n, meeting in enumerate(meetings):
        inside = np.flatnonzero(of == n)
        said = promises_of(
            [clauses[int(k)] for k in inside], {name: values[inside] for name, values in scores.items()}, model
        )
        gold = [one for one in meeting.gold.commitments or () if one.strength >= _TRACKED]
        free = list(gold)
        for one in said:
            hit = next((g for g in free if g.turn == one.turn.n and (g.quote in one.text or one.text in g.quote
                        or _shares(one.turn.text, g.quote, one.start, one.end))), None)  # fmt: skip
            if hit is not None:
                free.remove(hit)
        counts += [len(gold) - len(free), len(said), len(gold)]
    return float(f1_of_counts(counts))


def _shares(text: str, quote: str, start: int, end: int) -> bool:
    at = text.find(quote)
    return at < end and start < at + len(quote)
