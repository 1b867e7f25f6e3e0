"""A transcript as windows of whole numbered turns, and which window has the say over a turn."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from analyzer.model import Turn

BYTES_PER_TOKEN = 3.0
"""A conservative count: English talk has 3.3 to 4.1 bytes a token, and nothing common has fewer than 3."""
OVERLAP = 0.1
"""Share of a window that the next one repeats."""
_INVISIBLE = frozenset(("Cc", "Cf", "Cs", "Co", "Cn"))
_PER_LINE = 12
"""Tokens of a line's mark, number and speaker."""


@dataclass(frozen=True, slots=True)
class Line:
    """A turn, or a part of one that is too long for a window, as one line without anything invisible."""

    turn: int
    speaker: str
    text: str
    goes_on: bool = False
    """Whether it goes on with the turn of the line before."""


@dataclass(frozen=True, slots=True)
class Window:
    """Lines that are read together; ``opens`` and ``closes`` say that the meeting begins or ends with it."""

    lines: tuple[Line, ...]
    opens: bool
    closes: bool

    @property
    def first(self) -> int:
        """The number of its first turn."""
        return self.lines[0].turn

    @property
    def last(self) -> int:
        """The number of its last turn."""
        return self.lines[-1].turn

    def room(self, turn: int) -> float:
        """Return how many turns lie between a turn and the nearer edge, beyond which the talk goes on unseen."""
        left = float("inf") if self.opens else turn - self.first
        right = float("inf") if self.closes else self.last - turn
        return min(left, right)

    def halves(self) -> tuple[Window, Window] | None:
        """Return it as two windows that share two lines; ``None`` where it is too small for that."""
        middle = len(self.lines) // 2
        if middle < 2:
            return None
        return (
            Window(self.lines[: middle + 1], self.opens, False),
            Window(self.lines[middle - 1 :], False, self.closes),
        )


def plain(text: str) -> str:
    """Return text as one line: all white space is a space, and control, format and private characters are gone."""
    visible = "".join(c for c in " ".join(text.split()) if unicodedata.category(c) not in _INVISIBLE)
    return " ".join(visible.split())


def tokens(text: str) -> int:
    """Return about how many tokens a text has, rather too many than too few."""
    return ceil(len(text.encode("utf-8", "replace")) / BYTES_PER_TOKEN)


def pack(turns: Sequence[Turn], budget: int) -> list[Window]:
    """Return windows of at most ``budget`` tokens that cover all turns, about equally large.

    Args:
        turns: of the meeting; those without anything to read are left out.
        budget: tokens of a window.

    """
    lines = [line for turn in turns for line in _lines(turn, budget // 3)]
    if not lines:
        return []
    sizes = [tokens(line.text) + _PER_LINE for line in lines]
    return [Window(tuple(lines[start:end]), start == 0, end == len(lines)) for start, end in _spans(sizes, budget)]


def _spans(sizes: Sequence[int], budget: int) -> Iterator[tuple[int, int]]:
    overlap = ceil(budget * OVERLAP)
    total = sum(sizes)
    count = 1 if total <= budget else ceil((total - overlap) / (budget - overlap))
    share = min(budget, ceil((total + (count - 1) * overlap) / count) + max(sizes))
    start = 0
    while True:
        end, filled = start, 0
        while end < len(sizes) and (end == start or filled + sizes[end] <= share):
            filled += sizes[end]
            end += 1
        yield start, end
        if end == len(sizes):
            return
        start = max(_back(sizes, end, overlap), start + 1)


def _back(sizes: Sequence[int], end: int, overlap: int) -> int:
    """Return where the next window begins: at least two lines and ``overlap`` tokens before ``end``."""
    at, shared = end, 0
    while at > 0 and (end - at < 2 or shared < overlap):
        at -= 1
        shared += sizes[at]
    return at


def _lines(turn: Turn, most: int) -> Iterator[Line]:
    text = plain(turn.text)
    if not text:
        return
    if tokens(text) <= most:
        yield Line(turn.n, turn.speaker, text)
        return
    for n, part in enumerate(cut(text, most)):
        yield Line(turn.n, turn.speaker, part, goes_on=n > 0)


def cut(text: str, most: int) -> list[str]:
    """Return parts of at most about ``most`` tokens, cut between sentences where possible, else between words."""
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    # Lengths in characters: with a length function in tokens its start positions are wrong.
    per_character = max(1.0, len(text.encode()) / len(text))
    splitter = RecursiveCharacterTextSplitter(
        chunk_size=max(1, int(most * BYTES_PER_TOKEN / per_character)),
        chunk_overlap=0,
        separators=[". ", "? ", "! ", ", ", " ", ""],
        keep_separator="end",
    )
    return splitter.split_text(text)


def owners(windows: Sequence[Window], turns: int) -> list[int | None]:
    """Return for each turn the index of the window in which it is farthest from an edge; ``None``: in no window."""
    best: list[int | None] = [None] * turns
    room = [-1.0] * turns
    for index, window in enumerate(windows):
        for turn in range(window.first, window.last + 1):
            if window.room(turn) > room[turn - 1]:
                best[turn - 1], room[turn - 1] = index, window.room(turn)
    return best
