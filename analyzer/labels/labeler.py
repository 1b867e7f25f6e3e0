"""Transcript to exchanges: the interface, and the one place that chooses an engine."""

from __future__ import annotations

from typing import Protocol

from analyzer.labels.rubric import Rubric
from analyzer.model import Exchange, Transcript


class Labeler(Protocol):
    """Says what happens in each stretch of a meeting."""

    name: str
    model: str
    version: str
    """Code version: part of the key under which results are kept."""

    def label(self, transcript: Transcript, rubric: Rubric) -> list[Exchange]:
        """Return exchanges that cover the transcript's turns in order, without gap or overlap.

        Raises:
            EngineError: the engine gave no usable answer.

        """
        ...


def build_labeler() -> Labeler:
    """Return the engine in force."""
    from analyzer.labels.local import LocalLabeler

    return LocalLabeler()
