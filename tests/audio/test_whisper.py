"""The real faster-whisper, with a model that knows the project's own recordings and nothing else (see its README)."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from rapidfuzz.distance import Levenshtein

from analyzer.audio.recognise import Heard, recognise
from analyzer.audio.whisper import WhisperTranscriber
from analyzer.errors import EngineError
from tests.audio.parrot import FIXTURE
from tests.conftest import ROOT

pytestmark = pytest.mark.speech
RECORDINGS = ROOT / "eval" / "recordings"


def plain(text: str) -> list[str]:
    return re.sub(r"[^a-z' ]", "", text.lower()).split()


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Heard:
    transcriber = WhisperTranscriber(FIXTURE, "fixture", 2)
    return recognise(RECORDINGS / "juniper" / "stereo.opus", transcriber, tmp_path_factory.mktemp("w"), lambda *_: None)


@pytest.fixture(scope="module")
def truth() -> list[dict]:
    return json.loads((RECORDINGS / "juniper" / "truth.json").read_text(encoding="utf-8"))["turns"]


def test_the_words_come_back_on_their_speakers_channel(heard: Heard, truth: list[dict]) -> None:
    """Word error rate by channel: a word on the wrong channel is an error on both."""
    names = list(dict.fromkeys(turn["speaker"] for turn in truth))
    wrong = total = 0
    for channel, name in enumerate(names):
        reference = [word for turn in truth if turn["speaker"] == name for word in plain(turn["text"])]
        hypothesis = plain(" ".join(word.text for word in heard.words if word.channel == channel))
        wrong += Levenshtein.distance(reference, hypothesis)
        total += len(reference)
    assert wrong / total < 0.15


def test_words_stand_within_their_turn(heard: Heard, truth: list[dict]) -> None:
    inside = [
        any(turn["start"] - 0.5 <= (word.start + word.end) / 2 <= turn["end"] + 0.5 for turn in truth)
        for word in heard.words
    ]
    assert np.mean(inside) > 0.98
    assert all(word.probability is not None and 0 <= word.probability <= 1 for word in heard.words)


def test_a_recording_becomes_a_report_through_whisper(analyzer, tmp_path: Path) -> None:
    for name in ("stereo.opus", "stereo.meta.json"):
        shutil.copy(RECORDINGS / "juniper" / name, tmp_path / name)
    result = analyzer("upload", tmp_path / "stereo.opus", "--engine", f"whisper:{FIXTURE}")
    assert result.status == 0, result
    page = Path(result.out.strip()).with_suffix(".json")
    made = json.loads(page.read_text(encoding="utf-8"))
    assert {p["name"]: p["role"] for p in made["transcript"]["participants"]} == {
        "Martin Hale": "manager",
        "Erin Costa": "rep",
    }
    turns = {turn["n"]: turn for turn in made["transcript"]["turns"]}
    quotes = [quote for exchange in made["exchanges"] for quote in exchange["evidence"]]
    quotes += [commitment["quote"] for commitment in made["commitments"]]
    assert quotes
    for quote in quotes:
        turn = turns[quote["turn"]]
        assert quote["text"] in turn["text"]
        assert turn["start"] <= quote["start"] <= turn["end"]
    assert "stand-in" not in Path(result.out.strip()).read_text(encoding="utf-8")


def test_silence_has_no_words(tmp_path: Path, write_wav) -> None:
    transcriber = WhisperTranscriber(FIXTURE, "fixture", 2)
    assert recognise(write_wav(np.zeros(16_000 * 5)), transcriber, tmp_path, lambda *_: None).words == ()


@pytest.mark.parametrize("damage", ["cut", "config"])
def test_a_broken_model_folder_is_one_clear_error(damage: str, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(FIXTURE, folder)
    if damage == "cut":
        (folder / "model.bin").write_bytes((folder / "model.bin").read_bytes()[:100_000])
    else:
        (folder / "config.json").write_text("{")
    with pytest.raises(EngineError, match="cannot be loaded"):
        WhisperTranscriber(folder, "broken", 1)
