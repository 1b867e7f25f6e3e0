"""What a run costs: processor time by stage, and the most memory held at once."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

Progress = Callable[[str, float, float | None], None]
"""Told what is done, seconds of audio done, and of how many."""


class StageClock:
    """Passes progress on and gives each stage the processor time that went by since the report before.

    Processor time of all threads of this process, so that other work on the machine does not show.
    """

    def __init__(self, inner: Progress, clock: Callable[[], float] = time.process_time) -> None:
        self.seconds: dict[str, float] = {}
        """By stage, in the order in which they came up."""
        self._inner = inner
        self._clock = clock
        self._last = clock()

    def __call__(self, what: str, at: float, of: float | None) -> None:
        """Take note that stage ``what`` worked until now."""
        now = self._clock()
        self.seconds[what] = self.seconds.get(what, 0.0) + now - self._last
        self._last = now
        self._inner(what, at, of)


def forget_peak() -> None:
    """Begin to measure peak memory anew, where the system can (Linux); elsewhere the peak stays that of the process."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def peak_memory() -> float | None:
    """Return the most memory held since `forget_peak`, in MB (10^6 bytes); ``None`` where the system does not tell."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
    try:
        import resource
    except ImportError:  # Windows
        return None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e6 if sys.platform == "darwin" else most * 1024 / 1e6
