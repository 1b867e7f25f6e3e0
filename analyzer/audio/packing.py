"""Speech laid together into clips for a recogniser, and its times laid out again.

A recogniser pays for every clip as for a full window of 30 seconds, and in a talk each channel is silent half the time.
So neighbouring speech is heard together, and long silence between is left out.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analyzer.audio.decode import RATE, Float
from analyzer.model import Span

KEPT = 0.3
"""Longest silence in seconds that stays inside a clip: it tells a recogniser where a sentence ends."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of sound that is kept whole: where it stands in the packed sound, and where it came from."""

    packed: int
    original: int
    count: int
    """In samples, like the others."""


@dataclass(frozen=True, slots=True)
class Packed:
    """The speech of a block, in clips."""

    audio: Float
    clips: tuple[Span, ...]
    """Seconds from the start of ``audio``."""
    pieces: tuple[Piece, ...]

    def original(self, start: float, end: float) -> tuple[float, float]:
        """Return where a word of the packed sound stands in the sound that it was made from, in seconds.

        A word belongs to the piece that holds its middle, and does not reach beyond it.
        """
        middle = (start + end) / 2 * RATE
        at = max(0, bisect_right(self.pieces, middle, key=lambda piece: piece.packed) - 1)
        piece = self.pieces[at]
        first, last = piece.original / RATE, (piece.original + piece.count) / RATE
        shift = (piece.original - piece.packed) / RATE
        return min(max(start + shift, first), last), min(max(end + shift, first), last)


def pack(audio: Float, spans: Sequence[Span], joins: float, longest: float) -> Packed:
    """Lay speech together.

    Args:
        audio: mono, 16 kHz.
        spans: where somebody speaks in it.
        joins: seconds of silence across which neighbours may stand in one clip.
        longest: seconds of a clip; a span that is itself longer stays whole.

    """
    groups = _groups(spans, joins, longest)
    sound: list[Float] = []
    pieces: list[Piece] = []
    clips: list[Span] = []
    at = 0
    for group in groups:
        begin = at
        for first, last in _cuts(group):
            piece = audio[first:last]
            pieces.append(Piece(at, first, len(piece)))
            sound.append(piece)
            at += len(piece)
        clips.append(Span(begin / RATE, at / RATE))
    return Packed(np.concatenate(sound) if sound else audio[:0], tuple(clips), tuple(pieces))


def _groups(spans: Sequence[Span], joins: float, longest: float) -> list[list[Span]]:
    groups: list[list[Span]] = []
    length = 0.0
    for span in spans:
        gap = span.start - groups[-1][-1].end if groups else 0.0
        longer = length + min(gap, KEPT) + span.duration
        if groups and gap <= joins and longer <= longest:
            groups[-1].append(span)
            length = longer
        else:
            groups.append([span])
            length = span.duration
    return groups


def _cuts(group: list[Span]) -> list[tuple[int, int]]:
    """Return the stretches of sound to keep, in samples: silence up to `KEPT` whole, of longer silence half at each end."""
    cuts: list[tuple[int, int]] = []
    for span in group:
        first, last = round(span.start * RATE), round(span.end * RATE)
        if cuts and first - cuts[-1][1] <= KEPT * RATE:
            cuts[-1] = (cuts[-1][0], last)
        elif cuts:
            half = round(KEPT / 2 * RATE)
            cuts[-1] = (cuts[-1][0], cuts[-1][1] + half)
            cuts.append((first - half, last))
        else:
            cuts.append((first, last))
    return cuts
