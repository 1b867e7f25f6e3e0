"""Promises across meetings: one item a promise, with its history."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.commitments.claims import LocalFollowThrough
from analyzer.commitments.ledger import Action, Item, Reported, build_ledger, find_item, open_before, select
from analyzer.commitments.wording import likeness
from analyzer.errors import NotFoundError
from analyzer.labels.rubric import load_rubric
from analyzer.model import (
    Commitment,
    EarlierPromise,
    FollowUp,
    MeetingInfo,
    Participant,
    Quote,
    Source,
    Transcript,
    Turn,
)
from analyzer.store.library import commitment_id

FIRST, SECOND, THIRD = date(2026, 3, 3), date(2026, 3, 10), date(2026, 3, 17)


def meeting(on: date | None, manager: str | None = "Dana", rep: str | None = "Jules") -> MeetingInfo:
    name = f"{on}-{manager}-{rep}"
    return MeetingInfo(id=name, source_name=name, source_path=f"/x/{name}", date=on, manager=manager, rep=rep)


def promise(
    info: MeetingInfo,
    action: str,
    due: date | None = None,
    owner: str | None = "Jules",
    status: str = "open",
    decided: str | None = None,
    turn: int = 4,
) -> Action:
    quote = Quote(turn, owner or "Speaker 1", 10.0 * turn, f"I'll {action}.")
    one = Commitment(owner, action, None, due, 3, "volunteered", quote)
    return Action(commitment_id(info.id, one), info, one, status, decided)  # type: ignore[arg-type]


def told(info: MeetingInfo, of: Action, outcome: str, moved_to: date | None = None, turn: int = 2) -> Reported:
    one = of.commitment
    earlier = EarlierPromise(of.id, one.owner or "", one.action, one.due, of.meeting.date)
    quote = None if outcome in ("unmentioned", "untold") else Quote(turn, "Jules", 5.0, "about that sheet")
    return Reported(info, FollowUp(earlier, outcome, quote, moved_to))  # type: ignore[arg-type]


SHEET = "send Marta the sizing sheet"


def only(items: list[Item]) -> Item:
    assert len(items) == 1, [item.latest.commitment.action for item in items]
    return items[0]


def test_the_same_promise_in_two_meetings_is_one_and_its_last_date_counts() -> None:
    item = only(
        build_ledger(
            [
                promise(meeting(FIRST), SHEET, date(2026, 3, 5)),
                promise(meeting(SECOND), "send the sizing sheet to Marta", date(2026, 3, 12)),
            ]
        )
    )
    assert [event.what for event in item.history] == ["promised", "restated"]
    assert [event.due for event in item.history] == [date(2026, 3, 5), date(2026, 3, 12)]
    assert item.due == date(2026, 3, 12)
    assert item.is_overdue(date(2026, 3, 13))
    assert not item.is_overdue(date(2026, 3, 12))


def test_said_again_without_a_date_keeps_the_date() -> None:
    item = only(build_ledger([promise(meeting(FIRST), SHEET, date(2026, 3, 5)), promise(meeting(SECOND), SHEET)]))
    assert item.due == date(2026, 3, 5)


@pytest.mark.parametrize(
    ("outcome", "state", "due"),
    [
        ("kept", "claimed", date(2026, 3, 5)),
        ("dropped", "dropped", date(2026, 3, 5)),
        ("moved", "open", date(2026, 3, 19)),
        ("unmentioned", "open", date(2026, 3, 5)),
        ("untold", "open", date(2026, 3, 5)),
    ],
)
def test_what_a_later_meeting_says_decides_the_state(outcome: str, state: str, due: date) -> None:
    """Talk only claims: nothing that is said makes a promise done."""
    first = promise(meeting(FIRST), SHEET, date(2026, 3, 5))
    moved_to = date(2026, 3, 19) if outcome == "moved" else None
    item = only(build_ledger([first], [told(meeting(SECOND), first, outcome, moved_to)]))
    assert (item.state, item.due) == (state, due)
    assert item.is_overdue(date(2026, 4, 1)) is (state == "open")


def test_a_promise_that_was_claimed_and_is_made_again_is_a_new_one() -> None:
    first = promise(meeting(FIRST), SHEET)
    items = build_ledger([first, promise(meeting(THIRD), SHEET)], [told(meeting(SECOND), first, "kept")])
    assert [item.state for item in items] == ["claimed", "open"]


def test_moved_in_the_words_of_a_new_promise_is_one_item() -> None:
    """A model moves the old promise and an extractor finds a new one in the very same words."""
    first, second = promise(meeting(FIRST), SHEET), promise(meeting(SECOND), "have it over to her by Friday", turn=2)
    report = Reported(meeting(SECOND), FollowUp(
        EarlierPromise(first.id, "Jules", SHEET, None, FIRST), "moved", second.commitment.quote, date(2026, 3, 13)
    ))  # fmt: skip
    item = only(build_ledger([first, second], [report]))
    assert item.ids == (first.id, second.id)
    assert item.due == date(2026, 3, 13)


def test_an_id_that_changed_with_the_wording_is_found_by_what_it_says() -> None:
    first = promise(meeting(FIRST), SHEET)
    old = Action("00000000", first.meeting, first.commitment, "open", None)
    assert only(build_ledger([first], [told(meeting(SECOND), old, "kept")])).state == "claimed"


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (promise(meeting(SECOND, "Robin"), SHEET), "another manager"),
        (
            promise(meeting(SECOND, "Dana", "Ana"), SHEET),
            "another rep of the same manager, with a rep of the same name",
        ),
        (promise(meeting(SECOND), SHEET, owner="Dana"), "another owner"),
        (promise(meeting(SECOND), SHEET, owner=None), "owner withheld"),
        (promise(meeting(SECOND), "send Bert the sizing sheet"), "another person to send it to"),
        (promise(meeting(SECOND), "call her"), "too little is named"),
        (promise(meeting(None), SHEET), "day not known"),
        (promise(meeting(SECOND, None), SHEET), "manager not known"),
    ],
)
def test_what_may_be_another_promise_stays_apart(other: Action, why: str) -> None:
    assert len(build_ledger([promise(meeting(FIRST), SHEET), other])) == 2, why


def test_a_rep_who_changes_manager_keeps_his_items_in_sight() -> None:
    items = build_ledger([promise(meeting(FIRST), SHEET), promise(meeting(SECOND, "Robin"), "book the room for Ana")])
    assert len(select(items, THIRD, owner="jules")) == 2
    assert [item.pair for item in select(items, THIRD, pair="robin, jules")] == [("Robin", "Jules")]
    assert not select(items, THIRD, pair="dana, robin")


def test_a_person_has_the_last_word_until_something_new_is_said() -> None:
    first = promise(meeting(FIRST), SHEET, status="open", decided="2026-03-11T08:00:00+00:00")
    claimed = told(meeting(SECOND), first, "kept")
    item = only(build_ledger([first], [claimed]))
    assert item.state == "open"
    assert [event.what for event in item.history] == ["promised", "claimed", "reopened"]
    again = told(meeting(THIRD), first, "kept")
    assert only(build_ledger([first], [claimed, again])).state == "claimed"


def test_done_then_promised_again_later_is_a_new_item() -> None:
    first = promise(meeting(FIRST), SHEET, status="done", decided="2026-03-04T08:00:00+00:00")
    items = build_ledger([first, promise(meeting(SECOND), SHEET)])
    assert [item.state for item in items] == ["done", "open"]
    late = promise(meeting(FIRST), SHEET, status="done", decided="2026-03-11T08:00:00+00:00")
    assert only(build_ledger([late, promise(meeting(SECOND), SHEET)])).state == "done"


def test_items_are_chosen_by_all_conditions() -> None:
    first = promise(meeting(FIRST), SHEET, date(2026, 3, 5))
    second = promise(meeting(SECOND), "sign the travel form for Jules", date(2026, 3, 20), owner="Dana")
    items = build_ledger([first, second])
    assert [item.owner for item in select(items, THIRD, overdue=True)] == ["Jules"]
    assert [item.owner for item in select(items, THIRD, since=SECOND)] == ["Dana"]
    assert [item.owner for item in select(items, THIRD, is_open=True, owner="da")] == ["Dana"]


def test_an_item_is_found_by_any_of_its_ids() -> None:
    actions = [promise(meeting(FIRST), SHEET), promise(meeting(SECOND), SHEET)]
    items = build_ledger(actions)
    assert find_item(items, actions[1].id[:6]) is items[0]
    for reference in ("", "zz"):
        with pytest.raises(NotFoundError, match="analyzer actions"):
            find_item(items, reference)


def test_a_later_meeting_is_asked_about_an_item_once_with_its_date_in_force() -> None:
    items = build_ledger(
        [promise(meeting(FIRST), SHEET, date(2026, 3, 5)), promise(meeting(SECOND), SHEET, date(2026, 3, 12))]
    )
    (asked,) = open_before(items, THIRD)
    assert (asked.due, asked.said_on) == (date(2026, 3, 12), SECOND)


@given(st.permutations(range(4)))
def test_the_order_in_which_meetings_were_added_changes_nothing(order: list[int]) -> None:
    actions = [promise(meeting(day), SHEET, day) for day in (FIRST, SECOND, THIRD)]
    actions.append(promise(meeting(SECOND), "sign the travel form", owner="Dana"))
    assert build_ledger([actions[n] for n in order]) == build_ledger(actions)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("send Marta the sizing sheet", "email the sizing sheets to Marta", True),
        ("talk to Lutz about the sample budget", "speak with Lutz about the samples budget", True),
        ("book two days for the visit", "booking 2 days for a visit", True),
        ("send Anna the quote", "send Bert the quote", False),
        ("send the offer for 40 licences", "send the offer for 60 licences", False),
        ("call Anna by Thursday", "call Bert by Thursday", False),
        ("call her", "call her", False),
        ("update the forecast", "update the price list", False),
    ],
)
def test_alike_is_naming_the_same_deed_and_things(one: str, other: str, same: bool) -> None:
    assert (likeness(one, other) > 0) is same
    assert likeness(one, other) == likeness(other, one)


# --- claims in talk ---------------------------------------------------------------------------------------------------


def follow(action: str, *said: str, owner: str = "Jules") -> FollowUp:
    """Follow one promise of ``owner`` through a talk of ``Name: words`` lines."""
    parts = [line.split(": ", 1) for line in said]
    turns = tuple(Turn(n, who, text, 5.0 * n, 5.0 * n + 4) for n, (who, text) in enumerate(parts, 1))
    people = (Participant("Dana", "manager", ""), Participant("Jules", "rep", ""))
    transcript = Transcript(turns, people, Source("transcript", "txt", "", 5.0 * len(turns)))
    earlier = EarlierPromise("ab" * 4, owner, action, None, FIRST)
    return LocalFollowThrough().follow(transcript, [earlier], SECOND, load_rubric()).follow_ups[0]


@pytest.mark.parametrize(
    "said",
    [
        ("Jules: I sent Marta the sizing sheet on Tuesday.",),
        ("Jules: So, I've already emailed the sizing sheet to Marta.",),
        ("Jules: i did send marta that sizing sheet",),
        ("Jules: I sent Marta the, the sizing sheet, on Monday, and she said it does not fit.",),
        ("Dana: Did you send Marta the sizing sheet?", "Jules: Yes, on Tuesday."),
        ("Dana: Have you sent the sizing sheet to Marta?", "Jules: I sent it Tuesday night."),
    ],
)
def test_the_owner_says_that_he_did_just_that(said: tuple[str, ...]) -> None:
    found = follow(SHEET, *said)
    assert found.outcome == "kept"
    assert found.quote is not None
    assert any(found.quote.text in line for line in said)


@pytest.mark.parametrize(
    "said",
    [
        ("Jules: I haven't sent Marta the sizing sheet yet.",),
        ("Jules: I almost sent Marta the sizing sheet.",),
        ("Jules: I would have sent Marta the sizing sheet.",),
        ("Jules: I'll send Marta the sizing sheet.",),
        ("Jules: I should have sent Marta the sizing sheet if she had asked.",),
        ("Jules: I sent half of the sizing sheet to Marta.",),
        ("Jules: I sent Bert the price list.",),
        ("Jules: I sent Bert the sizing sheet.",),
        ("Jules: I saw the sizing sheet that Marta made.",),
        ("Dana: I sent Marta the sizing sheet.",),
        ("Jules: Have I sent Marta the sizing sheet?",),
        ("Jules: I sent the sizing sheet, but not to Marta.",),
        ("Jules: If I sent Marta the sizing sheet, she would call.",),
        ("Dana: Did you send Marta the sizing sheet?", "Jules: No, not yet."),
        ("Dana: Did you send Marta the sizing sheet?", "Jules: Yes, I will today."),
        ("Dana: Did you see the game?", "Jules: Yes, I did."),
        ("Jules: Marta sent me the sizing sheet.",),
    ],
)
def test_what_is_not_surely_a_claim_leaves_the_promise_open(said: tuple[str, ...]) -> None:
    assert follow(SHEET, *said).outcome == "untold"


def test_the_same_person_on_another_matter_is_no_claim() -> None:
    """Two people speak of the same customer in every meeting: a name alone shows nothing."""
    action = "ask Pradip in medical about counting devices"
    assert follow(action, "Jules: I asked Pradip about the counting.").outcome == "kept"
    assert follow(action, "Jules: I asked Pradip about his holidays.").outcome == "untold"
    assert follow("ring Alec about the dies", "Jules: So I spoke to Alec about Petra.").outcome == "untold"


def test_doing_is_a_deed_too() -> None:
    assert follow("do the February expenses", "Jules: I did the February expenses on the train.").outcome == "kept"
    assert follow("do the February expenses", "Jules: I did send the February figures.").outcome == "untold"


def test_the_managers_own_promise_is_followed_too() -> None:
    assert (
        follow("talk to Lutz about the samples", "Dana: I spoke to Lutz about the samples.", owner="Dana").outcome
        == "kept"
    )
