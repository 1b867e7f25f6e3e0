"""The ``sphinx`` engine: pocketsphinx, whose small model comes in its package.

Usable on clean read speech (a word error rate of 0.1 to 0.2), poor on real conversation (0.7): it stands in where no
Whisper model is to be had, and every report made with it says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from analyzer.audio.decode import RATE, Float
from analyzer.audio.transcriber import Hints, Phrase, missing_sphinx
from analyzer.errors import EngineError
from analyzer.model import Span, Word

_FRAMES_A_SECOND = 100
_FILLER = re.compile(r"<.*>|\[.*\]|\+\+.*\+\+")
_VARIANT = re.compile(r"\(\d+\)$")


class SphinxTranscriber:
    """Holds a loaded decoder; one instance serves a whole batch."""

    name = "sphinx"
    model = "pocketsphinx en-us"
    longest_clip = 30.0
    joins = 0.8
    speaks = frozenset(("en",))
    """Languages that it knows, ISO 639-1."""

    def __init__(self) -> None:
        try:
            import pocketsphinx
        except ImportError:
            raise missing_sphinx() from None
        self.fingerprint = f"pocketsphinx-{pocketsphinx.__version__}" if hasattr(pocketsphinx, "__version__") else "5"
        self._decoder: Any = pocketsphinx.Decoder(samprate=RATE, loglevel="FATAL")

    def languages(self, audio: Float) -> dict[str, float]:
        """Return nothing: it knows English alone."""
        return {}

    def phrases(self, audio: Float, clips: Sequence[Span], hints: Hints) -> Iterator[Phrase]:
        """Yield a phrase for each clip; see `Transcriber.phrases`.  It takes no hints."""
        pcm = (np.clip(audio, -1, 1) * 32767).astype("<i2")
        for clip in clips:
            yield Phrase(tuple(self._clip(pcm, clip)))

    def _clip(self, pcm: Any, clip: Span) -> list[Word]:
        samples = pcm[round(clip.start * RATE) : round(clip.end * RATE)].tobytes()
        try:
            self._decoder.start_utt()
            self._decoder.process_raw(samples, full_utt=True)
            self._decoder.end_utt()
        except RuntimeError as error:
            raise EngineError(f"pocketsphinx broke off at {clip.start:.1f} s: {error}") from error
        log = self._decoder.get_logmath()
        segments = self._decoder.seg() or ()  # None where nothing was recognised
        return [
            Word(
                _spelling(segment.word),
                clip.start + segment.start_frame / _FRAMES_A_SECOND,
                clip.start + (segment.end_frame + 1) / _FRAMES_A_SECOND,
                min(1.0, float(log.exp(segment.prob))),
            )
            for segment in segments
            if not _FILLER.fullmatch(segment.word)
        ]


def _spelling(word: str) -> str:
    word = _VARIANT.sub("", word)
    return re.sub(r"^i(?=$|')", "I", word)
