"""``analyzer report``."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from analyzer.cli import common
from analyzer.errors import InputError


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
        str | None,
        typer.Argument(help="Id (or its beginning) or file name of a meeting, or `last`, which is the default."),
    ] = None,
    format_: Annotated[Format | None, typer.Option("--format", help="Print the report itself in this form.")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write it to this file instead, by its ending.")
    ] = None,
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
    from analyzer.report import sound, write

    given = {
        "a meeting": meeting is not None,
        "--format": format_ is not None,
        "--output": output is not None,
        "--embed-audio": embed_audio,
        "--for rep": for_ is Reader.rep,
        "--manager": manager is not None,
        "--today": today is not None,
        "--all": all_,
        "--aggregate": aggregate,
    }
    _refuse_what_it_ignores({name for name, is_given in given.items() if is_given}, schema)
    form = _form_of(Format.json if as_json else None, format_)
    if schema:
        common.put((json.dumps(write.schema(), ensure_ascii=False, indent=1) + "\n").encode("utf-8"), output)
        return
    store, day = common.existing_library(common.settings_of(library)), common.day_of(today)
    if aggregate:
        _aggregate(store, day, form, output)
        return
    if all_:
        _site(store, day, manager, output, as_json)
        return
    analysis = store.analysis(store.find(meeting or "last"))
    if for_ is Reader.rep:
        _rep(analysis, store, form, output)
        return
    rubric, rhythm = write.rubric_of(analysis, store), write.rhythm_of(analysis.meeting, store)
    folder = output.parent if output else Path() if form else store.reports
    played = write.clips(analysis, rubric, folder) if embed_audio else sound.linked(analysis, folder)
    if output is not None:
        chosen = form or _by_ending(output, Format)
        common.put(write.render(analysis, chosen, rubric, played, rhythm).encode("utf-8"), output)
    elif form is not None:
        print(write.render(analysis, form, rubric, played, rhythm), end="")
    else:
        print(write.write_report(analysis, store, played).page)


_FOLLOWS = {
    "--schema": (frozenset(("--output",)), "it prints the schema of the JSON form"),
    "--aggregate": (frozenset(("--format", "--output", "--today")), "it is over all managers alike"),
    "--all": (
        frozenset(("--manager", "--output", "--today")),
        "it writes the manager's HTML pages over all meetings (`analyzer report MEETING --for rep` makes the rep's copy)",
    ),
}
"""What each kind of report can follow, and why nothing else."""


def _refuse_what_it_ignores(given: set[str], schema: bool) -> None:
    """Refuse flags that this kind of report would leave unfollowed: one that is ignored is taken for done.

    Raises:
        InputError: there is one.

    """
    kind = "--schema" if schema else next((name for name in ("--aggregate", "--all") if name in given), None)
    if kind:
        follows, why = _FOLLOWS[kind]
        if beside := sorted(given - follows - {kind}):
            raise InputError(f"{kind} does not go with {' and '.join(beside)}: {why}")
    elif "--manager" in given:
        raise InputError("--manager goes with --all: it makes the site of one manager alone, and filters nothing else")
    elif "--today" in given:
        raise InputError("--today goes with --all or --aggregate: a meeting's report counts from the meeting's own day")
    elif {"--for rep", "--embed-audio"} <= given:
        raise InputError("--for rep does not go with --embed-audio: the rep's copy plays nothing")


def _form_of(by_json: Format | None, by_format: Format | None) -> Format | None:
    if by_json and by_format not in (None, by_json):
        raise InputError(f"--json does not go with --format {by_format}: choose one")
    return by_json or by_format


def _by_ending(output: Path, forms: Iterable[Format]) -> Format:
    """Return the form that a file's name ends in.

    Raises:
        InputError: in none of them.

    """
    forms = list(forms)
    for form in forms:
        if output.suffix.lower() == f".{form}":
            return form
    raise InputError(
        f"--output {str(output)!r} does not say which form to write: let it end in {_either(f'.{one}' for one in forms)}, "
        f"or add --format {_either(forms)}"
    )


def _either(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} or {last}"


def _aggregate(store: Any, today: date, form: Format | None, output: Path | None) -> None:
    """Print the aggregate, or write it where it was asked for, else page and JSON into the library."""
    from analyzer.report.aggregate import build_aggregate, render_aggregate, write_aggregate

    if form is Format.md:
        raise InputError("--aggregate has no form md: choose html or json")
    made = build_aggregate(store, today)
    if output is not None:
        chosen = form or _by_ending(output, (Format.html, Format.json))
        common.put(render_aggregate(made, chosen).encode("utf-8"), output)
        if form is None and chosen is Format.html:  # the two belong together, as in the library
            common.put(render_aggregate(made, Format.json).encode("utf-8"), output.with_suffix(".json"))
    elif form is not None:
        print(render_aggregate(made, form), end="")
    else:
        print(write_aggregate(store, made))


def _site(store: Any, today: date, manager: str | None, folder: Path | None, as_json: bool) -> None:
    """Write the pages across meetings that differ from what is there."""
    from analyzer.report.site import write_manager_site, write_site

    if manager is not None and not manager.strip():
        raise InputError(
            f"--manager {manager!r} names nobody: name the manager, or leave it away for the whole library"
        )
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
    chosen = form or (_by_ending(output, Format) if output else Format.html)
    target = output or rep_path(report_path(analysis, store, "html"), chosen)
    common.put(render_rep(analysis, chosen).encode("utf-8", "replace"), target)
