"""What a report shows: every number and sentence, ready to print.  The forms only lay it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from analyzer.cadence import Rhythm
from analyzer.feedback.agenda import draft_agenda
from analyzer.feedback.dimensions import Dimension, dimensions
from analyzer.feedback.measures import QUESTION_FORMS, minutes, speaking_time, topic_segments
from analyzer.labels.rubric import Rubric
from analyzer.model import Analysis, Commitment, Exchange, FollowUp, Observation, Participant, Provenance, Quote
from analyzer.report import talk as of_talk
from analyzer.report.words import CLAIMED, PAST, clock, day, people, sentence

_STRENGTH = {1: "wish", 2: "hedged", 3: "plain", 4: "owned and dated", 5: "owned, dated, with a visible result"}
_ORIGIN = {
    "volunteered": "volunteered",
    "proposed_accepted": "proposed, then accepted",
    "assigned": "assigned, no assent heard",
}
BY_HAND = "corrected by hand"
_STAGES = {
    "words": "Words",
    "exchanges": "Exchanges and labels",
    "commitments": "Commitments",
    "feedback": "Wording",
    "follow-through": "Earlier promises",
    "llm": "Language model",
    "corrections": "Corrected by hand",
}


@dataclass(frozen=True, slots=True)
class QuoteView:
    """A quote with its time."""

    clock: str
    seconds: float
    speaker: str
    text: str
    turn: int


@dataclass(frozen=True, slots=True)
class BarPart:
    """A label's part of the minutes bar."""

    id: str
    name: str
    definition: str
    seconds: float
    minutes: str
    percent: str
    """Of working time; empty for labels beside it."""
    slot: int
    """Its colour and pattern."""


@dataclass(frozen=True, slots=True)
class ObservationView:
    """A strength or a change."""

    text: str
    quotes: tuple[QuoteView, ...]
    suggestion: str | None
    when: str | None
    """On which occasion, as a sentence."""


@dataclass(frozen=True, slots=True)
class CommitmentView:
    """A promise as listed."""

    action: str
    due: str
    strength: str
    origin: str
    to_customer: bool
    quote: QuoteView


@dataclass(frozen=True, slots=True)
class CommitmentGroup:
    """One person's promises."""

    title: str
    items: tuple[CommitmentView, ...]


@dataclass(frozen=True, slots=True)
class FollowUpView:
    """An earlier promise and what became of it."""

    action: str
    promise: str
    """Since when, and for when."""
    outcome: str | None
    """``None`` where the engine cannot tell."""
    quote: QuoteView | None


@dataclass(frozen=True, slots=True)
class EarlierGroup:
    """Promises of earlier meetings in one state, of one person."""

    state: str
    title: str
    late: bool
    """Whether their day is past."""
    items: tuple[FollowUpView, ...]


@dataclass(frozen=True, slots=True)
class DimensionView:
    """A dimension as listed."""

    name: str
    level: int | None
    shown: str
    """``3 of 5`` or ``not observed``."""
    counted: str
    """What was counted, and why the level is missing or stops where it does."""
    anchors: tuple[str, str, str]
    quotes: tuple[QuoteView, ...]


@dataclass(frozen=True, slots=True)
class MomentView:
    """An exchange as listed under its topic."""

    n: int
    """Of the exchange, from 1: ``analyzer correct`` takes it."""
    seconds: float
    clock: str
    length: str
    label: str
    label_name: str
    definition: str
    setup: bool
    quotes: tuple[QuoteView, ...]
    confidence: str
    low: bool
    slot: int
    correction: str
    """The command by which a reader disagrees."""


