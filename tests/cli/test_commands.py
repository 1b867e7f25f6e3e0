"""The commands as a user runs them: what they print, how they leave."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from analyzer.config import resolve
from analyzer.errors import InputError
from analyzer.store.library import Library
from tests.conftest import JUNIPER

HEAVY = ("openai", "faster_whisper", "ctranslate2", "langchain_text_splitters", "numpy", "onnxruntime", "av")


def loaded_by(arguments: list[str]) -> set[str]:
    """Run the command line in a fresh process and return which heavy packages it loaded."""
    code = (
        "import sys\nfrom analyzer.cli import main\n"
        f"sys.argv = ['analyzer', *{arguments!r}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print('LOADED', *[name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.rsplit("LOADED", 1)[1].split())


def test_help_loads_nothing_heavy() -> None:
    assert loaded_by(["--help"]) == set()


@pytest.mark.parametrize("command", [(), ("report",), ("actions", "done"), ("calendar", "show")])
def test_help_has_a_short_name_everywhere(analyzer, command: tuple[str, ...]) -> None:
    result = analyzer(*command, "-h")
    assert (result.status, "Usage" in result.out) == (0, True)


def test_a_batch_with_nothing_left_loads_no_engine(analyzer, dialogue: Path, tmp_path: Path, monkeypatch) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    dialogue.rename(folder / "talk.txt")
    assert analyzer("batch", folder).status == 0
    monkeypatch.setenv("ANALYZER_LIBRARY", str(tmp_path / "library"))
    assert loaded_by(["batch", str(folder)]) == set()


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are text there")
def test_a_file_whose_name_is_no_text_is_taken_in_and_found(analyzer, dialogue: Path) -> None:
    """What of a name or flag is no UTF-8 becomes question marks, everywhere alike."""
    odd = dialogue.rename(dialogue.with_name(os.fsdecode(b"Dana\xff - Jules.txt")))
    odd.with_suffix(".meta.json").write_text('{"title": "Weekly"}')
    result = analyzer("upload", odd, "--consent", os.fsdecode(b"both agreed \xe9"))
    assert result.status == 0, result
    (row,) = json.loads(analyzer("list", "--json").out)
    assert (row["source_name"], row["consent"]) == ("Dana? - Jules.txt", "both agreed ?")
    assert analyzer("report", odd.name).out == result.out
    assert analyzer("forget", odd.name, "--yes").status == 0


def test_upload_prints_where_the_report_is(analyzer, dialogue: Path) -> None:
    result = analyzer("upload", dialogue, "--manager", "Dana", "--date", "2026-03-17")
    assert result.status == 0
    report = Path(result.out.strip())
    assert "by Thursday noon" in report.read_text(encoding="utf-8")
    assert report.with_suffix(".md").is_file()
    assert json.loads(report.with_suffix(".json").read_text(encoding="utf-8"))["meeting"]["date"] == "2026-03-17"


def test_the_same_file_twice_is_one_meeting(analyzer, dialogue: Path, tmp_path: Path) -> None:
    analyzer("upload", dialogue)
    copy = tmp_path / "copy of it.txt"
    copy.write_bytes(dialogue.read_bytes())
    analyzer("upload", copy)
    assert len(json.loads(analyzer("list", "--json").out)) == 1


def test_a_promise_becomes_an_action_with_its_day(analyzer, dialogue: Path) -> None:
    analyzer("upload", dialogue, "--manager", "Dana", "--date", "2026-03-17")
    actions = json.loads(analyzer("actions", "--json").out)
    call = next(action for action in actions if "call her" in action["action"])
    assert (call["owner"], call["due"], call["status"]) == ("Jules", "2026-03-19", "open")
    assert call["quote"] in dialogue.read_text()


def test_actions_are_done_dropped_and_filtered(analyzer, dialogue: Path) -> None:
    analyzer("upload", dialogue, "--manager", "Dana", "--date", "2026-03-17")
    first, *rest = json.loads(analyzer("actions", "--json").out)
    assert analyzer("actions", "done", first["id"]).status == 0
    assert [a["id"] for a in json.loads(analyzer("actions", "--open", "--json").out)] == [a["id"] for a in rest]
    analyzer("upload", dialogue, "--manager", "Dana", "--date", "2026-03-18")  # a rerun keeps what a person decided
    assert {a["status"] for a in json.loads(analyzer("actions", "--json").out) if a["id"] == first["id"]} == {"done"}
    rows = list(csv.DictReader(io.StringIO(analyzer("actions", "--csv", "--owner", "jules").out)))
    assert rows
    assert {row["owner"] for row in rows} == {"Jules"}
    assert analyzer("actions", "done", "zzzz").status == 2


@pytest.mark.parametrize(
    ("make", "status", "words"),
    [
        (lambda path: path.write_bytes(b""), 2, "0 bytes"),
        (lambda path: path.mkdir(), 2, "is a folder"),
        (lambda path: None, 2, "there is no file"),
        (lambda path: path.write_bytes(b"%PDF-1.7\n" + bytes(3000)), 2, "cannot be decoded"),
        (lambda path: path.write_text("no names here"), 2, "no transcript"),
    ],
)
def test_unusable_input_is_one_line_and_status_two(analyzer, make, status, words, tmp_path: Path) -> None:
    path = tmp_path / "call, 'quoted' é 😀.mp3"
    make(path)
    result = analyzer("upload", path, "--engine", "sphinx")
    assert result.status == status
    assert words in result.err
    assert len(result.err.strip().splitlines()) == 1
    assert "Traceback" not in result.err
    assert not list((tmp_path / "library" / "reports").glob("*")) if (tmp_path / "library").exists() else True


def test_a_recording_without_a_model_is_status_three_with_the_command(analyzer, write_wav) -> None:
    import numpy as np

    result = analyzer("upload", write_wav(np.random.default_rng(1).normal(0, 0.1, 16_000)))
    assert result.status == 3
    assert "analyzer models pull whisper:small" in result.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--date", "17.3.2026"), "2026-03-17"),
        (("--channels", "boss,rep"), "manager,rep"),
        (("--engine", "magic"), "no engine 'magic'"),
        (("--engine", "sphinx", "--language", "de"), "does not know the language 'de': it knows en"),
        (("--engine", "whisper:/nowhere"), "no model folder"),
    ],
)
def test_a_wrong_flag_says_what_would_be_right(analyzer, arguments, words, write_wav) -> None:
    import numpy as np

    result = analyzer("upload", write_wav(np.random.default_rng(1).normal(0, 0.1, 16_000)), *arguments)
    assert result.status == 2
    assert words in result.err


def test_of_several_files_the_good_ones_are_done(analyzer, dialogue: Path, tmp_path: Path) -> None:
    result = analyzer("upload", dialogue, tmp_path / "missing.mp3", "--json")
    assert result.status == 1
    assert [entry["state"] for entry in json.loads(result.out)] == ["done", "failed"]


def test_an_empty_library_says_what_to_do(analyzer, tmp_path: Path) -> None:
    Library(tmp_path / "library").close()
    result = analyzer("list")
    assert result.status == 0
    assert "analyzer upload" in result.err


def test_the_users_own_library_need_not_be_there_yet(home: Path, capfd, monkeypatch) -> None:
    from analyzer.cli import main

    monkeypatch.setattr("sys.argv", ["analyzer", "list"])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 0
    assert "holds no meetings yet" in capfd.readouterr().err


@pytest.mark.parametrize(
    "command", [("list",), ("report", "last"), ("report", "--all"), ("actions",), ("calendar", "show")]
)
def test_a_command_that_reads_makes_no_library(analyzer, tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "there").mkdir()
    for name in ("nosuch", "there"):
        result = analyzer(*command, "--library", tmp_path / name)
        assert result.status == 2
        assert f"there is no library at '{tmp_path / name}'" in result.err
    assert not (tmp_path / "nosuch").exists()
    assert not list((tmp_path / "there").iterdir())


def test_a_library_without_a_name_is_not_the_folder_one_stands_in(
    analyzer, dialogue: Path, tmp_path: Path, monkeypatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    result = analyzer("upload", dialogue, "--library", "")
    assert (result.status, "names no folder" in result.err) == (2, True)
    with pytest.raises(InputError, match="names no folder"):
        resolve({"ANALYZER_LIBRARY": ""})
    assert not list((tmp_path / "here").iterdir())


def test_doctor_names_what_is_missing(analyzer) -> None:
    result = analyzer("doctor", "--json")
    assert result.status == 3
    assert any("analyzer models pull" in row["detail"] for row in json.loads(result.out))


def test_what_tells_voices_apart_is_named_where_it_is_missing(analyzer, write_wav, tmp_path: Path) -> None:
    """In the doctor's table, and in the note on a recording of one channel."""
    from analyzer.audio.decode import decoded

    with decoded(JUNIPER / "mono.opus", tmp_path, lambda *_: None) as samples:
        start = samples.read_channel(0, 0, 16_000 * 8)
    rows = {row["what"]: row["detail"] for row in json.loads(analyzer("doctor", "--json").out)}
    assert "analyzer models pull voices" in rows["voices"]
    analyzer("upload", write_wav(start), "--engine", "sphinx")
    page = analyzer("report", "last", "--format", "md").out
    assert "analyzer models pull voices" in page.split("##")[0]


