"""The site across meetings: an index and a page a pair, in the library's folder of reports.

A page is compared before it is written, so what did not change keeps its file.  `analyzer.report.kept` says when.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from analyzer.commitments.ledger import Pair, pair_of
from analyzer.errors import LibraryError, NotFoundError, RubricError
from analyzer.feedback.engagement import FILE, Engagement, Talk, load_engagement
from analyzer.labels.rubric import Rubric
from analyzer.model import MeetingInfo
from analyzer.report.html import render_site_page
from analyzer.report.pair import RECENT, PairFacts, build_pair
from analyzer.report.rep import NOTICE
from analyzer.report.sound import linked
from analyzer.report.trend import draw, percent
from analyzer.report.words import day, short_day
from analyzer.report.write import names_of_reports, render, replace_file, report_path, rhythm_of, rubric_of
from analyzer.store.library import Library, MeetingRow

INDEX = "index.html"
_ID = re.compile(r"-([0-9a-f]{12})\.html$")
_SLUG = 60
"""Characters of names in a file name; the digits after them tell pairs apart."""
_PATIENCE = 600
"""Seconds."""
_STATES = {"failed": "failed: `analyzer list` says why", "waiting": "waits for replies", "started": "not finished"}


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


@dataclass(frozen=True, slots=True)
class Entry:
    """A meeting on the index."""

    iso: str
    """Empty without a day."""
    day: str
    title: str
    href: str
    """Empty where there is no report."""
    state: str
    """Empty where it is finished."""


@dataclass(frozen=True, slots=True)
class PairEntry:
    """A pair on the index."""

    manager: str
    name: str
    href: str
    """Empty for meetings without both names, and where no meeting is finished."""
    counts: str
    meetings: tuple[Entry, ...]
    """The latest first."""


@dataclass(frozen=True, slots=True)
class IndexView:
    """The index."""

    subtitle: str
    whose: str
    """Whose meetings these are, and for whom the page is."""
    managers: tuple[str, ...]
    pairs: tuple[PairEntry, ...]
    """By name; meetings without both names last."""
    notice: str = NOTICE


def write_site(library: Library, today: dt.date) -> Site:
    """Make all pages, write those that differ, and remove pages of pairs that are no more.

    Raises:
        LibraryError: no room, or no right to write.
        RubricError: the rules of engagement in the library's folder break a rule.

    """
    _engagement(library)  # a broken file is told before anything is written
    with _held(library):
        rows = library.meetings()
        return _write(library, rows, _pairs(rows), today)


def refresh_pairs(library: Library, pairs: Iterable[Pair], today: dt.date) -> Site | None:
    """Make anew the pages of pairs, and the index; ``None`` where nobody has asked for a site.

    Rules of engagement that cannot be read are told on the page: the change itself is sound.

    Raises:
        LibraryError: no room, or no right to write.

    """
    if not is_kept(library):
        return None
    wanted = set(pairs)
    with _held(library):
        rows = library.meetings()
        return _write(library, rows, {pair: own for pair, own in _pairs(rows).items() if pair in wanted}, today)


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
    try:
        folder.mkdir(parents=True, exist_ok=True)
        pages = dict(_reports(library, own, folder))
        links = {id_: path for path in pages if (id_ := _id_in(path))}
        whose = f"Made for {manager} on {day(today)}. Meetings of other managers are not in it, and it does not follow the library."
        pages |= dict(_pages(library, own, _pairs(own), links, today, whose))
        written = [folder / path for path, text in pages.items() if _put(folder / path, text, folder)]
    except OSError as error:
        raise LibraryError(f"the site cannot be written to {str(folder)!r}: {error.strerror}") from error
    return Site(folder / INDEX, tuple(written), len(pages) - len(written), ())


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


Pairs = Mapping[Pair, Sequence[MeetingRow]]


def _pairs(rows: Iterable[MeetingRow]) -> Pairs:
    """Return the finished meetings of each pair, in the order of the rows."""
    pairs: dict[Pair, list[MeetingRow]] = {}
    for row in rows:
        pair = pair_of(row.info)
        if pair and row.state == "done":
            pairs.setdefault(pair, []).append(row)
    return pairs


def _write(library: Library, rows: Sequence[MeetingRow], pairs: Pairs, today: dt.date) -> Site:
    """Write the index and some pairs' pages."""
    links = _links(library)
    current = {page_name(pair) for pair in _pairs(rows)}
    written: list[Path] = []
    same = 0
    try:
        for name, text in _pages(library, rows, pairs, links, today, _OWN):
            path = library.reports / name
            if _put(path, text, library.scratch):
                written.append(path)
            else:
                same += 1
        removed = [path for path in sorted(library.reports.glob("pair-*.html")) if path.name not in current]
        for path in removed:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise LibraryError(f"the site cannot be written to {str(library.reports)!r}: {error.strerror}") from error
    return Site(library.reports / INDEX, tuple(written), same, tuple(removed))


