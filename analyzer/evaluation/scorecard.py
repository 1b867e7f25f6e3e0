"""A run of an engine over a set, as figures with their counts, intervals and provenance."""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analyzer import __version__
from analyzer.errors import InputError
from analyzer.evaluation import metrics
from analyzer.evaluation.agreement import Agreement, measure_agreement
from analyzer.evaluation.dataset import Meeting, data_hash
from analyzer.evaluation.engines import Engine, baselines
from analyzer.evaluation.figure import Figure, number
from analyzer.evaluation.score import METRICS, Counts, Metric, count
from analyzer.labels.rubric import Rubric
from analyzer.model import Usage

Array = NDArray[np.float64]
FEW = 20
"""Meetings under which no claim is made."""
_PACKAGES = ("numpy", "rapidfuzz", "openai")


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """Of one class."""

    precision: Figure
    recall: Figure
    f1: Figure


@dataclass(frozen=True, slots=True)
class MeetingResult:
    """A meeting's counts, for comparing and for reading."""

    id: str
    style: str
    turns: int
    focus_accuracy: float | None
    counts: dict[str, list[float] | list[list[float]]]
    labels: tuple[tuple[str, str], ...]
    """Gold and predicted label of each turn."""
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Everything about a run."""

    engine: str
    model: str
    endpoint: str
    prompts: dict[str, str]
    rubric: str
    data: str
    data_hash: str
    date: str
    commit: str
    dirty: bool
    seed: int
    packages: dict[str, str]
    replies: dict[str, int]
    """Live, cached and replayed replies of an LLM, and the tokens that the live ones took."""
    meetings: int
    turns: int
    left_out: int
    """Turns whose gold says that nothing can be said."""
    figures: dict[str, Figure]
    classes: dict[str, ClassFigures]
    confusion: tuple[tuple[float, ...], ...]
    """Rows: gold focus; columns: predicted focus, and a last one for none."""
    focuses: tuple[str, ...]
    baselines: dict[str, dict[str, Figure]]
    calibration: tuple[tuple[int, float, float], ...]
    ece: float | None
    agreement: Agreement | None
    results: tuple[MeetingResult, ...] = field(default=())

    @property
    def claims(self) -> bool:
        """Whether there are meetings enough to claim anything."""
        return self.meetings >= FEW


def run(
    meetings: Sequence[Meeting],
    engine: Engine,
    rubric: Rubric,
    where: str,
    now: datetime,
    seed: int = 0,
    beside: Sequence[Engine] = (),
) -> Scorecard:
    """Score an engine, the baselines, and engines to be shown beside it, on the meetings."""
    if not meetings:
        raise InputError("there are no meetings to score")
    counted, failures = _count(meetings, engine, rubric)
    drawn = metrics.resample(len(meetings), seed=seed)
    focuses = [focus.id for focus in rubric.focuses]
    confusion = _sum(counted, "focus")
    table = metrics.calibration(*_confidences(counted))
    commit, dirty = _revision()
    annotated = sum(len(m.annotations) >= 2 for m in meetings) == len(meetings)
    left_out = _sum(counted, "left_out")
    return Scorecard(
        engine=engine.name,
        model=engine.model,
        endpoint=engine.endpoint,
        prompts={name.split()[0]: name for name in engine.prompts},
        rubric=f"{rubric.version} ({rubric.hash})",
        data=where,
        data_hash=data_hash(meetings),
        date=now.isoformat(),
        commit=commit,
        dirty=dirty,
        seed=seed,
        packages={"analyzer": __version__, "python": platform.python_version()} | {p: version(p) for p in _PACKAGES},
        replies=_replies(engine),
        meetings=len(meetings),
        turns=sum(len(m.turns) for m in meetings),
        left_out=int(left_out[0]) if left_out is not None else 0,
        figures=_figures(counted, drawn),
        classes={name: _class(counted, position, drawn) for position, name in enumerate(focuses)},
        confusion=tuple(tuple(row) for row in confusion.tolist()) if confusion is not None else (),
        focuses=tuple(focuses),
        baselines={
            one.name: _figures(_count(meetings, one, rubric)[0], drawn)
            for one in (*baselines(meetings, rubric), *beside)
        },
        calibration=tuple(table),
        ece=metrics.expected_calibration_error(table) if table else None,
        agreement=measure_agreement(meetings, rubric, seed) if annotated else None,
        results=tuple(_result(m, c, f) for m, c, f in zip(meetings, counted, failures, strict=True)),
    )


def _count(meetings: Sequence[Meeting], engine: Engine, rubric: Rubric) -> tuple[list[Counts], list[str | None]]:
    predictions = [engine.predict(meeting) for meeting in meetings]
    counted = [count(m, p, rubric) for m, p in zip(meetings, predictions, strict=True)]
    return counted, [prediction.failure for prediction in predictions]


def _stack(counted: Sequence[Counts], name: str) -> Array | None:
    """Return a count of all meetings, zero for those whose gold lacks it; ``None`` where none has it."""
    shapes = [c.values[name].shape for c in counted if name in c.values]
    if not shapes:
        return None
    return np.stack([c.values.get(name, np.zeros(shapes[0])) for c in counted])


def _sum(counted: Sequence[Counts], name: str) -> Array | None:
    stacked = _stack(counted, name)
    return None if stacked is None else stacked.sum(axis=0)


def _figures(counted: Sequence[Counts], drawn: Array) -> dict[str, Figure]:
    return {metric.name: figure(metric, counted, drawn) for metric in METRICS}


def figure(metric: Metric, counted: Sequence[Counts], drawn: Array) -> Figure:
    """Return a metric's figure over the meetings."""
    stacked = _stack(counted, metric.counts)
    if stacked is None:
        return Figure(None, None, None, 0)
    return metrics.figure_of(metric.statistic, stacked, drawn, _size(metric, stacked.sum(axis=0)))


