"""Training and measuring of roles: labelled meetings, whole, without punctuation as recognised speech, and in cuts."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.errors import InputError
from analyzer.evaluation.dataset import Meeting, data_hash
from analyzer.labels.fit import require_sklearn
from analyzer.model import Participant, Source, Transcript, Turn
from analyzer.transcript.metadata import Known
from analyzer.transcript.people import name_people
from analyzer.transcript.roles import SIDES, contrast, counts_of
from analyzer.transcript.swap import NAMED, Case, check, first_names, name_contrasts

Array = NDArray[np.float64]

FOLDS = 5
CUTS = (8, 16, 32)
"""Turns of the cuts, so that a short talk is not judged as a long one."""
CUT_WEIGHT = 0.5
STRENGTH = 0.03
"""Inverse of the regularisation: strong, for talk unlike that of the set."""
WITHHOLD, ALARM = 0.85, 0.5
"""Chosen on held-out folds: see `analyzer eval roles`."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The talk of a manager and a rep."""

    id: str
    turns: tuple[Turn, ...]
    manager: str
    rep: str


def pairs(meetings: Sequence[Meeting]) -> list[Pair]:
    """Return the meetings of exactly one manager and one rep."""
    found = []
    for meeting in meetings:
        transcript = meeting.transcript()
        manager, rep = transcript.named("manager"), transcript.named("rep")
        if manager and rep and {turn.speaker for turn in transcript.turns} == {manager, rep}:
            found.append(Pair(meeting.id, transcript.turns, manager, rep))
    return found


def variants(pair: Pair) -> Iterator[tuple[float, Pair]]:
    """Yield a talk with its weight: whole, as recognised without marks and capitals, and cuts of it."""
    chance = random.Random(pair.id)
    yield 1.0, pair
    yield 1.0, without_marks(pair)
    for length in CUTS:
        if len(pair.turns) > length:
            at = chance.randrange(len(pair.turns) - length)
            yield CUT_WEIGHT, replace(pair, turns=pair.turns[at : at + length])


def without_marks(pair: Pair) -> Pair:
    """Return a talk as a recogniser may write it."""
    return replace(pair, turns=tuple(replace(turn, text=unmarked(turn.text)) for turn in pair.turns))


def unmarked(text: str) -> str:
    """Return a text as a recogniser may write it: no capitals, no marks."""
    return " ".join(re.sub(r"[^\w'\u2019 ]", " ", text).lower().split())


def train_roles(meetings: Sequence[Meeting]) -> dict[str, Any]:
    """Return the contents of the weights file.

    Raises:
        InputError: too few meetings of one manager and one rep.
        MissingError: scikit-learn is not installed (scipy comes with it).

    """
    require_sklearn()
    talks = pairs(meetings)
    if len(talks) < FOLDS:
        raise InputError(f"{len(talks)} meetings of one manager and one rep are too few to train roles on")
    every = [(n, weight, one) for n, talk in enumerate(talks) for weight, one in variants(talk)]
    weight = np.array([weight for _, weight, _ in every])
    of = np.array([n % FOLDS for n, _, _ in every])
    cues = np.array([cue_row(one) for _, _, one in every])
    names = np.array([name_row(one) for _, _, one in every])
    direction = np.array([1.0 if side == "manager" else -1.0 for side in SIDES.values()])
    held = np.zeros(len(every))
    for fold in range(FOLDS):
        inside = of == fold
        held[inside] = cues[inside] @ fit(cues[~inside], direction, weight[~inside])
    return {
        "meetings": len(talks),
        "data": data_hash(meetings),
        "held_out": {"talks": len(every), "right": round(float((held > 0).mean()), 4)},
        "withhold": WITHHOLD,
        "alarm": ALARM,
        "cues": _named(SIDES, fit(cues, direction, weight)),
        "names": _named(NAMED, fit(names, np.ones(len(NAMED)), weight)),
    }


def save_roles(made: dict[str, Any], path: Path) -> str:
    """Write the weights; return a line that says what they are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    weighed = sum(value != 0 for value in made["cues"].values())
    return f"{path}: {weighed} cues, {made['meetings']} meetings, held_out {made['held_out']}"


def _named(names: Sequence[str] | dict[str, Any], values: Array) -> dict[str, float]:
    return {name: round(float(value), 4) + 0.0 for name, value in zip(names, values, strict=True)}


def cue_row(pair: Pair) -> list[float]:
    """Return the contrasts of all cues, the manager's side first."""
    counts = counts_of(pair.turns)
    none = dict.fromkeys(SIDES, 0)
    one, other = counts.get(pair.manager, none), counts.get(pair.rep, none)
    return [contrast(one[name], other[name]) for name in SIDES]


