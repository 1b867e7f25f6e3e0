"""Transcript to commitments: the interface, and the one place that chooses an engine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from analyzer.model import Commitment, Exchange, Transcript


class Extractor(Protocol):
    """Finds commitments."""

    name: str
    model: str
    version: str
    """Code version: part of the key under which results are kept."""

    def extract(self, transcript: Transcript, exchanges: Sequence[Exchange], said_on: date | None) -> list[Commitment]:
        """Return the commitments of strength 2 and more, in order of the talk.

        Every quote stands word for word in its turn.  Where it is not known who spoke, ``owner`` is ``None``.

        Args:
            transcript: with roles where they are known.
            exchanges: that cover it.
            said_on: the day of the meeting, from which due dates follow; ``None`` leaves them open.

        Raises:
            EngineError: the engine gave no usable answer.

        """
        ...


def build_extractor() -> Extractor:
    """Return the engine in force."""
    from analyzer.commitments.local import LocalExtractor

    return LocalExtractor()
