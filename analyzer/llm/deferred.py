"""Requests carried by hand: written as an OpenAI Batch file, and answers read back from one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from analyzer.errors import InputError
from analyzer.llm.reading import Completion, NoJsonError, TransportError, object_in, read_body
from analyzer.llm.replies import Reply, Waiting
from analyzer.llm.schema import MismatchError, conform
from analyzer.model import Usage

_UNKNOWN = "not said"


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that is no usable answer, and why."""

    custom_id: str
    reason: str


def write_requests(waiting: Iterable[Waiting], path: Path) -> Path:
    """Write requests as a batch file (JSON lines); return its path.

    Raises:
        InputError: it cannot be written.

    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(one.line() for one in waiting), encoding="utf-8")
    except OSError as error:
        raise InputError(f"the requests cannot be written to {str(path)!r}: {error.strerror}") from error
    return path


def files_asking(folder: Path, ids: Iterable[str]) -> list[Path]:
    """Return the latest batch files of a folder in which requests stand, by their ``custom_id``; none where they are gone."""
    left, found = set(ids), []
    for path in sorted(folder.glob("*.jsonl"), reverse=True):
        try:
            asked = {str(record.get("custom_id")) for record in _lines(path)}
        except InputError:  # a file that was changed by hand is none of ours any more
            continue
        if here := left & asked:
            found.append(path)
            left -= here
    return found


def strip_requests(folder: Path, waiting: Iterable[str]) -> int:
    """Take the requests that nobody waits for out of the batch files of a folder; return how many there were.

    Args:
        folder: of the files; one that is left empty goes.
        waiting: the requests that stay, by ``custom_id``; lines that somebody broke are none of these.

    """
    wanted = set(waiting)
    removed = 0
    for path in sorted(folder.glob("*.jsonl")):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if _custom_id(line) in wanted]
        removed += len(lines) - len(kept)
        if not kept:
            path.unlink()
        elif len(kept) < len(lines):
            path.write_text("".join(kept), encoding="utf-8")
    return removed


def _custom_id(line: str) -> str:
    """Return which request a line is; empty for one that somebody broke."""
    try:
        return str(json.loads(line)["custom_id"])
    except (ValueError, KeyError, TypeError):
        return ""


def read_answers(
    path: Path, waiting: dict[str, Waiting], answered_by: str | None, now: datetime
) -> tuple[list[Reply], list[Refused]]:
    """Return the usable replies of a file, and what cannot be used.

    Args:
        path: the output of an OpenAI Batch (JSON lines), or a JSON object of ``custom_id`` to the text of the reply.
        waiting: the requests, by ``custom_id``.
        answered_by: who answered, where the file does not say it.
        now: the time that the replies carry.

    Raises:
        InputError: the file cannot be read as either.

    """
    replies: list[Reply] = []
    refused: list[Refused] = []
    for custom_id, completion in _answers(path):
        request = waiting.get(custom_id)
        if isinstance(completion, str):
            refused.append(Refused(custom_id, completion))
        elif request is None:
            refused.append(Refused(custom_id, "no request of that name waits for an answer"))
        else:
            made = _reply(request, completion, answered_by, now)
            (replies if isinstance(made, Reply) else refused).append(made)  # type: ignore[arg-type]
    return replies, refused


def _reply(request: Waiting, completion: Completion, answered_by: str | None, now: datetime) -> Reply | Refused:
    if completion.finish != "stop":
        return Refused(request.custom_id, f"the reply ended with {completion.finish!r}")
    try:
        value = conform(object_in(completion.text), request.wanted)
    except NoJsonError as error:
        return Refused(request.custom_id, str(error))
    except MismatchError as error:
        place = str(error).removeprefix("$").removeprefix(".").strip()
        whole = "the reply " if str(error).startswith("$ ") else "in the reply, "
        return Refused(request.custom_id, f"{whole}{place}; its request says which form a reply has to have")
    return Reply(
        key=request.key,
        prompt=request.prompt,
        model=request.model,
        text=json.dumps(value, ensure_ascii=False),
        input=completion.usage.input,
        cached=completion.usage.cached,
        output=completion.usage.output,
        source="imported",
        answered_by=answered_by or completion.answered_by or _UNKNOWN,
        made=now.isoformat(),
    ).sealed()


def _answers(path: Path) -> Iterator[tuple[str, Completion | str]]:
    """Yield ``custom_id`` and completion, or the reason why there is none."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"the replies {str(path)!r} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{str(path)!r} is no text: give the output of a batch") from error
    try:
        plain = json.loads(text)
    except json.JSONDecodeError:
        plain = None
    if isinstance(plain, dict) and "custom_id" not in plain:
        for custom_id, reply in plain.items():
            given = reply if isinstance(reply, str) else json.dumps(reply, ensure_ascii=False)
            yield custom_id, Completion(given, "stop", Usage(), False, "")
        return
    for record in _lines(path):
        custom_id, response = str(record.get("custom_id", "?")), record.get("response")
        if record.get("error") or not isinstance(response, dict) or response.get("status_code") != 200:
            yield custom_id, f"the batch says: {json.dumps(record.get('error') or response, ensure_ascii=False)[:300]}"
            continue
        try:
            yield custom_id, read_body(json.dumps(response.get("body")).encode())
        except TransportError as error:
            yield custom_id, str(error)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{str(path)!r} cannot be read: {error}") from error
    for n, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except json.JSONDecodeError as error:
            raise InputError(f"{str(path)!r}, line {n}: no JSON ({error}): give the output of a batch") from error
        if not isinstance(record, dict):
            raise InputError(f"{str(path)!r}, line {n}: no object: give the output of a batch")
        yield record
