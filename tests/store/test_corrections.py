"""Corrections lie over the original, which stays; the last is taken back first."""

from __future__ import annotations

from pathlib import Path

from analyzer.store.library import Library
from analyzer.transcript.corrections import Casting, Correction, Naming, Swap
from tests.store.made import NOON, analysed, library, start

NAME, ROLE = Naming("Speaker 1", "Dana"), Casting("Speaker 1", "manager")


def said(store: Library, meeting: str) -> list[Correction]:
    return [row.correction for row in store.corrections(meeting)]


def test_corrections_are_told_in_order_and_taken_back_from_the_end(tmp_path: Path) -> None:
    store = library(tmp_path)
    meeting = start(store).id
    store.correct(meeting, [NAME, ROLE])
    store.correct(meeting, [Swap()])
    assert said(store, meeting) == [NAME, ROLE, Swap()]
    assert {row.made for row in store.corrections(meeting)} == {NOON.isoformat()}
    store.uncorrect(meeting)
    assert said(store, meeting) == [NAME, ROLE]
    store.uncorrect(meeting, 2)
    assert said(store, meeting) == []


def test_the_original_is_what_was_kept_last(tmp_path: Path) -> None:
    store = library(tmp_path)
    info = start(store)
    assert store.original(info.id) is None
    transcript = analysed(info).transcript
    store.keep_original(info.id, transcript)
    assert store.original(info.id) == transcript
