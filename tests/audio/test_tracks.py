"""Two files, one a participant, are one meeting."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analyzer.audio.decode import RATE, decode
from analyzer.audio.tracks import join_tracks
from analyzer.errors import InputError
from tests.audio.conftest import SECONDS


def joined(paths: list[Path], tmp_path: Path) -> np.ndarray:
    samples = decode(join_tracks(paths, tmp_path / "tracks"), tmp_path / "joined.s16")
    return samples.read(0, samples.count)


def test_tracks_that_began_together_stay_so(tracks: np.ndarray, write_wav, tmp_path: Path) -> None:
    paths = [write_wav(tracks[0], name="a.wav"), write_wav(tracks[1, : 50 * RATE], name="b.wav")]
    sound = joined(paths, tmp_path)
    assert sound.shape == (2, SECONDS * RATE)
    assert np.abs(sound[0] - tracks[0]).max() < 0.001
    assert np.abs(sound[1, : 50 * RATE] - tracks[1, : 50 * RATE]).max() < 0.001
    assert not sound[1, 50 * RATE :].any()


@pytest.mark.parametrize("late", [3.5, 17.25])
@pytest.mark.parametrize("second", [True, False])
def test_faint_cross_talk_shows_that_one_began_later(
    late: float, second: bool, tracks: np.ndarray, write_wav, tmp_path: Path
) -> None:
    noise = np.random.default_rng(1).normal(0, 0.0005, tracks.shape)
    heard = tracks + 10 ** (-25 / 20) * tracks[::-1] + noise
    cut = [heard[0], heard[1]]
    cut[second] = cut[second][round(late * RATE) :]
    sound = joined([write_wav(one, name=f"{n}.wav") for n, one in enumerate(cut)], tmp_path)
    assert sound.shape[1] == pytest.approx(SECONDS * RATE, abs=0.03 * RATE)
    own = sound[int(second)]
    fit = [np.corrcoef(np.abs(own[round((late + 1) * RATE) + s :][: 30 * RATE]),
                       np.abs(heard[int(second)][round((late + 1) * RATE) :][: 30 * RATE]))[0, 1]
           for s in range(-320, 321, 40)]  # fmt: skip
    assert max(fit) > 0.5


def test_the_same_tracks_are_the_same_recording(tracks: np.ndarray, write_wav, tmp_path: Path) -> None:
    paths = [write_wav(tracks[n, : 5 * RATE], name=f"{n}.wav") for n in (0, 1)]
    first = join_tracks(paths, tmp_path / "tracks")
    made = first.stat().st_mtime_ns
    assert join_tracks(paths, tmp_path / "tracks") == first
    assert first.stat().st_mtime_ns == made
    assert join_tracks(paths[::-1], tmp_path / "tracks") != first
    assert [path.name for path in (tmp_path / "tracks").iterdir() if path.is_dir()] == []


def test_one_track_twice_is_a_mistake(tracks: np.ndarray, write_wav, tmp_path: Path) -> None:
    path = write_wav(tracks[0, :RATE])
    with pytest.raises(InputError, match="same recording"):
        join_tracks([path, path], tmp_path)
    with pytest.raises(InputError, match="give two"):
        join_tracks([path], tmp_path)


@pytest.mark.parametrize("count", [3, 5, 8])
def test_each_of_many_tracks_keeps_its_channel(count: int, write_wav, tmp_path: Path) -> None:
    tones = [0.1 * np.sin(np.arange(RATE) * (0.02 + 0.01 * n)) for n in range(count)]
    sound = joined([write_wav(tone, name=f"{n}.wav") for n, tone in enumerate(tones)], tmp_path)
    assert sound.shape == (count, RATE)
    assert all(np.abs(one - tone).max() < 0.001 for one, tone in zip(sound, tones, strict=True))


def test_a_third_track_is_aligned_by_whoever_is_heard_in_it(tracks: np.ndarray, write_wav, tmp_path: Path) -> None:
    """The second speaker is faint in the third track; the first is in neither, so nothing is known of his clock."""
    third = 10 ** (-25 / 20) * tracks[1] + np.random.default_rng(3).normal(0, 0.0005, tracks.shape[1])
    third[20 * RATE : 25 * RATE] += tracks[0, 5 * RATE : 10 * RATE]
    late = round(6.5 * RATE)
    hum = 0.01 * np.sin(np.arange(tracks.shape[1]) * 0.05)
    sound = joined([write_wav(one, name=f"{n}.wav") for n, one in enumerate((hum, tracks[1], third[late:]))], tmp_path)
    assert not sound[2, : late - RATE].any()
    assert sound.shape[1] == pytest.approx(SECONDS * RATE, abs=0.03 * RATE)


def test_more_tracks_than_a_file_holds_are_a_mistake(write_wav, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="9 tracks were given"):
        join_tracks([write_wav(np.zeros(RATE), name=f"{n}.wav") for n in range(9)], tmp_path)
