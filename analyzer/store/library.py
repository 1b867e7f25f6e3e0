"""The library, the only place with SQL: meetings, stage results under content keys, commitments and their status.

Every write is one transaction.  Several processes may use one library: SQLite's write-ahead log lets them read while
one writes, and `Library.claim` keeps two from working on the same meeting; the system releases a claim when its
process dies.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any, Literal, TypeVar

from filelock import FileLock, Timeout

from analyzer.cadence import Held, Planned
from analyzer.commitments.ledger import (
    Action,
    Item,
    Pair,
    Reported,
    Status,
    build_ledger,
    open_before,
    pair_of,
    undecided,
)
from analyzer.errors import LibraryError, NotFoundError
from analyzer.llm.replies import Reply, Waiting
from analyzer.model import Analysis, Commitment, EarlierPromise, FollowUp, Measures, MeetingInfo, Transcript
from analyzer.store.json import dump, load
from analyzer.transcript.corrections import Correction

T = TypeVar("T")
State = Literal["started", "waiting", "done", "failed"]
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class MeetingRow:
    """A meeting as lists show it."""

    info: MeetingInfo
    state: State
    reason: str | None
    added: str


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A request that was not answered yet."""

    meeting: str
    rubric: str
    """Hash."""
    request: Waiting


@dataclass(frozen=True, slots=True)
class CorrectionRow:
    """What a person said against a meeting's analysis, and when."""

    correction: Correction
    made: str


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased of a meeting, for the person who asked for it."""

    meeting: MeetingInfo
    rows: dict[str, int]
    """By table."""
    touched: tuple[str, ...] = ()
    """Other meetings that spoke of its promises: they are rid of them, and their reports have to be written anew."""


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


def utc_now() -> datetime:
    """Return the time; the one place that reads the clock."""
    return datetime.now(UTC).replace(microsecond=0)


class Library:
    """Opens, and at need makes, the library in a folder."""

    def __init__(self, folder: Path, clock: Clock = utc_now) -> None:
        self.folder = folder
        self._clock = clock
        self._current: str | None = None
        try:
            for part in (folder, self.reports, self.scratch, self._locks):
                part.mkdir(parents=True, exist_ok=True)
            # One thread uses it; any may close it, wherever the collector happens to run.
            self._db = sqlite3.connect(folder / "library.db", timeout=60, isolation_level=None, check_same_thread=False)
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
    def _locks(self) -> Path:
        return self.folder / "locks"

    def lock_of(self, meeting: str) -> Path:
        """Return the file by which a meeting is held."""
        return self._locks / f"{meeting}.lock"

    def _sweep(self) -> None:
        """Remove what a killed process left behind: scratch files that nobody has touched for a day."""
        yesterday = self._clock().timestamp() - 86_400
        for left in self.scratch.iterdir():
            with suppress(FileNotFoundError):  # another process tidies up after itself at the same time
                if left.stat().st_mtime < yesterday:
                    shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _broken(self, error: Exception) -> LibraryError:
        return LibraryError(
            f"the library in {str(self.folder)!r} cannot be used ({error}): check its rights and the room on its disk, "
            "or name another with --library"
        )

    # --- opening ------------------------------------------------------------------------------------------------------

    def _migrate(self) -> None:
        """Bring the file up to this version, one numbered script after another, each in a transaction."""
        scripts = sorted(
            (entry for entry in resources.files("analyzer.store").joinpath("migrations").iterdir()
             if entry.name.endswith(".sql")),
            key=lambda entry: entry.name,
        )  # fmt: skip
        newest = int(scripts[-1].name[:4])
        if self._version() > newest:
            raise LibraryError(
                f"the library in {str(self.folder)!r} was made by a newer analyzer (format {self._version()}, this one "
                f"knows {newest}): update with pip install --upgrade coaching-analyzer"
            )
        for script in scripts:
            number = int(script.name[:4])
            if number > self._version():
                with self._transaction():
                    if number > self._version():  # another process may have been first
                        for statement in _statements(script.read_text(encoding="utf-8")):
                            self._db.execute(statement)
                        self._db.execute(f"PRAGMA user_version = {number}")

    def _version(self) -> int:
        return int(self._db.execute("PRAGMA user_version").fetchone()[0])

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

    def _rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        try:
            return self._db.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise self._broken(error) from error

    def _now(self) -> str:
        return self._clock().isoformat()

    # --- files --------------------------------------------------------------------------------------------------------

    def content_hash(self, path: Path) -> str:
        """Return the SHA-256 of a file's bytes; a file that has not changed since last time is not read again.

        Raises:
            OSError: the file cannot be read.

        """
        resolved, facts = str(path.resolve()), path.stat()
        for row in self._rows("SELECT * FROM files WHERE path = ?", resolved):
            if (row["size"], row["mtime_ns"]) == (facts.st_size, facts.st_mtime_ns):
                return str(row["content_hash"])
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        with self._transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)",
                (resolved, facts.st_size, facts.st_mtime_ns, digest),
            )
        return digest

    @contextmanager
    def claim(self, content_hash: str, wait: float) -> Iterator[bool]:
        """Hold a meeting for this process; yields false where another one holds it for longer than ``wait`` seconds."""
        lock = FileLock(self.lock_of(content_hash[:12]))
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

    # --- meetings -----------------------------------------------------------------------------------------------------

    def start(self, content_hash: str, info: MeetingInfo, known: dict[str, Any]) -> None:
        """Record that a meeting is being worked on, with what is known about it so far."""
        now = self._now()
        self._current = info.id
        with self._transaction():
            self._db.execute(
                "INSERT INTO meetings VALUES (?, ?, ?, ?, ?, ?, 'started', NULL, NULL, ?, ?) "
                "ON CONFLICT (id) DO UPDATE SET source_name = excluded.source_name, source_path = excluded.source_path, "
                "info = excluded.info, known = excluded.known, state = 'started', reason = NULL, "
                "changed = excluded.changed",
                (info.id, content_hash, info.source_name, info.source_path, dump(info), json.dumps(known), now, now),
            )

    def fail(self, meeting: str, reason: str) -> None:
        """Record why a meeting could not be finished; what its stages made stays."""
        with self._transaction():
            self._db.execute(
                "UPDATE meetings SET state = 'failed', reason = ?, changed = ? WHERE id = ?",
                (reason, self._now(), meeting),
            )

    def finish(self, analysis: Analysis) -> None:
        """Record a meeting's analysis and its commitments, all or nothing."""
        meeting = analysis.meeting
        with self._transaction():
            self._db.execute(
                "UPDATE meetings SET state = 'done', reason = NULL, info = ?, analysis = ?, changed = ? WHERE id = ?",
                (dump(meeting), dump(analysis), self._now(), meeting.id),
            )
            decided = self._decided(meeting.id)
            self._keep_follow_ups(analysis)
            self._db.execute("DELETE FROM commitments WHERE meeting = ?", (meeting.id,))
            for position, one in enumerate(analysis.commitments):
                due = one.due.isoformat() if one.due else None
                self._db.execute(
                    "INSERT INTO commitments VALUES (?, ?, ?, ?, ?, ?)",
                    (commitment_id(meeting.id, one), meeting.id, position, one.owner, due, dump(one)),
                )
                if before := decided.get((one.quote.turn, one.quote.text)):
                    self._db.execute(
                        "INSERT OR REPLACE INTO decisions VALUES (?, ?, ?)", (commitment_id(meeting.id, one), *before)
                    )

    def _decided(self, meeting: str) -> dict[tuple[int, str], tuple[str, str]]:
        """Return status and time of the decisions on a meeting's commitments, by quote.

        A commitment whose owner is corrected gets another id, and what was decided of it stays decided.
        """
        rows = self._rows(
            "SELECT c.content, d.status, d.decided FROM commitments c JOIN decisions d ON d.commitment = c.id "
            "WHERE c.meeting = ?",
            meeting,
        )
        quotes = [load(Commitment, row["content"]).quote for row in rows]
        return {(q.turn, q.text): (row["status"], row["decided"]) for q, row in zip(quotes, rows, strict=True)}

    def _keep_follow_ups(self, analysis: Analysis) -> None:
        meeting = analysis.meeting.id
        self._db.execute("DELETE FROM follow_ups WHERE meeting = ?", (meeting,))
        self._db.executemany(
            "INSERT INTO follow_ups VALUES (?, ?, ?)",
            [(meeting, n, dump(one)) for n, one in enumerate(analysis.follow_ups) if one.outcome != "unmentioned"],
        )

    def meetings(self) -> list[MeetingRow]:
        """Return all meetings, the latest date first, those without a date last."""
        return self._listed("")

    def meetings_listed(self, pair: Pair | None) -> list[MeetingRow]:
        """Return the meetings of two people, of ``None`` those without both names, as `meetings` has them."""
        nobody = "WHERE coalesce(m.info ->> '$.manager', '') = '' OR coalesce(m.info ->> '$.rep', '') = '' "
        return self._listed(_of(pair) or nobody, *(pair or ()))

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
        return [MeetingRow(load(MeetingInfo, r["info"]), r["state"], r["reason"], r["added"]) for r in rows]

    def measured(self) -> list[MeasuredRow]:
        """Return the counts of all finished meetings, without their words."""
        rows = self._rows(
            "SELECT analysis -> '$.meeting' AS info, analysis -> '$.measures' AS measures, "
            "analysis ->> '$.made_with' AS made_with FROM meetings WHERE state = 'done' ORDER BY info ->> '$.date', id"
        )
        return [
            MeasuredRow(
                load(MeetingInfo, r["info"]), load(Measures, r["measures"]), tuple(json.loads(r["made_with"] or "[]"))
            )
            for r in rows
        ]

    def meetings_with(self, pair: Pair) -> list[MeetingInfo]:
        """Return the finished meetings of two people, those without a day first, then in order of their days."""
        rows = self._rows(
            f"SELECT info FROM meetings m {_of(pair)}AND state = 'done' ORDER BY info ->> '$.date', id", *pair
        )
        return [load(MeetingInfo, row["info"]) for row in rows]

    def published(self, meeting: str) -> MeetingInfo | None:
        """Return what the last finished analysis says of a meeting; ``None`` where there was none yet."""
        for row in self._rows(
            "SELECT analysis -> '$.meeting' AS info FROM meetings WHERE id = ? AND analysis NOT NULL", meeting
        ):
            return load(MeetingInfo, row["info"])
        return None

    def made_with(self, content_hash: str) -> tuple[str, ...] | None:
        """Return what a finished meeting with that content was made with; ``None``: it is not finished."""
        for row in self._rows(
            "SELECT analysis ->> '$.made_with' AS made_with FROM meetings WHERE content_hash = ? AND state = 'done'",
            content_hash,
        ):
            return tuple(json.loads(row["made_with"] or "[]"))
        return None

    def known(self, content_hash: str) -> dict[str, Any] | None:
        """Return what was said about a meeting when it was last worked on."""
        for row in self._rows("SELECT known FROM meetings WHERE content_hash = ?", content_hash):
            return dict(json.loads(row["known"]))
        return None

    def failure(self, content_hash: str) -> str | None:
        """Return why a meeting failed; ``None`` if it did not."""
        rows = self._rows("SELECT reason FROM meetings WHERE content_hash = ? AND state = 'failed'", content_hash)
        return str(rows[0]["reason"]) if rows else None

    def intake(self, meeting: str) -> tuple[Path, str, dict[str, Any]]:
        """Return where a meeting's file was last seen, its content hash, and what was said about it."""
        row = self._rows("SELECT source_path, content_hash, known FROM meetings WHERE id = ?", meeting)[0]
        return Path(row["source_path"]), row["content_hash"], dict(json.loads(row["known"]))

    def find(self, reference: str) -> str:
        """Return the id of the meeting that ``reference`` means: an id's beginning, a file name, or ``last``.

        Raises:
            NotFoundError: none, or more than one.

        """
        if reference == "last":
            rows = self._rows("SELECT id FROM meetings WHERE state = 'done' ORDER BY changed DESC, rowid DESC LIMIT 1")
        else:
            rows = self._rows(
                "SELECT id FROM meetings WHERE substr(id, 1, length(?1)) = ?1 OR source_name = ?1", reference
            )
        if len(rows) == 1:
            return str(rows[0]["id"])
        if not rows:
            raise NotFoundError(f"no meeting {reference!r} in the library: `analyzer list` shows them all")
        ids = ", ".join(row["id"] for row in rows)
        raise NotFoundError(f"{reference!r} may be any of {ids}: name one of these")

    def analysis(self, meeting: str) -> Analysis:
        """Return a meeting's analysis.

        Raises:
            NotFoundError: there is none, because the meeting failed or is being worked on.

        """
        for row in self._rows("SELECT analysis, state, reason FROM meetings WHERE id = ?", meeting):
            if row["analysis"]:
                return load(Analysis, row["analysis"])
            raise NotFoundError(f"meeting {meeting} has no report: {row['reason'] or 'it is not finished'}")
        raise NotFoundError(f"no meeting {meeting!r} in the library: `analyzer list` shows them all")

    # --- corrections --------------------------------------------------------------------------------------------------

    def keep_original(self, meeting: str, transcript: Transcript) -> None:
        """Keep a transcript as the engines left it, under whatever a person says against it."""
        with self._transaction():
            self._db.execute("INSERT OR REPLACE INTO originals VALUES (?, ?)", (meeting, dump(transcript)))

    def original(self, meeting: str) -> Transcript | None:
        """Return a meeting's transcript as the engines left it; ``None``: it was analysed before this was kept."""
        for row in self._rows("SELECT content FROM originals WHERE meeting = ?", meeting):
            return load(Transcript, row["content"])
        return None

    def corrections(self, meeting: str) -> list[CorrectionRow]:
        """Return what a person said against a meeting's analysis, in order."""
        rows = self._rows("SELECT content, made FROM corrections WHERE meeting = ? ORDER BY id", meeting)
        return [CorrectionRow(load(_Corrected, row["content"]).correction, row["made"]) for row in rows]

    def correct(self, meeting: str, corrections: Iterable[Correction]) -> None:
        """Keep further corrections, all or none."""
        with self._transaction():
            for one in corrections:
                self._db.execute(
                    "INSERT INTO corrections (meeting, content, made) VALUES (?, ?, ?)",
                    (meeting, dump(_Corrected(one)), self._now()),
                )

    def uncorrect(self, meeting: str, count: int = 1) -> None:
        """Remove the last corrections."""
        with self._transaction():
            self._db.execute(
                "DELETE FROM corrections WHERE id IN "
                "(SELECT id FROM corrections WHERE meeting = ? ORDER BY id DESC LIMIT ?)",
                (meeting, count),
            )

    # --- stages -------------------------------------------------------------------------------------------------------

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
        for row in self._rows("SELECT result FROM stages WHERE key = ?", key):
            return load(type_, row["result"])
        result = make()
        if not is_whole(result):
            return result
        with self._transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO stages VALUES (?, ?, ?, ?, ?)",
                (key, meeting, stage, dump(result), self._now()),
            )
        return result

    def forget(self, meeting: str, stage: str) -> None:
        """Remove the results of a stage that a later one holds in full."""
        with self._transaction():
            self._db.execute("DELETE FROM stages WHERE meeting = ? AND stage = ?", (meeting, stage))

    # --- language models ----------------------------------------------------------------------------------------------

    def get(self, key: str) -> Reply | None:
        """Return the kept reply to the request of that key."""
        for row in self._rows("SELECT content FROM replies WHERE key = ?", key):
            return Reply.model_validate_json(row["content"])
        return None

    def keep(self, reply: Reply) -> None:
        """Keep a validated reply; it goes with the meeting that is being worked on."""
        with self._transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO replies VALUES (?, ?, ?)", (reply.key, self._current, reply.model_dump_json())
            )

    def recall(self, endpoint: str) -> str | None:
        """Return the profile of an endpoint as JSON."""
        for row in self._rows("SELECT profile FROM endpoints WHERE key = ?", endpoint):
            return str(row["profile"])
        return None

    def remember(self, endpoint: str, profile: str) -> None:
        """Remember the profile of an endpoint."""
        with self._transaction():
            self._db.execute("INSERT OR REPLACE INTO endpoints VALUES (?, ?)", (endpoint, profile))

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
                self._db.execute(
                    "INSERT OR REPLACE INTO replies VALUES (?, ?, ?)", (reply.key, meeting, reply.model_dump_json())
                )
                self._db.execute("DELETE FROM waiting WHERE custom_id LIKE '%-' || ?", (reply.key,))

    def keep_rubric(self, hash_: str, content: str) -> None:
        """Keep the text of a rubric, for the reports that were made with it."""
        with self._transaction():
            self._db.execute("INSERT OR IGNORE INTO rubrics VALUES (?, ?)", (hash_, content))

    def rubric(self, hash_: str) -> str | None:
        """Return the text of the rubric of that hash."""
        for row in self._rows("SELECT content FROM rubrics WHERE hash = ?", hash_):
            return str(row["content"])
        return None

    def earlier_promises(self, info: MeetingInfo) -> list[EarlierPromise]:
        """Return the open commitments of earlier meetings of the same two people, the oldest first.

        Open is what was open on that day, whatever a person has marked since: taken in later or anew, a meeting tells
        the same.  Without the date and both names there are none: nobody knows what is earlier, or whose it is.
        """
        pair = pair_of(info)
        if not (info.date and pair):
            return []
        before = [
            undecided(one, info.date) for one in self.actions(pair) if (one.meeting.date or info.date) < info.date
        ]
        said = [one for one in self._reported(pair) if (one.meeting.date or info.date) < info.date]
        return open_before(build_ledger(before, said), info.date)

    def later_meetings(self, info: MeetingInfo) -> list[tuple[str, str]]:
        """Return id and content hash of the finished later meetings of the same two people, the oldest first."""
        pair = pair_of(info)
        if not (info.date and pair):
            return []
        rows = self._rows(
            f"SELECT id, content_hash FROM meetings m {_of(pair)}"
            "AND state = 'done' AND info ->> '$.date' > ? ORDER BY info ->> '$.date', id",
            *pair,
            info.date.isoformat(),
        )
        return [(row["id"], row["content_hash"]) for row in rows]

    # --- commitments --------------------------------------------------------------------------------------------------

    def actions(self, pair: Pair | None = None) -> list[Action]:
        """Return all commitments, or a pair's, with their status, in order of meeting date and talk."""
        rows = self._rows(
            "SELECT c.id, c.content, m.info, coalesce(d.status, 'open') AS status, d.decided FROM meetings m "
            f"JOIN commitments c ON c.meeting = m.id LEFT JOIN decisions d ON d.commitment = c.id {_of(pair)}"
            "ORDER BY m.info ->> '$.date', m.added, m.id, c.position",
            *(pair or ()),
        )
        return [
            Action(r["id"], load(MeetingInfo, r["info"]), load(Commitment, r["content"]), r["status"], r["decided"])
            for r in rows
        ]

    def _reported(self, pair: Pair | None = None) -> list[Reported]:
        rows = self._rows(
            f"SELECT m.info, f.content FROM meetings m JOIN follow_ups f ON f.meeting = m.id {_of(pair)}"
            "ORDER BY m.info ->> '$.date', m.added, m.id, f.position",
            *(pair or ()),
        )
        return [Reported(load(MeetingInfo, r["info"]), load(FollowUp, r["content"])) for r in rows]

    def ledger(self, pair: Pair | None = None) -> list[Item]:
        """Return promises across meetings, all or a pair's, in order of time."""
        return build_ledger(self.actions(pair), self._reported(pair))

    def decide(self, ids: Iterable[str], status: Status) -> None:
        """Set the status of an item by the ids of its commitments: it stays when one of their meetings is erased."""
        with self._transaction():
            self._db.executemany(
                "INSERT OR REPLACE INTO decisions VALUES (?, ?, ?)", [(id_, status, self._now()) for id_ in ids]
            )

    # --- cadence ------------------------------------------------------------------------------------------------------

    def pairs(self) -> list[Pair]:
        """Return who has meetings with whom."""
        rows = self._rows(
            "SELECT DISTINCT info ->> '$.manager' AS manager, info ->> '$.rep' AS rep FROM meetings ORDER BY 1, 2"
        )
        return [(row["manager"], row["rep"]) for row in rows if row["manager"] and row["rep"]]

    def held(self, pair: Pair) -> list[Held]:
        """Return the finished meetings of two people with their length."""
        rows = self._rows(
            "SELECT info, analysis ->> '$.transcript.source.duration' AS seconds FROM meetings m "
            f"{_of(pair)}AND analysis IS NOT NULL",
            *pair,
        )
        return [Held(load(MeetingInfo, row["info"]), row["seconds"] / 60) for row in rows]

    def plan(self, meetings: Iterable[tuple[Pair, Planned]]) -> list[Pair]:
        """Keep planned meetings, in place of what was known of the same events; return whose plans have changed."""
        meetings = list(meetings)
        uids = {one.uid for _, one in meetings}
        before = [pair for pair, plan in self.planned().items() if any(one.uid in uids for one in plan)]
        with self._transaction():
            self._db.executemany("DELETE FROM planned WHERE uid = ?", [(uid,) for uid in uids])
            self._db.executemany(
                "INSERT OR REPLACE INTO planned VALUES (?, ?, ?, ?, ?)",
                [(one.uid, one.day.isoformat(), *pair, dump(one)) for pair, one in meetings],
            )
        return list(dict.fromkeys([*before, *(pair for pair, _ in meetings)]))

    def planned(self, pair: Pair | None = None) -> dict[Pair, list[Planned]]:
        """Return planned meetings, all or a pair's, by pair and in order of their days."""
        where = "WHERE manager = ? AND rep = ? " if pair else ""
        found: dict[Pair, list[Planned]] = {}
        for row in self._rows(
            f"SELECT manager, rep, content FROM planned {where}ORDER BY manager, rep, day", *(pair or ())
        ):
            found.setdefault((row["manager"], row["rep"]), []).append(load(Planned, row["content"]))
        return found

    # --- forgetting ---------------------------------------------------------------------------------------------------

    def meetings_of(self, person: str) -> list[MeetingInfo]:
        """Return the meetings in which somebody of that very name took part, in any state."""
        rows = self._rows(
            "SELECT info FROM meetings WHERE info ->> '$.manager' = ?1 OR info ->> '$.rep' = ?1 OR EXISTS (SELECT 1 "
            "FROM json_each(analysis, '$.transcript.participants') WHERE value ->> '$.name' = ?1) "
            "ORDER BY info ->> '$.date'",
            person,
        )
        return [load(MeetingInfo, row["info"]) for row in rows]

    def erase(self, meeting: str) -> Erased:
        """Erase a meeting from all tables, and what other meetings hold of its promises.

        What a person decided stays under its number, which tells nothing: a meeting that is added again finds it.
        """
        info = load(MeetingInfo, self._rows("SELECT info FROM meetings WHERE id = ?", meeting)[0]["info"])
        rows: dict[str, int] = {}
        with self._transaction():
            touched = self._strip_promises(meeting)
            for table in self._tables_by_meeting():
                rows[table] = self._db.execute(f'DELETE FROM "{table}" WHERE meeting = ?', (meeting,)).rowcount
            # Nobody knows whose words a reply without a meeting holds; it can be asked for again.
            rows["replies"] += self._db.execute("DELETE FROM replies WHERE meeting IS NULL").rowcount
            rows["meetings"] = self._db.execute("DELETE FROM meetings WHERE id = ?", (meeting,)).rowcount
            # Names of files tell names of people, also of those that were looked at and never taken in.
            rows["files"] = self._db.execute(
                "DELETE FROM files WHERE content_hash NOT IN (SELECT content_hash FROM meetings)"
            ).rowcount
        return Erased(info, {table: count for table, count in rows.items() if count > 0}, tuple(touched))

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
        told = self._rows(
            "SELECT meeting, content FROM follow_ups UNION ALL "
            "SELECT meeting, result FROM stages WHERE stage = 'follow-through'"
        )
        later = sorted({row["meeting"] for row in told if any(id_ in row["content"] for id_ in own)} - {meeting})
        for one in later:
            self._db.execute("DELETE FROM stages WHERE meeting = ? AND stage = 'follow-through'", (one,))
            self._db.execute("DELETE FROM replies WHERE meeting = ? AND content ->> '$.prompt' LIKE 'follow%'", (one,))
        # A question that waits for its answer holds the promises of the pair's earlier meetings.
        self._db.execute(
            "DELETE FROM waiting WHERE custom_id LIKE 'follow%' AND meeting IN (SELECT later.id FROM meetings later "
            "JOIN meetings gone ON gone.id = ? WHERE later.info ->> '$.manager' IS NULL "
            "OR later.info ->> '$.manager' = gone.info ->> '$.manager')",
            (meeting,),
        )
        finished = [
            one for one in later if self._rows("SELECT 1 FROM meetings WHERE id = ? AND analysis NOT NULL", one)
        ]
        for one in finished:
            analysis = _without(self.analysis(one), own)
            self._db.execute("UPDATE meetings SET analysis = ? WHERE id = ?", (dump(analysis), one))
            self._keep_follow_ups(analysis)
        return finished

    def forget_plan(self, person: str) -> int:
        """Erase the planned meetings of somebody; return how many."""
        with self._transaction():
            return self._db.execute("DELETE FROM planned WHERE ?1 IN (manager, rep)", (person,)).rowcount

    def shred(self) -> None:
        """Make what was erased unreadable in the library's files; others that read at this moment are waited for.

        Raises:
            LibraryError: another process holds on to the file.

        """
        try:
            self._db.execute("VACUUM")
            busy = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except sqlite3.Error as error:
            raise self._broken(error) from error
        if busy:
            raise LibraryError(
                f"the rows are erased, but another analyzer reads the library in {str(self.folder)!r} at this moment: "
                "what they held may stand in its file library.db-wal until that one ends"
            )

    def is_idle(self) -> bool:
        """Return whether no process works on a meeting, so that whatever lies in the scratch folder was left behind."""
        for path in self._locks.glob("*.lock"):
            try:
                with FileLock(path, timeout=0):
                    pass
            except Timeout:
                return False
        return True

    @cached_property
    def made(self) -> str:
        """The time that results of this session carry."""
        return self._now()


