"""An office's life in simulated time: its books must be right afterwards.

`PSTTEST_MONTH=1` has a month, `PSTTEST_YEAR=1` a year of 2,000 conversations; `PSTTEST_SEED` begins another one.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, time, timedelta

import pytest
import structlog

from bot import assembly
from bot.settings import Settings
from handoff.ports.values import Officer
from tests.flow import audits, audits_of_reports
from tests.flow.audits import ZONE, Books, SlowCalendar
from tests.flow.population import Population
from tests.flow.simulated import SimulatedOffice, Story, simulated

YEAR = os.environ.get("PSTTEST_YEAR") == "1"
CONVERSATIONS = int(os.environ.get("PSTTEST_CONVERSATIONS") or (2000 if YEAR else 70))
BEGINS = datetime(2026, 2, 20, tzinfo=ZONE)  # Nyepi, Idul Fitri and a change of month lie ahead
DAYS = 365 if YEAR else 42
SEED = int(os.environ.get("PSTTEST_SEED") or 2026)
SHOWN = 25


# What it finds depends on how jobs overtake each other, so that a red run is read and not repeated.
pytestmark = pytest.mark.skipif(
    not (YEAR or os.environ.get("PSTTEST_MONTH") == "1"),
    reason="simulated time: PSTTEST_MONTH=1 for a month, PSTTEST_YEAR=1 for a year",
)


@pytest.fixture
async def office(settings: Settings, database_url: str) -> AsyncIterator[SimulatedOffice]:
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    chance = random.Random(SEED)  # noqa: S311 -- no secret
    async with simulated(settings, database_url, BEGINS, chance) as made:
        yield made


async def test_whatever_happens_in_a_month_or_a_year_the_books_are_right(office: SimulatedOffice) -> None:
    ends = BEGINS + timedelta(days=DAYS)
    population = Population(office)
    population.arrive(BEGINS, ends, CONVERSATIONS)
    calendar = SlowCalendar(range(BEGINS.year, ends.year + 1))
    officers = [await _officer(office, name) for name in ("Sari", "Budi", "Wati")]
    population.employ(officers, BEGINS, ends, lambda at: calendar.works(at.astimezone(ZONE).date()))
    office.begin(_daily(office), BEGINS)
    # From the middle on WhatsApp's templates are approved: until then notices go by mail or wait.
    office.begin(_templates(office), BEGINS + (ends - BEGINS) / 2)
    office.begin(_outages(office), BEGINS)
    await office.run(ends)

    books = await audits.books_of(office, BEGINS)
    told = _told(books)
    wrong = [*_wrong(books, office), *await _wrong_in_reports(books, office)]
    assert not wrong, f"{len(wrong)} wrong, seed {SEED}, {told}:\n" + "\n".join(wrong[:SHOWN])
    # A run in which nothing happened would hold all of it.
    assert len(books.closed) > CONVERSATIONS / 5, told
    assert sum(each.score is not None for each in books.ratings.values()) > CONVERSATIONS / 20, told
    assert {each.kind for every in books.tickets.values() for each in every} >= {"konsultasi", "pengaduan"}


def _wrong(books: Books, office: SimulatedOffice) -> Iterator[str]:
    yield from audits.closings(books)
    yield from audits.notices(books)
    yield from audits.hours(books, office)
    yield from audits.ends(books)
    yield from audits.answered(books)
    yield from audits.deadlines(books)


async def _wrong_in_reports(books: Books, office: SimulatedOffice) -> list[str]:
    reports = assembly.reports(office.core)
    periods = audits_of_reports.months(BEGINS, office.clock.now())
    counted = [await reports.counting.figures(each) for each in periods]
    made = await office.rows("SELECT first, made_at FROM report WHERE kind = 'month'")
    return [*audits_of_reports.figures(books, counted), *audits_of_reports.made(books, made, periods)]


def _told(books: Books) -> str:
    ways = Counter(each.closed_how or each.state for each in books.conversations.values())
    return f"{len(books.conversations)} conversations, {len(books.closed)} closed by the clock, {dict(ways)}"


async def _officer(office: SimulatedOffice, name: str) -> Officer:
    login, role = name.lower(), "supervisor" if name == "Wati" else "officer"
    mail = f"{login}@example.go.id"
    (row,) = await office.rows(
        "INSERT INTO officer (login, name, email, role, created_at) VALUES (:login, :name, :mail, :role, :now)"
        " RETURNING id",
        login=login, name=name, mail=mail, role=role, now=office.clock.now(),
    )  # fmt: skip
    return Officer(row.id, login, name, mail, role)  # type: ignore[arg-type]


async def _daily(office: SimulatedOffice) -> Story:
    """Do the other duties of the clock so often a day: before, within and after the hours of notices."""
    while True:
        for hour in (time(7, 30), time(10), time(15), time(20, 30)):
            local = office.clock.now().astimezone(ZONE)
            at = datetime.combine(local.date(), hour, tzinfo=ZONE)
            if at <= local:
                continue
            yield at
            await office.duty("tickets")
            await office.duty("windows")
            if hour == time(7, 30):
                await office.duty("reports")
                await office.duty("notices")
            await office.work()
        yield datetime.combine(
            office.clock.now().astimezone(ZONE).date() + timedelta(days=1), time(), tzinfo=ZONE
        )


async def _outages(office: SimulatedOffice) -> Story:
    """Have the model, or a channel, away for a while every few days."""
    while True:
        yield timedelta(hours=office.chance.randint(30, 100))
        local = office.clock.now().astimezone(ZONE)
        yield datetime.combine(
            local.date() + timedelta(days=1), time(office.chance.randint(8, 15)), tzinfo=ZONE
        )
        air = office.chance.choice([*office.air.values(), None])
        if air is None:
            office.model.is_down = True
        else:
            air.is_down = True
        yield timedelta(minutes=office.chance.randint(5, 120))
        office.model.is_down = False
        for each in office.air.values():
            each.is_down = False


async def _templates(office: SimulatedOffice) -> Story:
    office.air["whatsapp"].templates |= {"closing", "rating", "warning", "officer_replied"}
    yield timedelta()
