"""Several annotations of a meeting to one: the majority, and what has none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median_low
from typing import TypeVar

from rapidfuzz import fuzz

from analyzer.evaluation.dataset import Annotation, FileCommitment, FileExchange, Gold, Meeting

H = TypeVar("H", bound=Hashable)
_NEAR = 3
_ALIKE = 60.0


@dataclass(frozen=True, slots=True)
class Majority:
    """The majority's labels, and the turns that have none."""

    gold: Gold
    undecided: tuple[int, ...]
    """Turns on which no label has more votes than every other; the first one named stands in until a further pass."""


def majority(meeting: Meeting, decided: dict[int, tuple[str, str | None]] | None = None) -> Majority:
    """Return the majority of a meeting's annotations.

    A turn takes the label with most votes; a boundary stands where more than half set one, and where the label changes.
    A commitment is gold when more than half list it.

    Args:
        meeting: with at least two annotations.
        decided: focus and kind of turns that a further pass has decided.

    """
    decided = decided or {}
    labelled = [a for a in meeting.annotations if a.exchanges is not None]
    votes = [[(one.focus, one.kind) for one in _by_turn(a)] for a in labelled]
    labels, undecided = [], []
    for n in range(1, len(meeting.turns) + 1):
        label, tied = _most(vote[n - 1] for vote in votes)
        if tied and n not in decided:
            undecided.append(n)
        labels.append(decided.get(n, label))
    opened = Counter(one.first for a in labelled for one in a.exchanges or ())
    firsts = [
        n
        for n in range(1, len(labels) + 1)
        if n == 1 or 2 * opened[n] > len(labelled) or labels[n - 1] != labels[n - 2]
    ]
    exchanges = tuple(
        _exchange(first, last - 1, labels[first - 1], labelled)
        for first, last in zip(firsts, [*firsts[1:], len(labels) + 1], strict=True)
    )
    gold = Gold(
        rubric=labelled[0].rubric,
        exchanges=exchanges,
        commitments=_commitments([a for a in meeting.annotations if a.commitments is not None]),
        adjudicated=tuple(sorted(decided)),
    )
    return Majority(gold, tuple(undecided))


def _by_turn(annotation: Annotation) -> list[FileExchange]:
    return [one for one in annotation.exchanges or () for _ in range(one.first, one.last + 1)]


def _most(values: Iterable[H]) -> tuple[H, bool]:
    """Return the commonest value (of several the one named first), and whether another one is as common."""
    ranked = Counter(values).most_common()
    return ranked[0][0], len(ranked) > 1 and ranked[0][1] == ranked[1][1]


def _exchange(first: int, last: int, label: tuple[str, str | None], labelled: Sequence[Annotation]) -> FileExchange:
    """Return the exchange with the other fields by majority over its turns, of those who gave it that label first."""
    over = [one for a in labelled for one in _by_turn(a)[first - 1 : last]]
    agreeing = [one for one in over if (one.focus, one.kind) == label] or over
    return FileExchange(
        first=first,
        last=last,
        focus=label[0],
        kind=label[1],
        time=_most(one.time for one in agreeing)[0],
        topic=_most(one.topic for one in over)[0],
        initiator=_most(one.initiator for one in agreeing)[0],
        setup=_most(one.setup for one in agreeing)[0],
        mixed=_most(one.mixed for one in agreeing)[0],
    )


def _commitments(annotations: Sequence[Annotation]) -> tuple[FileCommitment, ...]:
    groups: list[dict[str, FileCommitment]] = []
    for annotation in annotations:
        for one in annotation.commitments or ():
            fitting = [g for g in groups if annotation.annotator not in g and any(same(one, o) for o in g.values())]
            if fitting:
                best = max(fitting, key=lambda g: max(_similarity(one, other) for other in g.values()))
                best[annotation.annotator] = one
            else:
                groups.append({annotation.annotator: one})
    kept = [_merged([*group.values()]) for group in groups if 2 * len(group) > len(annotations)]
    return tuple(sorted(kept, key=lambda one: (one.turn, one.quote)))


def same(one: FileCommitment, other: FileCommitment) -> bool:
    """Return whether two annotators mean one commitment: same owner, quotes near, actions alike or quotes overlapping."""
    if one.owner != other.owner or abs(one.turn - other.turn) > _NEAR:
        return False
    inside = one.turn == other.turn and (one.quote in other.quote or other.quote in one.quote)
    return inside or fuzz.token_set_ratio(one.action.lower(), other.action.lower()) >= _ALIKE


def _similarity(one: FileCommitment, other: FileCommitment) -> float:
    return fuzz.token_set_ratio(one.action.lower(), other.action.lower()) - abs(one.turn - other.turn)


def _merged(group: Sequence[FileCommitment]) -> FileCommitment:
    turn, quote = _most((one.turn, one.quote) for one in group)[0]
    due, due_text = _most((one.due, one.due_text) for one in group)[0]
    date = _most(one.due for one in group)[0]
    if due != date:
        due_text = next(one.due_text for one in group if one.due == date)
    return FileCommitment(
        owner=group[0].owner,
        action=next(one.action for one in group if (one.turn, one.quote) == (turn, quote)),
        due=date,
        due_text=due_text,
        strength=median_low(one.strength for one in group),
        origin=_most(one.origin for one in group)[0],
        to_customer=_most(one.to_customer for one in group)[0],
        turn=turn,
        quote=quote,
    )
