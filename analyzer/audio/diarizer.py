"""Who says which word in one channel: the interface, the engine ``voices``, and the one place that chooses."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from analyzer.audio.cluster import Split, split, with_third
from analyzer.audio.decode import Float
from analyzer.audio.voices import FRAMES, Pcm, Speech, VoiceEncoder
from analyzer.errors import InputError
from analyzer.model import Span, Word


@dataclass(frozen=True, slots=True)
class Voices:
    """Who says which word."""

    words: tuple[int | None, ...]
    """For each word its voice, from 0 in the order in which voices are first heard; ``None`` where there is no speech."""
    confidence: tuple[float, ...]
    """For each word how sure that is: 0.5 is a toss-up between two voices; 0 where there is no voice."""
    voices: int
    """How many voices were told apart."""
    note: str | None
    """What the reader has to know: a third voice, one voice alone, no speech."""


class Diarizer(Protocol):
    """Tells voices in one channel apart."""

    name: str
    """``voices`` or ``pyannote``."""
    fingerprint: str
    """Changes whenever the weights or the method do: part of the key under which results are kept."""

    def assign(self, samples: Pcm, spans: Sequence[Span], words: Sequence[Word]) -> Voices:
        """Return the voice of each word.

        Args:
            samples: the channel, mono at 16 kHz; `OnDisk` is read a piece at a time.
            spans: where somebody speaks, in order, without overlap, in seconds from the start of ``samples``.
            words: in order of time, their times on the same clock.

        Raises:
            EngineError: the engine broke.

        """
        ...


def build_diarizer(name: str, models: Path) -> Diarizer | None:
    """Return the engine of that name: ``voices``, ``pyannote:FOLDER``, ``none``, or ``auto``: voices if they are here.

    Raises:
        InputError: no such engine.
        MissingError: its model or package is not on this machine; the message carries the command.

    """
    from analyzer.audio.models import has_voices

    if name == "none" or (name == "auto" and not has_voices(models)):
        return None
    name = "voices" if name == "auto" else name
    engine, _, folder = name.partition(":")
    if engine == "voices" and not folder:
        from analyzer.audio.models import find_voices
        from analyzer.audio.voice_weights import FILE

        return VoiceDiarizer(VoiceEncoder.load(find_voices(models).folder / FILE))
    if engine == "pyannote" and folder:
        from analyzer.audio.pyannote import PyannoteDiarizer

        return PyannoteDiarizer.load(Path(folder).expanduser())
    raise InputError(f"there is no engine {name!r} for telling voices apart: use voices, pyannote:FOLDER, or none")


VERSION = "1"
"""Raised when the same samples and words would get other voices."""
ALONE = 0.2
"""Score of the division below which it is taken for one voice.

On real voices, 13 to 70 seconds, it errs both ways: one alone scored 0.14 to 0.24 (four people), two 0.14 to 0.55, one
recording in ten of these under 0.2.  Withholding speakers costs less than inventing one.
"""
_LEARN, _LEARN_HOP = 160, 40
"""Frames of the windows from which voices are learnt, what the encoder was trained on, and from one to the next."""
_LEARN_MOST = 1_500
"""Windows from which voices are learnt at most; in longer recordings they stand further apart."""
_PLACE, _PLACE_HOP = 80, 40
"""Frames of the windows that say who speaks when: at 0.8 s a third to a half of the errors of 1.6 s."""
_LEAST = 8
"""Windows below which there is too little to tell two voices by."""


class VoiceDiarizer:
    """Learns the voices from long windows, places them by short ones, and gives words to them."""

    name = "voices"
    fingerprint = f"resemblyzer-0.1.4:{VERSION}"

    def __init__(self, encoder: VoiceEncoder) -> None:
        self._encoder = encoder

    def assign(self, samples: Pcm, spans: Sequence[Span], words: Sequence[Word]) -> Voices:
        """Return the voice of each word; see `Diarizer.assign`."""
        speech = Speech(samples, spans)
        if not words or not speech.frames:
            return Voices((None,) * len(words), (0.0,) * len(words), 0, "there is no speech to tell voices by")
        hop = max(_LEARN_HOP, speech.frames // _LEARN_MOST)
        _, vectors = speech.windows(self._encoder, _LEARN, hop)
        if len(vectors) < _LEAST:
            return _one_voice(len(words), f"{speech.frames / FRAMES:.0f} seconds of speech are too little")
        found = split(vectors)
        if found.score < ALONE:
            return _one_voice(len(words), f"their score is {max(0.0, found.score):.2f}, under {ALONE}")
        found = with_third(vectors, found)
        nearness = _nearness(speech, self._encoder, found)
        return _assigned(nearness, speech, words, found)


def _one_voice(words: int, reason: str) -> Voices:
    note = f"two voices could not be told apart ({reason}): all words are given to one speaker"
    return Voices((0,) * words, (0.5,) * words, 1, note)


def _nearness(speech: Speech, encoder: VoiceEncoder, found: Split) -> Float:
    """Return how near each frame of the speech is to each voice, shape (frames, voices): the cosine."""
    starts, vectors = speech.windows(encoder, _PLACE, _PLACE_HOP)
    cosines = vectors @ found.centroids.T
    half = np.arange(1, _PLACE // 2 + 1, dtype=np.float32)
    weight = np.concatenate([half, half[::-1]])[:, None] ** 2  # a window speaks for its middle
    total = np.zeros((speech.frames + _PLACE, cosines.shape[1]), np.float32)
    weights = np.zeros((speech.frames + _PLACE, 1), np.float32)
    for start, cosine in zip(starts, cosines, strict=True):
        total[start : start + _PLACE] += weight * cosine
        weights[start : start + _PLACE] += weight
    nearness: Float = (total / np.maximum(weights, np.float32(1e-9)))[: speech.frames].astype(np.float32)
    return nearness


def _assigned(nearness: Float, speech: Speech, words: Sequence[Word], found: Split) -> Voices:
    evidence = word_evidence(nearness, speech, words, found.centroids)
    likely = likely_voices(evidence, changes(words))
    chosen = likely.argmax(axis=1)
    heard = list(dict.fromkeys(chosen.tolist()))
    if len(heard) == 1:
        return _one_voice(len(words), "no word is nearer to another voice")
    confidence = tuple(round(float(value), 3) for value in likely.max(axis=1))
    return Voices(tuple(heard.index(voice) for voice in chosen), confidence, len(heard), _note(nearness, heard))


def _note(nearness: Float, heard: list[int]) -> str | None:
    if len(heard) < 3:
        return None
    least = np.bincount(nearness.argmax(axis=1), minlength=len(heard)).argmin()
    share = float((nearness.argmax(axis=1) == least).mean())
    return f"a third voice has {share:.0%} of the speech: Speaker {heard.index(int(least)) + 1} is the one heard least"


_SHARPNESS = 2.0
"""Log odds for a word as near to a voice as that voice's centre; neighbouring words share what they are judged by."""


