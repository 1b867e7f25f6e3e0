"""``analyzer doctor``."""

from __future__ import annotations

import platform
import shutil
import sys
from importlib.util import find_spec
from typing import Any

import typer

from analyzer.cli import common
from analyzer.errors import AnalyzerError


def doctor(library: common.LibraryFlag = None, as_json: common.JsonFlag = False) -> None:
    """Say what is here, what is missing, and how to mend it."""
    settings = common.settings_of(library)
    rows = [*_checks(settings)]
    if as_json:
        common.print_json([{"what": what, "ok": ok, "detail": detail} for what, ok, detail in rows])
    else:
        common.print_table(("", "what", "detail"), (("ok" if ok else "--", what, detail) for what, ok, detail in rows))
    if not all(ok for _, ok, _ in rows):
        raise typer.Exit(3)


def _checks(settings: Any) -> Any:
    from analyzer import __version__
    from analyzer.audio.models import VOICES, has_voices, installed, pull_command
    from analyzer.labels.rubric import load_rubric

    yield "analyzer", True, f"{__version__} on Python {platform.python_version()}, {sys.platform}"
    try:
        meetings = common.existing_library(settings).count()
        free = shutil.disk_usage(settings.library).free / 1e9
        yield "library", True, f"{settings.library}: {meetings} meetings, {free:.0f} GB free"
    except AnalyzerError as error:
        yield "library", False, str(error)
    models = installed(settings.models)
    names = ", ".join(model.name for model in models)
    yield "whisper model", bool(models), names or f"none: {pull_command()}"
    sphinx = find_spec("pocketsphinx") is not None
    yield "sphinx (stand-in)", True, "installed" if sphinx else "not installed: pip install 'coaching-analyzer[sphinx]'"
    lacking = f"not here, so who speaks in one channel is not told apart: {pull_command(VOICES)}"
    yield "voices", True, "installed" if has_voices(settings.models) else lacking
    yield _language_model(settings)
    rubric = load_rubric(settings.rubric)
    yield "rubric", True, f"version {rubric.version} ({rubric.hash})"


def _language_model(settings: Any) -> tuple[str, bool, str]:
    """Say which model labels, and where its words would go; nothing is sent."""
    from analyzer.engines import endpoint_kind, wants_llm

    if not wants_llm(settings):
        return "language model", True, "none: the local engine labels (docs/llm.md says how to use one)"
    try:
        return "language model", True, f"{settings.llm}, {endpoint_kind(settings)}"
    except AnalyzerError as error:
        return "language model", False, str(error)
