"""``analyzer list``."""

from __future__ import annotations

from dataclasses import asdict

from analyzer.cli import common


def list_(library: common.LibraryFlag = None, as_json: common.JsonFlag = False) -> None:
    """List the meetings in the library, latest first."""
    from analyzer.store.library import Library

    rows = Library(common.settings_of(library).library).meetings()
    if as_json:
        common.print_json([{**asdict(row.info), "state": row.state, "reason": row.reason} for row in rows])
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
                    f"{row.state}: {row.reason}" if row.reason else row.state,
                )
                for row in rows
            ),
        )
