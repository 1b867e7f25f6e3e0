"""``analyzer actions``."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from analyzer.cli import common
from analyzer.errors import InputError, NotFoundError

app = typer.Typer(
    help="List commitments across meetings; mark them done.", invoke_without_command=True, rich_markup_mode=None
)
_COLUMNS = (
    "id",
    "status",
    "overdue",
    "owner",
    "action",
    "due",
    "due_text",
    "strength",
    "origin",
    "manager",
    "rep",
    "meeting",
    "date",
    "time",
    "quote",
    "since",
    "meetings",
)
_FORMS = ("json", "csv", "markdown", "ics")


@app.callback()
def actions(
    context: typer.Context,
    open_: Annotated[bool, typer.Option("--open", help="Only those that are open.")] = False,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only open ones after their day.")] = False,
    owner: Annotated[str | None, typer.Option(help="Only those of one person (any part of the name).")] = None,
    pair: Annotated[
        str | None, typer.Option(help="Only those of two people: parts of their names, a comma between.")
    ] = None,
    since: Annotated[str | None, typer.Option(help="Only those spoken of on that day or later, as 2026-03-17.")] = None,
    today: common.TodayFlag = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print as CSV.")] = False,
    as_markdown: Annotated[
        bool, typer.Option("--markdown", help="Print as Markdown, with the history of each.")
    ] = False,
    as_ics: Annotated[bool, typer.Option("--ics", help="Print as calendar tasks (iCalendar).")] = False,
    library: common.LibraryFlag = None,
    as_json: common.JsonFlag = False,
) -> None:
    """List commitments across meetings; mark them done or dropped.

    A promise that comes up again is one line with a history; its last date counts.  Said to be done is `claimed`:
    nobody has checked it.
    """
    from analyzer.commitments.ledger import select

    context.obj = library
    if context.invoked_subcommand:
        return
    forms = [name for name, on in zip(_FORMS, (as_json, as_csv, as_markdown, as_ics), strict=True) if on]
    if len(forms) > 1:
        raise typer.BadParameter(f"choose one of --{' and --'.join(forms)}")
    day = common.day_of(today)
    ledger = _library(library).ledger()
    _say_unknown(ledger, owner, pair)
    items = select(
        ledger, day, is_open=open_, overdue=overdue, owner=owner, pair=pair,
        since=common.day_of(since, "--since") if since else None,
    )  # fmt: skip
    _print(items, day, forms[0] if forms else "table")


def _say_unknown(ledger: list[Any], owner: str | None, pair: str | None) -> None:
    """Say where a filter names nobody of whom there is a promise: an empty list would say that nothing is open.

    Raises:
        InputError: a pair of more than two.

    """
    from analyzer.commitments.ledger import is_of

    if pair is not None and len(parts := [part for part in pair.split(",") if part.strip()]) not in (1, 2):
        raise InputError(f"--pair {pair!r} names {len(parts)} people: name one or two, as --pair dana,jules")
    if owner is not None and not any(owner.casefold() in (item.owner or "").casefold() for item in ledger):
        owners = {item.owner for item in ledger if item.owner}
        common.say(f"nobody with {owner!r} in the name owns a promise in this library{_named(owners)}")
    if pair is not None and not any(item.pair and is_of(item.pair, pair) for item in ledger):
        pairs = {" and ".join(item.pair) for item in ledger if item.pair}
        common.say(f"no two people fit --pair {pair!r} in this library's promises{_named(pairs)}")


def _named(there: set[str], most: int = 10) -> str:
    names = sorted(there)
    return f": there are {'; '.join(names[:most])}{' and more' if len(names) > most else ''}" if names else ""


def _print(items: list[Any], today: Any, form: str) -> None:
    rows = [_row(item, today) for item in items]
    if form == "json":
        common.print_json([row | {"history": _history(item)} for row, item in zip(rows, items, strict=True)])
    elif form == "csv":
        writer = csv.DictWriter(sys.stdout, _COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    elif form == "markdown":
        from analyzer.report.actions import render_actions

        print(render_actions(items, today), end="")
    elif form == "ics":
        from analyzer.ics import todo_calendar

        common.put(todo_calendar(items))
    elif not rows:
        common.say("no commitments")
    else:
        shown = ("id", "status", "owner", "action", "due", "date", "meetings")
        table = [row | {"status": "overdue" if row["overdue"] else row["status"]} for row in rows]
        common.print_table(shown, ([_cell(row[name]) for name in shown] for row in table))


@app.command()
def done(context: typer.Context, ids: list[str], library: common.LibraryAgainFlag = None) -> None:
    """Mark commitments as done."""
    _decide(library or context.obj, ids, "done")


@app.command()
def drop(context: typer.Context, ids: list[str], library: common.LibraryAgainFlag = None) -> None:
    """Mark commitments as dropped."""
    _decide(library or context.obj, ids, "dropped")


@app.command()
def reopen(context: typer.Context, ids: list[str], library: common.LibraryAgainFlag = None) -> None:
    """Mark commitments as open again."""
    _decide(library or context.obj, ids, "open")


@app.command("import")
def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="CSV with columns id and status, as --csv prints it.")],
    library: common.LibraryAgainFlag = None,
) -> None:
    """Take back what was marked in a spreadsheet: the status done, dropped or open."""
    from analyzer.commitments.ledger import find_item
    from analyzer.commitments.marks import read_marks
    from analyzer.report.kept import refresh_pages

    store = _library(library or context.obj)
    items = store.ledger()
    changed, wrong = [], 0
    marks = read_marks(file)
    for mark in marks:
        try:
            item = find_item(items, mark.id)
        except NotFoundError as error:
            common.say(f"line {mark.line}: {error}")
            wrong += 1
            continue
        if mark.status not in (None, item.state):
            store.decide(item.ids, mark.status)
            print(item.id, mark.status)
            changed.append(item)
    refresh_pages(store, (item.pair for item in changed), common.day_of(None))
    common.say(f"{len(changed)} changed, {len(marks) - len(changed) - wrong} as they were, {wrong} not found")
    if wrong == len(marks) > 0:
        raise InputError(f"no line of {file.name!r} has an id of this library: `analyzer actions --csv` shows them")
    if wrong:
        raise typer.Exit(1)


def _library(folder: Any) -> Any:
    return common.existing_library(common.settings_of(folder))


def _decide(folder: Any, ids: list[str], status: Any) -> None:
    from analyzer.commitments.ledger import find_item
    from analyzer.report.kept import refresh_pages

    library = _library(folder)
    items = library.ledger()
    meant = [find_item(items, reference) for reference in ids]  # a wrong one is told before anything is marked
    for item in meant:
        library.decide(item.ids, status)
        print(item.id, status)
    refresh_pages(library, (item.pair for item in meant), common.day_of(None))


def _row(item: Any, today: Any) -> dict[str, Any]:
    one, info = item.latest.commitment, item.latest.meeting
    manager, rep = item.pair or (info.manager, info.rep)
    return {
        "id": item.id,
        "status": item.state,
        "overdue": item.is_overdue(today),
        "owner": item.owner,
        "action": one.action,
        "due": item.due,
        "due_text": item.due_text,
        "strength": one.strength,
        "origin": one.origin,
        "manager": manager,
        "rep": rep,
        "meeting": info.id,
        "date": info.date,
        "time": round(one.quote.start, 1),
        "quote": one.quote.text,
        "since": item.history[0].on,
        "meetings": len({event.meeting for event in item.history if event.meeting}),
    }


def _history(item: Any) -> list[dict[str, Any]]:
    return [
        {
            "what": event.what,
            "on": event.on,
            "meeting": event.meeting,
            "due": event.due,
            "speaker": event.quote.speaker if event.quote else None,
            "time": round(event.quote.start, 1) if event.quote else None,
            "quote": event.quote.text if event.quote else None,
        }
        for event in item.history
    ]


def _cell(value: Any) -> str:
    """Return a cell; a leading sign that a spreadsheet would run as a formula is made plain text."""
    text = "" if value is None else ("yes" if value else "") if isinstance(value, bool) else str(value)
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
