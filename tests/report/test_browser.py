"""The page in a real browser: nothing leaves it, it is used by keyboard, plays the right second, prints on two pages."""

from __future__ import annotations

import itertools
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from analyzer.labels.rubric import load_rubric
from analyzer.model import Analysis
from analyzer.report.sound import linked
from analyzer.report.write import clips, render
from tests.conftest import JUNIPER, ROOT
from tests.report.browser import Opened
from tests.report.test_true import analysed

RUBRIC = load_rubric()
PLAYER = "document.querySelector('#player audio')"


@pytest.fixture
def page(heard: Analysis, tmp_path: Path) -> Path:
    path = tmp_path / "report.html"
    path.write_text(render(heard, "html", RUBRIC, linked(heard, tmp_path)), encoding="utf-8")
    return path


@pytest.mark.parametrize("width", [320, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_overflows_and_nothing_is_asked_for(browser: Any, page: Path, width: int, scheme: str) -> None:
    with Opened(browser, page, viewport={"width": width, "height": 800}, color_scheme=scheme) as opened:
        opened.unfold()
        assert opened.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert opened.complaints == []
        assert opened.requests == [page.as_uri()]


def test_a_moment_plays_from_its_second(browser: Any, page: Path, heard: Analysis) -> None:
    with Opened(browser, page) as opened:
        opened.page.locator("section a.play").first.click()
        opened.until(f"{PLAYER}.currentTime > 0 && {PLAYER}.readyState > 1")
        said = heard.feedback.strengths[0].quotes[0].start
        assert opened.page.evaluate(f"{PLAYER}.currentTime") == pytest.approx(said, abs=2.0)
        assert opened.complaints == []


def test_clips_play_without_any_file(browser: Any, heard: Analysis, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(render(heard, "html", RUBRIC, clips(heard, RUBRIC, tmp_path)), encoding="utf-8")
    with Opened(browser, path) as opened:
        opened.page.locator("section a.play").first.click()
        opened.until(f"{PLAYER}.currentTime > 0.1")
        assert [url for url in opened.requests if not url.startswith("data:")] == [path.as_uri()]


def test_a_page_that_travelled_without_its_recording_says_so_and_finds_it_beside(
    browser: Any, page: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "mail" / "deep" / "er"
    folder.mkdir(parents=True)
    moved = Path(shutil.copy(page, folder))
    moved.write_text(
        page.read_text(encoding="utf-8").replace('href="../', 'href="gone/').replace('src="../', 'src="gone/')
    )
    with Opened(browser, moved) as opened:
        opened.page.locator("section a.play").first.click()
        opened.page.get_by_text("does not play").wait_for()
    shutil.copy(JUNIPER / "stereo.opus", folder)
    with Opened(browser, moved) as opened:
        opened.page.locator("section a.play").first.click()
        opened.until(f"{PLAYER}.currentTime > 1")


def test_the_timeline_is_one_stop_and_arrows_go_through_it(browser: Any, page: Path, heard: Analysis) -> None:
    with Opened(browser, page) as opened:
        opened.page.locator("svg.tl a").first.focus()
        opened.page.keyboard.press("ArrowRight")
        assert heard.exchanges[1].evidence[0].text[:15] in opened.page.locator("#tl-now").inner_text()
        assert opened.page.locator('svg.tl a[tabindex="0"]').count() == 1
        opened.page.keyboard.press("End")
        opened.page.keyboard.press("Enter")
        last = f"x{len(heard.exchanges)}"
        opened.until(f"document.activeElement.id === '{last}'")
        assert opened.page.locator(f"#{last}").is_visible()


def test_disagreeing_gives_the_command_of_the_chosen_label(browser: Any, page: Path, heard: Analysis) -> None:
    with Opened(browser, page) as opened:
        box = opened.page.locator("details.dis").nth(1)
        box.locator("summary").focus()
        opened.page.keyboard.press("Enter")
        box.locator("select").select_option(label="Directing")
        wanted = f"analyzer correct {heard.meeting.id} --exchange 2 --focus neither --kind directing"
        assert box.locator("code").inner_text() == wanted


def test_without_script_commands_and_moments_can_still_be_read(browser: Any, page: Path) -> None:
    with Opened(browser, page, java_script_enabled=False) as opened:
        opened.page.locator("details.dis summary").first.click()
        assert "analyzer correct" in opened.page.locator("details.dis code").first.inner_text()
        assert not opened.page.locator("#find").is_visible()


def test_the_transcript_is_searched(browser: Any, page: Path, heard: Analysis) -> None:
    with Opened(browser, page) as opened:
        opened.page.locator("#talk > summary").click()
        opened.page.fill("#find", "thursday")
        having = sum("thursday" in turn.text.lower() for turn in heard.transcript.turns)
        assert opened.page.locator("#turns > li:visible").count() == having > 0


def sheets(opened: Opened) -> int:
    printed = opened.page.pdf(prefer_css_page_size=True, print_background=True)
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", printed))


def test_it_prints_on_two_pages(browser: Any, page: Path) -> None:
    with Opened(browser, page) as opened:
        assert sheets(opened) <= 2


@pytest.mark.parametrize("name", ["dev-03", "dev-06", "dev-07"])
def test_many_promises_and_long_talks_print_on_two_pages(browser: Any, tmp_path: Path, name: str) -> None:
    path = tmp_path / "report.html"
    analysis = analysed(ROOT / "eval" / "meetings" / "dev" / f"{name}.json")
    path.write_text(render(analysis, "html", RUBRIC), encoding="utf-8")
    with Opened(browser, path) as opened:
        assert sheets(opened) <= 2


@pytest.mark.parametrize(
    ("name", "count", "words"), [("dev-03", 10, True), ("dev-07", 10, True), ("dev-07", 30, False)]
)
def test_paper_keeps_where_each_promise_was_said_and_the_words_of_the_agenda(
    browser: Any, tmp_path: Path, name: str, count: int, words: bool
) -> None:
    """Of long lists the words stay in the file, and time and turn lead there; no list grows beyond two pages."""
    path = tmp_path / "report.html"
    made = analysed(ROOT / "eval" / "meetings" / "dev" / f"{name}.json")
    promises = (made.commitments * count)[:count]
    path.write_text(render(replace(made, commitments=promises), "html", RUBRIC), encoding="utf-8")
    with Opened(browser, path) as opened:
        opened.page.emulate_media(media="print")
        for where in (".terse .q footer", ".agenda .q p", ".terse .day"):
            seen = opened.seen(where)
            assert seen
            assert all(seen)
        assert all(opened.seen(".terse .q p")) is words
        assert sheets(opened) <= 2


TIMES = """[...document.querySelectorAll('svg.tl text')].map((one) => one.getBoundingClientRect())
    .filter((box) => box.width).map((box) => [box.left, box.right])"""


@pytest.mark.parametrize("width", [320, 1440])
@pytest.mark.parametrize("factor", [0.2, 0.5, 1.0, 2.2, 4.0, 6.9, 20.0])
def test_the_times_below_the_timeline_stand_apart_and_inside_the_page(
    browser: Any, heard: Analysis, tmp_path: Path, width: int, factor: float
) -> None:
    """From under a minute to hours."""
    turns = tuple(
        replace(turn, start=turn.start * factor, end=turn.end * factor, words=()) for turn in heard.transcript.turns
    )
    path = tmp_path / "report.html"
    longer = replace(heard, transcript=replace(heard.transcript, turns=turns))
    path.write_text(render(longer, "html", RUBRIC), encoding="utf-8")
    with Opened(browser, path, viewport={"width": width, "height": 800}) as opened:
        boxes = opened.page.evaluate(TIMES)
        assert len(boxes) >= 2
        assert all(left[1] + 3 < right[0] for left, right in itertools.pairwise(boxes))
        assert boxes[-1][1] <= width


def test_the_timeline_says_what_a_finger_can_do(browser: Any, page: Path) -> None:
    with Opened(browser, page) as opened:
        assert opened.page.locator("#tl-now").inner_text().startswith("Point at a block")
    with Opened(browser, page, has_touch=True, is_mobile=True) as opened:
        assert opened.page.locator("#tl-now").inner_text().startswith("Tap a block to see")


@pytest.mark.parametrize(("width", "height"), [(320, 568), (1440, 700)])
def test_the_way_to_the_next_talk_is_on_the_first_screen(
    browser: Any, heard: Analysis, tmp_path: Path, width: int, height: int
) -> None:
    """However many notices there are: it stands before them."""
    source = replace(heard.transcript.source, engine="sphinx", covered=0.4, warnings=("one thing", "another thing"))
    warned = replace(heard, transcript=replace(heard.transcript, source=source))
    path = tmp_path / "report.html"
    path.write_text(render(warned, "html", RUBRIC), encoding="utf-8")
    with Opened(browser, path, viewport={"width": width, "height": height}) as opened:
        link = opened.page.get_by_role("link", name="For next time")
        box = link.bounding_box()
        assert box
        assert box["y"] + box["height"] < height / 2
        link.click()
        opened.until("document.getElementById('s-agenda').getBoundingClientRect().top < innerHeight - 40")
        assert opened.page.evaluate("document.getElementById('s-agenda').getBoundingClientRect().top") >= 0
