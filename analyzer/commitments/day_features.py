"""Which of the days that are said around a promise is the promise's own, if any: what a linear classifier sees of each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date

from analyzer.commitments.clauses import Ids, Index, cues_in, plain, promised_verb
from analyzer.commitments.dates import AFTER, BEFORE, SaidDay, near_days, place_of
from analyzer.commitments.due import leans
from analyzer.commitments.spans import Found
from analyzer.commitments.wording import names as things
from analyzer.model import Transcript

_STOP = re.compile(r"[.!?;]")
_SENTENCE_END = re.compile(r"[.!?;](?=\s|$)")
_OPENS = 15
"""Characters within which a day opens its turn."""
_POINTS_BACK = re.compile(
    r"\b(?:it|that|this|them|those|both|all|so|then|there|her|him|same|do|have|done|get|be)\b", re.IGNORECASE
)
"""Words by which one sentence goes on with what another one names."""
_MEETS = re.compile(
    r"\bi'?m (?:in|at|on|with|seeing|meeting|there|having|back|going|speaking|down|over)\b|\bi see\b|\bi'?ve got\b|\bi speak\b",
    re.IGNORECASE,
)
"""The occasion on which something is to be done: "I'm seeing her on Tuesday, I'll ask her"."""
_PREPOSITIONS = frozenset("by before on in for until till at to from this next the within over after first end".split())
_CLASSES = {
    "weekday": re.compile(r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"),
    "near": re.compile(r"today|tonight|tomorrow|this (?:morning|afternoon|evening)"),
    "period": re.compile(r"week|month|quarter|year|day"),
    "now": re.compile(r"now|after|when|once|before|soon|home"),
    "month": re.compile(
        r"^(?!.*(?:\d|first|second|third|th\b)).*(?:january|february|march|april|may|june|july|august|september|october"
        r"|november|december)"
    ),
}
"""What a day is named by, the first that holds; else it is a number."""
_MOVES = re.compile(
    r"\b(?:forecast|close date|stage|pipeline|system|amount|probability|quarter|put (?:it|that|them)|move|push|commit"
    r"|goes? in(?:to)?|close|upside|sheet)\b",
    re.IGNORECASE,
)
"""A date that is entered somewhere is not the day by which."""
_ASKS_FOR = re.compile(
    r"\b(?:ask|book|offer|propose|suggest|keep|reserve|hold|put|schedule|set|fix|confirm|move|shift|tell|say)\b",
    re.IGNORECASE,
)
_OF_ANOTHER = re.compile(
    r"\bto (?:be|have|do|come|bring|leave|keep|get|call|ring|send|put|give|take|look|make|see|hold|join)\b",
    re.IGNORECASE,
)
"""A day behind "ask her to leave it out on Thursday" may be hers."""


def day_rows(
    found: Found,
    promises: Sequence[Found],
    said: dict[int, list[SaidDay]],
    transcript: Transcript,
    said_on: date,
    index: Index,
) -> tuple[list[SaidDay], list[Ids]]:
    """Return the days that may be a promise's own, with the features of each.

    Args:
        found: the promise.
        promises: all of the meeting, it among them.
        said: see `days_in`.
        transcript: of the meeting.
        said_on: the day of the meeting.
        index: numbers the features.

    """
    n = found.turn.n
    days = near_days(found, said)
    others = [one for one in promises if one is not found and -BEFORE <= one.turn.n - n <= AFTER]
    counts = Counter(one.day for one in days)
    own = [one for one in days if one.within(found)]
    vague = any(one.day is None and one.within(found) for one in said.get(n, ()))
    worded = _worded(found)
    return days, [
        index(
            [
                *_placed(one, found, own, others),
                *_phrased(one, said_on),
                f"said{min(3, counts[one.day])}",
                f"own{any(other.day == one.day for other in own)}",
                f"vague{vague}{one.within(found)}",
                f"origin{found.origin}{place_of(one, found)}",
                *(f"{place_of(one, found)}|{name}" for name in worded),
                *_ranked(one, found, days),
                *_classed(one, found),
                *_between(one, found),
                *_in_sentence(one, found),
                *_answered(one, found, transcript),
            ]
        )
        for one in days
    ]


def _size(count: int) -> int:
    return min(6, count.bit_length())


def _placed(one: SaidDay, found: Found, own: Sequence[SaidDay], others: Sequence[Found]) -> list[str]:
    """Name where it is said, by whom, and whether another promise stands there or between."""
    where, start, end = place_of(one, found), one.phrase.start, one.phrase.end
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


def _worded(found: Found) -> list[str]:
    """Name the promise's own words: how it begins and ends, and whether it points elsewhere."""
    said = [plain(word) for word in found.text.split()]
    before = [plain(word) for word in found.turn.text[: found.start].split()[-1:]]
    after = [plain(word) for word in found.turn.text[found.end :].split()[:1]]
    names = [f"length{_size(len(said))}", f"first:{' '.join(said[:2])}", f"last:{''.join(said[-1:])}"]
    return [*names, f"before:{''.join(before)}", f"after:{''.join(after)}", *_pointing(found.text)]


def _pointing(text: str) -> list[str]:
    return sorted({f"points:{word.lower()}" for word in _POINTS_BACK.findall(text)})


