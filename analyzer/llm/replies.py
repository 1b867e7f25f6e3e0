"""Kept replies, only validated ones, under the key of their request; and requests that wait for an answer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, ValidationError

from analyzer.errors import AnalyzerError, InputError
from analyzer.llm.requests import Request
from analyzer.llm.schema import Schema
from analyzer.model import Usage


class Reply(BaseModel):
    """What a model answered, after validation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    prompt: str
    model: str
    """That was asked for."""
    text: str
    """The JSON object."""
    input: int = 0
    cached: int = 0
    output: int = 0
    source: Literal["live", "imported"]
    answered_by: str
    """What the endpoint said that it is, or who made the batch."""
    made: str
    seal: str = ""
    """Binds the text to its key: a reply that was moved to another request is noticed."""

    @property
    def usage(self) -> Usage:
        """Its tokens."""
        return Usage(self.input, self.cached, self.output)

    def sealed(self) -> Reply:
        """Return it with its seal."""
        return self.model_copy(update={"seal": self._seal()})

    @property
    def is_whole(self) -> bool:
        """Whether the seal fits."""
        return self.seal == self._seal()

    def _seal(self) -> str:
        return hashlib.sha256(f"{self.key}\n{self.prompt}\n{self.model}\n{self.text}".encode()).hexdigest()[:16]


class Waiting(BaseModel):
    """A request that was not answered yet."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    custom_id: str
    key: str
    prompt: str
    model: str
    wanted: Schema
    """The reply's schema."""
    body: dict[str, Any]

    @classmethod
    def of(cls, request: Request, body: dict[str, Any]) -> Waiting:
        """Return a request as it waits."""
        filled = request.filled
        return cls(
            custom_id=request.custom_id, key=request.key, prompt=filled.prompt, model=request.model,
            wanted=filled.schema, body=body,
        )  # fmt: skip

    def line(self) -> str:
        """Return its line of an OpenAI Batch file."""
        record = {"custom_id": self.custom_id, "method": "POST", "url": "/v1/chat/completions", "body": self.body}
        return json.dumps(record, ensure_ascii=False) + "\n"


class WaitingError(AnalyzerError):
    """A stage cannot go on before its requests are answered."""

    exit_status = 4

    def __init__(self, requests: Iterable[Waiting]) -> None:
        self.requests = tuple(requests)
        super().__init__(f"waiting for {len(self.requests)} replies")


class Memory(Protocol):
    """What a client remembers: kept replies by the key of their request, and what endpoints can do."""

    def get(self, key: str) -> Reply | None:
        """Return the reply to the request of that key."""
        ...

    def keep(self, reply: Reply) -> None:
        """Keep a validated reply."""
        ...

    def recall(self, endpoint: str) -> str | None:
        """Return the profile of an endpoint as JSON; ``None``: nothing is known."""
        ...

    def remember(self, endpoint: str, profile: str) -> None:
        """Remember the profile of an endpoint."""
        ...


class FileReplies:
    """Replies in one file of JSON lines: for evaluations that everybody can repeat."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._replies: dict[str, Reply] = {}
        self._profiles: dict[str, str] = {}
        if path.exists():
            for reply in read_replies(path):
                self._replies[reply.key] = reply

    def get(self, key: str) -> Reply | None:
        """Return the reply to the request of that key."""
        return self._replies.get(key)

    def keep(self, reply: Reply) -> None:
        """Add a reply to the file.

        Raises:
            InputError: the file cannot be written.

        """
        self._replies[reply.key] = reply
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(reply.sealed().model_dump(), ensure_ascii=False) + "\n")
        except OSError as error:
            raise InputError(f"the reply cannot be kept in {str(self.path)!r}: {error.strerror}") from error

    def wait(self, requests: Iterable[Waiting]) -> None:
        """Write down what waits for an answer, in place of what waited before.

        Raises:
            InputError: the file cannot be written.

        """
        lines = "".join(one.model_dump_json() + "\n" for one in requests)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._waiting.write_text(lines, encoding="utf-8")
        except OSError as error:
            raise InputError(f"{str(self._waiting)!r} cannot be written: {error.strerror}") from error

    def waiting(self) -> list[Waiting]:
        """Return what waits for an answer.

        Raises:
            InputError: the file is broken.

        """
        try:
            lines = self._waiting.read_text(encoding="utf-8").splitlines() if self._waiting.exists() else []
            return [Waiting.model_validate_json(line) for line in lines]
        except (OSError, ValueError) as error:
            raise InputError(f"{str(self._waiting)!r} cannot be read: {error}") from error

    @property
    def _waiting(self) -> Path:
        return self.path.with_suffix(".waiting.jsonl")

    def recall(self, endpoint: str) -> str | None:
        """Return the profile of an endpoint, found out in this run."""
        return self._profiles.get(endpoint)

    def remember(self, endpoint: str, profile: str) -> None:
        """Remember the profile of an endpoint for this run."""
        self._profiles[endpoint] = profile


def read_replies(path: Path) -> list[Reply]:
    """Return the replies of a file.

    Raises:
        InputError: a line is broken, or a reply stands under a key that is not its own.

    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the replies {str(path)!r} cannot be read: {error}") from error
    replies = []
    for n, line in enumerate(lines, 1):
        try:
            reply = Reply.model_validate_json(line)
        except ValidationError as error:
            raise InputError(f"the replies {str(path)!r}, line {n}: {error.errors()[0]['msg'].lower()}") from error
        if not reply.is_whole:
            raise InputError(
                f"the replies {str(path)!r}, line {n}: the text does not belong to the key {reply.key[:12]} of "
                f"{reply.prompt!r}: it was changed or moved after it was kept; answer that request again"
            )
        replies.append(reply)
    return replies
