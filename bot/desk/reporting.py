"""The monthly report that is made by itself, on the first working day of the next month."""

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
from bot.texts import Texts
from channels.port import Enclosure
from handoff.reports import kept
from handoff.reports.document import Document
from handoff.reports.figures import Period
from handoff.reports.wording import month

log = structlog.get_logger()

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MORNING = time(7)
"""Not before this local hour, so that whoever gets it reads it on a working day."""


@dataclass(frozen=True, slots=True)
class MonthlyReporting:
    """Makes what is missing: any number of schedulers, at any time, make one report of a month and mail it once.

    `mail_to` are the addresses that get it, none where the office has no mail.
    """

    database: Database
    queue: Queue
    clock: Clock
    reports: Reports
    files: Files
    texts: Texts
    mail_to: Sequence[str] = ()

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
        enclosed = await self._enclosed(self.reports.monthly(figures), period) if self.mail_to else []
        async with self.database.transaction() as tx:
            made = await rows.keep(
                tx, "month", period.first, kept.kept(figures), now=self.clock.now(), by=None
            )
            if made is not None and enclosed:
                await self._mail(tx, made, enclosed, period)
        if made is not None:
            log.info("report made", report=made, month=period.first.isoformat())
        return made is not None

    async def _enclosed(self, document: Document, period: Period) -> list[Enclosure]:
        """Keep the report as files to go along; whoever is too late leaves some that nobody knows, to be tidied."""
        # Only the process that makes a report loads what writes it.
        from handoff.reports.pdf import pdf  # noqa: PLC0415  see above
        from handoff.reports.xlsx import xlsx  # noqa: PLC0415  see above

        enclosed = []
        for form, write, content_type in (("pdf", pdf, PDF), ("xlsx", xlsx, XLSX)):
            content = await asyncio.to_thread(write, document)
            name = f"laporan-{period.first:%Y-%m}.{form}"
            enclosed.append(Enclosure(name, content_type, len(content), await self.files.keep(content)))
        return enclosed

    async def _mail(
        self, tx: Transaction, report_id: int, enclosed: Sequence[Enclosure], period: Period
    ) -> None:
        now = self.clock.now()
        given = {"month": month(period.first.year, period.first.month)}
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

    async def _is_made(self, first: date) -> bool:
        async with self.database.statement() as tx:
            return await rows.made(tx, "month", first) is not None
