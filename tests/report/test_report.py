"""A report is true to its analysis, and shows text as text."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from analyzer.feedback.measures import speaking_time
from analyzer.labels.rubric import load_rubric
from analyzer.model import Analysis, Participant, Source, Transcript, Turn
from analyzer.report.html import render_html
from analyzer.report.markdown import render_markdown
from analyzer.report.view import build_view
from analyzer.report.words import clock
from analyzer.report.write import render
from tests.report.made import analysis_of


def test_exchanges_cover_every_turn_once(juniper: Analysis) -> None:
    assert [n for e in juniper.exchanges for n in range(e.first, e.last + 1)] == [t.n for t in juniper.transcript.turns]


def test_every_quote_stands_in_its_turn(juniper: Analysis) -> None:
    quotes = [q for e in juniper.exchanges for q in e.evidence] + [c.quote for c in juniper.commitments]
    quotes += [q for o in (*juniper.feedback.strengths, *juniper.feedback.changes) for q in o.quotes]
    assert quotes
    for quote in quotes:
        turn = juniper.transcript.turn(quote.turn)
        assert quote.text in turn.text
        assert quote.speaker == turn.speaker
        assert turn.start <= quote.start <= turn.end


def test_the_minutes_add_up_to_the_speaking_time(juniper: Analysis) -> None:
    spoken = sum(turn.duration for turn in juniper.transcript.turns)
    assert sum(juniper.measures.seconds.values()) == pytest.approx(spoken, abs=0.01)
    working = sum(speaking_time(juniper.transcript, e) for e in juniper.exchanges if e.label in load_rubric().working)
    assert juniper.measures.working == pytest.approx(working, abs=0.01)


def test_setup_inspection_is_never_the_change(juniper: Analysis) -> None:
    setups = {e.evidence[0].text for e in juniper.exchanges if e.setup}
    assert not setups & {q.text for change in juniper.feedback.changes for q in change.quotes}


def test_the_page_asks_nothing_of_the_network(juniper: Analysis) -> None:
    page = render(juniper, "html", load_rubric())
    assert "default-src 'none'" in page
    assert not re.search(r"""(?:src|href|url)\s*[=(]\s*["']?\s*(?:https?:)?//""", page)


class Collector(HTMLParser):
    """Gathers tags and text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


HOSTILE = "<script>alert('x')</script> & \"quotes\" \u202e rtl 😀 {{ 7*7 }}"


def test_hostile_words_and_names_are_shown_as_text() -> None:
    turns = (
        Turn(1, HOSTILE, f"What would you do about {HOSTILE} today?", 0.0, 5.0),
        Turn(
            2, "Rep", "I would ask them because it matters, and I'll call them tomorrow. " + "word " * 10_000, 5.0, 9.0
        ),
    )
    people = (Participant(HOSTILE, "manager", "flag"), Participant("Rep", "rep", "flag"))
    analysis = analysis_of(
        Transcript(turns, people, Source("transcript", "txt", "", 9.0)), title=HOSTILE, manager=HOSTILE
    )
    collector = Collector()
    collector.feed(render_html(build_view(analysis, load_rubric())))
    assert collector.tags.count("script") == 1  # our own
    assert "{{ 7*7 }}" in collector.text
    assert "<script>alert" in collector.text
    assert "<script>" not in render_markdown(build_view(analysis, load_rubric())).replace("\\<script\\>", "")


def test_the_first_lines_say_that_the_stand_in_made_the_words(juniper: Analysis) -> None:
    source = replace(juniper.transcript.source, engine="sphinx", kind="recording")
    weak = replace(juniper, transcript=replace(juniper.transcript, source=source))
    page = render(weak, "md", load_rubric())
    assert "stand-in recogniser" in "\n".join(page.splitlines()[:6])


def test_a_partly_decoded_recording_is_marked_partial(juniper: Analysis) -> None:
    source = replace(juniper.transcript.source, covered=0.33)
    assert "Partial: 33%" in render(
        replace(juniper, transcript=replace(juniper.transcript, source=source)), "html", load_rubric()
    )


def test_with_roles_withheld_there_is_no_advice_and_no_owner() -> None:
    turns = (
        Turn(
            1, "Speaker 1", "What is next with the clinic? I'll send Marta the sizing sheet by Thursday noon.", 0.0, 5.0
        ),
    )
    people = (Participant("Speaker 1", None, "one channel"),)
    analysis = analysis_of(Transcript(turns, people, Source("recording", "whisper", "small", 5.0)))
    assert analysis.feedback.strengths == analysis.feedback.changes == ()
    assert {one.owner for one in analysis.commitments} == {None}
    assert "Roles are withheld" in render(analysis, "html", load_rubric())


def test_the_json_form_is_the_analysis(juniper: Analysis) -> None:
    made = json.loads(render(juniper, "json", load_rubric()))
    assert made["measures"]["working"] == juniper.measures.working
    assert len(made["exchanges"]) == len(juniper.exchanges)


@pytest.mark.parametrize(("seconds", "shown"), [(0, "0:00"), (59.9, "0:59"), (61, "1:01"), (3661.5, "1:01:01")])
def test_times_are_shown_as_a_clock(seconds: float, shown: str) -> None:
    assert clock(seconds) == shown


@pytest.mark.parametrize(
    ("questions", "said"),
    [
        ({"closed": 1}, "You began an exchange with 1 closed question."),
        ({"open": 2, "closed": 1}, "You began exchanges with 2 open questions and 1 closed one."),
        ({"open": 1, "closed": 3, "leading": 2}, "You began exchanges with 1 open question, 3 closed ones and 2 leading ones."),
    ],
)  # fmt: skip
def test_the_forms_of_questions_are_told_in_a_sentence(juniper: Analysis, questions: dict[str, int], said: str) -> None:
    made = replace(juniper, measures=replace(juniper.measures, questions=questions))
    assert build_view(made, load_rubric()).talk.endswith(said)


def test_what_its_owner_said_is_not_called_assigned(juniper: Analysis) -> None:
    promise = replace(juniper.commitments[0], origin="assigned", owner="Erin Costa")
    for speaker, origin in (("Erin Costa", "said by the owner"), ("Martin Hale", "assigned, no assent heard")):
        quoted = replace(promise, quote=replace(promise.quote, speaker=speaker))
        groups = build_view(replace(juniper, commitments=(quoted,)), load_rubric()).commitments
        assert [one.origin for group in groups for one in group.items] == [origin]


@pytest.mark.parametrize("when", ["when you next ask for the forecast", "When you next ask for the forecast."])
def test_the_occasion_is_one_sentence(juniper: Analysis, when: str) -> None:
    change = replace(juniper.feedback.changes[0], suggestion="What would you try?", when=when)
    made = replace(juniper, feedback=replace(juniper.feedback, changes=(change,)))
    assert "\n  - When you next ask for the forecast.\n" in render(made, "md", load_rubric())
    assert ">When you next ask for the forecast.<" in render(made, "html", load_rubric())


def test_without_a_strength_the_page_says_what_was_looked_for(juniper: Analysis) -> None:
    bare = replace(juniper, feedback=replace(juniper.feedback, strengths=()))
    assert "No question of yours was found after which the rep worked something out." in render(
        bare, "html", load_rubric()
    )
