"""Who is the manager and who the rep, by their words: cues counted on both sides and weighed.

A cue's evidence is the logarithm of the ratio of its counts on the two sides, one added to each, so that a short talk
says little and a long one more.  The sum over all cues is the logarithm of the odds that the first side is the manager;
exchanging the sides turns its sign.  Weights are trained by `analyzer.evaluation.roles`; they are few and can be read.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from analyzer.errors import EngineError
from analyzer.model import Turn

WEIGHTS = Path(__file__).with_name("role_weights.json")

_AND = r"(?:\s+(?:just|also|already|then|actually|really|even|only|still))?"
_WORK = (
    r"pipeline|deals?|quota|numbers?|accounts?|territory|patch|forecast|target|customers?|clients?|calls?|prospects?|"
    r"list|week|month|quarter|notes|contact|champion|route|diary|calendar|demo|opener|pitch|side|commission"
)
_CUSTOMER = r"(?:him|her|them|they|the\s+(?!team\b|board\b)\w+)"


@dataclass(frozen=True, slots=True)
class Cue:
    """Words by which a manager and a rep differ."""

    of: Literal["manager", "rep"]
    """Who says so more often."""
    pattern: re.Pattern[str]
    said: str
    """What somebody does who says so, for the reader; empty: counted, and not told."""


def _cue(of: Literal["manager", "rep"], pattern: str, said: str = "") -> Cue:
    return Cue(of, re.compile(pattern, re.IGNORECASE), said)


CUES: dict[str, Cue] = {
    "status": _cue(
        "manager",
        r"\bwhere (?:are|is|does|do|did) (?:we|you|it|that|they|the|this)\b[^.?!]{0,30}"
        r"|\bwhat(?:'s| is) (?:the (?:status|latest|stage|date|amount|value|next step)|happening (?:with|on|at))\b"
        r"|\bany (?:news|word|update|movement)\b|\bwhat happened (?:with|at|on|to)\b|\bwhen(?:'s| is| does| do| did| will| are) "
        r"(?:it|that|they|he|she|the|you|this)\b",
        "asks where things stand",
    ),
    "did_you": _cue(
        "manager",
        r"\b(?:did|have|were|had|haven't|didn't) you\b|\bwhat did you\b|\bwho did you\b|\bhow did you\b",
        "asks what the other did",
    ),
    "do_you": _cue("manager", r"\b(?:do|are|would|could|can|will) you\b", "asks the other for something"),
    "did_they": _cue("manager", r"\b(?:did|does|do|has|have|is|was|are|were) (?:he|she|they)\b"),
    "think": _cue(
        "manager",
        r"\bwhat (?:would|could|might|else|do|did|makes?|made) (?:you|that|he|she|they)\b|\bhow would (?:you|that)\b|"
        r"\bwhat(?:'s| is) (?:your|stopping|behind|the (?:worst|best|reason))\b|\bwhat if you\b|\bwhy do you\b",
        "asks for the other's thinking",
    ),
    "tell_me": _cue(
        "manager",
        r"\b(?:walk|talk|take) me through\b|\btell me (?:about|what|how|more|where|who|why)\b|\blet me hear\b|\bgive me (?:the|a|an)\b|"
        r"\bsay (?:that|it) (?:again|to me)\b|\btry it\b",
        "asks to be told",
    ),
    "how_many": _cue("manager", r"\bhow (?:many|much|long|often|sure|confident|likely|far)\b"),
    "what_how": _cue(
        "manager", r"(?:^|[.?!,]\s*)(?:(?:and|so|but|okay|right)\s+)?(?:what|how|which|why|who|when|where)\b"
    ),
    "question": _cue("manager", r"\?"),
    "reports": _cue(
        "rep",
        r"\b(?:i|we)(?:'ve| have)?"
        + _AND
        + r" (?:sent|called|rang|phoned|met|visited|told|asked|emailed|mailed|quoted|showed|offered|"
        r"pitched|spoke (?:to|with)|talked (?:to|with)|sat (?:down )?with|went (?:to|out|in|over|round|through)|saw|left|"
        r"got|drove|followed up|chased|demoed|presented|walked)\b",
        "reports own work with customers",
    ),
    "they_said": _cue(
        "rep",
        r"\b(?:he|she|they)(?:'s|'ve|'re|'d)? (?:"
        + r"said|says|told|asked|wants?|wanted|sent|called|rang|signed|came back|went|goes|"
        r"thinks?|needs?|likes?|liked|loved|hates?|know|knows|just|never|didn't|doesn't|don't|won't)\b",
        "tells what customers said and did",
    ),
    "third_person": _cue("rep", r"\b(?:he|she|they|him|her|them|his|their)\b"),
    "my_work": _cue(
        "rep",
        rf"\bmy (?:{_WORK})\b",
        "speaks of own deals, list or number",
    ),
    "your_work": _cue(
        "manager",
        rf"\byour (?:{_WORK}|plan)\b",
        "speaks of the other's deals, list or number",
    ),
    "my_manager": _cue(
        "rep",
        r"\b(?:need|want|have) you (?:to|on|in|with)\b.{0,20}\b(?:with me|on the call|approve|sign off)\b|\bif you(?:'d| would|"
        r" could) (?:approve|sign|come|join|back|let me)\b|\bcan i (?:get|have|ask|take|offer|give|go)\b|\bam i (?:allowed|okay)\b|"
        r"\b(?:i was hoping|could you|can you|would you) (?:you could |maybe |also )?(?:approve|join|come|call|talk|speak|sign|get me|help|sit)\b",
        "asks for leave or help",
    ),
    "team": _cue(
        "manager",
        r"\b(?:the (?:whole |rest of the |other )?(?:team|reps|others)|everyone(?: else)? on the team|team (?:meeting|call)|"
        r"(?:my|the) (?:boss|director|vp|board)|forecast (?:call|meeting)|i(?:'ve| have) got (?:to|a) (?:forecast|report|roll|board)|"
        r"leadership|upstairs)\b",
        "speaks for the team or to those above",
    ),
    "i_will": _cue(
        "rep",
        r"\b(?:i'll|i will|i'm going to|i am going to|i'm gonna)"
        + _AND
        + r" (?!be honest|say|admit|tell you|be frank|take (?:it|that))\w+",
        "promises own action (“I'll …”)",
    ),
    "to_customer": _cue(
        "rep",
        r"\b(?:i'll|i will|i'm going to|i can|i could|i'd) (?:\w+ )?(?:call|ring|phone|email|mail|send|ask|tell|visit|see|meet|write|text|"
        r"chase|drive|show|offer) " + _CUSTOMER,
        "promises to call or write to customers",
    ),
    "you_will": _cue(
        "manager",
        r"\b(?:you'll|you will|you're going to|you are going to) (?!have to excuse|never guess|laugh|love)\w+",
        "says what the other will do (“you will …”)",
    ),
    "assigns": _cue(
        "manager",
        r"\b(?:you (?:should|need to|have to|must|ought to|want to|might want)|i (?:want|need|'d like|would like) you to|i'd (?:like|want) "
        r"you|make sure|why don't you|you'd better|don't forget|get me|send me|bring me|let me (?:know|see) (?:when|how|what|by))\b",
        "assigns",
    ),
    "imperative": _cue(
        "manager",
        r"(?:^|[.;!?]\s+|\b(?:so|then|okay|please|and)[, ]+)(?:please |just |then |don't )?(?:send|call|ring|ask|get|put|make|use|bring|"
        r"take|go|give|write|book|push|drop|start|stop|keep|find|set|add|check|offer|try|log|update|pick|leave|read|show|tell|say|do|hold|"
        r"come|think|copy|forget)\s+(?:it|them|him|her|me|the|a|an|that|this|your|those|two|three|one|on|with|up|out|to|through)\b",
        "gives instructions",
    ),
    "lets": _cue(
        "manager",
        r"\blet's\b|\bshall we\b|\bnext (?:one|up|thing)\b|\bmoving on\b|\bwhat else\b|\banything else\b|\bback to\b",
        "leads the talk",
    ),
    "praise": _cue(
        "manager",
        r"\bi (?:really )?(?:like|liked|love|loved|noticed|heard) (?:that|how|the way|what|when) you\b|\bgood (?:work|job|for you|call|question|"
        r"thinking|man|woman|lad|girl|one)\b|\bwell done\b|\bnice (?:work|one|job)\b|\bproud of\b|\bthat's (?:good|great|better|it|a good)\b",
        "comments on the other's work",
    ),
    "takeover": _cue(
        "manager",
        r"\b(?:do you want me|want me|do you need me|should i|shall i|would it help if i|i can|i could) (?:to )?(?:call|join|ring|come|"
        r"speak|talk|sit|step|get|sign|approve|have a word)\b",
        "offers to step in",
    ),
    "thinks": _cue(
        "rep",
        r"\bi (?:think|guess|suppose|would|could|might|should have|wonder|reckon|know|mean|don't know)\b|\bi'd\b|\bmaybe\b|\bprobably\b",
    ),
    "past_i": _cue("rep", r"\bi (?:was|had|did|didn't|thought|felt|tried|got|wrote|said|just)\b"),
    "i": _cue("rep", r"\bi(?:'m|'ve|'d|'ll)?\b|\bme\b|\bmy\b"),
    "you": _cue("manager", r"\byou(?:'re|'ve|'d|'ll)?\b|\byour\b"),
    "assent": _cue(
        "rep",
        r"^(?:yes|yeah|yep|yup|sure|will do|deal|on it|no problem|of course|absolutely|no|nope|not yet|mm|um|uh|well|honestly)\b",
    ),
    "receipt": _cue(
        "manager",
        r"^(?:okay|ok|right|good|great|fine|all right|alright|so|and|perfect|lovely|hm|got it|nice|excellent)\b",
    ),
    "hedge": _cue(
        "rep", r"\b(?:honestly|to be (?:honest|fair)|sort of|kind of|i mean|you know|like|anyway|basically|sorry)\b"
    ),
    "thanks": _cue("rep", r"\bthank(?:s| you)\b"),
    "because": _cue("rep", r"\b(?:because|cause|so that|the reason|which means)\b"),
}
"""By name; order is that of the weights file."""
LENGTHS: dict[str, Literal["manager", "rep"]] = {"long": "rep", "short": "manager"}
"""Turns of forty words and more, and of five and fewer; whose they are more often."""
SIDES: dict[str, Literal["manager", "rep"]] = {name: cue.of for name, cue in CUES.items()} | LENGTHS
"""All that is counted, in the order of the weights; a weight never points to the other side than this says."""
SURE = 0.99
"""No confidence goes beyond this: it was measured on hundreds of meetings, not on thousands."""
_TOLD = 3
_ASIDE = 0.15
"""Share of the words up to which further speakers are there beside the two who hold the talk."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What was learnt; see the file for where from."""

    cues: dict[str, float]
    names: dict[str, float]
    """Of the evidence in spoken names; see `analyzer.transcript.swap`."""
    withhold: float
    """Confidence below which the words name no roles."""
    alarm: float
    """Probability of an exchange from which a meeting is flagged."""


