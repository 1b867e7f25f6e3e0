"""A recording becomes words, each with its speaker, through the real decoder, voice activity model and recogniser."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from analyzer.audio.decode import RATE, decode
from analyzer.audio.recognise import Heard, recognise
from analyzer.audio.speech import find_speech
from analyzer.audio.sphinx import SphinxTranscriber
from tests.conftest import JUNIPER, ROOT

pytestmark = pytest.mark.speech


def beginning(path: Path, seconds: float, tmp_path: Path, write_wav) -> Path:
    """Cut a recording, so that a test takes seconds."""
    samples = decode(path, tmp_path / "whole.s16")
    return write_wav(samples.read(0, round(seconds * RATE)), name="beginning.wav")


def truth(folder: Path) -> list[dict]:
    return json.loads((folder / "truth.json").read_text(encoding="utf-8"))["turns"]


def hear(path: Path, tmp_path: Path) -> Heard:
    return recognise(path, SphinxTranscriber(), tmp_path, lambda *_: None)


def test_each_word_of_a_stereo_recording_has_its_speaker(tmp_path: Path, write_wav) -> None:
    folder = ROOT / "eval" / "recordings" / "harbor"
    heard = hear(beginning(folder / "stereo.opus", 60, tmp_path, write_wav), tmp_path)
    turns = [turn for turn in truth(folder) if turn["end"] < 60]
    names = list(dict.fromkeys(turn["speaker"] for turn in turns))
    placed = right = 0
    for word in heard.words:
        middle = (word.start + word.end) / 2
        speaking = next((t["speaker"] for t in turns if t["start"] - 0.2 <= middle <= t["end"] + 0.2), None)
        if speaking is not None:
            placed += 1
            right += names[word.channel] == speaking
    assert placed > 100
    assert right / placed >= 0.99


def test_the_stand_in_gets_clean_speech_mostly_right(tmp_path: Path, write_wav) -> None:
    """Declared as a stand-in; broken wiring (wrong rate, wrong channel) would leave nothing right."""
    heard = hear(beginning(JUNIPER / "stereo.opus", 45, tmp_path, write_wav), tmp_path)
    said = {word.strip(".,?").lower() for t in truth(JUNIPER) if t["end"] < 45 for word in t["text"].split()}
    found = [word.text.lower() in said for word in heard.words]
    assert np.mean(found) > 0.75


def test_words_stand_at_their_time(tmp_path: Path, write_wav) -> None:
    heard = hear(beginning(JUNIPER / "stereo.opus", 45, tmp_path, write_wav), tmp_path)
    first = truth(JUNIPER)[1]  # "I did, thanks. ..."
    word = next(word for word in heard.words if word.text.lower() == "thanks")
    assert first["start"] <= word.start <= first["end"]
    assert all(0 <= word.start <= word.end <= 46 for word in heard.words)
    assert all(word.probability is not None and 0 <= word.probability <= 1 for word in heard.words)


def test_silence_has_no_words(tmp_path: Path, write_wav) -> None:
    assert hear(write_wav(np.zeros(RATE * 20)), tmp_path).words == ()


def test_hiss_is_no_speech() -> None:
    hiss = np.random.default_rng(1).normal(0, 0.01, RATE * 20).astype(np.float32)
    assert find_speech(hiss).spans == ()


def test_scratch_files_are_gone_afterwards(tmp_path: Path, write_wav) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    recognise(write_wav(np.zeros(RATE)), SphinxTranscriber(), scratch, lambda *_: None)
    assert list(scratch.iterdir()) == []
