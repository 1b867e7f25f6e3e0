"""The ``local`` engine: linear classifiers over turns and a best sequence of exchanges.  No key, no network.

Trained by `analyzer.labels.train` on the project's own meetings; runs on numpy alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.errors import EngineError
from analyzer.labels.decode import best_exchanges, log_softmax
from analyzer.labels.derived import mark_setup, question_form
from analyzer.labels.evidence import evidence_of, opening_turn
from analyzer.labels.features import rows
from analyzer.labels.linear import LinearModel, fingerprint, load_model
from analyzer.labels.rubric import Rubric
from analyzer.model import Exchange, Labelled, Transcript

WEIGHTS = Path(__file__).with_name("weights.npz")
Array = NDArray[np.floating]


class LocalLabeler:
    """Labels with trained weights."""

    name = "local"
    version = "3"

    def __init__(self, weights: Path = WEIGHTS) -> None:
        self._weights = weights
        self.model = f"linear {_fingerprint(weights)}"

    def label(self, transcript: Transcript, rubric: Rubric) -> Labelled:
        """Return exchanges that cover the turns; see `Labeler.label`.

        Confidence is the share of like exchanges that were right in cross-validation; where roles are withheld there
        is none.
        """
        model = _load(self._weights)
        _check(model, rubric)
        return Labelled(tuple(exchanges_of(transcript, model, rows(transcript, model.index), rubric)))


def exchanges_of(
    transcript: Transcript, model: LinearModel, features: Sequence[NDArray[np.int64]], rubric: Rubric
) -> list[Exchange]:
    """Return the exchanges that a model finds from the features of each turn."""
    if not transcript.turns:
        return []
    scores = Scores.of(model, model.logits(features))
    known = all(transcript.role_of(turn.speaker) is not None for turn in transcript.turns)
    found = [_exchange(transcript, span, scores, model, rubric, known) for span in scores.spans]
    return mark_setup(found, rubric)


@cache
def _fingerprint(weights: Path) -> str:
    try:
        return fingerprint(weights)
    except OSError as error:
        raise EngineError(f"the weights {str(weights)!r} are missing: install the package again") from error


@cache
def _load(weights: Path) -> LinearModel:
    return load_model(weights)


def _check(model: LinearModel, rubric: Rubric) -> None:
    unknown = set(model.heads["label"]) - {label.id for label in rubric.labels}
    if unknown or set(model.heads["topic"]) - {topic.id for topic in rubric.topics}:
        raise EngineError(
            f"the local engine was trained on rubric {model.facts['rubric']} and cannot follow rubric "
            f"{rubric.version!r}, which lacks {', '.join(sorted(unknown)) or 'its topics'}: use an LLM for other rubrics"
        )


@dataclass(frozen=True, slots=True)
class Scores:
    """Log probabilities for each turn, and the exchanges that follow."""

    label: Array
    """Shape (turns, labels), with the training set's shares partly taken out."""
    time: Array
    topic: Array
    spans: list[tuple[int, int, int]]

    @classmethod
    def of(cls, model: LinearModel, logits: dict[str, Any]) -> Scores:
        """Return the scores of a meeting's turns."""
        facts = model.facts
        label = log_softmax(log_softmax(logits["label"]) - facts["prior_weight"] * np.log(facts["prior"]))
        opening = log_softmax(logits["opening"])
        odds = facts["opening_weight"] * (opening[:, 1] - opening[:, 0])
        spans = best_exchanges(label, odds, facts["switch"])
        return cls(label, log_softmax(logits["time"]), log_softmax(logits["topic"]), spans)

    def certainty(self, span: tuple[int, int, int], same: Array) -> float:
        """Return the mean probability over a span's turns of the labels marked in ``same``."""
        first, last, _ = span
        return float(np.exp(self.label[first : last + 1])[:, same].sum(axis=1).mean())


def _exchange(
    transcript: Transcript,
    span: tuple[int, int, int],
    scores: Scores,
    model: LinearModel,
    rubric: Rubric,
    roles_known: bool,
) -> Exchange:
    first, last, best = span
    turns = transcript.turns[first : last + 1]
    focus, kind = rubric.focus_and_kind(model.heads["label"][best])
    confidence = calibrated(model, scores.certainty(span, same_focus(model, focus, rubric))) if roles_known else None
    if confidence is not None and confidence < model.facts["abstain"]:
        focus, kind = rubric.focus_and_kind(rubric.abstention)
    opening = opening_turn(turns)
    coached = any(one.id == focus and one.measure == "coached" for one in rubric.focuses)
    return Exchange(
        first=first + 1,
        last=last + 1,
        focus=focus,
        kind=kind,
        time=model.heads["time"][int(scores.time[first : last + 1].sum(axis=0).argmax())],  # type: ignore[arg-type]
        topic=model.heads["topic"][int(scores.topic[first : last + 1].sum(axis=0).argmax())],
        initiator=transcript.role_of(opening.speaker),
        evidence=evidence_of(transcript, turns, coached),
        question_form=question_form(transcript, turns),
        confidence=confidence,
    )


def same_focus(model: LinearModel, focus: str, rubric: Rubric) -> Array:
    """Return which of the model's labels are of that focus."""
    return np.array([rubric.focus_and_kind(label)[0] == focus for label in model.heads["label"]])


def calibrated(model: LinearModel, certainty: float) -> float:
    """Return how often exchanges of that certainty were right in cross-validation."""
    at, share = model.facts["calibration"]
    return round(float(np.interp(certainty, at, share)), 3)
