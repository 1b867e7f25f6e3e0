"""``analyzer replies``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from analyzer.cli import common
from analyzer.errors import InputError

app = typer.Typer(
    help="Replies of a language model that were asked for by file.", no_args_is_help=True, rich_markup_mode=None
)


@app.callback()
def _root() -> None:
    """Keep ``import`` a command of its own."""


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="Output of a batch, or a JSON object of custom_id to reply.")],
    answered_by: Annotated[
        str | None, typer.Option("--answered-by", help="Who answered, where the file does not say it.")
    ] = None,
    replies: Annotated[
        Path | None, typer.Option("--replies", help="File of an evaluation's kept replies; else the library's.")
    ] = None,
    library: common.LibraryFlag = None,
    as_json: common.JsonFlag = False,
) -> None:
    """Take answers in, and go on with what waited for them."""
    from analyzer.llm.deferred import read_answers
    from analyzer.llm.replies import FileReplies
    from analyzer.store.library import utc_now

    if replies is None:
        raise NotImplementedError
    memory = FileReplies(replies)
    waiting = {one.custom_id: one for one in memory.waiting()}
    if not waiting:
        raise InputError("no request waits for an answer")
    kept, refused = read_answers(file, waiting, answered_by, utc_now())
    for reply in kept:
        memory.keep(reply)
    memory.wait(one for one in waiting.values() if memory.get(one.key) is None)
    for one in refused:
        common.say(f"{one.custom_id}: {one.reason}")
    print(f"{len(kept)} replies kept, {len(refused)} lines not usable")
