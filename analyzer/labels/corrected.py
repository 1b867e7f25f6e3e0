"""A person's labels over an engine's: they hold for their turns, whichever engine cut and labelled the talk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from analyzer.errors import InputError
from analyzer.labels.derived import mark_setup, question_form
from analyzer.labels.evidence import evidence_of, opening_turn
from analyzer.labels.rubric import Rubric
from analyzer.model import Exchange, Transcript
from analyzer.transcript.corrections import Labelling, find_turns


def relabelled(
    exchanges: Sequence[Exchange], corrections: Sequence[Labelling], transcript: Transcript, rubric: Rubric
) -> tuple[Exchange, ...]:
    """Return exchanges that cover the turns in order, with each corrected stretch as one exchange of its label."""
    if not corrections:
        return tuple(exchanges)
    for one in corrections:
        try:
            turns = find_turns(transcript, one.turns)
            check_label(rubric, one.focus, one.kind)
        except InputError:
            continue  # said in the report by `stale`
        exchanges = _laid_over(exchanges, turns[0].n, turns[-1].n, one, transcript, rubric)
    return tuple(mark_setup(exchanges, rubric))


def stale(corrections: Sequence[Labelling], transcript: Transcript, rubric: Rubric) -> list[str]:
    """Return what has to be said of corrections that do not fit any more."""
    found = []
    for one in corrections:
        try:
            find_turns(transcript, one.turns)
            check_label(rubric, one.focus, one.kind)
        except InputError as error:
            found.append(f"a correction by hand was left out ({one}): {error}")
    return found


def check_label(rubric: Rubric, focus: str, kind: str | None) -> None:
    """Raise where the rubric has no such label.

    Raises:
        InputError: with the labels that there are.

    """
    focuses = [one.id for one in rubric.focuses]
    if focus not in focuses:
        raise InputError(f"{focus!r} is no focus of rubric {rubric.version}: use one of {', '.join(focuses)}")
    kinds = [one.id for one in rubric.kinds if one.of == focus]
    if kind is None and kinds:
        raise InputError(f"{focus!r} needs a kind: add --kind with one of {', '.join(kinds)}")
    if kind is not None and kind not in kinds:
        has = f"use one of {', '.join(kinds)}" if kinds else "it has none"
        raise InputError(f"{kind!r} is no kind of {focus!r}: {has}")


def _laid_over(
    exchanges: Sequence[Exchange], first: int, last: int, one: Labelling, transcript: Transcript, rubric: Rubric
) -> list[Exchange]:
    """Return the exchanges with the turns ``first`` to ``last`` as one, and the rest of those it cuts beside it."""
    before = [_part(e, e.first, min(e.last, first - 1), transcript) for e in exchanges if e.first < first]
    after = [_part(e, max(e.first, last + 1), e.last, transcript) for e in exchanges if e.last > last]
    shared = [e for e in exchanges if e.first <= last and e.last >= first]
    most = max(shared, key=lambda e: min(e.last, last) - max(e.first, first))
    turns = transcript.turns[first - 1 : last]
    coached = any(f.id == one.focus and f.measure == "coached" for f in rubric.focuses)
    made = replace(
        most,
        first=first,
        last=last,
        focus=one.focus,
        kind=one.kind,
        initiator=transcript.role_of(opening_turn(turns).speaker),
        evidence=evidence_of(transcript, turns, coached),
        question_form=question_form(transcript, turns),
        setup=False,
        mixed=False,
        confidence=None,
        by_hand=True,
    )
    return [*before, made, *after]


def _part(exchange: Exchange, first: int, last: int, transcript: Transcript) -> Exchange:
    """Return what is left of an exchange; whole, it is left as it is."""
    if (first, last) == (exchange.first, exchange.last):
        return exchange
    turns = transcript.turns[first - 1 : last]
    kept = tuple(quote for quote in exchange.evidence if first <= quote.turn <= last)
    return replace(
        exchange,
        first=first,
        last=last,
        initiator=transcript.role_of(opening_turn(turns).speaker),
        evidence=kept or evidence_of(transcript, turns, False),
        question_form=question_form(transcript, turns),
    )
