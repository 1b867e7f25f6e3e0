"""Meetings in the library: how far each has come, what is known of it, and what its analysis says."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from analyzer.commitments.ledger import Pair
from analyzer.errors import NotFoundError
from analyzer.model import Analysis, Measures, MeetingInfo
from analyzer.store.database import Database
from analyzer.store.json import dump, load

State = Literal["started", "waiting", "done", "failed"]


@dataclass(frozen=True, slots=True)
class MeetingRow:
    """A meeting as lists show it."""

    info: MeetingInfo
    state: State
    reason: str | None
    added: str


@dataclass(frozen=True, slots=True)
class MeasuredRow:
    """A finished meeting's counts."""

    info: MeetingInfo
    measures: Measures
    made_with: tuple[str, ...]

    @property
    def rubric(self) -> str:
        """Hash of the rubric; empty where it is not known."""
        return self.made_with[0] if self.made_with else ""


class Meetings(Database):
    """The meetings and their analyses."""

    # --- one meeting's way --------------------------------------------------------------------------------------------

    def start(self, content_hash: str, info: MeetingInfo, known: dict[str, Any]) -> None:
        """Record that a meeting is being worked on, with what is known about it so far."""
        now = self._now()
        self._current = info.id
        self._write(
            "INSERT INTO meetings VALUES (?, ?, ?, ?, ?, ?, 'started', NULL, NULL, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET source_name = excluded.source_name, source_path = excluded.source_path, "
            "info = excluded.info, known = excluded.known, state = 'started', reason = NULL, "
            "changed = excluded.changed",
            *(info.id, content_hash, info.source_name, info.source_path, dump(info), json.dumps(known), now, now),
        )

    def fail(self, meeting: str, reason: str) -> None:
        """Record why a meeting could not be finished; what its stages made stays."""
        self._write(
            "UPDATE meetings SET state = 'failed', reason = ?, changed = ? WHERE id = ?", reason, self._now(), meeting
        )

    def lack(self, meeting: str, reason: str) -> None:
        """Record what this machine lacks to finish a meeting; it counts as not finished, for the next run to go on."""
        self._write("UPDATE meetings SET reason = ?, changed = ? WHERE id = ?", reason, self._now(), meeting)

    def _keep_analysis(self, analysis: Analysis) -> None:
        self._db.execute(
            "UPDATE meetings SET state = 'done', reason = NULL, info = ?, analysis = ?, changed = ? WHERE id = ?",
            (dump(analysis.meeting), dump(analysis), self._now(), analysis.meeting.id),
        )

    def known(self, content_hash: str) -> dict[str, Any] | None:
        """Return what was said about a meeting when it was last worked on."""
        row = self._row("SELECT known FROM meetings WHERE content_hash = ?", content_hash)
        return _known(row) if row else None

    def intake(self, meeting: str) -> tuple[Path, str, dict[str, Any]]:
        """Return where a meeting's file was last seen, its content hash, and what was said about it.

        Raises:
            NotFoundError: there is no such meeting; it may have been erased meanwhile.

        """
        row = self._row("SELECT source_path, content_hash, known FROM meetings WHERE id = ?", meeting)
        if row is None:
            raise _unknown(meeting)
        return Path(row["source_path"]), row["content_hash"], _known(row)

    def failure(self, content_hash: str) -> str | None:
        """Return why a meeting failed; ``None`` if it did not."""
        row = self._row("SELECT reason FROM meetings WHERE content_hash = ? AND state = 'failed'", content_hash)
        return str(row["reason"]) if row else None

    def made_with(self, content_hash: str) -> tuple[str, ...] | None:
        """Return what a finished meeting with that content was made with; ``None``: it is not finished."""
        row = self._row(
            "SELECT analysis ->> '$.made_with' AS made_with FROM meetings WHERE content_hash = ? AND state = 'done'",
            content_hash,
        )
        return _made_with(row) if row else None

    def published(self, meeting: str) -> MeetingInfo | None:
        """Return what the last finished analysis says of a meeting; ``None`` where there was none yet."""
        row = self._row(
            "SELECT analysis -> '$.meeting' AS info FROM meetings WHERE id = ? AND analysis NOT NULL", meeting
        )
        return _info(row) if row else None

    def analysis(self, meeting: str) -> Analysis:
        """Return a meeting's analysis.

        Raises:
            NotFoundError: there is none, because the meeting failed or is being worked on.

        """
        row = self._row("SELECT analysis, reason FROM meetings WHERE id = ?", meeting)
        if row is None:
            raise _unknown(meeting)
        if not row["analysis"]:
            raise NotFoundError(f"meeting {meeting} has no report: {row['reason'] or 'it is not finished'}")
        return load(Analysis, row["analysis"])

    # --- many of them -------------------------------------------------------------------------------------------------

    def find(self, reference: str) -> str:
        """Return the id of the meeting that ``reference`` means: an id's beginning, a file's or track's name, ``last``.

        Raises:
            NotFoundError: none, or more than one.

        """
        if reference == "last":
            rows = self._rows("SELECT id FROM meetings WHERE state = 'done' ORDER BY changed DESC, rowid DESC LIMIT 1")
        else:
            rows = self._rows(
                "SELECT id FROM meetings WHERE substr(id, 1, length(?1)) = ?1 OR source_name = ?1 "
                "OR EXISTS (SELECT 1 FROM json_each(info, '$.tracks') "
                "WHERE substr(value, -1 - length(?1)) IN ('/' || ?1, '\\' || ?1))",
                reference,
            )
        if len(rows) == 1:
            return str(rows[0]["id"])
        if not rows:
            raise _unknown(reference)
        ids = ", ".join(row["id"] for row in rows)
        raise NotFoundError(f"{reference!r} may be any of {ids}: name one of these")

    def meetings(self) -> list[MeetingRow]:
        """Return all meetings, the latest date first, those without a date last."""
        return self._listed("")

    def meetings_listed(self, pair: Pair | None) -> list[MeetingRow]:
        """Return the meetings of two people, of ``None`` those without both names, as `meetings` has them."""
        nobody = "WHERE coalesce(m.info ->> '$.manager', '') = '' OR coalesce(m.info ->> '$.rep', '') = '' "
        return self._listed(of_pair(pair) or nobody, *(pair or ()))

    def unfinished(self) -> list[MeetingRow]:
        """Return the meetings that failed, wait or are being worked on, as `meetings` has them."""
        return self._listed("WHERE m.state <> 'done' ")

    def count(self) -> int:
        """Return how many meetings there are."""
        return int(self._rows("SELECT count(*) FROM meetings")[0][0])

    def _listed(self, where: str, *values: object) -> list[MeetingRow]:
        rows = self._rows(
            "SELECT info, reason, added, CASE WHEN state = 'started' AND EXISTS (SELECT 1 FROM waiting WHERE meeting = id) "
            f"THEN 'waiting' ELSE state END AS state FROM meetings m {where}"
            "ORDER BY info ->> '$.date' IS NULL, info ->> '$.date' DESC, added DESC",
            *values,
        )
        return [MeetingRow(_info(row), row["state"], row["reason"], row["added"]) for row in rows]

    def measured(self) -> list[MeasuredRow]:
        """Return the counts of all finished meetings, without their words."""
        rows = self._rows(
            "SELECT analysis -> '$.meeting' AS info, analysis -> '$.measures' AS measures, "
            "analysis ->> '$.made_with' AS made_with FROM meetings WHERE state = 'done' ORDER BY info ->> '$.date', id"
        )
        return [MeasuredRow(_info(row), load(Measures, row["measures"]), _made_with(row)) for row in rows]

    def pairs(self) -> list[Pair]:
        """Return who has meetings with whom."""
        rows = self._rows(
            "SELECT DISTINCT info ->> '$.manager' AS manager, info ->> '$.rep' AS rep FROM meetings ORDER BY 1, 2"
        )
        return [(row["manager"], row["rep"]) for row in rows if row["manager"] and row["rep"]]

    def meetings_with(self, pair: Pair) -> list[MeetingInfo]:
        """Return the finished meetings of two people, those without a day first, then in order of their days."""
        rows = self._rows(
            f"SELECT info FROM meetings m {of_pair(pair)}AND state = 'done' ORDER BY info ->> '$.date', id", *pair
        )
        return [_info(row) for row in rows]

    def meetings_of(self, person: str) -> list[MeetingInfo]:
        """Return the meetings in which somebody of that very name took part, in any state."""
        rows = self._rows(
            "SELECT info FROM meetings WHERE info ->> '$.manager' = ?1 OR info ->> '$.rep' = ?1 OR EXISTS (SELECT 1 "
            "FROM json_each(analysis, '$.transcript.participants') WHERE value ->> '$.name' = ?1) "
            "ORDER BY info ->> '$.date'",
            person,
        )
        return [_info(row) for row in rows]

    def meetings_once_of(self, person: str) -> list[MeetingInfo]:
        """Return the meetings in which somebody had that very name before it was put right: their rows still hold it."""
        rows = self._rows(
            "SELECT info FROM meetings m WHERE known ->> '$.manager' = ?1 OR known ->> '$.rep' = ?1 "
            "OR EXISTS (SELECT 1 FROM json_each(known, '$.channels') WHERE value = ?1) "
            "OR EXISTS (SELECT 1 FROM json_each(analysis, '$.transcript.participants') WHERE value ->> '$.label' = ?1) "
            "OR EXISTS (SELECT 1 FROM originals o, json_each(o.content, '$.participants') WHERE o.meeting = m.id "
            "AND ?1 IN (value ->> '$.name', value ->> '$.label')) "
            "OR EXISTS (SELECT 1 FROM corrections c, json_tree(c.content) WHERE c.meeting = m.id "
            "AND key IN ('name', 'speaker') AND value = ?1) ORDER BY info ->> '$.date'",
            person,
        )
        return [_info(row) for row in rows]


def of_pair(pair: Pair | None) -> str:
    """Return the condition for a pair's meetings ``m``; written as its index has it."""
    return "WHERE m.info ->> '$.manager' = ? AND m.info ->> '$.rep' = ? " if pair else ""


def _info(row: sqlite3.Row) -> MeetingInfo:
    return load(MeetingInfo, row["info"])


def _known(row: sqlite3.Row) -> dict[str, Any]:
    return dict(json.loads(row["known"]))


def _made_with(row: sqlite3.Row) -> tuple[str, ...]:
    return tuple(json.loads(row["made_with"] or "[]"))


def _unknown(reference: str) -> NotFoundError:
    return NotFoundError(f"no meeting {reference!r} in the library: `analyzer list` shows them all")