def word_evidence(nearness: Float, speech: Speech, words: Sequence[Word], centroids: Float) -> NDArray[np.float64]:
    """Return the log likelihood of each word under each voice, shape (words, voices)."""
    first = speech.position(np.array([word.start for word in words]))
    last = speech.position(np.array([word.end for word in words]))
    sums = np.concatenate([np.zeros((1, nearness.shape[1])), np.cumsum(nearness, axis=0, dtype=np.float64)])
    count = np.maximum(last - first, 0) + 1
    mean = (sums[first + count] - sums[first]) / count[:, None]
    # Between two voices the cosines differ by at most their distance: it is the unit.
    apart = 1 - np.sort((centroids @ centroids.T)[np.triu_indices(len(centroids), 1)])[-1]
    likelihood: NDArray[np.float64] = _SHARPNESS * mean / max(float(apart), 1e-3)
    return likelihood


_AT_END, _AT_PAUSE, _AMID = 0.3, 0.3, 0.02
"""How probable a change of voice is: after the end of a sentence, at a pause, between words of a sentence."""
_PAUSE = 0.5
"""Seconds between words that are a whole pause; less is less of one."""
_ENDS = (".", "?", "!", "…")


def changes(words: Sequence[Word]) -> NDArray[np.float64]:
    """Return how probable a change of voice is before each word but the first, shape (words - 1,)."""
    gaps = np.array([after.start - before.end for before, after in itertools.pairwise(words)])
    pause = np.clip(gaps / _PAUSE, 0, 1)
    at_pause = _AMID + (_AT_PAUSE - _AMID) * pause
    ends = np.array([word.text.rstrip("\"'”’)").endswith(_ENDS) for word in words[:-1]], bool)
    probable: NDArray[np.float64] = np.where(ends, np.maximum(_AT_END, at_pause), at_pause)
    return probable


def likely_voices(evidence: NDArray[np.float64], change: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how probable each voice is for each word, given all words: forward and backward (Rabiner 1989).

    A change in the middle of a sentence has to pay for itself: where the evidence is weak, it moves to the sentence's
    end or to a pause.

    Args:
        evidence: log likelihoods, shape (words, voices).
        change: the probability of a change before each word but the first, shape (words - 1,).

    Returns:
        Shape (words, voices), rows sum to 1.

    """
    likelihood = np.exp(evidence - evidence.max(axis=1, keepdims=True))
    count, voices = likelihood.shape
    forward, backward = np.ones((count, voices)), np.ones((count, voices))
    forward[0] = likelihood[0] / likelihood[0].sum()
    for at in range(1, count):
        forward[at] = _step(forward[at - 1], change[at - 1]) * likelihood[at]
        forward[at] /= forward[at].sum()
    for at in range(count - 2, -1, -1):
        backward[at] = _step(backward[at + 1] * likelihood[at + 1], change[at])
        backward[at] /= backward[at].sum()
    both = forward * backward
    probable: NDArray[np.float64] = both / both.sum(axis=1, keepdims=True)
    return probable


def _step(before: NDArray[np.float64], change: float) -> NDArray[np.float64]:
    """Return the probabilities after a possible change to any other voice, all alike."""
    others = len(before) - 1
    after: NDArray[np.float64] = (1 - change) * before + change / others * (before.sum() - before)
    return after
