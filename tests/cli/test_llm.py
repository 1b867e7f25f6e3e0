"""Uploading with a language model: what is asked, what is shown, what is kept, and what happens when it goes wrong."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.llm import model
from tests.llm.server import Act, Body, FaultServer, error, reply

Run = Callable[..., Any]
PEOPLE = ("--manager", "Dana", "--rep", "Jules", "--date", "2026-03-17")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultServer]:
    with FaultServer(model.answer) as one:
        monkeypatch.setenv("OPENAI_BASE_URL", one.url)
        yield one


def listen(monkeypatch: pytest.MonkeyPatch, script: Callable[[Body, int], Act]) -> FaultServer:
    one = FaultServer(script)
    monkeypatch.setenv("OPENAI_BASE_URL", one.url)
    monkeypatch.setenv("ANALYZER_LLM_DEADLINE", "2")
    return one


def analysis(analyzer: Run) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(analyzer("report", "--json").out)
    return found


def long_talk(tmp_path: Path, turns: int) -> Path:
    """Return a transcript of that many turns, with a promise in its very last one."""
    path = tmp_path / "long.txt"
    said = [
        f"{('Dana', 'Jules')[n % 2]}: We spoke about item {n} of the list and what it means for them."
        for n in range(turns - 1)
    ]
    last = ("Dana", "Jules")[(turns - 1) % 2]
    path.write_text(
        "\n".join([*said, f"{last}: Fine. I'll send Marta the sizing sheet by Thursday."]), encoding="utf-8"
    )
    return path


def test_a_talk_becomes_a_report_that_rests_on_its_words(analyzer: Run, dialogue: Path, server: FaultServer) -> None:
    done = analyzer("upload", dialogue, *PEOPLE, "--llm", "m")
    assert done.status == 0, done
    assert re.search(r"m, this machine: [\d,]+ tokens in, \d+ out, 2 calls", done.err)
    made = analysis(analyzer)
    assert [e["focus"] for e in made["exchanges"]] == ["inspection", "coaching", "inspection"]
    [promise] = made["commitments"]
    assert (promise["owner"], promise["due"], promise["due_text"]) == ("Jules", "2026-03-19", "by Thursday noon")
    assert made["feedback"]["strengths"][0]["quotes"][0]["text"].startswith("What would you do")
    assert {p["stage"] for p in made["provenance"]} >= {"exchanges", "commitments", "feedback", "llm"}
    assert [model.prompt_of(body) for body in server.bodies] == ["window", "feedback"]


def test_once_done_nothing_is_asked_again_and_openai_is_not_loaded(
    analyzer: Run, dialogue: Path, server: FaultServer, tmp_path: Path
) -> None:
    assert analyzer("upload", dialogue, *PEOPLE, "--llm", "m").status == 0
    code = (
        "import sys\nfrom analyzer.cli import main\n"
        f"sys.argv = ['analyzer', 'upload', {str(dialogue)!r}, *{PEOPLE!r}, '--llm', 'm', '--library', "
        f"{str(tmp_path / 'library')!r}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "loaded = {'openai', 'httpx2', 'langchain_text_splitters', 'faster_whisper'} & set(sys.modules)\n"
        "print(sorted(loaded), file=sys.stderr)"
    )
    again = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert again.stderr.strip().endswith("[]"), again
    assert len(server.bodies) == 2


def test_a_promise_in_the_last_minute_of_a_long_meeting_is_found(
    analyzer: Run, server: FaultServer, tmp_path: Path
) -> None:
    talk = long_talk(tmp_path, 1000)
    assert analyzer("upload", talk, *PEOPLE, "--llm", "m").status == 0
    made = analysis(analyzer)
    assert [c["quote"]["turn"] for c in made["commitments"]] == [1000]
    covered = [n for e in made["exchanges"] for n in range(e["first"], e["last"] + 1)]
    assert covered == list(range(1, 1001))
    assert sum(model.prompt_of(body) == "window" for body in server.bodies) > 3
    assert made["notes"]["gaps"] == []


def test_the_static_part_of_a_request_comes_first_and_is_the_same_for_all(
    analyzer: Run, server: FaultServer, tmp_path: Path
) -> None:
    assert analyzer("upload", long_talk(tmp_path, 600), *PEOPLE, "--llm", "m").status == 0
    windows = [body for body in server.bodies if model.prompt_of(body) == "window"]
    assert len({body["messages"][0]["content"] for body in windows}) == 1
    assert "Dana" not in windows[0]["messages"][0]["content"]


def test_a_window_that_cannot_be_read_makes_the_report_partial(
    analyzer: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its turns are unclear, and it is said that promises may be missing; nothing is reported as none."""

    def script(body: Body, n: int) -> Act:
        bad = model.prompt_of(body) == "window" and any(turn == 599 for turn, _, _ in model.lines(body))
        return reply("no idea") if bad else model.answer(body)

    with listen(monkeypatch, script):
        done = analyzer("upload", long_talk(tmp_path, 600), *PEOPLE, "--llm", "m")
    assert done.status == 0, done
    made = analysis(analyzer)
    [gap] = made["notes"]["gaps"]
    assert gap["last"] == 600
    assert {e["kind"] for e in made["exchanges"] if e["first"] >= gap["first"]} == {"unclear"}
    page = analyzer("report", "--format", "md").out
    assert f"Partial: turns {gap['first']} to 600 of 600" in page
    with listen(monkeypatch, model.answer):
        assert analyzer("upload", tmp_path / "long.txt", *PEOPLE, "--llm", "m").status == 0
    assert analysis(analyzer)["notes"]["gaps"] == []


