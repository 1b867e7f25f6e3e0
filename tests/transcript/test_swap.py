"""Exchanged turns, roles and names are flagged and what hangs on them withheld; what is right is left alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from analyzer.evaluation.dataset import read_meeting
from analyzer.evaluation.roles import exchanged, pairs, unmarked
from analyzer.model import Participant, Source, Transcript, Turn
from analyzer.transcript.swap import check, examine, first_names, is_stand_in, name_contrasts
from tests.conftest import ROOT
from tests.transcript.test_roles import TALK

TRAIN = sorted((ROOT / "eval" / "train").glob("*.json"))[::12]


def transcript(lines: Iterable[tuple[str, str]], manager: str = "Dana Okafor", rep: str = "Jules Petrov") -> Transcript:
    called = {"A": manager, "B": rep}
    turns = tuple(Turn(n, called[who], text, n * 1.0, n + 1.0) for n, (who, text) in enumerate(lines, 1))
    people = (Participant(manager, "manager", "name (flag)"), Participant(rep, "rep", "name (flag)"))
    return Transcript(turns, people, Source("transcript", "txt", "", 99.0))


def other_way(lines: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [({"A": "B", "B": "A"}[who], text) for who, text in lines]


def test_a_right_talk_keeps_its_roles_and_gets_their_confidence() -> None:
    checked = check(transcript(TALK))
    assert checked.doubt is None
    assert [person.role for person in checked.participants] == ["manager", "rep"]
    assert all(person.confidence and person.confidence > 0.9 for person in checked.participants)


def test_an_exchanged_talk_is_flagged_and_its_roles_withheld() -> None:
    checked = check(transcript(other_way(TALK)))
    assert checked.doubt is not None
    assert [person.role for person in checked.participants] == [None, None]
    assert "Dana Okafor" in checked.doubt.suspected
    assert re.search("Jules Petrov (asks|leads|gives)", checked.doubt.told)


def test_an_exchanged_talk_is_flagged_also_where_somebody_comes_in() -> None:
    guest = Turn(99, "Guest", "Sorry, wrong room.", 98.0, 99.0)
    right, wrong = transcript(TALK), transcript(other_way(TALK))
    assert check(replace(right, turns=(*right.turns, guest))).doubt is None
    assert check(replace(wrong, turns=(*wrong.turns, guest))).doubt is not None


def test_a_speaker_who_greets_himself_is_not_himself() -> None:
    lines = [("A", "Hi Dana, thanks Dana."), ("B", "Morning, Jules."), ("A", "Okay, Dana, so."), ("B", "Well, Jules.")]
    checked = check(transcript(lines))
    assert checked.doubt is not None
    assert "the turns of Dana Okafor call 'Dana' " in checked.doubt.told
    assert check(transcript(other_way(lines))).doubt is None


def test_who_introduces_himself_on_the_phone_is_himself() -> None:
    """A rep who tells how he opened a call says his own name."""
    lines = [*TALK, ("B", "So I said, hello, it's Jules from Tallis. And he goes, Jules, who sent you?")]
    assert check(transcript(lines)).doubt is None


def test_exchanged_roles_and_exchanged_turns_are_told_apart_by_names() -> None:
    spoken = [
        *TALK,
        ("A", "Thanks, Jules. Bye, Jules."),
        ("B", "Thanks, Dana. Bye, Dana."),
        ("A", "Hi Jules."),
        ("B", "Dana, hi."),
    ]
    turns = check(transcript(other_way(spoken)))
    assert turns.doubt is not None
    assert turns.doubt.settle == ("--swap",)
    right = transcript(spoken)
    people = tuple(replace(p, role={"manager": "rep", "rep": "manager"}[p.role or ""]) for p in right.participants)
    cast = check(replace(right, participants=people))  # type: ignore[arg-type]
    assert cast.doubt is not None
    assert cast.doubt.settle == ("--role", "Dana Okafor=manager")
    assert cast.doubt.keep == ("--role", "Jules Petrov=manager")


def test_names_at_the_right_roles_can_be_exchanged_alone() -> None:
    lines = [*TALK, *[("A", "Thanks, Dana. Dana, hi."), ("B", "Thanks, Jules. Hi Jules.")] * 3]
    checked = check(transcript(lines))
    assert checked.doubt is not None
    assert checked.doubt.settle == ("--swap", "--role", "Jules Petrov=manager")


@pytest.mark.parametrize("line", ["Thanks, {}. Bye.", "All right, {}, same time next week?", "{}, hello."])
def test_one_name_said_in_a_whole_talk_tells_exchanged_names(line: str) -> None:
    """Nobody of 330 says the own name alone and to nobody's account; so a single call is enough."""
    right = transcript([*TALK, ("A", line.format("Jules"))])
    assert check(right).doubt is None
    checked = check(transcript([*TALK, ("A", line.format("Dana"))]))
    assert checked.doubt is not None
    assert checked.doubt.settle == ("--swap", "--role", "Jules Petrov=manager")


