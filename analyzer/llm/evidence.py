"""Whether quoted words stand in the transcript, and which words exactly."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rapidfuzz import fuzz

from analyzer.labels.evidence import start_of
from analyzer.model import Quote, Turn

REACH = 2
"""Turns on either side of the one named in which a quote is looked for."""
ALIKE = 80.0
"""Partial ratio (0 to 100) from which a quote of `ENOUGH` words or more is the transcript's own, differently spelt.

Over 24 meetings, five words at 80 keep 97 percent of tidied quotes and let 0.7 percent of foreign ones through; three
words let 12 percent through.
"""
ENOUGH = 5
_SLACK = 2
"""Words by which an alignment of letters may miss the ends of a quote."""
_WORD = re.compile(r"[^\W_]+(?:['’.,:][^\W_]+)*")
_NEGATION = re.compile(r"^(?:not|no|never|none|nor|nothing|nobody|neither|without|cannot|\w+n['’]?t)$")
_ENDS_IN_NT = frozenset(
    "want went sent spent meant account amount front print point percent current client cent".split()
)
_NUMBERS = frozenset(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion half "
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth twentieth thirtieth".split()
)


@dataclass(frozen=True, slots=True)
class _Words:
    words: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    text: str

    @classmethod
    @lru_cache(4096)  # each quote is held against the same turns
    def of(cls, text: str) -> _Words:
        found = list(_WORD.finditer(text))
        return cls(tuple(_fold(match[0]) for match in found), tuple(match.span() for match in found), text)

    def part(self, first: int, last: int) -> str:
        """Return the text from word ``first`` to word ``last`` as it stands."""
        return self.text[self.spans[first][0] : self.spans[last][1]]


def _fold(word: str) -> str:
    return unicodedata.normalize("NFKC", word).casefold().replace("’", "'")


def find_quote(quote: str, n: int, turns: Sequence[Turn]) -> Quote | None:
    """Return the transcript's own words for a quote, from turn ``n`` or a turn near it; ``None`` if it has none.

    Exact words are looked for first (without regard to case and punctuation), the named turn before its neighbours;
    then words that are alike, if there are enough of them and negations, numbers and names are the same.
    """
    wanted = _Words.of(quote)
    if not wanted.words:
        return None
    near = sorted((t for t in turns if abs(t.n - n) <= REACH), key=lambda turn: (abs(turn.n - n), turn.n))
    for match in (_exact, _alike):
        for turn in near:
            if found := match(wanted, _Words.of(turn.text)):
                return Quote(turn.n, turn.speaker, start_of(turn, found), found)
    return None


@dataclass(frozen=True, slots=True)
class Misquoted:
    """A quote that does not count."""

    turn: int
    reason: str


def check_quote(said: Mapping[str, Any], turns: Sequence[Turn], codes: Mapping[str, str]) -> Quote | Misquoted:
    """Return the transcript's words for what a model quotes, or why they do not count.

    Args:
        said: of the model: ``quote``, ``turn`` and the mark of the ``speaker``.
        turns: in which the words may stand.
        codes: mark of each speaker.

    """
    quote = find_quote(said["quote"], said["turn"], turns)
    if quote is None:
        return Misquoted(said["turn"], "its quote does not stand in the talk")
    if codes.get(quote.speaker) != said["speaker"]:
        return Misquoted(quote.turn, "its quote is another person's")
    return quote


def find_words(words: str, n: int, turns: Sequence[Turn]) -> Quote | None:
    """Return where words stand exactly, but for case and punctuation, in the turn nearest to ``n``; the later of two."""
    wanted = _Words.of(words)
    for turn in sorted(turns, key=lambda turn: (abs(turn.n - n), -turn.n)):
        if wanted.words and (found := _exact(wanted, _Words.of(turn.text))):
            return Quote(turn.n, turn.speaker, start_of(turn, found), found)
    return None


def _exact(wanted: _Words, have: _Words) -> str | None:
    size = len(wanted.words)
    for at in range(len(have.words) - size + 1):
        if have.words[at : at + size] == wanted.words:
            return have.part(at, at + size - 1)
    return None


def _alike(wanted: _Words, have: _Words) -> str | None:
    if len(wanted.words) < ENOUGH or len(have.words) < ENOUGH:
        return None
    needle, hay = " ".join(wanted.words), " ".join(have.words)
    if len(needle) > len(hay):
        return None
    match = fuzz.partial_ratio_alignment(needle, hay, score_cutoff=ALIKE)
    if match is None:
        return None
    first, last = _snapped(wanted, have, _word_at(have, match.dest_start), _word_at(have, match.dest_end - 1))
    found = have.part(first, last)
    return found if _same_facts(wanted.text, found) else None


def _snapped(wanted: _Words, have: _Words, first: int, last: int) -> tuple[int, int]:
    """Return the run of words most like the quote, near the one at which the letters were aligned."""
    needle = " ".join(wanted.words)
    runs = [
        (start, end)
        for start in range(max(0, first - _SLACK), min(len(have.words), first + _SLACK + 1))
        for end in range(max(start, last - _SLACK), min(len(have.words), last + _SLACK + 1))
    ]
    return max(runs, key=lambda run: (fuzz.ratio(needle, " ".join(have.words[run[0] : run[1] + 1])), run[0] - run[1]))


def _word_at(have: _Words, character: int) -> int:
    at = 0
    for n, word in enumerate(have.words):
        at += len(word) + 1
        if character < at:
            return n
    return len(have.words) - 1


def _same_facts(quote: str, found: str) -> bool:
    """Whether negations and numbers agree one for one, and every name that the quote has stands in the words found."""
    one, other = _Words.of(quote), _Words.of(found)
    names = {_fold(match[0]) for match in _WORD.finditer(quote) if match.start() and match[0][0].isupper()} - {
        "i",
        "i'm",
        "i'll",
        "i've",
        "i'd",
    }
    return _facts(one.words) == _facts(other.words) and names <= set(other.words)


def _facts(words: Sequence[str]) -> Counter[str]:
    negations = [
        "not" for word in words if _NEGATION.match(word) and word not in _ENDS_IN_NT and not word.endswith("ment")
    ]
    return Counter(negations) + Counter(word for word in words if word in _NUMBERS or any(c.isdigit() for c in word))
