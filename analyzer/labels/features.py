"""What the local engine sees of a turn: its words, what it does, what stands around it, who speaks, where.

Features are names; a caller turns names into numbers, so that training can collect them and running can look them up.
Each turn is looked at once; a neighbour's names are then put together from what was already looked up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from analyzer.labels import cues
from analyzer.model import Transcript, Turn

Ids = NDArray[np.int64]
Index = Callable[[Sequence[str]], Ids]
"""From feature names to numbers; names that are unknown are left out."""

NEAR = 4
"""Turns before and after whose words and acts count by side."""
AROUND = 10
"""Turns before and after whose words count as the talk's subject."""
WHOLE = 20
"""Turns from which a talk has a beginning and an end worth a feature: anything shorter is an excerpt."""
GROUPS = ("words", "acts", "neighbours", "surroundings", "position", "exchange")
"""What can be left out for an ablation."""

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?|\d+|\?")
_ACTS = {
    "thinking_question": cues.THINKING_QUESTION,
    "thinking_reply": cues.THINKING_REPLY,
    "instruction": cues.INSTRUCTION,
    "takeover": cues.TAKEOVER,
    "takeover_request": cues.TAKEOVER_REQUEST,
    "feedback": cues.FEEDBACK,
    "verdict": cues.VERDICT,
    "admin": cues.ADMIN,
    "social": cues.SOCIAL,
    "shift": cues.SHIFT,
}


def words_of(text: str) -> list[str]:
    """Return the words of a turn in lower case, numbers and question marks among them."""
    return _WORD.findall(text.lower().replace("\u2019", "'"))


def acts_of(text: str, words: Sequence[str]) -> list[str]:
    """Return what a turn does, by its cues, and how long it is."""
    acts = [name for name, cue in _ACTS.items() if cue.search(text)]
    acts += sorted({f"q_{cues.question_form(sentence)}" for sentence in cues.sentences(text)} - {"q_none"})
    return [*acts, f"length{min(6, (1 + len(words)).bit_length() - 1)}"]


def spoken(transcript: Transcript, index: Index, without: frozenset[str] = frozenset()) -> list[Ids]:
    """Return the words of each turn and their pairs, with who speaks: an exchange's features are those of its turns.

    Args:
        transcript: with roles where they are known.
        index: from names to numbers.
        without: groups of `GROUPS` to leave out.

    """
    if "exchange" in without:
        return [index(["-"]) for _ in transcript.turns]
    return [index(_spoken(turn, transcript.role_of(turn.speaker) or "?")) for turn in transcript.turns]


def _spoken(turn: Turn, role: str) -> list[str]:
    said = words_of(turn.text)
    return [f"{role[0]}:{word}" for word in said] + [f"{role[0]}:{one}_{other}" for one, other in pairwise(said)]


@dataclass(frozen=True, slots=True)
class _Looked:
    """A turn's features in each of the places in which it can stand to another one."""

    own: Ids
    before: tuple[Ids, ...]
    """As the turn 1, 2 … before another one."""
    after: tuple[Ids, ...]
    around: Ids


def rows(transcript: Transcript, index: Index, without: frozenset[str] = frozenset()) -> list[Ids]:
    """Return the features of each turn, with repetitions.

    Args:
        transcript: with roles where they are known.
        index: from names to numbers.
        without: groups of `GROUPS` to leave out.

    """
    looked = [_look(turn, transcript.role_of(turn.speaker) or "?", index, without) for turn in transcript.turns]
    total = len(looked)
    places = [index(_position(n, total)) if "position" not in without else _NONE for n in range(total)]
    return [_gather(looked, n, places[n]) for n in range(total)]


_NONE: Ids = np.zeros(0, np.int64)


def _look(turn: Turn, role: str, index: Index, without: frozenset[str]) -> _Looked:
    said = words_of(turn.text)
    acts = [] if "acts" in without else acts_of(turn.text, said)
    side = role[0]
    own = [f"role:{side}", *(f"c:{side}{act}" for act in acts)]
    if "words" not in without:
        own += [f"r:{side}{word}" for word in said] + [f"w:{word}" for word in said]
        own += [f"b:{side}{one}_{other}" for one, other in pairwise(said)]
    once = sorted(set(said))
    beside = "neighbours" not in without
    around = [] if "surroundings" in without else [f"k:{word}" for word in once] + [f"kc:{side}{act}" for act in acts]
    return _Looked(
        own=index(own),
        before=tuple(index(_beside("p", n, side, once, acts)) if beside else _NONE for n in range(1, NEAR + 1)),
        after=tuple(index(_beside("n", n, side, once, acts)) if beside else _NONE for n in range(1, NEAR + 1)),
        around=index(around),
    )


def _beside(where: str, distance: int, side: str, words: Sequence[str], acts: Sequence[str]) -> list[str]:
    near = "1" if distance == 1 else "x"
    return [f"{where}{distance}c:{side}{act}" for act in acts] + [f"{where}{near}:{side}{word}" for word in words]


def _position(n: int, total: int) -> list[str]:
    if total < WHOLE:
        return []
    names = [f"fifth{5 * n // total}"]
    if n < 3:
        names.append(f"start{n}")
    if n >= total - 4:
        names.append("end")
    return names


def _gather(looked: Sequence[_Looked], n: int, place: Ids) -> Ids:
    total = len(looked)
    parts = [looked[n].own, place]
    parts += [looked[n - d].before[d - 1] for d in range(1, NEAR + 1) if n - d >= 0]
    parts += [looked[n + d].after[d - 1] for d in range(1, NEAR + 1) if n + d < total]
    parts += [looked[j].around for j in range(max(0, n - AROUND), min(total, n + AROUND + 1))]
    return np.concatenate(parts)
