"""Whether names and roles stand at the right turns: spoken names and the words of both sides against what was said.

Four things may be the case: all is right; the turns of the two are exchanged; their roles are; or their names are, at
the right roles.  The words of a manager and a rep speak for or against the roles.  Spoken names speak for or against
the names: hardly anybody greets himself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from analyzer.model import Doubt, Participant, Transcript, Turn
from analyzer.transcript.roles import SURE, Evidence, contrast, evidence, holders, how_often, probability, weights

Case = Literal["right", "turns", "roles", "names"]

PRIOR: dict[Case, float] = {"right": 0.88, "turns": 0.04, "roles": 0.04, "names": 0.04}
"""Before a word is read: what flags, sidecars and channel maps say is mostly right."""
WAYS = ("framing", "called", "mentioned", "introduced")
"""Of saying a name: where the talk begins or ends, to somebody, otherwise; the last one is its bearer's."""
NAMED = (*WAYS, "never_own")
"""What is weighed: each way, and that in a whole talk names are said by one side alone: never one's own."""
_FRAME = 3, 4
"""Turns at the beginning and at the end of a talk in which people greet and thank one another by name."""
_STAND_IN = re.compile(
    r"(?:speaker|spk|participant|person|voice|channel|guest|caller|user|unknown|manager|rep|attendee)[\s_#-]*\d*", re.I
)
_WORD_NAMES = frozenset(
    "will mark grace may art rose bill sue rob pat drew jack hope faith joy dawn june april frank chase grant miles dean "
    "guy ray summer penny ward rich earnest max sage ivy holly ruby".split()
)
"""First names that are words as well: in text without capitals they are not looked for."""
_QUOTES = re.compile(
    r"\b(?:sa(?:id|ys?|ying)|goes|went|told me|asked|thought|thinking|called? me|calling me|wrote|rings me|rang me)\b[^.?!]{0,60}$"
    r"|[\u201c\"][^\u201d\"]*$",
    re.IGNORECASE,
)
"""Words before a name by which it is somebody else's: what others said or wrote, or oneself elsewhere."""


def is_stand_in(name: str) -> bool:
    """Return whether a speaker's name is none: ``Speaker 1``, ``SPEAKER_00``, ``Manager``."""
    return bool(_STAND_IN.fullmatch(name.strip()))


def first_names(one: str, other: str) -> tuple[str, str] | None:
    """Return how two people are called in talk; ``None`` where that does not tell them apart."""
    if is_stand_in(one) or is_stand_in(other) or not one.split() or not other.split():
        return None
    first, second = one.split()[0], other.split()[0]
    alike = first.casefold() == second.casefold()
    return None if alike or min(len(first), len(second)) < 2 else (first, second)


def spoken(turns: Sequence[Turn], name: str) -> dict[str, dict[str, int]]:
    """Return for each speaker how often somebody's first name is said, by way of saying it.

    What others are quoted with counts for nothing: "and he says, Jules, sign here" is said by Jules, and of anybody.

    Args:
        turns: of the talk.
        name: the first name, or the whole one, by which those who introduce themselves are known.

    """
    capitals = any(c.isupper() for turn in turns for c in turn.text)
    found = {turn.speaker: dict.fromkeys(WAYS, 0) for turn in turns}
    if not capitals and name.split()[0].casefold() in _WORD_NAMES:
        return found
    ways = _ways(name if capitals else name.lower())
    first, last = _FRAME
    for place, turn in enumerate(turns):
        framing = place < first or place >= len(turns) - last
        for at in ways["mentioned"].finditer(turn.text):
            if (way := _way(turn.text, at.start(), ways, framing)) is not None:
                found[turn.speaker][way] += 1
    return found


def _way(text: str, at: int, ways: Mapping[str, re.Pattern[str]], framing: bool) -> str | None:
    """Return how the name that stands at a place in a text is said; ``None`` where that says nothing.

    So it is where others are quoted, and with first and last name together: people say both of themselves on the phone
    and of others.
    """
    said = {way for way in ("introduced", "called") if _covers(ways[way], text, at)}
    if "introduced" in said:
        return "introduced"
    if _QUOTES.search(text[:at]) or ways["whole"].match(text, at):
        return None
    if framing:
        return "framing"
    return "called" if said else "mentioned"


def _covers(pattern: re.Pattern[str], text: str, at: int) -> bool:
    return any(found.start() <= at < found.end() for found in pattern.finditer(text))


def _ways(name: str) -> dict[str, re.Pattern[str]]:
    first, *last = (re.escape(part) for part in name.split())
    said = rf"\b{first}\b"
    whole = rf"{said} {last[-1]}\b" if last else "(?!)"
    return {
        "called": re.compile(
            r"\b(?i:hi|hello|hey|morning|afternoon|evening|thanks|thank you|cheers|bye|welcome|sorry|okay|right|well|now|so),? "
            + said + r"(?!'|\u2019| (?:said|from|at|is|was|has))"
            + rf"|(?:^|[.?!]\s+){said},(?! (?:who|and|he|she|the)\b)|,\s+{said}\s*[.?!,]|,\s+{said}$"
        ),
        "mentioned": re.compile(said),
        "introduced": re.compile(
            rf"\b(?i:it'?s|this is|it is) (?:{whole}|{said}(?=[\s,.]+(?i:here|from|at|with|calling)\b|[.,]))"
            + rf"|\b(?i:i'?m|i am|my name is|my name'?s) {said}"
        ),
        "whole": re.compile(whole),
    }  # fmt: skip


