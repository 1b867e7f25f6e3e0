"""The site across meetings: an index and a page a pair, in the library's folder of reports.

A page is compared before it is written, so what did not change keeps its file.  `analyzer.report.kept` says when.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock, Timeout

from analyzer.commitments.ledger import Pair, pair_of
from analyzer.errors import LibraryError, NotFoundError, RubricError
from analyzer.feedback.engagement import FILE, Engagement, Talk, load_engagement
from analyzer.model import MeetingInfo
from analyzer.report.html import render_site_page
from analyzer.report.index import Parts, make_part, read_parts, render_index
from analyzer.report.pair import RECENT, PairFacts, build_pair
from analyzer.report.sound import linked
from analyzer.report.trend import draw, percent
from analyzer.report.words import day, short_day
from analyzer.report.write import (
    path_of,
    render,
    replace_file,
    report_path,
    rhythm_of,
    rubric_of,
    writing,
)
from analyzer.store.library import Library, MeetingRow

INDEX = "index.html"
_NOBODY = "people-not-known"
"""Stands for the page that meetings without both names do not have."""
_SLUG = 60
"""Characters of names in a file name; the digits after them tell pairs apart."""
_PATIENCE = 600
"""Seconds."""
_OWN = (
    "These are all meetings of this library, of every manager: it is your own, on this machine, and so is this page. For "
    "one manager there is analyzer report --all --manager NAME; over managers, analyzer report --aggregate."
)


@dataclass(frozen=True, slots=True)
class Site:
    """What became of the pages."""

    index: Path
    written: tuple[Path, ...]
    same: int
    """Pages that were right as they were."""
    removed: tuple[Path, ...]


def write_site(library: Library, today: dt.date) -> Site:
    """Make all pages, write those that differ, and remove pages of pairs that are no more.

    Raises:
        LibraryError: no room, or no right to write.
        RubricError: the rules of engagement in the library's folder break a rule.

    """
    _engagement(library)  # a broken file is told before anything is written
    with _held(library):
        return _write(library, _everything(library), today)


def refresh_pairs(library: Library, pairs: Iterable[Pair | None], today: dt.date) -> Site | None:
    """Make anew the pages of pairs and what the index says of them; ``None`` where nobody has asked for a site.

    Rules of engagement that cannot be read are told on the page: the change itself is sound.

    Args:
        library: whose site.
        pairs: ``None`` among them: the meetings without both names, which stand on the index alone.
        today: by which promises are overdue.

    Raises:
        LibraryError: no room, or no right to write.

    """
    if not is_kept(library):
        return None
    with _held(library):
        return _write(library, _touched(library, set(pairs)), today)


def write_manager_site(library: Library, name: str, folder: Path | None, today: dt.date) -> Site:
    """Make the site of one manager alone, with his reports, in a folder of its own; it stays as of its day.

    Args:
        library: to take it from.
        name: any part of the manager's name.
        folder: where it goes; ``None``: one named for the manager, where we are.
        today: by which promises are overdue.

    Raises:
        NotFoundError: no manager of finished meetings is called that, or more than one.
        LibraryError: no room, or no right to write.

    """
    rows = [row for row in library.meetings() if row.info.manager and row.state == "done"]
    manager = _manager(name, [row.info.manager or "" for row in rows])
    own = [row for row in rows if row.info.manager == manager]
    folder = folder or Path(f"one-to-ones-{_slug((manager,))}")
    with writing("site", folder):
        folder.mkdir(parents=True, exist_ok=True)
        pages = dict(_reports(library, own, folder))
        whose = f"Made for {manager} on {day(today)}. Meetings of other managers are not in it, and it does not follow the library."
        pages |= dict(_pages(library, _Anew(_by_pair(own)), today, whose))
        written, same = _put(pages.items(), folder, folder)
    return Site(folder / INDEX, written, same, ())


def _manager(name: str, managers: Iterable[str]) -> str:
    known = sorted(set(managers))
    found = [one for one in known if one == name] or [one for one in known if name.casefold() in one.casefold()]
    if len(found) != 1:
        which = "no manager" if not found else "more than one manager"
        raise NotFoundError(
            f"{which} of finished meetings is called {name!r}: {', '.join(found or known) or 'there is none'}"
        )
    return found[0]


def _reports(library: Library, rows: Iterable[MeetingRow], folder: Path) -> Iterator[tuple[str, str]]:
    """Yield name and text of the meetings' own pages, for a folder of their own."""
    for row in rows:
        analysis = library.analysis(row.info.id)
        rhythm = rhythm_of(analysis.meeting, library)
        text = render(analysis, "html", rubric_of(analysis, library), linked(analysis, folder), rhythm)
        yield report_path(analysis, library, "html").name, text


