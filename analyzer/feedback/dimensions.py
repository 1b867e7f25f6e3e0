"""The ten dimensions of a meeting: each 1 to 5 from counts, or not observed; never added up.

Names, anchors and cut-points are data (``dimensions.toml`` beside the rubric).  What is counted is the labelled
exchanges and, where the anchors ask for a form of words (a probe, a rehearsal, an agenda), the words of the turns.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from analyzer.cadence import BECAME, Rhythm
from analyzer.errors import RubricError
from analyzer.feedback.measures import TELLING, number_of, speaking_time, topic_segments
from analyzer.labels import asking, cues
from analyzer.labels.rubric import Rubric
from analyzer.llm.prompts import prompts_folder, read_part
from analyzer.model import Analysis, Commitment, Exchange, Quote, Transcript, Turn

SKILL = "skill"
"""The topic of a technique that carries over."""
DEALS = frozenset({"opportunity", "account", "call_planning", "call_debrief"})
"""The topics of a single deal, customer or talk with one."""
_FEW_QUESTIONS = 3
"""Under so many a share of open ones says nothing."""
_LITTLE = 60
"""Seconds under which a share of talk says nothing."""
_FEW_PROMISES = 3
"""Under so many a share of dated ones says nothing."""
_QUOTES = 2
_TWO_SIDES = 2
"""Sides of a deal that make it explored."""
_OPENING = 0.15
"""Share of the turns in which an agenda is looked for, and a recap at the other end."""
_FEW_MEETINGS = 4
"""Under so many, held or planned, a rhythm is chance."""
_FAR_APART = 35
"""Days."""
_LONGEST = 25
"""Words of a turn that a dimension quotes."""

_NEXT_TIME = re.compile(r"\b(?:next time|from now on|in future|every time)\b", re.I)
_REHEARSAL = re.compile(
    r"\b(?:try (?:it|that) (?:on me|out)|let me hear|say it to me|role[- ]?play|pretend i(?:'m| am)|i(?:'m| am) the "
    r"(?:buyer|customer|client)|how would you say|practi[sc]e (?:it|that|this))\b",
    re.I,
)
_STRENGTH = re.compile(
    r"\b(?:i (?:really )?(?:like|liked|love|loved|noticed) (?:that |how |the way |when )?you|good that you|do that again|"
    r"keep doing that|that worked because you|what worked was (?:that )?you|you did that well)\b",
    re.I,
)
_EFFECT = re.compile(
    r"\b(?:because|so (?:that )?(?:he|she|they|it|we)|that(?:'s| is) (?:why|how|what)|and (?:then )?(?:he|she|they|it|that|the \w+) "
    r"(?:\w+ed|told|said|gave|came|got|went|let|took|began|started|made|brought|opened|changed)|which (?:got|made|gave|let|"
    r"brought|opened|told)|(?:got|made|let|gave) (?:him|her|them|you|us))\b",
    re.I,
)
_AGENDA = re.compile(
    r"\b(?:agenda|on (?:my|your|our|the) list|(?:two|three|four|a few|couple of) things (?:i|we|for|to|today)|"
    r"(?:i|we)(?:'d| would)? (?:want|like) to (?:cover|go over|talk about|go through)|start with|plan for today)\b",
    re.I,
)
_RECAP = re.compile(
    r"\b(?:recap|to sum up|sum(?:ming)? (?:it|this) up|so,? (?:just )?to (?:confirm|repeat|be clear)|"
    r"let me (?:repeat|play (?:it|that) back)|so you(?:'ll| will| are going to)\b.{5,80}\band i(?:'ll| will))\b",
    re.I,
)


class Cuts(BaseModel):
    """Where a figure is cut into levels; 2 and 4 lie between the anchors."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    two_from: float
    three_from: float
    three_to: float
    five_from: float | None = None
    five_over: float | None = None

    def level(self, figure: float) -> int:
        """Return 1 to 5."""
        if (self.five_from is not None and figure >= self.five_from) or (
            self.five_over is not None and figure > self.five_over
        ):
            return 5
        if figure > self.three_to:
            return 4
        return 3 if figure >= self.three_from else 2 if figure >= self.two_from else 1


