"""When things are tended: ticks that only defer a job, so that any number of schedulers is harmless."""

from __future__ import annotations

import asyncio

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.clock import Clock
from bot.queue import Queue
from bot.store import health
from bot.store.database import Database

log = structlog.get_logger()

EVERY_SECONDS = {
    "rescue": 5,
    "notices": 10,
    "tickets": 30,
    "closing": 30,
    "reports": 900,
    "sweep": 60,
    "windows": 60,
    "mailboxes": 60,
    "tidy": 3600,
    "retention": 900,
}
# Deferred often, done when due (at night): one that was missed is made up for.
CATALOGUE_SECONDS = {"sync": 900}


class Schedule:
    """Defers each duty regularly. The schedule stands in code; there is no job store to share."""

    def __init__(
        self, database: Database, queue: Queue, clock: Clock, *, has_catalogue: bool = False
    ) -> None:
        self._database = database
        self._queue = queue
        self._clock = clock
        self._every_seconds = EVERY_SECONDS | (CATALOGUE_SECONDS if has_catalogue else {})

    async def run(self) -> None:
        """Tick until cancelled."""
        scheduler = AsyncIOScheduler(timezone="UTC")
        for name, seconds in self._every_seconds.items():
            scheduler.add_job(
                self.tick, "interval", seconds=seconds, args=[name], coalesce=True, misfire_grace_time=None
            )
        scheduler.start()
        try:
            for name in self._every_seconds:
                await self.tick(name)
            await asyncio.Event().wait()
        finally:
            scheduler.shutdown(wait=False)

    async def tick(self, name: str) -> None:
        """Defer one duty; while the database is away the tick is lost, and the next one comes."""
        await self._queue.upkeep(name)
        async with self._database.transaction() as tx:
            await health.ticked(tx, name, now=self._clock.now())
