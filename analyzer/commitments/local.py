"""The ``local`` engine: linear classifiers find promises, rules read what they say.  No key, no network.

Clauses are looked at first; in the turns that may hold a promise, words are put into spans; each span is then judged.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from analyzer.commitments.clauses import Clause, clauses_of, rows
from analyzer.commitments.dates import SaidDay, days_in
from analyzer.commitments.day_features import day_rows
from analyzer.commitments.due import DuePhrase, find_at_once, find_due
from analyzer.commitments.merge import merge
from analyzer.commitments.moved import settled
from analyzer.commitments.phrasing import about_of, action_of
from analyzer.commitments.refused import kept
from analyzer.commitments.spans import Found, cut, word_rows
from analyzer.labels.evidence import start_of
from analyzer.labels.linear import LinearModel, calibrated, fingerprint, load_model, odds_of
from analyzer.labels.rubric import Rubric
from analyzer.model import Commitment, Exchange, Extracted, Origin, Quote, Transcript

Array = NDArray[np.float64]

WEIGHTS = Path(__file__).with_name("weights.npz")
SHARE = 0.6
"""Of the judgement of a span in its certainty; the rest is what was thought of its likeliest clause."""
LIKELY = -0.4
"""Log odds from which a day counts as the promise's own: a little under even, chosen by cross-validation."""
FAR = 0.4
"""The same for a day that stands in another turn, in the words of another promise: held out, as many are right."""
_HEDGED = re.compile(
    r"\b(?:try|maybe|probably|might|see if|hope(?:fully)?|should be able|if i can|not sure)\b", re.IGNORECASE
)
_IF_THEN = re.compile(r"\b(?:if|and then)\b.{5,}", re.IGNORECASE)
_FOR_YOU = re.compile(r"\byou(?:'?ll| will) (?:have|get|hear|find|be getting)\b", re.IGNORECASE)
_I_PROMISE = re.compile(
    r"(?:\W*\b(?:and|so|but|then|yes|yeah|yep|okay|ok|right|well|um+|uh|er|oh|no|fine|sure|good)\b)*\W*"
    r"(?:i'?ll|i will|i'?m going to|i am going to|i'?m gonna|i can|i could|i should|let me)\b",
    re.IGNORECASE,
)
"""Who opens so promises for himself, whatever the classifier thinks of what stands around it."""
_TO_CUSTOMER = re.compile(r"\bi (?:told|promised|said to) (?!you\b)|\bi'?ve (?:told|promised) (?!you\b)", re.IGNORECASE)


class LocalExtractor:
    """Extracts with trained weights."""

    name = "local"
    version = "6"

    def __init__(self, weights: Path = WEIGHTS) -> None:
        self._weights = weights
        self.model = f"linear {fingerprint(weights)}"

    def extract(
        self, transcript: Transcript, exchanges: Sequence[Exchange], said_on: date | None, rubric: Rubric
    ) -> Extracted:
        """Return the commitments; see `Extractor.extract`."""
        model = load_model(self._weights)
        clauses = [clause for turn in transcript.turns for clause in clauses_of(turn)]
        parts = model.parts
        odds = odds_of(_scores(parts["clause"], rows(transcript, clauses, parts["clause"].index))["promise"])
        words, found = word_rows(transcript, clauses, odds, parts["word"].index)
        scores = _scores(parts["word"], found)
        spans = cut(words, scores["start"], scores["goes_on"])
        if not spans:
            return Extracted(())
        scores = _scores(parts["span"], rows(transcript, spans, parts["span"].index))
        promises = kept(promises_of(spans, scores, likeliest(spans, clauses, odds), model), transcript.turns)
        known = all(transcript.role_of(turn.speaker) is not None for turn in transcript.turns)
        said = days_in(transcript, said_on) if said_on else {}
        abouts = [about_of(one, transcript) for one in promises]
        made = []
        for one in promises:
            due, day = (
                (_deadline(one), None) if said_on is None else _due(one, promises, said, transcript, said_on, model)
            )
            made.append(_commitment(one, transcript, due, day, model, known))
        return Extracted(tuple(settled(merge(made, abouts), transcript, said_on)))


