"""How well an engine tells what became of earlier promises, on labelled series."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from analyzer.errors import InputError
from analyzer.evaluation import metrics
from analyzer.evaluation.dataset import Meeting
from analyzer.evaluation.figure import Figure
from analyzer.evaluation.series import Outcome, Promised, Series
from analyzer.model import EarlierPromise, FollowUp

Array = NDArray[np.float64]
Fate = Literal["claimed", "moved", "dropped", "forgotten"]
"""What is known of a promise after the last talk; ``claimed``: somebody said that it is done."""
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
FATES: tuple[Fate, ...] = get_args(Fate)
Follow = Callable[[Meeting, Sequence[EarlierPromise]], Sequence[FollowUp]]


@dataclass(frozen=True, slots=True)
class Miss:
    """A promise of which the engine says something else than the labels."""

    promise: str
    talk: str
    action: str
    true: Outcome
    said: Outcome
    quote: str | None
    """The words by which the engine says it; ``None`` where it found none."""


@dataclass(frozen=True, slots=True)
class FollowScore:
    """How an engine did."""

    series: int
    promises: int
    accuracy: Figure
    """Of outcomes by talk."""
    fate_accuracy: Figure
    """Of what is known after the last talk."""
    fate_macro_f1: Figure
    new_due_accuracy: Figure
    """Of promises that were rightly called moved."""
    confusion: tuple[tuple[int, ...], ...]
    """Fates: a row is what is true, a column what was said, in the order of `FATES`."""
    always_unmentioned: float
    """Fate accuracy of whoever never finds anything."""
    agreement: float | None
    """Share of outcomes on which two annotators agree, over all pairs of them; ``None`` without two."""
    misses: tuple[Miss, ...]


def questions(series: Series) -> Iterator[tuple[Meeting, list[EarlierPromise]]]:
    """Yield each later talk with the promises that are open before it by the labels, the oldest first."""
    meetings = series.meetings()
    days = {talk.id: talk.date for talk in series.talks}
    for meeting in meetings[1:]:
        asked = []
        for promise in series.promises:
            before = [one for one in promise.shown if days[one.talk] < meeting.date]
            if days[promise.talk] < meeting.date and all(one.outcome in ("moved", "unmentioned") for one in before):
                due = next((one.new_due for one in reversed(before) if one.new_due), promise.due)
                asked.append(EarlierPromise(promise.id, promise.owner, promise.action, due, days[promise.talk]))
        if asked:
            yield meeting, asked


def fate(outcomes: Iterable[Outcome]) -> Fate:
    """Return what is known after talks that show these outcomes, in order: what closes it closes it."""
    known: Fate = "forgotten"
    for outcome in outcomes:
        if outcome in ("kept", "dropped"):
            return "claimed" if outcome == "kept" else "dropped"
        if outcome == "moved":
            known = "moved"
    return known


def measure(series: Sequence[Series], follow: Follow, seed: int = 0) -> FollowScore:
    """Return an engine's score.

    Args:
        series: labelled.
        follow: from a talk and its open promises to one outcome for each, in order.
        seed: of the resampling of series.

    Raises:
        InputError: no series has a promise.

    """
    if not any(one.promises for one in series):
        raise InputError("no series has a promise: there is nothing to follow up")
    rows = [_score_one(one, follow) for one in series]
    drawn = metrics.resample(len(rows), seed=seed)
    counts = {name: np.stack([row.counts[name] for row in rows]) for name in rows[0].counts}
    asked, ended = float(counts["outcome"].sum()), float(counts["fate"].sum())
    moved = float(counts["due"][:, 1].sum())
    confusion = counts["fate"].sum(axis=0).astype(int)
    return FollowScore(
        series=len(series),
        promises=sum(len(one.promises) for one in series),
        accuracy=metrics.figure_of(metrics.accuracy, counts["outcome"], drawn, asked),
        fate_accuracy=metrics.figure_of(metrics.accuracy, counts["fate"], drawn, ended),
        fate_macro_f1=metrics.figure_of(metrics.macro_f1, counts["fate"], drawn, ended),
        new_due_accuracy=metrics.figure_of(metrics.ratio, counts["due"], drawn, moved),
        confusion=tuple(tuple(int(n) for n in row) for row in confusion),
        always_unmentioned=round(float(confusion[FATES.index("forgotten")].sum() / confusion.sum()), 6),
        agreement=_agreement(series),
        misses=tuple(miss for row in rows for miss in row.misses),
    )


@dataclass(frozen=True, slots=True)
class _Row:
    counts: dict[str, Array]
    misses: list[Miss]


def _score_one(series: Series, follow: Follow) -> _Row:
    promises = {promise.id: promise for promise in series.promises}
    outcome = np.zeros((len(OUTCOMES), len(OUTCOMES)))
    due = np.zeros(2)
    said: dict[str, list[Outcome]] = {id_: [] for id_ in promises}
    misses = []
    for meeting, asked in questions(series):
        for found in follow(meeting, asked):
            promise = promises[found.promise.id]
            true = _true(promise, meeting.id)
            told: Outcome = "unmentioned" if found.outcome == "untold" else found.outcome
            outcome[OUTCOMES.index(true[0]), OUTCOMES.index(told)] += 1
            said[promise.id].append(told)
            if true[0] == told == "moved":
                due += (found.moved_to == true[1], 1)
            if true[0] != told:
                quote = found.quote.text if found.quote else None
                misses.append(Miss(promise.id, meeting.id, promise.action, true[0], told, quote))
    fates = np.zeros((len(FATES), len(FATES)))
    for promise in series.promises:
        true_fate = fate(one.outcome for one in promise.shown)
        fates[FATES.index(true_fate), FATES.index(fate(said[promise.id]))] += 1
    return _Row({"outcome": outcome, "fate": fates, "due": due}, misses)


def _true(promise: Promised, talk: str) -> tuple[Outcome, dt.date | None]:
    return next((one.outcome, one.new_due) for one in promise.shown if one.talk == talk)


def _agreement(series: Sequence[Series]) -> float | None:
    pairs = [
        (one.annotations[a], one.annotations[b])
        for each in series
        for promise in each.promises
        for one in promise.shown
        for a in range(len(one.annotations))
        for b in range(a)
    ]
    return round(sum(a == b for a, b in pairs) / len(pairs), 6) if pairs else None
