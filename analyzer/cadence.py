"""Planned one-to-ones beside those that were held, and what the next one is about.  No input or output."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Literal

from analyzer.commitments.ledger import Item
from analyzer.feedback.measures import first_inspected, is_led_on, topic_segments
from analyzer.labels.rubric import Rubric
from analyzer.model import Analysis, MeetingInfo

REACH = 4
"""Days between a planned meeting and one held from which they are no longer the same one, moved."""
LOOK_BACK = 12
"""Meetings that a rhythm is read from."""
_WEEK = 7
_MINUTES = 30.0

State = Literal["held", "moved", "missed", "cancelled", "ahead", "unplanned"]
BECAME: dict[State, str] = {
    "held": "held as planned",
    "moved": "moved",
    "missed": "missed",
    "cancelled": "cancelled",
}
"""What can have become of a planned meeting that is over, as a reader says it."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A one-to-one in a calendar."""

    uid: str
    day: dt.date
    """On which its series has it, before anybody moved it."""
    on: dt.date
    """On which the calendar has it now."""
    at: dt.time | None = None
    """When it begins, where the meeting is; ``None``: all day."""
    zone: str | None = None
    """Name of the time zone of ``at``, as Europe/Berlin; ``None``: wherever the reader is."""
    minutes: float | None = None
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """A meeting that took place."""

    meeting: MeetingInfo
    minutes: float
    """Length of its recording or transcript."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A planned meeting and what became of it, or one that nobody planned."""

    state: State
    planned: Planned | None
    held: Held | None

    @property
    def on(self) -> dt.date:
        """The day that it belongs to."""
        if self.planned is not None:
            return self.planned.day
        return (self.held.meeting.date if self.held else None) or dt.date.min


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How two people met up to a day."""

    meetings: int
    """Days on which they met, that day among them; the last `LOOK_BACK`."""
    gap: float
    """Median of the days between them; 0 for a single one."""
    longest: int
    states: dict[State, int]
    """What became of the last `LOOK_BACK` planned ones; empty where no calendar is known."""


def rhythm(plan: Sequence[Planned], meetings: Iterable[MeetingInfo], until: dt.date) -> Rhythm:
    """Return how two people met; what came after ``until`` is left out, so that a later meeting changes nothing."""
    held = [Held(info, 0.0) for info in meetings if info.date and info.date <= until]
    reach = dt.timedelta(days=REACH)
    near = sorted((one for one in plan if one.day <= until + reach), key=lambda one: one.day)[-2 * LOOK_BACK :]
    since = near[0].day - reach if near else until
    beside = [one for one in held if one.meeting.date and one.meeting.date >= since]
    past = [slot.state for slot in reconcile(near, beside, until) if slot.planned and slot.state != "ahead"][
        -LOOK_BACK:
    ]
    days = sorted({one.meeting.date for one in held if one.meeting.date})[-LOOK_BACK:]
    gaps = [(after - before).days for before, after in pairwise(days)]
    return Rhythm(
        len(days),
        median(gaps) if gaps else 0.0,
        max(gaps, default=0),
        {one: past.count(one) for one in BECAME if one in past},
    )


def reconcile(plan: Sequence[Planned], held: Iterable[Held], today: dt.date) -> list[Slot]:
    """Return what became of each planned meeting of two people, and the meetings that nobody planned, by day.

    A meeting is the planned one of its day, else of the nearest day within `REACH` that has none of its own.

    Args:
        plan: in any order.
        held: of the same two people; those without a day are left out.
        today: before which a planned meeting that was not held counts as missed.

    """
    left = {one.meeting.id: one for one in held if one.meeting.date}
    near = sorted(
        (away, day, n, id_)
        for n, one in enumerate(plan)
        for id_, talk in left.items()
        if (day := talk.meeting.date) and (away := _away(one, day)) <= REACH
    )
    matched: dict[int, Held] = {}
    for _, _, n, id_ in near:
        if n not in matched and id_ in left:
            matched[n] = left.pop(id_)
    slots = [_slot(planned, matched.get(n), today) for n, planned in enumerate(plan)]
    return sorted([*slots, *(Slot("unplanned", None, one) for one in left.values())], key=lambda slot: slot.on)


def _away(planned: Planned, day: dt.date) -> int:
    """Return how many days a day is from a planned meeting, as its series has it or as it was put off to."""
    return min(abs((planned.day - day).days), abs((planned.on - day).days))


def _slot(planned: Planned, held: Held | None, today: dt.date) -> Slot:
    if held is not None:
        return Slot("held" if held.meeting.date == planned.day else "moved", planned, held)
    if planned.cancelled:
        return Slot("cancelled", planned, None)
    return Slot("missed" if planned.on < today else "ahead", planned, None)


def next_meeting(plan: Sequence[Planned], held: Sequence[Held], last: dt.date, today: dt.date) -> Planned:
    """Return the next meeting after ``last`` that is not over: the planned one, else one in the rhythm so far."""
    ahead = [one for one in plan if one.on > last and one.on >= today and not one.cancelled]
    if ahead:
        return min(ahead, key=lambda one: (one.on, one.at or dt.time.min))
    days = sorted({one.meeting.date for one in held if one.meeting.date})
    gaps = [(after - before).days for before, after in pairwise(days)]
    gap = max(1, round(median(gaps))) if gaps else _WEEK
    on = last + dt.timedelta(days=gap)
    while on < today:
        on += dt.timedelta(days=gap)
    lengths = [one.minutes for one in held if one.minutes]
    minutes = max(15.0, 15.0 * round(median(lengths) / 15)) if lengths else _MINUTES
    return Planned("", on, on, minutes=minutes)


def agenda(analysis: Analysis, items: Iterable[Item], rubric: Rubric, today: dt.date) -> list[str]:
    """Return what to talk about next: promises that are open or said to be done, and topics that stayed at facts.

    Both people see a calendar entry, so it says what to talk about and nothing about how the last talk went.
    """
    lines = []
    for item in items:
        what = f"{item.owner or 'owner not known'}: {item.latest.commitment.action}"
        if item.state == "open":
            when = f" (due {item.due.isoformat()}{', day past' if item.is_overdue(today) else ''})" if item.due else ""
            lines.append(what + when)
        elif item.state == "claimed":
            lines.append(f"{what} (said to be done: what came of it?)")
    return lines + [f"More on: {topic}" for topic in facts_only(analysis, rubric)]


def facts_only(analysis: Analysis, rubric: Rubric) -> list[str]:
    """Return the names of the topics that were inspected and never coached, in order of the talk."""
    topics = []
    for segment in topic_segments(analysis.exchanges):
        first = first_inspected(segment, rubric)
        if first is not None and not is_led_on(first, analysis.exchanges, rubric):
            topics.append(rubric.topic_name(first.topic))
    return list(dict.fromkeys(topics))
