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


THINKS = "On an opportunity: you asked what Jules thinks, and this was the answer."


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("I'd ask him first.", "On an opportunity: you asked, and Jules said what to try."),
        ("Next time I ring ahead.", "On an opportunity: you asked, and Jules said what to do the next time."),
        ("Because he pays for it.", THINKS),
        ("At that point I'd have put anything in.", THINKS),
        ("I could see the order form.", THINKS),
        ("I would prefer to do that on my own.", THINKS),
        ("I'd put the parents first, and the children left.", THINKS),
        ("Because I wanted your advice on it.", THINKS),
    ],
)
def test_a_strength_says_no_more_than_the_answer_shows(answer: str, text: str) -> None:
    """What may be about the past, or only begins with “because”, is quoted without a word on it."""
    found = feedback(("coaching", "opportunity", "What would you do?", answer))
    assert [one.text for one in found.strengths] == [text]
    assert objection(text) is None


def test_a_strength_is_quoted_with_the_sentences_around_it() -> None:
    asked = "You are in the car. He says no. What would you do?"
    found = feedback(("coaching", "opportunity", asked, "I'd wait. Then I'd ring his boss."))
    assert [quote.text for quote in found.strengths[0].quotes] == [asked, "I'd wait. Then I'd ring his boss."]
    assert [quote.start for quote in found.strengths[0].quotes] == [0.0, 10.0]
    long = "word " * 40 + "before. What would you do?"
    assert feedback(("coaching", "skill", long, "I'd wait.")).strengths[0].quotes[0].text == "What would you do?"


@pytest.mark.parametrize(
    ("asked", "answer", "count"),
    [
        ("What would you do?", "I'd wait.", 1),
        ("What would you do?", "Hm. Hm.", 0),
        ("So how do you get the names?", "I think from the school.", 1),
        ("So how do you get the names?", "From the school, all of them.", 0),
        ("Who's the production manager?", "I could just ring her on Friday.", 0),
        ("and is it", "it's one day so i probably want another one", 0),
        ("What do they say?", "I think they like it.", 0),
        ("Good.", "I'd wait.", 0),
    ],
)
def test_only_an_open_question_that_was_answered_is_a_strength(asked: str, answer: str, count: int) -> None:
    assert len(feedback(("coaching", "opportunity", asked, answer)).strengths) == count


def test_questions_that_ask_for_thinking_come_before_longer_talk() -> None:
    """Two are shown, in the order of the talk."""
    how = ("coaching", "opportunity", "So how do you get the names?", "I think from the school.")
    who = ("coaching", "opportunity", "Who could count with you there?", "Oh, the children could do it.")
    differently = ("coaching", "skill", "And what will you do differently next time?", "Ring before I've sat down.")
    found = feedback(how, who, how, differently).strengths
    assert [one.quotes[0].text for one in found] == [who[2], differently[2]]


def test_words_after_which_the_manager_spoke_are_no_answer_to_the_question_before() -> None:
    said = ("What would you do?", "Hm.", "There is a ladder, and you need the form for it.", "I would do it tomorrow.")
    turns = tuple(Turn(n, PEOPLE[1 - n % 2].name, text, 10.0 * n, 10.0 * n + 9) for n, text in enumerate(said, 1))
    quotes = (Quote(1, turns[0].speaker, 10.0, said[0]), Quote(4, turns[3].speaker, 40.0, said[3]))
    focus, kind = RUBRIC.focus_and_kind("coaching")
    one = Exchange(1, 4, focus, kind, "future", "call_planning", "manager", quotes)
    transcript = Transcript(turns, PEOPLE, Source("transcript", "txt", "", 50.0))
    measures = measure(transcript, [one], RUBRIC)
    assert not TemplateAdviser().advise(transcript, [one], measures, RUBRIC).feedback.strengths


def test_offers_and_set_up_inspection_are_never_the_change() -> None:
    offer = ("inspection", "opportunity", "Do you need me to ring the factory?", "No.")
    assert feedback(offer).changes == ()
    asked = ("inspection", "opportunity", "When does it close this month?", "Friday.")
    assert feedback(asked, setup=True).changes == ()
    assert len(feedback(offer, asked, asked).changes) == 1


def test_a_question_whose_topic_was_worked_on_later_is_never_the_change() -> None:
    """“The talk moved on” would not be true of it."""
    later = ("inspection", "account", "How much is it in all by now?", "Nine.")
    coaching = ("coaching", "account", "What then?", "I'd wait.")
    other = ("inspection", "pipeline", "Who is on the crane now?", "Mr Tench.")
    assert feedback(later, coaching, other).changes[0].quotes[0].text == "Who is on the crane now?"
    assert feedback(later, coaching).changes == ()


@pytest.mark.parametrize(
    "question",
    [
        "Okay, my love, where do you want to begin?",
        "For three whole weeks?",
        "Case study, ice rink, still nothing?",
        "What did he say?",
        "What makes you say that?",
        "What has to happen by then that makes it April? Walk me through it.",
    ],
)
def test_what_hands_over_or_opens_the_talk_is_never_the_change(question: str) -> None:
    assert feedback(("inspection", "opportunity", question, "Brackwater, I suppose.")).changes == ()


def test_an_instruction_is_the_change_where_no_inspection_is() -> None:
    own = ("directing", "territory", "Good. Drop the afternoons.", "Right.")
    theirs = ("directing", "territory", "Take Fen and Furrow instead.", "Okay, I'll swap that in.")
    (change,) = feedback(own, theirs).changes
    assert change.text == "This says what to do; what Jules would do was not asked."
    assert [quote.text for quote in change.quotes] == ["Take Fen and Furrow instead."]
    assert change.suggestion == "Which account would you take, and what would make its buyer ring you?"
    assert objection(change.text) is None
    asked = ("inspection", "pipeline", "When does the crane close?", "On Friday.")
    assert [one.quotes[0].text for one in feedback(theirs, asked).changes] == [asked[2]]


@pytest.mark.parametrize(
    "talk",
    [
        [("directing", "territory", "Send me the list.", "Right.")],
        [("directing", "other", "Take the van instead.", "Right.")],
        [("directing", "territory", "What would you take?", "Hm.")],
        [("directing", "territory", "Take that one.", "Right."), ("coaching", "territory", "What else?", "I'd wait.")],
    ],
)
def test_what_is_no_instruction_or_was_worked_on_is_no_change(talk: list[tuple[str, str, str, str]]) -> None:
    assert feedback(*talk).changes == ()


@pytest.mark.parametrize(
    ("question", "start"),
    [
        ("Is it in August, Pascal?", "What does that date depend on"),
        ("Who decides there?", "Who has to be convinced there"),
        ("Who's the first?", "Who's the first? And then:"),
        ("which way round", "Which way round? And then:"),
        ("Halden, is it all going in next week?", "What does that date depend on"),
        ("How much is it?", "How much is it? And then: what does that tell you"),
        ("Have you spoken to them since the fair?", "What have you heard from them"),
        ("And so what's, um, what's happening there?", "What's happening there? And then:"),
        ("Tell me, uh, tell me where it came from.", "Tell me where it came from. And then:"),
    ],
)
def test_a_rewrite_keeps_the_fact_and_adds_the_thinking(question: str, start: str) -> None:
    found = rewrite(question)
    assert found.startswith(start)
    assert found.endswith("?")
    assert objection(found) is None
