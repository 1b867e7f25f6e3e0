"""Which of the days that are said around a promise is the promise's own, if any: a linear classifier over these days."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from analyzer.commitments.clauses import Ids, Index, cues_in, plain
from analyzer.commitments.due import DuePhrase, find_dues, resolve_due
from analyzer.commitments.spans import Found
from analyzer.model import Transcript, Turn

BEFORE, AFTER = 2, 4
"""Turns before and after a promise in which its day may be said."""

AT_ONCE = re.compile(
    r"(?<=\w )(?:(?:right |straight )?now(?= *(?:[.,!]|$|while|and|from|straight|after|when))"
    r"|(?:when|once|as soon as|the (?:minute|moment|second)) (?:i|i'?m|we|we'?re) "
    r"(?:are |get |come )?(?:hang up|done|through|finished|off)(?: (?:here|this|the)(?: (?:call|phone))?)?)",
    re.IGNORECASE,
)
_STOP = re.compile(r"[.!?;]")


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
    said = [SaidDay(turn, due, resolve_due(due.text, said_on)) for due in find_dues(turn.text)]
    for match in AT_ONCE.finditer(turn.text):  # what is done when the talk is over is done the same day
        if not any(one.phrase.start < match.end() and match.start() < one.phrase.end for one in said):
            said.append(SaidDay(turn, DuePhrase(match[0], match.start(), match.end()), said_on))
    return sorted(said, key=lambda one: one.phrase.start)


def day_rows(
    found: Found, promises: Sequence[Found], said: dict[int, list[SaidDay]], said_on: date, index: Index
) -> tuple[list[SaidDay], list[Ids]]:
    """Return the days that may be a promise's own, with the features of each.

    Args:
        found: the promise.
        promises: all of the meeting, it among them.
        said: see `days_in`.
        said_on: the day of the meeting.
        index: numbers the features.

    """
    n = found.turn.n
    near = [one for at in range(n - BEFORE, n + AFTER + 1) for one in said.get(at, ())]
    days = [one for one in near if one.day is not None]
    others = [one for one in promises if one is not found and -BEFORE <= one.turn.n - n <= AFTER]
    counts = Counter(one.day for one in days)
    own = [one for one in days if one.within(found)]
    vague = any(one.day is None and one.within(found) for one in near)
    return days, [
        index(
            [
                *_placed(one, found, own, others),
                *_phrased(one, said_on),
                f"said{min(3, counts[one.day])}",
                f"own{any(other.day == one.day for other in own)}",
                f"vague{vague}{one.within(found)}",
                f"origin{found.origin}{_where(one, found)}",
            ]
        )
        for one in days
    ]


def _where(one: SaidDay, found: Found) -> str:
    if one.turn.n != found.turn.n:
        return str(one.turn.n - found.turn.n)
    return "in" if one.within(found) else "before" if one.phrase.end <= found.start else "after"


def _size(count: int) -> int:
    return min(6, count.bit_length())


def _placed(one: SaidDay, found: Found, own: Sequence[SaidDay], others: Sequence[Found]) -> list[str]:
    """Name where it is said, by whom, and whether another promise stands there or between."""
    where, start, end = _where(one, found), one.phrase.start, one.phrase.end
    taken = any(one.within(other) for other in others)
    dated = bool(own)
    if one.turn.n != found.turn.n:
        promiser = (one.turn.speaker == found.turn.speaker) == found.by_speaker
        low, high = sorted((one.turn.n, found.turn.n))
        between = any(low < other.turn.n < high for other in others)
        cues = cues_in(one.turn.text)
        length = _size(len(one.turn.text.split()))
        return [
            where,
            f"{where}{promiser}",
            f"{where}dated{dated}",
            f"{where}dated{dated}{promiser}assent{'assent' in cues}",
            f"{where}taken{taken}",
            f"{where}between{between}{dated}",
            f"{where}length{length}",
            f"length{length}{dated}",
            f"{where}asks{'?' in one.turn.text}",
            f"{where}first{start < 8}",
            f"near{promiser}{between}{taken}{dated}",
        ]
    text = one.turn.text
    gap = {"in": text[found.start : start], "before": text[end : found.start], "after": text[found.end : start]}[where]
    stops = min(3, len(_STOP.findall(gap)))
    names = [where, f"{where}gap{_size(len(gap.split()))}", f"{where}stops{stops}", f"{where}taken{taken}{stops}"]
    names += [f"{where}taken{taken}", f"{where}dated{dated}", f"{where}dated{dated}{stops}"]
    if where == "in":
        at, count = own.index(one), min(3, len(own))
        names += [f"{min(3, at)}of{count}", f"last{at + 1 == len(own)}of{count}"]
    else:
        low, high = (end, found.start) if where == "before" else (found.end, start)
        between = any(o.turn.n == found.turn.n and o.start < high and low < o.end for o in others)
        names.append(f"{where}between{between}")
    return names


def _phrased(one: SaidDay, said_on: date) -> list[str]:
    """Name its words, the words beside it, and how far ahead the day is."""
    words = [plain(word) for word in one.phrase.text.split()]
    before = [plain(word) for word in one.turn.text[: one.phrase.start].split()][-3:]
    after = [plain(word) for word in one.turn.text[one.phrase.end :].split()][:3]
    ahead = _size((one.day - said_on).days) if one.day else 0
    names = [f"ahead{ahead}", f"lead:{words[0]}", f"bl1:{''.join(before[-1:])}", f"bl2:{'_'.join(before[-2:])}"]
    names += [f"al:{''.join(after[:1])}", *(f"w:{word}" for word in words)]
    return [*names, *(f"b:{word}" for word in before), *(f"a:{word}" for word in after)]
