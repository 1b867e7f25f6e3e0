"""Figures over words, speakers and roles: by hand, by their properties, against second computations, end to end.

The recordings here have synthesised voices.  Any method tells those apart, so nothing here tests diarization of real
people; what is tested is that the figures are what they say.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.audio.decode import RATE, decode
from analyzer.errors import EngineError, InputError
from analyzer.evaluation.der import Diarization, Segment, diarization, united
from analyzer.evaluation.pairing import best_pairs
from analyzer.evaluation.resources import StageClock, peak_memory
from analyzer.evaluation.speech import Listened, Roles, Swaps, heard_segments, run, score, total
from analyzer.evaluation.truth import Recording, Truth, read_recordings, read_truth
from analyzer.evaluation.wer import cpwer, plain_words, wder, wer
from analyzer.model import Doubt, Participant, Share, Source, Transcript, Turn, Word
from tests.conftest import JUNIPER, ROOT

FIXTURE = ROOT / "tests" / "fixtures" / "asr"
steady = settings(deadline=None, derandomize=True, max_examples=60)
WORDS = st.lists(st.sampled_from("yes no the deal call i you".split()), max_size=12)
EDGES = st.integers(0, 40).map(lambda n: n / 4)
SEGMENTS = st.lists(
    st.builds(lambda who, one, other: Segment(who, *sorted((one, other))), st.sampled_from("abc"), EDGES, EDGES),
    max_size=8,
)


def edits(reference: list[str], hypothesis: list[str]) -> int:
    """Return the fewest edits: the textbook recursion, a second writing that shares nothing with the product's."""
    row = list(range(len(hypothesis) + 1))
    for i, one in enumerate(reference, 1):
        above, row = row, [i]
        for j, other in enumerate(hypothesis, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (one != other)))
    return row[-1]


def by_frames(reference: list[Segment], hypothesis: list[Segment], collar: float) -> Diarization:
    """Return the errors counted frame by frame (1/32 s), speakers paired by going through all permutations."""
    middles = (np.arange(32 * 12) + 0.5) / 32
    names = [sorted({one.speaker for one in side}) for side in (reference, hypothesis)]

    def talks(side: list[Segment], who: str) -> np.ndarray:
        inside = [(one.start <= middles) & (middles < one.end) for one in side if one.speaker == who]
        return np.any(inside, axis=0)

    spoken = [talks(reference, who) for who in names[0]]
    heard = [talks(hypothesis, who) for who in names[1]]
    nothing = np.zeros(len(middles), bool)
    scored = ~nothing
    if collar:
        for edge in [edge for one in united(reference) for edge in (one.start, one.end)]:
            scored &= np.abs(middles - edge) > collar
    size = max(len(spoken), len(heard))
    spoken += [nothing] * (size - len(spoken))
    heard += [nothing] * (size - len(heard))
    right = max(
        sum((spoken[n] & heard[m] & scored).sum() for n, m in enumerate(order))
        for order in itertools.permutations(range(size))
    )
    speakers = np.sum(spoken, axis=0) * scored if size else nothing.astype(int)
    voices = np.sum(heard, axis=0) * scored if size else nothing.astype(int)
    both = np.minimum(speakers, voices).sum()
    return Diarization(*(np.array([speakers.sum(), (speakers - voices).clip(0).sum(), (voices - speakers).clip(0).sum(),
                                   both - right]) / 32))  # fmt: skip


def assert_same(one: Diarization, other: Diarization) -> None:
    fields = ("speech", "missed", "false_alarm", "confusion")
    assert [getattr(one, name) for name in fields] == pytest.approx([getattr(other, name) for name in fields], abs=1e-9)


# --- words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Good, Colin. I’ll call!", ["good", "colin", "i'll", "call"]),
        ("a one-page 'offer' -- for 42,000", ["a", "one", "page", "offer", "for", "42", "000"]),
        ("Grüße an Zoë_B", ["grüße", "an", "zoë", "b"]),
        ("... ?", []),
    ],
)
def test_words_are_compared_in_lower_case_and_without_punctuation(text: str, words: list[str]) -> None:
    assert plain_words(text) == words


def test_word_errors_of_a_worked_example() -> None:
    """One substitution (a/the), one deletion (today), one insertion (uh): three of six words."""
    reference = "call the head nurse back today".split()
    assert wer(reference, "uh call a head nurse back".split()) == Share(3, 6)


