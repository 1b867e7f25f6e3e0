"""The ``whisper`` engine: faster-whisper, from a folder on this machine and never from the network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from analyzer.audio.decode import RATE, Float
from analyzer.audio.transcriber import fingerprint_folder
from analyzer.errors import EngineError
from analyzer.model import Span, Word


class WhisperTranscriber:
    """Holds a loaded model; one instance serves a whole batch."""

    name = "whisper"

    def __init__(self, folder: Path, model: str, language: str | None, threads: int) -> None:
        self.model = model
        self.fingerprint = f"{fingerprint_folder(folder)}:{language or 'auto'}"
        self._folder = folder
        self._language = language
        self._threads = threads
        self._model = self._load()
        # A model may hear less than Whisper's 30 seconds; a second is left for its padding.
        self.longest_clip = min(30.0, float(self._model.feature_extractor.chunk_length)) - 1.0

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

    def words(self, audio: Float, clips: list[Span]) -> list[Word]:
        """Return the words in ``clips``; see `Transcriber.words`."""
        if not clips:
            return []
        try:
            segments, info = self._model.transcribe(
                audio,
                language=self._language,
                word_timestamps=True,
                condition_on_previous_text=False,  # a misheard clip must not colour the next one
                clip_timestamps=[edge for clip in clips for edge in (clip.start, clip.end)],
            )
            heard = [word for segment in segments for word in segment.words or ()]
        except (RuntimeError, ValueError) as error:
            raise EngineError(f"the Whisper model {self.model!r} broke off: {error}") from error
        self._language = self._language or info.language  # decided once a recogniser, not anew for each block
        longest = len(audio) / RATE
        return [_word(word, longest) for word in heard if word.word.strip()]


def _word(word: Any, longest: float) -> Word:
    start = min(max(0.0, float(word.start)), longest)
    return Word(word.word.strip(), start, min(max(start, float(word.end)), longest), float(word.probability))
