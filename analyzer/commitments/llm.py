"""The ``llm`` engine: commitments from the same reading as the labels, each checked against the words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from analyzer.commitments.due import leans, resolve_due
from analyzer.commitments.merge import merge
from analyzer.labels.llm import SURE
from analyzer.labels.reading import ReadingEngine
from analyzer.labels.rubric import Rubric
from analyzer.llm.evidence import check_quote, find_quote, find_words
from analyzer.llm.windows import plain
from analyzer.model import Commitment, Dropped, Exchange, Extracted, Notes, Quote, Transcript


class LLMExtractor(ReadingEngine):
    """Extracts with a language model."""

    def extract(
        self, transcript: Transcript, exchanges: Sequence[Exchange], said_on: date | None, rubric: Rubric
    ) -> Extracted:
        """Return the commitments; what the words do not bear out is left out and noted.

        So is what the model itself calls a toss-up: on the dev meetings 9 of 11 such were none.

        Raises:
            EngineError: see `Reader.read`.

        """
        reading = self._reader.read(transcript, rubric)
        owner = reading.owners(len(transcript.turns))
        dropped: list[Dropped] = []
        made = []
        for index, read in enumerate(reading.windows):
            for found in read.value["commitments"]:
                if found["sure"] == "low":
                    dropped.append(
                        Dropped("commitment", found["turn"], f"not certain enough: {plain(found['action'])}")
                    )
                    continue
                quote = check_quote(found, transcript.turns, reading.codes)
                if not isinstance(quote, Quote):
                    dropped.append(Dropped("commitment", quote.turn, quote.reason))
                elif owner[quote.turn - 1] == index:
                    made.append(_commitment(found, quote, transcript, said_on, dropped))
        made.sort(key=lambda one: (one.quote.turn, one.quote.start))
        return Extracted(tuple(merge(made)), Notes(reading.gaps, tuple(dropped), reading.usage))


def _commitment(
    found: dict[str, Any], quote: Quote, transcript: Transcript, said_on: date | None, dropped: list[Dropped]
) -> Commitment:
    due_text = _spoken(found["due_text"], quote, transcript, said_on, dropped)
    due = None
    if due_text and said_on:
        day = _spoken(found["day_text"], quote, transcript, said_on, dropped) if leans(due_text) else None
        due = resolve_due(f"{due_text} {day}" if day else due_text, said_on)
    known = all(transcript.role_of(turn.speaker) is not None for turn in transcript.turns)
    return Commitment(
        owner=_owner(found, quote, transcript) if known else None,
        action=plain(found["action"]),
        due_text=due_text,
        due=due,
        strength=_strength(found, due),
        origin=found["origin"],
        quote=quote,
        to_customer=found["to_customer"],
        confidence=SURE[found["sure"]],
    )


def _spoken(
    words: str | None, quote: Quote, transcript: Transcript, said_on: date | None, dropped: list[Dropped]
) -> str | None:
    """Return the words of a deadline as they stand in the talk, nearest to the promise; alike ones mean the same day."""
    if words is None or not words.strip():
        return None
    if exact := find_words(words, quote.turn, transcript.turns):
        return exact.text
    alike = find_quote(words, quote.turn, transcript.turns)
    if alike and (said_on is None or resolve_due(alike.text, said_on) == resolve_due(words, said_on)):
        return alike.text
    dropped.append(Dropped("deadline", quote.turn, f"its words {plain(words)!r} do not stand in the talk"))
    return None


def _owner(found: dict[str, Any], quote: Quote, transcript: Transcript) -> str | None:
    """Return who is to do it: who volunteers speaks for himself; an order is for the other one."""
    if found["origin"] == "volunteered" or found["promised_by"] == "speaker":
        return quote.speaker
    others = [one.name for one in transcript.participants if one.name != quote.speaker]
    return others[0] if len(others) == 1 else None


def _strength(found: dict[str, Any], due: date | None) -> int:
    if found["hedged"]:
        return 2
    if due is None or found["origin"] == "assigned":
        return 3
    return 5 if found["firm"] else 4
