"""Our values as JSON text and back, checked on the way in."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import TypeAdapter

T = TypeVar("T")


_ADAPTERS: dict[Any, TypeAdapter[Any]] = {}


def adapter(type_: type[T]) -> TypeAdapter[T]:
    """Return the converter of a type, built once: building costs milliseconds."""
    if type_ not in _ADAPTERS:
        _ADAPTERS[type_] = TypeAdapter(type_)
    return _ADAPTERS[type_]


def dump(value: Any) -> str:
    """Return a value as compact JSON; lone surrogates, which UTF-8 cannot hold, become question marks."""
    return adapter(type(value)).dump_json(value).decode("utf-8")


def load(type_: type[T], text: str) -> T:
    """Return the value that `dump` wrote.

    Raises:
        pydantic.ValidationError: the text is of another type.

    """
    return adapter(type_).validate_json(text)
