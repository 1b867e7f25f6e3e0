"""The talk itself as a page shows it: its labels with colour and definition, its timeline, its transcript."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analyzer.feedback.measures import LOW_CONFIDENCE
from analyzer.labels.rubric import Rubric
from analyzer.model import Analysis, Exchange
from analyzer.report.words import clock

SLOTS = 6
"""Colours, each with a pattern of its own, that the style sheet has for labels; 0 is the quiet one beside them."""
_HINT = 110
"""Characters of a quote that the timeline shows."""


@dataclass(frozen=True, slots=True)
class LabelView:
    """A label with its definition."""

    id: str
    name: str
    definition: str
    slot: int
    """Its colour and pattern, 1 to `SLOTS`; 0 where its time is no working time."""
    choice: str
    """The arguments of ``analyzer correct`` that name it."""


@dataclass(frozen=True, slots=True)
class Block:
    """An exchange on the timeline."""

    n: int
    """Counts from 1."""
    label_name: str
    slot: int
    start: float
    end: float
    hint: str
    """When, what, on which topic, in whose words."""
    low: bool


@dataclass(frozen=True, slots=True)
class TurnView:
    """A turn of the transcript, with the label that stands in the margin."""

    n: int
    clock: str
    seconds: float
    speaker: str
    text: str
    exchange: int
    """0 where none covers it."""
    label_name: str
    """Empty unless an exchange begins here."""
    slot: int
    low: bool


def slots(rubric: Rubric) -> dict[str, int]:
    """Return each label's colour by its position among those of working time: any rubric's labels get one."""
    working = [label.id for label in rubric.labels if label.working]
    found = {label.id: 0 for label in rubric.labels}
    return found | {id_: 1 + at % SLOTS for at, id_ in enumerate(working)}


def labels(rubric: Rubric) -> tuple[LabelView, ...]:
    """Return the labels in the rubric's order."""
    colours = slots(rubric)
    return tuple(
        LabelView(label.id, label.name, label.definition, colours[label.id], choice(label.id, rubric))
        for label in rubric.labels
    )


def choice(label: str, rubric: Rubric) -> str:
    """Return the arguments of ``analyzer correct`` that name a label."""
    focus, kind = rubric.focus_and_kind(label)
    return f"--focus {focus}" + (f" --kind {kind}" if kind else "")


def correction(meeting: str, n: int, exchange: Exchange, rubric: Rubric) -> str:
    """Return the command that corrects an exchange's label to the one it is most often taken for.

    That is coaching for anything else, and inspection for coaching.
    """
    others = rubric.labels_of("inspected" if rubric.measured(exchange) == "coached" else "coached")
    wanted = others[0] if others else rubric.abstention
    return f"analyzer correct {meeting} --exchange {n} {choice(wanted, rubric)}"


def is_low(exchange: Exchange) -> bool:
    """Return whether a label's confidence is low enough to say so."""
    return exchange.confidence is not None and exchange.confidence < LOW_CONFIDENCE


def blocks(analysis: Analysis, rubric: Rubric) -> tuple[Block, ...]:
    """Return the timeline, in order; meeting time in seconds."""
    colours = slots(rubric)
    return tuple(_block(analysis, n, one, rubric, colours) for n, one in enumerate(analysis.exchanges, 1))


def _block(analysis: Analysis, n: int, exchange: Exchange, rubric: Rubric, colours: Mapping[str, int]) -> Block:
    turns = analysis.transcript.turns[exchange.first - 1 : exchange.last]
    name = rubric.label(exchange.label).name
    said = f"{exchange.evidence[0].speaker}: “{_cut(exchange.evidence[0].text)}”" if exchange.evidence else ""
    low = "low confidence" if is_low(exchange) else ""
    parts = (f"{clock(turns[0].start)} {name}", low, rubric.topic_name(exchange.topic), said)
    hint = " · ".join(part for part in parts if part)
    end = max(turn.end for turn in turns)
    return Block(n, name, colours[exchange.label], turns[0].start, end, hint, is_low(exchange))


def _cut(text: str) -> str:
    return text if len(text) <= _HINT else text[:_HINT].rsplit(" ", 1)[0] + " …"


def transcript(analysis: Analysis, rubric: Rubric) -> tuple[TurnView, ...]:
    """Return the turns, each with the exchange that covers it."""
    colours = slots(rubric)
    of = {n: (at, one) for at, one in enumerate(analysis.exchanges, 1) for n in range(one.first, one.last + 1)}
    shown = []
    for turn in analysis.transcript.turns:
        at, one = of.get(turn.n, (0, None))
        begins = one is not None and one.first == turn.n
        name = rubric.label(one.label).name if one and begins else ""
        slot = colours[one.label] if one else 0
        low = is_low(one) if one else False
        shown.append(
            TurnView(turn.n, clock(turn.start), turn.start, turn.speaker, turn.text, at, name, slot, low and begins)
        )
    return tuple(shown)
