"""The trained commitments: quoted word for word, owned by who promises, dated by code."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.commitments.clauses import clauses_of
from analyzer.commitments.local import LocalExtractor, _owner
from analyzer.commitments.merge import merge
from analyzer.commitments.spans import Found
from analyzer.labels.rubric import load_rubric
from analyzer.model import Commitment, Quote, Turn
from tests.labels.test_local import talk

RUBRIC = load_rubric()
TUESDAY = date(2026, 3, 17)


def extract(*said: str, roles: bool = True) -> list[Commitment]:
    return list(LocalExtractor().extract(talk(*said, roles=roles), [], TUESDAY, RUBRIC).commitments)


def test_a_plain_promise_is_the_speakers_with_its_day() -> None:
    found = extract("What is next with the clinic?", "I'll send Marta the sizing sheet by Thursday noon.", "Good.")
    assert len(found) == 1
    assert (found[0].owner, found[0].due, found[0].due_text) == ("Jules", date(2026, 3, 19), "by Thursday noon")
    assert "sizing sheet" in found[0].action


def test_the_managers_own_promise_is_the_managers() -> None:
    found = extract("I'll call her tomorrow morning and send you the notes.", "Thank you.")
    assert [one.owner for one in found] == ["Dana"]


@pytest.mark.parametrize("said", ["I should be able to cut it down", "Okay, um, I'll ring her", "let me ask Marta"])
def test_who_says_i_in_the_quote_is_the_owner(said: str) -> None:
    transcript = talk(said, "Mm-hm.")
    asked = Found(transcript.turns[0], 0, len(said), 1.0, False, "proposed_accepted")
    assert _owner(asked, transcript) == "Dana"


def test_an_order_with_an_i_further_on_is_still_the_listeners() -> None:
    said = "Write me two lines that I can read out"
    transcript = talk(said, "Fine.")
    assert _owner(Found(transcript.turns[0], 0, len(said), 1.0, False, "assigned"), transcript) == "Jules"


def test_a_deed_and_its_day_said_apart_are_one_line_with_the_name_of_the_deed() -> None:
    found = extract("And the letter?", "I'll get the letter from quality. I'll have it for you by Thursday.")
    assert [(one.action, one.due) for one in found] == [("get the letter from quality", date(2026, 3, 19))]


def test_two_pronouns_on_one_day_are_two_promises() -> None:
    one = Commitment(
        "Dana", "I'll ring her today after lunch", "today", TUESDAY, 4, "volunteered", Quote(1, "Dana", 0, "a")
    )
    other = replace(one, action="I'll ask him today after lunch", quote=Quote(5, "Dana", 9, "b"))
    assert merge([one, other]) == [one, other]


def test_a_day_of_another_promise_in_another_turn_is_not_borrowed() -> None:
    found = extract(
        "Okay. Um, I'll put a line in for the payroll meeting.",
        "And the fill rates, I'll get those to Wendell on Saturday morning, he's in on Saturdays.",
    )
    assert [(one.owner, one.due) for one in found] == [("Dana", None), ("Jules", date(2026, 3, 21))]


def test_without_roles_the_owner_is_withheld_and_so_is_confidence() -> None:
    found = extract("What is next?", "I'll send Marta the sizing sheet by Thursday noon.", roles=False)
    assert [(one.owner, one.confidence) for one in found] == [(None, None)]


def test_without_a_day_of_the_meeting_no_day_is_made_up() -> None:
    found = (
        LocalExtractor()
        .extract(talk("Next?", "I'll send Marta the sizing sheet by Thursday noon."), [], None, RUBRIC)
        .commitments
    )
    assert [(one.due, one.due_text) for one in found] == [(None, "by Thursday noon")]


@pytest.mark.parametrize(
    "said",
    [
        ("How was the weekend?", "Lovely, we took the kids to the lake."),
        ("Did they sign?", "They signed on Monday, and procurement has it."),
        ("How many calls last week?", "About thirty, most of them old customers."),
    ],
)
def test_small_talk_and_status_hold_no_promise(said: tuple[str, ...]) -> None:
    assert extract(*said) == []


any_talk = st.lists(st.text(min_size=1, max_size=80).filter(str.strip), min_size=1, max_size=12)


@settings(max_examples=80, deadline=None)
@given(any_talk)
def test_every_quote_stands_in_its_turn(said: list[str]) -> None:
    transcript = talk(*said)
    for one in LocalExtractor().extract(transcript, [], TUESDAY, RUBRIC).commitments:
        turn = transcript.turn(one.quote.turn)
        assert one.quote.text in turn.text
        assert one.quote.speaker == turn.speaker
        assert one.action


@settings(max_examples=150)
@given(st.text(min_size=1, max_size=300))
def test_clauses_are_verbatim_pieces_in_order(text: str) -> None:
    turn = Turn(1, "Dana", text, 0.0, 1.0)
    clauses = clauses_of(turn)
    assert all(
        clause.text == text[clause.start : clause.end] and clause.text.strip() == clause.text for clause in clauses
    )
    assert all(one.end <= other.start for one, other in pairwise(clauses))
