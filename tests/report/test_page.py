"""The page shows the same numbers as the analysis, says how to disagree, and plays the right second."""

from __future__ import annotations

import base64
import hashlib
import html
import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from analyzer.errors import InputError
from analyzer.labels.rubric import load_rubric, read_rubric
from analyzer.model import Analysis, EarlierPromise, FollowUp
from analyzer.report.charts import minutes_bar, timeline
from analyzer.report.html import render_html
from analyzer.report.sound import SILENT, Sound, Wanted, embedded, linked
from analyzer.report.view import build_view
from analyzer.report.write import clips, render
from tests.conftest import JUNIPER
from tests.report.test_report import Collector

RUBRIC = load_rubric()


def test_the_sections_stand_in_their_order(juniper: Analysis) -> None:
    heads = re.findall(r"<h2[^>]*>([^<]+)", render(juniper, "html", RUBRIC))
    assert heads == [
        "What this meeting was",
        "Keep doing",
        "One change",
        "Commitments",
        "Moments by topic",
        "Dimensions",
        "For next time",
        "How this was made",
        "Transcript",
    ]


def test_style_and_script_are_allowed_by_their_hash_and_nothing_else_is(juniper: Analysis) -> None:
    page = render(juniper, "html", RUBRIC)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy
    assert "unsafe" not in policy[1]
    assert "media-src 'none'" in policy[1]
    for tag in ("style", "script"):
        found = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.S)
        assert len(found) == 1
        digest = base64.b64encode(hashlib.sha256(found[0].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy[1]
    assert not re.search(r"\s(?:style|on\w+)=", re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.S))


def test_every_exchange_can_be_disagreed_with(juniper: Analysis) -> None:
    """Exchanges count from 1, and the command names a label other than the one given."""
    commands = re.findall(
        r"<code>(analyzer correct \w+ --exchange (\d+) --focus (\w+)[^<]*)</code>", render(juniper, "html", RUBRIC)
    )
    assert [int(n) for _, n, _ in commands] == list(range(1, len(juniper.exchanges) + 1))
    for exchange, (command, _, focus) in zip(juniper.exchanges, commands, strict=True):
        assert command.startswith(f"analyzer correct {juniper.meeting.id} ")
        assert focus != exchange.focus


def test_ids_are_there_once_and_every_link_inside_the_page_has_its_target(juniper: Analysis) -> None:
    page = render(juniper, "html", RUBRIC)
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)


def test_the_timeline_covers_the_meeting_in_order(juniper: Analysis) -> None:
    view = build_view(juniper, RUBRIC)
    drawn = timeline(view.timeline)
    assert drawn
    assert drawn.drawing.count("<a ") == len(juniper.exchanges)
    starts = [block.start for block in view.timeline]
    assert starts == sorted(starts)
    assert juniper.exchanges[0].evidence[0].text[:20] in view.timeline[0].hint


def test_without_exchanges_there_is_no_chart(juniper: Analysis) -> None:
    assert timeline(()) is None
    assert minutes_bar(()) == ""


def test_the_transcript_is_whole_and_each_exchange_is_marked_once(juniper: Analysis) -> None:
    view = build_view(juniper, RUBRIC)
    assert [turn.text for turn in view.transcript] == [turn.text for turn in juniper.transcript.turns]
    assert [turn.exchange for turn in view.transcript if turn.label_name] == list(range(1, len(juniper.exchanges) + 1))


def test_low_confidence_is_said_in_words(juniper: Analysis) -> None:
    unsure = replace(juniper, exchanges=(replace(juniper.exchanges[0], confidence=0.31), *juniper.exchanges[1:]))
    view = build_view(unsure, RUBRIC)
    assert view.topics[0].moments[0].low
    assert "low confidence" in view.timeline[0].hint
    page = render_html(view)
    assert '<span class="unsure">low confidence</span>' in page
    assert "Dashed blocks" in page
    sure = replace(juniper, exchanges=tuple(replace(one, confidence=0.9) for one in juniper.exchanges))
    assert "Dashed blocks" not in render(sure, "html", RUBRIC)
    assert 'fill="url(#low)"' in page
    assert "low confidence" in render(unsure, "md", RUBRIC)


