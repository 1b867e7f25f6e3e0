"""Promises across meetings as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from analyzer.commitments.ledger import Event, Item
from analyzer.report.escape import plain
from analyzer.report.words import CLAIMED, EVENTS, clock, day

_STATE = {"open": "open", "claimed": CLAIMED, "done": "done", "dropped": "dropped"}


def render_actions(items: Iterable[Item], today: date) -> str:
    """Return items by pair, each with its history; characters that would be markup are escaped."""
    return "\n".join(_lines(list(items), today)) + "\n"


def _lines(items: list[Item], today: date) -> Iterator[str]:
    yield "# Commitments"
    if not items:
        yield "\nNone."
    for pair in dict.fromkeys(item.pair for item in items):
        yield f"\n## {plain(' and '.join(pair)) if pair else 'People not known'}\n"
        for item in items:
            if item.pair == pair:
                yield _item(item, today)
                yield from (f"  - {_event(event)}" for event in item.history)
    yield "\nThis list is for development, not for employment decisions."


def _item(item: Item, today: date) -> str:
    box = "x" if item.state == "done" else " "
    due = f", due {day(item.due)}" if item.due else f", due “{plain(item.due_text)}”" if item.due_text else ""
    state = "overdue" if item.is_overdue(today) else _STATE[item.state]
    owner = plain(item.owner) if item.owner else "Owner not known"
    return f"- [{box}] {owner}: {plain(item.latest.commitment.action)}{due} (**{state}**, {item.id})"


def _event(event: Event) -> str:
    when = day(event.on) if event.on else "Day not known"
    due = f" for {day(event.due)}" if event.due else ""
    quote = event.quote
    words = f": “{plain(quote.text)}” ({plain(quote.speaker)}, {clock(quote.start)})" if quote else ""
    return f"{when}: {EVENTS[event.what]}{due}{words}"
