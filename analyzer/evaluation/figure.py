"""A figure with its interval and what it is a figure of."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its 95% interval over resampled meetings."""

    value: float | None
    low: float | None
    high: float | None
    n: float
    """What it is a figure of: turns, boundaries, commitments or meetings."""


def number(value: float) -> float | None:
    """Return a figure as it is kept: six places, and nothing where there is none."""
    return None if math.isnan(value) else round(float(value), 6)


def shown(value: float | None) -> str:
    """Return a figure as it is read."""
    return "" if value is None else f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"


def interval_shown(figure: Figure) -> str:
    """Return a figure's interval as it is read."""
    if figure.low is None or figure.high is None:
        return ""
    return f"{shown(figure.low)} to {shown(figure.high)}"
