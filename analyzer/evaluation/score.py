"""An engine's labels of a meeting against the gold: the counts that every metric is a function of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from analyzer.evaluation import metrics
from analyzer.evaluation.dataset import FileCommitment, FileExchange, Meeting
from analyzer.labels.rubric import Rubric
from analyzer.model import Commitment, Exchange

Array = NDArray[np.float64]

_ALIKE = 60.0
_NEAR = 2
_TRACKED = 2
"""Commitments of this strength and more count."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """What an engine says of a meeting; ``None`` where it failed or does not do that."""

    exchanges: Sequence[Exchange | FileExchange] | None
    commitments: Sequence[Commitment | FileCommitment] | None
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """A meeting's counts by name; shapes are the same for all meetings of one rubric."""

    meeting: str
    values: dict[str, Array] = field(default_factory=dict)
    confidence: tuple[tuple[float, bool], ...] = ()
    """Of each predicted exchange: its confidence, and whether most of its turns have the right focus."""
    turns: tuple[tuple[str, str], ...] = ()
    """Gold and predicted label of each turn, for the reader."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure: which counts it is a function of, and how."""

    name: str
    counts: str
    statistic: Callable[[Array], Array]


METRICS: tuple[Metric, ...] = (
    Metric("focus_accuracy", "focus", metrics.accuracy),
    Metric("focus_macro_f1", "focus", metrics.macro_f1),
    Metric("focus_kappa", "focus", metrics.kappa),
    Metric("kind_macro_f1", "kind", metrics.macro_f1),
    Metric("off_diagonal_accuracy", "off_diagonal", metrics.ratio),
    Metric("time_accuracy", "time", metrics.ratio),
    Metric("topic_accuracy", "topic", metrics.ratio),
    Metric("coached_share_error", "coached_share", metrics.ratio),
    Metric("inspected_share_error", "inspected_share", metrics.ratio),
    Metric("boundary_precision", "boundary", metrics.precision_of_counts),
    Metric("boundary_recall", "boundary", metrics.recall_of_counts),
    Metric("boundary_f1", "boundary", metrics.f1_of_counts),
    Metric("window_diff", "window_diff", metrics.ratio),
    Metric("commitment_precision", "commitment", metrics.precision_of_counts),
    Metric("commitment_recall", "commitment", metrics.recall_of_counts),
    Metric("commitment_f1", "commitment", metrics.f1_of_counts),
    Metric("owner_accuracy", "owner", metrics.ratio),
    Metric("due_accuracy", "due", metrics.ratio),
    Metric("unsupported", "unsupported", lambda counts: counts[..., 0]),
    Metric("failures", "failures", lambda counts: counts[..., 0]),
)


def abstains(label: str | None, rubric: Rubric) -> bool:
    """Return whether a gold label says that nothing can be said; such turns are left out and counted."""
    return label == rubric.abstention


def count(meeting: Meeting, prediction: Prediction, rubric: Rubric) -> Counts:
    """Return a meeting's counts; what is not labelled in the gold has none, and a failure counts as errors."""
    values: dict[str, Array] = {"failures": np.array([float(prediction.failure is not None)])}
    confidence: tuple[tuple[float, bool], ...] = ()
    turns: tuple[tuple[str, str], ...] = ()
    gold = meeting.gold
    if gold.exchanges is not None:
        predicted = prediction.exchanges or ()
        values |= _label_counts(meeting, gold.exchanges, predicted, rubric)
        confidence = _confidence(gold.exchanges, predicted, rubric)
        turns = tuple(
            zip(_by_turn(gold.exchanges, "label"), _padded(predicted, "label", len(meeting.turns)), strict=True)
        )
    if gold.commitments is not None:
        values |= _commitment_counts(meeting, gold.commitments, prediction.commitments or ())
    return Counts(meeting.id, values, confidence, turns)


# --- labels -----------------------------------------------------------------------------------------------------------


def _by_turn(exchanges: Sequence[Exchange | FileExchange], name: str) -> list[Any]:
    return [getattr(one, name) for one in exchanges for _ in range(one.first, one.last + 1)]


def _padded(exchanges: Sequence[Exchange | FileExchange], name: str, turns: int) -> list[Any]:
    """Return one value a turn; a failed engine has the label ``-`` everywhere, which is never right."""
    found = _by_turn(exchanges, name)
    return found if len(found) == turns else ["-"] * turns


def _label_counts(
    meeting: Meeting, gold: Sequence[FileExchange], predicted: Sequence[Exchange | FileExchange], rubric: Rubric
) -> dict[str, Array]:
    turns = len(meeting.turns)
    names = ("focus", "kind", "time", "topic", "label")
    true = {name: _by_turn(gold, name) for name in names}
    said = {name: _padded(predicted, name, turns) for name in names}
    kept = [n for n in range(turns) if not abstains(true["label"][n], rubric)]
    focuses = [focus.id for focus in rubric.focuses]
    kinds = [kind.id for kind in rubric.kinds if not kind.abstains]
    divided = {kind.of for kind in rubric.kinds}
    rest = [n for n in kept if true["focus"][n] in divided]
    off = [n for n in kept if _off_diagonal(true["focus"][n], true["time"][n], rubric)]
    reference, opened = _openings(gold), _openings(predicted)
    return {
        "focus": _confusion([(true["focus"][n], said["focus"][n]) for n in kept], focuses),
        "kind": _confusion([(true["kind"][n], said["kind"][n] or "-") for n in rest], kinds),
        "off_diagonal": _right(true["focus"], said["focus"], off),
        "time": _right(true["time"], said["time"], kept),
        "topic": _right(true["topic"], said["topic"], kept),
        "left_out": np.array([float(turns - len(kept)), float(turns)]),
        "boundary": np.array(metrics.boundary_counts(reference, opened), float),
        "window_diff": np.array(metrics.window_diff(reference, opened, turns), float),
        **_share_errors(meeting, true["label"], said["label"], true["focus"], said["focus"], rubric),
    }


