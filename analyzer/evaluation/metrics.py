"""Every figure that a scorecard shows, as sums over meetings.

A metric is a function of counts that add up over meetings.  So the figure for a set is the function of the summed
counts, and its interval is the function of the counts summed over resampled meetings: one matrix product for all
draws.  Definitions follow the standard ones: Cohen (1960) for kappa, Krippendorff (2004) for alpha, Pevzner and Hearst
(2002) for WindowDiff.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from analyzer.evaluation.figure import Figure, number

Array = NDArray[np.float64]

# --- from a confusion matrix: rows reference, columns prediction; leading axes are draws ------------------------------


def _divide(part: Array, whole: Array) -> Array:
    """Return ``part / whole``, NaN where there is nothing to divide by."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(whole > 0, part / np.where(whole > 0, whole, 1), np.nan)


def accuracy(confusion: Array) -> Array:
    """Return the share on the diagonal; shape (..., K, M) with M >= K (further columns are never right)."""
    right = np.trace(confusion, axis1=-2, axis2=-1)
    return _divide(right, confusion.sum(axis=(-2, -1)))


def precision_recall_f1(confusion: Array) -> tuple[Array, Array, Array]:
    """Return the three for each class, shape (..., K).

    A class that never occurs in reference or prediction has no figure (NaN); one that occurs in only one of them has 0.
    """
    classes = confusion.shape[-2]
    right = np.diagonal(confusion, axis1=-2, axis2=-1)
    predicted = confusion.sum(axis=-2)[..., :classes]
    actual = confusion.sum(axis=-1)
    occurs = predicted + actual > 0
    precision = np.where(occurs, np.nan_to_num(_divide(right, predicted)), np.nan)
    recall = np.where(occurs, np.nan_to_num(_divide(right, actual)), np.nan)
    return precision, recall, _divide(2 * right, predicted + actual)


def macro_f1(confusion: Array) -> Array:
    """Return the mean F1 of the classes that occur."""
    f1 = precision_recall_f1(confusion)[2]
    present = ~np.isnan(f1)
    return _divide(np.where(present, f1, 0).sum(axis=-1), present.sum(axis=-1).astype(float))


def kappa(confusion: Array) -> Array:
    """Return Cohen's kappa; further columns count as disagreement.  NaN where chance agreement is complete."""
    classes = confusion.shape[-2]
    total = confusion.sum(axis=(-2, -1))
    observed = _divide(np.trace(confusion, axis1=-2, axis2=-1), total)
    chance = (confusion.sum(axis=-1) * confusion.sum(axis=-2)[..., :classes]).sum(axis=-1)
    expected = _divide(chance, total**2)
    return _divide(observed - expected, 1 - expected)


def ratio(counts: Array) -> Array:
    """Return ``counts[0] / counts[1]``; shape (..., 2)."""
    return _divide(counts[..., 0], counts[..., 1])


def f1_of_counts(counts: Array) -> Array:
    """Return F1 from (matched, predicted, reference); shape (..., 3).  1 where there is nothing on either side."""
    whole = counts[..., 1] + counts[..., 2]
    return np.where(whole > 0, _divide(2 * counts[..., 0], whole), 1.0)


def precision_of_counts(counts: Array) -> Array:
    """Return matched over predicted from (matched, predicted, reference)."""
    return _divide(counts[..., 0], counts[..., 1])


def recall_of_counts(counts: Array) -> Array:
    """Return matched over reference from (matched, predicted, reference)."""
    return _divide(counts[..., 0], counts[..., 2])


# --- agreement between annotators -------------------------------------------------------------------------------------


def coincidences(units: Array) -> Array:
    """Return the sums that alpha is a function of, for one meeting: (disagreement, labels' counts...), shape (1 + K,)."""
    counts = np.asarray(units, float)
    raters = counts.sum(axis=1)
    counts, raters = counts[raters >= 2], raters[raters >= 2]
    disagree = ((raters**2 - (counts**2).sum(axis=1)) / (raters - 1)).sum() if len(raters) else 0.0
    return np.concatenate([[disagree], counts.sum(axis=0)])


def alpha_of_sums(sums: Array) -> Array:
    """Return alpha from summed `coincidences`; shape (..., 1 + K)."""
    by_label = sums[..., 1:]
    total = by_label.sum(axis=-1)
    expected = _divide(total**2 - (by_label**2).sum(axis=-1), total - 1)
    return 1 - _divide(sums[..., 0], expected)


# --- boundaries -------------------------------------------------------------------------------------------------------


