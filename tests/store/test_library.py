"""The library keeps what was finished, once."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from analyzer.errors import LibraryError, NotFoundError
from analyzer.model import MeetingInfo
from analyzer.store.library import Library

NOON = datetime(2026, 3, 17, 12, tzinfo=UTC)
HASH = "ab" * 32


def library(folder: Path) -> Library:
    return Library(folder, clock=lambda: NOON)


def start(store: Library, content_hash: str = HASH, name: str = "a.txt") -> MeetingInfo:
    info = MeetingInfo(id=content_hash[:12], source_name=name, source_path=f"/x/{name}")
    store.start(content_hash, info, {})
    return info


def test_a_stage_runs_once_for_the_same_facts(tmp_path: Path) -> None:
    store = library(tmp_path)
    info = start(store)
    calls: list[int] = []

    def make() -> tuple[int, ...]:
        calls.append(1)
        return (1, 2)

    for _ in range(2):
        assert store.stage(info.id, "words", {"engine": "a"}, tuple[int, ...], make) == (1, 2)
    assert store.stage(info.id, "words", {"engine": "b"}, tuple[int, ...], make) == (1, 2)
    assert len(calls) == 2


def test_a_stage_that_fails_keeps_nothing(tmp_path: Path) -> None:
    store = library(tmp_path)
    info = start(store)
    with pytest.raises(RuntimeError):
        store.stage(info.id, "words", {}, str, lambda: (_ for _ in ()).throw(RuntimeError("broken")))
    assert store.stage(info.id, "words", {}, str, lambda: "second") == "second"


def test_the_same_content_is_one_meeting(tmp_path: Path) -> None:
    store = library(tmp_path)
    start(store, name="a.txt")
    start(store, name="copy.txt")
    assert [row.info.source_name for row in store.meetings()] == ["copy.txt"]


def test_a_hash_follows_the_content_and_not_the_name(tmp_path: Path) -> None:
    store = library(tmp_path / "library")
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("same")
    two.write_text("same")
    assert store.content_hash(one) == store.content_hash(two)
    before = store.content_hash(one)
    one.write_text("other words")
    assert store.content_hash(one) != before


def test_a_newer_library_is_refused(tmp_path: Path) -> None:
    library(tmp_path).close()
    with sqlite3.connect(tmp_path / "library.db") as db:
        db.execute("PRAGMA user_version = 999")
    db.close()
    with pytest.raises(LibraryError, match="newer analyzer"):
        library(tmp_path)


def test_a_file_that_is_no_library_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "library.db").write_text("this is not a database, it only has its name" * 50)
    with pytest.raises(LibraryError, match="--library"):
        library(tmp_path)


def test_a_folder_that_cannot_be_made_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(LibraryError, match="--library"):
        library(tmp_path / "file" / "library")


def test_an_unknown_meeting_says_where_to_look(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="analyzer list"):
        library(tmp_path).find("zz")


def hold(folder: str, ready: object) -> None:
    with Library(Path(folder)).claim(HASH, wait=0) as mine:
        ready.send(mine)  # type: ignore[attr-defined]
        time.sleep(60)


def test_a_claim_is_free_again_when_its_process_is_killed(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    child = context.Process(target=hold, args=(str(tmp_path), theirs))
    child.start()
    assert ours.recv() is True
    store = library(tmp_path)
    with store.claim(HASH, wait=0) as mine:
        assert mine is False
    os.kill(child.pid or 0, signal.SIGKILL)
    child.join()
    with store.claim(HASH, wait=5) as mine:
        assert mine is True


def add_many(folder: str, which: int) -> None:
    store = Library(Path(folder))
    for n in range(20):
        info = start(store, f"{which:02x}{n:02x}" * 16)
        store.stage(info.id, "words", {"n": n, "which": which}, str, lambda: "words")


def test_concurrent_writers_lose_nothing(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    children = [context.Process(target=add_many, args=(str(tmp_path), which)) for which in range(3)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    assert [child.exitcode for child in children] == [0, 0, 0]
    assert len(library(tmp_path).meetings()) == 60


def test_what_a_killed_process_left_is_swept_away_after_a_day(tmp_path: Path) -> None:
    scratch = library(tmp_path).scratch
    for name, age in (("old", 90_000), ("new", 60)):
        (scratch / name).mkdir()
        (scratch / name / "samples.s16").write_bytes(b"private")
        at = NOON.timestamp() - age
        os.utime(scratch / name, (at, at))
    library(tmp_path)
    assert [path.name for path in scratch.iterdir()] == ["new"]
