"""Forgetting leaves no trace; consent and the rep's copy."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from analyzer.intake import YES, is_consent
from tests.cli.series import RARE, upload, upload_both, write
from tests.llm import model
from tests.llm.server import FaultServer

Run = Callable[..., Any]


def traces(folder: Path, *words: str) -> list[str]:
    """Return the library's files in which a word stands, in any case, name and bytes alike."""
    found = []
    for path in sorted(folder.rglob("*")):
        raw = (path.read_bytes() if path.is_file() else b"") + path.name.encode()
        found += [f"{path.name}: {word}" for word in words if word.lower().encode() in raw.lower()]
    return found


def meetings(analyzer: Run) -> list[str]:
    return [row["source_name"] for row in json.loads(analyzer("list", "--json").out)]


def test_a_forgotten_meeting_leaves_no_trace_in_the_library(analyzer: Run, tmp_path: Path) -> None:
    """Its promises stand in later meetings, too: their rows and reports lose them."""
    first, _ = upload_both(analyzer, tmp_path / "talks")
    first.with_suffix(".meta.json").write_text("{}")
    analyzer("report", "first.txt", "--for", "rep")
    assert traces(tmp_path / "library", "Legal still has it", "sizing sheet by Thursday")
    gone = analyzer("forget", "first.txt", "--yes", "--json")
    assert gone.status == 0, gone
    told = json.loads(gone.out)
    assert len(told["files"]) == 4  # the report in three forms, and the rep's copy
    assert {"meetings", "commitments", "stages", "files"} <= set(told["rows"])
    assert len(told["rewritten"]) == 1
    assert told["outside"] == [str(first), str(first.with_suffix(".meta.json"))]
    assert first.exists()
    marks = ("Legal still has it", "sizing sheet by Thursday", "talk to Lutz", RARE + " samples by", "first.txt")
    assert traces(tmp_path / "library", *marks, told["meetings"][0]) == []
    assert meetings(analyzer) == ["second.txt"]
    assert "## Earlier promises" not in analyzer("report", "second.txt", "--format", "md").out


def test_a_forgotten_person_leaves_no_trace_at_all(analyzer: Run, tmp_path: Path, dialogue: Path) -> None:
    upload_both(analyzer, tmp_path / "talks")
    analyzer("upload", dialogue, "--manager", "Dana", "--rep", "Ana Ruiz", "--date", "2026-03-11")
    gone = analyzer("forget", "Jules", "--yes")
    assert gone.status == 0, gone
    assert meetings(analyzer) == []  # in the third talk, Jules speaks under his own name
    assert traces(tmp_path / "library", RARE, "Jules", "Marta", "clinic") == []


@pytest.mark.parametrize("names", [("Casimir Dreyer=Casimir D.",), ("Casimir Dreyer=Kas D.", "Kas D.=Casimir D.")])
def test_a_person_is_forgotten_under_a_name_that_was_put_right(
    analyzer: Run, tmp_path: Path, dialogue: Path, names: tuple[str, ...]
) -> None:
    """The name that the file gave stays in what the engines left, and one put right twice in the corrections."""
    dialogue.write_text(dialogue.read_text("utf-8").replace("Jules:", "Casimir Dreyer:"), encoding="utf-8")
    assert analyzer("upload", dialogue, "--manager", "Dana", "--date", "2026-03-17").status == 0
    for name in names:
        assert analyzer("correct", "last", "--name", name).status == 0
    assert traces(tmp_path / "library", "Casimir Dreyer")
    gone = analyzer("forget", names[-1].partition("=")[0], "--yes")
    assert gone.status == 0, gone
    assert meetings(analyzer) == []
    assert traces(tmp_path / "library", "Casimir", "Kas D.", "clinic") == []


def test_a_stand_in_is_nobodys_name_once_the_name_is_known(analyzer: Run, tmp_path: Path) -> None:
    talk = tmp_path / "talk.txt"
    talk.write_text("Speaker 1: Did the clinic sign?\nSpeaker 2: Not yet.\n", encoding="utf-8")
    analyzer("upload", talk)
    named = analyzer("correct", "last", "--name", "Speaker 1=Dana", "--name", "Speaker 2=Jules")
    assert named.status == 0, named
    assert analyzer("forget", "Speaker 1", "--yes").status == 2
    assert meetings(analyzer) == ["talk.txt"]


