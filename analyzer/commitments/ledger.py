"""What became of promises from meeting to meeting: one item a promise, with everything that was said of it.

Meetings of the same two people are read in order of their days.  What a meeting says of an earlier item comes first,
then its own promises: one that is alike to an item still open is that promise said again, and its date counts from then
on.  Talk can claim that something is done; only a person's own mark makes it done.  A meeting without a day or without
both names stands alone: nobody knows what came before it, or whose promises those were.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from analyzer.commitments.wording import likeness
from analyzer.errors import NotFoundError
from analyzer.model import Commitment, EarlierPromise, FollowUp, MeetingInfo, Quote

Status = Literal["open", "done", "dropped"]
"""What a person can say of a promise."""
State = Literal["open", "claimed", "done", "dropped"]
"""What is known of it; ``claimed``: somebody said in a meeting that it is done, and nobody has checked."""
What = Literal["promised", "restated", "moved", "claimed", "dropped", "done", "reopened"]
Pair = tuple[str, str]
"""Manager and rep."""
_STATES: dict[str, What] = {"kept": "claimed", "moved": "moved", "dropped": "dropped"}
_DECIDED: dict[str, What] = {"done": "done", "dropped": "dropped", "open": "reopened"}


@dataclass(frozen=True, slots=True)
class Action:
    """A commitment of one meeting with what a person said became of it."""

    id: str
    meeting: MeetingInfo
    commitment: Commitment
    status: Status
    decided: str | None
    """When somebody said so, in ISO 8601."""


@dataclass(frozen=True, slots=True)
class Reported:
    """What a meeting says of an earlier promise."""

    meeting: MeetingInfo
    follow_up: FollowUp


@dataclass(frozen=True, slots=True)
class Event:
    """A step in an item's history."""

    what: What
    on: dt.date | None
    meeting: str | None
    """Id; ``None`` where a person said it outside a meeting."""
    quote: Quote | None = None
    due: dt.date | None = None
    """The date that was named."""
    due_text: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A promise across meetings."""

    ids: tuple[str, ...]
    """Of its commitments, in order of time."""
    pair: Pair | None
    owner: str | None
    latest: Action
    """Its last wording."""
    state: State
    due: dt.date | None
    due_text: str | None
    history: tuple[Event, ...]
    """In order of time; the first is a promise."""

    @property
    def id(self) -> str:
        """The first commitment's."""
        return self.ids[0]

    def is_overdue(self, today: dt.date) -> bool:
        """Return whether it is open after its day."""
        return self.state == "open" and self.due is not None and self.due < today

    @property
    def touched(self) -> dt.date | None:
        """The last day on which anything was said of it."""
        return max((event.on for event in self.history if event.on), default=None)


@dataclass(slots=True)
class _Draft:
    """An item while its meetings are read."""

    actions: list[Action]
    talk: list[Event]
    claimed: bool = False
    dropped: bool = False
    seen: set[str] = field(default_factory=set)
    """Meetings that have said it."""

    @property
    def last(self) -> Action:
        return self.actions[-1]

    def is_open_on(self, day: dt.date) -> bool:
        """Whether a promise made on that day can still be this one."""
        decided = _decision(self.actions)
        if decided is not None and decided.status != "open" and _day_of(decided) < day:
            return False
        overruled = decided is not None and decided.status == "open" and _day_of(decided) < day
        return overruled or not (self.claimed or self.dropped)


def undecided(action: Action, day: dt.date) -> Action:
    """Return a commitment as it stood before that day."""
    return replace(action, status="open", decided=None) if action.decided and _day_of(action) >= day else action


def pair_of(info: MeetingInfo) -> Pair | None:
    """Return whose meeting it is; ``None`` where a name is not known."""
    return (info.manager, info.rep) if info.manager and info.rep else None


