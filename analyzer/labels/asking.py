"""What a manager's question asks for: thinking, an answer of any kind, a fact; or whether it hands the agenda over.

Only quotes and advice rest on this.  The trained weights rest on `cues`, whose patterns stay as they were trained.
"""

from __future__ import annotations

import re

from analyzer.labels import cues

_HYPOTHETICAL = re.compile(r"\b(?:what|how|which|why|where|who)\b[^?.]{0,40}\b(?:would|could|might)\b", re.I)
_WANTED = re.compile(
    r"\bwhat (?:do|would|did) you (?:really |actually )?(?:want|like|need|make of|take from|learn|notice|hear)\b", re.I
)
_SUPPOSED = re.compile(
    r"\bif\b[^?.]{3,60}\b(?:what|how|why|which|who|where)\b|\bwhat (?:can|could|might) go wrong\b", re.I
)
"""What is asked of a case that is only supposed."""
_FACT = re.compile(
    r"\bwhat (?:(?:sort|kind)s? of|days?|times?|dates?|numbers?|names?|months?|weeks?|stages?|prices?|sizes?|colou?rs?|year)\b"
    r"|\bwhat(?:'s| is| was|'re| are) (?:he|she|they|his|her|their|in|on|left|next|new|the)\b"
    r"|\bwhat (?:did|does|do) (?:he|she|they|it|that|the|his|her|their) (?:[\w'-]+ ){0,3}?(?:say|want|pay|cost|weigh)\b"
    r"|\b(?:is|was|are|were|'s) (?:it|that|he|she|they) called\b"
    r"|\bwhat(?:'s| is| was) your (?:number|forecast|total|figure|quota|target)\b"
    r"|\bwhat else (?:is|have you|do you have)\b",
    re.I,
)
_AMOUNT = re.compile(r"\b(?:how (?:many|much|long|soon|often|far|big|old|early)|what time)\b", re.I)
_LEAVES_OPEN = re.compile(
    r"\b(?:what|how|which|why|where|who|tell me|walk me|let me hear|try it on me|say it to me|do differently)\b", re.I
)
"""One of these is in a question that wants more than a yes, a no or a choice of two."""
_OPENING_WORDS = re.compile(
    r"\b(?:so |and |but |okay )?(?:what|how|which|why|where|who)(?:'s)? (?:did|do|does|would|could|will|might|should|is|are|"
    r"was|were|can)\b",
    re.I,
)
"""Where a question begins in speech that was written down without marks."""
_EMBEDDING = frozenset(
    "that's thats this know knew see saw is was about of ask asked tell told wonder remember show say said".split()
)
"""Words behind which such a beginning is no question: “that's what would have …”."""
_YES_NO = re.compile(
    r"^(?:is|are|was|were|do|does|did|have|has|had|can|could|will|would|should)(?:n't)?\s+(?!not\b)[\w']+", re.I
)
_OWN_CHANGE = re.compile(r"\b(?:do differently|want to (?:try|practi[sc]e))\b", re.I)
_ASKING = re.compile(
    r"\b(?:what|who|whom|whose|how|which|why|where|when|tell me|walk me|talk me|give me|let me hear)\b"
    r"|(?:^|[,;] )(?:(?:and|so|but|okay|right|well|um|uh|er|then|good|yeah)[\s,.]+)*"
    r"(?:is|are|was|were|do|does|did|have|has|had|can|could|will|would|should)(?:n't)?\b",
    re.I,
)
AGENDA = re.compile(
    r"\b(?:what(?:'s| is| do you have)? on your (?:list|mind|agenda)|what (?:do|would|did) you (?:want|like|need) to "
    r"(?:cover|talk about|get out|go over|discuss|work on|start with|begin with)|anything (?:you want|else) (?:to add|on your)|"
    r"(?:where|what) (?:do|would|should|shall) (?:you|we) (?:(?:want|like) to )?(?:start|begin)|what shall we (?:take|do) first)\b",
    re.I,
)
"""Forms that ask the rep what the talk shall be about."""
_NEXT_POINT = re.compile(
    r"\b(?:anything else|what else (?:is|have|do|did|are)|what(?:'s| is) (?:next|left|new)|who(?:'s| is)(?: the)? next|"
    r"who(?:'ve| have) (?:we|you) got|tell me (?:everything|about (?:it|that|your week))|"
    r"how(?:'s| is| are| was| were) (?:you|your|things|life|it going|the (?:week|weekend|trip)))\b",
    re.I,
)
"""Forms that leave the next point to the rep, or only keep the talk company."""
_FILLERS = re.compile(r"(?:,\s*)?\b(?:um+|uh+|er|erm|hm+|ha)\b[,.]?\s*", re.I)
_TWICE = re.compile(r"\b((?:[\w']+ ){0,2}[\w']+)(?:,? \1\b)+", re.I)
_LEAD = re.compile(r"^(?:(?:and|so|but|okay|ok|right|well|good|now|then|yeah|oh|ah|no|anyway)\b[\s,.]*)+", re.I)
_TELLING = 4
"""Words from which a question says by itself what it asks for."""

