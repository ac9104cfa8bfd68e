"""By when the office owes a result: each service, over holidays, cuti bersama, the year's end, hours and pauses.

The days are Indonesia's own, from the table that the product uses.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.settings import load
from bot.working_days import rules_of
from handoff.calendar import Calendar
from handoff.deadline import Deadlines, Pause, in_words
from handoff.ticket import KINDS, Kind
from tests.handoff.reckoning import HOURS, WIB, deadlines, due_by_counting, wib
from tests.handoff.test_calendar import calendars, moments

OFFICE = rules_of(load().office)
"""As in the repository: no hours are set."""
WITH_HOURS = deadlines(
    Calendar(WIB, OFFICE.calendar.weekdays, OFFICE.calendar.holiday, hours=HOURS), OFFICE.working_days
)


@pytest.mark.parametrize(
    ("kind", "clear_at", "due_on"),
    [
        ("konsultasi", "2026-03-17 10:00", "2026-03-27"),  # Nyepi, cuti bersama and Idul Fitri between
        ("konsultasi", "2026-03-16 10:00", "2026-03-26"),
        ("konsultasi", "2026-03-18 10:00", "2026-03-30"),  # on a cuti bersama: Wednesday the 25th is day 0
        ("konsultasi", "2026-03-21 10:00", "2026-03-30"),  # on Idul Fitri, a Saturday
        ("konsultasi", "2026-11-23 00:00", "2026-11-26"),
        ("konsultasi", "2026-11-23 23:59", "2026-11-26"),
        ("konsultasi", "2026-11-24 00:00", "2026-11-27"),
        ("konsultasi", "2026-11-27 10:00", "2026-12-02"),  # over a weekend
        ("konsultasi", "2026-11-28 10:00", "2026-12-03"),  # a Saturday: Monday is day 0
        ("konsultasi", "2026-05-13 10:00", "2026-05-20"),  # Kenaikan and its cuti bersama, a long weekend
        ("konsultasi", "2026-12-23 10:00", "2026-12-30"),  # Natal and its cuti bersama
        (
            "konsultasi",
            "2026-12-30 10:00",
            "2027-01-06",
        ),  # over the year's end: 31, 4, 6; the 1st and 5th are off
        ("konsultasi", "2026-12-31 10:00", "2027-01-07"),
        ("konsultasi", "2026-08-14 10:00", "2026-08-20"),  # Independence Day on a Monday
        ("penjualan", "2026-11-23 10:00", "2026-12-07"),
        ("penjualan", "2026-03-17 10:00", "2026-04-08"),  # besides, Wafat Yesus Kristus on Friday 3 April
        ("penjualan", "2026-12-16 10:00", "2027-01-04"),
        ("rekomendasi", "2026-11-23 10:00", "2027-01-08"),
        ("rekomendasi", "2026-02-13 10:00", "2026-04-08"),
    ],
)
def test_the_deadline_is_the_end_of_the_working_day(kind: Kind, clear_at: str, due_on: str) -> None:
    assert OFFICE.due(kind, wib(clear_at)) == wib(f"{due_on} 23:59")


@pytest.mark.parametrize("kind", ["perpustakaan", "pengaduan"])
def test_what_is_self_service_or_a_complaint_has_none(kind: Kind) -> None:
    clear_at = wib("2026-11-23 10:00")
    assert OFFICE.due(kind, clear_at) is None
    assert OFFICE.half(kind, clear_at) is None
    assert OFFICE.day_before(kind, clear_at) is None


@pytest.mark.parametrize("kind", KINDS)
def test_before_the_request_is_clear_and_complete_no_clock_runs(kind: Kind) -> None:
    assert OFFICE.due(kind, None) is None
    assert OFFICE.half(kind, None) is None
    assert OFFICE.day_before(kind, None) is None


@pytest.mark.parametrize(
    ("clear_at", "due_at"),
    [
        ("2026-11-23 07:00", "2026-11-26 15:30"),  # before opening is that day
        ("2026-11-23 12:30", "2026-11-26 15:30"),  # in the break, too
        ("2026-11-23 15:30", "2026-11-26 15:30"),
        ("2026-11-23 15:31", "2026-11-27 16:00"),  # after closing: Tuesday is day 0; Friday closes later
        ("2026-11-24 10:00", "2026-11-27 16:00"),
        ("2026-11-27 16:01", "2026-12-03 15:30"),  # after closing on a Friday
        ("2026-03-17 15:29", "2026-03-27 16:00"),
        ("2026-03-17 16:00", "2026-03-30 15:30"),
    ],
)
def test_with_hours_it_is_the_closing_time(clear_at: str, due_at: str) -> None:
    assert WITH_HOURS.due("konsultasi", wib(clear_at)) == wib(due_at)


MONDAY = "2026-11-23 10:00"


def paused(*spans: tuple[str, str | None]) -> list[Pause]:
    return [Pause(wib(begins), wib(ends) if ends else None) for begins, ends in spans]


@pytest.mark.parametrize(
    ("spans", "due_on"),
    [
        ([], "2026-11-26"),
        ([("2026-11-24 09:00", "2026-11-24 17:00")], "2026-11-26"),  # over before the day ended
        ([("2026-11-24 09:00", "2026-11-24 23:59")], "2026-11-26"),
        ([("2026-11-24 09:00", "2026-11-25 00:00")], "2026-11-27"),
        ([("2026-11-24 23:59", "2026-11-25 00:00")], "2026-11-27"),
        ([("2026-11-24 09:00", "2026-11-25 08:00")], "2026-11-27"),
        ([("2026-11-23 11:00", "2026-11-24 08:00")], "2026-11-27"),  # day 0 ended paused
        ([("2026-11-24 09:00", "2026-11-26 08:00")], "2026-11-30"),  # two days: over a weekend
        ([("2026-11-24 09:00", "2026-11-25 08:00"), ("2026-11-25 09:00", "2026-11-26 08:00")], "2026-11-30"),
        ([("2026-11-24 09:00", "2026-11-26 08:00"), ("2026-11-25 09:00", "2026-11-25 10:00")], "2026-11-30"),
        ([("2026-11-26 09:00", "2026-11-30 08:00")], "2026-11-30"),  # two days; the weekend is none
        ([("2026-11-28 09:00", "2026-11-29 08:00")], "2026-11-26"),  # when it was all over
        ([("2026-11-24 09:00", "2026-12-01 09:00")], "2026-12-03"),
    ],
)
def test_a_working_day_that_ends_paused_adds_one(spans: list[tuple[str, str | None]], due_on: str) -> None:
    assert OFFICE.due("konsultasi", wib(MONDAY), paused(*spans)) == wib(f"{due_on} 23:59")


def test_with_hours_a_day_ends_when_the_office_closes() -> None:
    over_the_closing = paused(("2026-11-24 15:00", "2026-11-24 16:00"))
    assert WITH_HOURS.due("konsultasi", wib(MONDAY), over_the_closing) == wib("2026-11-27 16:00")
    in_the_evening = paused(("2026-11-24 15:31", "2026-11-25 07:59"))
    assert WITH_HOURS.due("konsultasi", wib(MONDAY), in_the_evening) == wib("2026-11-26 15:30")


def test_while_the_office_waits_nobody_knows_the_day() -> None:
    waiting = paused(("2026-11-24 09:00", None))
    assert OFFICE.due("konsultasi", wib(MONDAY), waiting) is None
    assert OFFICE.half("konsultasi", wib(MONDAY), waiting) is None
    assert OFFICE.day_before("konsultasi", wib(MONDAY), waiting) is None


def test_what_was_missed_before_the_office_began_to_wait_stays_missed() -> None:
    too_late = paused(("2026-11-27 09:00", None))
    due_at = OFFICE.due("konsultasi", wib(MONDAY), too_late)
    assert due_at == wib("2026-11-26 23:59")
    assert OFFICE.standing(due_at, wib("2026-11-27 10:00"), is_paused=True).state == "missed"


@pytest.mark.parametrize(
    ("rules", "clear_at", "half", "day_before"),
    [
        # 8 to 20: 10 h, then 12 a day up to Thursday: half of 46 h.
        (OFFICE, "2026-11-23 10:00", "2026-11-25 09:00", "2026-11-25 23:59"),
        (OFFICE, "2026-11-23 23:00", "2026-11-25 14:00", "2026-11-25 23:59"),
        (OFFICE, "2026-11-27 10:00", "2026-12-01 09:00", "2026-12-01 23:59"),
        # What is left of Monday is 4.5 h, and a whole day has 6.5.
        (WITH_HOURS, "2026-11-23 10:00", "2026-11-25 09:00", "2026-11-25 15:30"),
        (WITH_HOURS, "2026-11-24 15:31", "2026-11-26 15:30", "2026-11-27 16:00"),
    ],
)
def test_half_of_the_time_and_one_working_day_before(
    rules: Deadlines, clear_at: str, half: str, day_before: str
) -> None:
    assert rules.half("konsultasi", wib(clear_at)) == wib(half)
    assert rules.day_before("konsultasi", wib(clear_at)) == wib(day_before)


def test_half_leaves_out_what_was_paused() -> None:
    spans = paused(("2026-11-23 10:00", "2026-11-24 08:00"))  # so Tuesday to Friday: 48 h
    assert OFFICE.due("konsultasi", wib(MONDAY), spans) == wib("2026-11-27 23:59")
    assert OFFICE.half("konsultasi", wib(MONDAY), spans) == wib("2026-11-25 20:00")
    assert OFFICE.day_before("konsultasi", wib(MONDAY), spans) == wib("2026-11-26 23:59")


@pytest.mark.parametrize(
    ("now", "state", "indonesian", "english"),
    [
        ("2026-11-24 10:00", "ok", "3 hari kerja lagi, Jum 27 Nov", "3 working days left, Fri 27 Nov"),
        ("2026-11-25 00:00", "ok", "2 hari kerja lagi, Jum 27 Nov", "2 working days left, Fri 27 Nov"),
        ("2026-11-26 00:00", "near", "Jatuh tempo besok", "Due tomorrow"),
        ("2026-11-27 00:00", "near", "Jatuh tempo hari ini", "Due today"),
        ("2026-11-27 23:59", "near", "Jatuh tempo hari ini", "Due today"),
        ("2026-11-28 00:00", "missed", "Terlambat sejak Jum 27 Nov", "Late since Fri 27 Nov"),
        ("2026-11-30 00:00", "missed", "Terlambat 1 hari kerja", "1 working day late"),
        ("2026-12-01 12:00", "missed", "Terlambat 2 hari kerja", "2 working days late"),
    ],
)
def test_how_it_stands_in_words(now: str, state: str, indonesian: str, english: str) -> None:
    due_at = OFFICE.due("konsultasi", wib("2026-11-24 10:00"))
    assert due_at is not None
    for kept in (due_at, due_at.astimezone(wib("2026-01-01 00:00").tzinfo)):
        standing = OFFICE.standing(kept, wib(now))
        assert standing.state == state
        assert in_words(standing) == indonesian
        assert in_words(standing, "en") == english


def test_a_weekend_before_the_day_is_no_tomorrow() -> None:
    due_at = wib("2026-11-30 15:30")
    assert in_words(WITH_HOURS.standing(due_at, wib("2026-11-27 09:00"))) == "1 hari kerja lagi, Sen 30 Nov"
    assert (
        in_words(WITH_HOURS.standing(due_at, wib("2026-11-28 09:00")), "en")
        == "1 working day left, Mon 30 Nov"
    )
    assert in_words(WITH_HOURS.standing(due_at, wib("2026-11-29 09:00"))) == "Jatuh tempo besok"
    assert (
        in_words(WITH_HOURS.standing(due_at, wib("2026-11-30 15:30"))) == "Jatuh tempo hari ini, pukul 15.30"
    )
    assert in_words(WITH_HOURS.standing(due_at, wib("2026-11-30 15:31"))) == "Terlambat sejak Sen 30 Nov"


def test_another_year_is_named() -> None:
    standing = OFFICE.standing(wib("2027-01-06 23:59"), wib("2026-12-30 10:00"))
    assert in_words(standing) == "3 hari kerja lagi, Rab 6 Jan 2027"


def test_without_a_deadline_there_are_words_too() -> None:
    assert in_words(OFFICE.standing(None, wib(MONDAY))) == "Belum ada batas waktu"
    assert in_words(OFFICE.standing(None, wib(MONDAY), is_paused=True)) == "Dijeda: menunggu warga"


gaps = st.lists(st.tuples(st.floats(0, 20, allow_nan=False), st.floats(0, 10, allow_nan=False)), max_size=4)


def _pauses(start: datetime, spans: list[tuple[float, float]]) -> list[Pause]:
    begins = [(start + timedelta(days=after), length) for after, length in spans]
    return [Pause(at, at + timedelta(days=length)) for at, length in begins]


@given(calendars, moments, st.integers(1, 30), gaps)
def test_as_counted_day_by_day(
    calendar: Calendar, start: datetime, days: int, spans: list[tuple[float, float]]
) -> None:
    rules = deadlines(calendar, {"konsultasi": days})
    pauses = _pauses(start, spans)
    due_at = rules.due("konsultasi", start, pauses)
    assert due_at == due_by_counting(calendar, start, days, pauses)


@given(calendars, moments, st.integers(1, 30), gaps)
def test_half_and_the_day_before_lie_between_start_and_deadline(
    calendar: Calendar, start: datetime, days: int, spans: list[tuple[float, float]]
) -> None:
    rules = deadlines(calendar, {"konsultasi": days})
    pauses = _pauses(start, spans)
    due_at, half = rules.due("konsultasi", start, pauses), rules.half("konsultasi", start, pauses)
    before = rules.day_before("konsultasi", start, pauses)
    assert due_at is not None
    assert half is not None
    assert before is not None
    assert start <= half <= due_at
    assert before < due_at
    assert rules.calendar.is_working_day(due_at.date())
    assert rules.standing(due_at, due_at).state == "near"
    assert rules.standing(due_at, due_at + timedelta(seconds=1)).state == "missed"


@given(calendars, moments, st.integers(1, 30), gaps, st.floats(0, 5, allow_nan=False))
def test_waiting_for_the_citizen_never_shortens_it(
    calendar: Calendar, start: datetime, days: int, spans: list[tuple[float, float]], longer: float
) -> None:
    rules = deadlines(calendar, {"konsultasi": days})
    once = rules.due("konsultasi", start, _pauses(start, spans))
    more = rules.due("konsultasi", start, _pauses(start, [*spans, (longer, 1.5)]))
    assert once is not None
    assert more is not None
    assert more >= once


def test_the_table_reaches_over_years_that_nobody_has_decreed() -> None:
    due_at = OFFICE.due("rekomendasi", wib("2028-12-20 10:00"))
    assert due_at is not None
    assert due_at.date() > date(2029, 1, 1)
