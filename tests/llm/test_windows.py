"""Windows cover the whole talk, in order, within their size, and every turn has one that knows it best."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.llm.windows import Window, cut, owners, pack, plain, tokens
from analyzer.model import Turn

WORDS = st.lists(
    st.sampled_from("so the price is up again, okay. Then we call them? No!".split()), min_size=1, max_size=120
)
TALKS = st.lists(WORDS, min_size=1, max_size=80).map(
    lambda texts: [Turn(n, "MR"[n % 2], " ".join(words), float(n), n + 1.0) for n, words in enumerate(texts, 1)]
)
BUDGETS = st.integers(120, 2000)


def size(window: Window) -> int:
    return sum(tokens(line.text) + 12 for line in window.lines)


@settings(max_examples=60, deadline=None)
@given(TALKS, BUDGETS)
def test_every_word_of_every_turn_is_in_a_window(turns: list[Turn], budget: int) -> None:
    said: dict[int, str] = {}
    for window in pack(turns, budget):
        own: dict[int, list[str]] = {}
        for line in window.lines:
            own.setdefault(line.turn, []).append(line.text)
        for turn, parts in own.items():
            said[turn] = max(said.get(turn, ""), " ".join(parts), key=len)
    for turn in turns:
        assert said[turn.n].replace(" ", "") == turn.text.replace(" ", "") or size(pack(turns, budget)[0]) <= budget
    assert set(said) == {turn.n for turn in turns}


@settings(max_examples=60, deadline=None)
@given(TALKS, BUDGETS)
def test_no_window_is_over_its_size_and_neighbours_share_lines(turns: list[Turn], budget: int) -> None:
    windows = pack(turns, budget)
    assert all(size(window) <= budget + 60 for window in windows)
    assert windows[0].opens
    assert windows[-1].closes
    for before, after in pairwise(windows):
        assert before.first <= after.first <= before.last
        assert before.last <= after.last


@settings(max_examples=60, deadline=None)
@given(TALKS, BUDGETS)
def test_a_turn_belongs_to_the_window_in_which_it_is_farthest_from_an_edge(turns: list[Turn], budget: int) -> None:
    windows = pack(turns, budget)
    for turn, index in zip(turns, owners(windows, len(turns)), strict=True):
        assert index is not None
        seen = [window.room(turn.n) for window in windows if window.first <= turn.n <= window.last]
        assert windows[index].room(turn.n) == max(seen)


def test_windows_are_about_equally_large() -> None:
    turns = [Turn(n, "M", "and then we said that it would be fine", float(n), n + 1.0) for n in range(1, 301)]
    sizes = [size(window) for window in pack(turns, 2500)]
    assert len(sizes) == 4
    assert max(sizes) < 1.25 * min(sizes)


def test_a_turn_that_is_too_long_is_cut_between_sentences() -> None:
    text = " ".join(f"This is sentence number {n}." for n in range(200))
    parts = cut(text, 100)
    assert "".join(parts).replace(" ", "") == text.replace(" ", "")
    assert all(part.rstrip().endswith(".") for part in parts)
    assert all(tokens(part) <= 100 for part in parts)


def test_the_halves_of_a_window_cover_it_and_share_two_lines() -> None:
    turns = [Turn(n, "M", "well yes", float(n), n + 1.0) for n in range(1, 21)]
    [window] = pack(turns, 2000)
    left, right = window.halves() or (window, window)
    assert [line.turn for line in left.lines][-2:] == [line.turn for line in right.lines][:2]
    assert (left.opens, left.closes, right.opens, right.closes) == (True, False, False, True)
    assert {line.turn for line in (*left.lines, *right.lines)} == set(range(1, 21))


def test_turns_without_words_are_left_out() -> None:
    turns = [Turn(1, "M", "  \u200b ", 0.0, 1.0), Turn(2, "R", "yes", 1.0, 2.0)]
    assert [line.turn for line in pack(turns, 500)[0].lines] == [2]
    assert pack(turns[:1], 500) == []


def test_what_cannot_be_seen_is_not_sent() -> None:
    assert plain("a\u2028b\x85c\r\nd\u202ee\ue000f\ud800g\x00h\u200bi") == "a b c defghi"
