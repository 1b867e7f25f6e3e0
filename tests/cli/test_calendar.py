"""Planned one-to-ones beside those that were held, and the next one as a calendar file."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from analyzer.cadence import REACH, Held, Planned, next_meeting, reconcile
from analyzer.model import MeetingInfo
from tests.cli.series import upload_both

Run = Callable[..., Any]
SERIES = """BEGIN:VEVENT
UID:weekly-1
SUMMARY:Weekly Dana and Jules
DTSTART;TZID=Europe/Berlin:20260303T093000
DTEND;TZID=Europe/Berlin:20260303T100000
RRULE:FREQ=WEEKLY;UNTIL=20260414T235959Z
EXDATE;TZID=Europe/Berlin:20260324T093000
END:VEVENT
BEGIN:VEVENT
UID:weekly-1
SUMMARY:Weekly Dana and Jules
RECURRENCE-ID;TZID=Europe/Berlin:20260310T093000
DTSTART;TZID=Europe/Berlin:20260311T140000
DURATION:PT45M
END:VEVENT
BEGIN:VEVENT
UID:dentist
SUMMARY:Dentist
DTSTART:20260305T080000Z
END:VEVENT
"""


def calendar(folder: Path, events: str = SERIES) -> Path:
    path = folder / "plan.ics"
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//EN\n{events}END:VCALENDAR\n"
    path.write_bytes(text.replace("\n", "\r\n").encode())
    return path


def planned(day: date, **more: Any) -> Planned:
    return Planned("u", day, more.pop("on", day), **more)


def held(day: date | None, minutes: float = 30.0) -> Held:
    return Held(MeetingInfo(str(day), "a", "/a", date=day, manager="Dana", rep="Jules"), minutes)


MONDAY = date(2026, 3, 2)
WEEK = timedelta(days=7)


def test_each_planned_meeting_is_held_moved_missed_cancelled_or_ahead() -> None:
    plan = [planned(MONDAY + n * WEEK, cancelled=n == 3) for n in range(5)]
    talks = [held(MONDAY), held(MONDAY + WEEK + timedelta(days=2)), held(None)]
    slots = reconcile(plan, talks, today=MONDAY + 3 * WEEK)
    assert [slot.state for slot in slots] == ["held", "moved", "missed", "cancelled", "ahead"]


def test_a_meeting_counts_once_and_for_the_nearest_plan() -> None:
    plan = [planned(MONDAY), planned(MONDAY + timedelta(days=3))]
    slots = reconcile(plan, [held(MONDAY + timedelta(days=2))], today=MONDAY + WEEK)
    assert [slot.state for slot in slots] == ["missed", "moved"]


def test_a_meeting_out_of_reach_is_unplanned() -> None:
    far = MONDAY + timedelta(days=REACH + 1)
    assert [slot.state for slot in reconcile([planned(MONDAY)], [held(far)], today=far)] == ["missed", "unplanned"]


def test_put_off_in_the_calendar_and_held_on_that_day_is_moved() -> None:
    later = MONDAY + timedelta(days=9)
    assert [slot.state for slot in reconcile([planned(MONDAY, on=later)], [held(later)], later)] == ["moved"]


def test_today_is_not_missed_yet() -> None:
    assert reconcile([planned(MONDAY)], [], today=MONDAY)[0].state == "ahead"


def test_the_next_meeting_is_planned_or_follows_the_rhythm() -> None:
    plan = [planned(MONDAY + n * WEEK, at=time(9), cancelled=n == 1) for n in range(4)]
    assert next_meeting(plan, [], MONDAY, MONDAY).on == MONDAY + 2 * WEEK
    talks = [held(MONDAY, 40), held(MONDAY + 2 * WEEK, 50)]
    found = next_meeting([], talks, MONDAY + 2 * WEEK, MONDAY)
    assert (found.on, found.minutes) == (MONDAY + 4 * WEEK, 45)
    assert next_meeting([], [], MONDAY, MONDAY + 2 * WEEK).on == MONDAY + 2 * WEEK


@pytest.fixture
def icalendar() -> Any:
    return pytest.importorskip("icalendar", reason="pip install 'coaching-analyzer[calendar]'")


def shown(analyzer: Run, *flags: str) -> list[dict[str, Any]]:
    done = analyzer("calendar", "show", "--today", "2026-04-01", "--json", *flags)
    assert done.status == 0, done
    found: list[dict[str, Any]] = json.loads(done.out)
    return found


def test_a_series_with_changes_is_held_against_the_talks(analyzer: Run, tmp_path: Path, icalendar: Any) -> None:
    upload_both(analyzer, tmp_path / "talks")  # on 3 and 10 March
    done = analyzer("calendar", "import", calendar(tmp_path), "--today", "2026-03-01")
    assert done.status == 0, done
    assert "7 planned one-to-ones taken in, 1 events left out" in done.out
    assert "'Dentist'" in done.err
    rows = shown(analyzer)
    assert [(row["planned"], row["state"]) for row in rows] == [
        ("2026-03-03", "held"),
        ("2026-03-11", "held"),  # the calendar moved it away and people met on the day that it had been planned for
        ("2026-03-17", "missed"),
        ("2026-03-24", "cancelled"),
        ("2026-03-31", "missed"),
        ("2026-04-07", "ahead"),
        ("2026-04-14", "ahead"),
    ]
    assert [row["minutes_planned"] for row in rows[:2]] == [30.0, 45.0]
    assert all(row["minutes_held"] for row in rows[:2])
    analyzer("calendar", "import", calendar(tmp_path), "--today", "2026-03-01")
    assert shown(analyzer) == rows  # the same file twice is one plan
    assert shown(analyzer, "--pair", "robin") == []


def test_the_names_of_the_invited_tell_whose_it_is(analyzer: Run, tmp_path: Path, icalendar: Any) -> None:
    upload_both(analyzer, tmp_path / "talks")
    event = (
        "BEGIN:VEVENT\nUID:a\nSUMMARY:Catch-up\nDTSTART;VALUE=DATE:20260303\nORGANIZER;CN=Dana:mailto:d@example.com\n"
        "ATTENDEE;CN=Jules:mailto:j@example.com\nATTENDEE;CN=Room 4:mailto:r@example.com\nEND:VEVENT\n"
    )
    assert "1 planned" in analyzer("calendar", "import", calendar(tmp_path, event)).out
    assert shown(analyzer)[0]["state"] == "held"


def test_a_person_who_is_forgotten_leaves_the_plans(analyzer: Run, tmp_path: Path, icalendar: Any) -> None:
    path = calendar(tmp_path)
    assert "8 planned" in analyzer("calendar", "import", path, "--manager", "Dana", "--rep", "Ana Ruiz").out
    assert analyzer("forget", "Ana Ruiz", "--yes").status == 0
    assert shown(analyzer) == []


ODD = "BEGIN:VEVENT\nUID:odd\nSUMMARY:Dana\\, Jules\n{}END:VEVENT\n"
DAY = "DTSTART:20260303T080000Z\n"


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("", "the day on which it begins cannot be read"),
        ("DTSTART:soon\n", "the day on which it begins cannot be read"),
        (DAY + "RRULE:FREQ=SECONDLY\n", "it repeats SECONDLY, not by days"),
        (DAY + "DTEND:20260303T073000Z\n", "it ends before it begins"),
        (DAY + "DURATION:-PT30M\n", "it ends before it begins"),
        ("DTSTART;VALUE=DATE:20260303\nDTEND;VALUE=DATE:20260301\n", "it ends before it begins"),
        (DAY + "DTEND:never\n", "cannot be read"),
    ],
)
def test_an_odd_event_is_left_out_and_the_others_are_taken(
    analyzer: Run, tmp_path: Path, icalendar: Any, lines: str, reason: str
) -> None:
    path = calendar(tmp_path, ODD.format(lines) + ODD.format(DAY).replace("odd", "good"))
    done = analyzer("calendar", "import", path, "--manager", "Dana", "--rep", "Jules")
    assert done.status == 1
    assert "left out: 'Dana, Jules': " in done.err
    assert reason in done.err
    assert len(done.err.strip().splitlines()) == 1
    assert "1 planned one-to-ones taken in, 1 events left out" in done.out


@pytest.mark.parametrize("content", [b"hello", bytes(range(256)) * 4])
def test_a_file_that_is_no_plan_is_one_clear_line(
    analyzer: Run, tmp_path: Path, icalendar: Any, content: bytes
) -> None:
    path = tmp_path / "bad.ics"
    path.write_bytes(content)
    done = analyzer("calendar", "import", path, "--manager", "Dana", "--rep", "Jules")
    assert done.status == 2
    assert "'bad.ics' is no calendar file: export" in done.err
    assert len(done.err.strip().splitlines()) == 1


def test_the_next_meeting_carries_the_agenda(analyzer: Run, tmp_path: Path, icalendar: Any) -> None:
    upload_both(analyzer, tmp_path / "talks")
    analyzer("calendar", "import", calendar(tmp_path), "--today", "2026-03-01")
    target = tmp_path / "next.ics"
    assert analyzer("calendar", "export", "second.txt", "-o", target, "--today", "2026-03-16").status == 0
    (event,) = icalendar.Calendar.from_ical(target.read_bytes()).walk("VEVENT")
    assert event["DTSTART"].dt.isoformat() == "2026-03-17T09:30:00+01:00"
    assert event["DURATION"].dt == timedelta(minutes=30)
    lines = str(event["DESCRIPTION"]).splitlines()
    assert "- Jules: book the demo room in Leeds (due 2026-03-12, day past)" in lines
    assert "- Jules: send Marta the sizing sheet (said to be done: what came of it?)" in lines
    assert not any(word in str(event["DESCRIPTION"]).casefold() for word in ("inspect", "coach"))


def test_topics_that_stayed_at_facts_come_up_again(analyzer: Run, dialogue: Path, icalendar: Any) -> None:
    dialogue.write_text("Dana: Did the clinic sign the contract?\nJules: Not yet. Legal still has it.\n")
    analyzer("upload", dialogue, "--manager", "Dana", "--rep", "Jules", "--date", "2026-03-03")
    assert "More on: " in analyzer("calendar", "export", "--today", "2026-03-04").out


def test_without_names_or_day_there_is_no_next_meeting(analyzer: Run, dialogue: Path) -> None:
    analyzer("upload", dialogue)
    done = analyzer("calendar", "export")
    assert done.status == 2
    assert "--date" in done.err


def test_without_icalendar_the_command_that_brings_it_is_named(
    analyzer: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "icalendar", None)
    done = analyzer("calendar", "import", calendar(tmp_path))
    assert done.status == 3
    assert "coaching-analyzer[calendar]" in done.err
