"""What became of promises: the format of labelled series, and the score of whoever tells it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from analyzer.errors import InputError
from analyzer.evaluation.follow_through import FATES, fate, measure, questions
from analyzer.evaluation.series import Series, read_series
from analyzer.model import EarlierPromise, FollowUp, Quote

SERIES: dict[str, Any] = {
    "id": "heron",
    "industry": "greenhouse glass",
    "manager": "Ada Quill",
    "rep": "Bo Marsh",
    "annotators": ["a", "b"],
    "talks": [
        {"id": "h1", "date": "2026-03-02", "style": "clean", "turns": [
            ["M", "Where is the pane list?"],
            ["R", "I'll send Tovey the pane list on Friday. And I'll ring the nursery."],
            ["M", "I'll ask Renske for the crane."],
        ]},
        {"id": "h2", "date": "2026-03-09", "style": "clean", "turns": [
            ["R", "The pane list went to Tovey on Friday."],
            ["M", "Good. The nursery?"],
            ["R", "Didn't get to it, I'll ring them Wednesday."],
        ]},
        {"id": "h3", "date": "2026-03-16", "style": "clean", "turns": [["R", "We won't need the crane any more."]]},
    ],
    "promises": [
        {"id": "p1", "talk": "h1", "turn": 2, "owner": "Bo Marsh", "action": "send Tovey the pane list",
         "due": "2026-03-06", "quote": "I'll send Tovey the pane list on Friday", "shown": [
             {"talk": "h2", "outcome": "kept", "turn": 1, "quote": "The pane list went to Tovey",
              "annotations": ["kept", "kept"]},
             {"talk": "h3", "outcome": "unmentioned", "annotations": ["unmentioned", "unmentioned"]}]},
        {"id": "p2", "talk": "h1", "turn": 2, "owner": "Bo Marsh", "action": "ring the nursery", "due": None,
         "quote": "I'll ring the nursery", "shown": [
             {"talk": "h2", "outcome": "moved", "turn": 3, "quote": "I'll ring them Wednesday",
              "new_due": "2026-03-11", "annotations": ["moved", "unmentioned"]},
             {"talk": "h3", "outcome": "unmentioned", "annotations": ["unmentioned", "unmentioned"]}]},
        {"id": "p3", "talk": "h1", "turn": 3, "owner": "Ada Quill", "action": "ask Renske for the crane", "due": None,
         "quote": "I'll ask Renske for the crane", "shown": [
             {"talk": "h2", "outcome": "unmentioned", "annotations": ["unmentioned", "unmentioned"]},
             {"talk": "h3", "outcome": "dropped", "turn": 1, "quote": "We won't need the crane any more",
              "annotations": ["dropped", "dropped"]}]},
    ],
}  # fmt: skip


def _file(folder: Path, series: dict[str, Any]) -> Path:
    path = folder / "series.json"
    path.write_text(json.dumps({"series": [series]}), encoding="utf-8")
    return path


def _altered(place: list[Any], value: Any) -> dict[str, Any]:
    made: Any = json.loads(json.dumps(SERIES))
    at = made
    for step in place[:-1]:
        at = at[step]
    at[place[-1]] = value
    return dict(made)


def _perfect(series: Series) -> Any:
    def follow(meeting: Any, promises: list[EarlierPromise]) -> list[FollowUp]:
        shown = {(p.id, one.talk): one for p in series.promises for one in p.shown}
        found = []
        for promise in promises:
            one = shown[promise.id, meeting.id]
            quote = Quote(one.turn, "", one.quote, 0.0) if one.turn and one.quote else None
            found.append(FollowUp(promise, one.outcome, quote, one.new_due))
        return found

    return follow


def _silent(meeting: Any, promises: list[EarlierPromise]) -> list[FollowUp]:
    return [FollowUp(promise, "unmentioned", None) for promise in promises]


def test_closed_promises_are_not_asked_about_again_and_moved_ones_carry_their_new_day() -> None:
    asked = {meeting.id: promises for meeting, promises in questions(Series.model_validate(SERIES))}
    assert [one.id for one in asked["h2"]] == ["p1", "p2", "p3"]
    assert [(one.id, str(one.due)) for one in asked["h3"]] == [("p2", "2026-03-11"), ("p3", "None")]


def test_who_reads_the_labels_is_always_right() -> None:
    series = Series.model_validate(SERIES)
    score = measure([series], _perfect(series))
    assert (score.accuracy.value, score.fate_accuracy.value, score.new_due_accuracy.value) == (1, 1, 1)
    assert (score.accuracy.n, score.fate_accuracy.n) == (5, 3)
    assert score.misses == ()


def test_who_finds_nothing_calls_everything_forgotten() -> None:
    score = measure([Series.model_validate(SERIES)], _silent)
    assert score.fate_accuracy.value == score.always_unmentioned == 0
    assert score.accuracy.value == pytest.approx(2 / 5)
    assert [(miss.promise, miss.true, miss.said) for miss in score.misses] == [
        ("p1", "kept", "unmentioned"), ("p2", "moved", "unmentioned"), ("p3", "dropped", "unmentioned"),
    ]  # fmt: skip
    assert sum(row[FATES.index("forgotten")] for row in score.confusion) == 3


def test_what_closes_a_promise_closes_it() -> None:
    assert fate(["moved", "kept", "dropped"]) == "claimed"
    assert fate(["unmentioned", "moved", "unmentioned"]) == "moved"
    assert fate(["dropped", "moved"]) == "dropped"
    assert fate(["unmentioned"]) == "forgotten"


def test_agreement_counts_pairs_of_annotators() -> None:
    assert measure([Series.model_validate(SERIES)], _silent).agreement == pytest.approx(5 / 6)


@pytest.mark.parametrize(
    ("place", "value", "rule"),
    [
        (["promises", 0, "quote"], "I'll send Tovey the panes", "does not stand word for word in turn 2"),
        (["promises", 0, "shown", 0, "quote"], "went to Toby", "does not stand word for word in turn 1"),
        (["promises", 1, "shown", 0, "turn"], 9, "there is no turn 9"),
        (["promises", 1, "owner"], "Somebody Else", "is no participant"),
        (["promises", 2, "talk"], "h9", "there is no talk 'h9'"),
        (["promises", 2, "shown", 0, "talk"], "h3", "each later talk (h2, h3)"),
        (["promises", 2, "id"], "p1", "two have the same id"),
        (["talks", 0, "date"], "2026-05-01", "in order of their days"),
    ],
)
def test_a_series_that_breaks_a_rule_is_refused(tmp_path: Path, place: list[Any], value: Any, rule: str) -> None:
    with pytest.raises(InputError, match="heron") as caught:
        read_series(_file(tmp_path, _altered(place, value)))
    assert rule in str(caught.value)


def test_command_scores_the_local_engine(tmp_path: Path, analyzer: Callable[..., Any]) -> None:
    found = json.loads(analyzer("eval", "follow-through", "--data", _file(tmp_path, SERIES), "--json").out)
    assert found["promises"] == 3
    assert set(found) >= {"fate_accuracy", "confusion", "misses"}


def test_command_refuses_an_engine_that_tells_too_little(tmp_path: Path, analyzer: Callable[..., Any]) -> None:
    refused = analyzer("eval", "follow-through", "--data", _file(tmp_path, SERIES), "--least", "0.85")
    assert refused.status == 1
    assert "wanted 0.85 or more" in refused.err
