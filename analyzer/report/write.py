"""Reports to the library's folder, whole or not at all."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from analyzer.cadence import Rhythm, rhythm
from analyzer.commitments.ledger import pair_of
from analyzer.errors import InputError, LibraryError
from analyzer.feedback.agenda import draft_agenda
from analyzer.feedback.dimensions import Dimension, dimensions
from analyzer.labels.rubric import Rubric, load_rubric, read_rubric
from analyzer.model import Analysis, MeetingInfo, Observation
from analyzer.report.html import render_html
from analyzer.report.markdown import render_markdown
from analyzer.report.rep import render_rep, rep_path
from analyzer.report.sound import SILENT, Sound, Wanted, embedded, linked, recording
from analyzer.report.view import QuoteView, ReportView, build_view
from analyzer.store.json import adapter
from analyzer.store.library import Library

FORMATS = ("html", "md", "json")


@dataclass(frozen=True, slots=True)
class Document(Analysis):
    """The ``json`` form: the analysis, and what the page makes of it."""

    dimensions: tuple[Dimension, ...] = ()
    draft_agenda: tuple[Observation, ...] = ()
    """The feedback's where it has one, else open promises and topics that were asked about and not worked on."""


@dataclass(frozen=True, slots=True)
class Written:
    """A meeting's report."""

    page: Path
    """Its HTML form."""
    renamed: tuple[Path, ...]
    """Reports of the meeting under other names: who it was with has been corrected since."""


def write_report(analysis: Analysis, library: Library, sound: Sound | None = None) -> Written:
    """Write a meeting's report in all forms, and the rep's copies that are kept beside it.

    The page plays ``sound``; if none is given, the recording where it lies.

    Raises:
        LibraryError: no room, or no right to write.

    """
    rubric = rubric_of(analysis, library)
    sound = sound or linked(analysis, library.reports)
    rhythm = rhythm_of(analysis.meeting, library)
    page = report_path(analysis, library, "html")
    kept = _files(analysis, library)
    copied = {path.suffix[1:] for path in kept if path.stem.endswith("-for-rep")}
    with writing("report", library.reports):
        for format_ in FORMATS:
            text = render(analysis, format_, rubric, sound, rhythm)
            replace_file(report_path(analysis, library, format_), text, library.scratch)
            if format_ in copied:
                replace_file(rep_path(page, format_), render_rep(analysis, format_), library.scratch)
    current = {path for format_ in FORMATS for path in (page.with_suffix(f".{format_}"), rep_path(page, format_))}
    return Written(page, tuple(path for path in kept if path not in current))


def _files(analysis: Analysis, library: Library) -> list[Path]:
    """Return the reports and rep's copies of a meeting, under whatever names."""
    mark = f"-{analysis.meeting.id}"
    names = os.listdir(library.reports)  # noqa: PTH208  (there are thousands, and a path for each costs ten times as much)
    return [library.reports / name for name in names
            if mark in name and name.rpartition(".")[0].endswith((mark, f"{mark}-for-rep"))]  # fmt: skip


def rubric_of(analysis: Analysis, library: Library) -> Rubric:
    """Return the rubric that an analysis was made with, also when its file has changed since."""
    return kept_rubric(analysis.made_with[0] if analysis.made_with else "", library)


def kept_rubric(hash_: str, library: Library) -> Rubric:
    """Return the rubric of that hash, the project's own where the library has none."""
    kept = library.rubric(hash_)
    return read_rubric(kept, hash_) if kept else load_rubric()


def rhythm_of(info: MeetingInfo, library: Library) -> Rhythm | None:
    """Return how the two people of a meeting met up to its day; ``None`` where the day or a name is not known."""
    pair = pair_of(info)
    if pair is None or info.date is None:
        return None
    others = [one for one in library.meetings_with(pair) if one.id != info.id]
    return rhythm(library.plan_of(pair), [*others, info], info.date)


