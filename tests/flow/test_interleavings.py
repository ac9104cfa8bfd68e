"""What two processes can do to each other at the worst moment, one interleaving a test."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.assembly import duties, steps
from bot.deliver import Delivering
from bot.jobs import STALLED_SECONDS
from bot.rehearsal import MemoryChannel
from bot.sending import SendLater
from bot.upkeep import Upkeep
from channels.port import Outbound, Receipt, SendFailed
from tests.fakes import Stage
from tests.flow.processes import until

Staged = Callable[[], AbstractAsyncContextManager[Stage]]

STALLED = timedelta(seconds=STALLED_SECONDS)
WAITING = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


async def _execute(stage: Stage, statement: str) -> None:
    async with stage.core.database.transaction() as tx:
        await tx.execute(text(statement))


async def _somebody_waits(stage: Stage) -> bool:
    return bool(await stage.scalar(WAITING))


async def test_two_webs_that_meet_somebody_for_the_first_time_keep_one_person(staged: Staged) -> None:
    async with staged() as stage:
        message = stage.inbound("halo")
        async with stage.core.database.transaction() as tx:
            assert await stage.core.reception.keep_message(tx, message)
            other = asyncio.create_task(stage.core.reception(message))
            await until(lambda: _somebody_waits(stage), within=10)
        assert not await other
        assert await stage.scalar("SELECT count(*) FROM message") == 1
        assert await stage.scalar("SELECT count(*) FROM contact") == 1
        assert await stage.scalar("SELECT count(*) FROM person") == 1


async def test_two_messages_of_a_returning_citizen_begin_one_conversation(staged: Staged) -> None:
    async with staged() as stage:
        await stage.hear("halo")
        await _execute(stage, "UPDATE conversation SET state = 'closed', closed_at = now()")
        async with stage.core.database.transaction() as tx:
            assert await stage.core.reception.keep_message(tx, stage.inbound("saya lagi"))
            other = asyncio.create_task(stage.core.reception(stage.inbound("mau tanya")))
            await until(lambda: _somebody_waits(stage), within=10)
        assert await other
        assert await stage.scalar("SELECT count(*) FROM conversation WHERE closed_at IS NULL") == 1


class HeldChannel(MemoryChannel):
    """Does what it is asked when the test lets it; what was taken is found by `find`."""

    settle = timedelta(seconds=5)

    def __init__(self) -> None:
        super().__init__("whatsapp")
        self.may_go_on = asyncio.Event()
        self.entered = 0
        self.took: list[str] = []

    async def _held(self) -> None:
        self.entered += 1
        async with asyncio.timeout(10):
            await self.may_go_on.wait()


class RefusingLate(HeldChannel):
    """Never gets through, and learns it late."""

    async def send(self, message: Outbound) -> Receipt:
        await self._held()
        raise SendFailed("tidak terhubung", permanent=False)


class FindingSlowly(HeldChannel):
    """Finds nothing, after a while, and sends at once."""

    async def find(self, message: Outbound) -> Receipt | None:
        await self._held()
        return None

    async def send(self, message: Outbound) -> Receipt:
        self.took.append(str(message.id))
        return Receipt(f"took-{len(self.took)}")


async def _reply(stage: Stage) -> int:
    stage.model.teach("biaya?", "biaya", service="konsultasi")
    await stage.answering.answer(await stage.hear("biaya?"))
    return int(str(await stage.scalar("SELECT max(message_id) FROM delivery")))


def _worker(stage: Stage, channel: MemoryChannel) -> Delivering:
    return steps.delivering(stage.core, {"whatsapp": channel})


async def test_a_worker_taken_for_dead_does_not_undo_what_another_has_sent(staged: Staged) -> None:
    async with staged() as stage:
        message_id = await _reply(stage)
        slow, other = RefusingLate(), FindingSlowly()
        other.may_go_on.set()
        taken_for_dead = asyncio.create_task(_worker(stage, slow).deliver(message_id))
        await until(lambda: slow.entered, within=10)
        stage.clock.advance(slow.settle)
        await _worker(stage, other).deliver(message_id)
        slow.may_go_on.set()
        with pytest.raises(SendLater):
            await taken_for_dead
        assert await stage.scalar("SELECT state FROM delivery") == "sent"
        await _worker(stage, other).deliver(message_id)
        assert len(other.took) == 1


async def test_of_two_workers_that_find_no_trace_of_an_attempt_one_sends(staged: Staged) -> None:
    """Two rescues at once may free the same job twice, the second time while it runs again."""
    async with staged() as stage:
        message_id = await _reply(stage)
        killed = RefusingLate()
        attempt = asyncio.create_task(_worker(stage, killed).deliver(message_id))
        await until(lambda: killed.entered, within=10)
        attempt.cancel()
        await asyncio.wait([attempt])
        stage.clock.advance(killed.settle)
        channel = FindingSlowly()
        both = [asyncio.create_task(_worker(stage, channel).deliver(message_id)) for _ in range(2)]
        await until(lambda: channel.entered == 2, within=10)
        channel.may_go_on.set()
        ends = await asyncio.gather(*both, return_exceptions=True)
        assert sorted(type(end).__name__ for end in ends) == ["NoneType", "SendLater"]
        assert len(channel.took) == 1
        assert await stage.scalar("SELECT state FROM delivery") == "sent"


async def test_duties_left_behind_by_killed_workers_do_not_keep_answers_from_being_freed(
    staged: Staged,
) -> None:
    """Only one duty of a kind may wait in the queue: freeing two of them must not end the rescue."""
    async with staged() as stage:
        await _execute(
            stage, "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute')"
        )
        for name in ("rescue", "rescue", "sweep", "sweep"):
            await _execute(
                stage,
                "INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock, status, worker_id)"
                f" SELECT 'default', '{name}', '{name}', 'doing', max(id) FROM procrastinate_workers",
            )
        await stage.hear("biaya?")
        await _execute(
            stage,
            "UPDATE procrastinate_jobs SET status = 'doing',"
            " worker_id = (SELECT max(id) FROM procrastinate_workers) WHERE task_name = 'answer'",
        )
        async with stage.core.queue.opened():
            await Upkeep(stage.core.database, stage.core.queue, stage.clock, STALLED).rescue()
        assert await stage.column("SELECT 1 FROM procrastinate_jobs WHERE status = 'doing'") == []
        assert (
            await stage.scalar("SELECT status FROM procrastinate_jobs WHERE task_name = 'answer'") == "todo"
        )


@pytest.mark.parametrize("is_first", ["closing", "message"])
async def test_who_writes_in_the_very_second_of_closing_is_never_lost(staged: Staged, is_first: str) -> None:
    """Both wait for the same row; whoever gets it first, what was written is answered, in the right conversation."""
    async with staged() as stage:
        stage.by_day()
        stage.model.teach("biaya?", "biaya", service="konsultasi")
        await stage.answered("biaya?")
        stage.clock.advance(timedelta(days=8))
        closing = duties.closing(stage.core)
        [conversation] = await closing.due(most=10)
        async with stage.core.database.transaction() as tx:
            await tx.execute(text("SELECT id FROM contact FOR UPDATE"))
            acts = [
                lambda: closing.tend(conversation),
                lambda: stage.core.reception(stage.inbound("biaya?")),
            ]
            tasks = []
            for number, act in enumerate(acts if is_first == "closing" else reversed(acts), 1):
                tasks.append(asyncio.create_task(act()))

                async def wait_both(of: int = number) -> bool:
                    return await stage.scalar(WAITING) == of

                await until(wait_both, within=10)
        await asyncio.gather(*tasks)
        kept = "SELECT count(*) FROM message WHERE author = 'citizen' AND answered_at IS NULL"
        assert await stage.scalar(f"{kept} AND conversation_id = {conversation}") == (is_first == "message")
        assert await stage.scalar(kept) == 1
        state = await stage.scalar(f"SELECT state FROM conversation WHERE id = {conversation}")
        assert (state == "closed") == (is_first == "closing")
        assert (
            await stage.scalar(
                "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'answer' AND (args ->> 'message_id')::bigint"
                " = (SELECT max(id) FROM message WHERE author = 'citizen')"
            )
            == 1
        )
        [message_id] = await stage.column(
            "SELECT id FROM message WHERE author = 'citizen' AND answered_at IS NULL"
        )
        await stage.answering.answer(message_id)
        await stage.deliver_all()
        assert "biaya" in "".join(stage.memory["whatsapp"].take("whatsapp:+628111111001")).lower()