@pytest.mark.parametrize(
    "line",
    [
        "And he says, Jules, I have to have gloves.",
        'She said to me, "Jules, this is what we need."',
        "Hello Mrs Varga, Jules Petrov, Northgale Climate.",
        "um hello I'm Jules from Tacoma",
        "I rang Dana Okafor at home.",
        "I thought, no, Jules, don't.",
    ],
)
def test_who_quotes_others_or_introduces_himself_may_say_the_own_name(line: str) -> None:
    assert check(transcript([*TALK, ("B", line)])).doubt is None


def test_who_introduces_himself_by_another_name_is_another() -> None:
    checked = check(transcript([*TALK, ("B", "Hello Mrs Varga, this is Dana Okafor, Northgale Climate.")]))
    assert checked.doubt is not None


PROMISES = (
    ("A", "You will send them the offer by Friday, and you'll call the buyer."),
    ("B", "Okay, I'll send them the offer on Friday and I'll call him on Monday."),
    ("A", "You need to ask her who signs. You'll see her on Thursday?"),
    ("B", "Yes. I'll ask her, and I'll email them the summary."),
    ("A", "Good. You will need the prices, so you should get them from Milan. Make sure it's in the system."),
    ("B", "I'll get them. I told him I'd call them back. I'll put it in tonight."),
    ("A", "And you'll bring me your list."),
    ("B", "I will. I'll send her the dates as well."),
)


def test_promises_that_run_forwards_are_left_alone() -> None:
    """“You will” from the manager and “I'll” from the rep: the usual direction."""
    checked = check(transcript(PROMISES))
    assert checked.doubt is None
    assert checked.named("rep") == "Jules Petrov"


def test_promises_that_run_backwards_are_flagged() -> None:
    """“I'll call the buyer” from the manager and “you will” from the rep."""
    checked = check(transcript(other_way(PROMISES)))
    assert checked.doubt is not None
    assert "“you will …”" in checked.doubt.told or "assigns" in checked.doubt.told


@pytest.mark.parametrize(
    "line",
    [
        "I'll call them myself, I'll ring him tonight.",
        "I called the buyer and I sent her my numbers.",
        "I will join you.",
    ],
)
def test_one_promise_of_a_manager_flags_nothing(line: str) -> None:
    """Managers do call customers; one such turn in a talk that is otherwise right is no exchange."""
    assert check(transcript([*TALK, ("A", line)])).doubt is None


@pytest.mark.parametrize("lines", [[], TALK[:1], [("A", "Hello."), ("B", "Hello.")]])
def test_where_words_say_nothing_metadata_stand(lines: list[tuple[str, str]]) -> None:
    checked = check(transcript(lines))
    assert checked.doubt is None
    assert {person.confidence for person in checked.participants} == {None}
    assert [person.role for person in checked.participants] == ["manager", "rep"]


@pytest.mark.parametrize(
    ("one", "other", "called"),
    [
        ("Dana Okafor", "Jules Petrov", ("Dana", "Jules")),
        ("Dana Okafor", "Dana Petrov", None),
        ("Speaker 1", "Jules Petrov", None),
        ("SPEAKER_00", "SPEAKER_01", None),
        ("J", "Dana", None),
        ("", "Dana", None),
    ],
)
def test_first_names_count_where_they_tell_people_apart(one: str, other: str, called: object) -> None:
    assert first_names(one, other) == called


