"""What only looks like a promise: no deed in it, over, asked about, or done before."""

from __future__ import annotations

import pytest

from analyzer.commitments.refused import kept, names_no_deed
from analyzer.commitments.spans import Found
from tests.labels.test_local import talk


def is_kept(said: str, answer: str = "Good.", certainty: float = 0.0, by_speaker: bool = True) -> bool:
    transcript = talk("What is next?", said, answer)
    found = Found(transcript.turns[1], 0, len(said), certainty, by_speaker, "volunteered")
    return kept([found], transcript.turns) == [found]


@pytest.mark.parametrize(
    "said",
    [
        "I sat there staring at the screen on Friday morning",
        "and I looked it up on Monday",
        "what would you know on Tuesday that you can't know now",
        "Anything.",
        "I'll try, bye",
        "all of them please",
    ],
)
def test_what_is_over_or_asked_or_names_nothing_is_no_promise(said: str) -> None:
    assert not is_kept(said, certainty=2.0)


@pytest.mark.parametrize(
    "said",
    [
        "I told him he'd have it on Friday",
        "I said I'd send it",
        "I'll try her today",
        "I'll do that",
        "the winter tyres form",
        "tell me what would you need and I'll order it",
    ],
)
def test_a_deed_a_thing_or_a_promise_told_is_kept(said: str) -> None:
    assert is_kept(said)


def test_a_day_alone_is_an_answer_only_if_that_is_likely() -> None:
    assert is_kept("Friday, then.", certainty=0.1)
    assert not is_kept("Friday, then.", certainty=-0.5)


def test_a_day_beside_another_promise_is_kept_for_it() -> None:
    transcript = talk("Next?", "I'll send the sheet. Friday.")
    sheet = Found(transcript.turns[1], 0, 20, 1.0, True, "volunteered")
    day = Found(transcript.turns[1], 21, 28, -0.5, True, "volunteered")
    assert kept([sheet, day], transcript.turns) == [sheet, day]


def test_what_is_done_before_it_is_asked_for_is_no_promise() -> None:
    assert not is_kept("Put it in the tool", "It's in already.", by_speaker=False)
    assert is_kept("Put it in the tool", "It'll be done by Friday.", by_speaker=False)
    assert is_kept("I'll put it in the tool", "It's in already.")


@pytest.mark.parametrize(("said", "is_empty"), [("By Friday, please.", True), ("Friday's quote", False), ("", True)])
def test_a_day_names_no_deed(said: str, is_empty: bool) -> None:
    assert names_no_deed(said) is is_empty
