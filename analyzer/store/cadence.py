"""One-to-ones that calendars plan, and those that were held."""

from __future__ import annotations

from collections.abc import Iterable

from analyzer.cadence import Held, Planned
from analyzer.commitments.ledger import Pair
from analyzer.model import MeetingInfo
from analyzer.store.database import Database
from analyzer.store.json import dump, load
from analyzer.store.meetings import of_pair


class Cadence(Database):
    """Planned meetings, and the lengths of those held."""

    def held(self, pair: Pair) -> list[Held]:
        """Return the finished meetings of two people with their length."""
        rows = self._rows(
            "SELECT info, analysis ->> '$.transcript.source.duration' AS seconds FROM meetings m "
            f"{of_pair(pair)}AND analysis IS NOT NULL",
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

    def plan_of(self, pair: Pair) -> list[Planned]:
        """Return the planned meetings of two people in order of their days."""
        rows = self._rows("SELECT content FROM planned WHERE manager = ? AND rep = ? ORDER BY day", *pair)
        return [load(Planned, row["content"]) for row in rows]

    def planned(self) -> dict[Pair, list[Planned]]:
        """Return all planned meetings, by pair and in order of their days."""
        found: dict[Pair, list[Planned]] = {}
        for row in self._rows("SELECT manager, rep, content FROM planned ORDER BY manager, rep, day"):
            found.setdefault((row["manager"], row["rep"]), []).append(load(Planned, row["content"]))
        return found

    def forget_plan(self, person: str) -> int:
        """Erase the planned meetings of somebody; return how many."""
        return self._write("DELETE FROM planned WHERE ?1 IN (manager, rep)", person)