@pytest.mark.parametrize("name", ["Speaker 1", "speaker_2", "SPEAKER 00", "Manager", "rep", "Guest-3"])
def test_stand_ins_are_no_names(name: str) -> None:
    assert is_stand_in(name)
    assert not is_stand_in(f"{name} Okafor")


def test_a_name_that_is_a_word_is_not_heard_in_text_without_capitals() -> None:
    turns = (Turn(1, "x", "will you mark it i will", 0, 1), Turn(2, "y", "will do", 1, 2))
    assert set(name_contrasts(turns, {"x": "Will", "y": "Mark"}).values()) == {0.0}


@pytest.mark.parametrize("path", TRAIN, ids=lambda path: path.stem)
def test_of_labelled_talks_exchanged_ones_are_flagged_and_right_ones_are_not(path: Path) -> None:
    """On the set that weights were trained on; `analyzer eval roles` measures on others."""
    (pair,) = pairs([read_meeting(path)])
    assert check(exchanged(pair, "right")).doubt is None
    bare = replace(pair, turns=tuple(replace(turn, text=unmarked(turn.text)) for turn in pair.turns))
    assert check(exchanged(bare, "right")).doubt is None
    assert check(exchanged(pair, "turns")).doubt is not None


def test_the_chances_of_the_four_cases_add_up() -> None:
    found = examine(transcript(TALK).turns, "Dana Okafor", "Jules Petrov")
    assert sum(found.chances.values()) == pytest.approx(1)
    assert max(found.chances, key=lambda case: found.chances[case]) == "right"


def test_what_the_words_speak_against_is_published_without_owners_and_advice(analyzer, tmp_path: Path) -> None:
    """The whole way: flags the wrong way round, a notice, a line on standard error, and the command that settles it."""
    file = tmp_path / "talk.txt"
    file.write_text("\n".join(f"{'Dana' if who == 'A' else 'Jules'}: {text}" for who, text in TALK), encoding="utf-8")
    result = analyzer("upload", file, "--manager", "Jules", "--rep", "Dana", "--date", "2026-03-17")
    assert result.status == 0
    assert "Who is who is in doubt" in result.err
    report = json.loads(analyzer("report", "--json").out)
    assert {one["owner"] for one in report["commitments"]} == {None}
    assert not report["feedback"]["changes"]
    page = analyzer("report", "--format", "md").out
    assert "Who is who is in doubt" in page.split("## ")[0]
    settled = analyzer("correct", report["meeting"]["id"], "--role", "Dana=manager")
    assert settled.status == 0
    assert "doubt" not in settled.err
    owners = {one["owner"] for one in json.loads(analyzer("report", "--json").out)["commitments"]}
    assert "Jules" in owners
    assert None not in owners


def test_a_batch_says_which_meeting_is_in_doubt(analyzer, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    lines = "\n".join(f"{'Manager' if who == 'B' else 'Rep'}: {text}" for who, text in TALK)
    (folder / "talk.txt").write_text(lines, encoding="utf-8")
    result = analyzer("batch", folder)
    assert result.status == 0
    assert "talk.txt: Who is who is in doubt" in result.err


def test_the_figures_count_each_talk_once(analyzer, tmp_path: Path) -> None:
    for path in TRAIN[:2]:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    found = {one["form"]: one for one in json.loads(analyzer("eval", "roles", "--data", tmp_path, "--json").out)}
    assert set(found) == {"whole", "no marks", "32 turns", "16 turns", "8 turns"}
    for one in found.values():
        assert one["talks"] == 2
        assert one["right"] <= one["named"] <= 2
        assert all(count <= 2 for count in (one["alarms"], *one["caught"].values()))
    assert (found["whole"]["right"], found["whole"]["caught"]["turns"], found["whole"]["alarms"]) == (2, 2, 0)
