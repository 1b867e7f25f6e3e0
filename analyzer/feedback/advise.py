"""Labels to advice: the interface."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from analyzer.labels.rubric import Rubric
from analyzer.model import Exchange, Feedback, Measures, Notes, Transcript


@dataclass(frozen=True, slots=True)
class Advice:
    """What the manager reads first, and what was left out of it."""

    feedback: Feedback
    notes: Notes = field(default_factory=Notes)


class Adviser(Protocol):
    """Words the feedback."""

    name: str
    version: str
    """Code version: part of the key under which results are kept."""

    @property
    def model(self) -> str:
        """What it works with; part of the key as well."""
        ...

    def advise(
        self, transcript: Transcript, exchanges: Sequence[Exchange], measures: Measures, rubric: Rubric
    ) -> Advice:
        """Return the summary, up to two strengths and up to two changes, each resting on quotes.

        Where roles are withheld there is a summary alone: whose words they were is not known.

        Raises:
            EngineError: the engine gave no usable answer.

        """
        ...
