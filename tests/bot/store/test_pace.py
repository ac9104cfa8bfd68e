"""Slots are given out once, to all workers together, in real seconds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.store import pace
from bot.store.database import Database
from channels.port import Pace

ONE, OTHER = "whatsapp:+628111111001", "whatsapp:+628111111002"
SLOT = text(f"WITH {pace.SLOT} SELECT (SELECT seconds FROM slot) AS wait, ({pace.BUSY}) AS busy")


@pytest.fixture
async def workers(database_url: str) -> AsyncIterator[tuple[Database, Database]]:
    """Two processes' worth of connections."""
    both = (Database(database_url, pool_size=8), Database(database_url, pool_size=8))
    yield both
    for each in both:
        await each.close()


async def begins(worker: Database, limit: Pace, address: str) -> float | None:
    """Ask for a slot and return its moment (seconds of PostgreSQL's clock), None when none was given."""
    async with worker.statement() as tx:
        row = (await tx.execute(SLOT, pace.gaps(limit, "whatsapp", address))).one()
    if row.wait is None:
        assert row.busy >= pace.LONGEST_WAIT
        return None
    async with worker.statement() as tx:
        return float(
            (await tx.execute(text("SELECT extract(epoch FROM clock_timestamp())"))).scalar_one()
        ) + float(row.wait)


async def test_two_workers_together_get_no_more_than_the_channel_may_send(
    workers: tuple[Database, Database],
) -> None:
    limit = Pace(per_second=50, per_second_to_one=1000)
    asked = [begins(workers[n % 2], limit, f"whatsapp:+6281111110{n:02}") for n in range(30)]
    moments = sorted(moment for moment in await asyncio.gather(*asked) if moment is not None)
    assert len(moments) == 30
    # The moments are told a little after they were given out; over the whole they are as far apart as can be.
    assert moments[-1] - moments[0] >= 29 / 50 - 0.25
    assert await _free_in(workers[0], "") > 0


async def test_one_person_gets_no_more_than_one_may(workers: tuple[Database, Database]) -> None:
    limit = Pace(per_second=1000, per_second_to_one=4)
    moments = await asyncio.gather(*(begins(workers[n % 2], limit, ONE) for n in range(12)))
    given = sorted(moment for moment in moments if moment is not None)
    # As many as have their turn within the longest wait, the first at once; the others come again.
    assert 4 <= len(given) <= 6
    assert None in moments
    assert given[-1] - given[0] >= 0.5
    assert await begins(workers[0], limit, OTHER) is not None


async def test_who_is_refused_books_nothing_ahead(workers: tuple[Database, Database]) -> None:
    limit = Pace(per_second=1000, per_second_to_one=1)
    while await begins(workers[0], limit, ONE) is not None:
        pass
    before = await _free_in(workers[0], ONE)
    for _ in range(20):
        assert await begins(workers[0], limit, ONE) is None
    assert await _free_in(workers[0], ONE) <= before


async def test_parts_count_as_messages(workers: tuple[Database, Database]) -> None:
    limit = Pace(per_second=1000, per_second_to_one=1)
    await begins(workers[0], limit, ONE)
    before = await _free_in(workers[0], ONE)
    async with workers[0].statement() as tx:
        await pace.taken(tx, limit, "whatsapp", ONE, more=3)
    assert await _free_in(workers[0], ONE) - before > 2


async def test_who_was_not_written_to_for_long_is_forgotten(workers: tuple[Database, Database]) -> None:
    limit = Pace(per_second=1000, per_second_to_one=1)
    await begins(workers[0], limit, ONE)
    async with workers[0].statement() as tx:
        await tx.execute(
            text("UPDATE pace SET free_at = free_at - interval '2 days' WHERE address = :one"), {"one": ONE}
        )
    async with workers[0].statement() as tx:
        await pace.forget(tx, age=timedelta(days=1))
    async with workers[0].statement() as tx:
        assert list((await tx.execute(text("SELECT address FROM pace"))).scalars()) == [""]


async def _free_in(worker: Database, address: str) -> float:
    query = "SELECT extract(epoch FROM free_at - clock_timestamp()) FROM pace WHERE address = :address"
    async with worker.statement() as tx:
        return float((await tx.execute(text(query), {"address": address})).scalar_one())
