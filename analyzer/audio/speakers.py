"""Who says which word where one channel holds all speech: a stage of its own, so that words are not recognised again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from analyzer.audio.decode import Samples
from analyzer.audio.diarizer import Diarizer, Voices
from analyzer.audio.recognise import Heard
from analyzer.audio.voices import OnDisk
from analyzer.model import Word


def tell_voices(samples: Samples, heard: Heard, diarizer: Diarizer) -> Voices:
    """Return whose voice says each word of a recording that was transcribed from one channel.

    Raises:
        EngineError: the engine broke.

    """
    (channel,) = heard.channels
    return diarizer.assign(OnDisk(samples, channel), [span for _, span in heard.speech], heard.words)


def with_voices(heard: Heard, voices: Voices, engine: str = "voices") -> Heard:
    """Return what was heard with a channel for each voice; a word without voice goes with the one before it.

    Where no two voices were told apart, words and channels stay as they are.

    Args:
        heard: from one channel.
        voices: of its words.
        engine: that told them apart, for the reader.

    """
    warnings = (*heard.source.warnings, *([voices.note] if voices.note else []))
    heard = replace(heard, source=replace(heard.source, warnings=warnings, speakers=engine))
    if voices.voices < 2:
        return heard
    words = tuple(_placed(heard.words, voices))
    return replace(heard, words=words, channels=tuple(range(voices.voices)), layout="voices")


def _placed(words: tuple[Word, ...], voices: Voices) -> Iterator[Word]:
    before = 0
    for word, voice, sure in zip(words, voices.words, voices.confidence, strict=True):
        before = before if voice is None else voice
        yield replace(word, channel=before, certainty=sure)
