"""Words that show what a turn does: question forms, thinking, instructions, takeovers.

Recognised speech often has no punctuation and no capitals, so nothing here relies on them alone.
"""

from __future__ import annotations

import re

from analyzer.model import QuestionForm, Time

_SENTENCE = re.compile(r"[^.!?]+(?:[.!?]+|$)")
_LEAD = (
    r"^(?:(?:and|so|but|or|okay|ok|right|well|good|great|fine|now|yeah|yes|no|then|hi|hello|morning|um|uh|er|"
    r"perfect|sure|alright|all right|anyway)\b[\s,.]*)*"
)
_AUXILIARY = (
    r"(?:is|are|was|were|do|does|did|have|has|had|can|could|will|would|should|shall|may|might|am|isn't|aren't|don't|"
    r"doesn't|didn't|haven't|hasn't|can't|couldn't|won't|wouldn't)"
)
_SUBJECT = (
    r"(?:i|you|he|she|it|we|they|that|this|there|these|those|the|your|his|her|their|our|my|any|anybody|anyone|"
    r"anything|somebody|someone|[A-Z]\w+)"
)
_OPEN = re.compile(_LEAD + r"(?:what|how|why|which|tell me|walk me|talk me|help me|let me hear|give me an?)\b", re.I)
_WHO_WHEN = re.compile(
    _LEAD + r"(?:who|whom|whose|when|where|how (?:many|much|long|often|far|soon|big|old)|what(?:'s| is) the "
    r"(?:date|amount|value|number|stage|price|status)|give me the)\b",
    re.I,
)
_CLOSED = re.compile(_LEAD + _AUXILIARY + r"\s+(?:not\s+)?" + _SUBJECT + r"\b", re.I)
_TAGGED = re.compile(
    r"\b(?:right|yes|no|isn't it|don't you think|wouldn't you|didn't you|aren't you|okay)\s*\?\s*$"
    r"|^" + _LEAD[1:] + r"(?:don't you think|wouldn't it be|shouldn't you|isn't it better|what if you|why don't you|"
    r"why not|wouldn't you)\b",
    re.I,
)

