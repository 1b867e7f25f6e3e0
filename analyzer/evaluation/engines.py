"""Engines and baselines as they are scored: each makes a prediction of a meeting; one that breaks is a failure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import TypeVar

from analyzer.config import Settings
from analyzer.engines import Engines, build_engines, endpoint_kind, wants_llm
from analyzer.errors import AnalyzerError, InputError
from analyzer.evaluation.dataset import FileExchange, Meeting
from analyzer.evaluation.follow_through import Follow
from analyzer.evaluation.score import Prediction
from analyzer.labels import cues
from analyzer.labels.rubric import Rubric
from analyzer.llm.replies import Memory, Waiting, WaitingError
from analyzer.model import EarlierPromise, FollowUp, Time, Transcript, Usage

Predict = Callable[[Meeting], Prediction]
Clock = Callable[[], datetime]
ENGINES = ("local", "llm")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Engine:
    """Something that can be scored."""

    name: str
    model: str
    predict: Predict
    endpoint: str = "none"
    """Where the words go."""
    prompts: tuple[str, ...] = ()
    usage: list[Usage] = field(default_factory=list)
    """Of each prediction."""


def build_engine(name: str, rubric: Rubric, settings: Settings, memory: Memory, now: Clock) -> Engine:
    """Return the engine of that name.

    Raises:
        InputError: there is none, or no model is named for it.

    """
    engines = _engines(name, settings, memory, now)
    labeler, extractor = engines.labeler, engines.extractor
    usage: list[Usage] = []
    return Engine(
        name,
        labeler.model if labeler.model == extractor.model else f"labels {labeler.model}; commitments {extractor.model}",
        lambda meeting: _run(meeting, engines, rubric, usage),
        endpoint=endpoint_kind(settings),
        prompts=engines.prompts[:1],
        usage=usage,
    )


def build_follower(name: str, rubric: Rubric, settings: Settings, memory: Memory, now: Clock) -> Follow:
    """Return what the engine of that name says became of earlier promises.

    Raises:
        InputError: there is none, or no model is named for it.

    """
    follow_through = _engines(name, settings, memory, now).follow_through

    def follow(meeting: Meeting, promises: Sequence[EarlierPromise]) -> Sequence[FollowUp]:
        found = follow_through.follow(meeting.transcript(), promises, meeting.date, rubric)
        return found.follow_ups or [FollowUp(promise, "untold", None) for promise in promises]

    return follow


def _engines(name: str, settings: Settings, memory: Memory, now: Clock) -> Engines:
    if name not in ENGINES:
        raise InputError(f"there is no engine {name!r} to score: use {' or '.join(ENGINES)}")
    if name == "llm" and not wants_llm(settings):
        raise InputError("the engine 'llm' needs a model: name it with --llm")
    return build_engines(settings if name == "llm" else settings.model_copy(update={"llm": None}), memory, now)


def _run(meeting: Meeting, engines: Engines, rubric: Rubric, usage: list[Usage]) -> Prediction:
    transcript = meeting.transcript()
    try:
        labelled = engines.labeler.label(transcript, rubric)
        usage.append(labelled.notes.usage)
        extracted = engines.extractor.extract(transcript, labelled.exchanges, meeting.date, rubric)
    except WaitingError:
        raise
    except AnalyzerError as error:
        return Prediction(None, None, failure=str(error))
    gaps = "; ".join(f"turns {gap.first} to {gap.last}: {gap.reason}" for gap in labelled.notes.gaps)
    return Prediction(labelled.exchanges, extracted.commitments, failure=gaps or None)


def waiting_for(ask: Callable[[T], object], items: Iterable[T]) -> list[Waiting]:
    """Return the requests that have to be answered before ``ask`` has a result for each item."""
    waiting: dict[str, Waiting] = {}
    for item in items:
        try:
            ask(item)
        except WaitingError as error:
            waiting |= {one.custom_id: one for one in error.requests}
    return list(waiting.values())


def baselines(meetings: Sequence[Meeting], rubric: Rubric) -> list[Engine]:
    """Return what every engine has to beat: one label without boundaries, boundaries evenly spaced, grammar alone."""
    gold = [one for meeting in meetings for one in meeting.gold.exchanges or ()]
    labels = Counter((one.focus, one.kind) for one in gold for _ in range(one.first, one.last + 1))
    common = labels.most_common(1)[0][0] if labels else (rubric.focuses[0].id, None)
    every = round(sum(one.last - one.first + 1 for one in gold) / len(gold)) if gold else 1
    name = common[1] or common[0]
    return [
        Engine("majority", f"always {name}", lambda m: Prediction(_even(m, common, len(m.turns)), [])),
        Engine("evenly-spaced", f"{name}, {every} turns each", lambda m: Prediction(_even(m, common, every), [])),
        Engine("tense-only", "past inspects", lambda m: Prediction(_by_tense(m.transcript(), rubric), [])),
    ]


def _even(meeting: Meeting, label: tuple[str, str | None], every: int) -> list[FileExchange]:
    total = len(meeting.turns)
    return [_exchange(at, min(at + every - 1, total), label) for at in range(1, total + 1, every)]


def _exchange(first: int, last: int, label: tuple[str, str | None], time: Time = "present") -> FileExchange:
    return FileExchange(
        first=first, last=last, focus=label[0], kind=label[1], time=time, topic="other", initiator="manager",
        setup=False, mixed=False,
    )  # fmt: skip


def _by_tense(transcript: Transcript, rubric: Rubric) -> list[FileExchange]:
    """Label by the tense of the manager's turn; the rep's turns go with the one before."""
    sides = {focus.measure: focus.id for focus in rubric.focuses if focus.measure}
    times: list[Time] = []
    for turn in transcript.turns:
        rep = transcript.role_of(turn.speaker) == "rep"
        times.append(times[-1] if rep and times else cues.time_of(turn.text))
    exchanges, at = [], 1
    for time, group in groupby(times):
        length = len(list(group))
        focus = sides["inspected"] if time == "past" else sides["coached"]
        exchanges.append(_exchange(at, at + length - 1, (focus, None), time))
        at += length
    return exchanges
