"""Who is the manager: the words of both sides, counted, and withheld where they do not tell."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from analyzer.evaluation.roles import Pair, by_words, fit, unmarked
from analyzer.model import Source, Transcript, Turn
from analyzer.transcript.metadata import Known, known
from analyzer.transcript.people import name_people
from analyzer.transcript.roles import CUES, LENGTHS, SIDES, counts_of, evidence, weights

TALK = (
    ("A", "Morning. Okay, let's go through your list. Where does it stand with Halden?"),
    (
        "B",
        "So I called them on Tuesday and they said the board wants another quote, because the freight went up on them.",
    ),
    ("A", "Right. Did you ask who signs it?"),
    (
        "B",
        "I did, she said it's the finance director, so I sent him the summary and I told her I'd ring back on Monday.",
    ),
    ("A", "Good. And what would you do differently with the next one?"),
    ("B", "I think I'd get him on the first call. I was talking to her for three weeks and she never had the budget."),
    ("A", "Okay. You need to log that today, and send me the number before the forecast call."),
    (
        "B",
        "Sure, I'll put it in tonight. I also visited Brandt, he wants two machines, and his boss liked the demo I did.",
    ),
    ("A", "When will you see him again? Walk me through what you want to get out of it."),
    ("B", "Thursday. I'll call him tomorrow to set it up."),
)


def talk(lines: tuple[tuple[str, str], ...] = TALK, **called: str) -> Transcript:
    turns = [Turn(n, called.get(who, who), text, n * 10.0, n * 10.0 + 9) for n, (who, text) in enumerate(lines, 1)]
    return Transcript(tuple(turns), (), Source("transcript", "txt", "", 999.0))


def roles(named: Transcript) -> dict[str, str | None]:
    return {person.name: person.role for person in named.participants}


def test_the_words_name_roles_where_nothing_else_does() -> None:
    named = name_people(talk(A="Speaker 1", B="Speaker 2"), Known())
    assert roles(named) == {"Speaker 1": "manager", "Speaker 2": "rep"}
    for person in named.participants:
        assert person.ground.startswith("the words: ")
        assert person.confidence is not None
        assert weights().withhold <= person.confidence < 1


def test_the_ground_counts_what_it_rests_on() -> None:
    """Every count told can be found in the talk."""
    said = evidence(talk().turns, "A", "B")
    counts = counts_of(talk().turns)
    assert said.told
    for line in said.told:
        name = next(name for name, cue in CUES.items() if cue.said and cue.said in line)
        more, less = ("A", "B") if line.startswith("A") else ("B", "A")
        assert line.endswith(f"({less}: {counts[less][name]})")
        assert str(counts[more][name]) in line or "once" in line


def test_exchanged_sides_turn_the_sign_and_nothing_else() -> None:
    one, other = evidence(talk().turns, "A", "B"), evidence(talk().turns, "B", "A")
    assert one.odds == pytest.approx(-other.odds)
    assert set(one.told) == set(other.told)


def test_turning_the_order_of_speech_changes_no_role() -> None:
    """Who speaks first is no evidence."""
    turned = talk(tuple(reversed(TALK)), A="Speaker 1", B="Speaker 2")
    assert roles(name_people(turned, Known())) == {"Speaker 2": "rep", "Speaker 1": "manager"}


def test_recognised_speech_without_marks_is_enough() -> None:
    bare = talk(tuple((who, unmarked(text)) for who, text in TALK), A="Speaker 1", B="Speaker 2")
    assert roles(name_people(bare, Known()))["Speaker 1"] == "manager"


@pytest.mark.parametrize(
    "lines", [TALK[:0], TALK[:1], (("A", "Hello."), ("B", "Hello."), ("A", "Fine."), ("B", "Fine."))]
)
def test_where_words_are_few_roles_are_withheld(lines: tuple[tuple[str, str], ...]) -> None:
    assert set(roles(name_people(talk(lines), Known())).values()) <= {None}


def test_metadata_win_over_the_words() -> None:
    named = name_people(talk(A="Dana", B="Jules"), known("flag", manager="Jules"))
    assert roles(named) == {"Dana": "rep", "Jules": "manager"}


def test_known_names_go_to_the_roles_that_the_words_tell() -> None:
    named = name_people(talk(A="Speaker 2", B="Speaker 1"), known("flag", manager="Dana Okafor", rep="Jules Petrov"))
    assert roles(named) == {"Dana Okafor": "manager", "Jules Petrov": "rep"}
    assert named.turns[0].speaker == "Dana Okafor"
    assert "Speaker" not in named.participants[0].ground
    assert {person.label for person in named.participants} == {"Speaker 1", "Speaker 2"}


def test_channels_without_a_map_are_told_by_the_words() -> None:
    facts = known("flag", manager="Dana Okafor", rep="Jules Petrov")
    named = name_people(talk(A="Speaker 1", B="Speaker 2"), facts, numbers=(0, 1))
    assert roles(named) == {"Dana Okafor": "manager", "Jules Petrov": "rep"}


def test_spoken_names_help_to_tell_who_is_who() -> None:
    """Eight turns without a word of business: only the names are left."""
    lines = (
        ("A", "Hi Jules, good morning."), ("B", "Hello Dana."), ("A", "Jules, how was the lake?"),
        ("B", "Cold, Dana. Thanks, Dana."), ("A", "Ha. Thanks, Jules."), ("B", "See you, Dana."),
    )  # fmt: skip
    named = name_people(
        talk(lines, A="Speaker 1", B="Speaker 2"), known("flag", manager="Dana Okafor", rep="Jules Petrov")
    )
    assert {p.label: p.name for p in named.participants} == {"Speaker 1": "Dana Okafor", "Speaker 2": "Jules Petrov"}


def test_somebody_who_comes_in_for_a_moment_stops_nobody_from_being_cast() -> None:
    lines = (*TALK[:4], ("C", "I only brought the coffee."), *TALK[4:])
    assert roles(name_people(talk(lines), Known())) == {"A": "manager", "B": "rep", "C": None}


def test_three_who_hold_a_talk_are_not_cast_by_words() -> None:
    """Nothing is known of such talks: the third may be a second rep, a customer, or the manager's own manager."""
    lines = [line for who, text in TALK for line in ((who, text), ("C", "I brought the coffee and the list of sites."))]
    assert set(roles(name_people(talk(tuple(lines)), Known())).values()) == {None}


