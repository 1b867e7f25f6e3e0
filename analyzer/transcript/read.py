"""A transcript file to turns; the reader is chosen by what the file holds, never by its suffix."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from analyzer.errors import TranscriptError
from analyzer.model import WORDS_PER_SECOND, Source, Turn

UNKNOWN = "Speaker 1"
"""The stand-in name where a file says nothing about speakers."""


@dataclass(frozen=True, slots=True)
class Line:
    """What a file says somebody said, in the file's order."""

    speaker: str | None
    text: str
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True, slots=True)
class ReadTranscript:
    """A transcript file's content."""

    turns: tuple[Turn, ...]
    source: Source
    date: dt.date | None = None
    title: str | None = None
    roles: tuple[tuple[str, str], ...] = ()
    """Names with roles where the format carries them."""


def looks_like_transcript(head: bytes) -> bool:
    """Return whether a file's first bytes may be text: no control characters but the usual ones."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        return True
    if head.startswith((b"%PDF", b"PK\x03\x04", b"\x7fELF")) or not head.strip():
        return False
    return not any(byte < 32 and byte not in b"\t\n\r\f" for byte in head)


def read_transcript(path: Path) -> ReadTranscript:
    """Return the turns of a WebVTT, SubRip, ``Name: text`` or evaluation-format file.

    Raises:
        TranscriptError: the file is none of these, or holds no words; the message says what was looked for.

    """
    text = _text(path)
    if not text.strip():
        raise TranscriptError(f"{path.name!r} is empty: there is no transcript in it")
    head = text.lstrip()
    if head.startswith("{"):
        return _read_evaluation(path, text)
    if head.startswith("WEBVTT"):
        return _assemble(path, "vtt", _captions(path, text, "vtt"))
    if re.match(r"(\d+\s*\n)?\s*\d{1,2}:\d{2}:\d{2}[,.]\d{1,3}\s*-->", head):
        return _assemble(path, "srt", _captions(path, text, "srt"))
    return _assemble(path, "txt", _plain(path, text))


_ENCODINGS = "cp1252 cp1250 cp1251 cp1253 cp1254 cp1257 utf_16_le utf_16_be shift_jis gb18030 big5 euc_kr".split()


def _text(path: Path) -> str:
    raw = path.read_bytes()
    for encoding in ("utf-8-sig", "utf-16") if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig",):
        try:
            return _unified(raw.decode(encoding))
        except UnicodeDecodeError:
            continue
    from charset_normalizer import from_bytes

    matches = from_bytes(raw, cp_isolation=_ENCODINGS)
    # Short texts fit several; the Western one is the likeliest of those that fit.
    best = next((match for match in matches if match.encoding == "cp1252"), matches.best())
    if best is None:
        raise TranscriptError(f"{path.name!r} is in no known text encoding: save it as UTF-8 and try again")
    return _unified(str(best))


def _unified(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


# --- captions ---------------------------------------------------------------------------------------------------------

_VOICE = re.compile(r"<v(?:\.[^ >]*)?\s+([^>]+)>")
_TAG = re.compile(r"</?[a-zA-Z][^>]*>|<\d{1,2}:\d{2}[^>]*>|\{\\an?\d\}")
_NAME = r"[^\W\d_][\w.'’()-]*(?: [\w.'’()-]+){0,4}"
_NAMED = re.compile(rf"^(?:[-–>]+ ?)?({_NAME}|Speaker \d+):\s+(.*)$", re.DOTALL)


def _captions(path: Path, text: str, format_: str) -> list[Line]:
    import io

    import webvtt
    from webvtt.errors import MalformedCaptionError, MalformedFileError

    try:
        if format_ == "srt":
            captions = webvtt.from_string(_as_vtt(text)).captions
        else:
            captions = webvtt.from_buffer(io.StringIO(text)).captions
    except (MalformedFileError, MalformedCaptionError, ValueError, IndexError) as error:
        raise TranscriptError(
            f"{path.name!r} begins like {format_.upper()} captions and breaks off: {error}"
        ) from error
    lines = []
    for caption in captions:
        lines += _cue(caption.raw_text, _timestamp(caption.start), _timestamp(caption.end))
    return lines


def _timestamp(text: str) -> float:
    """Return ``[HH:]MM:SS.mmm`` in seconds; the captions' own figures are cut to whole ones."""
    seconds = 0.0
    for part in text.split(":"):
        seconds = seconds * 60 + float(part)
    return seconds


def _as_vtt(srt: str) -> str:
    """WebVTT from SubRip: they differ in the header and the decimal comma."""
    timed = re.sub(r"(\d{1,2}:\d{2}:\d{2})[,.](\d{1,3})\b", lambda m: f"{m[1]}.{m[2]:0<3}", srt)
    return "WEBVTT\n\n" + re.sub(r"(?m)^(\d):(\d{2}:\d{2}\.\d{3})", r"0\1:\2", timed.strip()) + "\n"


def _cue(raw: str, start: float, end: float) -> list[Line]:
    """Split a cue into its voices; several in one cue share its time by length of text."""
    pieces = _VOICE.split(raw)
    spoken: list[tuple[str | None, str]] = [(None, pieces[0])] if pieces[0].strip() else []
    spoken += [(name.strip(), words) for name, words in zip(pieces[1::2], pieces[2::2], strict=True)]
    if not _VOICE.search(raw):
        spoken = [_named(line) for line in _speaker_lines(raw)]
    cleaned = [(name, " ".join(_TAG.sub("", words).split())) for name, words in spoken]
    cleaned = [(name, words) for name, words in cleaned if words]
    total = sum(len(words) for _, words in cleaned)
    at, lines = start, []
    for name, words in cleaned:
        until = at + (end - start) * len(words) / total
        lines.append(Line(name, _unescape(words), at, max(at, until)))
        at = until
    return lines


