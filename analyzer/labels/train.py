"""Training of the ``local`` labels: one call, seeded by nothing but the data, the same weights again."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.errors import InputError
from analyzer.evaluation.dataset import FileExchange, Meeting, data_hash
from analyzer.evaluation.metrics import macro_f1
from analyzer.labels.features import rows
from analyzer.labels.fit import Collector, Head, fit_all, held_out, isotonic, matrix_of, prune, require_sklearn
from analyzer.labels.linear import LinearModel
from analyzer.labels.local import Scores, same_focus
from analyzer.labels.rubric import Rubric

Array = NDArray[np.float64]

FOLDS = 5
FEATURES = 30_000
STRENGTH = {"label": 10.0, "opening": 1.0, "time": 3.0, "topic": 3.0}
"""Inverse of the regularisation of each head, chosen by cross-validation."""
PRIOR_WEIGHTS = (0.6, 0.8, 1.0)
OPENING_WEIGHTS = (0.5, 1.0, 1.5, 2.0)
SWITCHES = (0.0, -0.5, -1.0, -2.0)
EXCERPT = (2, 12)
"""Turns of an excerpt, at least and at most."""
EXCERPT_WEIGHT = 0.5
"""Of a turn in an excerpt, beside 1 for the same turn in its meeting."""
ABSTAIN = 0.4
"""Confidence below which nothing is said."""


def train_labels(
    meetings: Sequence[Meeting],
    rubric: Rubric,
    without: frozenset[str] = frozenset(),
    tuned: dict[str, Any] | None = None,
) -> LinearModel:
    """Return a model trained on the gold exchanges.

    Args:
        meetings: all with gold exchanges.
        rubric: whose labels they carry.
        without: groups of features to leave out, for ablations.
        tuned: the facts of another model to take over instead of tuning; the shares of the labels are its own.

    Raises:
        InputError: a meeting without gold exchanges, or too few meetings.
        MissingError: scikit-learn is not installed.

    """
    check_trainable(meetings)
    collector = Collector()
    found, of, targets = _examples(meetings, collector, without)
    whole = sum(len(meeting.turns) for meeting in meetings)
    weight = np.where(np.arange(len(found)) < whole, 1.0, EXCERPT_WEIGHT)
    heads = {name: Head(np.array(targets[name]), strength, weight=weight) for name, strength in STRENGTH.items()}
    everything = matrix_of(found, collector)
    model = fit_all(prune(found, collector, everything, heads["label"], FEATURES), heads)
    if tuned is not None:
        target = heads["label"].target[:whole]
        prior = [float((target == label).mean()) for label in model.heads["label"]]
        return replace(model, facts=tuned | {"prior": prior} | provenance(meetings, rubric))
    scores: dict[str, Array] = {}
    for name in ("label", "opening"):
        # features are not chosen before: the choice would have seen the labels of the fold that is held out
        scores[name], classes = held_out(everything, heads[name], of % FOLDS, FOLDS)
        scores[name] = scores[name][:whole]
        assert classes == model.heads[name]
    seconds = np.array([turn.end - turn.start for meeting in meetings for turn in meeting.turns])
    facts = _tune(model, scores, heads["label"].target[:whole], of[:whole], seconds, rubric)
    return replace(model, facts=facts | provenance(meetings, rubric))


def _examples(
    meetings: Sequence[Meeting], collector: Collector, without: frozenset[str]
) -> tuple[list[NDArray[np.int64]], NDArray[np.int64], dict[str, list[str]]]:
    """Return features, meeting and targets of all turns, and then of all turns once more as parts of excerpts.

    A turn near the end of a whole meeting has few neighbours and is mostly small talk; without the excerpts the model
    would take every short talk for that.
    """
    found: list[NDArray[np.int64]] = []
    of: list[int] = []
    targets: dict[str, list[str]] = {name: [] for name in STRENGTH}
    lengths = random.Random(0)
    parts = [(n, meeting.transcript().turns, 0) for n, meeting in enumerate(meetings)]
    for n, meeting in enumerate(meetings):
        turns, at = meeting.transcript().turns, 0
        while at < len(turns):
            length = lengths.randint(*EXCERPT)
            parts.append((n, turns[at : at + length], at))
            at += length
    for n, turns, at in parts:
        found += rows(replace(meetings[n].transcript(), turns=turns), collector, without)
        of += [n] * len(turns)
        for name, values in _targets(meetings[n].gold.exchanges or ()).items():
            targets[name] += values[at : at + len(turns)]
    return found, np.array(of), targets


def check_trainable(meetings: Sequence[Meeting]) -> None:
    """Raise where there is nothing to learn from."""
    unlabelled = [meeting.id for meeting in meetings if meeting.gold.exchanges is None]
    if unlabelled:
        raise InputError(f"meeting {unlabelled[0]!r} has no gold exchanges: only labelled meetings can be trained on")
    if len(meetings) < FOLDS:
        raise InputError(f"{len(meetings)} meetings are too few to train on: {FOLDS} at least, a hundred to be of use")
    require_sklearn()


def provenance(meetings: Sequence[Meeting], rubric: Rubric) -> dict[str, Any]:
    """Return what the model was made from."""
    return {
        "rubric": rubric.version,
        "meetings": len(meetings),
        "turns": sum(len(meeting.turns) for meeting in meetings),
        "data": data_hash(meetings),
    }


def _targets(exchanges: Sequence[FileExchange]) -> dict[str, list[str]]:
    return {
        "label": [one.label for one in exchanges for _ in range(one.first, one.last + 1)],
        "opening": [str(int(n == one.first)) for one in exchanges for n in range(one.first, one.last + 1)],
        "time": [one.time for one in exchanges for _ in range(one.first, one.last + 1)],
        "topic": [one.topic for one in exchanges for _ in range(one.first, one.last + 1)],
    }


def _tune(
    model: LinearModel,
    scores: dict[str, Array],
    target: NDArray[np.str_],
    of: NDArray[np.int64],
    seconds: Array,
    rubric: Rubric,
) -> dict[str, Any]:
    """Return the settings that serve best on held-out meetings, and the calibration that goes with them.

    Best is macro-F1 of focus less the mean error of a meeting's coaching share: the first decides whether the moments
    are right, the second whether the bar is.
    """
    prior = [float((target == label).mean()) for label in model.heads["label"]]
    best: tuple[float, dict[str, Any]] = (-2.0, {})
    for prior_weight, opening_weight, switch in product(PRIOR_WEIGHTS, OPENING_WEIGHTS, SWITCHES):
        facts = {"prior": prior, "prior_weight": prior_weight, "opening_weight": opening_weight, "switch": switch}
        f1, error = _quality(replace(model, facts=facts), scores, target, of, seconds, rubric)
        if f1 - error > best[0]:
            held = {"held_out_focus_macro_f1": round(f1, 4), "held_out_coached_share_error": round(100 * error, 2)}
            best = (f1 - error, facts | held)
    facts = best[1] | {"abstain": ABSTAIN}
    return facts | {"calibration": _calibration(replace(model, facts=facts), scores, target, of, rubric)}


def _decoded(
    model: LinearModel, scores: dict[str, Array], target: NDArray[np.str_], of: NDArray[np.int64]
) -> Iterator[tuple[Scores, NDArray[np.str_]]]:
    """Yield for each meeting what is decoded from held-out scores, and the true labels."""
    for meeting in range(of.max() + 1):
        inside = of == meeting
        nothing = np.zeros((int(inside.sum()), 1))
        logits = {name: values[inside] for name, values in scores.items()} | {"time": nothing, "topic": nothing}
        yield Scores.of(model, logits), target[inside]


def _quality(
    model: LinearModel,
    scores: dict[str, Array],
    target: NDArray[np.str_],
    of: NDArray[np.int64],
    seconds: Array,
    rubric: Rubric,
) -> tuple[float, float]:
    """Return macro-F1 of focus, and the mean absolute error of a meeting's coaching share (0 to 1)."""
    focuses = [focus.id for focus in rubric.focuses]
    place = {label: focuses.index(rubric.focus_and_kind(label)[0]) for label in model.heads["label"]}
    confusion = np.zeros((len(focuses), len(focuses)))
    errors, at = [], 0
    for decoded, true in _decoded(model, scores, target, of):
        said = [model.heads["label"][label] for first, last, label in decoded.spans for _ in range(first, last + 1)]
        for one, other in zip(true, said, strict=True):
            confusion[place[str(one)], place[other]] += 1
        spoken = seconds[at : at + len(said)]
        errors.append(abs(_coached(said, spoken, rubric) - _coached([str(one) for one in true], spoken, rubric)))
        at += len(said)
    return float(macro_f1(confusion)), float(np.mean(errors))


def _coached(labels: Sequence[str], seconds: Array, rubric: Rubric) -> float:
    """Return the coaching share of working time, 0 without any."""
    coached = {focus.id for focus in rubric.focuses if focus.measure == "coached"}
    working = sum(s for label, s in zip(labels, seconds, strict=True) if label in rubric.working)
    return sum(s for label, s in zip(labels, seconds, strict=True) if label in coached) / working if working else 0.0


def _calibration(
    model: LinearModel, scores: dict[str, Array], target: NDArray[np.str_], of: NDArray[np.int64], rubric: Rubric
) -> list[list[float]]:
    certain, right = [], []
    for decoded, true in _decoded(model, scores, target, of):
        for span in decoded.spans:
            focus = rubric.focus_and_kind(model.heads["label"][span[2]])[0]
            inside = [rubric.focus_and_kind(str(label))[0] == focus for label in true[span[0] : span[1] + 1]]
            certain.append(decoded.certainty(span, same_focus(model, focus, rubric)))
            right.append(float(2 * sum(inside) > len(inside)))
    return isotonic(certain, right)
