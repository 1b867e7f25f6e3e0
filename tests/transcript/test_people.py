"""Names and roles, each with its ground; what nothing says is withheld."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from analyzer.config import FILE_NAME_PATTERN
from analyzer.errors import InputError
from analyzer.model import Source, Transcript, Turn
from analyzer.transcript.metadata import Known, from_file_name, from_sidecar, from_tags, known
from analyzer.transcript.people import name_people


def transcript(*speakers: str) -> Transcript:
    turns = tuple(Turn(n, speaker, "words", n * 1.0, n + 1.0) for n, speaker in enumerate(speakers, 1))
    return Transcript(turns, (), Source("transcript", "txt", "", 9.0))


def roles(named: Transcript) -> dict[str, str | None]:
    return {person.name: person.role for person in named.participants}


def test_whose_track_it_is_holds_where_the_other_tracks_are_silent() -> None:
    """Which one was heard is told by its number; a channel of one recording beside a silent one may hold both."""
    facts = known("flag", rep="Jules Petrov", channels=("manager", "rep"))
    named = name_people(transcript("Speaker 1"), facts, numbers=(1,), alone=True)
    assert roles(named) == {"Jules Petrov": "rep"}
    assert named.turns[0].speaker == "Jules Petrov"
    assert roles(name_people(transcript("Speaker 1"), facts, numbers=(1,))) == {"Speaker 1": None}
    voices = name_people(transcript("Speaker 1", "Speaker 2"), facts, numbers=(0, 1), voices=True, alone=True)
    assert set(roles(voices).values()) == {None}


def test_full_names_in_the_metadata_give_roles() -> None:
    named = name_people(
        transcript("Dana Okafor", "Jules Petrov"), known("flag", manager="Dana Okafor", rep="Jules Petrov")
    )
    assert roles(named) == {"Dana Okafor": "manager", "Jules Petrov": "rep"}
    assert all("flag" in person.ground for person in named.participants)


def test_a_first_name_is_enough_where_one_speaker_bears_it() -> None:
    named = name_people(transcript("Dana", "Jules"), known("flag", manager="Dana Okafor"))
    assert roles(named) == {"Dana Okafor": "manager", "Jules": "rep"}
    assert named.turns[0].speaker == "Dana Okafor"
    assert "the other of two" in named.participants[1].ground


def test_a_first_name_that_two_bear_decides_nothing() -> None:
    named = name_people(transcript("Dana", "Okafor"), known("flag", manager="Dana Okafor"))
    assert roles(named) == {"Dana": None, "Okafor": None}


def test_without_metadata_roles_are_withheld() -> None:
    assert roles(name_people(transcript("Dana", "Jules"), Known())) == {"Dana": None, "Jules": None}


def test_the_channel_map_names_the_speakers() -> None:
    facts = known("flag", manager="Dana Okafor", rep="Jules Petrov", channels=("rep", "manager"))
    named = name_people(transcript("Speaker 1", "Speaker 2"), facts, numbers=(0, 1))
    assert [turn.speaker for turn in named.turns] == ["Jules Petrov", "Dana Okafor"]
    assert roles(named) == {"Jules Petrov": "rep", "Dana Okafor": "manager"}


def test_channels_without_a_map_stay_unnamed() -> None:
    named = name_people(
        transcript("Speaker 1", "Speaker 2"), known("flag", manager="Dana", rep="Jules"), numbers=(0, 1)
    )
    assert roles(named) == {"Speaker 1": None, "Speaker 2": None}


def test_one_channel_is_one_unnamed_speaker_whatever_the_metadata_say() -> None:
    named = name_people(transcript("Speaker 1"), known("flag", manager="Dana", rep="Jules"), numbers=(0,))
    assert roles(named) == {"Speaker 1": None}


def test_the_file_name_tells_date_and_people() -> None:
    said = from_file_name(Path("2026-03-17 Dana Okafor - Jules Petrov.m4a"), FILE_NAME_PATTERN)
    assert (said.date, said.manager, said.rep) == (dt.date(2026, 3, 17), "Dana Okafor", "Jules Petrov")
    assert from_file_name(Path("recording 7.m4a"), FILE_NAME_PATTERN) == Known()
    day_alone = from_file_name(Path("2026-03-17_weekly.m4a"), FILE_NAME_PATTERN)
    assert day_alone == known("file name", date=dt.date(2026, 3, 17))


@pytest.mark.parametrize(
    "name",
    [
        "2026-03-17 Dana Okafor – Jules Petrov",
        "20260317 Dana Okafor - Jules Petrov",
        "20260317_Dana Okafor — Jules Petrov",
        "Dana Okafor - Jules Petrov 2026-03-17",
        "Dana Okafor – Jules Petrov_20260317",
    ],
)
def test_a_file_name_is_read_as_people_write_it(name: str) -> None:
    said = from_file_name(Path(f"{name}.m4a"), FILE_NAME_PATTERN)
    assert (said.date, said.manager, said.rep) == (dt.date(2026, 3, 17), "Dana Okafor", "Jules Petrov")


@pytest.mark.parametrize("name", ["weekly 2026-03-17", "20260317", "2026-03-17", "weekly_20260317", "20260317-weekly"])
def test_a_name_of_another_make_says_its_day(name: str) -> None:
    assert from_file_name(Path(f"{name}.txt"), FILE_NAME_PATTERN) == known("file name", date=dt.date(2026, 3, 17))


@pytest.mark.parametrize("name", ["call 123456789", "12345678 x", "Dana - Jules", "recording 2026", "call-120260317"])
def test_other_numbers_and_names_without_a_day_say_nothing(name: str) -> None:
    assert from_file_name(Path(f"{name}.txt"), FILE_NAME_PATTERN) == Known()


@pytest.mark.parametrize("name", ["2026-02-30 Dana - Jules", "20260230 weekly", "weekly 2026-02-30"])
def test_an_impossible_day_is_noted_until_something_says_another(name: str) -> None:
    said = from_file_name(Path(f"{name}.txt"), FILE_NAME_PATTERN)
    assert said.date is None
    assert "02" in dict(said.grounds)["date"]
    assert "is no day" in dict(said.grounds)["date"]
    assert dict(said.over(known("tag", date=dt.date(2026, 3, 1))).grounds)["date"] == "tag"


def test_flags_win_over_the_sidecar_and_keep_their_ground(tmp_path: Path) -> None:
    (tmp_path / "call.meta.json").write_text(json.dumps({"manager": "Ann", "date": "2026-01-05"}))
    both = known("flag", manager="Dana").over(from_sidecar(tmp_path / "call.m4a"))
    assert (both.manager, both.date) == ("Dana", dt.date(2026, 1, 5))
    assert dict(both.grounds) == {"manager": "flag", "date": "call.meta.json"}


@pytest.mark.parametrize("text", ["{", '{"manger": "Dana"}', '{"date": "17.3."}', "[]", '{"channels": ["boss"]}'])
def test_a_wrong_sidecar_names_itself(text: str, tmp_path: Path) -> None:
    (tmp_path / "call.meta.json").write_text(text)
    with pytest.raises(InputError, match=r"call\.meta\.json"):
        from_sidecar(tmp_path / "call.m4a")


def test_tags_tell_the_day() -> None:
    assert from_tags({"creation_time": "2026-03-17T09:00:00Z"}).date == dt.date(2026, 3, 17)
    assert from_tags({"creation_time": "long ago"}) == Known()


def test_a_third_one_keeps_his_name_and_gets_no_role() -> None:
    facts = known("flag", manager="Dana Okafor", channels=("Dana", "rep", "Kim Lee"))
    named = name_people(transcript("Speaker 1", "Speaker 2", "Speaker 3"), facts, numbers=(0, 1, 2))
    assert roles(named) == {"Dana Okafor": "manager", "Rep": "rep", "Kim Lee": None}
    assert "neither as manager nor as rep" in named.participants[2].ground


def test_a_channel_that_is_left_out_moves_nobody() -> None:
    facts = known("flag", channels=("manager", "other", "rep", "other", "other"))
    named = name_people(transcript("Speaker 1", "Speaker 2", "Speaker 3"), facts, numbers=(0, 2, 4))
    assert roles(named) == {"Manager": "manager", "Rep": "rep", "Speaker 3": "other"}
    assert "channel 5" in named.participants[2].ground


def test_of_two_named_channels_the_other_one_follows() -> None:
    named = name_people(
        transcript("Speaker 1", "Speaker 2"), known("flag", channels=("Kim Lee", "rep")), numbers=(0, 1)
    )
    assert roles(named) == {"Kim Lee": "manager", "Rep": "rep"}


def test_an_unknown_key_of_a_sidecar_names_those_there_are(tmp_path: Path) -> None:
    (tmp_path / "call.meta.json").write_text('{"managr": "Dana"}')
    with pytest.raises(InputError, match="unknown key 'managr': there are date, manager, rep"):
        from_sidecar(tmp_path / "call.m4a")