def test_the_published_schema_is_the_one_in_force(analyzer) -> None:
    """Readers of the JSON report rely on the file; a change is made with `analyzer report --schema`."""
    published = json.loads((Path(__file__).parents[2] / "docs" / "report.schema.json").read_text(encoding="utf-8"))
    assert json.loads(analyzer("report", "--schema").out) == published


@pytest.mark.parametrize("form", ["md", "json", "html"])
def test_a_report_can_be_printed_or_written(analyzer, dialogue: Path, form: str, tmp_path: Path) -> None:
    analyzer("upload", dialogue)
    printed = analyzer("report", "last", "--format", form).out
    target = tmp_path / f"out.{form}"
    assert analyzer("report", "talk.txt", "-o", target).status == 0
    assert target.read_text(encoding="utf-8") == printed


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--all", "--for", "rep"), "--for rep"),
        (("--all", "--format", "md"), "--format"),
        (("--all", "nosuch"), "a meeting"),
        (("--all", "--embed-audio"), "--embed-audio"),
        (("--all", "--manager", " "), "names nobody"),
        (("--all", "--aggregate"), "--all"),
        (("--aggregate", "nosuch"), "a meeting"),
        (("--aggregate", "--for", "rep"), "--for rep"),
        (("--schema", "--all"), "--all"),
        (("--for", "rep", "--embed-audio"), "plays nothing"),
        (("--today", "2026-03-17"), "--today"),
        (("--json", "--format", "md"), "choose one"),
        (("-o", "x.txt"), ".html, .md or .json"),
        (("--for", "rep", "-o", "copy"), ".html, .md or .json"),
    ],
)
def test_a_flag_that_would_be_ignored_is_refused(analyzer, dialogue: Path, flags: tuple[str, ...], words: str) -> None:
    """Whoever asks for the rep's copy and gets the manager's pages hands feedback to the rep."""
    analyzer("upload", dialogue)
    done = analyzer("report", *flags)
    assert done.status == 2
    assert words in done.err


