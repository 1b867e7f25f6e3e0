"""Series: talks of the same two people, the promises in them, and what later talks show became of each.

One file holds many series.  Outcomes are those that a follow-through engine gives; annotators' are kept beside the gold.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import Field

from analyzer.errors import InputError
from analyzer.evaluation.dataset import Gold, Meeting, broken_quote
from analyzer.evaluation.snippets import Record, meeting_of, read_records
from analyzer.labels.rubric import load_rubric

Outcome = Literal["kept", "moved", "dropped", "unmentioned"]


class Talk(Record):
    """A meeting of the series; turns as in a snippet: ``M`` or ``R``, and what was said."""

    id: str
    date: dt.date
    style: str
    turns: tuple[tuple[Literal["M", "R"], str], ...] = Field(min_length=1)


class Shown(Record):
    """What a later talk shows of a promise; ``turn`` and ``quote`` are missing where it shows nothing."""

    talk: str
    outcome: Outcome
    turn: int | None = None
    quote: str | None = None
    new_due: dt.date | None = None
    annotations: tuple[Outcome, ...] = ()
    """The outcome by each annotator, in the order of the series' ``annotators``."""
    adjudicated: bool = False
    """No majority: a further pass decided."""


class Promised(Record):
    """A promise and what each later talk shows of it, in order."""

    id: str
    talk: str
    turn: int
    owner: str
    action: str = Field(min_length=1)
    due: dt.date | None
    quote: str = Field(min_length=1)
    shown: tuple[Shown, ...] = Field(min_length=1)


class Series(Record):
    """Talks of a manager and a rep, in order of their days."""

    id: str
    industry: str
    manager: str
    rep: str
    annotators: tuple[str, ...]
    talks: tuple[Talk, ...] = Field(min_length=2)
    promises: tuple[Promised, ...]

    def words(self, talk: str) -> list[str]:
        """Return the words of a talk's turns."""
        return [text for one in self.talks if one.id == talk for _, text in one.turns]

    def meetings(self) -> list[Meeting]:
        """Return the talks as meetings without labels."""
        none = Gold(rubric=load_rubric().version, exchanges=None, commitments=None)
        names = {"M": self.manager, "R": self.rep}
        return [meeting_of(talk.id, talk.date, talk.turns, names, none) for talk in self.talks]


def read_series(path: Path) -> list[Series]:
    """Return the series of a file.

    Raises:
        InputError: one breaks a rule; the message names the file, the place and the rule.

    """
    found = read_records(path, "series", Series)
    for series in found:
        for place, rule in broken_rules(series):
            raise InputError(f"{str(path)!r}: {series.id}: {place}: {rule}")
    return found


def broken_rules(series: Series) -> Iterator[tuple[str, str]]:
    """Yield place and rule for each rule that a series breaks beyond the shape of its fields."""
    days = [talk.date for talk in series.talks]
    ids = [talk.id for talk in series.talks]
    if days != sorted(days) or len(set(ids)) < len(ids):
        yield "talks", "talks stand in order of their days, each once"
    if len({promise.id for promise in series.promises}) < len(series.promises):
        yield "promises", "two have the same id"
    for promise in series.promises:
        if promise.talk not in ids:
            yield promise.id, f"there is no talk {promise.talk!r}"
            continue
        later = tuple(ids[ids.index(promise.talk) + 1 :])
        if tuple(one.talk for one in promise.shown) != later:
            yield promise.id, f"each later talk ({', '.join(later)}) shows something of it or nothing, in order"
            continue
        if promise.owner not in (series.manager, series.rep):
            yield promise.id, f"owner {promise.owner!r} is no participant"
        yield from broken_quote(promise.id, series.words(promise.talk), promise.turn, promise.quote)
        for one in promise.shown:
            if one.outcome != "unmentioned":
                yield from broken_quote(f"{promise.id}.{one.talk}", series.words(one.talk), one.turn, one.quote)
