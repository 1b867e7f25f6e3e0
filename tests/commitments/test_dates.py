"""Which day is a promise's own: all that are said around it are looked at, and it may have none."""

from __future__ import annotations

from datetime import date

import pytest

from analyzer.commitments.dates import days_in
from analyzer.commitments.day_features import day_rows
from analyzer.commitments.due import find_due, find_dues
from analyzer.commitments.spans import Found
from tests.commitments.test_local import TUESDAY, extract
from tests.labels.test_local import talk


def test_all_days_of_a_turn_are_found_in_order() -> None:
    text = "I'll call her tomorrow, and by Friday at noon you have the sheet."
    assert [one.text for one in find_dues(text)] == ["tomorrow", "by Friday at noon"]
    assert find_dues(text)[-1] == find_due(text)
    assert find_dues("no day here") == []


def test_days_far_from_a_promise_are_none_of_its_own() -> None:
    said = talk("By Monday.", "Yes.", "Yes.", "I'll send it.", "By Friday.", "Soon.", "Good.", "Fine.", "By the 30th.")
    found = Found(said.turns[3], 0, 12, 1.0, by_speaker=True, origin="volunteered")
    days, rows = day_rows(found, [found], days_in(said, TUESDAY), said, TUESDAY, lambda names: names)  # type: ignore[arg-type,return-value]
    assert [one.day for one in days] == [date(2026, 3, 20)]
    assert len(rows) == 1


def test_what_is_done_after_the_talk_is_done_today() -> None:
    said = days_in(talk("I'll ring her when we're done here."), TUESDAY)
    assert [(one.phrase.text, one.day) for one in said[1]] == [("when we're done here", TUESDAY)]


@pytest.mark.parametrize(
    "said",
    [
        "I'll ping it across before I go home.",
        "I'll ring her after this.",
        "I'll do it now, she's only down the corridor.",
        "I'll drive by the showroom on my way home and cut a bit off.",
        "I'll text you as soon as we're, um, as we're done here.",
        "You have it the minute I get off this call.",
    ],
)
def test_what_is_done_at_once_is_done_today(said: str) -> None:
    assert [one.day for one in days_in(talk(said), TUESDAY)[1]] == [TUESDAY]


@pytest.mark.parametrize(
    "said",
    [
        "Now, what about the clinic?",
        "She did well after this job.",
        "Before I go, one more.",
        "I'll ring him when I get off the train.",
    ],
)
def test_what_only_sounds_like_at_once_is_no_day(said: str) -> None:
    assert [one.day for one in days_in(talk(said), TUESDAY)[1] if one.day] == []


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("I'm doing that for them on the, on the twelfth of May.", date(2026, 5, 12)),
        ("I'll order you one today.", TUESDAY),
        ("I'll pop in on my way past on Wednesday.", date(2026, 3, 18)),
        ("And put the quiet ones in the calendar this weekend.", date(2026, 3, 22)),
        ("I'll catch Walt in the morning. He's on site at seven.", date(2026, 3, 18)),
        ("I'll let you know by five whether it runs.", TUESDAY),
    ],
)
def test_a_day_is_found_in_the_flow_of_speech(said: str, day: date) -> None:
    assert [one.day for one in days_in(talk(said), TUESDAY)[1]] == [day]


@pytest.mark.parametrize(
    ("said", "due"),
    [
        (("I'll send Marta the sizing sheet by Thursday.", "Thank you."), date(2026, 3, 19)),
        (("When do I have the sheet?", "I'll send you the sheet tomorrow morning."), date(2026, 3, 18)),
        (("Can you ask finance about the numbers?", "Yes, I'll ask them.", "I was there on Monday."), None),
    ],
)
def test_a_promise_has_the_day_that_goes_with_it(said: tuple[str, ...], due: date | None) -> None:
    assert [one.due for one in extract(*said)] == [due]
