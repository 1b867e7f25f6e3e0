"""What the tests of pages share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from analyzer.model import Analysis, Participant, Transcript
from analyzer.transcript.read import read_transcript
from tests.conftest import JUNIPER
from tests.report.browser import started
from tests.report.made import analysis_of


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Start a browser for a module: its driver keeps an event loop running, which others could not start then."""
    with started() as browser:
        yield browser


@pytest.fixture(scope="session")
def juniper() -> Analysis:
    """A whole one-to-one, as from its transcript."""
    read = read_transcript(JUNIPER / "truth.json")
    people = tuple(Participant(name, role, "file") for name, role in read.roles)  # type: ignore[arg-type]
    transcript = Transcript(read.turns, people, read.source)
    return analysis_of(transcript, date=read.date, manager="Martin Hale", rep="Erin Costa")


@pytest.fixture(scope="session")
def heard(juniper: Analysis) -> Analysis:
    """The same as from its recording."""
    info = replace(juniper.meeting, source_name="stereo.opus", source_path=str(JUNIPER / "stereo.opus"))
    source = replace(juniper.transcript.source, kind="recording", engine="whisper")
    return replace(juniper, meeting=info, transcript=replace(juniper.transcript, source=source))
