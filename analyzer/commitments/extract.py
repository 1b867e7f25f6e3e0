"""Transcript to commitments, and to what became of earlier ones: the interfaces."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from analyzer.labels.rubric import Rubric
from analyzer.model import EarlierPromise, Exchange, Extracted, Followed, Transcript


class Extractor(Protocol):
    """Finds commitments."""

    name: str
    version: str
    """Code version: part of the key under which results are kept."""

    @property
    def model(self) -> str:
        """What it works with: weights, or model and prompt; part of the key as well."""
        ...

    def extract(
        self, transcript: Transcript, exchanges: Sequence[Exchange], said_on: date | None, rubric: Rubric
    ) -> Extracted:
        """Return the commitments of strength 2 and more, in order of the talk.

        Every quote stands word for word in its turn.  Where it is not known who spoke, ``owner`` is ``None``.

        Args:
            transcript: with roles where they are known.
            exchanges: that cover it.
            said_on: the day of the meeting, from which due dates follow; ``None`` leaves them open.
            rubric: that says what is a commitment.

        Raises:
            EngineError: the engine gave no usable answer.

        """
        ...


class FollowThrough(Protocol):
    """Says what became of earlier promises."""

    name: str
    version: str
    """Code version: part of the key under which results are kept."""

    @property
    def model(self) -> str:
        """What it works with; part of the key as well."""
        ...

    def follow(
        self, transcript: Transcript, promises: Sequence[EarlierPromise], said_on: date | None, rubric: Rubric
    ) -> Followed:
        """Return one outcome for each promise, in order; unmentioned and untold ones come without a quote.

        Raises:
            EngineError: the engine gave no usable answer.

        """
        ...
