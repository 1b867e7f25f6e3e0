"""``analyzer replies``."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any

import typer

from analyzer.cli import common
from analyzer.errors import AnalyzerError, InputError

app = typer.Typer(
    help="Replies of a language model that are asked for by file.", no_args_is_help=True, rich_markup_mode=None
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
        Path | None,
        typer.Option("--replies", help="For `eval run --replies`: take them into this file, run nothing."),
    ] = None,
    library: common.LibraryFlag = None,
) -> None:
    """Take answers in, and go on with the meetings that waited for them."""
    from analyzer.llm.deferred import files_asking, read_answers
    from analyzer.llm.replies import FileReplies, WaitingError
    from analyzer.store.library import utc_now

    if replies is not None:
        memory = FileReplies(replies)
        waiting = {one.custom_id: one for one in memory.waiting()}
        kept, refused = read_answers(file, _some(waiting), answered_by, utc_now())
        for reply in kept:
            memory.keep(reply)
        left = [one for one in waiting.values() if memory.get(one.key) is None]
        memory.wait(left)
        well = _tell(len(kept), refused)
        _tell_left(len(left), [memory.path.with_suffix(".requests.jsonl")])
        if not well:
            raise typer.Exit(1)
        return
    settings = common.settings_of(library, llm_mode="deferred")
    store = common.existing_library(settings)
    rows = {row.request.custom_id: row for row in store.waiting()}
    requests = {custom_id: row.request for custom_id, row in rows.items()}
    kept, refused = read_answers(file, _some(requests), answered_by, utc_now())
    meetings = {reply.key: row.meeting for reply in kept for row in rows.values() if row.request.key == reply.key}
    store.keep_answers((meetings[reply.key], reply) for reply in kept)
    well = _tell(len(kept), refused)
    asked, went = _go_on([row for row in rows.values() if row.meeting in set(meetings.values())], settings, store)
    if asked:
        print(common.write_waiting(asked, store))
    told = {one.custom_id for one in asked}
    still = [row.request.custom_id for row in store.waiting() if row.request.custom_id not in told]
    _tell_left(len(still), files_asking(store.deferred, still))
    if asked or not (well and went):
        raise typer.Exit(WaitingError.exit_status if well and went else 1)


def _some(waiting: dict[str, Any]) -> dict[str, Any]:
    if not waiting:
        raise InputError("no request waits for an answer: run upload or batch with --llm-mode deferred first")
    return waiting


def _tell(kept: int, refused: Iterable[Any]) -> bool:
    """Say what was taken in; return whether there was something, and all of it was usable."""
    refused = list(refused)
    for one in refused:
        common.say(f"{one.custom_id}: {one.reason}")
    common.say(
        f"{kept} replies taken in, {len(refused)} not usable" if kept or refused else "the file holds no answers"
    )
    return kept > 0 and not refused


def _tell_left(left: int, files: list[Path]) -> None:
    if left:
        where = f"in {', '.join(map(str, files))}" if files else "in no file: upload again to have one written"
        common.say(f"{left} request{'s wait' if left > 1 else ' waits'} for a reply still, {where}")


def _go_on(rows: list[Any], settings: Any, store: Any) -> tuple[list[Any], bool]:
    """Run the meetings whose replies came and print their reports; return what they ask next, and whether none failed."""
    from analyzer.labels.rubric import read_rubric
    from analyzer.llm.replies import WaitingError
    from analyzer.pipeline import Pipeline
    from analyzer.report.write import report_path

    def same(row: Any) -> tuple[str, str]:
        return row.request.model, row.rubric

    waiting: list[Any] = []
    failed = False
    for (model, rubric), group in groupby(sorted(rows, key=same), key=same):
        own = settings.model_copy(update={"llm": model})
        pipeline = Pipeline(own, store, rubric=read_rubric(store.rubric(rubric) or "", f"rubric {rubric}"))
        for meeting in dict.fromkeys(row.meeting for row in group):
            try:
                analysis = pipeline.resume(meeting)
                print(report_path(analysis, store, "html"))
            except WaitingError as error:
                waiting += error.requests
            except AnalyzerError as error:
                common.say(f"analyzer: meeting {meeting}: {error}")
                failed = True
    return waiting, not failed
