"""Labelled meetings: the file format, checked in full before anything is scored.

One meeting is one file ``DIR/<id>.json``.  A file that breaks a rule is refused with its name, the place and the rule.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from analyzer.errors import InputError
from analyzer.labels.rubric import Rubric, load_rubric
from analyzer.model import Participant, Role, Source, Time, Transcript, Turn

FORMAT = 1


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FileParticipant(_Record):
    """Somebody in the meeting."""

    name: str = Field(min_length=1)
    role: Role


class FileTurn(_Record):
    """A turn; ``n`` counts from 1, times are seconds from the start."""

    n: int
    speaker: str
    start: float = Field(ge=0)
    end: float
    text: str = Field(min_length=1)


class FileExchange(_Record):
    """An exchange over the turns ``first`` to ``last``."""

    first: int
    last: int
    focus: str
    kind: str | None
    time: Time
    topic: str
    initiator: Role
    setup: bool
    mixed: bool

    @property
    def label(self) -> str:
        """The kind where there is one, else the focus."""
        return self.kind or self.focus


class FileCommitment(_Record):
    """A commitment; ``quote`` is word for word in the text of ``turn``."""

    owner: str | None
    action: str = Field(min_length=1)
    due: dt.date | None
    due_text: str | None
    strength: int = Field(ge=1, le=5)
    origin: Literal["volunteered", "proposed_accepted", "assigned"]
    to_customer: bool
    turn: int
    quote: str = Field(min_length=1)


class Annotation(_Record):
    """One annotator's labels; ``None``: not labelled."""

    annotator: str
    rubric: str
    exchanges: tuple[FileExchange, ...] | None
    commitments: tuple[FileCommitment, ...] | None


class Gold(_Record):
    """The labels that engines are scored against; ``None``: not labelled."""

    rubric: str
    exchanges: tuple[FileExchange, ...] | None
    commitments: tuple[FileCommitment, ...] | None
    adjudicated: tuple[int, ...] = ()
    """Turns on which no two annotators agreed, decided by a further pass."""


class Meeting(_Record):
    """A labelled meeting."""

    format: Literal[1]
    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
    date: dt.date
    title: str
    industry: str
    style: str
    series: str | None
    provenance: Literal["written", "synthesised", "recorded", "public"]
    participants: tuple[FileParticipant, ...] = Field(min_length=2)
    turns: tuple[FileTurn, ...] = Field(min_length=1)
    annotations: tuple[Annotation, ...]
    gold: Gold

    @property
    def pair(self) -> tuple[str, ...]:
        """The names of the people, in order of the alphabet."""
        return tuple(sorted(person.name for person in self.participants))

    def transcript(self) -> Transcript:
        """Return what an engine gets to see."""
        turns = tuple(Turn(t.n, t.speaker, t.text, t.start, t.end) for t in self.turns)
        people = tuple(Participant(p.name, p.role, "the labelled set") for p in self.participants)
        return Transcript(turns, people, Source("transcript", "evaluation", "", turns[-1].end, times="given"))


def read_meeting(path: Path, rubric: Rubric | None = None) -> Meeting:
    """Return the meeting in a file.

    Raises:
        InputError: the file breaks a rule; the message names file, place and rule.

    """
    try:
        meeting = Meeting.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: is not valid JSON: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{path}: {place}: {first['msg'].lower()}") from error
    for place, rule in broken_rules(meeting, rubric or load_rubric()):
        raise InputError(f"{path}: {place}: {rule}")
    if path.stem != meeting.id:
        raise InputError(f"{path}: id: the file of meeting {meeting.id!r} must be called {meeting.id}.json")
    return meeting


def read_folder(folder: Path, rubric: Rubric | None = None) -> list[Meeting]:
    """Return the meetings of a folder in order of id.

    Raises:
        InputError: there are none, one breaks a rule, or two have the same id.

    """
    if not folder.is_dir():
        raise InputError(f"there is no folder {str(folder)!r} with labelled meetings")
    meetings = [read_meeting(path, rubric) for path in sorted(folder.rglob("*.json"))]
    if not meetings:
        raise InputError(f"the folder {str(folder)!r} holds no labelled meetings (*.json)")
    doubled = [id_ for id_, count in Counter(meeting.id for meeting in meetings).items() if count > 1]
    if doubled:
        raise InputError(f"{folder}: meeting {doubled[0]!r} is there twice: it would be scored twice")
    return meetings


