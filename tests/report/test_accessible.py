"""Pages have no violation that axe-core finds, folded open, in light and dark, on a phone and on a wide screen.

axe-core is a test's tool with a licence of its own, so no copy of it lies here: ``AXE_CORE`` names its file.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from analyzer.report.aggregate import render_aggregate
from tests.cli.series import FIRST
from tests.report.browser import Opened
from tests.report.test_aggregate import built, many
from tests.report.test_site import TALK, site, take_in

AXE = os.environ.get("AXE_CORE", "")
pytestmark = pytest.mark.skipif(
    not AXE, reason="AXE_CORE is not set: npm pack axe-core, unpack it, and set it to the path of its axe.min.js"
)
FOUND = """async () => (await axe.run({ resultTypes: ["violations"] })).violations.map((one) =>
  `${one.id} (${one.impact}): ${one.help}; ` + one.nodes.slice(0, 3).map((node) => node.html.slice(0, 120)).join(" | "))
"""


@pytest.fixture
def pages(analyzer: Callable[..., Any], tmp_path: Path) -> list[Path]:
    """A library with everything that a page can show: a trend, open and overdue promises, another manager."""
    for n in range(4):
        day = date(2026, 2, 2) + timedelta(weeks=n)
        text = TALK + f"Dana: Did customer {n} sign?\nJules: Yes. I'll ring ward {n} by Friday.\n"
        take_in(analyzer, tmp_path / "talks", "Dana", "Jules", day.isoformat(), text)
    take_in(analyzer, tmp_path / "other", "Robin", "Zoë", "2026-03-04", FIRST, "--title", "Quarter")
    reports = site(analyzer)
    copy = tmp_path / "rep.html"
    assert analyzer("report", "last", "--for", "rep", "--output", copy).status == 0
    meeting = next(reports.glob("2026-02-23-*.html"))
    over = tmp_path / "aggregate.html"
    over.write_text(render_aggregate(built(*many(6), *many(5, date(2026, 4, 1))), "html"), encoding="utf-8")
    return [meeting, copy, next(reports.glob("pair-dana-*.html")), reports / "index.html", over]


def test_axe_finds_no_violation(browser: Any, pages: list[Path]) -> None:
    axe = Path(AXE).read_text(encoding="utf-8")
    found = []
    for path in pages:
        with Opened(browser, path) as opened:
            opened.unfold()
            opened.page.evaluate(axe)
            for scheme in ("light", "dark"):
                opened.page.emulate_media(color_scheme=scheme)
                for width in (320, 1440):
                    opened.page.set_viewport_size({"width": width, "height": 800})
                    found += [f"{path.name}, {scheme}, {width}: {one}" for one in opened.page.evaluate(FOUND)]
    assert found == []


def test_axe_would_find_one(browser: Any, tmp_path: Path) -> None:
    """Script of ours runs in the page in spite of its policy, so that no finding is no accident."""
    path = tmp_path / "page.html"
    path.write_text("<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'\"><img src='x.png'>")
    with Opened(browser, path) as opened:
        opened.page.evaluate(Path(AXE).read_text(encoding="utf-8"))
        assert any(one.startswith("image-alt") for one in opened.page.evaluate(FOUND))
