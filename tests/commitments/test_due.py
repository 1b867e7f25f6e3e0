from __future__ import annotations

import sys
import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.commitments.due import find_due, resolve_due

TUE = date(2026, 3, 17)
FRI = date(2026, 11, 20)
SAT, SUN = date(2026, 5, 9), date(2026, 5, 10)
MONTH_END = date(2026, 1, 31)  # a Saturday
QUARTER_END = date(2026, 3, 31)  # a Tuesday
YEAR_END = date(2026, 12, 31)  # a Thursday
BEFORE_LEAP, LEAP = date(2028, 2, 28), date(2028, 2, 29)  # Monday, Tuesday

WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


def day(written: str | None) -> date | None:
    """Read ``Thu 2026-03-19``; the weekday is a second reckoning of the same day."""
    if written is None:
        return None
    weekday, iso = written.split()
    assert WEEKDAYS[date.fromisoformat(iso).weekday()] == weekday, f"{iso} is no {weekday}"
    return date.fromisoformat(iso)


# Each block is a row of the table "Date words" in EVAL.md; the days were counted by hand.
TABLE = [
    # "Thursday", "by Thursday", "first thing Monday": the first such day strictly after; said on that day, a week later
    ("Thursday", TUE, "Thu 2026-03-19"),
    ("by Thursday", TUE, "Thu 2026-03-19"),
    ("first thing Monday", TUE, "Mon 2026-03-23"),
    ("Tuesday", TUE, "Tue 2026-03-24"),
    ("by Tuesday noon", TUE, "Tue 2026-03-24"),
    ("Friday", FRI, "Fri 2026-11-27"),
    ("on Saturday", FRI, "Sat 2026-11-21"),
    ("Sunday", SAT, "Sun 2026-05-10"),
    ("by Monday", SUN, "Mon 2026-05-11"),
    ("Sunday", SUN, "Sun 2026-05-17"),
    ("Friday", YEAR_END, "Fri 2027-01-01"),
    ("Tuesday", BEFORE_LEAP, "Tue 2028-02-29"),
    ("Wednesday noon", TUE, "Wed 2026-03-18"),
    ("by wednesday noon", TUE, "Wed 2026-03-18"),
    ("Thursday morning", TUE, "Thu 2026-03-19"),
    ("by end of play Thursday", TUE, "Thu 2026-03-19"),
    ("have it to you by end of play Thursday", TUE, "Thu 2026-03-19"),
    ("close of business on Friday", TUE, "Fri 2026-03-20"),
    ("EOD Monday", TUE, "Mon 2026-03-23"),
    ("Friday EOD", TUE, "Fri 2026-03-20"),
    ("Friday latest", TUE, "Fri 2026-03-20"),
    ("no later than Friday", TUE, "Fri 2026-03-20"),
    ("Friday at the latest", TUE, "Fri 2026-03-20"),
    ("not until Friday", TUE, "Fri 2026-03-20"),
    ("before Thursday's call", TUE, "Thu 2026-03-19"),
    ("Thursday at half past three", TUE, "Thu 2026-03-19"),
    ("Mon", TUE, "Mon 2026-03-23"),
    ("by Tues.", TUE, "Tue 2026-03-24"),
    ("by Wed", TUE, "Wed 2026-03-18"),
    ("Thurs. noon", TUE, "Thu 2026-03-19"),
    ("the coming Monday", TUE, "Mon 2026-03-23"),
    # "this Friday": that day of the calendar week
    ("this Friday", TUE, "Fri 2026-03-20"),
    ("this Friday", FRI, "Fri 2026-11-20"),
    ("by this Sunday", FRI, "Sun 2026-11-22"),
    ("Thursday this week", TUE, "Thu 2026-03-19"),
    ("this Monday", TUE, "Mon 2026-03-23"),
    ("this Friday", YEAR_END, "Fri 2027-01-01"),
    # "next Friday": that day of the next calendar week
    ("next Friday", TUE, "Fri 2026-03-27"),
    ("next Friday", FRI, "Fri 2026-11-27"),
    ("by next Tuesday", TUE, "Tue 2026-03-24"),
    ("next Monday", SUN, "Mon 2026-05-11"),
    ("next Sunday", SUN, "Sun 2026-05-17"),
    ("Friday next week", TUE, "Fri 2026-03-27"),
    ("Thursday of next week", TUE, "Thu 2026-03-26"),
    ("next week, on Monday", TUE, "Mon 2026-03-23"),
    ("the Friday after next", TUE, "Fri 2026-04-03"),
    ("next Tuesday", YEAR_END, "Tue 2027-01-05"),
    # "Monday week", "a week from Tuesday": the first such day after the meeting, plus seven
    ("Monday week", TUE, "Mon 2026-03-30"),
    ("a week from Tuesday", TUE, "Tue 2026-03-31"),
    ("a week on Friday", TUE, "Fri 2026-03-27"),
    ("Friday week", FRI, "Fri 2026-12-04"),
    ("two weeks from Friday", TUE, "Fri 2026-04-03"),
    ("Monday fortnight", TUE, "Mon 2026-04-06"),
    ("ten days from Friday", TUE, "Mon 2026-03-30"),
    # "today", "tonight", a bare time of day: the meeting's date
    ("today", TUE, "Tue 2026-03-17"),
    ("tonight", SUN, "Sun 2026-05-10"),
    ("by noon", TUE, "Tue 2026-03-17"),
    ("by close of business", YEAR_END, "Thu 2026-12-31"),
    ("close of play", TUE, "Tue 2026-03-17"),
    ("end of day", TUE, "Tue 2026-03-17"),
    ("by the end of the day", TUE, "Tue 2026-03-17"),
    ("EOD", LEAP, "Tue 2028-02-29"),
    ("COB", TUE, "Tue 2026-03-17"),
    ("by four", TUE, "Tue 2026-03-17"),
    ("at 3pm", TUE, "Tue 2026-03-17"),
    ("at 3 p.m.", TUE, "Tue 2026-03-17"),
    ("by 5:30", TUE, "Tue 2026-03-17"),
    ("by nine thirty", TUE, "Tue 2026-03-17"),
    ("this afternoon", TUE, "Tue 2026-03-17"),
    ("this morning", TUE, "Tue 2026-03-17"),
    ("by lunch", TUE, "Tue 2026-03-17"),
    ("in the next hour", TUE, "Tue 2026-03-17"),
    ("in half an hour", TUE, "Tue 2026-03-17"),
    ("within the hour", TUE, "Tue 2026-03-17"),
    ("later today", TUE, "Tue 2026-03-17"),
    # "tomorrow", "the day after tomorrow"
    ("tomorrow", TUE, "Wed 2026-03-18"),
    ("tomorrow by five", TUE, "Wed 2026-03-18"),
    ("first thing tomorrow", YEAR_END, "Fri 2027-01-01"),
    ("tomorrow", BEFORE_LEAP, "Tue 2028-02-29"),
    ("by tomorrow lunchtime", MONTH_END, "Sun 2026-02-01"),
    ("the day after tomorrow", TUE, "Thu 2026-03-19"),
    ("day after tomorrow", BEFORE_LEAP, "Wed 2028-03-01"),
    ("tomorrow or the day after", TUE, "Thu 2026-03-19"),
    ("first thing in the morning", TUE, "Wed 2026-03-18"),
    ("before tomorrow's call", TUE, "Wed 2026-03-18"),
    ("a week tomorrow", TUE, "Wed 2026-03-25"),
    ("tomorrow week", TUE, "Wed 2026-03-25"),
    ("a week today", TUE, "Tue 2026-03-24"),
    # "in ten days", "inside a fortnight", "within 48 hours": calendar days
    ("in ten days", TUE, "Fri 2026-03-27"),
    ("inside a fortnight", TUE, "Tue 2026-03-31"),
    ("within 48 hours", TUE, "Thu 2026-03-19"),
    ("within forty-eight hours", FRI, "Sun 2026-11-22"),
    ("a fortnight", YEAR_END, "Thu 2027-01-14"),
    ("in a couple of days", TUE, "Thu 2026-03-19"),
    ("in a couple weeks", TUE, "Tue 2026-03-31"),
    ("in two weeks", TUE, "Tue 2026-03-31"),
    ("in three weeks' time", TUE, "Tue 2026-04-07"),
    ("two weeks from today", TUE, "Tue 2026-03-31"),
    ("a week from now", TUE, "Tue 2026-03-24"),
    ("in a week", LEAP, "Tue 2028-03-07"),
    ("this time next week", TUE, "Tue 2026-03-24"),
    ("in a week and a half", TUE, "Sat 2026-03-28"),
    ("over the next two weeks", TUE, "Tue 2026-03-31"),
    ("in a day or two", TUE, "Thu 2026-03-19"),
    ("in two or three weeks", TUE, "Tue 2026-04-07"),
    ("in a hundred days", TUE, "Thu 2026-06-25"),
    ("in one hundred and twenty days", TUE, "Wed 2026-07-15"),
    ("in twenty-one days", TUE, "Tue 2026-04-07"),
    ("in a month", TUE, "Fri 2026-04-17"),
    ("in a month", MONTH_END, "Sat 2026-02-28"),
    ("in a month", date(2028, 1, 31), "Tue 2028-02-29"),
    ("in a year", LEAP, "Wed 2029-02-28"),
    ("in two months", YEAR_END, "Sun 2027-02-28"),
    # "in three working days": Monday to Friday
    ("in three working days", TUE, "Fri 2026-03-20"),
    ("in three working days", FRI, "Wed 2026-11-25"),
    ("within five business days", TUE, "Tue 2026-03-24"),
    ("in one working day", SAT, "Mon 2026-05-11"),
    ("three working days from now", SUN, "Wed 2026-05-13"),
    ("the next working day", FRI, "Mon 2026-11-23"),
    ("in two working days", YEAR_END, "Mon 2027-01-04"),
    # "this week", "before the weekend": Friday of the week
    ("this week", TUE, "Fri 2026-03-20"),
    ("this week", FRI, "Fri 2026-11-20"),
    ("before the weekend", TUE, "Fri 2026-03-20"),
    ("by the end of the week", TUE, "Fri 2026-03-20"),
    ("next week, end of play", TUE, "Fri 2026-03-27"),
    ("later this week", YEAR_END, "Fri 2027-01-01"),
    ("within the week", TUE, "Fri 2026-03-20"),
    ("EOW", TUE, "Fri 2026-03-20"),
    ("before next week", TUE, "Fri 2026-03-20"),
    ("this week", SAT, "Sun 2026-05-10"),
    ("before the weekend", SAT, "Fri 2026-05-15"),
    # "next week", "by the end of next week": Friday of the next week
    ("next week", TUE, "Fri 2026-03-27"),
    ("by the end of next week", FRI, "Fri 2026-11-27"),
    ("early next week", TUE, "Fri 2026-03-27"),
    ("sometime next week", SUN, "Fri 2026-05-15"),
    ("next week", YEAR_END, "Fri 2027-01-08"),
    ("the start of next week", TUE, "Mon 2026-03-23"),
    # "the week after next"
    ("the week after next", TUE, "Fri 2026-04-03"),
    ("week after next", SUN, "Fri 2026-05-22"),
    ("by the end of the week after next", TUE, "Fri 2026-04-03"),
    ("next week or the week after", TUE, "Fri 2026-04-03"),
    # "over the weekend": Sunday of the week
    ("over the weekend", TUE, "Sun 2026-03-22"),
    ("over the week end", TUE, "Sun 2026-03-22"),
    ("by the end of the week", TUE, "Fri 2026-03-20"),
    ("next week, end of play", TUE, "Fri 2026-03-27"),
    ("on the weekend", FRI, "Sun 2026-11-22"),
    ("this weekend", SUN, "Sun 2026-05-10"),
    ("next weekend", TUE, "Sun 2026-03-29"),
    ("after the weekend", TUE, "Mon 2026-03-23"),
    # "the end of the month", "end of Q3", "year-end": the last calendar day
    ("the end of the month", TUE, "Tue 2026-03-31"),
    ("end of the month", QUARTER_END, "Tue 2026-03-31"),
    ("by month end", BEFORE_LEAP, "Tue 2028-02-29"),
    ("this month", MONTH_END, "Sat 2026-01-31"),
    ("next month", MONTH_END, "Sat 2026-02-28"),
    ("by the end of next month", TUE, "Thu 2026-04-30"),
    ("before the month is out", TUE, "Tue 2026-03-31"),
    ("EOM", TUE, "Tue 2026-03-31"),
    ("end of Q3", TUE, "Wed 2026-09-30"),
    ("end of Q1", QUARTER_END, "Tue 2026-03-31"),
    ("end of Q3", FRI, "Thu 2027-09-30"),
    ("by the end of the quarter", TUE, "Tue 2026-03-31"),
    ("quarter end", FRI, "Thu 2026-12-31"),
    ("next quarter", TUE, "Tue 2026-06-30"),
    ("the end of the first quarter", FRI, "Wed 2027-03-31"),
    ("year-end", TUE, "Thu 2026-12-31"),
    ("end of the year", YEAR_END, "Thu 2026-12-31"),
    ("by the end of next year", TUE, "Fri 2027-12-31"),
    ("end of May", TUE, "Sun 2026-05-31"),
    ("in February", TUE, "Sun 2027-02-28"),
    ("before Q4", TUE, "Wed 2026-09-30"),
    ("by the start of Q4", TUE, "Thu 2026-10-01"),
    # "the 5th", "on the eighth", "before the 13th": strictly after; a month that lacks the day is passed over
    ("the 5th", TUE, "Sun 2026-04-05"),
    ("on the eighth", TUE, "Wed 2026-04-08"),
    ("before the 13th", TUE, "Mon 2026-04-13"),
    ("the seventeenth", TUE, "Fri 2026-04-17"),
    ("by the eighteenth", TUE, "Wed 2026-03-18"),
    ("by the twenty-third", TUE, "Mon 2026-03-23"),
    ("the twenty third", TUE, "Mon 2026-03-23"),
    ("the thirty-first", MONTH_END, "Tue 2026-03-31"),
    ("the 31st", QUARTER_END, "Sun 2026-05-31"),
    ("the 30th", MONTH_END, "Mon 2026-03-30"),
    ("the 29th", BEFORE_LEAP, "Tue 2028-02-29"),
    ("the 1st", YEAR_END, "Fri 2027-01-01"),
    ("the fifth of next month", TUE, "Sun 2026-04-05"),
    ("Saturday the 14th", FRI, "Mon 2026-12-14"),  # the number holds where weekday and number disagree
    ("Monday the 14th", FRI, "Mon 2026-12-14"),
    # "the twenty-third of April": strictly after
    ("the twenty-third of April", TUE, "Thu 2026-04-23"),
    ("the 23rd of April", TUE, "Thu 2026-04-23"),
    ("April 23", TUE, "Thu 2026-04-23"),
    ("April the twenty-third", TUE, "Thu 2026-04-23"),
    ("23 April", TUE, "Thu 2026-04-23"),
    ("Thursday, April 23rd", TUE, "Thu 2026-04-23"),
    ("by Sept. 5", TUE, "Sat 2026-09-05"),
    ("by 5 May", TUE, "Tue 2026-05-05"),
    ("the seventeenth of March", TUE, "Wed 2027-03-17"),
    ("February 29", TUE, "Tue 2028-02-29"),
    ("the 29th of February", LEAP, "Sun 2032-02-29"),
    ("April 23, 2027", TUE, "Fri 2027-04-23"),
    ("the 5th of May next year", TUE, "Wed 2027-05-05"),
    ("2026-04-03", TUE, "Fri 2026-04-03"),
    ("by 3/20", TUE, "Fri 2026-03-20"),
    ("3/14", TUE, "Sun 2027-03-14"),
    # "the first Monday in May", "the last Friday of the month": counted there
    ("the first Monday in May", TUE, "Mon 2026-05-04"),
    ("the first Monday in May", SAT, "Mon 2027-05-03"),
    ("the last Friday of the month", TUE, "Fri 2026-03-27"),
    ("last Friday of the month", QUARTER_END, "Fri 2026-04-24"),
    ("the second Tuesday of next month", TUE, "Tue 2026-04-14"),
    ("the last working day of the month", SAT, "Fri 2026-05-29"),
    ("the last day of the quarter", FRI, "Thu 2026-12-31"),
    # "a week before" a dated event
    ("a week before the QBR on the 14th", TUE, "Tue 2026-04-07"),
    ("a week before the 14th", TUE, "Tue 2026-04-07"),
    ("the day before the demo on Thursday", TUE, "Wed 2026-03-18"),
    ("two days before Friday's review", TUE, "Wed 2026-03-18"),
    ("two working days before the board on Monday", TUE, "Thu 2026-03-19"),
    ("the last working day before the fifteenth", TUE, "Tue 2026-04-14"),
    ("within ten days of the fifth", TUE, "Wed 2026-04-15"),
    ("a month before the renewal on the first of May", TUE, "Wed 2026-04-01"),
    ("the Friday before the QBR on the 14th", TUE, "Fri 2026-04-10"),
    ("two days after the 14th", TUE, "Thu 2026-04-16"),
    ("the week of the 6th", TUE, "Fri 2026-04-10"),
    ("a week before the QBR on the 14th", date(2026, 4, 10), None),  # that day is over
    # a date restated or negotiated: the last one
    ("tomorrow, no, sorry, Friday", TUE, "Fri 2026-03-20"),
    ("Tuesday -- no wait, Wednesday", TUE, "Wed 2026-03-18"),
    ("Thursday or, actually, make it Friday", TUE, "Fri 2026-03-20"),
    ("by the 5th, no, the 6th", TUE, "Mon 2026-04-06"),
    ("not Thursday, Friday", TUE, "Fri 2026-03-20"),
    ("Thursday, not Friday", TUE, "Thu 2026-03-19"),
    ("not this week, next week", TUE, "Fri 2026-03-27"),
    ("in a week, or let's say in ten days", TUE, "Fri 2026-03-27"),
    ("as soon as possible, Friday at the latest", TUE, "Fri 2026-03-20"),
    ("Friday. No, before the QBR", TUE, None),
    # soon, an event, a period whose end is not given
    ("soon", TUE, None),
    ("as soon as possible", TUE, None),
    ("ASAP", TUE, None),
    ("before the QBR", TUE, None),
    ("next sprint", TUE, None),
    ("before our next one-on-one", TUE, None),
    ("a week before the QBR", TUE, None),
    ("two weeks after signing", TUE, None),
    ("by the end of the trial", TUE, None),
    ("by the end of the fiscal year", TUE, None),
    ("in a few days", TUE, None),
    ("over the next few weeks", TUE, None),
    ("mid-week", TUE, None),
    ("mid-March", TUE, None),
    ("early May", TUE, None),
    ("the first week of May", TUE, None),
    ("after Thursday", TUE, None),
    ("at some point", TUE, None),
    # nothing that lies behind, and nothing that is no date
    ("last Monday", TUE, None),
    ("since Monday", TUE, None),
    ("yesterday", TUE, None),
    ("two weeks ago", TUE, None),
    ("2026-03-16", TUE, None),
    ("14.3.", TUE, None),
    ("the 30th of February", TUE, None),
    ("in 9999 years", TUE, None),
    ("", TUE, None),
    ("the pricing sheet", TUE, None),
]


