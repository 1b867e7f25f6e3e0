"""Which speaker of one side is which of the other: names and numbers of speakers mean nothing between the two."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def best_pairs(gain: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Return the one-to-one pairs (row, column) with the largest sum of gains, ascending; pairs without gain are left out.

    Exact, by going through the sets of used speakers of the smaller side: time and memory double with each of those, and
    a recogniser's side seldom has more than three.

    Args:
        gain: shape (rows, columns), none negative.

    """
    gain = np.asarray(gain, float)
    if gain.shape[0] < gain.shape[1]:
        return sorted((row, column) for column, row in best_pairs(gain.T))
    best: dict[int, tuple[float, tuple[tuple[int, int], ...]]] = {0: (0.0, ())}
    for row, gains in enumerate(gain):
        after = dict(best)  # the row may stay alone
        for used, (total, pairs) in best.items():
            for column in np.flatnonzero(gains > 0):
                taken = 1 << int(column)
                if not used & taken and total + gains[column] > after.get(used | taken, (-1.0,))[0]:
                    after[used | taken] = (total + float(gains[column]), (*pairs, (row, int(column))))
        best = after
    return sorted(max(best.values(), key=lambda found: found[0])[1])
