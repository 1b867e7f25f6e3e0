"""A report as Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.report.escape import plain
from analyzer.report.view import (
    BY_HAND,
    BarPart,
    CommitmentView,
    DimensionView,
    ObservationView,
    QuoteView,
    ReportView,
)


def render_markdown(view: ReportView) -> str:
    """Return the report as Markdown; characters that Markdown or HTML would take for markup are escaped."""
    return "\n".join(_lines(view)) + "\n"


def _lines(view: ReportView) -> Iterator[str]:
    yield f"# {plain(view.heading)}"
    yield f"\n{plain(view.subtitle)}"
    for notice in view.notices:
        yield f"\n> **Note.** {plain(notice)}"
    yield "\n## What this meeting was\n"
    yield plain(view.summary)
    if view.talk:
        yield f"\n{plain(view.talk)}"
    yield "\n| | minutes | of working time |\n|---|---|---|"
    for part in view.working:
        yield _bar_row(part)
    for part in view.beside:
        yield _bar_row(part)
    yield "\n## Keep doing\n"
    yield from _observations(view.strengths, view.without.strengths)
    yield f"\n## {'Two changes' if len(view.changes) > 1 else 'One change'}\n"
    yield from _observations(view.changes, view.without.changes)
    yield "\n## Commitments"
    if not any(group.items for group in view.commitments):
        yield "\nNone found."
    for group in view.commitments:
        if group.items:
            yield f"\n### {plain(group.title)}\n"
            yield from (_commitment(one) for one in group.items)
    if view.earlier_note:
        yield f"\n{plain(view.earlier_note)}"
    for earlier in view.earlier:
        yield f"\n### Earlier promises, {earlier.state.lower()}: {plain(earlier.title)}\n"
        for one in earlier.items:
            outcome = f": **{plain(one.outcome)}**" if one.outcome else ""
            words = f" {said(one.quote)}" if one.quote else ""
            yield f"- {plain(one.action)} ({plain(one.promise)}){outcome}{words}"
    yield "\n## Moments by topic"
    for topic in view.topics:
        yield f"\n### {topic.clock} {plain(topic.name)} ({topic.length})\n"
        for moment in topic.moments:
            setup = ", set up coaching" if moment.setup else ""
            by_hand = f", {BY_HAND}" if moment.confidence == BY_HAND else ""
            setup += ", low confidence" if moment.low else ""
            words = " ".join(said(quote) for quote in moment.quotes)
            yield f"- {moment.clock} **{plain(moment.label_name)}**{setup}{by_hand} (exchange {moment.n}, {moment.length}): {words}"
    yield "\n## Dimensions\n"
    yield from (_dimension(one) for one in view.dimensions)
    yield "\n## For next time\n"
    yield from _observations(view.agenda, "No open item, and no topic that was asked about and not worked on.")
    yield "\n## How this was made\n\n| | |\n|---|---|"
    for row in view.made:
        yield f"| {plain(row.what)} | {plain(row.value)} |"
    yield f"\nTo disagree with a label: `analyzer correct {view.id} --exchange N --focus …`, N counted as the moments above."
    yield "\nThis report is for development, not for employment decisions."


def _dimension(one: DimensionView) -> str:
    quotes = " ".join(said(quote) for quote in one.quotes)
    return f"- {plain(one.name)}: **{one.shown}**. {plain(one.counted)}. {quotes}".rstrip()


def _bar_row(part: BarPart) -> str:
    return f"| {plain(part.name)} | {part.minutes} | {part.percent or 'beside it'} |"


def _observations(observations: tuple[ObservationView, ...], nothing: str) -> Iterator[str]:
    if not observations:
        yield nothing
    for one in observations:
        yield f"- {plain(one.text)} " + " ".join(said(quote) for quote in one.quotes)
        if one.suggestion:
            yield f"  - Instead: *{plain(one.suggestion)}*"
        if one.when:
            yield f"  - {plain(one.when)}"


def _commitment(one: CommitmentView) -> str:
    customer = ", promised to a customer" if one.to_customer else ""
    return f"- [ ] {plain(one.action)}: {plain(one.due)} ({one.strength}, {one.origin}{customer}) {said(one.quote)}"


def said(quote: QuoteView) -> str:
    """Return a quote on one line: the words, who said them and when."""
    return f"“{plain(quote.text)}” ({plain(quote.speaker)}, {quote.clock})"
