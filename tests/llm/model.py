"""A model of our own for tests: reads a request as any model would and answers every prompt of the product truly."""

from __future__ import annotations

import re
from typing import Any

from tests.llm.server import Act, Body, reply

_LINE = re.compile(r"^([0-9a-f]{6}) (\d+) ([A-Z])(?: \(goes on\))?: (.*)$", re.MULTILINE)
_PROMISE = re.compile(r"\bI'll [^.?!,]*", re.IGNORECASE)
_DUE = re.compile(r"\bby \w+(?: noon)?", re.IGNORECASE)


def lines(body: Body) -> list[tuple[int, str, str]]:
    """Return turn, speaker and words of each line of a request."""
    return [(int(n), who, text) for _, n, who, text in _LINE.findall(body["messages"][1]["content"])]


def prompt_of(body: Body) -> str:
    """Return which prompt a request is of."""
    begins = {"You label": "window", "You write": "feedback", "Two peopl": "follow_through"}
    return begins[body["messages"][0]["content"][:9]]


def _schema(body: Body) -> dict[str, Any]:
    found: dict[str, Any] = body["response_format"]["json_schema"]["schema"]
    return found


def window(body: Body) -> dict[str, Any]:
    """Return pairs of turns as exchanges, the label by turns, and what anybody says he will do."""
    said = lines(body)
    labels = _schema(body)["properties"]["exchanges"]["items"]["properties"]["label"]["enum"]
    exchanges = []
    for at in range(0, len(said), 2):
        n, who, text = said[at]
        last = said[min(at + 1, len(said) - 1)][0]
        exchanges.append(
            {
                "first": n, "last": last, "why": "asked", "label": labels[at // 2 % 2], "time": "past",
                "topic": "opportunity", "sure": "high", "turn": n, "speaker": who, "quote": text[:80].rsplit(" ", 1)[0],
            }
        )  # fmt: skip
    commitments = []
    for n, who, text in said:
        if promise := _PROMISE.search(text):
            due = _DUE.search(promise[0])
            commitments.append(
                {
                    "turn": n, "speaker": who, "quote": promise[0], "promised_by": "speaker", "origin": "volunteered",
                    "action": promise[0][5:], "due_text": due[0] if due else None, "day_text": None, "hedged": False, "firm": False,
                    "to_customer": False, "sure": "high",
                }
            )  # fmt: skip
    return {"exchanges": exchanges, "commitments": commitments}


def feedback(body: Body) -> dict[str, Any]:
    """Return a strength and a change from the first moment of either kind, quoted from the manager."""
    moments = body["messages"][1]["content"].split("\nMoment ")[1:]
    found: dict[str, Any] = {"strengths": [], "changes": [], "agenda": []}
    for moment in moments:
        own = [(int(n), who, text) for _, n, who, text in _LINE.findall(moment) if who == "M"]
        if not own:
            continue
        n, who, text = own[0]
        quote = {"turn": n, "speaker": who, "quote": text}
        if ": coaching" in moment.split("\n")[0] and not found["strengths"]:
            found["strengths"].append({"quotes": [quote], "text": "You asked what could be done, and an idea came."})
        if ": inspection" in moment.split("\n")[0] and not found["changes"]:
            found["changes"].append(
                {"quotes": [quote], "text": "The question brought a fact.", "when": "next time",
                 "question": f"What did you learn about this: {text.rstrip('?.')}?"}
            )  # fmt: skip
    return found


def follow_through(body: Body) -> dict[str, Any]:
    """Return every promise as kept where somebody says that it is sent, else as unmentioned."""
    outcomes = []
    for id_ in _schema(body)["properties"]["outcomes"]["items"]["properties"]["id"]["enum"]:
        sent = next((one for one in lines(body) if "I sent" in one[2]), None)
        n, who, text = sent or (0, "M", "")
        outcomes.append(
            {"id": id_, "why": "said", "outcome": "kept" if sent else "unmentioned", "turn": n, "speaker": who,
             "quote": text, "new_due": None}
        )  # fmt: skip
    return {"outcomes": outcomes}


ANSWERS = {"window": window, "feedback": feedback, "follow_through": follow_through}


def answer(body: Body, number: int = 0) -> Act:
    """Answer any request of the product, and count tokens as a server does."""
    sent = sum(len(one["content"].encode()) for one in body["messages"])
    return reply(ANSWERS[prompt_of(body)](body), prompt_tokens=10 + sent // 4)
