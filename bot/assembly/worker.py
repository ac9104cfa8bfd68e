"""The worker: the queue's tasks with all that doing them needs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from bot import jobs
from bot.assembly import duties, personal, speech, steps
from bot.assembly.core import Core
from nlu.port import Interpreter


@asynccontextmanager
async def staffed(
    core: Core, understanding: Interpreter, *, burst: timedelta | None = None
) -> AsyncIterator[None]:
    """Teach the core's queue its tasks, with all that answering needs, and open it for work.

    `burst` takes the place of the office's (`understanding.burst_seconds`).
    """
    rules = speech.dialogue(core.settings)
    jobs.register(
        core.queue,
        core.database,
        core.clock,
        answering=steps.answering(core, understanding, rules, burst=burst),
        delivering=steps.delivering(core, core.channels),
        reader=steps.reader(core),
        fetching=steps.fetching(core, core.channels),
        files=core.files,
        notices=duties.notices(core, core.channels),
        tending=duties.tending(core),
        closing=duties.closing(core),
        reporting=duties.reporting(core, rules.shelf),
        reviewing=duties.reviewing(core),
        retention=personal.retention(core),
        catalogue=core.catalogue(),
    )
    async with core.queue.opened():
        try:
            yield
        finally:
            await understanding.close()
