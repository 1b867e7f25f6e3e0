"""Times, lengths, days and what happens to promises, as a reader says them."""

from __future__ import annotations

from datetime import date

from analyzer.model import MeetingInfo

CLAIMED = "said to be done, not verified"
EVENTS = {
    "promised": "promised",
    "restated": "promised again",
    "moved": "moved",
    "claimed": CLAIMED,
    "dropped": "dropped",
    "done": "marked as done",
    "reopened": "opened again",
}
"""What happened to a promise."""
PAST = "day past, not known to be done"
"""A promise whose day is over: more than that is not known as long as nobody has said what became of it."""
WHOLE = 0.995
"""Share of a recording from which on its percentage is 100: what is missing then is no news to a reader."""


def clock(seconds: float) -> str:
    """Return a time as ``3:07`` or ``1:03:07``."""
    whole = int(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def day(value: date) -> str:
    """Return a date as ``Tue 17 March 2026``."""
    return f"{value:%a} {value.day} {value:%B %Y}"


def people(info: MeetingInfo, unknown: str = "people not known") -> str:
    """Return manager and rep as ``Dana Okafor with Jules Petrov``, one where the other is not known."""
    return " with ".join(name for name in (info.manager, info.rep) if name) or unknown


def sentence(text: str) -> str:
    """Return a text with a capital first letter."""
    return text[:1].upper() + text[1:]


def short_day(value: date) -> str:
    """Return a date as ``17 Mar 2026``."""
    return f"{value.day} {value:%b %Y}"
