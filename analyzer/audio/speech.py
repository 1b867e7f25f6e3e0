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
_SLICE, _CONTEXT = 128, 64
"""Hops that the model hears in one run (4 s: what it works on stays in the processor's cache), and samples of the hop
before that it hears with each."""
_SILENT = 10 ** (-80 / 20)
"""Samples that never exceed this (-80 dB of full scale) need no model to be silence."""


@dataclass(frozen=True, slots=True)
class Speech:
    """Where somebody speaks in a stretch of mono sound."""

    spans: tuple[Span, ...]
    """In order, without overlap; empty for silence."""
    probability: NDArray[np.float32]
    """That somebody speaks, for each 32 ms."""

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

    It is run over slices of one size: runs of ever new sizes leave memory behind in onnxruntime, some 20 MB each.  The
    session is called and not the wrapper around it, which forgets at every call what it heard before.
    """
    found = np.zeros(len(hops), np.float32)
    if not len(hops):
        return found
    from faster_whisper.vad import get_vad_model

    session = get_vad_model().session
    h = c = np.zeros((1, 1, 128), np.float32)
    before = np.zeros(_CONTEXT, np.float32)
    for first in range(0, len(hops), _SLICE):
        part = hops[first : first + _SLICE]
        heard = np.zeros((_SLICE, _CONTEXT + _HOP), np.float32)
        heard[: len(part), _CONTEXT:] = part
        heard[0, :_CONTEXT] = before
        heard[1 : len(part), :_CONTEXT] = part[:-1, -_CONTEXT:]
        before = part[-1, -_CONTEXT:]
        judged, h, c = session.run(None, {"input": heard, "h": h, "c": c})
        found[first : first + _SLICE] = judged.reshape(-1)[: len(part)]
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
