"""The rubric as data: every label, kind and topic is read from its file."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from analyzer.errors import RubricError
from analyzer.llm.prompts import prompts_folder
from analyzer.model import Exchange, Origin, Time


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_min_length=1)


class Focus(_Part):
    """A class of exchange."""

    id: str
    name: str
    definition: str
    working: bool
    """Whether its time counts as working time."""
    measure: Literal["inspected", "coached"] | None = None
    """Which side of the bridge rate it stands on."""
    abstains: bool = False
    """Whether it says that nothing can be said."""


class Kind(_Part):
    """What an exchange of the remaining focus was."""

    id: str
    of: str
    name: str
    definition: str
    working: bool
    abstains: bool = False
    """Whether it says that nothing can be said."""


class Topic(_Part):
    """What an exchange is about."""

    id: str
    name: str
    definition: str


class Roles(_Part):
    """What the one who leads the talk, and the one whose work it is about, are called in prompts."""

    manager: str
    rep: str


class Cutting(_Part):
    """How talk is cut into exchanges."""

    rules: tuple[str, ...] = Field(min_length=1)


class Test(_Part):
    """A decision test; the first that holds decides."""

    name: str
    rule: str


class HardCase(_Part):
    """A case where the tests alone mislead."""

    case: str
    label: str


class Fields(_Part):
    """What stands beside a label."""

    time: str
    topic: str


class NoCommitment(_Part):
    """Something that sounds like a commitment and is none."""

    what: str
    example: str


class CommitmentRules(_Part):
    """What is tracked as a promise."""

    definition: str
    rules: tuple[str, ...] = Field(min_length=1)
    nots: tuple[NoCommitment, ...] = Field(default=(), alias="not")


class ExampleExchange(_Part):
    """A labelled stretch of an example."""

    first: int
    last: int
    why: str
    label: str
    time: Time
    topic: str


class ExampleCommitment(_Part):
    """A promise in an example."""

    turn: int
    quote: str
    promised_by: Literal["speaker", "listener"]
    origin: Origin
    action: str
    due_text: str | None = None


class Example(_Part):
    """A short talk with its labels."""

    turns: tuple[str, ...] = Field(min_length=1)
    """Each as ``manager: words`` or ``rep: words``."""
    exchanges: tuple[ExampleExchange, ...]
    commitments: tuple[ExampleCommitment, ...] = ()


class _File(_Part):
    version: str
    title: str
    talk: str
    roles: Roles
    exchange: Cutting
    focus: tuple[Focus, ...] = Field(min_length=2)
    kind: tuple[Kind, ...] = ()
    test: tuple[Test, ...] = ()
    hard_case: tuple[HardCase, ...] = ()
    fields: Fields
    commitment: CommitmentRules
    example: tuple[Example, ...] = ()
    topic: tuple[Topic, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Rubric:
    """The labels in force."""

    version: str
    hash: str
    """First twelve digits of the file's SHA-256."""
    title: str
    talk: str
    """What kind of talk it is for."""
    roles: Roles
    cutting: tuple[str, ...]
    focuses: tuple[Focus, ...]
    kinds: tuple[Kind, ...]
    tests: tuple[Test, ...]
    hard_cases: tuple[HardCase, ...]
    fields: Fields
    commitment: CommitmentRules
    examples: tuple[Example, ...]
    topics: tuple[Topic, ...]
    text: str
    """The file itself, kept with the results that follow from it."""

    @property
    def labels(self) -> tuple[Focus | Kind, ...]:
        """Focuses without kinds, then kinds: what an exchange's `label` can be, in the order of the file."""
        divided = {kind.of for kind in self.kinds}
        return (*(focus for focus in self.focuses if focus.id not in divided), *self.kinds)

    @property
    def working(self) -> frozenset[str]:
        """The labels whose time is working time."""
        return frozenset(label.id for label in self.labels if label.working)

    def label(self, id_: str) -> Focus | Kind:
        """Return the label of that name."""
        return next(label for label in self.labels if label.id == id_)

    def focus_and_kind(self, label: str) -> tuple[str, str | None]:
        """Return focus and kind of a label."""
        found = self.label(label)
        return (found.of, found.id) if isinstance(found, Kind) else (found.id, None)

    @property
    def abstention(self) -> str:
        """The label that says that nothing can be said."""
        return next(label.id for label in self.labels if label.abstains)

    def measured(self, exchange: Exchange) -> Literal["inspected", "coached"] | None:
        """Return on which side of the bridge rate an exchange stands."""
        return next((focus.measure for focus in self.focuses if focus.id == exchange.focus), None)

    def labels_of(self, side: Literal["inspected", "coached"]) -> tuple[str, ...]:
        """Return the labels that stand on a side of the bridge rate, in the rubric's order; a divided focus has its kinds'."""
        own = {focus.id for focus in self.focuses if focus.measure == side}
        return tuple(label.id for label in self.labels if self.focus_and_kind(label.id)[0] in own)

    def topic_name(self, id_: str) -> str:
        """Return a topic's name for the reader."""
        return next((topic.name for topic in self.topics if topic.id == id_), id_)


