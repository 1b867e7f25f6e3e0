"""The stages in their order, each kept under a key of what it follows from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyzer.commitments.extract import Extractor, build_extractor
from analyzer.config import Settings
from analyzer.errors import AnalyzerError, InputError
from analyzer.feedback import advice
from analyzer.feedback.measures import measure
from analyzer.labels.labeler import Labeler, build_labeler
from analyzer.labels.rubric import load_rubric
from analyzer.model import Analysis, Commitment, Exchange, MeetingInfo, Provenance, Transcript
from analyzer.report.write import write_report
from analyzer.store.library import Library
from analyzer.transcript import people
from analyzer.transcript.metadata import Known, from_file_name, from_sidecar, from_tags
from analyzer.transcript.read import ReadTranscript, looks_like_transcript, read_transcript

if TYPE_CHECKING:
    from analyzer.audio.recognise import Heard
    from analyzer.audio.transcriber import Transcriber

Progress = Callable[[str, float, float | None], None]
"""Told what is done, how far, and of how much (``None``: not known)."""

_HEAD = 4096
"""Bytes of a file by which it is told whether it is a recording or a transcript."""


@dataclass(frozen=True, slots=True)
class Intake:
    """A file that is to become a meeting."""

    path: Path
    content_hash: str
    known: Known

    @property
    def id(self) -> str:
        """The meeting's id."""
        return self.content_hash[:12]


class Pipeline:
    """Takes files into a library.  Engines are built when the first file needs them and serve all that follow."""

    def __init__(self, settings: Settings, library: Library, progress: Progress = lambda what, at, of: None) -> None:
        self.settings = settings
        self.library = library
        self.progress = progress
        """Told how far the current file is."""

    @cached_property
    def transcriber(self) -> Transcriber:
        """The words engine, loaded on first use."""
        from analyzer.audio.transcriber import build_transcriber

        return build_transcriber(self.settings)

    @cached_property
    def labeler(self) -> Labeler:
        """The labels engine, built once for all files."""
        return build_labeler()

    @cached_property
    def extractor(self) -> Extractor:
        """The commitments engine, built once for all files."""
        return build_extractor()

    def intake(self, path: Path, flags: Known | None = None) -> Intake:
        """Look at a file: its hash, and what flags, sidecar and name say of it.

        Raises:
            InputError: there is no such file, or it cannot be read.

        """
        check_file(path)
        sidecar = from_sidecar(path)
        named = from_file_name(path, self.settings.file_name_pattern)
        try:
            digest = self.library.content_hash(path)
        except OSError as error:
            raise InputError(f"{path.name!r} cannot be read: {error.strerror}") from error
        return Intake(path, digest, (flags or Known()).over(sidecar).over(named))

    def is_finished(self, intake: Intake) -> bool:
        """Return whether that content is analysed already, with the same said about it."""
        library = self.library
        return library.is_done(intake.content_hash) and library.known(intake.content_hash) == _as_json(intake.known)

    def run(self, intake: Intake) -> Analysis:
        """Take a file through all stages and write its report; finished stages are taken from the library.

        Raises:
            AnalyzerError: a stage failed; what was finished before stays.

        """
        info = _info(intake)
        self.library.start(intake.content_hash, info, _as_json(intake.known))
        try:
            analysis = self._analyse(intake, info)
            write_report(analysis, self.library)  # first: a meeting that is done has its report, whenever we are killed
            self.library.finish(analysis)
        except AnalyzerError as error:
            self.library.fail(info.id, str(error))
            raise
        return analysis

    def _analyse(self, intake: Intake, info: MeetingInfo) -> Analysis:
        rubric = load_rubric()
        known, transcript = self._transcript(intake)
        info = replace(
            info, date=known.date, title=known.title, manager=transcript.named("manager") or known.manager,
            rep=transcript.named("rep") or known.rep, consent=known.consent, grounds=dict(known.grounds),
        )  # fmt: skip
        exchanges = self._exchanges(info.id, transcript)
        commitments = self._commitments(info, transcript, exchanges)
        measures = measure(transcript, exchanges, rubric)
        labeler, extractor = self.labeler, self.extractor
        provenance = (
            self._made("words", transcript.source.engine, transcript.source.model, "1"),
            self._made("exchanges", labeler.name, labeler.model, labeler.version),
            self._made("commitments", extractor.name, extractor.model, extractor.version),
            self._made("feedback", "templates", "", advice.VERSION),
        )
        return Analysis(
            meeting=info,
            transcript=transcript,
            exchanges=exchanges,
            commitments=commitments,
            measures=measures,
            feedback=advice.advise(transcript, exchanges, measures, rubric),
            rubric=f"{rubric.version} ({rubric.hash})",
            provenance=provenance,
        )

    def _transcript(self, intake: Intake) -> tuple[Known, Transcript]:
        with intake.path.open("rb") as file:
            head = file.read(_HEAD)
        if not head:
            raise InputError(f"{intake.path.name!r} is empty (0 bytes): upload the file that holds the talk")
        if looks_like_transcript(head):
            read = read_transcript(intake.path)
            known = intake.known.over(_stated(read))
            bare = Transcript(read.turns, (), read.source)
            return known, people.name_people(bare, known, read.roles)
        return self._recording(intake)

    def _recording(self, intake: Intake) -> tuple[Known, Transcript]:
        from analyzer.audio import recognise
        from analyzer.transcript.merge import turns_of

        heard = self.library.stage(
            intake.id,
            "words",
            {"input": intake.content_hash, "version": recognise.VERSION, "engine": self._engine_facts()},
            recognise.Heard,
            lambda: self._hear(intake),
        )
        known = intake.known.over(from_tags(heard.tags))
        turns = turns_of(heard)
        return known, people.name_people(Transcript(turns, (), heard.source), known, channels=len(heard.channels))

    def _engine_facts(self) -> list[str]:
        return [self.transcriber.name, self.transcriber.model, self.transcriber.fingerprint]

    def _hear(self, intake: Intake) -> Heard:
        from analyzer.audio.recognise import recognise

        return recognise(intake.path, self.transcriber, self.library.scratch, self.progress)

    def _exchanges(self, meeting: str, transcript: Transcript) -> tuple[Exchange, ...]:
        labeler, rubric = self.labeler, load_rubric()
        facts = {
            "input": _digest(transcript),
            "engine": [labeler.name, labeler.model, labeler.version],
            "rubric": rubric.hash,
        }
        return self.library.stage(
            meeting,
            "exchanges",
            facts,
            tuple[Exchange, ...],
            lambda: tuple(labeler.label(transcript, rubric)),
        )

    def _commitments(
        self, info: MeetingInfo, transcript: Transcript, exchanges: tuple[Exchange, ...]
    ) -> tuple[Commitment, ...]:
        extractor = self.extractor
        facts = {
            "input": _digest(transcript),
            "engine": [extractor.name, extractor.model, extractor.version],
            "said_on": info.date.isoformat() if info.date else None,
        }
        return self.library.stage(
            info.id,
            "commitments",
            facts,
            tuple[Commitment, ...],
            lambda: tuple(extractor.extract(transcript, exchanges, info.date)),
        )

    def _made(self, stage: str, engine: str, model: str, version: str) -> Provenance:
        return Provenance(stage, engine, model, version, made=self.library.made)