class Aspect(BaseModel):
    """A side of a deal, and the words by which it is told to have come up."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_min_length=1)

    name: str
    words: tuple[str, ...] = Field(min_length=1)

    @cached_property
    def heard(self) -> re.Pattern[str]:
        """Finds one of the words; a star at the end of one stands for any ending."""
        parts = (re.escape(word).replace(r"\*", r"\w*") for word in self.words)
        return re.compile(rf"\b(?:{'|'.join(parts)})\b", re.I)


class Definition(BaseModel):
    """What a dimension says at 1, 3 and 5."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_min_length=1)

    id: str
    name: str
    one: str
    three: str
    five: str
    cuts: Cuts | None = None
    aspects: tuple[Aspect, ...] = ()


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: str
    dimension: tuple[Definition, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Dimension:
    """A dimension of one meeting."""

    id: str
    name: str
    level: int | None
    """1 to 5; ``None``: not observed."""
    counts: str
    """What was counted, in words; empty where there is nothing to count."""
    reason: str
    """Why it was not observed, or why it stops where it does; else empty."""
    anchors: tuple[str, str, str]
    """What 1, 3 and 5 mean."""
    quotes: tuple[Quote, ...]
    """Words that the level rests on, at most two."""


@dataclass(frozen=True, slots=True)
class _Counted:
    level: int | None
    counts: str
    reason: str = ""
    quotes: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True)
class _Meeting:
    """An analysis with the runs of exchanges that several dimensions ask for."""

    analysis: Analysis
    rubric: Rubric
    rhythm: Rhythm | None

    @property
    def manager(self) -> str | None:
        return self.analysis.transcript.named("manager")

    @property
    def rep(self) -> str | None:
        return self.analysis.transcript.named("rep")

    @property
    def coached(self) -> list[Exchange]:
        return [one for one in self.analysis.exchanges if self.rubric.measured(one) == "coached"]

    @property
    def labelled_locally(self) -> bool:
        return any((one.stage, one.engine) == ("exchanges", "local") for one in self.analysis.provenance)

    def seconds(self, exchanges: Sequence[Exchange]) -> float:
        return sum(speaking_time(self.analysis.transcript, one) for one in exchanges)

    def turns(self, exchange: Exchange) -> tuple[Turn, ...]:
        return self.analysis.transcript.turns[exchange.first - 1 : exchange.last]

    def said(self, pattern: re.Pattern[str], turns: Sequence[Turn], speaker: str | None = None) -> list[Quote]:
        """Return the sentences of turns that hold a form of words, each as a quote."""
        return [
            quote_of(turn, found.start())
            for turn in turns
            if (speaker is None or turn.speaker == speaker) and (found := pattern.search(turn.text))
        ]


def dimensions(analysis: Analysis, rubric: Rubric, rhythm: Rhythm | None = None) -> tuple[Dimension, ...]:
    """Return all dimensions in the order of their file, observed or not.

    Args:
        analysis: of the meeting.
        rubric: that it was labelled by.
        rhythm: of the two people's meetings up to this one; ``None``: nothing is known of others.

    """
    meeting = _Meeting(analysis, rubric, rhythm)
    return tuple(_shown(one, _COUNTS[one.id](meeting, one)) for one in load_definitions())


def cadence(rhythm: Rhythm | None) -> Dimension:
    """Return the one dimension that follows from other meetings than the one shown."""
    one = next(one for one in load_definitions() if one.id == "cadence")
    return _shown(one, _rhythm(rhythm, one))


def _shown(one: Definition, found: _Counted) -> Dimension:
    anchors = (one.one, one.three, one.five)
    return Dimension(one.id, one.name, found.level, found.counts, found.reason, anchors, found.quotes[:_QUOTES])


@cache
def load_definitions(path: Path | None = None) -> tuple[Definition, ...]:
    """Return the definitions in ``path``, the project's own if not given.

    Raises:
        RubricError: the file cannot be read, or names a dimension that the code cannot count.

    """
    path = path or prompts_folder() / "dimensions.toml"
    file = read_part(path, "file of dimensions", _File.model_validate)
    if unknown := [one.id for one in file.dimension if one.id not in _COUNTS]:
        raise RubricError(
            f"the file of dimensions {str(path)!r} names {unknown[0]!r}, which nothing counts: use {', '.join(_COUNTS)}"
        )
    return file.dimension