def test_a_window_that_is_too_long_for_the_server_is_halved(
    analyzer: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def script(body: Body, n: int) -> Act:
        if model.prompt_of(body) == "window" and len(model.lines(body)) > 60:
            return error(400, {"error": {"message": "exceeds the available context size"}})
        return model.answer(body)

    with listen(monkeypatch, script):
        assert analyzer("upload", long_talk(tmp_path, 200), *PEOPLE, "--llm", "m").status == 0
    made = analysis(analyzer)
    assert made["notes"]["gaps"] == []
    assert made["commitments"][0]["quote"]["turn"] == 200


def test_when_nothing_can_be_read_the_meeting_has_failed(
    analyzer: Run, monkeypatch: pytest.MonkeyPatch, dialogue: Path
) -> None:
    with listen(monkeypatch, lambda body, n: reply("no idea")):
        done = analyzer("upload", dialogue, *PEOPLE, "--llm", "m")
    assert done.status == 1
    assert "nothing of the meeting could be read by 'm'" in done.err
    assert len(done.err.strip().splitlines()) == 1
    assert "failed" in analyzer("list").out


def test_feedback_that_cannot_be_worded_is_said_to_be_missing(
    analyzer: Run, monkeypatch: pytest.MonkeyPatch, dialogue: Path
) -> None:
    def script(body: Body, n: int) -> Act:
        return model.answer(body) if model.prompt_of(body) == "window" else reply("none")

    with listen(monkeypatch, script):
        assert analyzer("upload", dialogue, *PEOPLE, "--llm", "m").status == 0
    assert "No feedback could be worded" in analyzer("report", "--format", "md").out


def test_without_key_and_endpoint_the_message_says_what_to_set(analyzer: Run, dialogue: Path) -> None:
    done = analyzer("upload", dialogue, *PEOPLE, "--llm", "gpt-x")
    assert done.status == 3
    assert "set OPENAI_API_KEY" in done.err


def test_an_address_that_is_none_is_wrong_usage(analyzer: Run, dialogue: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "localhost:11434")
    done = analyzer("upload", dialogue, *PEOPLE, "--llm", "m")
    assert done.status == 2
    assert "'localhost:11434' is no address" in done.err


# --- deferred ---------------------------------------------------------------------------------------------------------


def answers(requests: Path, out: Path, *, plain: bool = False) -> Path:
    """Answer a batch file as a hosted batch does."""
    done = {}
    for line in requests.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        done[record["custom_id"]] = json.loads(model.answer(record["body"]).content)
    if plain:
        out.write_text(
            json.dumps({k: v["choices"][0]["message"]["content"] for k, v in done.items()}), encoding="utf-8"
        )
        return out
    rows = [
        {"id": "b", "custom_id": k, "response": {"status_code": 200, "body": v}, "error": None} for k, v in done.items()
    ]
    out.write_text("".join(json.dumps(row) + "\n" for row in reversed(rows)), encoding="utf-8")
    return out


@pytest.mark.parametrize("plain", [False, True])
def test_asked_by_file_a_meeting_goes_on_from_each_import(
    analyzer: Run, dialogue: Path, tmp_path: Path, plain: bool
) -> None:
    first = analyzer("upload", dialogue, *PEOPLE, "--llm", "m", "--llm-mode", "deferred")
    assert first.status == 4
    assert "waiting" in analyzer("list").out
    second = analyzer("replies", "import", answers(Path(first.out.strip()), tmp_path / "a", plain=plain))
    assert second.status == 4, second
    third = analyzer("replies", "import", answers(Path(second.out.strip()), tmp_path / "b", plain=plain))
    assert third.status == 0, third
    assert Path(third.out.strip()).exists()
    assert "done" in analyzer("list").out
    assert analysis(analyzer)["commitments"][0]["due"] == "2026-03-19"


def test_an_import_without_anything_waiting_says_so(analyzer: Run, tmp_path: Path, dialogue: Path) -> None:
    analyzer("upload", dialogue)
    (tmp_path / "a").write_text("{}")
    done = analyzer("replies", "import", tmp_path / "a")
    assert (done.status, "no request waits" in done.err) == (2, True)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"custom_id": "ID", "response": {"status_code": 500, "body": {}}, "error": None}, "the batch says"),
        ({"custom_id": "ID", "response": None, "error": {"message": "expired"}}, "expired"),
        (
            {
                "custom_id": "other",
                "response": {"status_code": 200, "body": {"choices": [{"message": {"content": "{}"}}]}},
            },
            "no request of that name",
        ),
        ({"custom_id": "ID", "response": {"status_code": 200, "body": {"choices": []}}}, "no choices"),
        (
            {
                "custom_id": "ID",
                "response": {"status_code": 200, "body": {"choices": [{"message": {"content": "{}"}}]}},
            },
            "lacks exchanges",
        ),
        (
            {
                "custom_id": "ID",
                "response": {
                    "status_code": 200,
                    "body": {"choices": [{"finish_reason": "length", "message": {"content": "{"}}]},
                },
            },
            "length",
        ),
    ],
)
def test_an_answer_that_cannot_be_used_is_named_and_waits_on(
    analyzer: Run, dialogue: Path, tmp_path: Path, line: dict[str, Any], said: str
) -> None:
    first = analyzer("upload", dialogue, *PEOPLE, "--llm", "m", "--llm-mode", "deferred")
    id_ = json.loads(Path(first.out.strip()).read_text().splitlines()[0])["custom_id"]
    (tmp_path / "a").write_text(json.dumps(line).replace('"ID"', json.dumps(id_)) + "\n")
    done = analyzer("replies", "import", tmp_path / "a")
    assert done.status == 1
    assert said in done.err
    assert "$" not in done.err
    assert f"1 request waits for a reply still, in {first.out.strip()}" in done.err
    assert "waiting" in analyzer("list").out


