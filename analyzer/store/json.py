"""Our values as JSON text and back, checked on the way in."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from pydantic import TypeAdapter
from pydantic_core import PydanticSerializationError

from analyzer.text import as_text

T = TypeVar("T")


_ADAPTERS: dict[Any, TypeAdapter[Any]] = {}


def adapter(type_: type[T]) -> TypeAdapter[T]:
    """Return the converter of a type, built once: building costs milliseconds."""
    if type_ not in _ADAPTERS:
        _ADAPTERS[type_] = TypeAdapter(type_)
    return _ADAPTERS[type_]


def dump(value: Any) -> str:
    """Return a value as compact JSON; lone surrogates, which UTF-8 cannot hold, become question marks."""
    own = adapter(type(value))
    try:
        return own.dump_json(value).decode("utf-8")
    except PydanticSerializationError:  # the surrogates: there is no setting by which pydantic replaces them
        return as_text(json.dumps(own.dump_python(value, mode="json"), ensure_ascii=False, separators=(",", ":")))


def load(type_: type[T], text: str) -> T:
    """Return the value that `dump` wrote.

    Raises:
        pydantic.ValidationError: the text is of another type.

    """
    return adapter(type_).validate_json(text)
