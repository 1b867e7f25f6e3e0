"""Whether two wordings mean the same deed: what they name, in stems, and whether they name different people."""

from __future__ import annotations

import re
from functools import lru_cache

from analyzer.commitments.merge import COMMON, imperative

SHARED = 0.6
"""Share of what the shorter wording names that the other one has to name too."""
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_DAYS = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
    "september october november december today tomorrow tonight morning noon afternoon evening week month quarter "
    "year day end next latest before after until time already again still soon".split()
)
_PAST = {
    word: verb
    for verb, words in {
        "send": "sent", "speak": "spoke spoken", "write": "wrote written", "make": "made", "get": "got gotten",
        "do": "did done", "give": "gave given", "take": "took taken", "bring": "brought", "buy": "bought",
        "build": "built", "meet": "met", "find": "found", "pay": "paid", "tell": "told", "run": "ran", "draw": "drew",
        "go": "went gone", "keep": "kept", "leave": "left", "begin": "began begun", "ring": "rang rung",
        "have": "had", "show": "shown", "see": "saw seen", "hold": "held", "drive": "drove", "choose": "chose",
        "fly": "flew", "sell": "sold", "say": "said", "put": "put", "set": "set", "cut": "cut", "redo": "redid redone",
    }.items()
    for word in words.split()
}  # fmt: skip
PAST_FORMS = frozenset(_PAST) - set(_PAST.values())
"""Of irregular verbs, where the form differs from the base."""
_SAME_DEED = (
    "send email mail forward share post submit mailing",
    "call ring phone speak talk ask catch chat",
    "book schedule arrange reserve",
    "write draft",
    "make build create prepare produce",
    "redo rework update revise change",
    "check verify confirm",
    "get fetch bring collect",
    "sign approve",
    "fill complete finish",
)


def is_past(verb: str) -> bool:
    """Return whether a form of a verb tells what was done."""
    return verb.casefold() in _PAST or verb.casefold().endswith("ed")


@lru_cache(10_000)
def stem(word: str) -> str:
    """Return what the forms of a word share: ``sent`` and ``sending`` are both ``send``, ``sheets`` is ``sheet``."""
    word = word.casefold().removesuffix("'s")
    word = _PAST.get(word, word)
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            word = word.removesuffix(ending)
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsfz":
        word = word[:-1]
    return word[:-1] + "i" if word.endswith("y") else word.removesuffix("e") if len(word) > 3 else word


_DEEDS = {stem(word): stem(group.split()[0]) for group in _SAME_DEED for word in group.split()}


def deed(word: str) -> str:
    """Return a verb's stem, the same for verbs that mean the same deed between colleagues: ``email`` is ``send``."""
    return _DEEDS.get(stem(word), stem(word))


@lru_cache(10_000)
def names(text: str) -> frozenset[str]:
    """Return the stems of what a wording names: its words but the commonest and those that tell a day."""
    words = (match[0].replace("’", "'").casefold() for match in _WORD.finditer(text.replace("’", "'")))
    return frozenset(
        deed(word) for word in words if (len(word) > 2 or word.isdigit()) and word not in COMMON and word not in _DAYS
    )


@lru_cache(10_000)
def marks(text: str) -> frozenset[str]:
    """Return what tells one deed from another of the same kind: names of people and things, and numbers."""
    found = list(_WORD.finditer(text))
    return frozenset(
        stem(match[0])
        for n, match in enumerate(found)
        if (match[0].isdigit() or (n and match[0][0].isupper() and match[0] not in ("I", "I'll")))
        and match[0].casefold() not in _DAYS
    )


@lru_cache(10_000)
def verb(action: str) -> str:
    """Return what an imperative begins with, as a deed."""
    found = _WORD.search(imperative(action))
    return deed(found[0]) if found else ""


def likeness(one: str, other: str) -> float:
    """Return how alike two actions are, 0 (not the same) to 1.

    They are the same where the deed of one stands in the other, and they name mostly the same things.  They are not
    where each names a person, thing or number that the other one leaves out: "send Anna the quote" is not "send Bert
    the quote".
    """
    one, other = imperative(one), imperative(other)
    ours, theirs = names(one), names(other)
    if verb(one) not in theirs and verb(other) not in ours:
        return 0.0
    things, others = ours - {verb(one), verb(other)}, theirs - {verb(one), verb(other)}
    shared = len(things & others)
    if not shared or shared < SHARED * min(len(things), len(others)):
        return 0.0
    if marks(one) - theirs and marks(other) - ours:
        return 0.0
    return shared / len(things | others)
