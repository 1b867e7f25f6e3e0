"""The ``whisper`` engine: faster-whisper, from a folder on this machine and never from the network."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from analyzer.audio.decode import RATE, Float
from analyzer.audio.transcriber import Hints, Phrase, fingerprint_folder
from analyzer.errors import EngineError
from analyzer.model import Span, Word

_WINDOW = 30.0
"""Seconds that a Whisper model is trained to hear."""


class WhisperTranscriber:
    """Holds a loaded model; one instance serves a whole batch."""

    name = "whisper"

    def __init__(self, folder: Path, model: str, threads: int) -> None:
        from threadpoolctl import ThreadpoolController

        self.model = model
        self.fingerprint = fingerprint_folder(folder)
        self._folder = folder
        self._threads = threads
        self._model = self._load()
        self._blas = ThreadpoolController().select(user_api="blas")
        heard = min(_WINDOW, float(self._model.feature_extractor.chunk_length))
        # A model may hear less than Whisper's 30 seconds; a clip that fills a window to the brim would spill into the next.
        self.longest_clip = heard - 0.2
        # Whisper was trained on full windows of running speech and on prompts, and a full window costs it no more than
        # one word does.  A model cut down to less knows single utterances, and a prompt confuses it.
        self._is_whole = heard == _WINDOW
        self.joins = math.inf if self._is_whole else 0.8

    def _load(self) -> Any:
        from faster_whisper import WhisperModel

        try:
            return WhisperModel(
                str(self._folder),
                device="auto",
                compute_type="default",
                cpu_threads=self._threads,
                local_files_only=True,
            )
        except (RuntimeError, ValueError, OSError) as error:
            raise EngineError(
                f"the Whisper model in {str(self._folder)!r} cannot be loaded ({error}): "
                "remove the folder and fetch it again with `analyzer models pull`"
            ) from error

    @property
    def speaks(self) -> frozenset[str]:
        """Return the languages that the model knows, ISO 639-1 and a few codes of Whisper's own."""
        return frozenset(self._model.supported_languages)

    def languages(self, audio: Float) -> dict[str, float]:
        """Return how probable each language is; see `Transcriber.languages`."""
        if not self._model.model.is_multilingual or not audio.size:
            return {}
        with self._calling():
            *_, probabilities = self._model.detect_language(audio)
        return {language: float(probability) for language, probability in probabilities}

    def phrases(self, audio: Float, clips: Sequence[Span], hints: Hints) -> Iterator[Phrase]:
        """Yield the model's segments; see `Transcriber.phrases`."""
        for clip in clips:
            # A clip at a time: the features of minutes are arrays so large that most of their time goes into fresh memory.
            sound = audio[round(clip.start * RATE) : round(clip.end * RATE)]
            with self._calling():
                segments, _ = self._model.transcribe(
                    sound,
                    language=hints.language if self._model.model.is_multilingual else None,
                    word_timestamps=True,
                    condition_on_previous_text=False,  # a misheard clip must not colour the next one
                    hotwords=(", ".join(hints.hot_words) or None) if self._is_whole else None,
                )
                heard = list(segments)
            for segment in heard:
                words = tuple(_word(word, clip) for word in segment.words or () if word.word.strip())
                yield Phrase(words, float(segment.avg_logprob), float(segment.no_speech_prob))

    @contextmanager
    def _calling(self) -> Iterator[None]:
        """Hold numpy's products, one small one a clip, to one thread: the others would spin until the next."""
        try:
            with self._blas.limit(limits=1):
                yield
        except (RuntimeError, ValueError) as error:
            raise EngineError(f"the Whisper model {self.model!r} broke off: {error}") from error


def _word(word: Any, clip: Span) -> Word:
    start = min(max(0.0, float(word.start)), clip.duration)
    end = min(max(start, float(word.end)), clip.duration)
    return Word(word.word.strip(), clip.start + start, clip.start + end, float(word.probability))
