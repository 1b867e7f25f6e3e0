"""Two people on two channels, whatever the recording does to them: level, cross-talk, the same sound twice, overlaps."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from analyzer.audio.decode import RATE
from analyzer.audio.recognise import Heard, recognise
from tests.audio.conftest import SECONDS
from tests.audio.scribe import Scribe
from tests.conftest import JUNIPER

pytestmark = pytest.mark.speech


@pytest.fixture(scope="module")
def turns() -> list[tuple[int, float, float]]:
    found = json.loads((JUNIPER / "truth.json").read_text(encoding="utf-8"))["turns"]
    names = list(dict.fromkeys(turn["speaker"] for turn in found))
    return [(names.index(t["speaker"]), t["start"], t["end"]) for t in found if t["end"] < SECONDS]


def heard(tracks: np.ndarray, write_wav, tmp_path: Path) -> Heard:
    return recognise(write_wav(tracks), Scribe(), tmp_path, lambda *_: None)


def crossed(tracks: np.ndarray, decibel: float | None) -> np.ndarray:
    return tracks if decibel is None else tracks + 10 ** (-decibel / 20) * tracks[::-1]


def seconds_by_speaker(heard: Heard, turns: list[tuple[int, float, float]]) -> np.ndarray:
    """Return seconds heard, by who spoke (rows) and the channel that it was heard in (columns)."""
    matrix = np.zeros((2, 2))
    for speaker, start, end in turns:
        for word in heard.words:
            matrix[speaker, word.channel] += max(0.0, min(end, word.end) - max(start, word.start))
    return matrix


@pytest.mark.parametrize("cross_talk", [None, 20, 10, 6])
@pytest.mark.parametrize("weaker", [0, 15])
def test_each_is_heard_on_his_own_channel_alone(
    cross_talk: float | None, weaker: float, tracks: np.ndarray, turns, write_wav, tmp_path: Path
) -> None:
    sound = crossed(tracks, cross_talk) * np.array([[1.0], [10 ** (-weaker / 20)]])
    matrix = seconds_by_speaker(heard(sound, write_wav, tmp_path), turns)
    spoken = [sum(end - start for who, start, end in turns if who == speaker) for speaker in (0, 1)]
    assert np.diag(matrix) / spoken == pytest.approx([1.0, 1.0], abs=0.08)
    assert matrix[0, 1] + matrix[1, 0] < 0.02 * sum(spoken)


def test_both_are_heard_where_they_speak_at_once(tracks: np.ndarray, write_wav, tmp_path: Path) -> None:
    """The second speaker is moved into the first one's turns; neither may be lost while both speak."""
    sound = np.stack([tracks[0], np.roll(tracks[1], -round(2.5 * RATE))])
    alone = [heard(np.stack([one, one * 0]), write_wav, tmp_path) for one in sound]
    both = heard(crossed(sound, 15), write_wav, tmp_path)
    for channel in (0, 1):
        whole = sum(word.end - word.start for word in alone[channel].words)
        found = sum(word.end - word.start for word in both.words if word.channel == channel)
        assert found / whole > 0.9


@pytest.mark.parametrize("level", [1.0, 0.3])
def test_the_same_sound_twice_is_written_down_once(level: float, tracks: np.ndarray, write_wav, tmp_path: Path) -> None:
    mono = tracks.sum(axis=0)
    found = heard(np.stack([mono, level * mono]), write_wav, tmp_path)
    assert (found.layout, found.channels) == ("dual mono", (0,))
    assert any("same sound" in warning for warning in found.source.warnings)


@pytest.mark.parametrize("hum", [0.0, 0.0003])
def test_a_silent_channel_says_nothing(hum: float, tracks: np.ndarray, write_wav, tmp_path: Path) -> None:
    mono = tracks.sum(axis=0)
    noise = hum * np.sin(np.arange(len(mono)) * 0.02)
    found = heard(np.stack([noise, mono]), write_wav, tmp_path)
    assert (found.layout, found.channels) == ("one silent channel", (1,))
    assert {word.channel for word in found.words} == {1}


def test_one_who_hardly_speaks_is_still_heard(tracks: np.ndarray, turns, write_wav, tmp_path: Path) -> None:
    """A channel's level is that of its own speech, however little there is of it."""
    quiet = tracks.copy()
    first = next(turn for turn in turns if turn[0] == 1)
    quiet[1, round((first[2] + 0.2) * RATE) :] = 0
    found = heard(crossed(quiet, 15), write_wav, tmp_path)
    matrix = seconds_by_speaker(found, [first, *(turn for turn in turns if turn[0] == 0)])
    assert matrix[1, 1] > 0.9 * (first[2] - first[1])
    assert matrix[0, 1] < 0.02 * matrix[0, 0]


@pytest.mark.parametrize("cross_talk", [None, 15])
def test_each_of_three_is_heard_on_his_own_channel_alone(
    cross_talk: float | None, tracks: np.ndarray, turns, write_wav, tmp_path: Path
) -> None:
    """Somebody takes over the second one's turns half-way; a mix and a copy come with the file, as meeting tools do it."""
    half = SECONDS // 2 * RATE
    three = np.stack([tracks[0], tracks[1], tracks[1]])
    three[1, half:], three[2, :half] = 0, 0
    mixed = three if cross_talk is None else three + 10 ** (-cross_talk / 20) * (three.sum(axis=0) - three)
    found = heard(np.vstack([mixed, mixed.sum(axis=0), mixed[:1]]), write_wav, tmp_path)
    assert (found.layout, found.channels) == ("several channels", (0, 1, 2))
    told = " ".join(found.source.warnings)
    assert "channel 4 is a mix" in told
    assert "channel 5 holds the same sound as channel 1" in told
    matrix, spoken = np.zeros((3, 3)), np.zeros(3)
    for speaker, start, end in turns:
        who = 2 if speaker == 1 and start > SECONDS / 2 else speaker
        spoken[who] += end - start
        for word in found.words:
            matrix[who, word.channel] += max(0.0, min(end, word.end) - max(start, word.start))
    assert np.diag(matrix) / spoken == pytest.approx([1.0] * 3, abs=0.1)
    assert matrix.sum() - np.trace(matrix) < 0.03 * spoken.sum()
