"""What counts as right."""

from __future__ import annotations

import numpy as np
import pytest

from analyzer.evaluation import metrics
from analyzer.evaluation.dataset import FileCommitment, FileExchange
from analyzer.evaluation.score import METRICS, Prediction, count
from analyzer.labels.rubric import load_rubric
from tests.evaluation.conftest import commitment, exchanges

RUBRIC = load_rubric()


def said(letters: str, *commitments: dict, time: str = "present") -> Prediction:
    made = [FileExchange.model_validate(one) for one in exchanges(letters, time)]
    return Prediction(made, [FileCommitment.model_validate(one) for one in commitments])


def figures(meeting, prediction: Prediction) -> dict[str, float]:
    values = count(meeting, prediction, RUBRIC).values
    return {m.name: float(m.statistic(values[m.counts])) for m in METRICS if m.counts in values}


def test_the_gold_itself_has_full_marks(make_meeting) -> None:
    meeting = make_meeting("iiccddss", commitments=[commitment(2, "turn number 2")])
    prediction = Prediction(meeting.gold.exchanges, meeting.gold.commitments)
    found = figures(meeting, prediction)
    assert found["focus_macro_f1"] == found["focus_kappa"] == found["kind_macro_f1"] == 1.0
    assert found["boundary_f1"] == found["commitment_f1"] == found["owner_accuracy"] == found["due_accuracy"] == 1.0
    assert found["coached_share_error"] == found["window_diff"] == found["unsupported"] == 0.0


def test_turns_that_are_unclear_are_left_out_and_counted(make_meeting) -> None:
    counts = count(make_meeting("iiuu"), said("iicc"), RUBRIC).values
    assert counts["focus"].sum() == 2
    assert counts["left_out"].tolist() == [2, 4]


def test_off_diagonal_turns_are_those_where_grammar_misleads(make_meeting) -> None:
    meeting = make_meeting("iicc", gold={"rubric": "2", "exchanges": exchanges("ii", "future") + [
        one | {"first": 3, "last": 4} for one in exchanges("cc", "past")], "commitments": []})  # fmt: skip
    assert count(meeting, said("icic"), RUBRIC).values["off_diagonal"].tolist() == [2, 4]


def test_a_failure_is_wrong_everywhere_and_not_missing(make_meeting) -> None:
    meeting = make_meeting("iicc", commitments=[commitment(2, "turn number 2")])
    found = figures(meeting, Prediction(None, None, failure="no answer"))
    assert found["focus_accuracy"] == found["commitment_f1"] == found["topic_accuracy"] == 0.0
    assert found["failures"] == 1.0


def test_share_error_is_in_points_of_working_time(make_meeting) -> None:
    """Half of the working time is coaching; the engine says a quarter. Social talk is no work."""
    found = figures(make_meeting("iiccss"), said("iiicss"))
    assert found["coached_share_error"] == pytest.approx(25.0)


def test_a_commitment_two_turns_off_with_a_like_action_is_found(make_meeting) -> None:
    meeting = make_meeting("iicciicc", commitments=[commitment(3, "turn number 3", action="call the clinic by noon")])
    near = said("iicciicc", commitment(5, "turn number 5", action="call the clinic"))
    far = said("iicciicc", commitment(6, "turn number 6", action="call the clinic"))
    assert figures(meeting, near)["commitment_f1"] == 1.0
    assert figures(meeting, far)["commitment_f1"] == 0.0


def test_a_quote_altered_by_a_word_is_unsupported(make_meeting) -> None:
    meeting = make_meeting("iicc", commitments=[commitment(2, "turn number 2")])
    assert figures(meeting, said("iicc", commitment(2, "turn numbers 2")))["unsupported"] == 1.0


def test_wishes_are_not_counted(make_meeting) -> None:
    meeting = make_meeting("iicc", commitments=[commitment(2, "turn number 2", strength=1)])
    assert figures(meeting, said("iicc"))["commitment_f1"] == 1.0


def test_what_the_gold_lacks_has_no_counts(make_meeting) -> None:
    meeting = make_meeting("iicc", gold={"rubric": "2", "exchanges": None, "commitments": []})
    assert set(count(meeting, said("iicc"), RUBRIC).values) == {"failures", "commitment", "owner", "due", "unsupported"}


def test_confidence_is_held_against_most_of_the_turns(make_meeting) -> None:
    from dataclasses import dataclass

    @dataclass
    class Sure:
        first: int
        last: int
        focus: str
        kind: None = None
        time: str = "past"
        topic: str = "other"
        confidence: float = 0.8
        label: str = "coaching"

    meeting = make_meeting("iicc")
    counts = count(meeting, Prediction([Sure(1, 3, "inspection"), Sure(4, 4, "inspection")], []), RUBRIC)  # type: ignore[list-item]
    assert counts.confidence == ((0.8, True), (0.8, False))


def test_counts_of_all_metrics_add_up(make_meeting) -> None:
    one, other = make_meeting("iiccss", "m-1"), make_meeting("ccciid", "m-2")
    counted = [count(m, said("iiccss"), RUBRIC).values["focus"] for m in (one, other)]
    assert float(metrics.accuracy(np.sum(counted, axis=0))) == pytest.approx(8 / 12)
