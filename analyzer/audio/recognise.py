"""A recording to words: the audio stages in their order, a block at a time."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analyzer.audio.channels import FRAME, Channels, examine, gate
from analyzer.audio.decode import Samples, decode
from analyzer.audio.speech import Block, blocks, clips, speech_spans
from analyzer.audio.transcriber import Transcriber
from analyzer.errors import LibraryError
from analyzer.model import Source, Word

VERSION = "1"
"""Part of the key under which results are kept: raised when the same recording would give other words."""
_JOIN = 0.8
"""Seconds of silence in one channel below which two pieces of speech are heard together."""

Progress = Callable[[str, float, float | None], None]
"""Told what is done (``decode``, ``words``), seconds of audio done, and of how many (``None``: not known)."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What the audio stages make of a recording."""

    words: tuple[Word, ...]
    """By channel, each channel in order of time."""
    channels: tuple[int, ...]
    """The channels that were transcribed."""
    layout: str
    source: Source
    tags: dict[str, str]


def recognise(path: Path, transcriber: Transcriber, scratch: Path, progress: Progress) -> Heard:
    """Return the words of a recording with their channels.

    Args:
        path: the recording.
        transcriber: the engine.
        scratch: a folder for the decoded samples, which are removed at the end.
        progress: told how far it is.

    Raises:
        AudioError: nothing in it can be decoded.
        EngineError: the engine broke.
        LibraryError: no room for the decoded samples.

    """
    try:
        folder = tempfile.TemporaryDirectory(prefix="decode-", dir=scratch, ignore_cleanup_errors=True)
    except OSError as error:
        raise LibraryError(f"cannot write to {str(scratch)!r}: {error.strerror}") from error
    with folder as name:
        samples = decode(path, Path(name) / "samples.s16", lambda at, of: progress("decode", at, of))
        channels = examine(samples)
        dominance = channels.dominance()
        words: list[Word] = []
        for block in blocks(channels):
            words += _block_words(samples, channels.used, dominance, block, transcriber)
            progress("words", min(samples.duration, block.last_frame / 100), samples.duration)
    words.sort(key=lambda word: (word.channel, word.start))
    return Heard(tuple(words), channels.used, channels.layout, _source(samples, channels, transcriber), samples.tags)


def _block_words(
    samples: Samples, used: tuple[int, ...], dominance: NDArray[np.int8], block: Block, transcriber: Transcriber
) -> list[Word]:
    piece = samples.read(block.first_frame * FRAME, min(block.last_frame * FRAME, samples.count))
    words: list[Word] = []
    for channel in used:
        alone = len(used) == 1
        audio = piece[channel] if alone else gate(piece, block.first_frame, dominance, channel)
        found = clips(speech_spans(audio), _JOIN, transcriber.longest_clip)
        words += [_shift(word, block.start, channel) for word in transcriber.words(audio, found)]
    return words


def _shift(word: Word, seconds: float, channel: int) -> Word:
    return Word(
        word.text, round(word.start + seconds, 3), round(word.end + seconds, 3), _rounded(word.probability), channel
    )


def _rounded(probability: float | None) -> float | None:
    return None if probability is None else round(probability, 4)


def _source(samples: Samples, channels: Channels, transcriber: Transcriber) -> Source:
    warnings = []
    if samples.covered < 1.0:
        lost = max(samples.declared or 0.0, samples.duration) - samples.decoded
        warnings.append(f"the file is damaged or cut: {lost:.0f} seconds of it could not be decoded")
    if channels.layout == "one silent channel":
        warnings.append("one of the two channels is silent: all speech comes from the other")
    if channels.layout == "dual mono":
        warnings.append("both channels hold the same sound, so they do not tell who speaks")
    declared = max(samples.declared or 0.0, samples.duration)
    return Source(
        kind="recording",
        engine=transcriber.name,
        model=transcriber.model,
        duration=round(declared, 3),
        covered=round(samples.covered, 4),
        warnings=tuple(warnings),
    )