@pytest.mark.parametrize(("phrase", "said_on", "due"), TABLE)
def test_a_phrase_means_the_day_that_the_table_gives(phrase: str, said_on: date, due: str | None) -> None:
    """Every row of the table in EVAL.md, from several weekdays and over the ends of months and years."""
    assert resolve_due(phrase, said_on) == day(due)


@pytest.mark.parametrize(("phrase", "said_on", "due"), TABLE)
def test_capitals_and_punctuation_do_not_move_the_day(phrase: str, said_on: date, due: str | None) -> None:
    """Recognised speech may come without either."""
    bare = phrase.lower().replace(",", "").replace(" --", "")
    assert resolve_due(bare, said_on) == day(due)


@pytest.mark.parametrize(("phrase", "said_on", "due"), TABLE)
def test_a_dated_phrase_is_found_in_a_sentence_with_the_same_day(phrase: str, said_on: date, due: str | None) -> None:
    """What ``find_due`` cuts out is enough for ``resolve_due``."""
    found = find_due(f"I'll do the sheet. Let's say {phrase}")
    assert due is None or (found is not None and resolve_due(found.text, said_on) == day(due))


SPEECH = [
    # with the preposition, word for word
    ("I'll pull his Saturday counts by Wednesday.", "by Wednesday"),
    ("Sizing sheet to Marta by Thursday noon.", "by Thursday noon"),
    ("by wednesday i'll pull his saturday counts", "by wednesday"),
    ("um so i'll send it to marta by uh thursday noon okay", "by uh thursday noon"),
    ("i can have that to you by end of play thursday if that works", "by end of play thursday"),
    ("First thing Monday I'll ring the broker.", "First thing Monday"),
    ("I'll ring her first thing in the morning.", "first thing in the morning"),
    ("I'll call her Thursday", "Thursday"),
    ("You get the draft before the 13th, and the rest later.", "before the 13th"),
    ("we should be live inside a fortnight", "inside a fortnight"),
    ("Let's do it the week after next.", "the week after next"),
    ("I'll file it the last Friday of the month.", "the last Friday of the month"),
    ("I'll have slides a week before the QBR on the 14th, promise.", "a week before the QBR on the 14th"),
    ("I'll do it by the end of, um, the month", "by the end of, um, the month"),
    ("I could ring the clinic, by, like, Friday", "by, like, Friday"),
    ("You'll have it by by Friday", "by by Friday"),
    ("He gets the quote by Friday at the latest.", "by Friday at the latest"),
    ("I'll get that back at 3 p.m. on Thursday.", "at 3 p.m. on Thursday"),
    ("It goes out no later than close of business on the 30th.", "no later than close of business on the 30th"),
    ("I'll finish within one hundred and twenty days", "within one hundred and twenty days"),
    ("I will have twenty three of them by the twenty third", "by the twenty third"),
    ("On Friday I'll meet the CFO.", "On Friday"),
    ("I have it ready for Friday's call", "for Friday's call"),
    ("It’s yours in three weeks’ time", "in three weeks’ time"),
    ("Let's make it the fifth.", "the fifth"),
    ("send it over by 3/20", "by 3/20"),
    ("Give me ten days.", "Give me ten days"),
    ("Thurs. noon works for me", "Thurs. noon"),
    ("I'll be there tomorrow a.m.", "tomorrow a.m."),
    # the last one, also when it is corrected
    ("I spoke to him on Monday, so I'll send the deck by Wednesday", "by Wednesday"),
    ("I could do Tuesday. No, sorry, Wednesday.", "Wednesday"),
    ("tomorrow, no, sorry, Friday", "Friday"),
    ("Thursday or, actually, make it Friday", "Friday"),
    ("I'll call him next Tuesday, and I will send you the two offers before that.", "next Tuesday"),
    ("By Thursday I'll know. By noon.", "By noon"),
    ("I'll call on Thursday. By noon.", "on Thursday. By noon"),
    ("I told her I'd call Tuesday", "Tuesday"),
    ("we agreed Friday", "Friday"),
    ("I was going to send it Friday", "Friday"),
    ("By Thursday I want her numbers, before the call.", "By Thursday"),
    ("Friday. Actually, no, before the board meeting.", "before the board meeting"),
    # no day, but a deadline all the same
    ("Get it to me as soon as possible.", "as soon as possible"),
    ("I'll have the story straight before the QBR", "before the QBR"),
    ("that goes into next sprint", "next sprint"),
    ("before our next one-on-one I'll try it twice", "before our next one-on-one"),
    ("I'll write to them right after this call.", "right after this call"),
    ("I'll rewrite it before the second demo", "before the second demo"),
    ("You get the papers two weeks from signing.", "two weeks from signing"),
    ("I'll look at it over the next few weeks", "over the next few weeks"),
    ("I'll do it at some point.", "at some point"),
    # behind us
    ("Since last Monday.", None),
    ("I have been on it since Monday", None),
    ("How many calls did you make last week?", None),
    ("We met on Friday and it went well.", None),
    ("on friday we met the cfo", None),
    ("Marta sent it on Friday", None),
    ("I sent it this morning", None),
    ("I sent it yesterday at noon", None),
    ("Did you manage to rest over the weekend?", None),
    ("What happened on Thursday?", None),
    ("the meeting on Thursday was long", None),
    ("We closed two of them in the last three weeks.", None),
    ("two weeks ago they were sure", None),
    # no deadline
    ("I'll pull his Saturday counts", None),
    ("the Friday numbers look bad", None),
    ("Every Friday I send a report.", None),
    ("I always call on Mondays", None),
    ("I'm blocking Monday mornings for calls", None),
    ("in the first two minutes he talked about price", None),
    ("Next one.", None),
    ("not Friday", None),
    ("The first thing I'd do is call her.", None),
    ("The first is price, and the second is timing.", None),
    ("I left it on the fifth floor", None),
    ("it grew by five percent", None),
    ("let's talk at one of the sites", None),
    ("it took ten days", None),
    ("I worked on it for two weeks", None),
    ("At the end of the day, it's about price.", None),
    ("By the way, I'll call her", None),
    ("Before I forget, the parking cards came in.", None),
    ("they meet once a month", None),
    ("you may march ahead, and second of all, he sat down", None),
    ("How soon can you do it?", None),
    ("3/4 of the team", None),
    ("", None),
]


