"""What looks like a promise to the classifier and is none, by rules that hold whatever it is about.

Each is kept for what it does on held-out predictions: it takes next to nothing that is a promise.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

from analyzer.commitments.clauses import plain
from analyzer.commitments.due import find_at_once, find_dues
from analyzer.commitments.phrasing import VERBS
from analyzer.commitments.spans import Found
from analyzer.commitments.wording import PAST_FORMS
from analyzer.model import Turn

BARE_DAY = -0.2
"""Log odds from which a day that stands alone counts as an answer that promises ("Friday, then")."""
_FILLERS = r"(?:um+|uhm?|er+m?|hm+|oh|well|okay|ok|yeah|yes|yep|right|no|and|so|but|then|because|'?cause|honestly|actually|i mean|you know)"  # fmt: skip
_WAS = re.compile(
    rf"^(?:{_FILLERS}[,.]?\s+)*(?:i|we|he|she|they|it|you) (?:just |already |also |only |never |even |actually )?"
    rf"(?:{'|'.join(sorted(PAST_FORMS))}|sat|was|were|\w{{2,}}ed)\b",
    re.IGNORECASE,
)
_AHEAD = re.compile(
    r"\b(?:\w+'(?:ll|d|m|re)|i'?ll|will|can|could|should|would|going to|gonna|let me|have to|need|must|want|if|said|told|"
    r"promised|agreed)\b",
    re.IGNORECASE,
)
"""Words by which a clause in the past may still promise: "I told him he'd have it"."""
_ASKS = re.compile(
    r"\b(?:what|how|why|who|which) (?:would|did|do|could|might) (?:you|we|he|she|they|i)\b", re.IGNORECASE
)
_OFFERS = re.compile(
    r"\b(?:i'?ll|i will|let me|i can|make sure|send|tell me|let me know|get me|bring|ring|call|mail|ask)\b",
    re.IGNORECASE,
)
_DONE_BEFORE = re.compile(
    r"^(?:(?:um+|uh|oh|no|yes|yeah|well)\W+)*(?:(?:it|that|they|those)(?:'s|'re| is| are)? (?:\w+ )?(?:already|done\b(?! by| when))"
    r"|(?:it|that|they)(?:'s|'re) \w+ already|i(?:'ve| have)? already|i did(?! not|n't| say)|already \w+ed)\b",
    re.IGNORECASE,
)
_TRIES = re.compile(r"\btry (?:him|her|them)\b", re.IGNORECASE)
"""Rings somebody."""
_SAYS_NOTHING = frozenset(
    "it that this them those these him her me you us there one ones both all so too as well to in on up out over off back "
    "down for with of at from about by the a an and or but now again first anyway yes yeah yep yup no not okay ok right "
    "sure fine good great perfect please um uh er erm well then i i'll ill we we'll try anything something everything "
    "nothing maybe say bye thanks promise course before after until latest".split()
)


def kept(promises: Sequence[Found], turns: Sequence[Turn]) -> list[Found]:
    """Return the promises that no rule refuses, in order.

    Refused is what tells what was ("I sat there on Friday"), asks how one would do something, asks for what the other
    one answers is done, or names neither a deed nor a thing.  A day that stands alone counts from a certainty on, as the
    answer to "by when?"; beside another promise of its turn it may be that one's day, whatever its certainty.

    Args:
        promises: of a meeting.
        turns: of the meeting, in order.

    """
    crowded = {n for n, count in Counter(one.turn.n for one in promises).items() if count > 1}
    return [one for one in promises if not _is_none(one, turns, BARE_DAY if one.turn.n not in crowded else -math.inf)]


def _is_none(found: Found, turns: Sequence[Turn], bare_day: float) -> bool:
    text = found.text
    if _WAS.match(text) and not _AHEAD.search(text):
        return True
    if _ASKS.search(text) and not _OFFERS.search(text):
        return True
    answer = turns[found.turn.n].text if found.turn.n < len(turns) else ""
    if not found.by_speaker and _DONE_BEFORE.match(answer):
        return True
    return names_no_deed(text) and (not _days(text) or found.certainty < bare_day)


def names_no_deed(text: str) -> bool:
    """Return whether a text names nothing but a day, if that: "Friday, then", "Anything.", "I'll try"."""
    for start, end in reversed(_days(text)):
        text = f"{text[:start]} {text[end:]}"
    if _TRIES.search(text):
        return False
    said = {plain(word) for word in text.split()} - {"_"}
    return said <= _SAYS_NOTHING and not said & (VERBS - _SAYS_NOTHING)


def _days(text: str) -> list[tuple[int, int]]:
    """Return where days and deadlines stand, in order, each place once."""
    spans: list[tuple[int, int]] = []
    for due in sorted([*find_dues(text), *find_at_once(text)], key=lambda one: (one.start, -one.end)):
        if not spans or due.start >= spans[-1][1]:
            spans.append((due.start, due.end))
    return spans
