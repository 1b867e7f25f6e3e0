"""The day that spoken words mean, counted from the day they were spoken; a machine's clock is never consulted.

A phrase is first *heard* (`heard`), then searched for what `grammar` knows, in the flow of speech (`mentions`); `days`
says which day that is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from analyzer.commitments.grammar import AT_ONCE, POINTS
from analyzer.commitments.heard import Heard
from analyzer.commitments.mentions import last_mention, mentions

_ENDS = re.compile(r" *(?:[.,!]|$|(?:while|and|from|straight|after|when)\b)", re.IGNORECASE)
"""What follows a "now" by which something is to be done."""
_KEPT = 4096
"""Texts of which it is remembered what they say: each is looked at by several rules."""


@dataclass(frozen=True, slots=True)
class DuePhrase:
    """A date or deadline as spoken: ``text`` is word for word what stands at ``[start, end)``."""

    text: str
    start: int
    end: int


def resolve_due(phrase: str, said_on: date) -> date | None:
    """Return the day that `phrase` means when spoken on `said_on`, never an earlier one; of several days the last.

    ``None`` where it means no day: soon, an event, a period whose end is not given, a day in the past.
    """
    words = _heard(phrase).words
    mention = last_mention(words, is_deadline=True)
    if mention is None or mention.kind not in ("day", "time"):
        return said_on if AT_ONCE.search(words) else None
    try:
        due = mention.day(said_on)
    except (ValueError, OverflowError):  # outside of the calendar
        return None
    return due if due and due >= said_on else None


def leans(phrase: str) -> bool:
    """Return whether a deadline does not tell its day by itself: a time of day, or a day that counts from another one."""
    words = _heard(phrase).words
    if POINTS.search(words):
        return True
    mention = last_mention(words, is_deadline=True)
    return mention is not None and mention.kind == "time"


def find_due(text: str) -> DuePhrase | None:
    """Return the last date or deadline in a sentence or turn, with its preposition; ``None`` where there is none.

    What the grammar shows to be past ("since Monday", "on Friday we met") or a name ("his Saturday counts") is none.
    """
    return next(iter(_phrases(text)), None)


def find_dues(text: str) -> list[DuePhrase]:
    """Return all dates and deadlines that `find_due` would know, in order."""
    return list(_phrases(text))[::-1]


@lru_cache(_KEPT)
def _heard(text: str) -> Heard:
    return Heard(text)


def find_at_once(text: str) -> list[DuePhrase]:
    """Return what is said to be done at once, when the talk is over or on the way home: all of it means the same day."""
    heard = _heard(text)
    found = (heard.place(match.start(), match.end()) for match in AT_ONCE.finditer(heard.words))
    return [DuePhrase(text[start:end], start, end) for start, end in found if _is_deadline(text, start, end)]


def _is_deadline(text: str, start: int, end: int) -> bool:
    """Whether what was found is more than a "now" that opens a sentence or fills it."""
    return not text[start:end].lower().endswith("now") or bool(start and _ENDS.match(text, end))


@lru_cache(_KEPT)
def _phrases(text: str) -> tuple[DuePhrase, ...]:
    """Return the dates and deadlines of a text, the last one first."""
    heard = _heard(text)
    places = (heard.place(one.start, one.end) for one in mentions(heard.words, is_deadline=False))
    return tuple(DuePhrase(text[start:end], start, end) for start, end in places)
