"""Promises across meetings on the command line: lists, filters, forms, and what people mark."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.series import upload, upload_both, write

Run = Callable[..., Any]
TODAY = ("--today", "2026-03-20")


@pytest.fixture
def files(analyzer: Run, tmp_path: Path) -> tuple[Path, Path]:
    return upload_both(analyzer, tmp_path / "talks")


def listed(analyzer: Run, *flags: str) -> list[dict[str, Any]]:
    done = analyzer("actions", "--json", *TODAY, *flags)
    assert done.status == 0, done
    found: list[dict[str, Any]] = json.loads(done.out)
    return found


def states(rows: list[dict[str, Any]]) -> dict[str, str]:
    return {row["action"].split()[0]: row["status"] for row in rows}


def test_two_meetings_are_one_ledger(analyzer: Run, files: tuple[Path, Path]) -> None:
    rows = listed(analyzer)
    assert states(rows) == {"send": "claimed", "talk": "claimed", "book": "open"}
    book = next(row for row in rows if row["action"].startswith("book"))
    assert (book["due"], book["since"], book["meetings"], book["overdue"]) == ("2026-03-12", "2026-03-03", 2, True)
    assert [event["what"] for event in book["history"]] == ["promised", "restated"]
    for row in rows:
        for event in row["history"]:
            talk = files[0 if event["on"] == "2026-03-03" else 1].read_text(encoding="utf-8")
            assert event["quote"] in talk


@pytest.mark.parametrize(
    ("flags", "verbs"),
    [
        (("--open",), {"book"}),
        (("--overdue",), {"book"}),
        (("--overdue", "--today", "2026-03-12"), set()),
        (("--owner", "dan"), {"talk"}),
        (("--pair", "dana,jules"), {"send", "talk", "book"}),
        (("--pair", "dana,robin"), set()),
        (("--since", "2026-03-11"), set()),
    ],
)
def test_filters(analyzer: Run, files: tuple[Path, Path], flags: tuple[str, ...], verbs: set[str]) -> None:
    assert set(states(listed(analyzer, *flags))) == verbs


def test_meetings_taken_in_the_wrong_order_tell_the_same(analyzer: Run, tmp_path: Path) -> None:
    """The claim in the later talk is found when the earlier one comes in."""
    first, second = write(tmp_path / "talks")
    upload(analyzer, second)
    upload(analyzer, first)
    assert states(listed(analyzer)) == {"send": "claimed", "talk": "claimed", "book": "open"}
    assert "## Earlier promises" in analyzer("report", "second.txt", "--format", "md").out


def test_a_library_of_an_earlier_version_tells_the_same(
    analyzer: Run, files: tuple[Path, Path], tmp_path: Path
) -> None:
    before = listed(analyzer)
    db = sqlite3.connect(tmp_path / "library" / "library.db")
    db.executescript("DROP TABLE follow_ups; DROP TABLE planned; DROP INDEX meetings_by_pair; PRAGMA user_version = 3;")
    db.close()
    assert listed(analyzer) == before


def test_a_meeting_forgotten_and_added_again_loses_and_doubles_nothing(analyzer: Run, files: tuple[Path, Path]) -> None:
    send = listed(analyzer)[0]["id"]
    assert analyzer("actions", "done", send).status == 0
    before = listed(analyzer)
    assert analyzer("forget", "first.txt", "--yes").status == 0
    assert states(listed(analyzer)) == {"book": "open"}
    upload(analyzer, files[0])
    assert listed(analyzer) == before
    assert {row["id"]: row["status"] for row in before}[send] == "done"


def test_what_people_mark_holds_for_the_whole_item(analyzer: Run, files: tuple[Path, Path]) -> None:
    book = next(row["id"] for row in listed(analyzer) if row["action"].startswith("book"))
    for command, status in (("done", "done"), ("reopen", "open"), ("drop", "dropped")):
        assert analyzer("actions", command, book[:6]).status == 0
        assert states(listed(analyzer))["book"] == status


def test_a_spreadsheet_goes_out_and_comes_back(analyzer: Run, files: tuple[Path, Path], tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(analyzer("actions", "--csv", *TODAY).out)))
    for row in rows:
        row["status"] = "Done" if row["action"].startswith("book") else row["status"]
    sheet = tmp_path / "back.csv"
    with sheet.open("w", encoding="utf-8-sig", newline="") as file:  # as Excel saves it in much of Europe
        writer = csv.DictWriter(file, rows[0].keys(), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    done = analyzer("actions", "import", sheet)
    assert done.status == 0
    assert "1 changed, 2 as they were" in done.err
    assert states(listed(analyzer))["book"] == "done"
    assert "0 changed" in analyzer("actions", "import", sheet).err


@pytest.mark.parametrize(
    ("text", "status", "words"),
    [
        ("id,action\n1,x\n", 2, "no column 'status'"),
        ("id,status\n{id},perhaps\n", 2, "line 2"),
        ("id,status\nzzzzzzzz,done\n", 2, "analyzer actions"),
        ("id,status\nzzzzzzzz,done\n{id},done\n", 1, "line 2"),
        ("", 2, "no column"),
    ],
)
def test_a_spreadsheet_that_cannot_be_taken_says_where(
    analyzer: Run, files: tuple[Path, Path], tmp_path: Path, text: str, status: int, words: str
) -> None:
    sheet = tmp_path / "bad.csv"
    sheet.write_text(text.format(id=listed(analyzer)[0]["id"]), encoding="utf-8")
    done = analyzer("actions", "import", sheet)
    assert done.status == status
    assert words in done.err


def test_an_id_that_a_spreadsheet_took_for_a_number_is_still_found(tmp_path: Path) -> None:
    from analyzer.commitments.marks import read_marks

    sheet = tmp_path / "ids.csv"
    sheet.write_text("id,status\n1234567,done\n'9478E454,\n,done\n", encoding="utf-8")
    assert [(mark.id, mark.status) for mark in read_marks(sheet)] == [("01234567", "done"), ("9478e454", None)]


def test_markdown_shows_each_with_its_history(analyzer: Run, files: tuple[Path, Path]) -> None:
    text = analyzer("actions", "--markdown", *TODAY).out
    assert "## Dana and Jules" in text
    assert "**overdue**" in text
    assert "said to be done, not verified" in text
    assert text.count("  - ") == 6
    assert "not for employment decisions" in text


def test_tasks_have_due_status_and_an_id_that_stays(analyzer: Run, files: tuple[Path, Path]) -> None:
    icalendar = pytest.importorskip("icalendar", reason="pip install 'coaching-analyzer[calendar]'")
    text = analyzer("actions", "--ics").out
    tasks = icalendar.Calendar.from_ical(text).walk("VTODO")
    assert [str(task["STATUS"]) for task in tasks] == ["IN-PROCESS", "IN-PROCESS", "NEEDS-ACTION"]
    assert tasks[2]["DUE"].dt.isoformat() == "2026-03-12"
    book = next(row["id"] for row in listed(analyzer) if row["action"].startswith("book"))
    assert str(tasks[2]["UID"]) == f"commitment-{book}@coaching-analyzer"
    analyzer("actions", "done", book)
    after = icalendar.Calendar.from_ical(analyzer("actions", "--ics").out).walk("VTODO")
    assert str(after[2]["STATUS"]) == "COMPLETED"
    assert [task["UID"] for task in after] == [task["UID"] for task in tasks]


@pytest.mark.parametrize("flags", [("--json", "--csv"), ("--today", "20.3.2026")])
def test_flags_that_mean_nothing_are_refused(analyzer: Run, flags: tuple[str, ...]) -> None:
    assert analyzer("actions", *flags).status == 2


@pytest.mark.parametrize(
    ("flags", "words"), [(("--pair", "casimir"), "Dana and Jules"), (("--owner", "Nobody"), "Dana; Jules")]
)
def test_a_filter_that_names_nobody_says_who_is_there(
    analyzer: Run, files: tuple[Path, Path], flags: tuple[str, ...], words: str
) -> None:
    """An empty list would say that nothing is open."""
    done = analyzer("actions", *flags)
    assert (done.status, words in done.err) == (0, True)
    assert "Dana" not in analyzer("actions", *flags[:1], "dan").err


def test_a_pair_of_three_is_refused(analyzer: Run, files: tuple[Path, Path]) -> None:
    assert analyzer("actions", "--pair", "a,b,c").status == 2


def test_the_library_may_stand_before_or_behind_what_is_done(
    analyzer: Run, files: tuple[Path, Path], tmp_path: Path
) -> None:
    book = next(row["id"] for row in listed(analyzer) if row["action"].startswith("book"))
    copy = tmp_path / "other"
    assert analyzer("actions", "done", book, "--library", copy).status == 2
    (tmp_path / "library").rename(copy)
    assert analyzer("actions", "done", book, "--library", copy).status == 0
    assert states(listed(analyzer, "--library", str(copy)))["book"] == "done"
    assert analyzer("actions", "--library", copy, "reopen", book).status == 0
    assert states(listed(analyzer, "--library", str(copy)))["book"] == "open"


def test_a_spreadsheet_that_is_not_there_is_said_to_be_missing(analyzer: Run, files: tuple[Path, Path]) -> None:
    done = analyzer("actions", "import", "nofile.csv")
    assert (done.status, "there is no file 'nofile.csv'" in done.err) == (2, True)