def test_the_schema_can_be_written(analyzer, tmp_path: Path) -> None:
    assert analyzer("report", "--schema", "-o", tmp_path / "s.json").out.strip() == str(tmp_path / "s.json")
    assert json.loads((tmp_path / "s.json").read_text()) == json.loads(analyzer("report", "--schema").out)


def test_settings_come_from_file_environment_and_flags_in_that_order(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text('engine = "sphinx"\nthreads = 3\nlanguage = "de"\n')
    environ = {"ANALYZER_CONFIG": str(file), "ANALYZER_THREADS": "4", "ANALYZER_LANGUAGE": "fr"}
    settings = resolve(environ, language="en", engine=None)
    assert (settings.engine, settings.threads, settings.language) == ("sphinx", 4, "en")


@pytest.mark.parametrize("text", ["engin = 'x'", "threads = 'many'", "threads ="])
def test_a_wrong_settings_file_names_itself(analyzer, text: str, tmp_path: Path, monkeypatch) -> None:
    file = tmp_path / "c.toml"
    file.write_text(text)
    monkeypatch.setenv("ANALYZER_CONFIG", str(file))
    result = analyzer("list")
    assert result.status == 2
    assert "c.toml" in result.err


@pytest.mark.parametrize("names", [("--manager", "Robert Smith"), ("--manager", "Danna", "--rep", "Jules")])
def test_a_name_that_no_speaker_bears_is_said(analyzer, dialogue: Path, names: tuple[str, ...]) -> None:
    """On the terminal and on the page: what somebody said of the people was not taken without a word."""
    result = analyzer("upload", dialogue, *names)
    assert result.status == 0
    (line,) = [line for line in result.err.splitlines() if names[1] in line]
    assert "Dana and Jules" in line
    assert names[1] in Path(result.out.strip()).with_suffix(".md").read_text(encoding="utf-8").split("##")[0]
    analyzer("correct", "last", "--role", "Dana=manager")
    assert "no speaker is surely" not in analyzer("report", "last", "--format", "md").out


def test_a_name_that_a_speaker_bears_in_part_is_no_fault(analyzer, dialogue: Path) -> None:
    assert "no speaker" not in analyzer("upload", dialogue, "--manager", "Dana Okafor", "--rep", "Jules").err


def test_one_person_cannot_be_both(analyzer, dialogue: Path) -> None:
    result = analyzer("upload", dialogue, "--manager", "Dana", "--rep", "dana")
    assert result.status == 2
    assert "the manager (flag) and the rep (flag)" in result.err


def test_a_third_one_beside_a_known_manager_and_rep_needs_no_role(analyzer, dialogue: Path) -> None:
    dialogue.write_text(dialogue.read_text() + "Kim Lee: Sorry, I am late.\n")
    analyzer("upload", dialogue, "--manager", "Dana", "--rep", "Jules")
    assert "--role" not in analyzer("report", "last", "--format", "md").out


@pytest.mark.parametrize("labels", [("Manager", "Rep"), ("Speaker 1", "Speaker 2")])
def test_a_label_is_nobodys_name(analyzer, dialogue: Path, labels: tuple[str, str], tmp_path: Path) -> None:
    """It may give the role; meetings of ever other people are no pair's."""
    text = dialogue.read_text().replace("Dana:", f"{labels[0]}:").replace("Jules:", f"{labels[1]}:")
    dialogue.write_text(text)
    result = analyzer("upload", dialogue, "--date", "2026-03-17")
    (row,) = json.loads(analyzer("list", "--json").out)
    assert (row["manager"], row["rep"]) == (None, None)
    assert "is said to be" not in result.err
    analyzer("report", "--all")
    assert not [
        path for path in (tmp_path / "library").rglob("*.html") if "speaker-1-" in path.name or "manager-" in path.name
    ]
    if labels[0] == "Manager":
        report = json.loads(analyzer("report", "last", "--format", "json").out)
        assert [one["role"] for one in report["transcript"]["participants"]] == ["manager", "rep"]


def test_a_silent_recording_and_a_cut_one_say_so_on_the_terminal(analyzer, write_wav) -> None:
    """Each in one line: the path of a report alone looks like success."""
    import numpy as np

    silent = analyzer("upload", write_wav(np.zeros(16_000 * 4), name="silent.wav"), "--engine", "sphinx")
    assert silent.err.splitlines() == ["silent.wav: No speech was found in the recording."]
    whole = write_wav(np.random.default_rng(1).normal(0, 0.1, 16_000 * 100), name="cut.wav")
    whole.write_bytes(whole.read_bytes()[:32_044])
    cut = analyzer("upload", whole, "--engine", "sphinx")
    assert "cut.wav: Partial: 1% of the recording could be decoded" in cut.err
    assert "damaged" in cut.err
    assert len(cut.err.splitlines()) == 2
