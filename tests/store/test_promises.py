"""Promises are kept with their meeting, whole; what a person decided of one outlives it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from analyzer.errors import LibraryError
from analyzer.store.library import Library, commitment_id
from tests.store.made import HASH, LATER, analysed, kept, library, promise, start

FIRST, SECOND = date(2026, 3, 3), date(2026, 3, 10)


def test_a_meeting_is_finished_with_all_its_promises_or_not_at_all(tmp_path: Path) -> None:
    store = library(tmp_path)
    info = start(store)
    store.finish(analysed(info, promise("call Marta")))
    start(store)
    twice = promise("book the room")
    with pytest.raises(LibraryError):
        store.finish(analysed(info, twice, twice))
    assert [row.state for row in store.meetings()] == ["started"]
    assert [one.commitment.action for one in store.actions()] == ["call Marta"]
    assert store.analysis(info.id).commitments == (promise("call Marta"),)


def test_what_was_decided_stays_when_the_owner_is_another(tmp_path: Path) -> None:
    """The id changes with the owner; the quote tells that it is the same promise."""
    store = library(tmp_path)
    info = start(store)
    mine = promise("call Marta")
    store.finish(analysed(info, mine, promise("book the room", turn=1)))
    store.decide([commitment_id(info.id, mine)], "done")
    store.finish(analysed(info, replace(mine, owner="Dana"), promise("book the room", turn=1)))
    assert [(one.commitment.owner, one.status) for one in store.actions()] == [("Dana", "done"), ("Jules", "open")]


def two_meetings(store: Library) -> tuple[str, str]:
    """Keep a promise in the first and its being kept in the second; return their ids."""
    first, second = start(store, HASH, on=FIRST), start(store, LATER, on=SECOND)
    store.finish(analysed(first, promise("call Marta")))
    store.finish(analysed(second, follow_ups=tuple(kept(one) for one in store.earlier_promises(second))))
    return first.id, second.id


def test_a_pairs_meetings_know_what_came_before_and_after(tmp_path: Path) -> None:
    store = library(tmp_path)
    first, second = two_meetings(store)
    infos = {row.info.id: row.info for row in store.meetings()}
    assert [one.action for one in store.earlier_promises(infos[second])] == ["call Marta"]
    assert store.earlier_promises(infos[first]) == []
    assert store.later_meetings(infos[first]) == [second]
    nobody = replace(infos[first], rep=None)
    assert (store.earlier_promises(nobody), store.later_meetings(nobody)) == ([], [])
    assert [item.state for item in store.ledger(("Dana", "Jules"))] == ["claimed"]


def test_an_erased_promise_is_gone_from_what_later_meetings_say_and_from_the_file(tmp_path: Path) -> None:
    store = library(tmp_path)
    first, second = two_meetings(store)
    erased = store.erase(first)
    assert erased.touched == (second,)
    assert store.analysis(second).follow_ups == ()
    store.shred()
    assert [path.name for path in tmp_path.glob("library.db*") if b"Marta" in path.read_bytes()] == []


def test_a_decision_is_found_when_its_meeting_is_added_again(tmp_path: Path) -> None:
    store = library(tmp_path)
    first, _ = two_meetings(store)
    store.decide([one.id for one in store.actions()], "dropped")
    store.erase(first)
    store.finish(analysed(start(store, HASH, on=FIRST), promise("call Marta")))
    assert [one.status for one in store.actions()] == ["dropped"]
