"""What a report never says: verdicts on people, their motives, moods and rank."""

from __future__ import annotations

import re

_NEVER = (
    (re.compile(r"\byou (?:failed|neglected|should have|never|always)\b", re.I), "a reproach"),
    (
        re.compile(
            r"\b(?:angry|anxious|nervous\w*|frustrat\w*|annoy\w*|defensive|insecure|afraid|happy|sad|upset|stressed|bored|"
            r"motivated|unmotivated|enthusias\w*|feel(?:s|ing)?|felt|mood|emotion\w*|confident|hesitant|lazy|"
            r"attitude|personality|character)\b",
            re.I,
        ),
        "a mood, a motive or a trait",
    ),
    (
        re.compile(
            r"\b(?:top performer|low performer|underperform\w*|better than|worse than|best|worst|rank\w*|rating)\b",
            re.I,
        ),
        "a comparison",
    ),
    (
        re.compile(
            r"\b(?:great|excellent|amazing|awesome|fantastic|brilliant|poor|bad|weak|terrible|impressive|wonderful)\b",
            re.I,
        ),
        "an adjective of praise or blame",
    ),
)


def objection(text: str) -> str | None:
    """Return what is wrong with a sentence of feedback; ``None`` if nothing is."""
    for pattern, what in _NEVER:
        if found := pattern.search(text):
            return f"{what} ({found[0]!r})"
    return None