@pytest.mark.parametrize(("text", "found"), SPEECH)
def test_a_deadline_is_found_in_running_speech(text: str, found: str | None) -> None:
    """The words are the speaker's own; what the grammar shows to be past, or no date, is left alone."""
    due = find_due(text)
    assert (due and due.text) == found
    assert due is None or text[due.start : due.end] == due.text


@pytest.mark.parametrize("text", [text for text, found in SPEECH if found])
def test_a_found_phrase_means_what_its_sentence_means(text: str) -> None:
    """Nothing outside the slice is needed to date it."""
    due = find_due(text)
    assert due is not None
    assert resolve_due(due.text, TUE) == resolve_due(text, TUE)


def test_a_turn_gives_the_place_of_its_last_deadline() -> None:
    """Offsets count in the text as it was given, letters that grow in lower case included."""
    text = "İyi, Monday is out. I'll bring it Thursday, um, by noon. And then we talk."
    due = find_due(text)
    assert due is not None
    assert (due.text, text[due.start : due.end]) == ("Thursday, um, by noon", "Thursday, um, by noon")


def test_no_other_letter_grows_in_lower_case() -> None:
    """One letter of Unicode has a longer lower case; offsets rest on there being no second one."""
    assert [c for c in map(chr, range(sys.maxunicode + 1)) if len(c.lower()) != 1] == ["İ"]


