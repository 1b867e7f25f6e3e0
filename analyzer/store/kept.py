"""What is kept so that nothing is made, asked or read twice: hashes of files, results of stages, replies, rubrics."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from analyzer.llm.replies import Reply, Waiting
from analyzer.store.database import Database
from analyzer.store.json import dump, load

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A request that was not answered yet."""

    meeting: str
    rubric: str
    """Hash."""
    request: Waiting


class Kept(Database):
    """Results under the keys of what they follow from; `analyzer.llm.replies.Memory` for language models."""

    # --- files and stages ---------------------------------------------------------------------------------------------

    def content_hash(self, path: Path) -> str:
        """Return the SHA-256 of a file's bytes; a file that has not changed since last time is not read again.

        Raises:
            OSError: the file cannot be read.

        """
        # Question marks would do for text that people read; here two names must not become one.
        resolved = str(path.resolve()).encode("utf-8", "backslashreplace").decode("utf-8")
        facts = path.stat()
        row = self._row("SELECT * FROM files WHERE path = ?", resolved)
        if row and (row["size"], row["mtime_ns"]) == (facts.st_size, facts.st_mtime_ns):
            return str(row["content_hash"])
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        self._write(
            "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", resolved, facts.st_size, facts.st_mtime_ns, digest
        )
        return digest

    def stage(
        self,
        meeting: str,
        stage: str,
        facts: dict[str, Any],
        type_: type[T],
        make: Callable[[], T],
        is_whole: Callable[[T], bool] = lambda result: True,
    ) -> T:
        """Return a stage's result: the kept one where the same stage ran on the same facts, else a new one, kept.

        Args:
            meeting: whose result it is.
            stage: its name.
            facts: everything that the result follows from (input, engine, versions, settings), as JSON values.
            type_: of the result.
            make: makes it.
            is_whole: whether a new result is kept; one with gaps is made again next time.

        """
        canonical = json.dumps([stage, facts], sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        key = hashlib.sha256(canonical.encode()).hexdigest()
        if row := self._row("SELECT result FROM stages WHERE key = ?", key):
            return load(type_, row["result"])
        result = make()
        if is_whole(result):
            self._write(
                "INSERT OR REPLACE INTO stages VALUES (?, ?, ?, ?, ?)", key, meeting, stage, dump(result), self._now()
            )
        return result

    def forget(self, meeting: str, stage: str) -> None:
        """Remove the results of a stage that a later one holds in full."""
        with self._transaction():
            self._drop_stage(meeting, stage)

    def _drop_stage(self, meeting: str, stage: str) -> None:
        self._db.execute("DELETE FROM stages WHERE meeting = ? AND stage = ?", (meeting, stage))

    # --- language models ----------------------------------------------------------------------------------------------

    def get(self, key: str) -> Reply | None:
        """Return the kept reply to the request of that key."""
        row = self._row("SELECT content FROM replies WHERE key = ?", key)
        return Reply.model_validate_json(row["content"]) if row else None

    def keep(self, reply: Reply) -> None:
        """Keep a validated reply; it goes with the meeting that is being worked on."""
        with self._transaction():
            self._keep_reply(self._current, reply)

    def _keep_reply(self, meeting: str | None, reply: Reply) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO replies VALUES (?, ?, ?)", (reply.key, meeting, reply.model_dump_json())
        )

    def recall(self, endpoint: str) -> str | None:
        """Return the profile of an endpoint as JSON."""
        row = self._row("SELECT profile FROM endpoints WHERE key = ?", endpoint)
        return str(row["profile"]) if row else None

    def remember(self, endpoint: str, profile: str) -> None:
        """Remember the profile of an endpoint."""
        self._write("INSERT OR REPLACE INTO endpoints VALUES (?, ?)", endpoint, profile)

    def wait(self, meeting: str, rubric: str, requests: Iterable[Waiting]) -> None:
        """Record what a meeting waits for, in place of what it waited for before, and under which rubric."""
        with self._transaction():
            self._db.execute("DELETE FROM waiting WHERE meeting = ?", (meeting,))
            for one in requests:
                self._db.execute(
                    "INSERT OR REPLACE INTO waiting VALUES (?, ?, ?, ?)",
                    (one.custom_id, meeting, rubric, one.model_dump_json()),
                )

    def waiting(self) -> list[WaitingRow]:
        """Return the requests that wait for an answer."""
        rows = self._rows("SELECT meeting, rubric, content FROM waiting ORDER BY rowid")
        return [WaitingRow(r["meeting"], r["rubric"], Waiting.model_validate_json(r["content"])) for r in rows]

    def keep_answers(self, replies: Iterable[tuple[str, Reply]]) -> None:
        """Keep replies that were asked for by file, each with its meeting; they are no longer waited for."""
        with self._transaction():
            for meeting, reply in replies:
                self._keep_reply(meeting, reply)
                self._db.execute("DELETE FROM waiting WHERE custom_id LIKE '%-' || ?", (reply.key,))

    def keep_rubric(self, hash_: str, content: str) -> None:
        """Keep the text of a rubric, for the reports that were made with it."""
        self._write("INSERT OR IGNORE INTO rubrics VALUES (?, ?)", hash_, content)

    def rubric(self, hash_: str) -> str | None:
        """Return the text of the rubric of that hash."""
        row = self._row("SELECT content FROM rubrics WHERE hash = ?", hash_)
        return str(row["content"]) if row else None