THINKING_QUESTION = re.compile(
    r"\b(?:what|how|which|why|where|who)\b[^?.]{0,40}\b(?:would|could|might|will|should) (?:you|that|we|he|she|they)\b"
    r"|\bwhat(?:'s| is| was| are)? (?:\w+ )?(?:really )?(?:do you think|makes? you|did (?:that|you|it) (?:teach|learn)|"
    r"have you learn|your sense|behind|stopping|different|else (?:could|might))"
    r"|\b(?:do|would|did) you (?:want to (?:try|practi[sc]e)|do differently|change|see it)"
    r"|\b(?:let me hear|try it on me|say it to me|what would you redo|why do you (?:think|believe)|what do you make)\b"
    r"|\bhow (?:do|did|are) you (?:want|plan|think|going|open|feel|see|handle|approach)"
    r"|\bwhat(?:'s| is) your (?:plan|idea|thinking|view|next)\b|\bwhat could go wrong\b",
    re.I,
)
THINKING_REPLY = re.compile(
    r"\b(?:i (?:would|could|might|think|guess|suppose|should have|wonder|realise|realize|learned|learnt)|i'd|maybe|"
    r"because|instead|next time|probably|so that|the reason|better if|what if|or else|rather than|it depends)\b",
    re.I,
)
INSTRUCTION = re.compile(
    r"(?:^|[.,;!?]\s*|\b(?:and|then|so|just|okay|please|also|or)\s+)"
    r"(?:please |just |then |also |always |never )?(?:don't|do not|send|call|ring|ask|get|put|make sure|make|tell|use|"
    r"bring|take|go|give|write|book|push|drop|show|start|stop|keep|find|set|add|copy|check|move|lead|wait|offer|"
    r"follow|try|close|enter|log|update|talk)\s+(?!it\s+(?:is|was))\w+"
    r"|\b(?:you (?:should|need to|have to|must|want to|ought to)|i (?:want|need) you to|i'd (?:like|want) you to|"
    r"why don't you|you'd better|what if you)\b",
    re.I,
)
TAKEOVER = re.compile(
    r"\b(?:i(?:'ll| will| can| could| might|'d| would)|let me|should i|shall i|do you want me to|want me to)\s+"
    r"(?:just |also |even )?(?:call|ring|phone|speak (?:to|with)|talk (?:to|with)|join|come (?:along|with|to|on)|go with|"
    r"meet|email|mail|write (?:to )?(?:him|her|them)|step in|sit in|handle|take (?:it|that|him|her|over)|"
    r"introduce|reach out)\b",
    re.I,
)
TAKEOVER_REQUEST = re.compile(
    r"\b(?:could|can|would|will) you (?:also |maybe |please )?(?:call|join|talk|speak|come|write|step|ring|meet|help me "
    r"(?:close|with the customer))|\bi was hoping (?:that )?you (?:could|would|might)\b",
    re.I,
)
FEEDBACK = re.compile(
    r"\b(?:i (?:really )?(?:like|liked|love|loved|noticed|saw|heard) (?:that|how|the way|when) you|"
    r"you (?:waited|asked|listened|let|opened|stayed|talked|stopped|gave|kept|held|went|jumped|interrupted|said)\b"
    r".{10,}\b(?:and|so|that's why|because|which))",
    re.I,
)
VERDICT = re.compile(
    r"\b(?:formal plan|improvement plan|talk about a plan|on a plan|rank(?:ed|ing)?|bottom of|top of the (?:board|list)|"
    r"rating|bonus|raise|salary|promot\w+|percent (?:of|for) (?:the |your )?(?:quarter|quota|target|number)|"
    r"consequences|behind (?:on )?(?:your )?(?:target|quota|number)|the target is)\b",
    re.I,
)
ADMIN = re.compile(
    r"\b(?:expenses?|receipts?|travel money|the tool|the system|crm|log ?in|password|laptop|calendar|reschedul\w*|"
    r"vacation|holiday|parking|car lease|training course|samples|report(?:ing)? (?:tool|template)|screen|mute|"
    r"hear me|connection|approve|form|licen[cs]e|(?:half|this) (?:an )?hour|agenda)\b",
    re.I,
)
SOCIAL = re.compile(
    r"\b(?:good morning|how are you|how was (?:your|the) (?:weekend|trip|holiday)|weekend|kids|get home|sleep|slept|"
    r"weather|good job|great job|well done|thanks|thank you|see you|have a good|bye|cheers|congratulations|"
    r"welcome back|no problem|sorry (?:that )?i am late)\b",
    re.I,
)
SHIFT = re.compile(
    r"^(?:(?:okay|ok|right|good|fine|great|all right|alright|so|and|well)\b[\s,.]*)*"
    r"(?:now|next|moving on|what about|how about|let us|let's|before (?:that|i forget)|one (?:more )?thing|"
    r"another|anyway|first|second|last|anything else|by the way|back to)\b",
    re.I,
)
_PAST = re.compile(
    r"\b(?:was|were|did|had|went|said|told|came|happened|asked|\w{3,}ed|last (?:week|time|month))\b", re.I
)
_FUTURE = re.compile(r"\b(?:will|would|could|going to|gonna|next|tomorrow|by|plan|'ll|'d)\b", re.I)


def sentences(text: str) -> list[str]:
    """Return the sentences of a turn, each a verbatim part of it without outer blanks; at least one for any text."""
    found = [match[0].strip() for match in _SENTENCE.finditer(text)]
    return [sentence for sentence in found if any(c.isalnum() for c in sentence)] or [text.strip()]


def is_question(sentence: str) -> bool:
    """Return whether a sentence asks, by its mark or by its opening words."""
    if sentence.rstrip().endswith("?"):
        return True
    if sentence.rstrip().endswith((".", "!")) and not _LET_ME_HEAR.search(sentence):
        return False
    return any(form.match(sentence.strip()) for form in (_OPEN, _WHO_WHEN, _CLOSED))


_LET_ME_HEAR = re.compile(r"\b(?:let me hear|tell me|walk me|give me the)\b", re.I)


def question_form(sentence: str) -> QuestionForm:
    """Return the form of a question; ``none`` for anything else."""
    if not is_question(sentence):
        return "none"
    stripped = sentence.strip()
    if _TAGGED.search(stripped):
        return "leading"
    if _WHO_WHEN.match(stripped) or _CLOSED.match(stripped):
        return "closed"
    return "open" if _OPEN.match(stripped) or THINKING_QUESTION.search(stripped) else "closed"


def time_of(text: str) -> Time:
    """Return the time that a move is about, by its verbs."""
    future, past = len(_FUTURE.findall(text)), len(_PAST.findall(text))
    if future > past:
        return "future"
    return "past" if past else "present"
