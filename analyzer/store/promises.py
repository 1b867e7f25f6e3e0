"""Promises across meetings: commitments, what people decided of them, and what later meetings say of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

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
from analyzer.model import Analysis, Commitment, EarlierPromise, FollowUp, MeetingInfo
from analyzer.store.database import Database
from analyzer.store.json import dump, load
from analyzer.store.meetings import of_pair

_IN_ORDER_OF_TALK = "ORDER BY m.info ->> '$.date', m.added, m.id, said.position"


class Promises(Database):
    """Commitments with their status, and follow-ups."""

    def actions(self, pair: Pair | None = None) -> list[Action]:
        """Return all commitments, or a pair's, with their status, in order of meeting date and talk."""
        rows = self._rows(
            "SELECT said.id, said.content, m.info, coalesce(d.status, 'open') AS status, d.decided FROM meetings m "
            "JOIN commitments said ON said.meeting = m.id LEFT JOIN decisions d ON d.commitment = said.id "
            f"{of_pair(pair)}{_IN_ORDER_OF_TALK}",
            *(pair or ()),
        )
        return [
            Action(r["id"], load(MeetingInfo, r["info"]), load(Commitment, r["content"]), r["status"], r["decided"])
            for r in rows
        ]

    def _reported(self, pair: Pair | None = None) -> list[Reported]:
        rows = self._rows(
            "SELECT m.info, said.content FROM meetings m JOIN follow_ups said ON said.meeting = m.id "
            f"{of_pair(pair)}{_IN_ORDER_OF_TALK}",
            *(pair or ()),
        )
        return [Reported(load(MeetingInfo, r["info"]), load(FollowUp, r["content"])) for r in rows]

    def ledger(self, pair: Pair | None = None) -> list[Item]:
        """Return promises across meetings, all or a pair's, in order of time."""
        return build_ledger(self.actions(pair), self._reported(pair))

    def decide(self, ids: Iterable[str], status: Status) -> None:
        """Set the status of an item by the ids of its commitments: it stays when one of their meetings is erased."""
        now = self._now()
        with self._transaction():
            self._keep_decisions((id_, status, now) for id_ in ids)

    # --- before and after a meeting -----------------------------------------------------------------------------------

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

    def later_meetings(self, info: MeetingInfo) -> list[str]:
        """Return the ids of the finished later meetings of the same two people, the oldest first."""
        pair = pair_of(info)
        if not (info.date and pair):
            return []
        rows = self._rows(
            f"SELECT id FROM meetings m {of_pair(pair)}"
            "AND state = 'done' AND info ->> '$.date' > ? ORDER BY info ->> '$.date', id",
            *pair,
            info.date.isoformat(),
        )
        return [row["id"] for row in rows]

    # --- parts of a transaction ---------------------------------------------------------------------------------------

    def _keep_promises(self, analysis: Analysis) -> None:
        """Keep a meeting's commitments and follow-ups in place of what was known of them."""
        meeting = analysis.meeting.id
        own = [(commitment_id(meeting, one), one) for one in analysis.commitments]
        decided = self._decided(meeting)
        self._keep_follow_ups(analysis)
        self._db.execute("DELETE FROM commitments WHERE meeting = ?", (meeting,))
        self._db.executemany(
            "INSERT INTO commitments VALUES (?, ?, ?, ?, ?, ?)",
            [
                (id_, meeting, position, one.owner, one.due.isoformat() if one.due else None, dump(one))
                for position, (id_, one) in enumerate(own)
            ],
        )
        self._keep_decisions(
            (id_, *before) for id_, one in own if (before := decided.get((one.quote.turn, one.quote.text)))
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

    def _keep_decisions(self, decisions: Iterable[tuple[str, str, str]]) -> None:
        """Keep a status and its time by the id of a commitment."""
        self._db.executemany("INSERT OR REPLACE INTO decisions VALUES (?, ?, ?)", decisions)

    def _keep_follow_ups(self, analysis: Analysis) -> None:
        meeting = analysis.meeting.id
        self._db.execute("DELETE FROM follow_ups WHERE meeting = ?", (meeting,))
        self._db.executemany(
            "INSERT INTO follow_ups VALUES (?, ?, ?)",
            [
                (meeting, n, dump(one))
                for n, one in enumerate(analysis.follow_ups)
                if one.outcome not in ("unmentioned", "untold")
            ],
        )


def commitment_id(meeting: str, commitment: Commitment) -> str:
    """Return eight digits that stay the same when the same promise is found again in the same meeting."""
    quote = commitment.quote
    text = json.dumps([meeting, commitment.owner, quote.turn, quote.text, commitment.action])
    return hashlib.sha256(text.encode()).hexdigest()[:8]
