"""Names and roles for the speakers, each with its ground; what nothing says is withheld."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from analyzer.model import Participant, Role, Transcript, Turn
from analyzer.transcript.metadata import ROLES, Known
from analyzer.transcript.roles import SURE, counts_of, holders, probability, weighed, weights
from analyzer.transcript.swap import is_stand_in, names_odds

CERTAIN = 0.7
"""Certainty of a turn's voice from which its speaker is taken for known."""
UNCERTAIN = 0.25
"""Share of speaking time in uncertain turns over which roles are withheld."""


def name_people(
    transcript: Transcript,
    known: Known,
    stated: Sequence[tuple[str, str]] = (),
    numbers: Sequence[int] = (),
    voices: bool = False,
    alone: bool = False,
    untold: str = "who speaks is not told apart",
) -> Transcript:
    """Return the transcript with its speakers named and their roles filled in where something says them.

    Args:
        transcript: speakers as the recording or file gave them, no participants yet.
        known: names of manager and rep, and who is on which channel.
        stated: names with roles as the transcript file itself carries them.
        numbers: which of a recording's channels were transcribed as speakers, from 0; none of a transcript file.
        voices: the speakers are voices that were told apart in one channel, and ``numbers`` counts them.
        alone: the one channel that was heard is a participant's own track, and nothing is on those of the others.  A
            channel of a recording beside a silent one may hold both of them.
        untold: why voices in one channel are not told apart, or what would do it.

    """
    speakers = list(dict.fromkeys(turn.speaker for turn in transcript.turns))
    if voices:
        people = {speaker: _withheld(speaker, "a voice: nothing says whose it is") for speaker in speakers}
        if uncertain(transcript) > UNCERTAIN:  # words in wrong mouths are no evidence of roles
            people = {s: _withheld(s, "a voice: too often it is not clear which one speaks") for s in speakers}
            return replace(transcript, participants=tuple(people.values()))
    elif len(numbers) > 1 or alone:
        people = other_of_two(_by_channel(known, numbers))
    elif numbers:
        people = {speakers[0]: _withheld(speakers[0], f"one channel: {untold}")} if speakers else {}
    else:
        people = {speaker: _by_name(speaker, known, dict(stated), speakers) for speaker in speakers}
        people = other_of_two(people)
    if set(people) == set(speakers):  # one may be on the first channel and speak second
        people = _by_words(people, transcript.turns, known)
    people = {speaker: replace(person, label=speaker) for speaker, person in people.items()}
    turns = tuple(_rename(turn, people) for turn in transcript.turns)
    absent = [p for s, p in people.items() if s not in speakers]
    present = [people[speaker] for speaker in speakers if speaker in people]
    return replace(transcript, turns=turns, participants=(*present, *absent))


def with_missed(transcript: Transcript, known: Known) -> Transcript:
    """Return the transcript with a warning for each name that is said to be manager or rep and that no speaker bears."""
    missed = _missed(known, [person.name for person in transcript.participants])
    warnings = tuple(dict.fromkeys((*transcript.source.warnings, *missed)))
    return replace(transcript, source=replace(transcript.source, warnings=warnings))


def _missed(known: Known, names: Sequence[str]) -> list[str]:
    if not names or any(is_stand_in(name) for name in names):
        return []  # whoever is not named may be anybody
    listed = " and ".join(names) if len(names) < 3 else ", ".join(names)
    return [
        f"the {role} is said to be {name!r} ({known.ground(role)}), and no speaker is surely that: "
        f"those who speak are {listed}. Name the {role} as the transcript does"
        for role, name in (("manager", known.manager), ("rep", known.rep))
        if name and name.casefold() not in (one.casefold() for one in names)
    ]


def is_doubtful(turn: Turn) -> bool:
    """Return whether it is not clear who says a turn; one whose certainty nothing says is taken for clear."""
    return turn.certainty is not None and turn.certainty < CERTAIN


def uncertain(transcript: Transcript) -> float:
    """Return the share of speaking time in turns of which it is not clear who says them."""
    whole = sum(turn.duration for turn in transcript.turns)
    doubtful = sum(turn.duration for turn in transcript.turns if is_doubtful(turn))
    return doubtful / whole if whole else 0.0


def _withheld(name: str, ground: str) -> Participant:
    return Participant(name, None, ground)


def _rename(turn: Turn, people: dict[str, Participant]) -> Turn:
    person = people.get(turn.speaker)
    return turn if person is None or person.name == turn.speaker else replace(turn, speaker=person.name)


