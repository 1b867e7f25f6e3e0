"""A quote is the transcript's own words or none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.llm.evidence import find_quote
from analyzer.model import Turn


def turns(*texts: str) -> list[Turn]:
    return [Turn(n, "AB"[n % 2], text, 2.0 * n, 2.0 * n + 2) for n, text in enumerate(texts, 1)]


TALK = turns(
    "So, did Marta sign the – um – the renewal?",
    "No. I'll send her the fifteen-page offer by Thursday noon, I don't want to wait.",
    "Okay good",
    "i can bring fifteen samples to the site and show them to ruth",
    "Right.",
)


@pytest.mark.parametrize(
    ("quote", "n", "found"),
    [
        (
            "I'll send her the fifteen-page offer by Thursday noon",
            2,
            "I'll send her the fifteen-page offer by Thursday noon",
        ),
        (
            "i’ll send her the fifteen page offer BY thursday noon!",
            2,
            "I'll send her the fifteen-page offer by Thursday noon",
        ),
        ("did Marta sign the um the renewal", 1, "did Marta sign the – um – the renewal"),
        ("Okay good", 2, "Okay good"),
        ("I'll send her the offer by Thursday noon", 2, None),
        (
            "I will send her the fifteen-page offer by Thursday noon",
            2,
            "I'll send her the fifteen-page offer by Thursday noon",
        ),
        ("I can bring fifteen sample to the site", 4, "i can bring fifteen samples to the site"),
    ],
)
def test_words_are_found_and_given_back_as_they_stand(quote: str, n: int, found: str | None) -> None:
    result = find_quote(quote, n, TALK)
    if found is None:
        assert result is None or result.text in TALK[result.turn - 1].text
    else:
        assert result is not None
        assert result.text == found
        assert result.text in TALK[result.turn - 1].text


@pytest.mark.parametrize(
    ("quote", "n"),
    [
        ("I'll send her the fifty-page offer by Thursday noon", 2),
        ("i can not bring fifteen samples to the site", 4),
        ("i can bring fifty samples to the site and show them", 4),
        ("i can bring fifteen samples to the site and show them to Judith", 4),
        ("I do want to wait for the fifteen-page offer", 2),
        ("we agreed on a discount of ten percent for everybody", 2),
        ("sign the offer", 1),
        ("", 1),
        ("...", 1),
    ],
)
def test_other_words_are_not_found(quote: str, n: int) -> None:
    """A flipped negation, another number or another name is alike in letters and is something else."""
    assert find_quote(quote, n, TALK) is None


def test_the_named_turn_comes_before_its_neighbours_and_far_turns_never() -> None:
    talk = turns("Right.", "Right.", "x", "y", "z", "I'll call Ruth on Monday")
    near = find_quote("right", 2, talk)
    assert near is not None
    assert near.turn == 2
    assert find_quote("I'll call Ruth on Monday", 1, talk) is None


def test_the_time_is_that_of_the_words() -> None:
    quote = find_quote("by Thursday noon", 2, TALK)
    assert quote is not None
    assert TALK[1].start < quote.start < TALK[1].end


@given(st.text(max_size=80), st.lists(st.text(max_size=120), min_size=1, max_size=4))
def test_whatever_is_asked_what_is_given_stands_in_its_turn(quote: str, texts: list[str]) -> None:
    talk = turns(*texts)
    found = find_quote(quote, 1, talk)
    if found is not None:
        assert found.text in talk[found.turn - 1].text
        assert found.text
