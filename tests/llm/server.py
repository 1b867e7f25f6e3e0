"""A chat-completions server on loopback that answers by script, down to the bytes: for what endpoints do wrong."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

Body = dict[str, Any]


@dataclass
class Act:
    """What the server does with a request."""

    content: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    wait: float = 0.0
    """Seconds before the first byte."""
    drip: float = 0.0
    """Seconds between bytes of the body."""
    cut: int | None = None
    """Bytes of the body after which the connection is closed."""
    kind: str = "application/json"


Script = Callable[[Body, int], Act]
"""From a request's body and its number (from 0) to what is done."""


def completion(text: str | None, *, finish: str = "stop", prompt_tokens: int | None = None, **message: Any) -> Body:
    """Return a chat completion with that content."""
    usage = {} if prompt_tokens is None else {"prompt_tokens": prompt_tokens, "completion_tokens": 7}
    return {
        "id": "c1", "object": "chat.completion", "model": "scripted-1", "usage": usage,
        "choices": [{"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text, **message}}],
    }  # fmt: skip


def reply(value: Any, **keywords: Any) -> Act:
    """Return an act that answers with a value as JSON text."""
    text = value if isinstance(value, str) else json.dumps(value)
    return Act(json.dumps(completion(text, **keywords)).encode())


def error(status: int, text: Any, **headers: str) -> Act:
    """Return an act that refuses."""
    body = text if isinstance(text, bytes) else json.dumps(text).encode()
    return Act(body, status, {name.replace("_", "-"): value for name, value in headers.items()})


def is_canary(body: Body) -> bool:
    """Return whether a request is one of the canary's."""
    return body["messages"][-1]["content"].rstrip().endswith(("Say hello.", 'the one key "k".'))


def good_canary(body: Body) -> Act:
    """Answer the canary as a server that keeps to schemas and counts tokens."""
    sent = sum(len(one["content"].encode()) for one in body["messages"])
    return reply({"k": "zq7w"}, prompt_tokens=10 + sent // 4)


class FaultServer:
    """Runs a script on a port of its own; ``bodies`` are the requests that came, without the canary's."""

    def __init__(self, script: Script, canary: Callable[[Body], Act] = good_canary) -> None:
        self.bodies: list[Body] = []
        self.canaries: list[Body] = []
        self.most_at_once = 0
        self._now = 0
        self._script, self._canary = script, canary
        self._lock = threading.Lock()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/v1"
        threading.Thread(target=self._serve, daemon=True).start()

    def __enter__(self) -> FaultServer:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as stream:
            try:
                while (line := stream.readline()).strip():
                    length = 0
                    while (header := stream.readline()).strip():
                        name, _, value = header.decode().partition(":")
                        length = int(value) if name.lower() == "content-length" else length
                    act = self._act(json.loads(stream.read(length)))
                    if not self._send(connection, act):
                        return
                    assert line.startswith(b"POST")
            except OSError:
                return

    def _act(self, body: Body) -> Act:
        with self._lock:
            if is_canary(body):
                self.canaries.append(body)
                return self._canary(body)
            number = len(self.bodies)
            self.bodies.append(body)
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        try:
            act = self._script(body, number)
            time.sleep(act.wait)
            return act
        finally:
            with self._lock:
                self._now -= 1

    @staticmethod
    def _send(connection: socket.socket, act: Act) -> bool:
        phrase = HTTPStatus(act.status).phrase
        headers = {"content-type": act.kind, "content-length": str(len(act.content)), **act.headers}
        lines = [f"HTTP/1.1 {act.status} {phrase}", *(f"{name}: {value}" for name, value in headers.items())]
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        content = act.content if act.cut is None else act.content[: act.cut]
        if act.drip:
            for byte in content:
                connection.sendall(bytes([byte]))
                time.sleep(act.drip)
        else:
            connection.sendall(content)
        return act.cut is None
