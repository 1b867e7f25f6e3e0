"""``analyzer calendar``."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from analyzer.cli import common
from analyzer.errors import InputError

app = typer.Typer(
    help="Planned one-to-ones: take them in, see which were held, write the next.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
_AHEAD = timedelta(days=180)
"""How far series are unrolled."""
ManagerFlag = Annotated[str | None, typer.Option(help="The manager, where all events of the file are with one rep.")]
RepFlag = Annotated[str | None, typer.Option(help="The rep, where all events of the file are with one manager.")]


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A calendar file (.ics).", show_default=False)],
    manager: ManagerFlag = None,
    rep: RepFlag = None,
    today: common.TodayFlag = None,
    library: common.LibraryFlag = None,
) -> None:
    """Take planned one-to-ones in; the same event again replaces what was known of it.

    Without --manager and --rep, events count in which both names of two people with meetings in the library stand.
    """
    from analyzer.ics import read_plan
    from analyzer.report.kept import refresh_pages
    from analyzer.store.library import Library

    if (manager is None) != (rep is None):
        raise InputError("--manager and --rep belong together: give both, or neither")
    store = Library(common.settings_of(library).library)
    pair = (manager, rep) if manager and rep else None
    plan = read_plan(file, store.pairs(), pair, common.day_of(today) + _AHEAD)
    refresh_pages(store, store.plan(plan.meetings), common.day_of(today))
    for title in plan.others:
        common.say(f"left out, of no pair in the library: {title!r} (--manager and --rep say whose it is)")
    for title, reason in plan.odd:
        common.say(f"left out: {title!r}: {reason}; set it right in the calendar and export it again")
    print(f"{len(plan.meetings)} planned one-to-ones taken in, {len(plan.others) + len(plan.odd)} events left out")
    if plan.odd:
        raise typer.Exit(1)


@app.command()
def show(
    pair: Annotated[str | None, typer.Option(help="Only these two: any part of their names, with a comma.")] = None,
    today: common.TodayFlag = None,
    library: common.LibraryFlag = None,
    as_json: common.JsonFlag = False,
) -> None:
    """List planned one-to-ones beside those that were held: held, moved, missed, cancelled, ahead, unplanned."""
    from analyzer.cadence import reconcile
    from analyzer.commitments.ledger import is_of

    store, day = common.existing_library(common.settings_of(library)), common.day_of(today)
    rows = [
        _row(whose, slot)
        for whose, plan in store.planned().items()
        if is_of(whose, pair)
        for slot in reconcile(plan, store.held(whose), day)
    ]
    if as_json:
        common.print_json(rows)
    elif not rows:
        common.say("no planned one-to-ones: analyzer calendar import FILE.ics takes them in")
    else:
        heads = list(rows[0])
        common.print_table(heads, (["" if row[name] is None else str(row[name]) for name in heads] for row in rows))


@app.command()
def export(
    meeting: Annotated[str, typer.Argument(help="The meeting before: id, file name, or `last`.")] = "last",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write it to this file instead.")] = None,
    today: common.TodayFlag = None,
    library: common.LibraryFlag = None,
) -> None:
    """Write the next one-to-one as a calendar file: what is open, and topics that stayed at facts.

    Its day is the next planned one, else it follows from the days so far.
    """
    from analyzer.cadence import agenda, next_meeting
    from analyzer.commitments.ledger import pair_of
    from analyzer.ics import meeting_calendar
    from analyzer.report.write import rubric_of
    from analyzer.store.library import utc_now

    store, day = common.existing_library(common.settings_of(library)), common.day_of(today)
    analysis = store.analysis(store.find(meeting))
    info = analysis.meeting
    pair = pair_of(info)
    if pair is None or info.date is None:
        raise InputError(
            f"meeting {info.id} has no date or not both names, so the next one is not known: upload it again with --date, "
            "--manager and --rep"
        )
    planned = next_meeting(store.plan_of(pair), store.held(pair), info.date, day)
    lines = agenda(analysis, store.ledger(pair), rubric_of(analysis, store), day)
    text = meeting_calendar(planned, info.id, f"One-to-one {pair[0]} and {pair[1]}", lines, utc_now())
    common.put(text, output)


def _row(pair: tuple[str, str], slot: Any) -> dict[str, Any]:
    planned, held = slot.planned, slot.held
    return {
        "pair": f"{pair[0]}, {pair[1]}",
        "state": slot.state,
        "planned": planned.on if planned else None,
        "held": held.meeting.date if held else None,
        "minutes_planned": planned.minutes if planned else None,
        "minutes_held": round(held.minutes, 1) if held else None,
        "meeting": held.meeting.id if held else None,
    }
