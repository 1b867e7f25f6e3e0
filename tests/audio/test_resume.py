"""A long transcription that was killed goes on at its block."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from analyzer.audio.decode import RATE, decode
from analyzer.store.library import Library
from tests.conftest import JUNIPER, ROOT

pytestmark = pytest.mark.speech

_RUN = """
import os, signal, sys
from pathlib import Path
from analyzer.audio import blocks
from analyzer.config import Settings
from analyzer.pipeline import Pipeline
from analyzer.store.library import Library
from tests.audio.scribe import Scribe

blocks.BLOCK = 12.0

class Mortal(Scribe):
    joins = 0.8
    heard = 0
    def phrases(self, audio, clips, hints):
        self.heard += 1
        print("block", flush=True)
        if self.heard == int(sys.argv[3]):
            os.kill(os.getpid(), signal.SIGKILL)
        yield from super().phrases(audio, clips, hints)

library = Library(Path(sys.argv[2]))
pipeline = Pipeline(Settings(), library)
pipeline.hearing.transcriber = Mortal()
told = []
pipeline.progress = lambda what, at, of: told.append((what, round(at, 3), of))
analysis = pipeline.run(pipeline.intake(Path(sys.argv[1])))
at = [a for what, a, of in told if what == "words"]
assert at == sorted(at) and at[-1] == told[-1][2], at
print([(word.start, word.end) for turn in analysis.transcript.turns for word in turn.words])
"""


def run(path: Path, library: Path, dies_at: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", _RUN, str(path), str(library), str(dies_at)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)


def test_a_killed_transcription_goes_on_at_its_block(tmp_path: Path, write_wav) -> None:
    whole = decode(JUNIPER / "mono.opus", tmp_path / "s.s16")
    path = write_wav(whole.read(0, 60 * RATE))
    killed = run(path, tmp_path / "one", dies_at=4)
    assert killed.returncode == -9
    assert killed.stdout.count("block") == 4
    resumed = run(path, tmp_path / "one", dies_at=0)
    assert resumed.returncode == 0, resumed.stderr
    straight = run(path, tmp_path / "two", dies_at=0)
    assert resumed.stdout.count("block") == straight.stdout.count("block") - 3
    assert resumed.stdout.splitlines()[-1] == straight.stdout.splitlines()[-1]


def test_times_are_those_of_the_recording_wherever_it_is_cut(tmp_path: Path, write_wav, monkeypatch) -> None:
    """Speech found block by block stands where speech found in the whole stands."""
    from analyzer.audio import blocks
    from analyzer.audio.recognise import recognise
    from tests.audio.scribe import Scribe

    path = write_wav(decode(JUNIPER / "mono.opus", tmp_path / "s.s16").read(0, 60 * RATE))
    whole = recognise(path, Scribe(), tmp_path, lambda *_: None)
    monkeypatch.setattr(blocks, "BLOCK", 12.0)
    cut = recognise(path, Scribe(), tmp_path, lambda *_: None)
    assert len(cut.words) == len(whole.words) >= 15
    assert [w.start for w in cut.words] == pytest.approx([w.start for w in whole.words], abs=0.1)
    assert [w.end for w in cut.words] == pytest.approx([w.end for w in whole.words], abs=0.1)


def test_the_library_keeps_blocks_only_until_all_words_are_there(tmp_path: Path) -> None:
    from analyzer.model import MeetingInfo

    library = Library(tmp_path)
    info = MeetingInfo("a" * 12, "a.wav", "/a.wav")
    library.start("a" * 64, info, {})
    made = [library.stage(info.id, "words of a block", {"block": n}, int, lambda n=n: n) for n in range(3)]
    assert made == [0, 1, 2]
    assert library.stage(info.id, "words of a block", {"block": 1}, int, lambda: 9) == 1
    library.forget(info.id, "words of a block")
    assert library.stage(info.id, "words of a block", {"block": 1}, int, lambda: 9) == 9
