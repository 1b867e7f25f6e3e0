"""The files of a folder that may be meetings, and one run over them; the library is the queue."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from analyzer.errors import AnalyzerError, InputError, MissingError
from analyzer.intake import Intake
from analyzer.llm.replies import Waiting, WaitingError
from analyzer.pipeline import Pipeline
from analyzer.report.view import warnings
from analyzer.store.library import DATABASE

SUFFIXES = frozenset(
    ".wav .mp3 .m4a .mp4 .mov .m4v .webm .ogg .oga .opus .flac .wma .aac .ac3 .aiff .aif .caf .mka .mkv .avi .amr .3gp "
    ".vtt .srt .txt .json".split()
)
"""What is taken from a folder; a single file of any name can be uploaded."""

State = Literal["done", "kept", "waiting", "failed", "busy"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file."""

    path: Path
    state: State
    """``kept``: finished in an earlier run.  ``busy``: another process works on it."""
    reason: str = ""
    meeting: str = ""
    requests: tuple[Waiting, ...] = ()
    """What it waits for."""
    warnings: tuple[str, ...] = ()
    """What its page warns of."""
    missing: bool = False
    """Whether it failed for something that this machine lacks; the next run tries it again."""


def files_in(folder: Path) -> Iterator[Path]:
    """Yield the files that may be meetings, in order of path.

    Left out are hidden files, sidecars, and what lies in a library: its reports are no transcripts.

    Raises:
        InputError: there is no such folder.

    """
    if not folder.is_dir():
        what = "is a file: use `analyzer upload` for it" if folder.exists() else "does not exist"
        raise InputError(f"the folder {str(folder)!r} {what}")
    paths = sorted(folder.rglob("*"))
    libraries = {path.parent for path in paths if path.name == DATABASE}
    for path in paths:
        if not libraries.isdisjoint(path.parents):
            continue
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if not hidden and path.suffix.lower() in SUFFIXES and not path.name.endswith(".meta.json") and path.is_file():
            yield path


def run_folder(
    pipeline: Pipeline, paths: Iterable[Path], retry_failed: bool, on_start: Callable[[Path], None]
) -> Iterator[Outcome]:
    """Yield what became of each file, as ``paths`` gives them; one that fails does not stop the others.

    Where the machine lacks what a recording needs, transcripts still go through, and the next run tries it again.
    """
    for path in paths:
        try:
            intake = pipeline.intake(path)
        except AnalyzerError as error:
            yield Outcome(path, "failed", str(error))
            continue
        yield _one(pipeline, intake, retry_failed, on_start)


def _one(pipeline: Pipeline, intake: Intake, retry_failed: bool, on_start: Callable[[Path], None]) -> Outcome:
    if pipeline.is_finished(intake):
        return Outcome(intake.path, "kept", meeting=intake.id)
    reason = pipeline.library.failure(intake.content_hash)
    if reason and not retry_failed:
        return Outcome(intake.path, "failed", f"{reason} (failed in an earlier run; --retry-failed tries again)")
    with pipeline.library.claim(intake.id, wait=0) as mine:
        if not mine:
            return Outcome(intake.path, "busy", "another analyzer works on it")
        if pipeline.is_finished(intake):
            return Outcome(intake.path, "kept", meeting=intake.id)
        on_start(intake.path)
        try:
            analysis = pipeline.run(intake)
        except WaitingError as error:
            return Outcome(intake.path, "waiting", str(error), intake.id, error.requests)
        except MissingError as error:
            return Outcome(intake.path, "failed", str(error), missing=True)
        except AnalyzerError as error:
            return Outcome(intake.path, "failed", str(error))
    return Outcome(intake.path, "done", meeting=intake.id, warnings=tuple(warnings(analysis)))