def boundary_counts(reference: Sequence[int], predicted: Sequence[int], tolerance: int = 1) -> tuple[int, int, int]:
    """Return (matched, predicted, reference), each boundary matched at most once, as many as can be.

    Args:
        reference: turns that open an exchange, but the first turn of the meeting; ascending.
        predicted: likewise.
        tolerance: turns by which a boundary may be off.

    """
    matched = at = 0
    for boundary in predicted:  # the earliest free one in reach: greedy is maximal for intervals of one length
        while at < len(reference) and reference[at] < boundary - tolerance:
            at += 1
        if at < len(reference) and reference[at] <= boundary + tolerance:
            matched += 1
            at += 1
    return matched, len(predicted), len(reference)


def window_diff(reference: Sequence[int], predicted: Sequence[int], turns: int) -> tuple[float, int]:
    """Return WindowDiff as (windows that differ, windows), the window half the mean reference segment, two at least."""
    width = max(2, round(turns / (len(reference) + 1) / 2))
    if turns <= width:
        return 0.0, 0
    starts = np.zeros((2, turns + 1), int)
    for row, boundaries in enumerate((reference, predicted)):
        starts[row, list(boundaries)] = 1
    inside = starts[:, 1:].cumsum(axis=1)
    # boundaries between turn i and turn i + width
    counts = inside[:, width:] - inside[:, :-width]
    return float((counts[0] != counts[1]).sum()), turns - width


# --- matching ---------------------------------------------------------------------------------------------------------


def maximal_matching(alike: Array) -> list[tuple[int, int]]:
    """Return one-to-one pairs (row, column), as many as can be; of these, ones that are much alike.

    Args:
        alike: similarity of each row to each column, 0 where they may not be matched.

    """
    matched_to: dict[int, int] = {}

    def place(row: int, seen: set[int]) -> bool:
        for column in np.argsort(-alike[row], kind="stable"):
            if alike[row, column] <= 0:
                return False
            if column in seen:
                continue
            seen.add(int(column))
            if column not in matched_to or place(matched_to[int(column)], seen):
                matched_to[int(column)] = row
                return True
        return False

    best_first = sorted(range(len(alike)), key=lambda row: -float(alike[row].max(initial=0.0)))
    for row in best_first:
        place(row, set())
    return sorted((row, column) for column, row in matched_to.items())


# --- confidence -------------------------------------------------------------------------------------------------------


def calibration(confidence: Sequence[float], right: Sequence[bool], bins: int = 10) -> list[tuple[int, float, float]]:
    """Return (count, mean confidence, share right) for each of ``bins`` equal bins of confidence; empty bins left out."""
    given, correct = np.asarray(confidence, float), np.asarray(right, float)
    which = np.minimum((given * bins).astype(int), bins - 1)
    return [
        (int(inside.sum()), float(given[inside].mean()), float(correct[inside].mean()))
        for inside in (which == b for b in range(bins))
        if inside.any()
    ]


def expected_calibration_error(table: Sequence[tuple[int, float, float]]) -> float:
    """Return ECE from `calibration`'s table; NaN for an empty one."""
    total = sum(count for count, _, _ in table)
    return sum(count * abs(mean - share) for count, mean, share in table) / total if total else float("nan")


# --- intervals --------------------------------------------------------------------------------------------------------

DRAWS = 10_000


def resample(meetings: int, draws: int = DRAWS, seed: int = 0) -> Array:
    """Return how often each meeting is drawn in each resample, shape (draws, meetings); the same for the same seed."""
    return np.random.default_rng(seed).multinomial(meetings, np.full(meetings, 1 / meetings), draws).astype(float)


def interval(statistic: Callable[[Array], Array], counts: Array, drawn: Array) -> tuple[float, float]:
    """Return the 95% percentile interval of a statistic over resampled meetings; NaN where no draw has a figure.

    Args:
        statistic: from summed counts to the figure, over leading axes.
        counts: each meeting's, shape (meetings, ...).
        drawn: from `resample`.

    """
    values = _over_draws(statistic, counts, drawn)
    values = values[~np.isnan(values)]
    if not len(values):
        return float("nan"), float("nan")
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


def figure_of(statistic: Callable[[Array], Array], counts: Array, drawn: Array, n: float) -> Figure:
    """Return a statistic of the summed counts with its interval; see `interval`.  ``n`` says what it is a figure of."""
    low, high = interval(statistic, counts, drawn)
    return Figure(number(float(statistic(counts.sum(axis=0)))), number(low), number(high), n)


def paired_interval(statistic: Callable[[Array], Array], one: Array, other: Array, drawn: Array) -> tuple[float, float]:
    """Return the 95% interval of ``statistic(other) - statistic(one)``, both over the same resampled meetings."""
    values = _over_draws(statistic, other, drawn) - _over_draws(statistic, one, drawn)
    values = values[~np.isnan(values)]
    if not len(values):
        return float("nan"), float("nan")
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


def _over_draws(statistic: Callable[[Array], Array], counts: Array, drawn: Array) -> Array:
    sums = np.tensordot(drawn, np.asarray(counts, float), axes=(1, 0))
    return np.asarray(statistic(sums), float)
