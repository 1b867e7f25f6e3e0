"""The site across meetings: pages that say what the library holds, and change only when that changes."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.errors import RubricError
from analyzer.feedback.engagement import load_engagement, observe
from analyzer.labels.rubric import load_rubric
from analyzer.report.site import page_name, write_site
from analyzer.report.trend import Point, Trend, draw, effective_count, wilson
from analyzer.store.library import Library
from tests.cli.series import FIRST, upload_both
from tests.report.browser import Opened, started

Run = Callable[..., Any]
TODAY = ("--today", "2026-03-20")
TALK = (
    "Dana: Did the clinic sign the contract?\n"
    "Jules: Not yet. Legal still has it.\n"
    "Dana: What would you do to get it moving?\n"
    "Jules: I would ask the head nurse what the delay costs her, because she feels it every day.\n"
    "Dana: Good. Which question comes first, and how would you say it to her?\n"
    "Jules: I would start with her day: what happens on the ward while the old pumps are still there?\n"
)
VOID = {"meta", "input", "br", "link", "line", "circle", "path", "rect"}


class Page(HTMLParser):
    """Checks that what is opened is closed; keeps ids, links and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given_ = dict(attrs)
        self.text += " " if tag in ("td", "th") else ""
        self.ids += [given_["id"] or ""] if "id" in given_ else []
        self.links += [given_["href"] or ""] if "href" in given_ else []
        assert not {"src", "action", "style", "onclick"} & set(given_)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "script"):
            self.text += data


