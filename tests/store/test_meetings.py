"""A meeting is one by its content, and is found by what people call it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from analyzer.errors import NotFoundError
from analyzer.store.library import Library
from tests.store.made import HASH, LATER, analysed, library, start


def test_the_same_content_is_one_meeting(tmp_path: Path) -> None:
    store = library(tmp_path)
    start(store, name="a.txt")
    start(store, name="copy.txt")
    assert [row.info.source_name for row in store.meetings()] == ["copy.txt"]


def test_an_unknown_meeting_says_where_to_look(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="analyzer list"):
        library(tmp_path).find("zz")


def test_a_name_that_two_meetings_have_lists_them(tmp_path: Path) -> None:
    store = library(tmp_path)
    start(store, HASH)
    start(store, LATER)
    assert store.find(LATER[:4]) == LATER[:12]
    with pytest.raises(NotFoundError, match=f"{HASH[:12]}, {LATER[:12]}"):
        store.find("a.txt")


def test_without_an_analysis_the_reason_is_told(tmp_path: Path) -> None:
    store = library(tmp_path)
    info = start(store)
    with pytest.raises(NotFoundError, match="not finished"):
        store.analysis(info.id)
    store.fail(info.id, "the file is empty")
    with pytest.raises(NotFoundError, match="the file is empty"):
        store.analysis(info.id)
    assert store.failure(HASH) == "the file is empty"


def test_a_meeting_that_is_worked_on_again_still_shows_its_last_analysis(tmp_path: Path) -> None:
    """Until it is finished it does not count as made."""
    store = library(tmp_path)
    info = start(store)
    store.finish(analysed(info))
    assert store.made_with(HASH) == ("rubric",)
    start(store)
    assert store.made_with(HASH) is None
    assert store.published(info.id) == info


def later_first(store: Library) -> None:
    start(store, LATER, on=date(2026, 3, 10))
    start(store, HASH, on=date(2026, 3, 3))
    start(store, "ef" * 32)


def test_lists_have_the_latest_day_first_and_those_without_last(tmp_path: Path) -> None:
    store = library(tmp_path)
    later_first(store)
    assert [row.info.id[:2] for row in store.meetings()] == ["cd", "ab", "ef"]


def test_a_pairs_meetings_are_in_order_of_their_days_once_finished(tmp_path: Path) -> None:
    store = library(tmp_path)
    later_first(store)
    for row in store.meetings()[:2]:
        store.finish(analysed(row.info))
    assert [info.id[:2] for info in store.meetings_with(("Dana", "Jules"))] == ["ab", "cd"]
    assert store.meetings_with(("Dana", "Kim")) == []
    assert store.pairs() == [("Dana", "Jules")]
