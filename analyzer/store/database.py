"""The library's folder and file: opening, migrations, transactions, and the locks by which processes share it."""

from __future__ import annotations

import shutil
import sqlite3
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from functools import cached_property
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from filelock import FileLock, Timeout

from analyzer.errors import LibraryError
from analyzer.text import as_text

Clock = Callable[[], datetime]
DATABASE = "library.db"
"""The file in a library's folder that holds its rows."""


def utc_now() -> datetime:
    """Return the time; the one place that reads the clock."""
    return datetime.now(UTC).replace(microsecond=0)


def remove(path: Path) -> None:
    """Remove a file, or a folder as far as it can be; one that is gone already is none to complain of."""
    shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


class Database:
    """Opens, and at need makes, the library in a folder; each part of the library adds its own subject to it."""

    def __init__(self, folder: Path, clock: Clock = utc_now) -> None:
        self.folder = folder
        self._clock = clock
        self._current: str | None = None  # the meeting that this process works on
        try:
            for part in (folder, self.reports, self.scratch, self._locks):
                part.mkdir(parents=True, exist_ok=True)
            # One thread uses it; any may close it, wherever the collector happens to run.
            self._db = sqlite3.connect(folder / DATABASE, timeout=60, isolation_level=None, check_same_thread=False)
            weakref.finalize(self, self._db.close)  # commands end without a word; Python 3.13 warns of open files
            self._db.row_factory = sqlite3.Row
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA foreign_keys = ON")
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._migrate()
            self._sweep()
        except (OSError, sqlite3.Error) as error:
            raise self._broken(error) from error

    @property
    def reports(self) -> Path:
        """The folder of the report pages."""
        return self.folder / "reports"

    @property
    def scratch(self) -> Path:
        """The folder for decoded samples, which live as long as their stage."""
        return self.folder / "scratch"

    @property
    def tracks(self) -> Path:
        """The folder of recordings laid together of tracks, which pages play; made with the first one."""
        return self.folder / "tracks"

    @property
    def deferred(self) -> Path:
        """The folder of the requests that are carried by hand; made with the first file."""
        return self.folder / "deferred"

    @cached_property
    def made(self) -> str:
        """The time that results of this session carry."""
        return self._now()

    @property
    def today(self) -> date:
        """The day of `made`, by which pages of this session tell what is overdue."""
        return date.fromisoformat(self.made[:10])

    @property
    def yesterday(self) -> float:
        """A day ago, in seconds since 1970 as files carry them: what was touched since may still be worked on."""
        return self._clock().timestamp() - 86_400

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _now(self) -> str:
        return self._clock().isoformat()

    def _broken(self, error: Exception) -> LibraryError:
        return LibraryError(
            f"the library in {str(self.folder)!r} cannot be used ({error}): check its rights and the room on its disk, "
            "or name another with --library"
        )

    def _sweep(self) -> None:
        """Remove what a killed process left behind: scratch files that nobody has touched for a day."""
        yesterday = self.yesterday
        for left in self.scratch.iterdir():
            with suppress(FileNotFoundError):  # another process tidies up after itself at the same time
                if left.stat().st_mtime < yesterday:
                    remove(left)

    # --- migrations ---------------------------------------------------------------------------------------------------

    def _migrate(self) -> None:
        """Bring the file up to this version, one numbered script after another, each in a transaction."""
        scripts = _scripts()
        newest = max(scripts)
        if self._version() > newest:
            raise LibraryError(
                f"the library in {str(self.folder)!r} was made by a newer analyzer (format {self._version()}, this one "
                f"knows {newest}): update with pip install --upgrade coaching-analyzer"
            )
        for number in sorted(scripts):
            if number > self._version():
                with self._transaction():
                    if number > self._version():  # another process may have been first
                        for statement in _statements(scripts[number].read_text(encoding="utf-8")):
                            self._db.execute(statement)
                        self._db.execute(f"PRAGMA user_version = {number}")

    def _version(self) -> int:
        return int(self._rows("PRAGMA user_version")[0][0])

    # --- statements ---------------------------------------------------------------------------------------------------

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            raise self._broken(error) from error

    def _write(self, sql: str, *values: object) -> int:
        """Run one statement as a transaction of its own; return how many rows it changed."""
        with self._transaction():
            return self._db.execute(sql, _bound(values)).rowcount

    def _rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        try:
            return self._db.execute(sql, _bound(values)).fetchall()
        except sqlite3.Error as error:
            raise self._broken(error) from error

    def _row(self, sql: str, *values: object) -> sqlite3.Row | None:
        """Return the first row; ``None``: there is none."""
        rows = self._rows(sql, *values)
        return rows[0] if rows else None

    # --- locks --------------------------------------------------------------------------------------------------------

    @property
    def _locks(self) -> Path:
        return self.folder / "locks"

    def lock_of(self, meeting: str) -> Path:
        """Return the file by which a meeting is held."""
        return self._locks / f"{meeting}.lock"

    @contextmanager
    def claim(self, meeting: str, wait: float) -> Iterator[bool]:
        """Hold a meeting for this process; yields false where another one holds it for longer than ``wait`` seconds."""
        lock = FileLock(self.lock_of(meeting))
        try:
            lock.acquire(timeout=wait)
        except Timeout:
            yield False
            return
        except OSError as error:
            raise self._broken(error) from error
        try:
            yield True
        finally:
            lock.release()

    def is_idle(self) -> bool:
        """Return whether no process works on a meeting, so that whatever lies in the scratch folder was left behind."""
        for path in self._locks.glob("*.lock"):
            try:
                with FileLock(path, timeout=0):
                    pass
            except Timeout:
                return False
        return True


def _bound(values: Iterable[object]) -> list[object]:
    """Return values as SQLite takes them: a name that is no text is looked for as it is kept."""
    return [as_text(one) if isinstance(one, str) else one for one in values]


def _scripts() -> dict[int, Traversable]:
    """Return the migrations by their number."""
    entries = resources.files("analyzer.store").joinpath("migrations").iterdir()
    return {int(entry.name[:4]): entry for entry in entries if entry.name.endswith(".sql")}


def _statements(script: str) -> list[str]:
    """Return a script's statements; SQLite's own ``executescript`` would commit the transaction it runs in."""
    statements, running = [], ""
    for line in script.splitlines(keepends=True):
        running += line
        if sqlite3.complete_statement(running):
            statements.append(running)
            running = ""
    return statements
