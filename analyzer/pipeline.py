"""The stages in their order: from a file to a meeting in the library with its report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeVar

from analyzer.config import Settings
from analyzer.engines import Engines, build_engines, endpoint_kind, made_with
from analyzer.errors import AnalyzerError, InputError, MissingError
from analyzer.feedback.measures import measure
from analyzer.hearing import Hearing, Progress
from analyzer.intake import Intake, check_consent, check_file, known_as_json, meeting_info
from analyzer.labels.corrected import relabelled, stale
from analyzer.labels.rubric import Rubric, load_rubric
from analyzer.llm.cost import told
from analyzer.llm.replies import Waiting, WaitingError
from analyzer.model import (
    Analysis,
    Dropped,
    Extracted,
    Followed,
    Labelled,
    MeetingInfo,
    Notes,
    Provenance,
    Transcript,
    Usage,
)
from analyzer.report.kept import refresh_meeting
from analyzer.report.write import write_report
from analyzer.stages import Named, Stages
from analyzer.store.json import adapter
from analyzer.store.library import Library, utc_now
from analyzer.transcript import people, swap
from analyzer.transcript.corrections import Correction, Labelling, corrected, settles_roles
from analyzer.transcript.metadata import Known, by_file_name, check_people, from_file_name, from_sidecar

A = TypeVar("A")
B = TypeVar("B")


class Pipeline:
    """Takes files into a library.  Engines are built when the first file needs them and serve all that follow."""

    def __init__(
        self,
        settings: Settings,
        library: Library,
        progress: Progress = lambda what, at, of: None,
        rubric: Rubric | None = None,
    ) -> None:
        self.settings = settings
        self.library = library
        self.progress = progress
        """Told how far the current file is."""
        self.rubric = rubric or load_rubric(settings.rubric)

    @cached_property
    def engines(self) -> Engines:
        """What labels, extracts and advises, built once for all files."""
        return build_engines(
            self.settings, self.library, utc_now, lambda at, of: self.progress("read by the model", at, of)
        )

    @cached_property
    def hearing(self) -> Hearing:
        """What makes transcripts of files."""
        return Hearing(self.settings, self.library, lambda what, at, of: self.progress(what, at, of))

    @cached_property
    def stages(self) -> Stages:
        """What makes everything else of transcripts."""
        return Stages(self.library, self.engines, self.rubric)

    @cached_property
    def made_with(self) -> tuple[str, ...]:
        """What a finished meeting must have been made with to count as finished; known without loading any engine."""
        return made_with(self.settings, self.rubric)

    def intake(self, path: Path, flags: Known | None = None) -> Intake:
        """Look at a file: its hash, and what flags, sidecar, the library and name say of it.

        What was said once stays until something else is said: a file that is taken in again keeps its day and people.

        Raises:
            InputError: there is no such file, it cannot be read, or what is said of it cannot be.

        """
        check_file(path)
        sidecar = from_sidecar(path)
        named = from_file_name(path, self.settings.file_name_pattern)
        try:
            digest = self.library.content_hash(path)
        except OSError as error:
            raise InputError(f"{path.name!r} cannot be read: {error.strerror}") from error
        said, by_name = by_file_name(self.kept(digest))
        known = (flags or Known()).over(sidecar).over(said).over(named).over(by_name)
        check_people(known)
        return Intake(path, digest, known)

    def kept(self, content_hash: str) -> Known:
        """Return what the library was told of a file's content before."""
        kept = self.library.known(content_hash)
        return adapter(Known).validate_python(kept) if kept else Known()

    def resume(self, meeting: str) -> Analysis:
        """Go on with a meeting of the library that was not finished; see `run`.

        Raises:
            InputError: its file is not where it was.

        """
        path, content_hash, said = self.library.intake(meeting)
        check_file(path)
        return self.run(Intake(path, content_hash, adapter(Known).validate_python(said)))

    def is_finished(self, intake: Intake) -> bool:
        """Return whether that content is analysed already, with the same said about it."""
        library = self.library
        said = library.known(intake.content_hash)
        return said == known_as_json(intake.known) and library.made_with(intake.content_hash) == self.made_with

    def run(self, intake: Intake) -> Analysis:
        """Take a file through all stages and write its report; finished stages are taken from the library.

        Raises:
            InputError: the settings require consent and nothing says that there is; nothing of it is kept.
            AnalyzerError: a stage failed; what was finished before stays.

        """
        check_consent(intake.path, intake.known, self.settings)
        info = meeting_info(intake)
        self.library.start(intake.content_hash, info, known_as_json(intake.known))
        try:
            known, original = self.hearing.transcript(intake)
            self.library.keep_original(info.id, original)
            analysis = self._publish(self._analyse(info, known, original))
        except WaitingError as error:
            self.library.wait(info.id, self.rubric.hash, error.requests)
            raise
        except MissingError as error:
            self.library.lack(info.id, str(error))
            raise
        except AnalyzerError as error:
            self.library.fail(info.id, str(error))
            raise
        self._follow_again(analysis.meeting)
        return analysis

    def correct(self, meeting: str, corrections: Sequence[Correction]) -> Analysis:
        """Keep what a person says against a meeting's analysis and make anew what depends on it.

        Words are not recognised again, and the file is not needed.  Without corrections, the kept ones are applied.

        Raises:
            WaitingError: the language model that labels is asked by file; the corrections stay.
            AnalyzerError: a stage failed; the meeting is as before.

        """
        before = self.library.analysis(meeting)
        self.library.correct(meeting, corrections)
        info = before.meeting
        said: Known = adapter(Known).validate_python(self.library.intake(meeting)[2])
        rest = Known(info.date, title=info.title, consent=info.consent, grounds=tuple(info.grounds.items()))
        try:
            analysis = self._publish(self._analyse(info, said.over(rest), self.original(before)))
        except WaitingError as error:
            self.library.wait(info.id, self.rubric.hash, error.requests)
            raise
        except AnalyzerError:
            self.library.uncorrect(meeting, len(corrections))
            raise
        self._follow_again(analysis.meeting)
        return analysis

    def original(self, analysis: Analysis) -> Transcript:
        """Return a meeting's transcript as the engines left it."""
        kept = self.library.original(analysis.meeting.id)
        if kept is not None:
            return kept
        people = tuple(replace(one, label=one.name) for one in analysis.transcript.participants)
        return replace(analysis.transcript, participants=people)

    def _publish(self, analysis: Analysis) -> Analysis:
        before = self.library.published(analysis.meeting.id)
        written = write_report(analysis, self.library)  # first: what is done has its report, whenever we are killed
        self.library.finish(analysis)
        for path in written.renamed:
            path.unlink(missing_ok=True)
        refresh_meeting(self.library, before, analysis.meeting, self.library.today)
        return analysis

    def _follow_again(self, info: MeetingInfo) -> None:
        """Follow promises up again in the pair's later meetings: what this one promised may have come up there.

        Raises:
            WaitingError: a language model is asked by file; with the requests of all of them.

        """
        waiting: list[Waiting] = []
        for meeting in self.library.later_meetings(info):
            with self.library.claim(meeting, wait=0) as mine:
                before = self.library.analysis(meeting)
                if not mine or before.made_with != self.made_with:
                    continue  # whoever makes it anew follows up by himself
                try:
                    self._renew(before, self.stages.followed(before.meeting, before.transcript))
                except WaitingError as error:
                    self.library.wait(meeting, self.rubric.hash, error.requests)
                    waiting += error.requests
        if waiting:
            raise WaitingError(waiting)

    def _renew(self, before: Analysis, followed: Followed) -> None:
        """Put what became of earlier promises into a finished meeting, where it is something else than before."""
        if not followed.follow_ups or followed.follow_ups == before.follow_ups:
            return
        notes = before.notes.without("follow-through") + followed.notes
        self._publish(replace(before, follow_ups=followed.follow_ups, notes=notes))

    def transcript(self, intake: Intake) -> Transcript:
        """Return who says what in a file, and stop there.

        Raises:
            AnalyzerError: a stage failed.

        """
        self.library.start(intake.content_hash, meeting_info(intake), known_as_json(intake.known))
        return who_is_who(self.hearing.transcript(intake)[1], [])

    def _analyse(self, info: MeetingInfo, known: Known, original: Transcript) -> Analysis:
        rubric, engines = self.rubric, self.engines
        self.library.keep_rubric(rubric.hash, rubric.text)
        corrections = [row.correction for row in self.library.corrections(info.id)]
        labels = [one for one in corrections if isinstance(one, Labelling)]
        transcript = who_is_who(original, corrections)
        if not settles_roles(corrections):
            transcript = people.with_missed(transcript, known)
        info = replace(
            info, date=known.date, title=known.title, manager=name_of(transcript, known, "manager"),
            rep=name_of(transcript, known, "rep"), consent=known.consent, grounds=dict(known.grounds),
        )  # fmt: skip
        labelled = self.stages.labelled(info.id, transcript)
        labelled = Labelled(relabelled(labelled.exchanges, labels, transcript, rubric), labelled.notes)
        extracted = sure_of_owners(self.stages.extracted(info, transcript, labelled.exchanges), transcript)
        measures = measure(transcript, labelled.exchanges, rubric)
        # Two requests that do not need one another: where replies are deferred, both are asked for at once.
        advice, followed = together(
            lambda: self.stages.advice(info.id, transcript, labelled.exchanges, measures),
            lambda: self.stages.followed(info, transcript),
        )
        left_out = Notes(dropped=tuple(Dropped("label", 0, one) for one in stale(labels, transcript, rubric)))
        notes = _notes(labelled.notes, extracted.notes, advice.notes, followed.notes, left_out)
        words = transcript.source
        stages: dict[str, Named] = {
            "exchanges": engines.labeler,
            "commitments": engines.extractor,
            "feedback": engines.adviser,
            "follow-through": engines.follow_through,
        }
        return Analysis(
            meeting=info,
            transcript=transcript,
            exchanges=labelled.exchanges,
            commitments=extracted.commitments,
            measures=measures,
            feedback=advice.feedback,
            rubric=f"{rubric.version} ({rubric.hash})",
            provenance=(
                self._made("words", words.engine, words.model, "1"),
                *(self._made(stage, one.name, one.model, one.version) for stage, one in stages.items()),
                *self._by_hand(corrections),
                *self._paid(notes.usage),
            ),
            follow_ups=followed.follow_ups,
            notes=notes,
            made_with=self.made_with,
        )

    def _paid(self, usage: Usage) -> tuple[Provenance, ...]:
        """Return where the words went and what it cost; nothing where no language model was asked."""
        model = self.settings.llm
        if model is None or not (usage.calls or usage.kept):
            return ()
        settings = {"endpoint": endpoint_kind(self.settings), "paid": told(usage, self.settings.prices.get(model))}
        return (Provenance("llm", "llm", model, "1", settings, self.library.made),)

    def _by_hand(self, corrections: Sequence[Correction]) -> tuple[Provenance, ...]:
        """Return what a person corrected; nothing where nobody did."""
        if not corrections:
            return ()
        settings = {"corrections": "; ".join(str(one) for one in corrections)}
        return (Provenance("corrections", "by hand", "", "1", settings, self.library.made),)

    def _made(self, stage: str, engine: str, model: str, version: str) -> Provenance:
        return Provenance(stage, engine, model, version, made=self.library.made)


