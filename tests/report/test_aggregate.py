"""Figures over managers: at least five behind each, nobody's name, and no two that show one person between them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.commitments.ledger import Event, Item, State
from analyzer.errors import InputError
from analyzer.labels.rubric import load_rubric
from analyzer.model import Measures, MeetingInfo, Share
from analyzer.report.aggregate import LEAST_MANAGERS, Aggregate, build_aggregate, one_person_each, render_aggregate
from analyzer.store.library import MeasuredRow
from tests.cli.series import FIRST
from tests.report.test_site import TALK, take_in

Run = Callable[..., Any]
TODAY = date(2026, 11, 20)
NAMES = ["Ada", "Ben", "Cleo", "Dana", "Eve", "Finn", "Gil", "Hana", "Ivo", "Jo", "Kim", "Lou"]


class Held:
    """A library of which counts alone are known."""

    def __init__(self, rows: Iterable[MeasuredRow], items: Iterable[Item] = ()) -> None:
        self.rows = list(rows)
        self.items = list(items)
        self.text: str | None = None

    def measured(self) -> list[MeasuredRow]:
        return self.rows

    def ledger(self) -> list[Item]:
        return self.items

    def rubric(self, hash_: str) -> str | None:
        return self.text


def row(manager: str, on: date, coaching: float = 50.0, asked: int = 4, engine: str = "local") -> MeasuredRow:
    measures = Measures(
        {"coaching": coaching, "inspection": 100 - coaching}, 100.0, Share(1, 2), {"open": 1, "closed": asked - 1},
        Share(1, 2), Share(0, 4),
    )  # fmt: skip
    return MeasuredRow(MeetingInfo("a", "a", "a", date=on, manager=manager, rep="Rep"), measures, ("r", engine))


def built(*rows: MeasuredRow) -> Aggregate:
    return build_aggregate(Held(rows), TODAY)  # type: ignore[arg-type]


def thrice(manager: str, on: date = date(2026, 2, 3), **counts: Any) -> list[MeasuredRow]:
    return [row(manager, on + timedelta(weeks=n), **counts) for n in range(3)]


def many(count: int, on: date = date(2026, 2, 3)) -> list[MeasuredRow]:
    return [one for n, name in enumerate(NAMES[:count]) for one in thrice(name, on, coaching=10.0 * n)]


def figure(made: Aggregate, measure: str, group: int = 0) -> Any:
    return next(one for one in made.groups[group].figures if one.measure == measure)


@pytest.mark.parametrize("rows", [[], many(4), [*many(4), *thrice("Eve")[:2]], many(4) * 3])
def test_under_five_managers_with_three_meetings_nothing_is_told(rows: list[MeasuredRow]) -> None:
    with pytest.raises(InputError, match="at least 5 managers with at least 3 finished meetings"):
        built(*rows)


def test_a_name_written_in_two_ways_is_one_manager() -> None:
    """Taken for two, four people would be five."""
    people = one_person_each(["Dana Okafor", "dana  okafor", "Dana", "Zoë", "Zoe", "Robin"])
    assert len(set(people.values())) == 3
    with pytest.raises(InputError):
        built(*many(4), *thrice("ada"))


def test_median_and_middle_half_are_those_of_the_managers() -> None:
    """Meetings are put together for each manager before managers are: rates are not averaged."""
    made = built(*many(9), row("Ada", date(2026, 3, 30), coaching=0.0))
    found = figure(made, "coaching")
    assert (found.managers, found.median, found.middle_half) == (9, 40, (20, 60))
    assert figure(made, "questions_open").median == 25
    assert figure(made, "bridge").median == 50
    assert made.groups[0].meetings == 28


def test_coaching_that_is_divided_into_kinds_counts_with_all_of_them() -> None:
    kinds = "".join(
        f'\n[[kind]]\nid = "{id_}"\nof = "coaching"\nname = "A"\ndefinition = "B"\nworking = true\n'
        for id_ in ("try", "feed")
    )
    library = Held(
        replace(one, measures=replace(one.measures, seconds={"try": 20.0, "feed": 30.0, "inspection": 50.0}))
        for one in many(5)
    )
    library.text = load_rubric().text.replace('label = "coaching"', 'label = "try"') + kinds
    assert figure(build_aggregate(library, TODAY), "coaching").median == 50  # type: ignore[arg-type]


def test_the_lowest_and_the_highest_rate_are_never_told() -> None:
    rows = [*many(8), *thrice("Zed", coaching=99.0)]
    text = render_aggregate(built(*rows), "json") + render_aggregate(built(*rows), "html")
    assert "99" not in re.sub(r"<style>.*?</style>|sha256-\S+", "", text, flags=re.S)


def test_rates_are_rounded_to_five_points() -> None:
    made = built(*[one for n, name in enumerate(NAMES[:5]) for one in thrice(name, coaching=41.0 + n)])
    assert figure(made, "coaching").median == 45
    assert figure(made, "coaching").middle_half == (40, 45)


def test_a_measure_needs_five_managers_of_its_own() -> None:
    """Those who were not heard to ask have no share of open questions."""
    silent = [one for name in NAMES[4:6] for one in thrice(name, asked=0)]
    silent = [MeasuredRow(one.info, Measures({}, 100.0, Share(0, 0), {}, Share(0, 0), Share(0, 0)), one.made_with)
              for one in silent]  # fmt: skip
    made = built(*many(4), *silent)
    assert figure(made, "coaching").managers == 6
    assert figure(made, "questions_open").managers is figure(made, "questions_open").median is None
    assert "fewer than 5" in figure(made, "bridge").left_out


def promise(manager: str, state: State, made: date = date(2026, 2, 3)) -> Item:
    history = (Event("promised", made, "a"),)
    return Item(("i",), (manager, "Rep"), "Rep", None, state, date(2026, 2, 10), None, history)  # type: ignore[arg-type]


def test_promises_are_counted_only_where_an_engine_could_tell() -> None:
    """The local engine hears few who say that they did it: the share of these would say nothing of the others."""
    items = [promise(name, state) for name in NAMES[:5] for state in ("claimed", "open", "open", "open")]
    local = build_aggregate(Held(many(5), items), TODAY)  # type: ignore[arg-type]
    assert figure(local, "promises").median is None
    assert "language model" in figure(local, "promises").left_out
    read = [one for name in NAMES[:5] for one in thrice(name, engine="m")]
    assert figure(build_aggregate(Held(read, items), TODAY), "promises").median == 25  # type: ignore[arg-type]
    last = [promise(name, "open", date(2026, 2, 17)) for name in NAMES[:5]]
    assert figure(build_aggregate(Held(read, [*items, *last]), TODAY), "promises").median == 25  # type: ignore[arg-type]


def test_only_whole_quarters_that_are_over_stand_beside_the_whole_library() -> None:
    made = built(*many(5), *many(5, date(2026, 4, 1)), *many(5, date(2026, 10, 6)))
    assert [group.name for group in made.groups] == ["All meetings", "April to June 2026", "January to March 2026"]


def test_a_quarter_that_would_single_out_the_sixth_is_left_out() -> None:
    made = built(*many(6), *many(5, date(2026, 4, 1)))
    assert [group.name for group in made.groups] == ["All meetings", "January to March 2026"]
    assert made.left_out == ("April to June 2026",)


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, 2), st.integers(1, 4)), max_size=40))
def test_no_two_figures_differ_by_a_few_people(held: list[tuple[str, int, int]]) -> None:
    """Whoever meets whom in whichever quarter: two figures of one measure are about the same people, or five others."""
    rows = [row(name, date(2026, 1 + 3 * quarter, 10 + n)) for name, quarter, count in held for n in range(count)]
    try:
        made = built(*rows)
    except InputError:
        return
    behind = []
    for group in made.groups:
        months = {"January": 1, "April": 4, "July": 7}
        first = months.get(group.name.split()[0])
        own = [one for one in rows if first is None or one.info.date.month == first]  # type: ignore[union-attr]
        names = [one.info.manager for one in own]
        if figure(made, "coaching", made.groups.index(group)).managers:
            behind.append({name for name in names if names.count(name) >= 3})
            assert len(behind[-1]) >= LEAST_MANAGERS
    for one, other in combinations(behind, 2):
        assert not 0 < len(one - other) < LEAST_MANAGERS
        assert not 0 < len(other - one) < LEAST_MANAGERS


def test_the_command_writes_a_page_and_its_json_without_a_name(analyzer: Run, tmp_path: Path) -> None:
    """The local engine read these meetings: of promises nothing is said but why."""
    for n, name in enumerate(NAMES[:5]):
        for week, text in enumerate((FIRST, TALK, TALK)):
            said = text.replace("Dana", name).replace("clinic", f"clinic {n} {week}")
            said += f"Jules: I'll ring ward {n} by Friday. I'll send the price list by Thursday.\n"
            take_in(analyzer, tmp_path / name, name, "Jules", f"2026-0{week + 2}-03", said)
    id_ = json.loads(analyzer("actions", "--pair", "Ada", "--json").out)[0]["id"]
    assert analyzer("actions", "done", id_).status == 0
    done = analyzer("report", "--aggregate", "--today", "2026-05-04")
    assert done.status == 0, done
    page = Path(done.out.strip())
    html, made = page.read_text(encoding="utf-8"), json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))
    assert json.loads(analyzer("report", "--aggregate", "--json", "--today", "2026-05-04").out) == made
    own = tmp_path / "own.html"
    assert analyzer("report", "--aggregate", "--today", "2026-05-04", "-o", own).status == 0
    assert json.loads(own.with_suffix(".json").read_text(encoding="utf-8")) == made
    assert analyzer("report", "--aggregate", "-o", tmp_path / "aggdir").status == 2
    for name in [*NAMES, "Jules", "clinic", "ward"]:
        assert not re.search(rf"\b{name}\b", html + json.dumps(made))
    promises = next(one for one in made["groups"][0]["figures"] if one["measure"] == "promises")
    assert "language model" in promises["left_out"]
    assert promises["left_out"] in html
    told = [one for group in made["groups"] for one in group["figures"] if not one["left_out"]]
    assert {one["measure"] for one in told} >= {"coaching", "questions_open"}
    for one in told:
        assert f"{one['median']}%</td>" in html
        assert f"{one['middle_half'][0]}% to {one['middle_half'][1]}%" in html
    assert analyzer("forget", "Ada", "--yes").status == 0
    assert not page.exists()
    assert analyzer("report", "--aggregate").status == 2


@pytest.mark.parametrize("flags", [("--all",), ("--manager", "Dana"), ("--format", "md")])
def test_there_is_nothing_to_filter_by(analyzer: Run, flags: tuple[str, ...]) -> None:
    assert analyzer("report", "--aggregate", *flags).status == 2
