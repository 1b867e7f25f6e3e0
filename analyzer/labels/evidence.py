"""Which words of an exchange show its label: the move that opens it, and for worked-on talk the reply that works."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from analyzer.labels import asking, cues
from analyzer.model import Quote, Transcript, Turn

_LONGEST = 32
"""Words of a quote; speech without punctuation has no other end."""
_BACKCHANNEL = 3
"""A turn of fewer words neither opens nor closes an exchange."""


def opening_turn(turns: Sequence[Turn]) -> Turn:
    """Return the turn that opens an exchange: the first with something in it."""
    return next((turn for turn in turns if len(turn.text.split()) >= _BACKCHANNEL), turns[0])


def quote_of(turn: Turn, sentence: str) -> Quote:
    """Return a quote of a sentence of a turn, clipped at the end, with the time at which it begins."""
    return Quote(turn.n, turn.speaker, start_of(turn, sentence), clip(sentence))


def key_sentence(turn: Turn) -> str:
    """Return the sentence of a turn that says what it does: its last question, else the longest."""
    parts = cues.sentences(turn.text)
    questions = [part for part in parts if cues.is_question(part)]
    return questions[-1] if questions else max(parts, key=len)


def evidence_of(transcript: Transcript, turns: Sequence[Turn], worked_on: bool) -> tuple[Quote, ...]:
    """Return the quotes for an exchange over ``turns``, in order of the talk.

    The first is the question that the manager opens it with, or what else opens it.  With ``worked_on``, the rep's reply
    stands behind the question that it answers: of the pairs in the exchange the one whose question asks for most
    thinking, then the one whose reply shows most.  Where no question is answered, the fullest reply stands behind the
    words that open the exchange.
    """
    opening = opening_turn(turns)
    replies = [turn for turn in turns if turn.n != opening.n and transcript.role_of(turn.speaker) == "rep"]
    if worked_on and replies:
        pairs = [pair for pair in answered(transcript, turns) if len(pair[2].text.split()) >= _BACKCHANNEL]
        if pairs:
            asked, question, best = max(pairs, key=lambda pair: (*_weight(pair[1]), *_fullness(pair[2])))
            return quote_of(asked, question), quote_of(best, _thinking_sentence(best))
        best = max(replies, key=_fullness)
        return quote_of(opening, key_sentence(opening)), quote_of(best, _thinking_sentence(best))
    led_by_manager = transcript.role_of(opening.speaker) == "manager"
    manager = (turn for turn in turns if transcript.role_of(turn.speaker) == "manager" and _asks(turn))
    lead = next(manager, opening) if led_by_manager else opening
    return (quote_of(lead, key_sentence(lead)),)


def answered(transcript: Transcript, turns: Sequence[Turn]) -> Iterator[tuple[Turn, str, Turn]]:
    """Yield the manager's questions with each turn of the rep's that answers them, in order of the talk.

    A turn answers the question that was asked last before it: between the two the manager says no more than a
    backchannel.
    """
    asked: tuple[Turn, str] | None = None
    for turn in turns:
        role = transcript.role_of(turn.speaker)
        question = asking.question_in(turn.text) if role == "manager" else None
        if question and len(question.split()) >= _BACKCHANNEL:
            asked = turn, question
        elif role == "rep" and asked:
            yield *asked, turn
        elif question or len(turn.text.split()) >= _BACKCHANNEL:
            asked = None


def _weight(question: str) -> tuple[bool, bool]:
    return asking.asks_for_thinking(question), asking.is_open(question)


def _fullness(reply: Turn) -> tuple[int, int]:
    return len(cues.THINKING_REPLY.findall(reply.text)), len(reply.text)


def _asks(turn: Turn) -> bool:
    return any(cues.is_question(part) and len(part.split()) >= _BACKCHANNEL for part in cues.sentences(turn.text))


def _thinking_sentence(turn: Turn) -> str:
    return max(cues.sentences(turn.text), key=lambda part: (len(cues.THINKING_REPLY.findall(part)), len(part)))


def clip(sentence: str) -> str:
    """Return a verbatim beginning of at most `_LONGEST` words."""
    words = list(re.finditer(r"\S+", sentence))
    return sentence if len(words) <= _LONGEST else sentence[: words[_LONGEST - 1].end()]


def start_of(turn: Turn, part: str) -> float:
    """Return when a part of a turn is spoken: by its words' own times, else by its place in the text."""
    at = turn.text.find(part)
    if at <= 0:
        return turn.start
    if turn.words:
        before = len(turn.text[:at].split())
        return turn.words[min(before, len(turn.words) - 1)].start
    return round(turn.start + turn.duration * at / len(turn.text), 3)
