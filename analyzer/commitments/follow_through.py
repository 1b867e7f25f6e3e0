"""What became of the promises of earlier meetings, as far as this one says it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from analyzer.commitments.due import resolve_due
from analyzer.labels.reading import SPEAKERS, codes_of, people
from analyzer.labels.rubric import Rubric
from analyzer.llm.engine import PromptEngine
from analyzer.llm.evidence import check_quote, find_quote
from analyzer.llm.requests import FENCE, Request
from analyzer.llm.windows import plain, tokens
from analyzer.model import Dropped, EarlierPromise, Followed, FollowUp, Notes, Quote, Transcript, Turn

_ROOM = 2500
"""Tokens of talk that are shown; of a longer one, the turns that share most words with the promises."""
_MOST = 6_000
_WORD = re.compile(r"[^\W_]{4,}")


class LLMFollowThrough(PromptEngine):
    """Follows promises up with a language model."""

    def follow(
        self, transcript: Transcript, promises: Sequence[EarlierPromise], said_on: date | None, rubric: Rubric
    ) -> Followed:
        """Return one outcome for each promise, in order; one that no true words bear out is untold.

        Raises:
            EngineError: the endpoint gave no answer.

        """
        if not promises or not transcript.turns:
            return Followed(tuple(FollowUp(promise, "unmentioned", None) for promise in promises))
        answer = self._client.ask([self._request(transcript, promises, rubric)])[0]
        if answer.value is None:
            missing = Dropped("follow-through", 0, f"earlier promises could not be followed up: {answer.reason}")
            return Followed((), Notes(dropped=(missing,), usage=answer.usage))
        dropped: list[Dropped] = []
        said = {one["id"]: one for one in reversed(answer.value["outcomes"])}
        codes = codes_of(transcript)
        found = tuple(
            _follow_up(promise, said.get(str(n)), transcript, codes, said_on, dropped)
            for n, promise in enumerate(promises, 1)
        )
        return Followed(found, Notes(dropped=tuple(dropped), usage=answer.usage))

    def _request(self, transcript: Transcript, promises: Sequence[EarlierPromise], rubric: Rubric) -> Request:
        codes = codes_of(transcript)
        filled = self._prompt.fill(
            rubric=rubric,
            mark=FENCE,
            people=people(transcript, codes, rubric),
            promises=[
                {
                    "id": str(n),
                    "owner": plain(one.owner),
                    "action": plain(one.action),
                    "due": one.due.isoformat() if one.due else "",
                    "said_on": one.said_on.isoformat() if one.said_on else "",
                }
                for n, one in enumerate(promises, 1)
            ],
            lines=[
                {"turn": turn.n, "code": codes[turn.speaker], "text": plain(turn.text)}
                for turn in passages(transcript.turns, [one.action for one in promises])
            ],
            speakers=SPEAKERS,
            ids=[str(n) for n in range(1, len(promises) + 1)],
        )
        return Request(filled, self._client.model, _MOST)


def passages(turns: Sequence[Turn], actions: Sequence[str]) -> list[Turn]:
    """Return all turns if there is room, else those that share the rarest words with the actions, with neighbours."""
    size = [tokens(turn.text) + 8 for turn in turns]
    if sum(size) <= _ROOM:
        return list(turns)
    words = [set(_WORD.findall(turn.text.casefold())) for turn in turns]
    common = Counter(word for one in words for word in one)
    wanted = {word for action in actions for word in _WORD.findall(action.casefold())}
    weight = [sum(1 / common[word] for word in one & wanted) for one in words]
    chosen: set[int] = set()
    room = _ROOM
    for at in sorted((n for n in range(len(turns)) if weight[n]), key=lambda n: (-weight[n], n)):
        new = [n for n in range(max(0, at - 1), min(len(turns), at + 3)) if n not in chosen]
        if sum(size[n] for n in new) > room:
            break
        room -= sum(size[n] for n in new)
        chosen.update(new)
    return [turns[n] for n in sorted(chosen)]


def _follow_up(
    promise: EarlierPromise,
    said: dict[str, Any] | None,
    transcript: Transcript,
    codes: dict[str, str],
    said_on: date | None,
    dropped: list[Dropped],
) -> FollowUp:
    if said is None:
        return FollowUp(promise, "untold", None)
    if said["outcome"] == "unmentioned":
        return FollowUp(promise, "unmentioned", None)
    quote = check_quote(said, transcript.turns, codes)
    if not isinstance(quote, Quote):
        dropped.append(
            Dropped("follow-through", said["turn"], f"{promise.action}: its quote does not stand in the talk")
        )
        return FollowUp(promise, "untold", None)
    moved_to = (
        resolve_due(said["new_due"], said_on) if said["outcome"] == "moved" and said["new_due"] and said_on else None
    )
    return FollowUp(promise, said["outcome"], quote, moved_to if _stands(said["new_due"], quote, transcript) else None)


def _stands(words: str | None, quote: Quote, transcript: Transcript) -> bool:
    return bool(words) and find_quote(words or "", quote.turn, transcript.turns) is not None
