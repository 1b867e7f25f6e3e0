"""What a promise is called in the ledger: a verb phrase out of the words said, never half of one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.commitments.phrasing import about_of, action_of, verb_phrase
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
        ("I'll do it Monday.", "I'll do it Monday"),  # nothing better is near
        ("tell them the seventeenth", "tell them the seventeenth"),  # the day is what is told
        ("get in front of her before the summer party", "get in front of her before the summer party"),
        ("I'll ask him for Friday morning.", "ask him for Friday morning"),
    ],
)
def test_what_cannot_be_put_better_stays_as_it_was_said(said: str, phrase: str) -> None:
    assert action(said) == phrase


@pytest.mark.parametrize(
    ("said", "before", "phrase"),
    [
        ("I'll catch him this week.", "Lutz is in on Monday.", "I'll catch him this week"),
        ("I'll do that.", "You get dirty and the pig likes it.", "I'll do that"),  # no request
        ("I'll do that.", "I'll tell her it's worth an hour of her time.", "I'll do that"),  # the other one's promise
        ("I'll ring her.", "Can you ring Marta about the lease?", "ring Marta about the lease"),
        ("I'll ring her.", "Can you send Marta the lease?", "I'll ring her"),  # another deed
        ("I'm seeing her on the third of March.", "You get dirty.", "I'm seeing her on the third of March"),
        ("ill sort that out send me the receipt", "What now?", "ill sort that out send me the receipt"),
    ],
)
def test_what_only_points_takes_a_request_that_it_answers_or_stays_as_said(said: str, before: str, phrase: str) -> None:
    assert action(said, before=before) == phrase


def test_a_long_quote_is_cut_at_a_word() -> None:
    called = action("I'll do it " + "and then I'll do that again " * 6)
    assert len(called) <= 80
    assert called.endswith("\u2026")


@pytest.mark.parametrize(
    ("said", "phrase"),
    [
        ("I'll introduce you two by mail today.", "introduce you two by mail"),
        ("I'll get your name fixed.", "get Dana's name fixed"),
        ("I'll walk down to the second floor myself after this.", "walk down to the second floor"),
        ("I'll turn the quote round in a day, I promise you.", "turn the quote round"),
        ("I'll look at the letter before it goes 'cause of the, er", "look at the letter before it goes"),
        ("I'll forward it you this afternoon.", "I'll forward it you this afternoon"),
        ("get the thirteenth in the diary with the baker", "get the thirteenth in the diary with the baker"),
        (
            "I'll ring her from the soup place, now, before she goes for the school run",
            "ring her from the soup place, before she goes for the school run",
        ),
        ("I'd draft it she'd have it Monday", "I'd draft it she'd have it Monday"),
    ],
)
def test_nothing_is_cut_or_named_that_breaks_the_words(said: str, phrase: str) -> None:
    assert action(said) == phrase


@pytest.mark.parametrize(
    ("said", "phrase"),
    [
        ("Get yourself in front of Marguerite.", "get in front of Marguerite"),
        ("Put it in your calendar.", "put it in your calendar"),
        ("Ring my brother about the van.", "ring Jules's brother about the van"),
    ],
)
def test_what_is_asked_for_is_worded_for_who_does_it(said: str, phrase: str) -> None:
    assert action(said, by_speaker=False) == phrase


def test_what_only_points_is_about_what_was_named_before() -> None:
    said = "I'll get the letter from quality. I'll have it for you by Thursday."
    transcript = talk("Next?", said)
    pointing = Found(transcript.turns[1], 34, len(said), 1.0, True, "volunteered")
    assert about_of(pointing, transcript) == "get the letter from quality"
    assert action_of(pointing, transcript) == "I'll have it for you by Thursday"


@given(st.text(min_size=1, max_size=120).filter(str.strip))
def test_any_words_have_an_action(said: str) -> None:
    assert action(said).strip()
    assert verb_phrase(said) is None or " ".join(str(verb_phrase(said)).split()) == verb_phrase(said)
