"""The stages in their order, each kept under a key of what it follows from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from analyzer.config import Settings
from analyzer.engines import Engines, build_engines, endpoint_kind, made_with
from analyzer.errors import AnalyzerError, InputError
from analyzer.feedback.advise import Advice
from analyzer.feedback.measures import measure
from analyzer.labels.corrected import relabelled, stale
from analyzer.labels.rubric import Rubric, load_rubric
from analyzer.llm.cost import told
from analyzer.llm.replies import Waiting, WaitingError
from analyzer.model import (
    Analysis,
    Dropped,
    Exchange,
    Extracted,
    Followed,
    Labelled,
    Measures,
    MeetingInfo,
    Notes,
    Provenance,
    Transcript,
    Usage,
)
from analyzer.report.site import refresh_site
from analyzer.report.write import remove_renamed, write_report
from analyzer.store.json import adapter, dump
from analyzer.store.library import Library, utc_now
from analyzer.transcript import people, swap
from analyzer.transcript.corrections import Correction, Labelling, corrected, settles_roles
from analyzer.transcript.metadata import Known, from_file_name, from_sidecar, from_tags
from analyzer.transcript.read import ReadTranscript, looks_like_transcript, read_transcript

if TYPE_CHECKING:
    from analyzer.audio.diarizer import Diarizer
    from analyzer.audio.recognise import Heard
    from analyzer.audio.transcriber import Hints, Transcriber

A = TypeVar("A")
B = TypeVar("B")
Progress = Callable[[str, float, float | None], None]
"""Told what is done, how far, and of how much (``None``: not known)."""

NO_CONSENT = frozenset(("", "no", "none", "not given", "refused", "declined", "false", "unknown", "pending"))
"""What stands for no consent where somebody fills the field in regardless."""
_HEAD = 4096
"""Bytes of a file by which it is told whether it is a recording or a transcript."""

_BLOCK_WORDS = "words of a block"
"""The stage whose results let an interrupted transcription go on; they are forgotten when all words are there."""


class Named(Protocol):
    """An engine of any stage, as far as keys and provenance need it."""

    name: str
    version: str

    @property
    def model(self) -> str:
        """What it works with."""
        ...


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
    def transcriber(self) -> Transcriber:
        """The words engine, loaded on first use."""
        from analyzer.audio.transcriber import build_transcriber

        return build_transcriber(self.settings)

    @cached_property
    def diarizer(self) -> Diarizer | None:
        """What tells voices in one channel apart; ``None``: nobody does."""
        from analyzer.audio.diarizer import build_diarizer

        return build_diarizer(self.settings.diarizer, self.settings.models)

    @cached_property
    def engines(self) -> Engines:
        """What labels, extracts and advises, built once for all files."""
        return build_engines(
            self.settings, self.library, utc_now, lambda at, of: self.progress("read by the model", at, of)
        )

    @cached_property
    def made_with(self) -> tuple[str, ...]:
        """What a finished meeting must have been made with to count as finished; known without loading any engine."""
        return made_with(self.settings, self.rubric)

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
        return said == _as_json(intake.known) and library.made_with(intake.content_hash) == self.made_with

    def run(self, intake: Intake) -> Analysis:
        """Take a file through all stages and write its report; finished stages are taken from the library.

        Raises:
            InputError: the settings require consent and nothing says that there is; nothing of it is kept.
            AnalyzerError: a stage failed; what was finished before stays.

        """
        check_consent(intake, self.settings)
        info = _info(intake)
        self.library.start(intake.content_hash, info, _as_json(intake.known))
        try:
            known, original = self._transcript(intake)
            self.library.keep_original(info.id, original)
            analysis = self._publish(self._analyse(info, known, original))
        except WaitingError as error:
            self.library.wait(info.id, self.rubric.hash, error.requests)
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
            return self._publish(self._analyse(info, said.over(rest), self.original(before)))
        except WaitingError as error:
            self.library.wait(info.id, self.rubric.hash, error.requests)
            raise
        except AnalyzerError:
            self.library.uncorrect(meeting, len(corrections))
            raise

    def original(self, analysis: Analysis) -> Transcript:
        """Return a meeting's transcript as the engines left it."""
        kept = self.library.original(analysis.meeting.id)
        if kept is not None:
            return kept
        people = tuple(replace(one, label=one.name) for one in analysis.transcript.participants)
        return replace(analysis.transcript, participants=people)

    def _publish(self, analysis: Analysis) -> Analysis:
        write_report(analysis, self.library)  # first: a meeting that is done has its report, whenever we are killed
        self.library.finish(analysis)
        remove_renamed(analysis, self.library)
        refresh_site(self.library, analysis.meeting.id, date.fromisoformat(self.library.made[:10]))
        return analysis

    def _follow_again(self, info: MeetingInfo) -> None:
        """Follow promises up again in the pair's later meetings: what this one promised may have come up there.

        Raises:
            WaitingError: a language model is asked by file; with the requests of all of them.

        """
        waiting: list[Waiting] = []
        for meeting, content_hash in self.library.later_meetings(info):
            with self.library.claim(content_hash, wait=0) as mine:
                before = self.library.analysis(meeting)
                if not mine or before.made_with != self.made_with:
                    continue  # whoever makes it anew follows up by himself
                try:
                    self._renew(before, self._followed(before.meeting, before.transcript))
                except WaitingError as error:
                    self.library.wait(meeting, self.rubric.hash, error.requests)
                    waiting += error.requests
        if waiting:
            raise WaitingError(waiting)

    def _renew(self, before: Analysis, followed: Followed) -> None:
        """Put what became of earlier promises into a finished meeting, where it is something else than before."""
        if not followed.follow_ups or followed.follow_ups == before.follow_ups:
            return
        rest = tuple(one for one in before.notes.dropped if one.what != "follow-through")
        notes = replace(before.notes, dropped=rest) + followed.notes
        self._publish(replace(before, follow_ups=followed.follow_ups, notes=notes))

    def transcript(self, intake: Intake) -> Transcript:
        """Return who says what in a file, and stop there.

        Raises:
            AnalyzerError: a stage failed.

        """
        self.library.start(intake.content_hash, _info(intake), _as_json(intake.known))
        return self._transcript(intake)[1]

    def _analyse(self, info: MeetingInfo, known: Known, original: Transcript) -> Analysis:
        rubric, engines = self.rubric, self.engines
        self.library.keep_rubric(rubric.hash, rubric.text)
        corrections = [row.correction for row in self.library.corrections(info.id)]
        labels = [one for one in corrections if isinstance(one, Labelling)]
        transcript = who_is_who(original, corrections)
        info = replace(
            info, date=known.date, title=known.title, manager=transcript.named("manager") or known.manager,
            rep=transcript.named("rep") or known.rep, consent=known.consent, grounds=dict(known.grounds),
        )  # fmt: skip
        labelled = self._labelled(info.id, transcript)
        labelled = Labelled(relabelled(labelled.exchanges, labels, transcript, rubric), labelled.notes)
        extracted = sure_of_owners(self._extracted(info, transcript, labelled.exchanges), transcript)
        measures = measure(transcript, labelled.exchanges, rubric)
        # Two requests that do not need one another: where replies are deferred, both are asked for at once.
        advice, followed = together(
            lambda: self._advice(info.id, transcript, labelled.exchanges, measures),
            lambda: self._followed(info, transcript),
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
        from analyzer.audio.recognise import Heard
        from analyzer.transcript.merge import turns_of

        facts = self._words_facts(intake)
        heard = self.library.stage(intake.id, "words", facts, Heard, lambda: self._hear(intake, facts))
        self.library.forget(intake.id, _BLOCK_WORDS)
        known = intake.known.over(from_tags(heard.tags))
        heard = self._voiced(intake, heard, facts)
        voices = len(heard.channels) if heard.layout == "voices" else 0
        transcript = Transcript(turns_of(heard), (), heard.source)
        return known, people.name_people(transcript, known, channels=len(heard.channels), voices=voices)

    def _voiced(self, intake: Intake, heard: Heard, facts: dict[str, Any]) -> Heard:
        """Return what was heard with its voices told apart, where one channel holds them all and an engine is here."""
        diarizer = self.diarizer
        if diarizer is None or len(heard.channels) != 1 or not heard.words:
            return heard
        from analyzer.audio.diarizer import Voices
        from analyzer.audio.speakers import tell_voices, with_voices

        voices = self.library.stage(
            intake.id,
            "voices",
            {"words": facts, "engine": [diarizer.name, diarizer.fingerprint]},
            Voices,
            lambda: tell_voices(intake.path, heard, diarizer, self.library.scratch, self.progress),
        )
        return with_voices(heard, voices, f"{diarizer.name} {diarizer.fingerprint}")

    def _words_facts(self, intake: Intake) -> dict[str, Any]:
        """Return what the words of a recording follow from."""
        from analyzer.audio import recognise

        engine = [self.transcriber.name, self.transcriber.model, self.transcriber.fingerprint]
        # Without the people's names: they help the recogniser, but a name put right is no reason to hear it all again.
        hot_words = [*(intake.known.hot_words or ()), *self.settings.hot_words]
        return {
            "input": intake.content_hash,
            "version": recognise.VERSION,
            "engine": engine,
            "hints": [self.settings.language, *hot_words],
        }

    def _hints(self, known: Known) -> Hints:
        from analyzer.audio.transcriber import Hints

        names = [name for name in (known.manager, known.rep, *(known.hot_words or ())) if name]
        return Hints(self.settings.language, tuple(dict.fromkeys([*names, *self.settings.hot_words])))

    def _hear(self, intake: Intake, facts: dict[str, Any]) -> Heard:
        from analyzer.audio.recognise import HeardBlock, recognise

        def keep(block: dict[str, Any], make: Callable[[], HeardBlock]) -> HeardBlock:
            return self.library.stage(intake.id, _BLOCK_WORDS, facts | block, HeardBlock, make)

        hints = self._hints(intake.known)
        return recognise(intake.path, self.transcriber, self.library.scratch, self.progress, hints, keep)

    def _labelled(self, meeting: str, transcript: Transcript) -> Labelled:
        labeler = self.engines.labeler
        return self.library.stage(
            meeting,
            "exchanges",
            self._facts(transcript, labeler),
            Labelled,
            lambda: labeler.label(transcript, self.rubric),
            lambda result: not result.notes.gaps,
        )

    def _extracted(self, info: MeetingInfo, transcript: Transcript, exchanges: tuple[Exchange, ...]) -> Extracted:
        extractor = self.engines.extractor
        return self.library.stage(
            info.id,
            "commitments",
            self._facts(transcript, extractor) | {"said_on": info.date.isoformat() if info.date else None},
            Extracted,
            lambda: extractor.extract(transcript, exchanges, info.date, self.rubric),
            lambda result: not result.notes.gaps,
        )

    def _advice(
        self, meeting: str, transcript: Transcript, exchanges: tuple[Exchange, ...], measures: Measures
    ) -> Advice:
        adviser = self.engines.adviser
        return self.library.stage(
            meeting,
            "feedback",
            self._facts(transcript, adviser) | {"exchanges": _hash(dump(exchanges))},
            Advice,
            lambda: adviser.advise(transcript, exchanges, measures, self.rubric),
            lambda result: not any(one.turn == 0 for one in result.notes.dropped),
        )

    def _followed(self, info: MeetingInfo, transcript: Transcript) -> Followed:
        follow = self.engines.follow_through
        promises = self.library.earlier_promises(info)
        if not promises:
            return Followed(())
        return self.library.stage(
            info.id,
            "follow-through",
            self._facts(transcript, follow)
            | {"promises": _hash(dump(tuple(promises))), "said_on": info.date.isoformat() if info.date else None},
            Followed,
            lambda: follow.follow(transcript, promises, info.date, self.rubric),
            lambda result: bool(result.follow_ups),
        )

    def _facts(self, transcript: Transcript, engine: Named) -> dict[str, Any]:
        """Return what a stage's result follows from, whichever stage it is."""
        return {
            "input": _digest(transcript),
            "engine": [engine.name, engine.model, engine.version],
            "rubric": self.rubric.hash,
        }

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


def check_consent(intake: Intake, settings: Settings) -> None:
    """Raise where consent is required and nothing says that there is.

    Raises:
        InputError: with how to give it.

    """
    said = intake.known.consent
    if settings.consent == "required" and (said is None or said.strip().casefold() in NO_CONSENT):
        name = intake.path.name
        raise InputError(
            f"{name!r} is not analysed: the setting consent is 'required', and what is known of it is {said!r}. "
            f"Once both have agreed, say how: --consent 'both, at the start of the talk', or \"consent\" in "
            f"{intake.path.stem + '.meta.json'!r} beside the file"
        )


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
    return dict(adapter(Known).dump_python(known, mode="json"))


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
        doubtful = (transcript.turn(one.quote.turn).certainty or 1.0) < people.CERTAIN
        kept.append(replace(one, owner=None) if doubtful else one)
    return replace(extracted, commitments=tuple(kept))


def _notes(labelled: Notes, extracted: Notes, *later: Notes) -> Notes:
    """Return the notes of all stages; labels and commitments come from one reading, which is paid for once."""
    once = replace(extracted, usage=Usage()) if labelled.usage.calls or labelled.usage.kept else extracted
    return sum(later, labelled + once)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _digest(transcript: Transcript) -> str:
    # Words' own times do not change a label, and neither does what names and roles rest on.
    people = tuple(replace(one, ground="", confidence=None, label="") for one in transcript.participants)
    turns = tuple(replace(turn, words=()) for turn in transcript.turns)
    slim = replace(transcript, turns=turns, participants=people, doubt=None)
    return _hash(dump(slim))
