"""Words with channels become turns."""

from __future__ import annotations

from analyzer.audio.recognise import Heard
from analyzer.model import Source, Word
from analyzer.transcript.merge import turns_of


def heard(*words: tuple[str, float, int]) -> Heard:
    source = Source("recording", "sphinx", "m", 60.0)
    made = tuple(sorted((Word(t, s, s + 0.3, None, c) for t, s, c in words), key=lambda w: (w.channel, w.start)))
    return Heard(made, tuple(sorted({c for _, _, c in words})), "stereo", source, {})


def test_speakers_alternate_by_channel() -> None:
    turns = turns_of(heard(("did", 1.0, 0), ("it", 1.4, 0), ("no", 2.5, 1), ("when", 4.0, 0)))
    assert [(t.n, t.speaker, t.text) for t in turns] == [
        (1, "Speaker 1", "did it"),
        (2, "Speaker 2", "no"),
        (3, "Speaker 1", "when"),
    ]


def test_a_backchannel_does_not_cut_a_sentence() -> None:
    turns = turns_of(heard(("we", 1.0, 0), ("mm-hm", 1.3, 1), ("signed", 1.5, 0), ("it", 1.9, 0)))
    assert [t.text for t in turns] == ["we signed it", "mm-hm"]


def test_one_voice_alone_is_cut_so_that_it_can_be_quoted() -> None:
    words = [("word", at * 2.0, 0) for at in range(60)]
    turns = turns_of(heard(*words))
    assert len(turns) > 2
    assert all(turn.duration <= 32 for turn in turns)
    assert sum(len(turn.words) for turn in turns) == 60


def test_no_words_are_no_turns() -> None:
    assert turns_of(Heard((), (0,), "mono", Source("recording", "sphinx", "m", 60.0), {})) == ()
