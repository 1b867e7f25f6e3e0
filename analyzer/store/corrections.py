"""What people say against a meeting's analysis, over the transcript as the engines left it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from analyzer.model import Transcript
from analyzer.store.database import Database
from analyzer.store.json import dump, load
from analyzer.transcript.corrections import Correction


@dataclass(frozen=True, slots=True)
class CorrectionRow:
    """What a person said against a meeting's analysis, and when."""

    correction: Correction
    made: str


@dataclass(frozen=True, slots=True)
class _Corrected:
    """A correction as it is kept: a union needs a type around it."""

    correction: Correction


class Corrections(Database):
    """Original transcripts and the corrections over them."""

    def keep_original(self, meeting: str, transcript: Transcript) -> None:
        """Keep a transcript as the engines left it, under whatever a person says against it."""
        self._write("INSERT OR REPLACE INTO originals VALUES (?, ?)", meeting, dump(transcript))

    def original(self, meeting: str) -> Transcript | None:
        """Return a meeting's transcript as the engines left it; ``None``: it was analysed before this was kept."""
        row = self._row("SELECT content FROM originals WHERE meeting = ?", meeting)
        return load(Transcript, row["content"]) if row else None

    def corrections(self, meeting: str) -> list[CorrectionRow]:
        """Return what a person said against a meeting's analysis, in order."""
        rows = self._rows("SELECT content, made FROM corrections WHERE meeting = ? ORDER BY id", meeting)
        return [CorrectionRow(load(_Corrected, row["content"]).correction, row["made"]) for row in rows]

    def correct(self, meeting: str, corrections: Iterable[Correction]) -> None:
        """Keep further corrections, all or none."""
        with self._transaction():
            for one in corrections:
                self._db.execute(
                    "INSERT INTO corrections (meeting, content, made) VALUES (?, ?, ?)",
                    (meeting, dump(_Corrected(one)), self._now()),
                )

    def uncorrect(self, meeting: str, count: int = 1) -> None:
        """Remove the last corrections."""
        self._write(
            "DELETE FROM corrections WHERE id IN "
            "(SELECT id FROM corrections WHERE meeting = ? ORDER BY id DESC LIMIT ?)",
            *(meeting, count),
        )
