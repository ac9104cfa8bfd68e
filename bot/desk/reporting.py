"""The reports that are made by themselves: the month's, and in January the year's, on the first working day."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

import structlog

from bot.clock import Clock
from bot.desk.reports import Reports, month_of
from bot.files import Files
from bot.queue import Queue
from bot.store.database import Database, Transaction
from bot.store.desk import mails
from bot.store.desk import reports as rows
from bot.store.desk.reports import Kind
from bot.texts import Texts
from channels.port import Enclosure
from handoff.reports import kept
from handoff.reports.figures import Figures, Period
from handoff.reports.wording import month

log = structlog.get_logger()

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CAUGHT_UP = 12  # months
MORNING = time(7)
"""Not before this local hour, so that whoever gets it reads it on a working day."""


@dataclass(frozen=True, slots=True)
class Due:
    """A report that is to be there."""

    kind: Kind
    period: Period

    @property
    def name(self) -> str:
        """Return the period as a part of a file's name: 2026-10, or 2026."""
        return f"{self.period.first:%Y-%m}" if self.kind == "month" else f"{self.period.first:%Y}"

    @property
    def title(self) -> str:
        """Return the period in words, in Indonesian."""
        first = self.period.first
        return month(first.year, first.month) if self.kind == "month" else f"tahun {first.year}"


@dataclass(frozen=True, slots=True)
class Reporting:
    """Makes what is missing: any number of schedulers, at any time, make one report of a period and mail it once.

    `mail_to` are the addresses that get it, none where the office has no mail.
    """

    database: Database
    queue: Queue
    clock: Clock
    reports: Reports
    files: Files
    texts: Texts
    mail_to: Sequence[str] = ()

    def due(self) -> list[Due]:
        """Return the reports that are due now, whether or not they have been made, the oldest first.

        A month's from the morning of the first working day after it, and for a year of days after that: while nothing
        ran, several may have been missed. The last year's in the same way, after the months, of which it is made, too.
        """
        today = self.reports.counting.deadlines.calendar.day_of(self.clock.now())
        found: list[Due] = []
        first = today.replace(day=1)
        for _ in range(CAUGHT_UP):
            last = first - timedelta(days=1)
            if self._has_begun(first):
                found.insert(0, Due("month", month_of(last.year, last.month)))
            first = last.replace(day=1)
        year = today.replace(month=1, day=1)
        last = year - timedelta(days=1)
        if self._has_begun(year):
            found.append(Due("year", Period(last.replace(month=1, day=1), last)))
        return found

    def _has_begun(self, first: date) -> bool:
        """Tell whether it is after the morning of the first working day from that day on."""
        calendar = self.reports.counting.deadlines.calendar
        return self.clock.now() >= calendar.at(next(calendar.working_days_from(first)), MORNING)

    async def run(self) -> bool:
        """Make the reports that are due; False when there is none to be made."""
        made = [await self._make(each) for each in self.due()]
        return any(made)

    async def _make(self, due: Due) -> bool:
        if await self._is_made(due):
            return False
        span = self.reports.counting.span(due.period)
        async with self.database.statement() as tx:
            if not await rows.has_any(tx, before=span.until):
                return False
        figures = await self.reports.counting.figures(due.period)
        enclosed = await self._enclosed(figures, due) if self.mail_to else []
        async with self.database.transaction() as tx:
            made = await rows.keep(
                tx, due.kind, due.period.first, kept.kept(figures), now=self.clock.now(), by=None
            )
            if made is not None and enclosed:
                await self._mail(tx, made, enclosed, due)
        if made is not None:
            log.info("report made", report=made, period=due.name)
        return made is not None

    async def _enclosed(self, figures: Figures, due: Due) -> list[Enclosure]:
        """Keep the report as files to go along; whoever is too late leaves some that nobody knows, to be tidied."""
        # Only the process that makes a report loads what writes it.
        from handoff.reports.pdf import pdf  # noqa: PLC0415  see above
        from handoff.reports.xlsx import xlsx  # noqa: PLC0415  see above

        made = self.reports.monthly(figures) if due.kind == "month" else await self.reports.yearly(figures)
        enclosed = []
        for form, write, content_type in (("pdf", pdf, PDF), ("xlsx", xlsx, XLSX)):
            content = await asyncio.to_thread(write, made)
            name = f"laporan-{due.name}.{form}"
            enclosed.append(Enclosure(name, content_type, len(content), await self.files.keep(content)))
        return enclosed

    async def _mail(self, tx: Transaction, report_id: int, enclosed: Sequence[Enclosure], due: Due) -> None:
        now = self.clock.now()
        given = {"period": due.title}
        for address in self.mail_to:
            mail_id = await mails.keep_report(
                tx,
                address,
                enclosed,
                subject=self.texts.say("report_subject", "id", given),
                body=self.texts.say("report_mail", "id", given),
                now=now,
            )
            await self.queue.tell(tx, mail_id)
        await rows.mailed(tx, report_id, now=now)

    async def _is_made(self, due: Due) -> bool:
        async with self.database.statement() as tx:
            return await rows.made(tx, due.kind, due.period.first) is not None
