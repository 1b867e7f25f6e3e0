"""How a page plays its moments: a relative link to the recording, or short clips inside the page, or neither."""

from __future__ import annotations

import base64
import io
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import quote

from analyzer.model import WORDS_PER_SECOND, Analysis
from analyzer.report.words import clock

PLAYED = frozenset({".wav", ".mp3", ".m4a", ".mp4", ".webm", ".ogg", ".oga", ".opus", ".flac", ".aac", ".mov"})
"""Endings that browsers play; a page with any other has its times as plain text."""
_BEFORE, _AFTER = 0.4, 0.8
"""Seconds of sound around a quote."""
_LONGEST = 15.0
"""Seconds of a clip."""
_RATE, _BITS = 16_000, 20_000
"""Samples and bits a second: speech stays easy to follow at 2.5 KB a second."""


@dataclass(frozen=True, slots=True)
class Clip:
    """A piece of the recording inside the page."""

    id: str
    clock: str
    speaker: str
    text: str
    uri: str
    """``data:`` and the sound as Ogg Opus."""


@dataclass(frozen=True, slots=True)
class Sound:
    """What a page can play."""

    href: str = ""
    """The recording, relative to the page; empty where there is none beside it."""
    name: str = ""
    clips: tuple[Clip, ...] = ()
    clip_ids: frozenset[str] = field(default_factory=frozenset)

    @property
    def sources(self) -> str:
        """Where the page's content security policy lets sound come from."""
        allowed = (["'self'", "file:"] if self.href else []) + (["data:"] if self.clips else [])
        return " ".join(allowed) or "'none'"

    def link(self, seconds: float, turn: int = 0) -> str:
        """Return the address that plays from a second, or the clip of a quote; empty where nothing can be played."""
        clip = clip_id(seconds, turn)
        if clip in self.clip_ids:
            return f"#{clip}"
        return f"{self.href}#t={seconds:.1f}" if self.href else ""


SILENT = Sound()


def clip_id(seconds: float, turn: int) -> str:
    """Return the name of a quote's clip."""
    return f"c{turn}-{round(seconds * 100)}"


def linked(analysis: Analysis, folder: Path) -> Sound:
    """Return a link to the recording from a page in ``folder``; silent where it is not to be found or not playable."""
    path = recording(analysis, folder)
    return Sound(href=_relative(path, folder), name=path.name) if path and path.suffix.lower() in PLAYED else SILENT


def recording(analysis: Analysis, folder: Path) -> Path | None:
    """Return the meeting's recording: beside the page, else where it was uploaded from, else beside its transcript."""
    info, source = analysis.meeting, analysis.transcript.source
    came = Path(info.source_path)
    if source.kind == "recording":
        places = [folder / info.source_name, folder / came.name, came]
    elif source.times == "given":
        places = [came.with_suffix(ending) for ending in sorted(PLAYED)]
    else:
        places = []
    return next((place for place in places if _is_file(place)), None)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a path of another system, too long or with a zero byte
        return False


def _relative(path: Path, folder: Path) -> str:
    try:
        way = os.path.relpath(path.resolve(), folder.resolve())
    except ValueError:  # on another drive there is no relative way
        return path.resolve().as_uri()
    return "/".join(quote(part, safe="") for part in Path(way).parts)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A quote whose words are to be heard."""

    turn: int
    seconds: float
    speaker: str
    text: str
    until: float
    """The end of its turn, in seconds."""


def embedded(path: Path, wanted: Iterable[Wanted]) -> Sound:
    """Return clips of the quotes out of a recording.

    Raises:
        AudioError: the recording cannot be decoded.

    """
    import av

    from analyzer.audio.decode import opened
    from analyzer.errors import AudioError

    once = {clip_id(one.seconds, one.turn): one for one in wanted}
    clips = []
    try:
        with opened(path) as container:
            for id_, one in sorted(once.items(), key=lambda item: item[1].seconds):
                data = _clip(container, *_span(one))
                if data:
                    uri = "data:audio/ogg;base64," + base64.b64encode(data).decode("ascii")
                    clips.append(Clip(id_, clock(one.seconds), one.speaker, one.text, uri))
    except (av.error.FFmpegError, ValueError, IndexError, UnicodeError) as error:
        raise AudioError(
            f"no clips can be made from {path.name!r} ({str(error).lower()}): write the report without --embed-audio"
        ) from error
    return Sound(clips=tuple(clips), clip_ids=frozenset(clip.id for clip in clips))


def _span(one: Wanted) -> tuple[float, float]:
    """Return from when to when a quote is heard; its end is read off its number of words."""
    spoken = len(one.text.split()) / WORDS_PER_SECOND
    end = min(one.seconds + spoken + _AFTER, max(one.until, one.seconds + 1.0) + _AFTER)
    start = max(0.0, one.seconds - _BEFORE)
    return start, min(end, start + _LONGEST)


def _clip(container: Any, start: float, end: float) -> bytes:
    import av

    out = io.BytesIO()
    with av.open(out, "w", format="ogg") as target:
        stream = target.add_stream("libopus", rate=_RATE, layout="mono")
        stream.bit_rate = _BITS
        count = 0
        for frame in _frames(container, start, end):
            frame.pts, frame.time_base = count, Fraction(1, _RATE)
            count += frame.samples
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    return out.getvalue() if count else b""


def _frames(container: Any, start: float, end: float) -> Iterator[Any]:
    """Yield frames of one second and less, at the clip's rate, that lie in ``[start, end)``."""
    import av

    sound = container.streams.audio[0]
    origin = float(sound.start_time * sound.time_base) if sound.start_time else 0.0
    container.seek(int((start + origin) * av.time_base), backward=True)
    resampler = av.AudioResampler(format="s16", layout="mono", rate=_RATE)
    for frame in container.decode(sound):
        at = (frame.time or 0.0) - origin
        if at >= end:
            break
        if at + frame.samples / frame.sample_rate > start:
            yield from resampler.resample(_bare(frame))
    yield from resampler.resample(None)


def _bare(frame: Any) -> Any:
    frame.pts = None  # the resampler would fill the time before the clip with silence
    return frame
