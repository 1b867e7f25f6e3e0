"""What a person says against names, roles, speakers and labels: a layer over the original, which stays.

Corrections hold on to what the recording or file calls a speaker, and to turns with their times, so that they fit
again when other engines have worked on the meeting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import singledispatch
from typing import Annotated, Literal

from pydantic import Field

from analyzer.errors import InputError
from analyzer.model import Participant, Role, Transcript, Turn
from analyzer.transcript.people import other_of_two

GROUND = "corrected by hand"


@dataclass(frozen=True, slots=True)
class Swap:
    """What one of the two said is the other's, and the other way round."""

    what: Literal["swap"] = "swap"

    def __str__(self) -> str:
        return "the two speakers exchanged"


@dataclass(frozen=True, slots=True)
class Naming:
    """A speaker's name."""

    speaker: str
    """As the recording or file has it."""
    name: str
    what: Literal["name"] = "name"

    def __str__(self) -> str:
        return f"{self.speaker} is {self.name}"


@dataclass(frozen=True, slots=True)
class Casting:
    """A speaker's role; of two speakers the other one has the other role."""

    speaker: str
    role: Role
    what: Literal["role"] = "role"

    def __str__(self) -> str:
        return f"{self.speaker} is the {self.role}"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Turns, and when they were spoken."""

    first: int
    last: int
    start: float
    end: float

    def __str__(self) -> str:
        return f"turn {self.first}" if self.first == self.last else f"turns {self.first} to {self.last}"


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who spoke a turn."""

    turn: Stretch
    speaker: str
    what: Literal["turn"] = "turn"

    def __str__(self) -> str:
        return f"{self.turn} is {self.speaker}'s"


@dataclass(frozen=True, slots=True)
class Labelling:
    """What an exchange is."""

    turns: Stretch
    focus: str
    kind: str | None
    what: Literal["label"] = "label"

    def __str__(self) -> str:
        return f"{self.turns}: {self.kind or self.focus}"


Correction = Annotated[Swap | Naming | Casting | Attribution | Labelling, Field(discriminator="what")]


def stretch(turns: Sequence[Turn]) -> Stretch:
    """Return the stretch of neighbouring turns."""
    return Stretch(turns[0].n, turns[-1].n, turns[0].start, max(turn.end for turn in turns))


def find_turns(transcript: Transcript, where: Stretch) -> tuple[Turn, ...]:
    """Return the turns of a stretch: by number where times agree, else those whose middle lies in its time.

    Raises:
        InputError: there are none.

    """
    turns = transcript.turns[where.first - 1 : where.last]
    if turns and stretch(turns) == where:
        return turns
    inside = tuple(turn for turn in transcript.turns if where.start <= (turn.start + turn.end) / 2 < where.end)
    if not inside:
        raise InputError(f"the talk has no {where} any more")
    return transcript.turns[inside[0].n - 1 : inside[-1].n]


def settles_roles(corrections: Sequence[Correction]) -> bool:
    """Return whether a person has said who is who."""
    return any(isinstance(one, Swap | Casting) for one in corrections)


def corrected(transcript: Transcript, corrections: Sequence[Correction]) -> Transcript:
    """Return a transcript with corrections applied in their order; one that fits no more becomes a warning."""
    for one in corrections:
        try:
            transcript = apply(one, transcript)
        except InputError as error:
            source = transcript.source
            warning = f"a correction by hand was left out ({one}): {error}"
            transcript = replace(transcript, source=replace(source, warnings=(*source.warnings, warning)))
    return transcript


@singledispatch
def apply(correction: object, transcript: Transcript) -> Transcript:
    """Return the transcript with one correction applied; labels are corrected elsewhere.

    Raises:
        InputError: it does not fit the transcript; the message says why.

    """
    return transcript


@apply.register
def _(correction: Swap, transcript: Transcript) -> Transcript:
    names = [person.name for person in transcript.participants]
    if len(names) != 2:
        raise InputError(
            f"only two speakers can be exchanged, and the talk has {len(names)} ({', '.join(names)}): use --turn and "
            "--speaker"
        )
    other = {names[0]: names[1], names[1]: names[0]}
    turns = tuple(replace(turn, speaker=other[turn.speaker]) for turn in transcript.turns)
    people = tuple(
        replace(person, ground=f"{person.ground}; exchanged by hand", confidence=None)
        for person in transcript.participants
    )
    return replace(transcript, turns=turns, participants=people)


@apply.register
def _(correction: Naming, transcript: Transcript) -> Transcript:
    person = find_speaker(transcript, correction.speaker)
    namesake = next((p for p in transcript.participants if p.name == correction.name and p is not person), None)
    if namesake and any(turn.speaker == namesake.name for turn in transcript.turns):
        raise InputError(
            f"{correction.name!r} speaks in the talk already: exchange the two with --swap, or name that one first"
        )
    named = replace(person, name=correction.name, ground=_by_hand(person.ground))
    if namesake and person.role is None:
        named = replace(named, role=namesake.role)
    people = tuple(named if p is person else p for p in transcript.participants if p is not namesake)
    turns = tuple(
        replace(turn, speaker=named.name) if turn.speaker == person.name else turn for turn in transcript.turns
    )
    return replace(transcript, turns=turns, participants=people)


def _by_hand(ground: str) -> str:
    return f"name {GROUND}; {ground}"


@apply.register
def _(correction: Casting, transcript: Transcript) -> Transcript:
    person = find_speaker(transcript, correction.speaker)
    people = [
        replace(p, role=correction.role, ground=GROUND, confidence=None)
        if p is person
        else replace(p, role=None, confidence=None)
        for p in transcript.participants
    ]
    if len(people) != 2 or correction.role == "other":
        people = [new if old is person else old for old, new in zip(transcript.participants, people, strict=True)]
    roles = other_of_two({p.name: p for p in people})
    return replace(transcript, participants=tuple(roles.values()))


@apply.register
def _(correction: Attribution, transcript: Transcript) -> Transcript:
    person = find_speaker(transcript, correction.speaker)
    numbers = {turn.n for turn in find_turns(transcript, correction.turn)}
    turns = tuple(replace(t, speaker=person.name) if t.n in numbers else t for t in transcript.turns)
    return replace(transcript, turns=turns)


def find_speaker(transcript: Transcript, said: str) -> Participant:
    """Return the participant that is meant by a name, a part of it, or what the recording or file says.

    Raises:
        InputError: nobody, or more than one.

    """
    people = transcript.participants
    wanted = said.casefold().split()
    for fits in (
        [p for p in people if (p.label or p.name) == said],
        [p for p in people if p.name.casefold().split() == wanted],
        [p for p in people if wanted and set(wanted) <= set(p.name.casefold().split())],
    ):
        if len(fits) == 1:
            return fits[0]
    names = ", ".join(repr(person.name) for person in people) or "nobody"
    raise InputError(f"there is no one speaker {said!r} in this meeting: it has {names}")