def test_speakers_words_of_a_worked_example() -> None:
    """Heard as one: the second speaker's three words are deleted there and inserted here."""
    reference = {"Dana": "did they sign".split(), "Jules": "not yet sorry".split()}
    assert cpwer(reference, {"2": "did they sign".split(), "1": "not yet sorry".split()}) == Share(0, 6)
    assert cpwer(reference, {"1": "did they sign not yet sorry".split()}) == Share(6, 6)
    assert cpwer(reference, {"1": "did they sign not".split(), "2": "yet sorry".split()}) == Share(2, 6)
    assert cpwer(reference, {}) == Share(6, 6)
    assert cpwer({}, {"1": ["well"]}) == Share(1, 0)


def test_words_with_the_wrong_speaker_of_a_worked_example() -> None:
    """Five of the six words are aligned (one of them substituted); ``not`` stands with the wrong speaker."""
    reference = [("D", "did"), ("D", "they"), ("D", "sign"), ("J", "not"), ("J", "yet"), ("J", "sorry")]
    hypothesis = [("1", "did"), ("1", "they"), ("1", "signed"), ("1", "not"), ("2", "yet")]
    assert wder(reference, hypothesis) == Share(1, 5)
    assert wder(reference, []) == Share(0, 0)


@steady
@given(WORDS, WORDS)
def test_word_errors_are_the_fewest_edits(reference: list[str], hypothesis: list[str]) -> None:
    assert wer(reference, hypothesis) == Share(edits(reference, hypothesis), len(reference))


@steady
@given(WORDS, WORDS)
def test_word_errors_agree_with_jiwer(reference: list[str], hypothesis: list[str]) -> None:
    jiwer = pytest.importorskip("jiwer")
    if reference:
        rate = wer(reference, hypothesis).rate
        assert rate == pytest.approx(jiwer.wer(" ".join(reference), " ".join(hypothesis)))


@steady
@given(st.lists(WORDS, max_size=3), st.lists(WORDS, max_size=3))
def test_speakers_words_are_paired_as_well_as_going_through_all_permutations(
    reference: list[list[str]], hypothesis: list[list[str]]
) -> None:
    size = max(len(reference), len(hypothesis))
    padded = [*hypothesis, *[[]] * (size - len(hypothesis))]
    fewest = min(
        sum(edits(one, other) for one, other in itertools.zip_longest(reference, order, fillvalue=[]))
        for order in itertools.permutations(padded)
    )
    found = cpwer(dict(enumerate(map(list, reference))), dict(enumerate(hypothesis)))  # type: ignore[arg-type]
    assert found == Share(fewest, sum(map(len, reference)))


@steady
@given(WORDS, st.data())
def test_names_of_speakers_change_nothing(words: list[str], data: st.DataObject) -> None:
    who = data.draw(st.lists(st.sampled_from("ab"), min_size=len(words), max_size=len(words)))
    heard = data.draw(st.lists(st.sampled_from("ab"), min_size=len(words), max_size=len(words)))
    other = {"a": "Speaker 7", "b": "Speaker 3"}
    reference = list(zip(who, words, strict=True))
    hypothesis = list(zip(heard, words, strict=True))
    assert wder(reference, hypothesis) == wder(reference, [(other[name], word) for name, word in hypothesis])
    assert wder(reference, reference).part == 0


@steady
@given(st.integers(0, 4), st.integers(0, 4), st.data())
def test_pairs_are_those_of_the_largest_sum(rows: int, columns: int, data: st.DataObject) -> None:
    """Against scipy's assignment, which comes with scikit-learn."""
    from scipy.optimize import linear_sum_assignment

    gain = np.array(data.draw(st.lists(st.integers(0, 9), min_size=rows * columns, max_size=rows * columns)), float)
    gain = gain.reshape(rows, columns)
    pairs = best_pairs(gain)
    assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs)
    assert sum(gain[pair] for pair in pairs) == gain[linear_sum_assignment(gain, maximize=True)].sum()


# --- who spoke when ---------------------------------------------------------------------------------------------------


