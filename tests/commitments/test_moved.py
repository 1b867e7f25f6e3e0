"""A promise whose day moves within the talk is one line, with the last day; two promises stay two."""

from __future__ import annotations

from datetime import date

import pytest

from analyzer.commitments.moved import settled
from analyzer.commitments.refused import names_no_deed
from analyzer.model import Commitment, Quote
from tests.labels.test_local import talk

MONDAY = date(2026, 3, 16)
WEDNESDAY, THURSDAY, FRIDAY = date(2026, 3, 18), date(2026, 3, 19), date(2026, 3, 20)


def promise(turn: int, quote: str, due: date | None = None, action: str | None = None) -> Commitment:
    owner = ("Dana", "Jules")[(turn - 1) % 2]
    text = due.strftime("%A") if due else None
    return Commitment(owner, action or quote, text, due, 3, "volunteered", Quote(turn, owner, 0.0, quote))


def lines(said: list[str], *promises: Commitment, said_on: date | None = MONDAY) -> list[tuple[str, date | None]]:
    return [(one.action, one.due) for one in settled(promises, talk(*said), said_on)]


OLD = "I'll get the rates over to him on Wednesday."


@pytest.mark.parametrize(
    "again",
    [
        ["Good.", "The rates, you know I said Wednesday? I'll get those to Wendell on Friday."],
        ["The rates, you said Wednesday?", "I'll get those to Wendell on Friday."],
        ["Good.", "I won't have the rates by Wednesday. I'll get those to Wendell on Friday."],
        ["Good.", "The rates, not Wednesday. I'll get those to Wendell on Friday."],
    ],
)
def test_a_day_that_is_taken_back_goes_with_its_line(again: list[str]) -> None:
    new = promise(4, "I'll get those to Wendell on Friday.", FRIDAY)
    assert lines(["Next?", OLD, *again], promise(2, OLD, WEDNESDAY), new) == [(new.action, FRIDAY)]


def test_a_new_day_alone_keeps_the_deed() -> None:
    said = ["Next?", OLD, "You said Wednesday?", "Friday, then."]
    old, new = promise(2, OLD, WEDNESDAY, "get the rates over"), promise(4, "Friday, then.", FRIDAY)
    assert lines(said, old, new) == [("get the rates over", FRIDAY)]


def test_what_is_put_to_another_day_is_due_then() -> None:
    said = ["Next?", OLD, "Good.", "The rates won't be good by Wednesday. Could I put it to the twentieth?"]
    assert lines(said, promise(2, OLD, WEDNESDAY, "get the rates over")) == [("get the rates over", FRIDAY)]


@pytest.mark.parametrize(
    "said",
    [
        ["Next?", OLD, "Good.", "I'll ring Wendell on Friday."],  # nothing is taken back
        ["Next?", OLD, "Thursday, you said?", "I'll ring Wendell on Friday."],  # another day
        ["Next?", OLD, "And he said Wednesday?", "I'll ring Wendell on Friday."],  # another one's word
    ],
)
def test_two_promises_stay_two(said: list[str]) -> None:
    both = promise(2, OLD, WEDNESDAY), promise(4, "I'll ring Wendell on Friday.", FRIDAY)
    assert len(lines(said, *both)) == 2


def test_where_two_have_the_day_that_is_taken_back_both_stay() -> None:
    said = ["Next?", OLD, "Good.", "You know I said Wednesday? I'll get those to Wendell on Friday."]
    two = promise(2, OLD, WEDNESDAY), promise(2, "I'll ring her on Wednesday", WEDNESDAY)
    assert len(lines(said, *two, promise(4, "I'll get those to Wendell on Friday.", FRIDAY))) == 3


def test_a_day_said_beside_a_promise_is_its_day() -> None:
    said = ["Next?", "I'll cut it down before the clocks change. Before the end of the week, say."]
    deed, day = (
        promise(2, "I'll cut it down before the clocks change."),
        promise(2, "Before the end of the week", FRIDAY),
    )
    assert lines(said, deed, day) == [(deed.action, FRIDAY)]


def test_a_promise_with_that_day_goes_before_one_without() -> None:
    said = ["Get a yes by Friday.", "Okay.", "By Friday. Rewrite that note."]
    yes, day, note = (
        promise(1, "Get a yes by Friday", FRIDAY),
        promise(3, "By Friday.", FRIDAY),
        promise(3, "Rewrite it"),
    )
    assert lines(said, yes, day, note) == [(yes.action, FRIDAY), ("Rewrite it", None)]


def test_saying_that_the_day_holds_is_no_second_promise() -> None:
    said = ["Next?", "I'll mail it to him this week.", "Sure?", "I told him this week so it's still this week"]
    old, again = promise(2, said[1], FRIDAY), promise(4, said[3], FRIDAY)
    assert lines(said, old, again) == [(said[1], FRIDAY)]


def test_without_a_day_of_the_meeting_days_are_not_compared() -> None:
    said = ["Next?", OLD, "You said Wednesday?", "Friday."]
    assert len(lines(said, promise(2, OLD, WEDNESDAY), promise(4, "Friday.", FRIDAY), said_on=None)) == 2


def test_trying_somebody_is_a_deed() -> None:
    assert not names_no_deed("I'll try her today")
