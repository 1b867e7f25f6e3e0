"""Labelling a meeting in the terminal: turn by turn, blind to other labels and to engines, kept after every answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analyzer.errors import InputError
from analyzer.evaluation.add import dump_meeting
from analyzer.evaluation.dataset import Annotation, FileCommitment, FileExchange, Meeting, read_meeting
from analyzer.labels.rubric import Rubric

Ask = Callable[[str], str]
Say = Callable[[str], None]
_TIMES = {"p": "past", "n": "present", "f": "future"}
_SHOWN = 3
"""Turns shown before the one in question."""


@dataclass(slots=True)
class _State:
    """What has been answered."""

    exchanges: list[dict[str, Any]] = field(default_factory=list)
    commitments: list[dict[str, Any]] = field(default_factory=list)
    turn: int = 1
    """The next one to be asked about."""


class Session:
    """One annotator and one meeting; resumes where it stopped."""

    def __init__(self, path: Path, annotator: str, rubric: Rubric) -> None:
        self._path = path
        self._annotator = annotator
        self._rubric = rubric
        self._meeting: Meeting = read_meeting(path, rubric)
        if any(annotation.annotator == annotator for annotation in self._meeting.annotations):
            raise InputError(
                f"{annotator!r} has labelled {self._meeting.id!r} already: choose another name, or remove it"
            )
        self._kept = path.with_name(f".{path.stem}.{annotator}.part")
        self._labels = _keys([label.id for label in rubric.labels])
        self._topics = _keys([topic.id for topic in rubric.topics])
        self._state = _State(**json.loads(self._kept.read_text())) if self._kept.exists() else _State()

    def run(self, ask: Ask, say: Say) -> bool:
        """Ask about each turn; return whether the meeting was finished (else it was stopped, and is kept)."""
        say(self._help())
        while self._state.turn <= len(self._meeting.turns):
            if not self._turn(ask, say):
                say(f"stopped at turn {self._state.turn} of {len(self._meeting.turns)}; run the same command to go on")
                return False
            self._kept.write_text(json.dumps({
                "exchanges": self._state.exchanges, "commitments": self._state.commitments, "turn": self._state.turn,
            }))  # fmt: skip
        self._finish()
        say(
            f"finished: {len(self._state.exchanges)} exchanges and {len(self._state.commitments)} commitments in {self._path}"
        )
        return True

    def _help(self) -> str:
        labels = "  ".join(f"{key}={label}" for key, label in self._labels.items())
        return (
            f"{self._meeting.title}, {self._meeting.date}. For each turn: Enter if it goes on with the exchange, or the key "
            f"of the exchange that it opens:\n  {labels}\n"
            "  + a commitment in this turn   z take back the last exchange   q stop"
        )

    def _show(self, say: Say) -> None:
        turn = self._state.turn
        say("")
        for shown in self._meeting.turns[max(0, turn - 1 - _SHOWN) : turn]:
            mark = ">" if shown.n == turn else " "
            say(f"{mark} [{shown.n}] {shown.speaker}: {shown.text}")

    def _turn(self, ask: Ask, say: Say) -> bool:
        state = self._state
        self._show(say)
        open_ = state.exchanges[-1]["kind"] or state.exchanges[-1]["focus"] if state.exchanges else "nothing"
        while True:
            key = ask(f"turn {state.turn} (in {open_})").strip().lower()
            if key == "q":
                return False
            if key == "z" and state.exchanges:
                state.turn = state.exchanges.pop()["first"]
                state.commitments = [one for one in state.commitments if one["turn"] < state.turn]
                return True
            if key == "+":
                self._commitment(ask, say)
            elif key in self._labels:
                self._open(self._labels[key], ask)
                state.turn += 1
                return True
            elif key == "" and state.exchanges:
                state.exchanges[-1]["last"] = state.turn
                state.turn += 1
                return True
            else:
                say("one of " + " ".join(self._labels) + ", Enter, +, z, q")

    def _open(self, label: str, ask: Ask) -> None:
        kind = next((kind for kind in self._rubric.kinds if kind.id == label), None)
        speaker = self._meeting.turns[self._state.turn - 1].speaker
        roles = {person.name: person.role for person in self._meeting.participants}
        measure = None if kind else next(focus.measure for focus in self._rubric.focuses if focus.id == label)
        self._state.exchanges.append(
            {
                "first": self._state.turn,
                "last": self._state.turn,
                "focus": kind.of if kind else label,
                "kind": kind.id if kind else None,
                "time": _choose(ask, "time: p past, n present, f future", _TIMES),
                "topic": _choose(ask, "topic: " + " ".join(f"{k}={t}" for k, t in self._topics.items()), self._topics),
                "initiator": roles[speaker],
                "setup": measure == "inspected"
                and ask("asked in order to work on it at once? y/n").strip().lower() == "y",
                "mixed": False,
            }
        )

    def _commitment(self, ask: Ask, say: Say) -> None:
        turn = self._meeting.turns[self._state.turn - 1]
        quote = ask("the words, exactly as they stand (Enter: the whole turn)").strip() or turn.text
        if quote not in turn.text:
            say("these words do not stand in this turn")
            return
        people = {str(n): person.name for n, person in enumerate(self._meeting.participants, 1)}
        due_text = ask("deadline as spoken (Enter: none)").strip() or None
        one = {
            "owner": _choose(ask, "owner: " + " ".join(f"{k}={name}" for k, name in people.items()), people),
            "action": ask("action, a short imperative").strip() or quote,
            "due": (ask("the day it means, 2026-03-17 (Enter: none)").strip() or None) if due_text else None,
            "due_text": due_text,
            "strength": int(_choose(ask, "strength: 2 hedged, 3 plain, 4 dated, 5 with a result", {n: n for n in "2345"})),
            "origin": _choose(
                ask, "origin: v volunteered, p proposed and accepted, a assigned",
                {"v": "volunteered", "p": "proposed_accepted", "a": "assigned"},
            ),
            "to_customer": False,
            "turn": turn.n,
            "quote": quote,
        }  # fmt: skip
        try:
            FileCommitment.model_validate(one)
        except ValueError as error:
            say(f"not kept: {error}")
            return
        self._state.commitments.append(one)

    def _finish(self) -> None:
        annotation = Annotation(
            annotator=self._annotator,
            rubric=self._rubric.version,
            exchanges=tuple(FileExchange.model_validate(one) for one in self._state.exchanges),
            commitments=tuple(FileCommitment.model_validate(one) for one in self._state.commitments),
        )
        fresh = read_meeting(self._path, self._rubric)  # others may have finished in the meantime
        dump_meeting(fresh.model_copy(update={"annotations": (*fresh.annotations, annotation)}), self._path)
        self._kept.unlink(missing_ok=True)


def _keys(ids: list[str]) -> dict[str, str]:
    """Return a key for each id: its first letter that is free."""
    keys: dict[str, str] = {}
    for id_ in ids:
        key = next(
            letter for letter in id_ + "0123456789" if letter not in keys and letter.isalnum() and letter not in "qz"
        )
        keys[key] = id_
    return keys


def _choose(ask: Ask, question: str, choices: dict[str, str]) -> str:
    while True:
        key = ask(question).strip().lower()
        if key in choices:
            return choices[key]
