"""``analyzer models``."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from analyzer.cli import common
from analyzer.errors import InputError

app = typer.Typer(help="Models on this machine, and fetching one.", no_args_is_help=True, rich_markup_mode=None)


@app.command("list")
def list_(as_json: common.JsonFlag = False) -> None:
    """List the models that can be used, and which are here."""
    from analyzer.audio.models import MEGABYTES, WHISPER_SIZES, installed

    here = {model.name: str(model.folder) for model in installed(common.settings_of().models)}
    rows = [
        {"model": f"whisper:{size}", "megabytes": MEGABYTES[size], "folder": here.get(f"whisper {size}")}
        for size in WHISPER_SIZES
    ]
    if as_json:
        common.print_json(rows)
    else:
        common.print_table(
            ("model", "MB", "here"), ((str(r["model"]), str(r["megabytes"]), str(r["folder"] or "no")) for r in rows)
        )


@app.command()
def pull(name: Annotated[str, typer.Argument(help="As whisper:small, or whisper:OWNER/REPOSITORY.")]) -> None:
    """Fetch a model once; afterwards nothing needs the network."""
    print(pull_with_bar(name, common.settings_of()).folder)


def pull_with_bar(name: str, settings: Any, deadline: float | None = None) -> Any:
    """Fetch a model with a progress bar; see `analyzer.audio.models.pull_whisper`."""
    from analyzer.audio.models import pull_whisper

    engine, _, size = name.partition(":")
    if engine != "whisper" or not size:
        raise InputError(f"{name!r} is no model that can be fetched: name it as whisper:small")
    if not sys.stderr.isatty():
        return pull_whisper(size, settings.models, lambda at, of: None, deadline)
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = (TextColumn(name), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(name, total=None)
        return pull_whisper(size, settings.models, lambda at, of: bar.update(task, completed=at, total=of), deadline)
