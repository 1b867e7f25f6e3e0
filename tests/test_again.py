"""A file that is taken in again keeps what was said of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

DAY = ("--date", "2026-03-17")


@pytest.fixture
def dialogue(dialogue: Path, tmp_path: Path) -> Path:
    """Return the small transcript in a folder without the library."""
    (tmp_path / "in").mkdir()
    return dialogue.rename(tmp_path / "in" / dialogue.name)


def listed(analyzer) -> dict[str, object]:
    (row,) = json.loads(analyzer("list", "--json").out)
    return dict(row)


@pytest.mark.parametrize("again", [("upload", "{}"), ("upload", "{}", "--title", "Weekly"), ("batch", "{folder}")])
def test_what_was_said_by_flags_stays_and_so_do_due_dates(analyzer, dialogue: Path, again: tuple[str, ...]) -> None:
    """Whatever way a file comes again, silence about a day is no word against it."""
    analyzer("upload", dialogue, "--manager", "Dana", "--title", "First", *DAY)
    due = {one["due"] for one in json.loads(analyzer("actions", "--json").out)}
    folder = dialogue.parent
    assert analyzer(*(one.format(dialogue, folder=folder) for one in again)).status == 0
    row = listed(analyzer)
    assert (row["date"], row["manager"]) == ("2026-03-17", "Dana")
    assert row["title"] == ("Weekly" if "Weekly" in again else "First")
    assert {one["due"] for one in json.loads(analyzer("actions", "--json").out)} == due


def test_a_sidecar_and_a_flag_say_otherwise(analyzer, dialogue: Path) -> None:
    analyzer("upload", dialogue, "--title", "First", *DAY)
    dialogue.with_name("talk.meta.json").write_text('{"date": "2026-03-18"}')
    analyzer("upload", dialogue)
    assert (listed(analyzer)["date"], listed(analyzer)["title"]) == ("2026-03-18", "First")
    analyzer("upload", dialogue, "--date", "2026-03-19")
    assert listed(analyzer)["date"] == "2026-03-19"


def test_a_file_that_is_renamed_says_its_new_day_and_keeps_the_old_one_where_it_says_none(
    analyzer, dialogue: Path
) -> None:
    for name, day in (("2026-03-17 weekly", "2026-03-17"), ("weekly", "2026-03-17"), ("2026-03-18 w", "2026-03-18")):
        dialogue = dialogue.rename(dialogue.with_name(f"{name}.txt"))
        analyzer("upload", dialogue)
        assert listed(analyzer)["date"] == day
