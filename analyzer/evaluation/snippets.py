"""Snippets: a few turns and the commitments in them, often none.  One file holds many."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from analyzer.errors import InputError
from analyzer.evaluation.dataset import FileCommitment, FileParticipant, FileTurn, Gold, Meeting, broken_rules
from analyzer.labels.rubric import load_rubric
from analyzer.model import WORDS_PER_SECOND, Role

M = TypeVar("M", bound=BaseModel)
_ROLES: dict[str, Role] = {"M": "manager", "R": "rep"}


class Record(BaseModel):
    """Something in a file of ours."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Snippet(Record):
    """A few turns and the commitments in them."""

    id: str
    what: str
    date: dt.date
    manager: str
    rep: str
    turns: tuple[tuple[str, str], ...]
    commitments: tuple[FileCommitment, ...]

    def meeting(self) -> Meeting:
        """Return it as a meeting without labelled exchanges."""
        gold = Gold(rubric=load_rubric().version, exchanges=None, commitments=self.commitments)
        return meeting_of(self.id, self.date, self.turns, {"M": self.manager, "R": self.rep}, gold)


def read_records(path: Path, key: str, type_: type[M]) -> list[M]:
    """Return the records of that type under ``key`` of a JSON file.

    Raises:
        InputError: the file is missing or broken; the message names it and the record.

    """
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8"))[key]
    except (OSError, json.JSONDecodeError, KeyError, TypeError) as error:
        raise InputError(f"{str(path)!r} cannot be read as {key}: {error}") from error
    records = []
    for position, one in enumerate(content):
        try:
            records.append(type_.model_validate(one))
        except ValidationError as error:
            raise InputError(f"{str(path)!r}: {key} {position}: {error.errors()[0]['msg']}") from error
    return records


def read_snippets(path: Path) -> list[Snippet]:
    """Return the snippets of a file.

    Raises:
        InputError: one breaks a rule of the evaluation format.

    """
    snippets = read_records(path, "snippets", Snippet)
    for one in snippets:
        for place, rule in broken_rules(one.meeting(), load_rubric()):
            raise InputError(f"{str(path)!r}: {one.id}: {place}: {rule}")
    return snippets


def meeting_of(id_: str, date: dt.date, turns: Sequence[tuple[str, str]], names: dict[str, str], gold: Gold) -> Meeting:
    """Return turns of ``M`` and ``R`` as a meeting, with times from the number of words."""
    at, made = 0.0, []
    for n, (side, text) in enumerate(turns, 1):
        end = at + max(0.4, len(text.split()) / WORDS_PER_SECOND)
        made.append(FileTurn(n=n, speaker=names[side], start=at, end=end, text=text))
        at = end
    return Meeting(
        format=1,
        id=id_,
        date=date,
        title=id_,
        industry="",
        style="snippet",
        series=None,
        provenance="written",
        participants=tuple(FileParticipant(name=names[side], role=role) for side, role in _ROLES.items()),
        turns=tuple(made),
        annotations=(),
        gold=gold,
    )
