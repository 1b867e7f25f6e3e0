"""A dimension rests on counts that a reader can make again, or is not observed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from analyzer.errors import RubricError
from analyzer.feedback.agenda import draft_agenda
from analyzer.feedback.dimensions import Cuts, Dimension, dimensions, load_definitions, quote_of
from analyzer.feedback.measures import measure
from analyzer.labels.rubric import load_rubric
from analyzer.model import (
    Analysis,
    Commitment,
    EarlierPromise,
    Exchange,
    Feedback,
    FollowUp,
    Gap,
    MeetingInfo,
    Notes,
    Observation,
    Participant,
    Provenance,
    Quote,
    Source,
    Transcript,
    Turn,
)

RUBRIC = load_rubric()
PEOPLE = (Participant("Dana", "manager", "flag"), Participant("Jules", "rep", "flag"))
Said = tuple[str, str, str, float]
"""Label, topic, the manager's words, and the seconds of manager and rep each."""


def meeting(*said: Said, reply: str = "It is moving.", **fields: object) -> Analysis:
    """Return an analysis in which each exchange is a turn of the manager and one of the rep, equally long."""
    turns: list[Turn] = []
    exchanges = []
    for label, topic, words, seconds in said:
        at, n = (turns[-1].end if turns else 0.0), len(turns) + 1
        turns += [
            Turn(n, "Dana", words, at, at + seconds),
            Turn(n + 1, "Jules", reply, at + seconds, at + 2 * seconds),
        ]
        focus, kind = RUBRIC.focus_and_kind(label)
        quote = Quote(n, "Dana", at, words)
        form = "open" if words.startswith("What") else "closed" if words.endswith("?") else "none"
        exchanges.append(Exchange(n, n + 1, focus, kind, "future", topic, "manager", (quote,), form))  # type: ignore[arg-type]
    transcript = Transcript(tuple(turns), PEOPLE, Source("transcript", "txt", "", turns[-1].end if turns else 0.0))
    analysis = Analysis(
        MeetingInfo("ab" * 6, "a.txt", "/x/a.txt", date=date(2026, 3, 17)),
        transcript,
        tuple(exchanges),
        (),
        measure(transcript, exchanges, RUBRIC),
        Feedback("", (), ()),
        "2",
        (),
    )
    return replace(analysis, **fields)  # type: ignore[arg-type]


def of(analysis: Analysis, id_: str) -> Dimension:
    return next(one for one in dimensions(analysis, RUBRIC) if one.id == id_)


def promise(strength: int, speaker: str = "Jules") -> Commitment:
    return Commitment("Jules", "call", None, None, strength, "volunteered", Quote(2, speaker, 1.0, "It is moving."))


def test_all_ten_are_there_in_the_order_of_their_file() -> None:
    found = dimensions(meeting(("social", "other", "Morning.", 5)), RUBRIC)
    assert [one.id for one in found] == [one.id for one in load_definitions()]
    assert len(found) == 10


def test_what_is_not_observed_says_why() -> None:
    for one in dimensions(meeting(("social", "other", "Morning.", 5)), RUBRIC):
        assert one.level is not None or one.reason


@pytest.mark.parametrize(
    ("share", "level"),
    [(0.0, 1), (0.099, 1), (0.1, 2), (0.249, 2), (0.25, 3), (0.4, 3), (0.41, 4), (0.6, 4), (0.601, 5), (1.0, 5)],
)
def test_two_and_four_lie_between_the_anchors(share: float, level: int) -> None:
    """Under 10%, 25 to 40%, over 60%: the ends belong where the table puts them."""
    cuts = next(one.cuts for one in load_definitions() if one.id == "future_behaviour")
    assert isinstance(cuts, Cuts)
    assert cuts.level(share) == level


def test_coaching_is_a_share_of_working_time_and_five_needs_two_topics() -> None:
    one_topic = meeting(("coaching", "opportunity", "What would you try?", 70), ("inspection", "pipeline", "Done?", 30))
    found = of(one_topic, "future_behaviour")
    assert found.level == 4
    assert "70%" in found.counts
    assert found.quotes[0].text == "What would you try?"
    two = meeting(("coaching", "opportunity", "What would you try?", 40), ("coaching", "account", "What else?", 40))
    assert of(two, "future_behaviour").level == 5


def test_few_questions_make_no_share() -> None:
    found = of(meeting(("inspection", "pipeline", "Signed?", 10)), "questions")
    assert found.level is None
    assert "too few" in found.reason


