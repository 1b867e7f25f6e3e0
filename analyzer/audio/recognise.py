"""A recording to words: the audio stages in their order, a block at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.audio import guards
from analyzer.audio.blocks import Block, blocks
from analyzer.audio.channels import FRAME, Channels, examine, gate
from analyzer.audio.decode import RATE, Float, Samples, decoded
from analyzer.audio.guards import Removed, sift
from analyzer.audio.language import Spoken, Stretch, decide, pieces
from analyzer.audio.packing import Packed, pack
from analyzer.audio.speech import Speech, find_speech
from analyzer.audio.transcriber import Hints, Phrase, Transcriber
from analyzer.model import Source, Span, Word

VERSION = "3"
"""Part of the key under which results are kept: raised when the same recording would give other words."""

Progress = Callable[[str, float, float | None], None]
"""Told what is done (``decode``, ``speech``, ``words``), seconds of audio done, and of how many (``None``: not known)."""


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
    removed: tuple[Removed, ...] = ()
    """What was recognised and is not shown, in order of time."""
    language: str | None = None
    """That the words were recognised in; ``None`` where the engine knows one alone."""
    speech: tuple[Stretch, ...] = ()
    """Where somebody speaks, by the channels that were transcribed."""


@dataclass(frozen=True, slots=True)
class HeardBlock:
    """The words of a block, with times of the recording."""

    words: tuple[Word, ...]
    removed: tuple[Removed, ...]


Keep = Callable[[dict[str, Any], Callable[[], HeardBlock]], HeardBlock]
"""Given what a block's words follow from beside recording and engine, returns the kept words or makes them."""


def recognise(
    path: Path,
    transcriber: Transcriber,
    scratch: Path,
    progress: Progress,
    hints: Hints | None = None,
) -> Heard:
    """Return the words of a recording with their channels; nothing is kept for another time.

    Args:
        path: the recording.
        transcriber: the engine.
        scratch: a folder for the decoded samples, which are removed at the end.
        progress: told how far it is.
        hints: what is known of the talk.

    Raises:
        AudioError: nothing in it can be decoded.
        EngineError: the engine broke.
        LibraryError: no room for the decoded samples.

    """
    with decoded(path, scratch, lambda at, of: progress("decode", at, of)) as samples:
        return hear(samples, transcriber, progress, hints or Hints(), lambda facts, make: make())


def hear(samples: Samples, transcriber: Transcriber, progress: Progress, hints: Hints, keep: Keep) -> Heard:
    """Return the words of a decoded recording with their channels.

    Args:
        samples: of the recording.
        transcriber: the engine.
        progress: told how far it is.
        hints: what is known of the talk.
        keep: keeps the words of each block, so that an interrupted transcription goes on at its block.

    Raises:
        EngineError: the engine broke.

    """
    recording = listen(samples, progress)
    spoken = decide(recording.language_samples(transcriber.longest_clip), hints.language, transcriber)
    hints = replace(hints, language=spoken.language)
    heard = list(_hear(recording, transcriber, hints, progress, keep))
    words = sorted((word for one in heard for word in one.words), key=lambda word: (word.channel, word.start))
    removed = tuple(one for block in heard for one in block.removed)
    source = _source(recording, transcriber, spoken, removed)
    channels = recording.channels
    return Heard(
        tuple(words),
        channels.used,
        channels.layout,
        source,
        samples.tags,
        removed,
        spoken.language,
        tuple(recording.stretches),
    )


@dataclass(frozen=True, slots=True)
class Recording:
    """A decoded recording, and where somebody speaks in it."""

    samples: Samples
    channels: Channels
    open: NDArray[np.bool_]
    """For each channel, the frames in which its own speaker may be heard."""
    speech: tuple[tuple[Block, tuple[tuple[int, Speech], ...]], ...]
    """For each block the used channels with their speech, times from the start of the block."""

    def sound(self, first_frame: int, last_frame: int, channel: int) -> Float:
        """Return a channel's samples, muted where another channel speaks."""
        return _sound(self.samples, self.channels, self.open, first_frame, last_frame, channel)

    @property
    def stretches(self) -> list[Stretch]:
        """Where somebody speaks, in seconds of the recording."""
        return [
            (channel, Span(round(block.start + span.start, 3), round(block.start + span.end, 3)))
            for block, parts in self.speech
            for channel, speech in parts
            for span in speech.spans
        ]

    def language_samples(self, longest: float) -> Iterator[Float]:
        """Yield stretches of speech of at most ``longest`` seconds, together from all over the recording."""
        for sample in pieces(self.stretches, longest):
            sounds = [self.sound(_frame(span.start), _frame(span.end), channel) for channel, span in sample]
            if sounds:
                yield np.concatenate(sounds)


def _frame(seconds: float) -> int:
    return int(seconds * RATE / FRAME)


