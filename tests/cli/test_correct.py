"""Corrections lie over the original: they show, they win, they can be taken back, and nothing is transcribed again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from analyzer.model import Exchange, Source, Transcript, Turn
from analyzer.store.library import Library
from tests.transcript.test_roles import TALK


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    path = tmp_path / "talk.txt"
    path.write_text("\n".join(f"{'Dana' if who == 'A' else 'Jules'}: {text}" for who, text in TALK), encoding="utf-8")
    return path


@pytest.fixture
def uploaded(analyzer, talk: Path) -> str:
    assert analyzer("upload", talk, "--manager", "Dana", "--rep", "Jules", "--date", "2026-03-17").status == 0
    return report(analyzer)["meeting"]["id"]


def report(analyzer) -> dict[str, Any]:
    return dict(json.loads(analyzer("report", "--json").out))


def roles(analyzer) -> dict[str, str]:
    return {person["name"]: person["role"] for person in report(analyzer)["transcript"]["participants"]}


def speakers(analyzer) -> list[str]:
    return [turn["speaker"] for turn in report(analyzer)["transcript"]["turns"]]


def test_a_swap_exchanges_what_the_two_said_and_twice_is_nothing(analyzer, uploaded: str) -> None:
    before = speakers(analyzer)
    owners = {one["owner"] for one in report(analyzer)["commitments"]}
    assert analyzer("correct", uploaded, "--swap").status == 0
    assert speakers(analyzer) == [{"Dana": "Jules", "Jules": "Dana"}[name] for name in before]
    assert {one["owner"] for one in report(analyzer)["commitments"]} != owners
    assert analyzer("correct", uploaded, "--swap").status == 0
    assert speakers(analyzer) == before


def test_the_meeting_that_was_corrected_is_named_and_last_is_marked(analyzer, uploaded: str, tmp_path: Path) -> None:
    """`list` sorts by day: the meeting taken in last may stand below."""
    (tmp_path / "older.txt").write_text("Dana: Where is Acme?\nJules: They signed.\n")
    assert (
        analyzer("upload", tmp_path / "older.txt", "--manager", "Dana", "--rep", "Kim", "--date", "2026-01-09").status
        == 0
    )
    rows = analyzer("list").out.splitlines()
    assert [row.endswith("(last)") for row in rows] == [False, False, True]
    assert [row["last"] for row in json.loads(analyzer("list", "--json").out)] == [False, True]
    done = analyzer("correct", "last", "--swap")
    assert "corrected: the meeting of 2026-01-09, " in done.err
    assert "older.txt" in done.err
    assert "2026-03-17" in analyzer("correct", uploaded, "--swap").err


def test_a_role_settles_the_other_speakers_too(analyzer, uploaded: str) -> None:
    assert analyzer("correct", uploaded, "--role", "Jules=manager").status == 0
    assert roles(analyzer) == {"Dana": "rep", "Jules": "manager"}
    grounds = {p["name"]: p["ground"] for p in report(analyzer)["transcript"]["participants"]}
    assert grounds["Jules"] == "corrected by hand"
    assert report(analyzer)["meeting"]["manager"] == "Jules"


def test_a_name_shows_everywhere_and_the_report_under_the_old_name_goes(
    analyzer, uploaded: str, tmp_path: Path
) -> None:
    result = analyzer("correct", uploaded, "--name", "Jules=Jules Petrov")
    assert result.status == 0
    assert "Jules Petrov" in speakers(analyzer)
    assert {one["owner"] for one in report(analyzer)["commitments"]} <= {"Dana", "Jules Petrov"}
    pages = list((tmp_path / "library" / "reports").glob("*.html"))
    assert [str(page) for page in pages] == [result.out.strip()]


def test_a_turn_goes_to_its_speaker(analyzer, uploaded: str) -> None:
    assert analyzer("correct", uploaded, "--turn", "9", "--turn", "7", "--speaker", "jules").status == 0
    changed = [
        n
        for n, (now, (who, _)) in enumerate(zip(speakers(analyzer), TALK, strict=True), 1)
        if (now == "Dana") != (who == "A")
    ]
    assert changed == [7, 9]


def test_a_corrected_label_is_shown_as_a_persons_and_counts(analyzer, uploaded: str) -> None:
    first = report(analyzer)["exchanges"][0]
    focus = "coaching" if first["focus"] != "coaching" else "inspection"
    assert analyzer("correct", uploaded, "--exchange", "1", "--focus", focus).status == 0
    made = report(analyzer)
    now = made["exchanges"][0]
    assert (now["focus"], now["by_hand"], now["confidence"]) == (focus, True, None)
    assert (now["first"], now["last"]) == (first["first"], first["last"])
    assert made["measures"]["seconds"][focus] > 0
    assert any(one["stage"] == "corrections" for one in made["provenance"])
    for form in ("md", "html"):
        page = analyzer("report", "--format", form).out
        assert "corrected by hand" in page.lower()
        assert f"turns {first['first']} to {first['last']}: {focus}" in page or first["first"] == first["last"]


def test_corrections_hold_when_the_file_is_uploaded_again(analyzer, uploaded: str, talk: Path) -> None:
    analyzer(
        "correct", uploaded, "--role", "Jules=manager", "--exchange", "1", "--focus", "neither", "--kind", "social"
    )
    corrected = report(analyzer)
    assert analyzer("upload", talk, "--manager", "Dana", "--rep", "Jules", "--date", "2026-03-18").status == 0
    again = report(analyzer)
    assert again["exchanges"] == corrected["exchanges"]
    assert roles(analyzer) == {"Dana": "rep", "Jules": "manager"}


def test_a_persons_label_wins_over_another_engine(
    analyzer, uploaded: str, talk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other engine takes the whole talk for one exchange; the corrected turns are cut out of it."""
    from analyzer.labels.local import LocalLabeler
    from analyzer.model import Labelled

    one = report(analyzer)["exchanges"][0]
    analyzer("correct", uploaded, "--exchange", "1", "--focus", "neither", "--kind", "team_selling")
    monkeypatch.setattr(LocalLabeler, "version", "other")
    monkeypatch.setattr(LocalLabeler, "label", lambda *_: Labelled((exchange(1, len(TALK), "coaching"),)))
    assert analyzer("upload", talk, "--manager", "Dana", "--rep", "Jules", "--date", "2026-03-17").status == 0
    found = [(e["first"], e["last"], e["kind"], e["by_hand"]) for e in report(analyzer)["exchanges"]]
    assert found[0] == (one["first"], one["last"], "team_selling", True)
    assert found[1:] == ([(one["last"] + 1, len(TALK), None, False)] if one["last"] < len(TALK) else [])


