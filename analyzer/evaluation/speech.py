"""How well recordings become words, speakers and roles: the transcript of the product's own path against the truth.

Figures are sums (errors and words, seconds and seconds), so that the total over recordings weighs each by its length.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from analyzer.errors import AnalyzerError
from analyzer.evaluation.der import Diarization, Segment, diarization, paired_speakers, united
from analyzer.evaluation.truth import Recording, Truth
from analyzer.evaluation.wer import cpwer, plain_words, wder, wer
from analyzer.model import Role, Share, Transcript
from analyzer.transcript.merge import PAUSE

COLLAR = 0.25
"""Seconds around the reference's boundaries that the lenient diarization error rate leaves out."""
SYNTHETIC = (
    "The voices are synthesised: any method tells them apart, so speaker figures of one-channel recordings "
    "say nothing about real people."
)


@dataclass(frozen=True, slots=True)
class Roles:
    """People whose role the truth knows, by what the transcript makes of it."""

    right: int
    wrong: int
    withheld: int
    """Said to be unknown, or the person was not told apart from the others."""

    def __add__(self, other: Roles) -> Roles:
        return Roles(self.right + other.right, self.wrong + other.wrong, self.withheld + other.withheld)

    @property
    def accuracy(self) -> Share:
        """The right ones over all: a withheld role is no right one."""
        return Share(self.right, self.right + self.wrong + self.withheld)


@dataclass(frozen=True, slots=True)
class Swaps:
    """Recordings of which the truth says whether names and roles were exchanged, by whether the check said so."""

    found: int = 0
    swapped: int = 0
    false_alarms: int = 0
    straight: int = 0

    def __add__(self, other: Swaps) -> Swaps:
        return Swaps(
            self.found + other.found,
            self.swapped + other.swapped,
            self.false_alarms + other.false_alarms,
            self.straight + other.straight,
        )


@dataclass(frozen=True, slots=True)
class Listened:
    """What the product made of a recording, and what it cost."""

    transcript: Transcript
    cpu: dict[str, float]
    """Seconds of processor time by stage."""
    memory: float | None
    """Most memory held at once, in MB; ``None`` where the system does not tell."""


@dataclass(frozen=True, slots=True)
class SpeechScore:
    """The figures of one recording, or of several together."""

    name: str
    words: int
    """Of the reference."""
    seconds: float
    """Length of the recording."""
    wer: Share | None
    """``None``: the truth holds no words."""
    cpwer: Share | None
    """``None``: the truth does not say who said them; likewise below."""
    wder: Share | None
    der: Diarization
    """Without collar."""
    der_collar: Diarization
    """With `COLLAR`."""
    roles: Roles
    swaps: Swaps
    cpu: dict[str, float]
    memory: float | None
    synthetic: bool

    @property
    def real_time_factor(self) -> dict[str, Share]:
        """Processor seconds over seconds of audio, by stage."""
        return {stage: Share(spent, self.seconds) for stage, spent in self.cpu.items()}


@dataclass(frozen=True, slots=True)
class SpeechFailure:
    """A recording that gave no transcript."""

    name: str
    reason: str


def run(
    recordings: Iterable[Recording], listen: Callable[[Recording], Listened]
) -> tuple[list[SpeechScore], list[SpeechFailure]]:
    """Score each recording; one that fails is a result with its reason and does not stop the others."""
    scores, failures = [], []
    for recording in recordings:
        try:
            listened = listen(recording)
        except AnalyzerError as error:
            failures.append(SpeechFailure(recording.name, str(error)))
        else:
            scores.append(score(recording.name, recording.truth, listened))
    return scores, failures


