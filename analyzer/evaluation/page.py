"""A scorecard as one HTML page: figures with intervals, confusion, calibration, worst meetings first, each disagreement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from analyzer.evaluation.dataset import Meeting
from analyzer.evaluation.figure import Figure, interval_shown, shown
from analyzer.evaluation.scorecard import MeetingResult, Scorecard
from analyzer.labels.rubric import Rubric
from analyzer.report.html import environment


@dataclass(frozen=True, slots=True)
class Bar:
    """A figure as a bar with its interval; positions in percent."""

    name: str
    value: str
    interval: str
    n: str
    left: float
    width: float
    at: float


@dataclass(frozen=True, slots=True)
class Stretch:
    """Neighbouring turns on which gold and engine differ in the same way, with the turns around them."""

    gold: str
    said: str
    turns: tuple[tuple[int, str, str, bool], ...]
    """Number, speaker, text, and whether it is one of those that differ."""


@dataclass(frozen=True, slots=True)
class MeetingView:
    """A meeting and where its labels differ."""

    id: str
    style: str
    turns: int
    accuracy: str
    stretches: tuple[Stretch, ...]


def render_scorecard(card: Scorecard, meetings: Sequence[Meeting], rubric: Rubric) -> str:
    """Return the page; everything from the meetings is escaped."""
    by_id = {meeting.id: meeting for meeting in meetings}
    worst = sorted(card.results, key=lambda result: result.focus_accuracy if result.focus_accuracy is not None else 2.0)
    rows = [
        (
            name,
            shown(figure.value),
            interval_shown(figure),
            f"{figure.n:.0f}",
            [shown(card.baselines[b][name].value) for b in card.baselines],
        )
        for name, figure in card.figures.items()
        if figure.value is not None
    ]
    bars = [
        (name, [_bar("precision", one.precision), _bar("recall", one.recall), _bar("F1", one.f1)])
        for name, one in card.classes.items()
    ]
    total = [sum(row) or 1.0 for row in card.confusion]
    confusion = [
        (name, [(f"{value:.0f}", value / whole) for value in row])
        for name, row, whole in zip(card.focuses, card.confusion, total, strict=False)
    ]
    return (
        environment("analyzer.evaluation")
        .get_template("scorecard.html.jinja")
        .render(
            card=card, shown=shown, interval=interval_shown, rows=rows, bars=bars, confusion=confusion,
            meetings=[_meeting(result, by_id[result.id]) for result in worst],
            names={label.id: label.name for label in rubric.labels},
        )
    )  # fmt: skip


def _bar(name: str, figure: Figure) -> Bar:
    low, high, value = (100 * (x or 0.0) for x in (figure.low, figure.high, figure.value))
    return Bar(name, shown(figure.value), interval_shown(figure), f"{figure.n:.0f}", low, max(0.5, high - low), value)


def _meeting(result: MeetingResult, meeting: Meeting) -> MeetingView:
    accuracy = "" if result.focus_accuracy is None else f"{result.focus_accuracy:.0%}"
    return MeetingView(result.id, result.style, result.turns, accuracy, tuple(_stretches(result, meeting)))


def _stretches(result: MeetingResult, meeting: Meeting) -> list[Stretch]:
    found = []
    numbered = [(n, gold, said) for n, (gold, said) in enumerate(result.labels) if gold != said]
    for _, group in groupby(enumerate(numbered), key=lambda pair: (pair[1][0] - pair[0], pair[1][1:])):
        inside = [pair[1] for pair in group]
        first, last = inside[0][0], inside[-1][0]
        around = range(max(0, first - 1), min(len(meeting.turns), last + 2))
        turns = tuple(
            (meeting.turns[n].n, meeting.turns[n].speaker, meeting.turns[n].text, first <= n <= last) for n in around
        )
        found.append(Stretch(inside[0][1], inside[0][2], turns))
    return found
