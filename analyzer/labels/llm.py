"""The ``llm`` engine: a language model under prompt and rubric, and the rules by which its windows become one meeting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from analyzer.labels.derived import mark_setup, question_form
from analyzer.labels.evidence import opening_turn
from analyzer.labels.reading import Reading, ReadingEngine, ReadWindow
from analyzer.labels.rubric import Rubric
from analyzer.llm.evidence import check_quote
from analyzer.model import Dropped, Exchange, Labelled, Notes, Quote, Transcript

SURE = {"high": 0.96, "middle": 0.85, "low": 0.57}
"""Confidence for what the model says of its own certainty: the share of such exchanges that were right on the dev
meetings (of 190, 99 and 21), with the model whose replies are recorded; another one is differently sure of itself."""
DISAGREED = 0.6
"""Factor where two windows that both saw a turn gave it different labels."""


@dataclass(frozen=True, slots=True)
class _Span:
    """Turns of one exchange of one window; ``found`` is ``None`` where nothing was read."""

    first: int
    last: int
    window: int | None
    found: dict[str, Any] | None
    disagreed: bool


class LLMLabeler(ReadingEngine):
    """Labels with a language model."""

    def label(self, transcript: Transcript, rubric: Rubric) -> Labelled:
        """Return the exchanges; turns that could not be read, and labels without a true quote, say so.

        Raises:
            EngineError: see `Reader.read`.

        """
        reading = self._reader.read(transcript, rubric)
        spans = list(_joined(list(_spans(reading, len(transcript.turns)))))
        dropped: list[Dropped] = []
        exchanges = [_exchange(span, reading, transcript, rubric, dropped) for span in spans]
        return Labelled(tuple(mark_setup(exchanges, rubric)), Notes(reading.gaps, tuple(dropped), reading.usage))


def _spans(reading: Reading, turns: int) -> Iterator[_Span]:
    """Yield the runs of turns that the window with the say over them puts into one exchange."""
    placed = [_placed(one) for one in reading.windows]
    owner = reading.owners(turns)

    def place(turn: int) -> tuple[int | None, int | None]:
        window = owner[turn - 1]
        return window, None if window is None else placed[window].get(turn)

    for (window, index), group in groupby(range(1, turns + 1), key=place):
        run = list(group)
        found = None if window is None or index is None else reading.windows[window].value["exchanges"][index]
        yield _Span(run[0], run[-1], window, found, _disagreed(run, found, reading, placed))


def _placed(read: ReadWindow) -> dict[int, int]:
    """Return for each turn of a window the index of its exchange; a short hole goes to the exchange before."""
    order = sorted(range(len(read.value["exchanges"])), key=lambda i: _ends(read.value["exchanges"][i]))
    placed: dict[int, int] = {}
    for index in order:
        one = read.value["exchanges"][index]
        for turn in range(max(one["first"], read.window.first), min(one["last"], read.window.last) + 1):
            placed[turn] = index
    before: int | None = order[0] if order else None
    for turn in range(read.window.first, read.window.last + 1):
        if turn in placed:
            before = placed[turn]
        elif before is not None:
            placed[turn] = before
    return placed


def _ends(one: dict[str, Any]) -> tuple[int, int]:
    return one["first"], one["last"]


def _disagreed(
    run: Sequence[int], found: dict[str, Any] | None, reading: Reading, placed: Sequence[dict[int, int]]
) -> bool:
    """Whether another window that saw these turns gave most of those that it saw another label."""
    if found is None:
        return False
    seen = [
        reading.windows[n].value["exchanges"][places[turn]]["label"] != found["label"]
        for n, places in enumerate(placed)
        for turn in run
        if turn in places
    ]
    return 4 * sum(1 for one in seen if one) > len(seen)


def _joined(spans: Sequence[_Span]) -> Iterator[_Span]:
    """Yield spans with an exchange that two windows saw, each a part of it, as one."""
    before: _Span | None = None
    for span in spans:
        if before is not None and _is_one(before, span):
            before = _Span(before.first, span.last, before.window, before.found, before.disagreed or span.disagreed)
            continue
        if before is not None:
            yield before
        before = span
    if before is not None:
        yield before


def _is_one(before: _Span, span: _Span) -> bool:
    if before.window == span.window or before.found is None or span.found is None:
        return False
    one, other = before.found, span.found
    begun: bool = other["first"] < span.first
    return begun and bool(one["label"] == other["label"] and one["topic"] == other["topic"])


def _exchange(
    span: _Span, reading: Reading, transcript: Transcript, rubric: Rubric, dropped: list[Dropped]
) -> Exchange:
    turns = transcript.turns[span.first - 1 : span.last]
    opening = opening_turn(turns)
    found = span.found
    quote = None if found is None else _quote(found, span, reading, transcript, dropped)
    label = found["label"] if found is not None and quote is not None else rubric.abstention
    focus, kind = rubric.focus_and_kind(label)
    confidence = SURE[found["sure"]] * (DISAGREED if span.disagreed else 1.0) if found and quote else 0.0
    return Exchange(
        first=span.first,
        last=span.last,
        focus=focus,
        kind=kind,
        time=found["time"] if found else "present",
        topic=found["topic"] if found else rubric.topics[-1].id,
        initiator=transcript.role_of(opening.speaker),
        evidence=(quote,) if quote else (),
        question_form=question_form(transcript, turns),
        confidence=round(confidence, 3),
    )


def _quote(
    found: dict[str, Any], span: _Span, reading: Reading, transcript: Transcript, dropped: list[Dropped]
) -> Quote | None:
    """Return the words that the label rests on; without any that stand in the talk it rests on nothing."""
    near = transcript.turns[max(0, min(span.first, found["first"]) - 2) : max(span.last, found["last"]) + 1]
    quote = check_quote(found, near, reading.codes)
    if isinstance(quote, Quote):
        return quote
    dropped.append(Dropped("label", span.first, f"{found['label']}: {quote.reason}"))
    return None
