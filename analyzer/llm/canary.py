"""Three short calls that find out how an endpoint keeps to a schema, and how it counts tokens."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from analyzer.llm.endpoint import Profile, Rung
from analyzer.llm.reading import Completion, NoJsonError, object_in
from analyzer.llm.requests import response_format
from analyzer.llm.transport import RejectedError, names_format

_WORD = "zq7w"
_SCHEMA = {
    "type": "object",
    "properties": {"k": {"type": "string", "enum": [_WORD]}},
    "required": ["k"],
    "additionalProperties": False,
}
_MOST = 2000
"""Tokens; a model that thinks aloud first needs room for it."""
_ASK = "Say hello."
_ASK_OBJECT = 'Say hello as a JSON object with the one key "k".'
_SAMPLE = "\n".join(
    f"3fa2c1 {n} {who}: {words}"
    for n, (who, words) in enumerate(
        (
            ("M", "So where did you leave it with them, did anybody call you back after the demo on Wednesday?"),
            ("R", "Not really, I mean, I wrote to her twice and then the assistant said she is travelling."),
            ("M", "Okay. And the number, is that still the eighteen thousand, or did it move?"),
            ("R", "It's the same, maybe nineteen five with the service plan, I have to check that again."),
            ("M", "Mm-hm. What do you think is behind it that she doesn't answer?"),
            ("R", "Well, I guess we talked to the wrong person from the start, to be honest."),
        ),
        1,
    )
)
"""Numbered talk, of the kind that is sent later."""

Call = Callable[[dict[str, Any]], Awaitable[Completion]]


async def find_profile(call: Call, expected: Profile) -> Profile:
    """Return what an endpoint can do.

    Args:
        call: sends a body without model and limits; it drops what the endpoint does not take.
        expected: what is likely; its parameters are the caller's matter.

    Raises:
        EngineError: the endpoint does not answer.

    """
    rung, first = await _rung(call)
    rate = await _rate(call, first)
    return expected.model_copy(update={"rung": rung, "tokens_per_byte": rate})


async def _rung(call: Call) -> tuple[Rung, Completion | None]:
    plain = await _tried(call, {"response_format": response_format(_SCHEMA, "canary")}, _ASK)
    if plain is not None and _keeps(plain, exact=True):
        return "json_schema", plain
    # An object that any obliging model sends proves nothing; one that is refused proves that the rung is missing.
    loose = await _tried(call, {"response_format": {"type": "json_object"}}, _ASK_OBJECT)
    return ("json_object" if loose is not None and _keeps(loose, exact=False) else "text"), plain


async def _tried(call: Call, format_: dict[str, Any], ask: str) -> Completion | None:
    try:
        return await call({"messages": [{"role": "user", "content": ask}], "most": _MOST, **format_})
    except RejectedError as error:
        if names_format(error.text) or error.status in (400, 422):
            return None
        raise


def _keeps(completion: Completion, *, exact: bool) -> bool:
    try:
        value = object_in(completion.text)
    except NoJsonError:
        return False
    return value == {"k": _WORD} if exact else bool(value)


async def _rate(call: Call, first: Completion | None) -> float | None:
    """Return tokens a byte of numbered talk: what the sample adds to the shortest prompt."""
    longer = await call({"messages": [{"role": "user", "content": f"{_SAMPLE}\n{_ASK}"}], "most": 16})
    if first is None:
        first = await call({"messages": [{"role": "user", "content": _ASK}], "most": 16})
    if not (longer.reported and first.reported) or longer.usage.input <= first.usage.input:
        return None
    more: int = longer.usage.input - first.usage.input
    return more / len(f"{_SAMPLE}\n".encode())