def test_closed_questions_are_one_and_probes_on_the_reps_words_lift() -> None:
    closed = meeting(*[("inspection", "pipeline", "Did they sign?", 10)] * 5)
    assert of(closed, "questions").level == 1
    probing = meeting(*[("coaching", "pipeline", "What worries the director there?", 10)] * 4, reply="The director.")
    assert of(probing, "questions").level == 4  # half open, three probes, but the rep speaks half the time
    assert "3 probes" in of(probing, "questions").counts


def test_telling_stands_against_coaching_and_five_needs_a_next_time() -> None:
    told = ("directing", "opportunity", "Send it today.", 30.0)
    assert of(meeting(told), "capability").level == 1
    assert of(meeting(told, ("coaching", "opportunity", "What now?", 30)), "capability").level == 3
    plain = meeting(told, ("coaching", "opportunity", "What now?", 270))
    assert (of(plain, "capability").level, "next time" in of(plain, "capability").reason) == (4, True)
    assert of(meeting(told, ("coaching", "opportunity", "What next time?", 270)), "capability").level == 5


def test_a_share_of_under_a_minute_is_none() -> None:
    found = of(meeting(("coaching", "opportunity", "What next time?", 8)), "capability")
    assert (found.level, found.reason) == (None, "too little for a share")
    assert "16 s of 16 s" in found.counts


def test_commitments_count_the_reps_own_and_their_words() -> None:
    talk = ("inspection", "pipeline", "Done?", 10.0)
    assert of(meeting(talk), "commitments").level == 1
    assert of(meeting(talk, commitments=(promise(2), promise(2))), "commitments").level == 1
    assert of(meeting(talk, commitments=(promise(3),) * 3), "commitments").level == 2
    assert of(meeting(talk, commitments=(promise(4), promise(3)) * 2), "commitments").level == 3
    assert of(meeting(talk, commitments=(promise(4), promise(5)) * 2), "commitments").level == 5
    assert of(meeting(talk, commitments=(promise(4, "Dana"),) * 3), "commitments").level == 4


def test_one_or_two_promises_make_no_share() -> None:
    found = of(meeting(("inspection", "pipeline", "Done?", 10), commitments=(promise(5),) * 2), "commitments")
    assert (found.level, found.reason) == (None, "too few for a share")


def test_a_skill_is_missed_only_where_one_could_have_been_found() -> None:
    """The local engine hardly ever finds that topic, and where nothing was coached there is nothing to look into."""
    coached = meeting(("coaching", "opportunity", "What would you try?", 10))
    assert of(coached, "skill").level == 1
    local = replace(coached, provenance=(Provenance("exchanges", "local", "linear", "3"),))
    assert of(local, "skill").level is None
    assert of(meeting(("inspection", "pipeline", "Done?", 10)), "skill").reason == "nothing was coached"


def test_what_was_not_heard_is_said_in_plain_words() -> None:
    analysis = meeting(("coaching", "opportunity", "What would you try?", 10))
    assert of(analysis, "deals").counts == "coaching in 1 of 1 stretch on single deals, customers or calls"
    assert of(analysis, "deals").reason == "need, people, competition and trade-offs were not heard in these words"
    assert of(analysis, "follow_through").reason == "no earlier promise of these two is known"


def test_where_a_part_could_not_be_read_no_promise_is_counted_as_missing() -> None:
    gap = Notes(gaps=(Gap(1, 2, "cut off"),))
    assert of(meeting(("inspection", "pipeline", "Done?", 10), notes=gap), "commitments").level is None


@pytest.mark.parametrize(
    ("outcomes", "level"),
    [
        (["unmentioned"] * 2, 1),
        (["kept", "untold"], None),
        (["kept", "unmentioned"], 3),
        (["kept", "moved"], 5),
        ([], None),
    ],
)
def test_follow_through_counts_what_came_up_again(outcomes: list[str], level: int | None) -> None:
    earlier = EarlierPromise("x", "Jules", "call", None, None)
    follow_ups = tuple(FollowUp(earlier, outcome, None) for outcome in outcomes)  # type: ignore[arg-type]
    assert of(meeting(("social", "other", "Hi.", 5), follow_ups=follow_ups), "follow_through").level == level


def test_an_agenda_is_quoted_or_the_talk_starts_in_the_data() -> None:
    data = of(meeting(("inspection", "pipeline", "Did they sign?", 10)), "agenda")
    assert (data.level, data.quotes[0].text) == (1, "Did they sign?")
    joint = of(meeting(("admin", "other", "What is on your list?", 10), ("social", "other", "Bye.", 5)), "agenda")
    assert (joint.level, joint.quotes[0].text) == (4, "What is on your list?")
    for asked in ("Okay, my love, where do you want to begin?", "Where would you start?", "What shall we take first?"):
        assert of(meeting(("inspection", "pipeline", asked, 10)), "agenda").level == 4