def _scores(model: LinearModel, found: Sequence[NDArray[np.int64]]) -> dict[str, Array]:
    return {head: np.asarray(values, float) for head, values in model.logits(found).items()}


def likeliest(spans: Sequence[Clause], clauses: Sequence[Clause], odds: Array) -> Array:
    """Return for each span the highest log odds of the clauses that it shares words with."""
    inside: dict[int, list[int]] = {}
    for k, clause in enumerate(clauses):
        inside.setdefault(clause.turn.n, []).append(k)
    highest = []
    for span in spans:
        own = inside[span.turn.n]
        over = [k for k in own if clauses[k].start < span.end and span.start < clauses[k].end]
        highest.append(float(odds[over or own].max()))
    return np.array(highest)


def promises_of(spans: Sequence[Clause], scores: dict[str, Array], clause: Array, model: LinearModel) -> list[Found]:
    """Return the spans that are sure enough to hold a promise.

    Args:
        spans: in order.
        scores: of the heads that judge spans.
        clause: see `likeliest`.
        model: whose threshold counts.

    """
    certainty = SHARE * odds_of(scores["kept"]) + (1 - SHARE) * clause
    speaker, origins = model.heads["owner"].index("speaker"), model.heads["origin"]
    return [
        Found(
            span.turn,
            span.start,
            span.end,
            float(certainty[n]),
            int(scores["owner"][n].argmax()) == speaker,
            cast(Origin, origins[int(scores["origin"][n].argmax())]),
        )
        for n, span in enumerate(spans)
        if certainty[n] > model.facts["threshold"]
    ]


def _commitment(
    found: Found, transcript: Transcript, due: DuePhrase | None, day: date | None, model: LinearModel, roles_known: bool
) -> Commitment:
    return Commitment(
        owner=_owner(found, transcript) if roles_known else None,
        action=action_of(found, transcript),
        due_text=due.text if due else None,
        due=day,
        strength=_strength(found, day),
        origin=found.origin,
        quote=Quote(found.turn.n, found.turn.speaker, start_of(found.turn, found.text), found.text),
        to_customer=bool(_TO_CUSTOMER.search(found.text)),
        confidence=calibrated(model.facts, found.certainty) if roles_known else None,
    )


def _owner(found: Found, transcript: Transcript) -> str | None:
    speaker = found.turn.speaker
    if found.by_speaker or _I_PROMISE.match(found.text) or _FOR_YOU.search(found.text):
        return speaker
    others = [person.name for person in transcript.participants if person.name != speaker]
    return others[0] if len(others) == 1 else None


def _due(
    found: Found,
    promises: Sequence[Found],
    said: dict[int, list[SaidDay]],
    transcript: Transcript,
    said_on: date,
    model: LinearModel,
) -> tuple[DuePhrase | None, date | None]:
    """Return the day that most likely is the promise's own, if one is likelier than none; or a deadline without a day."""
    part = model.parts["day"]
    days, features = day_rows(found, promises, said, transcript, said_on, part.index)
    if days:
        odds = odds_of(_scores(part, features)["due"])
        best = days[int(odds.argmax())]
        if odds.max() > (FAR if _is_anothers(best, found, promises, said) else LIKELY):
            return best.phrase, best.day
    vague = (one.phrase for one in said.get(found.turn.n, ()) if one.day is None and one.within(found))
    return next(vague, None), None


def _is_anothers(day: SaidDay, found: Found, promises: Sequence[Found], said: dict[int, list[SaidDay]]) -> bool:
    """Whether a day stands in another turn, and in the words of another promise."""
    others = [one for one in promises if one is not found]
    named = (one for other in others for one in said.get(other.turn.n, ()) if one.within(other))
    return day.turn.n != found.turn.n and any(one.day == day.day for one in named)


def _deadline(found: Found) -> DuePhrase | None:
    """Return the deadline in the quote, for a talk of which the day is not known."""
    return find_due(found.text) or next(iter(find_at_once(found.text)), None)


def _strength(found: Found, day: date | None) -> int:
    if _HEDGED.search(found.text):
        return 2
    if found.origin == "assigned" or day is None:
        return 3
    return 5 if _IF_THEN.search(found.text) else 4
