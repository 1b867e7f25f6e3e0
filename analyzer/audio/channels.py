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
"""Median difference of two levelled channels below which both hold the same sound."""
_OWN_DB, _OWN = 6.0, 0.02
"""Among more than two, a moment in which a channel is this far from what the others make up is its own; and the share of
its loud moments that have to be, or nothing is.  (A median would not do: two are alike while a third one speaks.)"""
_LOUD_DB = -10.0
"""Moments this far below a channel's own speech are not loud."""
_ONE_SOURCE = 0.9
"""Share of a channel's sound from one other channel, from which it is a copy of that one rather than a mix."""
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

Layout = Literal["mono", "stereo", "dual mono", "one silent channel", "several channels", "all silent but one"]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A channel that is not heard by itself."""

    channel: int
    reason: Literal["silent", "copy", "mix"]
    of: int | None = None
    """The channel that it is a copy of."""

    def __str__(self) -> str:
        """Say it for the reader, who counts from one."""
        reasons = {
            "silent": "is silent",
            "copy": f"holds the same sound as channel {(self.of or 0) + 1}",
            "mix": "is a mix of the others",
        }
        return f"channel {self.channel + 1} {reasons[self.reason]} and was left out"


@dataclass(frozen=True, slots=True)
class Channels:
    """Which channels are worth hearing, and the energy of all of them."""

    layout: Layout
    used: tuple[int, ...]
    """Channels to transcribe, in order: of each sound one."""
    energy: NDArray[np.float32]
    """Mean square of each frame of 10 ms, shape (channels, frames)."""
    loud: NDArray[np.float64]
    """Each channel's energy while its own speaker speaks, shape (channels,)."""
    left_out: tuple[LeftOut, ...] = ()
    """The other channels, in order."""

    def told(self) -> list[str]:
        """Return what a reader should know of channels that are not heard."""
        if self.layout == "one silent channel":
            return ["one of the two channels is silent: all speech comes from the other"]
        if self.layout == "dual mono":
            return ["both channels hold the same sound, so they do not tell who speaks"]
        return [str(one) for one in self.left_out]

    def open(self) -> NDArray[np.bool_]:
        """Return for each channel the frames in which its own speaker may be heard, shape (channels, frames).

        Where one speaks, the others' channels are closed; where several speak, or nobody does, theirs are open.  A
        channel that is left out closes none: a mix of all would close everybody's.
        """
        kernel = np.ones(_SMOOTH, np.float32) / _SMOOTH
        levelled = [
            np.convolve(channel, kernel / np.float32(loud), mode="same")
            for channel, loud in zip(self.energy, self.loud, strict=True)
        ]
        loudest = np.max([levelled[channel] for channel in self.used], axis=0)
        open_: NDArray[np.bool_] = np.stack(levelled) >= loudest * np.float32(10 ** (-_BEHIND_DB / 10))
        return open_


def examine(samples: Samples) -> Channels:
    """Return a recording's channels, measured."""
    energy = energy_of(samples)
    loud = np.maximum(np.percentile(energy, _LOUD, axis=1), 1e-12)
    left_out = tuple(_left_out(energy, loud))
    missing = {one.channel for one in left_out}
    used = tuple(channel for channel in range(len(energy)) if channel not in missing)
    return Channels(_layout(len(energy), left_out), used, energy, loud, left_out)


def energy_of(samples: Samples) -> NDArray[np.float32]:
    """Return the mean square of each frame of 10 ms, shape (channels, frames), in one pass over the disk."""
    return np.concatenate([_frame_energy(piece) for piece in samples.pieces(FRAME * 6_000)], axis=1)


def _frame_energy(piece: Float) -> NDArray[np.float32]:
    spare = -piece.shape[1] % FRAME
    frames = np.pad(piece, ((0, 0), (0, spare))).reshape(len(piece), -1, FRAME)
    energy: NDArray[np.float32] = np.square(frames).mean(axis=2)
    return energy


def _layout(channels: int, left_out: tuple[LeftOut, ...]) -> Layout:
    if channels > 2:
        silent = [one for one in left_out if one.reason == "silent"]
        return "all silent but one" if len(silent) == channels - 1 else "several channels"
    if not left_out:
        return "mono" if channels == 1 else "stereo"
    return "one silent channel" if left_out[0].reason == "silent" else "dual mono"


def _left_out(energy: NDArray[np.float32], loud: NDArray[np.float64]) -> list[LeftOut]:
    """Return the channels that hold nothing, or nothing that another one does not hold, in order."""
    decibel = 10 * np.log10(loud)
    heard = [n for n in range(len(loud)) if decibel[n] >= _SILENT_DB] or [int(decibel.argmax())]
    left_out = [LeftOut(n, "silent") for n in range(len(loud)) if n not in heard]
    some = energy[:, :: max(1, energy.shape[1] // _ENOUGH)]  # a median needs no more, and hours would need memory
    while len(heard) > 2 and (found := _made_of_others(some[heard], loud[heard])):
        channel, source = found
        of = None if source is None else heard[source]
        left_out.append(LeftOut(heard[channel], "mix" if of is None else "copy", of))
        del heard[channel]
    if len(heard) == 2 and _same(some[heard], loud[heard]):
        quieter, louder = sorted(heard, key=lambda n: (loud[n], -n))
        left_out.append(LeftOut(quieter, "copy", louder))
    return sorted(left_out, key=lambda one: one.channel)


def _same(energy: NDArray[np.float32], loud: NDArray[np.float64]) -> bool:
    """Return whether two channels, levelled, go up and down together."""
    levelled = 10 * np.log10(np.maximum(energy / loud[:, None], 1e-12))
    active = levelled.max(axis=0) > _ACTIVE_DB
    return bool(np.median(np.abs(levelled[0, active] - levelled[1, active])) < _SAME_DB)


def _made_of_others(energy: NDArray[np.float32], loud: NDArray[np.float64]) -> tuple[int, int | None] | None:
    """Return which channel the others make up best, and of which of them it is a copy (``None``: of several).

    ``None`` where each holds sound of its own.  Energies of different voices add up, so a mix is a sum of channels.
    """
    levels = np.maximum(energy.astype(np.float64), 1e-12)
    fits = []
    for n in range(len(levels)):
        others = np.delete(levels, n, axis=0)
        shares = np.maximum(np.linalg.lstsq(others.T, levels[n], rcond=None)[0], 0.0)  # no channel takes sound away
        made = np.maximum(shares @ others, 1e-12)
        active = np.maximum(levels[n], made) > loud[n] * 10 ** (_LOUD_DB / 10)
        own = float((np.abs(10 * np.log10(levels[n] / made)) > _OWN_DB)[active].mean())
        parts = shares * others.mean(axis=1)
        most = int(parts.argmax())
        source = most + (most >= n) if parts[most] >= _ONE_SOURCE * parts.sum() else None
        fits.append((round(own, 3), -n, source))  # of copies that fit alike, the later one
    own, channel, source = min(fits, key=lambda fit: fit[:2])
    return (-channel, source) if own < _OWN else None


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
