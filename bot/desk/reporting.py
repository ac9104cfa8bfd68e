"""The monthly report that is made by itself, on the first working day of the next month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta

import structlog

from bot.clock import Clock
from bot.desk.reports import Reports, month_of
from bot.store.database import Database
from bot.store.desk import reports as rows
from handoff.reports import kept
from handoff.reports.figures import Period

log = structlog.get_logger()

MORNING = time(7)
"""Not before this local hour, so that whoever gets it reads it on a working day."""


@dataclass(frozen=True, slots=True)
class MonthlyReporting:
    """Makes what is missing: any number of schedulers, at any time, make one report of a month."""

    database: Database
    clock: Clock
    reports: Reports

    def due(self) -> Period | None:
        """Return the month whose report is due now, whether or not it has been made; None before its time.

        The first working day of the next month, from the morning on, and every day after it.
        """
        calendar = self.reports.counting.deadlines.calendar
        now = self.clock.now()
        today = calendar.day_of(now)
        first = next(calendar.working_days_from(today.replace(day=1)))
        if today < first or now < calendar.at(first, MORNING):
            return None
        last = today.replace(day=1) - timedelta(days=1)
        return month_of(last.year, last.month)

    async def run(self) -> bool:
        """Make the report that is due; False when there is none to be made."""
        period = self.due()
        if period is None or await self._is_made(period.first):
            return False
        span = self.reports.counting.span(period)
        async with self.database.statement() as tx:
            if not await rows.has_any(tx, before=span.until):
                return False
        figures = await self.reports.counting.figures(period)
        async with self.database.transaction() as tx:
            made = await rows.keep(
                tx, "month", period.first, kept.kept(figures), now=self.clock.now(), by=None
            )
        if made is not None:
            log.info("report made", report=made, month=period.first.isoformat())
        return made is not None

    async def _is_made(self, first: date) -> bool:
        async with self.database.statement() as tx:
            return await rows.made(tx, "month", first) is not None
