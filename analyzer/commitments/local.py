"""The ``local`` engine: rules over first-person promises, requests and instructions, and how they are answered."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from rapidfuzz import fuzz

from analyzer.commitments.due import find_due, resolve_due
from analyzer.labels.cues import is_question, sentences
from analyzer.model import Commitment, Exchange, Origin, Quote, Transcript, Turn

_SAME = 75
"""Token-set similarity of two actions of one owner from which they are one promise said twice."""
_LONGEST = 30
"""Words of a quote, where speech without punctuation gives no end."""

_VERB = r"(?P<verb>[a-z]+(?:'ll)?)"
_HEDGE = r"(?P<hedge>(?:try|hope|aim|attempt|see if i can)(?: to)? )?"
_ADVERB = r"(?:just |then |also |definitely |probably |maybe |certainly |gladly |go and |go ahead and |make sure to )*"
_PROMISE = re.compile(
    rf"\b(?P<who>i(?:'ll| will|'m going to| am going to|'m gonna| shall)|let me|leave it with me[, ]*i(?:'ll| will))\s+"
    rf"(?P<not>not |never )?{_ADVERB}{_HEDGE}{_VERB}",
    re.IGNORECASE,
)
_CAN = re.compile(rf"\bi (?:can|could) {_ADVERB}(?P<hedge>)(?P<not>)?{_VERB}", re.IGNORECASE)
_TOLD = re.compile(
    rf"\bi (?:told|promised) (?:him|her|them|the \w+|[A-Z]\w+) (?:that )?(?:i'd|i would|i'll|i will)\s+"
    rf"(?P<not>not )?{_ADVERB}(?P<hedge>){_VERB}",
)
_REQUEST = re.compile(
    rf"\b(?:could|can|would|will) you (?:please |also |maybe )?(?P<hedge>)(?P<not>)?{_VERB}", re.IGNORECASE
)
_DO = (
    "send|call|ring|phone|email|mail|book|write|update|enter|draft|prepare|schedule|copy|invite|order|submit|forward|"
    "text|message|log|bring|finish|fill|sign|print|post|share|review|arrange|ask"
)
_INSTRUCTION = re.compile(
    rf"(?:^|\b(?:and|then|so|please|you (?:should|need to|have to|must)|i (?:want|need) you to|make sure you)\s+)"
    rf"(?P<not>do not |don't )?(?P<hedge>)(?P<verb>{_DO})\s+(?!back\b)\w+",
    re.IGNORECASE,
)
_NO_ACTION = frozenset(
    "be have think see know need want guess say keep continue like love feel understand admit hope remember lose win miss "
    "stay believe wait bet probably wonder assume tell never always mean stop end imagine take close hit hear go get let "
    "agree".split()
)
_PHRASES = re.compile(
    r"\bi(?:'ll| will) (?:be honest|tell you (?:what|that|why|how|something)|take (?:it|that)|get there|get back to that|"
    r"go (?:with|for) that|get used)",
    re.IGNORECASE,
)
_WHOLE = re.compile(
    r"\bi(?:'ll| will) (?:take (?:him|her|them|the|a|my|maria|care)|get (?:it|that|them|the|you|back|a|hold)|"
    r"go (?:to|and|over|through|back|there|see)|have (?:it|that|them|the|a)|tell (?:him|her|them)|"
    r"see (?:him|her|them))",
    re.IGNORECASE,
)
_ASSENT = re.compile(
    r"^(?:um |uh |oh |and |well )*(?:yes|yeah|yep|sure|okay|ok|all right|alright|will do|deal|fine|great|perfect|"
    r"got it|of course|i will|i can|that would|thank|thanks|done|no problem|absolutely|mm-?hm|right|good|please)\b",
    re.IGNORECASE,
)
_WITH_IF = re.compile(r"\b(?:and|then) if\b|\bso (?:that )?(?:you|he|she|they) (?:can|has|have)\b", re.IGNORECASE)
_CONDITION = re.compile(r"^(?:and |but |so |then )?(?:if|when|unless|in case)\b", re.IGNORECASE)
_PAST_DEADLINE = re.compile(r"\b(?:already|yesterday|last (?:week|night|month))\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Found:
    turn: Turn
    owner: str
    verb: str
    words: str
    """From the promise's first word to the end of its sentence, verbatim."""
    quote: str
    origin: Origin
    hedged: bool
    to_customer: bool = False


class LocalExtractor:
    """Extracts by rules."""

    name = "local"
    model = "rules"
    version = "1"

    def extract(self, transcript: Transcript, exchanges: Sequence[Exchange], said_on: date | None) -> list[Commitment]:
        """Return the commitments; see `Extractor.extract`."""
        found = [_commitment(one, transcript, said_on) for one in _find(transcript)]
        known = len({turn.speaker for turn in transcript.turns}) > 1
        return [one if known else replace(one, owner=None) for one in _merge(found)]


def _find(transcript: Transcript) -> Iterator[_Found]:
    turns = transcript.turns
    for position, turn in enumerate(turns):
        before = turns[position - 1] if position else None
        after = turns[position + 1] if position + 1 < len(turns) else None
        for sentence in sentences(turn.text):
            yield from _first_person(sentence, turn, before, after)
            yield from _second_person(sentence, turn, after, transcript)


