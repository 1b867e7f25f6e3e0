"""What is true of a recording: who spoke when, the words, the roles.  Checked in full before anything is recognised.

Beside ``NAME.wav`` (or any other recording) lies one of

- ``NAME.truth.json`` or, for all recordings of a folder, ``truth.json``: participants and turns, as in eval/recordings;
- ``NAME.rttm``, ``NAME.stm`` or both: who speaks when by the first, else by the second; the words by the second;
- ``NAME.reference.txt`` or ``NAME.txt`` beside ``NAME.rttm`` where nobody wrote down who said the words.

A file that breaks a rule is refused with its name, the place and the rule.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from analyzer.errors import InputError
from analyzer.evaluation.der import Segment
from analyzer.evaluation.rttm import Said, read_rttm, read_stm, read_text
from analyzer.model import Role

RECORDINGS = frozenset(
    ".wav .mp3 .m4a .mp4 .mov .m4v .webm .ogg .oga .opus .flac .wma .aac .ac3 .aiff .aif .caf .mka .mkv .avi .amr "
    ".3gp .sph".split()
)
"""Suffixes by which a file counts as a recording."""


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class FilePerson(_Record):
    """Somebody in the recording."""

    name: str = Field(min_length=1)
    role: Role | None = None


class FileTurn(_Record):
    """A turn, in seconds from the start."""

    n: int | None = None
    speaker: str
    start: float = Field(ge=0)
    end: float
    text: str


class FileTruth(_Record):
    """``truth.json``: participants and turns; the other fields of a labelled meeting may stand there and are not read."""

    participants: tuple[FilePerson, ...] = Field(min_length=1)
    turns: tuple[FileTurn, ...] = Field(min_length=1)
    swapped: bool | None = None
    """Whether what is said beside the recording (names, channels) has the two people exchanged, on purpose."""
    provenance: Literal["written", "synthesised", "recorded", "public"] | None = None
    format: Literal[1] = 1
    id: str = ""
    date: Any = None
    title: Any = None
    industry: Any = None
    style: Any = None
    series: Any = None
    annotations: Any = None
    gold: Any = None


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of a recording."""

    speech: tuple[Segment, ...]
    """Who speaks when, in order of time."""
    said: tuple[Said, ...] | None
    """The words with their speakers, in order of time; ``None`` where nobody wrote that down."""
    text: str | None
    """The words; ``None`` where there are none to compare with."""
    roles: tuple[tuple[str, Role], ...] = ()
    """By speaker, as far as they are known."""
    swapped: bool | None = None
    """Whether names and roles were exchanged on purpose; ``None``: not said."""
    synthetic: bool = False
    """Whether the voices are a synthesiser's."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording with what is true of it."""

    name: str
    """Path within the folder."""
    path: Path
    truth: Truth


def read_recordings(folder: Path) -> list[Recording]:
    """Return the recordings of a folder, at any depth, in order of path.

    Raises:
        InputError: there are none, one has no truth, or a truth breaks a rule.

    """
    if not folder.is_dir():
        raise InputError(f"there is no folder {str(folder)!r} with recordings")
    paths = [path for path in sorted(folder.rglob("*")) if path.suffix.lower() in RECORDINGS and path.is_file()]
    if not paths:
        raise InputError(
            f"the folder {str(folder)!r} holds no recordings: put them there, each with its truth beside it"
        )
    return [Recording(path.relative_to(folder).as_posix(), path, read_truth(path)) for path in paths]


def read_truth(recording: Path) -> Truth:
    """Return what is true of a recording, from the files beside it.

    Raises:
        InputError: there are none, or one breaks a rule.

    """
    for path in (recording.with_name(f"{recording.stem}.truth.json"), recording.with_name("truth.json")):
        if path.is_file():
            return _from_json(path)
    rttm, stm = recording.with_suffix(".rttm"), recording.with_suffix(".stm")
    if stm.is_file():
        said = read_stm(stm)
        speech = read_rttm(rttm) if rttm.is_file() else tuple(one.segment for one in said)
        return Truth(speech, said, " ".join(one.text for one in said))
    if rttm.is_file():
        texts = (recording.with_name(f"{recording.stem}{end}") for end in (".reference.txt", ".txt"))
        words = next((path for path in texts if path.is_file()), None)
        return Truth(read_rttm(rttm), None, None if words is None else read_text(words))
    raise InputError(
        f"{str(recording)!r} has no truth beside it: looked for {recording.stem}.truth.json, truth.json, {rttm.name} and {stm.name}"
    )


def _from_json(path: Path) -> Truth:
    try:
        file = FileTruth.model_validate(json.loads(read_text(path)))
    except json.JSONDecodeError as error:
        raise InputError(f"{path}: is not valid JSON: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the whole file"
        raise InputError(f"{path}: {place}: {first['msg'].lower()}") from error
    for place, rule in _broken_rules(file):
        raise InputError(f"{path}: {place}: {rule}")
    said = tuple(
        Said(Segment(turn.speaker, turn.start, turn.end), turn.text)
        for turn in sorted(file.turns, key=lambda turn: (turn.start, turn.end))
    )
    return Truth(
        speech=tuple(one.segment for one in said),
        said=said,
        text=" ".join(one.text for one in said),
        roles=tuple((person.name, person.role) for person in file.participants if person.role is not None),
        swapped=file.swapped,
        synthetic=file.provenance == "synthesised",
    )


def _broken_rules(file: FileTruth) -> Iterator[tuple[str, str]]:
    names = [person.name for person in file.participants]
    for n, name in enumerate(names):
        if name in names[:n]:
            yield f"participants.{n}.name", f"{name!r} is there twice"
    for n, turn in enumerate(file.turns):
        if turn.speaker not in names:
            yield f"turns.{n}.speaker", f"{turn.speaker!r} is no participant"
        if turn.end < turn.start:
            yield f"turns.{n}.end", f"{turn.end} is before the start {turn.start}"
