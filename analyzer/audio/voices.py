"""What a voice sounds like, as a vector: the Resemblyzer encoder in numpy.

Three LSTM layers of 256 over 40 bands of mel power, 1.6 seconds at a time, then one linear layer; the network is
Corentin Jemine's Resemblyzer (Apache-2.0), after Wan et al. 2018, "Generalized end-to-end loss for speaker
verification".  Two windows of one voice point the same way, two voices point apart.
"""

from __future__ import annotations

import functools
import itertools
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.audio.cluster import Labels
from analyzer.audio.decode import RATE, Float, Samples
from analyzer.errors import EngineError
from analyzer.model import Span

BANDS = 40
WIDTH = 256
LAYERS = 3
FRAMES = 100
"""Frames a second."""
_FRAME = RATE // FRAMES
_FFT = RATE // 40
_LEVEL = 0.1
"""Root mean square to which speech is brought, its voices together: who is louder stays to be heard."""
_BATCH = 128
"""Windows that go through the network together: enough for fast matrix products."""
_PIECE = 6_000
"""Frames whose mel power is computed at once, so that memory does not grow with the recording."""
_QUIET, _OVER, _LEFT = 10, 1.5, 0.1
"""Noise beneath the speech: the percentile of the power of 50 ms that is noise alone, its mean as a multiple of that,
and the share of the power that is left where all of it is noise.

On a telephone talk of two women with white noise 20 dB below, words at the wrong voice went from 9 to 1%; sound without
noise stays as it is.
"""
_LOOKS, _LOOK = 60, 100
"""Places, evenly spread, at which noise is looked for, and frames that are looked at."""


class OnDisk:
    """One channel of a decoded recording, read a piece at a time; a map of the file would count as memory in use."""

    def __init__(self, samples: Samples, channel: int) -> None:
        self._samples = samples
        self._channel = channel

    def __len__(self) -> int:
        return self._samples.count

    def __getitem__(self, part: slice) -> Float:
        first, last, _ = part.indices(len(self))
        return self._samples.read_channel(self._channel, first, max(first, last))


Pcm = NDArray[np.float32] | NDArray[np.int16] | OnDisk
"""Mono samples at 16 kHz: float32 at full scale 1, 16-bit, or on disk."""


def full_scale(piece: Float | NDArray[np.int16]) -> Float:
    """Return samples as float32 at full scale 1, a copy; those that are no 16-bit numbers are that already."""
    scale = np.float32(1 / 32768 if piece.dtype == np.int16 else 1)
    return piece.astype(np.float32) * scale


def names_and_shapes() -> dict[str, tuple[int, ...]]:
    """Return the encoder's tensors and their shapes, by the names that its checkpoint uses."""
    shapes: dict[str, tuple[int, ...]] = {"linear.weight": (WIDTH, WIDTH), "linear.bias": (WIDTH,)}
    for layer in range(LAYERS):
        shapes[f"lstm.weight_ih_l{layer}"] = (4 * WIDTH, WIDTH if layer else BANDS)
        shapes[f"lstm.weight_hh_l{layer}"] = (4 * WIDTH, WIDTH)
        shapes[f"lstm.bias_ih_l{layer}"] = shapes[f"lstm.bias_hh_l{layer}"] = (4 * WIDTH,)
    return shapes


def _joined(weights: dict[str, NDArray[np.float32]], layer: int) -> tuple[Float, Float]:
    """Return a layer's matrix for its input beside its own last output, shape (in + 256, 1024), and its bias."""
    matrix = np.concatenate([weights[f"lstm.weight_ih_l{layer}"], weights[f"lstm.weight_hh_l{layer}"]], axis=1)
    bias = weights[f"lstm.bias_ih_l{layer}"] + weights[f"lstm.bias_hh_l{layer}"]
    entry, forget, content, out = np.split(np.arange(4 * WIDTH), 4)
    order = np.concatenate([entry, forget, out, content])  # the three that are squashed alike stand together
    return np.ascontiguousarray(matrix[order].T), bias[order]


