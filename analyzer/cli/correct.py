"""``analyzer correct``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from analyzer.cli import common
from analyzer.errors import AnalyzerError, InputError

if TYPE_CHECKING:
    from analyzer.model import Analysis, Transcript
    from analyzer.transcript.corrections import Correction, Stretch

LLMFlag = Annotated[
    str | None,
    typer.Option("--llm", help="Label with this model instead of the one that the meeting was labelled with."),
]  # no variable: one that is meant for new meetings would relabel this one unasked


def correct(
    meeting: Annotated[str, typer.Argument(help="Id (or its beginning) or file name of a meeting, or `last`.")],
    swap: Annotated[bool, typer.Option("--swap", help="What one of the two said is the other's.")] = False,
    name: Annotated[
        list[str] | None, typer.Option("--name", help='A speaker\'s name: "Speaker 1=Dana Okafor".')
    ] = None,
    role: Annotated[list[str] | None, typer.Option("--role", help='A speaker\'s role: "Dana Okafor=manager".')] = None,
    turn: Annotated[list[int] | None, typer.Option("--turn", help="Number of a turn that --speaker spoke.")] = None,
    speaker: Annotated[str | None, typer.Option("--speaker", help="Who spoke the turns of --turn.")] = None,
    exchange: Annotated[int | None, typer.Option("--exchange", help="Number of an exchange, as in the report.")] = None,
    focus: Annotated[
        str | None, typer.Option("--focus", help="What the exchange was: see `analyzer rubric show`.")
    ] = None,
    kind: Annotated[str | None, typer.Option("--kind", help="Its kind, for a focus that has kinds.")] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take the last correction back.")] = False,
    list_: Annotated[bool, typer.Option("--list", help="Show the corrections of the meeting.")] = False,
    llm: LLMFlag = None,
    library: common.LibraryFlag = None,
    as_json: common.JsonFlag = False,
) -> None:
    """Correct who is who, who spoke, and what an exchange was.

    Corrections lie over the original, which stays; what depends on them is made anew, and nothing is transcribed again.
    """
    from analyzer.pipeline import Pipeline
    from analyzer.report.write import report_path, rubric_of

    settings = common.settings_of(library, llm=llm)
    store = common.existing_library(settings)
    id_ = store.find(meeting)
    if list_:
        _print_list(store.corrections(id_), as_json)
        return
    before = store.analysis(id_)
    said = _Said(swap, name or [], role or [], turn or [], speaker, exchange, focus, kind)
    if undo == bool(said.any):
        raise InputError("say what to correct (--swap, --name, --role, --turn, --exchange), or else --undo, or --list")
    pipeline = Pipeline(_same_model(settings, before, llm), store, rubric=rubric_of(before, store))
    with store.claim(id_, wait=60) as mine:
        if not mine:
            raise InputError(f"another analyzer works on meeting {id_}: try again when it has finished")
        made = () if undo else said.corrections(before, pipeline.rubric)
        analysis = _undo(pipeline, id_) if undo else pipeline.correct(id_, made)
    common.say_paid(analysis)
    common.say_warnings(analysis)
    common.say(f"{'taken back in' if undo else 'corrected'}: {_which(analysis)}")
    path = str(report_path(analysis, store, "html"))
    if as_json:
        common.print_json({"meeting": id_, "report": path, "corrections": _rows(store.corrections(id_))})
    else:
        print(path)


def _which(analysis: Analysis) -> str:
    """Return which meeting it is, as people know it: `last` may be another than the one they think of."""
    info = analysis.meeting
    people = " and ".join(name for name in (info.manager, info.rep) if name) or "names not known"
    return f"the meeting of {info.date or 'an unknown day'}, {people} ({info.source_name}, {info.id})"


def _same_model(settings: Any, before: Analysis, llm: str | None) -> Any:
    """Return the settings with the model that the meeting was labelled with, if no other is named."""
    used = before.made_with[1] if len(before.made_with) > 1 else "local"
    return settings if llm else settings.model_copy(update={"llm": None if used == "local" else used})


def _undo(pipeline: Any, meeting: str) -> Any:
    """Take the last correction back; where what depends on it cannot be made anew, it stays.

    Raises:
        InputError: there is none.
        AnalyzerError: a stage failed; the meeting is as before.

    """
    from analyzer.llm.replies import WaitingError

    kept = pipeline.library.corrections(meeting)
    if not kept:
        raise InputError(f"meeting {meeting} has no corrections to take back")
    last = kept[-1].correction
    pipeline.library.uncorrect(meeting)
    try:
        analysis = pipeline.correct(meeting, ())
    except AnalyzerError as error:
        if not isinstance(error, WaitingError):
            pipeline.library.correct(meeting, [last])
        raise
    common.say(f"taken back: {last}")
    return analysis


def _rows(kept: Any) -> list[dict[str, Any]]:
    from analyzer.store.json import adapter

    return [
        {"n": n, "says": str(row.correction), "made": row.made}
        | adapter(type(row.correction)).dump_python(row.correction, mode="json")
        for n, row in enumerate(kept, 1)
    ]


def _print_list(kept: Any, as_json: bool) -> None:
    if as_json:
        common.print_json(_rows(kept))
    elif not kept:
        common.say("no corrections")
    else:
        common.print_table(("n", "correction", "made"), ((str(r["n"]), r["says"], r["made"]) for r in _rows(kept)))


@dataclass(frozen=True, slots=True)
class _Said:
    """What the flags say, made into corrections; each is tried on the transcript as the ones before it leave it."""

    swap: bool
    names: list[str]
    roles: list[str]
    turns: list[int]
    speaker: str | None
    exchange: int | None
    focus: str | None
    kind: str | None

    def __post_init__(self) -> None:
        if bool(self.turns) != bool(self.speaker):
            raise InputError('a turn is corrected with both: --turn 41 --speaker "Jules Petrov"')
        if (self.exchange is None) != (self.focus is None) or (self.kind and self.focus is None):
            raise InputError("an exchange is corrected with both: --exchange 7 --focus coaching")

    @property
    def any(self) -> bool:
        """Whether they correct anything."""
        return bool(self.swap or self.names or self.roles or self.turns or self.exchange is not None)

    def corrections(self, before: Analysis, rubric: Any) -> list[Correction]:
        """Return the corrections.

        Raises:
            InputError: one does not fit the meeting.

        """
        from analyzer.transcript.corrections import Swap, apply

        made: list[Correction] = []
        transcript = before.transcript
        steps = [
            *([lambda t: Swap()] if self.swap else []),
            *(_naming(one) for one in self.names),
            *(_casting(one) for one in self.roles),
            *(_attribution(n, str(self.speaker)) for n in self.turns),
        ]
        for step in steps:
            made.append(step(transcript))
            transcript = apply(made[-1], transcript)
        if self.exchange is not None:
            made.append(self._labelling(before, rubric))
        return made

    def _labelling(self, before: Analysis, rubric: Any) -> Correction:
        from analyzer.labels.corrected import check_label
        from analyzer.transcript.corrections import Labelling, stretch

        exchanges, n = before.exchanges, self.exchange or 0
        if not 1 <= n <= len(exchanges):
            raise InputError(f"there is no exchange {n}: the report numbers them from 1 to {len(exchanges)}")
        check_label(rubric, str(self.focus), self.kind)
        one = exchanges[n - 1]
        turns = before.transcript.turns[one.first - 1 : one.last]
        return Labelling(stretch(turns), str(self.focus), self.kind)


def _naming(text: str) -> Any:
    from analyzer.transcript.corrections import Naming, find_speaker

    speaker, name = common.parts_of(text, "--name", '--name "Speaker 1=Dana Okafor"')
    return lambda transcript: Naming(_label(find_speaker(transcript, speaker)), name)


def _casting(text: str) -> Any:
    from analyzer.transcript.corrections import Casting, find_speaker
    from analyzer.transcript.metadata import ROLES

    speaker, role = common.parts_of(text, "--role", '--role "Dana Okafor=manager"')
    if role not in ROLES:
        raise InputError(f"--role {text!r}: {role!r} is no role, use manager, rep or other")
    return lambda transcript: Casting(_label(find_speaker(transcript, speaker)), role)  # type: ignore[arg-type]


def _attribution(n: int, speaker: str) -> Any:
    from analyzer.transcript.corrections import Attribution, find_speaker

    return lambda transcript: Attribution(_stretch(transcript, n), _label(find_speaker(transcript, speaker)))


def _stretch(transcript: Transcript, n: int) -> Stretch:
    from analyzer.transcript.corrections import stretch

    if not 1 <= n <= len(transcript.turns):
        raise InputError(f"there is no turn {n}: the talk has turns 1 to {len(transcript.turns)}")
    return stretch(transcript.turns[n - 1 : n])


def _label(person: Any) -> str:
    return str(person.label or person.name)
