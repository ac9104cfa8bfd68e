"""The office's days counted one by one, and moments in its zone: slow, and written apart from the rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from handoff.calendar import Calendar, Session
from handoff.deadline import Deadlines, Pause
from handoff.ticket import Kind

WIB = ZoneInfo("Asia/Jakarta")
WEEK = frozenset({1, 2, 3, 4, 5})
NOTICES: Session = (time(8), time(20))
MORNING_AND_AFTERNOON = ((time(8), time(12)), (time(13), time(15, 30)))
FRIDAY = ((time(8), time(11, 30)), (time(13), time(16)))
HOURS: Mapping[int, tuple[Session, ...]] = {
    **dict.fromkeys(range(1, 5), MORNING_AND_AFTERNOON),
    5: FRIDAY,
    6: ((time(8), time(12)),),
}
DAYS: Mapping[Kind, int] = {"konsultasi": 3, "penjualan": 10, "rekomendasi": 30}


def wib(moment: str) -> datetime:
    """Read "2026-03-17 10:00", local time in Klaten."""
    return datetime.fromisoformat(moment).replace(tzinfo=WIB)


def deadlines(calendar: Calendar, days: Mapping[Kind, int] = DAYS) -> Deadlines:
    return Deadlines(calendar, calendar.with_hours(NOTICES), days)


def works(calendar: Calendar, day: date) -> bool:
    """Tell whether a day is a working day, in the words of the rule."""
    if day in calendar.opened:
        return True
    if day in calendar.closed or calendar.holiday(day):
        return False
    return day.isoweekday() in calendar.weekdays


def end_of(calendar: Calendar, day: date) -> datetime:
    if not calendar.hours:
        return datetime.combine(day, time(23, 59), tzinfo=calendar.zone)
    return datetime.combine(day, calendar.hours[day.isoweekday()][-1][1], tzinfo=calendar.zone)


def due_by_counting(calendar: Calendar, clear_at: datetime, days: int, pauses: Sequence[Pause]) -> datetime:
    """Walk from day to day: n working days after day 0, and one more for each that ended paused."""
    day = clear_at.astimezone(calendar.zone).date()
    if works(calendar, day) and calendar.hours and clear_at > end_of(calendar, day):
        day += timedelta(days=1)
    while not works(calendar, day):
        day += timedelta(days=1)
    owed = days
    while True:
        ended_paused = any(
            each.from_at <= end_of(calendar, day) < (each.to_at or clear_at) for each in pauses
        )
        if ended_paused:
            owed += 1
        if owed == 0:
            return end_of(calendar, day)
        owed -= 1
        day += timedelta(days=1)
        while not works(calendar, day):
            day += timedelta(days=1)
