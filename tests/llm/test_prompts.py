"""A prompt file says what it takes; what is missing, unknown or unused is an error, and nothing is filled in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.errors import RubricError
from analyzer.llm.prompts import load_prompt

GOOD = '''id = "p"
version = "1"
purpose = "Try."
variables = ["name", "ids"]
system = "Hello."
user = "I am {{ name }}."
schema = """{"type": "object", "properties": {"a": {"type": "string", "enum": {{ ids | tojson }}}}, "required": ["a"], "additionalProperties": false}"""
'''


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "p.1.toml").write_text(GOOD)
    load_prompt.cache_clear()
    return tmp_path


def write(folder: Path, old: str, new: str) -> Path:
    assert old in GOOD
    (folder / "p.1.toml").write_text(GOOD.replace(old, new))
    load_prompt.cache_clear()
    return folder


def test_a_prompt_is_filled(folder: Path) -> None:
    filled = load_prompt("p.1", folder).fill(name="Dana <b>", ids=["x", "y"])
    assert filled.user == "I am Dana <b>."
    assert filled.schema["properties"]["a"]["enum"] == ["x", "y"]
    assert filled.prompt.startswith("p 1 (")


def test_a_prompt_is_the_same_whichever_way_its_lines_end(folder: Path) -> None:
    """Kept replies stay valid where a checkout writes Windows' line ends."""
    name = load_prompt("p.1", folder).name
    path = write(folder, "Try", "Try") / "p.1.toml"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert load_prompt("p.1", folder).name == name


@pytest.mark.parametrize("values", [{"name": "x"}, {"name": "x", "ids": [], "more": 1}, {}])
def test_missing_and_unknown_values_are_errors(folder: Path, values: dict[str, object]) -> None:
    with pytest.raises(RubricError, match="takes exactly ids, name"):
        load_prompt("p.1", folder).fill(**values)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"ids"]', '"ids", "date"]', "declares date and does not use it"),
        ("{{ name }}", "{{ name }} {{ place }}", "uses place, which it does not declare"),
        ("{{ name }}", "{{ name", "is no template"),
        ('purpose = "Try."\n', "", "wrong at purpose"),
        ('version = "1"', 'version = "2"', "says that it is p.2"),
        ('id = "p"', 'id = "p', "not valid TOML"),
        ('"required": ["a"], ', "", "not portable"),
    ],
)
def test_a_broken_file_is_refused_with_its_reason(folder: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(RubricError, match=said):
        load_prompt("p.1", write(folder, old, new)).fill(name="x", ids=["x"])


def test_a_prompt_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(RubricError, match="cannot be read"):
        load_prompt("q.1", tmp_path)