WORDS = sorted(
    {word for phrase, _, _ in TABLE for word in phrase.split()} | {word for s, _ in SPEECH for word in s.split()}
)
SPOKEN = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join) | st.text()
MEETINGS = st.dates(date(1990, 1, 1), date(2100, 12, 31))


@settings(max_examples=500, deadline=None)
@given(SPOKEN, MEETINGS)
def test_no_due_day_lies_before_the_meeting(phrase: str, said_on: date) -> None:
    """Any words, any day: a day that is not over, or none, and never an error."""
    due = resolve_due(phrase, said_on)
    assert due is None or due >= said_on


@settings(max_examples=500, deadline=None)
@given(SPOKEN)
def test_what_is_found_stands_in_the_text(text: str) -> None:
    """A quote is word for word, whatever was said."""
    due = find_due(text)
    assert due is None or (due.text == text[due.start : due.end] and due.text.strip() == due.text != "")


@given(st.sampled_from(TABLE), MEETINGS)
def test_the_day_hangs_on_the_meeting_alone(row: tuple[str, date, str | None], said_on: date) -> None:
    """The same words on the same day mean the same: no clock is consulted."""
    assert resolve_due(row[0], said_on) == resolve_due(row[0], said_on)


@given(st.sampled_from(TABLE))
def test_the_ends_of_the_calendar_are_no_error(row: tuple[str, date, str | None]) -> None:
    """There is no day after the last one."""
    for said_on in (date.min, date.max):
        due = resolve_due(row[0], said_on)
        assert due is None or due >= said_on


