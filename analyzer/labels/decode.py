"""Scores of candidate exchanges to the best sequence of exchanges that covers a talk (semi-Markov Viterbi)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]
Span = tuple[int, int]
"""First and last turn of an exchange, from 0, ends included."""


def candidates(opens: Sequence[bool], longest: int) -> list[Span]:
    """Return the exchanges that may be, in order: from one turn that may open one to the turn before another.

    Args:
        opens: whether a turn may open an exchange; the first one does in any case.
        longest: turns of an exchange at most; where none of that length is possible, up to the next opening.

    """
    turns = len(opens)
    places = [n for n in range(turns) if n == 0 or opens[n]] + [turns]
    found = []
    for k, first in enumerate(places[:-1]):
        for end in places[k + 1 :]:
            if end - first > longest and end != places[k + 1]:
                break
            found.append((first, end - 1))
    return found


def best_exchanges(spans: Sequence[Span], score: Array, opening: Array) -> list[tuple[int, int]]:
    """Return the best exchanges that cover all turns: for each the number of its span, and of its label.

    Args:
        spans: see `candidates`.
        score: of each label for each span as a whole, shape (spans, labels).
        opening: added where an exchange opens, shape (turns,); the first turn's does not count.

    """
    labels, values = score.argmax(axis=1), score.max(axis=1)
    turns = len(opening)
    best = np.full(turns + 1, -np.inf)
    best[0] = 0.0
    back = np.zeros(turns + 1, int)
    for n, (first, last) in enumerate(spans):
        reached = best[first] + values[n] + (opening[first] if first else 0.0)
        if reached > best[last + 1]:
            best[last + 1], back[last + 1] = reached, n
    found, end = [], turns
    while end:
        number = int(back[end])
        found.append((number, int(labels[number])))
        end = spans[number][0]
    return found[::-1]


def log_softmax(scores: Array) -> Array:
    """Return normalised log probabilities along the last axis."""
    top = scores.max(axis=-1, keepdims=True)
    shifted: Array = scores - top - np.log(np.exp(scores - top).sum(axis=-1, keepdims=True))
    return shifted
