"""What a server sent, read in an order in which nothing broken is taken for an answer."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Literal

from analyzer.model import Usage

_THINKING = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_FENCED = re.compile(r"```(?:json)?\s*\n?(.*?)```", re.DOTALL | re.IGNORECASE)


class TransportError(Exception):
    """Something on the way: worth another try."""


class NoJsonError(ValueError):
    """The reply holds no JSON object."""


@dataclass(frozen=True, slots=True)
class Completion:
    """A chat completion, read but not validated."""

    text: str
    finish: Literal["stop", "length", "refusal"]
    usage: Usage
    reported: bool
    """Whether the server counted the tokens of the prompt."""
    answered_by: str


def read_body(content: bytes) -> Completion:
    """Return the completion in a body that came with status 200.

    Raises:
        TransportError: it is none: empty, cut, HTML, not UTF-8, an error inside, no choices.

    """
    try:
        body = json.loads(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise TransportError("the server sent bytes that are no UTF-8") from error
    except json.JSONDecodeError as error:
        raise TransportError(f"the server sent no JSON but {_beginning(content)}") from error
    if not isinstance(body, dict):
        raise TransportError(f"the server sent no completion but {_beginning(content)}")
    choices = body.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        raise TransportError(f"the server sent no choices but {_error_text(body) or _beginning(content)}")
    return _completion(body, choices[0])


def _completion(body: dict[str, Any], choice: dict[str, Any]) -> Completion:
    message = choice.get("message") or {}
    finish: Literal["stop", "length", "refusal"] = "stop"
    if choice.get("finish_reason") == "length":
        finish = "length"
    elif choice.get("finish_reason") == "content_filter" or message.get("refusal"):
        finish = "refusal"
    text = _text(message.get("content"))
    for elsewhere in ("reasoning_content", "reasoning"):
        if not text.strip():
            text = _text(message.get(elsewhere))
    return Completion(
        text=str(message.get("refusal") or "") if finish == "refusal" and not text else text,
        finish=finish,
        usage=_usage(body.get("usage")),
        reported=isinstance(body.get("usage"), dict) and bool(body["usage"].get("prompt_tokens")),
        answered_by=" ".join(str(body[k]) for k in ("model", "system_fingerprint") if body.get(k)),
    )


def _text(content: Any) -> str:
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def _usage(usage: Any) -> Usage:
    if not isinstance(usage, dict):
        return Usage(calls=1)
    details = usage.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, dict) else 0
    return Usage(_count(usage.get("prompt_tokens")), _count(cached), _count(usage.get("completion_tokens")), 1)


def _count(value: Any) -> int:
    return value if isinstance(value, int) and value > 0 else 0


def object_in(text: str) -> dict[str, Any]:
    """Return the outermost JSON object in a reply, without thoughts and code fence.

    Raises:
        NoJsonError: there is none, or it is broken; the message says where.

    """
    bare = _THINKING.sub("", text).strip()
    if fenced := _FENCED.search(bare):
        bare = fenced[1].strip()
    start, end = bare.find("{"), bare.rfind("}")
    if start < 0 or end < start:
        raise NoJsonError(f"there is no JSON object in {_beginning(text.encode('utf-8', 'replace'))}")
    try:
        value = json.loads(bare[start : end + 1], strict=False)
    except (json.JSONDecodeError, RecursionError) as error:
        raise NoJsonError(f"the JSON is broken: {error}") from error
    return dict(value)


def error_text(content: bytes) -> str:
    """Return what a server says went wrong, whatever form it gives it."""
    try:
        body = json.loads(content)
    except ValueError:
        return " ".join(content.decode("utf-8", "replace").split())[:300]
    return _error_text(body) if isinstance(body, dict) else str(body)[:300]


def _error_text(body: dict[str, Any]) -> str:
    found = body.get("error") or body.get("detail") or body.get("message") or ""
    if isinstance(found, dict):
        found = " ".join(str(found[k]) for k in ("code", "message") if found.get(k))
    return str(found)[:300]


def _beginning(content: bytes) -> str:
    text = " ".join(content[:400].decode("utf-8", "replace").split())
    return f"{text[:120]!r}" if text else "nothing"
