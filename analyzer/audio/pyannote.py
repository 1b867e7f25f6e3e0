"""The engine ``pyannote``, for those who have it: a pyannote.audio pipeline from a folder on this machine.

Its pipelines are under terms that each user accepts for himself, so nothing is fetched here.  The calls were read in the
source of release 4.0.7; no pipeline of theirs was run, for want of its weights.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from analyzer.audio.decode import RATE
from analyzer.audio.diarizer import Voices, no_voice
from analyzer.audio.transcriber import fingerprint_folder
from analyzer.audio.voices import Pcm, full_scale
from analyzer.errors import EngineError, InputError, MissingError
from analyzer.model import Span, Word

_MOST = 3
"""Voices that are looked for at most: a one-to-one has two, and a third is to be seen."""


class PyannoteDiarizer:
    """Holds a loaded pipeline."""

    name = "pyannote"

    def __init__(self, pipeline: Any, fingerprint: str) -> None:
        self._pipeline = pipeline
        self.fingerprint = fingerprint

    @classmethod
    def load(cls, folder: Path) -> PyannoteDiarizer:
        """Return the engine with the pipeline in ``folder`` (its ``config.yaml`` and models).

        Raises:
            MissingError: pyannote.audio is not installed.
            InputError: no such folder, or no ``config.yaml`` in it.
            EngineError: the pipeline cannot be loaded.

        """
        os.environ["PYANNOTE_METRICS_ENABLED"] = "false"  # nothing about a recording leaves the machine
        _stay_offline()
        try:
            from pyannote.audio import Pipeline
        except ImportError:
            raise MissingError(
                "the engine 'pyannote' needs its package: pip install 'coaching-analyzer[pyannote]'"
            ) from None
        if not folder.is_dir():
            raise InputError(f"there is no folder {str(folder)!r} with a pyannote pipeline")
        if not (folder / "config.yaml").is_file():
            raise InputError(
                f"the folder {str(folder)!r} has no config.yaml: name the one into which a pyannote pipeline was copied whole"
            )
        try:
            pipeline = Pipeline.from_pretrained(folder)
        except Exception as error:  # it reads YAML, imports classes and loads weights: anything can fail
            raise EngineError(f"the pyannote pipeline in {str(folder)!r} cannot be loaded: {error}") from error
        if pipeline is None:  # so it answers where a file of the hub is wanted and cannot be had
            raise EngineError(
                f"the pyannote pipeline in {str(folder)!r} names models that are not in the folder: copy them there, and "
                "name them in its config.yaml by their place ($model/…)"
            )
        return cls(pipeline, f"pyannote:{fingerprint_folder(folder)}")

    def assign(self, samples: Pcm, spans: Sequence[Span], words: Sequence[Word]) -> Voices:
        """Return the voice of each word; see `Diarizer.assign`.  The pipeline finds speech by itself."""
        import torch

        whole = full_scale(samples[0 : len(samples)])  # the pipeline hears a recording at once
        waveform = torch.from_numpy(whole[None])
        try:
            answer = self._pipeline({"waveform": waveform, "sample_rate": RATE}, min_speakers=1, max_speakers=_MOST)
        except Exception as error:  # torch and the pipeline raise what they like
            raise EngineError(f"the pyannote pipeline broke off: {error}") from error
        # One that is set to ``legacy`` answers with one annotation, others with several.
        annotation = getattr(answer, "exclusive_speaker_diarization", answer)
        stretches = [(turn.start, turn.end, str(label)) for turn, _, label in annotation.itertracks(yield_label=True)]
        return voices_of(sorted(stretches), words)


def _stay_offline() -> None:
    """A pipeline that names models of the hub fails instead of fetching them.

    The hub's package reads the variable once, when it is imported, which the recogniser may have done already.
    """
    os.environ["HF_HUB_OFFLINE"] = "1"
    with contextlib.suppress(ImportError):
        from huggingface_hub import constants

        constants.HF_HUB_OFFLINE = True


def voices_of(stretches: Sequence[tuple[float, float, str]], words: Sequence[Word]) -> Voices:
    """Give each word to the voice that speaks for most of it.

    Args:
        stretches: start, end and label, in order of time.
        words: in order of time.

    Returns:
        The confidence of a word is the share of it that its voice speaks.

    """
    labels = list(dict.fromkeys(label for _, _, label in stretches))
    if not labels:
        return no_voice(len(words))
    starts, ends = np.array([s for s, _, _ in stretches]), np.array([e for _, e, _ in stretches])
    voice = np.array([labels.index(label) for _, _, label in stretches])
    shares = []
    for word in words:
        shared = np.clip(np.minimum(ends, word.end) - np.maximum(starts, word.start), 0, None)
        shares.append(np.bincount(voice, shared, len(labels)) / max(word.end - word.start, 1e-3))
    found = tuple(int(share.argmax()) if share.any() else None for share in shares)
    note = f"{len(labels)} voices were heard" if len(labels) != 2 else None
    return Voices(found, tuple(round(min(1.0, float(share.max())), 3) for share in shares), len(labels), note)
