"""The language is that of the whole recording."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.audio.language import decide, pieces
from analyzer.model import Span


class Ear:
    """Hears one language or another by the loudness of a sound."""

    def languages(self, audio: np.ndarray) -> dict[str, float]:
        german = float(audio.mean())
        return {"de": german, "en": 1 - german}


def sounds(*parts: tuple[float, int]) -> list[np.ndarray]:
    return [np.full(seconds * 100, german, np.float32) for german, seconds in parts]


def test_a_greeting_in_another_language_decides_nothing() -> None:
    spoken = decide(iter(sounds((1.0, 5), (0.0, 30), (0.1, 30))), None, Ear())
    assert (spoken.language, spoken.warnings) == ("en", ())


def test_another_language_than_the_expected_one_is_reported_and_the_expected_one_used() -> None:
    spoken = decide(iter(sounds((0.95, 30), (0.9, 30))), "en", Ear())
    assert spoken.language == "en"
    assert "'de'" in spoken.warnings[0]
    assert "--language de" in spoken.warnings[0]


@pytest.mark.parametrize("german", [0.1, 0.6])
def test_the_expected_language_and_a_doubtful_one_are_no_news(german: float) -> None:
    assert decide(iter(sounds((german, 30))), "en", Ear()).warnings == ()


def test_two_languages_are_reported() -> None:
    spoken = decide(iter(sounds((1.0, 30), (0.0, 40))), None, Ear())
    assert spoken.language == "en"
    assert "two languages" in spoken.warnings[0]


def test_silence_has_no_language() -> None:
    assert decide(iter([]), None, Ear()).language is None
    assert pieces([], 30) == []


@settings(max_examples=40)
@given(st.lists(st.integers(20, 2_000), min_size=1, max_size=200), st.sampled_from([11.8, 29.8]))
def test_samples_come_from_everywhere_and_are_no_longer_than_a_window(lengths: list[int], longest: float) -> None:
    at, spans = 0.0, []
    for length in lengths:
        spans.append((0, Span(at, at + length / 100)))
        at += length / 100 + 1
    found = pieces(spans, longest)
    assert 1 <= len(found) <= 4
    assert all(0 < sum(span.duration for _, span in one) <= longest for one in found)
    flat = [span.start for one in found for _, span in one]
    assert flat == sorted(flat)
    assert flat[-1] >= at * 0.6 - 20 or len(flat) == 1