def test_labels_of_another_rubric_get_colours_by_position(juniper: Analysis) -> None:
    text = RUBRIC.text.replace('"inspection"', '"status"').replace('"coaching"', '"growth"')
    other = read_rubric(text, "other.toml")
    names = {"inspection": "status", "coaching": "growth"}
    exchanges = tuple(replace(one, focus=names.get(one.focus, one.focus)) for one in juniper.exchanges)
    view = build_view(replace(juniper, exchanges=exchanges), other)
    assert [label.slot for label in view.labels if label.id in ("status", "growth")] == [1, 2]
    assert {block.slot for block in view.timeline} >= {1, 2}


def test_a_correction_names_a_kind_where_its_focus_is_divided(juniper: Analysis) -> None:
    kind = '[[kind]]\nid = "rehearsal"\nof = "coaching"\nname = "Rehearsal"\ndefinition = "Tried out."\nworking = true'
    text = RUBRIC.text.replace('label = "coaching"', 'label = "rehearsal"') + f"\n{kind}\n"
    divided = read_rubric(text, "other.toml")
    exchanges = tuple(replace(one, kind="rehearsal") if one.focus == "coaching" else one for one in juniper.exchanges)
    view = build_view(replace(juniper, exchanges=exchanges), divided)
    moments = [moment for topic in view.topics for moment in topic.moments]
    told = {moment.label: moment.correction.partition(" --focus ")[2] for moment in moments}
    assert told["inspection"] == "coaching --kind rehearsal"
    assert told["rehearsal"] == "inspection"


def test_earlier_promises_are_apart_by_what_is_known_of_them_and_by_role(juniper: Analysis) -> None:
    """Only the day of the meeting decides what is past; where the engine cannot tell, nothing is called past."""

    def follow_up(owner: str, action: str, due: date | None, outcome: str) -> FollowUp:
        promise = EarlierPromise(action, owner, action, due, date(2026, 3, 1))
        return FollowUp(promise, outcome, None)  # type: ignore[arg-type]

    held = date(2026, 3, 17)
    several = (
        follow_up("Martin Hale", "ask finance", date(2026, 3, 10), "unmentioned"),
        follow_up("Erin Costa", "send it", date(2026, 3, 10), "unmentioned"),
        follow_up("Erin Costa", "call", date(2026, 3, 20), "unmentioned"),
        follow_up("Erin Costa", "book", date(2026, 3, 10), "kept"),
        follow_up("Erin Costa", "ask", date(2026, 3, 10), "untold"),
    )
    analysis = replace(juniper, meeting=replace(juniper.meeting, date=held), follow_ups=several)
    groups = [
        (one.state, one.title, [item.action for item in one.items]) for one in build_view(analysis, RUBRIC).earlier
    ]
    assert groups == [
        ("Day past, not known to be done", "Erin Costa (rep)", ["Send it"]),
        ("Day past, not known to be done", "Martin Hale (manager)", ["Ask finance"]),
        ("What became of them is not known", "Erin Costa (rep)", ["Ask"]),
        ("Carried over", "Erin Costa (rep)", ["Call"]),
        ("Closed in this talk", "Erin Costa (rep)", ["Book"]),
    ]
    page = render(analysis, "html", RUBRIC)
    assert "not verified" in page
    assert "overdue" not in page.lower()
    assert page.count('class="late"') == 2
    assert "### Earlier promises, what became of them is not known: Erin Costa" in render(analysis, "md", RUBRIC)


def test_a_moment_links_to_its_second_of_the_recording(heard: Analysis, tmp_path: Path) -> None:
    sound = linked(heard, tmp_path)
    page = render(heard, "html", RUBRIC, sound)
    links = [html.unescape(link) for link in re.findall(r'class="play" href="([^"]+)"', page)]
    path, second = links[0].split("#t=")
    assert (tmp_path / path).resolve() == (JUNIPER / "stereo.opus").resolve()
    assert float(second) == pytest.approx(heard.feedback.strengths[0].quotes[0].start, abs=0.051)
    assert "media-src 'self' file:;" in page


