"""One commitment of a promise that is said twice."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rapidfuzz import fuzz

from analyzer.model import Commitment

_SAME_TURN = 85
"""Token-set similarity of two actions in one turn from which they are one promise said twice."""
_SHARED = 0.6
"""Share of what the shorter action names that the other one has to name too."""
COMMON = frozenset(
    "the and for with that this them they him her his have has get got put can will would just out from about then also "
    "you your not one some any all but let make going then there than into over what when who how".split()
)


def merge(commitments: Sequence[Commitment]) -> list[Commitment]:
    """Return them in order; of a promise said twice the later date counts, with the quote that names it."""
    merged: list[Commitment] = []
    for one in commitments:
        same = next((i for i, other in enumerate(merged) if _alike(one, other)), None)
        if same is None:
            merged.append(one)
        elif one.due is not None or (one.due_text and merged[same].due is None):
            merged[same] = replace(one, origin=merged[same].origin)
    return merged


def _alike(one: Commitment, other: Commitment) -> bool:
    """Whether two are one promise: the same owner, and actions that share most of what they name."""
    if one.owner != other.owner:
        return False
    if one.quote.turn == other.quote.turn:
        return fuzz.token_set_ratio(one.action, other.action) >= _SAME_TURN
    named, others = _named(one), _named(other)
    shared = len(named & others)
    return shared >= 2 and shared >= _SHARED * min(len(named), len(others))


def _named(one: Commitment) -> set[str]:
    """Return what an action names: its words but the commonest."""
    return {word for word in re.findall(r"[a-z0-9']{3,}", one.action.lower()) if word not in COMMON}
