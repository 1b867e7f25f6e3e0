"""Words by speaker against meeteval, the reference implementation of cpWER (extra `peer`)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.evaluation.wer import cpwer

meeteval = pytest.importorskip("meeteval")
WORDS = st.lists(st.sampled_from("yes no the deal call i you".split()), max_size=12)
SIDES = st.dictionaries(st.sampled_from(["Dana", "Jules", "Speaker 1"]), WORDS, min_size=1)


@settings(deadline=None, derandomize=True)
@given(SIDES, SIDES)
def test_words_by_speaker_are_scored_as_by_meeteval(
    reference: dict[str, list[str]], hypothesis: dict[str, list[str]]
) -> None:
    theirs = meeteval.wer.cp_word_error_rate(
        {speaker: " ".join(words) for speaker, words in reference.items()},
        {speaker: " ".join(words) for speaker, words in hypothesis.items()},
    )
    ours = cpwer(reference, hypothesis)
    assert (ours.part, ours.whole) == (theirs.errors, theirs.length)
