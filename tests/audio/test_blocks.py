"""Where a long recording is cut; how speech is laid together for a recogniser and its times laid out again."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.audio.blocks import BLOCK, Block, blocks
from analyzer.audio.channels import Channels
from analyzer.audio.decode import RATE
from analyzer.audio.packing import KEPT, LEAST, Packed, pack
from analyzer.model import Span


def channels(energy: np.ndarray) -> Channels:
    energy = np.atleast_2d(energy).astype(np.float32)
    return Channels("stereo", tuple(range(len(energy))), energy, np.ones(len(energy)))


def test_blocks_cover_everything_once_and_cut_where_it_is_quiet() -> None:
    energy = np.ones((2, 150_000))
    energy[:, 57_000:57_100] = 0  # a second of silence within the last minute of the first block
    energy[0, 59_000:59_200] = 0  # here the other one speaks
    found = list(blocks(channels(energy)))
    assert (found[0].first_frame, found[-1].last_frame) == (0, 150_000)
    assert all(one.last_frame == other.first_frame for one, other in pairwise(found))
    assert all(block.duration <= BLOCK for block in found)
    assert 57_000 < found[0].last_frame < 57_100


@given(st.integers(1, 400_000), st.integers(0, 9))
def test_no_block_is_longer_than_ten_minutes_whatever_the_length(frames: int, seed: int) -> None:
    energy = np.random.default_rng(seed).random(frames)
    found = list(blocks(channels(energy)))
    assert sum(block.last_frame - block.first_frame for block in found) == frames
    assert all(0 < block.duration <= 600 for block in found)


def test_a_block_knows_its_start() -> None:
    assert Block(150, 300).start == pytest.approx(1.5)


def packed_alone(audio: np.ndarray, spans: list[Span], joins: float, longest: float) -> Packed:
    return pack([spans], lambda part: audio, joins, longest)


spans = st.lists(st.integers(1, 400), min_size=2, max_size=24).map(
    lambda steps: [
        Span(sum(steps[:i]) / 100, sum(steps[: i + 1]) / 100) for i in range(1, len(steps), 2)
    ]  # every other step is silence
)


@settings(max_examples=40, deadline=None)
@given(spans, st.sampled_from([0.0, 0.8, np.inf]), st.floats(1, 30))
def test_clips_hold_all_speech_and_give_its_times_back(found: list[Span], joins: float, longest: float) -> None:
    audio = np.arange(round(found[-1].end * RATE) + RATE, dtype=np.float32)  # each sample is its own time
    packed = packed_alone(audio, found, joins, longest)
    assert packed.clips[0].start == 0
    assert packed.clips[-1].end == pytest.approx(len(packed.audio) / RATE)
    assert all(a.end == b.start for a, b in pairwise(packed.clips))
    held = set(packed.audio.astype(int).tolist())
    assert all(set(range(round(s.start * RATE), round(s.end * RATE))) <= held for s in found)
    for at in range(0, len(packed.audio) - 1, 997):
        part, start, end = packed.original(at / RATE, (at + 1) / RATE)
        assert part == 0
        assert start == pytest.approx(packed.audio[at] / RATE, abs=1e-6)
        assert 0 <= end - start <= 1 / RATE + 1e-9
    single = {round(s.duration, 6) for s in found}
    assert all(c.duration <= longest + 1e-6 or round(c.duration, 6) in single for c in packed.clips)


def test_long_silence_is_left_out_and_short_silence_stays() -> None:
    audio = np.zeros(20 * RATE, np.float32)
    packed = packed_alone(audio, [Span(1, 2), Span(2.3, 3), Span(15, 16)], np.inf, 30)
    assert len(packed.clips) == 1
    assert packed.clips[0].duration == pytest.approx(2 + KEPT + 1)
    assert packed.original(2.1 + KEPT, 2.5 + KEPT) == pytest.approx((0, 15.1, 15.5), abs=1e-6)


def test_a_word_does_not_reach_over_the_silence_that_was_left_out() -> None:
    packed = packed_alone(np.zeros(20 * RATE, np.float32), [Span(1, 2), Span(15, 16)], np.inf, 30)
    _, start, end = packed.original(0.9, 1.1 + KEPT / 2)
    assert start == pytest.approx(1.9)
    assert end <= 2 + KEPT / 2 + 1e-6


def test_nothing_to_hear_makes_no_clips() -> None:
    packed = packed_alone(np.zeros(RATE, np.float32), [], np.inf, 30)
    assert (packed.clips, packed.audio.size) == ((), 0)


def test_silence_gives_way_before_speech_moves_to_another_clip() -> None:
    """A recogniser pays for a clip as for a full window; a pause says as much at half its length."""
    audio = np.zeros(60 * RATE, np.float32)
    talk = [Span(n * 5.0, n * 5.0 + 3.2) for n in range(9)]  # 28.8 s of speech, 8 gaps: 31.2 s with all of `KEPT`
    packed = packed_alone(audio, talk, np.inf, 29.8)
    assert len(packed.clips) == 1
    assert 28.8 + 8 * LEAST < packed.clips[0].duration <= 29.8
    assert len(packed_alone(audio, [*talk, Span(50, 51)], np.inf, 29.8).clips) == 2


@settings(max_examples=40, deadline=None)
@given(st.lists(spans, min_size=2, max_size=5), st.floats(8, 30))
def test_channels_share_clips_and_get_their_own_times_back(parts: list[list[Span]], longest: float) -> None:
    """Where one channel ends in the middle of a window, the next begins in it."""
    count = round(max(part[-1].end for part in parts) * RATE) + RATE
    sounds = [np.full(count, n, np.float32) for n in range(len(parts))]
    together = pack(parts, sounds.__getitem__, np.inf, longest)
    apart = [packed_alone(sound, part, np.inf, longest) for sound, part in zip(sounds, parts, strict=True)]
    assert len(together.clips) <= sum(len(one.clips) for one in apart)
    for at in range(0, len(together.audio) - 1, 997):
        assert together.original(at / RATE, (at + 1) / RATE).part == together.audio[at]
    assert len(pack(parts, sounds.__getitem__, 0.8, longest).clips) >= len(parts)


def test_words_run_together_by_the_recogniser_go_back_to_their_channels() -> None:
    """A phrase may begin in one channel's last words and end in the next one's first."""
    from analyzer.audio.recognise import _placed
    from analyzer.audio.transcriber import Phrase
    from analyzer.model import Word

    sound = np.zeros(9 * RATE, np.float32)
    packed = pack([[Span(5, 6)], [Span(1, 2)]], lambda part: sound, np.inf, 30)
    assert len(packed.clips) == 1
    phrase = Phrase(
        (Word("by", 0.2, 0.4), Word("Friday.", 0.4, 0.9), Word("Good.", 1.0 + KEPT + 0.1, 1.0 + KEPT + 0.5))
    )
    placed = list(_placed(phrase, packed))
    assert [(part, [word.text for word in own.words]) for part, own in placed] == [
        (0, ["by", "Friday."]),
        (1, ["Good."]),
    ]
    assert placed[0][1].words[0].start == pytest.approx(5.2, abs=1e-6)
    assert placed[1][1].words[0].start == pytest.approx(1.1, abs=1e-6)
