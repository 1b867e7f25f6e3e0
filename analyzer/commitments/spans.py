"""Which words of a turn a promise takes: decided word by word, so that a list of orders without commas is cut as well.

Two linear heads look at each word of the turns that may hold a promise: whether one starts there, and, inside of one,
whether it goes on.  The best sequence of decisions gives the spans.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from analyzer.commitments.clauses import FILLERS, Clause, Ids, Index, cues_in, plain, sides_of
from analyzer.commitments.due import find_dues
from analyzer.labels.decode import log_softmax
from analyzer.model import Origin, Transcript, Turn

Array = NDArray[np.floating]

START = ("0", "1")
GOES_ON = ("I", "O", "S")
"""Classes of the second head: goes on, ends before this word, ends because the next one starts here."""
HOT = -3.5
"""Log odds of its likeliest clause from which a turn is looked at."""
EAGER = 4.0
"""Added to the log odds of a start: better too many spans, what is none is left out later."""
_NEVER = -1e9

_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Found:
    """A stretch of one turn that holds a promise."""

    turn: Turn
    start: int
    end: int
    certainty: float
    """Log odds."""
    by_speaker: bool
    origin: Origin

    @property
    def text(self) -> str:
        """The quote."""
        return self.turn.text[self.start : self.end]


def word_rows(
    transcript: Transcript, clauses: Sequence[Clause], odds: Array, index: Index
) -> tuple[list[Clause], list[Ids]]:
    """Return the words of the turns that may hold a promise, with the features of each."""
    sides = sides_of(transcript)
    texts = [turn.text for turn in transcript.turns]
    words: list[Clause] = []
    found: list[Ids] = []
    at = 0
    for n, group in groupby(clauses, key=lambda clause: clause.turn.n - 1):
        own = list(group)
        likely = odds[at : at + len(own)]
        at += len(own)
        if likely.max() > HOT:
            inside = _words(own)
            words += inside
            found += [index(names) for names in _names(inside, own, likely, sides[n], _beside(texts, n))]
    return words, found


def _words(clauses: Sequence[Clause]) -> list[Clause]:
    turn = clauses[0].turn
    return [Clause(turn, match.start(), match.end()) for match in _WORD.finditer(turn.text)]


def _beside(texts: Sequence[str], n: int) -> list[str]:
    """Name what stands in the turns around."""
    names = []
    for distance in (-2, -1, 1, 2):
        if 0 <= n + distance < len(texts):
            names += [f"{distance}{name}" for name in cues_in(texts[n + distance])]
    if n:
        names += [f"p:{plain(word)}" for word in texts[n - 1].split()[-4:]]
    if n + 1 < len(texts):
        names += [f"n:{plain(word)}" for word in texts[n + 1].split()[:4]]
    return names


def _mark(word: str) -> str:
    """Return ``s`` for a word that ends a sentence, ``c`` for one before a comma or a dash."""
    return "s" if word[-1] in ".!?;\u2026" else "c" if word[-1] in ",:\u2014\u2013-" else ""


def _names(
    words: Sequence[Clause], clauses: Sequence[Clause], odds: Array, side: str, beside: Sequence[str]
) -> list[list[str]]:
    """Name for each word of a turn what stands around it and what was thought of its clause."""
    said = [plain(word.text) for word in words]
    marks = [_mark(word.text) for word in words]
    marked = any(marks[:-1])
    starts = np.array([clause.start for clause in clauses])
    of = [max(0, int(np.searchsorted(starts, word.start, "right")) - 1) for word in words]
    likely = [str(int(np.clip(np.floor(one), -6, 3))) for one in odds]
    dates = [(due.start, due.end) for due in find_dues(words[0].turn.text)]
    dated = [any(word.start < end and word.end > start for start, end in dates) for word in words]
    padded = ["<"] * 4 + said + [">"] * 6
    result = []
    for i in range(len(words)):
        near = padded[i : i + 10]  # the word itself is near[4]
        k = of[i]
        opens, closes = i == 0 or of[i - 1] != k, i + 1 == len(words) or of[i + 1] != k
        mine, after = likely[k], likely[k + 1] if k + 1 < len(clauses) else "x"
        before = likely[k - 1] if k else "x"
        mark = marks[i - 1] if i else "^"
        led = [word for word in said[i : i + 6] if word not in FILLERS][:3]
        names = [f"w{d}:{near[d]}" for d in range(9)]
        names += [f"b{d}:{near[d]}_{near[d + 1]}" for d in range(1, 7)]
        names += [f"t{d}:{near[d]}_{near[d + 1]}_{near[d + 2]}" for d in (2, 3, 4)]
        names += [f"m{mark}{marked}", f"mw{mark}{said[i]}", f"mc{marks[i]}", f"mb{marks[i - 2] if i > 1 else '^'}"]
        names += [f"side{side}", f"sw{side}{said[i]}", f"marked{marked}"]
        names += [f"l1:{side}{' '.join(led[:1])}", f"l2:{' '.join(led[:2])}", f"l3:{' '.join(led)}"]
        names += [f"f:{word}" for word in _ahead(said, marks, i)] + [f"k:{word}" for word in _behind(said, marks, i)]
        names += [f"o{mine}", f"o{mine}opens{opens}", f"o{mine}closes{closes}", f"opens{opens}", f"closes{closes}"]
        names += [f"oa{after}opens{opens}", f"ob{before}opens{opens}", f"o{mine}a{after}", f"o{mine}b{before}"]
        names += [
            f"d{dated[i]}{i > 0 and dated[i - 1]}",
            f"da{any(dated[i : i + 12])}",
            f"db{any(dated[max(0, i - 8) : i])}",
        ]
        names += [f"length{min(4, len(words).bit_length())}", f"at{min(3, i.bit_length())}"]
        names += [f"left{min(4, (len(words) - i).bit_length())}", *beside]
        result.append(names)
    return result


def _ahead(said: Sequence[str], marks: Sequence[str], i: int) -> list[str]:
    """Return the next words of the sentence."""
    end = next((j for j in range(i, min(i + 10, len(said))) if marks[j] == "s"), i + 9)
    return list(said[i + 1 : end + 1])


def _behind(said: Sequence[str], marks: Sequence[str], i: int) -> list[str]:
    """Return the words before, with a bar where a sentence ends."""
    return [one for j in range(max(0, i - 6), i) for one in ((said[j], "|") if marks[j] == "s" else (said[j],))]


def cut(words: Sequence[Clause], start: Array, goes_on: Array) -> list[Clause]:
    """Return the spans that the scores of words give, in order.

    Args:
        words: of some turns, in order.
        start: scores of the classes ``START``, a row a word.
        goes_on: scores of the classes ``GOES_ON``.

    """
    start, goes_on = log_softmax(start), log_softmax(goes_on)
    spans: list[Clause] = []
    at = 0
    for _, group in groupby(words, key=lambda word: word.turn.n):
        own = list(group)
        path = _best(start[at : at + len(own)], goes_on[at : at + len(own)])
        at += len(own)
        for word, tag in zip(own, path, strict=True):
            if tag == _STARTS:
                spans.append(word)
            elif tag == _INSIDE:
                spans[-1] = Clause(word.turn, spans[-1].start, word.end)
    return [Clause(span.turn, span.start, span.start + len(span.text.rstrip(" ,;"))) for span in spans]


_OUTSIDE, _STARTS, _INSIDE = range(3)


def _best(start: Array, goes_on: Array) -> list[int]:
    """Return the likeliest tags of a turn's words."""
    best = np.array([start[0, 0], start[0, 1] + EAGER, _NEVER])
    back: list[list[int]] = []
    for free, on in zip(start[1:], goes_on[1:], strict=True):
        step = np.full((3, 3), _NEVER)  # from, to
        step[_OUTSIDE, :2] = free[0], free[1] + EAGER
        step[_STARTS:] = on[1], on[2], on[0]
        total = best[:, None] + step
        back.append([int(one) for one in total.argmax(axis=0)])
        best = total.max(axis=0)
    path = [int(best.argmax())]
    for step_back in reversed(back):
        path.append(step_back[path[-1]])
    return path[::-1]
