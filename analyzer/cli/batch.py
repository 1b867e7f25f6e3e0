"""``analyzer batch``."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from analyzer.cli import common

if TYPE_CHECKING:
    from analyzer.batch.folder import Outcome

_WORD = {"done": "done", "kept": "was done", "waiting": "waiting", "failed": "FAILED", "busy": "busy"}


def batch(
    folder: Annotated[Path, typer.Argument(help="Folder with recordings and transcripts, at any depth.")],
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Try again what failed before.")] = False,
    watch: Annotated[
        bool,
        typer.Option("--watch", help="Wait for more, and take each file once it has stopped growing; Ctrl-C ends."),
    ] = False,
    library: common.LibraryFlag = None,
    engine: common.EngineFlag = None,
    language: common.LanguageFlag = None,
    llm: common.LLMFlag = None,
    llm_mode: common.LLMModeFlag = None,
    rubric: common.RubricFlag = None,
    as_json: common.JsonFlag = False,
) -> None:
    """Take a folder in; run again, it does only what is left.

    Recordings and transcripts at any depth; one that fails does not stop the others.
    """
    from analyzer.batch.folder import files_in, run_folder
    from analyzer.batch.watch import watched
    from analyzer.pipeline import Pipeline
    from analyzer.store.library import Library

    settings = common.settings_of(library, engine=engine, language=language, llm=llm, llm_mode=llm_mode, rubric=rubric)
    paths = list(files_in(folder))
    whole = "" if watch else f"/{len(paths)}"
    pipeline = Pipeline(settings, Library(settings.library))
    outcomes: list[Outcome] = []
    started: list[Path] = []
    with common.progress("") as update, _until_stopped(watch, folder, len(paths), started, outcomes):
        pipeline.progress = lambda what, at, of: update(f"{started[-1].relative_to(folder)}: {what}", at, of)
        coming = watched(folder, time.monotonic, time.sleep) if watch else paths
        for outcome in run_folder(pipeline, coming, retry_failed, started.append):
            outcomes.append(outcome)
            name = outcome.path.relative_to(folder)
            for warning in outcome.warnings:
                common.say(f"{name}: {warning}")
            if not as_json:
                reason = f": {outcome.reason}" if outcome.reason else ""
                print(f"[{len(outcomes)}{whole}] {_WORD[outcome.state]:8} {name}{reason}", flush=True)
    counts: Counter[str] = Counter(outcome.state for outcome in outcomes)
    if as_json:
        common.print_json([_as_json(outcome) for outcome in outcomes])
    else:
        print(summary(counts, len(outcomes), watch))
    waiting = [request for outcome in outcomes for request in outcome.requests]
    if waiting:
        requests = common.write_waiting(waiting, pipeline.library)
        if not as_json:
            print(requests)
    if outcomes and all(outcome.missing for outcome in outcomes):
        raise typer.Exit(3)
    if counts["failed"]:
        raise typer.Exit(1)
    if waiting:
        raise typer.Exit(4)


@contextmanager
def _until_stopped(
    watch: bool, folder: Path, files: int, started: list[Path], outcomes: list[Outcome]
) -> Iterator[None]:
    """Take Ctrl-C for the end of a watch, which has no other; say what it broke into, and that nothing is lost."""
    if watch:
        common.say(f"waiting for recordings and transcripts in {str(folder)!r}; Ctrl-C ends")
    try:
        yield
    except KeyboardInterrupt:
        broken = started and started[-1] not in (outcome.path for outcome in outcomes)
        there = f"{started[-1].relative_to(folder)}: broken off; the next run goes on there" if broken else ""
        if not watch:
            common.say(f"analyzer: stopped after {len(outcomes)} of {files} files; {there or 'the next run goes on'}")
            raise typer.Exit(130) from None
        if there:
            common.say(there)


def summary(counts: Counter[str], total: int, watch: bool = False) -> str:
    """Return the last line of a run."""
    if not total:
        return "nothing was finished" if watch else "no recordings or transcripts in the folder"
    parts = [f"{counts['done']} done", f"{counts['kept']} were done before", f"{counts['failed']} failed"]
    if counts["waiting"]:
        parts.append(f"{counts['waiting']} wait for replies")
    if counts["busy"]:
        parts.append(f"{counts['busy']} busy in another process")
    return f"{total} files: " + ", ".join(parts)


def _as_json(outcome: Any) -> dict[str, str]:
    return {
        "file": str(outcome.path),
        "state": outcome.state,
        "meeting": outcome.meeting,
        "reason": outcome.reason,
    }