def take_in(analyzer: Run, folder: Path, manager: str, rep: str, day: str, text: str, *more: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{day}-{len(list(folder.iterdir()))}.txt"
    path.write_text(text, encoding="utf-8")
    done = analyzer("upload", path, "--manager", manager, "--rep", rep, "--date", day, *more)
    assert done.status == 0, done


def weekly(analyzer: Run, folder: Path, count: int) -> None:
    for n in range(count):
        day = date(2026, 2, 2) + timedelta(weeks=n)
        text = TALK + f"Dana: Did customer {n} sign?\nJules: Yes, on Monday.\n"
        take_in(analyzer, folder, "Dana", "Jules", day.isoformat(), text)


def site(analyzer: Run, *flags: str) -> Path:
    done = analyzer("report", "--all", *TODAY, *flags)
    assert done.status == 0, done
    return Path(done.out.strip()).parent


def pages(reports: Path) -> dict[str, tuple[int, int]]:
    """Inode and time of each page of the site: one that is written anew gets others."""
    return {
        path.name: (path.stat().st_ino, path.stat().st_mtime_ns)
        for path in [reports / "index.html", *reports.glob("pair-*.html")]
    }


def pair_page(reports: Path, pair: tuple[str, str] = ("Dana", "Jules")) -> str:
    return (reports / page_name(pair)).read_text(encoding="utf-8")


def words(page: str) -> str:
    return " ".join(Page(page).text.split())


def words_of_table(page: str, after: str) -> str:
    rest = page[page.index(f"<h3>{after}") :]
    return words(rest[rest.index("<table") : rest.index("</table>") + 8])


def test_the_index_leads_to_pairs_and_reports(analyzer: Run, tmp_path: Path) -> None:
    upload_both(analyzer, tmp_path / "talks")
    reports = site(analyzer)
    page = Page((reports / "index.html").read_text(encoding="utf-8"))
    assert page_name(("Dana", "Jules")) in page.links
    assert sum(link.startswith("2026-03-") for link in page.links) == 2
    assert "2 meetings of 1 pair" in " ".join(page.text.split())


def test_every_link_of_the_site_leads_somewhere(analyzer: Run, tmp_path: Path) -> None:
    """Quotes lead to their turn in the meeting's report."""
    upload_both(analyzer, tmp_path / "talks")
    reports = site(analyzer)
    quoted = 0
    for path in [reports / "index.html", *reports.glob("pair-*.html")]:
        own = Page(path.read_text(encoding="utf-8"))
        assert len(own.ids) == len(set(own.ids))
        for link in own.links:
            name, _, anchor = link.partition("#")
            target = Page((reports / name).read_text(encoding="utf-8")) if name else own
            assert not anchor or anchor in target.ids
            quoted += anchor.startswith("t")
    assert quoted > 3


def test_one_meeting_rewrites_only_the_pages_that_it_touches(analyzer: Run, tmp_path: Path) -> None:
    upload_both(analyzer, tmp_path / "talks")
    take_in(analyzer, tmp_path / "other", "Robin", "Sam", "2026-03-04", FIRST.replace("sizing", "price"))
    reports = site(analyzer)
    before = pages(reports)
    take_in(analyzer, tmp_path / "other", "Robin", "Sam", "2026-03-11", FIRST.replace("sizing", "colour"))
    after = pages(reports)
    assert {name for name in after if before[name] != after[name]} == {"index.html", page_name(("Robin", "Sam"))}
    site(analyzer)
    again = pages(reports)
    assert again[page_name(("Dana", "Jules"))] == before[page_name(("Dana", "Jules"))]
    assert again["index.html"] == after["index.html"]


def test_nothing_new_writes_nothing(analyzer: Run, tmp_path: Path) -> None:
    upload_both(analyzer, tmp_path / "talks")
    before = pages(site(analyzer))
    told = json.loads(analyzer("report", "--all", "--json", *TODAY).out)
    assert (told["written"], told["same"], told["removed"]) == ([], 2, [])
    assert pages(Path(told["index"]).parent) == before


def test_without_a_site_no_page_appears(analyzer: Run, tmp_path: Path) -> None:
    upload_both(analyzer, tmp_path / "talks")
    assert not (tmp_path / "library" / "reports" / "index.html").exists()


def test_a_name_put_right_moves_the_meeting_to_its_pair(analyzer: Run, tmp_path: Path) -> None:
    """The page of the pair that is no more goes."""
    take_in(analyzer, tmp_path / "talks", "Dana", "Jules", "2026-03-03", FIRST)
    reports = site(analyzer)
    assert analyzer("correct", "last", "--name", "Jules=Julia").status == 0
    assert {path.name for path in reports.glob("pair-*")} == {page_name(("Dana", "Julia"))}


def test_what_is_forgotten_leaves_the_site(analyzer: Run, tmp_path: Path) -> None:
    upload_both(analyzer, tmp_path / "talks")
    take_in(analyzer, tmp_path / "other", "Robin", "Sam", "2026-03-04", "Robin: Hi.\nSam: I'll ring Ada by Friday.\n")
    reports = site(analyzer)
    assert analyzer("forget", "Jules", "--yes").status == 0
    left = {path.name for path in reports.rglob("*.html") if b"Jules" in path.read_bytes()}
    assert left == set()
    assert "1 meeting of 1 pair" in words((reports / "index.html").read_text(encoding="utf-8"))


def test_promises_stand_in_their_state_with_their_history(analyzer: Run, tmp_path: Path) -> None:
    upload_both(analyzer, tmp_path / "talks")
    text = words(pair_page(site(analyzer)))
    assert "Day past, not known to be done (1)" in text
    assert "Jules: Book the demo room in Leeds due Thu 12 March 2026" in text
    assert "Tue 10 March 2026: promised again for Thu 12 March 2026" in text
    assert "Said to be done, not verified (2)" in text
    assert "1 promise past its day: what became of it?" in text
    assert "Day past, not known to be done: Jules: book the demo room in Leeds, due Thu 12 March 2026." in text
    assert "overdue" not in text.lower()


def test_today_decides_what_is_past_its_day(analyzer: Run, tmp_path: Path) -> None:
    upload_both(analyzer, tmp_path / "talks")
    analyzer("report", "--all", "--today", "2026-03-11")
    text = words(pair_page(tmp_path / "library" / "reports"))
    assert "Day past" not in text
    assert "Promised: Jules: book the demo room in Leeds, due Thu 12 March 2026." in text
    assert "Moved (1)" in text


@pytest.mark.parametrize(("count", "told"), [(1, "So far there is 1."), (3, "So far there are 3.")])
def test_under_four_meetings_the_page_says_how_many_there_are(
    analyzer: Run, tmp_path: Path, count: int, told: str
) -> None:
    weekly(analyzer, tmp_path / "talks", count)
    page = pair_page(site(analyzer))
    assert told in words(page)
    assert '<svg class="trend"' not in page


def test_from_four_meetings_on_there_is_a_trend_with_counts(analyzer: Run, tmp_path: Path) -> None:
    """Every rate of the table follows from the analyses; its chart says the same in words."""
    weekly(analyzer, tmp_path / "talks", 4)
    page = pair_page(site(analyzer))
    library = Library(tmp_path / "library")
    rows = sorted(library.meetings(), key=lambda row: str(row.info.date))
    measures = [library.analysis(row.info.id).measures for row in rows]
    table = words_of_table(page, "Open questions")
    for one in measures:
        asked, open_ = sum(one.questions.values()), one.questions.get("open", 0)
        low, high = wilson(open_, asked)
        assert f"{open_ / asked:.0%} {open_} of {asked}" in table
        assert f"{low:.0%} to {high:.0%}" in table
    coaching = words_of_table(page, "Coaching share of working time")
    shares = [f"{one.seconds['coaching'] / one.working:.0%}" for one in measures]
    assert re.findall(r"2026 (\d+%) [^%]+ \d+% to", coaching) == shares
    labels = [html.unescape(label) for label in re.findall(r'class="trend"[^>]*aria-label="([^"]+)"', page)]
    assert len(labels) == 3
    assert all(label.count("2026") == 4 for label in labels)
    assert all(f"2026: {share} (" in labels[0] for share in shares)


def test_cadence_has_gaps_and_lengths(analyzer: Run, tmp_path: Path) -> None:
    weekly(analyzer, tmp_path / "talks", 2)
    take_in(analyzer, tmp_path / "talks", "Dana", "Jules", "2026-03-09", FIRST)
    text = words(pair_page(site(analyzer)))
    assert "3 meetings from 2 Feb 2026 to 9 Mar 2026, 18 days apart (median)" in text
    assert "The longest gap: 28 days, 9 Feb 2026 to 9 Mar 2026" in text


def test_the_page_says_what_planned_meetings_became(analyzer: Run, tmp_path: Path) -> None:
    pytest.importorskip("icalendar")
    upload_both(analyzer, tmp_path / "talks")
    plan = tmp_path / "plan.ics"
    days = {"20260303": "a", "20260311": "b", "20260317": "c", "20260324": "d"}
    events = "".join(
        f"BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTART;VALUE=DATE:{day}\r\nSUMMARY:Dana Jules\r\nEND:VEVENT\r\n"
        for day, uid in days.items()
    )
    plan.write_text(f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{events}END:VCALENDAR\r\n")
    assert analyzer("calendar", "import", plan, "--manager", "Dana", "--rep", "Jules", *TODAY).status == 0
    text = words(pair_page(site(analyzer)))
    assert "Of 3 planned ones: 1 held as planned, 1 moved, 1 missed." in text
    assert "Planned on Tue 24 March 2026." in text


def test_hostile_names_and_words_are_text(analyzer: Run, tmp_path: Path) -> None:
    bad = "<script>alert(1)</script>\"'&"
    rep = "Ju\u202eles<img src=x> 🙂"
    text = FIRST.replace("Jules:", f"{rep}:").replace("clinic", bad)
    take_in(analyzer, tmp_path / "talks", "Dana", rep, "2026-03-03", text, "--title", bad)
    reports = site(analyzer)
    for path in [reports / "index.html", *reports.glob("pair-*.html")]:
        page = path.read_text(encoding="utf-8")
        assert "<img" not in page
        assert len(re.findall(r"<script", page)) == 1
        assert re.fullmatch(r"[a-z0-9-]+\.html", path.name)
        assert "unsafe" not in page[: page.index("<style>")]
    assert bad in Page((reports / "index.html").read_text(encoding="utf-8")).text


@given(st.tuples(st.text(), st.text()), st.tuples(st.text(), st.text()))
def test_file_names_are_safe_and_tell_pairs_apart(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert re.fullmatch(r"pair-[a-z0-9-]{8,80}\.html", page_name(one))
    assert (page_name(one) == page_name(other)) == (one == other)


def test_each_page_says_what_it_is_for(analyzer: Run, tmp_path: Path) -> None:
    upload_both(analyzer, tmp_path / "talks")
    reports = site(analyzer)
    for path in [reports / "index.html", *reports.glob("pair-*.html")]:
        assert "for development, not for employment decisions" in path.read_text(encoding="utf-8")


def test_the_index_says_whose_it_is(analyzer: Run, tmp_path: Path) -> None:
    upload_both(analyzer, tmp_path / "talks")
    text = words((site(analyzer) / "index.html").read_text(encoding="utf-8"))
    assert "all meetings of this library, of every manager: it is your own" in text
    assert "--all --manager NAME" in text


def test_one_managers_site_holds_nobody_elses_meetings(analyzer: Run, tmp_path: Path) -> None:
    """It is a folder that can be handed over: every link stays inside, and no other manager or rep stands in it."""
    upload_both(analyzer, tmp_path / "talks")
    take_in(analyzer, tmp_path / "other", "Robin", "Sam", "2026-03-04", FIRST.replace("sizing", "price"))
    own = tmp_path / "for-dana"
    done = analyzer("report", "--all", "--manager", "dan", "--output", own, *TODAY)
    assert (done.status, Path(done.out.strip())) == (0, own / "index.html")
    assert len(list(own.iterdir())) == 4
    for path in own.iterdir():
        text = path.read_text(encoding="utf-8")
        assert "Robin" not in text
        assert "Sam" not in words(text).split()
        for link in Page(text).links if path.name.startswith(("index", "pair")) else []:
            assert not link.partition("#")[0] or (own / link.partition("#")[0]).exists()
    assert "Made for Dana on Fri 20 March 2026" in words((own / "index.html").read_text(encoding="utf-8"))
    assert not (tmp_path / "library" / "reports" / "index.html").exists()


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (("--all", "--manager", "Nobody"), "Dana, Robin"),
        (("--all", "--output", "x"), "--output goes with --manager"),
        (("--manager", "Dana"), "--manager goes with --all"),
    ],
)
def test_a_manager_who_is_not_there_is_told_with_those_who_are(
    analyzer: Run, tmp_path: Path, flags: tuple[str, ...], told: str
) -> None:
    upload_both(analyzer, tmp_path / "talks")
    take_in(analyzer, tmp_path / "other", "Robin", "Sam", "2026-03-04", FIRST.replace("sizing", "price"))
    done = analyzer("report", *flags)
    assert done.status == 2
    assert told in done.err


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"), [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (1, 3, 0.0615, 0.7923)]
)
def test_wilson_agrees_with_published_values(part: int, whole: int, low: float, high: float) -> None:
    assert wilson(part, whole) == pytest.approx((low, high), abs=5e-4)


