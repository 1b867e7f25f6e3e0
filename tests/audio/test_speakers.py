"""Voices become speakers: words keep their order, doubt withholds, and words are recognised once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analyzer.audio.decode import RATE, decode
from analyzer.audio.diarizer import Voices, build_diarizer
from analyzer.audio.recognise import Heard
from analyzer.audio.speakers import with_voices
from analyzer.errors import InputError, MissingError
from analyzer.hearing import Hearing
from analyzer.model import Commitment, Extracted, Quote, Source, Span, Transcript, Turn, Word
from analyzer.pipeline import Pipeline, sure_of_owners
from analyzer.transcript.merge import turns_of
from analyzer.transcript.metadata import Known
from analyzer.transcript.people import name_people
from tests.audio.scribe import Scribe
from tests.conftest import JUNIPER

SAID = "did the clinic sign|not yet legal has it|and what will you try|i will ask the nurse"


def heard(text: str = SAID) -> Heard:
    words, at = [], 0.0
    for turn in text.split("|"):
        for word in turn.split():
            words.append(Word(word, at, at + 0.3))
            at += 0.4
        at += 1.5
    return Heard(tuple(words), (0,), "mono", Source("recording", "whisper", "m", at), {})


def voices(pattern: Sequence[int | None], sure: float = 0.95, note: str | None = None) -> Voices:
    known = {voice for voice in pattern if voice is not None}
    return Voices(tuple(pattern), tuple(sure for _ in pattern), len(known), note)


def by_turn(text: str = SAID) -> list[int | None]:
    return [n % 2 for n, turn in enumerate(text.split("|")) for _ in turn.split()]


def transcript(of: Heard) -> Transcript:
    return name_people(Transcript(turns_of(of), (), of.source), Known(), numbers=of.channels, voices=True)


def test_words_become_turns_of_their_voices() -> None:
    turns = turns_of(with_voices(heard(), voices(by_turn())))
    assert [(turn.speaker, turn.text) for turn in turns] == [
        (f"Speaker {n % 2 + 1}", text) for n, text in enumerate(SAID.split("|"))
    ]
    assert all(turn.certainty == pytest.approx(0.95) for turn in turns)


def test_a_word_without_voice_goes_with_the_one_before() -> None:
    pattern = by_turn()
    pattern[1] = None
    assert [turn.text for turn in turns_of(with_voices(heard(), voices(pattern)))] == SAID.split("|")


def test_one_voice_alone_changes_nothing_but_says_so() -> None:
    before = heard()
    after = with_voices(before, Voices((0,) * 18, (0.5,) * 18, 1, "two voices could not be told apart"))
    assert after.words == before.words
    assert "could not be told apart" in after.source.warnings[0]


def test_a_third_voice_is_a_speaker_of_its_own_and_said() -> None:
    pattern = [2 if n > 14 else voice for n, voice in enumerate(by_turn())]
    found = with_voices(heard(), voices(pattern, note="a third voice has 10% of the speech"))
    made = transcript(found)
    assert {turn.speaker for turn in made.turns} == {"Speaker 1", "Speaker 2", "Speaker 3"}
    assert [person.role for person in made.participants] == [None] * 3
    assert "a third voice" in made.source.warnings[0]


def test_a_channel_map_says_nothing_of_voices() -> None:
    """Voices are numbered as they are first heard, which no map of channels knows."""
    of = with_voices(heard(), voices(by_turn()))
    known = Known(manager="Dana", rep="Jules", channels=("rep", "manager"))
    made = name_people(Transcript(turns_of(of), (), of.source), known, numbers=of.channels, voices=True)
    assert "channel" not in " ".join(person.ground for person in made.participants)


@pytest.mark.parametrize("sure", [0.55, 0.0])
def test_where_it_is_too_often_unclear_who_speaks_roles_are_withheld(sure: float) -> None:
    """A certainty of nought is none at all, as of words that fall between the voices; no certainty is unknown."""
    made = transcript(with_voices(heard(), voices(by_turn(), sure=sure)))
    assert [person.role for person in made.participants] == [None, None]
    assert "not clear which one speaks" in made.participants[0].ground


@pytest.mark.parametrize(("sure", "owner"), [(None, "Jules"), (0.9, "Jules"), (0.55, None), (0.0, None)])
def test_a_promise_has_an_owner_only_where_it_is_clear_who_speaks(sure: float | None, owner: str | None) -> None:
    """Nothing said of a turn's certainty, as where a channel tells, is no doubt; a certainty of nought is all of it."""
    words = (Word("I'll", 0.0, 0.3, certainty=sure), Word("call.", 0.3, 0.6, certainty=sure))
    source = Source("recording", "whisper", "m", 1.0)
    said = Transcript((Turn(1, "Jules", "I'll call.", 0.0, 0.6, words),), (), source)
    promise = Commitment("Jules", "Call", None, None, 3, "volunteered", Quote(1, "Jules", 0.0, "I'll call."))
    assert [one.owner for one in sure_of_owners(Extracted((promise,)), said).commitments] == [owner]


