"""What a voice sounds like, as a vector: the Resemblyzer encoder in numpy.

Three LSTM layers of 256 over 40 bands of mel power, 1.6 seconds at a time, then one linear layer; the network is
Corentin Jemine's Resemblyzer (Apache-2.0), after Wan et al. 2018, "Generalized end-to-end loss for speaker
verification".  Two windows of one voice point the same way, two voices point apart.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.audio.decode import RATE, Float
from analyzer.errors import EngineError

BANDS = 40
WIDTH = 256
LAYERS = 3
WINDOW = 160
"""Frames of 10 ms that the encoder hears at once."""
HOP = 40
"""Frames from one window to the next."""
_FRAME = RATE // 100
_FFT = RATE // 40
_LEVEL = 10 ** (-30 / 20)
"""Root mean square to which the encoder's training speech was levelled (-30 dB of full scale)."""
_BATCH = 128
"""Windows that go through the network together: enough for fast matrix products."""

Pcm = NDArray[np.float32] | NDArray[np.int16]
"""Mono samples at 16 kHz: float32 at full scale 1, or 16-bit, which may lie on disk (`numpy.memmap`)."""


@dataclass(frozen=True, slots=True)
class Windows:
    """Stretches of speech and what they sound like, in order of time."""

    starts: NDArray[np.float64]
    """Seconds, shape (n,)."""
    ends: NDArray[np.float64]
    vectors: NDArray[np.float32]
    """Of length one, shape (n, 256)."""


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
            with np.load(path, allow_pickle=False) as file:
                weights = {name: file[name].astype(np.float32) for name in names_and_shapes()}
        except (OSError, ValueError, KeyError, EOFError) as error:
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
    """Return the mel power of frames of 25 ms, one each 10 ms, of shape (n // 160 + 1, 40).

    Frame ``i`` is centred on sample ``160 * i``; beyond both ends is silence.
    """
    padded = np.pad(samples, _FFT // 2)
    window = np.hanning(_FFT + 1)[:-1].astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FFT)[::_FRAME]
    power = np.abs(np.fft.rfft(frames * window, axis=1)) ** 2
    mel: Float = power.astype(np.float32) @ _filters()
    return mel


def _piece(samples: Pcm, first: int, last: int) -> Float:
    piece = np.asarray(samples[max(0, first) : max(0, last)])
    piece = piece.astype(np.float32) / np.float32(32768) if piece.dtype == np.int16 else piece.astype(np.float32)
    return np.pad(piece, (max(0, -first), max(0, last - max(first, 0) - len(piece))))
