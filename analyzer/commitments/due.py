"""The day that spoken words mean, counted from the day they were spoken; a machine's clock is never consulted.

A phrase is first *heard* (`heard`), then searched for what `grammar` knows, in the flow of speech (`mentions`); `days`
says which day that is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from analyzer.commitments.grammar import AT_ONCE, POINTS
from analyzer.commitments.heard import Heard
from analyzer.commitments.mentions import last_mention, mentions

_ENDS = re.compile(r" *(?:[.,!]|$|(?:while|and|from|straight|after|when)\b)", re.IGNORECASE)
"""What follows a "now" by which something is to be done."""


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
    words = Heard(phrase).words
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
    words = Heard(phrase).words
    if POINTS.search(words):
        return True
    mention = last_mention(words, is_deadline=True)
    return mention is not None and mention.kind == "time"


def find_due(text: str) -> DuePhrase | None:
    """Return the last date or deadline in a sentence or turn, with its preposition; ``None`` where there is none.

    What the grammar shows to be past ("since Monday", "on Friday we met") or a name ("his Saturday counts") is none.
    """
    return next(_phrases(text), None)


def find_dues(text: str) -> list[DuePhrase]:
    """Return all dates and deadlines that `find_due` would know, in order."""
    return list(_phrases(text))[::-1]


def find_at_once(text: str) -> list[DuePhrase]:
    """Return what is said to be done at once, when the talk is over or on the way home: all of it means the same day."""
    heard = Heard(text)
    found = (heard.place(match.start(), match.end()) for match in AT_ONCE.finditer(heard.words))
    return [DuePhrase(text[start:end], start, end) for start, end in found if _is_deadline(text, start, end)]


def _is_deadline(text: str, start: int, end: int) -> bool:
    """Whether what was found is more than a "now" that opens a sentence or fills it."""
    return not text[start:end].lower().endswith("now") or bool(start and _ENDS.match(text, end))


def _phrases(text: str) -> Iterator[DuePhrase]:
    heard = Heard(text)
    for mention in mentions(heard.words, is_deadline=False):
        start, end = heard.place(mention.start, mention.end)
        yield DuePhrase(text[start:end], start, end)