@given(st.lists(st.floats(0.1, 1e4), min_size=1))
def test_weights_are_worth_at_most_their_number(weights: list[float]) -> None:
    assert 1 - 1e-9 <= effective_count(weights) <= len(weights) + 1e-9
    assert effective_count([weights[0]] * len(weights)) == pytest.approx(len(weights))


def test_a_meeting_without_counts_has_no_dot() -> None:
    day = date(2026, 3, 3)
    trend = Trend("Share", "", (Point(day, "0 of 0", 0, 0, 0), Point(day, "1 of 2", 1, 2, 2)))
    assert draw(trend).count("<circle") == 1
    assert "not observed" in draw(trend)


def test_rules_of_engagement_are_data(tmp_path: Path, analyzer: Run) -> None:
    """A file in the library's folder counts instead of the starting set."""
    upload_both(analyzer, tmp_path / "talks")
    own = tmp_path / "library" / "engagement.toml"
    own.write_text(
        'version = "7"\nweeks = 3\n[[rule]]\nid = "own"\nname = "Our own rule"\nwhen = "w"\nwhy = "y"\nwhere = "h"\n'
        'topics = ["opportunity"]\nunseen = "u"\n'
    )
    text = words(pair_page(site(analyzer)))
    assert "Our own rule" in text
    assert "The last 3 weeks: 2 meetings" in text
    assert "Field days" not in text