@cache
def weights(path: Path = WEIGHTS) -> Weights:
    """Return the weights in a file.

    Raises:
        EngineError: it is not there or none of ours.

    """
    try:
        said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return Weights(**{name: said[name] for name in ("cues", "names", "withhold", "alarm")})
    except (OSError, ValueError, KeyError) as error:
        raise EngineError(f"the weights {str(path)!r} cannot be read ({error!r}): install the package again") from error


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the words say about two speakers."""

    odds: float
    """Logarithm of the odds that the first of the two is the manager."""
    told: tuple[str, ...] = ()
    """The strongest cues for what they say, counted, for the reader."""


def probability(odds: float) -> float:
    """Return the probability of logarithmic odds."""
    return 1 / (1 + math.exp(-max(-500.0, min(500.0, odds))))


def counts_of(turns: Iterable[Turn]) -> dict[str, dict[str, int]]:
    """Return for each speaker how often each cue is heard."""
    found: dict[str, dict[str, int]] = {}
    for turn in turns:
        counts = found.setdefault(turn.speaker, dict.fromkeys(SIDES, 0))
        plain = turn.text.replace("\u2019", "'").strip()
        for name, cue in CUES.items():
            counts[name] += sum(1 for _ in cue.pattern.finditer(plain))
        words = len(plain.split())
        counts["long"] += words >= 40
        counts["short"] += words <= 5
    return found


def holders(turns: Sequence[Turn]) -> tuple[str, str] | None:
    """Return the two who hold the talk, the first heard first; ``None`` where fewer speak, or others say much."""
    words: dict[str, int] = {}
    for turn in turns:
        words[turn.speaker] = words.get(turn.speaker, 0) + len(turn.text.split())
    most = sorted(words, key=lambda speaker: -words[speaker])
    if len(most) < 2 or sum(words[speaker] for speaker in most[2:]) > _ASIDE * sum(words.values()):
        return None
    one, other = (speaker for speaker in words if speaker in most[:2])
    return one, other


def contrast(one: float, other: float) -> float:
    """Return the evidence in two counts; exchanging them turns the sign."""
    return math.log((one + 1) / (other + 1))


def evidence(turns: Sequence[Turn], one: str, other: str) -> Evidence:
    """Return what the words say about who of two speakers is the manager; nothing, if either is silent."""
    return weighed(counts_of(turns), one, other)


def weighed(counts: Mapping[str, Mapping[str, int]], one: str, other: str) -> Evidence:
    """Return what cues that are counted already, by `counts_of`, say; see `evidence`."""
    if one not in counts or other not in counts:
        return Evidence(0.0)
    learnt = weights().cues
    shares = {name: learnt[name] * contrast(counts[one][name], counts[other][name]) for name in SIDES}
    odds = sum(shares.values())
    return Evidence(odds, tuple(_told(shares if odds >= 0 else {n: -s for n, s in shares.items()}, counts, one, other)))


def _told(shares: Mapping[str, float], counts: Mapping[str, Mapping[str, int]], one: str, other: str) -> Iterable[str]:
    """Yield the cues that say most, each with who says it and how often."""
    best = sorted((n for n in CUES if CUES[n].said and shares[n] > 0), key=lambda n: -shares[n])[:_TOLD]
    for name in best:
        more, less = (one, other) if counts[one][name] >= counts[other][name] else (other, one)
        yield f"{more} {CUES[name].said} {how_often(counts[more][name])} ({less}: {counts[less][name]})"


def how_often(times: int) -> str:
    """Return a count as a reader says it."""
    return "once" if times == 1 else f"{times} times"
