"""Which question a quote shows, and whether the words behind it answer it."""

from __future__ import annotations

import pytest

from analyzer.labels import asking
from analyzer.labels.evidence import evidence_of
from analyzer.model import Participant, Source, Transcript, Turn

PEOPLE = (Participant("Dana", "manager", "flag"), Participant("Jules", "rep", "flag"))


def quotes(*said: tuple[str, str]) -> list[str]:
    """Return the words quoted for a worked-on exchange over turns of ``M`` and ``R``."""
    names = {"M": "Dana", "R": "Jules"}
    turns = tuple(Turn(n, names[who], text, 10.0 * n, 10.0 * n + 9) for n, (who, text) in enumerate(said, 1))
    transcript = Transcript(turns, PEOPLE, Source("transcript", "txt", "", 200.0))
    return [quote.text for quote in evidence_of(transcript, turns, True)]


def test_a_reply_stands_behind_the_question_that_it_answers() -> None:
    """Between the two the manager says no more than a backchannel."""
    talk = [
        ("M", "What would you do there?"),
        ("R", "I would ask her first."),
        ("M", "You will want the ladder for that."),
        ("R", "I think so, maybe, because probably it depends on the roof."),
    ]
    assert quotes(*talk) == ["What would you do there?", "I would ask her first."]
    talk[2] = ("M", "Mm-hm.")
    assert quotes(*talk) == ["What would you do there?", talk[3][1]]


def test_a_question_that_asks_for_thinking_is_shown_before_one_for_a_fact() -> None:
    assert quotes(
        ("M", "Who could count with you?"),
        ("R", "Oh, the children could."),
        ("M", "And is it on Monday?"),
        ("R", "It's one day, so I think I probably want another one, maybe Tuesday, because he asks."),
    ) == ["Who could count with you?", "Oh, the children could."]


def test_words_that_answer_nothing_stand_behind_the_opening() -> None:
    said = quotes(("M", "I'll put eight through tomorrow."), ("R", "Thank you. I'd ring them first."))
    assert said == ["I'll put eight through tomorrow.", "I'd ring them first."]


def test_a_question_without_marks_begins_at_its_own_first_word() -> None:
    said = "no they come as a pair oh dear so what did you learn apart from that"
    assert asking.question_in(said) == "so what did you learn apart from that"
    assert asking.question_in("we did that on tuesday") is None
    assert asking.question_in("That is how it would go. Good.") is None


@pytest.mark.parametrize(
    ("question", "thinking", "open_"),
    [
        ("And what will you do differently, next time there's a Friday like that?", True, True),
        ("who could count with you so it isn't only our number", True, True),
        ("What makes you say that?", True, True),
        ("If it goes wrong, why did it, um, why did it go wrong?", True, True),
        ("What can go wrong between now and the thirtieth?", True, True),
        ("And what's your number for April?", False, False),
        ("So how do you get the names?", False, True),
        ("Who's the production manager?", False, False),
        ("and is it", False, False),
        ("What number is it?", False, False),
        ("What are they saying?", False, False),
        ("What if you rang her?", False, False),
        ("Where would you like to start?", False, False),
    ],
)
def test_questions_of_fact_ask_for_no_thinking(question: str, thinking: bool, open_: bool) -> None:
    assert (asking.asks_for_thinking(question), asking.is_open(question)) == (thinking, open_)


@pytest.mark.parametrize(
    ("question", "something"),
    [
        ("Where are we on the Forty?", True),
        ("Is it in August, Pascal?", True),
        ("So when does it start?", True),
        ("Case study, ice rink, still nothing?", False),
        ("For three weeks?", False),
        ("You're in the wrong trade.", False),
        ("Okay, my love, where do you want to begin?", False),
        ("And who have we got left?", False),
        ("Um, what else is, what have you got outside of Harrow?", False),
        ("So tell me everything, how was your week?", False),
    ],
)
def test_what_only_keeps_the_talk_going_asks_for_nothing(question: str, something: bool) -> None:
    assert asking.asks_for_something(question) is something
