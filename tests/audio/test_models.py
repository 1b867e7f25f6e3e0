"""Models are looked for on this machine; fetching never hangs."""

from __future__ import annotations

import hashlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from analyzer.audio.models import find_any_whisper, find_whisper, installed, missing_files, pull_whisper
from analyzer.errors import InputError, MissingError

FILES = {"config.json": b"{}", "model.bin": b"w" * 300_000, "tokenizer.json": b"{}", "vocabulary.json": b"[]"}
COMMIT = "c" * 40


def model_folder(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    return folder


def test_a_folder_with_all_files_is_a_model(tmp_path: Path) -> None:
    assert find_whisper(str(model_folder(tmp_path / "mine")), tmp_path).folder == tmp_path / "mine"


@pytest.mark.parametrize("lost", FILES)
def test_a_folder_that_lacks_a_file_says_which(lost: str, tmp_path: Path) -> None:
    """Without its tokenizer the library would ask the network for one."""
    folder = model_folder(tmp_path / "mine")
    (folder / lost).unlink()
    assert missing_files(folder) == [lost]
    with pytest.raises(InputError, match=lost):
        find_whisper(str(folder), tmp_path)


def test_a_fetched_model_is_found_and_preferred_by_use(tmp_path: Path) -> None:
    model_folder(tmp_path / "whisper-tiny")
    model_folder(tmp_path / "whisper-small")
    assert find_any_whisper(tmp_path).name == "whisper small"
    assert [model.name for model in installed(tmp_path)] == ["whisper tiny", "whisper small"]


def test_without_a_model_the_command_is_told_at_once(tmp_path: Path) -> None:
    began = time.monotonic()
    with pytest.raises(MissingError, match="analyzer models pull whisper:small"):
        find_whisper("small", tmp_path)
    with pytest.raises(InputError, match="sizes are tiny, base, small"):
        find_whisper("huge", tmp_path)
    with pytest.raises(MissingError, match="analyzer models pull whisper:small"):
        find_any_whisper(tmp_path)
    assert time.monotonic() - began < 10


class Hub(BaseHTTPRequestHandler):
    """Serves one model the way the hub does."""

    def do_HEAD(self) -> None:
        self.answer(body=False)

    def do_GET(self) -> None:
        self.answer(body=True)

    def answer(self, body: bool) -> None:
        if "/tree/" in self.path:
            tree = [
                {"type": "file", "path": name, "size": len(content), "oid": "0" * 40} for name, content in FILES.items()
            ]
            self.send(json.dumps(tree).encode(), "application/json", body)
            return
        if self.path.startswith("/api/models/"):
            siblings = [{"rfilename": name, "size": len(content)} for name, content in FILES.items()]
            content = json.dumps({"id": "me/toy", "sha": COMMIT, "siblings": siblings, "private": False, "tags": []})
            self.send(content.encode(), "application/json", body)
            return
        name = self.path.rsplit("/", 1)[1].split("?")[0]
        if name in FILES:
            self.send(FILES[name], "application/octet-stream", body)
        else:
            self.send_error(404)

    def send(self, content: bytes, kind: str, body: bool) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.end_headers()
        if body:
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    yield
    server.shutdown()
    server.server_close()


def test_a_model_is_fetched_whole_with_progress(hub: None, tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    model = pull_whisper("me/toy", tmp_path, lambda at, of: told.append((at, of)))
    assert missing_files(model.folder) == []
    assert (model.folder / "model.bin").read_bytes() == FILES["model.bin"]
    assert told
    assert find_whisper("me/toy", tmp_path).folder == model.folder
    assert not list(tmp_path.glob("*.part"))


def test_a_hub_that_answers_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The hub's own client was seen to hang for 25 minutes here."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{silent.getsockname()[1]}")
        began = time.monotonic()
        with pytest.raises(MissingError, match="no byte came in 3 seconds"):
            pull_whisper("me/toy", tmp_path, lambda at, of: None, stall=3)
        with pytest.raises(MissingError, match="not done within 2 seconds"):
            pull_whisper("me/toy", tmp_path, lambda at, of: None, deadline=2)
        assert time.monotonic() - began < 30
    assert not list(tmp_path.glob("whisper-me--toy"))


def test_a_hub_that_refuses_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{port}")
    with pytest.raises(MissingError, match="could not be fetched"):
        pull_whisper("me/toy", tmp_path, lambda at, of: None, deadline=20)


def test_an_unknown_size_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="gigantic"):
        pull_whisper("gigantic", tmp_path, lambda at, of: None, deadline=20)
