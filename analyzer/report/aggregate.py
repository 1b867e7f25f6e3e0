"""Figures over managers: medians and ranges of groups, never a name, never what one person could be read from.

A figure stands here only where at least `LEAST_MANAGERS` people contribute to it, each with `LEAST_MEETINGS` meetings.
There is nothing to choose: groups are the whole library and whole quarters that are over, because any other filter
leaves a group that, held against another, shows whoever is in one of them alone.  For the same reason a figure is left
out where the people behind it differ from those behind a figure already shown by some, yet by fewer than
`LEAST_MANAGERS`.  Rates are rounded to `STEP` points, and ranges are those of the middle half: the lowest and the highest
rate are one person's each.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import TypeVar

from analyzer.commitments.ledger import Item, Pair, pair_of
from analyzer.errors import InputError
from analyzer.feedback.measures import QUESTION_FORMS
from analyzer.model import Measures, Share
from analyzer.report.html import render_site_page
from analyzer.report.rep import NOTICE
from analyzer.report.words import day
from analyzer.report.write import kept_rubric, replace_file, writing
from analyzer.store.json import dump
from analyzer.store.library import Library, MeasuredRow

LEAST_MANAGERS = 5
LEAST_MEETINGS = 3
_LEAST_COUNTED = 3
"""Topics, questions or promises from which on a person's rate is one."""
STEP = 5
"""Percentage points."""
_MONTHS = ("January to March", "April to June", "July to September", "October to December")
_TOO_FEW = f"fewer than {LEAST_MANAGERS} managers contribute"
_UNTOLD = (
    f"{_TOO_FEW}, since what became of a promise is known only where a language model has read a later meeting of the two; "
    "the local engine cannot tell"
)
_SINGLES_OUT = f"held against another figure here, it would be about fewer than {LEAST_MANAGERS} managers"
STEM = "aggregate"


@dataclass(frozen=True, slots=True)
class Figure:
    """A rate over the managers of a group, in percent."""

    measure: str
    name: str
    what: str
    """What is divided by what for each manager."""
    managers: int | None
    """How many contribute; ``None``, as all that follows, where it is left out."""
    median: int | None
    middle_half: tuple[int, int] | None
    """First and third quartile."""
    left_out: str
    """Why; empty where it is shown."""


@dataclass(frozen=True, slots=True)
class Group:
    """The figures of a period."""

    name: str
    meetings: int
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Aggregate:
    """The whole page."""

    made_on: dt.date
    subtitle: str
    groups: tuple[Group, ...]
    left_out: tuple[str, ...]
    """Quarters of which nothing can be shown."""
    notes: tuple[str, ...]
    notice: str = NOTICE


@dataclass(frozen=True, slots=True)
class _Talk:
    """A meeting's counts."""

    manager: str
    on: dt.date | None
    measures: Measures
    coaching: float
    """Seconds."""


@dataclass(frozen=True, slots=True)
class _Promise:
    """A promise of which something can be said by now."""

    manager: str
    on: dt.date | None
    """When it was made."""
    kept: bool


@dataclass(frozen=True, slots=True)
class _Measure:
    """A rate: how it is counted for one manager."""

    id: str
    name: str
    what: str
    least: float
    """What its whole must reach."""
    count: Callable[[Sequence[_Talk], Sequence[_Promise]], Share]
    too_few: str = _TOO_FEW
    """Why it is left out where too few contribute."""


T = TypeVar("T", _Talk, _Promise)


def build_aggregate(library: Library, today: dt.date) -> Aggregate:
    """Return figures over the managers of a library.

    Raises:
        InputError: too few managers have enough meetings.

    """
    rows = library.measured()
    people = one_person_each(row.info.manager for row in rows if row.info.manager)
    talks = list(_talks(library, rows, people))
    promises = list(_promises(library.ledger(), people, _told(rows), today))
    shown: dict[str, list[frozenset[str]]] = {}
    whole = _group("All meetings", talks, promises, shown)
    if not _has_figures(whole):
        raise InputError(
            f"an aggregate is over at least {LEAST_MANAGERS} managers with at least {LEAST_MEETINGS} finished meetings each, "
            f"and this library has {len(_enough(talks))} of them: over fewer, the figures would be those of people. Each manager's "
            "own pages are made with `analyzer report --all --manager NAME`"
        )
    groups, left_out = [whole], []
    for quarter in _quarters_over(talks, today):
        name = f"{_MONTHS[quarter[1]]} {quarter[0]}"
        group = _group(name, _within(talks, quarter), _within(promises, quarter), shown)
        if _has_figures(group):
            groups.append(group)
        else:
            left_out.append(name)
    subtitle = f"{len(_enough(talks))} managers with {LEAST_MEETINGS} meetings or more · as of {day(today)}"
    return Aggregate(today, subtitle, tuple(groups), tuple(left_out), tuple(_notes(rows)))