def test_broken_rules_name_file_and_place(tmp_path: Path) -> None:
    path = tmp_path / "engagement.toml"
    path.write_text('version = "1"\nweeks = 0\nrule = []\n')
    with pytest.raises(RubricError, match=r"engagement\.toml.*weeks"):
        load_engagement(path)
    path.write_text("weeks =")
    with pytest.raises(RubricError, match="not valid TOML"):
        load_engagement(path)
    with pytest.raises(RubricError, match="cannot be read"):
        load_engagement(tmp_path / "none.toml")


def test_broken_rules_leave_a_new_meeting_sound(analyzer: Run, tmp_path: Path) -> None:
    """Asked for, the site says what is wrong with them; a meeting that is taken in says it on its pair's page."""
    weekly(analyzer, tmp_path / "talks", 1)
    reports = site(analyzer)
    (tmp_path / "library" / "engagement.toml").write_text("weeks =")
    assert analyzer("report", "--all").status == 2
    take_in(analyzer, tmp_path / "talks", "Dana", "Jules", "2026-02-09", TALK)
    assert [row.state for row in Library(tmp_path / "library").meetings()] == ["done", "done"]
    assert "No rule of engagement is shown" in words(pair_page(reports))


def test_the_starting_rules_name_topics_of_the_rubric() -> None:
    topics = {topic.id for topic in load_rubric().topics}
    rules = load_engagement().rule
    assert {rule.id for rule in rules} >= {"executive_call", "debrief", "field_day", "pipeline"}
    assert all(set(rule.topics) <= topics for rule in rules)


