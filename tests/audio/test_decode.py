"""Any recording becomes samples on disk; damage is skipped and told."""

from __future__ import annotations

import random
import wave
from pathlib import Path

import av
import numpy as np
import pytest

from analyzer.audio.decode import RATE, Samples, decode
from analyzer.errors import AudioError
from tests.conftest import JUNIPER

STEREO = JUNIPER / "stereo.opus"


def encode(target: Path, codec: str, seconds: float | None = None, **options: str) -> Path:
    """Encode the demo recording (or its beginning) again."""
    with av.open(str(STEREO)) as source, av.open(str(target), "w") as out:
        stream = out.add_stream(codec, rate=16_000 if codec != "libopus" else 48_000, layout="stereo", options=options)
        resampler = av.AudioResampler(format=stream.format, layout="stereo", rate=stream.rate)
        fifo = av.AudioFifo()
        for frame in source.decode(audio=0):
            if seconds is not None and frame.time > seconds:
                break
            for resampled in resampler.resample(frame):
                resampled.pts = None
                fifo.write(resampled)
            size = stream.frame_size or 1024
            while fifo.samples >= size:
                out.mux(stream.encode(fifo.read(size)))
        if fifo.samples:
            out.mux(stream.encode(fifo.read()))
        out.mux(stream.encode(None))
    return target


@pytest.mark.parametrize(
    ("suffix", "codec"), [("wav", "pcm_s16le"), ("mp3", "libmp3lame"), ("m4a", "aac"), ("flac", "flac")]
)
def test_the_usual_containers_give_the_same_length(suffix: str, codec: str, tmp_path: Path) -> None:
    samples = decode(encode(tmp_path / f"a.{suffix}", codec, seconds=20), tmp_path / "raw")
    assert samples.channels == 2
    assert samples.duration == pytest.approx(20, abs=0.2)
    assert samples.covered == 1.0
    assert samples.damaged == 0


def test_pieces_are_the_whole_in_order(tmp_path: Path) -> None:
    samples = decode(STEREO, tmp_path / "raw")
    whole = samples.read(0, samples.count)
    assert whole.shape == (2, samples.count)
    assert np.array_equal(np.concatenate(list(samples.pieces(77_777)), axis=1), whole)


def test_a_file_damaged_in_the_middle_is_read_to_its_end(tmp_path: Path) -> None:
    """A plain decode stops at the first damaged packet and says nothing."""
    path = encode(tmp_path / "a.m4a", "aac")
    data = bytearray(path.read_bytes())
    noise = random.Random(1)
    middle = len(data) // 3
    data[middle : middle + 20_000] = noise.randbytes(20_000)
    path.write_bytes(data)
    samples = decode(path, tmp_path / "raw")
    assert samples.duration == pytest.approx(204.2, abs=0.5)
    assert samples.damaged > 0
    assert 0.9 < samples.covered < 1.0
    # What follows the damage stands at its own second.
    undamaged = decode(STEREO, tmp_path / "raw2")
    late = slice(150 * RATE, 151 * RATE)
    assert np.corrcoef(samples.read(late.start, late.stop)[0], undamaged.read(late.start, late.stop)[0])[0, 1] > 0.8


@pytest.mark.parametrize(("suffix", "codec"), [("wav", "pcm_s16le"), ("mp3", "libmp3lame")])
def test_a_cut_file_is_partial(suffix: str, codec: str, tmp_path: Path) -> None:
    path = encode(tmp_path / f"a.{suffix}", codec, seconds=30)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 3])
    samples = decode(path, tmp_path / "raw")
    assert samples.covered == pytest.approx(1 / 3, abs=0.05)


def test_a_wav_written_without_knowing_its_end_is_whole(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.wav", "pcm_s16le", seconds=5)
    data = bytearray(path.read_bytes())
    at = data.index(b"data") + 4
    data[at : at + 4] = b"\xff\xff\xff\xff"
    path.write_bytes(data)
    assert decode(path, tmp_path / "raw").covered == 1.0


def header_only(path: Path) -> None:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(16_000)


def silent_video(path: Path) -> None:
    with av.open(str(path), "w") as out:
        stream = out.add_stream("mpeg4", rate=5)
        stream.width = stream.height = 64
        for _ in range(5):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")))
        out.mux(stream.encode(None))


@pytest.mark.parametrize(
    ("name", "make", "words"),
    [
        ("noise.mp3", lambda path: path.write_bytes(random.Random(2).randbytes(50_000)), "cannot be decoded"),
        ("text.mp3", lambda path: path.write_text("only words"), "cannot be decoded"),
        ("header.wav", header_only, "no samples"),
        ("video.mp4", silent_video, "no sound track"),
    ],
)
def test_what_holds_no_sound_is_one_clear_error(name: str, make: object, words: str, tmp_path: Path) -> None:
    path = tmp_path / name
    make(path)  # type: ignore[operator]
    with pytest.raises(AudioError, match=words) as caught:
        decode(path, tmp_path / "raw")
    assert name in str(caught.value)


def test_tags_that_are_no_utf8_do_not_refuse_a_file(tmp_path: Path, write_wav) -> None:
    path = write_wav(np.zeros((1, 16_000)) + 0.1)
    data = path.read_bytes()
    tag = b"LIST" + (16).to_bytes(4, "little") + b"INFOINAM" + (4).to_bytes(4, "little") + b"caf\xe9"
    data = data[:36] + tag + data[36:]
    path.write_bytes(data[:4] + (len(data) - 8).to_bytes(4, "little") + data[8:])
    samples = decode(path, tmp_path / "raw")
    assert samples.count == 16_000
    assert samples.tags["title"].startswith("caf")


@pytest.mark.parametrize("channels", [3, 6, 12])
def test_many_channels_stay_apart_and_in_their_order(channels: int, tmp_path: Path, write_wav) -> None:
    """Surround formats have a way of mixing their channels; a recorder's channels have none."""
    levels = 0.02 * np.arange(1, channels + 1)
    samples = decode(write_wav(np.repeat(levels[:, None], 8_000, axis=1), rate=8_000), tmp_path / "raw")
    assert (samples.channels, samples.count) == (channels, pytest.approx(16_000, abs=40))
    assert samples.read(8_000, 8_001)[:, 0] == pytest.approx(levels, abs=0.001)
    assert samples.read_channel(2, 8_000, 8_010) == pytest.approx([levels[2]] * 10, abs=0.001)


def test_progress_is_told_in_seconds_of_audio(tmp_path: Path) -> None:
    told: list[tuple[float, float | None]] = []
    samples: Samples = decode(STEREO, tmp_path / "raw", lambda at, of: told.append((at, of)))
    assert told[-1][0] == pytest.approx(samples.duration, abs=0.1)
    assert [at for at, _ in told] == sorted(at for at, _ in told)
