"""The days that are said in a talk, and which of them stand near enough to a promise to be its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from analyzer.commitments.due import DuePhrase, find_at_once, find_dues, resolve_due
from analyzer.commitments.spans import Found
from analyzer.model import Transcript, Turn

BEFORE, AFTER = 2, 4
"""Turns before and after a promise in which its day may be said."""


@dataclass(frozen=True, slots=True)
class SaidDay:
    """A phrase in a turn, and the day that it means; ``None`` where it means no day."""

    turn: Turn
    phrase: DuePhrase
    day: date | None

    def within(self, found: Found) -> bool:
        """Whether it shares words with a promise."""
        same = self.turn.n == found.turn.n
        return same and self.phrase.start < found.end and found.start < self.phrase.end


def days_in(transcript: Transcript, said_on: date) -> dict[int, list[SaidDay]]:
    """Return what each turn says of days and deadlines, by the number of the turn."""
    return {turn.n: _days_of(turn, said_on) for turn in transcript.turns}


def _days_of(turn: Turn, said_on: date) -> list[SaidDay]:
    dues = [SaidDay(turn, due, resolve_due(due.text, said_on)) for due in find_dues(turn.text)]
    dated = [one for one in dues if one.day is not None]
    at_once = [SaidDay(turn, phrase, said_on) for phrase in find_at_once(turn.text) if not _over(phrase, dated)]
    vague = [one for one in dues if one.day is None and not _over(one.phrase, at_once)]  # "before I go" of "... home"
    return sorted([*dated, *at_once, *vague], key=lambda one: one.phrase.start)


def _over(phrase: DuePhrase, said: Sequence[SaidDay]) -> bool:
    return any(one.phrase.start < phrase.end and phrase.start < one.phrase.end for one in said)


def near_days(found: Found, said: dict[int, list[SaidDay]]) -> list[SaidDay]:
    """Return the days that are said near enough to a promise to be its own, in order."""
    n = found.turn.n
    return [one for at in range(n - BEFORE, n + AFTER + 1) for one in said.get(at, ()) if one.day is not None]


def place_of(one: SaidDay, found: Found) -> str:
    """Return where a day is said: ``in`` the promise, ``before`` or ``after`` it in its turn, or so many turns on."""
    if one.turn.n != found.turn.n:
        return str(one.turn.n - found.turn.n)
    return "in" if one.within(found) else "before" if one.phrase.end <= found.start else "after"
