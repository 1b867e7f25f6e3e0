"""Long work says how far it is, and how long it will still take."""

from __future__ import annotations

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