class VoiceEncoder:
    """The loaded network."""

    def __init__(self, weights: dict[str, NDArray[np.float32]]) -> None:
        self._layers = [_joined(weights, layer) for layer in range(LAYERS)]
        self._linear = np.ascontiguousarray(weights["linear.weight"].T), weights["linear.bias"]

    @classmethod
    def load(cls, path: Path) -> VoiceEncoder:
        """Return the network whose weights `analyzer models pull voices` has put into ``path``.

        Raises:
            EngineError: the file is damaged.

        """
        try:
            with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
                weights = {name: file[name].astype(np.float32) for name in names_and_shapes()}
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise EngineError(
                f"the voice model {str(path)!r} cannot be read ({error}): "
                "remove it and fetch it again with `analyzer models pull voices`"
            ) from error
        if wrong := [name for name, shape in names_and_shapes().items() if weights[name].shape != shape]:
            raise EngineError(f"the voice model {str(path)!r} has other shapes than its network: {', '.join(wrong)}")
        return cls(weights)

    def embed(self, mels: Float) -> Float:
        """Return a vector of length one for each window; shape (n, frames, 40) to (n, 256)."""
        found = [self._batch(mels[first : first + _BATCH]) for first in range(0, len(mels), _BATCH)]
        return np.concatenate(found) if found else np.zeros((0, WIDTH), np.float32)

    def _batch(self, mels: Float) -> Float:
        """Run all layers frame by frame, so that what a step touches stays in the processor's cache."""
        n = len(mels)
        # Of each layer: what it hears, beside it its own last output.  One product serves both.
        heard = [np.zeros((n, joint.shape[0]), np.float32) for joint, _ in self._layers]
        cells = [np.zeros((n, WIDTH), np.float32) for _ in self._layers]
        output = np.zeros((n, WIDTH), np.float32)
        for frame in range(mels.shape[1]):
            output = mels[:, frame]
            for (joint, bias), inputs, cell in zip(self._layers, heard, cells, strict=True):
                inputs[:, :-WIDTH] = output
                output = _step(inputs @ joint + bias, cell)
                inputs[:, -WIDTH:] = output
        weight, bias = self._linear
        raw = np.maximum(output @ weight + bias, 0)
        vectors: Float = raw / np.maximum(np.linalg.norm(raw, axis=1, keepdims=True), 1e-9)
        return vectors


def _step(gates: Float, cell: Float) -> Float:
    """Return a layer's output and update its ``cell``; the gates, side by side: in, forget, out, new content."""
    opened, content = gates[:, : 3 * WIDTH], gates[:, 3 * WIDTH :]
    _sigmoid(opened)
    np.tanh(content, out=content)
    content *= opened[:, :WIDTH]
    cell *= opened[:, WIDTH : 2 * WIDTH]
    cell += content
    output: Float = np.tanh(cell)
    output *= opened[:, 2 * WIDTH :]
    return output


def _sigmoid(values: Float) -> None:
    """Replace ``values`` in place; by tanh, which unlike exp cannot overflow."""
    values *= np.float32(0.5)
    np.tanh(values, out=values)
    values *= np.float32(0.5)
    values += np.float32(0.5)


@functools.cache
def _filters() -> Float:
    from faster_whisper.feature_extractor import FeatureExtractor

    filters: Any = FeatureExtractor.get_mel_filters(RATE, _FFT, BANDS)
    return np.asarray(filters, np.float32).T


def mel_power(samples: Float) -> Float:
    """Return the mel power of frames of 25 ms, one each 10 ms; shape (n,) to ((n - 400) // 160 + 1, 40)."""
    window = np.hanning(_FFT + 1)[:-1].astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(samples, _FFT)[::_FRAME]
    power = np.abs(np.fft.rfft(frames * window, axis=1)) ** 2
    mel: Float = power.astype(np.float32) @ _filters()
    return mel