@dataclass(frozen=True, slots=True)
class _Corrected:
    """A correction as it is kept: a union needs a type around it."""

    correction: Correction


def _without(analysis: Analysis, promises: set[str]) -> Analysis:
    """Return an analysis that says nothing of these earlier promises, by id."""
    kept = tuple(follow for follow in analysis.follow_ups if follow.promise.id not in promises)
    # Why something was left out of them is told in the promise's words.
    dropped = tuple(one for one in analysis.notes.dropped if one.what != "follow-through")
    return replace(analysis, follow_ups=kept, notes=replace(analysis.notes, dropped=dropped))


def _of(pair: Pair | None) -> str:
    """Return the condition for a pair's meetings ``m``; written as its index has it."""
    return "WHERE m.info ->> '$.manager' = ? AND m.info ->> '$.rep' = ? " if pair else ""


def commitment_id(meeting: str, commitment: Commitment) -> str:
    """Return eight digits that stay the same when the same promise is found again in the same meeting."""
    quote = commitment.quote
    text = json.dumps([meeting, commitment.owner, quote.turn, quote.text, commitment.action])
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _statements(script: str) -> list[str]:
    """Return a script's statements; SQLite's own ``executescript`` would commit the transaction it runs in."""
    statements, running = [], ""
    for line in script.splitlines(keepends=True):
        running += line
        if sqlite3.complete_statement(running):
            statements.append(running)
            running = ""
    return statements
