"""Counts over the exchanges; every rate keeps its counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from analyzer.labels.rubric import Rubric
from analyzer.model import Exchange, Measures, Share, Transcript

LOW_CONFIDENCE = 0.5
QUESTION_FORMS = ("open", "closed", "leading")
"""In the order in which they are told."""
TELLING = "directing"
"""The label that stands against coaching where it is asked who solved the problems."""


def measure(transcript: Transcript, exchanges: Sequence[Exchange], rubric: Rubric) -> Measures:
    """Return speaking time by label, bridge rate, question forms and shares."""
    seconds = {label.id: 0.0 for label in rubric.labels}
    for exchange in exchanges:
        seconds[exchange.label] = seconds.get(exchange.label, 0.0) + speaking_time(transcript, exchange)
    return Measures(
        seconds={label: round(value, 3) for label, value in seconds.items()},
        working=round(sum(value for label, value in seconds.items() if label in rubric.working), 3),
        bridge=bridge(exchanges, rubric),
        questions=dict(Counter(e.question_form for e in exchanges if e.question_form != "none")),
        manager_talk=_manager_talk(transcript),
        low_confidence=_low_confidence(exchanges),
    )


def speaking_time(transcript: Transcript, exchange: Exchange) -> float:
    """Return the seconds that somebody speaks in an exchange."""
    return sum(turn.duration for turn in transcript.turns[exchange.first - 1 : exchange.last])


def bridge(exchanges: Sequence[Exchange], rubric: Rubric) -> Share:
    """Return how many inspected topics were followed by coaching on the same topic, over inspected topics.

    A topic here is a topic segment: neighbouring exchanges of one topic.
    """
    firsts = [first for segment in topic_segments(exchanges) if (first := first_inspected(segment, rubric))]
    return Share(sum(is_led_on(first, exchanges, rubric) for first in firsts), len(firsts))


def first_inspected(segment: Sequence[Exchange], rubric: Rubric) -> Exchange | None:
    """Return the first exchange of a stretch that is inspection."""
    return next((one for one in segment if rubric.measured(one) == "inspected"), None)


def is_led_on(exchange: Exchange, exchanges: Sequence[Exchange], rubric: Rubric) -> bool:
    """Return whether coaching on the same topic follows an exchange."""
    return any(
        rubric.measured(one) == "coached" and one.topic == exchange.topic
        for one in exchanges
        if one.first > exchange.first
    )


def topic_segments(exchanges: Sequence[Exchange]) -> list[list[Exchange]]:
    """Return the runs of neighbouring exchanges of one topic, in order."""
    segments: list[list[Exchange]] = []
    for exchange in exchanges:
        if segments and segments[-1][-1].topic == exchange.topic:
            segments[-1].append(exchange)
        else:
            segments.append([exchange])
    return segments


def _manager_talk(transcript: Transcript) -> Share:
    manager = transcript.named("manager")
    if manager is None:
        return Share(0.0, 0.0)
    part = sum(turn.duration for turn in transcript.turns if turn.speaker == manager)
    return Share(round(part, 3), round(sum(turn.duration for turn in transcript.turns), 3))


def _low_confidence(exchanges: Sequence[Exchange]) -> Share:
    known = [exchange.confidence for exchange in exchanges if exchange.confidence is not None]
    return Share(sum(confidence < LOW_CONFIDENCE for confidence in known), len(known))


def summarise(measures: Measures, rubric: Rubric) -> str:
    """Return one neutral sentence with the minutes behind it."""
    if not measures.working:
        names = [label.name.lower() for label in rubric.labels if label.working]
        return f"None of the talk was {', '.join(names[:-1])} or {names[-1]}." if len(names) > 1 else "No working time."
    parts = [
        f"{minutes(measures.seconds[label.id])} {label.name.lower()}"
        for label in rubric.labels
        if label.working and measures.seconds.get(label.id)
    ]
    bridged = measures.bridge
    sentence = f"{minutes(measures.working)} of working time: {', '.join(parts)}."
    if bridged.whole == 1:
        sentence += f" One topic was inspected, and it {'led' if bridged.part else 'did not lead'} to coaching."
    elif bridged.whole:
        led = "none" if not bridged.part else "all" if bridged.part == bridged.whole > 2 else f"{bridged.part:.0f}"
        led = "both" if bridged.part == bridged.whole == 2 else f"{led} of them"
        sentence += f" {bridged.whole:.0f} topics were inspected, and {led} led to coaching."
    return sentence


def minutes(seconds: float) -> str:
    """Return a length of time as a reader says it."""
    return (
        f"{seconds:.0f} s"
        if seconds < 60
        else f"{seconds / 60:.1f} min"
        if seconds < 600
        else f"{seconds / 60:.0f} min"
    )


def number_of(count: int, one: str, many: str = "") -> str:
    """Return a count with its noun: ``1 meeting``, ``2 meetings``; ``many`` where an s does not make the plural."""
    return f"{count} {one if count == 1 else many or one + 's'}"
