"""One chat completion over the wire: our own retries within one deadline, every fault with its name."""

from __future__ import annotations

import asyncio
import json
import random
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from analyzer.errors import EngineError, MissingError
from analyzer.llm.endpoint import Endpoint
from analyzer.llm.reading import Completion, TransportError, error_text, read_body

ATTEMPTS = 8
CONNECTS = 4
"""Attempts where nothing listens: a server that is not there does not come back in ten minutes."""
_AGAIN = frozenset((408, 409, 429))
_QUOTA = re.compile(r"insufficient_quota|exceeded your current quota|billing", re.IGNORECASE)
Sleep = Callable[[float], Awaitable[None]]


class RejectedError(Exception):
    """The server will not take this request as it is."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(status, text)
        self.status = status
        self.text = text


class _FaultError(Exception):
    """Worth another try, after ``wait`` seconds if the server named them."""

    def __init__(self, reason: str, wait: float | None = None, unreachable: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait = wait
        self.unreachable = unreachable


class Transport:
    """An open way to an endpoint, inside one event loop."""

    def __init__(self, endpoint: Endpoint, deadline: float, sleep: Sleep, dice: random.Random) -> None:
        # Loaded here: half a second that a run with everything kept does without.
        from openai import AsyncOpenAI, DefaultAsyncHttpxClient

        self._endpoint = endpoint
        self._deadline = deadline
        self._sleep = sleep
        self._dice = dice
        self._openai = AsyncOpenAI(
            api_key=endpoint.api_key,
            base_url=endpoint.base_url,
            max_retries=0,
            timeout=deadline,
            # Nobody but the endpoint that was named gets to see a meeting.
            http_client=DefaultAsyncHttpxClient(follow_redirects=False),
        )

    async def __aenter__(self) -> Transport:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._openai.close()

    async def complete(self, body: dict[str, Any]) -> Completion:
        """Return the completion of a request.

        Raises:
            RejectedError: a status that another try does not change.
            EngineError: no answer before the deadline, or none to be had.
            MissingError: the key is not accepted.

        """
        ends = asyncio.get_running_loop().time() + self._deadline
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await self._once(body, ends)
            except _FaultError as fault:
                await self._wait(fault, attempt, ends)
        raise AssertionError("unreachable: the last attempt raises")

    async def _wait(self, fault: _FaultError, attempt: int, ends: float) -> None:
        left = ends - asyncio.get_running_loop().time()
        delay = fault.wait if fault.wait is not None else self._backoff(attempt)
        if attempt == (CONNECTS if fault.unreachable else ATTEMPTS) or delay >= left:
            if fault.unreachable:
                raise EngineError(
                    f"{self._endpoint.base_url} gave no usable answer: {fault.reason} (attempt {attempt}). Start the "
                    "server, or set OPENAI_BASE_URL to where it listens; what was finished is kept"
                )
            asked = f"; it asks for a pause of {fault.wait:.0f} s" if fault.wait and fault.wait < float("inf") else ""
            raise EngineError(
                f"{self._endpoint.base_url} gave no usable answer: {fault.reason} (attempt {attempt}{asked}). What was "
                "finished is kept: run the same command again later, or raise ANALYZER_LLM_DEADLINE "
                f"({self._deadline:.0f} s)"
            )
        await self._sleep(delay)

    def _backoff(self, attempt: int) -> float:
        return min(8.0, 0.5 * 2.0 ** (attempt - 1)) * (1 - 0.25 * self._dice.random())

    async def _once(self, body: dict[str, Any], ends: float) -> Completion:
        import httpx2
        import openai

        try:
            # The deadline is for the whole reply: a client's timeout starts again with every byte.
            async with asyncio.timeout_at(ends):
                raw = await self._openai.chat.completions.with_raw_response.create(**body)
        except TimeoutError as error:
            raise _FaultError(f"nothing whole within {self._deadline:.0f} s", wait=float("inf")) from error
        except openai.APIStatusError as error:
            raise self._judged(error) from error
        except openai.APITimeoutError as error:
            raise _FaultError("it went silent") from error
        except openai.APIConnectionError as error:
            cause = error.__cause__ or error
            refused = isinstance(cause, httpx2.ConnectError | httpx2.ConnectTimeout)
            raise _FaultError(
                f"{'no connection' if refused else 'connection lost'} ({cause})", unreachable=refused
            ) from error
        except (httpx2.HTTPError, json.JSONDecodeError, UnicodeDecodeError) as error:
            raise _FaultError(f"the connection broke ({error})") from error
        try:
            return read_body(raw.http_response.content)
        except TransportError as fault:
            raise _FaultError(str(fault)) from fault

    def _judged(self, error: Any) -> Exception:
        status, text = error.response.status_code, error_text(error.response.content)
        told = f"status {status}: {text or 'no reason given'}"
        where = self._endpoint.base_url
        if status in (401, 403):
            return MissingError(f"{where} refused the key ({told}): set OPENAI_API_KEY to one that it accepts")
        if status == 429 and _QUOTA.search(text):
            return EngineError(f"{where} has no quota left for this key ({told}): add some, or use another endpoint")
        if status in _AGAIN or status >= 500:
            if status >= 500 and names_format(text):
                return RejectedError(status, text)
            return _FaultError(told, wait=_retry_after(error.response.headers))
        if status == 404:
            return EngineError(
                f"{where} does not know the model {self._endpoint.model!r} or the path ({told}): check the model's name "
                "(--llm) and the address (OPENAI_BASE_URL, which mostly ends in /v1)"
            )
        if 300 <= status < 400:
            to = error.response.headers.get("location", "?")
            return EngineError(
                f"{where} sends on to {to!r}, which nobody named: set OPENAI_BASE_URL to the right address"
            )
        return RejectedError(status, text)


def names_format(text: str) -> bool:
    """Return whether an error is about the form of the reply that was asked for."""
    return bool(re.search(r"response_format|json_schema|json_object|grammar", text, re.IGNORECASE))


def _retry_after(headers: Any) -> float | None:
    """Return the seconds that a server asks for, ``None`` if it does not."""
    if (ms := headers.get("retry-after-ms", "")).replace(".", "", 1).isdecimal():
        return float(ms) / 1000
    value = headers.get("retry-after", "").strip()
    if value.replace(".", "", 1).isdecimal():
        return float(value)
    try:
        until = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    return max(0.0, (until - datetime.now(UTC)).total_seconds())
