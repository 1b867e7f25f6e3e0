"""The library is the only way to SQL."""

from __future__ import annotations

from pathlib import Path

import analyzer


def test_nothing_outside_the_store_speaks_to_the_database() -> None:
    """A statement elsewhere would be a second way to the same rows."""
    package = Path(analyzer.__file__).parent
    elsewhere = [path for path in package.rglob("*.py") if path.parent.name != "store"]
    assert [path.name for path in elsewhere if "sqlite3" in path.read_text(encoding="utf-8")] == []


def test_the_rest_of_the_program_enters_by_the_library() -> None:
    """Its parts are put together in one place, so they can be cut anew without a word elsewhere."""
    package = Path(analyzer.__file__).parent
    doors = ("analyzer.store.library", "analyzer.store.json")
    entered = {
        line.split()[1]
        for path in package.rglob("*.py")
        if path.parent.name != "store"
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip().startswith("from analyzer.store")
    }
    assert entered == set(doors)
