"""Files on their way in: what is known about them before anything is heard, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from analyzer.config import Settings
from analyzer.errors import InputError
from analyzer.model import MeetingInfo
from analyzer.store.json import adapter
from analyzer.text import as_text
from analyzer.transcript.metadata import Known, from_file_name, from_sidecar

_NAMED = 2
"""Tracks that are named one by one."""
YES = ("yes", "both", "agreed", "consented", "given", "granted", "obtained", "confirmed", "true")
"""Words of which one has to stand in a consent that counts."""
BESIDE = frozenset(
    "a all and at beginning by call consent email has have in it meeting of on orally phone recording start talk the they "
    "this verbally was we were writing".split()
)
"""Words that may stand beside it.  Any other may turn it into its opposite, or into that of one of the two."""
_DATE = re.compile(
    r"\b(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./]\d{1,2}[./]\d{4}|\d{1,2}:\d{2}"
    r"|\d{1,2}\.? (jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*( \d{4})?)\b"
)


@dataclass(frozen=True, slots=True)
class Intake:
    """A file that is to become a meeting."""

    path: Path
    content_hash: str
    known: Known

    @property
    def id(self) -> str:
        """The meeting's id."""
        return self.content_hash[:12]

    @property
    def name(self) -> str:
        """What the user knows it by: a file's name, of tracks the first one's with the others or their number."""
        names = [Path(track).name for track in self.known.tracks or ()] or [as_text(self.path.name)]
        return " + ".join(names) if len(names) <= _NAMED else f"{names[0]} + {len(names) - 1} more"


def check_file(path: Path) -> None:
    """Raise where ``path`` is no readable file.

    Raises:
        InputError: in words for the user.

    """
    try:
        if path.is_dir():
            raise InputError(f"{str(path)!r} is a folder: use `analyzer batch` for a folder of recordings")
        if not path.exists():
            raise InputError(f"there is no file {str(path)!r}")
        if not path.is_file():
            raise InputError(f"{str(path)!r} is no file that can be read to its end")
    except (OSError, ValueError) as error:
        raise InputError(f"{str(path)!r} cannot be looked at: {error}") from error


def is_consent(said: str, people: Sequence[str] = ()) -> bool:
    """Return whether that is a clear yes of both: words of `YES`, a date, and nothing but small words beside them.

    "refused by Jules", "not yet", "only the manager" and "yes?" are none; nor is a yes with words that nobody here knows.

    Args:
        said: in the user's words.
        people: names of manager and rep where both are known: a yes may name the two, not one of them alone.

    """
    plain = re.sub(r"\b(manager and rep|rep and manager)\b", "both", said.casefold())
    called = [_called(one) for one in people]
    if len({one.split()[0].casefold() for one in people}) == 2 and all(one.search(plain) for one in called):
        for one in called:
            plain = one.sub("both", plain)
    plain = re.sub(r"\bto (the |this )?recording\b", " ", _DATE.sub(" ", plain))
    words = re.split(r"[\s,;:.!()]+", plain.strip(" \t\r\n,;:.!()"))
    return any(word in YES for word in words) and all(word in YES or word in BESIDE for word in words)


def _called(name: str) -> re.Pattern[str]:
    """Return how a person is called: by the first name, or by all of them."""
    first, *others = name.casefold().split()
    rest = rf"(?: {re.escape(' '.join(others))}\b)?" if others else ""
    return re.compile(rf"\b{re.escape(first)}\b{rest}")


def check_consent(path: Path, known: Known, settings: Settings) -> None:
    """Raise where consent is required and what is known of a file is no clear yes.

    Raises:
        InputError: with how to give it.

    """
    said = known.consent
    path = Path(known.tracks[0]) if known.tracks else path  # the user knows nothing of the file they become
    people = (known.manager, known.rep) if known.manager and known.rep else ()
    if settings.consent == "required" and not is_consent(said or "", people):
        found = "nothing is known of it" if said is None else f"{said!r} is no clear yes"
        raise InputError(
            f"{path.name!r} is not analysed: the setting consent is 'required', and {found}. "
            f"Once both have agreed, say so: --consent 'both agreed, 2026-03-17', or \"consent\" in "
            f"{path.stem + '.meta.json'!r} beside the file. What counts is one of the words {', '.join(YES)}, with a date, "
            "'manager and rep', the names of both, 'in writing', 'at the start of the talk' or nothing beside it"
        )


def known_of_tracks(paths: Sequence[Path], pattern: str) -> Known:
    """Return what sidecars and names of the files say that are one meeting, each ground with the file that says it.

    The first file's word counts where two say different things.  Who is on a file's own channels says nothing of the
    meeting's.

    Raises:
        InputError: a sidecar cannot be read, or the pattern is no regular expression.

    """
    said = [*(from_sidecar(path) for path in paths), *(_of_name(path, pattern) for path in paths)]
    found = Known()
    for one in said:
        grounds = tuple((field, ground) for field, ground in one.grounds if field != "channels")
        found = found.over(replace(one, channels=None, grounds=grounds))
    return replace(found, tracks=tuple(as_text(str(path.absolute())) for path in paths))


def _of_name(path: Path, pattern: str) -> Known:
    one = from_file_name(path, pattern)
    return replace(one, grounds=tuple((field, f"{ground} {as_text(path.name)}") for field, ground in one.grounds))


def meeting_info(intake: Intake) -> MeetingInfo:
    """Return what a meeting is listed with before it is analysed."""
    known = intake.known
    return MeetingInfo(
        id=intake.id,
        source_name=intake.name,
        source_path=as_text(str(intake.path.resolve())),
        date=known.date,
        title=known.title,
        manager=known.manager,
        rep=known.rep,
        consent=known.consent,
        grounds=dict(known.grounds),
        tracks=known.tracks or (),
    )


def known_as_json(known: Known) -> dict[str, Any]:
    """Return what is known as the library keeps it."""
    return dict(adapter(Known).dump_python(known, mode="json"))
