"""A real server, llama.cpp's, with a model of noise: schema, usage, limits and context as they truly come."""

from __future__ import annotations

import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from analyzer.llm.client import Client
from analyzer.llm.endpoint import Endpoint, Profile
from analyzer.llm.prompts import Filled
from analyzer.llm.replies import FileReplies
from analyzer.llm.requests import Request
from analyzer.llm.schema import conform
from tests.peers.build_llama_server import find
from tests.peers.tiny_model import write_tiny_model

PROGRAM = find()
pytestmark = pytest.mark.skipif(
    PROGRAM is None, reason="no llama-server: build it with python tests/peers/build_llama_server.py"
)
SCHEMA = {
    "type": "object",
    "properties": {
        "label": {"type": "string", "enum": ["inspection", "coaching"]},
        "sure": {"type": "boolean"},
        "turns": {"type": "array", "items": {"type": "string", "enum": ["one", "two"]}},
    },
    "required": ["label", "sure", "turns"],
    "additionalProperties": False,
}
NOW = datetime(2026, 3, 17, tzinfo=UTC)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    pytest.importorskip("gguf", reason="writing the model needs gguf: pip install 'coaching-analyzer[peer]'")
    model = write_tiny_model(tmp_path_factory.mktemp("model") / "tiny.gguf")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        str(PROGRAM),
        "-m",
        str(model),
        "--port",
        str(port),
        "-c",
        "8192",
        "-np",
        "2",
        "--seed",
        "1",
        "--no-webui",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1):
                    break
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        process.wait()


def client(url: str, folder: Path) -> Client:
    return Client(lambda: Endpoint(url, "k", "tiny"), "tiny", FileReplies(folder / "r.jsonl"), lambda: NOW, deadline=60)


def request(words: str, most: int = 400) -> Request:
    return Request(Filled("noise 1 (x)", "Label the talk.", words, SCHEMA), "tiny", most)


def test_the_canary_finds_that_schemas_are_enforced_and_tokens_counted(served: str, tmp_path: Path) -> None:
    memory = FileReplies(tmp_path / "r.jsonl")
    endpoint = Endpoint(served, "k", "tiny")
    Client(lambda: endpoint, "tiny", memory, lambda: NOW, deadline=60).ask([request("hello")])
    known = memory.recall(endpoint.key)
    profile = Profile.model_validate_json(known or "{}")
    assert profile.rung == "json_schema"
    assert profile.tokens_per_byte is not None
    assert 0.9 < profile.tokens_per_byte < 1.1  # its vocabulary is bytes


def test_noise_comes_back_in_the_form_that_was_asked_for(served: str, tmp_path: Path) -> None:
    answers = client(served, tmp_path).ask([request(f"talk {n}") for n in range(8)])
    for answer in answers:
        if answer.failure == "length":
            continue
        assert answer.value == conform(answer.value, SCHEMA)
        assert answer.usage.input > 0
    assert any(answer.value for answer in answers)


def test_a_reply_that_does_not_end_in_its_limit_is_one_that_is_too_long(served: str, tmp_path: Path) -> None:
    [answer] = client(served, tmp_path).ask([request("hello", most=3)])
    assert (answer.value, answer.failure) == (None, "length")


def test_words_over_its_context_ask_for_a_smaller_window(served: str, tmp_path: Path) -> None:
    [answer] = client(served, tmp_path).ask([request("so what did they say " * 400)])
    assert (answer.value, answer.failure) == (None, "length")
    assert "context" in answer.reason


def test_a_meeting_read_by_noise_has_no_label_and_no_promise_that_stands(
    analyzer: Callable[..., Any], dialogue: Path, served: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole way: what noise says is in form, and none of it rests on words, so none of it is shown as found."""
    monkeypatch.setenv("OPENAI_BASE_URL", served)
    done = analyzer("upload", dialogue, "--manager", "Dana", "--rep", "Jules", "--date", "2026-03-17", "--llm", "tiny")
    assert "Traceback" not in done.err
    assert done.status in (0, 1)
    if done.status == 0:
        made = analyzer("report", "--json").out
        assert '"commitments": []' in made
    else:
        assert "could be read" in done.err
