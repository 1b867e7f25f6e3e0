"""A report is true to the last number, on every meeting that the engines may be tuned on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from html.parser import HTMLParser
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from analyzer.feedback.measures import minutes
from analyzer.feedback.wording import objection
from analyzer.labels.rubric import load_rubric
from analyzer.model import Analysis, EarlierPromise, FollowUp, Participant, Transcript
from analyzer.report.rep import render_rep
from analyzer.report.words import clock, day
from analyzer.report.write import render
from analyzer.transcript.read import read_transcript
from tests.conftest import ROOT
from tests.report.made import analysis_of

DEV = sorted((ROOT / "eval" / "meetings" / "dev").glob("*.json"))
RUBRIC = load_rubric()
NUMBER = re.compile(r"\d+(?::\d\d)+|\d+(?:\.\d+)?(?:\s?(?:min|s|%)(?!\w))?")
VOID = {"meta", "input", "br", "link"}
on_each = pytest.mark.parametrize("path", DEV, ids=lambda path: path.stem)


@cache
def analysed(path: Path) -> Analysis:
    """Return the analysis, with promises of an earlier meeting that came to different ends."""
    read = read_transcript(path)
    people = tuple(Participant(name, role, "file") for name, role in read.roles)  # type: ignore[arg-type]
    names = {role: name for name, role in read.roles}
    made = analysis_of(
        Transcript(read.turns, people, read.source), date=read.date, manager=names["manager"], rep=names["rep"]
    )
    quote = made.exchanges[-1].evidence[0]
    rows = (
        ("kept", quote, None),
        ("moved", quote, date(2026, 12, 24)),
        ("unmentioned", None, None),
        ("untold", None, None),
    )
    earlier = EarlierPromise("x", names["rep"], "send the sheet", date(2026, 1, 7), date(2026, 1, 5))
    follow_ups = tuple(FollowUp(earlier, outcome, said, to) for outcome, said, to in rows)  # type: ignore[arg-type]
    return replace(made, follow_ups=follow_ups)


@dataclass
class Shown:
    """A quote as it stands on the page."""

    text: str = ""
    footer: str = ""


@dataclass
class Page(HTMLParser):
    """Takes a page apart: its own words by tag, and the words that it quotes."""

    text: str
    own: list[str] = field(default_factory=list)
    quotes: list[Shown] = field(default_factory=list)
    turns: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._path: list[tuple[str, str]] = []
        self.feed(self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in VOID:
            self._path.append((tag, given.get("class") or given.get("id") or ""))
        if (tag, given.get("class")) == ("blockquote", "q"):
            self.quotes.append(Shown())
        if given.get("aria-label"):
            self.own.append(given["aria-label"] or "")

    def handle_endtag(self, tag: str) -> None:
        assert self._path.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        tags = [tag for tag, _ in self._path]
        names = [name for _, name in self._path]
        if {"style", "script", "svg"} & set(tags):
            return
        if "turns" in names:
            self.turns.append(data)
        elif "blockquote" in tags:
            quote = self.quotes[-1]
            if "footer" in tags:
                quote.footer += data
            else:
                quote.text += data
        elif tags:
            self.heads += [data] if tags[-1] == "h2" else []
            self.own.append(data)


def numbers(texts: Iterable[str]) -> set[str]:
    return {" ".join(found.split()) for text in texts for found in NUMBER.findall(text)}


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from strings(one)


def quotes_in(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if {"turn", "speaker", "start", "text"} <= set(value):
            yield value
        for one in value.values():
            yield from quotes_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from quotes_in(one)


def told(report: dict[str, Any]) -> Iterator[str]:
    """Yield what a page may say in numbers, computed from the JSON form alone."""
    turns, measures = report["transcript"]["turns"], report["measures"]
    working = measures["working"]
    for seconds in measures["seconds"].values():
        yield from (minutes(seconds), f"{seconds / working:.0%}")
    yield from (minutes(working), f"{working / 60:.1f} min")
    talk, low, bridge = measures["manager_talk"], measures["low_confidence"], measures["bridge"]
    yield from (minutes(talk["part"]), minutes(talk["whole"]), f"{talk['part'] / talk['whole']:.0%}")
    yield from (f"{count:.0f}" for share in (low, bridge) for count in share.values())
    yield from map(str, measures["questions"].values())

    def spoken(exchanges: Iterable[dict[str, Any]]) -> str:
        own = [turn for e in exchanges for turn in turns[e["first"] - 1 : e["last"]]]
        return minutes(sum(turn["end"] - turn["start"] for turn in own))

    for n, exchange in enumerate(report["exchanges"], 1):
        yield from (str(n), clock(turns[exchange["first"] - 1]["start"]), spoken([exchange]))
        yield from [f"{exchange['confidence']:.0%}"] if exchange["confidence"] is not None else []
    yield from (spoken(segment) for _, segment in groupby(report["exchanges"], lambda one: one["topic"]))
    yield from (f"{clock(quote['start'])} {quote['turn']}" for quote in quotes_in(report))
    days = [report["meeting"]["date"], *(one["due"] for one in report["commitments"])]
    days += [one["promise"][name] for one in report["follow_ups"] for name in ("due", "said_on")]
    days += [one["moved_to"] for one in report["follow_ups"]]
    yield from (day(date.fromisoformat(one)) for one in days if one)
    yield from (f"{one['level']} of 5" for one in report["dimensions"])
    yield from (str(len(turns)), f"{report['transcript']['source']['covered']:.0%}")
    yield from (str(len(report["exchanges"])), clock(report["transcript"]["source"]["duration"]), "256")
    rest = {name: value for name, value in report.items() if name not in ("transcript", "exchanges", "measures")}
    yield from strings(rest)
    yield from (label.definition for label in RUBRIC.labels)
    yield "What 1, 3 and 5 mean. 1: 3: 5:"


@on_each
def test_every_number_on_the_page_follows_from_its_json(path: Path) -> None:
    analysis = analysed(path)
    page, report = Page(render(analysis, "html", RUBRIC)), json.loads(render(analysis, "json", RUBRIC))
    assert numbers(page.own) - numbers(told(report)) == set()
    assert len(numbers(page.own)) > 30


def test_a_number_that_does_not_follow_is_found() -> None:
    """Half a minute more in one label shows."""
    analysis = analysed(DEV[0])
    report = json.loads(render(analysis, "json", RUBRIC))
    seconds = analysis.measures.seconds | {"inspection": analysis.measures.seconds["inspection"] + 30}
    other = replace(analysis, measures=replace(analysis.measures, seconds=seconds))
    assert numbers(Page(render(other, "html", RUBRIC)).own) - numbers(told(report))


@on_each
def test_every_quote_stands_in_the_transcript_with_its_speaker_and_second(path: Path) -> None:
    analysis = analysed(path)
    page = Page(render(analysis, "html", RUBRIC))
    assert len(page.quotes) > 10
    for quote in page.quotes:
        found = re.fullmatch(r"([\d:]+) (.+), turn (\d+)", " ".join(quote.footer.split()))
        assert found, quote
        turn = analysis.transcript.turn(int(found[3]))
        assert quote.text in turn.text
        assert found[2] == turn.speaker
        assert clock(turn.start) <= found[1] or len(found[1]) > len(clock(turn.start))
    said = " ".join("".join(page.turns).split())
    assert all(" ".join(turn.text.split()) in said for turn in analysis.transcript.turns)


@on_each
def test_the_page_keeps_to_what_a_manager_may_be_told(path: Path) -> None:
    """Strengths come first, changes are two at most and never of setting up; each rests on words, none judges anybody."""
    analysis = analysed(path)
    feedback = analysis.feedback
    heads = Page(render(analysis, "html", RUBRIC)).heads
    assert heads.index("Keep doing") < heads.index("One change")
    assert len(feedback.changes) <= 2
    setup = {quote.turn for one in analysis.exchanges if one.setup for quote in one.evidence}
    for one in (*feedback.strengths, *feedback.changes):
        assert one.quotes
        assert objection(" ".join(filter(None, (one.text, one.suggestion, one.when)))) is None
    assert not setup & {quote.turn for one in feedback.changes for quote in one.quotes}
    assert objection(feedback.summary) is None
    report = json.loads(render(analysis, "json", RUBRIC))
    for dimension in report["dimensions"]:
        assert objection(dimension["counts"]) is None
        assert dimension["level"] is not None or dimension["reason"]
    for promise in analysis.commitments:
        assert promise.quote.text in analysis.transcript.turn(promise.quote.turn).text


@on_each
def test_the_reps_copy_has_no_label_and_no_feedback(path: Path) -> None:
    analysis = analysed(path)
    text = render_rep(analysis, "html")
    for one in (*analysis.feedback.strengths, *analysis.feedback.changes):
        assert one.text not in text
    for label in ("Inspection", "Directing", "not observed", "of 5"):
        assert label not in re.sub(r"<section aria-labelledby=.s-talk.*?</section>", "", text, flags=re.S)