def data_hash(meetings: Sequence[Meeting]) -> str:
    """Return twelve digits that change with any word or gold label of the meetings."""
    digest = hashlib.sha256()
    for meeting in sorted(meetings, key=lambda m: m.id):
        digest.update(meeting.model_dump_json(exclude={"annotations"}).encode())
    return digest.hexdigest()[:12]


def broken_rules(meeting: Meeting, rubric: Rubric) -> Iterator[tuple[str, str]]:
    """Yield place and rule for each rule that a meeting breaks beyond the shape of its fields."""
    names = {person.name for person in meeting.participants}
    if len(names) < len(meeting.participants):
        yield "participants", "two have the same name"
    for position, turn in enumerate(meeting.turns, 1):
        if turn.n != position:
            yield f"turns.{position - 1}.n", f"turns count from 1 without gaps: expected {position}, got {turn.n}"
        if turn.speaker not in names:
            yield f"turns.{position - 1}.speaker", f"{turn.speaker!r} is no participant"
        if turn.end < turn.start:
            yield f"turns.{position - 1}.end", f"{turn.end} is before the start {turn.start}"
    layers: list[tuple[str, Annotation | Gold]] = [("gold", meeting.gold)]
    layers += [(f"annotations.{n}", annotation) for n, annotation in enumerate(meeting.annotations)]
    for place, layer in layers:
        yield from _broken_exchanges(f"{place}.exchanges", layer.exchanges, len(meeting.turns), rubric)
        yield from _broken_commitments(f"{place}.commitments", layer.commitments, meeting, names)


def _broken_exchanges(
    place: str, exchanges: Sequence[FileExchange] | None, turns: int, rubric: Rubric
) -> Iterator[tuple[str, str]]:
    if exchanges is None:
        return
    kinds = {focus.id: {kind.id for kind in rubric.kinds if kind.of == focus.id} for focus in rubric.focuses}
    topics = {topic.id for topic in rubric.topics}
    expected = 1
    for n, one in enumerate(exchanges):
        at = f"{place}.{n}"
        if one.first != expected or one.last < one.first:
            yield (
                at,
                f"exchanges cover all turns in order: expected one from turn {expected}, got {one.first}-{one.last}",
            )
        expected = one.last + 1
        if one.focus not in kinds:
            yield at, f"{one.focus!r} is no focus of the rubric"
        elif kinds[one.focus] and one.kind not in kinds[one.focus]:
            yield at, f"{one.kind!r} is no kind of {one.focus!r}"
        elif not kinds[one.focus] and one.kind is not None:
            yield at, f"{one.focus!r} has no kinds, got {one.kind!r}"
        if one.topic not in topics:
            yield at, f"{one.topic!r} is no topic of the rubric"
    if expected != turns + 1:
        yield place, f"exchanges end at turn {expected - 1}, and the meeting has {turns}"


def broken_quote(place: str, words: Sequence[str], turn: int | None, quote: str | None) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a quote: it has to stand word for word in its turn."""
    if turn is None or not 1 <= turn <= len(words):
        yield place, f"there is no turn {turn}"
    elif not quote or quote not in words[turn - 1]:
        yield place, f"the quote {quote!r} does not stand word for word in turn {turn}"


def _broken_commitments(
    place: str, commitments: Sequence[FileCommitment] | None, meeting: Meeting, names: set[str]
) -> Iterator[tuple[str, str]]:
    words = [turn.text for turn in meeting.turns]
    for n, one in enumerate(commitments or ()):
        at = f"{place}.{n}"
        if one.owner is not None and one.owner not in names:
            yield at, f"owner {one.owner!r} is no participant"
        yield from broken_quote(at, words, one.turn, one.quote)
        if one.due is not None and not one.due_text:
            yield at, "a due date needs its due_text"
