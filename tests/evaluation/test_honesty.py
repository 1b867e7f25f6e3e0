"""The harness notices when it is fooled: each of these breaks it on purpose."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from analyzer.errors import InputError
from analyzer.evaluation import scorecard
from analyzer.evaluation.add import dump_meeting
from analyzer.evaluation.check import check
from analyzer.evaluation.dataset import Meeting, read_folder, read_meeting
from analyzer.evaluation.engines import Engine
from analyzer.evaluation.figure import Figure
from analyzer.evaluation.gate import compare, refusals
from analyzer.evaluation.score import Prediction
from analyzer.labels.rubric import load_rubric
from analyzer.llm.replies import FileReplies, Reply
from tests.evaluation.conftest import commitment, exchanges

RUBRIC = load_rubric()
NOON = datetime(2026, 3, 17, 12, tzinfo=UTC)


def write(meeting: Meeting, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{meeting.id}.json"
    dump_meeting(meeting, path)
    return path


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def problems(root: Path, *beside: Path) -> list[str]:
    return [f"{p.where}: {p.what}" for p in check(root, RUBRIC, quotas=False, beside=beside)]


@pytest.fixture
def sets(tmp_path: Path, make_meeting) -> Path:
    """A test meeting and a training meeting of other people, with nothing wrong."""
    words = "we could ask the harbour master what a lost week in the dry dock has cost him since spring"
    test = make_meeting("iicc", "t-1", [commitment(2, "turn number 2")])
    turns = [*test.model_dump(mode="json")["turns"]]
    turns[3]["text"] = words
    write(Meeting.model_validate(test.model_dump(mode="json") | {"turns": turns}), tmp_path / "meetings" / "test")
    others = [{"name": "Asta Voss", "role": "manager"}, {"name": "Ivo Pace", "role": "rep"}]
    train = make_meeting("ssdd", "n-1").model_dump(mode="json")
    for turn in train["turns"]:
        turn["speaker"] = others[(turn["n"] + 1) % 2]["name"]
    write(Meeting.model_validate(train | {"participants": others}), tmp_path / "train")
    assert problems(tmp_path) == []
    return tmp_path


def test_a_test_meeting_copied_into_training_data(sets: Path) -> None:
    source = sets / "meetings" / "test" / "t-1.json"
    (sets / "train" / "t-1.json").write_text(source.read_text())
    assert any("13 words in a row" in one for one in problems(sets))
    assert any("is in" in one for one in problems(sets))


def test_words_of_the_test_set_in_a_prompt(sets: Path) -> None:
    (sets / "prompts").mkdir()
    (sets / "prompts" / "example.toml").write_text(
        'said = "...ask the HARBOUR master, what a lost week in the dry dock has cost him..."'
    )
    assert any("example.toml" in one and "13 words" in one for one in problems(sets, sets / "prompts"))


def test_the_same_pair_of_people_in_two_splits(sets: Path, make_meeting) -> None:
    write(make_meeting("iicc", "d-1"), sets / "meetings" / "dev")
    assert any("Dana Okafor and Jules Petrov are in" in one for one in problems(sets))


def test_a_quote_altered_by_a_word(sets: Path) -> None:
    edit(sets / "meetings" / "test" / "t-1.json", '"quote": "turn number 2"', '"quote": "turn numbers 2"')
    assert any("does not stand word for word in turn 2" in one for one in problems(sets))


def test_gold_with_a_gap(sets: Path) -> None:
    edit(sets / "meetings" / "test" / "t-1.json", '"first": 3', '"first": 4')
    assert any("expected one from turn 3" in one for one in problems(sets))


def test_a_class_renamed(sets: Path) -> None:
    edit(sets / "meetings" / "test" / "t-1.json", '"focus": "coaching"', '"focus": "mentoring"')
    assert any("'mentoring' is no focus" in one for one in problems(sets))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"kind": null', '"kind": "social"', "has no kinds"),
        ('"topic": "opportunity"', '"topic": "weather"', "no topic"),
        ('"n": 2', '"n": 3', "without gaps"),
        ('"speaker": "Jules Petrov"', '"speaker": "Nobody"', "no participant"),
        ('"format": 1', '"format": 2', "format"),
        ('"id": "t-1"', '"id": "t-2"', "must be called"),
        ('"style": "clean",', '"style": "clean", "mood": "good",', "mood"),
    ],
)
def test_a_broken_rule_is_named_with_its_place(sets: Path, old: str, new: str, words: str) -> None:
    path = sets / "meetings" / "test" / "t-1.json"
    edit(path, old, new)
    with pytest.raises(InputError, match=words) as caught:
        read_meeting(path)
    assert "t-1.json" in str(caught.value)


def test_a_meeting_scored_twice(sets: Path) -> None:
    folder = sets / "meetings" / "test"
    (folder / "again").mkdir()
    (folder / "again" / "t-1.json").write_text((folder / "t-1.json").read_text())
    with pytest.raises(InputError, match="twice"):
        read_folder(folder)


# --- the gate ---------------------------------------------------------------------------------------------------------


def perfect(meeting: Meeting) -> Prediction:
    return Prediction(meeting.gold.exchanges, meeting.gold.commitments)


def card(meetings: list[Meeting], predict) -> scorecard.Scorecard:
    return scorecard.run(meetings, Engine("test", "test", predict), RUBRIC, "here", NOON)


@pytest.fixture
def meetings(make_meeting) -> list[Meeting]:
    letters = random.Random(1)
    return [
        make_meeting("".join(letters.choice("icds") * 3 for _ in range(6)), f"m-{n}", [commitment(2, "turn number 2")])
        for n in range(24)
    ]


def test_the_same_labels_pass(meetings: list[Meeting]) -> None:
    assert list(refusals(card(meetings, perfect), card(meetings, perfect))) == []


def test_labels_shuffled(meetings: list[Meeting]) -> None:
    order = random.Random(2)

    def shuffled(meeting: Meeting) -> Prediction:
        letters = [letter for letter in "icds" for _ in range(5)][: len(meeting.turns)]
        order.shuffle(letters)
        letters += ["i"] * (len(meeting.turns) - len(letters))
        from analyzer.evaluation.dataset import FileExchange

        made = [FileExchange.model_validate(one) for one in exchanges("".join(letters))]
        return Prediction(made, meeting.gold.commitments)

    found = list(refusals(card(meetings, perfect), card(meetings, shuffled)))
    assert len(found) == 1
    assert found[0].startswith("focus_macro_f1 fell from 1.000")


def test_commitments_lost(meetings: list[Meeting]) -> None:
    found = list(refusals(card(meetings, perfect), card(meetings, lambda m: Prediction(m.gold.exchanges, []))))
    assert any(reason.startswith("commitment_f1 fell") for reason in found)


def test_an_unsupported_commitment(meetings: list[Meeting]) -> None:
    def inventing(meeting: Meeting) -> Prediction:
        made = [one.model_copy(update={"quote": "I never said this"}) for one in meeting.gold.commitments or ()]
        return Prediction(meeting.gold.exchanges, made)

    found = list(refusals(card(meetings, perfect), card(meetings, inventing)))
    assert any("rest on no words" in reason for reason in found)


def test_a_failure(meetings: list[Meeting]) -> None:
    def failing(meeting: Meeting) -> Prediction:
        return Prediction(None, None, "no answer") if meeting.id == "m-3" else perfect(meeting)

    found = list(refusals(card(meetings, perfect), card(meetings, failing)))
    assert "meeting m-3 failed: no answer" in found


def test_gold_labels_changed_under_a_baseline(meetings: list[Meeting]) -> None:
    before = card(meetings, perfect)
    changed = [meetings[0].model_copy(update={"gold": meetings[1].gold}), *meetings[1:]]
    assert "different data" in next(refusals(before, card(changed, perfect)))


def test_a_meeting_twice_in_a_scorecard(meetings: list[Meeting]) -> None:
    good = card(meetings, perfect)
    doubled = replace(good, results=(*good.results, good.results[0]))
    assert "twice" in next(refusals(good, doubled))


def test_a_figure_that_vanished(meetings: list[Meeting]) -> None:
    good = card(meetings, perfect)
    without = replace(good, figures=good.figures | {"time_accuracy": Figure(None, None, None, 0)})
    assert "time_accuracy has no figure any more" in list(refusals(good, without))


def test_a_comparison_is_paired(meetings: list[Meeting]) -> None:
    worse = card(meetings, lambda m: Prediction(m.gold.exchanges, []))
    found = {one.metric: one for one in compare(card(meetings, perfect), worse)}
    assert found["focus_macro_f1"].low == found["focus_macro_f1"].high == 0.0
    assert found["commitment_f1"].difference == -1.0


def test_a_scorecard_says_what_it_rests_on(meetings: list[Meeting]) -> None:
    made = card(meetings, perfect)
    assert made.claims
    assert (made.meetings, made.turns) == (24, 24 * 18)
    assert made.rubric.startswith(RUBRIC.version)
    assert made.date == NOON.isoformat()
    assert {"majority", "tense-only", "evenly-spaced"} == set(made.baselines)
    assert not card(meetings[:19], perfect).claims


def kept(text: str, key: str) -> Reply:
    return Reply(
        key=key, prompt="window 1 (abc)", model="m", text=text, source="imported", answered_by="x", made=NOON.isoformat()
    ).sealed()  # fmt: skip


@pytest.mark.parametrize("broken", ["moved", "changed", "cut"])
def test_a_reply_that_answers_for_another_prompt(sets: Path, broken: str) -> None:
    """Each kept reply is bound to its request: one that was moved or changed fails the check."""
    path = sets / "replies" / "m.jsonl"
    replies = FileReplies(path)
    replies.keep(kept('{"label": "coaching"}', "a" * 32))
    replies.keep(kept('{"label": "inspection"}', "b" * 32))
    assert problems(sets) == []
    text = path.read_text(encoding="utf-8")
    changed = {
        "moved": text.replace("a" * 32, "c" * 32).replace("b" * 32, "a" * 32).replace("c" * 32, "b" * 32),
        "changed": text.replace("coaching", "inspection"),
        "cut": text[:-40],
    }
    path.write_text(changed[broken], encoding="utf-8")
    [problem] = problems(sets)
    assert ("does not belong to the key" in problem) or broken == "cut"


# --- the project's own set --------------------------------------------------------------------------------------------

EVAL = Path(__file__).parents[2] / "eval"


def test_the_projects_own_set_has_nothing_wrong() -> None:
    beside = [EVAL.parent / name for name in ("prompts", "tests", "analyzer")]
    assert [f"{p.where}: {p.what}" for p in check(EVAL, RUBRIC, quotas=True, beside=beside)] == []


def test_the_challenge_sets_are_as_large_as_they_say() -> None:
    pairs = json.loads((EVAL / "challenge" / "pairs.json").read_text(encoding="utf-8"))["pairs"]
    snippets = json.loads((EVAL / "challenge" / "commitments.json").read_text(encoding="utf-8"))["snippets"]
    phrases = json.loads((EVAL / "challenge" / "dates.json").read_text(encoding="utf-8"))["phrases"]
    assert len(pairs) >= 80
    assert all((a["focus"], a["kind"]) != (b["focus"], b["kind"]) for a, b in (pair["sides"] for pair in pairs))
    assert len(snippets) >= 150
    assert sum(not one["commitments"] for one in snippets) / len(snippets) == pytest.approx(0.45, abs=0.05)
    assert len(phrases) >= 120
