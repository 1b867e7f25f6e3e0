"""Text of a meeting in Markdown."""

from __future__ import annotations

import re


def plain(text: str) -> str:
    """Return text on one line, with what Markdown or HTML would take for markup escaped."""
    return re.sub(r"([\\`*_\[\]<>#|])", r"\\\1", " ".join(text.split()))
