"""Where somebody speaks: the silero model that faster-whisper carries, over blocks cut at quiet places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analyzer.audio.channels import FRAME, Channels
from analyzer.audio.decode import RATE, Float
from analyzer.model import Span

BLOCK = 300.0
"""Longest block in seconds: what is in memory at a time does not grow with the recording."""
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


def blocks(channels: Channels) -> Iterator[Block]:
    """Cut the recording into blocks of at most `BLOCK` seconds, at the quietest place in reach."""
    total = channels.energy.shape[1]
    loudest = (channels.energy / channels.loud[:, None]).max(axis=0)
    width = round(_QUIET * RATE / FRAME)
    longest, search = round(BLOCK * RATE / FRAME), round(_SEARCH * RATE / FRAME)
    first = 0
    while total - first > longest:
        window = loudest[first + longest - search : first + longest]
        quiet = np.convolve(window, np.ones(width), mode="same")
        last = first + longest - search + int(quiet.argmin())
        yield Block(first, last)
        first = last
    yield Block(first, total)


def speech_spans(audio: Float, threshold: float = 0.5) -> list[Span]:
    """Return the stretches with speech of mono ``audio`` at 16 kHz, in order; empty for silence."""
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    options = VadOptions(
        threshold=threshold, min_speech_duration_ms=100, min_silence_duration_ms=250, speech_pad_ms=100
    )
    return [Span(s["start"] / RATE, s["end"] / RATE) for s in get_speech_timestamps(audio, options)]


def clips(spans: list[Span], gap: float, longest: float) -> list[Span]:
    """Join neighbouring spans that are at most ``gap`` seconds apart, as long as a clip stays within ``longest``.

    A recogniser hears a sentence better whole than in pieces, and pays for every piece as for a full window.
    A span that is itself longer than ``longest`` stays as it is.
    """
    joined: list[Span] = []
    for span in spans:
        if joined and span.start - joined[-1].end <= gap and span.end - joined[-1].start <= longest:
            joined[-1] = Span(joined[-1].start, span.end)
        else:
            joined.append(span)
    return joined