def quote_of(turn: Turn, at: int = 0) -> Quote:
    """Return the sentence of a turn that holds the character ``at``, cut to the words around it if it is long.

    Its time is that of its first word where words have times, else it is read off its place in the turn.
    """
    sentence = next((m for m in re.finditer(r"[^.!?]+(?:[.!?]+|$)", turn.text) if m.end() > at), None)
    begin, end = sentence.span() if sentence else (0, len(turn.text))
    words = list(re.finditer(r"\S+", turn.text[begin:end]))
    here = sum(begin + word.end() <= at for word in words)
    start_word = 0 if here < _LONGEST else here - _LONGEST // 2
    kept = words[start_word : start_word + _LONGEST]
    first = begin + (kept[0].start() if kept else 0)
    text = turn.text[first : begin + (kept[-1].end() if kept else 0)]
    share = first / len(turn.text) if turn.text else 0.0
    before = len(turn.text[:first].split())
    start = turn.words[before].start if before < len(turn.words) else turn.start + share * turn.duration
    return Quote(turn.n, turn.speaker, round(start, 2), text)


def _future_behaviour(meeting: _Meeting, one: Definition) -> _Counted:
    measures, coached = meeting.analysis.measures, meeting.coached
    if not measures.working:
        return _Counted(None, "", "the talk has no working time")
    seconds = meeting.seconds(coached)
    on = len({exchange.topic for exchange in coached})
    level = _cut(one, seconds / measures.working)
    counts = (
        f"{_min(seconds)} of {_min(measures.working)} of working time ({seconds / measures.working:.0%}), "
        f"on {number_of(on, 'topic')}"
    )
    quotes = _opening_quotes(sorted(coached, key=lambda e: -meeting.seconds([e])))
    if level == 5 and on < 2:
        return _Counted(4, counts, "all on one topic", quotes)
    return _Counted(level, counts, "", quotes)


def _questions(meeting: _Meeting, one: Definition) -> _Counted:
    manager, rep = meeting.manager, meeting.rep
    if manager is None or rep is None:
        return _Counted(None, "", "roles are withheld, so it is not known whose questions they are")
    forms = meeting.analysis.measures.questions
    asked = sum(forms.values())
    if asked < _FEW_QUESTIONS:
        return _Counted(None, f"{number_of(asked, 'question')} that opened an exchange", "too few for a share")
    open_ = forms.get("open", 0)
    probes = list(_probes(meeting.analysis.transcript.turns, manager, rep))
    talk = meeting.analysis.measures.manager_talk.rate or 0.0
    counts = (
        f"{open_} of {number_of(asked, 'question')} open, {number_of(len(probes), 'probe')} on the rep's words, "
        f"the rep speaks {1 - talk:.0%}"
    )
    met = (open_ / asked >= 0.5) + (len(probes) >= 3) + (1 - talk >= 0.55)
    if open_ / asked <= 0.2:
        return _Counted(1, counts, "", tuple(probes))
    if not probes:
        return _Counted(2, counts)
    return _Counted({3: 5, 2: 4}.get(met, 3), counts, "", tuple(probes))


def _probes(turns: Sequence[Turn], manager: str, rep: str) -> Iterator[Quote]:
    """Yield the manager's open questions that take up a word that the rep has just used."""
    for before, turn in pairwise(turns):
        if turn.speaker != manager or before.speaker != rep:
            continue
        heard = asking.content(before.text)
        for found in re.finditer(r"[^.!?]+(?:[.!?]+|$)", turn.text):
            if cues.question_form(found[0]) == "open" and asking.content(found[0]) & heard:
                yield quote_of(turn, found.start())
                break


