"""The rep's copy of a meeting: the transcript and what both promised.  No labels, no counts, no coaching feedback."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from analyzer.model import Analysis, Commitment, FollowUp
from analyzer.report.escape import plain
from analyzer.report.html import environment
from analyzer.report.markdown import said
from analyzer.report.view import QuoteView, quote_view
from analyzer.report.words import CLAIMED, WHOLE, clock, day, people, sentence
from analyzer.store.json import dump

NOTICE = "This page is for development, not for employment decisions."
_OUTCOME = {"kept": CLAIMED, "moved": "moved", "dropped": "dropped"}


@dataclass(frozen=True, slots=True)
class PromiseView:
    """A promise: what, when, and the words."""

    owner: str
    action: str
    due: str
    quote: QuoteView


@dataclass(frozen=True, slots=True)
class EarlierView:
    """An earlier promise and what was said of it; those that nobody mentioned are left out."""

    owner: str
    action: str
    outcome: str
    quote: QuoteView | None


@dataclass(frozen=True, slots=True)
class TurnView:
    """A turn as spoken."""

    clock: str
    speaker: str
    text: str


@dataclass(frozen=True, slots=True)
class RepView:
    """The whole page."""

    title: str
    heading: str
    subtitle: str
    consent: str
    notes: tuple[str, ...]
    """How far to trust the words."""
    promises: tuple[PromiseView, ...]
    earlier: tuple[EarlierView, ...]
    turns: tuple[TurnView, ...]
    notice: str = NOTICE


def build_rep_view(analysis: Analysis) -> RepView:
    """Return what the rep's copy shows."""
    info = analysis.meeting
    heading = info.title or "One-to-one"
    return RepView(
        title=" · ".join(part for part in (heading, people(info), info.date.isoformat() if info.date else "") if part),
        heading=heading,
        subtitle=f"{day(info.date) if info.date else 'date not known'} · {people(info)}",
        consent=info.consent or "not recorded",
        notes=tuple(_notes(analysis)),
        promises=tuple(_promise(one) for one in analysis.commitments),
        earlier=tuple(_earlier(one) for one in analysis.follow_ups if one.outcome in _OUTCOME),
        turns=tuple(TurnView(clock(turn.start), turn.speaker, turn.text) for turn in analysis.transcript.turns),
    )


def rep_path(report: Path, format_: str) -> Path:
    """Return where the rep's copy lies, beside the manager's report."""
    return report.with_name(f"{report.stem}-for-rep.{format_}")


def render_rep(analysis: Analysis, format_: str) -> str:
    """Return the rep's copy as ``html``, ``md`` or ``json``."""
    view = build_rep_view(analysis)
    if format_ == "json":
        return dump(view) + "\n"
    if format_ == "html":
        return environment("analyzer.report").get_template("rep.html.jinja").render(view=view)
    return "\n".join(_markdown(view)) + "\n"


def _notes(analysis: Analysis) -> Iterator[str]:
    source = analysis.transcript.source
    if source.kind == "recording":
        yield f"The words were recognised by a machine ({source.engine} {source.model}): some will be wrong."
    if source.covered < WHOLE:
        yield f"{source.covered:.0%} of the recording could be decoded; what was said in the rest is missing."
    if source.times == "estimated":
        yield "Times are estimated from the number of words."


def _promise(one: Commitment) -> PromiseView:
    due = day(one.due) if one.due else f"“{one.due_text}”" if one.due_text else "no date"
    return PromiseView(one.owner or "Owner not known", sentence(one.action), due, quote_view(one.quote))


def _earlier(one: FollowUp) -> EarlierView:
    outcome = _OUTCOME[one.outcome] + (f" to {day(one.moved_to)}" if one.moved_to else "")
    quote = quote_view(one.quote) if one.quote else None
    return EarlierView(one.promise.owner, sentence(one.promise.action), outcome, quote)


def _markdown(view: RepView) -> Iterator[str]:
    yield f"# {plain(view.heading)}"
    yield f"\n{plain(view.subtitle)}\n\nConsent: {plain(view.consent)}"
    yield from (f"\n> **Note.** {plain(note)}" for note in view.notes)
    yield "\n## Commitments\n"
    for one in view.promises:
        yield f"- [ ] {plain(one.owner)}: {plain(one.action)}: {plain(one.due)} {said(one.quote)}"
    if not view.promises:
        yield "None found."
    if view.earlier:
        yield "\n## Earlier promises\n"
        for past in view.earlier:
            words = f" {said(past.quote)}" if past.quote else ""
            yield f"- {plain(past.owner)}: {plain(past.action)}: {plain(past.outcome)}{words}"
    yield "\n## Transcript\n"
    yield from (f"{turn.clock} **{plain(turn.speaker)}**: {plain(turn.text)}\n" for turn in view.turns)
    yield view.notice
