"""Where a model is reached, and what was found out about it."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict

from analyzer.errors import InputError, MissingError

HOSTED = "https://api.openai.com/v1"
Rung = Literal["json_schema", "json_object", "text"]
RUNGS: tuple[Rung, ...] = ("json_schema", "json_object", "text")
_REASONING = re.compile(r"(?:^|/)(?:gpt-[5-9]|o\d)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A server of chat completions, and a model of it."""

    base_url: str
    api_key: str
    model: str

    @property
    def kind(self) -> str:
        """Where the words go, for the reader: this machine, the own network, or a host by name."""
        host = urlsplit(self.base_url).hostname or self.base_url
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return "this machine" if host == "localhost" else host
        if address.is_loopback:
            return "this machine"
        return f"own network ({host})" if address.is_private else host

    @property
    def key(self) -> str:
        """Under which its profile is remembered."""
        return f"{self.base_url.rstrip('/')} {self.model}"


def find_endpoint(model: str, base_url: str | None, environ: Mapping[str, str]) -> Endpoint:
    """Return the endpoint that settings and environment name.

    Raises:
        InputError: an address that is none.
        MissingError: the hosted service is meant and there is no key.

    """
    url = base_url or environ.get("OPENAI_BASE_URL") or HOSTED
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise InputError(f"OPENAI_BASE_URL {url!r} is no address: write it as http://localhost:11434/v1")
    key = environ.get("OPENAI_API_KEY", "")
    if not key and url == HOSTED:
        raise MissingError(
            f"the model {model!r} needs an endpoint: set OPENAI_API_KEY for {HOSTED}, or OPENAI_BASE_URL for a server "
            "of your own (Ollama: http://localhost:11434/v1), or leave --llm out and use the local engine"
        )
    return Endpoint(url, key or "none", model)


class Profile(BaseModel):
    """What an endpoint and model can do, found once and remembered."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rung: Rung = "json_schema"
    limit: str | None = "max_tokens"
    """What it calls the most tokens of a reply; ``None``: it takes no such parameter."""
    refused: tuple[str, ...] = ()
    """Parameters that it does not take."""
    tokens_per_byte: float | None = None
    """Of numbered talk, measured; ``None`` where it does not count."""

    @classmethod
    def expected(cls, endpoint: Endpoint) -> Profile:
        """Return what is likely before anything is known.  Ollama reads ``max_tokens`` alone, OpenAI deprecates it."""
        reasons = bool(_REASONING.search(endpoint.model))
        return cls(
            limit="max_completion_tokens" if endpoint.base_url == HOSTED or reasons else "max_tokens",
            refused=("temperature",) if reasons else (),
        )

    def without(self, parameter: str) -> Profile:
        """Return the profile after the endpoint refused a parameter: another name for it, or none."""
        if parameter == self.limit:
            other = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}[parameter]
            tried = other in self.refused
            return self.model_copy(update={"limit": None if tried else other, "refused": (*self.refused, parameter)})
        return self.model_copy(update={"refused": (*self.refused, parameter)})

    def parameters(self, most: int) -> dict[str, object]:
        """Return the parameters that it takes, for a reply of at most ``most`` tokens."""
        wanted: dict[str, object] = {"temperature": 0}
        if self.limit:
            wanted[self.limit] = most
        return {name: value for name, value in wanted.items() if name not in self.refused or name == self.limit}
