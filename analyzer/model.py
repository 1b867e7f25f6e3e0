"""What the stages hand to one another: frozen values, no input or output.

Times are seconds from the start of the recording.  Whatever is inferred carries its ground: a quote, a confidence
(0 to 1, ``None`` where an engine has no real one), or the words that say where it came from.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import Literal

Role = Literal["manager", "rep", "other"]
Time = Literal["past", "present", "future"]
Origin = Literal["volunteered", "proposed_accepted", "assigned"]
QuestionForm = Literal["open", "closed", "leading", "none"]

WORDS_PER_SECOND = 2.6
"""How fast people speak, for transcripts that carry no times."""


@dataclass(frozen=True, slots=True)
class Span:
    """Meeting time ``[start, end)``."""

    start: float
    end: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.start <= self.end:
            raise ValueError(f"a span needs 0 <= start <= end, got {self.start!r}..{self.end!r}")

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word."""

    text: str
    start: float
    end: float
    probability: float | None = None
    channel: int = 0
    """Which channel of the recording it was heard in, or whose voice says it, from 0."""
    certainty: float | None = None
    """That this voice says it; ``None`` where a channel tells."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Consecutive words of one speaker."""

    n: int
    """Counts from 1, without gaps."""
    speaker: str
    """A participant's name, or ``Speaker 1`` where nobody said who spoke."""
    text: str
    start: float
    end: float
    words: tuple[Word, ...] = ()
    """With their own times; empty for transcripts that came as text."""

    @property
    def duration(self) -> float:
        """Speaking time in seconds."""
        return self.end - self.start

    @property
    def certainty(self) -> float | None:
        """That its speaker says it, over its words; ``None`` where a channel or the file tells."""
        known = [word.certainty for word in self.words if word.certainty is not None]
        return sum(known) / len(known) if known else None


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody in the meeting."""

    name: str
    role: Role | None
    """``None``: withheld, because nothing says it."""
    ground: str
    """Where name and role come from, in words for the reader."""
    confidence: float | None = None
    """That the role is right; ``None`` where nothing bears on it or a person said so."""
    label: str = ""
    """What the recording or file calls the speaker: corrections hold on to it."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why names and roles are not to be trusted, and what settles it."""

    suspected: str
    """What seems to be the case, as a clause."""
    told: str
    """The evidence, counted."""
    settle: tuple[str, ...]
    """Arguments of ``analyzer correct`` if it is so."""
    keep: tuple[str, ...]
    """The same if all is right as it is."""


@dataclass(frozen=True, slots=True)
class Source:
    """How the words came to be, for the reader who has to know how far to trust them."""

    kind: Literal["recording", "transcript"]
    engine: str
    """``whisper``, ``sphinx`` or the transcript's format."""
    model: str
    duration: float
    """Of the recording as declared by the file, else up to the last turn."""
    covered: float = 1.0
    """Share of the declared duration that could be decoded."""
    times: Literal["measured", "given", "estimated"] = "measured"
    speakers: str = ""
    """What told voices in one channel apart; empty where channels or the file tell who speaks, or nothing does."""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Transcript:
    """Who said what, when."""

    turns: tuple[Turn, ...]
    participants: tuple[Participant, ...]
    source: Source
    doubt: Doubt | None = None
    """Names or roles that the words speak against; the roles are withheld then."""

    def role_of(self, speaker: str) -> Role | None:
        """Return the role of a speaker, ``None`` where it is withheld."""
        return next((p.role for p in self.participants if p.name == speaker), None)

    def named(self, role: Role) -> str | None:
        """Return the name of the one participant in that role, ``None`` where there is none or more than one."""
        names = [p.name for p in self.participants if p.role == role]
        return names[0] if len(names) == 1 else None

    def turn(self, n: int) -> Turn:
        """Return turn ``n`` (counted from 1)."""
        return self.turns[n - 1]


@dataclass(frozen=True, slots=True)
class Quote:
    """Words that stand in the transcript."""

    turn: int
    speaker: str
    start: float
    """When they are spoken."""
    text: str
    """Word for word a part of the turn's text."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """The unit that is labelled: a move with a purpose and everything that responds to it."""

    first: int
    last: int
    focus: str
    kind: str | None
    time: Time
    topic: str
    initiator: Role | None
    evidence: tuple[Quote, ...]
    question_form: QuestionForm = "none"
    setup: bool = False
    mixed: bool = False
    confidence: float | None = None
    by_hand: bool = False
    """Whether a person gave the label."""

    @property
    def label(self) -> str:
        """The kind where there is one, else the focus."""
        return self.kind or self.focus


@dataclass(frozen=True, slots=True)
class Commitment:
    """An action that somebody in the meeting took on."""

    owner: str | None
    """A participant's name; ``None`` where it is not known who spoke."""
    action: str
    """A short imperative."""
    due_text: str | None
    due: dt.date | None
    strength: int
    """2 hedged, 3 plain, 4 owned and dated, 5 with a visible result or an if-then."""
    origin: Origin
    quote: Quote
    to_customer: bool = False
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """Turns that an engine could not read."""

    first: int
    last: int
    reason: str


