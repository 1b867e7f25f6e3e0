"""``analyzer eval``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from analyzer.cli import common, eval_engine, eval_series, eval_set, eval_speech
from analyzer.errors import InputError

app = typer.Typer(
    help="Score engines on labelled meetings, and label meetings.", no_args_is_help=True, rich_markup_mode=None
)
_SHOWN = (
    "focus_macro_f1", "focus_kappa", "focus_accuracy", "off_diagonal_accuracy", "kind_macro_f1", "time_accuracy",
    "topic_accuracy", "coached_share_error", "inspected_share_error", "boundary_f1", "window_diff", "commitment_precision",
    "commitment_recall", "commitment_f1", "owner_accuracy", "due_accuracy", "unsupported", "failures",
)  # fmt: skip


@app.command()
def run(
    data: eval_set.DataFlag,
    engine: eval_engine.EngineFlag = "local",
    out: Annotated[Path | None, typer.Option("--out", help="Write the scorecard here, as JSON and as a page.")] = None,
    seed: Annotated[int, typer.Option(help="Of the resampling.")] = 0,
    llm: common.LLMFlag = None,
    llm_mode: common.LLMModeFlag = None,
    rubric: common.RubricFlag = None,
    replies: eval_engine.RepliesFlag = None,
    as_json: common.JsonFlag = False,
) -> None:
    """Score an engine on a folder of labelled meetings."""
    from analyzer.evaluation import scorecard
    from analyzer.evaluation.dataset import read_folder
    from analyzer.evaluation.page import render_scorecard
    from analyzer.labels.rubric import load_rubric
    from analyzer.store.json import adapter
    from analyzer.store.library import utc_now

    settings = common.settings_of(llm=llm, llm_mode=llm_mode, rubric=rubric)
    labels = load_rubric(settings.rubric)
    meetings = read_folder(data, labels)
    memory = eval_engine.kept_replies(replies, settings)
    scored = _engine(engine, labels, settings, memory, meetings)
    beside = [_engine("local", labels, settings, memory, [])] if engine == "llm" and labels == load_rubric() else []
    card = scorecard.run(meetings, scored, labels, str(data), utc_now(), seed, beside)
    text = adapter(scorecard.Scorecard).dump_json(card).decode() + "\n"
    if out is not None:
        try:
            out.with_suffix(".json").write_text(text, encoding="utf-8")
            out.with_suffix(".html").write_text(render_scorecard(card, meetings, labels), encoding="utf-8")
        except OSError as error:
            raise InputError(f"the scorecard cannot be written to {str(out)!r}: {error.strerror}") from error
        common.say(f"scorecard: {out.with_suffix('.html')}")
    if as_json:
        print(text, end="")
    else:
        _print_card(card)


def _engine(name: str, rubric: Any, settings: Any, memory: Any, meetings: Any) -> Any:
    """Return the engine to score; where replies are deferred and missing, write the requests and leave with status 4."""
    from analyzer.evaluation.engines import build_engine
    from analyzer.store.library import utc_now

    engine = build_engine(name, rubric, settings, memory, utc_now)
    eval_engine.leave_if_waiting(engine.predict, meetings, name, settings, memory)
    return engine


def _print_card(card: Any) -> None:
    from analyzer.evaluation.figure import interval_shown, shown

    names = list(card.baselines)
    rows = []
    for name in _SHOWN:
        figure = card.figures[name]
        if figure.value is None:
            continue
        others = [shown(card.baselines[baseline][name].value) for baseline in names]
        rows.append((name, shown(figure.value), interval_shown(figure), f"{figure.n:.0f}", *others))
    common.print_table(("metric", card.engine, "95% interval", "n", *names), rows)
    if card.ece is not None:
        print(f"calibration error {card.ece:.3f} over {sum(row[0] for row in card.calibration)} exchanges")
    if card.agreement is not None:
        alpha = card.agreement.alpha
        print(f"agreement of {len(card.agreement.annotators)} annotators: alpha {shown(alpha.value)} for focus")
    print(f"{card.meetings} meetings, {card.turns} turns, {card.left_out} left out as unclear, data {card.data_hash}")
    if not card.claims:
        print("Under 20 meetings: no claim is made.")


def _read_card(path: Path) -> Any:
    from pydantic import ValidationError

    from analyzer.evaluation.scorecard import Scorecard
    from analyzer.store.json import load

    try:
        return load(Scorecard, path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"the scorecard {str(path)!r} cannot be read: {error.strerror}") from error
    except ValidationError as error:
        raise InputError(f"{str(path)!r} is no scorecard of this version: {error.errors()[0]['msg']}") from error


@app.command()
def compare(
    one: Annotated[Path, typer.Argument(help="A scorecard (JSON).")],
    other: Annotated[Path, typer.Argument(help="Another one, of the same data.")],
    as_json: common.JsonFlag = False,
) -> None:
    """Compare two scorecards, paired by meeting."""
    from analyzer.evaluation.figure import shown
    from analyzer.evaluation.gate import compare as differences

    found = differences(_read_card(one), _read_card(other))
    if as_json:
        common.print_json([asdict(difference) for difference in found])
    else:
        common.print_table(
            ("metric", "first", "second", "difference", "95% interval"),
            (
                (d.metric, shown(d.one), shown(d.other), f"{d.difference:+.3f}", f"{d.low:+.3f} to {d.high:+.3f}")
                for d in found
            ),
        )


@app.command()
def gate(
    baseline: Annotated[Path, typer.Argument(help="The committed scorecard (JSON).")],
    new: Annotated[Path, typer.Argument(help="The new one.")],
) -> None:
    """Refuse a scorecard that is worse than the committed one (exit 1 with the reason)."""
    from analyzer.evaluation.gate import refusals

    found = list(refusals(_read_card(baseline), _read_card(new)))
    for reason in found:
        print(f"refused: {reason}")
    if found:
        raise typer.Exit(1)
    print("passed")


@app.command()
def agreement(data: eval_set.DataFlag, as_json: common.JsonFlag = False) -> None:
    """Show how far the annotators of a set agree."""
    from analyzer.evaluation.agreement import measure_agreement
    from analyzer.evaluation.dataset import read_folder
    from analyzer.evaluation.figure import interval_shown, shown
    from analyzer.labels.rubric import load_rubric

    rubric = load_rubric()
    found = measure_agreement(read_folder(data, rubric), rubric)
    if as_json:
        common.print_json(asdict(found))
        return
    rows = [("focus, kappa", pair, figure) for pair, figure in found.pairwise.items()]
    rows += [("focus, same label", pair, figure) for pair, figure in found.pairwise_raw.items()]
    rows += [("focus, alpha", "all", found.alpha)]
    rows += [(f"{label}, alpha", "all", figure) for label, figure in found.by_label.items()]
    rows += [("commitments, F1", pair, figure) for pair, figure in found.commitments.items()]
    common.print_table(
        ("figure", "annotators", "value", "95% interval", "n"),
        ((what, who, shown(f.value), interval_shown(f), f"{f.n:.0f}") for what, who, f in rows),
    )


@app.command()
def roles(data: eval_set.DataFlag, as_json: common.JsonFlag = False) -> None:
    """Measure how roles are told from words alone, and how exchanged names and roles are caught."""
    from analyzer.evaluation.dataset import read_folder
    from analyzer.evaluation.roles import measure_roles
    from analyzer.labels.rubric import load_rubric

    found = measure_roles(read_folder(data, load_rubric()))
    if as_json:
        common.print_json([asdict(one) for one in found])
        return
    heads = (
        "form",
        "talks",
        "roles named",
        "of these right",
        "false alarms",
        *(f"{c} exchanged" for c in found[0].caught),
    )
    common.print_table(
        heads,
        ((one.form, *map(str, (one.talks, one.named, one.right, one.alarms, *one.caught.values()))) for one in found),
    )


@app.command()
def challenge(
    data: eval_set.DataFlag,
    engine: eval_engine.EngineFlag = "local",
    llm: common.LLMFlag = None,
    llm_mode: common.LLMModeFlag = None,
    rubric: common.RubricFlag = None,
    replies: eval_engine.RepliesFlag = None,
    as_json: common.JsonFlag = False,
) -> None:
    """Score an engine on the challenge sets: minimal pairs, commitment snippets, date phrases."""
    from analyzer.evaluation.challenge import read_challenge
    from analyzer.evaluation.challenge import run as results
    from analyzer.labels.rubric import load_rubric

    settings = common.settings_of(llm=llm, llm_mode=llm_mode, rubric=rubric)
    labels = load_rubric(settings.rubric)
    sets = read_challenge(data)
    memory = eval_engine.kept_replies(replies, settings)
    found = results(sets, _engine(engine, labels, settings, memory, sets.meetings()), labels)
    if as_json:
        common.print_json([asdict(one) for one in found])
    else:
        rows = ((one.name, f"{one.right:.0f}", f"{one.of:.0f}", f"{one.right / max(1, one.of):.0%}") for one in found)
        common.print_table(("challenge", "right", "of", "share"), rows)


for command in (
    eval_set.check,
    eval_set.label,
    eval_set.add,
    eval_set.gold,
    eval_set.train,
    eval_speech.speech,
    eval_series.follow_through,
):
    app.command()(command)
