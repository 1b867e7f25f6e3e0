"""Pages that a library keeps say what it says: whatever changes it comes by here, and the pages touched are made anew.

What is about two people changes with a meeting of theirs, with a mark on one of their promises and with their calendar.
Their page and the index show all of it; of the reports of their other meetings, the cadence alone follows from more than
that meeting.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable

from analyzer.cadence import rhythm
from analyzer.commitments.ledger import Pair, pair_of
from analyzer.errors import NotFoundError
from analyzer.feedback.dimensions import Dimension, cadence
from analyzer.model import MeetingInfo
from analyzer.report.site import refresh_pairs
from analyzer.report.write import path_of, write_report
from analyzer.store.json import dump
from analyzer.store.library import Library


def refresh_pages(library: Library, pairs: Iterable[Pair | None], today: dt.date, since: dt.date | None = None) -> None:
    """Make anew what shows something else of these pairs now.

    Args:
        library: whose pages.
        pairs: ``None`` among them, people who are not known, stand on the index alone.
        today: by which promises are overdue.
        since: meetings before that day are as they were; ``None``: any may have changed.

    Raises:
        LibraryError: no room, or no right to write.

    """
    touched = list(dict.fromkeys(pairs))
    refresh_reports(library, [pair for pair in touched if pair], since)
    refresh_pairs(library, touched, today)


def refresh_meeting(library: Library, before: MeetingInfo | None, now: MeetingInfo, today: dt.date) -> None:
    """Make anew what a meeting touches besides its own report, also where it stood under other names or another day."""
    both = [info for info in (before, now) if info]
    days = [info.date for info in both if info.date]
    refresh_pages(library, (pair_of(info) for info in both), today, min(days, default=dt.date.max))


def refresh_reports(library: Library, pairs: Iterable[Pair], since: dt.date | None = None) -> None:
    """Make anew the reports of these pairs' meetings whose cadence is another one now; see `refresh_pages`."""
    for pair in pairs:
        own, plan = library.meetings_with(pair), library.plan_of(pair)
        for info in own:
            if info.date and (since is None or info.date >= since):
                _refresh_report(library, info, cadence(rhythm(plan, own, info.date)))


def _refresh_report(library: Library, info: MeetingInfo, now: Dimension) -> None:
    """Write a report that says another cadence than it should; whoever works on its meeting writes it himself."""
    kept = path_of(info, library, "json")
    if not kept.exists() or _cadence_in(kept.read_text(encoding="utf-8")) == dump(now):
        return
    try:
        with library.claim(info.id, wait=0) as mine:
            if mine:
                write_report(library.analysis(info.id), library)
    except NotFoundError:
        return  # erased meanwhile


def _cadence_in(report: str) -> str:
    found = (one for one in json.loads(report).get("dimensions", ()) if one["id"] == "cadence")
    return json.dumps(next(found, None), ensure_ascii=False, separators=(",", ":"))
