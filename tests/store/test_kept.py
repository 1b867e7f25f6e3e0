"""What was made, read or answered once is not made, read or asked for again."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.llm.replies import Reply, Waiting
from tests.store.made import HASH, LATER, library, start


def test_a_stage_runs_once_for_the_same_facts(tmp_path: Path) -> None:
    store = library(tmp_path)
    info = start(store)
    calls: list[int] = []

    def make() -> tuple[int, ...]:
        calls.append(1)
        return (1, 2)

    for _ in range(2):
        assert store.stage(info.id, "words", {"engine": "a"}, tuple[int, ...], make) == (1, 2)
    assert store.stage(info.id, "words", {"engine": "b"}, tuple[int, ...], make) == (1, 2)
    assert len(calls) == 2


def test_a_stage_that_fails_keeps_nothing(tmp_path: Path) -> None:
    store = library(tmp_path)
    info = start(store)
    with pytest.raises(RuntimeError):
        store.stage(info.id, "words", {}, str, lambda: (_ for _ in ()).throw(RuntimeError("broken")))
    assert store.stage(info.id, "words", {}, str, lambda: "second") == "second"


def test_a_result_with_gaps_is_made_again(tmp_path: Path) -> None:
    store = library(tmp_path)
    info = start(store)
    assert store.stage(info.id, "labels", {}, str, lambda: "half", lambda result: result != "half") == "half"
    assert store.stage(info.id, "labels", {}, str, lambda: "whole", lambda result: result != "half") == "whole"
    assert store.stage(info.id, "labels", {}, str, lambda: "never") == "whole"


def test_a_hash_follows_the_content_and_not_the_name(tmp_path: Path) -> None:
    store = library(tmp_path / "library")
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("same")
    two.write_text("same")
    assert store.content_hash(one) == store.content_hash(two)
    before = store.content_hash(one)
    one.write_text("other words")
    assert store.content_hash(one) != before


def waiting(key: str) -> Waiting:
    return Waiting(custom_id=f"label-{key}", key=key, prompt="label", model="m", wanted={}, body={})


def reply(key: str) -> Reply:
    return Reply(
        key=key, prompt="label", model="m", text="{}", source="imported", answered_by="batch", made=""
    ).sealed()


def test_an_answer_is_kept_with_its_meeting_and_no_longer_waited_for(tmp_path: Path) -> None:
    store = library(tmp_path)
    one, other = start(store, HASH), start(store, LATER)
    store.keep_rubric("hash", "text")
    store.wait(one.id, "hash", [waiting("k1"), waiting("k2")])
    assert {row.info.id: row.state for row in store.meetings()} == {one.id: "waiting", other.id: "started"}
    store.keep_answers([(one.id, reply("k1"))])
    assert [(row.meeting, row.request.key) for row in store.waiting()] == [(one.id, "k2")]
    assert store.get("k1") == reply("k1")
    store.erase(other.id)
    assert store.get("k1") == reply("k1")
    store.erase(one.id)
    assert store.get("k1") is None


def test_a_reply_goes_with_the_meeting_that_is_worked_on(tmp_path: Path) -> None:
    store = library(tmp_path)
    one, other = start(store, HASH), start(store, LATER)
    store.keep(reply("k1"))
    store.erase(one.id)
    assert store.get("k1") == reply("k1")
    store.erase(other.id)
    assert store.get("k1") is None
