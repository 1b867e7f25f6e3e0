"""Feedback by a language model: what the talk does not bear out, or a report never says, is left out and counted."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from analyzer.engines import PROMPTS
from analyzer.feedback.llm import LLMAdviser
from analyzer.feedback.measures import measure
from analyzer.feedback.wording import objection
from analyzer.labels.rubric import load_rubric
from analyzer.llm.client import Client
from analyzer.llm.endpoint import Endpoint
from analyzer.llm.prompts import load_prompt
from analyzer.llm.replies import FileReplies
from analyzer.model import Exchange, Participant, Quote, Source, Transcript, Turn
from tests.llm.server import FaultServer, reply

RUBRIC = load_rubric()
SAID = (
    ("Dana", "When does Halden sign the frame contract?"),
    ("Jules", "End of the month, they say."),
    ("Dana", "Okay, and the amount is still forty thousand?"),
    ("Jules", "Yes."),
    ("Dana", "What would you ask Ferro's plant manager first on Thursday?"),
    ("Jules", "What a lost shift costs him, because nobody has asked him that."),
)


def exchange(first: int, last: int, focus: str, *, setup: bool = False) -> Exchange:
    quote = Quote(first, SAID[first - 1][0], 0.0, SAID[first - 1][1])
    return Exchange(first, last, focus, None, "future", "opportunity", "manager", (quote,), setup=setup)


TALK = Transcript(
    tuple(Turn(n, who, text, 5.0 * n, 5.0 * n + 5) for n, (who, text) in enumerate(SAID, 1)),
    (Participant("Dana", "manager", "flag"), Participant("Jules", "rep", "flag")),
    Source("transcript", "txt", "", 35.0),
)
EXCHANGES = (exchange(1, 4, "inspection"), exchange(5, 6, "coaching"))
STRENGTH = {
    "quotes": [
        {"turn": 5, "speaker": "M", "quote": "What would you ask Ferro's plant manager first"},
        {"turn": 6, "speaker": "R", "quote": "What a lost shift costs him"},
    ],
    "text": "You asked for the first question, and Jules put one together.",
}
CHANGE = {
    "quotes": [{"turn": 1, "speaker": "M", "quote": "When does Halden sign the frame contract"}],
    "text": "The question brought a date, and the talk moved on.",
    "question": "When does Halden sign, and what has to happen on their side before that?",
    "when": "when you go through the open deals on Monday.",
}


def advise(folder: Path, value: Any, exchanges: tuple[Exchange, ...] = EXCHANGES) -> Any:
    with FaultServer(lambda body, n: reply(value)) as server:
        client = Client(
            lambda: Endpoint(server.url, "k", "m"), "m", FileReplies(folder / "r.jsonl"),
            lambda: datetime(2026, 3, 17, tzinfo=UTC), deadline=20.0,
        )  # fmt: skip
        return LLMAdviser(client, load_prompt(PROMPTS[1])).advise(
            TALK, exchanges, measure(TALK, exchanges, RUBRIC), RUBRIC
        )


def made(**parts: Any) -> dict[str, Any]:
    return {"strengths": [STRENGTH], "changes": [CHANGE], "agenda": []} | parts


def test_what_the_talk_bears_out_is_shown(tmp_path: Path) -> None:
    advice = advise(tmp_path, made())
    [strength], [change] = advice.feedback.strengths, advice.feedback.changes
    assert [quote.speaker for quote in strength.quotes] == ["Dana", "Jules"]
    assert change.suggestion == CHANGE["question"]
    assert change.when == "when you go through the open deals on Monday"
    assert advice.notes.dropped == ()


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (
            {"quotes": [{"turn": 1, "speaker": "M", "quote": "When does Halden cancel the frame contract"}]},
            "does not stand",
        ),
        (
            {"quotes": [{"turn": 1, "speaker": "R", "quote": "When does Halden sign the frame contract"}]},
            "does not stand",
        ),
        ({"quotes": []}, "does not stand"),
        (
            {"quotes": [{"turn": 2, "speaker": "R", "quote": "End of the month, they say"}]},
            "no question of the manager",
        ),
        ({"quotes": STRENGTH["quotes"][:1]}, "no question of the manager"),
        ({"question": "Ask what has to happen before Halden signs."}, "is no question"),
        ({"question": "Okay, and the amount is still forty thousand?"}, "asked that anyway"),
        ({"question": "How are you doing today, my friend?"}, "nothing of the fact"),
        ({"text": "You failed to follow up."}, "a reproach"),
        ({"text": "Jules seemed nervous about the date."}, "a mood"),
        ({"text": "Other managers do this better than you."}, "a comparison"),
        ({"text": "A poor question."}, "an adjective"),
    ],
)
def test_a_change_that_does_not_hold_is_left_out(tmp_path: Path, changed: dict[str, Any], reason: str) -> None:
    advice = advise(tmp_path, made(changes=[CHANGE | changed]))
    assert advice.feedback.changes == ()
    assert [reason in one.reason for one in advice.notes.dropped] == [True]
    assert advice.feedback.strengths


def test_facts_that_set_up_coaching_are_never_the_change(tmp_path: Path) -> None:
    exchanges = (exchange(1, 4, "inspection", setup=True), EXCHANGES[1])
    advice = advise(tmp_path, made(), exchanges)
    assert advice.feedback.changes == ()
    assert "did lead on" in advice.notes.dropped[0].reason


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"quotes": CHANGE["quotes"]}, "not from talk that worked on something"),
        ({"quotes": [STRENGTH["quotes"][1]]}, "first quote is not the manager's"),
    ],
)
def test_a_strength_is_the_managers_and_from_coaching(tmp_path: Path, changed: dict[str, Any], reason: str) -> None:
    advice = advise(tmp_path, made(strengths=[STRENGTH | changed]))
    assert advice.feedback.strengths == ()
    assert reason in advice.notes.dropped[0].reason


def test_no_more_is_shown_than_was_asked_for(tmp_path: Path) -> None:
    advice = advise(tmp_path, made(strengths=[STRENGTH] * 5, changes=[CHANGE] * 5))
    assert (len(advice.feedback.strengths), len(advice.feedback.changes)) == (2, 2)


def test_with_roles_withheld_nothing_is_asked(tmp_path: Path) -> None:
    unknown = Transcript(TALK.turns, tuple(Participant(p.name, None, "-") for p in TALK.participants), TALK.source)

    def nobody() -> Endpoint:
        raise AssertionError("asked")

    memory = FileReplies(tmp_path / "r.jsonl")
    client = Client(nobody, "m", memory, lambda: datetime(2026, 3, 17, tzinfo=UTC))
    adviser = LLMAdviser(client, load_prompt(PROMPTS[1]))
    assert adviser.advise(unknown, EXCHANGES, measure(unknown, EXCHANGES, RUBRIC), RUBRIC).feedback.strengths == ()


@pytest.mark.parametrize("text", ["You asked, and Jules named the price.", "Not observed: a question about the buyer."])
def test_plain_words_pass(text: str) -> None:
    assert objection(text) is None
