"""What the rules for days read: lower case, one space between words, numbers in digits, no "um" and no stutter.

"Three" is ``3``, "twenty third" ``#23``, and a full stop stands where a sentence ends.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

DAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_UNITS = "one|two|three|four|five|six|seven|eight|nine"
_TEENS = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_NTHS = "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth"
_TEENTHS = "tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth"
_TENTHS = "twentieth|thirtieth"
WEEKDAY = {name: number for number, name in enumerate(DAYS.split("|"))}
MONTH = {name: number for number, name in enumerate(MONTHS.split("|"), 1)}
_VALUE = {w: n for words in (f"{_UNITS}|{_TEENS}", f"{_NTHS}|{_TEENTHS}") for n, w in enumerate(words.split("|"), 1)}
_VALUE |= {w: 10 * n for words in (_TENS, _TENTHS) for n, w in enumerate(words.split("|"), 2)}

_SHORT = {name[:n]: name for name in (*WEEKDAY, *MONTH) for n in (3, 4, 5)} | {"sept": "september", "til": "till"}
_SHORT |= dict.fromkeys("um umm uhm uh uhh er erm eh ah hmm mm mhm".split(), "")
_DOUBTFUL = frozenset({"sat", "sun", "wed"})  # words of their own, unless a preposition makes them days

_SPLIT_WEEKEND = re.compile(r"week end\b(?! of\b)")
"""As recognisers write it."""
_BEFORE_WEEKEND = (["the"], ["this"], ["next"])

_UP_TO_99 = rf"(?:{_TENS})(?:[\s-]{{1,3}}(?:{_UNITS}|{_NTHS})\b)?|{'|'.join(_VALUE)}"
_TOKEN = re.compile(
    rf"(?P<number>\b(?:(?:a|{_UNITS})[\s-]{{1,3}}hundred\b(?:[\s-]{{1,3}}and\b)?(?:[\s-]{{1,3}}(?:{_UP_TO_99})\b)?"
    rf"|(?:{_UP_TO_99})\b)(?!'))|(?P<half>\b[ap]\.\s?m\b\.?)"
    r"|(?P<word>[^\W\d_]\w*(?:'\w+)*|[$€£]?\d(?:[\w:.,/-]*\w)?%?)|(?P<stop>[.?!;])"
)


class Heard:
    """What the rules read, and the way back to the text."""

    def __init__(self, text: str) -> None:
        words: list[str] = []
        self._spans: list[tuple[int, int]] = []
        lower = text.replace("İ", "I").replace("’", "'").lower()  # the one letter that grows in lower case
        for match in _TOKEN.finditer(lower):
            word = _word(match, words[-1] if words else "", text)
            if words and word == words[-1]:  # "by by Friday"
                self._spans[-1] = (self._spans[-1][0], match.end())
            elif words[-2:-1] in _BEFORE_WEEKEND and _SPLIT_WEEKEND.match(lower, max(0, match.start() - 5)):
                words[-1], self._spans[-1] = "weekend", (self._spans[-1][0], match.end())
            elif word:
                words.append(word)
                self._spans.append(match.span())
                self._without_stutter(words)
        self.words = " ".join(words)
        self._starts = [0]
        for word in words:
            self._starts.append(self._starts[-1] + len(word) + 1)

    def _without_stutter(self, words: list[str]) -> None:
        """Take two words that were said twice for said once: "on the, on the twelfth"."""
        if len(words) > 3 and words[-4:-2] == words[-2:] and not words[-1][0].isdigit():
            end = self._spans[-1][1]
            del words[-2:], self._spans[-2:]
            self._spans[-1] = (self._spans[-1][0], end)

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Return where in the text the words ``[start, end)`` stand."""
        first, last = bisect_right(self._starts, start) - 1, bisect_left(self._starts, end) - 1
        return self._spans[first][0], self._spans[last][1]


def _word(match: re.Match[str], before: str, text: str) -> str:
    """Return one token as the rules know it; empty for what is not heard."""
    word = match[0]
    if match.lastgroup == "number":
        parts = re.findall("[a-z]+", word)
        rest = parts.index("hundred") + 1 if "hundred" in parts else 0
        value = sum(_VALUE.get(part, 0) for part in parts[rest:]) + (100 * _VALUE.get(parts[0], 1) if rest else 0)
        return f"#{value}" if re.fullmatch(f"{_NTHS}|{_TEENTHS}|{_TENTHS}", parts[-1]) else str(value)
    if match.lastgroup == "half":
        return word[0] + "m"
    if match.lastgroup == "stop":  # "Thurs. noon": no sentence ends before a small letter
        following = text[match.end() : match.end() + 2].strip()
        return "" if (before in WEEKDAY or before in MONTH) and following and not following[0].isupper() else "."
    if word in _DOUBTFUL and before not in ("by", "on", "before", "until", "till", "this", "next", "for"):
        return word
    ordinal = re.fullmatch(r"0?(\d{1,2})(?:st|nd|rd|th)", word) if word[0].isdigit() else None
    return f"#{ordinal[1]}" if ordinal else _SHORT.get(word, word)
