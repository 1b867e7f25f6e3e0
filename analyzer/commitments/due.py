"""The day that spoken words mean, counted from the day they were spoken; a machine's clock is never consulted.

Weeks run Monday to Sunday and quarters are calendar quarters.  A phrase is first *heard*: lower case, one space between
words, numbers in digits ("three" is ``3``, "twenty third" ``#23``), a full stop where a sentence ends, without "um" and
without stutter.  ``_GRAMMAR`` says which words mean which day.  Where people may mean two things, the choice stands
beside the rule.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal, cast

Match = re.Match[str]
Meaning = Callable[[Match, date], date | None]
Kind = Literal["day", "shy", "time", "measure", "after", "vague", "past"]
"""What is mentioned.

- ``day``: a day, or a period by its last day.
- ``shy``: a day if a preposition or "make it" stands before it; alone, "the second" is more often a thing.
- ``time``: a time of day, of the meeting's day unless another day stands beside it.
- ``measure``: a distance to the day that is named next.
- ``after``: later than a day, which gives no end.
- ``vague``: a deadline that is no day.
- ``past``: what was, and what is denied; no deadline.
"""


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
    words = _Heard(phrase).words
    mention = _last_mention(words, is_deadline=True)
    if mention is None or mention.kind not in ("day", "time"):
        return said_on if _AT_ONCE.search(words) else None
    try:
        due = mention.day(said_on)
    except (ValueError, OverflowError):  # outside of the calendar
        return None
    return due if due and due >= said_on else None


def leans(phrase: str) -> bool:
    """Return whether a deadline does not tell its day by itself: a time of day, or a day that counts from another one."""
    words = _Heard(phrase).words
    if _POINTS.search(words):
        return True
    mention = _last_mention(words, is_deadline=True)
    return mention is not None and mention.kind == "time"


def find_due(text: str) -> DuePhrase | None:
    """Return the last date or deadline in a sentence or turn, with its preposition; ``None`` where there is none.

    What the grammar shows to be past ("since Monday", "on Friday we met") or a name ("his Saturday counts") is none.
    """
    return next(_phrases(text), None)


def find_dues(text: str) -> list[DuePhrase]:
    """Return all dates and deadlines that `find_due` would know, in order."""
    return list(_phrases(text))[::-1]


def _phrases(text: str) -> Iterator[DuePhrase]:
    heard = _Heard(text)
    for mention in _mentions(heard.words, is_deadline=False):
        start, end = heard.place(mention.start, mention.end)
        yield DuePhrase(text[start:end], start, end)


# --- hearing ---------------------------------------------------------------------------------------------------------

_DAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_UNITS = "one|two|three|four|five|six|seven|eight|nine"
_TEENS = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_NTHS = "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth"
_TEENTHS = "tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth"
_TENTHS = "twentieth|thirtieth"
_WEEKDAY = {name: number for number, name in enumerate(_DAYS.split("|"))}
_MONTH = {name: number for number, name in enumerate(_MONTHS.split("|"), 1)}
_VALUE = {w: n for words in (f"{_UNITS}|{_TEENS}", f"{_NTHS}|{_TEENTHS}") for n, w in enumerate(words.split("|"), 1)}
_VALUE |= {w: 10 * n for words in (_TENS, _TENTHS) for n, w in enumerate(words.split("|"), 2)}

_SHORT = {name[:n]: name for name in (*_WEEKDAY, *_MONTH) for n in (3, 4, 5)} | {"sept": "september", "til": "till"}
_SHORT |= dict.fromkeys("um umm uhm uh uhh er erm eh ah hmm mm mhm".split(), "")
_DOUBTFUL = frozenset({"sat", "sun", "wed"})  # words of their own, unless a preposition makes them days

_UP_TO_99 = rf"(?:{_TENS})(?:[\s-]{{1,3}}(?:{_UNITS}|{_NTHS})\b)?|{'|'.join(_VALUE)}"
_TOKEN = re.compile(
    rf"(?P<number>\b(?:(?:a|{_UNITS})[\s-]{{1,3}}hundred\b(?:[\s-]{{1,3}}and\b)?(?:[\s-]{{1,3}}(?:{_UP_TO_99})\b)?"
    rf"|(?:{_UP_TO_99})\b)(?!'))|(?P<half>\b[ap]\.\s?m\b\.?)"
    r"|(?P<word>[^\W\d_]\w*(?:'\w+)*|[$€£]?\d(?:[\w:.,/-]*\w)?%?)|(?P<stop>[.?!;])"
)


class _Heard:
    """What the rules read, and the way back to the text."""

    def __init__(self, text: str) -> None:
        words: list[str] = []
        self._spans: list[tuple[int, int]] = []
        lower = text.replace("İ", "I").replace("’", "'").lower()  # the one letter that grows in lower case
        for match in _TOKEN.finditer(lower):
            word = _word(match, words[-1] if words else "", text)
            if words and word == words[-1]:  # "by by Friday"
                self._spans[-1] = (self._spans[-1][0], match.end())
            elif word:
                words.append(word)
                self._spans.append(match.span())
        self.words = " ".join(words)
        self._starts = [0]
        for word in words:
            self._starts.append(self._starts[-1] + len(word) + 1)

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Return where in the text the words ``[start, end)`` stand."""
        first, last = bisect_right(self._starts, start) - 1, bisect_left(self._starts, end) - 1
        return self._spans[first][0], self._spans[last][1]


