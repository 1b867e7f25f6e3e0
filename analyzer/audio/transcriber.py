"""Samples to words: the interface, and the one place that chooses an engine."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from analyzer.audio.decode import Float
from analyzer.config import Settings
from analyzer.errors import InputError, MissingError
from analyzer.model import Span, Word


@dataclass(frozen=True, slots=True)
class Hints:
    """What a recogniser may know before it hears anything."""

    language: str | None = None
    """ISO 639-1 code of what is spoken; ``None``: it decides."""
    hot_words: tuple[str, ...] = ()
    """Names and terms that are likely to be said."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that were recognised together, with what the engine itself says of them."""

    words: tuple[Word, ...]
    log_probability: float | None = None
    """Mean of their tokens' natural logarithms of probability."""
    no_speech: float | None = None
    """Probability that there was nothing to recognise."""


class Transcriber(Protocol):
    """Recognises words."""

    name: str
    """``whisper`` or ``sphinx``."""
    model: str
    """Which weights, in words for the reader."""
    fingerprint: str
    """Changes whenever the weights do: part of the key under which results are kept."""
    longest_clip: float
    """Seconds that the engine hears at once."""
    joins: float
    """Seconds of silence across which neighbouring speech is best heard in one clip."""

    @property
    def speaks(self) -> frozenset[str]:
        """The languages that it knows: ISO 639-1, and a few codes of an engine's own."""
        ...

    def languages(self, audio: Float) -> dict[str, float]:
        """Return how probable each language is in the first `longest_clip` seconds of mono ``audio`` at 16 kHz.

        Empty where the engine knows one language alone.

        Raises:
            EngineError: the engine broke.

        """
        ...

    def phrases(self, audio: Float, clips: Sequence[Span], hints: Hints) -> Iterator[Phrase]:
        """Yield what is said in the clips of mono ``audio`` at 16 kHz, in order, times from the start of ``audio``.

        Raises:
            EngineError: the engine broke.

        """
        ...


def build_transcriber(settings: Settings) -> Transcriber:
    """Return the engine that ``settings.engine`` names.

    Raises:
        InputError: no such engine, or it does not know the language that is to be spoken.
        MissingError: its model or package is not on this machine; the message carries the command.

    """
    transcriber = _named(settings)
    if settings.language and settings.language not in transcriber.speaks:
        some = ", ".join(sorted(transcriber.speaks))
        raise InputError(
            f"the engine {transcriber.model!r} does not know the language {settings.language!r}: it knows {some}. Name one "
            "of these, or another engine"
        )
    return transcriber


def _named(settings: Settings) -> Transcriber:
    engine, _, model = settings.engine.partition(":")
    if engine == "sphinx":
        from analyzer.audio.sphinx import SphinxTranscriber

        return SphinxTranscriber()
    if engine in ("whisper", "auto"):
        from analyzer.audio.models import find_any_whisper, find_whisper
        from analyzer.audio.whisper import WhisperTranscriber

        found = find_whisper(model, settings.models) if model else find_any_whisper(settings.models)
        threads = settings.threads or len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0
        return WhisperTranscriber(found.folder, found.name, threads)
    raise InputError(
        f"there is no engine {settings.engine!r}: use whisper:small (or another size), whisper:FOLDER, or sphinx"
    )


def missing_sphinx() -> MissingError:
    """Return the error for an absent pocketsphinx."""
    return MissingError("the engine 'sphinx' needs the package pocketsphinx: pip install 'coaching-analyzer[sphinx]'")


def fingerprint_folder(folder: Path) -> str:
    """Return a short text that changes with the files of a model folder (names, sizes, times of change)."""
    import hashlib

    facts = sorted((p.name, p.stat().st_size, p.stat().st_mtime_ns) for p in folder.iterdir() if p.is_file())
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]
