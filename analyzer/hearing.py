"""A file to who says what: a transcript is read, a recording is heard, its voices are told apart, its people named."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from analyzer.config import Settings
from analyzer.errors import InputError
from analyzer.intake import Intake
from analyzer.model import Transcript
from analyzer.store.library import Library
from analyzer.transcript import people
from analyzer.transcript.metadata import ROLES, Known, from_tags
from analyzer.transcript.metadata import known as known_from
from analyzer.transcript.read import ReadTranscript, looks_like_transcript, read_transcript

if TYPE_CHECKING:
    from analyzer.audio.decode import Samples
    from analyzer.audio.diarizer import Diarizer
    from analyzer.audio.recognise import Heard
    from analyzer.audio.transcriber import Hints, Transcriber

Progress = Callable[[str, float, float | None], None]
"""Told what is done, how far, and of how much (``None``: not known)."""
_HEAD = 4096
"""Bytes of a file by which it is told whether it is a recording or a transcript."""
_BLOCK_WORDS = "words of a block"
"""The stage whose results let an interrupted transcription go on; they are forgotten when all words are there."""


class Hearing:
    """Makes transcripts; engines are loaded when the first recording needs them and serve all that follow."""

    def __init__(self, settings: Settings, library: Library, progress: Progress) -> None:
        self.settings = settings
        self.library = library
        self.progress = progress

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

    def transcript(self, intake: Intake) -> tuple[Known, Transcript]:
        """Return what is known of a file once it is read or heard, and who says what in it.

        Raises:
            AnalyzerError: it cannot be read, or an engine broke; what was finished stays.

        """
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
        from analyzer.audio.decode import decoded_once
        from analyzer.audio.recognise import Heard
        from analyzer.transcript.merge import turns_of

        def tell(at: float, of: float | None) -> None:
            self.progress("decode", at, of)

        facts = self._words_facts(intake)
        with decoded_once(intake.path, self.library.scratch, tell) as samples:
            heard = self.library.stage(intake.id, "words", facts, Heard, lambda: self._hear(intake, samples(), facts))
            self.library.forget(intake.id, _BLOCK_WORDS)
            known = intake.known.over(from_tags(heard.tags))
            alone = bool(known.tracks) and heard.layout in ("one silent channel", "all silent but one")
            if not alone:  # a participant's own track holds one voice
                heard = self._voiced(intake, samples, heard, facts)
        named = people.name_people(
            Transcript(turns_of(heard), (), heard.source),
            known,
            numbers=heard.channels,
            voices=heard.layout == "voices",
            alone=alone,
            untold=self._untold() if len(heard.channels) == 1 else "",
        )
        return known, named

    def _untold(self) -> str:
        """Return why voices in one channel are not told apart, with the command that changes it where there is one."""
        from analyzer.audio.models import VOICES, pull_command

        without = "who speaks is not told apart"
        lacks = self.diarizer is None and self.settings.diarizer == "auto"
        return f"{without}; with `{pull_command(VOICES)}` it can be" if lacks else without

    def _voiced(self, intake: Intake, samples: Callable[[], Samples], heard: Heard, facts: dict[str, Any]) -> Heard:
        """Return what was heard with its voices told apart, where one channel holds them all and an engine is here."""
        if len(heard.channels) != 1 or not heard.words:
            return heard
        diarizer = self.diarizer
        if diarizer is None:
            return heard
        from analyzer.audio.diarizer import Voices
        from analyzer.audio.speakers import tell_voices, with_voices

        voices = self.library.stage(
            intake.id,
            "voices",
            {"words": facts, "engine": [diarizer.name, diarizer.fingerprint]},
            Voices,
            lambda: tell_voices(samples(), heard, diarizer),
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

        people = (one for one in known.channels or () if one not in ROLES)
        names = [name for name in (known.manager, known.rep, *people, *(known.hot_words or ())) if name]
        return Hints(self.settings.language, tuple(dict.fromkeys([*names, *self.settings.hot_words])))

    def _hear(self, intake: Intake, samples: Samples, facts: dict[str, Any]) -> Heard:
        from analyzer.audio.recognise import HeardBlock, hear

        def keep(block: dict[str, Any], make: Callable[[], HeardBlock]) -> HeardBlock:
            return self.library.stage(intake.id, _BLOCK_WORDS, facts | block, HeardBlock, make)

        return hear(samples, self.transcriber, self.progress, self._hints(intake.known), keep)


def _stated(read: ReadTranscript) -> Known:
    roles = {role: name for name, role in read.roles if role in ("manager", "rep")}
    return known_from("the transcript file", date=read.date, title=read.title, **roles)
