"""Engines and baselines as they are scored: each makes a prediction of a meeting; one that breaks is a failure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from analyzer.commitments.extract import Extractor, build_extractor
from analyzer.errors import AnalyzerError, InputError
from analyzer.evaluation.dataset import FileExchange, Meeting
from analyzer.evaluation.score import Prediction
from analyzer.labels import cues
from analyzer.labels.labeler import Labeler, build_labeler
from analyzer.labels.rubric import Rubric
from analyzer.model import Time, Transcript

Predict = Callable[[Meeting], Prediction]
ENGINES = ("local",)


@dataclass(frozen=True, slots=True)
class Engine:
    """Something that can be scored."""

    name: str
    model: str
    predict: Predict


def build_engine(name: str, rubric: Rubric) -> Engine:
    """Return the engine of that name.

    Raises:
        InputError: there is none.

    """
    if name not in ENGINES:
        raise InputError(f"there is no engine {name!r} to score: use {', '.join(ENGINES)}")
    labeler, extractor = build_labeler(), build_extractor()
    model = f"labels {labeler.model}; commitments {extractor.model}"
    return Engine(name, model, lambda meeting: _run(meeting, labeler, extractor, rubric))


def _run(meeting: Meeting, labeler: Labeler, extractor: Extractor, rubric: Rubric) -> Prediction:
    transcript = meeting.transcript()
    try:
        exchanges = labeler.label(transcript, rubric)
        return Prediction(exchanges, extractor.extract(transcript, exchanges, meeting.date))
    except AnalyzerError as error:
        return Prediction(None, None, failure=str(error))


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
