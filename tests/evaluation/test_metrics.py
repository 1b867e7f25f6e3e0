"""Every figure against a worked example, and against a computation that shares no code with ours."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment
from sklearn import metrics as independent

from analyzer.evaluation import metrics

labels = st.integers(0, 2)
pairs = st.lists(st.tuples(labels, labels), min_size=1, max_size=60)


def confusion(found: list[tuple[int, int]]) -> np.ndarray:
    matrix = np.zeros((3, 4))
    for true, said in found:
        matrix[true, said] += 1
    return matrix


def test_kappa_of_a_worked_example() -> None:
    """45 of 60 agree; by chance 0.45 * 0.6 + 0.55 * 0.4 would: the textbook's two by two."""
    matrix = np.array([[20.0, 5.0], [10.0, 15.0]])
    assert float(metrics.kappa(matrix)) == pytest.approx(0.4)
    assert float(metrics.accuracy(matrix)) == pytest.approx(0.7)


def test_f1_of_a_worked_example() -> None:
    precision, recall, f1 = metrics.precision_recall_f1(np.array([[8.0, 2.0], [4.0, 6.0]]))
    assert precision == pytest.approx([8 / 12, 6 / 8])
    assert recall == pytest.approx([0.8, 0.6])
    assert f1 == pytest.approx([16 / 22, 12 / 18])


@pytest.mark.filterwarnings("ignore")
@given(pairs)
def test_classification_figures_agree_with_scikit_learn(found: list[tuple[int, int]]) -> None:
    true, said = zip(*found, strict=True)
    matrix = confusion(found)
    assert float(metrics.accuracy(matrix)) == pytest.approx(independent.accuracy_score(true, said), abs=1e-9)
    ours, theirs = float(metrics.kappa(matrix)), independent.cohen_kappa_score(true, said)
    assert ours == pytest.approx(theirs, abs=1e-9, nan_ok=True)
    present = sorted({*true, *said})
    f1 = independent.f1_score(true, said, labels=present, average="macro", zero_division=0)
    assert float(metrics.macro_f1(matrix)) == pytest.approx(f1, abs=1e-9)


def test_krippendorff_alpha_of_a_worked_example() -> None:
    """Krippendorff's own example of two observers and ten binary units: alpha 0.095."""
    one = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
    other = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    units = np.array([[(a == k) + (b == k) for k in (0, 1)] for a, b in zip(one, other, strict=True)], float)
    assert float(metrics.alpha_of_sums(metrics.coincidences(units))) == pytest.approx(0.095, abs=0.0005)


@given(st.lists(st.lists(labels, min_size=1, max_size=4), min_size=2, max_size=25))
def test_alpha_from_sums_is_alpha_from_pairs(ratings: list[list[int]]) -> None:
    """The second writing goes over pairs of ratings, as the definition does."""
    units = np.array([[unit.count(k) for k in range(3)] for unit in ratings], float)
    pairable = [unit for unit in ratings if len(unit) > 1]
    values = [value for unit in pairable for value in unit]
    total = len(values)
    if total < 2:
        return
    observed = sum(
        sum(a != b for i, a in enumerate(unit) for j, b in enumerate(unit) if i != j) / (len(unit) - 1) for unit in pairable
    ) / total  # fmt: skip
    expected = sum(a != b for i, a in enumerate(values) for j, b in enumerate(values) if i != j) / (total * (total - 1))
    if expected == 0:
        return
    assert float(metrics.alpha_of_sums(metrics.coincidences(units))) == pytest.approx(1 - observed / expected, abs=1e-9)


boundaries = st.sets(st.integers(2, 40), max_size=15).map(sorted)


@given(boundaries, boundaries)
def test_boundary_matching_is_as_large_as_any(reference: list[int], predicted: list[int]) -> None:
    matched, *_ = metrics.boundary_counts(reference, predicted)
    cost = np.array([[-float(abs(p - r) <= 1) for r in reference] for p in predicted]).reshape(
        len(predicted), len(reference)
    )
    rows, columns = linear_sum_assignment(cost) if cost.size else ([], [])
    assert matched == (-cost[rows, columns].sum() if cost.size else 0)


@given(boundaries, boundaries, st.integers(41, 60))
def test_window_diff_agrees_with_a_second_writing(reference: list[int], predicted: list[int], turns: int) -> None:
    width = max(2, round(turns / (len(reference) + 1) / 2))
    differ = sum(
        sum(at < b <= at + width for b in reference) != sum(at < b <= at + width for b in predicted)
        for at in range(1, turns - width + 1)
    )
    assert metrics.window_diff(reference, predicted, turns) == (differ, turns - width)


@given(st.integers(0, 6), st.integers(0, 6), st.integers(0, 2**32 - 1))
def test_commitment_matching_is_as_large_as_any(rows: int, columns: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    alike = random.random((rows, columns)) * (random.random((rows, columns)) > 0.6)
    pairs = metrics.maximal_matching(alike)
    assert all(alike[row, column] > 0 for row, column in pairs)
    assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs)
    best = linear_sum_assignment(-(alike > 0).astype(float)) if alike.size else ([], [])
    assert len(pairs) == (int((alike[best] > 0).sum()) if alike.size else 0)


def test_calibration_error_of_a_worked_example() -> None:
    table = metrics.calibration([0.95, 0.95, 0.55, 0.55], [True, True, True, False])
    assert table == [(2, pytest.approx(0.55), 0.5), (2, pytest.approx(0.95), 1.0)]
    assert metrics.expected_calibration_error(table) == pytest.approx(0.05)


def test_an_interval_is_the_bootstrap_over_meetings() -> None:
    """The second writing draws meetings one by one with the same frequencies."""
    random = np.random.default_rng(3)
    counts = np.stack([random.integers(0, 9, 9), random.integers(9, 20, 9)], axis=1).astype(float)
    drawn = metrics.resample(9, draws=500, seed=1)
    low, high = metrics.interval(metrics.ratio, counts, drawn)
    values = []
    for row in drawn:
        sample = [counts[m] for m in range(9) for _ in range(int(row[m]))]
        values.append(sum(s[0] for s in sample) / sum(s[1] for s in sample))
    assert (low, high) == pytest.approx(tuple(np.percentile(values, [2.5, 97.5])), abs=1e-9)
    assert metrics.paired_interval(metrics.ratio, counts, counts, drawn) == (0.0, 0.0)


def test_the_same_seed_gives_the_same_draws() -> None:
    assert np.array_equal(metrics.resample(20, 50, seed=4), metrics.resample(20, 50, seed=4))
    assert not np.array_equal(metrics.resample(20, 50, seed=4), metrics.resample(20, 50, seed=5))


@settings(max_examples=30)
@given(st.integers(1, 40))
def test_each_draw_has_as_many_meetings_as_the_set(meetings: int) -> None:
    assert (metrics.resample(meetings, 20).sum(axis=1) == meetings).all()
