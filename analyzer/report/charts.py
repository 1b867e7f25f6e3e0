"""Charts as inline SVG.

Widths are in percent, so that a chart fits any page without stretching its text; what tells one block from another is
colour together with pattern or place, and each carries its words for pointer, keyboard and screen reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from analyzer.report.talk import SLOTS, Block
from analyzer.report.view import BarPart
from analyzer.report.words import clock

_GAP = 0.4
"""Percent between the blocks of the minutes bar."""
_LEAST = 0.45
"""Percent: no exchange is too short to see and to point at."""
_LANE, _BLOCK, _TICKS = 26, 18, 20
"""Heights in pixels: of a lane, of a block in it, and of the line of times below."""
_TICK_STEPS = (30, 60, 120, 300, 600, 900, 1800, 3600)
_MOST_TICKS = 6
_FEW_TICKS = 3
"""Which a narrow screen has room for; of more, it shows every other."""
_NARROW_END = 80
"""Percent: a time further right would be cut on a narrow screen."""
_ROOM_OF_HOURS = 50
"""Percent in front of such a time with hours in it, in which a narrow screen has no room for another one."""
_REST = "Beside it"


@dataclass(frozen=True, slots=True)
class Timeline:
    """The timeline: names of its lanes from top to bottom, and the drawing beside them."""

    lanes: tuple[tuple[str, int], ...]
    """Name and colour."""
    drawing: Markup


def patterns() -> Markup:
    """Return the patterns that lie over the colours, once a page; `SLOTS` of them, the first is plain."""
    strokes = {
        2: '<path d="M-2 2l4-4M0 8l8-8M6 10l4-4"/>',
        3: '<circle cx="4" cy="4" r="1.6"/>',
        4: '<path d="M4 0v8"/>',
        5: '<path d="M0 4h8"/>',
        6: '<path d="M0 0l8 8M8 0l-8 8"/>',
    }
    made = "".join(
        f'<pattern id="p{slot}" width="8" height="8" patternUnits="userSpaceOnUse" class="pt">{strokes[slot]}</pattern>'
        for slot in range(2, SLOTS + 1)
    )
    low = f'<pattern id="low" width="6" height="6" patternUnits="userSpaceOnUse" class="pt">{strokes[2]}</pattern>'
    return Markup(f'<svg class="defs" width="0" height="0" aria-hidden="true"><defs>{made}{low}</defs></svg>')


def minutes_bar(parts: Sequence[BarPart]) -> Markup:
    """Return the minutes bar: a block a label, as wide as its time; empty text where there is no time at all."""
    present = [part for part in parts if part.seconds]
    total = sum(part.seconds for part in present)
    if not total:
        return Markup()
    room = 100 - _GAP * (len(present) - 1)
    at, drawn = 0.0, []
    for part in present:
        width = room * part.seconds / total
        drawn.append(_bar_block(part, at, width))
        at += width + _GAP
    label = ", ".join(f"{part.name} {part.minutes}" for part in present)
    return Markup('<svg class="bar" role="img" aria-label="{}">{}</svg>').format(label, Markup().join(drawn))


def _bar_block(part: BarPart, at: float, width: float) -> Markup:
    place = Markup('x="{:.2f}%" width="{:.2f}%" height="100%" rx="4"').format(at, width)
    over = Markup('<rect {} fill="url(#p{})"/>').format(place, part.slot) if part.slot > 1 else Markup()
    title = f"{part.name}: {part.minutes}"
    return Markup('<g><title>{}</title><rect class="f{}" {}/>{}</g>').format(title, part.slot, place, over)


def timeline(blocks: Sequence[Block]) -> Timeline | None:
    """Return the meeting as lanes, one a label of working time and one for the rest; ``None`` without any exchange."""
    if not blocks:
        return None
    names = {block.slot: block.label_name for block in blocks if block.slot}
    lanes = [(names[slot], slot) for slot in sorted(names)]
    if any(not block.slot for block in blocks):
        lanes.append((_REST, 0))
    row = {slot: at for at, (_, slot) in enumerate(lanes)}
    whole = max(block.end for block in blocks) or 1.0
    height = _LANE * len(lanes)
    drawn = [_line(at) for at in range(len(lanes))]
    drawn += _ticks(whole, height)
    drawn += [_block(block, row[block.slot], whole) for block in blocks]
    label = f"Timeline, {clock(whole)}, {len(blocks)} exchanges in {len(lanes)} lanes"
    drawing = Markup('<svg class="tl" height="{}" role="group" aria-label="{}">{}</svg>').format(
        height + _TICKS, label, Markup().join(drawn)
    )
    return Timeline(tuple(lanes), drawing)


def _line(row: int) -> Markup:
    y = row * _LANE + _LANE / 2
    return Markup('<line class="lane" x1="0" x2="100%" y1="{0:g}" y2="{0:g}"/>').format(y)


def _ticks(whole: float, height: float) -> list[Markup]:
    step = next((one for one in _TICK_STEPS if whole / one <= _MOST_TICKS), _TICK_STEPS[-1])
    times = range(0, int(whole) + 1, step)
    placed = [(at, 100 * at / whole) for at in times if 100 * at / whole <= 95]  # beyond it, its text would not fit
    last, end = placed[-1]
    wide = end > _NARROW_END and len(clock(last)) > len("45:00")
    made = []
    for n, (at, share) in enumerate(placed):
        left_out = (n % 2 == 1 and len(times) > _FEW_TICKS) or (wide and 0 < end - share < _ROOM_OF_HOURS)
        made.append(
            Markup('<line class="tick" x1="{0:.2f}%" x2="{0:.2f}%" y1="0" y2="{1:g}"/>').format(share, height)
            + Markup('<text x="{:.2f}%" dx="{}" y="{:g}"{}>{}</text>').format(
                share, 2, height + 14, _on_a_phone(left_out, share), clock(at)
            )
        )
    return made


def _on_a_phone(left_out: bool, share: float) -> Markup:
    """Return the class of a time that a narrow screen leaves out, or sets to the left of its line."""
    return Markup(' class="odd"') if left_out else Markup(' class="end"') if share > _NARROW_END else Markup()


def _block(block: Block, row: int, whole: float) -> Markup:
    width = max(_LEAST, 100 * (block.end - block.start) / whole)
    x = min(100 * block.start / whole, 100 - width)
    y = row * _LANE + (_LANE - _BLOCK) / 2
    place = Markup('x="{:.2f}%" y="{:g}" width="{:.2f}%" height="{}" rx="2"').format(x, y, width, _BLOCK)
    fill = (
        Markup('<rect class="f{} low" {}/><rect {} fill="url(#low)"/>').format(block.slot, place, place)
        if block.low
        else Markup('<rect class="f{}" {}/>').format(block.slot, place)
    )
    return Markup('<a href="#x{}"><title>{}</title>{}</a>').format(block.n, block.hint, fill)
