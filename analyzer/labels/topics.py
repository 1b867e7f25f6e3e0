"""What a stretch of talk is about, by its words; the rubric's topics, most specific first."""

from __future__ import annotations

import re

_WORDS = (
    ("career", r"career|promotion|next job|your own team|move into management|leadership programme"),
    ("performance_gap", r"quota|target|behind|short of|per ?cent (?:for|of) the (?:quarter|year)|number for the"),
    ("skill", r"open(?:ing)? (?:line|question)s?|listening|objection|discovery|technique|practi[sc]e|rehears|pitch"),
    ("pipeline", r"pipeline|forecast|commit|coverage|first visits|how many (?:calls|visits|deals)|the list"),
    ("territory", r"territory|route|patch|region|which towns|postcode"),
    (
        "call_planning",
        r"tomorrow|on (?:monday|tuesday|wednesday|thursday|friday)|next (?:visit|call|meeting)|the visit",
    ),
    ("call_debrief", r"how did (?:it|that|the) .{0,20}go|last (?:visit|call|time|week)|what happened|trade show"),
    ("account", r"renew|existing customer|upsell|cross-sell|grow the account"),
    ("opportunity", r"deal|offer|price|contract|quote|proposal|budget|close|sign|buyer|owner|discount|legal"),
)
_PATTERNS = tuple((topic, re.compile(rf"\b(?:{words})\b", re.IGNORECASE)) for topic, words in _WORDS)


def topic_of(text: str) -> str:
    """Return the topic whose words occur most, the more specific one where two occur as often; else ``other``."""
    counts = [(len(pattern.findall(text)), topic) for topic, pattern in _PATTERNS]
    best = max(counts, key=lambda pair: pair[0])
    return best[1] if best[0] else "other"
