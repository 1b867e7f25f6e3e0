"""Erasing a meeting: its own rows, and what other meetings hold of its words."""

from __future__ import annotations

from dataclasses import dataclass, replace

from analyzer.errors import LibraryError
from analyzer.model import Analysis
from analyzer.store.json import dump
from analyzer.store.kept import Kept
from analyzer.store.meetings import Meetings
from analyzer.store.promises import Promises


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased of a meeting, for the person who asked for it."""

    rows: dict[str, int]
    """By table."""
    touched: tuple[str, ...] = ()
    """Other meetings that spoke of its promises: they are rid of them, and their reports have to be written anew."""


class Forgetting(Meetings, Promises, Kept):
    """Erases across the subjects that hold a meeting's words."""

    def erase(self, meeting: str) -> Erased:
        """Erase a meeting from all tables, and what other meetings hold of its promises.

        What a person decided stays under its number, which tells nothing: a meeting that is added again finds it.
        """
        with self._transaction():
            touched = self._strip_promises(meeting)
            rows = self._erase_rows(meeting)
        return Erased({table: count for table, count in rows.items() if count > 0}, tuple(touched))

    def shred(self) -> None:
        """Make what was erased unreadable in the library's files; others that read at this moment are waited for.

        Raises:
            LibraryError: another process holds on to the file.

        """
        self._rows("VACUUM")
        if self._rows("PRAGMA wal_checkpoint(TRUNCATE)")[0]["busy"]:
            raise LibraryError(
                f"the rows are erased, but another analyzer reads the library in {str(self.folder)!r} at this moment: "
                "what they held may stand in its file library.db-wal until that one ends"
            )

    # --- parts of a transaction ---------------------------------------------------------------------------------------

    def _erase_rows(self, meeting: str) -> dict[str, int]:
        """Erase a meeting from all tables; return how many rows went, by table."""
        rows = {
            table: self._erased(f'FROM "{table}" WHERE meeting = ?', meeting) for table in self._tables_by_meeting()
        }
        # Nobody knows whose words a reply without a meeting holds; it can be asked for again.
        rows["replies"] += self._erased("FROM replies WHERE meeting IS NULL")
        rows["meetings"] = self._erased("FROM meetings WHERE id = ?", meeting)
        # Names of files tell names of people, also of those that were looked at and never taken in.
        rows["files"] = self._erased("FROM files WHERE content_hash NOT IN (SELECT content_hash FROM meetings)")
        return rows

    def _erased(self, which: str, *values: str) -> int:
        return self._db.execute(f"DELETE {which}", values).rowcount

    def _tables_by_meeting(self) -> list[str]:
        """Return the tables whose rows belong to a meeting."""
        rows = self._rows(
            "SELECT t.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c ON c.name = 'meeting' "
            "WHERE t.type = 'table' ORDER BY t.name"
        )
        return [row["name"] for row in rows]

    def _strip_promises(self, meeting: str) -> list[str]:
        """Take a meeting's promises out of what other meetings say of earlier ones; return these meetings."""
        own = {row["id"] for row in self._rows("SELECT id FROM commitments WHERE meeting = ?", meeting)}
        later = self._that_tell_of(own, but=meeting)
        for one in later:
            self._drop_stage(one, "follow-through")
            self._db.execute("DELETE FROM replies WHERE meeting = ? AND content ->> '$.prompt' LIKE 'follow%'", (one,))
        self._drop_questions(meeting)
        finished = [one for one in later if self.published(one)]
        for one in finished:
            analysis = _without(self.analysis(one), own)
            self._db.execute("UPDATE meetings SET analysis = ? WHERE id = ?", (dump(analysis), one))
            self._keep_follow_ups(analysis)
        return finished

    def _that_tell_of(self, promises: set[str], but: str) -> list[str]:
        """Return the other meetings that say something of these promises, by id."""
        told = self._rows(
            "SELECT meeting, content FROM follow_ups UNION ALL "
            "SELECT meeting, result FROM stages WHERE stage = 'follow-through'"
        )
        return sorted({row["meeting"] for row in told if any(id_ in row["content"] for id_ in promises)} - {but})

    def _drop_questions(self, meeting: str) -> None:
        """Drop requests that may hold a meeting's promises: one that waits has those of the pair's earlier meetings."""
        self._db.execute(
            "DELETE FROM waiting WHERE custom_id LIKE 'follow%' AND meeting IN (SELECT later.id FROM meetings later "
            "JOIN meetings gone ON gone.id = ? WHERE later.info ->> '$.manager' IS NULL "
            "OR later.info ->> '$.manager' = gone.info ->> '$.manager')",
            (meeting,),
        )


def _without(analysis: Analysis, promises: set[str]) -> Analysis:
    """Return an analysis that says nothing of these earlier promises, by id."""
    kept = tuple(follow for follow in analysis.follow_ups if follow.promise.id not in promises)
    # Why something was left out of them is told in the promise's words.
    return replace(analysis, follow_ups=kept, notes=analysis.notes.without("follow-through"))
