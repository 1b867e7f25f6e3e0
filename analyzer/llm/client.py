"""Asks a model: kept replies first, then the endpoint; nothing is kept or returned that does not fit its schema."""

from __future__ import annotations

import asyncio
import json
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from analyzer.errors import EngineError
from analyzer.llm.canary import find_profile
from analyzer.llm.endpoint import HOSTED, RUNGS, Endpoint, Profile, Rung
from analyzer.llm.reading import Completion, NoJsonError, object_in
from analyzer.llm.replies import Memory, Reply, Waiting, WaitingError
from analyzer.llm.requests import Request, response_format
from analyzer.llm.schema import MismatchError, conform
from analyzer.llm.transport import RejectedError, Sleep, Transport, names_format
from analyzer.model import Usage

Mode = Literal["live", "deferred", "replay"]
Failure = Literal["length", "cut", "refusal", "invalid"]
Check = Callable[[Request, dict[str, Any]], list[str]]
"""Says what is wrong with a value that fits the schema, for the repair turn."""
CUT = 0.8
"""Share of the tokens sent that a server must report; below it has dropped a part of the prompt in silence."""
_TOO_LONG = re.compile(r"context|too (?:long|large|many tokens)|maximum .{0,20}(?:length|tokens)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request: a value that fits its schema, or why there is none."""

    request: Request
    value: dict[str, Any] | None
    failure: Failure | None = None
    reason: str = ""
    usage: Usage = field(default_factory=Usage)


class Client:
    """A model behind an endpoint, with everything that it ever answered."""

    def __init__(
        self,
        endpoint: Callable[[], Endpoint],
        model: str,
        memory: Memory,
        now: Callable[[], datetime],
        *,
        mode: Mode = "live",
        concurrency: int = 4,
        deadline: float = 600.0,
        sleep: Sleep = asyncio.sleep,
        dice: random.Random | None = None,
    ) -> None:
        """Nothing is looked up or sent before a reply is missing: ``endpoint`` is called then."""
        self.model = model
        self.mode = mode
        self._find = endpoint
        self._memory = memory
        self._now = now
        self._concurrency = concurrency
        self._deadline = deadline
        self._sleep = sleep
        self._dice = dice or random.Random()

    def ask(
        self,
        requests: Sequence[Request],
        check: Check = lambda request, value: [],
        answered: Callable[[int], None] = lambda done: None,
    ) -> list[Answer]:
        """Return an answer for each request, in order; ``answered`` is told how many there are so far.

        Raises:
            WaitingError: in deferred mode, some are not answered yet.
            EngineError: the endpoint gave no answer, or, in replay mode, a reply is missing.  Replies that came are
                kept.

        """
        kept = {request.key: self._kept(request) for request in requests}
        missing = [request for request in requests if kept[request.key] is None]
        if missing and self.mode == "replay":
            raise EngineError(
                f"{len(missing)} of {len(requests)} replies of {self.model!r} are not kept (the first: "
                f"{missing[0].custom_id}): they were never asked for, or prompt, rubric, transcript or model have changed "
                "since; answer them with --llm-mode live or deferred"
            )
        if missing and self.mode == "deferred":
            raise WaitingError(Waiting.of(request, self._deferred(request)) for request in missing)
        came = asyncio.run(self._all(missing, check, answered)) if missing else []
        answers = {answer.request.key: answer for answer in came}
        return [kept[request.key] or answers[request.key] for request in requests]

    def _kept(self, request: Request) -> Answer | None:
        reply = self._memory.get(request.key)
        if reply is None:
            return None
        if not reply.is_whole or reply.prompt != request.filled.prompt:
            raise EngineError(
                f"the kept reply {request.custom_id} is one to {reply.prompt!r}, changed or moved after it was kept: "
                "remove it and ask again"
            )
        return Answer(request, conform(object_in(reply.text), request.filled.schema), usage=Usage(kept=1))

    def _deferred(self, request: Request) -> dict[str, Any]:
        # A batch is carried to its endpoint by hand, so neither address nor key is needed here.
        profile = Profile.expected(Endpoint(HOSTED, "", self.model))
        body = {"model": self.model, "messages": request.messages(), **profile.parameters(request.most)}
        return body | _format("json_schema", request)

    async def _all(self, requests: Sequence[Request], check: Check, answered: Callable[[int], None]) -> list[Answer]:
        endpoint = self._find()
        async with Transport(endpoint, self._deadline, self._sleep, self._dice) as transport:
            session = _Session(transport, endpoint, self._memory, self._now, check)
            await session.prepare()
            slots = asyncio.Semaphore(self._concurrency)
            broken: list[EngineError] = []
            done = 0

            async def one(request: Request) -> Answer | None:
                nonlocal done
                async with slots:
                    if broken:  # the endpoint is gone: do not wait out every deadline
                        return None
                    try:
                        answer = await session.answer(request)
                    except EngineError as error:
                        broken.append(error)
                        return None
                    done += 1
                    answered(done)
                    return answer

            # One asked twice, by two windows that are alike, is asked once.
            distinct = {request.key: request for request in requests}
            answers = await asyncio.gather(*(one(request) for request in distinct.values()))
        if broken:
            raise broken[0]
        return [answer for answer in answers if answer is not None]


class _Session:
    """One run against an endpoint: what is known about it, and how a request is put to it."""

    def __init__(
        self, transport: Transport, endpoint: Endpoint, memory: Memory, now: Callable[[], datetime], check: Check
    ) -> None:
        self._transport = transport
        self._endpoint = endpoint
        self._memory = memory
        self._now = now
        self._check = check
        self._profile = Profile.expected(endpoint)

    async def prepare(self) -> None:
        """Recall what is known about the endpoint, or find it out."""
        if known := self._memory.recall(self._endpoint.key):
            self._profile = Profile.model_validate_json(known)
            return
        found = await find_profile(self._canary, self._profile)
        # What the canary's calls were refused stays refused.
        self._learn(self._profile.model_copy(update={"rung": found.rung, "tokens_per_byte": found.tokens_per_byte}))

    def _learn(self, profile: Profile) -> None:
        self._profile = profile
        self._memory.remember(self._endpoint.key, profile.model_dump_json())

    async def _canary(self, body: dict[str, Any]) -> Completion:
        rest = {name: value for name, value in body.items() if name not in ("messages", "most")}
        return await self._complete(body["messages"], rest, body["most"])

    async def answer(self, request: Request) -> Answer:
        """Return the answer to a request; a reply that fits is kept."""
        usage = Usage()
        reason = ""
        for rung in RUNGS[RUNGS.index(self._profile.rung) :]:
            try:
                answer = await self._on_rung(request, rung)
            except RejectedError as error:
                if _TOO_LONG.search(error.text) and not names_format(error.text):
                    return Answer(request, None, "length", f"the server says: {error.text}", usage)
                if names_format(error.text) and rung != "text":
                    self._learn(self._profile.model_copy(update={"rung": RUNGS[RUNGS.index(rung) + 1]}))
                    continue
                raise EngineError(
                    f"{self._endpoint.base_url} will not take the request (status {error.status}: {error.text})"
                ) from error
            usage += answer.usage
            if answer.failure != "invalid":
                return Answer(request, answer.value, answer.failure, answer.reason, usage)
            reason = answer.reason
        return Answer(request, None, "invalid", reason, usage)

    async def _on_rung(self, request: Request, rung: Rung) -> Answer:
        """Ask, and where the reply does not fit ask once more with what was wrong."""
        filled = request.filled
        messages: list[dict[str, str]] = request.messages()
        if rung != "json_schema":
            messages[0]["content"] += _in_words(request)
        format_ = _format(rung, request)
        usage, problem, fallback = Usage(), "", None
        for _ in range(2):
            completion = await self._complete(messages, format_, request.most)
            usage += completion.usage
            if failure := self._failure(completion, messages):
                return Answer(request, None, *failure, usage)
            try:
                value = conform(object_in(completion.text), filled.schema)
                problems = self._check(request, value)
            except (NoJsonError, MismatchError) as error:
                problem = str(error)
            else:
                if not problems:
                    return self._accept(request, value, completion, usage)
                problem, fallback = "; ".join(problems), (value, completion)
            messages = [*messages, {"role": "assistant", "content": completion.text}, _repair(problem)]
        if fallback is not None:  # it fits its schema; what its words do not bear out is left out by the reader
            return self._accept(request, *fallback, usage)
        return Answer(request, None, "invalid", f"the reply does not fit: {problem}", usage)

    def _failure(self, completion: Completion, messages: Sequence[dict[str, str]]) -> tuple[Failure, str] | None:
        if completion.finish == "refusal":
            return "refusal", f"the model refused: {completion.text[:200]!r}"
        if completion.finish == "length":
            if len(completion.text.strip()) < len(completion.text) / 2:
                return "invalid", "the reply ran on in white space"
            return "length", "the reply did not end"
        rate = self._profile.tokens_per_byte
        if rate and completion.reported:
            sent = rate * sum(len(one["content"].encode()) for one in messages)
            if completion.usage.input < CUT * sent:
                return "cut", (
                    f"the server read {completion.usage.input} of about {sent:.0f} tokens: its context is too small "
                    "(Ollama: OLLAMA_CONTEXT_LENGTH), or set ANALYZER_LLM_WINDOW lower"
                )
        return None

    def _accept(self, request: Request, value: dict[str, Any], completion: Completion, usage: Usage) -> Answer:
        self._memory.keep(
            Reply(
                key=request.key,
                prompt=request.filled.prompt,
                model=request.model,
                text=json.dumps(value, ensure_ascii=False),
                input=usage.input,
                cached=usage.cached,
                output=usage.output,
                source="live",
                answered_by=f"{completion.answered_by} at {self._endpoint.kind}".strip(),
                made=self._now().isoformat(),
            ).sealed()
        )
        return Answer(request, value, usage=usage)

    async def _complete(self, messages: Sequence[dict[str, str]], rest: dict[str, Any], most: int) -> Completion:
        """Send a body; a parameter that the endpoint refuses is left out, now and from now on."""
        while True:
            parameters = self._profile.parameters(most)
            body = {"model": self._endpoint.model, "messages": list(messages), **parameters, **rest}
            try:
                return await self._transport.complete(body)
            except RejectedError as error:
                refused = next((name for name in parameters if re.search(rf"\b{name}\b", error.text)), None)
                if refused is None:
                    raise
                self._learn(self._profile.without(refused))


def _format(rung: Rung, request: Request) -> dict[str, Any]:
    if rung == "json_schema":
        return {"response_format": response_format(request.filled.schema, request.filled.prompt.split()[0])}
    return {"response_format": {"type": "json_object"}} if rung == "json_object" else {}


def _in_words(request: Request) -> str:
    schema = json.dumps(request.filled.schema, ensure_ascii=False)
    return f"\n\nReply with one JSON object and nothing else. It fits this JSON schema:\n{schema}"


def _repair(problem: str) -> dict[str, str]:
    return {
        "role": "user",
        "content": f"That reply cannot be used: {problem[:1500]}. Send the whole corrected JSON object and nothing else.",
    }
