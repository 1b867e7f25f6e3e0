"""Transcript to exchanges: the interface."""

from __future__ import annotations

from typing import Protocol

from analyzer.labels.rubric import Rubric
from analyzer.model import Labelled, Transcript


class Labeler(Protocol):
    """Says what happens in each stretch of a meeting."""

    name: str
    version: str
    """Code version: part of the key under which results are kept."""

    @property
    def model(self) -> str:
        """What it works with: weights, or model and prompt; part of the key as well."""
        ...

    def label(self, transcript: Transcript, rubric: Rubric) -> Labelled:
        """Return exchanges that cover the transcript's turns in order, without gap or overlap.

        Raises:
            EngineError: the engine gave no usable answer.

        """
        ...
