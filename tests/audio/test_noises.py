"""Nobody speaks: no words, with a recogniser that says a sentence over whatever it is given, and is sure of it.

The sounds are made here, so a real recording of hold music may still fool the voice detector; the guards behind it are
tested in `test_guards.py`.
"""

from __future__ import annotations

import json
import wave
from pathlib import Path

import numpy as np
import pytest

from analyzer.audio.decode import RATE
from analyzer.audio.recognise import Heard, recognise
from analyzer.audio.speech import find_speech
from analyzer.audio.transcriber import Hints
from analyzer.audio.whisper import WhisperTranscriber
from tests.audio.parrot import FIXTURE, write_parrot
from tests.conftest import JUNIPER

pytestmark = pytest.mark.speech
SAYS = "Good. What would it take to bring the second site in?"
SECONDS = 20
TIME = np.arange(SECONDS * RATE) / RATE


def tone(*hertz: float) -> np.ndarray:
    return sum(np.sin(2 * np.pi * f * TIME) for f in hertz) / len(hertz)


def hiss(colour: float) -> np.ndarray:
    """Return noise whose power falls with frequency to the power of ``colour``."""
    spectrum = np.fft.rfft(np.random.default_rng(1).normal(size=len(TIME)))
    spectrum[1:] /= np.arange(1, len(spectrum)) ** (colour / 2)
    noise = np.fft.irfft(spectrum, len(TIME))
    return noise / np.abs(noise).max()


def music(beat: float, vibrato: float) -> np.ndarray:
    """Return chords of plucked or bowed notes with overtones."""
    sound = np.zeros(len(TIME))
    at = np.arange(round(beat * RATE)) / RATE
    fade = np.exp(-3 * at) if not vibrato else np.minimum(at, beat - at) / beat
    for n in range(int(SECONDS / beat)):
        for note in ((220, 277, 330), (196, 247, 294), (175, 220, 262), (165, 208, 247))[n // 4 % 4]:
            phase = 2 * np.pi * note * at + vibrato * np.sin(2 * np.pi * 5.5 * at)
            chord = sum(np.sin(k * phase) / k**1.3 for k in range(1, 8)) * fade
            sound[n * len(at) : (n + 1) * len(at)] += chord[: len(sound) - n * len(at)]
    return sound / np.abs(sound).max()


NOISES = {
    "silence": np.zeros(len(TIME)),
    "white hiss": 0.1 * hiss(0),
    "pink hiss": 0.3 * hiss(1),
    "rumble": 0.5 * hiss(2),
    "hold tone": 0.3 * tone(440),
    "mains hum": 0.3 * tone(50, 150, 250),
    "ringing": 0.4 * tone(440, 480) * (TIME % 6 < 2),
    "dialling": 0.4 * tone(770, 1336) * (TIME % 0.4 < 0.15),
    "plucked music": 0.4 * music(0.5, 0.0),
    "bowed music": 0.4 * music(0.4, 0.05),
}


@pytest.fixture(scope="module")
def parrot(tmp_path_factory: pytest.TempPathFactory) -> WhisperTranscriber:
    return WhisperTranscriber(write_parrot(tmp_path_factory.mktemp("p") / "model", SAYS), "parrot", 1)


def hear(path: Path, transcriber: WhisperTranscriber, tmp_path: Path) -> Heard:
    return recognise(path, transcriber, tmp_path, lambda *_: None, Hints("en"))


def text(heard: Heard) -> str:
    return " ".join(word.text for word in heard.words)


@pytest.mark.parametrize("name", NOISES)
def test_where_nobody_speaks_there_are_no_words(
    name: str, parrot: WhisperTranscriber, write_wav, tmp_path: Path
) -> None:
    heard = hear(write_wav(NOISES[name]), parrot, tmp_path)
    assert text(heard) == ""
    assert heard.speech == ()


def test_the_recogniser_left_alone_would_have_invented_words(parrot: WhisperTranscriber) -> None:
    """Else the tests above would say nothing."""
    from analyzer.model import Span

    (phrase,) = parrot.phrases(np.zeros(5 * RATE, np.float32), [Span(0, 5)], Hints("en"))
    assert " ".join(word.text for word in phrase.words) == SAYS
    assert phrase.log_probability is not None
    assert phrase.log_probability > -0.5


def test_an_hour_of_silent_tail_adds_nothing(write_wav, tmp_path: Path) -> None:
    """With the recogniser of the project's recordings: what is said comes back, and nothing else."""
    from analyzer.audio.decode import decode

    turns = json.loads((JUNIPER / "truth.json").read_text(encoding="utf-8"))["turns"]
    end = round((turns[5]["end"] + 0.2) * RATE)
    spoken = decode(JUNIPER / "mono.opus", tmp_path / "s.s16").read(0, end)[0]
    whisper = WhisperTranscriber(FIXTURE, "fixture", 1)
    hiss = np.random.default_rng(1).normal(0, 0.0003, 300 * RATE).astype(np.float32)
    path = write_wav(np.concatenate([spoken, hiss]))
    with wave.open(str(path), "rb") as sound:
        frames = sound.readframes(sound.getnframes())
    with wave.open(str(tmp_path / "hour.wav"), "wb") as out:
        out.setparams((1, 2, RATE, 0, "NONE", ""))
        out.writeframes(frames + bytes(2 * 3_300 * RATE))
    short, long = (hear(one, whisper, tmp_path) for one in (write_wav(spoken), tmp_path / "hour.wav"))
    assert len(short.words) > 30
    assert text(long) == text(short)
    assert max(word.end for word in long.words) < end / RATE


def test_a_click_is_no_speech() -> None:
    clicks = np.zeros(10 * RATE, np.float32)
    clicks[:: RATE // 2] = 1.0
    assert find_speech(clicks).spans == ()


def test_speech_between_silences_is_found_at_its_time(tmp_path: Path) -> None:
    from analyzer.audio.decode import decode

    spoken = decode(JUNIPER / "mono.opus", tmp_path / "s.s16").read(0, 6 * RATE)[0]
    sound = np.concatenate([np.zeros(100 * RATE, np.float32), spoken, np.zeros(50 * RATE, np.float32)])
    alone, among = find_speech(spoken), find_speech(sound)
    assert among.spans[0].start == pytest.approx(100 + alone.spans[0].start, abs=0.15)
    lengths = [sum(span.duration for span in found.spans) for found in (among, alone)]
    assert lengths[0] == pytest.approx(lengths[1], abs=0.3)
