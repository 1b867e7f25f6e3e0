"""Recordings that come into a folder are taken once they have stopped growing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from analyzer.batch.folder import run_folder
from analyzer.batch.watch import EVERY, SETTLED, watched
from analyzer.config import Settings
from analyzer.errors import InputError
from analyzer.pipeline import Pipeline
from analyzer.store.library import Library

TALK = "Dana: Did customer {} sign?\nJules: No, I'll call them by Friday.\nDana: Good.\n"


class Clock:
    """Time that passes by sleeping alone; what is to happen at a time happens then, and Ctrl-C at the end."""

    def __init__(self, end: float, *events: tuple[float, Callable[[], object]]) -> None:
        self.now = 0.0
        self._end = end
        self._events = sorted(events, key=lambda event: event[0])

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        while self._events and self._events[0][0] <= self.now:
            self._events.pop(0)[1]()
        if self.now >= self._end:
            raise KeyboardInterrupt


def taken(folder: Path, clock: Clock) -> list[tuple[str, float]]:
    """Return what was taken, and when."""
    found = []
    with suppress(KeyboardInterrupt):
        for path in watched(folder, clock, clock.sleep):
            found.append((path.name, clock.now))
    return found


def append(path: Path, text: str) -> Callable[[], object]:
    def write() -> None:
        with path.open("a") as file:
            file.write(text)

    return write


def test_a_file_is_taken_when_it_has_stopped_growing(tmp_path: Path) -> None:
    growing = tmp_path / "b.wav"
    (tmp_path / "a.txt").write_text("there from the start")
    found = taken(tmp_path, Clock(60, *((at, append(growing, "more")) for at in (3, 8, 16, 25))))
    assert [name for name, _ in found] == ["a.txt", "b.wav"]
    when = dict(found)
    assert SETTLED <= when["a.txt"] <= SETTLED + EVERY
    assert 25 + SETTLED <= when["b.wav"] <= 25 + SETTLED + 2 * EVERY


def test_each_is_taken_once_and_again_when_it_or_its_sidecar_changes(tmp_path: Path) -> None:
    talk, sidecar = tmp_path / "a.txt", tmp_path / "a.meta.json"
    talk.write_text("x")
    clock = Clock(200, (60, append(sidecar, '{"title": "T"}')), (120, append(talk, "y")))
    found = taken(tmp_path, clock)
    assert [name for name, _ in found] == ["a.txt"] * 3
    assert [at > after for (_, at), after in zip(found, (0, 60, 120), strict=True)] == [True] * 3


def test_an_empty_file_has_not_begun_and_one_that_goes_away_is_forgotten(tmp_path: Path) -> None:
    empty, passing = tmp_path / "empty.wav", tmp_path / "passing.wav"
    empty.touch()
    passing.write_text("x")
    clock = Clock(60, (4, passing.unlink), (30, append(empty, "begun")))
    assert [name for name, _ in taken(tmp_path, clock)] == ["empty.wav"]


def test_a_folder_that_is_not_there_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        next(watched(tmp_path / "nowhere", lambda: 0.0, lambda seconds: None))


def test_what_comes_in_goes_the_way_of_a_batch(tmp_path: Path) -> None:
    """One that fails does not stop the others, and what was finished before is not done again."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "first.txt").write_text(TALK.format(1))
    pipeline = Pipeline(Settings(), Library(tmp_path / "library"))
    pipeline.run(pipeline.intake(folder / "first.txt"))
    late = (
        (20, append(folder / "broken.txt", "no names")),
        (30, append(folder / "garbage.mp3", "x\0" * 999)),
        (40, append(folder / "second.txt", TALK.format(2))),
    )
    clock, outcomes = Clock(90, *late), []
    with suppress(KeyboardInterrupt):
        for outcome in run_folder(pipeline, watched(folder, clock, clock.sleep), False, lambda path: None):
            outcomes.append((outcome.path.name, outcome.state))
    failed = [("broken.txt", "failed"), ("garbage.mp3", "failed")]
    assert outcomes == [("first.txt", "kept"), *failed, ("second.txt", "done")]


_WATCH = """
import signal, sys
from analyzer.batch import watch
from analyzer.cli import main

watch.SETTLED, watch.EVERY = 0.2, 0.05
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell in the background has it ignored
sys.argv = ["analyzer", "batch", sys.argv[1], "--watch", *sys.argv[2:]]
main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal")
def test_ctrl_c_ends_it_with_what_was_done(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    environment = os.environ | {"ANALYZER_LIBRARY": str(tmp_path / "library")}
    command = [sys.executable, "-c", _WATCH, str(folder)]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stderr
        for n, name in enumerate(("one.txt", "two.txt"), 1):
            (folder / name).write_text(TALK.format(n))
            assert process.stdout.readline() == f"[{n}] done     {name}\n"
        process.send_signal(signal.SIGINT)
        assert process.stdout.read() == "2 files: 2 done, 0 were done before, 0 failed\n"
        assert process.wait() == 0
        assert "Ctrl-C ends" in process.stderr.read()
