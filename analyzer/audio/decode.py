"""Any recording to 16-bit samples at 16 kHz on disk, a packet at a time.

The whole recording is never in memory: `decode` writes to a scratch file and `Samples` reads pieces of it back.
A damaged packet is skipped and its time kept, so that what follows stands at the right second.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from analyzer.errors import AudioError, LibraryError

RATE = 16_000
"""Samples a second of everything behind this module."""

Float = NDArray[np.float32]

_JUMP = 0.1
"""A gap between packets' times longer than this many seconds is kept as silence."""
_FAULTS = 2_000
"""Damaged packets in a row after which the rest of a file is given up."""


@dataclass(frozen=True, slots=True)
class Samples:
    """A decoded recording on disk."""

    path: Path
    channels: int
    count: int
    """Samples a channel."""
    declared: float | None
    """Seconds that the file claims to hold; ``None`` where it claims nothing."""
    decoded: float
    """Seconds that could be decoded."""
    damaged: int
    """Packets that could not."""
    tags: dict[str, str]
    """The container's metadata, keys in lower case."""

    @property
    def duration(self) -> float:
        """Seconds, with damaged stretches counted as silence."""
        return self.count / RATE

    @property
    def covered(self) -> float:
        """Share of the recording that could be decoded, 0 to 1."""
        whole = max(self.declared or 0.0, self.duration)
        # Containers round their duration, and encoders pad: half a second is not missing speech.
        return 1.0 if whole - self.decoded < 0.5 else self.decoded / whole

    def read(self, first: int, last: int) -> Float:
        """Return samples ``[first, last)`` as float32 of shape (channels, n), full scale 1."""
        pcm = self._pcm(first, last)
        samples = np.empty((self.channels, len(pcm)), np.float32)
        for channel, one in enumerate(samples):  # in one pass: hours are read, several times over
            np.multiply(pcm[:, channel], np.float32(1 / 32768), out=one)
        return samples

    def read_channel(self, channel: int, first: int, last: int) -> Float:
        """Return samples ``[first, last)`` of one channel as float32, full scale 1."""
        sound: Float = np.multiply(self._pcm(first, last)[:, channel], np.float32(1 / 32768))
        return sound

    def _pcm(self, first: int, last: int) -> NDArray[np.int16]:
        width = 2 * self.channels
        with self.path.open("rb") as raw:
            raw.seek(first * width)
            return np.frombuffer(raw.read((last - first) * width), "<i2").reshape(-1, self.channels)

    def pieces(self, length: int) -> Iterator[Float]:
        """Yield the whole recording in pieces of ``length`` samples, each of shape (channels, n)."""
        for first in range(0, self.count, length):
            yield self.read(first, min(first + length, self.count))


@contextmanager
def decoded(
    path: Path, scratch: Path, on_time: Callable[[float, float | None], None] = lambda at, of: None
) -> Iterator[Samples]:
    """Yield the samples of a recording, which are removed at the end.

    Args:
        path: see `decode`.
        scratch: the folder in which they lie until then.
        on_time: see `decode`.

    Raises:
        AudioError: nothing in the file can be decoded.
        LibraryError: there is no room for the samples, or no right to write.

    """
    try:
        folder = tempfile.TemporaryDirectory(prefix="decode-", dir=scratch, ignore_cleanup_errors=True)
    except OSError as error:
        raise LibraryError(f"cannot write to {str(scratch)!r}: {error.strerror}") from error
    with folder as name:
        yield decode(path, Path(name) / "samples.s16", on_time)


@contextmanager
def decoded_once(
    path: Path, scratch: Path, on_time: Callable[[float, float | None], None] = lambda at, of: None
) -> Iterator[Callable[[], Samples]]:
    """Yield what decodes a recording when it is first called, and gives the same samples whenever it is called again.

    So stages whose results are kept need no samples, and those that run share them.  Arguments and errors of a call are
    those of `decoded`.
    """
    with ExitStack() as stack:
        yield cache(lambda: stack.enter_context(decoded(path, scratch, on_time)))


def decode(path: Path, scratch: Path, on_time: Callable[[float, float | None], None] = lambda at, of: None) -> Samples:
    """Decode the first sound track of ``path`` into the file ``scratch``.

    All channels are kept, each as it is.

    Args:
        path: any container that FFmpeg reads.
        scratch: where the samples go, interleaved 16-bit; overwritten.
        on_time: told now and then how many seconds are decoded, of how many declared.

    Raises:
        AudioError: nothing in the file can be decoded.
        LibraryError: the scratch file cannot be written.

    """
    import av

    try:
        with opened(path) as container, scratch.open("wb") as out:
            return _decode(container, path, out, scratch, on_time)
    except av.error.FFmpegError as error:
        raise AudioError(_undecodable(path, str(error.strerror or error))) from error
    except (ValueError, IndexError, UnicodeError) as error:
        # PyAV raises these for broken headers: a codec it cannot name, a stream without parameters.
        raise AudioError(_undecodable(path, str(error))) from error
    except OSError as error:
        raise LibraryError(f"no room to decode {path.name!r} into {str(scratch.parent)!r}: {error.strerror}") from error


