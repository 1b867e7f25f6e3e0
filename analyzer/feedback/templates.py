"""What to keep doing and what to change, in templates: the situation, the words, the effect; no adjectives on people."""

from __future__ import annotations

import re
from collections.abc import Sequence

from analyzer.feedback.advise import Advice
from analyzer.feedback.measures import is_led_on, speaking_time, summarise
from analyzer.labels.cues import is_question
from analyzer.labels.evidence import start_of
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
_LONGEST = 32
"""Words of a quote."""
_ANSWERS = (
    (re.compile(r"\bnext time\b", re.I), "asked, and {rep} said what to do the next time."),
    (re.compile(r"\b(?:because|so that|the reason|that's why)\b", re.I), "asked, and {rep} gave a reason."),
    (
        re.compile(
            r"\b(?:i'd(?!,? (?:i'd )?(?:love|like|say))|i would(?! (?:love|like|say))|i could|i might|i want to try|maybe i)\b",
            re.I,
        ),
        "asked, and {rep} said what to try.",
    ),
    (re.compile(""), "asked, and the talk went on with what {rep} said."),
)
"""What the rep's words show, the first that holds; nothing is said of them that they do not."""
_COUNTABLE = frozenset({"opportunity", "account", "territory", "pipeline", "skill", "performance gap"})
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
        "How much is it by now, what does that number tell you, and what would you do differently because of it?",
    ),
    (
        re.compile(
            r"\b(?:when|since when|what date|by (?:monday|tuesday|wednesday|thursday|friday)|in (?:january|february|march|april|"
            r"june|july|august|september|october|november|december)|this (?:week|month|quarter)|next (?:week|month|quarter))\b",
            re.IGNORECASE,
        ),
        "What does that date depend on, and what could you do this week to make it firmer?",
    ),
    (
        re.compile(
            r"\bwho (?:decides|signs|else|has to|have to|needs to|approves|owns|makes the)|\b(?:decid|sign(?:ed)? off|budget|approv)",
            re.IGNORECASE,
        ),
        "Who has to be convinced there, what does each of them care about, and whom will you see first?",
    ),
)
_THEN = "what do you make of that, and what will you try next?"
_DEFAULT_REWRITE = f"Where does it stand, {_THEN}"
_OFFER = re.compile(
    r"\b(?:do you (?:need|want) me|want me to|shall i|should i|can i|may i|could i|would it help)\b", re.I
)
"""A question that offers something asks for no fact."""
_TELLING = 4
"""Words from which a question says by itself what it asks for."""
_REPEATED = 15
"""Words up to which a question is asked again as it is, with the thinking behind it."""


class TemplateAdviser:
    """Words the feedback by templates: no key, no network."""

    name = "templates"
    model = ""
    version = "2"

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
    """The longest coaching exchanges that the manager opened with a question to which the answer shows a thought.

    Where none does, one whose answer was followed up; words that show neither are no strength to point at.
    """
    asked = [
        e
        for e in exchanges
        if rubric.measured(e) == "coached" and e.initiator == "manager" and len(e.evidence) > 1
        and is_question(e.evidence[0].text)
    ]  # fmt: skip
    asked.sort(key=lambda e: -speaking_time(transcript, e))
    chosen = [e for e in asked if _shows_a_thought(e)][:_STRENGTHS] or asked[:1]
    return [_strength(transcript, exchange, rubric) for exchange in sorted(chosen, key=lambda e: e.first)]


def _strength(transcript: Transcript, exchange: Exchange, rubric: Rubric) -> Observation:
    quotes = tuple(_fuller(transcript, quote) for quote in exchange.evidence)
    rep = (transcript.named("rep") or "the rep").split()[0]
    said = " ".join(quote.text for quote in quotes[1:])
    did = next(text for pattern, text in _ANSWERS if pattern.search(said)).format(rep=rep)
    topic = rubric.topic_name(exchange.topic).lower()
    return Observation(f"You {did}" if exchange.topic == "other" else f"On {_article(topic)}: you {did}", quotes)


def _shows_a_thought(exchange: Exchange) -> bool:
    said = " ".join(quote.text for quote in exchange.evidence[1:])
    return any(pattern.search(said) for pattern, _ in _ANSWERS[:-1])


def _article(topic: str) -> str:
    return f"{'an' if topic[0] in 'aeiou' else 'a'} {topic}" if topic in _COUNTABLE else topic


def _fuller(transcript: Transcript, quote: Quote) -> Quote:
    """Return a quote with the sentences around it as far as they fit: a short question alone says little."""
    turn = transcript.turn(quote.turn)
    at = turn.text.find(quote.text)
    spans = [found.span() for found in re.finditer(r"[^.!?]+(?:[.!?]+|$)", turn.text)]
    own = [n for n, (begin, end) in enumerate(spans) if begin < at + len(quote.text) and end > at]
    if at < 0 or not own:
        return quote

    def fits(first: int, last: int) -> bool:
        return len(turn.text[spans[first][0] : spans[last][1]].split()) <= _LONGEST

    first, last = own[0], own[-1]
    if not fits(first, last):
        return quote
    while last + 1 < len(spans) and fits(first, last + 1):
        last += 1
    while first > 0 and fits(first - 1, last):
        first -= 1
    text = turn.text[spans[first][0] : spans[last][1]].strip()
    return Quote(quote.turn, quote.speaker, start_of(turn, text), text)


def _changes(transcript: Transcript, exchanges: Sequence[Exchange], rubric: Rubric) -> list[Observation]:
    """The inspected stretch that took most time and led to nothing further; inspection that set up coaching is fine.

    Before it come those on topics that were never worked on later, and questions that say by themselves what they ask for.
    """
    left = [
        e
        for e in exchanges
        if rubric.measured(e) == "inspected" and not e.setup and e.initiator == "manager" and e.evidence
        and is_question(e.evidence[0].text) and not _OFFER.search(e.evidence[0].text)
    ]  # fmt: skip
    left.sort(
        key=lambda e: (
            is_led_on(e, exchanges, rubric),
            len(e.evidence[0].text.split()) < _TELLING,
            -speaking_time(transcript, e),
        )
    )
    return [_change(transcript, exchange) for exchange in left[:_CHANGES]]


def _change(transcript: Transcript, exchange: Exchange) -> Observation:
    question = exchange.evidence[0]
    return Observation(
        text="This question brought a fact, and the talk moved on.",
        quotes=(_fuller(transcript, question),),
        suggestion=rewrite(question.text),
        when=_NEXT.get(exchange.topic, "the next time you want to know where something stands"),
    )


def rewrite(question: str) -> str:
    """Return a coaching question that keeps the fact asked for and adds the thinking."""
    for pattern, coaching in _REWRITES:
        if pattern.search(question):
            return coaching
    if len(question.split()) > _REPEATED:
        return _DEFAULT_REWRITE
    asked = question.strip().rstrip("?.!, ")
    return f"{asked[:1].upper()}{asked[1:]}? And then: {_THEN}"