def build_ledger(actions: Sequence[Action], reported: Sequence[Reported] = ()) -> list[Item]:
    """Return all items, in order of their first promise.

    Args:
        actions: in any order; those of one meeting in order of its talk.
        reported: what meetings say of earlier ones.

    """
    drafts: list[_Draft] = []
    for pair, meetings in _by_pair(actions, reported).items():
        own: list[_Draft] = []
        for info, said, heard in meetings:
            _hear(own, heard, info)
            _say(own, said, info, heard, joins=pair is not None)
        drafts += own
    items = [_item(draft) for draft in drafts]
    return sorted(items, key=lambda item: item.history[0].on or dt.date.max)


Meeting = tuple[MeetingInfo, list[Action], list[FollowUp]]


def _by_pair(actions: Sequence[Action], reported: Sequence[Reported]) -> dict[Pair | None, list[Meeting]]:
    """Return the meetings of each pair in order of their days; under ``None`` those that stand alone."""
    meetings: dict[str, Meeting] = {}
    for action in actions:
        meetings.setdefault(action.meeting.id, (action.meeting, [], []))[1].append(action)
    for one in reported:
        meetings.setdefault(one.meeting.id, (one.meeting, [], []))[2].append(one.follow_up)
    pairs: dict[Pair | None, list[Meeting]] = {}
    for meeting in sorted(meetings.values(), key=lambda one: (one[0].date or dt.date.max, one[0].id)):
        info = meeting[0]
        pairs.setdefault(pair_of(info) if info.date else None, []).append(meeting)
    return pairs


def _hear(drafts: list[_Draft], heard: Iterable[FollowUp], info: MeetingInfo) -> None:
    """Take in what a meeting says of earlier items."""
    for one in heard:
        draft = _meant(drafts, one.promise)
        if draft is None or one.outcome not in _STATES:
            continue
        what = _STATES[one.outcome]
        draft.talk.append(Event(what, info.date, info.id, one.quote, one.moved_to))
        draft.claimed, draft.dropped = what == "claimed", what == "dropped"


def _meant(drafts: Sequence[_Draft], promise: EarlierPromise) -> _Draft | None:
    """Return the item that an earlier promise is: by its id, else, as ids change with the wording, by what it says."""
    for draft in drafts:
        if any(action.id == promise.id for action in draft.actions):
            return draft
    alike = [(likeness(promise.action, draft.last.commitment.action), n) for n, draft in enumerate(drafts)
             if draft.last.commitment.owner == promise.owner]  # fmt: skip
    score, n = max(alike, default=(0.0, -1))
    return drafts[n] if score else None


def _say(
    drafts: list[_Draft], said: Iterable[Action], info: MeetingInfo, heard: Sequence[FollowUp], joins: bool
) -> None:
    """Take in what a meeting promises: an item said again, or a new one."""
    for action in said:
        draft = _same(drafts, action, heard) if joins else None
        if draft is None:
            drafts.append(_Draft([action], [_promise("promised", action)], seen={info.id}))
            continue
        draft.actions.append(action)
        draft.talk.append(_promise("restated", action))
        draft.claimed = draft.dropped = False
        draft.seen.add(info.id)


def _promise(what: What, action: Action) -> Event:
    one = action.commitment
    return Event(what, action.meeting.date, action.meeting.id, one.quote, one.due, one.due_text)


def _same(drafts: Sequence[_Draft], action: Action, heard: Sequence[FollowUp]) -> _Draft | None:
    """Return the open item of an earlier meeting that a promise repeats: one moved in the same words, else the most alike."""
    one, info = action.commitment, action.meeting
    if one.owner is None or info.date is None:
        return None
    earlier = [draft for draft in drafts
               if draft.last.commitment.owner == one.owner and info.id not in draft.seen and draft.is_open_on(info.date)]  # fmt: skip
    moved = [follow.promise for follow in heard if follow.outcome == "moved" and same_words(follow.quote, one.quote)]
    for promise in moved:
        if (meant := _meant(earlier, promise)) is not None:
            return meant
    scored = [(likeness(one.action, draft.last.commitment.action), n) for n, draft in enumerate(earlier)]
    score, n = max(scored, default=(0.0, -1))
    return earlier[n] if score else None


