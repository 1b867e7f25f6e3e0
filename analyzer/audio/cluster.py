"""Windows of speech to two voices: several ways of dividing them, and the choice among their results.

No one way holds everywhere.  k-means halves the one who talks most where the other has a tenth of the time; average
linkage splits off single odd windows.  So each makes its proposal, and the one is kept whose *worse* voice hangs
together best.  Distance is one minus the cosine throughout; vectors have length one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyzer.audio.decode import Float

Labels = NDArray[np.int64]

SHARES = (0.03, 0.08, 0.15, 0.25)
"""Of the windows: a tree is cut until its two largest branches hold at least this much each."""
_SAMPLE = 800
"""Windows, evenly spread, on which trees and spectra are made: their cost grows with the square and the cube."""
_STARTS = 8
_ROUNDS = 50


@dataclass(frozen=True, slots=True)
class Split:
    """Windows divided among voices."""

    labels: Labels
    """For each window its voice: 0 is heard first; a third voice, the one heard least, is 2."""
    centroids: Float
    """Shape (voices, d), of length one."""
    score: float
    """Mean silhouette of the worse voice, -1 to 1."""


def split(vectors: Float) -> Split:
    """Divide the windows between two voices, in the best of several ways.

    Args:
        vectors: of length one, shape (n, d), in order of time; at least two.

    """
    return max((_settle(vectors, labels) for labels in _proposals(vectors)), key=lambda found: found.score)


_THIRD_SCORE, _THIRD_LOSS = 0.25, 0.03
"""A third voice: the score that the division in three needs, and how much less than the division in two it may be."""
_THIRD_APART = 0.6
"""How far the third voice is from the nearer of the two, at least, as a share of the distance between those."""
_THIRD_LEAST, _THIRD_SHARE = 15, 0.1
"""Windows that it holds at least, and their share of all: talk at once and laughter make up to a tenth."""


def with_third(vectors: Float, found: Split) -> Split:
    """Return the division with a third voice, where one stands out; else ``found`` as it is.

    The limits were set on real voices, and against false alarms: of 45 recordings of two voices none shows a third, of
    8 with a third that says a seventh of it, 6 do; one who says less is missed.
    """
    tries = (_three(vectors, found, voice) for voice in (0, 1))
    best = max((three for three in tries if three), key=lambda three: three.score, default=None)
    return best if best and _stands_out(best, found) else found


def _three(vectors: Float, found: Split, voice: int) -> Split | None:
    """Divide one of the two voices again; the smallest part, or the last heard of equal ones, becomes number 2."""
    inside = np.flatnonzero(found.labels == voice)
    if len(inside) < _THIRD_LEAST:
        return None
    other = found.centroids[1 - voice]
    divided = (np.stack([other, *_settle(vectors[inside], part).centroids]) for part in _proposals(vectors[inside]))
    threes = [three for centroids in divided if (three := _resettle(vectors, centroids))]
    return max(threes, key=lambda three: three.score, default=None)


def _resettle(vectors: Float, centroids: Float) -> Split | None:
    """Give each window to the nearest of three voices, twice; ``None`` where one of them is left with none."""
    labels = (vectors @ centroids.T).argmax(axis=1)
    centroids = _centroids(vectors, labels, 3)
    labels = (vectors @ centroids.T).argmax(axis=1)
    counts = np.bincount(labels, minlength=3)
    if not counts.all():
        return None
    third = int(counts.argmin())
    pair = sorted((voice for voice in range(3) if voice != third), key=lambda voice: int((labels == voice).argmax()))
    order = np.array([*pair, third])
    return Split(np.argsort(order)[labels], _centroids(vectors, labels, 3)[order], worse_silhouette(vectors, labels))


def _stands_out(three: Split, two: Split) -> bool:
    apart = 1 - float((three.centroids[:2] @ three.centroids[2]).max())
    count = int((three.labels == 2).sum())
    return (
        three.score >= max(_THIRD_SCORE, two.score - _THIRD_LOSS)
        and apart >= _THIRD_APART * (1 - float(two.centroids[0] @ two.centroids[1]))
        and count >= max(_THIRD_LEAST, _THIRD_SHARE * len(three.labels))
    )


def _proposals(vectors: Float) -> list[Labels]:
    """Return divisions into voices 0 and 1; -1 marks windows that a proposal leaves open."""
    chosen = np.unique(np.linspace(0, len(vectors) - 1, min(len(vectors), _SAMPLE)).round().astype(np.int64))
    sample = vectors[chosen]
    partial = [_spectral(sample), *_cut_trees(sample)]
    proposals = [_k_means(vectors)]
    for labels in partial:
        whole = np.full(len(vectors), -1)
        whole[chosen] = labels
        proposals.append(whole)
    return proposals


def _settle(vectors: Float, labels: Labels) -> Split:
    """Give each window to the nearer of the two proposed voices, and number them as they are heard."""
    centroids = _centroids(vectors, labels, 2)
    settled = (vectors @ centroids.T).argmax(axis=1)
    if len(settled) and settled[0] == 1:
        settled, centroids = 1 - settled, centroids[::-1]
    return Split(settled, centroids, worse_silhouette(vectors, settled))


def _centroids(vectors: Float, labels: Labels, voices: int) -> Float:
    sums = np.stack([vectors[labels == voice].sum(axis=0) for voice in range(voices)])
    centroids: Float = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
    return centroids


def silhouettes(vectors: Float, labels: Labels) -> NDArray[np.float64]:
    """Return each window's silhouette (Rousseeuw 1987), -1 to 1; 0 for one that is alone in its voice.

    Since the distance is linear in either vector, the mean distance to a voice is that to the mean of its vectors:
    no matrix of all pairs is needed.  Windows that overlap are compared like any others: it favours voices that speak
    for a while at a time, and without it a tenth of the windows of a quiet voice went wrong instead of a twentieth.
    """
    voices = int(labels.max(initial=0)) + 1
    counts = np.bincount(labels, minlength=voices).astype(np.float64)
    sums = np.stack([vectors[labels == voice].sum(axis=0, dtype=np.float64) for voice in range(voices)])
    distances = counts - vectors @ sums.T  # summed over the voice's windows, shape (n, voices)
    rows = np.arange(len(labels))
    own = distances[rows, labels] / np.maximum(counts[labels] - 1, 1)
    others = distances / np.maximum(counts, 1)
    others[:, counts == 0] = np.inf
    others[rows, labels] = np.inf
    nearest = others.min(axis=1)
    value = (nearest - own) / np.maximum(np.maximum(nearest, own), 1e-12)
    lone: NDArray[np.float64] = np.where((counts[labels] > 1) & np.isfinite(nearest), value, 0.0)
    return lone


def worse_silhouette(vectors: Float, labels: Labels) -> float:
    """Return the mean silhouette of the voice that hangs together least; -1 where there is one voice alone."""
    if len(np.unique(labels)) < 2:
        return -1.0
    values = silhouettes(vectors, labels)
    return min(float(values[labels == voice].mean()) for voice in np.unique(labels))


def _k_means(vectors: Float) -> Labels:
    """Divide by k-means on the sphere, the best of several starts."""
    random = np.random.default_rng(0)
    runs = [_k_means_from(vectors, random.choice(len(vectors), 2, replace=False)) for _ in range(_STARTS)]
    return max(runs, key=lambda run: run[0])[1]


def _k_means_from(vectors: Float, first: Labels) -> tuple[float, Labels]:
    centroids = vectors[first]
    labels = np.full(len(vectors), -1)
    for _ in range(_ROUNDS):
        nearer = (vectors @ centroids.T).argmax(axis=1)
        if (nearer == labels).all():
            break
        labels, centroids = nearer, _centroids(vectors, nearer, 2)
    return float((vectors @ centroids.T).max(axis=1).sum()), labels


def _spectral(vectors: Float) -> Labels:
    """Divide by the second eigenvector of the windows' normalised affinities (Shi and Malik 2000)."""
    affinity = np.exp((vectors @ vectors.T - 1) / 0.1)
    scale = 1 / np.sqrt(affinity.sum(axis=1))
    _, basis = np.linalg.eigh(affinity * scale[:, None] * scale)
    second = basis[:, -2] * scale
    # The cut with the least variance on both sides: halving at zero favours equal shares.
    order = np.argsort(second)
    sums = np.cumsum(second[order])[:-1]
    counts = np.arange(1, len(second))
    between = sums**2 / counts + (second.sum() - sums) ** 2 / (len(second) - counts)
    labels = np.zeros(len(second), np.int64)
    labels[order[int(between.argmax()) + 1 :]] = 1
    return labels