def test_what_was_decided_of_a_promise_stays_when_its_owner_is_corrected(analyzer, uploaded: str) -> None:
    first = json.loads(analyzer("actions", "--json").out)[0]
    analyzer("actions", "done", first["id"])
    analyzer("correct", uploaded, "--name", "Jules=Jules Petrov", "--name", "Dana=Dana Okafor")
    same = [one for one in json.loads(analyzer("actions", "--json").out) if one["quote"] == first["quote"]]
    assert same
    assert same[0]["id"] != first["id"]
    assert {one["status"] for one in same} == {"done"}


def test_the_file_is_not_needed_and_words_are_not_recognised_again(
    analyzer, uploaded: str, talk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk.unlink()
    monkeypatch.setattr("analyzer.hearing.Hearing.transcript", lambda *_: pytest.fail("the words were made again"))
    assert analyzer("correct", uploaded, "--swap").status == 0


def test_undo_takes_back_the_last_and_list_shows_the_rest(analyzer, uploaded: str) -> None:
    before = report(analyzer)
    analyzer("correct", uploaded, "--role", "Jules=manager")
    analyzer("correct", uploaded, "--turn", "2", "--speaker", "Dana")
    listed = json.loads(analyzer("correct", uploaded, "--list", "--json").out)
    assert [one["what"] for one in listed] == ["role", "turn"]
    assert "turn 2 is Dana's" in analyzer("correct", uploaded, "--list").out
    assert analyzer("correct", uploaded, "--undo").status == 0
    assert [one["what"] for one in json.loads(analyzer("correct", uploaded, "--list", "--json").out)] == ["role"]
    analyzer("correct", uploaded, "--undo")
    for part in ("transcript", "exchanges", "commitments", "feedback", "measures"):
        assert report(analyzer)[part] == before[part]
    assert "no corrections" in analyzer("correct", uploaded, "--undo").err


def test_stand_ins_get_name_and_role_in_one_command(analyzer, tmp_path: Path) -> None:
    file = tmp_path / "call.txt"
    file.write_text("Speaker 1: Hello there.\nSpeaker 2: Hello to you.\n", encoding="utf-8")
    analyzer("upload", file)
    notice = analyzer("report", "--format", "md").out.split("## ")[0]
    assert "analyzer correct" in notice
    assert '"Speaker 1=manager"' in notice.replace("\\", "")
    arguments = ("--name", "Speaker 1=Dana Okafor", "--name", "Speaker 2=Jules Petrov", "--role", "Dana Okafor=manager")
    assert analyzer("correct", "last", *arguments).status == 0
    assert roles(analyzer) == {"Dana Okafor": "manager", "Jules Petrov": "rep"}
    assert analyzer("correct", "last", "--name", "Dana=Asta Voss").status == 0
    assert speakers(analyzer) == ["Asta Voss", "Jules Petrov"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "--swap"),
        (("--undo", "--swap"), "--undo"),
        (("--turn", "99", "--speaker", "Dana"), "turns 1 to 10"),
        (("--turn", "3"), "--speaker"),
        (("--turn", "3", "--speaker", "Nobody"), "'Dana', 'Jules'"),
        (("--role", "Nobody=manager"), "'Dana', 'Jules'"),
        (("--role", "Dana=boss"), "manager, rep or other"),
        (("--role", "Dana"), "Dana Okafor=manager"),
        (("--name", "Dana=Jules"), "--swap"),
        (("--exchange", "99", "--focus", "coaching"), "from 1 to"),
        (("--exchange", "1"), "--focus"),
        (("--exchange", "1", "--focus", "magic"), "inspection, coaching, neither"),
        (("--exchange", "1", "--focus", "neither"), "--kind"),
        (("--exchange", "1", "--focus", "coaching", "--kind", "admin"), "has none"),
    ],
)
def test_what_does_not_fit_is_one_line_and_changes_nothing(analyzer, uploaded: str, arguments, words: str) -> None:
    before = report(analyzer)
    result = analyzer("correct", uploaded, *arguments)
    assert result.status == 2
    assert words in result.err
    assert len(result.err.strip().splitlines()) == 1
    assert report(analyzer) == before
    assert json.loads(analyzer("correct", uploaded, "--list", "--json").out) == []


