"""A transcript file is read by what it holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analyzer.errors import TranscriptError
from analyzer.transcript.read import looks_like_transcript, read_transcript


def read(tmp_path: Path, text: str | bytes, name: str = "talk.bin"):
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_transcript(path)


def said(transcript) -> list[tuple[str, str]]:
    return [(turn.speaker, turn.text) for turn in transcript.turns]


EXPECTED = [("Dana Okafor", "Did it close?"), ("Jules", "Not yet. Legal has it.")]

VTT_VOICES = """WEBVTT

NOTE made by a meeting tool

1
00:00:01.000 --> 00:00:02.500
<v Dana Okafor>Did it close?</v>

2
00:00:03.000 --> 00:00:04.000
<v.loud Jules>Not <i>yet</i>.</v>

3
00:00:04.000 --> 00:00:05.500
<v Jules>Legal has it.</v>
"""
VTT_NAMES = """WEBVTT

00:01.000 --> 00:02.500
Dana Okafor: Did it close?

00:03.000 --> 00:04.000
Jules: Not yet.

00:04.000 --> 00:05.500
Legal has it.
"""
SRT = """1
00:00:01,000 --> 00:00:02,500
Dana Okafor: Did it close?

2
00:00:03,000 --> 00:00:05,500
Jules: Not yet.
Legal has it.
"""
PLAIN = "Dana Okafor: Did it close?\n\nJules: Not yet.\nLegal has it.\n"
STAMPED = "[00:01] Dana Okafor: Did it close?\n[00:03] Jules: Not yet. Legal has it.\n"


@pytest.mark.parametrize(
    "text", [VTT_VOICES, VTT_NAMES, SRT, PLAIN, STAMPED, SRT.replace("\n", "\r\n"), "\ufeff" + SRT]
)
def test_every_format_gives_the_same_turns(text: str, tmp_path: Path) -> None:
    """The suffix says nothing: every file here is called talk.bin."""
    assert said(read(tmp_path, text)) == EXPECTED


@pytest.mark.parametrize("text", [VTT_VOICES, VTT_NAMES, SRT])
def test_captions_keep_their_times(text: str, tmp_path: Path) -> None:
    transcript = read(tmp_path, text)
    assert [(turn.start, turn.end) for turn in transcript.turns] == [(1.0, 2.5), (3.0, 5.5)]
    assert transcript.source.times == "given"


def test_plain_text_gets_estimated_times_in_order(tmp_path: Path) -> None:
    transcript = read(tmp_path, PLAIN)
    assert transcript.source.times == "estimated"
    assert transcript.turns[0].end <= transcript.turns[1].start


def test_two_voices_in_one_cue_are_two_turns(tmp_path: Path) -> None:
    text = "WEBVTT\n\n00:01.000 --> 00:03.000\n<v Dana>Signed?\n<v Jules>Signed!\n"
    transcript = read(tmp_path, text)
    assert said(transcript) == [("Dana", "Signed?"), ("Jules", "Signed!")]
    assert transcript.turns[0].end == pytest.approx(2.0, abs=0.2)


def test_the_evaluation_format_keeps_turns_roles_and_date(tmp_path: Path) -> None:
    meeting = {
        "format": 1,
        "date": "2026-03-17",
        "title": "Weekly",
        "participants": [{"name": "Dana", "role": "manager"}, {"name": "Jules", "role": "rep"}],
        "turns": [
            {"n": 1, "speaker": "Dana", "start": 0.0, "end": 1.0, "text": "Signed?"},
            {"n": 2, "speaker": "Dana", "start": 1.0, "end": 2.0, "text": "Hello?"},
        ],
    }
    transcript = read(tmp_path, json.dumps(meeting))
    assert said(transcript) == [("Dana", "Signed?"), ("Dana", "Hello?")]
    assert (str(transcript.date), transcript.title) == ("2026-03-17", "Weekly")
    assert dict(transcript.roles) == {"Dana": "manager", "Jules": "rep"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_other_encodings_are_understood(encoding: str, tmp_path: Path) -> None:
    text = (
        "Zoë: Did Müller sign the café contract before the summer?\nJürgen: Ja, naïve question, he signed on Monday.\n"
    )
    assert said(read(tmp_path, text.encode(encoding)))[0] == (
        "Zoë",
        "Did Müller sign the café contract before the summer?",
    )


def test_a_transcript_without_names_has_one_unnamed_speaker(tmp_path: Path) -> None:
    transcript = read(tmp_path, "WEBVTT\n\n00:01.000 --> 00:02.000\nhello there\n\n00:02.000 --> 00:03.000\nbye\n")
    assert {turn.speaker for turn in transcript.turns} == {"Speaker 1"}
    assert len(transcript.turns) == 2
    assert "names no speakers" in transcript.source.warnings[0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("   \n\n", "empty"),
        ("WEBVTT\n\n", "no words"),
        ("just some prose without any names in it", "no transcript"),
        ('{"turns": 3}', "turns"),
        ('{"turns": [', "not valid JSON"),
        ('{"turns": []}', "no words"),
    ],
)
def test_what_is_no_transcript_is_one_clear_error(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(TranscriptError, match=words) as caught:
        read(tmp_path, text, "odd.vtt")
    assert "odd.vtt" in str(caught.value)


@pytest.mark.parametrize(
    "head", [b"RIFF\x24\x00\x00\x00WAVE", b"%PDF-1.7\n", b"OggS\x00\x02", b"\x00" * 40, b"PK\x03\x04text"]
)
def test_binary_files_are_no_transcripts(head: bytes) -> None:
    assert not looks_like_transcript(head)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.one_of(st.text(), st.text().map(lambda t: "WEBVTT\n\n" + t), st.text().map(lambda t: SRT + t), st.binary()))
def test_any_text_is_read_or_refused(tmp_path: Path, text: str | bytes) -> None:
    """Turns count from 1, hold words, and their times never run backwards within a turn."""
    raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    try:
        transcript = read(tmp_path, raw)
    except TranscriptError:
        return
    assert [turn.n for turn in transcript.turns] == list(range(1, len(transcript.turns) + 1))
    assert all(turn.text.strip() and 0 <= turn.start <= turn.end for turn in transcript.turns)
