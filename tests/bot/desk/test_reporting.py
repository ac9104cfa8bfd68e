"""A month is reported by itself, once, and stays what it was reported as."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from bot import assembly
from bot.desk.figures import Counting
from bot.desk.reporting import MonthlyReporting
from bot.desk.reports import Reports, month_of
from bot.store import files
from bot.working_days import rules_of
from tests.fakes import Stage

Staged = Callable[[], AbstractAsyncContextManager[Stage]]
ZONE = ZoneInfo("Asia/Jakarta")


class Desk:
    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        office = stage.core.settings.office
        counting = Counting(stage.core.database, rules_of(office), lambda label: label)
        self.reports = Reports(counting, office, stage.clock)
        self.monthly = self.mailing()
        # The month after this one is reported at the beginning of the one after that.
        today = stage.clock.now().astimezone(ZONE).date()
        self.month = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
        self.after = (self.month + timedelta(days=32)).replace(day=1)
        self.first_working_day = next(counting.deadlines.calendar.working_days_from(self.after))

    def mailing(self, *mail_to: str) -> MonthlyReporting:
        core = self.stage.core
        texts = assembly.texts(core.settings)
        return MonthlyReporting(
            core.database, core.queue, self.stage.clock, self.reports, core.files, texts, mail_to
        )

    def go_to(self, day: date, hour: int) -> None:
        at = datetime(day.year, day.month, day.day, hour, tzinfo=ZONE)
        self.stage.clock.advance(at - self.stage.clock.now())

    async def count(self) -> object:
        return await self.stage.scalar("SELECT count(*) FROM report")


@pytest.fixture
async def desk(staged: Staged) -> AsyncIterator[Desk]:
    async with staged() as stage:
        yield Desk(stage)


async def test_on_the_first_working_day_once(desk: Desk) -> None:
    desk.go_to(desk.month.replace(day=20), 10)
    await desk.stage.answered("halo")
    desk.go_to(desk.first_working_day - timedelta(days=1), 12)
    assert not await desk.monthly.run()
    desk.go_to(desk.first_working_day, 6)
    assert not await desk.monthly.run()
    desk.go_to(desk.first_working_day, 8)
    made = await asyncio.gather(*(desk.monthly.run() for _ in range(5)))
    assert sum(made) == 1
    assert not await desk.monthly.run()
    assert await desk.stage.scalar("SELECT first::text FROM report") == desk.month.isoformat()


async def test_a_missed_day_is_caught_up(desk: Desk) -> None:
    desk.go_to(desk.month.replace(day=20), 10)
    await desk.stage.answered("halo")
    desk.go_to(desk.after.replace(day=23), 3)
    assert await desk.monthly.run()


async def test_nothing_is_reported_of_the_time_before_the_office_began(desk: Desk) -> None:
    desk.go_to(desk.first_working_day, 9)
    await desk.stage.answered("halo")
    assert not await desk.monthly.run()
    assert await desk.count() == 0


async def test_what_was_reported_stays_whatever_is_forgotten_later(desk: Desk) -> None:
    desk.go_to(desk.month.replace(day=20), 10)
    await desk.stage.answered("halo")
    desk.go_to(desk.first_working_day, 9)
    assert await desk.monthly.run()
    async with desk.stage.core.database.transaction() as tx:
        await tx.execute(text("UPDATE conversation SET opened_at = opened_at + interval '60 days'"))
    kept = await desk.reports.figures(month_of(desk.month.year, desk.month.month))
    assert kept.conversations == 1
    assert (
        await desk.reports.counting.figures(month_of(desk.month.year, desk.month.month))
    ).conversations == 0


async def test_it_is_mailed_once_to_whom_the_office_names_with_both_files(desk: Desk) -> None:
    desk.go_to(desk.month.replace(day=20), 10)
    await desk.stage.answered("halo")
    desk.go_to(desk.first_working_day, 9)
    mailing = desk.mailing("kepala@example.go.id", "penyelia@example.go.id")
    assert await mailing.run()
    assert not await mailing.run()
    notices = assembly.notices(desk.stage.core, desk.stage.core.channels)
    for mail_id in await desk.stage.column("SELECT id FROM officer_mail ORDER BY id"):
        await notices.send(mail_id)
    sent = desk.stage.memory["email"].sent
    assert [each.recipient for each in sent] == ["kepala@example.go.id", "penyelia@example.go.id"]
    assert {file.name for file in sent[0].attachments} == {
        f"laporan-{desk.month:%Y-%m}.pdf",
        f"laporan-{desk.month:%Y-%m}.xlsx",
    }
    for file in sent[0].attachments:
        assert len(await desk.stage.core.files.open(file.file)) == file.size
    names = [file.file for file in sent[0].attachments]
    async with desk.stage.core.database.transaction() as tx:
        assert await files.known(tx, [*names, "0" * 32]) == set(names)
    assert await desk.stage.scalar("SELECT count(*) FROM officer_mail WHERE state = 'sent'") == 2