class Alternating:
    """Gives every turn's words to the other voice; counts how often it is asked."""

    name = "voices"

    def __init__(self) -> None:
        self.asked = 0
        self.fingerprint = "alternating"
        self.spans: list[Span] = []

    def assign(self, samples: Any, spans: Sequence[Span], words: Sequence[Word]) -> Voices:
        self.asked += 1
        self.spans = list(spans)
        assert len(samples) > 16_000
        return Voices(tuple(n % 2 for n in range(len(words))), (0.9,) * len(words), 2, None)


def test_words_are_recognised_once_and_voices_told_in_a_stage_of_their_own(
    tmp_path: Path, write_wav: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from analyzer.config import Settings
    from analyzer.store.library import Library

    path = write_wav(np.sin(np.linspace(0, 9_000, 48_000)) * 0.1)
    pipeline = Pipeline(Settings(engine="sphinx"), Library(tmp_path / "library"))
    of = replace(heard(), channels=(0,))
    monkeypatch.setattr(Hearing, "_hear", lambda self, intake, samples, facts: of)
    diarizer = Alternating()
    pipeline.hearing.__dict__["diarizer"] = diarizer
    first = pipeline.run(pipeline.intake(path))
    assert {turn.speaker for turn in first.transcript.turns} == {"Speaker 1", "Speaker 2"}
    pipeline.run(pipeline.intake(path))
    assert diarizer.asked == 1


@pytest.fixture
def scribe(tmp_path: Path, write_wav: Callable[..., Path]) -> tuple[Path, Pipeline, Scribe]:
    """Return half a minute of talk in one channel, and a pipeline that hears it."""
    from analyzer.config import Settings
    from analyzer.store.library import Library

    path = write_wav(decode(JUNIPER / "mono.opus", tmp_path / "s.s16").read(0, 30 * RATE), name="talk.wav")
    pipeline, transcriber = Pipeline(Settings(), Library(tmp_path / "library")), Scribe()
    pipeline.hearing.__dict__["transcriber"] = transcriber
    return path, pipeline, transcriber


@pytest.mark.speech
def test_words_and_voices_share_one_decoding_and_one_search_for_speech(scribe, monkeypatch) -> None:
    from analyzer.audio import decode as decoding
    from analyzer.audio import recognise

    path, pipeline, _ = scribe
    asked: list[str] = []

    def counted(module: Any, name: str) -> None:
        real = getattr(module, name)
        monkeypatch.setattr(module, name, lambda *a, **k: (asked.append(name), real(*a, **k))[1])

    counted(decoding, "decode")
    counted(recognise, "find_speech")
    diarizer = pipeline.hearing.__dict__["diarizer"] = Alternating()
    pipeline.run(pipeline.intake(path))
    assert asked == ["decode", "find_speech"]
    assert len(diarizer.spans) > 3
    pipeline.run(pipeline.intake(path))
    assert asked == ["decode", "find_speech"]


@pytest.mark.speech
def test_the_voice_on_a_track_of_its_own_is_never_divided(
    scribe: tuple[Path, Pipeline, Scribe], write_wav: Callable[..., Path], tmp_path: Path
) -> None:
    from analyzer.audio.tracks import join_tracks

    path, pipeline, _ = scribe
    diarizer = pipeline.hearing.__dict__["diarizer"] = Alternating()
    tracks = [path, write_wav(np.zeros(10 * RATE), name="silent.wav")]
    known = Known(channels=("manager", "rep"), tracks=tuple(map(str, tracks)))
    made = pipeline.run(pipeline.intake(join_tracks(tracks, tmp_path / "tracks"), known))
    assert diarizer.asked == 0
    assert [person.role for person in made.transcript.participants] == ["manager"]


@pytest.mark.speech
def test_a_name_is_no_reason_to_hear_it_all_again_and_a_hot_word_is(scribe) -> None:
    """Names help the recogniser, and are put right often; whoever adds a hot word wants it heard."""
    path, pipeline, transcriber = scribe
    pipeline.hearing.__dict__["diarizer"] = None
    pipeline.run(pipeline.intake(path))
    heard = len(transcriber.hints)
    sidecar = path.with_name("talk.meta.json")
    sidecar.write_text('{"manager": "Martin Hale"}')
    pipeline.run(pipeline.intake(path))
    assert len(transcriber.hints) == heard
    sidecar.write_text('{"manager": "Martin Hale", "hot_words": ["Juniper"]}')
    pipeline.run(pipeline.intake(path))
    assert len(transcriber.hints) == 2 * heard
    assert transcriber.hints[-1].hot_words == ("Martin Hale", "Juniper")


@pytest.mark.parametrize("name", ["none", "auto"])
def test_without_weights_nobody_tells_voices_apart(tmp_path: Path, name: str) -> None:
    assert build_diarizer(name, tmp_path) is None


def test_what_is_asked_for_and_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match="models pull voices"):
        build_diarizer("voices", tmp_path)
    with pytest.raises(InputError, match="'ears'"):
        build_diarizer("ears", tmp_path)
