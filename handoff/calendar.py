"""Which days the office works, and when it is open on them. Pure: holidays and hours are handed in.

A working day is a working weekday that is neither a holiday nor closed by the office, or a day on which the
office opens nevertheless. Moments are timezone-aware; days and hours are local ones of the office.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo

MOST_DAYS = 3 * 366  # an office that is closed for so long has an error in its settings

Session = tuple[time, time]
"""From when to when the office is open without a break, local; the end is later than the start."""


class NoWorkingDay(Exception):
    """There is no working day for years: the office's settings close everything."""


def _none(_day: date) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Calendar:
    """The office's days and hours.

    `weekdays` are the working ones (1 is Monday); `holiday` names the holiday or cuti bersama on a day, None
    when there is none; `closed` are days that the office closes itself, with the reason; `opened` are days that it
    works although the weekday or a holiday says otherwise. `hours` are the sessions of a weekday in their order,
    breaks being what lies between them; each weekday that can be a working day has some. Empty: the office has not
    set any, and a working day is open throughout.
    """

    zone: tzinfo
    weekdays: frozenset[int]
    holiday: Callable[[date], str | None] = _none
    closed: Mapping[date, str] = field(default_factory=dict)
    opened: frozenset[date] = frozenset()
    hours: Mapping[int, tuple[Session, ...]] = field(default_factory=dict)

    @property
    def has_hours(self) -> bool:
        """Tell whether the office has set its hours: only then may they be named to anybody."""
        return bool(self.hours)

    def with_hours(self, session: Session) -> Calendar:
        """Return the same calendar with that one session on every day, unless the office has set its hours."""
        return self if self.hours else replace(self, hours=dict.fromkeys(range(1, 8), (session,)))

    def day_of(self, moment: datetime) -> date:
        """Return the office's local day of a moment."""
        return moment.astimezone(self.zone).date()

    def is_working_day(self, day: date) -> bool:
        """Tell whether the office works on that day."""
        return day in self.opened or (day.isoweekday() in self.weekdays and self.why_closed(day) is None)

    def why_closed(self, day: date) -> str | None:
        """Return the name of the holiday, or the office's reason, for which a day is none; None: no such reason."""
        if day in self.opened:
            return None
        return self.closed.get(day) or self.holiday(day)

    def next_working_day(self, day: date) -> date:
        """Return the first working day after `day`. Raises `NoWorkingDay`."""
        return next(self.working_days_from(day + timedelta(days=1)))

    def previous_working_day(self, day: date) -> date:
        """Return the last working day before `day`. Raises `NoWorkingDay`."""
        for ago in range(1, MOST_DAYS):
            earlier = day - timedelta(days=ago)
            if self.is_working_day(earlier):
                return earlier
        raise NoWorkingDay

    def working_days_from(self, day: date) -> Iterator[date]:
        """Yield the working days from `day` on, without end. Raises `NoWorkingDay` when none comes for years."""
        idle = 0
        while idle < MOST_DAYS:
            idle += 1
            if self.is_working_day(day):
                idle = 0
                yield day
            day += timedelta(days=1)
        raise NoWorkingDay

    def working_days_between(self, earlier: date, later: date) -> int:
        """Count the working days after `earlier` up to and with `later`; 0 when `later` is not later."""
        days = (later - earlier).days
        return sum(self.is_working_day(earlier + timedelta(days=n)) for n in range(1, days + 1))

    def sessions(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """Return from when to when the office is open on a day, in order; empty when it does not work then.

        Without hours it is the whole day, to the next midnight.
        """
        if not self.is_working_day(day):
            return ()
        if not self.hours:
            return ((self.at(day, time()), self.at(day + timedelta(days=1), time())),)
        hours = self.hours[day.isoweekday()]
        return tuple((self.at(day, opens), self.at(day, closes)) for opens, closes in hours)

    def closing(self, day: date) -> datetime | None:
        """Return when the office closes on a day; None where it has not set hours, or does not work then."""
        sessions = self.sessions(day) if self.hours else ()
        return sessions[-1][1] if sessions else None

    def is_open(self, moment: datetime) -> bool:
        """Tell whether the office is open; without hours, whether it is a working day."""
        return any(opens <= moment < closes for opens, closes in self.sessions(self.day_of(moment)))

    def opens_next(self, moment: datetime) -> datetime:
        """Return `moment` itself while the office is open, else when it opens next.

        Without hours that is the midnight with which the next working day begins: name the day only. Raises
        `NoWorkingDay`.
        """
        return next(max(opens, moment) for opens, _ in self._sessions_from(moment))

    def working_time(self, start: datetime, end: datetime) -> timedelta:
        """Return how long the office was open between two moments; nothing when `end` is not later."""
        total = timedelta()
        if end <= start:
            return total
        for opens, closes in self._sessions_from(start):
            if opens >= end:
                break
            total += _length(max(opens, start), min(closes, end))
        return total

    def after(self, start: datetime, length: timedelta) -> datetime:
        """Return the moment at which the office will have been open for `length` since `start`.

        Raises `NoWorkingDay`.
        """
        for opens, closes in self._sessions_from(start):
            begins = max(opens, start)
            here = _length(begins, closes)
            if length <= here:
                return (begins.astimezone(UTC) + length).astimezone(self.zone)
            length -= here
        raise NoWorkingDay

    def at(self, day: date, hour: time) -> datetime:
        """Return a local hour of a day as a moment."""
        return datetime.combine(day, hour, tzinfo=self.zone)

    def _sessions_from(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield the sessions that end after `moment`, in order, without end."""
        for day in self.working_days_from(self.day_of(moment)):
            for opens, closes in self.sessions(day):
                if closes > moment:
                    yield opens, closes


def _length(start: datetime, end: datetime) -> timedelta:
    """Return the time between two moments; subtracting local ones would miss a clock that is set."""
    return end.astimezone(UTC) - start.astimezone(UTC)
