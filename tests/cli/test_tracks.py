"""``analyzer upload --track``: a file a participant."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analyzer.audio.decode import RATE, decode
from tests.conftest import JUNIPER


@pytest.fixture
def tracks(tmp_path: Path, write_wav) -> list[Path]:
    voices = decode(JUNIPER / "stereo.opus", tmp_path / "s").read(0, 20 * RATE)
    return [write_wav(voices[n], name=f"{name}.wav") for n, name in enumerate(("martin", "erin"))]


@pytest.mark.speech
def test_two_tracks_are_one_meeting_with_their_roles(analyzer, tracks: list[Path]) -> None:
    said = ["upload", "--track", f"rep={tracks[1]}", "--track", f"manager={tracks[0]}", "--engine", "sphinx"]
    result = analyzer(*said, "--manager", "Martin Hale", "--rep", "Erin Costa", "--json")
    assert result.status == 0, result
    page = Path(json.loads(result.out)[0]["report"]).with_suffix(".json")
    made = json.loads(page.read_text(encoding="utf-8"))["transcript"]
    assert {p["name"]: p["role"] for p in made["participants"]} == {"Martin Hale": "manager", "Erin Costa": "rep"}
    assert made["turns"][0]["speaker"] == "Martin Hale"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--track", "a.wav", "--track", "b.wav"], "say whose track"),
        (["--track", "manager=a.wav"], "give two"),
        (["--track", "manager=a.wav", "--track", "rep=b.wav"], "'a.wav' cannot be read"),
        (["x.wav", "--track", "manager=a.wav"], "leave these away"),
        ([], "nothing to upload"),
    ],
)
def test_a_mistake_is_one_clear_line(analyzer, arguments: list[str], words: str) -> None:
    result = analyzer("upload", *arguments)
    assert result.status == 2
    assert words in result.err
