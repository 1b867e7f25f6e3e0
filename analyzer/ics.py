"""Calendar files (iCalendar): planned one-to-ones in, promises and the next one-to-one out."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from analyzer.cadence import Planned
from analyzer.commitments.ledger import Item, Pair
from analyzer.errors import InputError, MissingError

_PRODUCT = "-//coaching-analyzer//EN"
_DOMAIN = "coaching-analyzer"
_MOST = 2_000
"""Meetings of one series that are looked at: enough for a daily one over five years."""
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_STATUS = {"open": "NEEDS-ACTION", "claimed": "IN-PROCESS", "done": "COMPLETED", "dropped": "CANCELLED"}


@dataclass(frozen=True, slots=True)
class Plan:
    """What a calendar file says of pairs."""

    meetings: tuple[tuple[Pair, Planned], ...]
    others: tuple[str, ...]
    """Titles of events that belong to no pair."""
    odd: tuple[tuple[str, str], ...] = ()
    """Titles of a pair's events that cannot be followed, each with the reason."""


class _OddError(ValueError):
    """An event that cannot be followed; the text says why."""


def _icalendar() -> Any:
    try:
        import icalendar
    except ImportError as error:
        raise MissingError(
            "calendar files need the package icalendar: pip install 'coaching-analyzer[calendar]'"
        ) from error
    return icalendar


def read_plan(path: Path, pairs: Sequence[Pair], pair: Pair | None, until: dt.date) -> Plan:
    """Return the planned meetings of a calendar file; series are unrolled.

    Args:
        path: an ``.ics`` file.
        pairs: whose meetings are looked for, by the names of the people invited and in the title.
        pair: whose meetings all events of the file are, where the user says so.
        until: the last day up to which series are unrolled.

    Raises:
        InputError: no calendar.
        MissingError: icalendar is not installed.

    """
    icalendar = _icalendar()
    try:
        events = icalendar.Calendar.from_ical(path.read_bytes()).walk("VEVENT")
    except OSError as error:
        raise InputError(f"the calendar {str(path)!r} cannot be read: {error.strerror}") from error
    except (ValueError, IndexError, KeyError) as error:
        raise InputError(f"{path.name!r} is no calendar file: export the calendar as .ics") from error
    series: dict[str, list[Any]] = defaultdict(list)
    for n, event in enumerate(events):
        series[str(event.get("UID", f"{path.name}-{n}"))].append(event)
    meetings: list[tuple[Pair, Planned]] = []
    others: list[str] = []
    odd: list[tuple[str, str]] = []
    for uid, parts in series.items():
        whose = pair or _whose(parts, pairs)
        if whose is None:
            others.append(str(parts[0].get("SUMMARY", "no title")))
            continue
        try:
            meetings += [(whose, one) for one in _unrolled(uid, parts, until)]
        except _OddError as error:
            odd.append((str(parts[0].get("SUMMARY", uid)), str(error)))
        except (ValueError, TypeError, AttributeError, KeyError):  # icalendar's and dateutil's, at what others wrote
            odd.append((str(parts[0].get("SUMMARY", uid)), "its day, its length or how it repeats cannot be read"))
    return Plan(tuple(meetings), tuple(others), tuple(odd))


def _whose(parts: Iterable[Any], pairs: Sequence[Pair]) -> Pair | None:
    """Return the one pair of which both names stand among the invited or in the title."""
    said = " ".join(text for event in parts for text in _people(event)).casefold()
    found = [pair for pair in pairs if all(name.casefold() in said for name in pair)]
    return found[0] if len(found) == 1 else None


def _people(event: Any) -> Iterator[str]:
    yield str(event.get("SUMMARY", ""))
    for name in ("ORGANIZER", "ATTENDEE"):
        found = event.get(name, [])
        for one in found if isinstance(found, list) else [found]:
            yield str(one.params.get("CN", "")) if hasattr(one, "params") else str(one)


def _unrolled(uid: str, parts: Sequence[Any], until: dt.date) -> list[Planned]:
    """Return the meetings of an event or series; what was changed for one day stands in its place."""
    found: dict[dt.date, Planned] = {}
    for event in parts:
        if "RECURRENCE-ID" not in event:
            found |= {one.day: one for one in _days(uid, event, until)}
    for event in parts:
        if "RECURRENCE-ID" in event:
            day = _day(event["RECURRENCE-ID"].dt)
            found[day] = _planned(uid, event, day, _start_of(event))
    return list(found.values())


def _days(uid: str, event: Any, until: dt.date) -> Iterator[Planned]:
    from dateutil.rrule import rrulestr

    start = _start_of(event)
    left_out = {_day(day) for day in _listed(event, "EXDATE")}
    added = [_day(day) for day in _listed(event, "RDATE")]
    days = [_day(start), *added]
    if "RRULE" in event:
        rule = dict(event["RRULE"])
        last = min([until, *(_day(day) for day in rule.pop("UNTIL", []))])
        if rule.get("FREQ", [""])[0] not in _FREQUENCIES:
            raise _OddError(
                f"it repeats {' '.join(map(str, rule.get('FREQ', ['in no way that is named'])))}, not by days"
            )
        # In local days: rules with and without zones are written in every mixture.
        base = dt.datetime.combine(_day(start), dt.time())
        text = _icalendar().vRecur(rule).to_ical().decode()
        days = [one.date() for one in islice(rrulestr(text, dtstart=base), _MOST) if one.date() <= last] + added
    for day in dict.fromkeys(days):
        yield _planned(uid, event, day, start, cancelled=day in left_out)


