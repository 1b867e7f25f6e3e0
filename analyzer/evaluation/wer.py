"""What was said, and by whom: error rates over words, each as a share that carries its counts.

Words are compared in lower case and without punctuation.  Numbers written in digits are not those written in letters:
a reference has to be spelled as it is spoken.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
from rapidfuzz.distance import Levenshtein

from analyzer.evaluation.pairing import best_pairs
from analyzer.model import Share

_QUOTES = str.maketrans("‘’ʼ`", "''''")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


def plain_words(text: str) -> list[str]:
    """Return the words of a text as they are compared: lower case, no punctuation but the apostrophe inside a word."""
    return _WORD.findall(text.translate(_QUOTES).lower())


def wer(reference: Sequence[str], hypothesis: Sequence[str]) -> Share:
    """Return the word error rate: substitutions, deletions and insertions over the reference's words; may exceed 1."""
    return Share(Levenshtein.distance(reference, hypothesis), len(reference))


def cpwer(reference: Mapping[str, Sequence[str]], hypothesis: Mapping[str, Sequence[str]]) -> Share:
    """Return the concatenated minimum-permutation word error rate (Watanabe et al., CHiME-6, 2020).

    Each speaker's words are joined; speakers are paired so that the errors are fewest; the words of a speaker without a
    partner are all deleted or inserted.

    Args:
        reference: words by speaker, in order of time.
        hypothesis: likewise.

    """
    spoken, heard = list(reference.values()), list(hypothesis.values())
    apart = sum(map(len, spoken)) + sum(map(len, heard))
    # What a pair saves over two speakers without partner is never negative, so the best pairs give the fewest errors.
    saved = np.array(
        [[len(one) + len(other) - Levenshtein.distance(one, other) for other in heard] for one in spoken], float
    ).reshape(len(spoken), len(heard))
    gain = sum(saved[pair] for pair in best_pairs(saved))
    return Share(round(apart - gain), sum(map(len, spoken)))


def wder(reference: Sequence[tuple[str, str]], hypothesis: Sequence[tuple[str, str]]) -> Share:
    """Return the word diarization error rate (Shafey et al., 2019): words with the wrong speaker over aligned words.

    Words are aligned by the fewest errors whoever speaks; inserted and deleted ones have no counterpart and do not count.
    Speakers are paired so that as many aligned words as can be have the right one.

    Args:
        reference: ``(speaker, word)`` in order of time.
        hypothesis: likewise.

    """
    speakers = [list(dict.fromkeys(speaker for speaker, _ in side)) for side in (reference, hypothesis)]
    counts = np.zeros((len(speakers[0]), len(speakers[1])))
    for one, other in _aligned([word for _, word in reference], [word for _, word in hypothesis]):
        counts[speakers[0].index(reference[one][0]), speakers[1].index(hypothesis[other][0])] += 1
    right = sum(counts[pair] for pair in best_pairs(counts))
    return Share(round(counts.sum() - right), round(counts.sum()))


def _aligned(reference: list[str], hypothesis: list[str]) -> list[tuple[int, int]]:
    """Return the positions of equal and of substituted words."""
    return [
        pair
        for step in Levenshtein.opcodes(reference, hypothesis)
        if step.tag in ("equal", "replace")
        for pair in zip(range(step.src_start, step.src_end), range(step.dest_start, step.dest_end), strict=True)
    ]
