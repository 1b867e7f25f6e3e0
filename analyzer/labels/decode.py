"""Scores of single turns to exchanges: the best sequence of labels and openings (Viterbi)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


def best_exchanges(label: Array, opening: Array, switch: float) -> list[tuple[int, int, int]]:
    """Return the best exchanges as ``(first, last, label)``, turns from 0, ends included, covering all turns.

    At each turn the exchange goes on or a new one opens; a new label needs an opening.

    Args:
        label: log score of each label for each turn, shape (turns, labels).
        opening: log odds that a turn opens an exchange, shape (turns,).
        switch: added where the label changes; below zero it makes changes rarer.

    """
    turns, labels = label.shape
    if not turns:
        return []
    change = np.where(np.eye(labels, dtype=bool), 0.0, switch)
    best = label[0].astype(float)
    back = np.zeros((turns, labels), int)
    opens = np.zeros((turns, labels), bool)
    for n in range(1, turns):
        into = best[:, None] + change + opening[n]
        new_from = into.argmax(axis=0)
        new, on = into[new_from, np.arange(labels)], best
        opens[n] = new > on
        back[n] = np.where(opens[n], new_from, np.arange(labels))
        best = np.where(opens[n], new, on) + label[n]
    found, last, at = [], turns - 1, int(best.argmax())
    for n in range(turns - 1, -1, -1):
        if n == 0 or opens[n, at]:
            found.append((n, last, at))
            last = n - 1
        at = int(back[n, at])
    return found[::-1]


def log_softmax(scores: Array) -> Array:
    """Return normalised log probabilities along the last axis."""
    top = scores.max(axis=-1, keepdims=True)
    shifted: Array = scores - top - np.log(np.exp(scores - top).sum(axis=-1, keepdims=True))
    return shifted