def test_withheld_roles_leave_nothing_to_say_of_either() -> None:
    analysis = meeting(("inspection", "pipeline", "Did they sign?", 10))
    nobody = replace(
        analysis, transcript=replace(analysis.transcript, participants=(Participant("Dana", None, "unknown"),))
    )
    for id_ in ("questions", "commitments", "agenda", "reinforcement"):
        assert of(nobody, id_).level is None
    assert draft_agenda(nobody, RUBRIC) == ()


NEED_AND_PEOPLE = ("coaching", "opportunity", "What does the finance director care about there?", 10.0)


@pytest.mark.parametrize(
    ("said", "level"),
    [
        ([("admin", "other", "Shall we?", 10.0)], None),
        ([("inspection", "opportunity", "When does it close?", 10.0)], 1),
        ([("inspection", "opportunity", "When?", 10.0), ("directing", "opportunity", "Call them.", 10.0)], 2),
        ([("coaching", "opportunity", "What would you try?", 10.0)], None),
        ([NEED_AND_PEOPLE], 3),
        ([NEED_AND_PEOPLE, ("inspection", "account", "How much?", 10.0)], 3),
        ([NEED_AND_PEOPLE, ("coaching", "account", "What would you ask for in return for a discount?", 10.0)], 3),
        ([NEED_AND_PEOPLE, ("admin", "other", "Wait.", 5.0), NEED_AND_PEOPLE], 5),
        ([NEED_AND_PEOPLE, ("admin", "other", "Wait.", 5.0)] * 2 + [("inspection", "account", "Who?", 5.0)] * 3, 5),
        ([NEED_AND_PEOPLE, ("inspection", "account", "Who?", 5.0)] * 2, 4),
    ],
)
def test_deals_are_explored_where_coaching_takes_up_two_of_their_sides(
    said: list[tuple[str, str, str, float]], level: int | None
) -> None:
    """What is not found in words is not held against anybody; only talk that stays at facts is."""
    found = of(meeting(*said), "deals")
    assert found.level == level
    if level in (3, 4, 5):
        assert "What does the finance director care about there?" in [quote.text for quote in found.quotes]
    assert level is not None or found.reason


LIKED = ("coaching", "skill", "I liked how you waited, because he told us about fuel.", 10.0)
BARE = ("coaching", "skill", "Do that again on Tuesday.", 10.0)


@pytest.mark.parametrize(
    ("said", "level"),
    [
        ([("coaching", "skill", "What would you try?", 10.0)], None),
        ([LIKED], 3),
        ([LIKED, BARE], 4),
        ([LIKED, LIKED], 5),
        ([LIKED, ("directing", "skill", "Send it.", 5.0), LIKED], 4),
        ([LIKED, LIKED, ("directing", "skill", "Send it.", 5.0)], 5),
    ],
)
def test_reinforcement_needs_what_came_of_it_and_comes_before_instructions(
    said: list[tuple[str, str, str, float]], level: int | None
) -> None:
    found = of(meeting(*said), "reinforcement")
    assert found.level == level
    assert [quote.text for quote in found.quotes][:1] == ([said[0][2]] if level else [])


def test_topics_that_are_coached_again_are_counted() -> None:
    again = meeting(LIKED, ("admin", "other", "Wait.", 5.0), ("coaching", "skill", "What now?", 5.0))
    assert "1 coached topic taken up again later in the talk" in of(again, "reinforcement").counts
    assert "taken up again" not in of(meeting(LIKED), "reinforcement").counts


def test_a_long_sentence_is_quoted_around_the_words_that_count() -> None:
    turn = Turn(1, "Dana", "so " * 60 + "the board decides " + "and " * 60, 0.0, 100.0)
    found = quote_of(turn, turn.text.index("board"))
    assert "the board decides" in found.text
    assert found.text in turn.text
    assert len(found.text.split()) == 25
    assert found.start == pytest.approx(100 * turn.text.index(found.text) / len(turn.text), abs=8.0)


def test_every_quote_stands_in_its_turn() -> None:
    analysis = meeting(
        ("coaching", "skill", "Good. I liked how you waited. What would you try next time? Let me hear it.", 10),
        ("coaching", "skill", "What makes the waiting hard?", 10),
        reply="The waiting, because it is quiet.",
    )
    quotes = [quote for one in dimensions(analysis, RUBRIC) for quote in one.quotes]
    assert quotes
    for quote in quotes:
        turn = analysis.transcript.turn(quote.turn)
        assert quote.text in turn.text
        assert turn.start <= quote.start <= turn.end