_WORD = re.compile(r"[^\W\d_]{4,}")
_COMMON = frozenset(
    "about after again also been before could does doing from give going good have here into just know like make "
    "maybe mean more much need next okay only over really right said some still sure take than that their them then "
    "there they thing things think this time very want week well were what when where which will with would yeah "
    "your".split()
)
_SAID = frozenset("said says saying tell told talk again".split())


def question_in(text: str) -> str | None:
    """Return the last question in a turn, verbatim; ``None`` where nothing is asked.

    In a turn without any mark it is looked for from its own first word on.
    """
    asked = [part for part in cues.sentences(text) if cues.is_question(part)]
    if asked:
        return asked[-1]
    if any(mark in text for mark in ".!?"):
        return None
    begins = [at for found in _OPENING_WORDS.finditer(text) if not _is_embedded(text, at := found.start())]
    return text[begins[-1] :].strip() if begins else None


def _is_embedded(text: str, at: int) -> bool:
    before = text[:at].split()
    return bool(before) and before[-1].lower().strip(",") in _EMBEDDING


def plain(question: str) -> str:
    """Return a question as one would write it: without hesitations, repeats and the words that lead into it."""
    return _LEAD.sub("", _TWICE.sub(r"\1", _FILLERS.sub(" ", question).strip())).strip()


def asks_for_thinking(question: str) -> bool:
    """Return whether a question wants a thought of the rep's own: not a fact, not an answer that it holds itself."""
    asked = plain(question)
    if hands_over(question) or _AMOUNT.search(asked) or not _LEAVES_OPEN.search(asked):
        return False
    if cues.question_form(question) == "leading" or (_YES_NO.match(asked) and not _OWN_CHANGE.search(asked)):
        return False
    return any(form.search(asked) for form in (_HYPOTHETICAL, _SUPPOSED, _WANTED, cues.THINKING_QUESTION))


def is_open(question: str) -> bool:
    """Return whether a question leaves its answer open and asks for more than a fact."""
    if hands_over(question) or _FACT.search(plain(question)):
        return False
    return asks_for_thinking(question) or cues.question_form(question) == "open"


def hands_over(question: str) -> bool:
    """Return whether a question leaves it to the rep what to talk about."""
    return bool(AGENDA.search(question) or _NEXT_POINT.search(question))


def asks_for_something(question: str) -> bool:
    """Return whether a question says what it wants to know; a word thrown in with a rising voice does not."""
    return (
        cues.is_question(question)
        and len(plain(question).split()) >= _TELLING
        and bool(_ASKING.search(question))
        and not hands_over(question)
    )


def names_something(question: str) -> bool:
    """Return whether a question has a word of content, by which one knows later what it was about."""
    return bool(content(question) - _SAID)


def content(text: str) -> set[str]:
    """Return the words of a text that carry meaning: of four letters or more, and not the commonest."""
    return {word for word in _WORD.findall(text.lower()) if word not in _COMMON}
