"""Reports to the library's folder, whole or not at all."""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from analyzer.errors import LibraryError
from analyzer.labels.rubric import Rubric, load_rubric, read_rubric
from analyzer.model import Analysis
from analyzer.report.html import render_html
from analyzer.report.markdown import render_markdown
from analyzer.report.view import build_view
from analyzer.store.json import adapter
from analyzer.store.library import Library

FORMATS = ("html", "md", "json")


def write_report(analysis: Analysis, library: Library) -> Path:
    """Write a meeting's report in all forms; return the HTML page.

    Raises:
        LibraryError: no room, or no right to write.

    """
    rubric = rubric_of(analysis, library)
    try:
        for format_ in FORMATS:
            _write(report_path(analysis, library, format_), render(analysis, format_, rubric), library.scratch)
    except OSError as error:
        raise LibraryError(f"the report cannot be written to {str(library.reports)!r}: {error.strerror}") from error
    return report_path(analysis, library, "html")


def remove_renamed(analysis: Analysis, library: Library) -> None:
    """Remove reports of the meeting under other names: who it was with has been corrected since."""
    current = {report_path(analysis, library, format_) for format_ in FORMATS}
    for path in library.reports.glob(f"*-{analysis.meeting.id}.*"):
        if path not in current:
            path.unlink(missing_ok=True)


def rubric_of(analysis: Analysis, library: Library) -> Rubric:
    """Return the rubric that an analysis was made with, also when its file has changed since."""
    kept = library.rubric(analysis.made_with[0]) if analysis.made_with else None
    return read_rubric(kept, analysis.rubric) if kept else load_rubric()


def render(analysis: Analysis, format_: str, rubric: Rubric) -> str:
    """Return a meeting's report as ``html``, ``md`` or ``json``."""
    if format_ == "json":
        return adapter(Analysis).dump_json(_slim(analysis), indent=1).decode() + "\n"
    view = build_view(analysis, rubric)
    return render_html(view) if format_ == "html" else render_markdown(view)


def schema() -> dict[str, Any]:
    """Return the JSON schema of the ``json`` form."""
    made = adapter(Analysis).json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}


def report_path(analysis: Analysis, library: Library, format_: str) -> Path:
    """Return where a meeting's report lies; the name says what it is, and the id keeps two from being one."""
    info = analysis.meeting
    stem = Path(info.source_name).stem
    words = [info.date.isoformat() if info.date else "", info.manager or "", info.rep or ""]
    name = "-".join(word for word in words if word) or stem
    plain = re.sub(r"[^\w-]+", "-", name).strip("-")[:80]
    return library.reports / f"{plain}-{info.id}.{format_}"


def _slim(analysis: Analysis) -> Analysis:
    """Leave out the words' own times: turns carry theirs, and quotes carry theirs."""
    turns = tuple(replace(turn, words=()) for turn in analysis.transcript.turns)
    return replace(analysis, transcript=replace(analysis.transcript, turns=turns))


def _write(path: Path, text: str, scratch: Path) -> None:
    handle, name = tempfile.mkstemp(dir=scratch, suffix=path.suffix)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace", newline="\n") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