def test_diarization_errors_of_a_worked_example() -> None:
    """D speaks 0 to 4 and J 3 to 6, a second of it together: seven seconds.  Heard: 1 from 0 to 5, 2 from 5 to 7.

    One of two is missed while both speak (1 s), J is heard as D from 4 to 5 (1 s), nobody speaks from 6 to 7 (1 s).
    """
    reference = [Segment("D", 0, 4), Segment("J", 3, 6)]
    hypothesis = [Segment("1", 0, 5), Segment("2", 5, 7)]
    assert diarization(reference, hypothesis) == Diarization(speech=7, missed=1, false_alarm=1, confusion=1)
    # Scored are 0.25 to 2.75 (D), 3.25 to 3.75 (both), 4.25 to 5.75 (J) and all after 6.25: five seconds of speech.
    assert_same(diarization(reference, hypothesis, 0.25), Diarization(5, 0.5, 0.75, 0.75))


@steady
@given(SEGMENTS, SEGMENTS, st.sampled_from([0.0, 0.25]))
def test_diarization_errors_agree_with_counting_frames(
    reference: list[Segment], hypothesis: list[Segment], collar: float
) -> None:
    found = diarization(reference, hypothesis, collar)
    assert_same(found, by_frames(reference, hypothesis, collar))
    assert found.error == pytest.approx(found.missed + found.false_alarm + found.confusion)


@steady
@given(SEGMENTS, SEGMENTS)
def test_speakers_may_be_called_anything(reference: list[Segment], hypothesis: list[Segment]) -> None:
    other = {"a": "c", "b": "a", "c": "b"}
    renamed = [Segment(other[one.speaker], one.start, one.end) for one in reversed(hypothesis)]
    assert_same(diarization(reference, hypothesis), diarization(reference, renamed))


@steady
@given(SEGMENTS, st.sampled_from([0.0, 0.25]))
def test_truth_against_itself_has_no_error(reference: list[Segment], collar: float) -> None:
    found = diarization(reference, reference, collar)
    assert found.error == pytest.approx(0.0)
    assert found.rate is None or found.rate == pytest.approx(0.0)


def test_nothing_heard_is_all_missed_and_nothing_said_all_false() -> None:
    one = [Segment("a", 1.0, 3.0)]
    assert diarization(one, []) == Diarization(2.0, 2.0, 0.0, 0.0)
    assert diarization([], one) == Diarization(0.0, 0.0, 2.0, 0.0)
    assert diarization([], one).rate is None
    assert diarization([], []) == Diarization(0.0, 0.0, 0.0, 0.0)


# --- a recording's figures --------------------------------------------------------------------------------------------


def transcript(*turns: tuple[str, float, str], roles: dict[str, Any]) -> Transcript:
    """Return a transcript of turns ``(speaker, start, text)``, half a second a word."""
    made = []
    for n, (speaker, start, text) in enumerate(turns, 1):
        words = tuple(Word(w, start + i / 2, start + i / 2 + 0.5) for i, w in enumerate(text.split()))
        made.append(Turn(n, speaker, text, start, words[-1].end, words))
    people = tuple(Participant(name, role, "") for name, role in roles.items())
    return Transcript(tuple(made), people, Source("recording", "fake", "", 20.0))


