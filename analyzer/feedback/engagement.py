"""The rules of engagement (when, why and where to coach) as data, and what of them can be counted in talks."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from analyzer.feedback.measures import speaking_time
from analyzer.labels.rubric import Rubric
from analyzer.llm.prompts import prompts_folder, read_part
from analyzer.model import Analysis, Exchange

FILE = "engagement.toml"
Talk = tuple[Analysis, Rubric]
"""A meeting with the rubric that it was labelled by."""


class Rule(BaseModel):
    """An occasion for coaching."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_min_length=1)

    id: str
    name: str
    when: str
    why: str
    where: str
    topics: tuple[str, ...] = Field(min_length=1)
    """By their ids in the rubric."""
    words: tuple[str, ...] = ()
    """One of them must be said in an exchange that counts; without any, all of these topics count."""
    minutes: float | None = Field(default=None, gt=0)
    """A time box for inspection; ``None``: the rule asks for coaching."""
    unseen: str
    """What talk cannot show of it."""


class Engagement(BaseModel):
    """The rules, and how far back they are counted."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_min_length=1)

    version: str
    weeks: int = Field(ge=1)
    rule: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Observed:
    """What was seen in a context."""

    coached: int
    """Exchanges."""
    coached_seconds: float
    coached_in: int
    """Meetings."""
    inspected: int
    inspected_seconds: float
    inspected_in: int
    boxed: int
    """Of the meetings with inspection, those within the rule's time box; 0 without one."""
    last: dt.date | None
    """The last day with coaching."""


@cache
def load_engagement(path: Path | None = None) -> Engagement:
    """Return the rules in ``path``, the starting set if not given.

    Raises:
        RubricError: the file cannot be read or breaks a rule; the message names file and place.

    """
    path = path or prompts_folder() / FILE
    return read_part(path, "file of the rules of engagement", Engagement.model_validate)


def observe(
    talks: Iterable[Talk], topics: Iterable[str], words: Sequence[str] = (), box: float | None = None
) -> Observed:
    """Count exchanges on some topics, in which one of some words is said if there are any.

    Args:
        talks: in order of their days.
        topics: ids.
        words: in any case, as whole words.
        box: minutes of inspection that a meeting may have.

    """
    on = frozenset(topics)
    said = re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b", re.I) if words else None
    coached: list[tuple[Analysis, list[Exchange]]] = []
    inspected: list[tuple[Analysis, list[Exchange]]] = []
    for analysis, rubric in talks:
        own = [one for one in analysis.exchanges if one.topic in on and _says(analysis, one, said)]
        coached.append((analysis, [one for one in own if rubric.measured(one) == "coached"]))
        inspected.append((analysis, [one for one in own if rubric.measured(one) == "inspected"]))
    minutes = [_seconds(*one) / 60 for one in inspected if one[1]]
    return Observed(
        coached=sum(len(found) for _, found in coached),
        coached_seconds=sum(_seconds(*one) for one in coached),
        coached_in=sum(bool(found) for _, found in coached),
        inspected=sum(len(found) for _, found in inspected),
        inspected_seconds=60 * sum(minutes),
        inspected_in=len(minutes),
        boxed=sum(one <= box for one in minutes) if box is not None else 0,
        last=max((talk.meeting.date for talk, found in coached if found and talk.meeting.date), default=None),
    )


def _says(analysis: Analysis, exchange: Exchange, said: re.Pattern[str] | None) -> bool:
    turns = analysis.transcript.turns[exchange.first - 1 : exchange.last]
    return said is None or any(said.search(turn.text) for turn in turns)


def _seconds(analysis: Analysis, exchanges: Iterable[Exchange]) -> float:
    return sum(speaking_time(analysis.transcript, one) for one in exchanges)
