"""Days and deadlines in the flow of speech: with the words that belong to them, joined where two name one, past ones out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from analyzer.commitments.grammar import RULES, SPOKEN, VAGUE, Kind, compiled
from analyzer.commitments.heard import WEEKDAY

Match = re.Match[str]

_LEAD = compiled(r"""(?<!\S)(((UNTIL|by (close|end)( on)?|(no|not) later than|not until|not before|(at|by) the latest( by| on)?
|latest( by)?|on|within|inside|in|during|over|for|from|at|around|about|((right|straight|just) )?after|come|starting|as of|prior to|in time for)
( (maybe|probably|say|like|around|about|at least|at the latest|the latest))*) )?
(((sometime|early|late|later|last thing|any ?time|this time)( on| in| by)?
|(the )?(end|close|start|morning|afternoon|evening|night) of) )?$""")
_TAIL = compiled(r"""( ((bright and )?early|(late )?(morning|afternoon|evening|night)|lunchtime|(at )?the (very )?latest|latest|tops|max
|at the earliest|at most|sharp|[ap]m|or (sooner|earlier|before|so)|if not (sooner|before|earlier))(?!\S))*""")
_ANSWER = compiled(
    r"(?<!\S)((put|move|push|shift) (it|that|them|this)( back| on| out)? to|make it|make that|say|do|call it|week of|or|no|not|sorry|actually|mean|wait|let's) $"
)
_NEVER = compiled(r"(?<!\S)(since( the)?|instead of|rather than|(?<!later )than|(?<!why )not) $")
_SOME = compiled(r"""(?<!\S)(every( other| #2)?|each|last|(?<!way )past|previous|happy|black|the|our|my|his|their|your|its|an?|any|some
|((?<![^.] )|(?<=on ))1) $""")
_WAS = compiled(r"""(?<!\S)((WHO|(?<![^.] )(?!get|have|need|want|bring|send|make|(and|then|so|but|or|please|just|also|right|ok|okay) put |ill |\w+'ll |will |can |let )ANY) EVERMET|WHO EVERWENT|WENT
|WHO've EVER(been|sent|spoken|seen|done|called|met|talked))( (?!WILL)ANY){0,8} $""")
_THEN_WAS = compiled(r" (WHO EVERMET|(WHO EVER|it )?WENT)(?! WILL)(?!\S)")
_WILL_BE = compiled(r"(?<!\S)WILL( ANY){0,8} $")
_DEADLINE = compiled(r"(by|before|until|till|within|inside|no|not|latest|for|ahead|prior)\b")
_OPEN = compiled("OPEN")
_TO_TIME = compiled(r" (\. )?((?!and |then |i'll )ANY ){0,3}")
_TO_EVENT = compiled(r" ((and|or|so|but|which|that's|is|on|at|with|i'd|say|ideally|if|possible|maybe|hopefully) )*")
_REACHED = re.compile(
    r"(?:ring|call|phone|catch|see|tell|ask|meet|email|text|visit|get|give|send|show|chase|grab) her $"
)
_TAKEN_BACK = compiled(r"(?<!\S)(\.|no|not|sorry|actually|rather|wait|instead|mean|make (it|that))(?!\S)|^$")
_TO_DAY = compiled(r" (ANY ){0,6}")
_TO_ANYTHING = compiled(r" (AWAY|AHEAD|of) ((ITS|this|that|an?) )?ANY")
_RELATIVE = frozenset({"today", "tonight", "tomorrow"})
"""Words that are no name of a day: "the new one today" is due today, "his Monday" is not due on Monday."""
_RANK = {"vague": 0, "time": 1, "past": 2, "day": 3, "after": 3}


@dataclass(frozen=True, slots=True)
class Mention:
    """A date or deadline in what was heard, with the words before and after that belong to it."""

    start: int
    end: int
    kind: Kind
    day: Callable[[date], date | None]


def last_mention(words: str, is_deadline: bool) -> Mention | None:
    """Return the last mention that lies ahead, joined with what stands beside it ("Thursday" and "by noon")."""
    return next(mentions(words, is_deadline), None)


def mentions(words: str, is_deadline: bool) -> Iterator[Mention]:
    """Yield the mentions that lie ahead, the last one first, each joined with what stands beside it."""
    later: Mention | None = None
    for found in _found_backwards(words):
        mention = _mention(words, found, is_deadline)
        if mention is None:
            continue
        joined = _joined(mention, later, words[mention.end : later.start]) if later else None
        if later and joined is None and later.kind != "past":
            yield later
        if joined is None and mention.kind == "measure":  # to an event: "two weeks from signing"
            event = _TO_ANYTHING.match(words, mention.end)
            mention = replace(mention, kind="vague", end=event.end() if event else mention.end)
        later = joined or mention
    if later and later.kind != "past":
        yield later


def _found_backwards(words: str) -> list[Match]:
    """Return what the rules find, the last one first; soon and events only where no rule holds."""
    found, rest = list(SPOKEN.finditer(words)), list(words)
    for match in found:
        rest[match.start() : match.end()] = "." * len(match[0])
    return sorted([*found, *VAGUE.finditer("".join(rest))], key=Match.start, reverse=True)


def _mention(words: str, found: Match, is_deadline: bool) -> Mention | None:
    """Return what was found, with its preposition; ``None`` where it is no date after all."""
    lead = _LEAD.search(words, max(0, found.start() - 60), found.start())
    tail = _TAIL.match(words, found.end())
    start, end = lead.start() if lead else found.start(), tail.end() if tail else found.end()
    if found.re is VAGUE:
        return Mention(start, end, "past" if _is_past(words, start, end) else "vague", lambda said_on: None)
    rules = ((pattern.match(words, found.start()), kind, meaning) for pattern, kind, meaning in RULES)
    match, kind, meaning = next((match, kind, meaning) for match, kind, meaning in rules if match)
    if kind == "shy":
        alone = end - start == len(words.rstrip(" ."))
        if not (is_deadline or alone or start < found.start() or _ANSWER.search(words, max(0, start - 20), start)):
            return None
        kind = "day"
    if _is_none(words, start, end, kind):
        kind = "past"
    elif kind == "day" and "after" in words[start : found.start()].split():
        kind = "after"  # "after Thursday" gives no end
    return Mention(start, end, kind, lambda said_on: meaning(match, said_on))


def _is_none(words: str, start: int, end: int, kind: Kind) -> bool:
    """Whether the words beside it show that it is over ("since Monday"), denied ("not Friday") or a name."""
    if kind == "measure":
        return _is_past(words, start, end)
    if _is_hers(words, start, end) or _NEVER.search(words, max(0, start - 15), start):
        return True
    if words[start:end] not in _RELATIVE and _SOME.search(words, max(0, start - 15), start):
        return True
    return not _DEADLINE.match(words, start) and _is_past(words, start, end)


def _is_hers(words: str, start: int, end: int) -> bool:
    """Whether a day is somebody's: "her Monday report", and not "ring her Monday, first thing"."""
    if not words.endswith("her ", 0, start) or words[start:end] not in WEEKDAY:
        return False
    return not _OPEN.match(words, end) and not _REACHED.search(words, 0, start)


def _is_past(words: str, start: int, end: int) -> bool:
    """Whether the verb beside it tells what was: "we met on Friday", "on Friday we met"."""
    if _WAS.search(words, max(0, start - 90), start):
        return True
    return bool(_THEN_WAS.match(words, end)) and not _WILL_BE.search(words, max(0, start - 90), start)


def _joined(left: Mention, right: Mention, gap: str) -> Mention | None:
    """Return two neighbours as one where they are: a measure and its day, a time or an event and its day."""
    both = replace(right, start=left.start)
    kinds = {left.kind, right.kind}
    if left.kind == "measure":
        if right.kind in ("day", "after") and _TO_DAY.fullmatch(gap):
            return replace(both, kind="day", day=lambda said_on: (day := right.day(said_on)) and left.day(day))
        return both if right.kind == "vague" and gap == " " else None
    if left.kind == "day" and right.kind == "vague" and not _TO_EVENT.fullmatch(gap):
        far = gap.count(" ") > 15 or _TAKEN_BACK.search(gap)
        return None if far else left  # "by Thursday I want her numbers before the call": a day says more
    if not kinds & {"time", "vague"} or kinds == {"past", "vague"}:
        return None
    if not (_TO_TIME if "time" in kinds else _TO_EVENT).fullmatch(gap):
        return None
    if kinds == {"time"}:  # "in the morning, at seven" is tomorrow
        return replace(
            both, day=lambda said_on: max(filter(None, (left.day(said_on), right.day(said_on))), default=None)
        )
    core = max(right, left, key=lambda mention: _RANK[mention.kind])
    return replace(both, kind=core.kind, day=core.day)
