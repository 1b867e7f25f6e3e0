"""A library at a fixed time, and meetings for it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from analyzer.model import (
    Analysis,
    Commitment,
    EarlierPromise,
    Feedback,
    FollowUp,
    Measures,
    MeetingInfo,
    Participant,
    Quote,
    Share,
    Source,
    Transcript,
    Turn,
)
from analyzer.store.library import Library

NOON = datetime(2026, 3, 17, 12, tzinfo=UTC)
HASH, LATER = "ab" * 32, "cd" * 32
NONE = Share(0.0, 0.0)


def library(folder: Path) -> Library:
    """Open it at noon."""
    return Library(folder, clock=lambda: NOON)


def start(store: Library, content_hash: str = HASH, name: str = "a.txt", on: date | None = None) -> MeetingInfo:
    """Begin a meeting of Dana and Jules."""
    info = MeetingInfo(
        id=content_hash[:12], source_name=name, source_path=f"/x/{name}", date=on, manager="Dana", rep="Jules"
    )
    store.start(content_hash, info, {})
    return info


def promise(action: str, owner: str | None = "Jules", turn: int = 0) -> Commitment:
    """Make one that is said in those words."""
    return Commitment(owner, action, None, None, 3, "volunteered", Quote(turn, "Jules", 0.0, f"I'll {action}."))


def kept(earlier: EarlierPromise) -> FollowUp:
    """Say that a promise was kept."""
    return FollowUp(earlier, "kept", Quote(1, "Jules", 60.0, f"I did {earlier.action}."))


def analysed(info: MeetingInfo, *promises: Commitment, follow_ups: tuple[FollowUp, ...] = ()) -> Analysis:
    """Return what came out of a meeting of half an hour."""
    transcript = Transcript(
        (Turn(0, "Jules", "words", 0.0, 1800.0),),
        (Participant("Dana", "manager", "given"), Participant("Jules", "rep", "given")),
        Source("transcript", "text", "", 1800.0),
    )
    measures = Measures({}, 0.0, NONE, {}, NONE, NONE)
    return Analysis(
        info, transcript, (), promises, measures, Feedback("", (), ()), "starter", (), follow_ups, made_with=("rubric",)
    )
