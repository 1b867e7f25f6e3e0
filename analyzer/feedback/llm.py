"""The ``llm`` engine: a language model words the feedback; code checks that every claim stands on words of the talk."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from rapidfuzz import fuzz

from analyzer.feedback.advise import Advice
from analyzer.feedback.measures import speaking_time, summarise
from analyzer.feedback.wording import objection
from analyzer.labels import cues
from analyzer.labels.reading import SPEAKERS, codes_of, people
from analyzer.labels.rubric import Rubric
from analyzer.llm.engine import PromptEngine
from analyzer.llm.evidence import check_quote
from analyzer.llm.requests import FENCE, Request
from analyzer.llm.windows import plain, tokens
from analyzer.model import Dropped, Exchange, Feedback, Measures, Notes, Observation, Quote, Transcript, Usage

STRENGTHS, CHANGES, AGENDA = 2, 2, 4
_MOMENTS = 4
"""Of either kind: the longest ones."""
_ROOM = 450
"""Tokens of a moment; of a longer one its beginning is shown."""
_ASKED = 85.0
"""Similarity (0 to 100) from which a suggested question is one that was asked anyway."""
_MOST = 8_000
_CONTENT = re.compile(r"[^\W\d_]{4,}|\d+")


class LLMAdviser(PromptEngine):
    """Words the feedback with a language model."""

    def advise(
        self, transcript: Transcript, exchanges: Sequence[Exchange], measures: Measures, rubric: Rubric
    ) -> Advice:
        """Return the feedback; see `Adviser.advise`.  Claims that the words do not bear out are left out and noted."""
        summary = summarise(measures, rubric)
        moments = list(_moments(transcript, exchanges, rubric))
        if transcript.named("manager") is None or transcript.named("rep") is None or not moments:
            return Advice(Feedback(summary, (), ()))
        answer = self._client.ask([self._request(transcript, moments, rubric)])[0]
        if answer.value is None:
            missing = Dropped("feedback", 0, f"no feedback could be worded: {answer.reason}")
            return Advice(Feedback(summary, (), ()), Notes(dropped=(missing,), usage=answer.usage))
        return _Judge(transcript, exchanges, rubric).advice(summary, answer.value, answer.usage)

    def _request(self, transcript: Transcript, moments: Sequence[Exchange], rubric: Rubric) -> Request:
        codes = codes_of(transcript)
        filled = self._prompt.fill(
            rubric=rubric,
            coached=[one for one in rubric.focuses if one.measure == "coached"],
            inspected=[one for one in rubric.focuses if one.measure == "inspected"],
            mark=FENCE,
            people=people(transcript, codes, rubric),
            moments=[
                {
                    "label": one.label,
                    "topic": rubric.topic_name(one.topic),
                    "lines": _lines(transcript, one, codes),
                }
                for one in moments
            ],
            strengths=STRENGTHS,
            changes=CHANGES,
            agenda=AGENDA,
            speakers=SPEAKERS,
        )
        return Request(filled, self._client.model, _MOST)


def _moments(transcript: Transcript, exchanges: Sequence[Exchange], rubric: Rubric) -> Iterator[Exchange]:
    """Yield the longest exchanges that may be praised or changed, in order of the talk."""
    chosen: list[Exchange] = []
    for measure in ("coached", "inspected"):
        fit = [e for e in exchanges if rubric.measured(e) == measure and not e.setup and e.evidence]
        chosen += sorted(fit, key=lambda e: -speaking_time(transcript, e))[:_MOMENTS]
    yield from sorted(chosen, key=lambda e: e.first)


def _lines(transcript: Transcript, exchange: Exchange, codes: dict[str, str]) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = []
    room = _ROOM
    for turn in transcript.turns[exchange.first - 1 : exchange.last]:
        text = plain(turn.text)
        room -= tokens(text)
        if lines and room < 0:
            break
        lines.append({"turn": turn.n, "code": codes[turn.speaker], "text": text})
    return lines


class _Judge:
    """Holds each claim against the talk."""

    def __init__(self, transcript: Transcript, exchanges: Sequence[Exchange], rubric: Rubric) -> None:
        self._transcript = transcript
        self._exchanges = exchanges
        self._rubric = rubric
        self._codes = codes_of(transcript)
        self._manager = transcript.named("manager")
        self._dropped: list[Dropped] = []

    def advice(self, summary: str, value: dict[str, Any], usage: Usage) -> Advice:
        """Return what stands."""
        feedback = Feedback(
            summary,
            tuple(self._kept(value["strengths"], self._strength))[:STRENGTHS],
            tuple(self._kept(value["changes"], self._change))[:CHANGES],
            tuple(self._kept(value["agenda"], lambda point, quotes: None))[:AGENDA],
        )
        return Advice(feedback, Notes(dropped=tuple(self._dropped), usage=usage))

    def _kept(self, points: Sequence[dict[str, Any]], judge: Any) -> Iterator[Observation]:
        for point in points:
            quotes = [self._quote(one) for one in point["quotes"]]
            true = tuple(quote for quote in quotes if quote is not None)
            reason = self._objection(point, quotes) or judge(point, true)
            if reason:
                turn = point["quotes"][0]["turn"] if point["quotes"] else 0
                self._dropped.append(Dropped("feedback", turn, reason))
                continue
            question, when = point.get("question"), point.get("when")
            yield Observation(
                plain(point["text"]),
                true,
                plain(question) if question else None,
                plain(when).rstrip(".") if when else None,
            )

    def _objection(self, point: dict[str, Any], quotes: Sequence[Quote | None]) -> str | None:
        if not quotes or None in quotes:
            return "its quote does not stand in the talk"
        wrong = objection(" ".join(str(point.get(part, "")) for part in ("text", "question", "when")))
        return f"it says {wrong}" if wrong else None

    def _quote(self, one: dict[str, Any]) -> Quote | None:
        quote = check_quote(one, self._transcript.turns, self._codes)
        return quote if isinstance(quote, Quote) else None

    def _at(self, quote: Quote) -> Exchange:
        return next(e for e in self._exchanges if e.first <= quote.turn <= e.last)

    def _strength(self, point: dict[str, Any], quotes: Sequence[Quote]) -> str | None:
        if quotes[0].speaker != self._manager:
            return "its first quote is not the manager's"
        if self._rubric.measured(self._at(quotes[0])) != "coached":
            return "its quote is not from talk that worked on something"
        return None

    def _change(self, point: dict[str, Any], quotes: Sequence[Quote]) -> str | None:
        asked, question = quotes[0], plain(point["question"])
        where = self._at(asked)
        if asked.speaker != self._manager or self._rubric.measured(where) != "inspected":
            return "its quote is no question of the manager that took facts"
        if where.setup:
            return "the talk did lead on to working on it"
        if not question.endswith("?"):
            return "its rewrite is no question"
        if self._was_asked(question):
            return "the manager asked that anyway"
        said = " ".join(t.text for t in self._transcript.turns[where.first - 1 : where.last])
        if not _content(question) & _content(said):
            return "its rewrite has nothing of the fact"
        return None

    def _was_asked(self, question: str) -> bool:
        return any(
            fuzz.token_sort_ratio(question.casefold(), sentence.casefold()) >= _ASKED
            for turn in self._transcript.turns
            if turn.speaker == self._manager
            for sentence in cues.sentences(turn.text)
        )


def _content(text: str) -> set[str]:
    return {word.casefold() for word in _CONTENT.findall(text)}