def write_aggregate(library: Library, made: Aggregate) -> Path:
    """Write page and JSON into the library's folder of reports; return the page.

    They are of their day: made anew with every meeting, two of them held together would show what that meeting changed.

    Raises:
        LibraryError: no room, or no right to write.

    """
    with writing("page", library.reports):
        for form in ("json", "html"):
            replace_file(library.reports / f"{STEM}.{form}", render_aggregate(made, form), library.scratch)
    return library.reports / f"{STEM}.html"


def remove_aggregate(library: Library) -> list[Path]:
    """Remove page and JSON, which may count what is erased now; return what was there."""
    there = [path for path in (library.reports / f"{STEM}.{form}" for form in ("json", "html")) if path.exists()]
    for path in there:
        path.unlink(missing_ok=True)
    return there


def render_aggregate(made: Aggregate, form: str) -> str:
    """Return it as ``html`` or ``json``."""
    if form == "json":
        return dump(made) + "\n"
    return render_site_page("aggregate.html.jinja", view=made, least=LEAST_MANAGERS, meetings=LEAST_MEETINGS, step=STEP)


def one_person_each(names: Iterable[str]) -> dict[str, str]:
    """Return for each name whose it is: spellings apart by case, accents or blanks, or by a part left away, are one person.

    Two people taken for one make a group smaller than it is; one taken for two would make it larger, and show somebody.
    """
    words = {name: frozenset(_plain(name).split()) for name in names}
    longest: list[str] = sorted(words, key=lambda name: (-len(words[name]), name))
    return {name: next(other for other in longest if words[name] <= words[other]) for name in words}


def _plain(name: str) -> str:
    apart = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter if letter.isalnum() else " " for letter in apart if not unicodedata.combining(letter))


def _talks(library: Library, rows: Sequence[MeasuredRow], people: Mapping[str, str]) -> Iterator[_Talk]:
    coached = {rubric: kept_rubric(rubric, library).labels_of("coached") for rubric in {row.rubric for row in rows}}
    for row in rows:
        if row.info.manager and row.info.rep:
            seconds = sum(row.measures.seconds.get(label, 0.0) for label in coached[row.rubric])
            yield _Talk(people[row.info.manager], row.info.date, row.measures, seconds)


def _told(rows: Iterable[MeasuredRow]) -> dict[Pair, dt.date]:
    """Return for each pair the last meeting whose engine can tell what became of promises: a language model read it."""
    told: dict[Pair, dt.date] = {}
    for row in rows:
        pair, on = pair_of(row.info), row.info.date
        if pair and on and row.made_with[1:2] not in ((), ("local",)):
            told[pair] = max(on, told.get(pair, on))
    return told


def _promises(
    items: Iterable[Item], people: Mapping[str, str], told: Mapping[Pair, dt.date], today: dt.date
) -> Iterator[_Promise]:
    """Those that are closed or past their day, and of which a later meeting could tell, whatever it told.

    Those that happen to be closed are no sample where nobody could tell of the others: all of them would be kept.
    """
    for item in items:
        made, pair = item.history[0].on, item.pair
        if pair is None or made is None or pair[0] not in people or told.get(pair, made) <= made:
            continue
        if item.state != "open" or item.is_overdue(today):
            yield _Promise(people[pair[0]], made, item.state in ("claimed", "done"))


def _coaching(talks: Sequence[_Talk], promises: Sequence[_Promise]) -> Share:
    return Share(sum(talk.coaching for talk in talks), sum(talk.measures.working for talk in talks))


def _bridge(talks: Sequence[_Talk], promises: Sequence[_Promise]) -> Share:
    shares = [talk.measures.bridge for talk in talks]
    return Share(sum(one.part for one in shares), sum(one.whole for one in shares))


