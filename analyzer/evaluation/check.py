"""What is wrong with a labelled set: format, splits, leaked words, kept replies, quotas."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from analyzer.errors import InputError
from analyzer.evaluation.agreement import by_turn
from analyzer.evaluation.dataset import Meeting, read_meeting
from analyzer.evaluation.series import read_series
from analyzer.labels.rubric import Rubric
from analyzer.llm.replies import read_replies

RUN = 13
"""Words in a row that may not stand both in the test set and in what engines are made from."""
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_TEXT = frozenset((".py", ".toml", ".md", ".jinja", ".txt", ".json", ".jsonl", ".yaml"))


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong."""

    where: str
    what: str


def check(root: Path, rubric: Rubric, quotas: bool, beside: Sequence[Path] = ()) -> Iterator[Problem]:
    """Yield what is wrong with a set.

    Args:
        root: a folder of meetings; the folders ``dev``, ``test`` and ``train`` below it, at any depth, are its splits.
            Labelled series of a split lie in a file of its name in a folder ``series``, kept replies of a language model
            in folders named ``replies``.
        rubric: whose labels count.
        quotas: whether the distribution asked of the project's own set is checked too.
        beside: folders and files in which no run of words of the test split may stand (prompts, tests).

    """
    splits: dict[str, list[Meeting]] = {}
    for path in sorted(root.rglob("*.json")):
        split = next((part for part in path.relative_to(root).parts[:-1][::-1] if part in ("dev", "test", "train")), "")
        if not split:
            continue
        try:
            splits.setdefault(split, []).append(read_meeting(path, rubric))
        except InputError as error:
            yield Problem(str(path), str(error).removeprefix(f"{path}: "))
    if not splits:
        yield Problem(str(root), "holds no meetings below folders named dev, test or train")
    talks = {split: list(found) for split, found in splits.items()}
    for path in sorted(root.rglob("series/*.json")):
        try:
            held = [talk for one in read_series(path) for talk in one.meetings()]
            talks.setdefault(path.stem, []).extend(held)
        except InputError as error:
            yield Problem(str(path), str(error).removeprefix(f"{str(path)!r}: "))
    yield from _doubled(talks)
    yield from _pairs(talks)
    yield from _leaks(talks, beside)
    for path in sorted(root.rglob("replies/*.jsonl")):
        try:
            read_replies(path)
        except InputError as error:
            yield Problem(str(path), str(error))
    if quotas:
        yield from _quotas(splits, rubric)


def _doubled(splits: dict[str, list[Meeting]]) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    words: dict[str, str] = {}
    for split, meetings in splits.items():
        for meeting in meetings:
            text = " ".join(turn.text for turn in meeting.turns)
            if meeting.id in seen:
                yield Problem(meeting.id, f"is in {seen[meeting.id]} and in {split}")
            elif text in words:
                yield Problem(meeting.id, f"has the same words as {words[text]}")
            seen[meeting.id] = split
            words[text] = meeting.id


def _pairs(splits: dict[str, list[Meeting]]) -> Iterator[Problem]:
    seen: dict[tuple[str, ...], str] = {}
    for split, meetings in splits.items():
        for meeting in meetings:
            if seen.setdefault(meeting.pair, split) != split:
                yield Problem(meeting.id, f"{' and '.join(meeting.pair)} are in {seen[meeting.pair]} and in {split}")


def runs_of(text: str) -> set[tuple[str, ...]]:
    """Return the runs of `RUN` words in a text."""
    words = _WORD.findall(text.lower())
    return {tuple(words[n : n + RUN]) for n in range(len(words) - RUN + 1)}


def _leaks(splits: dict[str, list[Meeting]], beside: Sequence[Path]) -> Iterator[Problem]:
    held = {run: m.id for m in splits.get("test", ()) for turn in m.turns for run in runs_of(turn.text)}
    for meeting in splits.get("train", ()):
        for turn in meeting.turns:
            yield from _leaked(held, turn.text, f"{meeting.id}, turn {turn.n}")
    for place in beside:
        files = [place] if place.is_file() else sorted(p for p in place.rglob("*") if p.suffix in _TEXT)
        for path in files:
            yield from _leaked(held, path.read_text(encoding="utf-8", errors="replace"), str(path))


def _leaked(held: dict[tuple[str, ...], str], text: str, where: str) -> Iterator[Problem]:
    for run in runs_of(text):
        if run in held:
            yield Problem(where, f"holds {RUN} words in a row of {held[run]}: {' '.join(run)!r}")
            return


# --- quotas of the project's own set ----------------------------------------------------------------------------------


def _quotas(splits: dict[str, list[Meeting]], rubric: Rubric) -> Iterator[Problem]:
    scored = [*splits.get("dev", ()), *splits.get("test", ())]
    turns = sum(len(m.turns) for m in scored)
    series = Counter(m.series for m in scored if m.series)
    wanted = {
        "meetings in dev": (len(splits.get("dev", ())), 16),
        "meetings in test": (len(splits.get("test", ())), 32),
        "turns in dev and test": (turns, 4_000),
        "pairs of people": (len({m.pair for m in scored}), 24),
        "industries": (len({m.industry for m in scored}), 20),
        "meetings in series of three": (sum(n for n in series.values() if n >= 3), 12),
        "meetings in train": (len(splits.get("train", ())), 120),
        "annotations of every scored meeting": (min((len(m.annotations) for m in scored), default=0), 3),
        "styles": (len({m.style for m in scored} & {"clean", "disfluent", "asr"}), 3),
    }
    for what, (have, need) in wanted.items():
        if have < need:
            yield Problem("quotas", f"{have} {what}, wanted {need} or more")
    lengths = [len(m.turns) for m in scored]
    if lengths and (min(lengths) > 30 or max(lengths) < 230):
        yield Problem("quotas", f"lengths go from {min(lengths)} to {max(lengths)} turns, wanted about 25 to 250")
    yield from _label_quotas(scored, rubric)


def _label_quotas(scored: Sequence[Meeting], rubric: Rubric) -> Iterator[Problem]:
    found = [one for m in scored for one in by_turn(m.gold)]
    labels = Counter(one.label for one in found)
    for label in rubric.labels:
        if not labels[label.id]:
            yield Problem("quotas", f"no turn has the label {label.id!r}")
    measure = {focus.id: focus.measure for focus in rubric.focuses}
    sides = [(measure.get(one.focus), one.time) for one in found if measure.get(one.focus)]
    off = sum(side in (("coached", "past"), ("inspected", "future")) for side in sides)
    if 4 * off < len(sides):
        yield Problem(
            "quotas", f"{off} of {len(sides)} coaching and inspection turns are off-diagonal, wanted a quarter"
        )
    without = sum(m.gold.commitments == () for m in scored)
    if not without:
        yield Problem("quotas", "no meeting is without commitments")