@dataclass(frozen=True, slots=True)
class TopicView:
    """Neighbouring exchanges of one topic."""

    name: str
    clock: str
    length: str
    moments: tuple[MomentView, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the last section."""

    what: str
    value: str


@dataclass(frozen=True, slots=True)
class Without:
    """What stands where a section has nothing."""

    strengths: str
    changes: str


@dataclass(frozen=True, slots=True)
class ReportView:
    """A whole report."""

    id: str
    title: str
    heading: str
    subtitle: str
    notices: tuple[str, ...]
    summary: str
    working: tuple[BarPart, ...]
    beside: tuple[BarPart, ...]
    talk: str
    strengths: tuple[ObservationView, ...]
    changes: tuple[ObservationView, ...]
    without: Without
    commitments: tuple[CommitmentGroup, ...]
    earlier: tuple[EarlierGroup, ...]
    earlier_note: str | None
    agenda: tuple[ObservationView, ...]
    topics: tuple[TopicView, ...]
    dimensions: tuple[DimensionView, ...]
    labels: tuple[of_talk.LabelView, ...]
    timeline: tuple[of_talk.Block, ...]
    transcript: tuple[of_talk.TurnView, ...]
    made: tuple[Row, ...]


def build_view(analysis: Analysis, rubric: Rubric, rhythm: Rhythm | None = None) -> ReportView:
    """Return what the report of a meeting shows; ``rhythm`` is that of the two people's meetings up to this one."""
    info = analysis.meeting
    title = info.title or "One-to-one"
    return ReportView(
        id=info.id,
        title=" · ".join(
            part for part in (title, people(info, ""), info.date.isoformat() if info.date else "") if part
        ),
        heading=title,
        subtitle=" · ".join([day(info.date) if info.date else "date not known", people(info)]),
        notices=tuple(notices(analysis)),
        summary=analysis.feedback.summary,
        working=_bar(analysis, rubric, working=True),
        beside=_bar(analysis, rubric, working=False),
        talk=_talk(analysis),
        strengths=tuple(_observation(one) for one in analysis.feedback.strengths),
        changes=tuple(_observation(one) for one in analysis.feedback.changes),
        without=_without(analysis),
        commitments=tuple(_commitments(analysis)),
        earlier=tuple(_earlier_groups(analysis)),
        earlier_note=_UNTOLD if any(one.outcome == "untold" for one in analysis.follow_ups) else None,
        agenda=tuple(_observation(one) for one in draft_agenda(analysis, rubric)),
        topics=tuple(_topics(analysis, rubric)),
        dimensions=tuple(_dimension(one) for one in dimensions(analysis, rubric, rhythm)),
        labels=of_talk.labels(rubric),
        timeline=of_talk.blocks(analysis, rubric),
        transcript=of_talk.transcript(analysis, rubric),
        made=tuple(_made(analysis)),
    )


def _without(analysis: Analysis) -> Without:
    """Say why a section is empty, so that nobody takes it for a verdict."""
    if analysis.transcript.named("manager") is None or analysis.transcript.named("rep") is None:
        withheld = "Left out: it is not known who is the manager and who the rep."
        return Without(withheld, withheld)
    return Without(
        "No question of yours was found after which the rep worked something out.",
        "No change is suggested: of no question and no instruction of yours can it be said plainly what to ask instead.",
    )


def notices(analysis: Analysis) -> list[str]:
    """Return what a reader must know before the first number."""
    source = analysis.transcript.source
    found = warnings(analysis)
    if source.engine == "sphinx":
        found.append(
            "The words come from the built-in stand-in recogniser (pocketsphinx), which gets many words of real "
            "conversation wrong. Take quotes and labels as a trial, not as a record; a Whisper model does this well: "
            "analyzer models pull whisper:small"
        )
    found += [
        f"Partial: turns {gap.first} to {gap.last} of {len(analysis.transcript.turns)} could not be read "
        f"({gap.reason}). They are labelled as unclear, and what was promised in them is missing here."
        for gap in analysis.notes.gaps
    ]
    found += [sentence(one.reason) + "." for one in analysis.notes.dropped if not one.turn]
    if text := _withheld(analysis):
        found.append(text)
    if not analysis.meeting.date:
        why = f" ({ground})" if (ground := analysis.meeting.grounds.get("date")) else ""
        found.append(
            f"The day of the meeting is not known{why}, so spoken deadlines have no dates. Give it with --date."
        )
    return found


def warnings(analysis: Analysis) -> list[str]:
    """Return what is the matter with words and people of a meeting: for the terminal too, where nobody sees the page."""
    source = analysis.transcript.source
    found = [text] if (text := doubt(analysis)) else []
    if source.covered < 1.0:
        lost = source.duration * (1 - source.covered)
        found.append(
            f"Partial: {source.covered:.{0 if source.covered < 0.99 else 2}%} of the recording could be decoded, the file is "
            f"damaged or cut. What was said in the other {lost:.0f} seconds is missing here."
        )
    found += [sentence(warning) + "." for warning in source.warnings]
    if not analysis.transcript.turns:
        found.append("No speech was found in the recording.")
    return found


def _withheld(analysis: Analysis) -> str | None:
    """Return the notice that roles are not known, with the command that settles it where one can."""
    people = analysis.transcript.participants
    names = [person.name for person in people if person.role is None]
    known = analysis.transcript.named("manager") and analysis.transcript.named("rep")
    if not names or known or analysis.transcript.doubt is not None:
        return None
    if len(people) == 1:
        return f"Roles are withheld for {names[0]} ({people[0].ground}), so owners and advice are left out or unsure."
    settle = command(analysis, ("--role", f"{names[0]}=manager"))
    return (
        f"Roles are withheld for {', '.join(names)}: nothing says clearly who is the manager and who the rep, so "
        f"owners and advice are left out or unsure. One command settles it: {settle} (or {names[0]}=rep)."
    )


def doubt(analysis: Analysis) -> str | None:
    """Return the notice that names or roles seem to be exchanged; ``None`` where nothing speaks for it."""
    found = analysis.transcript.doubt
    if found is None:
        return None
    return (
        f"Who is who is in doubt: {found.suspected} ({found.told}). Owners and advice are withheld. If it is so: "
        f"{command(analysis, found.settle)} . If all is right as it is: {command(analysis, found.keep)}"
    )


def command(analysis: Analysis, arguments: tuple[str, ...]) -> str:
    """Return the command that corrects a meeting, as it is typed."""
    typed = (f'"{one}"' if " " in one else one for one in arguments)
    return " ".join(("analyzer correct", analysis.meeting.id, *typed))


def _bar(analysis: Analysis, rubric: Rubric, *, working: bool) -> tuple[BarPart, ...]:
    measures, slots = analysis.measures, of_talk.slots(rubric)
    parts = []
    for label in rubric.labels:
        seconds = measures.seconds.get(label.id, 0.0)
        if label.working is not working or (not working and not seconds):
            continue
        percent = f"{seconds / measures.working:.0%}" if working and measures.working else ""
        parts.append(
            BarPart(label.id, label.name, label.definition, seconds, minutes(seconds), percent, slots[label.id])
        )
    return tuple(parts)


def _talk(analysis: Analysis) -> str:
    talk, questions = analysis.measures.manager_talk, analysis.measures.questions
    parts = []
    if talk.rate is not None:
        parts.append(f"You spoke for {minutes(talk.part)} of {minutes(talk.whole)} ({talk.rate:.0%}).")
    if (asked := _asked(questions)) and talk.rate is not None:
        parts.append(f"You began {'an exchange' if sum(questions.values()) == 1 else 'exchanges'} with {asked}.")
    return " ".join(parts)


def _asked(questions: Mapping[str, int]) -> str:
    """Return the forms of questions with their counts, as ``2 open questions and 1 closed one``; empty for none."""
    told: list[str] = []
    for form in QUESTION_FORMS:
        if n := questions.get(form):
            told.append(f"{n} {form} {'one' if told else 'question'}{'' if n == 1 else 's'}")
    return " and ".join(part for part in (", ".join(told[:-1]), *told[-1:]) if part)


def quote_view(quote: Quote) -> QuoteView:
    """Return a quote as pages show it."""
    return QuoteView(clock(quote.start), quote.start, quote.speaker, quote.text, quote.turn)


def _observation(one: Observation) -> ObservationView:
    when = sentence(one.when.strip().rstrip(".")) + "." if one.when else None
    return ObservationView(one.text, tuple(quote_view(quote) for quote in one.quotes), one.suggestion, when)


def _commitments(analysis: Analysis) -> list[CommitmentGroup]:
    """The rep's, the manager's, and those whose owner is withheld."""
    roles = {"rep": analysis.transcript.named("rep"), "manager": analysis.transcript.named("manager")}
    groups = []
    for role, name in roles.items():
        if name:
            own = [one for one in analysis.commitments if one.owner == name]
            groups.append(CommitmentGroup(f"{name} ({role})", tuple(_commitment(one) for one in own)))
    rest = [one for one in analysis.commitments if one.owner not in [name for name in roles.values() if name]]
    for owner in dict.fromkeys(one.owner for one in rest):
        title = owner or "Owner withheld: it is not known who spoke"
        groups.append(CommitmentGroup(title, tuple(_commitment(one) for one in rest if one.owner == owner)))
    return groups


def _commitment(one: Commitment) -> CommitmentView:
    due = day(one.due) if one.due else "no date"
    if one.due_text and one.due:
        due += f" (“{one.due_text}”)"
    elif one.due_text:
        due = f"“{one.due_text}”"
    return CommitmentView(
        action=sentence(one.action),
        due=due,
        strength=_STRENGTH[one.strength],
        origin=_origin(one),
        to_customer=one.to_customer,
        quote=quote_view(one.quote),
    )


def _origin(one: Commitment) -> str:
    """Return how a promise came about; nobody assigned what its owner says himself."""
    own = one.origin == "assigned" and one.owner is not None and one.quote.speaker == one.owner
    return "said by the owner" if own else _ORIGIN[one.origin]


_OUTCOME = {
    "kept": CLAIMED,
    "moved": "moved",
    "dropped": "dropped",
    "unmentioned": "not mentioned",
}
_UNTOLD = (
    "Where nothing stands beside a promise, this engine cannot tell whether it came up, let alone whether it was done: "
    "that takes a language model. What is done can be marked with analyzer actions done."
)
LATE = sentence(PAST)
_STATES = (LATE, "What became of them is not known", "Carried over", "Closed in this talk")


def _earlier_groups(analysis: Analysis) -> list[EarlierGroup]:
    """What is past its day first, then what nobody can tell, what goes on, what is over; the rep's before the manager's."""
    rank = {"rep": 0, "manager": 1}
    owners = list(dict.fromkeys(one.promise.owner for one in analysis.follow_ups))
    roles = {owner: analysis.transcript.role_of(owner) or "" for owner in owners}
    owners.sort(key=lambda owner: rank.get(roles[owner], 2))
    groups = []
    for state in _STATES:
        for owner in owners:
            own = [one for one in analysis.follow_ups if one.promise.owner == owner and _state(one, analysis) == state]
            if own:
                title = f"{owner} ({roles[owner]})" if roles[owner] else owner
                groups.append(EarlierGroup(state, title, state == LATE, tuple(_earlier(one) for one in own)))
    return groups


def _state(one: FollowUp, analysis: Analysis) -> str:
    """Past its day is what was due before that of the meeting and not moved in it: no other clock decides.

    Where the engine cannot tell what became of a promise, its day says nothing either: it may long be done.
    """
    if one.outcome in ("kept", "dropped"):
        return _STATES[3]
    if one.outcome == "untold":
        return _STATES[1]
    due = one.moved_to if one.outcome == "moved" else one.promise.due
    held = analysis.meeting.date
    return _STATES[0] if due and held and due < held else _STATES[2]


def _earlier(one: FollowUp) -> FollowUpView:
    promise = one.promise
    said = f"said on {day(promise.said_on)}" if promise.said_on else "said earlier"
    due = f"due {day(promise.due)}" if promise.due else "no date"
    outcome = _OUTCOME.get(one.outcome)
    if outcome and one.moved_to:
        outcome += f" to {day(one.moved_to)}"
    return FollowUpView(
        sentence(promise.action), sentence(f"{said}, {due}"), outcome, quote_view(one.quote) if one.quote else None
    )


def _dimension(one: Dimension) -> DimensionView:
    shown = "not observed" if one.level is None else f"{one.level} of 5"
    quotes = tuple(quote_view(quote) for quote in one.quotes)
    counted = sentence("; ".join(part for part in (one.counts, one.reason) if part))
    return DimensionView(one.name, one.level, shown, counted, one.anchors, quotes)


def _topics(analysis: Analysis, rubric: Rubric) -> list[TopicView]:
    topics, n = [], 0
    for segment in topic_segments(analysis.exchanges):
        seconds = sum(speaking_time(analysis.transcript, exchange) for exchange in segment)
        start = analysis.transcript.turn(segment[0].first).start
        moments = tuple(_moment(analysis, at, exchange, rubric) for at, exchange in enumerate(segment, n + 1))
        n += len(segment)
        topics.append(TopicView(rubric.topic_name(segment[0].topic), clock(start), minutes(seconds), moments))
    return topics


def _moment(analysis: Analysis, n: int, exchange: Exchange, rubric: Rubric) -> MomentView:
    label, start = rubric.label(exchange.label), analysis.transcript.turn(exchange.first).start
    confidence = "" if exchange.confidence is None else f"{exchange.confidence:.0%} sure"
    return MomentView(
        n=n,
        seconds=start,
        clock=clock(start),
        length=minutes(speaking_time(analysis.transcript, exchange)),
        label=label.id,
        label_name=label.name,
        definition=label.definition,
        setup=exchange.setup,
        quotes=tuple(quote_view(quote) for quote in exchange.evidence),
        confidence=BY_HAND if exchange.by_hand else confidence,
        low=of_talk.is_low(exchange),
        slot=of_talk.slots(rubric)[label.id],
        correction=of_talk.correction(analysis.meeting.id, n, exchange, rubric),
    )


def _made(analysis: Analysis) -> list[Row]:
    source, info = analysis.transcript.source, analysis.meeting
    rows = [Row(_STAGES[p.stage], _made_with(p)) for p in analysis.provenance]
    if source.speakers:
        rows.append(Row("Speakers", source.speakers))
    rows.append(Row("Rubric", analysis.rubric))
    rows.append(
        Row("Analysed", f"{source.covered:.0%} of {clock(source.duration)}, {len(analysis.transcript.turns)} turns")
    )
    rows += [Row(person.name, _who(person)) for person in analysis.transcript.participants]
    rows += _left_out(analysis)
    low = analysis.measures.low_confidence
    if low.whole:
        rows.append(Row("Low confidence", f"{low.part:.0f} of {low.whole:.0f} exchanges"))
    else:
        rows.append(Row("Confidence", "not given: it was measured on talk with known roles"))
    if source.times == "estimated":
        rows.append(Row("Times", "estimated from the number of words: the transcript carries none"))
    rows.append(Row("Consent", info.consent or "not recorded"))
    rows.append(Row("Source", f"{info.source_name} (SHA-256 {info.id}…)"))
    if made := analysis.provenance[0].made:
        at = datetime.fromisoformat(made)
        rows.append(Row("Made", f"{day(at)}, {at:%H:%M %Z}"))
    return rows


def _who(person: Participant) -> str:
    sure = "" if person.confidence is None or person.role is None else f" ({person.confidence:.0%} sure)"
    return f"{person.role or 'role withheld'}{sure}: {person.ground}"


def _made_with(made: Provenance) -> str:
    if made.stage == "corrections":
        return made.settings["corrections"]
    if made.stage == "llm":
        return f"{made.model}, {made.settings['endpoint']}: {made.settings['paid']}"
    return " ".join(part for part in (made.engine, made.model, f"(version {made.version})") if part)


def _left_out(analysis: Analysis) -> list[Row]:
    """What an engine said and the transcript does not bear out: how often, and why."""
    rows = []
    for what in dict.fromkeys(one.what for one in analysis.notes.dropped if one.turn):
        own = [one for one in analysis.notes.dropped if one.what == what and one.turn]
        reasons = "; ".join(f"turn {one.turn}: {one.reason}" for one in own[:5])
        rows.append(Row(f"Left out ({what})", f"{len(own)}: {reasons}{' …' if len(own) > 5 else ''}"))
    return rows
