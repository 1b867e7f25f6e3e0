"""The ``local`` engine: rules over what a turn does and how the rep answers.  No key, no network, no confidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analyzer.labels import cues
from analyzer.labels.rubric import Rubric
from analyzer.labels.topics import topic_of
from analyzer.model import Exchange, Quote, Role, Transcript, Turn

_INITIATING = ("thinking", "question", "takeover", "instruction", "feedback", "verdict", "admin")


@dataclass(frozen=True, slots=True)
class _Move:
    """What one turn does."""

    turn: Turn
    role: Role | None
    act: str
    """One of `_INITIATING`, ``request``, ``social`` or ``reply``."""
    sentence: str
    """The words that show it."""
    shift: bool
    """Whether it turns to something new in so many words."""


class LocalLabeler:
    """Labels by rules."""

    name = "local"
    model = "rules"
    version = "1"

    def label(self, transcript: Transcript, rubric: Rubric) -> list[Exchange]:
        """Return exchanges that cover the turns; see `Labeler.label`."""
        moves = [_move(turn, transcript.role_of(turn.speaker)) for turn in transcript.turns]
        groups = _segment(moves)
        exchanges = [_exchange(group) for group in groups]
        return _mark_setup(exchanges)


def _move(turn: Turn, role: Role | None) -> _Move:
    parts = cues.sentences(turn.text)
    act, sentence = "reply", parts[0]
    for part in reversed(parts):  # the last purpose of a turn is the one that is answered
        found = _act(part, role)
        if found != "reply":
            act, sentence = found, part
            break
    return _Move(turn, role, act, sentence, bool(cues.SHIFT.search(turn.text)))


def _act(sentence: str, role: Role | None) -> str:
    asks = cues.is_question(sentence)
    if role == "rep":
        if cues.TAKEOVER_REQUEST.search(sentence):
            return "request"
        if asks and cues.content_words(sentence) > 2:
            return "request"
        return "reply"
    if cues.TAKEOVER.search(sentence):
        return "takeover"
    if cues.THINKING_QUESTION.search(sentence):
        return "thinking"
    if cues.VERDICT.search(sentence):
        return "verdict"
    if cues.ADMIN.search(sentence):
        return "admin"
    if asks and not (cues.SOCIAL.search(sentence) and cues.content_words(sentence) < 8):
        return "question"
    if cues.FEEDBACK.search(sentence):
        return "feedback"
    if cues.INSTRUCTION.search(sentence):
        return "instruction"
    return "social" if cues.SOCIAL.search(sentence) else "reply"


def _segment(moves: Sequence[_Move]) -> list[list[_Move]]:
    groups: list[list[_Move]] = []
    current = ""
    for move in moves:
        opens = move.act in (*_INITIATING, "request") and (move.act != current or move.shift)
        if not groups or opens:
            groups.append([move])
            current = move.act
        else:
            groups[-1].append(move)
            if current in ("", "social", "reply"):
                current = move.act
    return groups


def _exchange(group: Sequence[_Move]) -> Exchange:
    opening = next((move for move in group if move.act not in ("reply",)), group[0])
    focus, kind = _focus(opening, group)
    forms = [cues.question_form(move.sentence) for move in group if move.role == "manager"]
    evidence = [_quote(opening)]
    answer = max((m for m in group if m.role == "rep" and m is not opening), key=_weight, default=None)
    if focus == "coaching" and answer is not None:
        evidence.append(_quote(answer))
    text = " ".join(move.turn.text for move in group)
    return Exchange(
        first=group[0].turn.n,
        last=group[-1].turn.n,
        focus=focus,
        kind=kind,
        time=cues.time_of(opening.sentence),
        topic=topic_of(text),
        initiator=opening.role,
        evidence=tuple(evidence),
        question_form=next((form for form in forms if form != "none"), "none"),
    )


def _weight(move: _Move) -> tuple[int, int]:
    return len(cues.THINKING_REPLY.findall(move.turn.text)), len(move.turn.text)


def _focus(opening: _Move, group: Sequence[_Move]) -> tuple[str, str | None]:
    """Apply the rubric's tests in their order, as far as words show them."""
    replies = " ".join(move.turn.text for move in group if move.role != "manager")
    thinks = len(cues.THINKING_REPLY.findall(replies)) > 0 and cues.content_words(replies) >= 5
    words = sum(cues.content_words(move.turn.text) for move in group)
    if opening.act == "takeover" or (opening.act == "request" and cues.TAKEOVER_REQUEST.search(opening.sentence)):
        return "neither", "team_selling"
    if opening.act == "verdict" and not thinks:
        return "neither", "appraisal"
    if opening.act == "feedback" or (opening.act in ("thinking", "instruction", "request", "verdict") and thinks):
        return "coaching", None
    if opening.act == "admin":
        return "neither", "admin"
    if opening.act == "instruction":
        return "neither", "directing"
    if opening.act in ("question", "thinking"):
        return "inspection", None
    if opening.role == "rep" and cues.content_words(opening.turn.text) > 5:
        return "inspection", None
    if words < 5 and opening.act != "social":
        return "neither", "unclear"
    return "neither", "social"


def _mark_setup(exchanges: Sequence[Exchange]) -> list[Exchange]:
    """Facts asked in order to work on them at once are a set-up: the next exchange on the topic is coaching."""
    from dataclasses import replace

    marked = []
    for position, exchange in enumerate(exchanges):
        following = next((e for e in exchanges[position + 1 :] if e.topic == exchange.topic), None)
        setup = exchange.focus == "inspection" and following is not None and following.focus == "coaching"
        marked.append(replace(exchange, setup=setup))
    return marked


def _quote(move: _Move) -> Quote:
    return Quote(move.turn.n, move.turn.speaker, move.turn.start, move.sentence)
