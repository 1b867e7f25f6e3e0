"""``analyzer actions``."""

from __future__ import annotations

import csv
import sys
from typing import Annotated, Any

import typer

from analyzer.cli import common

app = typer.Typer(
    help="List commitments across meetings; mark them done.", invoke_without_command=True, rich_markup_mode=None
)
_COLUMNS = (
    "id",
    "status",
    "owner",
    "action",
    "due",
    "due_text",
    "strength",
    "origin",
    "meeting",
    "date",
    "time",
    "quote",
)


@app.callback()
def actions(
    context: typer.Context,
    open_: Annotated[bool, typer.Option("--open", help="Only those that are open.")] = False,
    owner: Annotated[str | None, typer.Option(help="Only those of one person (any part of the name).")] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print as CSV.")] = False,
    library: common.LibraryFlag = None,
    as_json: common.JsonFlag = False,
) -> None:
    """List commitments across meetings; mark them done or dropped."""
    context.obj = library
    if context.invoked_subcommand:
        return
    rows = [_row(action) for action in _library(library).actions()]
    rows = [row for row in rows if not open_ or row["status"] == "open"]
    rows = [row for row in rows if owner is None or owner.casefold() in (row["owner"] or "").casefold()]
    if as_json:
        common.print_json(rows)
    elif as_csv:
        writer = csv.DictWriter(sys.stdout, _COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    elif not rows:
        common.say("no commitments")
    else:
        shown = ("id", "status", "owner", "action", "due", "date")
        common.print_table(shown, ([_cell(row[name]) for name in shown] for row in rows))


@app.command()
def done(context: typer.Context, ids: list[str]) -> None:
    """Mark commitments as done."""
    _decide(context, ids, "done")


@app.command()
def drop(context: typer.Context, ids: list[str]) -> None:
    """Mark commitments as dropped."""
    _decide(context, ids, "dropped")


@app.command()
def reopen(context: typer.Context, ids: list[str]) -> None:
    """Mark commitments as open again."""
    _decide(context, ids, "open")


def _library(folder: Any) -> Any:
    from analyzer.store.library import Library

    return Library(common.settings_of(folder).library)


def _decide(context: typer.Context, ids: list[str], status: Any) -> None:
    library = _library(context.obj)
    for reference in ids:
        print(library.decide(reference, status), status)


def _row(action: Any) -> dict[str, Any]:
    one, info = action.commitment, action.meeting
    return {
        "id": action.id,
        "status": action.status,
        "owner": one.owner,
        "action": one.action,
        "due": one.due.isoformat() if one.due else None,
        "due_text": one.due_text,
        "strength": one.strength,
        "origin": one.origin,
        "meeting": info.id,
        "date": info.date.isoformat() if info.date else None,
        "time": round(one.quote.start, 1),
        "quote": one.quote.text,
    }


def _cell(value: Any) -> str:
    """Return a cell; a leading sign that a spreadsheet would run as a formula is made plain text."""
    text = "" if value is None else str(value)
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