def test_a_recording_beside_the_page_comes_first_and_odd_names_are_escaped(heard: Analysis, tmp_path: Path) -> None:
    name = "1:1 #2 é.opus"
    (tmp_path / name).write_bytes(b"x")
    beside = replace(heard, meeting=replace(heard.meeting, source_name=name))
    assert linked(beside, tmp_path).href == "1%3A1%20%232%20%C3%A9.opus"


def test_without_its_recording_a_page_has_times_as_text(heard: Analysis, tmp_path: Path) -> None:
    gone = replace(heard, meeting=replace(heard.meeting, source_path="/nowhere/stereo.opus"))
    assert linked(gone, tmp_path) == SILENT
    page = render(gone, "html", RUBRIC, linked(gone, tmp_path))
    collector = Collector()
    collector.feed(page)
    assert "audio" not in collector.tags
    assert 'class="play"' not in page
    with pytest.raises(InputError, match=r"/nowhere/stereo\.opus"):
        clips(gone, RUBRIC, tmp_path)


def test_clips_hold_the_quoted_words_alone_and_the_page_needs_no_file(heard: Analysis, tmp_path: Path) -> None:
    sound = clips(heard, RUBRIC, tmp_path)
    page = render(heard, "html", RUBRIC, sound)
    assert "media-src data:;" in page
    assert "stereo.opus#" not in page
    quoted = {quote.text for one in heard.exchanges for quote in one.evidence}
    assert quoted <= {clip.text for clip in sound.clips}
    assert page.count("data:audio/ogg") == len(sound.clips) == len(sound.clip_ids)


def test_clips_are_made_from_a_recording_whose_tags_are_no_utf8(write_wav: Callable[..., Path]) -> None:
    """What can be decoded can be embedded."""
    path = write_wav(np.zeros((1, 32_000)) + 0.1)
    data = path.read_bytes()
    tag = b"LIST" + (16).to_bytes(4, "little") + b"INFOINAM" + (4).to_bytes(4, "little") + b"caf\xe9"
    data = data[:36] + tag + data[36:]
    path.write_bytes(data[:4] + (len(data) - 8).to_bytes(4, "little") + data[8:])
    assert len(embedded(path, [Wanted(1, 0.5, "A", "two words", 1.5)]).clips) == 1


def test_a_clip_is_as_long_as_its_quote_and_sounds_like_the_recording() -> None:
    import av

    wanted = Wanted(1, 20.0, "A", "ten words that take about four seconds to be spoken", 40.0)
    sound = embedded(JUNIPER / "mono.opus", [wanted, wanted])
    assert len(sound.clips) == 1
    data = base64.b64decode(sound.clips[0].uri.split(",")[1])
    assert len(data) < 5 * 3_500

    def samples(source: object, first: float, last: float) -> np.ndarray:
        with av.open(source) as container:
            resampler = av.AudioResampler(format="flt", layout="mono", rate=16_000)
            parts = [f.to_ndarray()[0] for frame in container.decode(audio=0) for f in resampler.resample(frame)]
        whole = np.concatenate(parts)
        return whole[round(first * 16_000) : round(last * 16_000)]

    clip = samples(io.BytesIO(data), 0.0, 60.0)
    assert 4.5 < len(clip) / 16_000 < 6.0
    original = samples(str(JUNIPER / "mono.opus"), 19.0, 26.0)
    envelope = [np.abs(x[: len(x) // 800 * 800]).reshape(-1, 800).mean(1) for x in (clip, original)]
    shifts = [
        np.corrcoef(envelope[0], envelope[1][at : at + len(envelope[0])])[0, 1]
        for at in range(len(envelope[1]) - len(envelope[0]))
    ]
    assert max(shifts) > 0.9
    assert 19.0 + 0.05 * int(np.argmax(shifts)) == pytest.approx(19.6, abs=0.15)


def test_what_no_browser_plays_is_not_linked(heard: Analysis, tmp_path: Path) -> None:
    path = tmp_path / "talk.wma"
    path.write_bytes(b"x")
    assert linked(replace(heard, meeting=replace(heard.meeting, source_name="talk.wma")), tmp_path) == SILENT


def test_sound_links_fall_back_to_the_recording() -> None:
    assert Sound(href="a.opus").link(1.5) == "a.opus#t=1.5"
    assert SILENT.link(1.5) == ""
