"""Rates from meeting to meeting, each with its counts and interval, and their drawing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

from markupsafe import Markup

from analyzer.report.words import short_day

_Z = 1.959964
"""Of the normal distribution, for 95 percent."""
_TOP, _PLOT, _FOOT = 10, 110, 24
"""Heights in pixels: above the plot, of it, and of the line of days below."""
_LEFT, _RIGHT = 13.0, 96.0
"""Percent of the width between which the points lie."""


@dataclass(frozen=True, slots=True)
class Point:
    """A meeting's rate."""

    day: dt.date
    counts: str
    """Part and whole in words."""
    part: float
    whole: float
    """0: there was nothing to divide by."""
    n: float
    """How many independent counts the whole is worth."""

    @property
    def rate(self) -> float | None:
        """``part / whole``; ``None`` where nothing was observed."""
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% interval."""
        return wilson(self.n * (self.rate or 0.0), self.n)


@dataclass(frozen=True, slots=True)
class Trend:
    """A rate over meetings, in order of their days."""

    name: str
    what: str
    """What is divided by what, and what the interval rests on."""
    points: tuple[Point, ...]

    @property
    def change(self) -> str:
        """The earlier half of the meetings beside the later one, each with its counts put together."""
        seen = [point for point in self.points if point.whole]
        half = len(seen) // 2
        if not half:
            return "Too little was observed to set meetings side by side."
        first, last = _together(seen[:half]), _together(seen[-half:])
        apart = first.interval[1] < last.interval[0] or last.interval[1] < first.interval[0]
        return f"First {half} of these meetings together: {_pooled(first)}. Last {half}: {_pooled(last)}. " + (
            "The intervals lie apart." if apart else "The intervals overlap: the difference can be chance."
        )


def wilson(part: float, whole: float) -> tuple[float, float]:
    """Return the 95% interval of a share (Wilson 1927, the score interval); 0 to 1 where there is no count.

    ``whole`` need not be an integer: see `effective_count`.
    """
    if whole <= 0:
        return 0.0, 1.0
    share, z2 = part / whole, _Z * _Z
    middle = (share + z2 / (2 * whole)) / (1 + z2 / whole)
    reach = _Z / (1 + z2 / whole) * sqrt(share * (1 - share) / whole + z2 / (4 * whole * whole))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def effective_count(weights: Iterable[float]) -> float:
    """Return how many equal weights tell as much as these (Kish 1965): their sum squared over the sum of squares."""
    values = list(weights)
    squares = sum(value * value for value in values)
    return sum(values) ** 2 / squares if squares else 0.0


def _pooled(point: Point) -> str:
    low, high = point.interval
    return f"{percent(point.rate or 0.0)} (95% interval {percent(low)} to {percent(high)})"


def _together(points: Sequence[Point]) -> Point:
    """Return meetings as one, their counts added: rates are not averaged."""
    part, whole, n = (sum(values) for values in zip(*((p.part, p.whole, p.n) for p in points), strict=True))
    return Point(points[-1].day, "", part, whole, n)


def percent(rate: float) -> str:
    """Return a share as ``42%``."""
    return f"{100 * rate:.0f}%"


def told(point: Point) -> str:
    """Return a point in words."""
    if point.rate is None:
        return f"{short_day(point.day)}: not observed"
    return (
        f"{short_day(point.day)}: {percent(point.rate)} ({point.counts}), "
        f"95% interval {percent(point.interval[0])} to {percent(point.interval[1])}"
    )


def draw(trend: Trend) -> Markup:
    """Return the drawing: a dot a meeting with its interval as a line, joined in order."""
    step = (_RIGHT - _LEFT) / max(1, len(trend.points) - 1)
    at = [_LEFT + n * step for n in range(len(trend.points))]
    seen = [(x, point) for x, point in zip(at, trend.points, strict=True) if point.rate is not None]
    label = f"{trend.name} by meeting. " + "; ".join(told(point) for point in trend.points)
    parts = [*_grid(), *_joined(seen), *(_dot(x, point) for x, point in seen), *_days(trend.points)]
    return Markup('<svg class="trend" height="{}" role="img" aria-label="{}">{}</svg>').format(
        _TOP + _PLOT + _FOOT, label, Markup().join(parts)
    )


def _y(rate: float) -> float:
    return _TOP + _PLOT * (1 - rate)


def _grid() -> list[Markup]:
    return [
        Markup('<line class="lane" x1="{}%" x2="100%" y1="{:g}" y2="{:g}"/><text x="0" y="{:g}">{}</text>').format(
            _LEFT - 3, _y(rate), _y(rate), _y(rate) + 4, percent(rate)
        )
        for rate in (0.0, 0.5, 1.0)
    ]


def _joined(seen: Sequence[tuple[float, Point]]) -> list[Markup]:
    return [
        Markup('<line class="join" x1="{:.2f}%" y1="{:.1f}" x2="{:.2f}%" y2="{:.1f}"/>').format(
            x, _y(a.rate or 0.0), x2, _y(b.rate or 0.0)
        )
        for (x, a), (x2, b) in pairwise(seen)
    ]


def _dot(x: float, point: Point) -> Markup:
    return Markup(
        '<g><title>{}</title><line class="reach" x1="{:.2f}%" x2="{:.2f}%" y1="{:.1f}" y2="{:.1f}"/>'
        '<circle cx="{:.2f}%" cy="{:.1f}" r="4.5"/></g>'
    ).format(told(point), x, x, *map(_y, point.interval), x, _y(point.rate or 0.0))


def _days(points: Sequence[Point]) -> list[Markup]:
    y = _TOP + _PLOT + _FOOT - 6
    ends = ((_LEFT - 3, "start", points[0]), (100.0, "end", points[-1])) if points else ()
    return [
        Markup('<text x="{:g}%" y="{}" text-anchor="{}">{}</text>').format(x, y, anchor, short_day(point.day))
        for x, anchor, point in ends
    ]
