"""A meeting read window by window by a language model: exchanges and commitments of a window come in one reply.

One call instead of two: the words of the meeting are the larger part of a request, and are sent once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from analyzer.errors import EngineError
from analyzer.labels.rubric import Rubric
from analyzer.llm.client import Answer, Client
from analyzer.llm.evidence import find_quote
from analyzer.llm.prompts import Prompt
from analyzer.llm.requests import FENCE, Request
from analyzer.llm.windows import Window, owners, pack, plain
from analyzer.model import Gap, Transcript, Usage

Progress = Callable[[float, float], None]
"""Told how many seconds of the talk are read, and of how many."""
SPEAKERS = ("M", "R", "A", "B", "C", "D", "E", "F")
"""Marks of speakers: manager, rep, then whoever else speaks."""
SPAN = 2
"""Turns that may be left out between exchanges before the reply is wrong; they go to the exchange before."""
_MOST = 16_000
"""Tokens of a reply; models that think aloud need far more than the reply itself."""


@dataclass(frozen=True, slots=True)
class ReadWindow:
    """A window and what the model found in it."""

    window: Window
    value: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reading:
    """All windows that could be read, and what could not."""

    windows: tuple[ReadWindow, ...]
    gaps: tuple[Gap, ...]
    usage: Usage
    codes: dict[str, str] = field(default_factory=dict)
    """Mark of each speaker."""

    def owners(self, turns: int) -> list[int | None]:
        """Return for each turn the index of the window that has the say over it."""
        return owners([one.window for one in self.windows], turns)


class Reader:
    """Reads meetings; the last one is remembered, because labels and commitments come from the same reading."""

    def __init__(self, client: Client, prompt: Prompt, budget: int, progress: Progress = lambda at, of: None) -> None:
        """Take a client, the prompt, the tokens of a window, and who is told how much of the talk is read."""
        self._client = client
        self._prompt = prompt
        self._budget = budget
        self._progress = progress
        self._last: tuple[str, Reading] | None = None

    @property
    def fingerprint(self) -> str:
        """What results follow from beside transcript and rubric."""
        return f"{self._client.model}, {self._prompt.name}, windows of {self._budget} tokens"

    def read(self, transcript: Transcript, rubric: Rubric) -> Reading:
        """Return what the model finds.

        Raises:
            EngineError: the endpoint gave no answer, or nothing of the meeting could be read.
            WaitingError: replies are deferred.

        """
        key = _digest(transcript, rubric)
        if self._last is None or self._last[0] != key:
            self._last = key, self._read(transcript, rubric)
        return self._last[1]

    def _read(self, transcript: Transcript, rubric: Rubric) -> Reading:
        codes = codes_of(transcript)
        waiting = pack(transcript.turns, self._budget)
        read: list[ReadWindow] = []
        gaps: list[Gap] = []
        usage = Usage()
        while waiting:
            requests = [self._request(window, transcript, codes, rubric) for window in waiting]
            answers = self._ask(requests, waiting, transcript)
            halves: list[Window] = []
            for window, answer in zip(waiting, answers, strict=True):
                usage += answer.usage
                if answer.value is not None:
                    read.append(ReadWindow(window, answer.value))
                elif parts := _smaller(window, answer):
                    halves += parts
                else:
                    gaps.append(Gap(window.first, window.last, answer.reason))
            waiting = halves
        if gaps and not read:
            raise EngineError(f"nothing of the meeting could be read by {self._client.model!r}: {gaps[0].reason}")
        read.sort(key=lambda one: one.window.first)
        return Reading(tuple(read), tuple(_uncovered(read, gaps)), usage, codes)

    def _ask(self, requests: Sequence[Request], windows: Sequence[Window], transcript: Transcript) -> list[Answer]:
        window_of = {request.key: window for request, window in zip(requests, windows, strict=True)}
        whole = transcript.source.duration
        return self._client.ask(
            requests,
            lambda request, value: problems(value, window_of[request.key], transcript),
            lambda done: self._progress(whole * done / len(requests), whole),
        )

    def _request(self, window: Window, transcript: Transcript, codes: dict[str, str], rubric: Rubric) -> Request:
        whole = window.opens and window.closes
        filled = self._prompt.fill(
            rubric=rubric,
            labels=rubric.labels,
            topics=rubric.topics,
            speakers=SPEAKERS,
            mark=FENCE,
            people=people(transcript, codes, rubric),
            lines=[
                {"turn": line.turn, "code": codes[line.speaker], "text": line.text, "goes_on": line.goes_on}
                for line in window.lines
            ],
            first=window.first,
            last=window.last,
            part="" if whole else f"This is a part of the talk, which has {len(transcript.turns)} turns. ",
        )
        return Request(filled, self._client.model, _MOST)


class ReadingEngine:
    """An engine whose results come out of a reading."""

    name = "llm"
    version = "2"

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    @property
    def model(self) -> str:
        """Model, prompt and windows."""
        return self._reader.fingerprint


def codes_of(transcript: Transcript) -> dict[str, str]:
    """Return a short mark for each speaker: ``M`` and ``R`` where the role is known, else the next letter.

    Raises:
        EngineError: more speakers than marks.

    """
    codes: dict[str, str] = {}
    if manager := transcript.named("manager"):
        codes[manager] = SPEAKERS[0]
    if rep := transcript.named("rep"):
        codes[rep] = SPEAKERS[1]
    free = iter(SPEAKERS[2:])
    for turn in transcript.turns:
        if turn.speaker not in codes:
            mark = next(free, None)
            if mark is None:
                raise EngineError(f"more than {len(SPEAKERS)} people speak: an LLM is asked about talks between few")
            codes[turn.speaker] = mark
    return codes


def people(transcript: Transcript, codes: dict[str, str], rubric: Rubric) -> list[dict[str, str]]:
    """Return who speaks, for a prompt."""
    names = {"manager": rubric.roles.manager, "rep": rubric.roles.rep}
    return [
        {"code": code, "name": plain(name), "role": names.get(transcript.role_of(name) or "", "")}
        for name, code in codes.items()
    ]


def problems(value: dict[str, Any], window: Window, transcript: Transcript) -> list[str]:
    """Return what is wrong with a reply that fits its schema, in words for the model."""
    found = [f"no exchange covers turns {first} to {last}" for first, last in _holes(value["exchanges"], window)]
    near = transcript.turns[max(0, window.first - 3) : window.last + 2]
    for kind in ("exchanges", "commitments"):
        for one in value[kind]:
            if find_quote(one["quote"], one["turn"], near) is None:
                found.append(f"the quote {one['quote'][:80]!r} does not stand in turn {one['turn']}")
    return found[:8]


def _holes(exchanges: Sequence[dict[str, Any]], window: Window) -> Iterator[tuple[int, int]]:
    at = window.first
    for one in sorted(exchanges, key=lambda one: (one["first"], one["last"])):
        if one["first"] > at + SPAN:
            yield at, one["first"] - 1
        at = max(at, one["last"] + 1)
    if at <= window.last - SPAN:
        yield at, window.last


def _smaller(window: Window, answer: Answer) -> tuple[Window, Window] | None:
    """Return two windows instead of one that is too long for the endpoint."""
    return window.halves() if answer.failure in ("length", "cut") else None


def _uncovered(read: Sequence[ReadWindow], gaps: Sequence[Gap]) -> Iterator[Gap]:
    """Yield the turns of failed windows that no other window covers."""
    covered = {turn for one in read for turn in range(one.window.first, one.window.last + 1)}
    for gap in sorted(gaps, key=lambda gap: gap.first):
        left = [turn for turn in range(gap.first, gap.last + 1) if turn not in covered]
        if left:
            yield Gap(left[0], left[-1], gap.reason)
        covered |= set(left)


def _digest(transcript: Transcript, rubric: Rubric) -> str:
    said = [(turn.n, turn.speaker, turn.text) for turn in transcript.turns]
    roles = [(one.name, one.role) for one in transcript.participants]
    return hashlib.sha256(repr((said, roles, rubric.hash)).encode("utf-8", "replace")).hexdigest()
