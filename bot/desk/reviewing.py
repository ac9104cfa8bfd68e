"""Reminds supervisors once a year to review the standards of service, in the month that the office has chosen."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from bot.clock import Clock
from bot.store import events
from bot.store.database import Database
from handoff.calendar import Calendar

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Reviewing:
    """Notes the reminder: any number of schedulers, at any time, note one a year. No `month`: none."""

    database: Database
    clock: Clock
    calendar: Calendar
    month: int | None

    def due(self) -> int | None:
        """Return the year of which the reminder is due, None before its month's first working day.

        A reminder that was missed is made up for until the year is over.
        """
        today = self.calendar.day_of(self.clock.now())
        if self.month is None or today.month < self.month:
            return None
        first = next(self.calendar.working_days_from(today.replace(month=self.month, day=1)))
        return today.year if today >= first else None

    async def run(self) -> bool:
        """Note the reminder that is due; False when there is none, or it was noted before."""
        year = self.due()
        if year is None:
            return False
        async with self.database.transaction() as tx:
            is_new = await events.note(
                tx,
                "review_standards",
                now=self.clock.now(),
                detail={"year": year, "reason": f"Tahun {year}"},
                once=f"review_standards:{year}",
            )
        if is_new:
            log.info("review of the standards is due", year=year)
        return is_new
