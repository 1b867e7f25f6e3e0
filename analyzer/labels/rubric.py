"""The rubric as data: every label, kind and topic is read from its file."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from analyzer.errors import RubricError
from analyzer.model import Exchange


class Focus(BaseModel):
    """A class of exchange."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    name: str
    definition: str
    working: bool
    """Whether its time counts as working time."""
    measure: Literal["inspected", "coached"] | None = None
    """Which side of the bridge rate it stands on."""


class Kind(BaseModel):
    """What an exchange of the remaining focus was."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    of: str
    name: str
    definition: str
    working: bool
    abstains: bool = False
    """Whether it says that nothing can be said."""


class Topic(BaseModel):
    """What an exchange is about."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    name: str
    definition: str


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: str
    title: str
    focus: tuple[Focus, ...]
    kind: tuple[Kind, ...]
    topic: tuple[Topic, ...]


@dataclass(frozen=True, slots=True)
class Rubric:
    """The labels in force."""

    version: str
    hash: str
    """First twelve digits of the file's SHA-256."""
    title: str
    focuses: tuple[Focus, ...]
    kinds: tuple[Kind, ...]
    topics: tuple[Topic, ...]

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

    def measured(self, exchange: Exchange) -> Literal["inspected", "coached"] | None:
        """Return on which side of the bridge rate an exchange stands."""
        return next((focus.measure for focus in self.focuses if focus.id == exchange.focus), None)

    def topic_name(self, id_: str) -> str:
        """Return a topic's name for the reader."""
        return next((topic.name for topic in self.topics if topic.id == id_), id_)


def prompts_folder() -> Path:
    """Return where prompts and rubric lie: in the wheel, else beside the package (an editable install)."""
    shipped = Path(str(resources.files("analyzer"))) / "_prompts"
    return shipped if shipped.is_dir() else Path(__file__).parents[2] / "prompts"


@cache
def load_rubric(path: Path | None = None) -> Rubric:
    """Return the rubric in ``path``, the project's own if not given.

    Raises:
        RubricError: the file breaks a rule; the message names file, place and rule.

    """
    path = path or prompts_folder() / "rubric.toml"
    try:
        raw = path.read_bytes()
        file = _File.model_validate(tomllib.loads(raw.decode("utf-8")))
    except OSError as error:
        raise RubricError(f"the rubric {str(path)!r} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RubricError(f"the rubric {str(path)!r} is not valid TOML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise RubricError(f"the rubric {str(path)!r} is wrong at {place}: {first['msg'].lower()}") from error
    _check_unique(path, [*(focus.id for focus in file.focus), *(kind.id for kind in file.kind)], "label")
    _check_unique(path, [topic.id for topic in file.topic], "topic")
    for kind in file.kind:
        if kind.of not in {focus.id for focus in file.focus}:
            raise RubricError(f"the rubric {str(path)!r}: kind {kind.id!r} is of {kind.of!r}, which is no focus")
    digest = hashlib.sha256(raw).hexdigest()[:12]
    return Rubric(file.version, digest, file.title, file.focus, file.kind, file.topic)


def _check_unique(path: Path, ids: Iterable[str], what: str) -> None:
    seen: set[str] = set()
    for id_ in ids:
        if id_ in seen:
            raise RubricError(f"the rubric {str(path)!r} has the {what} {id_!r} twice")
        seen.add(id_)