def _ranked(one: SaidDay, found: Found, days: Sequence[SaidDay]) -> list[str]:
    """Name how many days there are to choose from, and whether it is the nearest on its side."""
    where = place_of(one, found)
    turn = [other for other in days if other.turn.n == one.turn.n]
    side = [other for other in turn if place_of(other, found) == where]
    nearest = (side[::-1] if where == "before" else side).index(one)
    dated = any(other.within(found) for other in days)
    different = len({other.day for other in days})
    names = [
        f"days{min(3, len(days))}{where}",
        f"turn{min(3, len(turn))}{where}",
        f"different{min(3, different)}{where}",
    ]
    return [*names, f"nearest{where}{min(3, nearest)}{dated}"]


def _class_of(phrase: str) -> str:
    if leans(phrase):
        return "clock"
    return next((name for name, words in _CLASSES.items() if words.search(phrase.lower())), "number")


def _classed(one: SaidDay, found: Found) -> list[str]:
    """Name what kind of day it is, with its preposition and, inside of the promise, what verb it may belong to."""
    where, kind = place_of(one, found), _class_of(one.phrase.text)
    lead = plain(one.phrase.text.split()[0])
    lead = lead if lead in _PREPOSITIONS else "-"
    before = "".join(plain(word) for word in one.turn.text[: one.phrase.start].split()[-1:])
    verb = promised_verb(found.text) or "-"
    names = [f"c:{kind}", f"c:{kind}{where}", f"cl:{kind}{lead}", f"cl:{kind}{lead}{where}", f"cb:{kind}{before}"]
    names.append(f"cv:{kind}{lead}{verb}")
    if where != "in":
        return names
    gap, rest = found.turn.text[found.start : one.phrase.start], found.turn.text[one.phrase.end : found.end]
    asks = lead == "for" and bool(_ASKS_FOR.search(gap))
    names += [f"moves{kind}{lead}{bool(_MOVES.search(found.text))}", f"asks{asks}{lead}"]
    names += [
        f"other{bool(_OF_ANOTHER.search(gap))}{lead}",
        f"rest{_size(len(rest.split()))}{bool(_STOP.search(rest))}",
    ]
    return [*names, f"v:{verb}", f"vl:{verb}{lead}", f"vb:{verb}{before}", f"bl:{before}{lead}"]


def _between(one: SaidDay, found: Found) -> list[str]:
    """Name the words between it and the promise, in one turn."""
    where, text = place_of(one, found), found.turn.text
    if where == "in":
        said = [plain(word) for word in text[found.start : one.phrase.start].split()][-8:]
        rest = [plain(word) for word in text[one.phrase.end : found.end].split()][:5]
        return [*(f"g{where}:{word}" for word in said), *(f"gr:{word}" for word in rest)]
    if where == "after":
        return [f"g{where}:{plain(word)}" for word in text[found.end : one.phrase.start].split()[:8]]
    if where == "before":
        return [f"g{where}:{plain(word)}" for word in text[one.phrase.end : found.start].split()[-8:]]
    return []


def _in_sentence(one: SaidDay, found: Found) -> list[str]:
    """Name the sentence in which it is said: how it leads to the day, and what it shares with the promise."""
    text, phrase, where = one.turn.text, one.phrase, place_of(one, found)
    low = max((match.end() for match in _SENTENCE_END.finditer(text, 0, phrase.start)), default=0)
    end = _SENTENCE_END.search(text, phrase.end)
    high = end.end() if end else len(text)
    lead, rest = text[low : phrase.start], text[phrase.end : high]
    words = [plain(word) for word in lead.split()]
    same = where in ("before", "after") and low < found.end and found.start < high
    place = "same" if same else where
    names = [f"s{place}", f"s{place}lead{_size(len(words))}", f"s{place}rest{_size(len(rest.split()))}"]
    names += [f"s{place}{name}" for name in _pointing(lead)] + [f"s{place}first:{' '.join(words[:2])}"]
    names += [f"s{place}lead:{word}" for word in words[-6:]]
    if where == "in":
        return names
    around = text[low : found.start] + " " + text[found.end : high] if same else f"{lead} {rest}"
    shared = min(2, len(things(around) & things(found.text)))
    return [*names, f"shared{place}{shared}", f"shared{shared}", f"meets{place}{bool(_MEETS.search(lead[-60:]))}"]


def _answered(one: SaidDay, found: Found, transcript: Transcript) -> list[str]:
    """Name what is asked before it and said after it: "by when?" – "Friday" – "fine"."""
    n, where, phrase = one.turn.n, place_of(one, found), one.phrase
    before = transcript.turns[n - 2].text if n > 1 else ""
    after = transcript.turns[n].text if n < len(transcript.turns) else ""
    opens, words = phrase.start < _OPENS, _size(len(one.turn.text.split()))
    mine = (one.turn.speaker == found.turn.speaker) == found.by_speaker
    names = [f"when{where}{'when' in cues_in(before)}{mine}", f"asked{where}{'?' in before[-60:]}{opens}"]
    names += [f"ok{where}{'assent' in cues_in(after)}", f"begins{where}{'assent' in cues_in(one.turn.text)}"]
    names.append(f"short{where}{words}{opens}")
    if n == found.turn.n:
        return names
    asks = "?" in found.turn.text[found.start :]
    last, first = found.end > len(found.turn.text) - 25, found.start < 25
    shared = min(2, len(things(one.turn.text) & things(found.text)))
    return [
        *names,
        f"q{where}{asks}",
        f"edge{where}{last if n > found.turn.n else first}",
        f"sharedturn{shared}{where}",
    ]
