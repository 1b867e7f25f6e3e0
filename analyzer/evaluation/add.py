"""Meetings into the evaluation format: from the library with names replaced, one line a turn."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from pathlib import Path

from analyzer.errors import InputError
from analyzer.evaluation.dataset import FileParticipant, FileTurn, Gold, Meeting
from analyzer.labels.rubric import load_rubric
from analyzer.model import Analysis


def write_meeting(analysis: Analysis, folder: Path, id_: str, industry: str, names: dict[str, str]) -> Path:
    """Write a meeting of the library as ``folder/id.json``, without labels; return the path.

    Args:
        analysis: of the meeting.
        folder: of the set; made at need.
        id_: of the meeting in the set.
        industry: in a few words.
        names: old names and new ones; a full name replaces its parts as well.

    Raises:
        InputError: a participant keeps its name, a role or the date is not known, or the file is there already.

    """
    transcript, info = analysis.transcript, analysis.meeting
    kept = [person.name for person in transcript.participants if person.name not in names]
    if kept:
        raise InputError(f'{kept[0]!r} would keep the name: give one with --name "{kept[0]}=New Name"')
    unknown = [person.name for person in transcript.participants if person.role is None]
    if unknown:
        raise InputError(f"the role of {unknown[0]!r} is withheld: upload the meeting with --manager and --rep first")
    path = folder / f"{id_}.json"
    if path.exists():
        raise InputError(f"{str(path)!r} is there already: choose another --id")
    replace = _replacer(names)
    meeting = Meeting(
        format=1,
        id=id_,
        date=_day(info.date),
        title=replace(info.title or "One-to-one"),
        industry=industry,
        style="recorded",
        series=None,
        provenance="recorded",
        participants=tuple(
            FileParticipant(name=names[p.name], role=p.role) for p in transcript.participants if p.role is not None
        ),
        turns=tuple(
            FileTurn(n=t.n, speaker=names[t.speaker], start=t.start, end=t.end, text=replace(t.text))
            for t in transcript.turns
        ),
        annotations=(),
        gold=Gold(rubric=load_rubric().version, exchanges=None, commitments=None),
    )
    folder.mkdir(parents=True, exist_ok=True)
    dump_meeting(meeting, path)
    return path


def _day(date: dt.date | None) -> dt.date:
    if date is None:
        raise InputError("the day of the meeting is not known: upload it with --date first")
    return date


def _replacer(names: dict[str, str]) -> Callable[[str], str]:
    """Return a function that replaces full names, then first and last names, wherever they stand as words."""
    table: dict[str, str] = {}
    for old, new in names.items():
        table[old.casefold()] = new
        for part, other in zip(old.split(), new.split(), strict=False):
            table.setdefault(part.casefold(), other)
    pattern = re.compile(
        "|".join(rf"\b{re.escape(old)}\b" for old in sorted(table, key=len, reverse=True)), re.IGNORECASE
    )
    return lambda text: pattern.sub(lambda match: table[match[0].casefold()], text)


def dump_meeting(meeting: Meeting, path: Path) -> None:
    """Write a meeting with one line for each turn, exchange, commitment and participant."""
    content = json.loads(meeting.model_dump_json())
    if not content["gold"]["adjudicated"]:
        del content["gold"]["adjudicated"]
    text = json.dumps(content, indent=1, ensure_ascii=False)
    text = re.sub(
        r"\{\s*\n\s+(\"(?:n|first|owner|name)\": [^{}\[\]]*?)\n\s+\}",
        lambda match: "{" + re.sub(r"\n\s+", " ", match[1]) + "}",
        text,
    )
    path.write_text(text + "\n", encoding="utf-8")