def _capability(meeting: _Meeting, one: Definition) -> _Counted:
    if TELLING not in {label.id for label in meeting.rubric.labels}:
        return _Counted(None, "", f"this rubric has no label {TELLING!r}")
    told = [exchange for exchange in meeting.analysis.exchanges if exchange.label == TELLING]
    coached, telling = meeting.seconds(meeting.coached), meeting.seconds(told)
    if not coached + telling:
        return _Counted(None, "", "no problem was worked on or solved")
    share = coached / (coached + telling)
    counts = f"{_min(coached)} of {_min(coached + telling)} of coaching and directing is coaching ({share:.0%})"
    if coached + telling < _LITTLE:
        return _Counted(None, counts, "too little for a share", _opening_quotes(meeting.coached or told))
    level = _cut(one, share)
    later = [quote for exchange in meeting.coached for quote in meeting.said(_NEXT_TIME, meeting.turns(exchange))]
    if level == 5 and not later:
        return _Counted(4, counts, "no “next time …” was heard", _opening_quotes(meeting.coached))
    return _Counted(level, counts, "", tuple(later) or _opening_quotes(meeting.coached if level > 2 else told))


def _deals(meeting: _Meeting, one: Definition) -> _Counted:
    """A stretch of talk stands for a deal: labels tell topics, and not which customer is meant."""
    stretches = [s for s in topic_segments(meeting.analysis.exchanges) if s[0].topic in DEALS]
    if not stretches:
        return _Counted(None, "", "no stretch of the talk is on a single deal, customer or call")
    coached = [own for s in stretches if (own := [e for e in s if meeting.rubric.measured(e) == "coached"])]
    whole = f"{number_of(len(stretches), 'stretch', 'stretches')} on single deals, customers or calls"
    if not coached:
        work = [e for s in stretches for e in s if e.label in meeting.rubric.working]
        told = [e for e in work if meeting.rubric.measured(e) != "inspected"]
        asked = [e for e in work if e not in told and e.evidence and e.evidence[0].speaker == meeting.manager]
        quotes = _opening_quotes(asked)[:1]
        return _Counted(2 if told else 1, f"no coaching in {whole}", "", quotes)
    heard = [_aspects(meeting, one.aspects, own) for own in coached]
    explored = [found for found in heard if len(found) >= _TWO_SIDES]
    names = _listed([aspect.name for aspect in one.aspects])
    counts = f"coaching in {len(coached)} of {whole}"
    quotes = tuple(dict.fromkeys(quote for found in explored for quote in found))
    if not explored:
        return _Counted(None, counts, f"{names} were not heard in these words")
    counts += f", two or more of {names} heard in {len(explored)}"
    if len(explored) == 1:
        return _Counted(3, counts, "", quotes)
    return _Counted(5 if 2 * len(explored) > len(stretches) else 4, counts, "", quotes)


def _aspects(meeting: _Meeting, aspects: Sequence[Aspect], exchanges: Sequence[Exchange]) -> list[Quote]:
    """Return the first words on each side of a deal that came up."""
    turns = [turn for exchange in exchanges for turn in meeting.turns(exchange)]
    return [said[0] for aspect in aspects if (said := meeting.said(aspect.heard, turns))]


def _skill(meeting: _Meeting, one: Definition) -> _Counted:
    if SKILL not in {topic.id for topic in meeting.rubric.topics}:
        return _Counted(None, "", f"this rubric has no topic {SKILL!r}")
    on = [exchange for exchange in meeting.coached if exchange.topic == SKILL]
    if not meeting.coached:
        return _Counted(None, "", "nothing was coached")
    if not on:
        counts = f"0 of {number_of(len(meeting.coached), 'coaching exchange')} on a skill that carries over"
        if meeting.labelled_locally:
            return _Counted(None, counts, "the local engine hardly ever finds this topic")
        return _Counted(1, counts)
    turns = [turn for exchange in on for turn in meeting.turns(exchange)]
    numbers = {turn.n for turn in turns}
    example = [exchange for exchange in on if exchange.time == "past"]
    rehearsed = meeting.said(_REHEARSAL, turns)
    agreed = [promise for promise in meeting.analysis.commitments if promise.quote.turn in numbers]
    steps = (("an observed example", example), ("rehearsal", rehearsed), ("agreed practice", agreed))
    there = [name for name, found in steps if found]
    counts = f"{number_of(len(on), 'coaching exchange')} on a skill" + (
        f", with {' and '.join(there)}" if there else ""
    )
    return _Counted(2 + len(there), counts, "", (*_opening_quotes(on)[:1], *rehearsed[:1]))


