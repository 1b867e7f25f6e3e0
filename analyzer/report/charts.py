"""Charts as inline SVG."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from analyzer.report.view import BarPart

_WIDTH, _HEIGHT, _GAP = 1000.0, 44.0, 3.0


def minutes_bar(parts: Sequence[BarPart]) -> Markup:
    """Return the minutes bar: a block a label, as wide as its time; empty text where there is no time at all.

    Blocks tell their label by colour, by pattern (the style sheet's) and by a title for pointer and screen reader.
    """
    total = sum(part.seconds for part in parts)
    present = [part for part in parts if part.seconds]
    if not total:
        return Markup()
    room = _WIDTH - _GAP * (len(present) - 1)
    at, blocks = 0.0, []
    for part in present:
        width = room * part.seconds / total
        title = f"{part.name}: {part.minutes}"
        blocks.append(
            Markup('<rect class="f-{}" x="{:.1f}" y="0" width="{:.1f}" height="{:.0f}" rx="4"><title>{}</title></rect>')
            .format(part.id, at, width, _HEIGHT, title)
        )  # fmt: skip
        at += width + _GAP
    label = ", ".join(f"{part.name} {part.minutes}" for part in present)
    return Markup(
        '<svg class="bar" viewBox="0 0 {:.0f} {:.0f}" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>'
    ).format(_WIDTH, _HEIGHT, label, Markup().join(blocks))
