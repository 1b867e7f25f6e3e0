"""Reads NIST's formats for who spoke when (RTTM) and who said what when (STM), each line checked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from analyzer.errors import InputError
from analyzer.evaluation.der import Segment

_OTHER_TYPES = frozenset(
    "NOSCORE NO_RT_METADATA SEGMENT LEXEME NON-LEX NON-SPEECH FILLER EDIT SU CB A/P SPKR-INFO".split()
)
"""Types of the format that do not say who speaks; the first is refused, since leaving it out would change the figures."""


@dataclass(frozen=True, slots=True)
class Said:
    """Words of one speaker, with their time in seconds."""

    segment: Segment
    text: str


def read_rttm(path: Path) -> tuple[Segment, ...]:
    """Return who speaks when, in order of time.

    Raises:
        InputError: the file breaks a rule; the message names file, line and rule.

    """
    segments, names = [], set()
    for place, line in _lines(path):
        fields = line.split()
        if fields[0] in _OTHER_TYPES - {"NOSCORE"}:
            continue
        if fields[0] != "SPEAKER":
            raise InputError(
                f"{place}: expected a line 'SPEAKER file channel start duration <NA> <NA> name', got {line!r}"
            )
        if len(fields) < 8:
            raise InputError(f"{place}: a SPEAKER line has eight fields or more, got {len(fields)} in {line!r}")
        names.add(fields[1])
        start, duration = _seconds(fields[3], "start", place), _seconds(fields[4], "duration", place)
        segments.append(Segment(fields[7], start, start + duration))
    _one_recording(path, names)
    return tuple(sorted(segments, key=lambda one: (one.start, one.end, one.speaker)))


def read_stm(path: Path) -> tuple[Said, ...]:
    """Return who says what when, in order of time.

    Raises:
        InputError: the file breaks a rule; the message names file, line and rule.

    """
    said, names = [], set()
    for place, line in _lines(path):
        fields = line.split(maxsplit=5)
        if len(fields) < 5:
            raise InputError(f"{place}: expected 'file channel speaker start end words', got {line!r}")
        names.add(fields[0])
        start, end = _seconds(fields[3], "start", place), _seconds(fields[4], "end", place)
        if end < start:
            raise InputError(f"{place}: the end {end} is before the start {start}")
        text = re.sub(r"^<[^>]*>\s*", "", fields[5] if len(fields) == 6 else "")
        if "ignore_time_segment_in_scoring" in text.lower() or "{" in text:
            raise InputError(
                f"{place}: stretches that are not scored and alternative words are not supported, got {text!r}: "
                "write the words that are said"
            )
        said.append(Said(Segment(fields[2], start, end), text))
    _one_recording(path, names)
    return tuple(sorted(said, key=lambda one: (one.segment.start, one.segment.end)))


def read_text(path: Path) -> str:
    """Return the text of a file.

    Raises:
        InputError: it cannot be read, or is not UTF-8.

    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is not UTF-8 text: {error}") from error


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    """Yield each line that is no comment, with its place."""
    for number, line in enumerate(read_text(path).splitlines(), 1):
        if line.strip() and not line.lstrip().startswith(";"):
            yield f"{path}: line {number}", line.strip()


def _seconds(text: str, what: str, place: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not isfinite(value) or value < 0:
        raise InputError(f"{place}: the {what} is a number of seconds, 0 or more, got {text!r}")
    return value


def _one_recording(path: Path, names: set[str]) -> None:
    if len(names) != 1:
        told = ", ".join(sorted(names)) or "none"
        raise InputError(
            f"{path}: a file holds the truth of one recording, this one names {told}: one file a recording"
        )
