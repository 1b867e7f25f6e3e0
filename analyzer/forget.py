"""Forgetting meetings: rows, replies, waiting requests, pages, joined tracks, and the words of them elsewhere."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from analyzer.commitments.ledger import pair_of
from analyzer.errors import LibraryError, NotFoundError
from analyzer.llm.deferred import strip_requests
from analyzer.model import MeetingInfo
from analyzer.report.aggregate import remove_aggregate
from analyzer.report.kept import refresh_reports
from analyzer.report.site import is_kept, write_site
from analyzer.report.write import write_report
from analyzer.store.library import Erased, Library, remove
from analyzer.transcript.metadata import sidecars_of
from analyzer.transcript.swap import is_stand_in


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was erased."""

    meetings: tuple[MeetingInfo, ...]
    rows: dict[str, int]
    """By table."""
    files: tuple[Path, ...]
    requests: int
    """Lines taken out of request files."""
    rewritten: tuple[str, ...]
    """Other meetings that spoke of the promises and were rid of them."""


def meant(library: Library, reference: str) -> tuple[list[MeetingInfo], str | None]:
    """Return the meetings that ``reference`` means, and the person if it is one.

    Args:
        library: to look in.
        reference: an id or its beginning, a file name, or a person's whole name, also one that was put right since.

    Raises:
        NotFoundError: neither a meeting nor a person, or more than one meeting.

    """
    own = library.meetings_of(reference)
    if not is_stand_in(reference):  # "Speaker 1" was somebody else in each
        own += [info for info in library.meetings_once_of(reference) if info not in own]
    if own or any(reference in pair for pair in library.planned()):
        return own, reference
    if reference == "last":
        raise NotFoundError("'last' is not taken here, what it means changes: name the meeting by its id")
    try:
        id_ = library.find(reference)
    except NotFoundError as error:
        raise NotFoundError(f"{error} (nor is anybody of that whole name in a meeting)") from error
    return [row.info for row in library.meetings() if row.info.id == id_], None


def expired(library: Library, retention_days: int, today: dt.date) -> list[MeetingInfo]:
    """Return the meetings older than that; one without a date counts from the day it was added."""
    oldest = today - dt.timedelta(days=retention_days)
    return [row.info for row in library.meetings()
            if (row.info.date or dt.date.fromisoformat(row.added[:10])) < oldest]  # fmt: skip


def files_of(library: Library, meetings: Iterable[MeetingInfo]) -> dict[str, list[Path]]:
    """Return the files of the library that are about each meeting, by its id, reading every page once.

    They are its reports, pages on which it is named, and its sound.
    """
    meetings = list(meetings)
    found: dict[str, list[Path]] = {info.id: [] for info in meetings}
    for path in sorted(library.reports.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            for id_, files in found.items():
                if id_ in path.name or id_.encode() in content:
                    files.append(path)
    for info in meetings:
        own = found[info.id]
        own += [path for path in _sounds(library, info) if path not in own]
    return found


def _sounds(library: Library, info: MeetingInfo) -> list[Path]:
    """Return the recording where it lies in the library's own folders: laid together of tracks, or beside the pages.

    Content tells, not the name: another meeting's recording may be called the same.
    """
    names = {info.source_name, Path(info.source_path).name}
    beside = [path for name in sorted(names) if (path := library.reports / name).is_file()]
    content = library.intake(info.id)[1]
    found = [*sorted(library.tracks.glob("*.flac")), *beside]
    return [path for path in found if library.content_hash(path) == content]


def forget(library: Library, meetings: Iterable[MeetingInfo], person: str | None = None) -> Forgotten:
    """Erase meetings from the library, and the plans with a person; see the module's docstring for what goes.

    Raises:
        LibraryError: another process works on one of them, or a file cannot be removed; what went before is erased.

    """
    has_site = is_kept(library)  # its pages go with the meetings that they name
    gone: list[MeetingInfo] = []
    rows: Counter[str] = Counter()
    files: list[Path] = []
    touched: set[str] = set()
    try:
        for info in meetings:
            erased = _erase(library, info, files)
            gone.append(info)
            touched |= set(erased.touched)
            rows.update(erased.rows)
        if person is not None:
            rows["planned"] += library.forget_plan(person)
        requests = strip_requests(library.deferred, (row.request.custom_id for row in library.waiting()))
        rewritten = sorted(touched - {info.id for info in gone})
        for one in rewritten:
            write_report(library.analysis(one), library)
        files += remove_aggregate(library)
        refresh_reports(library, {pair for info in gone if (pair := pair_of(info))})
        if has_site:
            write_site(library, library.today)
    finally:  # what is erased must be unreadable, however far it got
        _clear_scratch(library)
        _clear_tracks(library)
        library.shred()
    return Forgotten(tuple(gone), dict(+rows), tuple(files), requests, tuple(rewritten))


def _erase(library: Library, info: MeetingInfo, files: list[Path]) -> Erased:
    with library.claim(info.id, wait=0) as mine:
        if not mine:
            raise LibraryError(f"meeting {info.id} is being worked on by another analyzer: stop that one first")
        found = files_of(library, [info])[info.id]  # first: the rows tell which sound is its own
        erased = library.erase(info.id)
        try:
            for path in found:
                path.unlink(missing_ok=True)
                files.append(path)
        except OSError as error:
            raise LibraryError(f"{error.filename!r} cannot be removed: {error.strerror}; remove it by hand") from error
    library.lock_of(info.id).unlink(missing_ok=True)
    return erased


def _clear_scratch(library: Library) -> None:
    """Remove decoded sound that a killed process left behind; nobody can tell whose it is."""
    if library.is_idle():
        for left in library.scratch.iterdir():
            remove(left)


def _clear_tracks(library: Library) -> None:
    """Remove joined tracks, and beginnings of them, that no meeting came of in a day."""
    sources = {Path(row.info.source_path) for row in library.meetings()}
    yesterday = library.yesterday
    for left in library.tracks.glob("*"):
        if left.resolve() not in sources and left.stat().st_mtime < yesterday:
            remove(left)


def outside(meetings: Iterable[MeetingInfo]) -> Iterator[Path]:
    """Yield the recordings and sidecar files that are there outside the library, which are not ours to erase.

    To be asked once the meetings are forgotten: what lay in the library is gone then.
    """
    for info in meetings:
        for source in map(Path, (info.source_path, *info.tracks)):
            yield from (path for path in (source, *sidecars_of(source)) if path.exists())
