"""By when the office owes a ticket's result, how near that is, and how it is said. Pure.

Decree, "Jangka Waktu Pelayanan" of each service: so many working days from when the request is clear and its
requirements are complete. The day of that moment is day 0; where it is no working day, or the office has closed
already, the next working day is. The deadline is the end of the working day that is so many working days later:
the closing time where the office has set its hours, since nobody could be served after it, and 23:59 where it has
not. While the office waits for the citizen the clock stands still: a working day that ends so adds one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Literal

from handoff.calendar import Calendar
from handoff.dates import hour, short_day
from handoff.ticket import Kind

LAST_MINUTE = time(23, 59)

State = Literal["none", "ok", "near", "missed", "paused"]


@dataclass(frozen=True, slots=True)
class Pause:
    """The office waited for the citizen from `from_at` to before `to_at`; None: it still does."""

    from_at: datetime
    to_at: datetime | None = None

    def covers(self, moment: datetime) -> bool:
        """Tell whether the clock stood still at that moment."""
        return self.from_at <= moment and (self.to_at is None or moment < self.to_at)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a ticket stands against its deadline, as of a day.

    `days` are the working days that are left after today up to the day of `due_at`, or that have passed since it
    when it is missed. near: at most one is left.
    """

    state: State
    due_at: datetime | None = None
    days: int = 0
    calendar_days: int = 0  # the same counted with all days


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The office's deadlines. `working_days` has those of each kind of ticket; a kind without has no deadline.

    `attended` is the calendar by which working time is measured: it always has hours, so that no half of a deadline
    is used up at night.
    """

    calendar: Calendar
    attended: Calendar
    working_days: Mapping[Kind, int]

    def due(self, kind: Kind, clear_at: datetime | None, pauses: Sequence[Pause] = ()) -> datetime | None:
        """Return when the result is due, a local moment that still is in time.

        None for a kind without a deadline, before the clock has started (`clear_at` is None), and while it stands
        still for nobody knows how long. Raises `NoWorkingDay`.
        """
        days = self.working_days.get(kind)
        return None if days is None or clear_at is None else self._due(clear_at, days, pauses)

    def day_before(
        self, kind: Kind, clear_at: datetime | None, pauses: Sequence[Pause] = ()
    ) -> datetime | None:
        """Return when exactly one working day is left: the end of the one before; None as `due`."""
        days = self.working_days.get(kind)
        if days is None or clear_at is None or self._due(clear_at, days, pauses) is None:
            return None
        return self._due(clear_at, days - 1, pauses)

    def half(self, kind: Kind, clear_at: datetime | None, pauses: Sequence[Pause] = ()) -> datetime | None:
        """Return when half of the working time up to the deadline is used, pauses left out; None as `due`."""
        due_at = self.due(kind, clear_at, pauses)
        if due_at is None or clear_at is None:
            return None
        spans = tuple(_running(clear_at, due_at, pauses))
        lengths = [self.attended.working_time(*span) for span in spans]
        left = sum(lengths, timedelta()) / 2
        for span, length in zip(spans, lengths, strict=True):
            if left <= length:
                return min(self.attended.after(span[0], left), due_at)
            left -= length
        return due_at

    def end_of_day(self, moment: datetime, working_days: int) -> datetime:
        """Return the end of the working day that is so many after a moment's, counted as a deadline is."""
        return self._end(
            next(islice(self.calendar.working_days_from(self.start_day(moment)), working_days, None))
        )

    def standing(self, due_at: datetime | None, now: datetime, *, is_paused: bool = False) -> Standing:
        """Return how a ticket that is open stands at `now`; `due_at` as `due` returned it.

        What was missed stays so, whether or not the office waits for the citizen since.
        """
        if due_at is None:
            return Standing("paused" if is_paused else "none")
        due_at = due_at.astimezone(self.calendar.zone)
        today, due_on = self.calendar.day_of(now), due_at.date()
        if now > due_at:
            late = self.calendar.working_days_between(due_on, today)
            return Standing("missed", due_at, late, (today - due_on).days)
        left = self.calendar.working_days_between(today, due_on)
        return Standing("near" if left <= 1 else "ok", due_at, left, (due_on - today).days)

    def start_day(self, clear_at: datetime) -> date:
        """Return day 0: the day of `clear_at`, or the next working day. Raises `NoWorkingDay`."""
        day = self.calendar.day_of(clear_at)
        closing = self.calendar.closing(day)
        is_too_late = closing is not None and clear_at > closing
        if is_too_late or not self.calendar.is_working_day(day):
            return self.calendar.next_working_day(day)
        return day

    def _due(self, clear_at: datetime, days: int, pauses: Sequence[Pause]) -> datetime | None:
        """Return the end of the working day that is `days` later, not counting those that end paused."""
        for day in self.calendar.working_days_from(self.start_day(clear_at)):
            end = self._end(day)
            if any(pause.to_at is None and pause.from_at <= end for pause in pauses):
                return None
            if any(pause.covers(end) for pause in pauses):
                continue
            if days == 0:
                return end
            days -= 1
        return None

    def _end(self, day: date) -> datetime:
        return self.calendar.closing(day) or self.calendar.at(day, LAST_MINUTE)


