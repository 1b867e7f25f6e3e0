"""What stands beside a label and follows from the words and the labels by code, whichever engine gave the labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from analyzer.labels import cues
from analyzer.labels.rubric import Rubric
from analyzer.model import Exchange, QuestionForm, Transcript, Turn


def question_form(transcript: Transcript, turns: Sequence[Turn]) -> QuestionForm:
    """Return the form of the manager's first question."""
    for turn in turns:
        if transcript.role_of(turn.speaker) != "manager":
            continue
        forms = [cues.question_form(sentence) for sentence in cues.sentences(turn.text)]
        found = [form for form in forms if form != "none"]
        if found:
            return found[-1]  # of several stacked, the one that is answered
    return "none"


def mark_setup(exchanges: Sequence[Exchange], rubric: Rubric) -> list[Exchange]:
    """Facts asked in order to work on them at once are a set-up: the next exchange on the topic is coaching."""
    marked = []
    for position, exchange in enumerate(exchanges):
        following = next((e for e in exchanges[position + 1 :] if e.topic == exchange.topic), None)
        inspected = rubric.measured(exchange) == "inspected"
        setup = inspected and following is not None and rubric.measured(following) == "coached"
        marked.append(replace(exchange, setup=setup))
    return marked
