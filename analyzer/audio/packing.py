"""Speech laid together into clips for a recogniser, and its times laid out again.

A recogniser pays for every clip as for a full window of 30 seconds, and in a talk each channel is silent half the time.
So neighbouring speech is heard together, long silence between is left out, and where one channel ends within a clip
the next one begins in it.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from analyzer.audio.decode import RATE, Float
from analyzer.model import Span

KEPT = 0.3
"""Longest silence in seconds that stays inside a clip: it tells a recogniser where a sentence ends."""
LEAST = 0.1
"""Down to which it gives way, evenly in all of the clip, where one more stretch of speech fits in by that."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of sound that is kept whole: where it stands in the packed sound, and where it came from."""

    part: int
    packed: int
    original: int
    count: int
    """In samples, like the two before."""


class Place(NamedTuple):
    """Where a word stands in the sound that it was packed from."""

    part: int
    start: float
    end: float
    """In seconds, like the start."""


@dataclass(frozen=True, slots=True)
class Packed:
    """The speech of a block, in clips."""

    audio: Float
    clips: tuple[Span, ...]
    """Seconds from the start of ``audio``."""
    pieces: tuple[Piece, ...]

    def original(self, start: float, end: float) -> Place:
        """Return where a word of the packed sound stands in the sound that it was made from.

        A word belongs to the piece that holds its middle, and does not reach beyond it.
        """
        middle = (start + end) / 2 * RATE
        at = max(0, bisect_right(self.pieces, middle, key=lambda piece: piece.packed) - 1)
        piece = self.pieces[at]
        first, last = piece.original / RATE, (piece.original + piece.count) / RATE
        shift = (piece.original - piece.packed) / RATE
        return Place(piece.part, min(max(start + shift, first), last), min(max(end + shift, first), last))


class _Stretch(NamedTuple):
    """Samples ``[first, last)`` of a part."""

    part: int
    first: int
    last: int

    @property
    def length(self) -> int:
        return self.last - self.first


def pack(parts: Sequence[Sequence[Span]], sound: Callable[[int], Float], joins: float, longest: float) -> Packed:
    """Lay speech together.

    Args:
        parts: where somebody speaks in each channel.
        sound: returns a part's mono sound at 16 kHz; called once for each part in which somebody speaks.
        joins: seconds of silence across which neighbours may stand in one clip; infinite: parts may, too.
        longest: seconds of a clip; a span that is itself longer stays whole.

    """
    spoken = [
        _Stretch(part, round(span.start * RATE), round(span.end * RATE))
        for part, spans in enumerate(parts)
        for span in spans
    ]
    heard: list[Float] = []
    pieces: list[Piece] = []
    clips: list[Span] = []
    at, audio, held = 0, np.zeros(0, np.float32), -1
    for group in _groups(spoken, joins * RATE, int(longest * RATE)):
        begin = at
        for part, first, last in _cuts(group, int(longest * RATE)):
            if part != held:
                audio, held = sound(part), part
            piece = audio[max(0, first) : last]
            pieces.append(Piece(part, at, max(0, first), len(piece)))
            heard.append(piece)
            at += len(piece)
        clips.append(Span(begin / RATE, at / RATE))
    return Packed(np.concatenate(heard) if heard else audio, tuple(clips), tuple(pieces))


def _gap(one: _Stretch, other: _Stretch) -> float:
    """Return the samples between two stretches; without end where they belong to different parts."""
    return other.first - one.last if one.part == other.part else math.inf


def _groups(spoken: Sequence[_Stretch], joins: float, longest: int) -> list[list[_Stretch]]:
    groups: list[list[_Stretch]] = []
    length = 0.0
    for stretch in spoken:
        gap = _gap(groups[-1][-1], stretch) if groups else 0.0
        longer = length + min(gap, LEAST * RATE) + stretch.length
        if groups and gap <= joins and longer <= longest:
            groups[-1].append(stretch)
            length = longer
        else:
            groups.append([stretch])
            length = stretch.length
    return groups


def _cuts(group: Sequence[_Stretch], longest: int) -> list[_Stretch]:
    """Return the stretches of sound to keep: silence up to what may be kept whole, of longer silence half at each end."""
    half = _kept(group, longest) // 2
    cuts = [group[0]]
    for stretch in group[1:]:
        before = cuts[-1]
        if _gap(before, stretch) <= 2 * half:
            cuts[-1] = before._replace(last=stretch.last)
        else:
            cuts[-1] = before._replace(last=before.last + half)
            cuts.append(stretch._replace(first=stretch.first - half))
    return cuts


def _kept(group: Sequence[_Stretch], longest: int) -> int:
    """Return the longest silence in samples that may stay in a clip so that all of the group has room."""
    gaps = [_gap(one, other) for one, other in pairwise(group)]
    room = longest - sum(stretch.length for stretch in group)
    kept = round(KEPT * RATE)
    return kept if not gaps or sum(min(gap, kept) for gap in gaps) <= room else room // len(gaps)