def _size(metric: Metric, total: Array) -> float:
    """Return what a figure is a figure of."""
    if total.ndim == 2:
        return float(total.sum())
    if metric.counts in ("boundary", "commitment"):
        return float(total[2])
    return float(total[1]) if len(total) > 1 else float(total[0])


def _class(counted: Sequence[Counts], position: int, drawn: Array) -> ClassFigures:
    stacked = _stack(counted, "focus")
    if stacked is None:
        nothing = Figure(None, None, None, 0)
        return ClassFigures(nothing, nothing, nothing)
    n = float(stacked.sum(axis=0)[position].sum())
    made = []
    for which in range(3):

        def statistic(counts: Array, which: int = which) -> Array:
            chosen: Array = metrics.precision_recall_f1(counts)[which][..., position]
            return chosen

        made.append(metrics.figure_of(statistic, stacked, drawn, n))
    return ClassFigures(*made)


def _confidences(counted: Sequence[Counts]) -> tuple[list[float], list[bool]]:
    pairs = [pair for one in counted for pair in one.confidence]
    return [given for given, _ in pairs], [right for _, right in pairs]


def _result(meeting: Meeting, counts: Counts, failure: str | None) -> MeetingResult:
    focus = counts.values.get("focus")
    return MeetingResult(
        id=meeting.id,
        style=meeting.style,
        turns=len(meeting.turns),
        focus_accuracy=None if focus is None else number(float(metrics.accuracy(focus))),
        counts={name: values.tolist() for name, values in counts.values.items()},
        labels=counts.turns,
        failure=failure,
    )


def _replies(engine: Engine) -> dict[str, int]:
    usage = sum(engine.usage, Usage())
    replayed = engine.endpoint == "replay"
    return {
        "live": usage.calls,
        "cached": 0 if replayed else usage.kept,
        "replayed": usage.kept if replayed else 0,
        "input tokens": usage.input,
        "output tokens": usage.output,
    }


def _revision() -> tuple[str, bool]:
    """Return the commit of the checkout that the code runs from, and whether it was changed since."""
    here = Path(__file__).parent
    try:
        commit = subprocess.run(["git", "rev-parse", "--short=12", "HEAD"], cwd=here, capture_output=True, text=True)
        status = subprocess.run(["git", "status", "--porcelain"], cwd=here, capture_output=True, text=True)
    except OSError:
        return "unknown", False
    if commit.returncode:
        return "unknown", False
    return commit.stdout.strip(), bool(status.stdout.strip())
