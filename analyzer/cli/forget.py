"""``analyzer forget``."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from analyzer.cli import common


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
    from analyzer.errors import InputError
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
    from analyzer.errors import InputError
    from analyzer.forget import expired, meant
    from analyzer.store.library import utc_now

    if reference is not None:
        return meant(store, reference)
    if settings.retention_days is None:
        raise InputError("--expired needs the setting retention_days: the age in days from which meetings are erased")
    return expired(store, settings.retention_days, utc_now().date()), None


def _show(store: Any, meetings: list[Any], person: str | None) -> None:
    from analyzer.forget import files_of

    plans = sum(len(plan) for pair, plan in store.planned().items() if person in pair)
    common.say(f"to be erased: {len(meetings)} meetings" + (f", {plans} planned ones" if plans else ""))
    for info in meetings:
        people = " with ".join(name for name in (info.manager, info.rep) if name) or "people not known"
        common.say(f"  {info.id}  {info.date or 'date not known'}  {people}  {info.source_name}")
        for path in files_of(store, info):
            common.say(f"    {path.relative_to(store.folder)}")


def _tell(gone: Any) -> None:
    for info in gone.meetings:
        print(f"forgotten: {info.id}")
    for table, count in gone.rows.items():
        print(f"rows of {table}: {count}")
    for path in gone.files:
        print(f"file: {path.name}")
    if gone.requests:
        print(f"requests in files: {gone.requests}")
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