def _confusion(pairs: Sequence[tuple[str, str]], classes: Sequence[str]) -> Array:
    """Return shape (K, K + 1): the last column is everything that is none of the classes."""
    matrix = np.zeros((len(classes), len(classes) + 1))
    column = {name: position for position, name in enumerate(classes)}
    for true, said in pairs:
        matrix[column[true], column.get(said, len(classes))] += 1
    return matrix


def _right(true: Sequence[str], said: Sequence[str], where: Sequence[int]) -> Array:
    return np.array([float(sum(true[n] == said[n] for n in where)), float(len(where))])


def _off_diagonal(focus: str, time: str, rubric: Rubric) -> bool:
    """Whether grammar misleads: talk of the past that coaches, talk of the future that inspects."""
    measure = next((one.measure for one in rubric.focuses if one.id == focus), None)
    return (measure, time) in (("coached", "past"), ("inspected", "future"))


def _openings(exchanges: Sequence[Exchange | FileExchange]) -> list[int]:
    return [one.first for one in exchanges if one.first > 1]


def _share_errors(
    meeting: Meeting,
    true_label: Sequence[str],
    said_label: Sequence[str],
    true_focus: Sequence[str],
    said_focus: Sequence[str],
    rubric: Rubric,
) -> dict[str, Array]:
    """Return for either side of the bridge (absolute difference of shares in points, 1), or (0, 0) without work."""
    seconds = [turn.end - turn.start for turn in meeting.turns]
    result = {}
    for measure in ("coached", "inspected"):
        ids = {focus.id for focus in rubric.focuses if focus.measure == measure}
        true = _share(seconds, true_label, true_focus, ids, rubric)
        said = _share(seconds, said_label, said_focus, ids, rubric)
        known = true is not None
        result[f"{measure}_share"] = np.array([100 * abs((true or 0.0) - (said or 0.0)) * known, float(known)])
    return result


def _share(
    seconds: Sequence[float], labels: Sequence[str], focuses: Sequence[str], ids: set[str], rubric: Rubric
) -> float | None:
    working = sum(s for s, label in zip(seconds, labels, strict=True) if label in rubric.working)
    part = sum(s for s, focus in zip(seconds, focuses, strict=True) if focus in ids)
    return part / working if working else None


def _confidence(
    gold: Sequence[FileExchange], predicted: Sequence[Exchange | FileExchange], rubric: Rubric
) -> tuple[tuple[float, bool], ...]:
    """Return confidence and right or wrong for each predicted exchange that has a confidence and a gold to go by."""
    label, focus = _by_turn(gold, "label"), _by_turn(gold, "focus")
    result = []
    for one in predicted:
        given = getattr(one, "confidence", None)
        inside = [n for n in range(one.first - 1, one.last) if n < len(label) and not abstains(label[n], rubric)]
        if given is not None and inside:
            right = sum(focus[n] == one.focus for n in inside)
            result.append((float(given), 2 * right > len(inside)))
    return tuple(result)


# --- commitments ------------------------------------------------------------------------------------------------------


def _commitment_counts(
    meeting: Meeting, gold: Sequence[FileCommitment], predicted: Sequence[Commitment | FileCommitment]
) -> dict[str, Array]:
    tracked = [one for one in gold if one.strength >= _TRACKED]
    said = [one for one in predicted if one.strength >= _TRACKED]
    texts = [turn.text for turn in meeting.turns]
    alike = np.array([[alikeness(one, other, texts) for other in tracked] for one in said]).reshape(
        len(said), len(tracked)
    )
    pairs = metrics.maximal_matching(alike) if said and tracked else []
    owner = sum(said[p].owner == tracked[g].owner for p, g in pairs)
    due = sum(said[p].due == tracked[g].due for p, g in pairs)
    return {
        "commitment": np.array([len(pairs), len(said), len(tracked)], float),
        "owner": np.array([owner, len(pairs)], float),
        "due": np.array([due, len(pairs)], float),
        "unsupported": np.array([float(sum(not _stands(one, texts) for one in said)), float(len(said))]),
    }


def _place(one: Commitment | FileCommitment) -> tuple[int, str]:
    return (one.quote.turn, one.quote.text) if isinstance(one, Commitment) else (one.turn, one.quote)


def _stands(one: Commitment | FileCommitment, texts: Sequence[str]) -> bool:
    turn, quote = _place(one)
    return 1 <= turn <= len(texts) and quote in texts[turn - 1]


def alikeness(one: Commitment | FileCommitment, other: Commitment | FileCommitment, texts: Sequence[str]) -> float:
    """Return how much alike two commitments are, 0 where they may not be matched.

    They may when the quoted turns are at most two apart and the actions are alike, or the quotes overlap.
    """
    turn, quote = _place(one)
    other_turn, other_quote = _place(other)
    if abs(turn - other_turn) > _NEAR:
        return 0.0
    similarity = fuzz.token_set_ratio(one.action.lower(), other.action.lower())
    if turn == other_turn and _overlap(quote, other_quote, texts[turn - 1]):
        return 100.0 + similarity
    return similarity if similarity >= _ALIKE else 0.0


def _overlap(quote: str, other: str, text: str) -> bool:
    start, other_start = text.find(quote), text.find(other)
    return min(start, other_start) >= 0 and start < other_start + len(other) and other_start < start + len(quote)
