"""What people marked in a spreadsheet, read back."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from analyzer.commitments.ledger import Status
from analyzer.errors import InputError

_STATUS = {"done": "done", "dropped": "dropped", "open": "open", "claimed": None, "overdue": None, "": None}
"""What may stand in the column; ``None``: nobody has said anything."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A line that names a commitment."""

    line: int
    id: str
    status: Status | None


def read_marks(path: Path) -> list[Mark]:
    """Return the marks of a CSV file with the columns ``id`` and ``status``, with commas, semicolons or tabs.

    Raises:
        InputError: the file cannot be read, lacks a column, or holds a status that means nothing.

    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise InputError(f"there is no file {str(path)!r}: `analyzer actions --csv > {path.name}` makes one") from error
    except OSError as error:
        raise InputError(f"{str(path)!r} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{str(path)!r} is no text in UTF-8: save it as CSV in UTF-8") from error
    head = text.split("\n", 1)[0]
    reader = csv.DictReader(text.splitlines(), delimiter=max(",;\t", key=head.count))
    if missing := {"id", "status"} - {(name or "").strip().casefold() for name in reader.fieldnames or ()}:
        raise InputError(
            f"{path.name!r} has no column {' and '.join(sorted(missing))!r}: begin with what `analyzer actions --csv` prints"
        )
    marks = []
    for row in reader:
        cells = {(name or "").strip().casefold(): value for name, value in row.items() if isinstance(value, str)}
        if id_ := _id(cells.get("id", "")):
            marks.append(Mark(reader.line_num, id_, _status(cells.get("status", ""), path, reader.line_num)))
    return marks


def _id(cell: str) -> str:
    """Return an id as it was before a spreadsheet took it for a number and cut its zeros."""
    cell = cell.strip().lstrip("'").casefold()
    return cell.zfill(8) if cell.isdigit() else cell


def _status(cell: str, path: Path, line: int) -> Status | None:
    said = cell.strip().lstrip("'").casefold()
    if said not in _STATUS:
        raise InputError(f"{path.name!r}, line {line}: the status {cell!r} means nothing: write done, dropped or open")
    return cast("Status | None", _STATUS[said])
