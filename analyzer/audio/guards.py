"""Words that nobody said: what a recogniser writes over silence, music and noise, found by evidence.

Every ground is measured on the sound or on the recogniser's own figures.  There is no list of phrases: a "Thank you"
that was said has its sound and stays; the same words over a click have none.  What is removed is kept with its reason.
"""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from analyzer.audio.speech import Speech
from analyzer.audio.transcriber import Phrase
from analyzer.model import Word

Reason = Literal["outside speech", "more words than the sound can hold", "repeated without end", "recogniser unsure"]

_NEAR = 0.3
"""Seconds around a word in which its speech is looked for: a recogniser's word times are off by about 0.2."""
_SPOKEN = 0.3
"""Highest probability of speech around a word, below which nobody speaks there."""
_FASTEST = 9.0
"""Words a second; people speak 2 to 4, and in a hurry 7."""
_FEW = 3
"""Words up to which speed says nothing: their times are too rough."""
_GARBLED = -1.5
"""Mean log probability of a phrase (its tokens at 0.22) below which a recogniser guesses, after all its own retries."""
_DOUBTED, _NOTHING = -1.0, 0.6
"""Whisper's own pair: a phrase that is improbable while the window is probably without speech."""
_TIMES, _WORDS = 4, 8
"""A group of words said this often in a row, with this many words together, is a recogniser's loop."""
_LONGEST_LOOP = 12
"""Words of a group."""
_BREATH = 1.5
"""Seconds between two words of a loop at most."""


@dataclass(frozen=True, slots=True)
class Removed:
    """A word that was recognised and is not shown."""

    word: Word
    reason: Reason


def sift(phrases: Iterable[Phrase], speech: Speech) -> tuple[list[Word], list[Removed]]:
    """Part what was said from what was made up.

    Args:
        phrases: in order, with times in the sound that ``speech`` was found in.
        speech: the evidence.

    """
    kept: list[Word] = []
    removed: list[Removed] = []
    for phrase in phrases:
        reason = _against(phrase, speech)
        for word in phrase.words:
            against = reason or _outside(word, speech)
            if against:
                removed.append(Removed(word, against))
            else:
                kept.append(word)
    looped = {n for first, last in _runs(kept) for n in _loops(kept, first, last)}
    removed += [Removed(kept[n], "repeated without end") for n in sorted(looped)]
    return [word for n, word in enumerate(kept) if n not in looped], removed


def told(removed: Sequence[Removed]) -> str | None:
    """Return how many words were left out and why, in words for the reader; ``None`` where none were."""
    if not removed:
        return None
    counts = Counter(one.reason for one in removed).most_common()
    reasons = ", ".join(f"{count} {reason}" for reason, count in counts)
    words = "1 word was" if len(removed) == 1 else f"{len(removed)} words were"
    return f"{words} left out because the recogniser seems to have made them up ({reasons})"


def _against(phrase: Phrase, speech: Speech) -> Reason | None:
    probable, nothing = phrase.log_probability, phrase.no_speech
    if probable is not None and (probable < _GARBLED or (probable < _DOUBTED and (nothing or 0.0) > _NOTHING)):
        return "recogniser unsure"
    if len(phrase.words) > _FEW:
        spoken = speech.spoken(phrase.words[0].start - _NEAR, phrase.words[-1].end + _NEAR)
        if len(phrase.words) > spoken * _FASTEST:
            return "more words than the sound can hold"
    return None


def _outside(word: Word, speech: Speech) -> Reason | None:
    highest = speech.highest(word.start - _NEAR, word.end + _NEAR)
    return "outside speech" if highest < _SPOKEN else None


def _plain(text: str) -> str:
    return text.lower().strip(string.punctuation + "“”‘’…–—")


def _runs(words: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """Yield the positions ``[first, last)`` of words without a pause between; a listener's "yeah" now and then is no loop."""
    first = 0
    for n in range(1, len(words) + 1):
        if n == len(words) or words[n].start - words[n - 1].end > _BREATH:
            yield first, n
            first = n


def _loops(words: Sequence[Word], first: int, last: int) -> Iterator[int]:
    """Yield the positions of all but the first round of every loop in ``words[first:last]``."""
    plain = [_plain(word.text) for word in words[first:last]]
    at = 0
    while at < len(plain):
        width, rounds = _loop(plain, at)
        yield from range(first + at + width, first + at + rounds * width)
        at += rounds * width


def _loop(words: Sequence[str], at: int) -> tuple[int, int]:
    """Return how many words the loop that begins at ``at`` repeats, and how often; one word once where there is none."""
    for width in range(1, _LONGEST_LOOP + 1):
        group, rounds = words[at : at + width], 1
        while words[at + rounds * width : at + (rounds + 1) * width] == group:
            rounds += 1
        if rounds >= _TIMES and rounds * width >= _WORDS:
            return width, rounds
    return 1, 1