@pytest.mark.parametrize("words", ["so he said that they are in the middle of it", "every Friday and", "by the a "])
def test_a_long_turn_takes_time_in_proportion_to_its_length(words: str) -> None:
    """Ten thousand words take about 50 ms; the bound leaves room for slow machines, not for a quadratic search."""

    def seconds(count: int) -> float:
        text = " ".join((words.split() * count)[:count])
        started = time.perf_counter()
        find_due(text)
        return time.perf_counter() - started

    assert min(seconds(10_000) for _ in range(3)) < 1.0
    assert min(seconds(20_000) for _ in range(3)) < 4 * min(seconds(10_000) for _ in range(3))


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("Ring her Monday, uh, first thing.", "Monday, uh, first thing"),
        ("I'll catch her Thursday, first thing, about the offer.", "Thursday"),
        ("I looked at her Monday report.", None),
        ("I'll put you down for five minutes on Thursday.", "on Thursday"),
        ("ill put it in writing this week", "this week"),
        ("I'll ring him straight after this.", "straight after this"),
        ("Okay, right now I have nothing.", None),
    ],
)
def test_a_day_on_which_she_is_reached_is_not_hers(sentence: str, found: str | None) -> None:
    """Her Monday report is a name; ringing her Monday is a deadline."""
    phrase = find_due(sentence)
    assert (phrase.text if phrase else None) == found
