"""Invented words go, by evidence; what was really said stays, however short or polite."""

from __future__ import annotations

import numpy as np
import pytest

from analyzer.audio.guards import Removed, sift, told
from analyzer.audio.speech import Speech
from analyzer.audio.transcriber import Phrase
from analyzer.model import Span, Word


def speech(*spans: tuple[float, float], duration: float = 60.0) -> Speech:
    probability = np.zeros(round(duration / 0.032), np.float32)
    for start, end in spans:
        probability[round(start / 0.032) : round(end / 0.032)] = 0.9
    return Speech(tuple(Span(*span) for span in spans), probability)


def phrase(text: str, start: float, end: float, log_probability: float | None = -0.3, no_speech: float = 0.1) -> Phrase:
    words = text.split()
    edges = np.linspace(start, end, len(words) + 1)
    made = tuple(Word(w, float(a), float(b), 0.9) for w, a, b in zip(words, edges, edges[1:], strict=False))
    return Phrase(made, log_probability, no_speech)


def text(words: list[Word]) -> str:
    return " ".join(word.text for word in words)


@pytest.mark.parametrize("said", ["Yes.", "Okay.", "Thank you.", "Thanks for watching.", "Bye.", "Mm-hm."])
def test_short_and_polite_words_that_were_said_stay(said: str) -> None:
    kept, removed = sift([phrase(said, 5.0, 5.6)], speech((5.0, 5.6)))
    assert (text(kept), removed) == (said, [])


@pytest.mark.parametrize("invented", ["Thank you.", "Thanks for watching.", "Yes."])
def test_the_same_words_where_nobody_speaks_go(invented: str) -> None:
    kept, removed = sift([phrase(invented, 20.0, 21.0)], speech((5.0, 5.6)))
    assert kept == []
    assert {one.reason for one in removed} == {"outside speech"}


def test_a_sentence_over_a_cough_is_more_than_the_cough_can_hold() -> None:
    made_up = phrase("Thank you very much for watching this video today", 5.0, 5.2)
    assert sift([made_up], speech((5.0, 5.2)))[0] == []
    hurried = phrase("no I really do not think that they will sign it", 5.0, 6.6)
    assert len(sift([hurried], speech((5.0, 6.6)))[0]) == 11


@pytest.mark.parametrize(
    ("loop", "left"),
    [
        ("the deal " * 10, "the deal"),
        ("so I will call them " * 5, "so I will call them"),
        ("Okay. " * 12, "Okay."),
        ("no no no no", "no no no no"),
        ("I don't know, I don't know, I don't know.", "I don't know, I don't know, I don't know."),
        ("yes yes we did yes yes we did", "yes yes we did yes yes we did"),
    ],
)
def test_a_loop_keeps_its_first_round_and_people_may_repeat_themselves(loop: str, left: str) -> None:
    kept, _ = sift([phrase(loop, 1.0, 30.0)], speech((1.0, 30.0)))
    assert text(kept) == left


def test_a_loop_over_many_phrases_is_one_loop() -> None:
    phrases = [phrase("We will see.", 2.0 * n, 2.0 * n + 1.5) for n in range(6)]
    kept, removed = sift(phrases, speech((0, 12)))
    assert text(kept) == "We will see."
    assert len(removed) == 15


def test_a_listener_says_yeah_as_often_as_he_likes() -> None:
    """On a channel of its own, nothing stands between one "yeah" and the next but time."""
    phrases = [phrase("Yeah.", 6.0 * n, 6.0 * n + 0.4) for n in range(20)]
    kept, removed = sift(phrases, speech(*((6.0 * n, 6.0 * n + 0.4) for n in range(20)), duration=130))
    assert (len(kept), removed) == (20, [])


@pytest.mark.parametrize(
    ("log_probability", "no_speech", "stays"),
    [(-0.3, 0.9, True), (-1.2, 0.1, True), (-1.2, 0.9, False), (-2.0, 0.0, False), (None, 0.0, True)],
)
def test_a_phrase_goes_when_the_recogniser_itself_does_not_believe_it(
    log_probability: float | None, no_speech: float, stays: bool
) -> None:
    kept, _ = sift([phrase("We lost the account", 1, 3, log_probability, no_speech)], speech((1, 3)))
    assert bool(kept) is stays


def test_what_was_removed_is_counted_by_reason() -> None:
    word = Word("you", 1.0, 1.2)
    said = told(
        [Removed(word, "outside speech"), Removed(word, "outside speech"), Removed(word, "repeated without end")]
    )
    assert said is not None
    assert "3 words" in said
    assert "2 outside speech" in said
    assert "1 repeated without end" in said
    assert told([]) is None
