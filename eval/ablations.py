"""What each group of features brings, and what more meetings bring: `python eval/ablations.py` (about half an hour).

Every row trains the labels on `eval/train` with the shipped settings and scores them on `eval/meetings/dev`.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path

from analyzer.evaluation import scorecard
from analyzer.evaluation.dataset import Meeting, read_folder
from analyzer.evaluation.engines import Engine
from analyzer.evaluation.score import Prediction
from analyzer.labels.features import GROUPS
from analyzer.labels.linear import LinearModel, load_model
from analyzer.labels.local import WEIGHTS, exchanges_of
from analyzer.labels.rubric import load_rubric
from analyzer.labels.train import train_labels

HERE = Path(__file__).parent
RUBRIC = load_rubric()


def score(model: LinearModel, meetings: list[Meeting], without: frozenset[str]) -> scorecard.Scorecard:
    def predict(meeting: Meeting) -> Prediction:
        return Prediction(exchanges_of(meeting.transcript(), model, RUBRIC, without), [])

    engine = Engine("ablation", "", predict)
    return scorecard.run(meetings, engine, RUBRIC, "dev", datetime.now(UTC))


def show(name: str, card: scorecard.Scorecard) -> None:
    f1, kappa = card.figures["focus_macro_f1"], card.figures["focus_kappa"]
    share = card.figures["coached_share_error"].value
    print(f"| {name} | {f1.value:.3f} ({f1.low:.3f} to {f1.high:.3f}) | {kappa.value:.3f} | {share:.1f} |", flush=True)


def main() -> None:
    train, dev = read_folder(HERE / "train"), read_folder(HERE / "meetings" / "dev")
    tuned = load_model(WEIGHTS).facts
    print("| trained on | focus macro-F1 (95% interval) | kappa | coaching-share error |\n|---|---|---|---|")
    for without in (frozenset(), *(frozenset([group]) for group in GROUPS)):
        name = "all" if not without else f"without {', '.join(without)}"
        show(f"{name}, {len(train)} meetings", score(train_labels(train, RUBRIC, without, tuned), dev, without))
    order = random.Random(0).sample(train, len(train))
    for share in (8, 4, 2):
        part = order[: len(order) // share]
        show(f"all, {len(part)} meetings", score(train_labels(part, RUBRIC, tuned=tuned), dev, frozenset()))


if __name__ == "__main__":
    main()
