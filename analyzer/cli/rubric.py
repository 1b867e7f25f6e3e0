"""``analyzer rubric``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from analyzer.cli import common

app = typer.Typer(help="The rubric: what the labels mean.", no_args_is_help=True, rich_markup_mode=None)
FileArgument = Annotated[
    Path | None, typer.Argument(help="A rubric of your own; the one in force if not given.", show_default=False)
]


@app.command()
def show(rubric: FileArgument = None) -> None:
    """Print a rubric, to be copied and changed: analyzer rubric show > mine.toml."""
    from analyzer.labels.rubric import load_rubric

    print(load_rubric(rubric or common.settings_of().rubric).text, end="")


@app.command()
def check(rubric: FileArgument = None, as_json: common.JsonFlag = False) -> None:
    """Check a rubric, and say what is in it (exit 2 with line and rule where it is broken)."""
    from analyzer.labels.rubric import load_rubric
    from analyzer.llm.windows import tokens

    found = load_rubric(rubric or common.settings_of().rubric)
    facts = {
        "version": found.version,
        "hash": found.hash,
        "labels": [label.id for label in found.labels],
        "topics": [topic.id for topic in found.topics],
        "tests": len(found.tests),
        "hard_cases": len(found.hard_cases),
        "tokens": tokens(found.text),
    }
    if as_json:
        common.print_json(facts)
        return
    print(f"{found.title}: version {found.version}, {found.hash}")
    print(f"labels: {', '.join(facts['labels'])}")  # type: ignore[arg-type]
    print(f"topics: {', '.join(facts['topics'])}")  # type: ignore[arg-type]
    print(f"{facts['tests']} decision tests, {facts['hard_cases']} hard cases, about {facts['tokens']} tokens")
