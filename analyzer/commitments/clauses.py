"""Turns to clauses, the first guess at what may hold a promise, and what the local engine sees of a piece of talk."""

from __future__ import annotations

import re
from collections import Counter
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
OPENING = re.compile(
    r"(?<=\w)[,;]?\s+(?=(?:and |so |but |then |or |okay |yeah |right |well |um |uh )*(?:i'?ll|i will|i'?m going to|i'?m gonna|"
    r"i am going to|i can |i could |i need to|i should|i told|i said i'?d|let me|we'?ll|he'?ll|she'?ll|they'?ll|you'?ll|"
    r"can you|could you|will you|would you|you need to|you should|you have to|make sure|i want you|i need you|"
    r"send (?:me|him|her|them|it|the|over)|(?:just )?(?:ring|call|email|text|book|put|get|bring|ask|tell) (?:me|him|her|"
    r"them|it|the|that|in)\b))",
    re.IGNORECASE,
)
"""Where a promise or a request begins inside of a sentence."""
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
    edges |= {match.end() for match in OPENING.finditer(turn.text)}
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


def rows(transcript: Transcript, pieces: Sequence[Clause], index: Index) -> list[Ids]:
    """Return the features of each piece; pieces are in order and do not overlap."""
    turns = transcript.turns
    sides = sides_of(transcript)
    heads = [_turn_names(turn, side) for turn, side in zip(turns, sides, strict=True)]
    told = [_told(piece) for piece in pieces]
    inside = Counter(piece.turn.n for piece in pieces)
    found: list[Ids] = []
    for k, piece in enumerate(pieces):
        n = piece.turn.n - 1
        names = [*_own(told[k], sides[n]), *_beside(heads, n), f"pieces{min(6, inside[piece.turn.n])}"]
        for at, where in ((k - 1, "b"), (k + 1, "a")):
            if 0 <= at < len(pieces) and pieces[at].turn.n == piece.turn.n:
                names += [f"{where}:{word}" for word in told[at][0]] + [f"{where}c:{cue}" for cue in told[at][1]]
        names += _around(piece) + _replied(piece, told[k][1], sides[n], turns)
        names += [f"end{min(3, len(turns) - 1 - n)}", f"tenth{10 * n // len(turns)}"]
        found.append(index(names))
    return found


_LAST_SENTENCE = re.compile(r"^.*[.!?;](?=\s)", re.DOTALL)
_SUBJECTS = frozenset("i i'll ill i'm i'd i've we we'll you you'll you'd he he'll she she'll they they'll".split())


def sides_of(transcript: Transcript) -> list[str]:
    """Return a letter for the role of each turn's speaker."""
    return [(transcript.role_of(turn.speaker) or "?")[0] for turn in transcript.turns]


def cues_in(text: str) -> list[str]:
    """Return the names of the cues that are in a text."""
    return [name for name, cue in _CUES.items() if cue.search(text)]


def plain(word: str) -> str:
    """Return a word in lower case, without the marks around it."""
    return word.lower().replace("\u2019", "'").strip(".,;:!?\"\u201c\u201d()[]\u2026\u2014\u2013-'") or "_"


def _around(piece: Clause) -> list[str]:
    """Name the words that stand next to it in its turn."""
    text = piece.turn.text[: piece.start]
    before, after = words_of(text)[-6:], words_of(piece.turn.text[piece.end :])[:6]
    subject = next((word for word in reversed(words_of(_LAST_SENTENCE.sub("", text))) if word in _SUBJECTS), "-")
    names = [f"subject:{subject}", f"subject:{subject}{piece.text.split()[0].lower()}"]
    names += [f"bw:{word}" for word in before] + [f"aw:{word}" for word in after]
    return [
        *names,
        *(f"bl{n}:{'_'.join(before[-n:])}" for n in (1, 2)),
        *(f"al{n}:{'_'.join(after[:n])}" for n in (1, 2)),
    ]


def _replied(piece: Clause, found: Sequence[str], side: str, turns: Sequence[Turn]) -> list[str]:
    """Name what the turns before and after make of it: a promise that answers a question, an order that is accepted."""
    n = piece.turn.n - 1
    before, after = turns[n - 1].text if n else "", turns[n + 1].text if n + 1 < len(turns) else ""
    act = next((letter for cues, letter in _ACTS if not cues.isdisjoint(found)), "o")
    assent = bool(_CUES["assent"].search(after))
    last = len(piece.turn.text[piece.end :].strip()) < _SHORTEST
    return [
        f"r{side}{act}{assent}{len(after.split()) < 5}",
        f"q{side}{act}{'?' in before}",
        f"qa{side}{act}{'?' in after}",
        f"tl{side}{act}{last}{assent}",
        f"k{side}{act}{'due' in found}{assent}",
        *(f"rw{act}:{word}" for word in words_of(after)[:3]),
    ]


_ACTS = (
    (frozenset({"promise"}), "p"),
    (frozenset({"asks", "must"}), "a"),
    (frozenset({"instruction"}), "i"),
)


def _told(clause: Clause) -> tuple[list[str], list[str]]:
    """Return a clause's words and cues."""
    words = words_of(clause.text)
    found = cues_in(clause.text)
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
    led = [word for word in words if word not in FILLERS][:4]
    names += [f"l1:{side}{' '.join(led[:1])}", f"l2:{' '.join(led[:2])}", f"l3:{' '.join(led[:3])}"]
    if verb := _promised(words):
        dated = "due" in found
        names += [f"v:{verb}", f"v:{side}{verb}", f"vd:{dated}{verb}", f"vs:{side}{dated}"]
    return names


FILLERS = frozenset("and so but then or okay ok yeah yes no right well um uh oh er look just also".split())
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


def promised_verb(text: str) -> str | None:
    """Return the verb behind the first word of a text that may promise."""
    return _promised(words_of(text))


def _turn_names(turn: Turn, side: str) -> list[str]:
    return [f"{side}c:{name}" for name in cues_in(turn.text)] + [
        f"{side}length{min(6, len(words_of(turn.text)).bit_length())}"
    ]


def _beside(heads: Sequence[list[str]], n: int) -> list[str]:
    return [where + name for at, where in ((n - 1, "p"), (n + 1, "n")) if 0 <= at < len(heads) for name in heads[at]]