def _cut_trees(vectors: Float) -> list[Labels]:
    """Return for each of `SHARES` the two largest branches of the average-linkage tree; other windows stay open."""
    merges = _average_linkage(vectors)
    found = []
    for share in SHARES:
        need = max(1, round(share * len(vectors)))
        if (labels := _cut(merges, len(vectors), need)) is not None:
            found.append(labels)
    return found


def _cut(merges: list[tuple[int, int]], n: int, need: int) -> Labels | None:
    """Return the last state of the tree, from the leaves up, in which two branches have ``need`` windows each."""
    sizes = [1] * n
    large = n if need == 1 else 0
    last = 0 if large > 1 else None
    for done, (one, other) in enumerate(merges, 1):
        sizes.append(sizes[one] + sizes[other])
        large += (sizes[-1] >= need) - (sizes[one] >= need) - (sizes[other] >= need)
        if large >= 2:
            last = done
    if last is None:
        return None
    members = {leaf: [leaf] for leaf in range(n)}
    for done, (one, other) in enumerate(merges[:last], 1):
        members[n + done - 1] = members.pop(one) + members.pop(other)
    labels = np.full(n, -1)
    for voice, branch in enumerate(sorted(members.values(), key=len, reverse=True)[:2]):
        labels[branch] = voice
    return labels


