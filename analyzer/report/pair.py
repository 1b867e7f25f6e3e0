"""What a pair's page shows: everything across the meetings of one manager with one rep.

It compares nobody with anybody: all figures are of these two people's own meetings.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from analyzer.cadence import BECAME, Held, Planned, Slot, next_meeting, reconcile, rhythm
from analyzer.commitments.ledger import Event, Item, Pair, same_words
from analyzer.feedback.agenda import PROMISES, topics_left, topics_to_take_up
from analyzer.feedback.engagement import Engagement, Observed, Rule, Talk, observe
from analyzer.feedback.measures import QUESTION_FORMS, first_inspected, minutes, number_of, speaking_time
from analyzer.model import Observation, Quote
from analyzer.report.rep import NOTICE
from analyzer.report.trend import Point, Trend, effective_count
from analyzer.report.words import CLAIMED, EVENTS, PAST, WHOLE, clock, day, sentence, short_day

ENOUGH = 4
"""Meetings from which on a trend is shown."""
RECENT = 12
"""Meetings that trend and topics look back on, so that a page costs the same in the tenth year as in the first."""
LAPSED = 2
"""Steps of a rhythm without a meeting, after which it foretells nothing any more."""
_AHEAD = 3
"""Planned meetings that are listed before they come."""
_GROUPS = (sentence(PAST), "Moved", "Open", sentence(CLAIMED), "Done", "Dropped")
_CLOSED = 3
"""From which group on items are over."""
_SLOTS = {**BECAME, "ahead": "ahead", "unplanned": "not in the calendar"}


Dated = Sequence[tuple[dt.date, Held]]
"""Meetings that have a day, in order."""


@dataclass(frozen=True, slots=True)
class PairFacts:
    """What is known of a pair."""

    pair: Pair
    talks: tuple[Talk, ...]
    """The dated ones that are looked back on, in order of their days."""
    held: tuple[Held, ...]
    """All."""
    plan: tuple[Planned, ...]
    items: tuple[Item, ...]
    links: Mapping[str, str]
    """File name of a meeting's report by id."""
    engagement: Engagement
    fault: str
    """Why the rules of engagement cannot be read; empty where they can."""
    today: dt.date


@dataclass(frozen=True, slots=True)
class Said:
    """A quote with the place in the report where it stands."""

    text: str
    speaker: str
    clock: str
    href: str
    """Empty where there is no report."""
    on: str


@dataclass(frozen=True, slots=True)
class EventView:
    """A step in a promise's history."""

    text: str
    quote: Said | None