def test_an_undo_that_fails_takes_nothing_back(analyzer, uploaded: str) -> None:
    analyzer("correct", uploaded, "--swap")
    before = report(analyzer)
    assert analyzer("correct", uploaded, "--undo", "--llm", "some-model").status == 3
    assert report(analyzer) == before
    assert [one["what"] for one in json.loads(analyzer("correct", uploaded, "--list", "--json").out)] == ["swap"]


def test_one_voice_alone_is_offered_no_role(analyzer, tmp_path: Path) -> None:
    """A command that settles nothing is not offered."""
    file = tmp_path / "memo.txt"
    file.write_text("Speaker 1: Hello there.\nSpeaker 1: Nobody answers.\n", encoding="utf-8")
    analyzer("upload", file)
    notice = analyzer("report", "--format", "md").out.split("## ")[0]
    assert "withheld" in notice
    assert "analyzer correct" not in notice


def test_an_unknown_meeting_names_the_list(analyzer, uploaded: str) -> None:
    result = analyzer("correct", "zzzz", "--swap")
    assert result.status == 2
    assert "analyzer list" in result.err


def test_a_failure_leaves_the_meeting_as_it_was(analyzer, uploaded: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A language model without a key: the correction is not kept half-done."""
    before = report(analyzer)
    assert analyzer("correct", uploaded, "--swap", "--llm", "some-model").status == 3
    assert report(analyzer) == before
    assert json.loads(analyzer("correct", uploaded, "--list", "--json").out) == []


def test_a_meeting_is_corrected_with_the_engine_that_labelled_it(
    analyzer, uploaded: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model in the environment does not take over a meeting that was labelled here."""
    monkeypatch.setenv("ANALYZER_LLM", "some-model")
    assert analyzer("correct", uploaded, "--swap").status == 0
    assert report(analyzer)["made_with"][1] == "local"


def test_a_library_from_before_corrections_can_be_corrected(analyzer, uploaded: str, tmp_path: Path) -> None:
    """What was analysed before originals were kept is its own original."""
    import sqlite3

    with sqlite3.connect(tmp_path / "library" / "library.db") as db:
        db.execute("DELETE FROM originals")
    db.close()
    assert analyzer("correct", uploaded, "--swap").status == 0
    assert analyzer("correct", uploaded, "--undo").status == 0
    library = Library(tmp_path / "library")
    assert library.corrections(uploaded) == []
    library.close()


# --- the layers by themselves -------------------------------------------------------------------------------------


def exchange(first: int, last: int, focus: str = "inspection") -> Exchange:
    return Exchange(first, last, focus, None, "past", "pipeline", "manager", ())


def transcript(turns: int, shift: float = 0.0) -> Transcript:
    said = tuple(
        Turn(n, "AB"[n % 2], f"These are words number {n}.", n * 10.0 + shift, n * 10.0 + 9 + shift)
        for n in range(1, turns + 1)
    )
    return Transcript(said, (), Source("recording", "whisper", "", 999.0))


@pytest.mark.parametrize(
    "cuts",
    [
        [(1, 12)],
        [(1, 3), (4, 7), (8, 12)],
        [(1, 5), (6, 12)],
        [(n, n) for n in range(1, 13)],
        [(1, 4), (5, 8), (9, 12)],
    ],
)
def test_a_persons_label_holds_for_its_turns_however_an_engine_cuts(cuts: list[tuple[int, int]]) -> None:
    from analyzer.labels.corrected import relabelled
    from analyzer.labels.rubric import load_rubric
    from analyzer.transcript.corrections import Labelling, stretch

    talk = transcript(12)
    one = Labelling(stretch(talk.turns[3:7]), "coaching", None)
    found = relabelled([exchange(*cut) for cut in cuts], [one], talk, load_rubric())
    assert [n for e in found for n in range(e.first, e.last + 1)] == list(range(1, 13))
    assert [(e.first, e.last, e.focus) for e in found if e.by_hand] == [(4, 7, "coaching")]
    for e in found:
        assert all(e.first <= quote.turn <= e.last for quote in e.evidence)


def test_turns_are_found_again_by_their_time() -> None:
    """Another recogniser cut the talk otherwise: turn 5 of then is what is spoken at that time now."""
    from analyzer.errors import InputError
    from analyzer.transcript.corrections import find_turns, stretch

    where = stretch(transcript(12).turns[4:5])
    assert [turn.n for turn in find_turns(transcript(12), where)] == [5]
    assert [turn.n for turn in find_turns(transcript(12, shift=10.4), where)] == [4]
    with pytest.raises(InputError, match="turn 5"):
        find_turns(transcript(3), where)


def test_a_correction_that_fits_no_more_is_said_and_left_out() -> None:
    from analyzer.transcript.corrections import Attribution, Casting, corrected, stretch

    late = stretch(transcript(12).turns[10:11])
    found = corrected(transcript(3), [Attribution(late, "A"), Casting("C", "manager")])
    assert found.turns == transcript(3).turns
    assert len(found.source.warnings) == 2
    assert all("left out" in warning for warning in found.source.warnings)
