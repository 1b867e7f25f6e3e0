"""What several commands share: their common flags, progress, and how results are printed."""

from __future__ import annotations

import datetime as dt
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from analyzer.errors import InputError

if TYPE_CHECKING:  # they load pydantic, which `--help` does without
    from analyzer.config import Settings
    from analyzer.llm.replies import Waiting
    from analyzer.model import Analysis
    from analyzer.store.library import Library
    from analyzer.transcript.metadata import Known


def _folder(said: str | Path) -> Path:
    if not str(said):
        raise typer.BadParameter("it names no folder: name the library's, or leave --library away")
    return Path(said)


LibraryFlag = Annotated[
    Path | None,
    typer.Option(
        "--library",
        help="Folder of the library.",
        envvar="ANALYZER_LIBRARY",
        show_default=False,
        parser=_folder,
        metavar="FOLDER",
    ),
]
LibraryAgainFlag = Annotated[
    Path | None,
    typer.Option("--library", help="Folder of the library.", show_default=False, parser=_folder, metavar="FOLDER"),
]  # behind a subcommand; no variable, which would win over the flag before it
EngineFlag = Annotated[
    str | None,
    typer.Option(
        "--engine",
        help="What turns audio into words: auto, whisper:SIZE, whisper:FOLDER, or sphinx (weak, needs no model).",
        envvar="ANALYZER_ENGINE",
        show_default=False,
    ),
]
LanguageFlag = Annotated[
    str | None, typer.Option("--language", help="Language spoken, as en or de.", envvar="ANALYZER_LANGUAGE")
]
LLMFlag = Annotated[
    str | None,
    typer.Option(
        "--llm",
        help="Model that labels and extracts, at OPENAI_BASE_URL; none: the local engine, no network.",
        envvar="ANALYZER_LLM",
        show_default=False,
    ),
]
LLMModeFlag = Annotated[
    str | None,
    typer.Option(
        "--llm-mode",
        help="live; deferred: write the requests to a batch file; replay: kept replies alone.",
        envvar="ANALYZER_LLM_MODE",
        show_default=False,
    ),
]
RubricFlag = Annotated[
    Path | None,
    typer.Option("--rubric", help="A rubric of your own.", envvar="ANALYZER_RUBRIC", show_default=False),
]
TodayFlag = Annotated[
    str | None, typer.Option("--today", help="The day from which to count, as 2026-03-17; else today.")
]
JsonFlag = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def settings_of(library: Path | None = None, **flags: object) -> Settings:
    """Return the settings in force; flags win, and those that were not given are ``None``.

    Raises:
        InputError: a setting that means nothing, or ``--llm-mode`` where there is no model to ask in that way.

    """
    from analyzer.config import resolve

    settings = resolve(None, library=library, **flags)
    mode = settings.llm_mode
    # Commands that take meetings in choose an engine; the others ask the model that a meeting or an eval names.
    if "engine" in flags and mode != "live" and not settings.llm:
        raise InputError(
            f"--llm-mode {mode} needs a model to ask: name it with --llm, or say --llm none to label without one"
        )
    return settings


def existing_library(settings: Settings) -> Library:
    """Return the library for a command that takes nothing in: none is made where a path is mistyped.

    The user's own folder, where nobody named another, may still be empty.

    Raises:
        InputError: there is none where one was named.

    """
    from analyzer.store.library import DATABASE, Library

    named = "library" in settings.model_fields_set
    if named and not (settings.library / DATABASE).is_file():
        raise InputError(
            f"there is no library at {str(settings.library)!r}: set --library, ANALYZER_LIBRARY or the settings file right; "
            "`analyzer upload` and `batch` make one"
        )
    return Library(settings.library)


def known_of(
    date: str | None, manager: str | None, rep: str | None, title: str | None, channels: str | None, consent: str | None
) -> Known:
    """Return what the flags say of a meeting.

    Raises:
        InputError: a date or a channel map that means nothing.

    """
    from analyzer.transcript.metadata import channel_map, known, parse_date

    day = parse_date(date) if date else None
    if date and (day is None or len(date) != 10):
        raise InputError(f"--date {date!r} is no date: write it as 2026-03-17")
    try:
        people = channel_map(channels.split(",")) if channels else None
    except ValueError as error:
        raise InputError(
            f"--channels {channels!r}: {error}; say who is on the first, the second and so on, as manager,rep"
        ) from error
    if people and len(people) < 2:
        raise InputError(f"--channels {channels!r}: say who is on each channel, as manager,rep or rep,manager")
    return known("flag", date=day, manager=manager, rep=rep, title=title, channels=people, consent=consent)


