"""``analyzer forget``."""

from __future__ import annotations

import sys
from collections import Counter
from typing import Annotated, Any

import typer

from analyzer.cli import common
from analyzer.errors import InputError

_ROWS = {
    "meetings": ("meeting", "meetings"),
    "commitments": ("promise", "promises"),
    "follow_ups": ("word on what became of an earlier promise", "words on what became of earlier promises"),
    "originals": ("transcript", "transcripts"),
    "corrections": ("correction", "corrections"),
    "stages": ("kept result of a stage", "kept results of stages"),
    "replies": ("kept reply of a language model", "kept replies of a language model"),
    "waiting": ("request that waited", "requests that waited"),
    "files": ("file's fingerprint", "files' fingerprints"),
    "planned": ("planned meeting", "planned meetings"),
}
"""What the rows of each table are to the user, one and several."""


def forget(
    reference: Annotated[
        str | None, typer.Argument(metavar="MEETING|PERSON", help="Id or file name of a meeting, or a whole name.")
    ] = None,
    expired: Annotated[bool, typer.Option("--expired", help="Meetings older than the setting retention_days.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Erase without asking.")] = False,
    library: common.LibraryFlag = None,
    as_json: common.JsonFlag = False,
) -> None:
    """Erase a meeting, or all meetings of a person: rows, kept replies, waiting requests, pages, tracks.

    Shows first what it will erase.  Recordings outside the library are named, not removed.
    """
    from analyzer.forget import forget as erase
    from analyzer.forget import outside
    from analyzer.store.library import Library

    if (reference is None) != expired:
        raise InputError("say what to forget: a meeting, a person's whole name, or --expired")
    settings = common.settings_of(library)
    store = Library(settings.library)
    meetings, person = _meant(store, settings, reference)
    if not meetings and person is None:
        common.say(f"nothing is older than {settings.retention_days} days")
        if as_json:
            common.print_json({"meetings": [], "rows": {}, "files": [], "requests": 0, "rewritten": [], "outside": []})
        return
    _show(store, meetings, person)
    if not yes and not (sys.stdin.isatty() and typer.confirm("Erase this?", err=True)):
        raise InputError("nothing was erased: --yes erases what is listed above")
    gone = erase(store, meetings, person)
    left = list(outside(meetings))
    if as_json:
        common.print_json(_as_json(gone) | {"outside": [str(path) for path in left]})
    else:
        _tell(gone)
    for path in left:
        common.say(f"left where it is, outside the library: {path}")


def _meant(store: Any, settings: Any, reference: str | None) -> tuple[list[Any], str | None]:
    from analyzer.forget import expired, meant
    from analyzer.store.library import utc_now

    if reference is not None:
        return meant(store, reference)
    if settings.retention_days is None:
        raise InputError("--expired needs the setting retention_days: the age in days from which meetings are erased")
    return expired(store, settings.retention_days, utc_now().date()), None


def _show(store: Any, meetings: list[Any], person: str | None) -> None:
    from analyzer.forget import files_of
    from analyzer.report.words import people

    plans = sum(len(plan) for pair, plan in store.planned().items() if person in pair)
    planned = f", {_counted('planned', plans)}" if plans else ""
    common.say(f"to be erased: {_counted('meetings', len(meetings))}{planned}")
    files = files_of(store, meetings)
    times = Counter(path for found in files.values() for path in found)
    for info in meetings:
        common.say(f"  {info.id}  {info.date or 'date not known'}  {people(info)}  {info.source_name}")
        for path in files[info.id]:
            if times[path] == 1:
                common.say(f"    {path.relative_to(store.folder)}")
    if shared := sorted(path for path, count in times.items() if count > 1):
        common.say("  pages on which several of them are named:")
        for path in shared:
            common.say(f"    {path.relative_to(store.folder)}")


def _counted(table: str, count: int) -> str:
    """Return how many of what were erased; a table that has no words here goes by its name."""
    one, several = _ROWS.get(table, (f"row of {table}", f"rows of {table}"))
    return f"{count} {one if count == 1 else several}"


def _tell(gone: Any) -> None:
    for info in gone.meetings:
        print(f"forgotten: {info.id}")
    for table, count in gone.rows.items():
        print(f"erased: {_counted(table, count)}")
    for path in gone.files:
        print(f"file: {path.name}")
    if gone.requests:
        print(f"erased: {gone.requests} {'request' if gone.requests == 1 else 'requests'} in files")
    for meeting in gone.rewritten:
        print(f"rid of its promises, report written anew: {meeting}")


def _as_json(gone: Any) -> dict[str, Any]:
    return {
        "meetings": [info.id for info in gone.meetings],
        "rows": gone.rows,
        "files": [str(path) for path in gone.files],
        "requests": gone.requests,
        "rewritten": list(gone.rewritten),
    }
