"""The ``local`` engine: linear classifiers over turns and over exchanges, and the best sequence.  No key, no network.

A turn's features give its likely label and whether it may open an exchange; `openings` looks again at where the talk
changes; each exchange that may be is then judged by all its words, and the best sequence wins.  Trained by
`analyzer.labels.train` on the project's own meetings; runs on numpy alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.errors import EngineError
from analyzer.labels.decode import Span, best_exchanges, candidates, log_softmax
from analyzer.labels.derived import mark_setup, question_form
from analyzer.labels.evidence import evidence_of, opening_turn
from analyzer.labels.features import rows, spoken
from analyzer.labels.linear import LinearModel, calibrated, fingerprint, load_model, odds_of
from analyzer.labels.openings import measures, sums_before
from analyzer.labels.rubric import Rubric
from analyzer.model import Exchange, Labelled, Transcript

WEIGHTS = Path(__file__).with_name("weights.npz")
PRIOR_WEIGHT = 0.8
"""Share of the training set's shares of the labels that is taken out of the scores."""
MAY_OPEN = -3.0
"""Log odds from which an exchange may open at a turn."""
LONGEST = 30
"""Turns of an exchange, mostly."""
Array = NDArray[np.floating]


class LocalLabeler:
    """Labels with trained weights."""

    name = "local"
    version = "4"

    def __init__(self, weights: Path = WEIGHTS) -> None:
        self._weights = weights
        self.model = f"linear {fingerprint(weights)}"

    def label(self, transcript: Transcript, rubric: Rubric) -> Labelled:
        """Return exchanges that cover the turns; see `Labeler.label`.

        Confidence is the share of like exchanges that were right in cross-validation; where roles are withheld there
        is none.
        """
        model = load_model(self._weights)
        _check(model, rubric)
        return Labelled(tuple(exchanges_of(transcript, model, rubric)))


def exchanges_of(
    transcript: Transcript, model: LinearModel, rubric: Rubric, without: frozenset[str] = frozenset()
) -> list[Exchange]:
    """Return the exchanges that a model finds.

    Args:
        transcript: with roles where they are known.
        model: from `analyzer.labels.train.train_labels`.
        rubric: whose labels it was trained on.
        without: groups of features to leave out, for ablations.

    """
    if not transcript.turns:
        return []
    turn, exchange = model.parts["turn"], model.parts["exchange"]
    scores = turn.logits(rows(transcript, turn.index, without))
    label = adjusted(scores["label"], model.facts["prior"])
    opening = opening_odds(measures(transcript, np.exp(label), odds_of(scores["opening"])), model.facts["openings"])
    spans = spans_of(opening)
    words = spoken(transcript, exchange.index, without)
    heads = exchange.logits([np.concatenate(words[first : last + 1]) for first, last in spans])
    judged = Judged.of(spans, label, opening, heads["exchange"], model.facts)
    known = all(transcript.role_of(turn.speaker) is not None for turn in transcript.turns)
    found = [_exchange(transcript, one, judged, heads, model, rubric, known) for one in judged.best]
    return mark_setup(found, rubric)


def _check(model: LinearModel, rubric: Rubric) -> None:
    unknown = set(model.heads["label"]) - {label.id for label in rubric.labels}
    if unknown or set(model.heads["topic"]) - {topic.id for topic in rubric.topics}:
        raise EngineError(
            f"the local engine was trained on rubric {model.facts['rubric']} and cannot follow rubric "
            f"{rubric.version!r}, which lacks {', '.join(sorted(unknown)) or 'its topics'}: use an LLM for other rubrics"
        )


def adjusted(logits: Array, prior: Sequence[float]) -> Array:
    """Return log probabilities of labels, with most of the training set's shares taken out, so that rare ones are found."""
    return log_softmax(log_softmax(logits) - PRIOR_WEIGHT * np.log(prior))


def opening_odds(found: Array, facts: Mapping[str, Any]) -> Array:
    """Return the log odds that a turn opens an exchange from its `measures`."""
    odds: Array = found @ np.array(facts["weights"]) + facts["intercept"]
    return odds


def spans_of(opening: Array) -> list[Span]:
    """Return the exchanges that may be."""
    return candidates([bool(odds > MAY_OPEN) for odds in opening], LONGEST)


@dataclass(frozen=True, slots=True)
class Judged:
    """Exchanges that may be, how likely each one's labels are, and the best sequence."""

    spans: list[Span]
    label: Array
    """Mean log score a turn of each label, shape (spans, labels): in part the turns' own, in part the whole exchange's."""
    best: list[tuple[int, int]]
    """Of the best sequence: the number of the span, and of its label."""

    @classmethod
    def of(cls, spans: list[Span], label: Array, opening: Array, exchange: Array, facts: Mapping[str, Any]) -> Judged:
        """Judge the exchanges.

        Args:
            spans: see `spans_of`.
            label: see `adjusted`, shape (turns, labels).
            opening: see `opening_odds`, shape (turns,).
            exchange: scores of each span's labels by all its words, shape (spans, labels).
            facts: what was tuned.

        """
        first, last = np.array(spans).T
        length = (last - first + 1)[:, None]
        sums = sums_before(label)
        own = (sums[last + 1] - sums[first]) / length
        mean = facts["turn_weight"] * own + adjusted(exchange, facts["prior"])
        opens = facts["opening_weight"] * opening + facts["opening_bonus"]
        return cls(spans, mean, best_exchanges(spans, length * mean, opens))

    def certainty(self, number: int, same: Array) -> float:
        """Return the probability of a span's labels that are marked in ``same``."""
        return float(np.exp(log_softmax(self.label[number]))[same].sum())


def _exchange(
    transcript: Transcript,
    chosen: tuple[int, int],
    judged: Judged,
    heads: Mapping[str, Array],
    model: LinearModel,
    rubric: Rubric,
    roles_known: bool,
) -> Exchange:
    number, best = chosen
    first, last = judged.spans[number]
    turns = transcript.turns[first : last + 1]
    focus, kind = rubric.focus_and_kind(model.heads["exchange"][best])
    confidence = (
        calibrated(model.facts, judged.certainty(number, same_focus(model, focus, rubric))) if roles_known else None
    )
    if confidence is not None and confidence < model.facts["abstain"]:
        focus, kind = rubric.focus_and_kind(rubric.abstention)
    opening = opening_turn(turns)
    coached = any(one.id == focus and one.measure == "coached" for one in rubric.focuses)
    return Exchange(
        first=first + 1,
        last=last + 1,
        focus=focus,
        kind=kind,
        time=model.heads["time"][int(heads["time"][number].argmax())],  # type: ignore[arg-type]
        topic=model.heads["topic"][int(heads["topic"][number].argmax())],
        initiator=transcript.role_of(opening.speaker),
        evidence=evidence_of(transcript, turns, coached),
        question_form=question_form(transcript, turns),
        confidence=confidence,
    )


def same_focus(model: LinearModel, focus: str, rubric: Rubric) -> Array:
    """Return which of the model's labels are of that focus."""
    return np.array([rubric.focus_and_kind(label)[0] == focus for label in model.heads["exchange"]])
