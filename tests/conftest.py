"""What all tests share: no network but loopback, an own home, small recordings."""

from __future__ import annotations

import socket
import sys
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]
JUNIPER = ROOT / "eval" / "recordings" / "juniper"


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sockets reach loopback only."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise RuntimeError(f"a test tried to reach {address!r}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give every test an empty home, so that nothing of this machine is found."""
    home = tmp_path / "home"
    home.mkdir()
    for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "HF_HOME"):
        monkeypatch.setenv(name, str(home if name == "HOME" else home / name.lower()))
    for name in (
        "ANALYZER_LIBRARY",
        "ANALYZER_ENGINE",
        "ANALYZER_CONFIG",
        "ANALYZER_MODELS",
        "ANALYZER_LLM",
        "OPENAI_API_KEY",
        "OPENAI_BASE_URL",
    ):
        monkeypatch.delenv(name, raising=False)
    return home


@pytest.fixture
def analyzer(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Return a function that runs the command line in this process on a library of the test's own."""
    from analyzer.cli import main

    class Result:
        def __init__(self, status: int, out: str, err: str) -> None:
            self.status, self.out, self.err = status, out, err

        def __repr__(self) -> str:
            return f"status {self.status}\n{self.out}\n{self.err}"

    def run(*arguments: str | Path) -> Result:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("ANALYZER_LIBRARY", str(tmp_path / "library"))
            patch.setattr(sys, "argv", ["analyzer", *map(str, arguments)])
            capfd.readouterr()
            try:
                main()
                status = 0
            except SystemExit as leave:
                status = leave.code if isinstance(leave.code, int) else int(bool(leave.code))
        captured = capfd.readouterr()
        return Result(status, captured.out, captured.err)

    return run


@pytest.fixture
def write_wav(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes float samples of shape (channels, n) as 16-bit WAV."""

    def write(samples: np.ndarray, rate: int = 16_000, name: str = "sound.wav") -> Path:
        path = tmp_path / name
        samples = np.atleast_2d(samples)
        with wave.open(str(path), "wb") as out:
            out.setnchannels(len(samples))
            out.setsampwidth(2)
            out.setframerate(rate)
            out.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").T.tobytes())
        return path

    return write


@pytest.fixture
def dialogue(tmp_path: Path) -> Path:
    """Return a small transcript with a promise in it."""
    path = tmp_path / "talk.txt"
    path.write_text(
        "Dana: Did the clinic sign the contract?\n"
        "Jules: Not yet. Legal still has it.\n"
        "Dana: What would you do to get it moving?\n"
        "Jules: I would ask the head nurse what the delay costs her, because she feels it every day.\n"
        "Dana: Good. Send her the one-page offer today.\n"
        "Jules: Okay. I'll call her by Thursday noon.\n",
        encoding="utf-8",
    )
    return path