def _running(start: datetime, end: datetime, pauses: Sequence[Pause]) -> Iterator[tuple[datetime, datetime]]:
    """Yield the spans between two moments in which the clock ran, in order."""
    for pause in sorted(pauses, key=lambda each: each.from_at):
        if start < min(pause.from_at, end):
            yield start, min(pause.from_at, end)
        start = max(start, pause.to_at or end)
    if start < end:
        yield start, end


_WORDS = {
    "id": {
        "none": "Belum ada batas waktu",
        "paused": "Dijeda: menunggu warga",
        "today": "Jatuh tempo hari ini",
        "until": "Jatuh tempo hari ini, pukul {hour}",
        "tomorrow": "Jatuh tempo besok",
        "left": "{days} hari kerja lagi, {day}",
        "late": "Terlambat {days} hari kerja",
        "just": "Terlambat sejak {day}",
    },
    "en": {
        "none": "No deadline yet",
        "paused": "Paused: waiting for the citizen",
        "today": "Due today",
        "until": "Due today by {hour}",
        "tomorrow": "Due tomorrow",
        "one": "1 working day left, {day}",
        "left": "{days} working days left, {day}",
        "late": "{days} working days late",
        "late_one": "1 working day late",
        "just": "Late since {day}",
    },
}


def in_words(standing: Standing, language: str = "id") -> str:
    """Return how a ticket stands, e.g. "2 hari kerja lagi, Jum 27 Nov"; a language that is not "en" is "id"."""
    words = _WORDS["en" if language == "en" else "id"]
    if standing.due_at is None:
        return words[standing.state]
    due_on = standing.due_at.date()
    today = due_on + timedelta(
        days=standing.calendar_days if standing.state == "missed" else -standing.calendar_days
    )
    filled = {
        "days": str(standing.days),
        "day": short_day(due_on, language, year=due_on.year != today.year),
        "hour": hour(standing.due_at, language),
    }
    return words[_form(standing, words)].format_map(filled)


def _form(standing: Standing, words: Mapping[str, str]) -> str:
    """Return which of the words fit a ticket with a deadline."""
    if standing.state == "missed":
        if standing.days == 0:
            return "just"
        return "late_one" if standing.days == 1 and "late_one" in words else "late"
    if standing.calendar_days == 0:
        has_hours = standing.due_at is not None and standing.due_at.time() != LAST_MINUTE
        return "until" if has_hours else "today"
    if standing.calendar_days == 1:
        return "tomorrow"
    return "one" if standing.days == 1 and "one" in words else "left"
