"""``analyzer upload --track``: a file a participant."""

from __future__ import annotations

import json
import os
import re
import time
from pathlib import Path

import numpy as np
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
    assert "erin.wav + martin.wav" in analyzer("list").out
    page = analyzer("report", "martin.wav", "--format", "html").out
    assert "erin.wav + martin.wav" in page  # and it still plays what they were laid together in
    assert re.search(r'data-src="[^"]*tracks/[0-9a-f]{16}\.flac"', page)


@pytest.mark.speech
@pytest.mark.parametrize("others", [1, 2])
def test_a_track_is_whose_it_was_said_to_be_also_where_the_others_are_silent(
    others: int, analyzer, tracks: list[Path], write_wav
) -> None:
    voice = write_wav(decode(tracks[0], tracks[0].with_suffix(".s16")).read(0, 8 * RATE)[0], name="voice.wav")
    silent = [write_wav(np.zeros((8 + n) * RATE), name=f"silent{n}.wav") for n in range(others)]
    said = [
        "--track",
        f"rep={silent[0]}",
        "--track",
        f"manager={voice}",
        *(["--track", f"Kim Lee={silent[-1]}"] * (others - 1)),
    ]
    result = analyzer("upload", *said, "--manager", "Martin Hale", "--engine", "sphinx")
    assert result.status == 0, result
    made = json.loads(analyzer("report", "--json").out)
    assert {turn["speaker"] for turn in made["transcript"]["turns"]} == {"Martin Hale"}
    assert {p["name"]: p["role"] for p in made["transcript"]["participants"]} == {"Martin Hale": "manager"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--track", "a.wav", "--track", "b.wav"], "say whose track"),
        (["--track", "manager=a.wav", "--track", "manager=b.wav"], "stands for two channels"),
        (["--track", "manager=a.wav", "--track", "reb=b.wav"], "say manager, rep, other"),
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


@pytest.mark.speech
def test_three_tracks_are_three_people_with_what_their_sidecars_say(analyzer, tracks: list[Path], write_wav) -> None:
    """The third one has no role of manager or rep: nothing says so."""
    voices = [decode(path, path.with_suffix(".s16")).read(0, 20 * RATE)[0] for path in tracks]
    third = voices[0].copy()
    third[: 10 * RATE], voices[0][10 * RATE :] = 0, 0
    kim = write_wav(third, name="kim.wav")
    martin = write_wav(voices[0], name="martin.wav")
    martin.with_name("martin.meta.json").write_text(
        json.dumps({"date": "2026-03-17", "manager": "Martin Hale", "channels": ["rep", "manager"]})
    )
    kim.with_name("kim.meta.json").write_text(json.dumps({"date": "2026-03-18", "title": "Pipeline"}))
    said = ["--track", f"Martin Hale={martin}", "--track", f"rep={tracks[1]}", "--track", f"Kim Lee={kim}"]
    result = analyzer("upload", *said, "--rep", "Erin Costa", "--engine", "sphinx", "--json")
    assert result.status == 0, result
    made = json.loads(Path(json.loads(result.out)[0]["report"]).with_suffix(".json").read_text(encoding="utf-8"))
    people = {p["name"]: p["role"] for p in made["transcript"]["participants"]}
    assert people == {"Martin Hale": "manager", "Erin Costa": "rep", "Kim Lee": None}
    assert made["meeting"]["date"] == "2026-03-17"
    assert made["meeting"]["title"] == "Pipeline"
    grounds = made["meeting"]["grounds"]
    assert (grounds["date"], grounds["title"], grounds["rep"]) == ("martin.meta.json", "kim.meta.json", "flag")
    assert {turn["speaker"] for turn in made["transcript"]["turns"]} == set(people)
    assert "martin.wav + 2 more" in analyzer("list").out
    assert "kim.wav" in analyzer("report", "kim.wav", "--json").out


@pytest.mark.speech
def test_forgetting_a_meeting_of_tracks_erases_the_sound_that_they_were_laid_together_in(
    analyzer, tracks: list[Path], tmp_path: Path
) -> None:
    """The participants' own files are not the library's, and stay."""
    said = ["--track", f"manager={tracks[0]}", "--track", f"rep={tracks[1]}", "--engine", "sphinx"]
    assert analyzer("upload", *said, "--manager", "Martin Hale", "--rep", "Erin Costa").status == 0
    (joined,) = (tmp_path / "library" / "tracks").iterdir()
    beside = tmp_path / "library" / "reports" / joined.name
    beside.write_bytes(joined.read_bytes())
    shown = analyzer("forget", "Erin Costa")
    assert str(joined.relative_to(tmp_path / "library")) in shown.err
    gone = analyzer("forget", "Erin Costa", "--yes")
    assert gone.status == 0, gone
    assert [path.name for path in (tmp_path / "library").rglob("*.flac")] == []
    left = [line for line in gone.err.splitlines() if "left where it is" in line]
    assert [line.rpartition(": ")[2] for line in left] == [str(path) for path in tracks]
    assert all(path.exists() for path in tracks)


def test_where_consent_is_required_tracks_are_not_laid_together_without(
    analyzer, tmp_path: Path, write_wav, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The refusal names what the user knows: his first file, and the sidecar beside it."""
    monkeypatch.setenv("ANALYZER_CONSENT", "required")
    paths = [write_wav(np.full(RATE, level), name=f"{name}.wav") for name, level in (("sl", 0.1), ("sr", 0.2))]
    refused = analyzer("upload", "--track", f"manager={paths[0]}", "--track", f"rep={paths[1]}")
    assert refused.status == 2
    assert "'sl.wav' is not analysed" in refused.err
    assert "'sl.meta.json'" in refused.err
    assert "None" not in refused.err
    assert not list((tmp_path / "library").rglob("*.flac"))


def test_joined_tracks_of_no_meeting_go_with_the_next_forgetting(analyzer, tmp_path: Path, dialogue: Path) -> None:
    analyzer("upload", dialogue)
    folder = tmp_path / "library" / "tracks"
    folder.mkdir()
    for name, age in (("old.flac", 2), ("new.flac", 0)):
        (folder / name).write_bytes(b"sound")
        os.utime(folder / name, times=(time.time() - age * 86_400,) * 2)
    assert analyzer("forget", "talk.txt", "--yes").status == 0
    assert [path.name for path in folder.iterdir()] == ["new.flac"]  # somebody may be about to make a meeting of it
