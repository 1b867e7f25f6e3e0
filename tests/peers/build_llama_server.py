"""Build llama.cpp's `llama-server` from the source that the llama-cpp-python package carries.

    python tests/peers/build_llama_server.py [FOLDER]

Takes about fifteen minutes of one core, once; needs cmake and a C++ compiler.  The tests look for the program in
FOLDER (`~/.cache/coaching-analyzer/peers` if not given) or where ANALYZER_LLAMA_SERVER points.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

SOURCE = "llama-cpp-python==0.3.36"
FOLDER = Path.home() / ".cache" / "coaching-analyzer" / "peers"
_OFF = (
    "BUILD_SHARED_LIBS", "LLAMA_BUILD_TESTS", "LLAMA_BUILD_EXAMPLES", "LLAMA_BUILD_APP", "LLAMA_BUILD_UI",
    "LLAMA_USE_PREBUILT_UI", "LLAMA_OPENSSL", "LLAMA_CURL", "GGML_NATIVE",
)  # fmt: skip


def find() -> Path | None:
    """Return the program, where it was built or is named."""
    named = os.environ.get("ANALYZER_LLAMA_SERVER")
    for path in (Path(named) if named else None, FOLDER / "llama-server"):
        if path is not None and path.is_file():
            return path
    return None


def build(folder: Path) -> Path:
    """Build the program into ``folder``; return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        here = Path(work)
        _run(sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", ":all:", "-d", here, SOURCE)
        with tarfile.open(next(here.glob("*.tar.gz"))) as archive:
            archive.extractall(here, filter="data")
        source = next(here.glob("*/vendor/llama.cpp"))
        options = [f"-D{name}=OFF" for name in _OFF]
        _run("cmake", "-S", source, "-B", here / "build", "-DCMAKE_BUILD_TYPE=Release", *options)
        jobs = str(os.cpu_count() or 1)
        _run("cmake", "--build", here / "build", "--target", "llama-server", "--parallel", jobs)
        built = next((here / "build").rglob("llama-server"))
        subprocess.run(["strip", built], check=False)
        return Path(shutil.copy2(built, folder / "llama-server"))


def _run(*command: object) -> None:
    subprocess.run([str(part) for part in command], check=True)


if __name__ == "__main__":
    print(build(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER))