def test_a_weight_never_points_against_its_meaning() -> None:
    learnt = weights().cues
    assert list(learnt) == list(SIDES)
    assert all((learnt[name] >= 0) == (side == "manager") or learnt[name] == 0 for name, side in SIDES.items())
    assert set(LENGTHS) <= set(learnt)


def test_the_measure_withholds_and_counts() -> None:
    pair = Pair("x", talk().turns, "A", "B")
    assert by_words(pair) is True
    assert by_words(replace(pair, manager="B", rep="A")) is False
    assert by_words(replace(pair, turns=pair.turns[:1])) is None


def test_training_keeps_directions_and_ignores_noise() -> None:
    """A column that says the opposite of its direction gets no weight."""
    pytest.importorskip("scipy")
    import numpy as np

    chance = np.random.default_rng(1)
    good, noise = chance.normal(1, 0.5, 300), chance.normal(0, 1, 300)
    found = fit(np.stack([good, -good, noise], 1), np.array([1.0, 1.0, -1.0]), np.ones(300))
    assert found[0] > 0
    assert found[1] == 0
    assert abs(found[2]) < 0.3 * found[0]


@pytest.mark.parametrize("seed", range(5))
def test_every_excerpt_of_a_talk_is_told_rightly_or_not_at_all(seed: int) -> None:
    chance = random.Random(seed)
    at = chance.randrange(4)
    named = roles(name_people(talk(TALK[at : at + 6], A="Speaker 1", B="Speaker 2"), Known()))
    assert named["Speaker 1"] in ("manager", None)
    assert named["Speaker 2"] in ("rep", None)
