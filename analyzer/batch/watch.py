"""A folder that recordings are still coming into: each file, once it has stopped growing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from analyzer.batch.folder import files_in
from analyzer.transcript.metadata import sidecars_of

SETTLED = 10.0
"""Seconds for which a file has to stay as it is: a recorder writes every second or so, a copy over a network may pause."""
EVERY = 2.0
"""Seconds between two looks at the folder."""

_Signature = tuple[tuple[int, int], ...]
"""Size and time of change of a file, and of its sidecar where it has one."""


def watched(folder: Path, clock: Callable[[], float], sleep: Callable[[float], None]) -> Iterator[Path]:
    """Yield the files that may be meetings as they come to rest, those that are there first among them; without end.

    A file that is changed later, or whose sidecar is, comes again.  An empty one has not begun yet.

    Args:
        folder: with files at any depth.
        clock: tells seconds that never go back.
        sleep: waits for so many seconds.

    Raises:
        InputError: there is no such folder, or no longer.

    """
    since: dict[Path, tuple[_Signature, float]] = {}
    taken: dict[Path, _Signature] = {}
    while True:
        for path in files_in(folder):
            now, signature = clock(), _signature(path)
            if signature is None or taken.get(path) == signature:
                continue
            if path not in since or since[path][0] != signature:
                since[path] = (signature, now)
            elif now - since[path][1] >= SETTLED:
                taken[path] = signature
                del since[path]
                yield path
        sleep(EVERY)


def _signature(path: Path) -> _Signature | None:
    """Return what changes with a file; ``None`` while it is empty, and where it is gone again."""
    try:
        facts = [one.stat() for one in (path, *sidecars_of(path)[:1])]
    except OSError:
        return None
    return tuple((fact.st_size, fact.st_mtime_ns) for fact in facts) if facts[0].st_size else None
