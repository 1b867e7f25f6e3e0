"""Long work says how far it is, and how long it will still take."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.cli.common import LineProgress


def progress(*times: float) -> LineProgress:
    """Return progress whose clock shows these times, the first when it is made."""
    return LineProgress("call.wav", every=15, clock=iter(times).__next__)


def test_the_time_that_is_left_follows_the_pace_of_the_running_stage(capsys: pytest.CaptureFixture[str]) -> None:
    told = progress(0.0, 2.0, 4.0, 64.0)
    for what, at in (("decode", 3600.0), ("words", 1200.0), ("words", 1800.0)):
        told(what, at, 3600.0)
    assert capsys.readouterr().err == "call.wav: words 30.0 of 60.0 min, about 3 min left\n"


def test_without_a_pace_nothing_is_promised(capsys: pytest.CaptureFixture[str]) -> None:
    told = progress(0.0, 20.0, 40.0)
    told("decode", 60.0, None)
    told("decode", 60.0, None)
    assert capsys.readouterr().err.count("1.0 min\n") == 2


@pytest.mark.parametrize("command", ["upload", "batch"])
def test_ctrl_c_is_answered_by_one_line(analyzer, dialogue: Path, command: str, monkeypatch) -> None:
    """With what is done, and that nothing of it is lost."""
    from analyzer.pipeline import Pipeline

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Pipeline, "run", stop)
    result = analyzer(command, dialogue if command == "upload" else dialogue.parent)
    assert result.status == 130
    (line,) = result.err.splitlines()
    assert "stopped" in line
    assert "goes on there" in line
    assert ("after 0 of 1 files" in line) == (command == "batch")
    assert result.out == ""


def test_a_watch_that_is_stopped_in_its_first_file_says_so(analyzer, dialogue: Path, monkeypatch) -> None:
    """There is a file in the folder: the last line does not deny it."""
    from analyzer.batch import watch
    from analyzer.pipeline import Pipeline

    def stop(self: Pipeline, *_: object) -> None:
        self.progress("words", 12.0, 180.0)
        raise KeyboardInterrupt

    monkeypatch.setattr(Pipeline, "run", stop)
    monkeypatch.setattr(watch, "SETTLED", 0.0)
    monkeypatch.setattr(watch, "EVERY", 0.01)
    monkeypatch.setattr("analyzer.cli.common.LineProgress.__init__.__defaults__", (0.0, iter(range(9)).__next__))
    result = analyzer("batch", dialogue.parent, "--watch")
    assert result.status == 0
    assert result.out == "nothing was finished\n"
    waiting, progress, broken = result.err.splitlines()
    assert "Ctrl-C ends" in waiting
    assert progress == "talk.txt: words 0.2 of 3.0 min"
    assert broken == "talk.txt: broken off; the next run goes on there"
