"""What to keep doing and what to change, in templates: the situation, the words, the effect; no adjectives on people."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice

from analyzer.feedback.advise import Advice
from analyzer.feedback.measures import TELLING, is_led_on, speaking_time, summarise
from analyzer.labels.asking import asks_for_something, asks_for_thinking, is_open, names_something, plain, question_in
from analyzer.labels.cues import INSTRUCTION, THINKING_REPLY, is_question, sentences
from analyzer.labels.evidence import answered, quote_of, start_of
from analyzer.labels.rubric import Rubric
from analyzer.model import Exchange, Feedback, Measures, Observation, Quote, Transcript, Turn

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
_ACTS = (
    "ask|tell|ring|call|write|send|show|start|stop|wait|go|take|try|bring|offer|leave|open|give|keep|find|get|meet|talk|speak|"
    "listen|use|explain|make|draw|book|visit|check|drop|move|do|walk|hand|invite|turn|pick|want to (?:ask|know|hear|understand)"
)
_ANSWERS = (
    (
        re.compile(r"(?<!the )\bnext time,? i(?:'ll|'d| will| would| (?:ring|ask|call|wait|go|take|tell))?\b", re.I),
        "asked, and {rep} said what to do the next time.",
    ),
    (
        re.compile(
            rf"\bi(?:'d| would| could| might|'ll| will)(?: (?:just|probably|also|first|then|only))* (?:{_ACTS})\b", re.I
        ),
        "asked, and {rep} said what to try.",
    ),
)
"""What the rep's words show, the first that holds.  What may speak of the past (“I could see”, “I'd have put”) is not here."""
_SUBSTANCE = 5
"""Words from which a reply that shows no thought by itself is an answer."""
_COUNTABLE = frozenset({"opportunity", "account", "territory", "pipeline", "skill", "performance gap"})
_REWRITES = (
    (
        re.compile(r"\b(?:clos(?:e[sd]?|ing)|sign(?:s|ed|ing)?(?! off)|which (?:month|quarter))\b", re.I),
        "What has to happen on their side before they can sign, and which of those steps will you work on first?",
    ),
    (
        re.compile(
            r"\b(?:did you (?:talk|speak|call|ring|meet)|have you (?:talked|spoken|called|rung|met)|call(?:ed)? back|"
            r"answer(?:ed)?)\b",
            re.I,
        ),
        "What have you heard from them so far, and what do you want to learn from the next contact?",
    ),
    (
        re.compile(r"\bhow (?:many|much)\b", re.I),
        "{asked} And then: what does that tell you, and what would you do differently because of it?",
    ),
    (
        re.compile(
            r"\b(?:since when|what date|when (?:is|does|do|will|can|are|would))\b"
            r"|(?:^|, )(?:(?:and|so|but|okay),? )?(?:is|are|will|does|do|can)\b.*\b(?:(?:by|on) (?:mon|tues|wednes|thurs|fri)day|in (?:january|"
            r"february|march|april|may|june|july|august|september|october|november|december)|(?:this|next) (?:week|month|quarter))\b",
            re.I,
        ),
        "What does that date depend on, and what could you do this week to make it firmer?",
    ),
    (
        re.compile(
            r"\bwho (?:decides|signs|else|has to|have to|needs to|approves|owns|makes the)|\b(?:sign(?:ed)? off|budget|approv)",
            re.I,
        ),
        "Who has to be convinced there, what does each of them care about, and whom will you see first?",
    ),
)
"""What takes up the thing that is asked about; where nothing does, the question itself is asked, and then the thinking."""
_REPEATED = "{asked} And then: what do you make of that, and what will you try next?"
_INSTEAD = {
    "opportunity": "What would you do there next, and what speaks for it?",
    "pipeline": "Which of these would you move first, and how?",
    "territory": "Which account would you take, and what would make its buyer ring you?",
    "account": "What would you offer this customer next, and what would make them want it?",
    "call_planning": "How would you open that call, and what do you want to learn in it?",
    "call_debrief": "What would you do differently in that call, and what would you listen for?",
    "skill": "How would you say it, if I were the buyer?",
    "career": "Which way there do you see, and what would be your first step?",
}
"""A coaching question in place of an instruction, by its topic; there is none for talk that is on none of these."""
_IN_ITS_PLACE = re.compile(r"\b(?:instead|rather than)\b", re.I)
_OFFER = re.compile(
    r"\b(?:do you (?:need|want) me|want me to|shall i|should i|can i|may i|could i|would it help)\b", re.I
)
"""A question that offers something asks for no fact."""
_LONG = 15
"""Words up to which a question is asked again as it is."""
_DIRECTIVE = 3
"""Words from which an instruction says what is to be done."""
_TO_ME = re.compile(r"\b(?:me|us)\b", re.I)


class TemplateAdviser:
    """Words the feedback by templates: no key, no network."""

    name = "templates"
    model = ""
    version = "3"

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
    """The coaching exchanges in which an open question of the manager's was answered: those that ask for thinking first.

    Of two alike the longer one.  A question for a fact is no strength, nor is one that was answered with next to nothing.
    """
    asked = [e for e in exchanges if rubric.measured(e) == "coached" and _is_answered(transcript, e)]
    asked.sort(key=lambda e: (not asks_for_thinking(e.evidence[0].text), -speaking_time(transcript, e)))
    return [_strength(transcript, exchange, rubric) for exchange in sorted(asked[:_STRENGTHS], key=lambda e: e.first)]


def _is_answered(transcript: Transcript, exchange: Exchange) -> bool:
    if exchange.initiator != "manager" or len(exchange.evidence) < 2:
        return False
    question, reply = exchange.evidence[0], transcript.turn(exchange.evidence[1].turn)
    pairs = {(asked.n, answer.n) for asked, _, answer in answered(transcript, _turns(transcript, exchange))}
    if (question.turn, reply.n) not in pairs or not is_open(question.text):
        return False
    said = exchange.evidence[1].text
    if is_question(said):
        return False
    thought = bool(THINKING_REPLY.search(said))
    return thought or (asks_for_thinking(question.text) and len(said.split()) >= _SUBSTANCE)


def _turns(transcript: Transcript, exchange: Exchange) -> Sequence[Turn]:
    return transcript.turns[exchange.first - 1 : exchange.last]


def _strength(transcript: Transcript, exchange: Exchange, rubric: Rubric) -> Observation:
    quotes = tuple(_fuller(transcript, quote) for quote in exchange.evidence)
    said = " ".join(quote.text for quote in quotes[1:])
    plain = (
        "asked what {rep} thinks, and this was the answer."
        if asks_for_thinking(exchange.evidence[0].text)
        else "asked an open question, and this was the answer."
    )
    did = next((text for pattern, text in _ANSWERS if pattern.search(said)), plain).format(rep=_rep(transcript))
    topic = rubric.topic_name(exchange.topic).lower()
    return Observation(f"You {did}" if exchange.topic == "other" else f"On {_article(topic)}: you {did}", quotes)


def _rep(transcript: Transcript) -> str:
    return (transcript.named("rep") or "the rep").split()[0]


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
    """The inspection that took most time and led to nothing further; where there is none, an instruction.

    Inspection that set up coaching, or whose topic was worked on later, is fine.
    """
    left = [
        e
        for e in exchanges
        if rubric.measured(e) == "inspected" and not e.setup and not is_led_on(e, exchanges, rubric)
    ]
    left.sort(key=lambda e: -speaking_time(transcript, e))
    found = (_change(transcript, e, question) for e in left if (question := _question_of_fact(transcript, e)))
    return [*islice(chain(found, _told(transcript, exchanges, rubric)), _CHANGES)]


def _question_of_fact(transcript: Transcript, exchange: Exchange) -> Quote | None:
    """Return the question of an inspected exchange that asks for a fact and that no open question followed.

    One whose rewrite takes up the thing asked about comes first; offers, remarks and what hands the agenda over are never it.
    """
    pairs = list(answered(transcript, _turns(transcript, exchange)))
    after = max((asked.n for asked, _, _ in pairs if _asks_openly(asked)), default=0)
    facts = [
        (asked, question)
        for asked, question, _ in pairs
        if asked.n > after and asks_for_something(question) and not _OFFER.search(question)
        and (_taken_up(question) or (len(question.split()) <= _LONG and names_something(question)))
    ]  # fmt: skip
    facts.sort(key=lambda one: (_taken_up(one[1]) is None, one[0].n))
    return quote_of(*facts[0]) if facts else None


def _asks_openly(turn: Turn) -> bool:
    """Return whether any question of a turn is open, not only the last of several."""
    own = question_in(turn.text)
    return any(is_open(part) for part in (*sentences(turn.text), *([own] if own else [])))


def _change(transcript: Transcript, exchange: Exchange, question: Quote) -> Observation:
    return Observation(
        text="This question brought a fact, and the talk moved on.",
        quotes=(_fuller(transcript, question),),
        suggestion=rewrite(question.text),
        when=_NEXT.get(exchange.topic, "the next time you want to know where something stands"),
    )


def _told(transcript: Transcript, exchanges: Sequence[Exchange], rubric: Rubric) -> Iterator[Observation]:
    """An instruction on a topic that was nowhere worked on: first one that puts an own idea in the place of the rep's."""
    coached = {e.topic for e in exchanges if rubric.measured(e) == "coached"}
    told = [
        (e, turn, sentence)
        for e in exchanges
        if e.label == TELLING and e.topic in _INSTEAD and e.topic not in coached and not _asks_for_ideas(transcript, e)
        for turn, sentence in _instructions(transcript, e)
    ]  # fmt: skip
    told.sort(key=lambda one: (not _IN_ITS_PLACE.search(one[2]), not one[1].text.startswith(one[2]), one[1].n))
    for exchange, turn, sentence in told:
        yield Observation(
            text=f"This says what to do; what {_rep(transcript)} would do was not asked.",
            quotes=(quote_of(turn, sentence),),
            suggestion=_INSTEAD[exchange.topic],
            when=_NEXT.get(exchange.topic, "the next time you have an answer ready"),
        )


