"""The ``local`` engine for earlier promises: who says that he did just that?  Rules; what they are not sure of is untold.

A promise counts as kept where its owner says so in the past tense of the same deed and names the same things ("I sent
Marta the sizing sheet on Tuesday"), or says yes to a question that does.  Whether it was done is for people to check.
Most people tell it in other words, which takes a reader: that the rules find nothing shows nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from analyzer.commitments.merge import imperative
from analyzer.commitments.wording import SHARED, deed, is_past, marks, names, verb
from analyzer.labels.cues import sentences
from analyzer.labels.evidence import quote_of
from analyzer.labels.rubric import Rubric
from analyzer.model import EarlierPromise, Followed, FollowUp, Quote, Transcript, Turn

_DID = re.compile(
    r"\bi(?:'ve| have)?\s+((?:already |just |also |then |finally |actually |did |went and )*)([a-z]+)\b", re.IGNORECASE
)
_UNREAL = re.compile(
    r"\b(?:not|never|no|haven'?t|hasn'?t|didn'?t|don'?t|won'?t|can'?t|couldn'?t|wasn'?t|hadn'?t|almost|nearly|half|partly|"
    r"some of|most of|part of|tried|trying|would|should|could|might|will|going to|gonna|if|when|until|once|i'?ll|"
    r"last year|used to|draft(?:ed)?)\b",
    re.IGNORECASE,
)
_OTHERS = re.compile(r"[,;]?\s+(?:and |but |so |because )?(?:he|she|they|it|we|you)\b.*", re.IGNORECASE | re.DOTALL)
"""What is said of somebody else behind a claim: "and he said no" takes nothing back."""
_ASKED = re.compile(r"\b(?:did|have) you\b", re.IGNORECASE)
_YES = re.compile(
    r"^(?:(?:oh|um|uh|well|so|yeah|yes|yep|right)\b[\s,.]*)*"
    r"(?:yes|yeah|yep|i did|i have|done|it'?s done|all done|that'?s done|sent|went out)\b",
    re.IGNORECASE,
)
_WITH_NAME = 0.5
"""Share of what an action names that is enough where a proper name is among it, and something beside the name.

The name alone is not: two people speak of the same customer in every meeting.
"""
_BEFORE = 2
"""Turns before a reply in which the question may stand."""


class LocalFollowThrough:
    """Follows promises up with rules: kept, or untold."""

    name = "local"
    version = "2"
    model = "rules"

    def follow(
        self, transcript: Transcript, promises: Sequence[EarlierPromise], said_on: date | None, rubric: Rubric
    ) -> Followed:
        """Return one outcome for each promise, in order."""
        return Followed(tuple(_follow_up(promise, transcript) for promise in promises))


def _follow_up(promise: EarlierPromise, transcript: Transcript) -> FollowUp:
    quote = next(
        (found for turn in transcript.turns if turn.speaker == promise.owner
         and (found := _claim(turn, transcript.turns[: turn.n - 1][-_BEFORE:], imperative(promise.action)))),
        None,
    )  # fmt: skip
    return FollowUp(promise, "kept" if quote else "untold", quote)


def _claim(turn: Turn, before: Sequence[Turn], action: str) -> Quote | None:
    """Return the words by which a turn claims that an action is done."""
    for sentence in sentences(turn.text):
        if _says_done(sentence, action):
            return quote_of(turn, sentence)
    first = sentences(turn.text)[0]
    says_yes = _YES.match(first) and not _UNREAL.search(first)
    if (says_yes or _did(first, action)) and any(_asks_for(one, turn, action) for one in before):
        return quote_of(turn, first)
    return None


def _says_done(sentence: str, action: str) -> bool:
    """Whether a sentence says in the first person that the same deed was done to the same things."""
    return _did(sentence, action) and _names_it(sentence, action)


def _did(sentence: str, action: str) -> bool:
    """Whether a sentence says in the first person that the same deed was done, to whatever."""
    if sentence.rstrip().endswith("?"):
        return False
    words = sentence.replace("’", "'")
    return any(
        verb(action) in _deeds(match[1], match[2])
        and not _UNREAL.search(words[: match.end()] + _OTHERS.sub("", words[match.end() :]))
        for match in _DID.finditer(words)
    )


def _deeds(before: str, form: str) -> set[str]:
    """Return the deeds that "I ..." may tell as done: "I did call" is to call, "I did the form" is to do."""
    did = "did" in before.casefold().split()
    return ({deed(form)} if did or is_past(form) else set()) | ({deed("do")} if did else set())


def _asks_for(turn: Turn, reply: Turn, action: str) -> bool:
    wanted = verb(action)
    return turn.speaker != reply.speaker and any(
        _ASKED.search(one) and wanted in {deed(word) for word in re.findall(r"[\w']+", one)} and _names_it(one, action)
        for one in sentences(turn.text)
    )


def _names_it(sentence: str, action: str) -> bool:
    """Whether a sentence names most of what an action names beside its verb, and every person and number in it."""
    things, said = names(action) - {verb(action)}, names(sentence)
    shared = things & said
    missing = marks(action) & things - said
    enough = _WITH_NAME if marks(action) & shared and len(shared) > 1 else SHARED
    return (
        bool(things)
        and len(shared) >= enough * len(things)
        and not (missing and marks(sentence) - things - {verb(action)})
    )
