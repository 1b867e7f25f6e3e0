"""What tests of recordings share: a minute of talk with a speaker a channel, decoded once."""

from __future__ import annotations

import numpy as np
import pytest

from analyzer.audio.decode import RATE, decode
from tests.conftest import JUNIPER

SECONDS = 60


@pytest.fixture(scope="session")
def tracks(tmp_path_factory: pytest.TempPathFactory) -> np.ndarray:
    """Return the minute, shape (2, samples); tests share it, so none can write to it."""
    sound = decode(JUNIPER / "stereo.opus", tmp_path_factory.mktemp("tracks") / "s").read(0, SECONDS * RATE)
    sound.flags.writeable = False
    return sound
