"""Reply schemas in the subset that every endpoint understands, and values made to fit them.

The subset: an object at the root; ``properties`` that are all required; ``additionalProperties: false``; ``items``;
``enum``; ``integer``, ``number``, ``boolean``, ``string``; ``anyOf`` of a type and null.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]
_KEYS = frozenset("type properties required additionalProperties items enum anyOf description minimum maximum".split())


class MismatchError(ValueError):
    """A value that does not fit; the message names the place and what was wanted, for the repair turn."""


def not_portable(schema: Schema, place: str = "$") -> Iterator[str]:
    """Yield each place where a schema leaves the subset."""
    for key in sorted(schema.keys() - _KEYS):
        yield f"{place}: {key!r} is not understood everywhere"
    if "anyOf" in schema:
        kinds = [one.get("type") for one in schema["anyOf"]]
        if len(kinds) != 2 or kinds[1] != "null":
            yield f"{place}: anyOf is for a type and null"
        yield from not_portable(schema["anyOf"][0], place)
    if schema.get("type") == "object":
        named = set(schema.get("properties", ()))
        if set(schema.get("required", ())) != named or schema.get("additionalProperties") is not False:
            yield f"{place}: an object requires all its properties and allows no others"
        for name, one in schema.get("properties", {}).items():
            yield from not_portable(one, f"{place}.{name}")
    elif place == "$":
        yield "$: the root is an object"
    if schema.get("type") == "array":
        yield from not_portable(schema["items"], f"{place}[]")


def conform(value: Any, schema: Schema, place: str = "$") -> Any:
    """Return a value as the schema wants it.

    What a careless model does without changing the meaning is put right: an enum in other case, a whole number written
    as text, keys that were not asked for.

    Raises:
        MismatchError: it does not fit.

    """
    if "anyOf" in schema:
        return None if value is None else conform(value, schema["anyOf"][0], place)
    if "enum" in schema:
        return _enum(value, schema["enum"], place)
    match schema["type"]:
        case "object":
            return _object(value, schema, place)
        case "array":
            if not isinstance(value, list):
                raise MismatchError(f"{place} is no list: {_shown(value)}")
            return [conform(one, schema["items"], f"{place}[{n}]") for n, one in enumerate(value)]
        case "string":
            if not isinstance(value, str):
                raise MismatchError(f"{place} is no text: {_shown(value)}")
            return value.encode("utf-8", "replace").decode()  # lone surrogates cannot be stored
        case "boolean":
            if not isinstance(value, bool):
                raise MismatchError(f"{place} is neither true nor false: {_shown(value)}")
            return value
        case "integer":
            return _integer(value, schema, place)
    raise MismatchError(f"{place} has a type that is not in the subset: {schema['type']}")


def _object(value: Any, schema: Schema, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise MismatchError(f"{place} is no object: {_shown(value)}")
    if missing := [name for name in schema["properties"] if name not in value]:
        raise MismatchError(f"{place} lacks {', '.join(missing)}")
    return {name: conform(value[name], one, f"{place}.{name}") for name, one in schema["properties"].items()}


def _enum(value: Any, allowed: list[Any], place: str) -> Any:
    if value in allowed and not isinstance(value, bool):
        return value
    if isinstance(value, str):
        same = [one for one in allowed if isinstance(one, str) and one.casefold() == value.strip().casefold()]
        if len(same) == 1:
            return same[0]
    raise MismatchError(f"{place} is {_shown(value)}, which is none of {', '.join(map(str, allowed))}")


def _integer(value: Any, schema: Schema, place: str) -> int:
    if isinstance(value, str) and value.strip().lstrip("-").isdecimal():
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise MismatchError(f"{place} is no whole number: {_shown(value)}")
    low, high = schema.get("minimum", value), schema.get("maximum", value)
    if not low <= value <= high:
        raise MismatchError(f"{place} is {value}, outside {low} to {high}")
    return value


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
