"""Who spoke when: the diarization error rate, in seconds of speech.

Definition of NIST's Rich Transcription evaluations (md-eval): reference speech that nobody was heard in is missed,
hypothesis speech beyond the reference is a false alarm, the rest counts as confusion where the paired speaker is
another.  Where several speak at once, each of them counts (overlap is scored).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyzer.evaluation.pairing import best_pairs


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch in which one speaker talks, in seconds."""

    speaker: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Diarization:
    """Errors in seconds, so that those of several recordings add up."""

    speech: float
    """Scored speech of the reference: a second in which two speak is two."""
    missed: float
    false_alarm: float
    confusion: float

    @property
    def error(self) -> float:
        """All three together."""
        return self.missed + self.false_alarm + self.confusion

    @property
    def rate(self) -> float | None:
        """The diarization error rate, which may exceed 1; ``None`` without speech."""
        return self.error / self.speech if self.speech else None

    def __add__(self, other: Diarization) -> Diarization:
        return Diarization(
            self.speech + other.speech,
            self.missed + other.missed,
            self.false_alarm + other.false_alarm,
            self.confusion + other.confusion,
        )


def diarization(reference: Sequence[Segment], hypothesis: Sequence[Segment], collar: float = 0.0) -> Diarization:
    """Return the errors of ``hypothesis``; speakers are paired so that they share as much scored time as can be.

    Args:
        reference: who speaks when; stretches of one speaker that touch or overlap are one.
        hypothesis: who was heard when, likewise.
        collar: seconds before and after each boundary of the reference in which nothing is scored.

    """
    zones = _zones(reference, collar)
    edges = np.unique(
        [edge for one in (*reference, *hypothesis) for edge in (one.start, one.end)] + zones.ravel().tolist()
    )
    if len(edges) < 2:
        return Diarization(0.0, 0.0, 0.0, 0.0)
    # Between neighbouring edges nothing changes, so each such piece is a column with a length.
    middle, length = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
    within = (zones[:, :1] < middle) & (middle < zones[:, 1:])
    length = np.where(within.any(axis=0), 0.0, length)
    spoken, heard = _active(reference, middle), _active(hypothesis, middle)
    shared = (spoken * length) @ heard.T
    right = sum(float(shared[pair]) for pair in best_pairs(shared))
    speakers, voices = spoken.sum(axis=0), heard.sum(axis=0)
    return Diarization(
        speech=float(speakers @ length),
        missed=float(np.maximum(speakers - voices, 0) @ length),
        false_alarm=float(np.maximum(voices - speakers, 0) @ length),
        confusion=max(0.0, float(np.minimum(speakers, voices) @ length) - right),
    )


def paired_speakers(reference: Sequence[Segment], hypothesis: Sequence[Segment]) -> dict[str, str]:
    """Return for each speaker of the reference the one of the hypothesis that shares most time; those without are left out."""
    edges = np.unique([edge for one in (*reference, *hypothesis) for edge in (one.start, one.end)])
    middle, length = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
    shared = (_active(reference, middle) * length) @ _active(hypothesis, middle).T
    names, voices = speakers_of(reference), speakers_of(hypothesis)
    return {names[row]: voices[column] for row, column in best_pairs(shared)}


def speakers_of(segments: Iterable[Segment]) -> list[str]:
    """Return the speakers in the order in which they come up."""
    return list(dict.fromkeys(one.speaker for one in segments))


def united(segments: Iterable[Segment]) -> list[Segment]:
    """Return the segments with those of one speaker joined where they touch or overlap, by speaker and time."""
    joined: list[Segment] = []
    for one in sorted(segments, key=lambda segment: (segment.speaker, segment.start, segment.end)):
        if joined and joined[-1].speaker == one.speaker and one.start <= joined[-1].end:
            joined[-1] = Segment(one.speaker, joined[-1].start, max(joined[-1].end, one.end))
        else:
            joined.append(one)
    return joined


def _active(segments: Sequence[Segment], middle: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 where a speaker talks, shape (speakers, pieces)."""
    active = np.zeros((len(speakers_of(segments)), len(middle)))
    row = {speaker: n for n, speaker in enumerate(speakers_of(segments))}
    for one in segments:
        first, last = np.searchsorted(middle, [one.start, one.end])
        active[row[one.speaker], first:last] = 1
    return active


def _zones(reference: Sequence[Segment], collar: float) -> NDArray[np.float64]:
    """Return the stretches that are not scored, shape (zones, 2)."""
    if collar <= 0:
        return np.empty((0, 2))
    edges = np.array([edge for one in united(reference) for edge in (one.start, one.end)])
    return np.stack([edges - collar, edges + collar], axis=1)
