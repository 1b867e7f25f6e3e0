"""``analyzer demo``."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from analyzer.cli import common
from analyzer.errors import AnalyzerError, MissingError

_PULL_SECONDS = 20.0
_PULLED = "tiny"


def demo(
    folder: Annotated[Path, typer.Option(help="Where recording, library and report go.")] = Path("demo-report"),
    engine: common.EngineFlag = None,
) -> None:
    """Try it: a short recording goes in, a report comes out.

    The recording is a scripted talk in synthetic voices.  Its words come from a Whisper model where one is here or can
    be fetched within 20 seconds, else from the weak built-in recogniser.
    """
    from analyzer.pipeline import Pipeline
    from analyzer.report.write import report_path
    from analyzer.store.library import Library

    settings = common.settings_of(folder / "library", engine=engine)
    settings = settings.model_copy(update={"consent": "optional"})  # voices of nobody: there is no one to ask
    if settings.engine == "auto":
        settings = settings.model_copy(update={"engine": _engine(settings)})
    recording = _copy_recording(folder)
    common.say(f"a one-to-one of 3:24 in two synthetic voices: {recording}")
    began = time.monotonic()
    pipeline = Pipeline(settings, Library(settings.library))
    with common.progress("demo") as update:
        pipeline.progress = update
        analysis = pipeline.run(pipeline.intake(recording))
    common.say(f"words by {analysis.transcript.source.model}, {time.monotonic() - began:.0f} seconds in all")
    common.say(analysis.feedback.summary)
    common.say(f"{len(analysis.commitments)} commitments. The report:")
    print(report_path(analysis, pipeline.library, "html").resolve())


def _engine(settings: Any) -> str:
    """Return Whisper where it is here or comes quickly, else the stand-in."""
    from analyzer.audio.models import find_any_whisper
    from analyzer.cli.models import pull_with_bar

    try:
        return f"whisper:{find_any_whisper(settings.models).folder}"
    except MissingError:
        common.say(f"no Whisper model here; trying for {_PULL_SECONDS:.0f} seconds to fetch whisper:{_PULLED}")
    try:
        return f"whisper:{pull_with_bar(f'whisper:{_PULLED}', settings, _PULL_SECONDS).folder}"
    except AnalyzerError:
        common.say("it did not come: the built-in stand-in recogniser takes over")
    return "sphinx"


def _copy_recording(folder: Path) -> Path:
    """Copy the recording with its sidecar out of the package, so that the report can point to it."""
    source = demo_source()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for suffix in ("opus", "meta.json"):
            shutil.copyfile(source / f"stereo.{suffix}", folder / f"weekly-one-to-one.{suffix}")
    except OSError as error:
        raise AnalyzerError(f"the demo cannot write to {str(folder)!r} ({error.strerror}): try --folder") from error
    return folder / "weekly-one-to-one.opus"


def demo_source() -> Path:
    """Return the folder of the demo recording: in the wheel, else in the checkout."""
    package = Path(__file__).parents[1]
    shipped = package / "_demo"
    return shipped if shipped.is_dir() else package.parent / "eval" / "recordings" / "juniper"