def _word(match: Match, before: str, text: str) -> str:
    """Return one token as the rules know it; empty for what is not heard."""
    word = match[0]
    if match.lastgroup == "number":
        parts = re.findall("[a-z]+", word)
        rest = parts.index("hundred") + 1 if "hundred" in parts else 0
        value = sum(_VALUE.get(part, 0) for part in parts[rest:]) + (100 * _VALUE.get(parts[0], 1) if rest else 0)
        return f"#{value}" if re.fullmatch(f"{_NTHS}|{_TEENTHS}|{_TENTHS}", parts[-1]) else str(value)
    if match.lastgroup == "half":
        return word[0] + "m"
    if match.lastgroup == "stop":  # "Thurs. noon": no sentence ends before a small letter
        following = text[match.end() : match.end() + 2].strip()
        return "" if (before in _WEEKDAY or before in _MONTH) and following and not following[0].isupper() else "."
    if word in _DOUBTFUL and before not in ("by", "on", "before", "until", "till", "this", "next", "for"):
        return word
    ordinal = re.fullmatch(r"0?(\d{1,2})(?:st|nd|rd|th)", word) if word[0].isdigit() else None
    return f"#{ordinal[1]}" if ordinal else _SHORT.get(word, word)


# --- what a day is ---------------------------------------------------------------------------------------------------

_ONE = timedelta(days=1)
_SIZE = {"month": 1, "quarter": 3, "year": 12}


def _none(match: Match, today: date) -> None:
    return None


def _plus(days: int) -> Meaning:
    return lambda match, today: today + days * _ONE


def _index(day: date) -> int:
    """Return the month, counted from January of year 0."""
    return day.year * 12 + day.month - 1


