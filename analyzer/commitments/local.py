"""The ``local`` engine: a linear classifier over clauses, and rules for what a promise says.  No key, no network."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analyzer.commitments.clauses import Clause, rows
from analyzer.commitments.due import DuePhrase, find_due, resolve_due
from analyzer.commitments.merge import merge
from analyzer.labels.cues import sentences
from analyzer.labels.evidence import start_of
from analyzer.labels.linear import LinearModel, fingerprint, load_model
from analyzer.labels.rubric import Rubric
from analyzer.model import Commitment, Exchange, Extracted, Origin, Quote, Transcript, Turn

WEIGHTS = Path(__file__).with_name("weights.npz")
_CROWD = 2
"""Turns within which promises of one person crowd one another."""

_NEW = re.compile(
    r"\b(?:i'?ll|i will|i'?m going to|i am going to|let me|can you|could you|will you|you need to|you should|make sure|"
    r"i want you|i need you)\b",
    re.IGNORECASE,
)
_HEDGED = re.compile(
    r"\b(?:try|maybe|probably|might|see if|hope(?:fully)?|should be able|if i can|not sure)\b", re.IGNORECASE
)
_IF_THEN = re.compile(r"\b(?:if|and then)\b.{5,}", re.IGNORECASE)
_FOR_YOU = re.compile(r"\byou(?:'?ll| will) (?:have|get|hear|find|be getting)\b", re.IGNORECASE)
_TO_CUSTOMER = re.compile(r"\bi (?:told|promised|said to) (?!you\b)|\bi'?ve (?:told|promised) (?!you\b)", re.IGNORECASE)
_AT_ONCE = re.compile(
    r"(?<=\w )(?:(?:right |straight )?now(?= *(?:[.,!]|$|while|and|from|straight|after|when))"
    r"|(?:when|once|as soon as|the (?:minute|moment|second)) (?:i|i'?m|we|we'?re) "
    r"(?:are |get |come )?(?:hang up|done|through|finished|off)(?: (?:here|this|the)(?: (?:call|phone))?)?)",
    re.IGNORECASE,
)
_PURPOSE = re.compile(
    r",? (?:so (?:that )?(?=it|he|she|they|you|we|i)|because|which|before you|in case)\b", re.IGNORECASE
)
_LEAD = re.compile(
    r"^(?:(?:and|so|but|then|okay|ok|all right|alright|yeah|yes|no|right|well|um|uh|oh|also|just|please|maybe|look|sure|fine|because)\b[,.]?\s*)*"
    r"(?:(?:i'?ll|i will|i'?m going to|i am going to|i'?m gonna|i can|i could|i'?d|let me|can you|could you|will you|would you|"
    r"you need to|you should|you have to|you'?ll|make sure (?:you|to)|i want you to|i need you to|we'?ll|i'?ll try to|"
    r"i told (?:him|her|them) (?:that )?i(?:'d| would|'ll))\s+)?(?:just |also |then |definitely |go and |try to |try and )*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Found:
    """A stretch of one turn that holds a promise."""

    turn: Turn
    start: int
    first_end: int
    """Where its first clause ends: what follows goes on with it."""
    end: int
    certainty: float
    """Log odds."""
    by_speaker: bool
    origin: Origin

    @property
    def promiser(self) -> tuple[str, bool]:
        """Who promises: the speaker, or whoever is spoken to."""
        return self.turn.speaker, self.by_speaker

    @property
    def text(self) -> str:
        """The quote."""
        return self.turn.text[self.start : self.end]


class LocalExtractor:
    """Extracts with trained weights."""

    name = "local"
    version = "2"

    def __init__(self, weights: Path = WEIGHTS) -> None:
        self._weights = weights
        self.model = f"linear {fingerprint(weights)}"

    def extract(
        self, transcript: Transcript, exchanges: Sequence[Exchange], said_on: date | None, rubric: Rubric
    ) -> Extracted:
        """Return the commitments; see `Extractor.extract`."""
        model = _load(self._weights)
        clauses, found = rows(transcript, model.index)
        if not clauses:
            return Extracted(())
        logits = {head: np.asarray(values, float) for head, values in model.logits(found).items()}
        promises = promises_of(clauses, logits, model)
        known = all(transcript.role_of(turn.speaker) is not None for turn in transcript.turns)
        made = [_commitment(one, transcript, said_on, model, known) for one in promises]
        return Extracted(tuple(merge(made)))


@cache
def _load(weights: Path) -> LinearModel:
    return load_model(weights)


def promises_of(clauses: Sequence[Clause], logits: dict[str, NDArray[np.float64]], model: LinearModel) -> list[Found]:
    """Return the stretches whose odds are over the threshold; neighbours that go on with one promise are one."""
    odds = logits["promise"][:, 1] - logits["promise"][:, 0]
    speaker = model.heads["owner"].index("speaker")
    found: list[Found] = []
    before: Clause | None = None
    for n, clause in enumerate(clauses):
        if odds[n] > model.facts["threshold"]:
            origin = model.heads["origin"][int(logits["origin"][n].argmax())]
            by_speaker = int(logits["owner"][n].argmax()) == speaker
            one = Found(clause.turn, clause.start, clause.end, clause.end, float(odds[n]), by_speaker, origin)  # type: ignore[arg-type]
            goes_on = before is not None and before.turn.n == clause.turn.n and not _NEW.search(clause.text)
            if goes_on and found:
                last = found[-1]
                found[-1] = replace(last, end=clause.end, certainty=max(last.certainty, one.certainty))
            else:
                found.append(one)
            before = clause
        else:
            before = None
    return _uncrowded(found, model)


def _uncrowded(found: Sequence[Found], model: LinearModel) -> list[Found]:
    """Leave out what stands near a surer promise of the same person and is not sure enough to be another one.

    People say a promise in several breaths; each of them alone looks like one.
    """
    kept: list[Found] = []
    for one in sorted(found, key=lambda one: -one.certainty):
        near = sum(abs(one.turn.n - k.turn.n) <= _CROWD and one.promiser == k.promiser for k in kept)
        if one.certainty > model.facts["threshold"] + near * model.facts["crowding"]:
            kept.append(one)
    return sorted(kept, key=lambda one: (one.turn.n, one.start))


def _commitment(
    found: Found, transcript: Transcript, said_on: date | None, model: LinearModel, roles_known: bool
) -> Commitment:
    due = _deadline(found)
    day = _day(due.text, said_on) if due and said_on else None
    at, share = model.facts["calibration"]
    return Commitment(
        owner=_owner(found, transcript) if roles_known else None,
        action=_action(found, due.text if due else None, transcript),
        due_text=due.text if due else None,
        due=day,
        strength=_strength(found, day),
        origin=found.origin,
        quote=Quote(found.turn.n, found.turn.speaker, start_of(found.turn, found.text), found.text),
        to_customer=bool(_TO_CUSTOMER.search(found.text)),
        confidence=round(float(np.interp(found.certainty, at, share)), 3) if roles_known else None,
    )


def _owner(found: Found, transcript: Transcript) -> str | None:
    speaker = found.turn.speaker
    if found.by_speaker or _FOR_YOU.search(found.text):
        return speaker
    others = [person.name for person in transcript.participants if person.name != speaker]
    return others[0] if len(others) == 1 else None


def _deadline(found: Found) -> DuePhrase | None:
    """Return the deadline in the quote, its first clause first.

    Dates in the words around it mostly belong to something else: on the training meetings they were wrong three times
    out of four.
    """
    first = found.turn.text[found.start : found.first_end]
    for words in (*sentences(_PURPOSE.split(first)[0]), *sentences(first), *sentences(found.text)):
        if inside := find_due(words):
            return inside
    at_once = _AT_ONCE.search(found.text)
    return DuePhrase(at_once[0], at_once.start(), at_once.end()) if at_once else None


def _day(due: str, said_on: date) -> date | None:
    """Return the day of a deadline; what is done when the talk is over is done the same day."""
    return said_on if _AT_ONCE.fullmatch(f"x {due}", 2) else resolve_due(due, said_on)


def _strength(found: Found, day: date | None) -> int:
    if _HEDGED.search(found.text):
        return 2
    if found.origin == "assigned" or day is None:
        return 3
    return 5 if _IF_THEN.search(found.text) else 4


def _action(found: Found, due: str | None, transcript: Transcript) -> str:
    """Return a short imperative: the words without their lead and deadline, ``you`` and ``me`` by name."""
    parts = sentences(found.text)
    words = next((part for part in parts if _NEW.search(part) or (due and due in part)), parts[0])
    if due and len(words) > len(due) + 8:
        words = words.replace(due, " ")
    led = _LEAD.sub("", " ".join(words.split()), count=1)
    words = led if len(led.split()) > 1 else words
    speaker = found.turn.speaker
    listener = next((person.name for person in transcript.participants if person.name != speaker), None)
    if listener:
        words = re.sub(r"\byou\b(?! to\b)", listener.split()[0], words)
    if not found.by_speaker:
        words = re.sub(r"\bme\b", speaker.split()[0], words)
    words = " ".join(words.split()).strip(" .,;!?-")
    return (words[:1].lower() + words[1:]) or found.text
