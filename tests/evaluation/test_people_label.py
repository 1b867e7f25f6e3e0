"""People label meetings in the terminal, and bring their own into a set."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analyzer.errors import InputError
from analyzer.evaluation.add import dump_meeting
from analyzer.evaluation.dataset import Annotation, FileExchange, read_meeting
from analyzer.evaluation.gold import majority
from analyzer.evaluation.label import Session
from analyzer.labels.rubric import load_rubric
from tests.evaluation.conftest import commitment, exchanges

RUBRIC = load_rubric()


@pytest.fixture
def path(tmp_path: Path, make_meeting) -> Path:
    unlabelled = make_meeting("iicc", gold={"rubric": "2", "exchanges": None, "commitments": None})
    dump_meeting(unlabelled, tmp_path / "m-1.json")
    return tmp_path / "m-1.json"


def label(path: Path, answers: list[str], annotator: str = "ann") -> tuple[bool, list[str]]:
    left = iter(answers)
    said: list[str] = []
    return Session(path, annotator, RUBRIC).run(lambda _: next(left), said.append), said


def test_a_meeting_is_labelled_turn_by_turn(path: Path) -> None:
    """I opens inspection (past, topic, set up), Enter goes on, c opens coaching; + adds a commitment."""
    finished, said = label(path, [
        "i", "p", "o", "y", "", "c", "f", "o", "+", "turn number 4", "by Friday", "2", "do it", "2026-03-20", "4", "v", "",
    ])  # fmt: skip
    assert finished, said
    made = read_meeting(path).annotations[0]
    assert [(e.first, e.last, e.focus, e.time, e.setup) for e in made.exchanges or ()] == [
        (1, 2, "inspection", "past", True),
        (3, 4, "coaching", "future", False),
    ]
    one = (made.commitments or ())[0]
    assert (one.owner, one.turn, one.quote, str(one.due)) == ("Jules Petrov", 4, "turn number 4", "2026-03-20")


def test_a_stopped_session_goes_on_where_it_was(path: Path) -> None:
    assert label(path, ["i", "p", "o", "n", "", "q"])[0] is False
    assert read_meeting(path).annotations == ()
    finished, said = label(path, ["c", "f", "o", ""])
    assert finished
    assert any("[3]" in line and line.startswith(">") for line in said)
    assert [e.first for e in read_meeting(path).annotations[0].exchanges or ()] == [1, 3]


def test_an_exchange_can_be_taken_back(path: Path) -> None:
    finished, _ = label(path, ["i", "p", "o", "n", "", "z", "c", "f", "o", "", "", ""])
    assert finished
    assert [(e.first, e.last, e.focus) for e in read_meeting(path).annotations[0].exchanges or ()] == [
        (1, 4, "coaching")
    ]


def test_the_session_shows_no_other_labels(path: Path) -> None:
    label(path, ["s", "p", "o", "", "", ""], "first")
    _, said = label(path, ["q"], "second")
    assert not any("first" in line for line in said)
    with pytest.raises(InputError, match="already"):
        Session(path, "first", RUBRIC)


def annotated(make_meeting, *letters: str, commitments=()):
    made = [
        Annotation(annotator=f"a{n}", rubric="2",
                   exchanges=tuple(FileExchange.model_validate(one) for one in exchanges(each)),
                   commitments=commitments[n] if commitments else ())
        for n, each in enumerate(letters)
    ]  # fmt: skip
    return make_meeting("iiii").model_copy(update={"annotations": tuple(made)})


def test_the_majority_of_three_is_gold(make_meeting) -> None:
    found = majority(annotated(make_meeting, "iicc", "iccc", "iicc"))
    assert [(e.first, e.last, e.focus) for e in found.gold.exchanges or ()] == [
        (1, 2, "inspection"),
        (3, 4, "coaching"),
    ]
    assert found.undecided == ()


def test_a_boundary_needs_more_than_half(make_meeting) -> None:
    assert len(majority(annotated(make_meeting, "iiIi", "iiii", "iiii")).gold.exchanges or ()) == 1
    assert len(majority(annotated(make_meeting, "iiIi", "iiIi", "iiii")).gold.exchanges or ()) == 2


def test_where_all_differ_a_further_pass_decides_and_is_marked(make_meeting) -> None:
    meeting = annotated(make_meeting, "iiic", "iiid", "iiis")
    assert majority(meeting).undecided == (4,)
    decided = majority(meeting, {4: ("neither", "social")})
    assert decided.undecided == ()
    assert decided.gold.adjudicated == (4,)
    assert (decided.gold.exchanges or ())[-1].kind == "social"


def test_a_commitment_is_gold_when_more_than_half_list_it(make_meeting) -> None:
    from analyzer.evaluation.dataset import FileCommitment

    listed = (FileCommitment.model_validate(commitment(2, "turn number 2")),)
    assert (
        len(
            majority(annotated(make_meeting, "iiii", "iiii", "iiii", commitments=(listed, listed, ()))).gold.commitments
            or ()
        )
        == 1
    )
    assert (
        majority(annotated(make_meeting, "iiii", "iiii", "iiii", commitments=(listed, (), ()))).gold.commitments == ()
    )


def test_a_meeting_of_the_library_is_added_with_its_names_replaced(analyzer, dialogue: Path, tmp_path: Path) -> None:
    text = dialogue.read_text() + "Dana: Thanks, Jules. Bye!\n"
    dialogue.write_text(text)
    analyzer("upload", dialogue, "--manager", "Dana", "--date", "2026-03-17")
    add = ("eval", "add", "talk.txt", tmp_path / "own", "--id", "own-1")
    assert "would keep the name" in analyzer(*add, "--name", "Dana=Asta").err
    result = analyzer(*add, "--name", "Dana=Asta", "--name", "Jules=Ivo")
    assert result.status == 0
    made = Path(result.out.strip())
    assert "Dana" not in made.read_text()
    assert "Thanks, Ivo. Bye!" in made.read_text()
    assert read_meeting(made).provenance == "recorded"
    assert "there already" in analyzer(*add, "--name", "Dana=Asta", "--name", "Jules=Ivo").err


def test_agreement_gold_and_run_work_on_a_folder_of_ones_own(analyzer, make_meeting, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    dump_meeting(annotated(make_meeting, "iicc", "iicc", "iccc"), folder / "m-1.json")
    assert analyzer("eval", "gold", "--data", folder).status == 0
    assert json.loads(analyzer("eval", "agreement", "--data", folder, "--json").out)["turns"] == 4
    shown = analyzer("eval", "run", "--data", folder)
    assert shown.status == 0
    assert "Under 20 meetings: no claim is made." in shown.out
    result = analyzer("eval", "run", "--data", folder, "--out", tmp_path / "card", "--json")
    assert json.loads(result.out) == json.loads((tmp_path / "card.json").read_text())
    assert "m-1" in (tmp_path / "card.html").read_text()
    assert analyzer("eval", "gate", tmp_path / "card.json", tmp_path / "card.json").status == 0
    assert analyzer("eval", "compare", tmp_path / "card.json", tmp_path / "card.json").status == 0
    assert analyzer("eval", "run", "--data", folder, "--engine", "magic").status == 2
    assert analyzer("eval", "gate", folder / "m-1.json", tmp_path / "card.json").status == 2