def name_row(pair: Pair) -> list[float]:
    """Return the contrasts of spoken names; zeros where first names do not tell the two apart."""
    if first_names(pair.manager, pair.rep) is None:
        return [0.0] * len(NAMED)
    found = name_contrasts(pair.turns, {name: name for name in (pair.manager, pair.rep)})
    return [found[way] for way in NAMED]


def fit(rows: Array, direction: Array, weight: Array) -> Array:
    """Return the weights of a logistic regression without intercept whose weights keep their direction.

    Every row is right as it stands and wrong with its sign turned, so one class is enough.  Columns are scaled to
    deviation one for the penalty alone.
    """
    from scipy.optimize import minimize

    scale = rows.std(axis=0) + 1e-9
    scaled = rows / scale * direction

    def loss(values: Array) -> tuple[float, Array]:
        odds = scaled @ values
        wrong = 1 / (1 + np.exp(np.clip(odds, -500, 500)))
        value = STRENGTH * 2 * float(weight @ np.logaddexp(0, -odds)) + float(values @ values) / 2
        return value, values - STRENGTH * 2 * (scaled.T @ (weight * wrong))

    start = np.zeros(rows.shape[1])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(0, None)] * len(start))
    result: Array = found.x * direction / scale
    return result


@dataclass(frozen=True, slots=True)
class RoleFigures:
    """How roles and exchanges are found in one form of the talks, each count out of ``talks``."""

    form: str
    talks: int
    named: int
    """Talks in which the words alone name the roles."""
    right: int
    """Of those, rightly."""
    alarms: int
    """Right talks that are flagged."""
    caught: dict[str, int]
    """Flagged talks by what was exchanged in them."""


def measure_roles(meetings: Sequence[Meeting]) -> list[RoleFigures]:
    """Return the figures of each form of the talks: whole, unmarked, and cuts."""
    talks = pairs(meetings)
    return [_figures(form, [make(talk) for talk in talks]) for form, make in FORMS.items()]


def _cut(length: int) -> Callable[[Pair], Pair]:
    return lambda pair: replace(pair, turns=_middle(pair.turns, length))


def _middle(turns: tuple[Turn, ...], length: int) -> tuple[Turn, ...]:
    at = max(0, (len(turns) - length) // 2)
    return turns[at : at + length]


FORMS: dict[str, Callable[[Pair], Pair]] = {
    "whole": lambda pair: pair,
    "no marks": without_marks,
    **{f"{length} turns": _cut(length) for length in reversed(CUTS)},
}


def _figures(form: str, talks: Sequence[Pair]) -> RoleFigures:
    named = [found for talk in talks if (found := by_words(talk)) is not None]
    return RoleFigures(
        form=form,
        talks=len(talks),
        named=len(named),
        right=sum(named),
        alarms=sum(check(exchanged(talk, "right")).doubt is not None for talk in talks),
        caught={
            case: sum(check(exchanged(talk, case)).doubt is not None for talk in talks)
            for case in ("turns", "roles", "names")
        },
    )


def by_words(pair: Pair) -> bool | None:
    """Return whether the words alone name the roles rightly; ``None`` where they are withheld."""
    strangers = {pair.manager: "Speaker 1", pair.rep: "Speaker 2"}
    turns = tuple(replace(turn, speaker=strangers[turn.speaker]) for turn in pair.turns)
    transcript = name_people(Transcript(turns, (), Source("transcript", "evaluation", "", 0.0)), Known())
    role = transcript.role_of("Speaker 1")
    return None if role is None else role == "manager"


def exchanged(pair: Pair, case: Case) -> Transcript:
    """Return a talk with roles as metadata would give them: right, or with turns, roles or names exchanged."""
    other = {pair.manager: pair.rep, pair.rep: pair.manager}
    turns = pair.turns
    if case in ("turns", "names"):
        turns = tuple(replace(turn, speaker=other[turn.speaker]) for turn in turns)
    manager = other[pair.manager] if case in ("roles", "names") else pair.manager
    people = (Participant(manager, "manager", "flag"), Participant(other[manager], "rep", "flag"))
    return Transcript(turns, people, Source("transcript", "evaluation", "", 0.0))
