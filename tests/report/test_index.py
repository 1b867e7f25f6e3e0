"""The index is kept in parts: what is taken over as it stands and what is made as a whole are the same page."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.commitments.ledger import Pair
from analyzer.errors import LibraryError
from analyzer.model import MeetingInfo
from analyzer.report.index import LATEST, make_part, read_parts, render_index
from analyzer.report.site import page_name, refresh_pairs
from analyzer.store.library import Library, MeetingRow, State
from tests.cli.series import FIRST
from tests.report.browser import Opened, started
from tests.report.test_site import pages, take_in, words

Run = Callable[..., Any]
DANA, ROBIN = ("Dana", "Jules"), ("Robin", "Sam")


def add(analyzer: Run, folder: Path, pair: Pair, day: str, *more: str) -> None:
    """Take in a meeting of words that no other has."""
    take_in(analyzer, folder / "talks", *pair, day, FIRST.replace("clinic", f"clinic {pair[0]} {day}"), *more)


@pytest.fixture
def kept(analyzer: Run, tmp_path: Path) -> Path:
    """The pages of a library with a site, and two pairs in it."""
    add(analyzer, tmp_path, DANA, "2026-03-03")
    add(analyzer, tmp_path, ROBIN, "2026-03-04")
    assert analyzer("report", "--all").status == 0
    return tmp_path / "library" / "reports"


def text_of(reports: Path) -> str:
    return words((reports / "index.html").read_text(encoding="utf-8"))


def assert_whole(analyzer: Run) -> None:
    """The pages are those that are made from nothing."""
    told = json.loads(analyzer("report", "--all", "--json").out)
    assert (told["written"], told["removed"]) == ([], [])


def test_a_meeting_is_added_without_reading_the_others(
    analyzer: Run, tmp_path: Path, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Pair | None] = []
    listed = Library.meetings_listed
    monkeypatch.setattr(Library, "meetings_listed", lambda self, pair: asked.append(pair) or listed(self, pair))
    monkeypatch.setattr(Library, "meetings", None)
    add(analyzer, tmp_path, ROBIN, "2026-03-11")
    monkeypatch.undo()
    assert set(asked) == {ROBIN}
    assert "3 meetings of 2 pairs" in text_of(kept)
    assert_whole(analyzer)


def test_a_new_pair_stands_in_its_place_and_can_be_chosen(analyzer: Run, tmp_path: Path, kept: Path) -> None:
    add(analyzer, tmp_path, ("Lee", "Ada"), "2026-03-05")
    names = [found.removesuffix(" 1 meeting,") for found in text_of(kept).split("Clear")[1:]]
    assert names[0].index("Dana with Jules") < names[0].index("Lee with Ada") < names[0].index("Robin with Sam")
    assert "<option>Lee</option>" in (kept / "index.html").read_text(encoding="utf-8")
    assert_whole(analyzer)


def test_meetings_without_names_are_on_the_index_at_once(analyzer: Run, tmp_path: Path, kept: Path) -> None:
    (tmp_path / "someone.txt").write_text("One: Hi.\nTwo: I'll call Ada by Friday.\n")
    assert analyzer("upload", tmp_path / "someone.txt").status == 0
    assert "People not known 1 meeting" in text_of(kept)
    assert_whole(analyzer)


def test_what_failed_is_told_with_the_next_meeting_and_goes_when_it_is_mended(
    analyzer: Run, tmp_path: Path, kept: Path
) -> None:
    """It fails without coming by the pages."""
    library = Library(tmp_path / "library")
    jules = next(row.info for row in library.meetings() if row.info.rep == "Jules")
    library.fail(jules.id, "no room")
    add(analyzer, tmp_path, ROBIN, "2026-03-11")
    assert "failed: `analyzer list` says why" in text_of(kept)
    library.finish(library.analysis(jules.id))
    add(analyzer, tmp_path, ROBIN, "2026-03-18")
    assert "failed" not in text_of(kept)
    assert_whole(analyzer)


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "a word": lambda page: page.replace(b"Dana with", b"Dina with"),
    "a part": lambda page: page[: page.index(b'<section class="pair"')] + page[page.rindex(b"</section>") + 10 :],
    "the end": lambda page: page[:-500],
    "the seal": lambda page: page.rpartition(b"\n")[0],
    "all": lambda _: b"",
    "letters": lambda page: page.replace(b"Jules", b"Jul\xff\xfe"),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=list(DAMAGE))
def test_a_damaged_index_is_made_anew_with_the_next_meeting(
    analyzer: Run, tmp_path: Path, kept: Path, damage: Callable[[bytes], bytes]
) -> None:
    index = kept / "index.html"
    index.write_bytes(damage(index.read_bytes()))
    add(analyzer, tmp_path, ROBIN, "2026-03-11")
    assert "Dana with Jules 1 meeting" in text_of(kept)
    assert_whole(analyzer)


def test_parts_of_another_version_are_made_anew(
    analyzer: Run, tmp_path: Path, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analyzer.report.index._form", lambda: b"other")
    assert read_parts(kept / "index.html") == {}


def test_an_index_that_is_no_file_is_one_clear_error(analyzer: Run, tmp_path: Path, kept: Path) -> None:
    (kept / "index.html").unlink()
    (kept / "index.html").mkdir()
    with pytest.raises(LibraryError, match="the site cannot be written to"):
        refresh_pairs(Library(tmp_path / "library"), [DANA], date(2026, 3, 20))


def test_a_page_that_was_deleted_comes_back_with_anybodys_next_meeting(
    analyzer: Run, tmp_path: Path, kept: Path
) -> None:
    (kept / page_name(DANA)).unlink()
    add(analyzer, tmp_path, ROBIN, "2026-03-11")
    assert (kept / page_name(DANA)).exists()
    assert_whole(analyzer)


def test_what_a_killed_command_did_not_write_is_made_up_for(analyzer: Run, tmp_path: Path, kept: Path) -> None:
    """Killed after its meeting was finished and before its pages were."""
    before = shutil.copytree(kept, tmp_path / "before")
    add(analyzer, tmp_path, DANA, "2026-03-10")
    for name in pages(before):
        shutil.copy(before / name, kept / name)
    add(analyzer, tmp_path, ROBIN, "2026-03-11")
    assert "Dana with Jules 2 meetings" in text_of(kept)
    assert_whole(analyzer)


def rows(pair: Pair, count: int, state: State = "done") -> list[MeetingRow]:
    day = date(2026, 3, 2)
    infos = [
        MeetingInfo(f"{n:012}", "a.txt", "a.txt", day - timedelta(weeks=n), f"Talk {n}", *pair) for n in range(count)
    ]
    return [MeetingRow(info, state, None, "") for info in infos]


def written(folder: Path, groups: dict[Pair, Sequence[MeetingRow]]) -> Path:
    """Write an index of these meetings, each with a report that is not there."""
    path = folder / "index.html"
    parts = {
        pair: make_part(pair, own, page_name(pair), {row.info.id: "r.html" for row in own})
        for pair, own in groups.items()
    }
    path.write_bytes(render_index(parts, "Ours.").encode())
    assert read_parts(path) == parts
    return path


NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@given(pair=st.tuples(NAMES, NAMES), count=st.integers(1, 6), state=st.sampled_from(["done", "failed", "waiting"]))
def test_parts_are_read_as_they_were_made(
    tmp_path_factory: pytest.TempPathFactory, pair: Pair, count: int, state: State
) -> None:
    written(tmp_path_factory.mktemp("index"), {pair: rows(pair, count, state), ROBIN: rows(ROBIN, 1)})


def test_the_latest_meetings_stand_open_and_the_others_in_a_fold(tmp_path: Path) -> None:
    """Four are no more to read than three and a fold."""
    text = written(tmp_path, {DANA: rows(DANA, LATEST + 2), ROBIN: rows(ROBIN, LATEST + 1)}).read_text()
    assert text.count("<details") == 1
    assert text.index(f"Talk {LATEST - 1}") < text.index("<details") < text.index(f"Talk {LATEST}")


def test_search_opens_folds_and_leaves_those_of_the_reader(tmp_path: Path) -> None:
    path = written(tmp_path, {pair: rows(pair, 40) for pair in (DANA, ROBIN, *((f"M{n}", "R") for n in range(23)))})
    with started() as browser, Opened(browser, path) as opened:
        page = opened.page
        open_, shown = page.locator("details[open]"), page.locator(".meetings li:visible")
        assert (shown.count(), opened.complaints) == (25 * LATEST, [])
        page.locator("details summary").nth(1).focus()
        page.keyboard.press("Enter")
        assert shown.count() == 24 * LATEST + 40
        page.fill("#words", "dana talk 39")
        assert (page.inner_text("#found"), shown.count()) == ("1 of 1000 meetings", 1)
        page.fill("#words", "")
        assert (open_.count(), shown.count()) == (1, 24 * LATEST + 40)
        page.fill("#from", (date(2026, 3, 2) - timedelta(weeks=1)).isoformat())
        assert (open_.count(), shown.count()) == (25, 50)
        page.locator("#filter button").click()
        opened.until("document.querySelectorAll('details[open]').length === 1")


def test_without_script_and_on_paper_no_meeting_is_out_of_reach(tmp_path: Path) -> None:
    path = written(tmp_path, {DANA: rows(DANA, 40)})
    with started() as browser, Opened(browser, path, java_script_enabled=False) as opened:
        items = opened.page.locator(".meetings li:visible")
        opened.page.locator("details summary").click()
        assert items.count() == 40
        opened.page.locator("details summary").click()
        assert items.count() == LATEST
        opened.page.emulate_media(media="print")
        assert items.count() == 40
