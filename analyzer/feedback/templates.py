"""What to keep doing and what to change, in templates: the situation, the words, the effect; no adjectives on people."""

from __future__ import annotations

import re
from collections.abc import Sequence

from analyzer.feedback.advise import Advice
from analyzer.feedback.measures import speaking_time, summarise
from analyzer.labels.cues import is_question
from analyzer.labels.rubric import Rubric
from analyzer.model import Exchange, Feedback, Measures, Observation, Quote, Transcript

_STRENGTHS = 2
_CHANGES = 1
_NEXT = {
    "opportunity": "the next time you ask about a deal",
    "pipeline": "the next time you go through the list",
    "call_planning": "before the next visit that you talk about",
    "call_debrief": "after the next call that you go over",
    "account": "the next time this customer comes up",
}
_REWRITES = (
    (
        re.compile(r"\b(?:clos|sign|land|commit|which (?:month|quarter))", re.IGNORECASE),
        "What has to happen on their side before they can sign, and which of those steps will you work on first?",
    ),
    (
        re.compile(
            r"\b(?:did you (?:talk|speak|call|meet)|have you (?:talked|spoken|called|met)|call back|answer)", re.I
        ),
        "What have you heard from them so far, and what do you want to learn from the next contact?",
    ),
    (
        re.compile(r"\b(?:how (?:many|much)|what(?:'s| is) the (?:value|amount|number))\b", re.IGNORECASE),
        "Looking at that number, what does it tell you, and what would you do differently because of it?",
    ),
    (
        re.compile(r"\b(?:when|since when|what date)\b", re.IGNORECASE),
        "What does that date depend on, and what could you do this week to make it firmer?",
    ),
    (
        re.compile(r"\b(?:who|decid|sign(?:ed)? off|budget|approv)", re.IGNORECASE),
        "Who has to be convinced there, what does each of them care about, and whom will you see first?",
    ),
)
_DEFAULT_REWRITE = "Where does it stand, what do you make of that, and what will you try next?"


class TemplateAdviser:
    """Words the feedback by templates: no key, no network."""

    name = "templates"
    model = ""
    version = "1"

    def advise(
        self, transcript: Transcript, exchanges: Sequence[Exchange], measures: Measures, rubric: Rubric
    ) -> Advice:
        """Return the feedback; see `Adviser.advise`."""
        summary = summarise(measures, rubric)
        if transcript.named("manager") is None or transcript.named("rep") is None:
            return Advice(Feedback(summary, (), ()))
        strengths, changes = _strengths(transcript, exchanges, rubric), _changes(transcript, exchanges, rubric)
        return Advice(Feedback(summary, tuple(strengths), tuple(changes)))


def _strengths(transcript: Transcript, exchanges: Sequence[Exchange], rubric: Rubric) -> list[Observation]:
    """The longest coaching exchanges that the manager opened and that show words of both."""
    coached = [e for e in exchanges if rubric.measured(e) == "coached" and e.initiator == "manager" and e.evidence]
    coached.sort(key=lambda e: (-len(e.evidence), -speaking_time(transcript, e)))
    return [_strength(transcript, exchange) for exchange in sorted(coached[:_STRENGTHS], key=lambda e: e.first)]


def _strength(transcript: Transcript, exchange: Exchange) -> Observation:
    rep = transcript.named("rep") or "the rep"
    opening = exchange.evidence[0]
    answers = [quote for quote in exchange.evidence[1:] if quote.speaker == rep]
    if answers:
        text = f"You asked, and {rep.split()[0]} worked out an answer that can be used again."
    else:
        text = f"You named what {rep.split()[0]} did and what came of it."
    return Observation(text, (opening, *answers))


def _changes(transcript: Transcript, exchanges: Sequence[Exchange], rubric: Rubric) -> list[Observation]:
    """The inspected stretch that took most time and led to nothing further; inspection that set up coaching is fine."""
    left = [
        e
        for e in exchanges
        if rubric.measured(e) == "inspected" and not e.setup and e.initiator == "manager" and e.evidence
        and is_question(e.evidence[0].text)
    ]  # fmt: skip
    left.sort(key=lambda e: -speaking_time(transcript, e))
    return [_change(exchange) for exchange in left[:_CHANGES]]


def _change(exchange: Exchange) -> Observation:
    question = _asked(exchange)
    return Observation(
        text="This question brought a fact, and the talk moved on.",
        quotes=(question,),
        suggestion=rewrite(question.text),
        when=_NEXT.get(exchange.topic, "the next time you want to know where something stands"),
    )


def _asked(exchange: Exchange) -> Quote:
    return exchange.evidence[0]


def rewrite(question: str) -> str:
    """Return a coaching question that keeps the fact asked for and adds the thinking."""
    for pattern, coaching in _REWRITES:
        if pattern.search(question):
            return coaching
    return _DEFAULT_REWRITE
