"""A words engine that writes a word for each clip, as long as the clip: what is measured is who was heard when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from analyzer.audio.transcriber import Hints, Phrase
from analyzer.model import Span, Word


class Scribe:
    """Writes the time at which each clip ends; keeps the hints that it was given."""

    name = model = fingerprint = "scribe"
    longest_clip, joins = 30.0, 0.0

    def __init__(self) -> None:
        self.hints: list[Hints] = []

    def languages(self, audio: np.ndarray) -> dict[str, float]:
        return {}

    def phrases(self, audio: np.ndarray, clips: Sequence[Span], hints: Hints) -> Iterator[Phrase]:
        self.hints.append(hints)
        for clip in clips:
            yield Phrase((Word(f"{clip.end:.3f}", clip.start, clip.end, 0.9),))
