"""Prompts as data: one file each, with purpose, variables, wording and reply schema; a release is never edited."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

from jinja2 import Environment, StrictUndefined, Template, TemplateError, meta
from pydantic import BaseModel, ConfigDict, ValidationError

from analyzer.errors import RubricError
from analyzer.llm.schema import Schema, not_portable

Part = TypeVar("Part")


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_min_length=1)

    id: str
    version: str
    purpose: str
    variables: tuple[str, ...]
    system: str
    user: str
    schema_: str

    @classmethod
    def parse(cls, values: dict[str, Any]) -> _File:
        """Return a file's content; ``schema`` is a name that pydantic keeps for itself."""
        return cls.model_validate({"schema_" if name == "schema" else name: one for name, one in values.items()})


@dataclass(frozen=True, slots=True)
class Filled:
    """A prompt with its variables put in."""

    prompt: str
    """Id, version and hash."""
    system: str
    """What is the same for every meeting under one rubric: first, so that endpoints can keep it."""
    user: str
    schema: Schema


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt file."""

    id: str
    version: str
    hash: str
    """First twelve digits of the SHA-256 of the file's text, whichever way its lines end."""
    variables: frozenset[str]
    system: str
    user: str
    schema: str

    @property
    def name(self) -> str:
        """Id, version and hash, as results carry them."""
        return f"{self.id} {self.version} ({self.hash})"

    def fill(self, **values: Any) -> Filled:
        """Return the prompt with its variables put in.

        Raises:
            RubricError: a variable is missing or not one of the prompt's, or the reply schema is not portable.

        """
        if values.keys() != self.variables:
            odd = ", ".join(sorted(values.keys() ^ self.variables))
            raise RubricError(f"the prompt {self.id!r} takes exactly {', '.join(sorted(self.variables))}: see {odd}")
        try:
            system, user, schema = (_template(one).render(values).strip() for one in self._parts)
        except TemplateError as error:
            raise RubricError(f"the prompt {self.id!r} cannot be filled: {error}") from error
        wanted = json.loads(schema)
        for rule in not_portable(wanted):
            raise RubricError(f"the reply schema of the prompt {self.id!r} is not portable: {rule}")
        return Filled(self.name, system, user, wanted)

    @property
    def _parts(self) -> tuple[str, str, str]:
        return self.system, self.user, self.schema


def prompts_folder() -> Path:
    """Return where prompts and rubric lie: in the wheel, else beside the package (an editable install)."""
    shipped = Path(str(resources.files("analyzer"))) / "_prompts"
    return shipped if shipped.is_dir() else Path(__file__).parents[2] / "prompts"


def read_part(path: Path, what: str, parse: Callable[[dict[str, Any]], Part]) -> Part:
    """Return what one of the files of `prompts_folder` says.

    Args:
        path: TOML in UTF-8.
        what: the reader's word for the file.
        parse: makes it of the values, with pydantic's errors.

    Raises:
        RubricError: it cannot be read or breaks a rule; the message names file and place.

    """
    return _part_and_text(path, what, parse)[0]


def _part_and_text(path: Path, what: str, parse: Callable[[dict[str, Any]], Part]) -> tuple[Part, str]:
    """Return what `read_part` does, and the text that it was read from, with ``\\n`` at the end of each line."""
    try:
        text = path.read_text(encoding="utf-8")
        return parse(tomllib.loads(text)), text
    except OSError as error:
        raise RubricError(f"the {what} {str(path)!r} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RubricError(f"the {what} {str(path)!r} is not valid TOML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise RubricError(f"the {what} {str(path)!r} is wrong at {place}: {first['msg'].lower()}") from error


@cache
def load_prompt(name: str, folder: Path | None = None) -> Prompt:
    """Return the prompt in ``<name>.toml``, as ``window.1``.

    Raises:
        RubricError: the file is missing or breaks a rule.

    """
    path = (folder or prompts_folder()) / f"{name}.toml"
    file, text = _part_and_text(path, "prompt", _File.parse)
    if name != f"{file.id}.{file.version}":
        raise RubricError(f"the prompt {str(path)!r} says that it is {file.id}.{file.version}")
    _check_variables(path, file)
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return Prompt(file.id, file.version, digest, frozenset(file.variables), file.system, file.user, file.schema_)


def _check_variables(path: Path, file: _File) -> None:
    used: set[str] = set()
    for part in (file.system, file.user, file.schema_):
        try:
            used |= meta.find_undeclared_variables(_templates().parse(part))
        except TemplateError as error:
            raise RubricError(f"the prompt {str(path)!r} is no template: {error}") from error
    if unknown := used - set(file.variables):
        raise RubricError(f"the prompt {str(path)!r} uses {', '.join(sorted(unknown))}, which it does not declare")
    if unused := set(file.variables) - used:
        raise RubricError(f"the prompt {str(path)!r} declares {', '.join(sorted(unused))} and does not use it")


@cache
def _template(text: str) -> Template:
    """Return a compiled template; compiling takes longer than filling it for a window."""
    return _templates().from_string(text)


@cache
def _templates() -> Environment:
    # Plain text for a model, not a page: nothing is escaped, and `tojson` alone makes what stands in a schema.
    made = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False)
    made.filters["tojson"] = lambda value: json.dumps(value, ensure_ascii=False)
    return made