def _asks_for_ideas(transcript: Transcript, exchange: Exchange) -> bool:
    return any(asks_for_thinking(asked) for _, asked, _ in answered(transcript, _turns(transcript, exchange)))


def _instructions(transcript: Transcript, exchange: Exchange) -> Iterator[tuple[Turn, str]]:
    """Yield the manager's sentences that tell the rep what to do with somebody else."""
    for turn in _turns(transcript, exchange):
        if transcript.role_of(turn.speaker) == "manager":
            for sentence in sentences(turn.text):
                told = INSTRUCTION.match(plain(sentence)) and not is_question(sentence)
                if told and len(sentence.split()) >= _DIRECTIVE and not _TO_ME.search(sentence):
                    yield turn, sentence


def rewrite(question: str) -> str:
    """Return a coaching question that keeps to the thing asked for and adds the thinking."""
    return (_taken_up(question) or _REPEATED).format(asked=_as_asked(question))


def _taken_up(question: str) -> str | None:
    asked = plain(question)
    return next((coaching for pattern, coaching in _REWRITES if pattern.search(asked)), None)


def _as_asked(question: str) -> str:
    asked = plain(question).rstrip("?.!, ")
    mark = "." if re.match(r"(?:tell|walk|talk|give) me\b", asked, re.I) else "?"
    return f"{asked[:1].upper()}{asked[1:]}{mark}"