def test_a_quote_is_the_sentence_and_a_long_one_is_cut_at_a_word() -> None:
    turn = Turn(1, "Dana", "Right. I liked how you waited. Next.", 0.0, 10.0)
    assert quote_of(turn, 10).text == "I liked how you waited."
    assert len(quote_of(Turn(1, "Dana", "word " * 10_000, 0.0, 10.0)).text.split()) == 25


def test_dimensions_that_nothing_counts_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "dimensions.toml"
    path.write_text('version="1"\n[[dimension]]\nid="charm"\nname="Charm"\none="a"\nthree="b"\nfive="c"\n')
    with pytest.raises(RubricError, match="charm"):
        load_definitions(path)
    path.write_text('version="1"\n[[dimension]]\nid="cadence"\n')
    with pytest.raises(RubricError, match="wrong at dimension"):
        load_definitions(path)


def test_the_agenda_is_the_models_else_open_promises_and_topics_left() -> None:
    left = ("inspection", "pipeline", "Did they sign the order?", 10.0)
    worked = (("inspection", "account", "Who decides?", 10.0), ("coaching", "account", "What would you try?", 10.0))
    analysis = meeting(left, *worked, commitments=(promise(4),))
    points = draft_agenda(analysis, RUBRIC)
    assert [one.quotes[0].text for one in points] == ["It is moving.", "Did they sign the order?"]
    given = (Observation("Take this up.", ()),)
    assert draft_agenda(replace(analysis, feedback=Feedback("", (), (), given)), RUBRIC) == given


def test_a_topic_to_take_up_stands_once_and_under_a_question_that_names_something() -> None:
    aside = ("admin", "other", "Wait.", 5.0)
    hollow = [
        ("inspection", "pipeline", asked, 10.0)
        for asked in ("You're in the wrong trade.", "who have we got", "Dragomir?")
    ]
    assert draft_agenda(meeting(*hollow, ("inspection", "other", "Did they sign the order?", 10.0)), RUBRIC) == ()
    short, long = ("Where are we on the crane?", 5.0), ("When does the agreement run out?", 50.0)
    told = [("inspection", "pipeline", *one) for one in (short, long)]
    points = draft_agenda(meeting(*hollow, aside, told[0], aside, told[1]), RUBRIC)
    assert [one.quotes[0].text for one in points] == [long[0]]


def test_what_is_not_known_to_be_done_from_earlier_comes_first_and_only_once() -> None:
    """Mentioned again, it is a new promise; closed, it is none."""
    again = Quote(2, "Jules", 1.0, "It is moving.")

    def follow_up(id_: str, outcome: str, due: date | None = None, quote: Quote | None = None) -> FollowUp:
        return FollowUp(EarlierPromise(id_, "Jules", f"do {id_}", due, date(2026, 3, 3)), outcome, quote)  # type: ignore[arg-type]

    follow_ups = (
        follow_up("b", "untold"),
        follow_up("a", "unmentioned", date(2026, 3, 9)),
        follow_up("gone", "kept", quote=again),
        follow_up("new", "moved", quote=again),
        follow_up("later", "moved", quote=Quote(1, "Dana", 0.0, "Did they sign?")),
    )
    analysis = meeting(("admin", "other", "Did they sign?", 10.0), commitments=(promise(4),), follow_ups=follow_ups)
    points = [one.text for one in draft_agenda(analysis, RUBRIC)]
    assert points == [
        "Promised on Tuesday 3 March, not known to be done. Jules: do a, due Monday 9 March.",
        "Promised on Tuesday 3 March, what became of it is not known. Jules: do b.",
        "Promised on Tuesday 3 March, moved and still open. Jules: do later.",
        "What came of this? Jules: call.",
    ]


def test_a_promise_of_which_nothing_can_be_told_is_not_called_open() -> None:
    """The local rules cannot tell a promise that is open from one that was kept in other words."""
    dated = EarlierPromise("a", "Jules", "do a", date(2026, 7, 8), date(2026, 7, 6))
    bare = EarlierPromise("b", "Jules", "do b", None, None)
    follow_ups = tuple(FollowUp(one, "untold", None) for one in (bare, dated))
    analysis = meeting(("admin", "other", "Did they sign?", 10.0), follow_ups=follow_ups)
    assert [one.text for one in draft_agenda(analysis, RUBRIC)] == [
        "Promised on Monday 6 July, what became of it is not known. Jules: do a, due Wednesday 8 July.",
        "Promised earlier, what became of it is not known. Jules: do b.",
    ]