def _speaker_lines(raw: str) -> list[str]:
    """Split where a line of the cue begins with a name, else keep the cue whole."""
    lines = [line for line in raw.split("\n") if line.strip()]
    parts: list[str] = []
    for line in lines:
        if not parts or _NAMED.match(_TAG.sub("", line).strip()):
            parts.append(line)
        else:
            parts[-1] += " " + line
    return parts


def _named(text: str) -> tuple[str | None, str]:
    match = _NAMED.match(_TAG.sub("", text).strip())
    return (match[1].strip(), match[2]) if match else (None, text)


def _unescape(text: str) -> str:
    import html

    return html.unescape(text)


# --- plain text -------------------------------------------------------------------------------------------------------

_STAMP = re.compile(r"^\s*[\[(]?(?:(\d{1,2}):)?(\d{1,2}):(\d{2})(?:[.,](\d{1,3}))?[\])]?\s*(?:-\s*)?")


def _plain(path: Path, text: str) -> list[Line]:
    lines: list[Line] = []
    for raw in text.split("\n"):
        stamp = _STAMP.match(raw)
        start = _seconds(stamp) if stamp else None
        body = raw[stamp.end() :] if stamp else raw
        name, words = _named(body)
        words = " ".join(words.split())
        if name is not None and words:
            lines.append(Line(name, words, start))
        elif words and lines and start is None:
            lines[-1] = Line(lines[-1].speaker, f"{lines[-1].text} {words}", lines[-1].start)
    if not lines:
        raise TranscriptError(
            f"{path.name!r} is no transcript that can be read: expected WebVTT, SubRip, the evaluation format, "
            "or lines like `Dana: Did the clinic sign?`"
        )
    return lines


def _seconds(stamp: re.Match[str]) -> float:
    hours, minutes, seconds, fraction = stamp.groups()
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + float(f"0.{fraction or 0}")


# --- the evaluation format --------------------------------------------------------------------------------------------


def _read_evaluation(path: Path, text: str) -> ReadTranscript:
    from pydantic import BaseModel, ConfigDict, ValidationError

    class FileTurn(BaseModel):
        speaker: str
        text: str
        start: float | None = None
        end: float | None = None

    class FilePerson(BaseModel):
        name: str
        role: str

    class FileMeeting(BaseModel):
        model_config = ConfigDict(extra="ignore")
        turns: list[FileTurn]
        participants: list[FilePerson] = []
        date: dt.date | None = None
        title: str | None = None

    FileMeeting.model_rebuild(_types_namespace={"FileTurn": FileTurn, "FilePerson": FilePerson})
    try:
        meeting = FileMeeting.model_validate(json.loads(text))
    except json.JSONDecodeError as error:
        raise TranscriptError(f"{path.name!r} is not valid JSON: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise TranscriptError(f"{path.name!r} is JSON but no meeting: {place}: {first['msg'].lower()}") from error
    lines = [Line(turn.speaker, " ".join(turn.text.split()), turn.start, turn.end) for turn in meeting.turns]
    read = _assemble(path, "evaluation", [line for line in lines if line.text], join=False)
    roles = tuple((person.name, person.role) for person in meeting.participants)
    return ReadTranscript(read.turns, read.source, meeting.date, meeting.title, roles)


# --- common -----------------------------------------------------------------------------------------------------------


def _assemble(path: Path, format_: str, lines: list[Line], join: bool = True) -> ReadTranscript:
    if not lines:
        raise TranscriptError(f"{path.name!r} holds no words: there is no transcript in it")
    named = any(line.speaker for line in lines)
    carried = [*_carry_speakers(lines)] if named else [_replace_speaker(line, UNKNOWN) for line in lines]
    timed = all(line.start is not None and line.end is not None for line in carried)
    turns = tuple(_turns(_join(carried) if join and named else carried))
    warnings = [] if named else ["the transcript names no speakers"]
    if len({turn.speaker for turn in turns}) == 1 and named:
        warnings.append("only one speaker is named in the transcript")
    source = Source(
        kind="transcript",
        engine=format_,
        model="",
        duration=round(turns[-1].end, 3),
        times="given" if timed else "estimated",
        warnings=tuple(warnings),
    )
    return ReadTranscript(turns, source)


def _carry_speakers(lines: Iterable[Line]) -> Iterable[Line]:
    """A caption without a name goes on with the one before it."""
    speaker = None
    for line in lines:
        speaker = line.speaker or speaker or UNKNOWN
        yield _replace_speaker(line, speaker)


def _replace_speaker(line: Line, speaker: str) -> Line:
    return Line(speaker, line.text, line.start, line.end)


def _join(lines: Iterable[Line]) -> list[Line]:
    joined: list[Line] = []
    for line in lines:
        if joined and joined[-1].speaker == line.speaker:
            last = joined[-1]
            joined[-1] = Line(last.speaker, f"{last.text} {line.text}", last.start, line.end)
        else:
            joined.append(line)
    return joined


def _turns(lines: Iterable[Line]) -> Iterable[Turn]:
    at = 0.0
    for n, line in enumerate(lines, 1):
        start = max(0.0, line.start if line.start is not None else at)
        spoken = max(0.4, len(line.text.split()) / WORDS_PER_SECOND)
        end = line.end if line.end is not None else start + spoken
        at = max(start, end)
        yield Turn(n, line.speaker or UNKNOWN, line.text, round(start, 3), round(at, 3))
