"""``analyzer batch``."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

from analyzer.cli import common

_WORD = {"done": "done", "kept": "was done", "waiting": "waiting", "failed": "FAILED", "busy": "busy"}


def batch(
    folder: Annotated[Path, typer.Argument(help="Folder with recordings and transcripts, at any depth.")],
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Try again what failed before.")] = False,
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
    from analyzer.pipeline import Pipeline
    from analyzer.store.library import Library

    settings = common.settings_of(library, engine=engine, language=language, llm=llm, llm_mode=llm_mode, rubric=rubric)
    paths = list(files_in(folder))
    pipeline = Pipeline(settings, Library(settings.library))
    outcomes = []
    with common.progress("") as update:
        pipeline.progress = update
        for position, outcome in enumerate(run_folder(pipeline, paths, retry_failed, lambda path: None), 1):
            outcomes.append(outcome)
            if outcome.doubt:
                common.say(f"{outcome.path.relative_to(folder)}: {outcome.doubt}")
            if not as_json:
                name = outcome.path.relative_to(folder)
                reason = f": {outcome.reason}" if outcome.reason else ""
                print(f"[{position}/{len(paths)}] {_WORD[outcome.state]:8} {name}{reason}", flush=True)
    counts: Counter[str] = Counter(outcome.state for outcome in outcomes)
    if as_json:
        common.print_json([_as_json(outcome) for outcome in outcomes])
    else:
        print(summary(counts, len(paths)))
    waiting = [request for outcome in outcomes for request in outcome.requests]
    if waiting:
        requests = common.write_waiting(waiting, settings.library)
        if not as_json:
            print(requests)
    if counts["failed"]:
        raise typer.Exit(1)
    if waiting:
        raise typer.Exit(4)


def summary(counts: Counter[str], total: int) -> str:
    """Return the last line of a run."""
    if not total:
        return "no recordings or transcripts in the folder"
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