def _form(form: str) -> Callable[[Sequence[_Talk], Sequence[_Promise]], Share]:
    def count(talks: Sequence[_Talk], promises: Sequence[_Promise]) -> Share:
        asked = [talk.measures.questions for talk in talks]
        return Share(sum(one.get(form, 0) for one in asked), sum(sum(one.values()) for one in asked))

    return count


def _kept(talks: Sequence[_Talk], promises: Sequence[_Promise]) -> Share:
    return Share(sum(one.kept for one in promises), len(promises))


_MEASURES = (
    _Measure("coaching", "Coaching share", "coaching over working time", 1.0, _coaching),
    _Measure("bridge", "Bridge rate", "inspected topics that led to coaching, over inspected topics", _LEAST_COUNTED, _bridge),
    *(
        _Measure(
            f"questions_{form}", f"{form.capitalize()} questions", "of the manager's questions that opened an exchange",
            _LEAST_COUNTED, _form(form),
        )
        for form in QUESTION_FORMS
    ),
    _Measure(
        "promises", "Promises kept",
        "marked as done or said to be done, over all that are closed or past their day, where a language model has read a "
        "later meeting; of manager and reps together",
        _LEAST_COUNTED, _kept, _UNTOLD,
    ),
)  # fmt: skip


def _group(
    name: str, talks: Sequence[_Talk], promises: Sequence[_Promise], shown: dict[str, list[frozenset[str]]]
) -> Group:
    """Return the figures of a group; ``shown`` keeps who stands behind the figures of each measure so far."""
    enough = _enough(talks)
    own = {who: ([t for t in talks if t.manager == who], [p for p in promises if p.manager == who]) for who in enough}
    figures = []
    for measure in _MEASURES:
        shares = {who: measure.count(*counts) for who, counts in own.items()}
        rates = {who: one.rate for who, one in shares.items() if one.rate is not None and one.whole >= measure.least}
        figures.append(_figure(measure, rates, shown.setdefault(measure.id, [])))
    return Group(name, sum(talk.manager in enough for talk in talks), tuple(figures))


def _enough(talks: Iterable[_Talk]) -> list[str]:
    """Return the managers with enough meetings."""
    meetings = Counter(talk.manager for talk in talks)
    return sorted(who for who, count in meetings.items() if count >= LEAST_MEETINGS)


def _figure(measure: _Measure, rates: Mapping[str, float], shown: list[frozenset[str]]) -> Figure:
    who = frozenset(rates)
    reason = "" if len(who) >= LEAST_MANAGERS else measure.too_few
    reason = reason or ("" if all(_apart(who, other) for other in shown) else _SINGLES_OUT)
    if reason:
        return Figure(measure.id, measure.name, measure.what, None, None, None, reason)
    shown.append(who)
    values = sorted(rates.values())
    low, _, high = quantiles(values, n=4, method="inclusive")
    middle = (_rounded(low), _rounded(high))
    return Figure(measure.id, measure.name, measure.what, len(who), _rounded(median(values)), middle, "")


def _apart(one: frozenset[str], other: frozenset[str]) -> bool:
    """Return whether neither has some people more than the other, yet too few to be a group."""
    return all(not more or len(more) >= LEAST_MANAGERS for more in (one - other, other - one))


def _rounded(rate: float) -> int:
    return STEP * round(100 * rate / STEP)


def _has_figures(group: Group) -> bool:
    return any(not figure.left_out for figure in group.figures)


Quarter = tuple[int, int]
"""Year, and 0 to 3."""


def _quarter(on: dt.date) -> Quarter:
    return on.year, (on.month - 1) // 3


def _quarters_over(talks: Iterable[_Talk], today: dt.date) -> list[Quarter]:
    """Return the calendar quarters with meetings that are over, the latest first."""
    return sorted(
        {_quarter(talk.on) for talk in talks if talk.on and _quarter(talk.on) < _quarter(today)}, reverse=True
    )


def _within(those: Iterable[T], quarter: Quarter) -> list[T]:
    return [one for one in those if one.on and _quarter(one.on) == quarter]


def _notes(rows: Sequence[MeasuredRow]) -> Iterator[str]:
    if len({row.made_with for row in rows}) > 1:
        yield "These meetings were not all labelled by the same rubric and engine: part of a range may be theirs."