LeftOut = Literal["label", "commitment", "deadline", "feedback", "follow-through"]
"""Of which kind something is that was left out."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """Something that an engine said and the transcript does not bear out: counted, never shown as found."""

    what: LeftOut
    turn: int
    reason: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens, as the endpoint reported them."""

    input: int = 0
    cached: int = 0
    """Of the input: read from the endpoint's own cache."""
    output: int = 0
    calls: int = 0
    kept: int = 0
    """Replies that were there already and cost nothing now."""

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.input + other.input,
            self.cached + other.cached,
            self.output + other.output,
            self.calls + other.calls,
            self.kept + other.kept,
        )


@dataclass(frozen=True, slots=True)
class Notes:
    """What a reader of an engine's results has to know beside them."""

    gaps: tuple[Gap, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    usage: Usage = field(default_factory=Usage)
    """What the results cost; their replies, where they were kept, are counted as kept."""

    def __add__(self, other: Notes) -> Notes:
        return Notes(
            tuple(dict.fromkeys((*self.gaps, *other.gaps))), self.dropped + other.dropped, self.usage + other.usage
        )

    def without(self, what: LeftOut) -> Notes:
        """Return them without what was left out of that kind."""
        return replace(self, dropped=tuple(one for one in self.dropped if one.what != what))


@dataclass(frozen=True, slots=True)
class Labelled:
    """What a labeler makes of a transcript."""

    exchanges: tuple[Exchange, ...]
    """They cover the turns in order, without gap or overlap."""
    notes: Notes = field(default_factory=Notes)


@dataclass(frozen=True, slots=True)
class Extracted:
    """What an extractor makes of a transcript."""

    commitments: tuple[Commitment, ...]
    notes: Notes = field(default_factory=Notes)


@dataclass(frozen=True, slots=True)
class Share:
    """A rate that carries its counts."""

    part: float
    whole: float

    @property
    def rate(self) -> float | None:
        """``part / whole``; ``None`` where there is nothing to divide by."""
        return self.part / self.whole if self.whole else None


@dataclass(frozen=True, slots=True)
class Observation:
    """Something that happened, in the report's words: the situation, the words, the effect."""

    text: str
    quotes: tuple[Quote, ...]
    suggestion: str | None = None
    """For a change: the question to ask instead."""
    when: str | None = None
    """For a change: when to use it next."""


@dataclass(frozen=True, slots=True)
class Measures:
    """Counts over the exchanges."""

    seconds: dict[str, float]
    """Speaking time by label (kind, else focus)."""
    working: float
    """Speaking time in the labels that count as work."""
    bridge: Share
    """Inspected topics followed by coaching on the same topic, over inspected topics."""
    questions: dict[str, int]
    """The manager's questions that open an exchange, by form."""
    manager_talk: Share
    """The manager's speaking time over all speaking time; ``0 / 0`` where roles are withheld."""
    low_confidence: Share
    """Exchanges with a confidence below one half, over those that have one."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """What the manager reads first."""

    summary: str
    strengths: tuple[Observation, ...]
    changes: tuple[Observation, ...]
    agenda: tuple[Observation, ...] = ()
    """For next time."""


@dataclass(frozen=True, slots=True)
class EarlierPromise:
    """A commitment of an earlier meeting of the same two people that was still open."""

    id: str
    owner: str
    action: str
    due: dt.date | None
    said_on: dt.date | None


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What the talk says became of an earlier promise."""

    promise: EarlierPromise
    outcome: Literal["kept", "moved", "dropped", "unmentioned", "untold"]
    """``untold``: the engine cannot tell; what was said of it, if anything, is not known."""
    quote: Quote | None
    """``None`` only where it was not mentioned, or nothing is told."""
    moved_to: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Followed:
    """What became of the earlier promises."""

    follow_ups: tuple[FollowUp, ...]
    notes: Notes = field(default_factory=Notes)


@dataclass(frozen=True, slots=True)
class Provenance:
    """What made a stage's result."""

    stage: str
    engine: str
    model: str
    version: str
    """Code version of the stage."""
    settings: dict[str, str] = field(default_factory=dict)
    made: str = ""
    """When, in ISO 8601 with offset."""


@dataclass(frozen=True, slots=True)
class MeetingInfo:
    """What is known about a meeting beside its words."""

    id: str
    """Twelve hexadecimal digits of the content's SHA-256."""
    source_name: str
    """What the user knows the file by; of tracks their names."""
    source_path: str
    date: dt.date | None = None
    title: str | None = None
    manager: str | None = None
    rep: str | None = None
    consent: str | None = None
    grounds: dict[str, str] = field(default_factory=dict)
    """Where each of the above comes from."""
    tracks: tuple[str, ...] = ()
    """Paths of the participants' own files that were laid together as the recording; empty where it came as one."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """A meeting with everything that the stages made of it: what a report shows."""

    meeting: MeetingInfo
    transcript: Transcript
    exchanges: tuple[Exchange, ...]
    commitments: tuple[Commitment, ...]
    measures: Measures
    feedback: Feedback
    rubric: str
    """Version and hash of the rubric."""
    provenance: tuple[Provenance, ...]
    follow_ups: tuple[FollowUp, ...] = ()
    notes: Notes = field(default_factory=Notes)
    """What could not be read and what was left out, of all stages; and what it cost."""
    made_with: tuple[str, ...] = ()
    """The rubric's hash, and the model with its prompts or ``local``: a meeting is finished for these."""