def is_kept(library: Library) -> bool:
    """Return whether the library has a site."""
    return (library.reports / INDEX).exists()


def page_name(pair: Pair) -> str:
    """Return a pair's file name: plain letters of both names, and digits that follow from them alone."""
    digits = hashlib.sha256(json.dumps(pair).encode()).hexdigest()[:8]
    return "-".join(part for part in ("pair", _slug(pair), digits) if part) + ".html"


def _slug(names: Iterable[str]) -> str:
    ascii_ = unicodedata.normalize("NFKD", "-".join(names)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_.lower()).strip("-")[:_SLUG].strip("-")


@contextmanager
def _held(library: Library) -> Iterator[None]:
    """Keep two processes from writing at once: the one that read first would write last."""
    try:
        with FileLock(library.lock_of("site"), timeout=_PATIENCE):
            yield
    except Timeout as error:
        raise LibraryError(
            f"another analyzer has been writing the site in {str(library.reports)!r} for {_PATIENCE} seconds: wait for it, "
            "then run `analyzer report --all`"
        ) from error


Groups = Mapping[Pair | None, Sequence[MeetingRow]]


@dataclass(frozen=True, slots=True)
class _Anew:
    """What is to be made anew."""

    groups: Groups
    """Whose part of the index; without meetings: it goes, and so does the page."""
    pages: Collection[Pair] | None = None
    """Whose pages, among these; ``None``: of all of them."""
    kept: Parts = field(default_factory=dict)
    """The rest of the index."""
    strays: Collection[str] = ()
    """Names of pages that may be of pairs that are no more."""


def _by_pair(rows: Iterable[MeetingRow]) -> Groups:
    """Return the meetings of each pair, and of ``None`` those without both names, in the order of the rows."""
    groups: dict[Pair | None, list[MeetingRow]] = {}
    for row in rows:
        groups.setdefault(pair_of(row.info), []).append(row)
    return groups


def _everything(library: Library) -> _Anew:
    return _Anew(_by_pair(library.meetings()), strays={path.name for path in library.reports.glob("pair-*.html")})


def _touched(library: Library, pairs: Collection[Pair | None]) -> _Anew:
    """Return what to make anew for these pairs.

    Meetings begin, wait and fail without coming by here, so parts that tell or should tell of one are made anew too, as
    are pages that are gone.  Parts that do not add up to the library's meetings, because somebody broke the index or a
    command was killed, make everything anew.
    """
    parts = read_parts(library.reports / INDEX)
    lost = {pair for pair, part in parts.items() if part.page and not _is_there(part.page, library)}
    unsettled = {pair_of(row.info) for row in library.unfinished()}
    unsettled |= {pair for pair, part in parts.items() if part.unfinished}
    groups = {pair: library.meetings_listed(pair) for pair in {*pairs, *lost, *unsettled}}
    kept = {pair: part for pair, part in parts.items() if pair not in groups}
    if sum(map(len, groups.values())) + sum(part.meetings for part in kept.values()) != library.count():
        return _everything(library)
    names = {pair: page_name(pair) for pair in groups if pair}
    missing = {pair for pair, name in names.items() if not _is_there(name, library)}
    return _Anew(groups, {pair for pair in names if pair in pairs} | missing, kept, set(names.values()))