class Speech:
    """The speech of a recording as one stretch of mel frames, the silence between its spans left out.

    Short answers thereby share a window with what is said around them, as in the encoder's training speech.
    """

    def __init__(self, samples: Pcm, spans: Sequence[Span]) -> None:
        self._samples = samples
        last = len(samples) // _FRAME
        edges = [(min(round(span.start * FRAMES), last), min(round(span.end * FRAMES), last)) for span in spans]
        self._edges = [(first, end) for first, end in edges if first < end]
        self._gain = self._level()
        self._noise = self._beneath()

    @property
    def frames(self) -> int:
        """How many frames there are, 100 a second."""
        return sum(end - first for first, end in self._edges)

    def position(self, seconds: NDArray[np.float64]) -> Labels:
        """Return the frame of the speech at each time of the recording; in silence, the next one (or the last)."""
        firsts = np.array([first for first, _ in self._edges])
        ends = np.array([end for _, end in self._edges])
        before = np.concatenate([[0], np.cumsum(ends - firsts)])
        frame = np.floor(seconds * FRAMES).astype(np.int64)
        span = np.searchsorted(ends, frame, side="right")
        inside = np.clip(span, 0, len(ends) - 1)
        position = before[span] + np.where(span < len(ends), np.maximum(frame - firsts[inside], 0), 0)
        clipped: Labels = np.minimum(position, self.frames - 1)
        return clipped

    def windows(self, encoder: VoiceEncoder, length: int, hop: int) -> tuple[Labels, Float]:
        """Return where windows of ``length`` frames begin, one each ``hop`` frames, and how each sounds.

        The last window ends with the speech; speech shorter than one window is followed by silence.

        Returns:
            First frames of shape (n,), vectors of length one of shape (n, 256).

        """
        if not self._edges:
            return np.zeros(0, np.int64), np.zeros((0, WIDTH), np.float32)
        last = max(0, self.frames - length)
        starts = np.unique(np.append(np.arange(0, last + 1, hop), last))
        vectors = [encoder.embed(np.stack(batch)) for batch in _batches(self._cut(starts, length))]
        return starts, np.concatenate(vectors)

    def _cut(self, starts: Labels, length: int) -> Iterator[Float]:
        held, at = np.zeros((0, BANDS), np.float32), 0
        pieces = self._mels()
        for start in starts:
            while at + len(held) < start + length and (piece := next(pieces, None)) is not None:
                held = np.concatenate([held, piece])
            held, at = held[start - at :], int(start)
            yield np.pad(held[:length], ((0, max(0, length - len(held))), (0, 0)))

    def _mels(self) -> Iterator[Float]:
        for first, end in self._edges:
            for at in range(first, end, _PIECE):
                count = min(end - at, _PIECE)
                mel = self._mel(at, count)
                yield np.maximum(mel - self._noise, np.float32(_LEFT) * mel)

    def _mel(self, at: int, count: int) -> Float:
        """Return the mel power of frames of the recording, noise and all."""
        return mel_power(self._read(at * _FRAME - _FFT // 2, (at + count - 1) * _FRAME + _FFT // 2) * self._gain)

    def _beneath(self) -> Float:
        """Return the mel power of the noise that goes on beneath the speech, shape (40,)."""
        if not self._edges:
            return np.zeros(BANDS, np.float32)
        blocks = self._blocks()
        chosen = np.unique(np.linspace(0, len(blocks) - 1, _LOOKS).round().astype(np.int64))
        quiet = np.concatenate([_smoothed(self._mel(*blocks[place])) for place in chosen])
        noise: Float = (_OVER * np.percentile(quiet, _QUIET, axis=0)).astype(np.float32)
        return noise

    def _blocks(self) -> list[tuple[int, int]]:
        """Return first frame and length of stretches of speech of a second at most."""
        return [(at, min(end - at, _LOOK)) for first, end in self._edges for at in range(first, end, _LOOK)]

    def _read(self, first: int, last: int) -> Float:
        piece = full_scale(self._samples[max(0, first) : last])
        before = max(0, -first)
        return np.pad(piece, (before, last - first - before - len(piece)))

    def _level(self) -> np.float32:
        energy = 0.0
        for first, end in self._edges:
            for at in range(first, end, _PIECE):
                energy += float(
                    np.square(self._read(at * _FRAME, min(end, at + _PIECE) * _FRAME)).sum(dtype=np.float64)
                )
        rms = np.sqrt(energy / max(1, self.frames * _FRAME))
        return np.float32(_LEVEL / max(rms, 1e-6))


def _smoothed(mel: Float, frames: int = 5) -> Float:
    """Return means over neighbouring frames; fewer frames than that are one mean."""
    frames = min(frames, len(mel))
    means: Float = np.lib.stride_tricks.sliding_window_view(mel, frames, axis=0).mean(axis=-1)
    return means


def _batches(windows: Iterator[Float]) -> Iterator[list[Float]]:
    while batch := list(itertools.islice(windows, _BATCH)):
        yield batch
