"""An office's life in simulated time: its books must be right afterwards.

A month, with `PSTTEST_FULL=1` a year of 2,000 conversations. The same `PSTTEST_SEED` repeats it event by event; with
`PSTTEST_RACES=1` what coincides races, and no run is like another. `PSTTEST_CONVERSATIONS` has more, or fewer, of them.
"""

from __future__ import annotations

import logging
import os
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import structlog

from bot.assembly import duties
from bot.settings import Settings
from bot.store.scratch import scratch_database
from tests.conftest import FULL
from tests.flow import audits, audits_of_reports
from tests.flow.audits import ZONE, Books
from tests.flow.digest import digest
from tests.flow.population import live
from tests.flow.simulated import SimulatedOffice, simulated

CONVERSATIONS = int(os.environ.get("PSTTEST_CONVERSATIONS") or (2000 if FULL else 70))
DAYS = 365 if FULL else 42
BEGINS = datetime(2026, 2, 20, tzinfo=ZONE)  # Nyepi, Idul Fitri and a change of month lie ahead
SEED = int(os.environ.get("PSTTEST_SEED") or 2026)
RACES = os.environ.get("PSTTEST_RACES") == "1"
SHOWN = 25
SHORT = timedelta(days=20)
SHORT_CONVERSATIONS = 12


@pytest.fixture(autouse=True)
def _no_logs() -> Iterator[None]:
    """Keep a year's lines out of the way of what is wrong, also those of loggers that were made before."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


async def test_whatever_happens_in_a_month_or_a_year_the_books_are_right(
    settings: Settings, database_url: str
) -> None:
    ends = BEGINS + timedelta(days=DAYS)
    async with simulated(settings, database_url, BEGINS, seed=SEED, races=RACES) as office:
        await live(office, BEGINS, ends, CONVERSATIONS)
        books = await audits.books_of(office, BEGINS)
        wrong = [*_wrong(books, office), *await _wrong_in_reports(books, office)]
    told = _told(books)
    assert not wrong, f"{len(wrong)} wrong, seed {SEED}, {told}:\n" + "\n".join(wrong[:SHOWN])
    # A run in which nothing happened would hold all of it.
    assert len(books.closed) > CONVERSATIONS / 5, told
    assert sum(each.score is not None for each in books.ratings.values()) > CONVERSATIONS / 20, told
    assert {each.kind for every in books.tickets.values() for each in every} >= {"konsultasi", "pengaduan"}


def _wrong(books: Books, office: SimulatedOffice) -> Iterator[str]:
    yield from audits.closings(books)
    yield from audits.notices(books)
    yield from audits.hours(books, office)
    yield from audits.forgotten(books)
    yield from audits.ends(books)
    yield from audits.answered(books)
    yield from audits.deadlines(books)


async def _wrong_in_reports(books: Books, office: SimulatedOffice) -> list[str]:
    reports = duties.reports(office.core)
    periods = audits_of_reports.months(BEGINS, office.clock.now())
    counted = [await reports.counting.figures(each) for each in periods]
    made = await office.rows("SELECT first, made_at, figures FROM report WHERE kind = 'month' ORDER BY first")
    return [
        *audits_of_reports.figures(books, counted),
        *audits_of_reports.made(books, made, periods),
        *audits_of_reports.kept(made, counted),
    ]


def _told(books: Books) -> str:
    ways = Counter(each.closed_how or each.state for each in books.conversations.values())
    return f"{len(books.conversations)} conversations, {len(books.closed)} closed by the clock, {dict(ways)}"


async def test_a_seed_repeats_a_run(settings: Settings, server_url: str) -> None:
    assert await _lived(settings, server_url) == await _lived(settings, server_url)


async def _lived(settings: Settings, server_url: str) -> str:
    with scratch_database(server_url, keep=False) as url:
        async with simulated(settings, url, BEGINS, seed=SEED) as office:
            await live(office, BEGINS, BEGINS + SHORT, SHORT_CONVERSATIONS)
            return await digest(office)
