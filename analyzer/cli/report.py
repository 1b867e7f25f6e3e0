"""``analyzer report``."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from analyzer.cli import common


class Format(StrEnum):
    """The forms of a report."""

    html = "html"
    md = "md"
    json = "json"


class Reader(StrEnum):
    """Whom a report is for."""

    manager = "manager"
    rep = "rep"


def report(
    meeting: Annotated[
        str, typer.Argument(help="Id (or its beginning) or file name of a meeting, or `last`.")
    ] = "last",
    format_: Annotated[Format | None, typer.Option("--format", help="Print the report itself in this form.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write it to this file instead.")] = None,
    embed_audio: Annotated[
        bool, typer.Option("--embed-audio", help="Put short clips of the quoted words into the HTML page.")
    ] = False,
    for_: Annotated[
        Reader, typer.Option("--for", help="rep: the transcript and what both promised, no labels, no feedback.")
    ] = Reader.manager,
    all_: Annotated[
        bool, typer.Option("--all", help="Write the site across meetings: an index and a page a pair.")
    ] = False,
    manager: Annotated[
        str | None,
        typer.Option(help="With --all: the site of this manager alone, in a folder of its own (--output names it)."),
    ] = None,
    aggregate: Annotated[
        bool,
        typer.Option(
            "--aggregate",
            help="Write medians and ranges over five managers or more: no names, nothing about one person.",
        ),
    ] = False,
    today: common.TodayFlag = None,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON form's schema and exit.")] = False,
    library: common.LibraryFlag = None,
    as_json: common.JsonFlag = False,
) -> None:
    """Write a meeting's report anew and print where it lies.

    With --format, print the report itself; with --output, write it there.  With --all, write the site across meetings
    (from then on it is kept up to date) and print where its index lies.  With --aggregate, write one page and its JSON over
    the managers of the library: there is nothing to filter by, since two groups held together could show one person.
    """
    from analyzer.errors import InputError
    from analyzer.report import sound, write
    from analyzer.store.library import Library

    if schema:
        common.print_json(write.schema())
        return
    if manager is not None and not all_:
        raise InputError("--manager goes with --all: it makes the site of one manager alone, and filters nothing else")
    store, day = Library(common.settings_of(library).library), common.day_of(today)
    if aggregate:
        if all_:
            raise InputError("--aggregate is over all managers alike: leave --all away")
        _aggregate(store, day, Format.json if as_json else format_, output)
        return
    if all_:
        _site(store, day, manager, output, as_json)
        return
    analysis = store.analysis(store.find(meeting))
    if for_ is Reader.rep:
        _rep(analysis, store, Format.json if as_json else format_, output)
        return
    form = Format.json if as_json else format_
    rubric, rhythm = write.rubric_of(analysis, store), write.rhythm_of(analysis.meeting, store)
    folder = output.parent if output else Path() if form else store.reports
    played = write.clips(analysis, rubric, folder) if embed_audio else sound.linked(analysis, folder)
    if output is not None:
        chosen = form or next((f for f in Format if output.suffix == f".{f}"), Format.html)
        try:
            output.write_text(write.render(analysis, chosen, rubric, played, rhythm), encoding="utf-8")
        except OSError as error:
            raise InputError(f"the report cannot be written to {str(output)!r}: {error.strerror}") from error
        print(output)
    elif form is not None:
        print(write.render(analysis, form, rubric, played, rhythm), end="")
    else:
        print(write.write_report(analysis, store, played))


def _aggregate(store: Any, today: date, form: Format | None, output: Path | None) -> None:
    """Print the aggregate, or write it where it was asked for, else page and JSON into the library."""
    from analyzer.errors import InputError
    from analyzer.report.aggregate import build_aggregate, render_aggregate, write_aggregate

    if form is Format.md:
        raise InputError("--aggregate has no form md: choose html or json")
    made = build_aggregate(store, today)
    if output is not None:
        form = form or (Format.json if output.suffix == ".json" else Format.html)
        common.put(render_aggregate(made, form).encode("utf-8"), output)
    elif form is not None:
        print(render_aggregate(made, form), end="")
    else:
        print(write_aggregate(store, made))


def _site(store: Any, today: date, manager: str | None, folder: Path | None, as_json: bool) -> None:
    """Write the pages across meetings that differ from what is there."""
    from analyzer.errors import InputError
    from analyzer.report.site import write_manager_site, write_site

    if folder is not None and manager is None:
        raise InputError("--all keeps its site in the library: --output goes with --manager")
    site = write_manager_site(store, manager, folder, today) if manager else write_site(store, today)
    if as_json:
        written, removed = map(str, site.written), map(str, site.removed)
        common.print_json(
            {"index": str(site.index), "written": list(written), "same": site.same, "removed": list(removed)}
        )
        return
    common.say(f"{len(site.written)} pages written, {site.same} as they were, {len(site.removed)} removed")
    print(site.index)


def _rep(analysis: Any, store: Any, form: Format | None, output: Path | None) -> None:
    """Print the rep's copy, or write it where it was asked for, else beside the report."""
    from analyzer.report.rep import render_rep, rep_path
    from analyzer.report.write import report_path

    if form is not None and output is None:
        print(render_rep(analysis, form), end="")
        return
    chosen = form or next((f for f in Format if output and output.suffix == f".{f}"), Format.html)
    target = output or rep_path(report_path(analysis, store, "html"), chosen)
    common.put(render_rep(analysis, chosen).encode("utf-8", "replace"), target)