def opened(path: Path) -> Any:
    """Return a recording's container, open for reading; tags that are no UTF-8 do not refuse it.

    Raises:
        av.error.FFmpegError, ValueError, IndexError, UnicodeError: it cannot be opened; PyAV has more than one way to say so.

    """
    import av

    # PyAV 19 takes such tags as they come, and knows no option for it.
    option: dict[str, Any] = {"metadata_errors": "replace"} if int(av.__version__.split(".")[0]) < 19 else {}
    return av.open(str(path), **option)


def _undecodable(path: Path, reason: str) -> str:
    return (
        f"{path.name!r} cannot be decoded as a recording ({reason.lower()}); "
        "check that it plays elsewhere, or convert it to m4a, mp3 or wav"
    )


def _decode(
    container: Any, path: Path, out: IO[bytes], scratch: Path, on_time: Callable[[float, float | None], None]
) -> Samples:
    if not container.streams.audio:
        raise AudioError(f"{path.name!r} has no sound track: upload the file that holds the sound")
    stream = container.streams.audio[0]
    declared = _wav_declared(path) or _declared(container, stream)
    channels = max(1, stream.codec_context.channels)
    writer = _Writer(out, channels, {1: "mono", 2: "stereo"}.get(channels, stream.codec_context.layout), declared)
    damaged = _Faults()
    for frame in _frames(container, stream, damaged):
        writer.write(frame)
        on_time(writer.count / RATE, declared)
    writer.flush()
    if writer.count == 0:
        raise AudioError(f"{path.name!r} holds no samples: the recording is empty")
    return Samples(
        path=scratch,
        channels=channels,
        count=writer.count,
        declared=declared,
        decoded=writer.decoded / RATE,
        damaged=damaged.total,
        tags={key.lower(): str(value) for key, value in container.metadata.items()},
    )


def _declared(container: Any, stream: Any) -> float | None:
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return container.duration / 1_000_000 if container.duration and container.duration > 0 else None


def _wav_declared(path: Path) -> float | None:
    """Return the seconds that a WAV header claims: FFmpeg goes by the file's size, so a cut file looks whole to it."""
    with path.open("rb") as file:
        head = file.read(12)
        if head[:4] != b"RIFF" or head[8:] != b"WAVE":
            return None
        rate = 0
        for _ in range(32):  # chunks before the samples
            name, size = file.read(4), int.from_bytes(file.read(4), "little")
            if name == b"fmt ":
                rate = int.from_bytes(file.read(size)[8:12], "little")
            elif name == b"data":
                streamed = size in (0, 0xFFFFFFFF, 0x7FFFFFFF)  # written without knowing the end
                return None if streamed or not rate else size / rate
            elif len(name) < 4:
                return None
            else:
                file.seek(size + size % 2, 1)
    return None


@dataclass(slots=True)
class _Faults:
    total: int = 0
    running: int = 0

    def add(self) -> bool:
        """Count a fault; true as long as it is worth going on."""
        self.total += 1
        self.running += 1
        return self.running < _FAULTS


def _frames(container: Any, stream: Any, faults: _Faults) -> Iterator[Any]:
    """Yield the decodable frames; demuxing starts anew behind a damaged packet, since a generator that raised ends."""
    import av

    while True:
        try:
            for packet in container.demux(stream):
                try:
                    frames = packet.decode()
                except av.error.EOFError:
                    return
                except av.error.FFmpegError:
                    if not faults.add():
                        return
                    continue
                faults.running = 0
                yield from frames
        except av.error.EOFError:
            return
        except av.error.FFmpegError:
            if not faults.add():
                return
        else:
            return


class _Writer:
    """Resamples frames and lays them at their own times."""

    def __init__(self, out: IO[bytes], channels: int, layout: Any, declared: float | None) -> None:
        self.count = 0
        self.decoded = 0
        self._out = out
        self._channels = channels
        self._layout = layout  # that of the file: another one would mix channels
        self._limit = None if declared is None else round(declared * RATE)
        self._resampler: Any = None
        self._format: tuple[object, ...] | None = None
        self._origin: float | None = None
        self._in = 0.0  # seconds handed to the resampler since the start, silence for gaps counted

    def write(self, frame: Any) -> None:
        import av

        kind = (frame.format.name, frame.layout.name, frame.sample_rate)
        if kind != self._format:  # streams may change their format half-way
            self.flush()
            self._resampler = av.AudioResampler(format="s16", layout=self._layout, rate=RATE)
            self._format = kind
        self._keep_time(frame)
        self._in += frame.samples / frame.sample_rate
        frame.pts = None  # the resampler would fill gaps, or drop what it takes for overlap, in ways of its own
        for resampled in self._resampler.resample(frame):
            self._put(resampled)

    def flush(self) -> None:
        if self._resampler is not None:
            for resampled in self._resampler.resample(None):
                self._put(resampled)
            self._resampler = None
            self._format = None

    def _keep_time(self, frame: Any) -> None:
        if frame.time is None:
            return
        if self._origin is None:
            self._origin = frame.time
        gap = frame.time - self._origin - self._in
        if gap > _JUMP and self._limit is not None:
            silent = min(round(gap * RATE), max(0, self._limit - self.count))
            self._in += silent / RATE
            self.count += silent
            zeros = bytes(2 * self._channels * RATE)
            for at in range(0, silent, RATE):
                self._out.write(zeros[: 2 * self._channels * min(RATE, silent - at)])

    def _put(self, frame: Any) -> None:
        pcm = frame.to_ndarray()
        self._out.write(pcm.tobytes())
        self.count += frame.samples
        self.decoded += frame.samples