def _first_of(index: int) -> date:
    return date(index // 12, index % 12 + 1, 1)


def _span(unit: str, ahead: int, today: date) -> tuple[date, date]:
    """Return first and last day of a week (Monday, Friday), month, quarter or year; 0 ahead is the present one."""
    if unit == "week":
        monday = today + (7 * ahead - today.weekday()) * _ONE
        friday = monday + 4 * _ONE
        return monday, friday if friday >= today else friday + 2 * _ONE  # "this week" on a Saturday: its Sunday
    start = (_index(today) // _SIZE[unit] + ahead) * _SIZE[unit]
    return _first_of(start), _first_of(start + _SIZE[unit]) - _ONE


def _bound(words: str, first: date, last: date) -> date:
    """Return the start of a period, the day before it, or, if the words do not ask for these, its end.

    "By May" may mean either end of May; like "by next week" it is read as the later one.
    """
    if "start of" in words or "beginning of" in words:
        return first
    return first - _ONE if words.startswith("before") else last


def _ahead(words: str) -> int:
    """Return how many periods ahead of the present one the words point."""
    if re.search("after(?: next)?$", words):
        return 2
    return 1 if re.search("next|following|(?<!this )coming", words) else 0


def _period(match: Match, today: date) -> date | None:
    words, unit = match[0], {"w": "week", "m": "month", "q": "quarter", "y": "year"}[match["unit"][0]]
    ahead = _ahead(words)
    if unit == "week" and words.startswith("before"):
        return _span("week", ahead - 1, today)[1]  # a Friday, not the Sunday
    days = (_bound(words, *_span(unit, ahead + more, today)) for more in (0, 1))
    return next((day for day in days if day >= today), None)  # "the start of the month" is gone: the next one


def _named(match: Match, today: date) -> date | None:
    name = match["period"]
    number, size = (_MONTH[name], 1) if name in _MONTH else (int(re.sub(r"\D", "", name)), 6 if name[0] == "h" else 3)
    year = _year(match["year"], today)
    ends = [12 * one + number * size for one in ([year] if year else range(today.year, today.year + 3))]
    days = (_bound(match[0], _first_of(end - size), _first_of(end) - _ONE) for end in ends)
    return next((day for day in days if day >= today), None)


def _year(said: str | None, today: date) -> int | None:
    if said is None:
        return None
    return int(said) % 2000 + 2000 if said.isdigit() else today.year + said.startswith("next")


def _weekday(match: Match, today: date) -> date | None:
    words, weekday = match[0], _WEEKDAY[match["weekday"]]
    same_week = today + (weekday - today.weekday()) * _ONE
    if "next " in words:
        return same_week + 7 * _ONE
    if "this " in words and "coming" not in words and same_week >= today:
        return same_week  # "this Monday" on a Wednesday: no deadline lies behind us, so the coming one
    return _next(today, lambda day: day.weekday() == weekday)


def _of_week(match: Match, today: date) -> date:
    ahead = 2 if "after" in match[0] else 0 if "this" in match[0] else 1
    return today + (_WEEKDAY[match["weekday"]] - today.weekday() + 7 * ahead) * _ONE


def _week_on(match: Match, today: date) -> date | None:
    day = _weekday(match, today) if match["weekday"] else today + ("tomorrow" in match[0]) * _ONE
    return day and day + (14 if "fortnight" in match[0] else 7) * _ONE


def _beside(match: Match, anchor: date) -> date | None:
    day = _weekday(match, anchor)  # "the Friday before the 14th": a week or two before the Friday after it
    if day is None or match["way"] != "before":
        return day
    return day - (14 if day.weekday() == anchor.weekday() else 7) * _ONE


def _weekend(match: Match, today: date) -> date:
    words = match[0]
    sunday = today + (6 - today.weekday() + 7 * _ahead(words)) * _ONE
    if re.match("(?:before|by|until|till|ahead of) (?!the end)", words):
        friday = sunday - 2 * _ONE
        return friday if friday >= today else friday + 7 * _ONE
    return sunday + _ONE if words.startswith("after") else sunday


def _next(today: date, fits: Callable[[date], bool]) -> date | None:
    """Return the first such day strictly after `today`; leap days are up to eight years apart."""
    return next((day for day in (today + n * _ONE for n in range(1, 3000)) if fits(day)), None)


def _dated(match: Match, today: date) -> date | None:
    """Return the next such date; a year that was said is taken at its word."""
    month, number = _MONTH.get(match["month"]) or int(match["month"]), int(match["day"])
    if year := _year(match["year"], today):
        return date(year, month, number)
    return _next(today, lambda day: (day.month, day.day) == (month, number))


def _monthday(match: Match, today: date) -> date | None:
    """Return the next such day; a month that lacks it is passed over."""
    start = _span("month", 0, today)[1] if "next month" in match[0] else today
    number = int(match["day"] or match["bare"])
    return _next(start, lambda day: day.day == number)


def _nth(match: Match, today: date) -> date | None:
    """Return the first Monday in May, the last working day of the month: counted there, today or later."""
    for ahead in range("next" in match[0], 14):
        first, last = _span(match["unit"] or "month", ahead, today)
        days = [first + n * _ONE for n in range((last - first).days + 1)]
        if match["weekday"]:
            days = [day for day in days if day.weekday() == _WEEKDAY[match["weekday"]]]
        elif match["work"]:
            days = [day for day in days if day.weekday() < 5]
        nth = int(match["n"] or len(days))
        right_month = not match["month"] or first.month == _MONTH[match["month"]]
        if right_month and 1 <= nth <= len(days) and days[nth - 1] >= today:
            return days[nth - 1]
    return None


def _later(match: Match, base: date, sign: int = 1) -> date:
    """Return `base` and a length; the longer one of "a day or two", a month later on the same day of the month.

    Hours count as whole days: 48 are two, less than 24 the same day.
    """
    fields = {"n": None, "m": None, "work": None} | match.groupdict()
    said, unit = fields["m"] or fields["n"] or "", str(fields["unit"])
    n = 2 if "couple" in said else int(said) if said.isdigit() else 1
    if fields["work"]:
        for _ in range(n):
            base += sign * _ONE
            while base.weekday() > 4:
                base += sign * _ONE
        return base
    half = {"day": 1, "week": 4, "month": 15}.get(unit, 0) if "and a half" in match[0] else 0
    days = {"minute": n // 1440, "hour": n // 24, "day": n, "week": 7 * n, "fortnight": 14 * n}.get(unit, 0) + half
    if unit in _SIZE:
        first = _first_of(_index(base) + sign * n * _SIZE[unit])
        base = min(first + (base.day - 1) * _ONE, _span("month", 0, first)[1])
    return base + sign * days * _ONE


def _week_of(match: Match, anchor: date) -> date:
    return _span("week", 0, anchor)[1]


def _measured(match: Match, anchor: date) -> date:
    return _later(match, anchor, -1 if match["way"] in ("before", "ahead of", "prior to") else 1)


# --- what the words mean ---------------------------------------------------------------------------------------------

_NAMES = {
    "DAYS": _DAYS,
    "WEEKDAY": f"(?P<weekday>{_DAYS})",
    "MONTHS": _MONTHS,
    "MONTH": f"(?P<month>{_MONTHS})",
    "NUMBER": r"(?P<day>[12]\d|3[01]|0?[1-9])",
    "YEAR": r"( (of )?(?P<year>20\d\d|this year|next year))?",
    "UNIT": "(?P<unit>week|month|quarter|year)",
    "PERIOD": f"(?P<period>{_MONTHS}|q[1-4]|h[12]|#[1-4] quarter)",
    "ENDOF": "(the )?(very )?(end|close) of ",
    "STARTOF": "(the )?(very )?(start|beginning) of ",
    "WEEK": "(this week|(the )?(next|following) week|(the )?week after next)",
    "AWAY": "from|after|following",
    "AHEAD": "before|ahead of|prior to",
    "UNTIL": "before|by|until|till|ahead of",
    "LENGTH": r"(\d{1,3}( or | to |-))?(?!an? minute)(?P<n>the (next|coming)(?! [a-z]+s(?<!business)(?!\S))|the(?= fortnight)"
    r"|half an|an?|another|(a )?couple( of)?|\d{1,4})( and a half)? (more |full |calendar )?(?P<work>working |business )?"
    r"(?P<unit>minute|hour|day|week|fortnight|month|quarter|year)"
    r"('?s)?( or (?P<m>\d{1,2}))?( or so)?( and a half)?( time)?",
    "ITS": "(the|our|my|his|her|their|your)",
    "THEY": "(i|you|we|he|she|they)",
    "ANY": r"[^\s.]+",
    "NAME": r"((?!(i|you|we|he|she|they|way|and|or|so|to|that)\b)[^\s.]+ )",
    "EVENT": "(TALK( TALK)?)",
    "TALK": "(qbr|reviews?|(re)?calls?|meetings?|demos?|visits?|launch|kick ?off|board|conference|renewal|trial|pilot|audit|"
    "sprint|cycle|iteration|release|stand ?up|1 on 1|1 to 1|1:1|session|workshop|presentation|pitch|summit|show|training|"
    "go live|holidays?|vacation|deadline|contract|appointment|lunch|dinner|check in|sync|catch up|interview|season|rollout|"
    "event|tender|debrief|forecast|ride along|negotiation|signing|expo)",
    # what may follow a date or a time, and is not a thing that it counts ("the fifth floor", "by five points")
    "OPEN": r"( (\.|and|or|but|so|if|then|(i|we|you|he|she|they|it|that|there)('\w+)?|at|by|in|on|for|with|to|from|the|an?|"
    "latest|is|was|this|which|when|because|before|after|until|as|not|no|yeah|yes|okay|ok|right|please|just|my|our|his|her|"
    r"their|your|here|works?|will|would|can|could|should|sharp|maybe|today|tomorrow|tonight|DAYS)(?!\S)|$)",
    "THING": r"(EVENT|of|\d+|floor|times?|page|slide|half|thing|step|part|point|day|week|month|quarter|year|try|attempt|draft|"
    "round|line|item|question|bid|offer|version|site|door|guy|person|customer|buyer|deal|account|order|stage|phase|place|"
    "name|reason|option|one|store|location|row|century|chapter|section)",
    "CLOCK": r"(half past |quarter (past|to) |half )?(1[0-2]|[1-9])( [1-5]\d)?",
    # what was, and what will be
    "WHO": "(?<!if )(i|we|you|he|she|they|who)",
    "EVER": "(just |already |also |only |actually |finally |both |all )?",
    "WENT": "(went|came|gave|took|spoke|wrote|saw|was|were|rang|did|didn't|happened)",
    "MET": "(met|sent|called|talked|got|had|left|lost|won|closed|signed|finished|shipped|dropped|delivered|emailed|visited|"
    "heard|found|presented|started|tried|walked|showed|bought|ordered|placed|spent|brought|mailed|drove|made|ran|put|"
    "reached|checked|updated|submitted|logged|paid|reviewed|posted|texted|pulled)",
    "WILL": r"(\w+'(ll|d|re)|i'm|will|can|could|would|should|might|may|must|shall|let's|let|please|going|gonna|hop\w+|plan\w*|"
    r"suppos\w+|thinking|need|needs|want|wants|try|say|said|agreed|promised|due|call me|send me)(?!\S)",
}

_GRAMMAR = r"""
the first Monday in May  day  nth  (the )?(#(?P<n>\d)|last) (WEEKDAY|(?P<work>working |business )?day) (of|in)
     ((the |this |the next |next )UNIT|MONTH)
the third week of May  vague  none  (the )?(#\d|last) (week|half|part) (of|in) ((the |this |next )*(month|quarter|year)|MONTHS)
# a part of a period has no end that was given; early and late next week are next week
mid-March  vague  none  ((the )?(middle|#[12] half) of|half ?way through|mid|early( in)?)
     (the |this |next )*(month|quarter|year|q[1-4]|MONTHS)(?! (the )?#?\d)
mid-week  vague  none  (mid|(the )?middle of|early in) (the |this |next )*week|midweek
the fiscal year  vague  none  (ENDOF)?(ITS )?(this |next )?(fiscal|financial|tax|school) (year|quarter)('s)?( end)?
last Monday  past  none  (the |this |these )?(last|past|previous) ((few|couple of|several|\d+) )?
    (DAYS|MONTHS|(day|week|month|quarter|year|hour|night)s?|time|minute|weekend|sprint|q[1-4])
Monday last week  past  none  (DAYS) (of |on )?last( week)?|(the )?(DAYS|week|month) before last
two weeks ago  past  none  ((an?|\d+|few|couple of|several|many) )?(minute|hour|day|week|month|quarter|year|while)s? ago
yesterday  past  none  (the day before )?yesterday|(earlier|so far) (today|(this|in the) \w+)
# an idiom, unless it closes the sentence
at the end of the day, it is the price  past  none  ((?<![^.] )|(?<=and )|(?<=but )|(?<=so )|(?<=because ))at the end of the day
    (?= (?!\.|on |today|tomorrow|DAYS))
the week after next  day  period  (ENDOF)?(the )?UNIT after next
next week or the week after  day  period  (not )?next UNIT (ANY ){0,4}the (week|month|quarter|1) after(?! (next|the|our|my))
# the one after the coming one
the Friday after  day  week on  the WEEKDAY after(?= \.|$)
the Friday after next  day  of week  (the )?WEEKDAY after next
Thursday of next week  day  of week  (the )?WEEKDAY (of |in )?(the )?WEEK
next week on Thursday  day  of week  WEEK (on )?WEEKDAY
Monday week  day  week on  (WEEKDAY|today|tomorrow) (week|fortnight)
two weeks from Friday  measure  measured  ((in|within) )?LENGTH(?= (?P<way>AWAY) (?!now))
within 30 days of the 14th  measure  measured  within LENGTH(?= (?P<way>of) )
a week before the 14th  measure  measured  LENGTH(?= (?P<way>AHEAD) )
a week on Tuesday  measure  measured  (in )?(?P<n>an?|\d+) (?P<unit>week|fortnight)s?(?=( on)? (?P<way>today|tomorrow|DAYS)(?!\S))
the day before the QBR on the 14th  measure  measured  (the )?(last )?(?P<work>working |business )?(?P<unit>day|week|month)(?= (?P<way>AWAY|AHEAD) )
the Friday before the 14th  measure  beside  the WEEKDAY(?= (?P<way>before|after|following) (?!lunch|noon|\d))
the week of the 14th  measure  week of  (the )?week (of|commencing|beginning|starting)
within 48 hours  day  later  (in|within|inside( of)?|give me|over(?= the (next|coming)))
     (about |around |like |maybe |roughly |at most |the next |the coming )*LENGTH( from (now|today))?
ten days from now  day  later  LENGTH from now
# a bare length is a deadline where it is all that was said
a fortnight  day  later  (^(?!1 day)|(?<=say ))(about |roughly |maybe |say )?LENGTH( (tops|max|at most))?( \.)?$
the next working day  day  later  (the )?next (?P<work>working|business) (?P<unit>day)
the twenty-third of April  day  dated  ((DAYS) )?(the )?(?!\d+ may)#?NUMBER (of )?MONTHYEAR
5 May  shy  dated  NUMBER (?P<month>may)YEAR
April 23  day  dated  ((DAYS) (the )?)?MONTH (the )?#?NUMBER(?! of)YEAR
2026-04-23  day  dated  (?P<year>20\d\d)-(?P<month>\d\d)-NUMBER
4/23, American order  shy  dated  (?P<month>1[0-2]|0?[1-9])/NUMBER(/(?P<year>20\d\d|\d\d))?
the fifth of next month  day  monthday  ((DAYS) )?(the )?#NUMBER of (the |this |next )month
# where weekday and number disagree, the number holds
the 14th. The Monday  day  monthday  ((the|on|by) (the )?#NUMBER|#(?P<bare>[4-9]|[12]\d|3[01]))( \.)? the (DAYS)(?! week)
the fifth. Tuesday  day  monthday  (the|on|by) (the )?#NUMBER \. (DAYS)(?! week)
Monday the 14th, Monday or not  day  monthday  ((this |next )?(DAYS) (the )?|the (?=#\d\d))#NUMBER(?! THING(?!\S))
the 5th or the 6th  shy  monthday  (?<!in )(?<!at )(?<!over )(the |(?=#\d+OPEN))(#\d+ (or|to|through) (the )?)?#NUMBER(?! THING(?!\S))
# before and by the weekend its Friday, after it the Monday
over the weekend  day  weekend  ((UNTIL|after|over|on|at|during|for|in) )(the end of )?the weekend|the end of the weekend
next weekend  day  weekend  ((UNTIL|after|over|on|at|during|for|in) )?(ENDOF)?
    ((the )?next|(the |this )coming|this) weekend|(the )?weekend after next
this time next week  day  7  (this|the same|same) (time|day) next week
# a period counts with its last day, "before next week" with the last one ahead of it
early next week  day  period  (ENDOF|STARTOF|(before|early|late|later) )?(the )?(this|next|current|following|(this )?coming)
     UNIT('s)?( end)?
the end of the month  day  period  (ENDOF|STARTOF)(ITS )?UNIT
year-end  day  period  (the )?UNIT('s)? (end|close)
within the week  day  period  (within|inside) the UNIT
EOM  day  period  eo(?P<unit>[wmqy])
before the month is out  shy  period  (the )?UNIT( is|'s) (out|over|up|done)
the end of Q3  day  named  (ENDOF|STARTOF|(before|in|by|until|till|during|through|this|late( in)?) ((MONTHS) or )?)
    (the )?PERIODYEAR(?! (the )?#?\d{1,2}(?!\S))
Q3 end  day  named  (the )?PERIOD('s)? (end|close)YEAR
# a call on a day is due that day, also "before Thursday's call"
Thursday's call  day  weekday  (this |next )?WEEKDAY's (ANY )?EVENT
Thursday's fine  day  weekday  WEEKDAY's (fine|good|great|better|best|ok|okay|perfect)
the Thursday call  day  weekday  ITS (this |next )?WEEKDAY (ANY )?EVENT
the Friday thing  day  weekday  (ITS )?(next )?WEEKDAY('s)? (thing|block|sheet|slot)
the Friday  day  weekday  the WEEKDAY(?=OPEN)
next Friday  day  weekday  (this (coming )?|(the )?next |(the )?(coming|following) )?WEEKDAY( coming)?
    (?! (morning|afternoon|evening|night)s)
today's call  day  0  today's (ANY )?EVENT
tomorrow's call  day  1  tomorrow's (ANY )?EVENT
tomorrow or the day after  day  2  tomorrow or the (day|1) after
tomorrow  day  1  tomorrow
# what is done when the talk is over is done the same day
after this call  day  0  ((right |straight |directly )(now )?after this( call| meeting| chat| talk)?|(now )?after this (call|meeting|chat|talk))(?= \.| and| because| so| i|$)
right now  day  0  (right |straight )now(?= \.| after| before| while| from|$)
tonight  day  0  (later on |later |late )?(today|tonight|this (morning|afternoon|evening))
# said alone it is the next morning
in the morning  time  1  (#1 thing )?in the morning|(?<!the )(?<!my )#1 thing(?= (\.|(on )?(this|next|tomorrow|DAYS))|$)
end of play  time  0  (ENDOF|STARTOF)((the|my|your|our) )?((business|working|work) )?(day|play|business)|eod|cob|eob|eop
noon  time  0  noon|midday|midnight|(within|inside) the (hour|day)|(late|later|early) in the day|in the (afternoon|evening)
by lunch  time  0  (by|before|after|over|at|until|till|around) (breakfast|lunch|dinner|supper)(time)?
by five  time  0  (?<!up )(?<!down )(?<!dropped )(?<!grew )(by|before|at|until|till|after) CLOCK(?=OPEN)
half past five  time  0  CLOCK(:\d\d)? ?(am|pm|o'clock)|(1?\d|2[0-3]):\d\d|(half|quarter) (past|to) \d\d?
"""
"""What phrases mean, the most specific first: what starts first wins, and of rules that start together the upper one.

Two spaces part an example, its kind, its meaning (a function above, or so many days ahead) and its pattern, in which
names in capitals stand for ``_NAMES`` and a space for one space.  An indented line continues the one above.
"""

_NO_DAY = r"""(?<!\S)(asap|as soon as (possible|THEY('\w+)? \w+)|(?<!how )(?<!too )(?<!so )(?<!as )soon|shortly
|right away|straight ?away|immediately|eventually|at some point|some ?(day|time)|in due course|before long
|in the near future|in a (minute|moment|#2|sec|bit|while)|when(ever)? THEY (can|get (a|the) \w+)
|(in|within|over) (the )?((next|coming) )?((a )?few|several|some|coming|next) (more )?(hour|day|week|month)s
|((right|just|straight(?= after)) )?(UNTIL|prior to|in time for|after) (ITS|this|that|an?|next) NAME{0,3}?EVENT
|((on|at|for|in|by) )?(ITS )?(next|this|coming) EVENT|(on|at|by|before|until|till) (ITS )?next (1|time)
|(by|before|until|till) ENDOF(ITS|this|that) NAME{0,2}?(EVENT|ANY)
|(UNTIL|after) (christmas|easter|thanksgiving|new year('s)?)( eve| day)?
|(before|until|till|ahead of|prior to|in time for|after) ITS (new |next |final |big |whole )?ANY
|(before|until|till) ((he|she|they) ANY|THEY (go|leave|meet|start|fly|hang up)))(?!\S)"""
"""Soon, and events."""
_NOW = r"""(?<!\S)(now|(straight|right) after(?= \.|$)|(when|once|(as )?soon as|the (minute|moment|second|#2))
 (THEY (hang up|get off (this|the) (call|phone))|(i'm|we're|(i am|we are)) (done|through|finished))
|before (i|you) (even )?((go|get) (home|to bed|out of this ANY)|dial in)|on (my|the) way home)(?!\S)"""
"""What is done when the talk is over, or before the day is, is done the same day."""
_POINTING = r"""(?<!\S)((the|that) (same|very) (day|week|morning|afternoon|evening|night)|same (day|week)
|that (day|week|morning|afternoon|evening|night)|(the )?(day|week|morning|evening) (after|before)( that)?(?= \.|$)|by then
|^(on |by )?the (DAYS)$|^afterwards?$)(?!\S)"""
"""A day that counts from another one."""

_MEANINGS: list[Meaning] = [_nth, _dated, _monthday, _period, _named, _weekend, _weekday, _of_week, _week_on]
_MEANINGS += [_beside, _week_of, _later, _measured, _none]


def _plain(text: str) -> str:
    """Return the regular expression behind a pattern: names filled in, groups plain."""
    names = "|".join(sorted(_NAMES, key=len, reverse=True))
    while (filled := re.sub(names, lambda name: _NAMES[name[0]], text)) != text:
        text = filled
    return re.sub(r"\((?!\?)", "(?:", text.replace("\n", ""))


def _compiled(text: str) -> re.Pattern[str]:
    return re.compile(_plain(text))


def _rule(line: str) -> tuple[re.Pattern[str], Kind, Meaning]:
    _, kind, meaning, pattern = re.split("  +", line, maxsplit=3)
    named = (one for one in _MEANINGS if one.__name__ == "_" + meaning.replace(" ", "_"))
    return _compiled(rf"({pattern})(?!\S)"), cast(Kind, kind), _plus(int(meaning)) if meaning.isdigit() else next(named)


_RULES = [_rule(line) for line in _GRAMMAR.strip().replace("\n    ", "").split("\n") if line[0] != "#"]
_SPOKEN = re.compile(rf"(?<!\S)(?:{'|'.join(re.sub(r'[?]P<[a-z]+>', '?:', rule.pattern) for rule, _, _ in _RULES)})")
_VAGUE = _compiled(_NO_DAY)
_AT_ONCE = _compiled(_NOW)
_POINTS = _compiled(_POINTING)

# --- in the flow of speech -------------------------------------------------------------------------------------------

_LEAD = _compiled(r"""(?<!\S)(((UNTIL|by (close|end)( on)?|(no|not) later than|not until|not before|(at|by) the latest( by| on)?
|latest( by)?|on|within|inside|in|during|over|for|from|at|around|about|((right|straight|just) )?after|come|starting|as of|prior to|in time for)
( (maybe|probably|say|like|around|about|at least|at the latest|the latest))*) )?
(((sometime|early|late|later|last thing|any ?time|this time)( on| in| by)?
|(the )?(end|close|start|morning|afternoon|evening|night) of) )?$""")
_TAIL = _compiled(r"""( ((bright and )?early|(late )?(morning|afternoon|evening|night)|lunchtime|(at )?the (very )?latest|latest|tops|max
|at the earliest|at most|sharp|[ap]m|or (sooner|earlier|before|so)|if not (sooner|before|earlier))(?!\S))*""")
_ANSWER = _compiled(r"(?<!\S)(make it|make that|say|do|call it|week of|or|no|not|sorry|actually|mean|wait|let's) $")
_NEVER = _compiled(r"""(?<!\S)(since( the)?|every( other| #2)?|each|last|past|previous|instead of|rather than|(?<!later )than|happy
|black|(?<!why )not|the|our|my|his|their|your|its|an?|any|some|1) $""")
_WAS = _compiled(r"""(?<!\S)((WHO|(?<![^.] )(?!get|have|need|want|bring|send|make|ill |\w+'ll |will |can |let )ANY) EVERMET|WHO EVERWENT|WENT
|WHO've EVER(been|sent|spoken|seen|done|called|met|talked))( (?!WILL)ANY){0,8} $""")
_THEN_WAS = _compiled(r" (WHO EVERMET|(WHO EVER|it )?WENT)(?! WILL)(?!\S)")
_WILL_BE = _compiled(r"(?<!\S)WILL( ANY){0,8} $")
_DEADLINE = _compiled(r"(by|before|until|till|within|inside|no|not|latest|for|ahead|prior)\b")
_OPEN = _compiled("OPEN")
_TO_TIME = _compiled(r" (\. )?((?!and |then |i'll )ANY ){0,3}")
_TO_EVENT = _compiled(r" ((and|or|so|but|which|that's|is|on|at|with|i'd|say|ideally|if|possible|maybe|hopefully) )*")
_REACHED = re.compile(
    r"(?:ring|call|phone|catch|see|tell|ask|meet|email|text|visit|get|give|send|show|chase|grab) her $"
)
_TAKEN_BACK = _compiled(r"(?<!\S)(\.|no|not|sorry|actually|rather|wait|instead|mean|make (it|that))(?!\S)|^$")
_TO_DAY = _compiled(r" (ANY ){0,6}")
_TO_ANYTHING = _compiled(r" (AWAY|AHEAD|of) ((ITS|this|that|an?) )?ANY")
_RANK = {"vague": 0, "time": 1, "past": 2, "day": 3, "after": 3}


@dataclass(frozen=True, slots=True)
class _Mention:
    """A date or deadline in what was heard, with the words before and after that belong to it."""

    start: int
    end: int
    kind: Kind
    day: Callable[[date], date | None]


def _last_mention(words: str, is_deadline: bool) -> _Mention | None:
    """Return the last mention that lies ahead, joined with what stands beside it ("Thursday" and "by noon")."""
    return next(_mentions(words, is_deadline), None)


def _mentions(words: str, is_deadline: bool) -> Iterator[_Mention]:
    """Yield the mentions that lie ahead, the last one first, each joined with what stands beside it."""
    later: _Mention | None = None
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
    found, rest = list(_SPOKEN.finditer(words)), list(words)
    for match in found:
        rest[match.start() : match.end()] = "." * len(match[0])
    return sorted([*found, *_VAGUE.finditer("".join(rest))], key=Match.start, reverse=True)


def _mention(words: str, found: Match, is_deadline: bool) -> _Mention | None:
    """Return what was found, with its preposition; ``None`` where it is no date after all."""
    lead = _LEAD.search(words, max(0, found.start() - 60), found.start())
    tail = _TAIL.match(words, found.end())
    start, end = lead.start() if lead else found.start(), tail.end() if tail else found.end()
    if found.re is _VAGUE:
        return _Mention(start, end, "past" if _is_past(words, start, end) else "vague", lambda said_on: None)
    rules = ((pattern.match(words, found.start()), kind, meaning) for pattern, kind, meaning in _RULES)
    match, kind, meaning = next((match, kind, meaning) for match, kind, meaning in rules if match)
    if kind == "shy":
        alone = end - start == len(words.rstrip(" ."))
        if not (is_deadline or alone or start < found.start() or _ANSWER.search(words, max(0, start - 15), start)):
            return None
        kind = "day"
    if _is_none(words, start, end, kind):
        kind = "past"
    elif kind == "day" and "after" in words[start : found.start()].split():
        kind = "after"  # "after Thursday" gives no end
    return _Mention(start, end, kind, lambda said_on: meaning(match, said_on))


def _is_none(words: str, start: int, end: int, kind: Kind) -> bool:
    """Whether the words beside it show that it is over ("since Monday"), denied ("not Friday") or a name."""
    if kind == "measure":
        return _is_past(words, start, end)
    if _is_hers(words, start, end) or _NEVER.search(words, max(0, start - 15), start):
        return True
    return not _DEADLINE.match(words, start) and _is_past(words, start, end)


def _is_hers(words: str, start: int, end: int) -> bool:
    """Whether a day is somebody's: "her Monday report", and not "ring her Monday, first thing"."""
    if not words.endswith("her ", 0, start) or words[start:end] not in _WEEKDAY:
        return False
    return not _OPEN.match(words, end) and not _REACHED.search(words, 0, start)


def _is_past(words: str, start: int, end: int) -> bool:
    """Whether the verb beside it tells what was: "we met on Friday", "on Friday we met"."""
    if _WAS.search(words, max(0, start - 90), start):
        return True
    return bool(_THEN_WAS.match(words, end)) and not _WILL_BE.search(words, max(0, start - 90), start)


def _joined(left: _Mention, right: _Mention, gap: str) -> _Mention | None:
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
    core = max(right, left, key=lambda mention: _RANK[mention.kind])
    return replace(both, kind=core.kind, day=core.day)