def _reinforcement(meeting: _Meeting, one: Definition) -> _Counted:
    if meeting.manager is None:
        return _Counted(None, "", "roles are withheld, so it is not known who named a strength")
    turns = [turn for exchange in meeting.coached for turn in meeting.turns(exchange)]
    named = meeting.said(_STRENGTH, turns, meeting.manager)
    count = _taken_up_again(meeting)
    again = f"{number_of(count, 'coached topic')} taken up again later in the talk" if count else ""
    if not named:
        return _Counted(None, again, "no “I liked how you …” or “keep doing that” was heard in a coaching exchange")
    counts = "; ".join(
        part for part in (f"{number_of(len(named), 'strength')} named in coaching exchanges", again) if part
    )
    if len(named) == 1:
        return _Counted(3, counts, "", tuple(named))
    with_effect = [quote for quote in named if _EFFECT.search(_after(meeting.analysis.transcript, quote))]
    if len(with_effect) < 2:
        return _Counted(4, counts, f"{len(with_effect)} of them with what came of it", tuple(named))
    correction = next((e for e in meeting.analysis.exchanges if e.label == TELLING), None)
    if correction is not None and correction.first <= with_effect[1].turn:
        return _Counted(4, counts, "an instruction came before the second", tuple(with_effect))
    return _Counted(5, counts, "", tuple(with_effect))


def _after(transcript: Transcript, quote: Quote) -> str:
    """Return what is said in a quote and after it in its turn."""
    text = transcript.turn(quote.turn).text
    return text[max(0, text.find(quote.text)) :]


def _taken_up_again(meeting: _Meeting) -> int:
    """Return how many topics were coached, left for others, and coached again."""
    runs = [s[0].topic for s in topic_segments(meeting.analysis.exchanges)
            if any(meeting.rubric.measured(e) == "coached" for e in s)]  # fmt: skip
    return sum(count > 1 for count in Counter(runs).values())


def _commitments(meeting: _Meeting, one: Definition) -> _Counted:
    if meeting.rep is None:
        return _Counted(None, "", "roles are withheld, so owners are not known")
    if meeting.analysis.notes.gaps:
        return _Counted(None, "", "a part of the talk could not be read, and what was promised there is missing")
    own = [promise for promise in meeting.analysis.commitments if promise.owner == meeting.rep]
    if not own:
        return _Counted(1, "no commitment of the rep's found")
    dated = [promise for promise in own if promise.strength >= 4]
    voiced = [promise for promise in dated if promise.quote.speaker == meeting.rep]
    counts = f"{len(dated)} of {len(own)} of the rep's owned and dated, {len(voiced)} of them in the rep's words"
    plain = any(promise.strength > 2 for promise in own)
    if plain and len(own) < _FEW_PROMISES:
        return _Counted(None, counts, "too few for a share", tuple(promise.quote for promise in own))
    level = _cut(one, len(dated) / len(own))
    if level == 1 and plain:
        level = 2  # plain promises are more than wishes
    quotes = tuple(promise.quote for promise in _best(dated or own))
    if level == 5 and len(voiced) / len(own) < 0.8:
        return _Counted(4, counts, "fewer than 80% are in the rep's words", quotes)
    return _Counted(level, counts, "", quotes)


def _best(promises: Sequence[Commitment]) -> list[Commitment]:
    return sorted(promises, key=lambda one: -one.strength)


def _follow_through(meeting: _Meeting, one: Definition) -> _Counted:
    earlier = meeting.analysis.follow_ups
    if not earlier:
        return _Counted(None, "", "no earlier promise of these two is known")
    revisited = [item for item in earlier if item.outcome not in ("unmentioned", "untold")]
    quotes = tuple(item.quote for item in revisited if item.quote)
    untold = sum(item.outcome == "untold" for item in earlier)
    if untold:
        reason = f"what was said of {untold} of {number_of(len(earlier), 'earlier promise')} is not known: that takes a language model"
        return _Counted(None, "", reason, quotes)
    counts = f"{len(revisited)} of {number_of(len(earlier), 'earlier promise')} revisited"
    return _Counted(_cut(one, len(revisited) / len(earlier)), counts, "", quotes)