@pytest.mark.parametrize("mode", ["deferred", "replay"])
def test_a_mode_without_a_model_is_refused(analyzer: Run, dialogue: Path, mode: str) -> None:
    """Labelled by the local engine without a word, nobody would notice."""
    done = analyzer("upload", dialogue, *PEOPLE, "--llm-mode", mode)
    assert (done.status, "--llm" in done.err) == (2, True)
    assert analyzer("upload", dialogue, *PEOPLE, "--llm-mode", mode, "--llm", "none").status == 0


def test_a_reply_that_never_was_is_not_said_to_have_changed(analyzer: Run, dialogue: Path) -> None:
    done = analyzer("upload", dialogue, *PEOPLE, "--llm", "m", "--llm-mode", "replay")
    assert done.status == 1
    assert "never asked for" in done.err


@pytest.mark.parametrize("text", ["", "{}"])
def test_a_file_without_an_answer_is_no_success(analyzer: Run, dialogue: Path, tmp_path: Path, text: str) -> None:
    analyzer("upload", dialogue, *PEOPLE, "--llm", "m", "--llm-mode", "deferred")
    (tmp_path / "a").write_text(text)
    done = analyzer("replies", "import", tmp_path / "a")
    assert (done.status, "holds no answers" in done.err) == (1, True)


