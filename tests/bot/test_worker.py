"""A worker that lives holds nothing that it has done: the end of a job is noted, whatever the database does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress

import pytest

from bot import jobs, worker
from bot.store.database import driver_connection
from tests.bot.test_jobs import until, working
from tests.fakes import Stage

Staged = Callable[[], AbstractAsyncContextManager[Stage]]

# The end of an answer's job is refused so many times; a sequence counts them, since no rollback takes it back.
REFUSE = """
    CREATE SEQUENCE refused;
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF old.task_name = 'answer' AND nextval('refused') <= {times} THEN RAISE EXCEPTION 'not now'; END IF;
        RETURN old;
    END $$;
    CREATE TRIGGER refuse BEFORE DELETE ON procrastinate_jobs FOR EACH ROW EXECUTE FUNCTION refuse();
"""


async def _refusing(stage: Stage, times: int) -> None:
    async with stage.core.database.transaction() as tx:
        await (await driver_connection(tx)).execute(REFUSE.format(times=times))


async def _has_asked(stage: Stage, said: str) -> None:
    stage.model.teach(said, "biaya", service="konsultasi")
    await stage.core.reception(stage.inbound(said))


async def test_the_end_of_a_job_that_was_not_taken_is_noted_again(staged: Staged) -> None:
    async with staged() as stage:
        await _refusing(stage, times=2)
        async with working(stage):
            await _has_asked(stage, "biaya?")
            await until(lambda: len(stage.memory["whatsapp"].sent) == 1)
            await _has_asked(stage, "berapa?")  # behind the first one's lock
            await until(lambda: len(stage.memory["whatsapp"].sent) == 2)
        assert len(stage.model.asked) == 2
        assert await stage.scalar("SELECT count(*) FROM procrastinate_jobs") == 0


async def test_a_worker_that_cannot_note_it_ends_and_the_next_one_goes_on(
    staged: Staged, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "PAUSES", (0.01, 0.01, 0.01))
    async with staged() as stage:
        await _refusing(stage, times=3)
        await _has_asked(stage, "biaya?")
        await _has_asked(stage, "berapa?")
        async with working(stage) as first:
            await until(first.done)
            assert await stage.scalar("SELECT count(*) FROM procrastinate_workers") == 0
            second = asyncio.create_task(jobs.work(stage.core.queue, install_signal_handlers=False))
            await stage.core.queue.upkeep("rescue")
            await until(lambda: len(stage.memory["whatsapp"].sent) == 2)
            second.cancel()
            with suppress(asyncio.CancelledError):
                await second
