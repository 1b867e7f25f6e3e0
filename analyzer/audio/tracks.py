"""A file a participant becomes one recording with a participant a channel."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analyzer.audio.channels import FRAME, energy_of
from analyzer.audio.decode import RATE, Float, Samples, decode
from analyzer.errors import InputError, LibraryError

_FURTHEST = 120.0
"""Seconds by which two tracks may begin apart."""
_STEP = 10
"""Frames that are taken together when tracks are laid against one another (0.1 s), before the last step by single frames."""
_MOST = 8
"""Tracks of a meeting; a FLAC file has no more channels."""
_CLEAR = 8.0
"""Standard deviations by which the best offset has to stand out: cross-talk makes one; clean tracks have none."""


def join_tracks(paths: Sequence[Path], folder: Path) -> Path:
    """Return a FLAC file in ``folder`` with a channel for each track, in their order.

    Its name follows from the tracks' content, so the same tracks are the same recording.  Tracks begin together, unless
    one and another before it are faintly heard in each other and show another offset.

    Raises:
        InputError: one track alone, more than a file has channels, or the same one twice.
        AudioError: one of them cannot be decoded.
        LibraryError: no room for the result.

    """
    if not 2 <= len(paths) <= _MOST:
        many = "1 track was" if len(paths) == 1 else f"{len(paths)} tracks were"
        raise InputError(f"{many} given: give two to {_MOST}, as --track manager=a.wav --track rep=b.wav")
    digests = [_digest(path) for path in paths]
    for n, digest in enumerate(digests):
        if (first := digests.index(digest)) < n:
            same = f"{paths[first].name!r} and {paths[n].name!r}"
            raise InputError(f"{same} are the same recording: give each participant's own")
    target = folder / f"{hashlib.sha256(' '.join(digests).encode()).hexdigest()[:16]}.flac"
    if target.exists():
        return target
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="tracks-", dir=folder, ignore_cleanup_errors=True) as scratch:
            tracks = [decode(path, Path(scratch) / f"{n}.s16") for n, path in enumerate(paths)]
            made = Path(scratch) / "joined.flac"
            _write(made, tracks, _starts(tracks))
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


def _starts(tracks: Sequence[Samples]) -> list[int]:
    """Return for each track how many samples after the one that began first it began."""
    loudness = [_loudness(samples) for samples in tracks]
    starts = [0]
    for n in range(1, len(tracks)):
        # Against each track before it, in their order: one who hardly speaks is heard in nobody's.
        offsets = ((at, _offset(loudness[at], loudness[n])) for at in range(n))
        starts.append(next((starts[at] + offset for at, offset in offsets if offset is not None), 0))
    return [start - min(starts) for start in starts]


def _offset(one: NDArray[np.float64], other: NDArray[np.float64]) -> int | None:
    """Return how many samples later than one track the other began; ``None`` where the sound does not say."""
    rough, clear = _best(_coarse(one), _coarse(other), round(_FURTHEST * RATE / FRAME / _STEP))
    if not clear:
        return None
    # By tenths of a second first: that is a hundredth of the work.
    shifted = other[max(0, -rough * _STEP) :], one[max(0, rough * _STEP) :]
    fine, _ = _best(shifted[1], shifted[0], 2 * _STEP)
    return (rough * _STEP + fine) * FRAME


def _loudness(samples: Samples) -> NDArray[np.float64]:
    energy = energy_of(samples).mean(axis=0)
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


def _write(path: Path, tracks: Sequence[Samples], starts: Sequence[int]) -> None:
    import av

    layout = "stereo" if len(tracks) == 2 else f"{len(tracks)} channels"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("flac", rate=RATE, layout=layout)
        at = 0
        for piece in _side_by_side(tracks, starts):
            pcm = (np.clip(piece, -1, 1) * 32767).astype("<i2")
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(pcm.T).reshape(1, -1), format="s16", layout=layout)
            frame.sample_rate, frame.pts, frame.time_base = RATE, at, Fraction(1, RATE)
            at += pcm.shape[1]
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _side_by_side(tracks: Sequence[Samples], starts: Sequence[int]) -> Iterator[Float]:
    """Yield pieces of shape (tracks, n), each track beginning at its own sample."""
    placed = list(zip(tracks, starts, strict=True))
    total = max(start + samples.count for samples, start in placed)
    for first in range(0, total, 4096):
        last = min(first + 4096, total)
        yield np.stack([_between(samples, first - start, last - start) for samples, start in placed])


def _between(samples: Samples, first: int, last: int) -> Float:
    """Return a track's samples ``[first, last)``, mixed to one channel, silent outside of it."""
    inside = samples.read(min(max(first, 0), samples.count), min(max(last, 0), samples.count))
    sound = np.zeros(last - first, np.float32)
    begin = min(max(-first, 0), len(sound))
    sound[begin : begin + inside.shape[1]] = inside.mean(axis=0) if inside.size else 0.0
    return sound