def _by_channel(known: Known, numbers: Sequence[int]) -> dict[str, Participant]:
    """Return who is on each channel that was heard; one who is only named has the role that his name has."""
    said, ground = known.channels or (), known.ground("channels")
    people = {}
    for position, channel in enumerate(numbers):
        who = said[channel] if channel < len(said) else None
        where = f"channel {channel + 1}"
        stand_in = f"Speaker {position + 1}"
        if who is None:
            people[stand_in] = _withheld(stand_in, f"{where}: nothing says who is on it")
        elif who == "other" and said.count(who) > 1:  # each has to keep a name of his own
            people[stand_in] = Participant(stand_in, "other", f"{where} ({ground})")
        else:
            people[stand_in] = _by_entry(who, known, said, f"{where} ({ground})")
    return people


def _by_entry(who: str, known: Known, said: Sequence[str], ground: str) -> Participant:
    """Return the person whom an entry of the channel map means, a role or a name."""
    roles: tuple[tuple[Role, str | None], ...] = (("manager", known.manager), ("rep", known.rep), ("other", None))
    for role, name in roles:
        if who == role:
            return Participant(name or role.capitalize(), role, ground)
        if name and _same_person(who, name, list(said)):
            return Participant(name, role, ground)
    return _withheld(who, f"{ground}, named neither as manager nor as rep")


def _by_name(speaker: str, known: Known, stated: dict[str, str], speakers: list[str]) -> Participant:
    role = stated.get(speaker)
    if role in ROLES:
        return Participant(speaker, role, "the transcript file")  # type: ignore[arg-type]
    if speaker.strip().lower() in ("manager", "rep"):
        said: Role = "manager" if speaker.strip().lower() == "manager" else "rep"
        name = known.manager if said == "manager" else known.rep
        return Participant(name or speaker, said, "the speaker label")
    for said, name in (("manager", known.manager), ("rep", known.rep)):
        if name and _same_person(speaker, name, speakers):
            return Participant(name, said, f"name ({known.ground(said)})")
    if known.manager or known.rep:
        return _withheld(speaker, "named neither as manager nor as rep")
    return _withheld(speaker, "nothing says who manages whom")


def other_of_two(people: dict[str, Participant]) -> dict[str, Participant]:
    """In a talk of two where one is known as manager or rep, and nothing is said of the other, roles follow."""
    opposite: dict[Role | None, Role] = {"manager": "rep", "rep": "manager"}
    roles = [person.role for person in people.values()]
    if len(roles) != 2 or roles.count(None) != 1:
        return people
    (certain,) = (role for role in roles if role is not None)
    if certain not in opposite:
        return people
    ground = f"the other of two speakers is the {certain}"
    return {
        speaker: replace(person, role=opposite[certain], ground=ground) if person.role is None else person
        for speaker, person in people.items()
    }


def _by_words(people: dict[str, Participant], turns: tuple[Turn, ...], known: Known) -> dict[str, Participant]:
    """In a talk of two of whom nothing says who manages whom, the words decide where they are clear.

    So they do where somebody else comes in for a moment; where three hold the talk, nothing is known of such talks.
    """
    two = holders(turns)
    if two is None or any(person.role for person in people.values()):
        return people
    one, other = two
    counts = counts_of(turns)
    odds = weighed(counts, one, other).odds + _names_odds(turns, one, other, known)
    confidence = min(SURE, probability(abs(odds)))
    if confidence < weights().withhold:
        return people | {s: replace(people[s], ground=_unclear(people[s].ground, confidence)) for s in two}
    manager, rep = (one, other) if odds > 0 else (other, one)
    named: dict[str, tuple[Role, str]] = {
        manager: ("manager", _name_for(people[manager].name, known.manager)),
        rep: ("rep", _name_for(people[rep].name, known.rep)),
    }
    said = {speaker: name for speaker, (_, name) in named.items()}
    # Two who are given one name are counted as one, and nothing is told of them.
    by_name = {said[speaker]: counts[speaker] for speaker in two}
    told = weighed(by_name, said[manager], said[rep]).told
    ground = f"the words: {'; '.join(told)}"
    return people | {s: Participant(named[s][1], named[s][0], ground, round(confidence, 3)) for s in two}


def _names_odds(turns: Sequence[Turn], one: str, other: str, known: Known) -> float:
    """Return what spoken names say for ``one`` being the manager, where who is called what hangs on that."""
    if not (known.manager and known.rep and is_stand_in(one) and is_stand_in(other)):
        return 0.0
    return names_odds(turns, {one: known.manager, other: known.rep})


def _name_for(speaker: str, name: str | None) -> str:
    return name if name and is_stand_in(speaker) else speaker


def _unclear(ground: str, confidence: float) -> str:
    return ground if confidence == 0.5 else f"{ground}, and the words do not tell clearly ({confidence:.0%} sure)"


def _same_person(speaker: str, name: str, speakers: list[str]) -> bool:
    """Whether a speaker label means ``name``: all of it, or a first or last name that only one speaker bears."""
    label, full = speaker.casefold().split(), name.casefold().split()
    if label == full:
        return True
    if not set(label) <= set(full):
        return False
    return sum(set(other.casefold().split()) <= set(full) for other in speakers) == 1
