"""Requests to a model as data, the key under which a reply is kept, and the fence around what was said."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import Any

from analyzer.llm.prompts import Filled
from analyzer.llm.schema import Schema

FENCE = "\ue000"
"""Stands for the fence in a request as it is kept; never in what was said, which loses its private characters."""


@dataclass(frozen=True, slots=True)
class Request:
    """One question to a model."""

    filled: Filled
    model: str
    most: int
    """Tokens that the reply may have."""

    @property
    def key(self) -> str:
        """128 bits of the SHA-256 of everything that the reply follows from; the fence, made afresh for each call, is not part of it."""
        facts = [self.filled.prompt, self.model, self.most, self.filled.system, self.filled.user, self.filled.schema]
        canonical = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(canonical.encode()).hexdigest()[:32]

    @property
    def custom_id(self) -> str:
        """What a batch calls it."""
        return f"{self.filled.prompt.split()[0]}-{self.key}"

    def messages(self) -> list[dict[str, str]]:
        """Return the messages, with a new fence that stands nowhere in what was said."""
        user = self.filled.user
        fence = secrets.token_hex(3)
        while fence in user:
            fence = secrets.token_hex(3)
        return [
            {"role": "system", "content": self.filled.system},
            {"role": "user", "content": user.replace(FENCE, fence)},
        ]


def response_format(schema: Schema, name: str) -> dict[str, Any]:
    """Return the part of a request body by which an endpoint is asked to keep to a schema."""
    return {"type": "json_schema", "json_schema": {"name": name, "strict": True, "schema": schema}}
