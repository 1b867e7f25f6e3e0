"""A calendar that is read again replaces what it said of the same events."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from analyzer.cadence import Held, Planned
from tests.store.made import analysed, library, start

DANA, LEE = ("Dana", "Jules"), ("Lee", "Jules")
TUESDAY, WEDNESDAY = date(2026, 3, 17), date(2026, 3, 18)


def test_an_event_that_goes_to_another_pair_and_day_changes_both_plans(tmp_path: Path) -> None:
    store = library(tmp_path)
    assert store.plan([(DANA, Planned("one", TUESDAY, TUESDAY)), (DANA, Planned("two", TUESDAY, TUESDAY))]) == [DANA]
    assert store.plan([(LEE, Planned("one", WEDNESDAY, WEDNESDAY))]) == [DANA, LEE]
    assert store.planned() == {
        DANA: [Planned("two", TUESDAY, TUESDAY)],
        LEE: [Planned("one", WEDNESDAY, WEDNESDAY)],
    }
    assert store.plan_of(LEE) == [Planned("one", WEDNESDAY, WEDNESDAY)]


def test_plans_with_a_person_are_forgotten_on_either_side(tmp_path: Path) -> None:
    store = library(tmp_path)
    store.plan([(DANA, Planned("one", TUESDAY, TUESDAY)), (LEE, Planned("two", TUESDAY, TUESDAY))])
    assert store.forget_plan("Lee") == 1
    assert store.forget_plan("Jules") == 1
    assert store.planned() == {}


def test_meetings_held_have_their_length_in_minutes(tmp_path: Path) -> None:
    store = library(tmp_path)
    info = start(store)
    assert store.held(DANA) == []
    store.finish(analysed(info))
    assert store.held(DANA) == [Held(info, 30.0)]
