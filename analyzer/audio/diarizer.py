"""Who says which word in one channel: the interface, the engine ``voices``, and the one place that chooses."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from analyzer.audio.cluster import Labels, Split, split, with_third
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


VERSION = "2"
"""Raised when the same samples and words would get other voices."""
APART = 0.2
"""How far two voices must be apart, by `apart`, not to be taken for one.

On real voices, 10 to 100 seconds, two of 100 pairs are nearer, and a third of the voices alone: the others are made two.
More of them would be told at the price of pairs in noise, and whoever records a one-to-one records two.
"""
_RARE, _RARER = 0.2, 0.5
"""Share of the windows up to which a voice that says less must be further from the other, and by how much."""
_LEARN, _LEARN_HOP = 160, 40
"""Frames of the windows from which voices are learnt, what the encoder was trained on, and from one to the next."""
_LEARN_MOST = 1_500
"""Windows from which voices are learnt at most; in longer recordings they stand further apart."""
_PLACE, _PLACE_HOP = 80, 40
"""Frames of the windows that say who speaks when: at 0.8 s a third to a half of the errors of 1.6 s."""
_FAINT = 1e-3
"""Weight, by share, of windows that are no voice's alone: they make the model of one that has no others."""
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
            return no_voice(len(words))
        hop = max(_LEARN_HOP, speech.frames // _LEARN_MOST)
        starts, vectors = speech.windows(self._encoder, _LEARN, hop)
        if len(vectors) < _LEAST:
            return _one_voice(len(words), f"{speech.frames / FRAMES:.0f} seconds of speech are too little")
        found = split(vectors)
        if (far := apart(found)) < APART:
            return _one_voice(len(words), f"they are {far:.2f} apart, under {APART}")
        found = with_third(vectors, found)
        nearness = _nearness(speech, self._encoder, found, starts)
        return _assigned(nearness, speech, words)


def no_voice(words: int) -> Voices:
    """Return the answer where nobody is heard to speak."""
    return Voices((None,) * words, (0.0,) * words, 0, "there is no speech to tell voices by")


def _one_voice(words: int, reason: str) -> Voices:
    note = f"two voices could not be told apart ({reason}): all words are given to one speaker"
    return Voices((0,) * words, (0.5,) * words, 1, note)


def apart(found: Split) -> float:
    """Return how far the two voices of a division are apart: one minus the cosine, and more where both say much.

    The odd windows of one voice alone are few and far off: divided in two at random it seems the further apart the
    smaller the one part is.  The score of the division, by which divisions are compared, is no measure here: one voice
    alone scored as high as two in noise.
    """
    share = float(np.bincount(found.labels, minlength=2)[:2].min()) / len(found.labels)
    return 1 - float(found.centroids[0] @ found.centroids[1]) + _RARER * min(share, _RARE)


def _nearness(speech: Speech, encoder: VoiceEncoder, found: Split, learnt: Labels) -> Float:
    """Return how near each frame of the speech is to each voice, shape (frames, voices).

    A second pass: short windows sound unlike the long ones from which the voices were divided, so each voice gets a
    model of short windows, out of those that lie well within its speech.  Nearness is the likelihood under equally
    wide models, scaled so that at the centre of a voice it is by 1 larger than that to the nearest other.

    Args:
        speech: of the recording.
        encoder: of windows.
        found: the division of the long windows.
        learnt: where these begin.

    """
    voices = len(found.centroids)
    whose = _over_frames(np.eye(voices, dtype=np.float32)[found.labels], learnt, _LEARN, speech.frames)
    starts, vectors = speech.windows(encoder, _PLACE, _PLACE_HOP)
    ends = np.minimum(starts + _PLACE, speech.frames)
    share = _means(whose, starts, ends)
    weight = np.maximum(2 * share - 1, _FAINT * share)
    models = weight.T @ vectors / np.maximum(weight.sum(axis=0)[:, None], 1e-9)
    likely = vectors @ models.T - np.square(models).sum(axis=1) / 2
    pairs = models[:, None] - models[None]
    nearest = np.square(pairs).sum(axis=2)[np.triu_indices(voices, 1)].min()
    return _over_frames(2 * likely / max(float(nearest), 1e-6), starts, _PLACE, speech.frames)


def _means(values: Float, starts: Labels, ends: Labels) -> NDArray[np.float64]:
    """Return the mean of frames' values, shape (frames, voices), from each start up to its end, shape (n, voices)."""
    sums = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0, dtype=np.float64)])
    means: NDArray[np.float64] = (sums[ends] - sums[starts]) / (ends - starts)[:, None]
    return means


def _over_frames(values: NDArray[Any], starts: Labels, length: int, frames: int) -> Float:
    """Spread values of windows, shape (n, voices), over frames, shape (frames, voices); a window speaks for its middle."""
    half = np.arange(1, length // 2 + 1, dtype=np.float32)
    weight = np.concatenate([half, half[::-1]])[:, None] ** 2
    total = np.zeros((frames + length, values.shape[1]), np.float32)
    weights = np.zeros((frames + length, 1), np.float32)
    for start, value in zip(starts, values.astype(np.float32), strict=True):
        total[start : start + length] += weight * value
        weights[start : start + length] += weight
    spread: Float = (total / np.maximum(weights, np.float32(1e-9)))[:frames].astype(np.float32)
    return spread


def _assigned(nearness: Float, speech: Speech, words: Sequence[Word]) -> Voices:
    evidence = word_evidence(nearness, speech, words)
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
    nearest = nearness.argmax(axis=1)
    least = np.bincount(nearest, minlength=len(heard)).argmin()
    share = float((nearest == least).mean())
    return f"a third voice has {share:.0%} of the speech: Speaker {heard.index(int(least)) + 1} is the one heard least"


_SHARPNESS = 2.0
"""Log odds for a word at a voice's centre.  Neighbouring words share what they are judged by: of those said to be 80 to
90% sure 84% were right, and with odds of 4 only 73%.
"""


def word_evidence(nearness: Float, speech: Speech, words: Sequence[Word]) -> NDArray[np.float64]:
    """Return the log likelihood of each word under each voice, shape (words, voices)."""
    first = speech.position(np.array([word.start for word in words]))
    last = speech.position(np.array([word.end for word in words]))
    return _SHARPNESS * _means(nearness, first, np.maximum(first, last) + 1)


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
