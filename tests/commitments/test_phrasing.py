"""What a promise is called in the ledger: a verb phrase out of the words said, never half of one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.commitments.phrasing import action_of, verb_phrase
from analyzer.commitments.spans import Found
from tests.labels.test_local import talk


def action(said: str, before: str = "What is next?", by_speaker: bool = True) -> str:
    transcript = talk(before, said)
    return action_of(Found(transcript.turns[1], 0, len(said), 1.0, by_speaker, "volunteered"), transcript)


@pytest.mark.parametrize(
    ("said", "phrase"),
    [
        ("I'll send Marta the sizing sheet by Thursday noon.", "send Marta the sizing sheet"),
        ("Yeah, um, I'll, I'll ring the, the depot tomorrow.", "ring the depot"),
        ("so before i go get the numbers from finance", "get the numbers from finance"),
        ("Can you put the kits on the quote today?", "put the kits on the quote"),
        ("I'm dropping it at the depot on Monday. Today.", "drop it at the depot"),
        ("I sit with Tadeo Wednesday", "sit with Tadeo"),
        ("The two quotes without tax, fix those before Friday.", "fix the two quotes without tax"),
        ("I'll ask the warehouse and", "ask the warehouse"),
        ("I'll call her from the car, it'll be before one.", "call her from the car"),
    ],
)
def test_a_promise_is_called_by_its_verb_phrase(said: str, phrase: str) -> None:
    assert action(said) == phrase


@pytest.mark.parametrize(
    ("said", "phrase"),
    [
        ("I'll send you the list tonight.", "send Dana the list"),
        ("Send me the list.", "send Jules the list"),
        ("I'll send what you need.", "send what you need"),
        ("I'll ring you when you're back.", "ring Dana when you're back"),
    ],
)
def test_you_and_me_have_names_where_they_are_objects(said: str, phrase: str) -> None:
    assert action(said) == phrase


@pytest.mark.parametrize("said", ["Friday.", "Yes, I'll do it Thursday.", "By Wednesday, then."])
def test_an_answer_without_a_deed_takes_that_of_the_request(said: str) -> None:
    assert action(said, before="Can you send me the sizing sheet?") == "send Dana the sizing sheet"


@pytest.mark.parametrize(
    ("said", "phrase"),
    [
        ("The winter tyres form.", "The winter tyres form"),  # no verb: as it was said
        ("I'll do it Monday.", "do it"),  # nothing better is near
        ("tell them the seventeenth", "tell them the seventeenth"),  # the day is what is told
        ("get in front of her before the summer party", "get in front of her before the summer party"),
        ("I'll ask him for Friday morning.", "ask him for Friday morning"),
    ],
)
def test_what_cannot_be_put_better_stays_as_it_was_said(said: str, phrase: str) -> None:
    assert action(said) == phrase


@given(st.text(min_size=1, max_size=120).filter(str.strip))
def test_any_words_have_an_action(said: str) -> None:
    assert action(said).strip()
    assert verb_phrase(said) is None or " ".join(str(verb_phrase(said)).split()) == verb_phrase(said)
