"""What is known of a meeting beside its words: from flags, a sidecar file, the file's name, the container's tags."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from analyzer.errors import InputError
from analyzer.text import as_text

ROLES = frozenset(("manager", "rep", "other"))
"""What may stand for who is on a channel, beside a name."""
_FILE_NAME = "file name"
"""The ground of what a file's name says."""


class Sidecar(BaseModel):
    """``NAME.meta.json`` beside ``NAME.m4a``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    date: dt.date | None = None
    manager: str | None = None
    rep: str | None = None
    title: str | None = None
    consent: str | None = None
    channels: tuple[str, ...] | None = None
    """Who is on the first, second … channel: ``manager``, ``rep``, ``other`` or a name."""
    hot_words: tuple[str, ...] | None = None
    """Names of products, customers and people that are likely to be said."""

    @field_validator("channels")
    @classmethod
    def _said_who(cls, channels: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return None if channels is None else channel_map(channels)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known, each with where it comes from; what is unknown stays ``None``."""

    date: dt.date | None = None
    manager: str | None = None
    rep: str | None = None
    title: str | None = None
    consent: str | None = None
    channels: tuple[str, ...] | None = None
    hot_words: tuple[str, ...] | None = None
    tracks: tuple[str, ...] | None = None
    """Paths of the participants' own files that were laid together as the recording."""
    grounds: tuple[tuple[str, str], ...] = ()

    def ground(self, field: str) -> str:
        """Return where a field comes from, for the reader."""
        return dict(self.grounds).get(field, "given")

    def over(self, weaker: Known) -> Known:
        """Return the union; where both know something, this one's word counts."""
        values = {name: getattr(self, name) or getattr(weaker, name) for name in _FIELDS}
        grounds = dict(weaker.grounds) | {
            name: ground for name, ground in self.grounds if getattr(self, name) or not getattr(weaker, name)
        }
        return Known(**values, grounds=tuple(sorted(grounds.items())))


_FIELDS = tuple(field.name for field in fields(Known) if field.name != "grounds")


def channel_map(said: Sequence[str]) -> tuple[str, ...]:
    """Return who is on each channel, roles in lower case.

    Raises:
        ValueError: one is neither a role nor looks like a name (a misspelt role would be somebody's name else), or
            somebody is on two channels.

    """
    people = tuple(one.strip().lower() if one.strip().lower() in ROLES else one.strip() for one in said)
    for one in people:
        if one not in ROLES and (not one or (one.isascii() and one.islower())):
            raise ValueError(f"{one!r} is nobody: say manager, rep, other, or a name with its capitals")
        if one != "other" and people.count(one) > 1:
            raise ValueError(f"{one!r} stands for two channels: leave the worse one out, or name whose it is")
    return people


def known(ground: str, **values: object) -> Known:
    """Return what one source says; empty values are unknown, and names of files and flags that are no text become it."""
    present = {name: as_text(value) if isinstance(value, str) else value for name, value in values.items() if value}
    return Known(**present, grounds=tuple((name, as_text(ground)) for name in sorted(present)))  # type: ignore[arg-type]


def check_people(known: Known) -> None:
    """Raise where manager and rep are said to be one person.

    Raises:
        InputError: with where each is said.

    """
    manager, rep = known.manager, known.rep
    if manager and rep and manager.split() and manager.casefold().split() == rep.casefold().split():
        raise InputError(
            f"{manager!r} is said to be the manager ({known.ground('manager')}) and the rep "
            f"({known.ground('rep')}): say who each is with --manager and --rep; of two with the same name, "
            "give the last names too"
        )


def by_file_name(kept: Known) -> tuple[Known, Known]:
    """Part what somebody said from what a file's name said: a file that is renamed says something else."""
    named = {name for name, ground in kept.grounds if ground == _FILE_NAME}
    return _only(kept, set(_FIELDS) - named), _only(kept, named)


def _only(one: Known, names: set[str]) -> Known:
    values = {name: getattr(one, name) if name in names else None for name in _FIELDS}
    return Known(**values, grounds=tuple((name, ground) for name, ground in one.grounds if name in names))


def sidecars_of(path: Path) -> list[Path]:
    """Return the sidecar files that are there for ``path``; the first counts."""
    both = (path.with_name(path.stem + ".meta.json"), path.with_name(path.name + ".meta.json"))
    return [sidecar for sidecar in both if sidecar.is_file()]


def from_sidecar(path: Path) -> Known:
    """Return what ``NAME.meta.json`` beside ``path`` says.

    Raises:
        InputError: there is one and it cannot be read; the message names the field.

    """
    sidecar = next(iter(sidecars_of(path)), None)
    if sidecar is None:
        return Known()
    try:
        said = Sidecar.model_validate(json.loads(sidecar.read_text(encoding="utf-8-sig")))
    except (json.JSONDecodeError, UnicodeDecodeError, OSError) as error:
        raise InputError(f"the sidecar file {sidecar.name!r} cannot be read as JSON: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the whole file"
        if first["type"] == "extra_forbidden":
            keys = ", ".join(Sidecar.model_fields)
            raise InputError(
                f"the sidecar file {sidecar.name!r} has an unknown key {place!r}: there are {keys}"
            ) from error
        raise InputError(f"the sidecar file {sidecar.name!r} is wrong at {place!r}: {first['msg'].lower()}") from error
    return known(sidecar.name, **{name: getattr(said, name) for name in Sidecar.model_fields})


def from_file_name(path: Path, pattern: str) -> Known:
    """Return what the file's name says, by the pattern's groups ``date``, ``manager``, ``rep``, ``title``.

    A name that is made otherwise says at least its day where it begins or ends with one: ``2026-03-17 weekly.m4a``.
    A day that is none is the ground for there being no date.

    Raises:
        InputError: the pattern is no regular expression.

    """
    try:
        match = re.fullmatch(pattern, path.stem)
    except re.error as error:
        raise InputError(f"the setting file_name_pattern {pattern!r} is no regular expression: {error}") from error
    said = {name: value.strip() for name, value in match.groupdict().items() if value} if match else {}
    written = said.get("date") or _written_day(path.stem)
    day = parse_date(written)
    people = {name: said.get(name) for name in ("manager", "rep", "title")}
    found = known(_FILE_NAME, date=day, **people)
    if not _written_day(written) or day:
        return found
    return replace(found, grounds=(("date", f"{written!r} in the file's name is no day"), *found.grounds))


def _written_day(stem: str) -> str:
    """Return what is written like a day at a name's beginning or else at its end; empty where nothing is."""
    day = r"((?:19|20)\d{2}(?:-\d{2}-\d{2}|\d{4}))"
    match = re.match(rf"{day}(?!\d)", stem) or re.search(rf"(?<![\d-]){day}$", stem)
    return match[1] if match else ""


def from_tags(tags: dict[str, str]) -> Known:
    """Return what the container's tags say: the day of recording and a title."""
    day = parse_date(tags.get("creation_time", "") or tags.get("date", ""))
    return known("the recording's own tags", date=day, title=tags.get("title", "").strip() or None)


def parse_date(text: str) -> dt.date | None:
    """Return the date that ``text`` begins with in ISO 8601, with or without hyphens, ``None`` for anything else."""
    match = re.match(r"\d{4}-\d{2}-\d{2}|\d{8}(?!\d)", text)
    try:
        return dt.date.fromisoformat(match[0]) if match else None
    except ValueError:
        return None
