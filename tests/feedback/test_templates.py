"""Template feedback says what its quotes show, and nothing else."""

from __future__ import annotations

import pytest

from analyzer.feedback.measures import measure
from analyzer.feedback.templates import TemplateAdviser, rewrite
from analyzer.feedback.wording import objection
from analyzer.labels.rubric import load_rubric
from analyzer.model import Exchange, Feedback, Participant, Quote, Source, Transcript, Turn

RUBRIC = load_rubric()
PEOPLE = (Participant("Dana Okafor", "manager", "flag"), Participant("Jules Petrov", "rep", "flag"))


def feedback(*talk: tuple[str, str, str, str], setup: bool = False) -> Feedback:
    """Return the feedback on exchanges of two turns: label, topic, the manager's words (quoted: the last sentence), a reply."""
    turns: list[Turn] = []
    exchanges = []
    for label, topic, asked, answer in talk:
        n, at = len(turns) + 1, 10.0 * len(turns)
        turns += [Turn(n, "Dana Okafor", asked, at, at + 10), Turn(n + 1, "Jules Petrov", answer, at + 10, at + 20)]
        last = asked.rsplit(". ", 1)[-1]
        quotes = (Quote(n, "Dana Okafor", at, last), Quote(n + 1, "Jules Petrov", at + 10, answer.split(". ")[0]))
        focus, kind = RUBRIC.focus_and_kind(label)
        own = quotes if label == "coaching" else quotes[:1]
        exchanges.append(Exchange(n, n + 1, focus, kind, "future", topic, "manager", own, setup=setup))
    transcript = Transcript(tuple(turns), PEOPLE, Source("transcript", "txt", "", 10.0 * len(turns)))

    return TemplateAdviser().advise(transcript, exchanges, measure(transcript, exchanges, RUBRIC), RUBRIC).feedback


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("Because he pays for it.", "On an opportunity: you asked, and Jules gave a reason."),
        ("I'd ask him first.", "On an opportunity: you asked, and Jules said what to try."),
        ("Next time I ring ahead.", "On an opportunity: you asked, and Jules said what to do the next time."),
        ("I'd love that.", "On an opportunity: you asked, and the talk went on with what Jules said."),
    ],
)
def test_a_strength_says_what_the_answer_shows(answer: str, text: str) -> None:
    found = feedback(("coaching", "opportunity", "What would you do?", answer))
    assert [one.text for one in found.strengths] == [text]
    assert objection(text) is None


def test_a_strength_is_quoted_with_the_sentences_around_it() -> None:
    asked = "You are in the car. He says no. What then?"
    found = feedback(("coaching", "opportunity", asked, "I'd wait. Then I'd ring his boss."))
    assert [quote.text for quote in found.strengths[0].quotes] == [asked, "I'd wait. Then I'd ring his boss."]
    assert [quote.start for quote in found.strengths[0].quotes] == [0.0, 10.0]
    long = "word " * 40 + "before. What then?"
    assert feedback(("coaching", "skill", long, "I'd wait.")).strengths[0].quotes[0].text == "What then?"


def test_what_shows_no_thought_comes_after_what_does() -> None:
    plain = ("coaching", "opportunity", "What then?", "Hm. Hm. Hm.")
    thought = ("coaching", "opportunity", "What then?", "I'd wait.")
    assert [len(feedback(*talk).strengths) for talk in ((plain, plain), (plain, thought), (thought, thought))] == [
        1,
        1,
        2,
    ]
    assert not feedback(("coaching", "opportunity", "Good.", "I'd wait.")).strengths


def test_offers_and_set_up_inspection_are_never_the_change() -> None:
    offer = ("inspection", "opportunity", "Do you need me to ring the factory?", "No.")
    assert feedback(offer).changes == ()
    asked = ("inspection", "opportunity", "When does it close this month?", "Friday.")
    assert feedback(asked, setup=True).changes == ()
    assert len(feedback(offer, asked, asked).changes) == 1


def test_the_change_is_on_a_topic_that_was_not_worked_on_later() -> None:
    later = ("inspection", "account", "How much is it in all by now?", "Nine.")
    found = feedback(
        later, ("coaching", "account", "What then?", "I'd wait."), ("inspection", "pipeline", "Who is on it now?", "X.")
    )
    assert found.changes[0].quotes[0].text == "Who is on it now?"


@pytest.mark.parametrize(
    ("question", "start"),
    [
        ("Is it in August, Pascal?", "What does that date depend on"),
        ("Who decides there?", "Who has to be convinced there"),
        ("Who's the first?", "Who's the first? And then:"),
        ("which way round", "Which way round? And then:"),
        ("word " * 20, "Where does it stand"),
    ],
)
def test_a_rewrite_keeps_the_fact_and_adds_the_thinking(question: str, start: str) -> None:
    found = rewrite(question)
    assert found.startswith(start)
    assert found.endswith("?")
    assert objection(found) is None