def _put(path: Path, text: str, scratch: Path) -> bool:
    """Write a page where it differs from what is there; return whether it did."""
    if path.exists() and path.read_bytes() == text.encode("utf-8", "replace"):
        return False
    replace_file(path, text, scratch)
    return True


def _pages(
    library: Library, rows: Sequence[MeetingRow], pairs: Pairs, links: Mapping[str, str], today: dt.date, whose: str
) -> Iterator[tuple[str, str]]:
    """Yield name and text of each page, the index last: it leads to pages that are there."""
    rubrics: dict[str, Rubric] = {}
    engagement, fault = _rules(library)
    for pair, own in pairs.items():
        facts = _facts(library, pair, own, links, engagement, fault, today, rubrics)
        yield page_name(pair), _pair_page(facts)
    yield INDEX, render_site_page("index.html.jinja", view=_index(rows, links, whose))


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
    rubrics: dict[str, Rubric],
) -> PairFacts:
    """Read what the page needs: of the meetings' words only those that it looks back on."""
    since = today - dt.timedelta(weeks=engagement.weeks)
    dated = [row.info for row in rows if row.info.date]
    wanted = [info for n, info in enumerate(dated) if n < RECENT or (info.date or since) >= since]
    return PairFacts(
        pair=pair,
        talks=tuple(_talk(library, info, rubrics) for info in reversed(wanted)),
        held=tuple(library.held(pair)),
        plan=tuple(library.planned(pair).get(pair, ())),
        items=tuple(library.ledger(pair)),
        links=links,
        engagement=engagement,
        fault=fault,
        today=today,
    )


def _talk(library: Library, info: MeetingInfo, rubrics: dict[str, Rubric]) -> Talk:
    analysis = library.analysis(info.id)
    if analysis.rubric not in rubrics:
        rubrics[analysis.rubric] = rubric_of(analysis, library)
    return analysis, rubrics[analysis.rubric]


def _links(library: Library) -> dict[str, str]:
    """Return the file name of each report by its meeting's id."""
    return {id_: name for name in names_of_reports(library) if (id_ := _id_in(name))}


def _id_in(name: str) -> str:
    """Return the meeting's id in the file name of its report; empty in other names."""
    found = _ID.search(name)
    return found[1] if found else ""


def _index(rows: Sequence[MeetingRow], links: Mapping[str, str], whose: str) -> IndexView:
    groups: dict[Pair | None, list[MeetingRow]] = {}
    for row in rows:
        groups.setdefault(pair_of(row.info), []).append(row)
    pairs = sorted((pair for pair in groups if pair), key=lambda pair: [name.casefold() for name in pair])
    entries = [_pair_entry(pair, groups[pair], links) for pair in pairs]
    if None in groups:
        entries.append(_pair_entry(None, groups[None], links))
    count = len(pairs)
    return IndexView(
        subtitle=f"{_n(len(rows), 'meeting')} of {_n(count, 'pair')}",
        whose=whose,
        managers=tuple(dict.fromkeys(manager for manager, _ in pairs)),
        pairs=tuple(entries),
    )


def _pair_entry(pair: Pair | None, rows: Sequence[MeetingRow], links: Mapping[str, str]) -> PairEntry:
    last = next((row.info.date for row in rows if row.info.date), None)
    counts = _n(len(rows), "meeting") + (f", the last on {day(last)}" if last else "")
    done = any(row.state == "done" for row in rows)
    return PairEntry(
        manager=pair[0] if pair else "",
        name=f"{pair[0]} with {pair[1]}" if pair else "People not known",
        href=page_name(pair) if pair and done else "",
        counts=counts,
        meetings=tuple(_entry(row, links) for row in rows),
    )


def _entry(row: MeetingRow, links: Mapping[str, str]) -> Entry:
    info = row.info
    return Entry(
        iso=info.date.isoformat() if info.date else "",
        day=day(info.date) if info.date else "day not known",
        title=info.title or (info.source_name if not info.date else "One-to-one"),
        href=links.get(info.id, ""),
        state=_STATES.get(row.state, ""),
    )


def _n(count: int, one: str) -> str:
    return f"{count} {one if count == 1 else one + 's'}"