def same_words(one: Quote | None, other: Quote) -> bool:
    """Return whether two quotes of one meeting lie over each other."""
    return one is not None and one.turn == other.turn and (one.text in other.text or other.text in one.text)


def _decision(actions: Iterable[Action]) -> Action | None:
    """Return the last decision of a person, ``None`` where there is none."""
    return max((one for one in actions if one.decided), key=lambda one: one.decided or "", default=None)


def _day_of(decided: Action) -> dt.date:
    return dt.date.fromisoformat((decided.decided or "")[:10])


def _item(draft: _Draft) -> Item:
    decided = _decision(draft.actions)
    history = list(draft.talk)
    state: State = "claimed" if draft.claimed else "dropped" if draft.dropped else "open"
    if decided is not None:
        history.append(Event(_DECIDED[decided.status], _day_of(decided), None))
        later = decided.status == "open" and any((event.on or dt.date.min) > _day_of(decided) for event in draft.talk)
        state = state if later else decided.status
        history.sort(key=lambda event: (event.on or dt.date.min, event.meeting is None))
    first, last = draft.actions[0], draft.last
    due, due_text = _due(draft.talk)
    return Item(
        ids=tuple(action.id for action in draft.actions),
        pair=pair_of(first.meeting),
        owner=first.commitment.owner,
        latest=last,
        state=state,
        due=due,
        due_text=due_text,
        history=tuple(history),
    )


def _due(talk: Iterable[Event]) -> tuple[dt.date | None, str | None]:
    """Return the date in force: the last that was named; said again without one, an earlier date stays."""
    due: dt.date | None = None
    text: str | None = None
    for event in talk:
        if event.due is not None or (event.due_text and due is None):
            due, text = event.due, event.due_text
    return due, text


def open_before(items: Iterable[Item], day: dt.date) -> list[EarlierPromise]:
    """Return the open items of earlier meetings as what a later meeting is asked about, the oldest first."""
    return [
        EarlierPromise(item.id, item.owner, item.latest.commitment.action, item.due, item.latest.meeting.date)
        for item in items
        if item.state == "open" and item.owner and (item.latest.meeting.date or day) < day
    ]


def find_item(items: Iterable[Item], reference: str) -> Item:
    """Return the item that has a commitment whose id begins with ``reference``.

    Raises:
        NotFoundError: none, or more than one.

    """
    found = [item for item in items if reference and any(id_.startswith(reference) for id_ in item.ids)]
    if len(found) != 1:
        which = "no commitment" if not found else f"{len(found)} commitments"
        raise NotFoundError(f"{which} with the id {reference!r}: `analyzer actions` shows the ids")
    return found[0]


def select(
    items: Iterable[Item],
    today: dt.date,
    *,
    is_open: bool = False,
    overdue: bool = False,
    owner: str | None = None,
    pair: str | None = None,
    since: dt.date | None = None,
) -> list[Item]:
    """Return the items that fit all conditions.

    Args:
        items: to choose from.
        today: by which they are overdue.
        is_open: open ones alone.
        overdue: open ones after their day alone.
        owner: any part of the owner's name.
        pair: any part of one name, or of both with a comma between.
        since: something was said of them on that day or later.

    """
    return [
        item
        for item in items
        if (not is_open or item.state == "open")
        and (not overdue or item.is_overdue(today))
        and (owner is None or owner.casefold() in (item.owner or "").casefold())
        and is_of(item.pair, pair)
        and (since is None or (item.touched is not None and item.touched >= since))
    ]


def is_of(pair: Pair | None, said: str | None) -> bool:
    """Return whether ``said`` means that pair: any part of one name, or of both with a comma between."""
    parts = [part.strip().casefold() for part in (said or "").split(",") if part.strip()]
    names = [name.casefold() for name in pair or ()]
    if len(parts) == 2:
        return len(names) == 2 and any(parts[0] in names[n] and parts[1] in names[1 - n] for n in (0, 1))
    return all(any(part in name for name in names) for part in parts)