def _listed(event: Any, name: str) -> Iterator[Any]:
    found = event.get(name, [])
    for one in found if isinstance(found, list) else [found]:
        yield from (each.dt for each in one.dts)


def _start_of(event: Any) -> dt.date | dt.datetime:
    try:
        start = event["DTSTART"].dt
    except (KeyError, AttributeError, ValueError):
        start = None
    if not isinstance(start, dt.date):  # a datetime is one
        raise _OddError("the day on which it begins cannot be read")
    return start


def _day(value: Any) -> dt.date:
    return value.date() if isinstance(value, dt.datetime) else value


def _planned(uid: str, event: Any, day: dt.date, start: Any, cancelled: bool = False) -> Planned:
    timed = isinstance(start, dt.datetime)
    return Planned(
        uid=uid,
        day=day,
        on=_day(start) if "RECURRENCE-ID" in event else day,
        at=start.time().replace(tzinfo=None) if timed else None,
        zone=str(getattr(start.tzinfo, "key", "") or "") or None if timed else None,
        minutes=_length(event, start),
        cancelled=cancelled or str(event.get("STATUS", "")).upper() == "CANCELLED",
    )


def _length(event: Any, start: dt.date | dt.datetime) -> float | None:
    """Return its minutes, ``None`` where it lasts whole days or nothing says when it ends."""
    timed = isinstance(start, dt.datetime)
    if "DURATION" in event:
        length = event["DURATION"].dt
    elif "DTEND" in event and isinstance(event["DTEND"].dt, dt.datetime) == timed:
        length = event["DTEND"].dt - start
    else:
        return None
    if length < dt.timedelta():
        raise _OddError("it ends before it begins")
    return float(length.total_seconds() / 60) if timed else None


def todo_calendar(items: Iterable[Item]) -> bytes:
    """Return promises as tasks; the same promise has the same UID in every export, so calendars update it."""
    icalendar = _icalendar()
    calendar = _calendar(icalendar)
    for item in items:
        calendar.add_component(_todo(icalendar, item))
    return bytes(calendar.to_ical())


def _todo(icalendar: Any, item: Item) -> Any:
    task = icalendar.Todo()
    stamp = dt.datetime.combine(item.touched or dt.date(1970, 1, 1), dt.time(), dt.UTC)
    quote, info = item.latest.commitment.quote, item.latest.meeting
    task.add("UID", f"commitment-{item.id}@{_DOMAIN}")
    task.add("DTSTAMP", stamp)
    task.add("LAST-MODIFIED", stamp)
    task.add("SEQUENCE", len(item.history) - 1)
    task.add(
        "SUMMARY", f"{item.owner}: {item.latest.commitment.action}" if item.owner else item.latest.commitment.action
    )
    task.add("STATUS", _STATUS[item.state])
    if item.state == "done":
        task.add("PERCENT-COMPLETE", 100)
        task.add("COMPLETED", stamp)
    if item.due:
        task.add("DUE", item.due)
    said = f"“{quote.text}” ({quote.speaker}{', ' + info.date.isoformat() if info.date else ''})"
    task.add("DESCRIPTION", said + ("\nSaid to be done, not verified." if item.state == "claimed" else ""))
    return task


def meeting_calendar(planned: Planned, uid: str, title: str, agenda: Sequence[str], now: dt.datetime) -> bytes:
    """Return a calendar with one meeting and its agenda."""
    icalendar = _icalendar()
    calendar = _calendar(icalendar)
    event = icalendar.Event()
    event.add("UID", f"next-{uid}@{_DOMAIN}")
    event.add("DTSTAMP", now)
    event.add("SUMMARY", title)
    event.add("DTSTART", _start(planned))
    if planned.at is not None:
        event.add("DURATION", dt.timedelta(minutes=planned.minutes or 30))
    event.add("DESCRIPTION", "\n".join(f"- {line}" for line in agenda) or "Nothing is open.")
    calendar.add_component(event)
    if planned.zone:
        calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _start(planned: Planned) -> dt.date | dt.datetime:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    if planned.at is None:
        return planned.on
    try:
        zone = ZoneInfo(planned.zone) if planned.zone else None
    except (ZoneInfoNotFoundError, ValueError):  # names of Windows zones: the time is right where the reader is
        zone = None
    return dt.datetime.combine(planned.on, planned.at, zone)


def _calendar(icalendar: Any) -> Any:
    calendar = icalendar.Calendar()
    calendar.add("PRODID", _PRODUCT)
    calendar.add("VERSION", "2.0")
    return calendar
