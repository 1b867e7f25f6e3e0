"""Reply schemas stay in the subset that every endpoint understands; values are made to fit or refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from analyzer.engines import PROMPTS
from analyzer.llm.prompts import load_prompt, prompts_folder
from analyzer.llm.schema import MismatchError, conform, not_portable

ITEM = {
    "type": "object",
    "properties": {"n": {"type": "integer", "minimum": 1, "maximum": 9}},
    "required": ["n"],
    "additionalProperties": False,
}
SCHEMA = {
    "type": "object",
    "properties": {"items": {"type": "array", "items": ITEM}},
    "required": ["items"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "array", "items": {"type": "string"}},
        {"type": "object", "properties": {"a": {"type": "string"}}, "required": [], "additionalProperties": False},
        {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
        {
            "type": "object",
            "properties": {"a": {"type": "string", "pattern": "x"}},
            "required": ["a"],
            "additionalProperties": False,
        },
        {
            "type": "object",
            "properties": {"a": {"anyOf": [{"type": "string"}, {"type": "integer"}]}},
            "required": ["a"],
            "additionalProperties": False,
        },
    ],
)
def test_what_some_endpoint_ignores_is_not_portable(schema: dict[str, Any]) -> None:
    assert list(not_portable(schema))


def test_the_subset_is_portable() -> None:
    assert not list(not_portable(SCHEMA))


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ([], r"\$ is no object"),
        ({}, r"\$ lacks items"),
        ({"items": {}}, r"\$\.items is no list"),
        ({"items": [{"n": "x"}]}, r"\$\.items\[0\]\.n is no whole number: 'x'"),
        ({"items": [{"n": 10}]}, r"outside 1 to 9"),
        ({"items": [{"n": True}]}, r"no whole number"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(value: Any, place: str) -> None:
    with pytest.raises(MismatchError, match=place):
        conform(value, SCHEMA)


def test_a_value_that_fits_comes_back_the_same() -> None:
    assert conform({"items": [{"n": 3}]}, SCHEMA) == {"items": [{"n": 3}]}


@pytest.mark.parametrize("name", PROMPTS)
def test_a_released_prompt_is_never_edited(name: str) -> None:
    """The list names every release with its hash; a change is a new version, as a new file, with a new line."""
    released = json.loads((prompts_folder() / "released.json").read_text(encoding="utf-8"))
    assert released[name] == load_prompt(name).hash
