"""Words with channels to turns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from analyzer.audio.recognise import Heard
from analyzer.model import Turn, Word

PAUSE = 1.0
"""Seconds without a word of a speaker after which the next one begins a new utterance."""
LONGEST_ALONE = 30.0
"""Seconds after which an utterance is cut at its next pause where nobody else speaks, so that it can be quoted."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """Words of one speaker without a long pause."""

    speaker: str
    words: tuple[Word, ...]

    @property
    def start(self) -> float:
        """Of the first word."""
        return self.words[0].start

    @property
    def end(self) -> float:
        """Of the last word."""
        return self.words[-1].end


def speaker_name(position: int) -> str:
    """Return the stand-in name of the ``position``-th speaker (from 0)."""
    return f"Speaker {position + 1}"


def turns_of(heard: Heard) -> tuple[Turn, ...]:
    """Return the turns of a recording, one stand-in speaker a transcribed channel."""
    utterances = [
        Utterance(speaker_name(position), words)
        for position, channel in enumerate(heard.channels)
        for words in _cut([word for word in heard.words if word.channel == channel])
    ]
    utterances.sort(key=lambda utterance: (utterance.start, utterance.end))
    together = len(heard.channels) > 1
    return tuple(_turn(n, group) for n, group in enumerate(_group(utterances, together), 1))


def _cut(words: list[Word]) -> Iterable[tuple[Word, ...]]:
    running: list[Word] = []
    for word in words:
        if running and word.start - running[-1].end > PAUSE:
            yield tuple(running)
            running = []
        running.append(word)
    if running:
        yield tuple(running)


def _group(utterances: list[Utterance], together: bool) -> list[list[Utterance]]:
    """Join neighbouring utterances of one speaker; one who speaks alone is not joined beyond `LONGEST_ALONE`."""
    groups: list[list[Utterance]] = []
    for utterance in utterances:
        same = bool(groups) and groups[-1][-1].speaker == utterance.speaker
        if same and (together or utterance.end - groups[-1][0].start <= LONGEST_ALONE):
            groups[-1].append(utterance)
        else:
            groups.append([utterance])
    return groups


def _turn(n: int, group: list[Utterance]) -> Turn:
    words = tuple(word for utterance in group for word in utterance.words)
    text = " ".join(word.text for word in words)
    return Turn(n, group[0].speaker, text, group[0].start, max(u.end for u in group), words)