@dataclass(frozen=True, slots=True)
class ItemView:
    """A promise."""

    id: str
    owner: str
    action: str
    due: str
    history: tuple[EventView, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Promises in one state."""

    name: str
    late: bool
    closed: bool
    items: tuple[ItemView, ...]


@dataclass(frozen=True, slots=True)
class SlotView:
    """A meeting, held or planned."""

    day: str
    title: str
    href: str
    length: str
    gap: str
    state: str


@dataclass(frozen=True, slots=True)
class Left:
    """A topic that was inspected and never coached."""

    name: str
    counts: str
    quote: Said


@dataclass(frozen=True, slots=True)
class TopicRow:
    """A topic on the coverage map."""

    name: str
    coached: str
    """Empty: not observed."""
    inspected: str
    last: str


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule of engagement on the coverage map."""

    rule: Rule
    observed: str
    """Empty: not observed."""


@dataclass(frozen=True, slots=True)
class AgendaPoint:
    """A point of the agenda."""

    text: str
    quotes: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class PairView:
    """The whole page."""

    heading: str
    subtitle: str
    notices: tuple[str, ...]
    trends: tuple[Trend, ...]
    """Empty where there are too few meetings."""
    missing: str
    """How many meetings are missing for a trend; empty where there are enough."""
    trend_notes: tuple[str, ...]
    cadence: tuple[str, ...]
    slots: tuple[SlotView, ...]
    """The latest first."""
    planned: bool
    """Whether a calendar is known."""
    ledger: tuple[Group, ...]
    left: tuple[Left, ...]
    nothing_left: str
    """What stands where there is no such topic."""
    covered: str
    """Which meetings the coverage map looks at; that there are none, where it has nothing to look at."""
    seen: bool
    """Whether it looks at any."""
    topics: tuple[TopicRow, ...]
    """Those that were coached or inspected."""
    unseen: str
    """The names of the others."""
    rules: tuple[RuleRow, ...]
    next: str
    """When it is."""
    late: str
    """How many promises are past their day and not known to be done; empty where none is."""
    agenda: tuple[AgendaPoint, ...]
    notice: str = NOTICE


def build_pair(facts: PairFacts) -> PairView:
    """Return what a pair's page shows."""
    manager, rep = facts.pair
    last = facts.talks[-RECENT:]
    since = facts.today - dt.timedelta(weeks=facts.engagement.weeks)
    window = [talk for talk in facts.talks if since <= _day(talk) <= facts.today]
    enough = len(last) >= ENOUGH
    topics = list(_topic_rows(facts, window))
    dated, slots = _dated(facts.held), reconcile(facts.plan, facts.held, facts.today)
    return PairView(
        heading=f"{manager} with {rep}",
        subtitle=f"{number_of(len(facts.held), 'meeting')} · as of {day(facts.today)}",
        notices=tuple(_notices(facts)),
        trends=tuple(_trends(last)) if enough else (),
        missing="" if enough else _missing(len(last)),
        trend_notes=tuple(_trend_notes(last)) if enough else (),
        cadence=tuple(_cadence(facts, dated, slots)),
        slots=tuple(_slots(facts, dated, slots)),
        planned=bool(facts.plan),
        ledger=tuple(_ledger(facts)),
        left=tuple(_left(last, facts.links)),
        nothing_left=f"No such topic in {number_of(len(last), 'meeting')}." if window else _no_meeting(facts),
        covered=_covered(facts, len(window), since),
        seen=bool(window),
        topics=tuple(row for row in topics if row.coached or row.inspected),
        unseen=", ".join(row.name for row in topics if not (row.coached or row.inspected)),
        rules=tuple(RuleRow(rule, _rule(rule, window)) for rule in facts.engagement.rule),
        next=_next(facts, dated),
        late=_late(facts),
        agenda=tuple(_agenda(facts)),
    )


def _covered(facts: PairFacts, count: int, since: dt.date) -> str:
    if not count:
        return _no_meeting(facts)
    return (
        f"The last {number_of(facts.engagement.weeks, 'week')}: {number_of(count, 'meeting')} from {short_day(since)} to "
        f"{short_day(facts.today)}. What was not recorded is not in the counts."
    )


def _no_meeting(facts: PairFacts) -> str:
    """Say that nobody met: nothing is observed then, and that is no finding about any topic."""
    return f"No meeting in the last {number_of(facts.engagement.weeks, 'week')}."


def _day(talk: Talk) -> dt.date:
    return talk[0].meeting.date or dt.date.min


def _notices(facts: PairFacts) -> Iterator[str]:
    if facts.fault:
        yield f"No rule of engagement is shown: {facts.fault}"
    undated = sum(one.meeting.date is None for one in facts.held)
    if undated:
        yield (
            f"{number_of(undated, 'meeting')} without a day {'is' if undated == 1 else 'are'} left out of everything that "
            "goes by time: upload again with --date"
        )


def _missing(count: int) -> str:
    return f"A trend is shown from {number_of(ENOUGH, 'meeting')} on. So far there {'is' if count == 1 else 'are'} {count or 'none'}."


def _trends(talks: Sequence[Talk]) -> Iterator[Trend]:
    yield Trend(
        "Coaching share of working time",
        "Minutes of coaching over minutes of working time. The interval takes exchanges as what is counted, "
        "weighted by their length.",
        tuple(_coaching(talk) for talk in talks),
    )
    bridges = [(_day(talk), talk[0].measures.bridge) for talk in talks]
    yield Trend(
        "Bridge rate",
        "Inspected topics that led to coaching on the same topic, over inspected topics.",
        tuple(_counted(on, one.part, one.whole) for on, one in bridges),
    )
    forms = [(_day(talk), talk[0].measures.questions) for talk in talks]
    told = ", ".join(f"{sum(one.get(form, 0) for _, one in forms)} {form}" for form in QUESTION_FORMS)
    yield Trend(
        "Open questions",
        f"Open questions over all of the manager's questions that opened an exchange: {told} in these meetings.",
        tuple(_counted(on, one.get("open", 0), sum(one.values()), _forms(one)) for on, one in forms),
    )


def _coaching(talk: Talk) -> Point:
    analysis, rubric = talk
    working = [one for one in analysis.exchanges if one.label in rubric.working]
    seconds = [speaking_time(analysis.transcript, one) for one in working]
    coached = sum(s for s, one in zip(seconds, working, strict=True) if rubric.measured(one) == "coached")
    whole = sum(seconds)
    counts = f"{minutes(coached)} of {minutes(whole)}" if whole else "no working time"
    return Point(_day(talk), counts, coached, whole, effective_count(seconds))


def _counted(on: dt.date, part: float, whole: float, more: str = "") -> Point:
    return Point(on, f"{part:.0f} of {whole:.0f}{more}", part, whole, whole)


def _forms(questions: Mapping[str, int]) -> str:
    return "".join(f", {questions[form]} {form}" for form in QUESTION_FORMS[1:] if questions.get(form))


def _trend_notes(talks: Sequence[Talk]) -> Iterator[str]:
    low = sum(talk.measures.low_confidence.part for talk, _ in talks)
    whole = sum(talk.measures.low_confidence.whole for talk, _ in talks)
    if low:
        yield f"{low:.0f} of the {whole:.0f} labels behind these figures are of low confidence."
    partial = sum(bool(talk.notes.gaps) or talk.transcript.source.covered < WHOLE for talk, _ in talks)
    if partial:
        yield f"{number_of(partial, 'meeting')} could be read in part only; its report says how much."
    if len({talk.rubric for talk, _ in talks}) > 1 or len({talk.made_with for talk, _ in talks}) > 1:
        yield "These meetings were not all labelled by the same rubric and engine: part of a difference may be theirs."


def _cadence(facts: PairFacts, dated: Dated, slots: Sequence[Slot]) -> Iterator[str]:
    gaps = [((after[0] - before[0]).days, before[0], after[0]) for before, after in pairwise(dated)]
    if gaps:
        longest = max(gaps)
        yield (
            f"{number_of(len(dated), 'meeting')} from {short_day(dated[0][0])} to {short_day(dated[-1][0])}, "
            f"{number_of(round(median(gap[0] for gap in gaps)), 'day')} apart (median). The longest gap: "
            f"{number_of(longest[0], 'day')}, {short_day(longest[1])} to {short_day(longest[2])}."
        )
    lengths = [one.minutes for one in facts.held if one.minutes]
    if lengths:
        yield (
            f"Length: {median(lengths):.0f} min (median), from {min(lengths):.0f} to {max(lengths):.0f} min; "
            "of the recording or transcript."
        )
    past = [slot.state for slot in slots if slot.planned and slot.state != "ahead"]
    if past:
        told = [f"{past.count(state)} {name}" for state, name in BECAME.items() if state in past]
        yield f"Of {number_of(len(past), 'planned one')}: {', '.join(told)}."


def _dated(held: Sequence[Held]) -> Dated:
    return sorted(((one.meeting.date, one) for one in held if one.meeting.date), key=lambda one: one[0])


def _slots(facts: PairFacts, dated: Dated, slots: Sequence[Slot]) -> Iterator[SlotView]:
    """The latest first; meetings without a day last."""
    ahead = [slot for slot in slots if slot.state == "ahead"][:_AHEAD]
    gaps = {after.meeting.id: number_of((on - before).days, "day") for (before, _), (on, after) in pairwise(dated)}
    for slot in reversed([slot for slot in slots if slot.state != "ahead"] + ahead):
        if slot.held is None:
            yield SlotView(day(slot.planned.on if slot.planned else slot.on), "", "", "", "", _SLOTS[slot.state])
            continue
        info = slot.held.meeting
        yield SlotView(
            day=day(info.date or slot.on),
            title=info.title or "One-to-one",
            href=facts.links.get(info.id, ""),
            length=f"{slot.held.minutes:.0f} min",
            gap=gaps.get(info.id, ""),
            state=_SLOTS[slot.state],
        )
    for one in facts.held:
        if one.meeting.date is None:
            href = facts.links.get(one.meeting.id, "")
            yield SlotView("day not known", one.meeting.title or "One-to-one", href, f"{one.minutes:.0f} min", "", "")


def _ledger(facts: PairFacts) -> Iterator[Group]:
    """What is past its day first; in a group by day, and what has none last."""
    groups: dict[str, list[Item]] = {name: [] for name in _GROUPS}
    for item in sorted(facts.items, key=lambda item: item.due or dt.date.max):
        groups[_group(item, facts.today)].append(item)
    for at, (name, own) in enumerate(groups.items()):
        if own:
            yield Group(name, name == _GROUPS[0], at >= _CLOSED, tuple(_item(item, facts.links) for item in own))


def _group(item: Item, today: dt.date) -> str:
    if item.state != "open":
        return {"claimed": _GROUPS[3], "done": _GROUPS[4], "dropped": _GROUPS[5]}[item.state]
    if item.is_overdue(today):
        return _GROUPS[0]
    days = [event.due for event in item.history if event.due]
    moved = len(set(days)) > 1 or any(event.what == "moved" for event in item.history)
    return _GROUPS[1] if moved else _GROUPS[2]


def _item(item: Item, links: Mapping[str, str]) -> ItemView:
    due = f"due {day(item.due)}" if item.due else f"due “{item.due_text}”" if item.due_text else "no date"
    return ItemView(
        id=item.id,
        owner=item.owner or "Owner not known",
        action=sentence(item.latest.commitment.action),
        due=due,
        history=tuple(_event(event, links) for event in item.history),
    )


def _event(event: Event, links: Mapping[str, str]) -> EventView:
    text = f"{day(event.on) if event.on else 'Day not known'}: {EVENTS[event.what]}"
    if event.due:
        text += f" for {day(event.due)}"
    elif event.due_text:
        text += f" for “{event.due_text}”"
    return EventView(text, _said(event.quote, event.meeting or "", event.on, links) if event.quote else None)


def _said(quote: Quote, meeting: str, on: dt.date | None, links: Mapping[str, str]) -> Said:
    href = f"{links[meeting]}#t{quote.turn}" if meeting in links else ""
    return Said(quote.text, quote.speaker, clock(quote.start), href, short_day(on) if on else "")


def _left(talks: Sequence[Talk], links: Mapping[str, str]) -> Iterator[Left]:
    """The topics that some meeting inspected and none coached, those of most meetings first."""
    coached = {one.topic for talk, rubric in talks for one in talk.exchanges if rubric.measured(one) == "coached"}
    found: dict[str, list[tuple[Talk, Quote]]] = {}
    for talk, rubric in talks:
        for segment in topics_left(talk, rubric):
            first = first_inspected(segment, rubric)
            if first and first.topic not in coached:
                found.setdefault(first.topic, []).append(((talk, rubric), first.evidence[0]))
    ranked = sorted(found.items(), key=lambda one: -len({talk.meeting.id for (talk, _), _ in one[1]}))
    for topic, places in ranked:
        (talk, rubric), quote = places[-1]
        n = len({one.meeting.id for (one, _), _ in places})
        counts = f"inspected in {n} of {number_of(len(talks), 'meeting')}, coached in none"
        yield Left(rubric.topic_name(topic), counts, _said(quote, talk.meeting.id, talk.meeting.date, links))


def _topic_rows(facts: PairFacts, window: Sequence[Talk]) -> Iterator[TopicRow]:
    if not facts.talks:
        return
    for topic in facts.talks[-1][1].topics:
        seen = observe(window, (topic.id,))
        coached = _times(seen.coached, seen.coached_seconds, seen.coached_in)
        inspected = _times(seen.inspected, seen.inspected_seconds, seen.inspected_in)
        yield TopicRow(topic.name, coached, inspected, short_day(seen.last) if seen.last else "")


def _times(exchanges: int, seconds: float, meetings: int) -> str:
    return f"{exchanges}× in {number_of(meetings, 'meeting')}, {minutes(seconds)}" if exchanges else ""


def _rule(rule: Rule, window: Sequence[Talk]) -> str:
    seen: Observed = observe(window, rule.topics, rule.words, rule.minutes)
    if rule.minutes is not None:
        if not seen.inspected_in:
            return ""
        return f"{seen.boxed} of {number_of(seen.inspected_in, 'meeting')} with such inspection stayed within {rule.minutes:g} min"
    if not seen.coached:
        return ""
    last = f", last on {short_day(seen.last)}" if seen.last else ""
    return f"coaching {_times(seen.coached, seen.coached_seconds, seen.coached_in)}{last}"


def _next(facts: PairFacts, dated: Dated) -> str:
    if not dated:
        return ""
    ahead = next_meeting(facts.plan, facts.held, dated[-1][0], facts.today)
    if ahead.uid:
        return f"Planned on {day(ahead.on)}" + (f" at {ahead.at:%H:%M}." if ahead.at else ".")
    if len(dated) < 2:
        return "Not planned in the calendar."
    last = dated[-1][0]
    gap = rhythm((), (one.meeting for one in facts.held), facts.today).gap
    if (facts.today - last).days > LAPSED * gap:
        return f"Not planned in the calendar; the last meeting was on {day(last)}."
    return f"Not planned in the calendar; the rhythm so far makes it {day(ahead.on)}."


def _late(facts: PairFacts) -> str:
    late = sum(item.is_overdue(facts.today) for item in facts.items)
    their, them = ("its", "it") if late == 1 else ("their", "them")
    return f"{number_of(late, 'promise')} past {their} day: what became of {them}?" if late else ""


def _agenda(facts: PairFacts) -> Iterator[AgendaPoint]:
    """Promises as the ledger has them now, whatever the last talk said; then what that talk left."""
    waiting = sorted((item for item in facts.items if item.state == "open"), key=lambda item: item.due or dt.date.max)
    for item in waiting[:PROMISES]:
        yield _promised(sentence(PAST) if item.is_overdue(facts.today) else "Promised", item, facts.links)
    claimed = [item for item in facts.items if item.state == "claimed"]
    for item in claimed[-PROMISES:]:
        yield _promised("Said to be done. What came of it?", item, facts.links)
    if facts.talks:
        analysis, rubric = facts.talks[-1]
        meeting = analysis.meeting.id
        told = [event.quote for item in facts.items for event in item.history if event.meeting == meeting]
        for one in analysis.feedback.agenda or topics_to_take_up(analysis, rubric):
            if not any(same_words(quote, other) for quote in told for other in one.quotes):
                yield _point(one, meeting, _day(facts.talks[-1]), facts.links)


def _promised(what: str, item: Item, links: Mapping[str, str]) -> AgendaPoint:
    latest = item.latest
    due = f", due {day(item.due)}" if item.due else ""
    said = _said(latest.commitment.quote, latest.meeting.id, latest.meeting.date, links)
    mark = "" if what.endswith("?") else ":"
    return AgendaPoint(f"{what}{mark} {item.owner or 'Owner not known'}: {latest.commitment.action}{due}.", (said,))


def _point(one: Observation, meeting: str, on: dt.date, links: Mapping[str, str]) -> AgendaPoint:
    return AgendaPoint(one.text, tuple(_said(quote, meeting, on, links) for quote in one.quotes))
