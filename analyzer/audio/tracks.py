"""A file a participant becomes one recording with a participant a channel."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analyzer.audio.channels import FRAME, examine
from analyzer.audio.decode import RATE, Float, Samples, decode
from analyzer.errors import InputError, LibraryError

_FURTHEST = 120.0
"""Seconds by which two tracks may begin apart."""
_STEP = 10
"""Frames that are taken together when tracks are laid against one another (0.1 s), before the last step by single frames."""
_CLEAR = 8.0
"""Standard deviations by which the best offset has to stand out: cross-talk makes one; clean tracks have none."""


def join_tracks(paths: Sequence[Path], folder: Path) -> Path:
    """Return a FLAC file in ``folder`` with the first track on the left and the second on the right channel.

    Its name follows from the tracks' content, so the same tracks are the same recording.  Tracks begin together, unless
    each is faintly heard in the other and shows another offset.

    Raises:
        InputError: not two tracks, or the same one twice.
        AudioError: one of them cannot be decoded.
        LibraryError: no room for the result.

    """
    if len(paths) != 2:
        raise InputError(f"{len(paths)} tracks were given: give two, as --track manager=a.wav --track rep=b.wav")
    digests = [_digest(path) for path in paths]
    if digests[0] == digests[1]:
        raise InputError(f"{paths[0].name!r} and {paths[1].name!r} are the same recording: give each participant's own")
    target = folder / f"{hashlib.sha256(' '.join(digests).encode()).hexdigest()[:16]}.flac"
    if target.exists():
        return target
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="tracks-", dir=folder, ignore_cleanup_errors=True) as scratch:
            left, right = (decode(path, Path(scratch) / f"{n}.s16") for n, path in enumerate(paths))
            made = Path(scratch) / "joined.flac"
            _write(made, left, right, _offset(left, right))
            made.replace(target)
    except OSError as error:
        raise LibraryError(f"cannot write to {str(folder)!r}: {error.strerror}") from error
    return target


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"the track {str(path)!r} cannot be read: {error.strerror}") from error


def _offset(left: Samples, right: Samples) -> int:
    """Return how many samples later than the left track the right one began; 0 where the sound does not say."""
    one, other = (_loudness(samples) for samples in (left, right))
    rough, clear = _best(_coarse(one), _coarse(other), round(_FURTHEST * RATE / FRAME / _STEP))
    if not clear:
        return 0
    # By tenths of a second first: that is a hundredth of the work.
    shifted = other[max(0, -rough * _STEP) :], one[max(0, rough * _STEP) :]
    fine, _ = _best(shifted[1], shifted[0], 2 * _STEP)
    return (rough * _STEP + fine) * FRAME


def _loudness(samples: Samples) -> NDArray[np.float64]:
    energy = examine(samples).energy.mean(axis=0)
    loudness: NDArray[np.float64] = np.log10(np.maximum(energy, 1e-7)).astype(np.float64)
    return loudness


def _coarse(loudness: NDArray[np.float64]) -> NDArray[np.float64]:
    count = len(loudness) // _STEP
    return np.asarray(loudness[: count * _STEP].reshape(count, _STEP).mean(axis=1))


def _best(one: NDArray[np.float64], other: NDArray[np.float64], furthest: int) -> tuple[int, bool]:
    """Return the lag at which ``other`` fits ``one`` best, and whether it stands out among the lags up to ``furthest``."""
    size = 1 << (len(one) + len(other)).bit_length()
    spectra = [np.fft.rfft(np.diff(track, prepend=track[:1]), size) for track in (one, other)]
    fits = np.fft.irfft(spectra[0] * np.conj(spectra[1]), size)
    lags = np.arange(-min(furthest, size // 2 - 1), min(furthest, size // 2 - 1) + 1)
    near = fits[lags]
    at = int(near.argmax())
    spread = float(near.std()) or 1.0
    return int(lags[at]), bool((near[at] - near.mean()) / spread > _CLEAR)


def _write(path: Path, left: Samples, right: Samples, offset: int) -> None:
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("flac", rate=RATE, layout="stereo")
        at = 0
        for piece in _side_by_side(left, right, offset):
            pcm = (np.clip(piece, -1, 1) * 32767).astype("<i2")
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(pcm.T).reshape(1, -1), format="s16", layout="stereo"
            )
            frame.sample_rate, frame.pts, frame.time_base = RATE, at, Fraction(1, RATE)
            at += pcm.shape[1]
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _side_by_side(left: Samples, right: Samples, offset: int) -> Iterator[Float]:
    """Yield pieces of shape (2, n); the recording begins with the track that began first."""
    starts = (max(0, -offset), max(0, offset))
    total = max(start + samples.count for start, samples in zip(starts, (left, right), strict=True))
    for first in range(0, total, 4096):
        last = min(first + 4096, total)
        yield np.stack([_between(samples, first - start, last - start) for samples, start in
                        zip((left, right), starts, strict=True)])  # fmt: skip


def _between(samples: Samples, first: int, last: int) -> Float:
    """Return a track's samples ``[first, last)``, mixed to one channel, silent outside of it."""
    inside = samples.read(min(max(first, 0), samples.count), min(max(last, 0), samples.count))
    sound = np.zeros(last - first, np.float32)
    begin = min(max(-first, 0), len(sound))
    sound[begin : begin + inside.shape[1]] = inside.mean(axis=0) if inside.size else 0.0
    return sound
