"""The library's file is brought up to date, written whole or not at all, and shared between processes."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
import time
from importlib import resources
from pathlib import Path

import pytest

from analyzer.errors import LibraryError
from analyzer.model import EarlierPromise
from analyzer.store.json import dump
from analyzer.store.library import Library
from tests.store.made import HASH, NOON, analysed, kept, library, promise, start


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


def test_a_library_of_the_first_format_is_brought_up_to_date(tmp_path: Path) -> None:
    """Its meetings stay, and what they say of earlier promises is found."""
    info = start(library(tmp_path / "new"))
    analysis = analysed(
        info, promise("call Marta"), follow_ups=(kept(EarlierPromise("01234567", "Jules", "book", None, None)),)
    )
    with sqlite3.connect(tmp_path / "library.db") as db:
        script = resources.files("analyzer.store").joinpath("migrations", "0001_first.sql")
        db.executescript(script.read_text(encoding="utf-8"))
        db.execute(
            "INSERT INTO meetings VALUES (?, ?, 'a.txt', '/x/a.txt', ?, '{}', 'done', NULL, ?, '', '')",
            (info.id, HASH, dump(info), dump(analysis)),
        )
        db.execute("PRAGMA user_version = 1")
    db.close()
    store = library(tmp_path)
    assert store.analysis(info.id) == analysis
    assert store.erase(info.id).rows == {"meetings": 1, "follow_ups": 1}


def hold(folder: str, ready: object) -> None:
    with Library(Path(folder)).claim(HASH[:12], wait=0) as mine:
        ready.send(mine)  # type: ignore[attr-defined]
        time.sleep(60)


def test_a_claim_is_free_again_when_its_process_is_killed(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    child = context.Process(target=hold, args=(str(tmp_path), theirs))
    child.start()
    assert ours.recv() is True
    store = library(tmp_path)
    with store.claim(HASH[:12], wait=0) as mine:
        assert mine is False
    os.kill(child.pid or 0, signal.SIGKILL)
    child.join()
    with store.claim(HASH[:12], wait=5) as mine:
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


def test_what_utf8_cannot_hold_is_kept_as_question_marks() -> None:
    assert dump({"name": "Dana\udcff", "of": [1.5, None]}) == '{"name":"Dana?","of":[1.5,null]}'
