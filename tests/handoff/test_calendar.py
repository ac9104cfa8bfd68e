"""Which days are worked and when the office is open: around every edge of a day, a break, a holiday, a year."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.calendar import Calendar, NoWorkingDay
from tests.handoff.reckoning import HOURS, WEEK, WIB, wib, works

HOLIDAYS = {
    date(2026, 12, 25): "Hari Raya Natal",
    date(2026, 12, 24): "Cuti Bersama",
    date(2027, 1, 1): "Tahun Baru",
}
PLAIN = Calendar(WIB, WEEK, HOLIDAYS.get)
OFFICE = Calendar(
    WIB,
    WEEK,
    HOLIDAYS.get,
    closed={date(2026, 12, 30): "Tutup buku"},
    opened=frozenset({date(2026, 12, 24), date(2026, 12, 26)}),
    hours=HOURS,
)


@pytest.mark.parametrize(
    ("day", "is_worked"),
    [
        ("2026-12-23", True),
        ("2026-12-24", True),  # the office works against the cuti bersama
        ("2026-12-25", False),
        ("2026-12-26", True),  # a Saturday it has opened
        ("2026-12-27", False),
        ("2026-12-28", True),
        ("2026-12-30", False),  # closed by the office
        ("2027-01-01", False),
    ],
)
def test_the_offices_word_stands_over_weekday_and_holiday(day: str, *, is_worked: bool) -> None:
    assert OFFICE.is_working_day(date.fromisoformat(day)) is is_worked


def test_a_closed_day_has_its_reason() -> None:
    assert OFFICE.why_closed(date(2026, 12, 30)) == "Tutup buku"
    assert OFFICE.why_closed(date(2026, 12, 25)) == "Hari Raya Natal"
    assert OFFICE.why_closed(date(2026, 12, 24)) is None
    assert PLAIN.why_closed(date(2026, 12, 24)) == "Cuti Bersama"
    assert PLAIN.why_closed(date(2026, 12, 26)) is None  # a Saturday needs none


def test_the_next_and_the_previous_working_day_over_the_years_end() -> None:
    assert PLAIN.next_working_day(date(2026, 12, 31)) == date(2027, 1, 4)
    assert PLAIN.previous_working_day(date(2027, 1, 4)) == date(2026, 12, 31)
    assert OFFICE.next_working_day(date(2026, 12, 29)) == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("moment", "is_open", "opens_next"),
    [
        ("2026-12-28 07:59", False, "2026-12-28 08:00"),
        ("2026-12-28 08:00", True, "2026-12-28 08:00"),
        ("2026-12-28 11:59", True, "2026-12-28 11:59"),
        ("2026-12-28 12:00", False, "2026-12-28 13:00"),
        ("2026-12-28 15:29", True, "2026-12-28 15:29"),
        ("2026-12-28 15:30", False, "2026-12-29 08:00"),
        ("2026-12-29 16:00", False, "2026-12-31 08:00"),
        ("2026-12-26 09:00", True, "2026-12-26 09:00"),
        ("2026-12-26 12:00", False, "2026-12-28 08:00"),
    ],
)
def test_open_between_the_breaks(moment: str, *, is_open: bool, opens_next: str) -> None:
    assert OFFICE.is_open(wib(moment)) is is_open
    assert OFFICE.opens_next(wib(moment)) == wib(opens_next)


def test_without_hours_a_working_day_is_open_throughout() -> None:
    assert not PLAIN.has_hours
    assert PLAIN.is_open(wib("2026-12-23 23:59"))
    assert not PLAIN.is_open(wib("2026-12-24 00:00"))
    assert PLAIN.opens_next(wib("2026-12-24 10:00")) == wib("2026-12-28 00:00")
    assert PLAIN.closing(date(2026, 12, 23)) is None


def test_the_day_is_the_offices_wherever_the_moment_was_written_down() -> None:
    seen = datetime.fromisoformat("2026-12-23T17:30:00+00:00")  # 00.30 on the 24th in Klaten
    assert PLAIN.day_of(seen) == date(2026, 12, 24)
    assert not PLAIN.is_open(seen)


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2026-12-28 08:00", "2026-12-28 15:30", 390),
        ("2026-12-28 11:50", "2026-12-28 13:10", 20),
        ("2026-12-28 12:10", "2026-12-28 12:50", 0),
        ("2026-12-29 15:00", "2026-12-31 08:30", 60),  # the 30th is closed
        ("2026-12-31 15:30", "2027-01-04 08:00", 0),
        ("2026-12-28 10:00", "2026-12-28 10:00", 0),
        ("2026-12-28 10:00", "2026-12-28 09:00", 0),
    ],
)
def test_working_time_between_two_moments(start: str, end: str, minutes: int) -> None:
    assert OFFICE.working_time(wib(start), wib(end)) == timedelta(minutes=minutes)


def test_the_moment_after_so_much_working_time() -> None:
    hour = timedelta(hours=1)
    assert OFFICE.after(wib("2026-12-28 11:30"), hour) == wib("2026-12-28 13:30")
    assert OFFICE.after(wib("2026-12-29 15:00"), hour) == wib("2026-12-31 08:30")
    assert OFFICE.after(wib("2026-12-28 14:30"), hour) == wib("2026-12-28 15:30")
    assert OFFICE.after(wib("2026-12-27 10:00"), timedelta()) == wib("2026-12-28 08:00")


def test_an_office_that_never_works_is_told_and_not_waited_for() -> None:
    closed = Calendar(WIB, WEEK, lambda _: "Libur")
    with pytest.raises(NoWorkingDay):
        closed.next_working_day(date(2026, 1, 1))
    with pytest.raises(NoWorkingDay):
        closed.previous_working_day(date(2026, 1, 1))
    with pytest.raises(NoWorkingDay):
        closed.opens_next(wib("2026-01-01 08:00"))


days = st.dates(date(2026, 1, 1), date(2027, 12, 31))
calendars = st.builds(
    lambda weekdays, off, on, has_hours: Calendar(
        WIB,
        frozenset(weekdays),
        dict.fromkeys(off, "Libur").get,
        opened=frozenset(on),
        hours=dict.fromkeys(range(1, 8), HOURS[1]) if has_hours else {},
    ),
    st.sets(st.integers(1, 7), min_size=1),
    st.sets(days, max_size=40),
    st.sets(days, max_size=5),
    st.booleans(),
)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 30)).map(lambda each: each.replace(tzinfo=WIB))  # noqa: DTZ001


@given(calendars, days, st.integers(0, 60))
def test_counted_one_by_one(calendar: Calendar, day: date, length: int) -> None:
    later = day + timedelta(days=length)
    counted = [
        day + timedelta(days=n) for n in range(1, length + 1) if works(calendar, day + timedelta(days=n))
    ]
    assert calendar.working_days_between(day, later) == len(counted)
    after = calendar.next_working_day(day)
    assert works(calendar, after)
    assert after > day
    assert calendar.working_days_between(day, after) == 1
    assert calendar.previous_working_day(calendar.next_working_day(after)) == after


@given(calendars, moments, st.integers(0, 5000))
def test_after_is_the_inverse_of_working_time(calendar: Calendar, start: datetime, minutes: int) -> None:
    length = timedelta(minutes=minutes)
    end = calendar.after(start, length)
    assert calendar.working_time(start, end) == length
    assert calendar.opens_next(start) <= end


@given(calendars, moments)
def test_it_is_open_when_it_opens_next(calendar: Calendar, moment: datetime) -> None:
    opens = calendar.opens_next(moment)
    assert calendar.is_open(opens)
    assert (opens == moment) is calendar.is_open(moment)
    assert calendar.working_time(moment, opens) == timedelta()


def test_hours_take_no_place_of_those_that_are_set() -> None:
    session = (time(8), time(20))
    assert OFFICE.with_hours(session) is OFFICE
    assert PLAIN.with_hours(session).is_open(wib("2026-12-23 19:59"))
    assert not PLAIN.with_hours(session).is_open(wib("2026-12-23 20:00"))
