"""How far annotators agree: the ceiling that engines are read against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.errors import InputError
from analyzer.evaluation import metrics
from analyzer.evaluation.dataset import Annotation, FileExchange, Gold, Meeting
from analyzer.evaluation.figure import Figure, number
from analyzer.evaluation.gold import majority
from analyzer.evaluation.score import Counts, Prediction, count
from analyzer.labels.rubric import Rubric

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement over a set of meetings."""

    meetings: int
    turns: int
    annotators: tuple[str, ...]
    pairwise: dict[str, Figure]
    """Cohen's kappa for focus, by pair of annotators."""
    pairwise_raw: dict[str, Figure]
    """Share of turns with the same focus, by pair."""
    alpha: Figure
    """Krippendorff's alpha for focus, over all annotators."""
    by_label: dict[str, Figure]
    """Krippendorff's alpha of each label against all others."""
    one_against_rest: dict[str, dict[str, float | None]]
    """Each annotator scored as an engine is, against the majority of the others (turns without one left out)."""
    commitments: dict[str, Figure]
    """F1 of commitments, by pair."""


def measure_agreement(meetings: Sequence[Meeting], rubric: Rubric, seed: int = 0) -> Agreement:
    """Return the agreement of the annotators who labelled the meetings.

    Raises:
        InputError: no meeting has two annotations.

    """
    doubled = [m for m in meetings if sum(a.exchanges is not None for a in m.annotations) >= 2]
    if not doubled:
        raise InputError("no meeting has two annotations: agreement needs at least two")
    names = tuple(sorted({a.annotator for m in doubled for a in m.annotations if a.exchanges is not None}))
    drawn = metrics.resample(len(doubled), seed=seed)
    focuses = [focus.id for focus in rubric.focuses]
    labels = [label.id for label in rubric.labels]
    pairs = list(combinations(names, 2))
    confusions = {pair: np.stack([_confusion(m, *pair, focuses) for m in doubled]) for pair in pairs}
    return Agreement(
        meetings=len(doubled),
        turns=sum(len(m.turns) for m in doubled),
        annotators=names,
        pairwise={_name(pair): _figure(metrics.kappa, confusions[pair], drawn) for pair in pairs},
        pairwise_raw={_name(pair): _figure(metrics.accuracy, confusions[pair], drawn) for pair in pairs},
        alpha=_alpha(doubled, lambda one: one.focus, focuses, drawn),
        by_label={
            label: _alpha(doubled, lambda one, label=label: str(one.label == label), ["True", "False"], drawn)
            for label in labels
        },
        one_against_rest={name: _against_rest(doubled, name, rubric) for name in names},
        commitments={_name(pair): _commitment_f1(doubled, *pair, rubric, drawn) for pair in pairs},
    )


def _name(pair: tuple[str, str]) -> str:
    return f"{pair[0]}-{pair[1]}"


def _of(meeting: Meeting, annotator: str) -> Annotation | None:
    return next((a for a in meeting.annotations if a.annotator == annotator and a.exchanges is not None), None)


def by_turn(annotation: Annotation | Gold) -> list[FileExchange]:
    """Return the exchange that each turn belongs to."""
    return [one for one in annotation.exchanges or () for _ in range(one.first, one.last + 1)]


def _confusion(meeting: Meeting, one: str, other: str, focuses: list[str]) -> Array:
    matrix = np.zeros((len(focuses), len(focuses)))
    left, right = _of(meeting, one), _of(meeting, other)
    if left is not None and right is not None:
        for mine, yours in zip(by_turn(left), by_turn(right), strict=True):
            matrix[focuses.index(mine.focus), focuses.index(yours.focus)] += 1
    return matrix


def _figure(statistic: Any, counts: Array, drawn: Array) -> Figure:
    return metrics.figure_of(statistic, counts, drawn, float(counts.sum()))


def _alpha(meetings: Sequence[Meeting], label: Any, labels: list[str], drawn: Array) -> Figure:
    sums, turns = [], 0
    for meeting in meetings:
        units = np.zeros((len(meeting.turns), len(labels)))
        for annotation in meeting.annotations:
            if annotation.exchanges is not None:
                for n, one in enumerate(by_turn(annotation)):
                    units[n, labels.index(label(one))] += 1
        sums.append(metrics.coincidences(units))
        turns += len(units)
    counts = np.stack(sums)
    return metrics.figure_of(metrics.alpha_of_sums, counts, drawn, float(turns))


def _against_rest(meetings: Sequence[Meeting], name: str, rubric: Rubric) -> dict[str, float | None]:
    """Score an annotator against the majority of the others; where that has no majority, the turn is left out."""
    counted = []
    for meeting in meetings:
        own = _of(meeting, name)
        others = tuple(a for a in meeting.annotations if a.annotator != name)
        if own is None or not others:
            continue
        rest = majority(meeting.model_copy(update={"annotations": others}))
        counted.append(_without(count(meeting.model_copy(update={"gold": rest.gold}),
                       Prediction(own.exchanges, own.commitments), rubric), meeting, own, rest.gold, set(rest.undecided),
                       rubric))  # fmt: skip
    return {
        name: number(float(statistic(np.sum([c.values[counts] for c in counted], axis=0))))
        for name, counts, statistic in (
            ("focus_macro_f1", "focus", metrics.macro_f1),
            ("focus_kappa", "focus", metrics.kappa),
            ("boundary_f1", "boundary", metrics.f1_of_counts),
            ("commitment_f1", "commitment", metrics.f1_of_counts),
        )
    }


def _without(
    counts: Counts, meeting: Meeting, own: Annotation, rest: Gold, undecided: set[int], rubric: Rubric
) -> Counts:
    """Take turns without a majority out of the focus counts."""
    focuses = [focus.id for focus in rubric.focuses]
    for n, (true, said) in enumerate(zip(by_turn(rest), by_turn(own), strict=True), 1):
        if n in undecided and counts.values["focus"][focuses.index(true.focus), focuses.index(said.focus)] > 0:
            counts.values["focus"][focuses.index(true.focus), focuses.index(said.focus)] -= 1
    return counts


def _commitment_f1(meetings: Sequence[Meeting], one: str, other: str, rubric: Rubric, drawn: Array) -> Figure:
    rows = []
    for meeting in meetings:
        left, right = _of(meeting, one), _of(meeting, other)
        if left is None or right is None or left.commitments is None or right.commitments is None:
            rows.append(np.zeros(3))
            continue
        gold = Gold(rubric=left.rubric, exchanges=None, commitments=left.commitments)
        scored = count(meeting.model_copy(update={"gold": gold}), Prediction(None, right.commitments), rubric)
        rows.append(scored.values["commitment"])
    counts = np.stack(rows)
    return metrics.figure_of(metrics.f1_of_counts, counts, drawn, float(counts[:, 1:].sum()))