def _first_person(sentence: str, turn: Turn, before: Turn | None, after: Turn | None) -> Iterator[_Found]:
    promised = False
    for pattern in (_PROMISE, _TOLD):
        for match in pattern.finditer(sentence):
            words = _clip(sentence[match.start() :])
            if match["not"] or not _is_action(match["verb"], words) or _is_condition(sentence, match.start()):
                continue
            promised = True
            asked = before is not None and before.speaker != turn.speaker and bool(_REQUEST.search(before.text))
            origin: Origin = "proposed_accepted" if asked and pattern is _PROMISE else "volunteered"
            quote = sentence if len(sentence.split()) <= _LONGEST else words
            yield _Found(
                turn, turn.speaker, match["verb"], words, quote, origin, bool(match["hedge"]), pattern is _TOLD
            )
    offer = _CAN.search(sentence)
    if offer and not promised and not is_question(sentence) and _is_action(offer["verb"], sentence):
        asked = before is not None and before.speaker != turn.speaker and bool(_REQUEST.search(before.text))
        taken = after is not None and after.speaker != turn.speaker and bool(_ASSENT.match(after.text))
        if (asked or taken) and "if" not in sentence.lower().split():
            words = _clip(sentence[offer.start() :])
            yield _Found(turn, turn.speaker, offer["verb"], words, words, "proposed_accepted", hedged=False)


def _second_person(sentence: str, turn: Turn, after: Turn | None, transcript: Transcript) -> Iterator[_Found]:
    """A manager's instruction becomes the rep's commitment; accepted if the rep says so next, else assigned."""
    rep = transcript.named("rep")
    if transcript.role_of(turn.speaker) != "manager" or rep is None or is_question(sentence):
        return
    match = _INSTRUCTION.search(sentence)
    if match is None or match["not"]:
        return
    assent = after is not None and after.speaker == rep and bool(_ASSENT.match(after.text))
    if not assent and find_due(sentence) is None:
        return  # unanswered and undated: advice, for all that the words show
    words = _clip(sentence[match.start("verb") :])
    origin: Origin = "proposed_accepted" if assent else "assigned"
    yield _Found(turn, rep, match["verb"], words, words, origin, hedged=False)


def _is_action(verb: str, words: str) -> bool:
    if _PAST_DEADLINE.search(words) or _PHRASES.search(words):
        return False
    return verb.lower() not in _NO_ACTION or bool(_WHOLE.search(words))


def _is_condition(sentence: str, at: int) -> bool:
    """Whether the promise hangs on an if-clause before it: a tactic, unless it names a day."""
    return bool(_CONDITION.search(sentence[:at].strip())) and find_due(sentence) is None


def _clip(words: str) -> str:
    """End an unpunctuated stretch at a plausible place; the result is a verbatim beginning of ``words``."""
    pieces = list(re.finditer(r"\S+", words))
    return words if len(pieces) <= _LONGEST else words[: pieces[_LONGEST - 1].end()]


def _commitment(found: _Found, transcript: Transcript, said_on: date | None) -> Commitment:
    due = find_due(found.words) or find_due(found.quote)
    day = resolve_due(due.text, said_on) if due and said_on else None
    quote = Quote(found.turn.n, found.turn.speaker, found.turn.start, found.quote)
    return Commitment(
        owner=found.owner,
        action=_action(found, due.text if due else None, transcript),
        due_text=due.text if due else None,
        due=day,
        strength=_strength(found, day),
        origin=found.origin,
        quote=quote,
        to_customer=found.to_customer,
    )


def _strength(found: _Found, day: date | None) -> int:
    if found.hedged or re.search(r"\b(?:maybe|probably|hopefully)\b", found.words, re.IGNORECASE):
        return 2
    if found.origin == "assigned" or day is None:
        return 3
    return 5 if _WITH_IF.search(found.words) else 4


def _action(found: _Found, due: str | None, transcript: Transcript) -> str:
    """Return a short imperative: the words from the verb on, without the deadline, ``you`` and ``me`` by name."""
    at = re.search(rf"\b{re.escape(found.verb)}\b", found.words)
    words = found.words[at.start() :] if at else found.words
    if due:
        words = words.replace(due, " ")
    speaker = found.turn.speaker
    listener = next((p.name for p in transcript.participants if p.name != speaker), None)
    if listener:
        words = re.sub(r"\byou\b(?! to\b)", listener.split()[0], words)
    if found.owner != speaker:
        words = re.sub(r"\bme\b", speaker.split()[0], words)
    words = " ".join(words.split()).rstrip(" .,;!?-")
    return words[:1].lower() + words[1:]


def _merge(commitments: Sequence[Commitment]) -> list[Commitment]:
    """Make one of a promise said twice: the later date counts, with the quote that names it."""
    merged: list[Commitment] = []
    for one in commitments:
        same = next((i for i, other in enumerate(merged) if _alike(one, other)), None)
        if same is None:
            merged.append(one)
        elif one.due_text:
            merged[same] = replace(one, origin=merged[same].origin)
    return merged


def _alike(one: Commitment, other: Commitment) -> bool:
    return one.owner == other.owner and fuzz.token_set_ratio(one.action, other.action) >= _SAME