def test_coverage_counts_what_the_labels_say(analyzer: Run, tmp_path: Path) -> None:
    upload_both(analyzer, tmp_path / "talks")
    library, rubric = Library(tmp_path / "library"), load_rubric()
    talks = [(library.analysis(row.info.id), rubric) for row in library.meetings()]
    exchanges = [one for analysis, _ in talks for one in analysis.exchanges]
    for topic in rubric.topics:
        seen = observe(talks, (topic.id,))
        own = [one for one in exchanges if one.topic == topic.id]
        assert seen.coached == sum(one.focus == "coaching" for one in own)
        assert seen.inspected == sum(one.focus == "inspection" for one in own)
    everything = [topic.id for topic in rubric.topics]
    assert observe(talks, everything, ("head nurse",)).coached <= observe(talks, everything).coached
    assert observe(talks, everything, ("no such words",)).coached == 0
    assert observe(talks, everything, (), 0.001).boxed == 0
    assert observe(talks, everything, (), 60).boxed == observe(talks, everything).inspected_in


def test_an_empty_library_has_an_index(tmp_path: Path) -> None:
    made = write_site(Library(tmp_path / "library"), date(2026, 3, 20))
    assert "No meeting yet" in made.index.read_text(encoding="utf-8")


def test_pages_in_a_browser(analyzer: Run, tmp_path: Path) -> None:
    """Nothing is asked for, nothing is wider than a small phone, and the index narrows to what is looked for."""
    weekly(analyzer, tmp_path / "talks", 4)
    take_in(analyzer, tmp_path / "other", "Robin", "Zoë", "2026-03-04", FIRST, "--title", "Quarter")
    reports = site(analyzer)
    with (
        started() as browser,
        Opened(browser, reports / "index.html", viewport={"width": 320, "height": 700}) as opened,
    ):
        page = opened.page
        page.goto((reports / page_name(("Dana", "Jules"))).as_uri())
        opened.unfold()
        assert page.evaluate("document.documentElement.scrollWidth") == 320
        page.goto((reports / "index.html").as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") == 320
        assert (len(opened.requests), opened.complaints) == (3, [])
        page.fill("#words", "zoe quarter")
        assert page.inner_text("#found") == "1 of 5 meetings"
        page.fill("#words", "")
        page.fill("#from", "2026-02-10")
        page.select_option("#manager", "Dana")
        assert page.locator(".meetings li:visible").count() == 2


@pytest.mark.parametrize(
    ("today", "told"),
    [
        ("2026-02-23", "the rhythm so far makes it Mon 23 February 2026."),
        ("2026-03-02", "the rhythm so far makes it Mon 2 March 2026."),
        ("2026-03-03", "the last meeting was on Mon 16 February 2026."),
        ("2026-11-22", "the last meeting was on Mon 16 February 2026."),
    ],
)
def test_a_rhythm_that_has_lapsed_foretells_nothing(analyzer: Run, tmp_path: Path, today: str, told: str) -> None:
    """Lapsed: no meeting for more than twice its step, here a week."""
    weekly(analyzer, tmp_path / "talks", 3)
    assert f"Not planned in the calendar; {told}" in words(pair_page(site(analyzer, "--today", today)))


def test_where_nobody_met_no_topic_is_called_not_observed(analyzer: Run, tmp_path: Path) -> None:
    upload_both(analyzer, tmp_path / "talks")
    page = words(pair_page(site(analyzer, "--today", "2026-11-22")))
    coverage = page[page.index("Where coaching took place") : page.index("3 Mar 2026 to 10 Mar 2026")]
    assert "No meeting in the last 12 weeks." in coverage
    assert "ot observed" not in coverage


def test_a_printed_pair_page_has_every_promise_with_its_day_and_its_words(analyzer: Run, tmp_path: Path) -> None:
    """What is folded on the screen is open on paper, and no sign is added to what stands there."""
    said = (
        "Dana: What comes next?\nJules: I'll send Ada the sizing sheet by Friday.\n"
        "Dana: What else is there?\nJules: I'll book the demo room in Leeds by Thursday.\n"
        "Dana: And the clinic?\nJules: I'll write the call plan for Bert tonight.\n"
        "Dana: And finance?\nJules: I'll ask finance about the discount on Monday.\n"
        "Dana: And the university?\nJules: I'll send Professor Lind the plan on Wednesday.\n"
        "Dana: Good.\nJules: I'll bring the two pumps to the trial by Friday.\n"
        "Dana: And the contract?\nJules: I'll sign the contract with Greta tomorrow.\n"
    )
    take_in(analyzer, tmp_path / "talks", "Dana", "Jules", "2026-03-03", said)
    path = site(analyzer) / page_name(("Dana", "Jules"))
    after = "[...document.querySelectorAll('.do')].map((one) => getComputedStyle(one, '::after').content)"
    with started() as browser, Opened(browser, path) as opened:
        opened.page.emulate_media(media="print")
        for where in ("[id^=c-]", "[id^=c-] > .fine", "[id^=c-] .q p"):
            assert opened.seen(where) == [True] * said.count("I'll")
        assert not any(opened.seen(".plain summary, .more summary"))
        assert set(opened.page.evaluate(after)) == {"none"}
