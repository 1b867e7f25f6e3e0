"""``analyzer eval``: the commands that make and check a labelled set."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from analyzer.cli import common

DataFlag = Annotated[Path, typer.Option("--data", help="Folder with labelled meetings.")]


def check(
    data: DataFlag,
    quotas: Annotated[
        bool, typer.Option("--quotas", help="Also the distribution asked of the project's own set.")
    ] = False,
    beside: Annotated[
        list[Path] | None, typer.Option("--beside", help="Folder in which no words of the test split may stand.")
    ] = None,
) -> None:
    """Check a set: format, splits, leaked words, quotas (exit 1 with what is wrong)."""
    from analyzer.evaluation.check import check as problems
    from analyzer.labels.rubric import load_rubric
    from analyzer.llm.prompts import prompts_folder

    found = list(problems(data, load_rubric(), quotas, [prompts_folder(), *(beside or [])]))
    for problem in found:
        print(f"{problem.where}: {problem.what}")
    if found:
        raise typer.Exit(1)
    print("nothing wrong")


def label(
    meeting: Annotated[Path, typer.Argument(help="A meeting in the format.")],
    annotator: Annotated[str, typer.Option(help="Your name or initials, as they will stand in the file.")],
) -> None:
    """Label a meeting in the terminal; stop at any time and go on later."""
    from analyzer.evaluation.label import Session
    from analyzer.labels.rubric import load_rubric

    session = Session(meeting, annotator, load_rubric())
    session.run(lambda question: typer.prompt(question, default="", show_default=False, err=True), common.say)


def add(
    meeting: Annotated[str, typer.Argument(help="Id or file name of a meeting in the library.")],
    out: Annotated[Path, typer.Argument(help="Folder for the new file.")],
    name: Annotated[list[str], typer.Option("--name", help='Replace a name everywhere: "Dana Okafor=Alex Stone".')],
    id_: Annotated[str, typer.Option("--id", help="Id of the meeting in the set.")],
    industry: Annotated[str, typer.Option(help="What the company does, in a few words.")] = "not given",
    library: common.LibraryFlag = None,
) -> None:
    """Add a meeting of the library to a set, with its names replaced and no labels yet."""
    from analyzer.evaluation.add import write_meeting

    store = common.existing_library(common.settings_of(library))
    names = dict(common.parts_of(one, "--name", '"Dana Okafor=Alex Stone"') for one in name)
    print(write_meeting(store.analysis(store.find(meeting)), out, id_, industry, names))


def gold(data: DataFlag) -> None:
    """Write the majority of the annotations as gold; name the turns that have none."""
    from analyzer.evaluation.add import dump_meeting
    from analyzer.evaluation.dataset import read_meeting
    from analyzer.evaluation.gold import majority

    undecided = 0
    for path in sorted(data.rglob("*.json")):
        meeting = read_meeting(path)
        if sum(a.exchanges is not None for a in meeting.annotations) < 2:
            print(f"{meeting.id}: fewer than two annotations, left as it is")
            continue
        found = majority(meeting)
        dump_meeting(meeting.model_copy(update={"gold": found.gold}), path)
        undecided += len(found.undecided)
        turns = ", ".join(map(str, found.undecided)) or "none"
        print(f"{meeting.id}: {len(found.gold.exchanges or ())} exchanges, turns without a majority: {turns}")
    if undecided:
        print(f"{undecided} turns need a further pass: label them anew and run this again")
        raise typer.Exit(1)


def train(
    data: DataFlag,
    snippets: Annotated[
        Path | None, typer.Option(help="File of snippets with commitments to learn from as well.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the weights; the installed ones if not given.")
    ] = None,
) -> None:
    """Train the local engine on labelled meetings: the same meetings give the same weights."""
    from analyzer.commitments import local as commitments
    from analyzer.commitments.train import train_commitments
    from analyzer.evaluation.dataset import read_folder
    from analyzer.evaluation.roles import save_roles, train_roles
    from analyzer.evaluation.snippets import read_snippets
    from analyzer.labels import local as labels
    from analyzer.labels.rubric import load_rubric
    from analyzer.labels.train import train_labels
    from analyzer.transcript import roles

    rubric = load_rubric()
    meetings = read_folder(data, rubric)
    short = [one.meeting() for one in read_snippets(snippets)] if snippets else []
    _save(train_labels(meetings, rubric), labels.WEIGHTS if out is None else out / "labels.npz")
    _save(train_commitments(meetings, rubric, short), commitments.WEIGHTS if out is None else out / "commitments.npz")
    print(save_roles(train_roles(meetings), roles.WEIGHTS if out is None else out / "roles.json"))


def _save(model: Any, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    model.save(path)
    held = ", ".join(f"{name} {value}" for name, value in model.facts.items() if name.startswith("held_out"))
    print(f"{path}: {len(model.names)} features, {model.facts['meetings']} meetings, {held}")