def _average_linkage(vectors: Float) -> list[tuple[int, int]]:
    """Return the merges of the average-linkage tree, nearest first: leaves are 0 to n - 1, each merge the next number.

    By chains of nearest neighbours (Müllner 2011): n squared in time.
    """
    n = len(vectors)
    distance = (1 - vectors @ vectors.T).astype(np.float64)
    np.fill_diagonal(distance, np.inf)
    sizes = np.ones(n)
    alive = np.ones(n, bool)
    found: list[tuple[float, int, int]] = []
    chain: list[int] = []
    while len(found) < n - 1:
        if not chain:
            chain.append(int(alive.argmax()))
        here = chain[-1]
        near = int(distance[here].argmin())
        if len(chain) > 1 and distance[here, chain[-2]] <= distance[here, near]:
            near = chain[-2]
            del chain[-2:]
            found.append((float(distance[here, near]), here, near))
            merged = (sizes[here] * distance[here] + sizes[near] * distance[near]) / (sizes[here] + sizes[near])
            merged[[here, near]] = np.inf
            sizes[near] += sizes[here]
            alive[here] = False
            distance[near] = distance[:, near] = merged
            distance[here] = distance[:, here] = np.inf
        else:
            chain.append(near)
    return _numbered(found, n)


def _numbered(found: list[tuple[float, int, int]], n: int) -> list[tuple[int, int]]:
    """Order the merges by distance, and name branches by number instead of by one of their leaves."""
    branch = list(range(n))
    parent = list(range(n))

    def root(leaf: int) -> int:
        while parent[leaf] != leaf:
            parent[leaf] = parent[parent[leaf]]
            leaf = parent[leaf]
        return leaf

    merges = []
    for done, (_, one, other) in enumerate(sorted(found, key=lambda merge: merge[0])):
        one, other = root(one), root(other)
        merges.append((branch[one], branch[other]))
        parent[one] = other
        branch[other] = n + done
    return merges
