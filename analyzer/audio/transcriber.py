"""Samples to words: the interface, and the one place that chooses an engine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol

from analyzer.audio.decode import Float
from analyzer.config import Settings
from analyzer.errors import InputError, MissingError
from analyzer.model import Span, Word


class Transcriber(Protocol):
    """Recognises words."""

    name: str
    """``whisper`` or ``sphinx``."""
    model: str
    """Which weights, in words for the reader."""
    fingerprint: str
    """Changes whenever the weights or the settings do: part of the key under which results are kept."""
    longest_clip: float
    """Seconds that the engine hears at once."""

    def words(self, audio: Float, clips: list[Span]) -> list[Word]:
        """Return the words in the clips of mono ``audio`` at 16 kHz, in order, times from the start of ``audio``.

        Raises:
            EngineError: the engine broke.

        """
        ...


def build_transcriber(settings: Settings) -> Transcriber:
    """Return the engine that ``settings.engine`` names.

    Raises:
        InputError: no such engine.
        MissingError: its model or package is not on this machine; the message carries the command.

    """
    engine, _, model = settings.engine.partition(":")
    if engine == "sphinx":
        from analyzer.audio.sphinx import SphinxTranscriber

        return SphinxTranscriber()
    if engine in ("whisper", "auto"):
        from analyzer.audio.models import find_any_whisper, find_whisper
        from analyzer.audio.whisper import WhisperTranscriber

        found = find_whisper(model, settings.models) if model else find_any_whisper(settings.models)
        threads = settings.threads or len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0
        return WhisperTranscriber(found.folder, found.name, settings.language, threads)
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
