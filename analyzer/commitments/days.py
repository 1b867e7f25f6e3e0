"""What a day is: from the words that a rule has matched, and the day that they count from, to a day.

Weeks run Monday to Sunday and quarters are calendar quarters.  Where people may mean two things, the choice stands
beside the rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from analyzer.commitments.heard import MONTH, WEEKDAY

Match = re.Match[str]
Meaning = Callable[[Match, date], date | None]

_ONE = timedelta(days=1)
_SIZE = {"month": 1, "quarter": 3, "year": 12}


def _none(match: Match, today: date) -> None:
    return None


def plus(days: int) -> Meaning:
    """Return the meaning "so many days ahead"."""
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
    number, size = (MONTH[name], 1) if name in MONTH else (int(re.sub(r"\D", "", name)), 6 if name[0] == "h" else 3)
    year = _year(match["year"], today)
    ends = [12 * one + number * size for one in ([year] if year else range(today.year, today.year + 3))]
    days = (_bound(match[0], _first_of(end - size), _first_of(end) - _ONE) for end in ends)
    return next((day for day in days if day >= today), None)


def _year(said: str | None, today: date) -> int | None:
    if said is None:
        return None
    return int(said) % 2000 + 2000 if said.isdigit() else today.year + said.startswith("next")


def _weekday(match: Match, today: date) -> date | None:
    words, weekday = match[0], WEEKDAY[match["weekday"]]
    same_week = today + (weekday - today.weekday()) * _ONE
    if "next " in words:
        return same_week + 7 * _ONE
    if "this " in words and "coming" not in words and same_week >= today:
        return same_week  # "this Monday" on a Wednesday: no deadline lies behind us, so the coming one
    return _next(today, lambda day: day.weekday() == weekday)


def _of_week(match: Match, today: date) -> date:
    ahead = 2 if "after" in match[0] else 0 if "this" in match[0] else 1
    return today + (WEEKDAY[match["weekday"]] - today.weekday() + 7 * ahead) * _ONE


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
    month, number = MONTH.get(match["month"]) or int(match["month"]), int(match["day"])
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
            days = [day for day in days if day.weekday() == WEEKDAY[match["weekday"]]]
        elif match["work"]:
            days = [day for day in days if day.weekday() < 5]
        nth = int(match["n"] or len(days))
        right_month = not match["month"] or first.month == MONTH[match["month"]]
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


MEANINGS: dict[str, Meaning] = {
    "nth": _nth,
    "dated": _dated,
    "monthday": _monthday,
    "period": _period,
    "named": _named,
    "weekend": _weekend,
    "weekday": _weekday,
    "of week": _of_week,
    "week on": _week_on,
    "beside": _beside,
    "week of": _week_of,
    "later": _later,
    "measured": _measured,
    "none": _none,
}
"""By the names that the grammar calls them."""
