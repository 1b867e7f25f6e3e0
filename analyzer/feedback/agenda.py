"""A draft agenda for next time: what is not known to be done; then the model's points, else promises and topics never worked on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from analyzer.commitments.ledger import same_words
from analyzer.feedback.measures import first_inspected, is_led_on, speaking_time, topic_segments
from analyzer.labels.asking import asks_for_something, names_something
from analyzer.labels.rubric import Rubric
from analyzer.model import Analysis, Exchange, Observation, Quote

EARLIER, PROMISES, TOPICS = 3, 3, 3
_LAST = date.max
_KNOWN = {
    "untold": "what became of it is not known",
    "unmentioned": "not known to be done",
    "moved": "moved and still open",
}


def draft_agenda(analysis: Analysis, rubric: Rubric) -> tuple[Observation, ...]:
    """Return the points for the next talk, each with its quote where this talk has one; empty where roles are withheld."""
    if analysis.transcript.named("manager") is None or analysis.transcript.named("rep") is None:
        return analysis.feedback.agenda
    if analysis.feedback.agenda:
        return (*_earlier(analysis), *analysis.feedback.agenda)
    return (*_earlier(analysis), *_promises(analysis), *topics_to_take_up(analysis, rubric))


def _earlier(analysis: Analysis) -> Iterator[Observation]:
    """The promises of earlier meetings that are not known to be done, the earliest day first; said again, they are new ones here."""
    new = [one.quote for one in analysis.commitments]
    still = [
        one
        for one in analysis.follow_ups
        if one.outcome in ("unmentioned", "untold")
        or (one.outcome == "moved" and not any(same_words(one.quote, quote) for quote in new))
    ]
    for one in sorted(still, key=lambda one: one.moved_to or one.promise.due or _LAST)[:EARLIER]:
        due = one.moved_to or one.promise.due
        since = f" on {_day(one.promise.said_on)}" if one.promise.said_on else " earlier"
        what = f"{one.promise.owner}: {one.promise.action}{f', due {_day(due)}' if due else ''}"
        yield Observation(f"Promised{since}, {_KNOWN[one.outcome]}. {what}.", (one.quote,) if one.quote else ())


def _day(on: date) -> str:
    return f"{on:%A} {_short(on)}"


def _short(on: date) -> str:
    return f"{on.day} {on:%B}"


def _promises(analysis: Analysis) -> Iterator[Observation]:
    """The promises that fall due first; undated ones last."""
    own = sorted((one for one in analysis.commitments if one.owner), key=lambda one: one.due or _LAST)
    for one in own[:PROMISES]:
        due = f", due {_day(one.due)}" if one.due else ""
        yield Observation(f"What came of this? {one.owner}: {one.action}{due}.", (one.quote,))


def topics_to_take_up(analysis: Analysis, rubric: Rubric) -> Iterator[Observation]:
    """The topics that were asked about longest and not worked on, each once, in the order of the talk.

    Only where a question says what was asked about: under a joke or a name alone the line is hollow.
    """
    left = [
        (segment, asked) for segment in topics_left(analysis, rubric) if (asked := _telling_question(segment, rubric))
    ]
    left.sort(key=lambda one: -sum(speaking_time(analysis.transcript, e) for e in one[0]))
    longest: dict[str, tuple[Sequence[Exchange], Quote]] = {}
    for one in left:
        longest.setdefault(one[0][0].topic, one)
    for segment, asked in sorted(list(longest.values())[:TOPICS], key=lambda one: one[0][0].first):
        topic = rubric.topic_name(segment[0].topic).lower()
        yield Observation(
            f"Asked about and not worked on ({topic}). Open with: what do you want to try there?", (asked,)
        )


def _telling_question(segment: Sequence[Exchange], rubric: Rubric) -> Quote | None:
    """Return the first question of a stretch that names something; ``None`` for talk on no topic."""
    quotes = (e.evidence[0] for e in segment if e.evidence and rubric.measured(e) == "inspected" and e.topic != "other")
    return next((one for one in quotes if asks_for_something(one.text) and names_something(one.text)), None)


def topics_left(analysis: Analysis, rubric: Rubric) -> Iterator[Sequence[Exchange]]:
    """Yield the topic segments that were inspected and led to no coaching on their topic."""
    for segment in topic_segments(analysis.exchanges):
        first = first_inspected(segment, rubric)
        if first and first.evidence and not is_led_on(first, analysis.exchanges, rubric):
            if any(rubric.measured(one) == "coached" for one in segment):
                continue  # worked on earlier in the same stretch
            yield segment
