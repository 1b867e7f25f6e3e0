"""Challenge sets: minimal pairs, commitment snippets, date phrases.  Each asks for one thing and says what was missed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from analyzer.commitments.due import resolve_due
from analyzer.evaluation.dataset import Gold, Meeting
from analyzer.evaluation.engines import Engine
from analyzer.evaluation.score import count
from analyzer.evaluation.snippets import Record, Snippet, meeting_of, read_records, read_snippets
from analyzer.labels.rubric import Rubric

_NAMES = {"M": "Manager", "R": "Rep"}


class Side(Record):
    """One version of a snippet and the label of its target turns."""

    turns: tuple[tuple[str, str], ...]
    target: tuple[int, int]
    focus: str
    kind: str | None


class Pair(Record):
    """Two versions that differ in one reply or phrase, and in the label."""

    id: str
    rule: str
    sides: tuple[Side, Side]


class Phrase(Record):
    """A spoken deadline and the day it means."""

    phrase: str
    said_on: dt.date
    due: dt.date | None


@dataclass(frozen=True, slots=True)
class Result:
    """How many were right, and which were not."""

    name: str
    right: float
    of: float
    missed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Challenge:
    """The challenge sets of a folder."""

    pairs: tuple[Pair, ...]
    snippets: tuple[Snippet, ...]
    phrases: tuple[Phrase, ...]

    def meetings(self) -> list[Meeting]:
        """Return everything that an engine is asked about, as meetings."""
        sides = [_side_meeting(pair, n) for pair in self.pairs for n in (0, 1)]
        return [*sides, *(one.meeting() for one in self.snippets)]


def read_challenge(folder: Path) -> Challenge:
    """Return the challenge sets of a folder.

    Raises:
        InputError: a file is missing or broken.

    """
    return Challenge(
        tuple(read_records(folder / "pairs.json", "pairs", Pair)),
        tuple(read_snippets(folder / "commitments.json")),
        tuple(read_records(folder / "dates.json", "phrases", Phrase)),
    )


def run(challenge: Challenge, engine: Engine, rubric: Rubric) -> list[Result]:
    """Return an engine's results on the challenge sets."""
    return [
        *_pairs(challenge.pairs, engine),
        *_snippets(challenge.snippets, engine, rubric),
        _phrases(challenge.phrases),
    ]


def _pairs(pairs: Sequence[Pair], engine: Engine) -> list[Result]:
    sides = {(pair.id, n): _side_right(pair, n, engine) for pair in pairs for n in (0, 1)}
    missed = tuple(f"{id_} {'ab'[n]}" for (id_, n), right in sides.items() if not right)
    both = sum(sides[pair.id, 0] and sides[pair.id, 1] for pair in pairs)
    return [
        Result("sides of minimal pairs", sum(sides.values()), len(sides), missed),
        Result("minimal pairs, both sides", both, len(pairs)),
    ]


def _side_meeting(pair: Pair, n: int) -> Meeting:
    nothing = Gold(rubric="", exchanges=None, commitments=None)
    return meeting_of(f"{pair.id}-{n}", dt.date(2026, 3, 17), pair.sides[n].turns, _NAMES, nothing)


def _side_right(pair: Pair, n: int, engine: Engine) -> bool:
    side = pair.sides[n]
    predicted = engine.predict(_side_meeting(pair, n)).exchanges or ()
    labels = [(one.focus, one.kind) for one in predicted for _ in range(one.first, one.last + 1)]
    inside = labels[side.target[0] - 1 : side.target[1]]
    return 2 * sum(label == (side.focus, side.kind) for label in inside) > side.target[1] - side.target[0] + 1


def _snippets(snippets: Sequence[Snippet], engine: Engine, rubric: Rubric) -> list[Result]:
    found = said = wanted = owner = due = 0.0
    quiet, missed = 0, []
    empty = [one for one in snippets if not one.commitments]
    for one in snippets:
        meeting = one.meeting()
        values = count(meeting, engine.predict(meeting), rubric).values
        matched, predicted, reference = values["commitment"].tolist()
        found, said, wanted = found + matched, said + predicted, wanted + reference
        owner, due = owner + values["owner"][0], due + values["due"][0]
        quiet += not one.commitments and not predicted
        if matched < max(predicted, reference):
            missed.append(one.id)
    return [
        Result("commitments found in snippets", found, wanted, tuple(missed)),
        Result("commitments said that are there", found, said),
        Result("snippets with nothing left alone", quiet, len(empty)),
        Result("owners of those found", owner, found),
        Result("due dates of those found", due, found),
    ]


def _phrases(phrases: Sequence[Phrase]) -> Result:
    missed = tuple(
        f"{one.phrase} ({one.said_on})" for one in phrases if resolve_due(one.phrase, one.said_on) != one.due
    )
    return Result("date phrases", len(phrases) - len(missed), len(phrases), missed)