@cache
def load_rubric(path: Path | None = None) -> Rubric:
    """Return the rubric in ``path``, the project's own if not given.

    Raises:
        RubricError: the file breaks a rule; the message names file, line and rule.

    """
    path = path or prompts_folder() / "rubric.toml"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise RubricError(f"the rubric {str(path)!r} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise RubricError(f"the rubric {str(path)!r} is not UTF-8 text: {error}") from error
    return read_rubric(text, str(path))


@cache
def read_rubric(text: str, name: str) -> Rubric:
    """Return the rubric that a file's text describes.

    Raises:
        RubricError: it breaks a rule; the message names file, line and rule.

    """
    try:
        file = _File.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise RubricError(f"the rubric {name!r} is not valid TOML: {error}") from error
    except ValidationError as error:
        raise RubricError("\n".join(_told(name, text, one["loc"], one["msg"]) for one in error.errors())) from error
    if broken := [_told(name, text, place, rule) for place, rule in _broken(file)]:
        raise RubricError("\n".join(broken))
    return Rubric(
        version=file.version,
        hash=hashlib.sha256(text.encode()).hexdigest()[:12],
        title=file.title,
        talk=file.talk,
        roles=file.roles,
        cutting=file.exchange.rules,
        focuses=file.focus,
        kinds=file.kind,
        tests=file.test,
        hard_cases=file.hard_case,
        fields=file.fields,
        commitment=file.commitment,
        examples=file.example,
        topics=file.topic,
        text=text,
    )


_Place = tuple[str | int, ...]


def _broken(file: _File) -> Iterator[tuple[_Place, str]]:
    """Yield place and rule wherever the parts do not fit together."""
    focuses = {focus.id for focus in file.focus}
    yield from _twice("focus", [focus.id for focus in file.focus])
    yield from _twice("kind", [kind.id for kind in file.kind], focuses)
    yield from _twice("topic", [topic.id for topic in file.topic])
    for n, kind in enumerate(file.kind):
        if kind.of not in focuses:
            yield ("kind", n, "of"), f"{kind.of!r} is no focus: use one of {', '.join(sorted(focuses))}"
    divided = {kind.of for kind in file.kind}
    everything: list[Focus | Kind] = [*file.focus, *file.kind]
    labels = [one for one in everything if one.id not in divided]
    if sum(one.abstains for one in labels) != 1:
        yield ("focus", 0), "exactly one label needs `abstains = true`: it says that nothing can be said"
    for n, example in enumerate(file.example):
        yield from _broken_example(("example", n), example, {one.id for one in labels}, {t.id for t in file.topic})


def _twice(table: str, ids: Iterable[str], others: Iterable[str] = ()) -> Iterator[tuple[_Place, str]]:
    seen = set(others)
    for n, id_ in enumerate(ids):
        if id_ in seen:
            yield (table, n, "id"), f"the name {id_!r} is there twice"
        seen.add(id_)


def _broken_example(
    place: _Place, example: Example, labels: set[str], topics: set[str]
) -> Iterator[tuple[_Place, str]]:
    for turn in example.turns:
        if not turn.startswith(("manager: ", "rep: ")):
            yield (*place, "turns"), f"a turn begins with 'manager: ' or 'rep: ', not {turn[:20]!r}"
    at = 1
    for one in example.exchanges:
        if one.label not in labels:
            yield (*place, "exchanges"), f"{one.label!r} is no label: use one of {', '.join(sorted(labels))}"
        if one.topic not in topics:
            yield (*place, "exchanges"), f"{one.topic!r} is no topic: use one of {', '.join(sorted(topics))}"
        if one.first != at or one.last < at:
            yield (*place, "exchanges"), f"exchanges follow one another without gap: one begins at turn {at}"
        at = one.last + 1
    if at != len(example.turns) + 1:
        yield (*place, "exchanges"), f"exchanges cover all {len(example.turns)} turns"
    for promise in example.commitments:
        if not 0 < promise.turn <= len(example.turns) or promise.quote not in example.turns[promise.turn - 1]:
            yield (*place, "commitments"), f"the quote {promise.quote!r} does not stand in turn {promise.turn}"


def _told(name: str, text: str, place: _Place, rule: str) -> str:
    where = ".".join(str(part) for part in place)
    return f"the rubric {name!r}, line {_line(text, place)}, {where}: {rule[:1].lower()}{rule[1:]}"


def _line(text: str, place: _Place) -> int:
    """Return the line, from 1, on which a place of the file stands, or the table in which it is missing."""
    names = [part for part in place if isinstance(part, str)]
    index = next((part for part in place if isinstance(part, int)), 0)
    lines = text.splitlines()
    tables = [n for n, line in enumerate(lines) if re.match(rf"\[+{re.escape(names[0])}\]", line)] if names else []
    at = tables[min(index, len(tables) - 1)] if tables else 0
    key = names[-1] if names else ""
    after = range(at + bool(tables), len(lines))
    for n in after:
        if tables and lines[n].startswith("["):
            break
        if re.match(rf"{re.escape(key)}\s*=", lines[n]):
            return n + 1
    return at + 1
