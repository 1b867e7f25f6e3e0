"""Turns to clauses, the pieces of talk that may hold a promise, and what the local engine sees of each."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from analyzer.commitments.due import find_due
from analyzer.labels import cues
from analyzer.labels.features import words_of
from analyzer.model import Transcript, Turn

Ids = NDArray[np.int64]
Index = Callable[[Sequence[str]], Ids]

_SHORTEST = 3
"""Words of a clause; a shorter piece is joined to the one before it."""
_START = re.compile(
    r"(?<=\w)[,;]?\s+(?=(?:and |so |but |then |or |okay |yeah |right |well |um |uh )*(?:i'?ll|i will|i'?m going to|i'?m gonna|"
    r"i am going to|i can |i could |i need to|i should|i told|i said i'?d|let me|we'?ll|he'?ll|she'?ll|they'?ll|you'?ll|"
    r"can you|could you|will you|would you|you need to|you should|you have to|make sure|i want you|i need you|"
    r"send (?:me|him|her|them|it|the|over)|(?:just )?(?:ring|call|email|text|book|put|get|bring|ask|tell) (?:me|him|her|"
    r"them|it|the|that|in)\b))",
    re.IGNORECASE,
)
_DASH = re.compile(r"\s+[-\u2013\u2014]+\s+|\s*\.\.\.+\s+|\s*\u2026\s*")
_CUES = {
    "promise": re.compile(r"\b(?:i'?ll|i will|i'?m going to|i am going to|i'?m gonna|let me)\b", re.IGNORECASE),
    "negated": re.compile(r"\b(?:won'?t|will not|not going to|never|don'?t|can'?t)\b", re.IGNORECASE),
    "hedge": re.compile(r"\b(?:try|maybe|probably|might|see if|hope|should|could)\b", re.IGNORECASE),
    "condition": re.compile(r"\b(?:if|when|unless|once)\b", re.IGNORECASE),
    "would": re.compile(r"\b(?:would|i'?d|you'?d|could|might)\b", re.IGNORECASE),
    "asks": re.compile(r"\b(?:can|could|will|would) you\b", re.IGNORECASE),
    "must": re.compile(r"\byou (?:need|should|have|must|ought)|\bi (?:want|need) you\b", re.IGNORECASE),
    "instruction": cues.INSTRUCTION,
    "takeover": cues.TAKEOVER,
    "past": re.compile(r"\b(?:was|were|did|had|sent|told|said|went|called|asked|already|yesterday)\b", re.IGNORECASE),
    "others": re.compile(r"\b(?:he'?ll|she'?ll|they'?ll|he will|she will|they will|it'?ll)\b", re.IGNORECASE),
    "assent": re.compile(
        r"^(?:um |uh |oh |and |well )*(?:yes|yeah|yep|yup|sure|okay|ok|all right|alright|will do|deal|fine|great|perfect|"
        r"got it|of course|done|no problem|absolutely|mm|right|good|on it|can do)\b",
        re.IGNORECASE,
    ),
    "question": re.compile(r"\?"),
    "when": re.compile(r"\b(?:when|by when|what day|how soon)\b", re.IGNORECASE),
}


@dataclass(frozen=True, slots=True)
class Clause:
    """A verbatim piece of a turn's text."""

    turn: Turn
    start: int
    end: int

    @property
    def text(self) -> str:
        """The words."""
        return self.turn.text[self.start : self.end]


def clauses_of(turn: Turn) -> list[Clause]:
    """Return the clauses of a turn in order: sentences, cut where a promise or a request begins."""
    edges = {0, len(turn.text)}
    edges |= {match.end() for match in re.finditer(r"[.!?;]+[\"'\u201d]?\s+", turn.text)}
    edges |= {match.end() for match in _START.finditer(turn.text)}
    edges |= {match.end() for match in _DASH.finditer(turn.text)}
    pieces: list[tuple[int, int]] = []
    ordered = sorted(edges)
    for start, end in pairwise(ordered):
        if pieces and len(turn.text[start:end].split()) < _SHORTEST:
            pieces[-1] = (pieces[-1][0], end)
        else:
            pieces.append((start, end))
    return [_trimmed(turn, start, end) for start, end in pieces if turn.text[start:end].strip()]


_TAIL = re.compile(
    r"(?:[\s,;]+(?:and|but|so|or|then|because|if|i'?ll|i'?d|i|could i|um|uh|er|you))+[\s,;.]*$", re.IGNORECASE
)


