"""Text that comes from outside Python: names of files and arguments are bytes there, and may be no text at all."""

from __future__ import annotations


def as_text(said: str) -> str:
    """Return text that UTF-8 can hold: lone surrogates, as which Python carries such bytes, become question marks."""
    return said.encode("utf-8", "replace").decode("utf-8")
