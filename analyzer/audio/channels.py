"""What the channels of a recording hold, and which of them speaks at each moment.

In a call recorded with a speaker a channel, each channel also carries the other speaker, some 15 dB down; a voice
activity detector takes that for speech and a recogniser writes it down.  So before either sees the samples, a
channel is muted where the other one's speaker is heard alone, frame by frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analyzer.audio.decode import RATE, Float, Samples

FRAME = RATE // 100
"""Samples in a frame (10 ms)."""
_SMOOTH = 21
"""Frames over which energy is averaged before channels are compared (0.2 s: between syllables nobody dominates)."""
_SILENT_DB = -60.0
"""A channel whose loud frames stay below this, relative to full scale, is silent."""
_SAME_DB = 3.0
"""Median difference of levelled channels below which both hold the same sound."""
_ACTIVE_DB = -25.0
"""Frames this far below a channel's loud frames do not count when channels are compared."""
_ENOUGH = 60_000
"""Frames by which channels are compared (10 minutes' worth, from all over the recording)."""

_BEHIND_DB = 3.0
"""A channel that is at most this far behind the other, relative to its own speech, holds speech of its own: cross-talk
stays further behind (6 dB is the worst that is told apart)."""
_LOUD = 99
"""Percentile of a channel's frames that is its own speaker's level, even where he speaks for a fiftieth of the time; a
lower one would be the level of the other's cross-talk then."""

Layout = Literal["mono", "stereo", "dual mono", "one silent channel"]


@dataclass(frozen=True, slots=True)
class Channels:
    """Which channels are worth hearing, and the energy of all of them."""

    layout: Layout
    used: tuple[int, ...]
    """Channels to transcribe: both for true stereo, else one."""
    energy: NDArray[np.float32]
    """Mean square of each frame of 10 ms, shape (channels, frames)."""
    loud: NDArray[np.float64]
    """Each channel's energy while its own speaker speaks, shape (channels,)."""

    def open(self) -> NDArray[np.bool_]:
        """Return for each channel the frames in which its own speaker may be heard, shape (channels, frames).

        Where one speaks, the other's channel is closed; where both speak, or nobody does, both are open.
        """
        kernel = np.ones(_SMOOTH, np.float32) / _SMOOTH
        levelled = [
            np.convolve(channel, kernel / np.float32(loud), mode="same")
            for channel, loud in zip(self.energy, self.loud, strict=True)
        ]
        open_: NDArray[np.bool_] = np.stack(levelled) >= np.max(levelled, axis=0) * np.float32(10 ** (-_BEHIND_DB / 10))
        return open_


def examine(samples: Samples) -> Channels:
    """Measure a recording's channels in one pass over the disk."""
    pieces = [_frame_energy(piece) for piece in samples.pieces(FRAME * 6_000)]
    energy = np.concatenate(pieces, axis=1)
    loud = np.maximum(np.percentile(energy, _LOUD, axis=1), 1e-12)
    layout, used = _layout(energy, loud)
    return Channels(layout, used, energy, loud)


def _frame_energy(piece: Float) -> NDArray[np.float32]:
    spare = -piece.shape[1] % FRAME
    frames = np.pad(piece, ((0, 0), (0, spare))).reshape(len(piece), -1, FRAME)
    energy: NDArray[np.float32] = np.square(frames).mean(axis=2)
    return energy


def _layout(energy: NDArray[np.float32], loud: NDArray[np.float64]) -> tuple[Layout, tuple[int, ...]]:
    if len(energy) == 1:
        return "mono", (0,)
    decibel = 10 * np.log10(loud)
    loudest = int(decibel.argmax())
    if decibel.min() < _SILENT_DB:
        return "one silent channel", (loudest,)
    some = energy[:, :: max(1, energy.shape[1] // _ENOUGH)]  # a median needs no more, and hours would need memory
    levelled = 10 * np.log10(np.maximum(some / loud[:, None], 1e-12))
    active = levelled.max(axis=0) > _ACTIVE_DB
    difference = np.abs(levelled[0, active] - levelled[1, active])
    if np.median(difference) < _SAME_DB:
        return "dual mono", (loudest,)
    return "stereo", (0, 1)


def gate(sound: Float, open_: NDArray[np.bool_]) -> Float:
    """Return one channel's samples with the frames muted in which it is not open.

    Args:
        sound: mono, beginning at a frame's edge.
        open_: for each of its frames, whether to keep it.

    """
    mask = open_.astype(np.float32)
    gain = np.repeat(mask, FRAME)[: len(sound)]
    # A ramp over one frame at each edge: a hard cut clicks, and clicks are recognised as consonants.
    for edge in np.flatnonzero(np.diff(mask)) + 1:
        ramp = gain[edge * FRAME - FRAME // 2 : edge * FRAME + FRAME // 2]
        ramp[:] = np.linspace(mask[edge - 1], mask[edge], len(ramp))
    gated: Float = gain
    gated *= sound
    return gated