def _is_there(page: str, library: Library) -> bool:
    """Return whether a page lies in the folder of reports; a path for each of hundreds would cost several times as much."""
    return os.path.exists(f"{library.reports}/{page}")  # noqa: PTH110


def _write(library: Library, anew: _Anew, today: dt.date) -> Site:
    """Write the index and some pairs' pages."""
    with writing("site", library.reports):
        written, same = _put(_pages(library, anew, today, _OWN), library.reports, library.scratch)
        current = {page_name(pair) for pair, rows in anew.groups.items() if pair and _finished(rows)}
        removed = [path for name in sorted({*anew.strays} - current) if (path := library.reports / name).exists()]
        for path in removed:
            path.unlink(missing_ok=True)
    return Site(library.reports / INDEX, written, same, tuple(removed))


def _finished(rows: Iterable[MeetingRow]) -> list[MeetingRow]:
    return [row for row in rows if row.state == "done"]


def _put(pages: Iterable[tuple[str, str]], folder: Path, scratch: Path) -> tuple[tuple[Path, ...], int]:
    """Write pages, by name and text, where they differ from what is there; return those, and how many did not."""
    written, same = [], 0
    for name, text in pages:
        path = folder / name
        if path.exists() and path.read_bytes() == text.encode("utf-8", "replace"):
            same += 1
        else:
            replace_file(path, text, scratch)
            written.append(path)
    return tuple(written), same


def _pages(library: Library, anew: _Anew, today: dt.date, whose: str) -> Iterator[tuple[str, str]]:
    """Yield name and text of each page, the index last: it leads to pages that are there."""
    engagement, fault = _rules(library)
    parts = dict(anew.kept)
    for pair, rows in anew.groups.items():
        if not rows:
            continue
        links = _links(library, rows)
        name = page_name(pair) if pair else _NOBODY
        done = _finished(rows)
        if pair and done and (anew.pages is None or pair in anew.pages):
            yield name, _pair_page(_facts(library, pair, done, links, engagement, fault, today))
        parts[pair] = make_part(pair, rows, name, links)
    yield INDEX, render_index(parts, whose)


def _pair_page(facts: PairFacts) -> str:
    return render_site_page("pair.html.jinja", view=build_pair(facts), draw=draw, percent=percent, short=short_day)


def _engagement(library: Library) -> Engagement:
    own = library.folder / FILE
    return load_engagement(own) if own.exists() else load_engagement()


def _rules(library: Library) -> tuple[Engagement, str]:
    """Return the rules, or none and why they cannot be read."""
    try:
        return _engagement(library), ""
    except RubricError as error:
        return Engagement(version="none", weeks=12, rule=()), str(error)


def _facts(
    library: Library,
    pair: Pair,
    rows: Sequence[MeetingRow],
    links: Mapping[str, str],
    engagement: Engagement,
    fault: str,
    today: dt.date,
) -> PairFacts:
    """Read what the page needs: of the meetings' words only those that it looks back on."""
    since = today - dt.timedelta(weeks=engagement.weeks)
    dated = [row.info for row in rows if row.info.date]
    wanted = [info for n, info in enumerate(dated) if n < RECENT or (info.date or since) >= since]
    return PairFacts(
        pair=pair,
        talks=tuple(_talk(library, info) for info in reversed(wanted)),
        held=tuple(library.held(pair)),
        plan=tuple(library.plan_of(pair)),
        items=tuple(library.ledger(pair)),
        links=links,
        engagement=engagement,
        fault=fault,
        today=today,
    )


def _talk(library: Library, info: MeetingInfo) -> Talk:
    analysis = library.analysis(info.id)
    return analysis, rubric_of(analysis, library)


def _links(library: Library, rows: Iterable[MeetingRow]) -> dict[str, str]:
    """Return the file name of each report by its meeting's id; one that is analysed again has its last one."""
    infos = (row.info if row.state == "done" else library.published(row.info.id) for row in rows)
    paths = {info.id: path_of(info, library, "html") for info in infos if info}
    return {id_: path.name for id_, path in paths.items() if path.exists()}
