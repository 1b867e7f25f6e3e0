"""The trained labels: they cover, quote, abstain, and run on numpy alone."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.errors import EngineError, InputError
from analyzer.evaluation.dataset import data_hash, read_folder
from analyzer.labels.decode import best_exchanges
from analyzer.labels.features import rows
from analyzer.labels.linear import load_model
from analyzer.labels.local import WEIGHTS, LocalLabeler
from analyzer.labels.rubric import load_rubric
from analyzer.model import Participant, Source, Transcript, Turn
from tests.conftest import ROOT

RUBRIC = load_rubric()


def talk(*said: str, roles: bool = True) -> Transcript:
    names = ("Dana", "Jules")
    turns = tuple(Turn(n, names[(n - 1) % 2], text, 2.0 * n, 2.0 * n + 2) for n, text in enumerate(said, 1))
    kinds = ("manager", "rep") if roles else (None, None)
    people = tuple(Participant(name, kind, "test") for name, kind in zip(names, kinds, strict=True))
    return Transcript(turns, people, Source("transcript", "txt", "", 2.0 * len(said)))


COACHED = talk(
    "Did the clinic sign?",
    "Not yet, they are still waiting for legal.",
    "What would you do differently with them next time, if you could open that call again?",
    "I'd start with what the delay costs her, because she feels that every day, and then I'd ask who else is waiting.",
    "And what would you say first?",
    "Probably: what happens on your ward when the machine is down? Instead of showing the slides.",
)

any_talk = st.lists(st.text(min_size=1, max_size=60).filter(str.strip), min_size=1, max_size=25)


@settings(max_examples=60, deadline=None)
@given(any_talk, st.booleans())
def test_exchanges_cover_any_talk_once_with_quotes_that_stand_in_it(said: list[str], roles: bool) -> None:
    transcript = talk(*said, roles=roles)
    exchanges = LocalLabeler().label(transcript, RUBRIC).exchanges
    assert [n for e in exchanges for n in range(e.first, e.last + 1)] == list(range(1, len(said) + 1))
    for exchange in exchanges:
        assert exchange.label in {label.id for label in RUBRIC.labels}
        assert exchange.evidence
        for quote in exchange.evidence:
            turn = transcript.turn(quote.turn)
            assert quote.text in turn.text
            assert turn.start <= quote.start <= turn.end
            assert exchange.first <= quote.turn <= exchange.last


def test_worked_on_talk_is_told_from_a_fact() -> None:
    by_turn = [e.focus for e in LocalLabeler().label(COACHED, RUBRIC).exchanges for _ in range(e.first, e.last + 1)]
    assert by_turn[3:] == ["coaching"] * 3


def test_confidence_is_there_with_roles_and_absent_without() -> None:
    assert all(0 <= (e.confidence or -1) <= 1 for e in LocalLabeler().label(COACHED, RUBRIC).exchanges)
    unknown = replace(COACHED, participants=tuple(replace(p, role=None) for p in COACHED.participants))
    assert all(e.confidence is None for e in LocalLabeler().label(unknown, RUBRIC).exchanges)


def test_no_turns_are_no_exchanges() -> None:
    assert LocalLabeler().label(talk(), RUBRIC).exchanges == ()


def test_another_rubric_is_refused_in_words() -> None:
    other = replace(RUBRIC, version="mine", focuses=RUBRIC.focuses[1:])
    with pytest.raises(EngineError, match="cannot follow rubric 'mine'"):
        LocalLabeler().label(COACHED, other)


def test_broken_weights_are_one_clear_error(tmp_path: Path) -> None:
    broken = tmp_path / "weights.npz"
    broken.write_bytes(WEIGHTS.read_bytes()[:5000])
    with pytest.raises(EngineError, match=r"weights\.npz"):
        LocalLabeler(broken).label(COACHED, RUBRIC)
    with pytest.raises(EngineError, match="missing"):
        LocalLabeler(tmp_path / "none.npz")


def test_it_runs_without_scikit_learn() -> None:
    code = (
        "import sys\nsys.modules['sklearn'] = sys.modules['scipy'] = None\n"
        "from tests.labels.test_local import COACHED, RUBRIC\nfrom analyzer.labels.local import LocalLabeler\n"
        "from analyzer.commitments.local import LocalExtractor\n"
        "found = LocalLabeler().label(COACHED, RUBRIC).exchanges\nLocalExtractor().extract(COACHED, found, None, RUBRIC)\nprint(len(found))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 1


def test_the_shipped_weights_come_from_the_training_meetings() -> None:
    """`analyzer eval train` writes them anew; this fails where the meetings changed and the weights did not."""
    meetings = read_folder(ROOT / "eval" / "train")
    for weights in (WEIGHTS, ROOT / "analyzer" / "commitments" / "weights.npz"):
        facts = load_model(weights).facts
        assert (facts["meetings"], facts["data"]) == (len(meetings), data_hash(meetings))
        assert facts["rubric"] == RUBRIC.version


def test_the_same_meetings_give_the_same_weights(tmp_path: Path) -> None:
    from analyzer.commitments.train import train_commitments
    from analyzer.labels.train import train_labels

    meetings = read_folder(ROOT / "eval" / "train")[:6]
    tuned = load_model(WEIGHTS).facts
    for name, fit in (
        ("labels", lambda: train_labels(meetings, RUBRIC, tuned=tuned)),
        ("commitments", lambda: train_commitments(meetings, RUBRIC)),
    ):
        for which in ("one", "other"):
            fit().save(tmp_path / f"{name}.{which}")
        assert (tmp_path / f"{name}.one").read_bytes() == (tmp_path / f"{name}.other").read_bytes()


def test_unlabelled_meetings_cannot_be_trained_on() -> None:
    from analyzer.labels.train import train_labels

    meetings = read_folder(ROOT / "eval" / "train")[:5]
    bare = meetings[0].model_copy(update={"gold": meetings[0].gold.model_copy(update={"exchanges": None})})
    with pytest.raises(InputError, match="no gold exchanges"):
        train_labels([bare, *meetings[1:]], RUBRIC)
    with pytest.raises(InputError, match="too few"):
        train_labels(meetings[:3], RUBRIC)


@given(st.integers(1, 12), st.integers(1, 4), st.integers(0, 2**32 - 1), st.sampled_from([0.0, -0.7]))
def test_decoding_finds_the_best_sequence(turns: int, labels: int, seed: int, switch: float) -> None:
    """The second writing tries every label and opening, for talks short enough."""
    random = np.random.default_rng(seed)
    turns = min(turns, 5)
    label, opening = random.normal(size=(turns, labels)), random.normal(size=turns)

    def total(path: list[tuple[int, bool]]) -> float:
        score = 0.0
        for n, (k, opens) in enumerate(path):
            score += label[n, k] + (opening[n] if n and opens else 0)
            score += switch if n and opens and k != path[n - 1][0] else 0
        return score

    def paths(n: int) -> list[list[tuple[int, bool]]]:
        if n == 0:
            return [[]]
        found = []
        for path in paths(n - 1):
            for k in range(labels):
                if n == 1:
                    found.append([*path, (k, True)])
                else:
                    found.append([*path, (k, True)])
                    if k == path[-1][0]:
                        found.append([*path, (k, False)])
        return found

    best = max(total(path) for path in paths(turns))
    spans = best_exchanges(label, opening, switch)
    path = [(k, n == first) for first, last, k in spans for n in range(first, last + 1)]
    assert total(path) == pytest.approx(best)


def test_features_of_a_turn_do_not_depend_on_who_asks_first() -> None:
    seen: dict[str, int] = {}

    def index(names):
        return np.array([seen.setdefault(name, len(seen)) for name in names], np.int64)

    first = [sorted(row.tolist()) for row in rows(COACHED, index)]
    assert [sorted(row.tolist()) for row in rows(COACHED, index)] == first