def score(name: str, truth: Truth, listened: Listened) -> SpeechScore:
    """Return the figures of one recording."""
    transcript = listened.transcript
    heard = [(turn.speaker, word) for turn in transcript.turns for word in plain_words(turn.text)]
    said = [(one.segment.speaker, word) for one in truth.said or () for word in plain_words(one.text)]
    reference = plain_words(truth.text or "")
    segments = heard_segments(transcript)
    return SpeechScore(
        name=name,
        words=len(reference),
        seconds=transcript.source.duration,
        wer=None if truth.text is None else wer(reference, [word for _, word in heard]),
        cpwer=None if truth.said is None else cpwer(_by_speaker(said), _by_speaker(heard)),
        wder=None if truth.said is None else wder(said, heard),
        der=diarization(truth.speech, segments),
        der_collar=diarization(truth.speech, segments, COLLAR),
        roles=score_roles(truth, segments, transcript),
        swaps=_swaps(truth.swapped, transcript.doubt is not None),
        cpu=listened.cpu,
        memory=listened.memory,
        synthetic=truth.synthetic,
    )


def total(scores: Sequence[SpeechScore]) -> SpeechScore:
    """Return the figures of all recordings together; memory is the most that any of them took."""
    memory = [one.memory for one in scores if one.memory is not None]
    stages = dict.fromkeys(stage for one in scores for stage in one.cpu)
    nothing = Diarization(0.0, 0.0, 0.0, 0.0)
    return SpeechScore(
        name="total",
        words=sum(one.words for one in scores),
        seconds=sum(one.seconds for one in scores),
        wer=_sum(one.wer for one in scores),
        cpwer=_sum(one.cpwer for one in scores),
        wder=_sum(one.wder for one in scores),
        der=sum((one.der for one in scores), nothing),
        der_collar=sum((one.der_collar for one in scores), nothing),
        roles=sum((one.roles for one in scores), Roles(0, 0, 0)),
        swaps=sum((one.swaps for one in scores), Swaps()),
        cpu={stage: sum(one.cpu.get(stage, 0.0) for one in scores) for stage in stages},
        memory=max(memory, default=None),
        synthetic=any(one.synthetic for one in scores),
    )


def heard_segments(transcript: Transcript) -> list[Segment]:
    """Return who was heard when: a speaker's words, joined over the pauses that a reader of the transcript does not see.

    Turns without times of their words count as a whole.
    """
    segments: list[Segment] = []
    for turn in transcript.turns:
        if not turn.words:
            segments.append(Segment(turn.speaker, turn.start, turn.end))
            continue
        start, end = turn.words[0].start, turn.words[0].end
        for word in turn.words[1:]:
            if word.start - end > PAUSE:
                segments.append(Segment(turn.speaker, start, end))
                start = word.start
            end = max(end, word.end)
        segments.append(Segment(turn.speaker, start, end))
    return united(segments)


def score_roles(truth: Truth, segments: Sequence[Segment], transcript: Transcript) -> Roles:
    """Return how many people got their role; a person is the speaker who was heard for most of that person's time."""
    heard_as = paired_speakers(truth.speech, segments)
    speaking = {one.speaker for one in truth.speech}
    given = [(role, _role_of(heard_as.get(name), transcript)) for name, role in truth.roles if name in speaking]
    return Roles(
        right=sum(role == named for role, named in given),
        wrong=sum(named is not None and role != named for role, named in given),
        withheld=sum(named is None for _, named in given),
    )


def _role_of(speaker: str | None, transcript: Transcript) -> Role | None:
    return None if speaker is None else transcript.role_of(speaker)


def _swaps(swapped: bool | None, suspected: bool) -> Swaps:
    if swapped is None:
        return Swaps()
    return Swaps(found=suspected, swapped=1) if swapped else Swaps(false_alarms=suspected, straight=1)


def _by_speaker(words: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    by_speaker: dict[str, list[str]] = {}
    for speaker, word in words:
        by_speaker.setdefault(speaker, []).append(word)
    return by_speaker


def _sum(shares: Iterable[Share | None]) -> Share | None:
    known = [share for share in shares if share is not None]
    return Share(sum(one.part for one in known), sum(one.whole for one in known)) if known else None