def parts_of(said: str, flag: str, example: str) -> tuple[str, str]:
    """Return the two sides of what a flag names as NAME=VALUE.

    Raises:
        InputError: it has not both; with the example, as one would type it.

    """
    name, equals, value = (part.strip() for part in said.partition("="))
    if not (equals and name and value):
        raise InputError(f"{flag} {said!r}: write it as {example}")
    return name, value


def day_of(said: str | None, flag: str = "--today") -> dt.date:
    """Return the day that a flag names, today where it was not given.

    Raises:
        InputError: it is no date.

    """
    if said is None:
        return dt.date.today()
    try:
        return dt.date.fromisoformat(said)
    except ValueError:
        raise InputError(f"{flag} {said!r} is no date: write it as 2026-03-17") from None


def put(content: bytes, output: Path | None = None) -> None:
    """Print a file's content as it is, or write it and print where.

    Raises:
        InputError: it cannot be written.

    """
    if output is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        raise InputError(f"{str(output)!r} cannot be written: {error.strerror}") from error
    print(output)


def say(text: str) -> None:
    """Print a line for the person at the terminal (standard error)."""
    print(text, file=sys.stderr, flush=True)


def print_json(value: Any) -> None:
    """Print a result as JSON (standard output)."""
    print(json.dumps(value, ensure_ascii=False, indent=1, default=str))


def print_table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Print rows in columns as wide as the terminal allows; whole and tab-separated where there is no terminal."""
    heads, rows = list(heads), [list(row) for row in rows]
    if not sys.stdout.isatty():
        for row in [heads, *rows]:
            print("\t".join(" ".join(cell.split()) for cell in row))
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for head in heads:
        table.add_column(head)
    for row in rows:
        table.add_row(*[Text(cell) for cell in row])
    Console().print(table)


class LineProgress:
    """Progress where there is no terminal: a plain line now and then."""

    def __init__(self, name: str, every: float = 15.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._name = name
        self._every = every
        self._clock = clock
        self._last = clock()
        self._what = ""
        self._began = (0.0, 0.0)

    def __call__(self, what: str, at: float, of: float | None) -> None:
        """Take note of how far it is."""
        now = self._clock()
        if what != self._what:
            self._what, self._began = what, (now, at)
        if now - self._last < self._every:
            return
        self._last = now
        whole = f" of {of / 60:.1f}" if of else ""
        name = f"{self._name}: " if self._name else ""
        say(f"{name}{what} {at / 60:.1f}{whole} min{self._left(now, at, of)}")

    def _left(self, now: float, at: float, of: float | None) -> str:
        """Return the time that is left at the pace since this stage began; nothing where there is no pace yet."""
        began, first = self._began
        if not of or at <= first or now <= began:
            return ""
        left = (of - at) * (now - began) / (at - first)
        return f", about {left / 60:.0f} min left" if left >= 90 else f", about {left:.0f} s left"


@contextmanager
def progress(name: str) -> Iterator[Any]:
    """Yield a progress callback: a bar by audio time in a terminal, plain lines elsewhere.

    Without a name, what is done has to name the file.
    """
    if not sys.stderr.isatty():
        yield LineProgress(name)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.fields[name]}"), TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", name=name, total=None)

        def update(what: str, at: float, of: float | None) -> None:
            if bar.tasks[0].description != what:  # each stage has a pace of its own
                bar.reset(task, description=what)
            bar.update(task, completed=at, total=of)

        yield update


def write_waiting(requests: Iterable[Waiting], library: Library) -> Path:
    """Write the requests that have to be answered by file; tell the person what to do with it."""
    from analyzer.llm.deferred import write_requests
    from analyzer.store.library import utc_now

    requests = list(requests)
    path = write_requests(requests, library.deferred / f"{utc_now():%Y%m%dT%H%M%S}-{len(requests)}.jsonl")
    say(
        f"{len(requests)} requests wait for replies. Have this file answered as a batch of /v1/chat/completions, then: "
        "analyzer replies import ANSWERS"
    )
    return path


def say_paid(analysis: Analysis) -> None:
    """Say what a language model cost, if one was asked."""
    for made in analysis.provenance:
        if made.stage == "llm":
            say(f"{made.model}, {made.settings['endpoint']}: {made.settings['paid']}")


def say_warnings(analysis: Analysis) -> None:
    """Say what the page warns of: names that seem exchanged or that nobody bears, sound that could not be heard."""
    from analyzer.report.view import warnings

    for found in warnings(analysis):
        say(f"{analysis.meeting.source_name}: {found}")


def offer_model(settings: Settings) -> bool:
    """Offer to fetch a model where somebody sits at a terminal; return whether one is there now."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    from analyzer.audio.models import MEGABYTES
    from analyzer.cli.models import pull_with_bar

    if not typer.confirm(f"No Whisper model is here. Fetch whisper:small ({MEGABYTES['small']} MB) now?", err=True):
        return False
    pull_with_bar("whisper:small", settings)
    return True
