"""``analyzer list``."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from analyzer.cli import common

if TYPE_CHECKING:
    from analyzer.store.library import MeetingRow


def list_(library: common.LibraryFlag = None, as_json: common.JsonFlag = False) -> None:
    """List the meetings in the library, the latest day first; `last`, the one taken in or changed last, is marked."""
    store = common.existing_library(common.settings_of(library))
    rows = store.meetings()
    last = store.find("last") if any(row.state == "done" for row in rows) else None
    if as_json:
        common.print_json(
            [
                {**asdict(row.info), "state": row.state, "reason": row.reason, "last": row.info.id == last}
                for row in rows
            ]
        )
    elif not rows:
        common.say("the library holds no meetings yet: analyzer upload FILE, or analyzer demo")
    else:
        common.print_table(
            ("meeting", "date", "manager", "rep", "title", "file", "state"),
            (
                (
                    row.info.id,
                    row.info.date.isoformat() if row.info.date else "",
                    row.info.manager or "",
                    row.info.rep or "",
                    row.info.title or "",
                    row.info.source_name,
                    _state(row) + (" (last)" if row.info.id == last else ""),
                )
                for row in rows
            ),
        )


def _state(row: MeetingRow) -> str:
    return f"{row.state}: {row.reason}" if row.reason else row.state