def who_is_who(original: Transcript, corrections: Sequence[Correction]) -> Transcript:
    """Return a transcript as people corrected it; where nobody has said who is who, the words are held against it."""
    transcript = corrected(original, corrections)
    return transcript if settles_roles(corrections) else swap.check(transcript)


def name_of(transcript: Transcript, known: Known, role: Literal["manager", "rep"]) -> str | None:
    """Return what the manager or rep is called; a label such as ``Manager`` or ``Speaker 1`` is nobody's name."""
    names = (transcript.named(role), known.manager if role == "manager" else known.rep)
    return next((name for name in names if name and not swap.is_stand_in(name)), None)


def together(one: Callable[[], A], other: Callable[[], B]) -> tuple[A, B]:
    """Return what both make; where either waits for replies, ask for those of both.

    Raises:
        WaitingError: with the requests of both.

    """
    waiting: list[Waiting] = []
    made: list[Any] = []
    for make in (one, other):
        try:
            made.append(make())
        except WaitingError as error:
            waiting += error.requests
    if waiting:
        raise WaitingError(waiting)
    return made[0], made[1]


def sure_of_owners(extracted: Extracted, transcript: Transcript) -> Extracted:
    """Return the commitments without the owner of those that are said in turns of which it is not clear who speaks."""
    kept = []
    for one in extracted.commitments:
        doubtful = people.is_doubtful(transcript.turn(one.quote.turn))
        kept.append(replace(one, owner=None) if doubtful else one)
    return replace(extracted, commitments=tuple(kept))


def _notes(labelled: Notes, extracted: Notes, *later: Notes) -> Notes:
    """Return the notes of all stages; labels and commitments come from one reading, which is paid for once."""
    once = replace(extracted, usage=Usage()) if labelled.usage.calls or labelled.usage.kept else extracted
    return sum(later, labelled + once)