def name_contrasts(turns: Sequence[Turn], names: Mapping[str, str]) -> dict[str, float]:
    """Return what each way of saying names speaks for the names of two speakers; exchanged, it turns its sign.

    Args:
        turns: of the talk.
        names: of each of the two speakers, the first name or the whole one.

    """
    heard = {name: spoken(turns, name) for name in names.values()}
    none = dict.fromkeys(WAYS, 0)
    found = {}
    for way in WAYS:
        own = sum(heard[name].get(speaker, none)[way] for speaker, name in names.items())
        others = sum(heard[name].get(speaker, none)[way] for name in names.values() for speaker in names
                     if names[speaker] != name)  # fmt: skip
        found[way] = contrast(own, others) if way == "introduced" else contrast(others, own)
    speak = [found[way] for way in WAYS if found[way]]
    found["never_own"] = float(bool(speak) and min(speak) > 0) - float(bool(speak) and max(speak) < 0)
    return found


@dataclass(frozen=True, slots=True)
class Finding:
    """What words and spoken names say about who is who."""

    chances: dict[Case, float]
    words: Evidence
    """For the first of the two, who is said to be the manager."""
    names: float
    """Logarithm of the odds that the names stand at their bearers' turns."""
    told: tuple[str, ...]
    """For the reader, the strongest first."""


def examine(turns: Sequence[Turn], manager: str, rep: str) -> Finding:
    """Return how likely each of the four cases is, for two speakers with names and roles."""
    words = evidence(turns, manager, rep)
    names = names_odds(turns, {manager: manager, rep: rep})
    calls = _calls(turns, manager, rep) if names < 0 else []
    role, name = probability(words.odds), probability(names)
    odds: dict[Case, float] = {
        "right": role * name,
        "turns": (1 - role) * (1 - name),
        "roles": (1 - role) * name,
        "names": role * (1 - name),
    }
    joint = {case: PRIOR[case] * odds[case] for case in PRIOR}
    whole = sum(joint.values())
    return Finding({case: chance / whole for case, chance in joint.items()}, words, names, (*calls, *words.told))


def names_odds(turns: Sequence[Turn], people: Mapping[str, str]) -> float:
    """Return the logarithm of the odds that two speakers bear these names; 0 where no name is spoken.

    Args:
        turns: of the talk.
        people: two speakers, as in the turns, and their names.

    """
    if first_names(*people.values()) is None:
        return 0.0
    learnt = weights().names
    contrasts = name_contrasts(turns, people)
    return sum(learnt[way] * value for way, value in contrasts.items())


def _calls(turns: Sequence[Turn], *people: str) -> list[str]:
    """Return in whose turns the own name is called, and how often."""
    told = []
    for speaker, name in zip(people, first_names(*people) or (), strict=False):
        counts = spoken(turns, name).get(speaker, dict.fromkeys(WAYS, 0))
        times = counts["framing"] + counts["called"] + counts["mentioned"]
        if times:
            told.append(f"the turns of {speaker} call {name!r} {how_often(times)}")
    return told


def check(transcript: Transcript) -> Transcript:
    """Return the transcript with the chance that its roles are right, or with its roles withheld and the doubt stated.

    Nothing is changed where not one manager and one rep hold the talk.
    """
    manager, rep = transcript.named("manager"), transcript.named("rep")
    if manager is None or rep is None or {manager, rep} != set(holders(transcript.turns) or ()):
        return transcript
    finding = examine(transcript.turns, manager, rep)
    if not (finding.words.odds or finding.names):
        return transcript  # nothing bears on it
    right = finding.chances["right"]
    if 1 - right < weights().alarm:
        sure = tuple(
            replace(person, confidence=round(min(SURE, right), 3)) if _is_open(person) else person
            for person in transcript.participants
        )
        return replace(transcript, participants=sure)
    doubted = tuple(_doubted(person, right) for person in transcript.participants)
    return replace(transcript, participants=doubted, doubt=_doubt(finding, manager, rep))


def _is_open(person: Participant) -> bool:
    return person.role in ("manager", "rep") and person.confidence is None


def _doubted(person: Participant, right: float) -> Participant:
    if person.role not in ("manager", "rep"):
        return person
    ground = f"{person.ground} says {person.role}, and the words speak against it"
    return replace(person, role=None, ground=ground, confidence=round(right, 3))


_CASES: dict[Case, str] = {
    "turns": "what {manager} said seems to stand as {rep}'s, and the other way round",
    "roles": "{rep} seems to be the manager, and {manager} the rep",
    "names": "the names of {manager} and {rep} seem to be exchanged",
}


def _doubt(finding: Finding, manager: str, rep: str) -> Doubt:
    """Word the likeliest exchange.  Where no name is spoken, turns and roles cannot be told apart: turns it is."""
    wrong: dict[Case, float] = {case: chance for case, chance in finding.chances.items() if case != "right"}
    case = max(wrong, key=lambda one: wrong[one])
    settle = {
        "turns": ("--swap",),
        "roles": ("--role", f"{rep}=manager"),
        "names": ("--swap", "--role", f"{rep}=manager"),
    }[case]
    told = "; ".join(finding.told) or "the words of both"
    return Doubt(_CASES[case].format(manager=manager, rep=rep), told, settle, ("--role", f"{manager}=manager"))
