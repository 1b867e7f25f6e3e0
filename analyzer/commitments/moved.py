"""One line of a promise whose day is said beside it, again, or anew within the talk.

Two promises made one are worse than two lines of one promise, so each rule asks for the same owner and for words that
point at the other line: no deed of its own, or the very day that the other one had.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from analyzer.commitments.due import find_dues, resolve_due
from analyzer.commitments.heard import DAYS
from analyzer.commitments.refused import names_no_deed
from analyzer.model import Commitment, Transcript

_NEAR = 2
"""Turns between a promise and what is said of its day."""
_STATES = re.compile(
    r"\b(?:it|that)(?:'s| is|'ll be| will be|'d be)(?: \w+)? (?:still |now |more like )?(?:this |next |on |by )?"
    rf"(?:today|tonight|tomorrow|week|month|{DAYS})(?: \w+){{0,3}}\W*$",
    re.IGNORECASE,
)
"""A clause that says of what is promised when it will be, and nothing else."""
_SAID = re.compile(r"\b(?P<who>i|you)(?:'d| had)? said(?: it was| it'd be| it would be| for| that)?\W*$", re.IGNORECASE)
_NO_LONGER = re.compile(
    r"\b(?:won'?t|can'?t|cannot|can not|will not|not going to|not gonna|couldn'?t)\b[^.?!;,]{0,50}$", re.IGNORECASE
)
_NOT_ON = re.compile(
    rf"\bnot (?P<day>(?:on |by |this |next )?(?:today|tonight|tomorrow|{DAYS})|(?:on |by )?the \w+)\b", re.IGNORECASE
)
_PUTS_OFF = re.compile(
    r"\b(?:put|move|push|shift) (?:it|that|this|them)(?: back| on| out)? to\W*$|\bmake (?:it|that)\W*$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _TakenBack:
    """A day that is said not to hold any more."""

    turn: int
    day: date
    owner: str | None
    """Whose promise it was; ``None`` where the words do not tell."""


def settled(commitments: Sequence[Commitment], transcript: Transcript, said_on: date | None) -> list[Commitment]:
    """Return one line a promise, with the last day that was said for it, in order.

    Args:
        commitments: in order of the talk.
        transcript: in which days are taken back ("you know I said tomorrow?").
        said_on: the day of the meeting; without it no days are compared.

    """
    joined = _with_their_days(commitments)
    if said_on is None:
        return joined
    for back in _taken_back(transcript, said_on):
        joined = _without_the_former(joined, back, transcript, said_on)
    return joined


def _with_their_days(commitments: Sequence[Commitment]) -> list[Commitment]:
    """Give what names a day and no deed to the promise beside it."""
    kept = list(commitments)
    for one in commitments:
        if not _is_a_day(one.quote.text):
            continue
        beside = [other for other in kept if other is not one and _takes(other, one)]
        if beside:
            nearest = min(beside, key=lambda other: (other.due is None, abs(other.quote.turn - one.quote.turn)))
            dated = replace(nearest, due=one.due, due_text=one.due_text) if nearest.due is None else nearest
            kept = [dated if other is nearest else other for other in kept if other is not one]
    return kept


def _is_a_day(quote: str) -> bool:
    return names_no_deed(quote) or bool(
        _STATES.search(quote) and re.match(r"\W*(?:it|that|i told|i said)\b", quote, re.I)
    )


def _takes(other: Commitment, day: Commitment) -> bool:
    """Whether a promise stands beside a day in its turn and has none, or just before and has the same."""
    apart = day.quote.turn - other.quote.turn
    if _is_a_day(other.quote.text) or day.due is None:
        return False
    if apart == 0 and other.due is None:
        return True
    return 0 <= apart <= _NEAR and other.due == day.due and other.owner == day.owner


def _taken_back(transcript: Transcript, said_on: date) -> Iterator[_TakenBack]:
    for turn in transcript.turns:
        others = [person.name for person in transcript.participants if person.name != turn.speaker]
        for due in find_dues(turn.text):
            before = turn.text[: due.start]
            day = resolve_due(due.text, said_on)
            if day and (said := _SAID.search(before)):
                mine = said["who"].lower() == "i"
                yield _TakenBack(turn.n, day, turn.speaker if mine else others[0] if len(others) == 1 else None)
            elif day and _NO_LONGER.search(before):
                yield _TakenBack(turn.n, day, None)
        for no in _NOT_ON.finditer(turn.text):
            if day := resolve_due(no["day"], said_on):
                yield _TakenBack(turn.n, day, None)


def _without_the_former(
    commitments: list[Commitment], back: _TakenBack, transcript: Transcript, said_on: date
) -> list[Commitment]:
    """Leave out the promise of which the day is taken back, where the new one is promised there and then."""
    former = [one for one in commitments if one.due == back.day and one.quote.turn < back.turn]
    if len(former) != 1 or back.owner not in (None, former[0].owner):
        return commitments
    old = former[0]
    near = (one for one in commitments if one.owner == old.owner and 0 <= one.quote.turn - back.turn <= _NEAR)
    new = next((one for one in near if one.due and one.due > back.day), None)
    if new is None:
        moved = next((replace(old, due=day, due_text=text) for day, text in _put_off(transcript, back, said_on)), old)
        return [moved if one is old else one for one in commitments]
    action = old.action if names_no_deed(new.quote.text) else new.action
    joined = replace(new, action=action, origin=old.origin)
    return [joined if one is new else one for one in commitments if one is not old]


def _put_off(transcript: Transcript, back: _TakenBack, said_on: date) -> Iterator[tuple[date, str]]:
    """Yield day and words of "put it to the tenth", where a day has just been taken back."""
    for turn in transcript.turns[back.turn - 1 : back.turn + _NEAR]:
        for due in find_dues(turn.text):
            day = resolve_due(due.text, said_on)
            if day and day > back.day and _PUTS_OFF.search(turn.text, 0, due.start):
                yield day, due.text