def listen(samples: Samples, progress: Progress) -> Recording:
    """Return a decoded recording with its channels and its speech."""
    channels = examine(samples)
    open_ = channels.open()
    speech = []
    for block in blocks(channels):
        sounds = (
            (channel, _sound(samples, channels, open_, block.first_frame, block.last_frame, channel))
            for channel in channels.used
        )
        speech.append((block, tuple((channel, find_speech(sound)) for channel, sound in sounds)))
        progress("speech", min(samples.duration, block.start + block.duration), samples.duration)
    return Recording(samples, channels, open_, tuple(speech))


def _sound(
    samples: Samples, channels: Channels, open_: NDArray[np.bool_], first_frame: int, last_frame: int, channel: int
) -> Float:
    sound = samples.read_channel(channel, first_frame * FRAME, min(last_frame * FRAME, samples.count))
    return sound if len(channels.used) == 1 else gate(sound, open_[channel, first_frame:last_frame])


def _hear(
    recording: Recording, transcriber: Transcriber, hints: Hints, progress: Progress, keep: Keep
) -> Iterator[HeardBlock]:
    """Yield the words of one block after another."""
    for block, parts in recording.speech:
        tell = _teller(recording, block, progress)
        yield _kept_block(recording, block, parts, transcriber, hints, tell, keep)
        tell(1.0)


def _teller(recording: Recording, block: Block, progress: Progress) -> Callable[[float], None]:
    """Return what is told the share of a block that is done."""
    whole = recording.samples.duration
    return lambda done: progress("words", min(whole, block.start + done * block.duration), whole)


def _kept_block(
    recording: Recording,
    block: Block,
    parts: Sequence[tuple[int, Speech]],
    transcriber: Transcriber,
    hints: Hints,
    tell: Callable[[float], None],
    keep: Keep,
) -> HeardBlock:
    """Return the words of a block, kept or recognised now; one without speech has none, and needs no keeping."""
    if not any(speech.spans for _, speech in parts):
        return HeardBlock((), ())
    facts = {"block": [block.first_frame, block.last_frame], "language": hints.language}
    return keep(facts, lambda: _hear_block(recording, block, parts, transcriber, hints, tell))


def _hear_block(
    recording: Recording,
    block: Block,
    parts: Sequence[tuple[int, Speech]],
    transcriber: Transcriber,
    hints: Hints,
    tell: Callable[[float], None],
) -> HeardBlock:
    packed = pack(
        [speech.spans for _, speech in parts],
        lambda part: recording.sound(block.first_frame, block.last_frame, parts[part][0]),
        transcriber.joins,
        transcriber.longest_clip,
    )
    phrases: list[list[Phrase]] = [[] for _ in parts]
    for phrase in transcriber.phrases(packed.audio, packed.clips, hints):
        for part, own in _placed(phrase, packed):
            phrases[part].append(own)
        if phrase.words:
            tell(min(1.0, phrase.words[-1].end * RATE / len(packed.audio)))
    words: list[Word] = []
    removed: list[Removed] = []
    for (channel, speech), own_phrases in zip(parts, phrases, strict=True):
        kept, left_out = sift(own_phrases, speech)
        words += [_shift(word, block.start, channel) for word in kept]
        removed += [replace(one, word=_shift(one.word, block.start, channel)) for one in left_out]
    return HeardBlock(tuple(words), tuple(sorted(removed, key=lambda one: one.word.start)))


def _placed(phrase: Phrase, packed: Packed) -> Iterator[tuple[int, Phrase]]:
    """Yield what of a phrase belongs to which part, with the times of that part's own sound.

    A clip may hold the last words of one channel and the first of the next, and a recogniser may run them together.
    """
    placed = [(word, packed.original(word.start, word.end)) for word in phrase.words]
    for part, group in groupby(placed, key=lambda one: one[1].part):
        words = tuple(replace(word, start=at.start, end=at.end) for word, at in group)
        yield part, replace(phrase, words=words)


def _shift(word: Word, seconds: float, channel: int) -> Word:
    return Word(
        word.text, round(word.start + seconds, 3), round(word.end + seconds, 3), _rounded(word.probability), channel
    )


def _rounded(probability: float | None) -> float | None:
    return None if probability is None else round(probability, 4)


def _source(recording: Recording, transcriber: Transcriber, spoken: Spoken, removed: Sequence[Removed]) -> Source:
    samples = recording.samples
    warnings = [*recording.channels.told(), *spoken.warnings]
    if said := guards.told(removed):
        warnings.append(said)
    declared = max(samples.declared or 0.0, samples.duration)
    return Source(
        kind="recording",
        engine=transcriber.name,
        model=transcriber.model,
        duration=round(declared, 3),
        covered=round(samples.covered, 4),
        warnings=tuple(warnings),
    )
