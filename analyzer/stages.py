"""The stages from a transcript on, each kept in the library under a key of what it follows from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any, Protocol

from analyzer.engines import Engines
from analyzer.feedback.advise import Advice
from analyzer.labels.rubric import Rubric
from analyzer.model import Exchange, Extracted, Followed, Labelled, Measures, MeetingInfo, Transcript
from analyzer.store.json import dump
from analyzer.store.library import Library


class Named(Protocol):
    """An engine of any stage, as far as keys and provenance need it."""

    name: str
    version: str

    @property
    def model(self) -> str:
        """What it works with."""
        ...


@dataclass(frozen=True, slots=True)
class Stages:
    """Engines with a memory: a result whose facts are the same is not made again."""

    library: Library
    engines: Engines
    rubric: Rubric

    def labelled(self, meeting: str, transcript: Transcript) -> Labelled:
        """Return the exchanges; with gaps they are made again next time."""
        labeler = self.engines.labeler
        return self.library.stage(
            meeting,
            "exchanges",
            self._facts(transcript, labeler),
            Labelled,
            lambda: labeler.label(transcript, self.rubric),
            lambda result: not result.notes.gaps,
        )

    def extracted(self, info: MeetingInfo, transcript: Transcript, exchanges: tuple[Exchange, ...]) -> Extracted:
        """Return the commitments; with gaps they are made again next time."""
        extractor = self.engines.extractor
        return self.library.stage(
            info.id,
            "commitments",
            self._facts(transcript, extractor) | {"said_on": info.date.isoformat() if info.date else None},
            Extracted,
            lambda: extractor.extract(transcript, exchanges, info.date, self.rubric),
            lambda result: not result.notes.gaps,
        )

    def advice(
        self, meeting: str, transcript: Transcript, exchanges: tuple[Exchange, ...], measures: Measures
    ) -> Advice:
        """Return the feedback; one that could not be worded is asked for again next time."""
        adviser = self.engines.adviser
        return self.library.stage(
            meeting,
            "feedback",
            self._facts(transcript, adviser) | {"exchanges": _hash(dump(exchanges))},
            Advice,
            lambda: adviser.advise(transcript, exchanges, measures, self.rubric),
            lambda result: not any(one.turn == 0 for one in result.notes.dropped),
        )

    def followed(self, info: MeetingInfo, transcript: Transcript) -> Followed:
        """Return what became of earlier promises."""
        follow = self.engines.follow_through
        promises = self.library.earlier_promises(info)
        if not promises:
            return Followed(())
        return self.library.stage(
            info.id,
            "follow-through",
            self._facts(transcript, follow)
            | {"promises": _hash(dump(tuple(promises))), "said_on": info.date.isoformat() if info.date else None},
            Followed,
            lambda: follow.follow(transcript, promises, info.date, self.rubric),
            lambda result: bool(result.follow_ups),
        )

    def _facts(self, transcript: Transcript, engine: Named) -> dict[str, Any]:
        """Return what a stage's result follows from, whichever stage it is."""
        return {
            "input": _digest(transcript),
            "engine": [engine.name, engine.model, engine.version],
            "rubric": self.rubric.hash,
        }


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _digest(transcript: Transcript) -> str:
    # Words' own times do not change a label, and neither does what names and roles rest on.
    people = tuple(replace(one, ground="", confidence=None, label="") for one in transcript.participants)
    turns = tuple(replace(turn, words=()) for turn in transcript.turns)
    slim = replace(transcript, turns=turns, participants=people, doubt=None)
    return _hash(dump(slim))
