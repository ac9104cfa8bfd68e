"""A month is reported by itself, once, and stays what it was reported as."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from bot.assembly import duties, speech
from bot.desk.figures import Counting
from bot.desk.reporting import Reporting
from bot.desk.reports import Reports, month_of
from bot.store import files
from bot.working_days import rules_of
from handoff.ports.values import NotFound
from handoff.reports.document import Paragraph
from handoff.reports.figures import Scope
from handoff.reports.pdf import pdf
from handoff.reports.xlsx import xlsx
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
        # The month after this one is reported at the beginning of the one after that; not December, which the
        # year's report would follow.
        today = stage.clock.now().astimezone(ZONE).date()
        ahead = 63 if today.month == 11 else 32
        self.month = (today.replace(day=1) + timedelta(days=ahead)).replace(day=1)
        self.after = (self.month + timedelta(days=32)).replace(day=1)
        self.first_working_day = next(counting.deadlines.calendar.working_days_from(self.after))

    def mailing(self, *mail_to: str) -> Reporting:
        core = self.stage.core
        texts = speech.texts(core.settings)
        return Reporting(
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
    assert any(await asyncio.gather(*(desk.monthly.run() for _ in range(5))))
    assert not await desk.monthly.run()
    assert await desk.stage.scalar("SELECT count(*) FROM report WHERE kind = 'month'") == 1
    assert (
        await desk.stage.scalar("SELECT first::text FROM report WHERE kind = 'month'")
        == desk.month.isoformat()
    )


async def test_a_missed_day_is_caught_up(desk: Desk) -> None:
    desk.go_to(desk.month.replace(day=20), 10)
    await desk.stage.answered("halo")
    desk.go_to(desk.after.replace(day=23), 3)
    assert await desk.monthly.run()


async def test_months_that_were_missed_are_caught_up_and_mailed(desk: Desk) -> None:
    desk.go_to(desk.month.replace(day=20), 10)
    await desk.stage.answered("halo")
    mailing = desk.mailing("kepala@example.go.id")
    desk.go_to((desk.after + timedelta(days=75)).replace(day=23), 9)
    assert await mailing.run()
    assert not await mailing.run()
    months = await desk.stage.column("SELECT first FROM report WHERE kind = 'month' ORDER BY id")
    assert months == [desk.month, desk.after, (desk.after + timedelta(days=32)).replace(day=1)]
    assert await desk.stage.scalar("SELECT count(*) FROM officer_mail") == await desk.stage.scalar(
        "SELECT count(*) FROM report"
    )


async def test_nothing_is_reported_of_the_time_before_the_office_began(desk: Desk) -> None:
    desk.go_to(desk.first_working_day, 9)
    await desk.stage.answered("halo")
    assert not await desk.monthly.run()
    assert await desk.count() == 0


async def test_the_years_report_is_made_in_january_and_stays(desk: Desk) -> None:
    year = desk.month.year
    desk.go_to(desk.month.replace(day=20), 10)
    await desk.stage.answered("halo")
    january = date(year + 1, 1, 1)
    first = next(desk.reports.counting.deadlines.calendar.working_days_from(january))
    mailing = desk.mailing("kepala@example.go.id")
    desk.go_to(first, 6)
    await mailing.run()
    assert await desk.stage.scalar("SELECT count(*) FROM report WHERE kind = 'year'") == 0
    desk.go_to(first, 8)
    made = await asyncio.gather(*(mailing.run() for _ in range(3)))
    assert any(made)
    assert not await mailing.run()
    assert await desk.stage.scalar("SELECT count(*) FROM report WHERE kind = 'year'") == 1
    assert await desk.stage.scalar("SELECT first::text FROM report WHERE kind = 'year'") == f"{year}-01-01"
    subject = f"Laporan Pelayanan Statistik Terpadu, tahun {year}"
    assert await desk.stage.scalar(f"SELECT count(*) FROM officer_mail WHERE subject = '{subject}'") == 1
    async with desk.stage.core.database.transaction() as tx:
        await tx.execute(text("UPDATE conversation SET opened_at = opened_at + interval '400 days'"))
    desk.go_to(first + timedelta(days=60), 9)
    document = await desk.reports.year(year)
    assert document.made_on == first
    [key_figures] = [each for each in document.grids() if each.caption == "Angka pokok"]
    assert key_figures.rows[0][:2] == ("Percakapan yang masuk", 1)


async def test_what_was_reported_is_what_the_dashboard_shows_of_the_same_days(desk: Desk) -> None:
    desk.go_to(desk.month.replace(day=20), 10)
    for n in range(3):
        await desk.stage.answered("halo", sender=f"whatsapp:+62811111100{n}")
    desk.go_to(desk.first_working_day, 9)
    assert await desk.monthly.run()
    period = month_of(desk.month.year, desk.month.month)
    live = replace(desk.reports.counting, clock=desk.stage.clock)
    assert await live.figures(period, Scope()) == await desk.reports.figures(period)
    assert sum(step.total for step in await live.timeline(period)) == 3


async def test_a_report_is_the_same_file_on_every_later_day(desk: Desk) -> None:
    desk.go_to(desk.month.replace(day=20), 10)
    await desk.stage.answered("halo")
    desk.go_to(desk.first_working_day, 9)
    assert await desk.monthly.run()
    made = await desk.reports.month(desk.month.year, desk.month.month)
    desk.go_to(desk.first_working_day + timedelta(days=40), 9)
    again = await desk.reports.month(desk.month.year, desk.month.month)
    assert made.made_on == again.made_on == desk.first_working_day
    assert pdf(made) == pdf(again)
    assert xlsx(made) == xlsx(again)


async def test_the_legal_basis_is_what_the_office_says_everywhere(desk: Desk) -> None:
    office = desk.stage.core.settings.office
    basis = "Peraturan contoh nomor 1."
    said = office.model_copy(update={"reports": office.reports.model_copy(update={"basis": basis})})
    reports = replace(desk.reports, office=said)
    today = desk.stage.clock.now().astimezone(ZONE).date()
    for document in (await reports.month(today.year, today.month), await reports.year(today.year)):
        words = [each.text for each in document.blocks if isinstance(each, Paragraph)]
        assert sum(basis in each for each in words) == 1
        assert not any("16.2/2024" in each for each in words)


async def test_what_has_not_begun_has_no_report(desk: Desk) -> None:
    today = desk.stage.clock.now().astimezone(ZONE).date()
    with pytest.raises(NotFound):
        await desk.reports.month(desk.month.year, desk.month.month)
    with pytest.raises(NotFound):
        await desk.reports.year(today.year + 1)
    document = await desk.reports.year(today.year)
    [months] = [each for each in document.grids() if each.caption == "Perkembangan menurut bulan"]
    assert len(months.rows) == today.month


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
    notices = duties.notices(desk.stage.core, desk.stage.core.channels)
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


async def test_a_report_is_mailed_whoever_works_here(desk: Desk) -> None:
    """A name that no font of ours can show kept every report from being made."""
    desk.go_to(desk.month.replace(day=20), 10)
    await desk.stage.answered("halo")
    async with desk.stage.core.database.transaction() as tx:
        await tx.execute(
            text(
                "INSERT INTO officer (login, name, email, role, created_at)"
                " VALUES ('sari', 'Sari \u2728', 'sari@example.go.id', 'officer', now())"
            )
        )
        await tx.execute(
            text(
                "INSERT INTO ticket (number, kind, state, reason, conversation_id, opened_at, assignee_id, claimed_at)"
                " SELECT 'KST-2026-00001', 'konsultasi', 'work', 'asked', id, opened_at,"
                " (SELECT id FROM officer), opened_at FROM conversation"
            )
        )
    desk.go_to(desk.first_working_day, 8)
    assert await desk.mailing("kepala@example.go.id").run()
