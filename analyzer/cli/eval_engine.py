"""What the ``analyzer eval`` commands that score an engine share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

if TYPE_CHECKING:
    from analyzer.config import Settings
    from analyzer.llm.replies import FileReplies

T = TypeVar("T")
EngineFlag = Annotated[str, typer.Option("--engine", help="local, or llm with a model named by --llm.")]
RepliesFlag = Annotated[
    Path | None,
    typer.Option(
        "--replies",
        help="File of kept replies (JSON lines); eval.jsonl in the library's folder if not given.",
        show_default=False,
    ),
]


def kept_replies(replies: Path | None, settings: Settings) -> FileReplies:
    """Return the replies of a file, by default the library's."""
    from analyzer.llm.replies import FileReplies

    return FileReplies(replies or settings.library / "eval.jsonl")


def leave_if_waiting(
    ask: Callable[[T], object], items: Iterable[T], engine: str, settings: Settings, memory: FileReplies
) -> None:
    """Where replies are deferred and missing, write the requests that the items need and leave with status 4."""
    from analyzer.evaluation.engines import waiting_for
    from analyzer.llm.deferred import write_requests
    from analyzer.llm.replies import WaitingError

    if engine == "llm" and settings.llm_mode == "deferred" and (waiting := waiting_for(ask, items)):
        memory.wait(waiting)
        print(write_requests(waiting, memory.path.with_suffix(".requests.jsonl")))
        raise WaitingError(waiting)
