"""``analyzer upload``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from analyzer.cli import common
from analyzer.errors import AnalyzerError, InputError, LibraryError, MissingError


def upload(
    files: Annotated[list[Path] | None, typer.Argument(help="Recordings or transcripts.", show_default=False)] = None,
    date: Annotated[str | None, typer.Option(help="Day of the meeting, as 2026-03-17.")] = None,
    manager: Annotated[str | None, typer.Option(help="The manager's name.")] = None,
    rep: Annotated[str | None, typer.Option(help="The rep's name.")] = None,
    title: Annotated[str | None, typer.Option(help="What the meeting is called.")] = None,
    channels: Annotated[
        str | None,
        typer.Option(
            help="Who is on each channel of a recording: roles or names, as manager,rep or manager,rep,Kim Lee."
        ),
    ] = None,
    track: Annotated[
        list[str] | None,
        typer.Option(help="One participant's own recording, as manager=a.wav or 'Kim Lee=c.wav'; all are one meeting."),
    ] = None,
    consent: Annotated[str | None, typer.Option(help="How both agreed to the recording.")] = None,
    library: common.LibraryFlag = None,
    engine: common.EngineFlag = None,
    language: common.LanguageFlag = None,
    llm: common.LLMFlag = None,
    llm_mode: common.LLMModeFlag = None,
    rubric: common.RubricFlag = None,
    as_json: common.JsonFlag = False,
) -> None:
    """Take recordings or transcripts in; write a report for each."""
    from analyzer.intake import check_file

    settings = common.settings_of(library, engine=engine, language=language, llm=llm, llm_mode=llm_mode, rubric=rubric)
    tracks = _tracks(track or [], files, channels)
    flags = common.known_of(date, manager, rep, title, channels, consent)
    if tracks:
        from analyzer.audio.tracks import join_tracks
        from analyzer.intake import check_consent, known_of_tracks

        paths = [path for _, path in tracks]
        flags = flags.over(_people(tracks)).over(known_of_tracks(paths, settings.file_name_pattern))
        check_consent(paths[0], flags, settings)  # before there is a copy of the sound
        files = [join_tracks(paths, settings.library / "tracks")]
    if not files:
        raise InputError("nothing to upload: name a recording or a transcript, or several with --track")
    if len(files) == 1:
        check_file(files[0])
    from analyzer.llm.replies import WaitingError
    from analyzer.pipeline import Pipeline
    from analyzer.store.library import Library

    pipeline = Pipeline(settings, Library(settings.library))
    results: list[dict[str, Any]] = []
    errors: list[AnalyzerError] = []
    waiting: list[Any] = []
    for file in files:
        try:
            results.append(_one(pipeline, file, flags))
        except WaitingError as error:
            waiting += error.requests
            results.append({"file": str(file), "state": "waiting", "reason": str(error)})
        except AnalyzerError as error:
            errors.append(error)
            results.append({"file": str(file), "state": "failed", "reason": str(error)})
            if len(files) > 1:
                common.say(f"analyzer: {error}")
    requests = common.write_waiting(waiting, pipeline.library) if waiting else None
    if as_json:
        common.print_json(results)
    else:
        for result in results:
            if "report" in result:
                print(result["report"])
        if requests:
            print(requests)
    _leave(errors, len(files))
    if waiting:
        raise typer.Exit(WaitingError.exit_status)


def _tracks(said: list[str], files: list[Path] | None, channels: str | None) -> list[tuple[str, Path]]:
    """Return the tracks, each with whose it is."""
    if said and (files or channels):
        raise InputError("--track stands for file and --channels: leave these away")
    tracks = []
    for one in said:
        who, _, path = one.partition("=")
        if not path or not who.strip() or "," in who:
            raise InputError(f"--track {one!r}: say whose track a file is, as --track manager=a.wav")
        tracks.append((who, Path(path).expanduser()))
    return tracks


def _people(tracks: list[tuple[str, Path]]) -> Any:
    """Return who is on the channels of the recording that the tracks become."""
    from analyzer.transcript.metadata import channel_map, known

    try:
        return known("flag", channels=channel_map([who for who, _ in tracks]))
    except ValueError as error:
        raise InputError(f"--track: {error}") from error


def _one(pipeline: Any, file: Path, flags: Any) -> dict[str, Any]:
    from analyzer.report.write import report_path

    intake = pipeline.intake(file, flags)
    with pipeline.library.claim(intake.id, wait=3600) as mine:
        if not mine:
            raise LibraryError(f"{file.name!r} has been held by another analyzer for an hour: stop that one first")
        try:
            analysis = _run(pipeline, intake)
        except MissingError:
            if pipeline.settings.engine != "auto" or not common.offer_model(pipeline.settings):
                raise
            analysis = _run(pipeline, intake)
    common.say_paid(analysis)
    common.say_warnings(analysis)
    return {
        "file": str(file),
        "state": "done",
        "meeting": intake.id,
        "report": str(report_path(analysis, pipeline.library, "html")),
    }


def _run(pipeline: Any, intake: Any) -> Any:
    with common.progress(intake.name) as update:
        pipeline.progress = update
        return pipeline.run(intake)


def _leave(errors: list[AnalyzerError], files: int) -> None:
    """Exit as the errors say: alone with its own status, among others with 1, all missing the same thing with 3."""
    if not errors:
        return
    if files == 1:
        raise errors[0]
    if len(errors) == files and all(isinstance(error, MissingError) for error in errors):
        raise typer.Exit(MissingError.exit_status)
    if len(errors) == files and all(isinstance(error, InputError) for error in errors):
        raise typer.Exit(InputError.exit_status)
    raise typer.Exit(1)
