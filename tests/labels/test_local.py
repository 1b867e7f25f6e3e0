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
from analyzer.labels.decode import best_exchanges, candidates
from analyzer.labels.features import rows
from analyzer.labels.linear import load_model
from analyzer.labels.local import WEIGHTS, LocalLabeler
from analyzer.labels.openings import MEASURES, measures
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
    for name, fit in (
        ("labels", lambda: train_labels(meetings, RUBRIC)),
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


@given(st.lists(st.booleans(), max_size=40), st.integers(1, 8))
def test_candidates_lead_from_opening_to_opening_and_always_cover_the_talk(opens: list[bool], longest: int) -> None:
    spans = candidates(opens, longest)
    places = {0, len(opens)} | {n for n, one in enumerate(opens) if one}
    for first, last in spans:
        assert first <= last
        assert {first, last + 1} <= places
        assert last + 1 - first <= longest or not places & set(range(first + 1, last + 1))
    covered = best_exchanges(spans, np.zeros((len(spans), 2)), np.zeros(len(opens)))
    assert [n for number, _ in covered for n in range(spans[number][0], spans[number][1] + 1)] == list(
        range(len(opens))
    )


@given(st.integers(1, 7), st.integers(1, 3), st.integers(0, 2**32 - 1))
def test_decoding_finds_the_best_sequence(turns: int, labels: int, seed: int) -> None:
    """The second writing tries every way to cut the talk."""
    random = np.random.default_rng(seed)
    spans = candidates([True] * turns, turns)
    score, opening = random.normal(size=(len(spans), labels)), random.normal(size=turns)
    value = dict(zip(spans, score.max(axis=1), strict=True))

    def best_from(at: int) -> float:
        if at == turns:
            return 0.0
        ways = (value[at, last] + best_from(last + 1) for last in range(at, turns))
        return max(ways) + (opening[at] if at else 0.0)

    found = best_exchanges(spans, score, opening)
    reached = sum(
        score[number, label] + (opening[spans[number][0]] if spans[number][0] else 0) for number, label in found
    )
    assert reached == pytest.approx(best_from(0))


def test_the_words_change_most_where_another_customer_comes_up() -> None:
    said = [
        "Where is Brackwell with the pump order?",
        "Brackwell wants the pump in June, their plant stops then.",
        "Is the pump price fixed for Brackwell?",
        "The price holds until the plant in June.",
        "What about Tamsel and the trailers?",
        "Tamsel asked for two trailers more.",
        "Do they lease the trailers?",
        "Tamsel leases trailers and buys tyres.",
    ]
    found = measures(talk(*said), np.full((8, 2), 0.5), np.zeros(8))
    assert found.shape == (8, len(MEASURES))
    assert found[:, MEASURES.index("dip4")].argmax() == 4
    assert found[1:, MEASURES.index("alike2")].argmin() == 3
    assert measures(talk("Hm."), np.full((1, 2), 0.5), np.zeros(1)).shape == (1, len(MEASURES))


def test_a_part_of_a_joined_model_scores_its_rows_as_the_whole_does() -> None:
    whole = load_model(WEIGHTS)
    part = whole.parts["exchange"]
    names = list(part.names[:40])
    alone = part.logits([part.index(names)])
    together = whole.logits([whole.index([f"exchange|{name}" for name in names])])
    assert set(alone) == {"exchange", "time", "topic"}
    for head, scores in alone.items():
        assert np.allclose(scores, together[head], atol=1e-5)


def test_features_of_a_turn_do_not_depend_on_who_asks_first() -> None:
    seen: dict[str, int] = {}

    def index(names):
        return np.array([seen.setdefault(name, len(seen)) for name in names], np.int64)

    first = [sorted(row.tolist()) for row in rows(COACHED, index)]
    assert [sorted(row.tolist()) for row in rows(COACHED, index)] == first
