"""Windows become one meeting: each turn's label from the window that knows it best, and disagreement is shown."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.labels.llm import DISAGREED, SURE, LLMLabeler
from analyzer.labels.reading import Reading, ReadWindow
from analyzer.labels.rubric import Rubric, load_rubric
from analyzer.llm.windows import Line, Window
from analyzer.model import Gap, Participant, Source, Transcript, Turn, Usage

RUBRIC = load_rubric()
TURNS = 20
TALK = Transcript(
    tuple(Turn(n, "MR"[n % 2], f"word{n} one two three four five", 2.0 * n, 2.0 * n + 2) for n in range(1, TURNS + 1)),
    (Participant("M", "manager", "flag"), Participant("R", "rep", "flag")),
    Source("transcript", "txt", "", 42.0),
)


def window(first: int, last: int) -> Window:
    lines = tuple(Line(turn.n, turn.speaker, turn.text) for turn in TALK.turns[first - 1 : last])
    return Window(lines, first == 1, last == TURNS)


def found(first: int, last: int, label: str, topic: str = "opportunity", **changed: Any) -> dict[str, Any]:
    turn = TALK.turns[max(0, min(TURNS, first) - 1)]
    return {
        "first": first, "last": last, "why": "", "label": label, "time": "past", "topic": topic, "sure": "high",
        "turn": turn.n, "speaker": turn.speaker, "quote": turn.text,
    } | changed  # fmt: skip


class Known:
    """A reader that has read already."""

    fingerprint = "m"

    def __init__(self, *read: tuple[Window, list[dict[str, Any]]], gaps: tuple[Gap, ...] = ()) -> None:
        windows = tuple(ReadWindow(one, {"exchanges": value, "commitments": []}) for one, value in read)
        self._reading = Reading(windows, gaps, Usage(), {"M": "M", "R": "R"})

    def read(self, transcript: Transcript, rubric: Rubric) -> Reading:
        return self._reading


def label(*read: tuple[Window, list[dict[str, Any]]], gaps: tuple[Gap, ...] = ()) -> list[tuple[int, int, str, float]]:
    done = LLMLabeler(Known(*read, gaps=gaps)).label(TALK, RUBRIC)  # type: ignore[arg-type]
    return [(e.first, e.last, e.label, e.confidence or 0.0) for e in done.exchanges]


HIGH = SURE["high"]


def test_one_window_is_taken_as_it_is() -> None:
    whole = (window(1, 20), [found(1, 8, "inspection"), found(9, 20, "coaching")])
    assert label(whole) == [(1, 8, "inspection", HIGH), (9, 20, "coaching", HIGH)]


def test_an_exchange_that_two_windows_see_a_part_of_is_one() -> None:
    left = (window(1, 12), [found(1, 6, "inspection"), found(7, 12, "coaching")])
    right = (window(9, 20), [found(9, 14, "coaching"), found(15, 20, "directing")])
    assert label(left, right) == [(1, 6, "inspection", HIGH), (7, 14, "coaching", HIGH), (15, 20, "directing", HIGH)]


def test_where_windows_disagree_confidence_is_lower() -> None:
    left = (window(1, 12), [found(1, 12, "inspection")])
    right = (window(9, 20), [found(9, 12, "coaching"), found(13, 20, "coaching")])
    made = label(left, right)
    assert {turns[:2]: turns[3] for turns in made}[(11, 12)] == round(HIGH * DISAGREED, 3)
    assert [one for one in made if one[0] == 13] == [(13, 20, "coaching", HIGH)]


def test_turns_that_no_window_covers_are_unclear_without_confidence() -> None:
    made = label((window(1, 12), [found(1, 12, "coaching")]), gaps=(Gap(13, 20, "refused"),))
    assert made == [(1, 12, "coaching", HIGH), (13, 20, "unclear", 0.0)]


def test_a_short_hole_goes_to_the_exchange_before() -> None:
    whole = (window(1, 20), [found(1, 8, "inspection"), found(11, 20, "coaching")])
    assert label(whole) == [(1, 10, "inspection", HIGH), (11, 20, "coaching", HIGH)]


SPANS = st.lists(
    st.tuples(st.integers(-3, 24), st.integers(-3, 24), st.sampled_from(["inspection", "coaching", "social"])),
    max_size=8,
)


@settings(max_examples=80, deadline=None)
@given(SPANS, SPANS)
def test_whatever_comes_back_every_turn_is_in_one_exchange(one: list[Any], other: list[Any]) -> None:
    def read(spans: list[Any]) -> list[dict[str, Any]]:
        return [found(max(1, min(a, b)), max(a, b), name) | {"first": min(a, b)} for a, b, name in spans]

    made = label((window(1, 12), read(one)), (window(9, 20), read(other)))
    assert [n for first, last, *_ in made for n in range(first, last + 1)] == list(range(1, TURNS + 1))


@pytest.mark.parametrize("sure", ["high", "middle", "low"])
def test_certainty_has_three_levels(sure: str) -> None:
    assert label((window(1, 20), [found(1, 20, "coaching", sure=sure)])) == [(1, 20, "coaching", SURE[sure])]
