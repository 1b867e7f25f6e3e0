"""Words to spans: the best sequence of decisions, whatever the scores, and lists of orders that come apart."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analyzer.commitments.clauses import Clause
from analyzer.commitments.spans import cut
from analyzer.model import Turn
from tests.commitments.test_local import extract

TEXT = "send the deck book the room"
SURE = 20.0


def words_of(text: str, n: int = 1) -> list[Clause]:
    turn = Turn(n, "Dana", text, 0.0, 1.0)
    places = [i for i in range(len(text)) if text[i] != " " and (i == 0 or text[i - 1] == " ")]
    return [Clause(turn, at, at + len(text[at:].split(" ")[0])) for at in places]


def spans_of(text: str, tags: str) -> list[str]:
    """Return what is cut from words of which each is surely outside (O), a start (S) or inside (I)."""
    start = np.array([[0.0, SURE if tag == "S" else -SURE] for tag in tags])
    goes_on = np.array([[SURE * (tag == one) for one in "IOS"] for tag in tags])
    return [span.text for span in cut(words_of(text), start, goes_on)]


def test_a_start_inside_of_a_span_ends_it() -> None:
    assert spans_of(TEXT, "SIISII") == ["send the deck", "book the room"]


def test_words_outside_belong_to_no_span() -> None:
    assert spans_of(TEXT, "OOOSII") == ["book the room"]
    assert spans_of(TEXT, "OOOOOO") == []


def test_no_span_goes_on_without_a_start() -> None:
    assert spans_of(TEXT, "OIIOOO") == []


def test_a_span_ends_without_the_comma() -> None:
    assert spans_of("send it, book it", "SISI") == ["send it", "book it"]


def test_a_span_ends_with_its_turn() -> None:
    words = words_of("send it") + words_of("to me", n=2)
    start = np.array([[0.0, SURE]] + [[0.0, -SURE]] * 3)
    goes_on = np.array([[SURE, 0.0, 0.0]] * 4)
    assert [(span.turn.n, span.text) for span in cut(words, start, goes_on)] == [(1, "send it")]


scores = st.floats(-30, 30)


@given(st.lists(st.tuples(*[scores] * 5), min_size=1, max_size=30))
def test_spans_are_verbatim_and_in_order(rows: list[tuple[float, ...]]) -> None:
    words = words_of(" ".join(["word,"] * len(rows)))
    spans = cut(words, np.array([row[:2] for row in rows]), np.array([row[2:] for row in rows]))
    assert all(span.text and span.text in span.turn.text for span in spans)
    assert all(one.end <= other.start for one, other in pairwise(spans))


def test_a_list_of_orders_without_marks_comes_apart() -> None:
    found = extract("so before i go get the numbers from finance and ring lee about the renewal by friday", "will do")
    assert [(one.owner, one.due) for one in found] == [("Jules", None), ("Jules", date(2026, 3, 20))]
    assert "numbers" in found[0].action
    assert "lee" in found[1].action
