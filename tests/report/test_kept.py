"""A page that was once written never shows something else than the library: every command that changes it comes by."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from analyzer.cadence import Planned, Rhythm, rhythm
from analyzer.feedback.dimensions import cadence
from analyzer.model import MeetingInfo
from analyzer.report.kept import refresh_reports
from analyzer.report.site import page_name
from analyzer.report.write import path_of
from tests.cli.series import FIRST, upload_both
from tests.report.test_site import pages, take_in, words
from tests.store.made import library, start

Run = Callable[..., Any]
ROBIN = ("Robin", "Sam")


@pytest.fixture
def kept(analyzer: Run, tmp_path: Path) -> Path:
    """A library with a site of today: Dana with Jules, who met twice, and Robin with Sam."""
    upload_both(analyzer, tmp_path / "talks")
    take_in(analyzer, tmp_path / "other", *ROBIN, "2026-03-04", FIRST.replace("sizing", "price"))
    assert analyzer("report", "--all").status == 0
    return tmp_path / "library" / "reports"


def calendar(folder: Path, *days: str) -> Path:
    path = folder / "plan.ics"
    events = "".join(
        f"BEGIN:VEVENT\r\nUID:{n}\r\nDTSTART;VALUE=DATE:{day}\r\nSUMMARY:Dana Jules\r\nEND:VEVENT\r\n"
        for n, day in enumerate(days)
    )
    path.write_text(f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{events}END:VCALENDAR\r\n")
    return path


def first_id(analyzer: Run) -> str:
    return str(json.loads(analyzer("actions", "--pair", "Dana", "--json").out)[0]["id"])


def mark(*names: str) -> Callable[[Run, Path], None]:
    def do(analyzer: Run, folder: Path) -> None:
        id_ = first_id(analyzer)
        for name in names:
            assert analyzer("actions", name, id_).status == 0

    return do


def take_marks_back(analyzer: Run, folder: Path) -> None:
    path = folder / "marks.csv"
    path.write_text(f"id,status\n{first_id(analyzer)},done\n")
    assert analyzer("actions", "import", path).status == 0


def take_a_plan_in(analyzer: Run, folder: Path) -> None:
    pytest.importorskip("icalendar")
    path = calendar(folder, "20260303", "20260311")
    assert analyzer("calendar", "import", path, "--manager", "Dana", "--rep", "Jules").status == 0


def name_it(analyzer: Run, folder: Path) -> None:
    latest = json.loads(analyzer("list", "--json").out)[0]
    assert analyzer("correct", latest["id"], "--name", "Jules=Julia").status == 0


@pytest.mark.parametrize(
    "change",
    [mark("done"), mark("drop"), mark("done", "reopen"), take_marks_back, take_a_plan_in, name_it],
    ids=["done", "drop", "reopen", "import", "calendar", "name"],
)
def test_pages_follow_and_only_those_that_are_touched(
    analyzer: Run, tmp_path: Path, kept: Path, change: Callable[[Run, Path], None]
) -> None:
    """Made anew as a whole afterwards, the site has nothing left to write."""
    before = pages(kept)
    change(analyzer, tmp_path)
    after = pages(kept)
    assert before[page_name(("Dana", "Jules"))] != after[page_name(("Dana", "Jules"))]
    assert before[page_name(ROBIN)] == after[page_name(ROBIN)]
    assert json.loads(analyzer("report", "--all", "--json").out)["written"] == []


def test_the_reps_copy_follows_a_correction(analyzer: Run, kept: Path) -> None:
    """Under its new name; the one that said otherwise goes."""
    latest = json.loads(analyzer("list", "--json").out)[0]
    old = Path(analyzer("report", latest["id"], "--for", "rep").out.strip())
    assert "Julia" not in old.read_text(encoding="utf-8")
    assert analyzer("correct", latest["id"], "--name", "Jules=Julia").status == 0
    (copy,) = kept.glob("*-for-rep.html")
    assert copy != old
    assert "Julia" in copy.read_text(encoding="utf-8")


def test_a_rhythm_looks_back_on_a_dozen() -> None:
    found = met(*range(30), plan=tuple(range(30)))
    assert (found.meetings, found.states) == (12, {"held": 12})


def test_the_next_agenda_asks_for_nothing_that_is_done(analyzer: Run, kept: Path) -> None:
    def agenda() -> str:
        page = (kept / page_name(("Dana", "Jules"))).read_text(encoding="utf-8")
        section = re.search(r'<section aria-labelledby="s-agenda">.*?</section>', page, re.S)
        return words(section[0]) if section else ""

    rows = json.loads(analyzer("actions", "--pair", "Dana", "--open", "--json").out)
    assert rows[0]["action"] in agenda()
    assert analyzer("actions", "done", *(row["id"] for row in rows)).status == 0
    assert not any(row["action"] in agenda() for row in rows)


def test_marks_leave_no_site_where_nobody_asked_for_one(analyzer: Run, tmp_path: Path) -> None:
    upload_both(analyzer, tmp_path / "talks")
    mark("done")(analyzer, tmp_path)
    assert not list((tmp_path / "library" / "reports").glob("index*"))


def test_a_meeting_that_is_erased_meanwhile_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = library(tmp_path)
    info = start(store, on=date(2026, 3, 4))
    report = path_of(info, store, "json")
    report.write_text("{}")
    monkeypatch.setattr(store, "meetings_with", lambda pair: [info])  # as read before another process erased it
    store.erase(info.id)
    refresh_reports(store, [("Dana", "Jules")])
    assert report.read_text() == "{}"


def test_a_wrong_id_marks_nothing(analyzer: Run, kept: Path) -> None:
    id_ = first_id(analyzer)
    assert analyzer("actions", "done", id_, "no-such").status == 2
    assert json.loads(analyzer("actions", "--pair", "Dana", "--json").out)[0]["status"] != "done"


def cadence_of(reports: Path, day: str) -> dict[str, Any]:
    report = json.loads(next(reports.glob(f"{day}-Dana*.json")).read_text(encoding="utf-8"))
    return next(one for one in report["dimensions"] if one["id"] == "cadence")


def test_a_plan_and_an_earlier_meeting_reach_the_reports_whose_cadence_they_change(
    analyzer: Run, tmp_path: Path
) -> None:
    """Each report tells the cadence up to its own day: what came later is not in it."""
    pytest.importorskip("icalendar")
    reports = tmp_path / "library" / "reports"
    for day in ("2026-03-10", "2026-03-17", "2026-03-24"):
        take_in(analyzer, tmp_path / "talks", "Dana", "Jules", day, FIRST.replace("clinic", f"clinic {day}"))
    assert cadence_of(reports, "2026-03-24")["counts"].startswith("3 meetings up to this one, 7 days apart")
    take_in(analyzer, tmp_path / "talks", "Dana", "Jules", "2026-03-03", FIRST)
    assert cadence_of(reports, "2026-03-24")["counts"].startswith("4 meetings up to this one, 7 days apart")
    assert cadence_of(reports, "2026-03-03")["counts"].startswith("the first meeting")
    plan = calendar(tmp_path, "20260303", "20260310", "20260317", "20260324", "20260331")
    assert analyzer("calendar", "import", plan, "--manager", "Dana", "--rep", "Jules").status == 0
    found = cadence_of(reports, "2026-03-24")
    assert (found["level"], found["counts"][:41]) == (5, "of 4 planned meetings: 4 held as planned;")
    assert cadence_of(reports, "2026-03-17")["level"] is None
    html = next(reports.glob("2026-03-24-Dana*.html")).read_text(encoding="utf-8")
    assert "Of 4 planned meetings: 4 held as planned" in html
    erased = json.loads(analyzer("list", "--json").out)[-1]["id"]
    assert analyzer("forget", erased, "--yes").status == 0
    assert "3 held as planned, 1 missed" in cadence_of(reports, "2026-03-24")["counts"]


DAY = date(2026, 3, 3)


def met(*weeks: float, plan: tuple[float, ...] = ()) -> Rhythm:
    def on(week: float) -> date:
        return DAY + timedelta(days=round(7 * week))

    meetings = [MeetingInfo(str(n), "a", "a", date=on(week)) for n, week in enumerate(weeks)]
    planned = [Planned(str(n), on(week), on(week)) for n, week in enumerate(plan)]
    return rhythm(planned, meetings, on(weeks[-1]))


@pytest.mark.parametrize(
    ("found", "level"),
    [
        (met(0, 1, 2), None),
        (met(0, 1, 2, 3), None),
        (met(0, 6, 12, 18), 1),
        (met(0, 1, 2, 3, plan=(0, 1, 2, 3)), 5),
        (met(0, 1, 2, 3, 4, plan=(0, 1, 2, 3, 4.3)), 5),
        (met(0, 1, 2, 3.3, plan=(0, 1, 2, 3)), 4),
        (met(0.3, 1.3, 2.3, 3.3, plan=(0, 1, 2, 3)), 3),
        (met(0, 4, plan=(0, 1, 2, 3, 4)), 2),
        (met(0, 6, 12, 18, plan=(0, 6, 12, 18)), 1),
        (None, None),
    ],
)
def test_cadence_follows_from_the_calendar_else_from_long_gaps_alone(found: Rhythm | None, level: int | None) -> None:
    shown = cadence(found)
    assert shown.level == level
    assert shown.counts or shown.reason
    assert level is not None or shown.reason
