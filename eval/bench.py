"""Benchmarks: each a ratio of two measurements in one run.  `make bench`, or `python eval/bench.py NAME…`.

memory   peak memory of audio handling (decoding, channels, voice activity) for 2 hours over that for 10 minutes
help     wall time of `analyzer --help` over `python -c "import typer"`
library  time of adding a meeting to a library of 1,000 over that at 100
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "recordings"))

_HANDLE = """
import resource, sys, tempfile
from pathlib import Path
from analyzer.audio.recognise import recognise

class Deaf:
    name = model = fingerprint = "none"
    longest_clip = 30.0
    def words(self, audio, clips):
        return []

with tempfile.TemporaryDirectory() as scratch:
    recognise(Path(sys.argv[1]), Deaf(), Path(scratch), lambda *_: None)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def memory() -> tuple[float, float, str]:
    """Return peak memory in MB for two hours and for ten minutes of stereo."""
    import make

    peaks = []
    with tempfile.TemporaryDirectory() as folder:
        for minutes in (120, 10):
            wav = Path(folder) / f"{minutes}.wav"
            make.make_long(wav, minutes)
            done = subprocess.run([sys.executable, "-c", _HANDLE, wav], capture_output=True, text=True, check=True)
            peaks.append(int(done.stdout.split()[-1]) / 1024)
            wav.unlink()
    return peaks[0], peaks[1], "MB"


def help_() -> tuple[float, float, str]:
    """Return the best of ten wall times in ms."""
    commands = ([sys.executable, "-m", "analyzer", "--help"], [sys.executable, "-c", "import typer"])
    return _best(commands[0], 10), _best(commands[1], 10), "ms"


def _best(command: list[str], times: int) -> float:
    best = float("inf")
    for _ in range(times):
        began = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        best = min(best, time.perf_counter() - began)
    return 1000 * best


def library() -> tuple[float, float, str]:
    """Return the median time in ms of adding a small transcript at 1,000 and at 100 meetings."""
    from analyzer.config import Settings
    from analyzer.pipeline import Pipeline
    from analyzer.store.library import Library

    with tempfile.TemporaryDirectory() as folder:
        pipeline = Pipeline(Settings(), Library(Path(folder) / "library"))
        took = []
        for n in range(1_020):
            path = Path(folder) / f"{n}.txt"
            path.write_text(f"Dana: Did customer {n} sign?\nJules: No, I'll call them by Friday.\n")
            began = time.perf_counter()
            pipeline.run(pipeline.intake(path))
            took.append(time.perf_counter() - began)
    at = [1000 * sorted(took[n : n + 20])[10] for n in (1_000, 100)]
    return at[0], at[1], "ms"


BENCHES: dict[str, tuple[Callable[[], tuple[float, float, str]], float]] = {
    "memory": (memory, 1.3),
    "help": (help_, 2.5),
    "library": (library, 1.5),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", nargs="*", choices=[*BENCHES, []], help="which; all if none is named")
    for name in parser.parse_args().name or BENCHES:
        bench, budget = BENCHES[name]
        one, other, unit = bench()
        verdict = "within" if one / other <= budget else "OVER"
        print(f"{name:8} {one:8.1f} / {other:8.1f} {unit} = {one / other:.2f} ({verdict} {budget})", flush=True)


if __name__ == "__main__":
    main()
