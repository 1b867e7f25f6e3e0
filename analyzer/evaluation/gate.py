"""Whether a new scorecard may take the place of the committed one, and the difference of any two."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyzer.errors import InputError
from analyzer.evaluation import metrics
from analyzer.evaluation.score import METRICS, Metric
from analyzer.evaluation.scorecard import Scorecard

Array = NDArray[np.float64]
GUARDED = ("focus_macro_f1", "commitment_f1")
DROP = 0.02
"""A drop of more than two points, with the paired interval excluding zero, is refused."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The second scorecard's figure less the first's, over the same resampled meetings."""

    metric: str
    one: float
    other: float
    difference: float
    low: float
    high: float
    meetings: int


def compare(one: Scorecard, other: Scorecard, seed: int = 0) -> list[Difference]:
    """Return the paired differences of all metrics that both have.

    Raises:
        InputError: the scorecards are of other meetings, or hold one twice.

    """
    _check_same(one, other)
    drawn = metrics.resample(len(one.results), seed=seed)
    found = []
    for metric in METRICS:
        left, right = _stack(one, metric), _stack(other, metric)
        if left is None or right is None:
            continue
        before, after = float(metric.statistic(left.sum(axis=0))), float(metric.statistic(right.sum(axis=0)))
        low, high = metrics.paired_interval(metric.statistic, left, right, drawn)
        found.append(Difference(metric.name, before, after, after - before, low, high, len(one.results)))
    return found


def _check_same(one: Scorecard, other: Scorecard) -> None:
    for card in (one, other):
        ids = [result.id for result in card.results]
        if len(ids) != len(set(ids)):
            raise InputError(f"the scorecard of {card.engine!r} of {card.date} holds a meeting twice")
    if one.data_hash != other.data_hash or [r.id for r in one.results] != [r.id for r in other.results]:
        raise InputError(
            f"the scorecards are of different data ({one.data_hash} and {other.data_hash}): run both on the same set"
        )


def _stack(card: Scorecard, metric: Metric) -> Array | None:
    rows = [result.counts.get(metric.counts) for result in card.results]
    known = [row for row in rows if row is not None]
    if not known:
        return None
    shape = np.shape(known[0])
    return np.stack([np.zeros(shape) if row is None else np.asarray(row, float) for row in rows])


def refusals(baseline: Scorecard, new: Scorecard) -> Iterator[str]:
    """Yield why ``new`` may not replace ``baseline``; nothing where it may."""
    try:
        differences = {one.metric: one for one in compare(baseline, new)}
    except InputError as error:
        yield str(error)
        return
    for name in GUARDED:
        one = differences.get(name)
        if one is not None and one.difference < -DROP and one.high < 0:
            yield (
                f"{name} fell from {one.one:.3f} to {one.other:.3f} "
                f"(paired 95% interval {one.low:+.3f} to {one.high:+.3f}, {one.meetings} meetings)"
            )
    unsupported = new.figures["unsupported"].value
    if unsupported:
        yield f"{unsupported:.0f} commitments rest on no words of the transcript"
    for result in new.results:
        if result.failure:
            yield f"meeting {result.id} failed: {result.failure}"
    for name, figure in baseline.figures.items():
        if figure.value is not None and new.figures[name].value is None:
            yield f"{name} has no figure any more"