def test_replies_of_a_model_and_requests_that_wait_are_erased(
    analyzer: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = write(tmp_path / "talks")
    with FaultServer(model.answer) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        upload(analyzer, first, "--llm", "m")
        waits = analyzer("upload", second, "--manager", "Dana", "--rep", "Jules", "--date", "2026-03-10",
                         "--llm", "other", "--llm-mode", "deferred")  # fmt: skip
    assert waits.status == 4
    assert traces(tmp_path / "library" / "deferred", RARE)
    for name in ("first.txt", "second.txt"):
        gone = analyzer("forget", name, "--yes")
        assert gone.status == 0, gone
    assert re.search(r"erased: (1 request|\d+ requests) in files", gone.out)
    assert traces(tmp_path / "library", RARE, "Marta", "Jules") == []


def test_a_request_of_another_meeting_goes_on_waiting(analyzer: Run, tmp_path: Path) -> None:
    for path in write(tmp_path / "talks"):
        assert analyzer("upload", path, "--llm", "m", "--llm-mode", "deferred").status == 4
    assert analyzer("forget", "first.txt", "--yes").status == 0
    (left,) = (tmp_path / "library" / "deferred").glob("*.jsonl")
    assert "ZANTHOXYLUM" in left.read_text(encoding="utf-8")
    assert RARE not in left.read_text(encoding="utf-8")


def test_without_yes_it_is_shown_and_nothing_is_erased(analyzer: Run, tmp_path: Path) -> None:
    upload_both(analyzer, tmp_path / "talks")
    done = analyzer("forget", "Dana")
    assert done.status == 2
    assert "to be erased: 2 meetings\n" in done.err
    assert "--yes" in done.err
    assert len(meetings(analyzer)) == 2


def test_what_is_erased_is_told_in_plain_words_and_each_page_once(analyzer: Run, tmp_path: Path) -> None:
    upload_both(analyzer, tmp_path / "talks")
    assert analyzer("report", "--all").status == 0
    shown = analyzer("forget", "Dana").err
    assert shown.count("reports/index.html") == 1
    assert shown.index("first.txt") < shown.index("reports/index.html")
    assert "to be erased: 1 meeting\n" in analyzer("forget", "first.txt").err
    told = analyzer("forget", "first.txt", "--yes").out
    assert "erased: 1 meeting\n" in told
    assert "erased: 1 transcript\n" in told
    assert "erased: 3 promises\n" in told
    assert "kept results of stages" in told
    assert "_" not in "".join(line for line in told.splitlines() if line.startswith("erased"))
    assert told.count("index.html") == 1


def test_every_table_of_a_meeting_has_plain_words(tmp_path: Path) -> None:
    from analyzer.cli.forget import _ROWS
    from analyzer.store.library import Library

    library = Library(tmp_path / "library")
    assert {*library._tables_by_meeting(), "meetings", "files", "planned"} == set(_ROWS)
    library.close()


def test_what_is_older_than_the_retention_is_forgotten(
    analyzer: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    from analyzer.store.library import utc_now

    first, second = write(tmp_path / "talks")
    upload(analyzer, first)
    analyzer("upload", second, "--date", (utc_now().date() - timedelta(days=10)).isoformat())
    assert "retention_days" in analyzer("forget", "--expired", "--yes").err
    monkeypatch.setenv("ANALYZER_RETENTION_DAYS", "30")
    expired = analyzer("forget", "--expired", "--yes")
    remaining = meetings(analyzer)
    assert expired.status == 0
    assert remaining == (["second.txt"] if utc_now().date().isoformat() > "2026-04-02" else ["second.txt", "first.txt"])


@pytest.mark.parametrize("arguments", [(), ("Jules", "--expired"), ("last",), ("Jul", "--yes")])
def test_what_to_forget_has_to_be_said_exactly(analyzer: Run, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    upload_both(analyzer, tmp_path / "talks")
    assert analyzer("forget", *arguments).status == 2
    assert len(meetings(analyzer)) == 2


def test_a_meeting_that_another_process_works_on_is_not_torn_away(analyzer: Run, tmp_path: Path) -> None:
    from analyzer.store.library import Library

    upload_both(analyzer, tmp_path / "talks")
    library = Library(tmp_path / "library")
    with library.claim(library.find("first.txt"), wait=0):
        done = analyzer("forget", "first.txt", "--yes")
    assert done.status == 1
    assert "being worked on" in done.err
    assert len(meetings(analyzer)) == 2
    library.close()


def test_what_was_erased_before_a_failure_is_unreadable(analyzer: Run, tmp_path: Path) -> None:
    from analyzer.store.library import Library

    upload_both(analyzer, tmp_path / "talks")
    library = Library(tmp_path / "library")
    with library.claim(library.find("second.txt"), wait=0):
        assert analyzer("forget", "Jules", "--yes").status == 1
    library.close()
    assert meetings(analyzer) == ["second.txt"]
    assert traces(tmp_path / "library", "Legal still has it", "first.txt") == []


def test_a_file_that_was_refused_leaves_its_name_no_longer_than_the_next_forgetting(
    analyzer: Run, tmp_path: Path, dialogue: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = write(tmp_path / "talks")
    upload(analyzer, first)
    monkeypatch.setenv("ANALYZER_CONSENT", "required")
    assert analyzer("upload", dialogue.rename(tmp_path / "with Quillon Hask.txt")).status == 2
    assert analyzer("forget", "first.txt", "--yes").status == 0
    assert traces(tmp_path / "library", "Quillon") == []


# --- consent ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("flags", [(), ("--consent", "no"), ("--consent", " ")])
def test_where_consent_is_required_nothing_is_analysed_without(
    analyzer: Run, dialogue: Path, flags: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANALYZER_CONSENT", "required")
    done = analyzer("upload", dialogue, *flags)
    assert done.status == 2
    assert "--consent" in done.err
    assert "talk.meta.json" in done.err
    assert meetings(analyzer) == []


def test_where_consent_is_required_a_sidecar_gives_it(
    analyzer: Run, dialogue: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANALYZER_CONSENT", "required")
    folder = dialogue.parent / "folder"
    folder.mkdir()
    talk = dialogue.rename(folder / "talk.txt")
    assert analyzer("batch", folder).status == 1
    talk.with_suffix(".meta.json").write_text('{"consent": "both, at the start"}')
    assert analyzer("batch", folder).status == 0  # nothing to retry: it was never taken in
    assert "both, at the start" in analyzer("report", "--format", "md").out


@pytest.mark.parametrize(
    "said",
    ["yes", "Yes.", "both", "given", "both agreed", "both agreed, 2026-03-17", "given on 17.3.2026 at 9:30", "true",
     "both agreed to the recording, in writing, 17 March 2026", "Manager and rep agreed.", "both, at the start of the talk",
     "we both agreed (by email)"],
)  # fmt: skip
def test_a_clear_yes_is_consent(said: str) -> None:
    assert is_consent(said)


def test_a_yes_may_name_both_people_but_not_one_alone() -> None:
    people = ("Dana Okafor", "Jules Petrov")
    assert is_consent("agreed by Dana and Jules Petrov, 2026-03-17", people)
    assert not is_consent("agreed by Dana", people)
    assert not is_consent("agreed by Dana, refused by Jules", people)
    assert not is_consent("agreed by Dana and Jules")
    assert not is_consent("agreed by Ann", ("Ann Lee", "Ann Bo"))


@pytest.mark.parametrize(
    "said",
    ["", " ", "no", "refused by Jules", "denied", "withdrawn", "not yet", "only manager", "n/a", "?", "0", "nein", "2026-03-17",
     "yes?", "yes/no", "yes but Jules refused", "not given", "given by the manager", "both refused", "consent", "unconfirmed",
     "both will be asked", "agreed by Dana", "to be confirmed", "only one of both agreed", "both agreed, withdrawn 2026-03-18"],
)  # fmt: skip
def test_anything_else_is_no_consent(said: str) -> None:
    """Words that nobody here knows may say that one of the two did not agree."""
    assert not is_consent(said)


def test_the_refusal_says_which_words_count(analyzer: Run, dialogue: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANALYZER_CONSENT", "required")
    done = analyzer("upload", dialogue, "--consent", "denied")
    assert done.status == 2
    assert "'denied' is no clear yes" in done.err
    privacy = (Path(__file__).parents[2] / "docs" / "privacy.md").read_text(encoding="utf-8")
    assert [word for word in YES if word not in done.err or f'"{word}"' not in privacy] == []


# --- the rep's copy ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["html", "md", "json"])
def test_the_reps_copy_has_words_and_promises_and_nothing_else(analyzer: Run, tmp_path: Path, form: str) -> None:
    upload_both(analyzer, tmp_path / "talks")
    full = json.loads(analyzer("report", "--json").out)
    copy = analyzer("report", "--for", "rep", "--format", form).out
    assert "How was the trip?" in copy
    assert "emo room in Leeds" in copy
    assert "not for employment decisions" in copy
    names = [exchange["focus"] for exchange in full["exchanges"]] + [
        "Inspection",
        "Coaching",
        "Keep doing",
        "One change",
    ]
    names += [one["text"] for part in ("strengths", "changes") for one in full["feedback"][part]]
    names += [full["feedback"]["summary"], "sure", "hedged", "plain", "min "]
    for name in names:
        assert name not in copy, name


def test_the_reps_copy_lies_beside_the_report_or_where_it_was_asked_for(analyzer: Run, dialogue: Path) -> None:
    report = Path(analyzer("upload", dialogue).out.strip())
    beside = Path(analyzer("report", "--for", "rep").out.strip())
    assert beside.parent == report.parent
    assert beside.name.endswith("-for-rep.html")
    other = dialogue.with_name("copy.md")
    assert analyzer("report", "--for", "rep", "-o", other).status == 0
    assert other.read_text(encoding="utf-8").startswith("# One-to-one")


def test_hostile_words_are_shown_as_words_in_the_reps_copy(analyzer: Run, tmp_path: Path) -> None:
    said = ["<script>alert(1)</script> # not a heading", "I'll send <b>it</b> to Marta by Friday."]
    turns = [{"speaker": who, "text": text} for who, text in zip(("Dana", "Jules"), said, strict=True)]
    talk = tmp_path / "talk.json"
    talk.write_text(json.dumps({"turns": turns}), encoding="utf-8")
    analyzer("upload", talk, "--manager", "Dana", "--title", "<img src=x>")
    page = analyzer("report", "--for", "rep", "--format", "html").out
    assert "<script>" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page
    assert "\\<script\\>" in analyzer("report", "--for", "rep", "--format", "md").out
