"""Analyses for the tests of pages."""

from __future__ import annotations

from analyzer.commitments.local import LocalExtractor
from analyzer.feedback.measures import measure
from analyzer.feedback.templates import TemplateAdviser
from analyzer.labels.local import LocalLabeler
from analyzer.labels.rubric import load_rubric
from analyzer.model import Analysis, MeetingInfo, Provenance, Transcript


def analysis_of(transcript: Transcript, **info: object) -> Analysis:
    """Return what the local engines make of a transcript."""
    rubric = load_rubric()
    exchanges = LocalLabeler().label(transcript, rubric).exchanges
    measures = measure(transcript, exchanges, rubric)
    meeting = MeetingInfo("ab" * 6, "a.txt", "/x/a.txt", **info)  # type: ignore[arg-type]
    return Analysis(
        meeting=meeting,
        transcript=transcript,
        exchanges=exchanges,
        commitments=LocalExtractor().extract(transcript, exchanges, meeting.date, rubric).commitments,
        measures=measures,
        feedback=TemplateAdviser().advise(transcript, exchanges, measures, rubric).feedback,
        rubric="2",
        provenance=(Provenance("words", "txt", "", "1"),),
    )
