"""Where a new exchange opens: what a turn says by itself, whether the talk's words change there, whether its label does.

Words are weighed within the talk alone (those of most turns count little), so that names of customers and products,
which no training meeting knows, show a change of subject best.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analyzer.labels.features import words_of
from analyzer.model import Transcript

Array = NDArray[np.floating]

WIDTHS = (2, 4, 8)
"""Turns on each side that are held against each other."""
LABEL_WIDTHS = (2, 4)
LATELY = 12
"""Turns in which a word was lately said."""
CHAIN = 6
"""Turns on each side of a place over which words are taken up again."""
_SHORT = 3
"""Letters from which a word may be a subject's."""
_SMOOTH = 3.0
"""Added to the weight of a turn's words, so that a word or two do not make a whole share."""
MEASURES = (
    *(f"alike{width}" for width in WIDTHS),
    *(f"dip{width}" for width in WIDTHS),
    *("begin", "end", "across", "lately"),
    *(f"changes{width}" for width in LABEL_WIDTHS),
    *(f"same{width}" for width in LABEL_WIDTHS),
    *("own", "before", "after", "highest", "manager", "asks", "manager_asks", "length", "length_before"),
)


def measures(transcript: Transcript, label: Array, opening: Array) -> Array:
    """Return what tells of each turn whether it opens an exchange, shape (turns, measures).

    Args:
        transcript: of a talk with turns.
        label: probabilities of the labels for each turn, shape (turns, labels).
        opening: log odds that a turn opens an exchange by its own features, shape (turns,).

    """
    said = [words_of(turn.text) for turn in transcript.turns]
    manager = [transcript.role_of(turn.speaker) == "manager" for turn in transcript.turns]
    columns = [*_words(said), *_labels(label), *_own(opening), *_turns(said, manager)]
    return np.stack([np.asarray(column, float) for column in columns], axis=1)


def _words(said: Sequence[Sequence[str]]) -> list[Array]:
    """Return how alike the words on both sides of each turn's beginning are, and which begin and end there."""
    held = _weighed(said)
    total, at = held.sum(axis=1), np.arange(len(said))
    sums = sums_before(held)
    alike = [_alike(_before(sums, at, width), _after(sums, at, width)) for width in WIDTHS]
    present = held > 0
    first, last = present.argmax(axis=0), len(said) - 1 - present[::-1].argmax(axis=0)
    starts, ends = np.bincount(first, minlength=len(said) + 1), np.bincount(last, minlength=len(said))
    begin = starts[:-1] + starts[1:]
    end = np.array([ends[max(0, n - CHAIN // 2) : n].sum() for n in at])
    across = np.minimum(_before(sums, at, CHAIN), _after(sums, at, CHAIN)).sum(axis=1)
    lately = (held * (_before(sums, at, LATELY) > 0)).sum(axis=1) / (total + _SMOOTH)
    dips = [_dip(one, width) for one, width in zip(alike, WIDTHS, strict=True)]
    return [*alike, *dips, np.minimum(begin, CHAIN), np.minimum(end, CHAIN), across, lately]


def _weighed(said: Sequence[Sequence[str]]) -> Array:
    """Return the weights of the words that come in two turns or more, shape (turns, words)."""
    once = [{word for word in words if len(word) >= _SHORT and not word.isdigit()} for words in said]
    turns_of = Counter(word for words in once for word in words)
    number = {word: n for n, word in enumerate(word for word, count in turns_of.items() if count > 1)}
    held = np.zeros((len(said), len(number) + 1), np.float32)  # one column more, for a talk without any such word
    for n, words in enumerate(once):
        for word in words & number.keys():
            held[n, number[word]] = np.log((len(said) + 1) / turns_of[word])
    return held


def sums_before(rows: Array) -> Array:
    """Return the sums of the rows in front of each place, shape (turns + 1, columns)."""
    return np.vstack([np.zeros((1, rows.shape[1]), rows.dtype), np.cumsum(rows, axis=0)])


def _before(sums: Array, at: NDArray[np.int64], width: int) -> Array:
    before: Array = sums[at] - sums[np.maximum(0, at - width)]
    return before


def _after(sums: Array, at: NDArray[np.int64], width: int) -> Array:
    after: Array = sums[np.minimum(len(sums) - 1, at + width)] - sums[at]
    return after


def _alike(one: Array, other: Array) -> Array:
    """Return the cosine of each pair of rows, 0 where one is empty."""
    length = np.sqrt((one * one).sum(axis=1) * (other * other).sum(axis=1))
    alike: Array = np.where(length > 0, (one * other).sum(axis=1) / np.where(length > 0, length, 1), 0)
    return alike


def _dip(alike: Array, width: int) -> Array:
    """Return how far the likeness lies under the highest within the width before and after (TextTiling's depth)."""
    at = range(len(alike))
    before = np.array([alike[max(0, n - width) : n + 1].max() for n in at])
    after = np.array([alike[n : n + width + 1].max() for n in at])
    dip: Array = before + after - 2 * alike
    return dip


def _labels(label: Array) -> list[Array]:
    """Return how far the labels before and from each turn on differ, and how likely they are the same."""
    sums, at = sums_before(label), np.arange(len(label))
    differ, same = [], []
    for width in LABEL_WIDTHS:
        before = _before(sums, at, width) / np.maximum(1, np.minimum(at, width))[:, None]
        after = _after(sums, at, width) / np.minimum(len(label) - at, width)[:, None]
        differ.append(np.abs(before - after).sum(axis=1) / 2)
        same.append((before * after).sum(axis=1))
    return [*differ, *same]


def _own(opening: Array) -> list[Array]:
    """Return a turn's own log odds, those beside it, and whether they are the highest around."""
    padded = np.concatenate([[0.0], opening, [0.0]])
    highest = [float(opening[n] >= opening[max(0, n - 2) : n + 3].max()) for n in range(len(opening))]
    return [opening, padded[:-2], padded[2:], np.array(highest)]


def _turns(said: Sequence[Sequence[str]], manager: Sequence[bool]) -> list[Array]:
    """Return who speaks, whether he asks, and how long this turn and the one before are."""
    speaks, asks = np.array(manager, float), np.array(["?" in words for words in said], float)
    length = np.log1p([len(words) for words in said])
    return [speaks, asks, speaks * asks, length, np.concatenate([[0.0], length[:-1]])]
