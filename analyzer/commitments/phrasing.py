"""What a promise is called on a list: a verb phrase out of the words said, "send Marta the sizing sheet"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from textwrap import shorten

from analyzer.commitments.clauses import OPENING
from analyzer.commitments.due import DuePhrase, find_at_once, find_dues, resolve_due
from analyzer.commitments.spans import Found
from analyzer.labels.cues import sentences
from analyzer.model import Transcript

VERBS = frozenset(
    "add agree answer approach approve arrange ask attach bin block book borrow break brief bring build buy call cancel "
    "catch chalk change charge chase check circulate clean clear close collect come complete confirm contact convert copy "
    "correct count courier cover create credit cut declare delete deliver dig dial do double download draft draw drive drop "
    "email enter explain export extend fetch file fill film find finish fix flag fly follow forward get give go hand have "
    "hold import inspect install introduce invite invoice issue join keep key knock lay lead leave lend let line list load "
    "lock log look lump mail make map mark measure meet mention merge message move name note nudge offer open order organise "
    "organize own pack pass pay phone photograph pick pin ping place plan pop post practise prepare present press price print "
    "promise proof pull push put quote raise reach read rebook record redo redraw refresh register release remind remove "
    "renew repair reply report request resend resubmit return review revise rewrite ride ring run save say scan schedule see sell send "
    "set share shift shoot show sign sit sort speak spend split square stand start stay step stick stop strike submit survey "
    "swap sweep switch swing tag take talk tell test text thank throw tick tidy track train transfer translate try turn type "
    "update upload use verify visit wait walk warn wash watch weigh work write".split()
)
"""Base forms with which a line on a list begins."""
_VAGUE = frozenset("do get have sort make see".split())
"""Verbs that say nothing beside a pronoun."""
_BARE = frozenset(
    "it that this them those these him her me you us there one ones both all so then too as well to in on up out over off "
    "back down for with of at from about by the a an and or done now again first anyway myself yourself forward away through here together sure morning afternoon evening night lunch week today tonight "
    "tomorrow".split()
)
"""Words that name nothing."""
_NO_VERBS = _BARE | frozenset(
    "not never always only i he she they we it's sorry actually maybe well like my your his our their what who when where".split()
)
"""What may follow "I'll" or "can you" and is no verb."""
_DANGLING = frozenset(
    "and but so or because then i i'll ill i'm the a an to by of um uh er if when while than as it's not don't dont 'cause cause cos "
    "she'd he'd they'd we'd i'd she'll he'll they'll we'll".split()
)
_FILLERS = r"(?:um+|uhm?|er+m?|hm+|oh|well|okay|ok|yeah|yes|yep|right|sure|fine|no|and|so|but|then|also|just|please|maybe|look|listen|all right|alright|because|or|good|great|actually|now|quick(?:ly)?|next|first|don't forget|let me see|remember|remember to)"  # fmt: skip
_ADVERBS = r"(?:(?:just|also|then|definitely|probably|still|even|quickly|maybe|personally|go and|try to|try and|go ahead and|come and|have to|need to|be able to|love to|like to|both)\s+)*"  # fmt: skip
_MODAL = re.compile(
    r"(?:\b(?:i[' ]?ll|i will|i'?m going to|i am going to|i'?m gonna|i can|i could|i should(?= be able)|i'?d|let me(?! see\b)|we'?ll|we can"
    r"|(?:can|could|will|would|when (?:do|will|can|could)|do you want to|are you going to) (?:you|i)"
    r"|you'?ll(?! (?:be|see|want|like|love|know|need))|you (?:need|have|ought) to|you should|you can|you could|make sure (?:you|to)"
    r"|i (?:want|need|'?d like) you to|don'?t forget to|remember to|i(?:'ve)? (?:told|promised|said to) (?:him|her|them|\w+) "
    r"(?:that )?i(?:'d| would|'?ll))"
    r"|\bi'?m(?= \w+ing\b))(?:,? (?:um|uh|er|i'?ll|you))*,?\s+" + _ADVERBS,
    re.IGNORECASE,
)
"""What a promise or a request is opened with."""
_OPENED = re.compile(rf"^(?:{_FILLERS}\b[,.!]*\s+)*{_ADVERBS}", re.IGNORECASE)
_I_DO = re.compile(rf"^(?:me,? )?(?:i|you) (?=(?:{'|'.join(sorted(VERBS))})\b)", re.IGNORECASE)
_ORDER = re.compile(
    rf"(?P<what>(?:the|your|my|our|that|those|these|this|a|an) (?:[\w'-]+ ){{0,6}}?[\w'-]+),?\s+(?P<verb>{'|'.join(sorted(VERBS))})\s+"
    r"(?:it|that|those|them|these|both)\b(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_SUBORDINATE = re.compile(
    r"\b(?:what|when|where|who|whom|how|that|which|if|until|once|because|whether|why|than|as|to|not|i|we|you|he|she|they|can|could|will|would|should|\w+n't|\w+'ll)\s*$",
    re.IGNORECASE,
)
_NOISE = re.compile(r"(?:^|(?<=\s))(?:um+|uhm?|er|erm|hm+)[,.]?\s+|,\s+(?:um+|uhm?|er|erm|hm+)(?=,)", re.IGNORECASE)
_STUTTER = re.compile(r"\b(\w+(?:'\w+)?(?: \w+)?),? (?=\1\b(?!'))", re.IGNORECASE)
_CLOSING = re.compile(
    r"[\s,.;!?\u2026\u2013\u2014-]+(?:(?:it|that|he|she|they)(?:'ll| will) be|though|actually|please|anyway|then|okay|ok|right|yeah|as well|too|thanks|bye|sorry|at the latest|i (?:promise|swear)(?: you)?)?[\s,.;!?-]*$",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r",? (?:because|'?cause|so that|so|which|if|and then|since|while|until|even if)\b|, ", re.IGNORECASE
)
_GOES_ON = re.compile(
    r"\s*(?:[,.;:!?\u2013\u2014-]|$|(?:and|but|so|or|with|for|to|if|because|when|in|at|on|from|about|please|i|then|latest)\b)",
    re.IGNORECASE,
)
"""What may stand behind a deadline that is left out; "before the summer" of "before the summer party" stays."""
_TIMELY = re.compile(
    r"(?:by|before|on|at|in|until|till|today|tonight|tomorrow|this|within|first|straight|right|now|after|when|as)\b",
    re.IGNORECASE,
)
_NAMING = frozenset("tell say put move change push book shift set".split())
"""Verbs of which a bare day is the object: "tell them the seventeenth"."""
_FOR_ME = re.compile(rf"(?:{'|'.join(sorted(VERBS))}) me\b", re.IGNORECASE)
_REQUESTS = re.compile(
    r"\b(?:can|could|will|would) you\b|\byou (?:need|have|ought) to\b|\bmake sure (?:you|to)\b|\bdon'?t forget to\b"
    r"|\bremember to\b|\bi(?:'d like| want| need) you to\b",
    re.IGNORECASE,
)
_RUNS_ON = re.compile(r"(?<=\bit)\s+(?=(?:i|she|he|they|we)(?:'?(?:ll|d)| will| would| can| could)?\b)", re.IGNORECASE)
"""Where speech without stops goes on with another clause: "draft it she'd have it Monday"."""
_BROKEN_OFF = re.compile(r"(?:have|need|want|going) to\s*[,.;]", re.IGNORECASE)
_EMPHATIC = re.compile(r"(?<=^get )yourself (?=\w)|(?<!by)(?<!for)(?<!to)(?<!of)(?<!with) (?:my|your)self(?=$|[,.])")
"""What says no more than who does it."""
_ENDS = re.compile(r"\s*(?:[,.;:!?\u2013\u2014-]|$)")
_ANY_DAY = date(2026, 1, 5)
"""To see whether a deadline means a day at all; a Monday."""
_WIDEST = 80
"""Characters of a quote that stands for an action."""
_LONGEST = 14
"""Words; what is longer loses its asides."""
_BEFORE_OBJECT = VERBS | frozenset("to for with from of at on by behind past about telling giving sending".split())
_SUBJECT = re.compile(
    r"'|\s+(?:two|both|all|guys|lot|and|to|can|will|need|want|have|had|could|would|should|are|were|did|said|got|think|hear|see|like|might|may|must|\w+ed)\b",
    re.IGNORECASE,
)


def action_of(found: Found, transcript: Transcript) -> str:
    """Return what is promised as one would write it on a list.

    The first verb phrase of the promise that names something.  Where it only points ("I'll do that"), or is none ("by
    Friday"), the request that it answers; where that tells no more, the words as they were said, for "catch him" is
    nothing that one could act on.  ``you`` and ``me`` become names where they are the object.
    """
    pieces = [(piece, phrase) for piece in _pieces(found.text) if (phrase := verb_phrase(piece))]
    own = [phrase for piece, phrase in pieces if _is_ours(piece, found)] or [phrase for _, phrase in pieces]
    speaker = found.turn.speaker
    if phrase := next((phrase for phrase in own if _names_something(phrase)), None):
        return _lowered(_named(phrase, speaker, found.by_speaker, transcript))
    request = _request_before(found, transcript) if _only_points(found.text, own) else None
    if request and (not own or own[0].split()[0] in _VAGUE or own[0].split()[0] == request.split()[0]):
        return _lowered(_named(request, transcript.turns[found.turn.n - 2].speaker, False, transcript))
    return _as_said(found.text)


def about_of(found: Found, transcript: Transcript) -> str:
    """Return what a promise seems to be about, to be compared with others: too much guessed to be shown.

    What only points is about the last thing that was named before it, in its own turn or the one before.
    """
    own = [phrase for piece in _pieces(found.text) if (phrase := verb_phrase(piece))]
    phrase = next((phrase for phrase in own if _names_something(phrase)), None)
    if phrase is None and (own[0].split()[0].lower() in _VAGUE if own else _only_points(found.text, own)):
        phrase = _named_before(found, transcript)
    return phrase or (own[0] if own else _as_said(found.text))


def _named_before(found: Found, transcript: Transcript) -> str | None:
    """Return the last verb phrase that names something just before a promise."""
    n, speaker = found.turn.n, found.turn.speaker
    texts = [found.turn.text[: found.start]]
    if n > 1 and transcript.turns[n - 2].speaker != speaker:
        texts.append(transcript.turns[n - 2].text)
    for text in texts:
        for sentence in reversed(sentences(text)[-2:] if text.strip() else []):
            phrases = [phrase for piece in _pieces(sentence) if (phrase := verb_phrase(piece))]
            if named := next((phrase for phrase in reversed(phrases) if _names_something(phrase)), None):
                return named
    return None


def _is_ours(piece: str, found: Found) -> bool:
    """Whether a piece is the owner's to do: "send me the receipt" inside of "I'll sort it, send me the receipt" is not."""
    return not found.by_speaker or not _FOR_ME.match(_OPENED.sub("", _fluent(piece)))


def _only_points(text: str, phrases: Sequence[str]) -> bool:
    """Whether a promise leaves to the words before it what is to be done: "I'll do it", "I'll ring her", "by Friday"."""
    return bool(phrases) or not _names_something(_undated(f"- {text}"))


def _request_before(found: Found, transcript: Transcript) -> str | None:
    """Return the last thing that the other one asks for in the turn before a promise, if it names something."""
    n = found.turn.n
    if n < 2 or not found.by_speaker or transcript.turns[n - 2].speaker == found.turn.speaker:
        return None
    text = transcript.turns[n - 2].text
    for sentence in reversed(sentences(text)[-2:] if text.strip() else []):
        asked = [phrase for piece in _pieces(sentence) if _is_request(piece) and (phrase := verb_phrase(piece))]
        if named := next((phrase for phrase in reversed(asked) if _names_something(phrase)), None):
            return named
    return None


def _is_request(piece: str) -> bool:
    said = _fluent(piece)
    first = re.split(r"[\s,.;!?]", _OPENED.sub("", said), maxsplit=1)[0]
    return bool(_REQUESTS.search(said)) or first.lower() in VERBS


def _as_said(text: str) -> str:
    """Return a promise in its own words, without "um" and what opens it, shortened at a word."""
    said = _OPENED.sub("", _fluent(text)).strip(' ,;-\u2013\u2014"\u201c\u201d') or text.strip() or text
    return (shorten(said, _WIDEST, placeholder="\u2026") if len(said) > _WIDEST else said).removesuffix(".") or said


def _pieces(text: str) -> Iterator[str]:
    """Yield sentences, cut where a promise or a request begins that is no part of what stands before it."""
    for sentence in sentences(text) if text.strip() else []:
        starts = [
            match.end() for match in OPENING.finditer(sentence) if not _SUBORDINATE.search(sentence, 0, match.start())
        ]
        yield from (sentence[start:end] for start, end in pairwise([0, *starts, len(sentence)]))


def verb_phrase(piece: str) -> str | None:
    """Return the words from a verb on, without deadline and asides; ``None`` where there is none."""
    said = _RUNS_ON.split(_fluent(piece), maxsplit=1)[0]
    plain = _OPENED.sub("", said)
    starts = [(_I_DO.sub("", plain), False), *((said[one.end() :], True) for one in _MODAL.finditer(said))]
    for rest, is_modal in starts:
        first = re.split(r"[\s,.;!?]", rest, maxsplit=1)[0]
        if _BROKEN_OFF.match(rest):
            continue
        if verb := _base(first.lower(), is_modal):
            phrase = verb + rest[len(first) :]
            bare = _trimmed(_undated(phrase))
            return bare if " " in bare else None if verb in _VAGUE else _trimmed(phrase)
    return _ordered(plain)


def _ordered(said: str) -> str | None:
    """Return "ring the three with requests" for "the three with requests, ring those today"."""
    order = _ORDER.match(said)
    return _trimmed(_undated(f"{order['verb']} {_lowered(order['what'])}{order['rest']}")) if order else None


def _base(word: str, is_modal: bool) -> str | None:
    """Return the base form of a verb; ``None`` for another word."""
    if word in VERBS:
        return word
    if is_modal and re.fullmatch(r"[a-z]{2,}", word) and word not in _NO_VERBS and not word.endswith("ing"):
        return word
    if is_modal and word.endswith("ing"):  # "I'm dropping it at the depot"
        stem = word[:-3]
        return next((form for form in (stem, stem + "e", stem[:-1], stem[:-1] + "ie") if form in VERBS), None)
    return None


def _fluent(text: str) -> str:
    """Return the words without "um" and without what was said twice."""
    text = _NOISE.sub("", " ".join(text.split()))
    while (once := _STUTTER.sub("", text)) != text:
        text = once
    return text


def _undated(phrase: str) -> str:
    """Leave out the deadlines that stand apart from what is done."""
    found: Sequence[DuePhrase] = [*find_dues(phrase), *find_at_once(phrase)]
    for due in sorted(found, key=lambda one: -one.start):
        if due.end <= len(phrase) and _stands_apart(due, phrase):
            phrase = phrase[: due.start].rstrip(" ,") + phrase[due.end :]
    return phrase


def _stands_apart(due: DuePhrase, phrase: str) -> bool:
    """Whether a phrase stays whole without a deadline: "before she goes for the run" and "get the tenth in" do not."""
    before = phrase[: due.start].split()
    if not before or due.text.lower().startswith("for ") or not _GOES_ON.match(phrase, due.end):
        return False
    ends = _ENDS.match(phrase, due.end)
    if resolve_due(due.text, _ANY_DAY) is None and not ends:
        return False
    if _TIMELY.match(due.text):
        return True
    return before[0].lower() not in _NAMING and (len(before) > 1 or bool(ends))


def _trimmed(phrase: str) -> str:
    """Leave out what trails: asides of a long phrase, closing words, words that begin the next clause."""
    if len(phrase.split()) > _LONGEST:
        aside = next((match for match in _ASIDE.finditer(phrase) if len(phrase[: match.start()].split()) > 3), None)
        phrase = phrase[: aside.start()] if aside else phrase
    while True:
        shorter = _CLOSING.sub("", phrase)
        words = shorter.split()
        if len(words) > 1 and words[-1].lower().strip(",") in _DANGLING:
            shorter = " ".join(words[:-1])
        if shorter == phrase:
            return phrase.strip(' .,;!?-\u2013\u2014\u2026"\u201c\u201d')
        phrase = shorter


def _names_something(phrase: str) -> bool:
    return any(word.lower().strip(",.;!?") not in _BARE for word in phrase.split()[1:])


def _named(phrase: str, speaker: str, by_speaker: bool, transcript: Transcript) -> str:
    """Return the phrase with the names of who is spoken to and who speaks, where they are its objects.

    What the owner of the promise calls his own needs no name: "your calendar" is his where he is told, "my" where he
    promises.
    """
    others = [person.name for person in transcript.participants if person.name != speaker]
    phrase = _EMPHATIC.sub("", phrase)
    if len(others) == 1:
        listener = others[0].split()[0]
        phrase = re.sub(r"\b(\w+) you\b(?=(.*))", lambda match: _object(match, listener), phrase, flags=re.IGNORECASE)
        if by_speaker and not re.search(r"\byou\b", phrase, re.IGNORECASE):
            phrase = re.sub(r"(?<=\w )your\b", f"{listener}'s", phrase)
    if not by_speaker and not re.search(r"\bi\b", phrase, re.IGNORECASE):
        phrase = re.sub(r"(?<=\w )my\b(?! (?:love|dear|god|friend|goodness)\b)", f"{speaker.split()[0]}'s", phrase)
    return re.sub(r"(?<=\w )me\b", speaker.split()[0], phrase)


def _object(match: re.Match[str], listener: str) -> str:
    """Return "send Ines" for "send you", and "what you want" as it is."""
    before, rest = match[1], match[2]
    after = re.findall(r"\w+", rest)[:1]
    is_object = (
        before.lower() in _BEFORE_OBJECT and not _SUBJECT.match(rest) and not (after and after[0].lower() in VERBS)
    )
    return f"{before} {listener}" if is_object else match[0]


def _lowered(phrase: str) -> str:
    return phrase if phrase[:2] in ("I ", "I'") else phrase[:1].lower() + phrase[1:]
