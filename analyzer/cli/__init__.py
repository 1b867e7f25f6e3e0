"""The command line: one file a command.  A command parses, builds engines, calls the pipeline, prints."""

from __future__ import annotations

import sys
from typing import Any

import typer
from typer.core import TyperGroup

from analyzer.cli import (
    actions,
    batch,
    calendar_,
    correct,
    demo,
    doctor,
    eval,
    forget,
    list_,
    models,
    replies,
    report,
    rubric,
    upload,
)
from analyzer.errors import AnalyzerError


class _Commands(TyperGroup):
    """Ctrl-C is answered here: typer would leave without a word, and its exception never reaches `main`."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            print("analyzer: stopped; what was finished is kept, and the same command goes on there", file=sys.stderr)
            raise typer.Exit(130) from None


app = typer.Typer(
    name="analyzer",
    cls=_Commands,
    help="How much of a sales one-to-one was inspection and how much coaching, and who promised what by when.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: half the time to print it
    context_settings={"help_option_names": ["-h", "--help"]},  # of all commands below it too
)
app.command("demo")(demo.demo)
app.command("upload")(upload.upload)
app.command("batch")(batch.batch)
app.command("list")(list_.list_)
app.command("report")(report.report)
app.add_typer(actions.app, name="actions")
app.command("correct")(correct.correct)
app.add_typer(calendar_.app, name="calendar")
app.command("forget")(forget.forget)
app.add_typer(models.app, name="models")
app.add_typer(rubric.app, name="rubric")
app.add_typer(replies.app, name="replies")
app.add_typer(eval.app, name="eval")
app.command("doctor")(doctor.doctor)


@app.callback(invoke_without_command=True)
def _root(version: bool = typer.Option(False, "--version", help="Print the version and exit.")) -> None:
    if version:
        from analyzer import __version__

        print(__version__)
        raise typer.Exit


def main() -> None:
    """Run the command line; what the user can mend is one line on standard error, a bug keeps its traceback."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        app()
    except AnalyzerError as error:
        print(f"analyzer: {error}", file=sys.stderr)
        sys.exit(error.exit_status)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
