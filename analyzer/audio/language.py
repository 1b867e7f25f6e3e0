"""Which language is spoken, judged over the whole recording."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from analyzer.audio.decode import Float
from analyzer.audio.transcriber import Transcriber
from analyzer.model import Span

_EVERY = 600.0
"""Seconds of speech for which one sample is judged; a sample costs the recogniser a window's first half."""
_SAMPLES = 4
"""Of a recording at most."""
_PIECE = 5.0
"""Seconds of a piece of a sample: enough for some words, short enough that a sample holds pieces from everywhere."""
_SURE = 0.7
"""Share of probability above which a language other than the expected one is reported."""
_MIXED = 0.25
"""Share above which a second language is reported."""


Stretch = tuple[int, Span]
"""A channel, and seconds of the recording."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """The language of a recording."""

    language: str | None
    """To recognise in; ``None`` where the engine knows one alone or there is nothing to hear."""
    warnings: tuple[str, ...] = ()


def decide(sounds: Iterable[Float], expected: str | None, transcriber: Transcriber) -> Spoken:
    """Judge samples of a recording together, each by its length.

    Args:
        sounds: samples of speech from all over the recording; see `pieces`.
        expected: the language that the settings name; it is recognised in, whatever is heard.
        transcriber: the engine.

    Raises:
        EngineError: the engine broke.

    """
    heard: dict[str, float] = {}
    for sound in sounds:
        for language, probability in transcriber.languages(sound).items():
            heard[language] = heard.get(language, 0.0) + probability * len(sound)
    if not heard:
        return Spoken(expected)
    whole = sum(heard.values())
    ranked = sorted(heard, key=lambda language: -heard[language])
    first, share = ranked[0], heard[ranked[0]] / whole
    warnings = []
    if expected and first != expected and share > _SURE:
        warnings.append(
            f"the recording sounds like the language {first!r} ({share:.0%}), but {expected!r} was expected: "
            f"if that is wrong, upload it again with --language {first}"
        )
    elif not expected and len(ranked) > 1 and heard[ranked[1]] / whole > _MIXED:
        warnings.append(
            f"two languages seem to be spoken ({first!r} and {ranked[1]!r}); all of it was recognised as {first!r}"
        )
    return Spoken(expected or first, tuple(warnings))


def pieces(spans: Sequence[Stretch], longest: float) -> list[list[Stretch]]:
    """Return for each sample the pieces of speech that make it up, taken evenly from all of it.

    Args:
        spans: all speech with its channel, in order of time.
        longest: seconds of a sample.

    """
    cut = [(channel, part) for channel, span in spans for part in _cut(span)]
    count = min(_SAMPLES, math.ceil(_length(cut) / _EVERY))
    return [_sample(cut[len(cut) * n // count : len(cut) * (n + 1) // count], longest) for n in range(count)]


def _cut(span: Span) -> list[Span]:
    count = math.ceil(span.duration / _PIECE)
    edges = [span.start + _PIECE * n for n in range(count)] + [span.end]
    return [Span(start, end) for start, end in pairwise(edges)]


def _sample(part: Sequence[Stretch], longest: float) -> list[Stretch]:
    """Return the pieces that stand evenly in the speech of ``part``; all of them where they fit."""
    whole = _length(part)
    if whole <= longest:
        return list(part)
    ends = list(accumulate(span.duration for _, span in part))
    count = int(longest / _PIECE)
    chosen = {bisect_right(ends, whole * (n + 0.5) / count) for n in range(count)}
    return [part[n] for n in sorted(chosen)]


def _length(stretches: Sequence[Stretch]) -> float:
    return sum(span.duration for _, span in stretches)