@pytest.fixture
def talk(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a recording's truth, changed as asked, and returns the recording's path."""

    def write(**changes: Any) -> Path:
        truth = {
            "participants": [{"name": "Dana", "role": "manager"}, {"name": "Jules", "role": "rep"}],
            "turns": [
                {"speaker": "Dana", "start": 0.0, "end": 1.5, "text": "Did they sign?"},
                {"speaker": "Jules", "start": 2.0, "end": 3.0, "text": "Not yet."},
            ],
        }
        (tmp_path / "truth.json").write_text(json.dumps(truth | changes), encoding="utf-8")
        (tmp_path / "call.wav").touch()
        return tmp_path / "call.wav"

    return write


def test_a_recording_is_scored_by_who_speaks_not_by_what_speakers_are_called(talk: Callable[..., Path]) -> None:
    heard = transcript(("S 2", 0.0, "did they sign"), ("S 1", 2.0, "Not yet"), roles={"S 2": "manager", "S 1": None})
    found = score("call", read_truth(talk()), Listened(heard, {"decode": 1.0, "words": 4.0}, 100.0))
    assert (found.wer, found.cpwer, found.wder) == (Share(0, 5), Share(0, 5), Share(0, 5))
    assert found.der == Diarization(2.5, 0.0, 0.0, 0.0)
    assert found.roles == Roles(right=1, wrong=0, withheld=1)
    assert found.real_time_factor == {"decode": Share(1.0, 20.0), "words": Share(4.0, 20.0)}


def test_exchanged_roles_are_wrong_ones(talk: Callable[..., Path]) -> None:
    heard = transcript(("S", 0.0, "did they sign"), ("T", 2.0, "not yet"), roles={"S": "rep", "T": "manager"})
    found = score("call", read_truth(talk()), Listened(heard, {}, None))
    assert found.roles == Roles(right=0, wrong=2, withheld=0)
    assert found.roles.accuracy == Share(0, 2)


@pytest.mark.parametrize(("swapped", "swaps"), [(None, Swaps()), (True, Swaps(swapped=1)), (False, Swaps(straight=1))])
def test_a_swap_counts_where_the_truth_says_it(talk: Callable[..., Path], swapped: bool | None, swaps: Swaps) -> None:
    heard = transcript(("S", 0.0, "did they sign"), roles={})
    assert score("call", read_truth(talk(swapped=swapped)), Listened(heard, {}, None)).swaps == swaps


def test_a_doubt_finds_a_swap_and_is_a_false_alarm_elsewhere(talk: Callable[..., Path]) -> None:
    exchanged = Transcript((), (), Source("recording", "fake", "", 20.0), doubt=Doubt("", "", (), ()))
    doubted = Listened(exchanged, {}, None)
    assert score("call", read_truth(talk(swapped=True)), doubted).swaps == Swaps(found=1, swapped=1)
    assert score("call", read_truth(talk(swapped=False)), doubted).swaps == Swaps(false_alarms=1, straight=1)


def test_a_total_weighs_each_recording_by_its_length(talk: Callable[..., Path]) -> None:
    truth = read_truth(talk())
    right = transcript(("S", 0.0, "did they sign"), ("T", 2.0, "not yet"), roles={})
    empty = Transcript((), (), Source("recording", "fake", "", 60.0))
    both = total([
        score("one", truth, Listened(right, {"decode": 1.0, "words": 2.0}, 90.0)),
        score("two", truth, Listened(empty, {"decode": 3.0}, 80.0)),
    ])  # fmt: skip
    assert (both.wer, both.wder, both.der.rate) == (Share(5, 10), Share(0, 5), 0.5)
    assert (both.words, both.seconds, both.memory) == (10, 80.0, 90.0)
    assert both.real_time_factor == {"decode": Share(4.0, 80.0), "words": Share(2.0, 80.0)}


def test_a_speaker_is_heard_over_short_pauses_only() -> None:
    words = (Word("a", 0.0, 0.5), Word("b", 1.0, 1.5), Word("c", 4.0, 4.5))
    turns = (Turn(1, "S", "a b c", 0.0, 4.5, words), Turn(2, "T", "no times", 5.0, 6.0))
    heard = heard_segments(Transcript(turns, (), Source("recording", "fake", "", 9.0)))
    assert heard == [Segment("S", 0.0, 1.5), Segment("S", 4.0, 4.5), Segment("T", 5.0, 6.0)]


def test_a_recording_that_fails_is_a_result_and_does_not_stop_the_others() -> None:
    truth = Truth((Segment("a", 0.0, 1.0),), None, None)
    heard = Listened(transcript(("S", 0.0, "yes"), roles={}), {}, None)

    def listen(recording: Recording) -> Listened:
        if recording.name == "bad":
            raise EngineError("it broke")
        return heard

    scores, failures = run([Recording(name, Path(name), truth) for name in ("bad", "good")], listen)
    assert [one.name for one in scores] == ["good"]
    assert scores[0].wer is None  # the truth holds no words
    assert [(one.name, one.reason) for one in failures] == [("bad", "it broke")]


def test_processor_time_goes_to_the_stage_that_reports_it() -> None:
    times = iter([10.0, 12.0, 13.0, 17.0])
    told: list[str] = []
    clock = StageClock(lambda what, at, of: told.append(what), clock=lambda: next(times))
    for what in ("decode", "decode", "words"):
        clock(what, 0.0, None)
    assert clock.seconds == {"decode": 3.0, "words": 4.0}
    assert told == ["decode", "decode", "words"]
    assert (peak_memory() or 11) > 10


# --- truth files ------------------------------------------------------------------------------------------------------

RTTM = "SPEAKER call 1 0.00 1.50 <NA> <NA> A <NA> <NA>\nSPEAKER call 1 2.00 1.00 <NA> <NA> B <NA> <NA>\n"
STM = ";; a comment\ncall 1 B 2.0 3.0 <o,f0> Not yet.\ncall 1 A 0.0 1.5 Did they sign?\n"


def test_truth_is_read_from_rttm_stm_and_text(tmp_path: Path) -> None:
    recording = tmp_path / "call.wav"
    recording.touch()
    (tmp_path / "call.rttm").write_text("SPKR-INFO call 1 <NA> <NA> <NA> unknown A <NA>\n" + RTTM, encoding="utf-8")
    speech = (Segment("A", 0.0, 1.5), Segment("B", 2.0, 3.0))
    assert read_truth(recording) == Truth(speech, None, None)
    for name in ("call.txt", "call.reference.txt"):
        (tmp_path / name).write_text(f"Did they sign?\nNot yet, {name}.", encoding="utf-8")
        assert read_truth(recording).text == f"Did they sign?\nNot yet, {name}."
    (tmp_path / "call.stm").write_text(STM, encoding="utf-8")
    found = read_truth(recording)
    assert found.speech == speech
    assert [(one.segment.speaker, one.text) for one in found.said or ()] == [("A", "Did they sign?"), ("B", "Not yet.")]
    (tmp_path / "call.rttm").unlink()
    assert read_truth(recording).speech == speech


def test_a_recordings_own_truth_counts_before_its_folders(talk: Callable[..., Path]) -> None:
    recording = talk(swapped=False)
    own = json.loads(recording.with_name("truth.json").read_text(encoding="utf-8")) | {"swapped": True}
    recording.with_name("call.truth.json").write_text(json.dumps(own), encoding="utf-8")
    assert read_truth(recording).swapped is True


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"turns": []}, "turns: "),
        (
            {"turns": [{"speaker": "Bob", "start": 0, "end": 1, "text": "a"}]},
            "turns.0.speaker: 'Bob' is no participant",
        ),
        ({"turns": [{"speaker": "Dana", "start": 2, "end": 1, "text": "a"}]}, "turns.0.end: 1.0 is before the start"),
        ({"turns": [{"speaker": "Dana", "start": -2, "end": 1, "text": "a"}]}, "turns.0.start: "),
        ({"participants": [{"name": "Dana"}, {"name": "Dana"}]}, "participants.1.name: 'Dana' is there twice"),
        ({"participants": [{"name": "Dana", "role": "boss"}]}, "participants.0.role: "),
        ({"swaped": True}, "swaped: "),
    ],
)
def test_a_broken_truth_is_refused_with_name_place_and_rule(
    talk: Callable[..., Path], changes: dict[str, Any], told: str
) -> None:
    recording = talk(**changes)
    with pytest.raises(InputError) as error:
        read_truth(recording)
    assert f"truth.json: {told}" in str(error.value)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("call.rttm", "SPEAKER call 1 0.0\n", "line 1: a SPEAKER line has eight fields"),
        (
            "call.rttm",
            RTTM + RTTM.replace("2.00", "two"),
            "line 4: the start is a number of seconds, 0 or more, got 'two'",
        ),
        ("call.rttm", RTTM.replace("1.50", "-1"), "line 1: the duration is a number"),
        ("call.rttm", RTTM.replace("1.50", "inf"), "line 1: the duration is a number"),
        ("call.rttm", "NOSCORE call 1 0.0 1.0 <NA> <NA> <NA> <NA>\n", "line 1: expected a line 'SPEAKER"),
        (
            "call.rttm",
            RTTM + RTTM.replace("call", "other"),
            "a file holds the truth of one recording, this one names call, other",
        ),
        ("call.rttm", "", "a file holds the truth of one recording, this one names none"),
        ("call.stm", "call 1 A 0.0\n", "line 1: expected 'file channel speaker start end words'"),
        ("call.stm", "call 1 A 3.0 1.0 yes\n", "line 1: the end 1.0 is before the start 3.0"),
        ("call.stm", "call 1 A 0.0 1.0 { yes / yeah }\n", "line 1: stretches that are not scored and alternative"),
    ],
)
def test_a_broken_line_is_refused_with_its_number(tmp_path: Path, name: str, text: str, told: str) -> None:
    (tmp_path / "call.wav").touch()
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_truth(tmp_path / "call.wav")
    assert f"{name}: {told}" in str(error.value)


def test_truth_that_is_no_json_and_text_that_is_no_utf8_are_refused(talk: Callable[..., Path]) -> None:
    recording = talk()
    recording.with_name("truth.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="is not valid JSON"):
        read_truth(recording)
    recording.with_name("truth.json").unlink()
    recording.with_suffix(".rttm").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="is not UTF-8"):
        read_truth(recording)


def test_a_folder_needs_recordings_and_each_of_them_its_truth(tmp_path: Path, talk: Callable[..., Path]) -> None:
    with pytest.raises(InputError, match="there is no folder"):
        read_recordings(tmp_path / "none")
    with pytest.raises(InputError, match="holds no recordings"):
        read_recordings(tmp_path)
    talk().with_name("truth.json").unlink()
    with pytest.raises(InputError, match=r"call\.wav' has no truth beside it: looked for call\.truth\.json"):
        read_recordings(tmp_path)


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.fixture
def half_minute(tmp_path: Path, write_wav: Callable[..., Path]) -> Path:
    """Return a folder with the first turns of a recording in two channels, their truth, and a channel map turned round."""
    samples = decode(JUNIPER / "stereo.opus", tmp_path / "samples.s16")
    truth = json.loads((JUNIPER / "truth.json").read_text(encoding="utf-8"))
    truth["turns"] = [turn for turn in truth["turns"] if turn["end"] < 30]
    folder = tmp_path / "data"
    folder.mkdir()
    end = round((truth["turns"][-1]["end"] + 0.2) * RATE)
    write_wav(samples.read(0, end), name="data/call.wav")
    (folder / "truth.json").write_text(json.dumps(truth | {"swapped": True}), encoding="utf-8")
    meta = json.loads((JUNIPER / "stereo.meta.json").read_text(encoding="utf-8")) | {"channels": ["rep", "manager"]}
    (folder / "call.meta.json").write_text(json.dumps(meta), encoding="utf-8")
    return folder


@pytest.mark.speech
def test_the_command_measures_the_products_own_path(analyzer: Any, half_minute: Path) -> None:
    """Over synthesised voices, and the notes say so: the words come back, both roles are wrong, a broken file is named."""
    (half_minute / "broken.wav").write_bytes(b"RIFF\x00\x01\xff")
    result = analyzer("eval", "speech", "--data", half_minute, "--engine", f"whisper:{FIXTURE}", "--json")
    assert result.status == 1
    assert "broken.wav: " in result.err
    found = json.loads(result.out)
    (one,) = found["recordings"]
    assert one["words"] == one["wer"]["words"] > 60
    assert one["wer"]["rate"] == one["cpwer"]["rate"] < 0.2
    assert one["wder"]["rate"] < 0.02
    assert one["der"]["0.25"]["rate"] < one["der"]["0"]["rate"] < 0.25
    assert (one["roles"]["wrong"], one["roles"]["right"]) in ((2, 0), (0, 0))  # wrong, or withheld by who doubts them
    assert one["swaps"]["swapped"] == 1
    assert {"decode", "words"} <= set(one["real_time_factor"])
    assert one["peak_memory_mb"] > 10
    assert found["total"]["der"] == one["der"]
    assert [failure["name"] for failure in found["failures"]] == ["broken.wav"]
    assert "any method tells them apart" in found["notes"][0]


class Mute:
    """A recogniser that hears nothing."""

    name = "mute"
    model = "none"
    fingerprint = "1"
    longest_clip = 30.0


def test_the_table_has_a_row_a_recording_and_a_total_and_says_what_the_voices_are(
    analyzer: Any, talk: Callable[..., Path], write_wav: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analyzer.audio.transcriber.build_transcriber", lambda settings: Mute())
    talk(provenance="synthesised")
    recording = write_wav(np.zeros((1, 3 * RATE)), name="call.wav")
    result = analyzer("eval", "speech", "--data", recording.parent)
    assert result.status == 0, result
    rows = [line.split("\t") for line in result.out.splitlines()]
    one, both = (dict(zip(rows[0], row, strict=True)) for row in rows[1:3])
    assert [one[name] for name in ("recording", "words", "seconds", "WER", "DER")] == [
        "call.wav",
        "5",
        "3.0",
        "1.000",
        "1.000",
    ]
    assert one["roles right"] == "0 of 2"
    assert {**both, "recording": "call.wav"} == one
    assert "any method tells them apart" in result.out


def test_broken_truth_is_refused_before_an_engine_is_looked_for(analyzer: Any, talk: Callable[..., Path]) -> None:
    result = analyzer("eval", "speech", "--data", talk(turns=[]).parent, "--engine", "whisper:nowhere")
    assert result.status == 2
    assert "truth.json: turns: " in result.err
