"""Dividing vectors between voices.

The vectors here are made up, and so clean that any method parts them.  They test that the division is carried out as
described; they do not test diarization, which only real voices can (any method is perfect on synthetic ones).
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import AgglomerativeClustering
from sklearn.metrics import silhouette_samples

from analyzer.audio.cluster import (
    _average_linkage,
    _cut,
    _k_means,
    silhouettes,
    split,
    with_third,
    worse_silhouette,
)


def unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def cloud(
    counts: tuple[int, ...], spread: float = 0.5, seed: int = 0, outliers: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Vectors of several voices, all positive as the encoder's, in mixed order; outliers count to voice -1."""
    random = np.random.default_rng(seed)
    centres = unit(random.gamma(0.4, size=(len(counts), 64)))
    labels = random.permutation(np.repeat(np.arange(len(counts)), counts))
    vectors = centres[labels] + spread * random.gamma(0.4, size=(len(labels), 64)) / 8
    odd = random.gamma(0.05, size=(outliers, 64)) + 1e-6
    return unit(np.concatenate([vectors, odd])), np.concatenate([labels, np.full(outliers, -1)])


def agreement(found: np.ndarray, truth: np.ndarray) -> float:
    """The share of windows right under the better naming of two voices."""
    known = truth >= 0
    same = float((found[known] == truth[known]).mean())
    return max(same, 1 - same)


@pytest.mark.parametrize("counts", [(100, 100), (160, 40), (180, 20)])
@pytest.mark.parametrize("seed", range(3))
def test_two_voices_come_apart_also_where_one_says_little(counts: tuple[int, int], seed: int) -> None:
    vectors, truth = cloud(counts, seed=seed)
    assert agreement(split(vectors).labels, truth) >= 0.98


@pytest.mark.parametrize("seed", range(3))
def test_a_few_odd_windows_are_no_voice(seed: int) -> None:
    """Average linkage alone would part them from all the rest."""
    vectors, truth = cloud((100, 60), seed=seed, outliers=2)
    assert agreement(split(vectors).labels, truth) >= 0.98


def test_more_windows_than_a_tree_takes_are_all_given_a_voice() -> None:
    vectors, truth = cloud((1_500, 200))
    found = split(vectors)
    assert len(found.labels) == 1_700
    assert agreement(found.labels, truth) >= 0.98


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 100), st.floats(0.1, 0.9))
def test_voices_are_numbered_as_they_are_first_heard(seed: int, share: float) -> None:
    """Whichever of two voices is called which elsewhere: the first window is of voice 0."""
    vectors, _ = cloud((round(60 * share) + 1, round(60 * (1 - share)) + 1), seed=seed)
    found, again = split(vectors), split(vectors)
    assert found.labels[0] == 0
    np.testing.assert_array_equal(found.labels, again.labels)
    np.testing.assert_allclose(np.linalg.norm(found.centroids, axis=1), 1, rtol=1e-5)


def test_reversing_the_windows_parts_them_the_same_way() -> None:
    vectors, truth = cloud((70, 30))
    assert agreement(split(vectors[::-1].copy()).labels[::-1], truth) == agreement(split(vectors).labels, truth) == 1.0


def test_a_third_voice_stands_out_and_two_do_not_make_three() -> None:
    two, three = cloud((100, 60))[0], cloud((100, 60, 40))
    assert len(with_third(two, split(two)).centroids) == 2
    found = with_third(three[0], split(three[0]))
    assert len(found.centroids) == 3
    assert ((found.labels == 2) == (three[1] == 2)).all()


def test_one_voice_alone_scores_lower_than_two() -> None:
    alone, two = split(cloud((120,))[0]), split(cloud((60, 60))[0])
    assert alone.score < 0.2 < two.score


def test_silhouettes_are_those_of_scikit_learn() -> None:
    """An independent computation, over the matrix of all pairs."""
    vectors, labels = cloud((30, 20, 1))
    np.testing.assert_allclose(
        silhouettes(vectors, labels), silhouette_samples(vectors, labels, metric="cosine"), atol=1e-5
    )


def test_the_worse_voice_counts() -> None:
    vectors, labels = cloud((30, 20))
    values = silhouette_samples(vectors, labels, metric="cosine")
    expected = min(values[labels == voice].mean() for voice in (0, 1))
    assert worse_silhouette(vectors, labels) == pytest.approx(expected, abs=1e-5)
    assert worse_silhouette(vectors, np.zeros(50, np.int64)) == -1


@pytest.mark.parametrize("seed", range(4))
def test_the_tree_is_the_average_linkage_of_scikit_learn(seed: int) -> None:
    vectors, _ = cloud((25, 15), spread=2.0, seed=seed)
    merges = _average_linkage(vectors)
    whole = AgglomerativeClustering(2, metric="cosine", linkage="average").fit_predict(vectors)
    smaller = min(int(whole.sum()), 40 - int(whole.sum()))
    labels = _cut(merges, 40, smaller)
    assert labels is not None
    assert agreement(labels, whole) == 1.0


def test_a_tree_is_cut_until_both_branches_are_large() -> None:
    vectors, truth = cloud((40, 20), outliers=3)
    labels = _cut(_average_linkage(vectors), len(vectors), need=15)
    assert labels is not None
    chosen = labels >= 0
    assert np.bincount(labels[chosen]).min() >= 15
    assert agreement(labels[chosen], truth[chosen]) == 1.0


def test_k_means_parts_what_is_apart() -> None:
    vectors, truth = cloud((30, 30))
    assert agreement(_k_means(vectors), truth) == 1.0


def test_two_windows_are_two_voices_at_most() -> None:
    assert split(cloud((1, 1))[0]).labels.tolist() == [0, 1]


def test_windows_that_are_all_the_same_are_one_voice() -> None:
    assert split(np.ones((20, 4), np.float32) / 2).score <= 0
