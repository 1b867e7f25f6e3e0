"""Where somebody speaks: the silero model that faster-whisper carries."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyzer.audio.decode import RATE, Float
from analyzer.model import Span

_HOP = 512
"""Samples that the model judges at once (32 ms)."""
_BEGINS, _GOES_ON = 0.5, 0.35
"""Probability at which speech begins, and down to which it goes on: silero's own values."""
_SHORTEST = 0.1
"""Seconds of speech below which it was a click or a cough."""
_PAUSE = 0.25
"""Seconds without speech that part two spans."""
_PAD = 0.1
"""Seconds kept before and after a span: the first consonant is quieter than the model's threshold."""
_SLICE, _WARM = 2048, 64
"""Hops that the model hears in one run (66 s), and those before (2 s) that it hears again to be warm."""
_SILENT = 10 ** (-80 / 20)
"""Samples that never exceed this (-80 dB of full scale) need no model to be silence."""


@dataclass(frozen=True, slots=True)
class Speech:
    """Where somebody speaks in a stretch of mono sound."""

    spans: tuple[Span, ...]
    """In order, without overlap; empty for silence."""
    probability: NDArray[np.float32]
    """That somebody speaks, for each 32 ms."""

    @property
    def seconds(self) -> float:
        """Length of all spans together."""
        return sum(span.duration for span in self.spans)

    def highest(self, start: float, end: float) -> float:
        """Return the highest probability of speech between two times (in seconds), 0 outside of the sound."""
        frames = self._frames(start, end)
        return float(frames.max()) if frames.size else 0.0

    def spoken(self, start: float, end: float) -> float:
        """Return how many seconds between two times are speech, by the weaker of the two thresholds."""
        return float((self._frames(start, end) >= _GOES_ON).sum()) * _HOP / RATE

    def _frames(self, start: float, end: float) -> NDArray[np.float32]:
        return self.probability[max(0, int(start * RATE / _HOP)) : max(0, int(np.ceil(end * RATE / _HOP)))]


def find_speech(audio: Float) -> Speech:
    """Return where somebody speaks in mono ``audio`` at 16 kHz."""
    padded = np.pad(audio, (0, -len(audio) % _HOP)).reshape(-1, _HOP)
    probability = np.zeros(len(padded), np.float32)
    audible = _audible(padded)
    # The model costs as much for silence as for speech, and half of a gated channel is muted.
    probability[audible] = _judged(padded[audible])
    return Speech(tuple(_spans(probability, len(audio) / RATE)), probability)


def _judged(hops: Float) -> NDArray[np.float32]:
    """Return the model's probability for each hop of shape (n, 512).

    It is run over slices of one size: runs of ever new sizes leave memory behind in onnxruntime, some 20 MB each.
    """
    found = np.zeros(len(hops), np.float32)
    for first in range(0, len(hops), _SLICE):
        from faster_whisper.vad import get_vad_model

        begin = max(0, first - _WARM)
        part = hops[begin : first + _SLICE]
        slice_ = np.zeros((_SLICE + _WARM, _HOP), np.float32)
        slice_[: len(part)] = part
        judged = np.asarray(get_vad_model()(slice_.reshape(-1)), np.float32).reshape(-1)
        found[first : first + _SLICE] = judged[first - begin : len(part)]
    return found


def _audible(hops: Float) -> NDArray[np.bool_]:
    """Return which hops are not silent, with their neighbours: the model judges a sound by what was before it."""
    loud = np.maximum(hops.max(axis=1), -hops.min(axis=1)) > _SILENT
    near = round(_PAUSE * RATE / _HOP)
    return np.convolve(loud, np.ones(2 * near + 1), mode="same")[: len(loud)] > 0.5 if loud.any() else loud


def _spans(probability: NDArray[np.float32], duration: float) -> list[Span]:
    """Return the runs that go on with a begin in them, joined over short pauses and padded."""
    going = np.concatenate([[False], probability >= _GOES_ON, [False]])
    edges = np.flatnonzero(going[1:] != going[:-1])
    runs = [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if probability[a:b].max() >= _BEGINS]
    joined: list[tuple[float, float]] = []
    for first, last in runs:
        start, end = first * _HOP / RATE, last * _HOP / RATE
        if joined and start - joined[-1][1] < _PAUSE:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    kept = [(start, end) for start, end in joined if end - start >= _SHORTEST]
    # Spans are at least a pause of 0.25 s apart, so two pads of 0.1 s never meet.
    return [Span(max(0.0, start - _PAD), min(duration, end + _PAD)) for start, end in kept]