def render(
    analysis: Analysis, format_: str, rubric: Rubric, sound: Sound = SILENT, rhythm: Rhythm | None = None
) -> str:
    """Return a meeting's report as ``html``, ``md`` or ``json``.

    Args:
        analysis: of the meeting.
        format_: one of `FORMATS`.
        rubric: that it was labelled by.
        sound: what the page plays.
        rhythm: of the two people's meetings up to this one; ``None``: nothing is known of others.

    """
    if format_ == "json":
        return adapter(Document).dump_json(_document(analysis, rubric, rhythm), indent=1).decode() + "\n"
    view = build_view(analysis, rubric, rhythm)
    return render_html(view, sound) if format_ == "html" else render_markdown(view)


def clips(analysis: Analysis, rubric: Rubric, folder: Path) -> Sound:
    """Return clips of all words that the report quotes, for a page that travels without its recording.

    Raises:
        InputError: the recording is not beside the page in ``folder``, nor where it was uploaded from.
        AudioError: it cannot be decoded.

    """
    path = recording(analysis, folder)
    if path is None:
        info = analysis.meeting
        raise InputError(
            f"there is no recording of meeting {info.id} to take clips from: {info.source_path!r} was looked for. "
            "Put it back, or write the report without --embed-audio"
        )
    ends = {turn.n: turn.end for turn in analysis.transcript.turns}
    quotes = _quotes(build_view(analysis, rubric))
    return embedded(path, [Wanted(q.turn, q.seconds, q.speaker, q.text, ends[q.turn]) for q in quotes])


def _quotes(view: ReportView) -> Iterator[QuoteView]:
    for one in (*view.strengths, *view.changes, *view.agenda):
        yield from one.quotes
    for dimension in view.dimensions:
        yield from dimension.quotes
    for group in view.commitments:
        yield from (promise.quote for promise in group.items)
    for earlier in view.earlier:
        yield from (promise.quote for promise in earlier.items if promise.quote)
    for topic in view.topics:
        for moment in topic.moments:
            yield from moment.quotes


def schema() -> dict[str, Any]:
    """Return the JSON schema of the ``json`` form."""
    made = adapter(Document).json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}


def report_path(analysis: Analysis, library: Library, format_: str) -> Path:
    """Return where a meeting's report lies; see `path_of`."""
    return path_of(analysis.meeting, library, format_)


def path_of(info: MeetingInfo, library: Library, format_: str) -> Path:
    """Return where a meeting's report lies; the name says what it is, and the id keeps two from being one."""
    stem = Path(info.source_name).stem
    words = [info.date.isoformat() if info.date else "", info.manager or "", info.rep or ""]
    name = "-".join(word for word in words if word) or stem
    plain = re.sub(r"[^\w-]+", "-", name).strip("-")[:80]
    return library.reports / f"{plain}-{info.id}.{format_}"


def _document(analysis: Analysis, rubric: Rubric, rhythm: Rhythm | None) -> Document:
    """Leave out the words' own times: turns carry theirs, and quotes carry theirs."""
    turns = tuple(replace(turn, words=()) for turn in analysis.transcript.turns)
    slim = replace(analysis, transcript=replace(analysis.transcript, turns=turns))
    return Document(
        **{field.name: getattr(slim, field.name) for field in fields(Analysis)},
        dimensions=dimensions(analysis, rubric, rhythm),
        draft_agenda=draft_agenda(analysis, rubric),
    )


@contextmanager
def writing(what: str, folder: Path) -> Iterator[None]:
    """Say what was to be written where, if it cannot be.

    Raises:
        LibraryError: no room, or no right to write.

    """
    try:
        yield
    except OSError as error:
        raise LibraryError(f"the {what} cannot be written to {str(folder)!r}: {error.strerror}") from error


def replace_file(path: Path, text: str, scratch: Path) -> None:
    """Put text in place of a file, whole or not at all."""
    handle, name = tempfile.mkstemp(dir=scratch, suffix=path.suffix)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace", newline="\n") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