def check_file(path: Path) -> None:
    """Raise where ``path`` is no readable file.

    Raises:
        InputError: in words for the user.

    """
    try:
        if path.is_dir():
            raise InputError(f"{str(path)!r} is a folder: use `analyzer batch` for a folder of recordings")
        if not path.exists():
            raise InputError(f"there is no file {str(path)!r}")
        if not path.is_file():
            raise InputError(f"{str(path)!r} is no file that can be read to its end")
    except (OSError, ValueError) as error:
        raise InputError(f"{str(path)!r} cannot be looked at: {error}") from error


def _info(intake: Intake) -> MeetingInfo:
    known = intake.known
    return MeetingInfo(
        id=intake.id,
        source_name=_sound(intake.path.name),
        source_path=_sound(str(intake.path.resolve())),
        date=known.date,
        title=known.title,
        manager=known.manager,
        rep=known.rep,
        consent=known.consent,
        grounds=dict(known.grounds),
    )


def _sound(name: str) -> str:
    """Return a file name that UTF-8 can hold; bytes that are no text become question marks."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _stated(read: ReadTranscript) -> Known:
    from analyzer.transcript.metadata import known

    roles = {role: name for name, role in read.roles if role in ("manager", "rep")}
    return known("the transcript file", date=read.date, title=read.title, **roles)


def _as_json(known: Known) -> dict[str, Any]:
    from analyzer.store.json import adapter

    return dict(adapter(Known).dump_python(known, mode="json"))


def _digest(transcript: Transcript) -> str:
    import hashlib

    from analyzer.store.json import dump

    # Words' own times do not change a label.
    slim = replace(transcript, turns=tuple(replace(turn, words=()) for turn in transcript.turns))
    return hashlib.sha256(dump(slim).encode()).hexdigest()
