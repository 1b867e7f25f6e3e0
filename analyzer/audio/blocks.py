"""A recording in blocks, cut where it is quiet: what is in memory at a time does not grow with the recording."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analyzer.audio.channels import FRAME, Channels
from analyzer.audio.decode import RATE

BLOCK = 600.0
"""Longest block in seconds, and what an interrupted transcription has to do again at most.  A shorter one would cost
more: at the end of a block a recogniser's window stays half empty, in every channel."""
_SEARCH = 60.0
"""A block is cut at the quietest place in its last minute."""
_QUIET = 0.3
"""Seconds over which quiet is judged."""


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of the recording that is handled at once."""

    first_frame: int
    last_frame: int

    @property
    def start(self) -> float:
        """Seconds from the start of the recording."""
        return self.first_frame * FRAME / RATE

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return (self.last_frame - self.first_frame) * FRAME / RATE


def blocks(channels: Channels) -> Iterator[Block]:
    """Cut the recording into blocks of at most `BLOCK` seconds, at the quietest place in reach.

    The blocks depend on the sound alone, so a second run cuts at the same places.
    """
    total = channels.energy.shape[1]
    width = round(_QUIET * RATE / FRAME)
    longest, search = round(BLOCK * RATE / FRAME), round(min(_SEARCH, BLOCK / 2) * RATE / FRAME)
    used = list(channels.used)  # the hum of a silent channel, levelled, would be as loud as speech
    first = 0
    while total - first > longest:
        reach = channels.energy[used, first + longest - search : first + longest]
        loudest = (reach / channels.loud[used, None]).max(axis=0)
        # Only whole windows: one that hangs over the edge holds less sound and would always look quieter.
        quiet = np.convolve(loudest, np.ones(width), mode="valid")
        last = first + longest - search + int(quiet.argmin()) + width // 2
        yield Block(first, last)
        first = last
    yield Block(first, total)
