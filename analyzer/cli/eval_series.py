"""``analyzer eval follow-through``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from analyzer.cli import common, eval_engine


def follow_through(
    data: Annotated[Path, typer.Option("--data", help="File with labelled series of talks.")],
    engine: eval_engine.EngineFlag = "local",
    llm: common.LLMFlag = None,
    llm_mode: common.LLMModeFlag = None,
    rubric: common.RubricFlag = None,
    replies: eval_engine.RepliesFlag = None,
    least: Annotated[
        float, typer.Option("--least", min=0, max=1, help="Share that must be told right, else exit 1.")
    ] = 0.0,
    misses: Annotated[bool, typer.Option("--misses", help="Show each promise that was told wrong.")] = False,
    as_json: common.JsonFlag = False,
) -> None:
    """Score how an engine tells what became of earlier promises: claimed done, moved, dropped or forgotten."""
    from analyzer.evaluation.engines import build_follower
    from analyzer.evaluation.follow_through import measure, questions
    from analyzer.evaluation.series import read_series
    from analyzer.labels.rubric import load_rubric
    from analyzer.store.library import utc_now

    settings = common.settings_of(llm=llm, llm_mode=llm_mode, rubric=rubric)
    series = read_series(data)
    memory = eval_engine.kept_replies(replies, settings)
    follow = build_follower(engine, load_rubric(settings.rubric), settings, memory, utc_now)
    asked = [one for each in series for one in questions(each)]
    eval_engine.leave_if_waiting(lambda one: follow(*one), asked, engine, settings, memory)
    found = measure(series, follow)
    if as_json:
        common.print_json(asdict(found))
    else:
        _print(found, misses)
    told = found.fate_accuracy.value or 0.0
    if told < least:
        common.say(f"refused: what became of a promise is told right in {told:.3f} of cases, wanted {least} or more")
        raise typer.Exit(1)


def _print(score: Any, misses: bool) -> None:
    from analyzer.evaluation.figure import interval_shown, shown
    from analyzer.evaluation.follow_through import FATES

    figures = {
        "what became of it": score.fate_accuracy,
        "macro-F1 of that": score.fate_macro_f1,
        "by talk": score.accuracy,
        "new day of moved ones": score.new_due_accuracy,
    }
    common.print_table(
        ("figure", "value", "95% interval", "n"),
        ((name, shown(f.value), interval_shown(f), f"{f.n:.0f}") for name, f in figures.items()),
    )
    common.print_table(
        ("is", *(f"said {one}" for one in FATES)),
        ((one, *map(str, row)) for one, row in zip(FATES, score.confusion, strict=True)),
    )
    print(f"{score.series} series, {score.promises} promises; always 'forgotten': {shown(score.always_unmentioned)}")
    if score.agreement is not None:
        print(f"two annotators say the same of {score.agreement:.1%} of promises and talks")
    if score.series < 20:
        print("Under 20 series: no claim is made.")
    if misses:
        common.print_table(
            ("promise", "talk", "is", "said", "words", "what was promised"),
            ((m.promise, m.talk, m.true, m.said, m.quote or "", m.action) for m in score.misses),
        )