def _agenda(meeting: _Meeting, one: Definition) -> _Counted:
    turns = meeting.analysis.transcript.turns
    if meeting.manager is None or not turns:
        return _Counted(None, "", "roles are withheld, so it is not known who set the agenda")
    edge = max(4, round(len(turns) * _OPENING))
    stated = meeting.said(_AGENDA, turns[:edge], meeting.manager)
    joint = meeting.said(asking.AGENDA, turns[:edge], meeting.manager)
    recap = meeting.said(_RECAP, turns[-edge:])
    if joint:
        counts = "asked the rep for the agenda" + (", closing recap" if recap else "")
        return _Counted(5 if recap else 4, counts, "" if recap else "no closing recap heard", (*joint[:1], *recap[:1]))
    if stated:
        return _Counted(3, "the manager's agenda is stated", "", (*stated[:1], *recap[:1]))
    first = next((e for e in meeting.analysis.exchanges if e.label in meeting.rubric.working), None)
    if first is None or meeting.rubric.measured(first) != "inspected":
        return _Counted(None, "", "no agenda was heard in the opening turns")
    return _Counted(1, "the first working exchange asks for facts; no agenda heard before it", "", first.evidence[:1])


def _cadence(meeting: _Meeting, one: Definition) -> _Counted:
    return _rhythm(meeting.rhythm, one)


def _rhythm(rhythm: Rhythm | None, one: Definition) -> _Counted:
    """By the calendar where one is known; without it, only long gaps can be told."""
    if rhythm is None:
        return _Counted(None, "", "the day or one of the names is not known, so it stands in no row of meetings")
    planned = sum(rhythm.states.values())
    counts = _met(rhythm)
    if planned >= _FEW_MEETINGS:
        held, moved = rhythm.states.get("held", 0), rhythm.states.get("moved", 0)
        told = ", ".join(f"{count} {BECAME[state]}" for state, count in rhythm.states.items())
        level = _cut(one, held / planned) if 2 * (held + moved) >= planned else 2
        return _Counted(
            1 if rhythm.gap > _FAR_APART else level, f"of {number_of(planned, 'planned meeting')}: {told}; {counts}"
        )
    if rhythm.meetings < _FEW_MEETINGS:
        return _Counted(None, counts, f"{_FEW_MEETINGS} are needed, or {_FEW_MEETINGS} planned ones in the calendar")
    if rhythm.gap > _FAR_APART:
        return _Counted(1, counts)
    return _Counted(
        None, counts, "whether they were held as planned is not known without a calendar (analyzer calendar import)"
    )


def _met(rhythm: Rhythm) -> str:
    if rhythm.meetings < 2:
        return "the first meeting of these two in the library"
    apart = f"{number_of(round(rhythm.gap), 'day')} apart"
    if rhythm.meetings == 2:
        return f"2 meetings up to this one, {apart}"
    return f"{rhythm.meetings} meetings up to this one, {apart} (median), {rhythm.longest} at most"


_COUNTS: dict[str, Callable[[_Meeting, Definition], _Counted]] = {
    "future_behaviour": _future_behaviour,
    "questions": _questions,
    "capability": _capability,
    "deals": _deals,
    "skill": _skill,
    "reinforcement": _reinforcement,
    "commitments": _commitments,
    "follow_through": _follow_through,
    "agenda": _agenda,
    "cadence": _cadence,
}


def _cut(one: Definition, figure: float) -> int:
    if one.cuts is None:
        raise RubricError(f"the dimension {one.id!r} needs cuts: add two_from, three_from, three_to and five_from")
    return one.cuts.level(figure)


def _opening_quotes(exchanges: Sequence[Exchange]) -> tuple[Quote, ...]:
    return tuple(exchange.evidence[0] for exchange in exchanges[:_QUOTES] if exchange.evidence)


def _min(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 60 else f"{seconds / 60:.1f} min"


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)
