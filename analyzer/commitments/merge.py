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
_TIMES = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday today tonight tomorrow morning afternoon evening week month "
    "after before until".split()
)
"""That two promises are due on one day does not make them one."""
_OPENING = re.compile(r"^(?:i'?ll|i will|i'?m going to|i can|i could|let me)\s+", re.IGNORECASE)


def imperative(action: str) -> str:
    """Return an action without "I'll", which one has that could not be put better than it was said."""
    return _OPENING.sub("", action.replace("\u2019", "'"))


def merge(commitments: Sequence[Commitment], abouts: Sequence[str] | None = None) -> list[Commitment]:
    """Return them in order; of a promise said twice the later date counts, with the quote that names it.

    Args:
        commitments: in order of the talk.
        abouts: what each is about, by which they are compared; their actions if not given.  Where it is not the action,
            the quote only points at what is to be done, and the action of its fellow tells more.

    """
    merged: list[Commitment] = []
    of: list[str] = []
    for one, about in zip(commitments, abouts or [one.action for one in commitments], strict=True):
        same = next((i for i, other in enumerate(merged) if _alike(one, about, other, of[i])), None)
        if same is None:
            merged.append(one)
            of.append(about)
        elif one.due is not None or (one.due_text and merged[same].due is None):
            action = one.action if one.action == about else merged[same].action
            merged[same], of[same] = replace(one, origin=merged[same].origin, action=action), about
    return merged


def _alike(one: Commitment, about: str, other: Commitment, other_about: str) -> bool:
    """Whether two are one promise: the same owner, and actions that share most of what they name."""
    if one.owner != other.owner:
        return False
    if one.quote.turn == other.quote.turn:
        return fuzz.token_set_ratio(imperative(about), imperative(other_about)) >= _SAME_TURN
    named, others = _named(about), _named(other_about)
    shared = len(named & others)
    return shared >= 2 and shared >= _SHARED * min(len(named), len(others))


def _named(action: str) -> set[str]:
    """Return what an action names: its words but the commonest."""
    words = re.findall(r"[a-z0-9']{3,}", imperative(action).lower())
    return {word for word in words if word not in COMMON and word not in _TIMES}