def _trimmed(turn: Turn, start: int, end: int) -> Clause:
    """Return the clause without blanks at its ends and without words that begin the next one."""
    text = turn.text[start:end]
    tail = _TAIL.search(text)
    if tail and len(text[: tail.start()].split()) >= _SHORTEST:
        end = start + tail.start()
        text = turn.text[start:end]
    return Clause(turn, start + len(text) - len(text.lstrip()), end - len(text) + len(text.rstrip()))


def rows(transcript: Transcript, index: Index) -> tuple[list[Clause], list[Ids]]:
    """Return all clauses of a meeting with the features of each."""
    turns = transcript.turns
    sides = [(transcript.role_of(turn.speaker) or "?")[0] for turn in turns]
    split = [clauses_of(turn) for turn in turns]
    told = [[_told(clause) for clause in clauses] for clauses in split]
    heads = [_turn_names(turn, side) for turn, side in zip(turns, sides, strict=True)]
    clauses: list[Clause] = []
    found: list[Ids] = []
    for n, own in enumerate(split):
        beside = _beside(heads, n)
        for k, clause in enumerate(own):
            names = [*_own(told[n][k], sides[n]), *beside, f"turns{'1' if len(own) == 1 else 'n'}"]
            for d, where in ((-1, "b"), (1, "a")):
                if 0 <= k + d < len(own):
                    names += [f"{where}:{word}" for word in told[n][k + d][0]] + [
                        f"{where}c:{c}" for c in told[n][k + d][1]
                    ]
            names += [f"end{min(3, len(turns) - 1 - n)}", f"tenth{10 * n // len(turns)}"]
            clauses.append(clause)
            found.append(index(names))
    return clauses, found


def _told(clause: Clause) -> tuple[list[str], list[str]]:
    """Return a clause's words and cues."""
    words = words_of(clause.text)
    found = [name for name, cue in _CUES.items() if cue.search(clause.text)]
    if find_due(clause.text):
        found.append("due")
    return words, [*found, f"length{min(5, len(words).bit_length())}"]


def _own(told: tuple[list[str], list[str]], side: str) -> list[str]:
    words, found = told
    names = [f"side:{side}", *(f"w:{word}" for word in words), *(f"s:{side}{word}" for word in words)]
    names += [f"2:{one}_{other}" for one, other in pairwise(words)]
    names += [f"3:{one}_{two}_{three}" for one, two, three in zip(words, words[1:], words[2:], strict=False)]
    names += [f"c:{side}{one}" for one in found]
    names += [f"cc:{one}+{other}" for i, one in enumerate(found) for other in found[i + 1 :]]
    if words:
        names += [f"first:{words[0]}", f"last:{words[-1]}"]
    led = [word for word in words if word not in _FILLERS][:4]
    names += [f"l1:{side}{' '.join(led[:1])}", f"l2:{' '.join(led[:2])}", f"l3:{' '.join(led[:3])}"]
    if verb := _promised(words):
        dated = "due" in found
        names += [f"v:{verb}", f"v:{side}{verb}", f"vd:{dated}{verb}", f"vs:{side}{dated}"]
    return names


_FILLERS = frozenset("and so but then or okay ok yeah yes no right well um uh oh er look just also".split())
_SOON = frozenset(
    "just also then definitely probably maybe go and try to be still even then both all quickly gonna going".split()
)
_WHO = frozenset("i'll ill will i'm im can could let me you'll gonna".split())


def _promised(words: Sequence[str]) -> str | None:
    """Return the verb behind the first word that may promise."""
    for n, word in enumerate(words):
        if word in _WHO:
            return next((later for later in words[n + 1 :] if later not in _SOON and later not in _WHO), None)
    return None


def _turn_names(turn: Turn, side: str) -> list[str]:
    words = words_of(turn.text)
    found = [f"{side}c:{name}" for name, cue in _CUES.items() if cue.search(turn.text)]
    return [*found, f"{side}length{min(6, len(words).bit_length())}", *(f"{side}:{word}" for word in set(words[:25]))]


def _beside(heads: Sequence[list[str]], n: int) -> list[str]:
    names = []
    for distance, where in ((-1, "p"), (1, "n"), (2, "nn"), (-2, "pp")):
        if 0 <= n + distance < len(heads):
            names += [where + name for name in heads[n + distance]]
    return names
