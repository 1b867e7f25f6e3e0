"""The index of the site: who met whom, when.

It stands in parts, one a pair, and the page itself keeps them: whoever adds a meeting makes the part of its pair anew and
takes the others as they stand, so a thousandth meeting costs what a hundredth did.  The page carries a seal over its text
and the form of its parts; one that was changed by hand or that another version made has no parts to take.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from markupsafe import Markup

from analyzer import __version__
from analyzer.commitments.ledger import Pair
from analyzer.feedback.measures import number_of
from analyzer.report.html import environment, render_site_page
from analyzer.report.rep import NOTICE
from analyzer.report.words import day
from analyzer.store.library import MeetingRow

LATEST = 3
"""Meetings of a pair that are shown unfolded."""
_STATES = {"failed": "failed: `analyzer list` says why", "waiting": "waits for replies", "started": "not finished"}
_PART = "index_pair.html.jinja"
_OPEN, _CLOSE = '<section class="pair"', "</section>"
_HEAD = re.compile(
    r' data-manager="([^"]*)" data-rep="([^"]*)" data-meetings="(\d+)" data-unfinished="(\d+)" aria-labelledby="([^"]*)"'
)
_SEAL = "<!-- sealed "


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

    id: str
    """Of its heading on the page."""
    manager: str
    """Empty, as the rep, for meetings without both names."""
    rep: str
    href: str
    """Empty for meetings without both names, and where no meeting is finished."""
    count: int
    unfinished: int
    last: str
    """Day of the last meeting; empty where none is known."""
    latest: tuple[Entry, ...]
    """The latest first."""
    earlier: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """What the index says of a pair, or of the meetings without both names."""

    pair: Pair | None
    page: str
    """File name of the pair's page; empty where there is none."""
    meetings: int
    unfinished: int
    text: str


Parts = Mapping[Pair | None, Part]


@dataclass(frozen=True, slots=True)
class IndexView:
    """The index."""

    subtitle: str
    whose: str
    """Whose meetings these are, and for whom the page is."""
    managers: tuple[str, ...]
    parts: tuple[Markup, ...]
    """By name; meetings without both names last."""
    notice: str = NOTICE


def make_part(pair: Pair | None, rows: Sequence[MeetingRow], page: str, links: Mapping[str, str]) -> Part:
    """Return what the index says of a pair.

    Args:
        pair: ``None``: of the meetings without both names.
        rows: all of its meetings, the latest first; at least one.
        page: file name of the pair's page, which is there if one of the meetings is finished.
        links: file name of a meeting's report by id; of those that have one.

    """
    entry = _pair_entry(pair, rows, page, links)
    text = environment("analyzer.report").get_template(_PART).render(pair=entry)
    return Part(pair, entry.href, entry.count, entry.unfinished, text.strip())


def render_index(parts: Parts, whose: str) -> str:
    """Return the index of these parts, sealed."""
    pairs = sorted((pair for pair in parts if pair), key=lambda pair: [name.casefold() for name in pair])
    order: list[Pair | None] = [*pairs, *([None] if None in parts else [])]
    count = sum(part.meetings for part in parts.values())
    view = IndexView(
        subtitle=f"{number_of(count, 'meeting')} of {number_of(len(pairs), 'pair')}",
        whose=whose,
        managers=tuple(dict.fromkeys(manager for manager, _ in pairs)),
        parts=tuple(Markup(parts[pair].text) for pair in order),
    )
    body = render_site_page("index.html.jinja", view=view)
    return f"{body}\n{_sealed(body)}"


def read_parts(index: Path) -> dict[Pair | None, Part]:
    """Return the parts of an index; none where it cannot be read, is not whole, or not of this version's making."""
    try:
        text = index.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return {}  # whoever writes it anew says what is wrong with the file
    body, _, seal = text.rpartition("\n")
    if not seal.startswith(_SEAL) or seal != _sealed(body):
        return {}
    return {part.pair: part for part in map(_read_part, body.split(_OPEN)[1:])}


def _read_part(piece: str) -> Part:
    """Return the part that a piece of the page begins with."""
    head = _HEAD.match(piece)
    assert head, "a sealed index has parts of our own making"
    pair = (html.unescape(head[1]), html.unescape(head[2])) if head[1] else None
    meetings, unfinished = int(head[3]), int(head[4])
    page = f"{head[5]}.html" if pair and unfinished < meetings else ""
    return Part(pair, page, meetings, unfinished, _OPEN + piece.rpartition(_CLOSE)[0] + _CLOSE)


def _sealed(body: str) -> str:
    return f"{_SEAL}{hashlib.sha256(_form() + body.encode('utf-8', 'replace')).hexdigest()} -->"


@cache
def _form() -> bytes:
    """Return what parts of another form differ in."""
    return __version__.encode() + resources.files("analyzer.report").joinpath("templates", _PART).read_bytes()


def _pair_entry(pair: Pair | None, rows: Sequence[MeetingRow], page: str, links: Mapping[str, str]) -> PairEntry:
    last = next((row.info.date for row in rows if row.info.date), None)
    unfinished = sum(row.state != "done" for row in rows)
    shown = len(rows) if len(rows) <= LATEST + 1 else LATEST  # a fold for a single meeting would save nothing
    manager, rep = pair or ("", "")
    return PairEntry(
        id=page.removesuffix(".html"),
        manager=manager,
        rep=rep,
        href=page if pair and unfinished < len(rows) else "",
        count=len(rows),
        unfinished=unfinished,
        last=day(last) if last else "",
        latest=_entries(rows[:shown], links),
        earlier=_entries(rows[shown:], links),
    )


def _entries(rows: Iterable[MeetingRow], links: Mapping[str, str]) -> tuple[Entry, ...]:
    return tuple(_entry(row, links) for row in rows)


def _entry(row: MeetingRow, links: Mapping[str, str]) -> Entry:
    info = row.info
    return Entry(
        iso=info.date.isoformat() if info.date else "",
        day=day(info.date) if info.date else "day not known",
        title=info.title or (info.source_name if not info.date else "One-to-one"),
        href=links.get(info.id, ""),
        state=_STATES.get(row.state, ""),
    )
