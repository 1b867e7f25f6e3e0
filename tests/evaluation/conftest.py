"""Small labelled meetings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from analyzer.evaluation.dataset import Meeting

LABELS = {"i": ("inspection", None), "c": ("coaching", None), "d": ("neither", "directing"), "s": ("neither", "social"),
          "u": ("neither", "unclear")}  # fmt: skip


def exchanges(letters: str, time: str = "present") -> list[dict[str, Any]]:
    """Return exchanges from a letter a turn; a capital opens a new one of the same label."""
    made: list[dict[str, Any]] = []
    for n, letter in enumerate(letters, 1):
        focus, kind = LABELS[letter.lower()]
        if made and letter.islower() and (made[-1]["focus"], made[-1]["kind"]) == (focus, kind):
            made[-1]["last"] = n
        else:
            made.append({
                "first": n, "last": n, "focus": focus, "kind": kind, "time": time, "topic": "opportunity",
                "initiator": "manager", "setup": False, "mixed": False,
            })  # fmt: skip
    return made


def commitment(turn: int, quote: str, **changes: Any) -> dict[str, Any]:
    """Return a commitment of the rep."""
    return {
        "owner": "Jules Petrov", "action": quote, "due": None, "due_text": None, "strength": 3, "origin": "volunteered",
        "to_customer": False, "turn": turn, "quote": quote,
    } | changes  # fmt: skip


@pytest.fixture
def make_meeting() -> Callable[..., Meeting]:
    """Return a function that makes a meeting from a letter a turn."""

    def make(
        letters: str, id_: str = "m-1", commitments: list[dict[str, Any]] | None = None, **changes: Any
    ) -> Meeting:
        names = ("Dana Okafor", "Jules Petrov")
        turns = [
            {
                "n": n,
                "speaker": names[(n + 1) % 2],
                "start": 2.0 * n,
                "end": 2.0 * n + 2,
                "text": f"turn number {n} of {id_}",
            }
            for n in range(1, len(letters) + 1)
        ]
        return Meeting.model_validate({
            "format": 1, "id": id_, "date": "2026-03-17", "title": "Weekly", "industry": "boats", "style": "clean",
            "series": None, "provenance": "written",
            "participants": [{"name": names[0], "role": "manager"}, {"name": names[1], "role": "rep"}],
            "turns": turns, "annotations": [],
            "gold": {"rubric": "2", "exchanges": exchanges(letters), "commitments": commitments or []},
        } | changes)  # fmt: skip

    return make
