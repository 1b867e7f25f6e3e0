"""Which channel speaks; what is the same sound twice; what is silence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analyzer.audio.channels import examine, gate
from analyzer.audio.decode import decode


def voices(seconds: int = 60, turn: int = 3) -> np.ndarray:
    """Two noise voices that take turns, shape (2, n)."""
    noise = np.random.default_rng(1)
    tracks = np.zeros((2, seconds * 16_000))
    for at in range(0, seconds, turn):
        part = slice(at * 16_000, (at + turn) * 16_000)
        syllables = np.abs(np.sin(np.arange(turn * 16_000) / 1500.0))
        tracks[at // turn % 2, part] = noise.normal(0, 0.1, turn * 16_000) * syllables
    return tracks


def examined(tracks: np.ndarray, write_wav, tmp_path: Path):
    samples = decode(write_wav(tracks), tmp_path / "raw")
    return samples, examine(samples)


def share_right(open_: np.ndarray, turn: int = 3) -> float:
    truth = np.arange(open_.shape[1]) // (turn * 100) % 2
    return float(((open_[0] == (truth == 0)) & (open_[1] == (truth == 1))).mean())


@pytest.mark.parametrize("bleed", [None, 20, 15, 10, 6])
@pytest.mark.parametrize("weaker", [0, 12])
def test_the_speaker_dominates_with_cross_talk_and_unequal_levels(bleed, weaker, write_wav, tmp_path: Path) -> None:
    tracks = voices()
    if bleed:
        tracks = tracks + 10 ** (-bleed / 20) * tracks[::-1]
    tracks[1] *= 10 ** (-weaker / 20)
    _, channels = examined(tracks, write_wav, tmp_path)
    assert channels.layout == "stereo"
    assert share_right(channels.open()) > 0.98


def test_the_same_mono_twice_is_not_two_speakers(write_wav, tmp_path: Path) -> None:
    mono = voices().sum(axis=0)
    noise = np.random.default_rng(2).normal(0, 0.0005, (2, len(mono)))
    _, channels = examined(np.stack([mono, mono * 0.5]) + noise, write_wav, tmp_path)
    assert channels.layout == "dual mono"
    assert channels.used == (0,)


def test_a_silent_channel_is_left_out(write_wav, tmp_path: Path) -> None:
    tracks = voices()
    tracks[0] = 0
    _, channels = examined(tracks, write_wav, tmp_path)
    assert channels.layout == "one silent channel"
    assert channels.used == (1,)


def test_gating_mutes_the_cross_talk(write_wav, tmp_path: Path) -> None:
    tracks = voices()
    tracks = tracks + 10 ** (-15 / 20) * tracks[::-1]
    samples, channels = examined(tracks, write_wav, tmp_path)
    heard = gate(samples.read(0, samples.count)[0], channels.open()[0])
    inside_other = heard[int(3.3 * 16_000) : int(5.7 * 16_000)]
    inside_own = heard[int(6.3 * 16_000) : int(8.7 * 16_000)]
    assert np.abs(inside_other).max() == 0
    assert np.abs(inside_own).max() > 0.1


def people(count: int, seconds: int = 60, turn: int = 2) -> np.ndarray:
    """Noise voices that take turns, shape (count, n)."""
    noise = np.random.default_rng(4)
    tracks = np.zeros((count, seconds * 16_000))
    syllables = np.abs(np.sin(np.arange(turn * 16_000) / 1500.0))
    for at in range(0, seconds, turn):
        part = slice(at * 16_000, (at + turn) * 16_000)
        tracks[at // turn % count, part] = noise.normal(0, 0.1, turn * 16_000) * syllables
    return tracks


@pytest.mark.parametrize("bleed", [None, 20, 10, 6])
@pytest.mark.parametrize("count", [3, 5])
def test_everybody_of_several_has_a_channel(count: int, bleed: float | None, write_wav, tmp_path: Path) -> None:
    """A third one's speech is as loud in two others' channels; that does not make them the same."""
    tracks = people(count)
    if bleed:
        tracks = tracks + 10 ** (-bleed / 20) * (tracks.sum(axis=0) - tracks)
    tracks[1] *= 0.25
    _, channels = examined(tracks, write_wav, tmp_path)
    assert (channels.layout, channels.used) == ("several channels", tuple(range(count)))
    open_ = channels.open()
    truth = np.arange(open_.shape[1]) // 200 % count
    assert np.mean([(open_[n] == (truth == n)).mean() for n in range(count)]) > 0.97


def test_what_one_holds_already_is_left_out_and_named(write_wav, tmp_path: Path) -> None:
    tracks = people(3)
    hiss = np.random.default_rng(5).normal(0, 0.0004, tracks.shape)
    channels = np.stack(
        [tracks[0], np.zeros_like(tracks[0]), tracks.sum(axis=0), tracks[1], 0.5 * tracks[0] + hiss[0], tracks[2]]
    )
    _, found = examined(channels, write_wav, tmp_path)
    assert found.used == (0, 3, 5)
    assert found.told() == [
        "channel 2 is silent and was left out",
        "channel 3 is a mix of the others and was left out",
        "channel 5 holds the same sound as channel 1 and was left out",
    ]


def test_one_who_speaks_most_of_the_time_is_not_taken_for_the_mix(write_wav, tmp_path: Path) -> None:
    tracks = people(3)
    tracks[0] = np.where(np.arange(tracks.shape[1]) // 16_000 % 10 < 7, people(1)[0], 0)
    tracks[1:, np.arange(tracks.shape[1]) // 16_000 % 10 < 7] = 0
    _, found = examined(np.vstack([tracks, tracks.sum(axis=0)]), write_wav, tmp_path)
    assert found.used == (0, 1, 2)


def test_the_same_mono_on_six_channels_is_one(write_wav, tmp_path: Path) -> None:
    _, found = examined(np.repeat(people(1), 6, axis=0), write_wav, tmp_path)
    assert len(found.used) == 1
    assert len(found.told()) == 5


@pytest.mark.parametrize("bleed", [None, 15])
def test_one_of_several_who_says_two_words_is_kept(bleed: float | None, write_wav, tmp_path: Path) -> None:
    tracks = people(3)
    tracks[2, 5 * 16_000 :] = 0  # a second of a minute
    if bleed:
        tracks = tracks + 10 ** (-bleed / 20) * (tracks.sum(axis=0) - tracks)
    _, found = examined(np.vstack([tracks, tracks.sum(axis=0)]), write_wav, tmp_path)
    assert found.used == (0, 1, 2)