@pytest.mark.parametrize("text", ["not json\n", "[1]\n", '{"custom_id": 1}\nx\n'])
def test_a_file_that_is_no_batch_is_one_line(analyzer: Run, dialogue: Path, tmp_path: Path, text: str) -> None:
    analyzer("upload", dialogue, *PEOPLE, "--llm", "m", "--llm-mode", "deferred")
    (tmp_path / "a").write_text(text)
    done = analyzer("replies", "import", tmp_path / "a")
    assert done.status == 2
    assert len(done.err.strip().splitlines()) == 1


def test_a_batch_of_files_asks_by_one_file(analyzer: Run, dialogue: Path, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for n in range(3):
        name = f"2026-03-1{n} Dana - Jules.txt"
        (folder / name).write_text(dialogue.read_text().replace("clinic", f"clinic {n}"))
    done = analyzer("batch", folder, "--llm", "m", "--llm-mode", "deferred")
    assert done.status == 4
    assert len(Path(done.out.strip().splitlines()[-1]).read_text().splitlines()) == 3
    assert "3 wait for replies" in done.out


# --- promises of earlier meetings -------------------------------------------------------------------------------------


def test_earlier_promises_come_back_with_what_became_of_them(
    analyzer: Run, dialogue: Path, server: FaultServer, tmp_path: Path
) -> None:
    analyzer("upload", dialogue, *PEOPLE, "--llm", "m")
    later = tmp_path / "later.txt"
    later.write_text(
        "Dana: How did it go with the head nurse?\nJules: I sent her the offer and she called back at once.\n"
    )
    done = analyzer("upload", later, "--manager", "Dana", "--rep", "Jules", "--date", "2026-03-24", "--llm", "m")
    assert done.status == 0, done
    [follow_up] = analysis(analyzer)["follow_ups"]
    assert follow_up["outcome"] == "kept"
    assert follow_up["quote"]["text"].startswith("I sent her the offer")
    assert "Earlier promises" in analyzer("report", "--format", "html").out


def test_people_of_another_pair_are_not_asked_about(
    analyzer: Run, dialogue: Path, server: FaultServer, tmp_path: Path
) -> None:
    analyzer("upload", dialogue, *PEOPLE, "--llm", "m")
    later = tmp_path / "later.txt"
    later.write_text(
        "Dana: How did it go with the head nurse?\nRobin: I sent her the offer and she called back at once.\n"
    )
    analyzer("upload", later, "--manager", "Dana", "--rep", "Robin", "--date", "2026-03-24", "--llm", "m")
    assert analysis(analyzer)["follow_ups"] == []


# --- another rubric ---------------------------------------------------------------------------------------------------


def lessons(analyzer: Run, folder: Path) -> Path:
    """Return a rubric for another kind of talk: a driving lesson talked over."""
    text = analyzer("rubric", "show").out
    head = text[: text.index("# --- focus")].replace(
        "a one-to-one between a sales manager and a rep", "a talk after a driving lesson"
    )
    head = head.replace('manager = "manager"', 'manager = "instructor"').replace('rep = "rep"', 'rep = "learner"')
    body = "".join(
        f'[[focus]]\nid = "{id_}"\nname = "{id_.title()}"\ndefinition = "Talk that is {id_}."\nworking = {work}\n{more}\n'
        for id_, work, more in (
            ("drill", "true", 'measure = "inspected"'), ("insight", "true", 'measure = "coached"'), ("chatter", "false", "abstains = true")
        )
    )  # fmt: skip
    body += '[fields]\ntime = "past, present or future"\ntopic = "what it is about"\n'
    body += '[commitment]\ndefinition = "Something to practise."\nrules = ["Once each."]\n'
    body += '[[topic]]\nid = "opportunity"\nname = "Junctions"\ndefinition = "crossing roads"\n'
    path = folder / "lessons.toml"
    path.write_text(head + body, encoding="utf-8")
    return path


def test_a_rubric_for_another_kind_of_talk_drives_the_labels(
    analyzer: Run, dialogue: Path, server: FaultServer, tmp_path: Path
) -> None:
    rubric = lessons(analyzer, tmp_path)
    assert analyzer("rubric", "check", rubric).status == 0
    assert analyzer("upload", dialogue, *PEOPLE, "--llm", "m", "--rubric", rubric).status == 0
    made = analysis(analyzer)
    assert [e["focus"] for e in made["exchanges"]] == ["drill", "insight", "drill"]
    asked = server.bodies[0]["messages"][0]["content"]
    assert "Talk that is insight." in asked
    assert "inspection" not in asked
    assert "the instructor" in server.bodies[0]["messages"][1]["content"]
    rubric.unlink()
    assert "Insight" in analyzer("report", "--format", "md").out


def test_the_local_engine_says_that_it_cannot_follow_another_rubric(
    analyzer: Run, dialogue: Path, tmp_path: Path
) -> None:
    done = analyzer("upload", dialogue, *PEOPLE, "--rubric", lessons(analyzer, tmp_path))
    assert done.status == 1
    assert "use an LLM for other rubrics" in done.err


def test_a_changed_definition_changes_the_prompt_and_runs_the_model_again(
    analyzer: Run, dialogue: Path, server: FaultServer, tmp_path: Path
) -> None:
    analyzer("upload", dialogue, *PEOPLE, "--llm", "m")
    mine = tmp_path / "mine.toml"
    mine.write_text(analyzer("rubric", "show").out.replace("Standing, rank, rating, pay", "Rank"), encoding="utf-8")
    assert analyzer("upload", dialogue, *PEOPLE, "--llm", "m", "--rubric", mine).status == 0
    assert "- appraisal: Rank" in server.bodies[-1]["messages"][0]["content"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('of = "neither"', 'of = "nothing"', "kind.0.of: 'nothing' is no focus"),
        ("abstains = true", "abstains = false", "exactly one label needs `abstains = true`"),
        ('id = "coaching"', 'id = "inspection"', "the name 'inspection' is there twice"),
        ('label = "admin", time', 'label = "admen", time', "'admen' is no label"),
        ("working = true", "working = maybe", "not valid TOML"),
        ('definition = "winning one deal"', "", "definition: field required"),
        ("first = 3, last = 6", "first = 4, last = 6", "exchanges follow one another without gap"),
    ],
)
def test_a_broken_rubric_is_refused_with_line_and_rule(
    analyzer: Run, tmp_path: Path, old: str, new: str, said: str
) -> None:
    text = analyzer("rubric", "show").out
    assert old in text
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    done = analyzer("rubric", "check", path)
    assert done.status == 2
    assert said in done.err, done.err
    if new and "TOML" not in said and "exactly one" not in said:
        line = path.read_text(encoding="utf-8").split(new)[0].count("\n") + 1
        named = re.search(r"line (\d+), ", done.err)
        assert named is not None
        assert abs(int(named[1]) - line) <= 8  # the line itself, or where its table or list begins
