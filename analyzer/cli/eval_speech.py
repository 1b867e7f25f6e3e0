"""``analyzer eval speech``."""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from analyzer.cli import common

if TYPE_CHECKING:
    from analyzer.config import Settings
    from analyzer.evaluation.der import Diarization
    from analyzer.evaluation.speech import Listened, SpeechScore
    from analyzer.evaluation.truth import Recording
    from analyzer.model import Share


def speech(
    data: Annotated[Path, typer.Option("--data", help="Folder with recordings, each with its truth beside it.")],
    engine: common.EngineFlag = None,
    language: common.LanguageFlag = None,
    as_json: common.JsonFlag = False,
) -> None:
    """Measure words, speakers and roles on recordings with truth (truth.json, or RTTM with STM or reference.txt)."""
    from analyzer.evaluation.speech import SYNTHETIC, run, total
    from analyzer.evaluation.truth import read_recordings

    recordings = read_recordings(data)
    settings = common.settings_of(engine=engine, language=language)
    with tempfile.TemporaryDirectory(prefix="analyzer-speech-") as folder:
        listener = _Listener(settings, Path(folder))
        scores, failures = run(recordings, listener)
        model = f"{listener.pipeline.hearing.transcriber.name} ({listener.pipeline.hearing.transcriber.model})"
    notes = [SYNTHETIC] if any(one.synthetic for one in scores) else []
    shown = [*scores, total(scores)] if scores else []
    if as_json:
        figures = [_figures(one) for one in shown]
        common.print_json({
            "engine": model, "recordings": figures[:-1], "total": figures[-1] if figures else None,
            "failures": [asdict(one) for one in failures], "notes": notes,
        })  # fmt: skip
    else:
        _print(shown, model, notes)
    for failure in failures:
        common.say(f"{failure.name}: {failure.reason}")
    if failures:
        raise typer.Exit(1)


class _Listener:
    """Takes recordings through the product's own path, each into an empty library: kept words would cost nothing."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        from analyzer.pipeline import Pipeline
        from analyzer.store.library import Library

        self.pipeline = Pipeline(settings, Library(folder / "0"))
        self._folder = folder
        self._count = 0
        _ = self.pipeline.hearing.transcriber  # loaded before the clock runs, and missing before anything is done

    def __call__(self, recording: Recording) -> Listened:
        from analyzer.evaluation.resources import StageClock, forget_peak, peak_memory
        from analyzer.evaluation.speech import Listened
        from analyzer.store.library import Library

        self._count += 1
        self.pipeline.library = self.pipeline.hearing.library = Library(self._folder / str(self._count))
        with common.progress(recording.name) as update:
            forget_peak()
            self.pipeline.progress = clock = StageClock(update)
            transcript = self.pipeline.transcript(self.pipeline.intake(recording.path))
        return Listened(transcript, clock.seconds, peak_memory())


def _figures(score: SpeechScore) -> dict[str, Any]:
    """Return the figures as JSON: each rate with what it is a rate of."""
    return {
        "name": score.name,
        "words": score.words,
        "seconds": round(score.seconds, 3),
        "wer": _share(score.wer, "errors", "words"),
        "cpwer": _share(score.cpwer, "errors", "words"),
        "wder": _share(score.wder, "wrong_speaker", "aligned"),
        "der": {"0": _seconds(score.der), "0.25": _seconds(score.der_collar)},
        "roles": asdict(score.roles) | {"accuracy": _rounded(score.roles.accuracy.rate)},
        "swaps": asdict(score.swaps),
        "cpu_seconds": {stage: round(spent, 3) for stage, spent in score.cpu.items()},
        "real_time_factor": {stage: _rounded(share.rate) for stage, share in score.real_time_factor.items()},
        "peak_memory_mb": None if score.memory is None else round(score.memory, 1),
        "synthetic_voices": score.synthetic,
    }


def _share(share: Share | None, part: str, whole: str) -> dict[str, Any] | None:
    return None if share is None else {"rate": _rounded(share.rate), part: share.part, whole: share.whole}


def _seconds(der: Diarization) -> dict[str, Any]:
    parts = {name: round(seconds, 3) for name, seconds in asdict(der).items()}
    return {"rate": _rounded(der.rate)} | parts


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _print(scores: list[SpeechScore], model: str, notes: list[str]) -> None:
    stages = list(dict.fromkeys(stage for one in scores for stage in one.cpu))
    heads = (
        "recording", "words", "seconds", "WER", "cpWER", "WDER", "DER", "DER 0.25", "roles right", "swaps found",
        "false alarms", *(f"RTF {stage}" for stage in stages), "MB",
    )  # fmt: skip
    common.print_table(heads, (_row(one, stages) for one in scores))
    print(
        f"{model}. WER, cpWER: over reference words; WDER: over aligned words; DER: over seconds of speech, overlap scored, "
        "collar 0 and 0.25 s; RTF: processor seconds a second of audio; MB: most memory at once."
    )
    for note in notes:
        print(note)


def _row(score: SpeechScore, stages: list[str]) -> tuple[str, ...]:
    from analyzer.evaluation.figure import shown

    rates = (share.rate if share else None for share in (score.wer, score.cpwer, score.wder))
    factors = score.real_time_factor
    swaps = score.swaps
    return (
        score.name,
        str(score.words),
        f"{score.seconds:.1f}",
        *(shown(rate) for rate in rates),
        shown(score.der.rate),
        shown(score.der_collar.rate),
        _of(score.roles.right, score.roles.accuracy.whole),
        _of(swaps.found, swaps.swapped),
        _of(swaps.false_alarms, swaps.straight),
        *(shown(factors[stage].rate if stage in factors else None) for stage in stages),
        "" if score.memory is None else f"{score.memory:.0f}",
    )


def _of(part: float, whole: float) -> str:
    return f"{part:.0f} of {whole:.0f}" if whole else ""
