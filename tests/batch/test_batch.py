"""A folder is worked through once, whatever happens on the way."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest


def talk(n: int) -> str:
    return f"Dana: Did customer number {n} sign?\nJules: No, I'll call them by Friday.\nDana: Good.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    for n in range(6):
        place = folder / ("north" if n % 2 else "south/deep")
        place.mkdir(parents=True, exist_ok=True)
        (place / f"call {n // 2}.txt").write_text(talk(n))  # the same names in two folders
    return folder


def test_other_files_go_on_when_one_fails(analyzer, folder: Path) -> None:
    (folder / "north" / "broken.mp3").write_bytes(b"not a recording at all" * 99)
    (folder / "north" / ".hidden.txt").write_text("left alone")
    (folder / "north" / "notes.pdf").write_text("left alone")
    result = analyzer("batch", folder)
    assert result.status == 1
    assert "7 files: 6 done, 0 were done before, 1 failed" in result.out
    failed = [line for line in result.out.splitlines() if "FAILED" in line]
    assert len(failed) == 1
    assert "broken.mp3" in failed[0]
    assert len(json.loads(analyzer("list", "--json").out)) == 7


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are text there")
def test_a_name_that_is_no_text_stops_nothing(analyzer, tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    for n, name in enumerate((b"Dana\xff - Jules.txt", b"Dana\xfe - Jules.txt", b"Dana - Jules.txt")):
        path = folder / os.fsdecode(name)
        path.write_text(talk(n))
        os.utime(path, ns=(0, 0))  # as old and as long as the others: the name alone parts them
    assert "3 files: 3 done" in analyzer("batch", folder).out
    assert "0 done, 3 were done before" in analyzer("batch", folder).out
    assert len(json.loads(analyzer("list", "--json").out)) == 3


def test_the_same_name_in_two_folders_gives_two_reports(analyzer, folder: Path, tmp_path: Path) -> None:
    analyzer("batch", folder)
    assert len(list((tmp_path / "library" / "reports").glob("*.html"))) == 6


def test_run_again_it_does_only_what_is_left(analyzer, folder: Path) -> None:
    analyzer("batch", folder)
    (folder / "new.txt").write_text(talk(99))
    assert "7 files: 1 done, 6 were done before, 0 failed" in analyzer("batch", folder).out


def test_what_lies_in_a_library_below_the_folder_is_no_meeting(analyzer, folder: Path) -> None:
    analyzer("batch", folder, "--library", folder / "kept")
    assert (
        "6 files: 0 done, 6 were done before, 0 failed" in analyzer("batch", folder, "--library", folder / "kept").out
    )


def test_a_changed_sidecar_is_taken_up(analyzer, folder: Path) -> None:
    analyzer("batch", folder)
    (folder / "north" / "call 0.meta.json").write_text('{"manager": "Dana Okafor"}')
    assert "1 done, 5 were done before" in analyzer("batch", folder).out
    assert "Dana Okafor" in analyzer("list").out


def test_what_failed_is_tried_again_on_request(analyzer, folder: Path) -> None:
    broken = folder / "broken.txt"
    broken.write_text("no names")
    assert analyzer("batch", folder).status == 1
    assert "--retry-failed" in analyzer("batch", folder).out
    assert "failed in an earlier run" not in analyzer("batch", folder, "--retry-failed").out


def test_without_a_model_the_transcripts_go_through_and_recordings_are_tried_again(
    analyzer, tmp_path: Path, write_wav, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a machine lacked is no fault of the file's: with an engine there, the next run takes it."""
    folder = tmp_path / "in"
    folder.mkdir()
    write_wav(np.random.default_rng(1).normal(0, 0.1, 16_000)).rename(folder / "a.wav")
    alone = analyzer("batch", folder)
    assert alone.status == 3
    assert "analyzer models pull" in alone.out
    (folder / "b.txt").write_text(talk(1))
    first = analyzer("batch", folder)
    assert first.status == 1
    assert "2 files: 1 done, 0 were done before, 1 failed" in first.out
    assert "analyzer models pull" in analyzer("list").out
    monkeypatch.setenv("ANALYZER_ENGINE", "sphinx")
    assert "2 files: 1 done, 1 were done before, 0 failed" in analyzer("batch", folder).out


def test_an_empty_folder_and_a_missing_one(analyzer, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert analyzer("batch", tmp_path / "empty").status == 0
    assert analyzer("batch", tmp_path / "nowhere").status == 2


def test_killed_at_any_moment_a_batch_loses_and_doubles_nothing(folder: Path, tmp_path: Path) -> None:
    """SIGKILL leaves no time to tidy up; the next run finishes the rest."""
    for n in range(6, 40):
        (folder / f"call {n}.txt").write_text(talk(n))
    environment = os.environ | {"ANALYZER_LIBRARY": str(tmp_path / "library")}
    command = [sys.executable, "-m", "analyzer", "batch", str(folder)]
    moments = random.Random(7)
    for _ in range(5):
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        time.sleep(moments.uniform(0.3, 1.0))
        process.send_signal(signal.SIGKILL)
        process.wait()
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
    listed = subprocess.run(
        [sys.executable, "-m", "analyzer", "list", "--json"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    rows = json.loads(listed.stdout)
    assert [row["state"] for row in rows] == ["done"] * 40
    assert len({row["source_path"] for row in rows}) == 40
    assert len(list((tmp_path / "library" / "reports").glob("*.html"))) == 40
