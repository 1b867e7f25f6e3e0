"""The library, the only way to SQL: meetings, stage results under content keys, commitments and their status.

Every write is one transaction.  Several processes may use one library: SQLite's write-ahead log lets them read while
one writes, and `Library.claim` keeps two from working on the same meeting; the system releases a claim when its
process dies.

The rest of the program imports from here; each module beside it holds one subject.
"""

from __future__ import annotations

from analyzer.model import Analysis
from analyzer.store.cadence import Cadence
from analyzer.store.corrections import Corrections
from analyzer.store.database import DATABASE, remove, utc_now
from analyzer.store.forgetting import Erased, Forgetting
from analyzer.store.kept import Kept
from analyzer.store.meetings import MeasuredRow, MeetingRow, Meetings, State
from analyzer.store.promises import Promises, commitment_id

__all__ = ["DATABASE", "Erased", "Library", "MeasuredRow", "MeetingRow", "State", "commitment_id", "remove", "utc_now"]


class Library(Forgetting, Meetings, Corrections, Promises, Kept, Cadence):
    """All subjects over one folder."""

    def finish(self, analysis: Analysis) -> None:
        """Record a meeting's analysis and its commitments, all or nothing."""
        with self._transaction():
            self._keep_analysis(analysis)
            self._keep_promises(analysis)
