"""Step 3: sent once, whatever happens between the attempt and its record."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot import jobs
from bot.assembly import steps
from bot.deliver import Delivering
from bot.rehearsal import MemoryChannel
from bot.sending import SendLater
from bot.store import deliveries, notices
from channels.port import Outbound, Pace, Receipt, SendFailed
from tests.fakes import Stage
from tests.flow.processes import until

Staged = Callable[[], AbstractAsyncContextManager[Stage]]


class FaultyChannel(MemoryChannel):
    """Fails as told; what it took before its answer was lost is found again."""

    settle = timedelta(seconds=5)

    def __init__(self) -> None:
        super().__init__("whatsapp")
        self.failures: list[SendFailed] = []
        self.took: list[str] = []
        self.is_listing = True

    async def send(self, message: Outbound) -> Receipt:
        failure = self.failures.pop(0) if self.failures else None
        if failure is None or failure.uncertain:
            self.took.append(str(message.id))
        if failure is not None:
            raise failure
        return Receipt(f"took-{message.id}")

    async def find(self, message: Outbound) -> Receipt | None:
        if not self.is_listing:
            raise SendFailed("daftar tidak dapat dibaca", permanent=False)
        return Receipt(f"took-{message.id}") if str(message.id) in self.took else None


async def _reply(stage: Stage) -> int:
    stage.model.teach("biaya?", "biaya", service="konsultasi")
    await stage.answering.answer(await stage.hear("biaya?"))
    return int(str(await stage.scalar("SELECT max(message_id) FROM delivery")))


def _over(stage: Stage, channel: FaultyChannel) -> Delivering:
    return steps.delivering(stage.core, {"whatsapp": channel})


async def test_what_was_sent_is_not_sent_again(staged: Staged) -> None:
    async with staged() as stage:
        channel = FaultyChannel()
        message_id = await _reply(stage)
        for _ in range(3):
            await _over(stage, channel).deliver(message_id)
        assert len(channel.took) == 1
        assert await stage.scalar("SELECT state FROM delivery") == "sent"


async def test_an_attempt_that_may_have_arrived_is_looked_for_before_anything_is_sent(staged: Staged) -> None:
    async with staged() as stage:
        channel = FaultyChannel()
        channel.failures = [SendFailed("tanpa jawaban", permanent=False, uncertain=True)]
        message_id = await _reply(stage)
        with pytest.raises(SendLater):
            await _over(stage, channel).deliver(message_id)
        with pytest.raises(SendLater):  # it may still be under way
            await _over(stage, channel).deliver(message_id)
        stage.clock.advance(channel.settle)
        await _over(stage, channel).deliver(message_id)
        assert len(channel.took) == 1
        assert await stage.scalar("SELECT state FROM delivery") == "sent"


async def test_a_crash_before_the_post_is_made_good(staged: Staged) -> None:
    async with staged() as stage:
        channel = FaultyChannel()
        message_id = await _reply(stage)
        async with stage.core.database.transaction() as tx:
            due = await deliveries.due(tx, message_id)
            assert due is not None
            await deliveries.attempt(tx, due, now=stage.clock.now(), limit=None)
        stage.clock.advance(channel.settle)
        await _over(stage, channel).deliver(message_id)
        assert len(channel.took) == 1


async def test_while_nobody_can_tell_nothing_is_sent_again(staged: Staged) -> None:
    async with staged() as stage:
        channel = FaultyChannel()
        channel.failures = [SendFailed("tanpa jawaban", permanent=False, uncertain=True)]
        channel.is_listing = False
        message_id = await _reply(stage)
        with pytest.raises(SendLater):
            await _over(stage, channel).deliver(message_id)
        stage.clock.advance(channel.settle)
        with pytest.raises(SendLater):
            await _over(stage, channel).deliver(message_id)
        stage.clock.advance(channel.patience)
        await _over(stage, channel).deliver(message_id)
        assert len(channel.took) == 1
        assert await stage.scalar("SELECT state FROM delivery") == "uncertain"


async def test_a_refusal_for_good_is_kept_for_the_officer(staged: Staged) -> None:
    async with staged() as stage:
        channel = FaultyChannel()
        channel.failures = [SendFailed("nomor tidak dikenal (63024)", permanent=True)]
        message_id = await _reply(stage)
        await _over(stage, channel).deliver(message_id)
        assert await stage.scalar("SELECT state FROM delivery") == "failed"
        assert await stage.scalar("SELECT failure FROM delivery") == "nomor tidak dikenal (63024)"


async def test_a_channel_that_stays_down_is_given_up_after_its_patience(staged: Staged) -> None:
    async with staged() as stage:
        channel = FaultyChannel()
        channel.failures = [SendFailed("sibuk", permanent=False) for _ in range(3)]
        message_id = await _reply(stage)
        for _ in range(2):
            with pytest.raises(SendLater):
                await _over(stage, channel).deliver(message_id)
        stage.clock.advance(channel.patience + timedelta(seconds=1))
        await _over(stage, channel).deliver(message_id)
        assert await stage.scalar("SELECT state FROM delivery") == "failed"
        assert channel.took == []


async def test_a_channel_that_is_switched_off_keeps_its_messages_waiting(staged: Staged) -> None:
    async with staged() as stage:
        message_id = await _reply(stage)
        with pytest.raises(SendLater):
            await steps.delivering(stage.core, {}).deliver(message_id)
        assert await stage.scalar("SELECT state FROM delivery") == "kept"


class Paced(MemoryChannel):
    """Counts what it is given within a second."""

    pace: Pace | None = Pace(per_second=100, per_second_to_one=20)

    def __init__(self) -> None:
        super().__init__("whatsapp")
        self.times: list[tuple[float, str, str]] = []

    async def send(self, message: Outbound) -> Receipt:
        self.times.append((time.monotonic(), message.recipient, message.text))
        return await super().send(message)


async def test_two_workers_keep_the_pace_and_the_order_and_send_nothing_twice(staged: Staged) -> None:
    people, each = 8, 25
    async with staged() as stage:
        channel = Paced()
        for person in range(people):
            await stage.hear("halo", sender=f"whatsapp:+62811111100{person}")
        async with stage.core.database.transaction() as tx:
            await tx.execute(text("DELETE FROM procrastinate_jobs"))
            conversations = list(
                (await tx.execute(text("SELECT id FROM conversation ORDER BY id"))).scalars()
            )
            for number in range(each):
                for conversation in conversations:
                    message = await notices.keep(
                        tx,
                        conversation_id=conversation,
                        channel="whatsapp",
                        key="answer",
                        text=f"{number:02}",
                        now=stage.clock.now(),
                        language="id",
                    )
                    await stage.core.queue.deliver(
                        tx, message, conversation_id=conversation, channel="whatsapp"
                    )
        async with two_workers(stage, steps.delivering(stage.core, {"whatsapp": channel})):
            await until(lambda: len(channel.times) >= people * each, within=60)
            async with asyncio.timeout(20):
                while await stage.scalar("SELECT count(*) FROM delivery WHERE state <> 'sent'"):
                    await asyncio.sleep(0.02)
        assert len(channel.times) == people * each
        for somebody in {recipient for _, recipient, _ in channel.times}:
            said = [words for _, recipient, words in channel.times if recipient == somebody]
            assert said == [f"{number:02}" for number in range(each)]
        limit = channel.pace
        assert limit is not None
        moments = [moment for moment, _, _ in channel.times]
        assert max(moments) - min(moments) >= (people * each - 1) / limit.per_second - 0.5
        first = [moment for moment, recipient, _ in channel.times if recipient.endswith("000")]
        assert first[-1] - first[0] >= (each - 1) / limit.per_second_to_one - 0.5


async def test_whoever_stood_still_before_sending_leaves_it_to_whoever_looks_for_it(
    staged: Staged,
) -> None:
    """A machine that is paused after the attempt is recorded: its worker is taken for dead, and goes on later."""
    async with staged() as stage:
        channel = FaultyChannel()
        channel.pace = Pace(per_second=1.2, per_second_to_one=1.2)
        delivering = _over(stage, channel)
        await delivering.deliver(await _reply(stage))
        paused = asyncio.create_task(delivering.deliver(message_id := await _reply(stage)))
        async with asyncio.timeout(20):
            while not await stage.scalar("SELECT count(*) FROM delivery WHERE state = 'sending'"):
                await asyncio.sleep(0.005)
        assert not paused.done(), "it waits for its turn"
        stage.clock.advance(timedelta(minutes=1))
        with pytest.raises(SendLater):
            await paused
        async with asyncio.timeout(20):
            while await stage.scalar("SELECT count(*) FROM delivery WHERE state <> 'sent'"):
                with suppress(SendLater):  # the pace counts what was not sent, too
                    await delivering.deliver(message_id)
        assert len(channel.took) == 2


@asynccontextmanager
async def two_workers(stage: Stage, delivering: Delivering) -> AsyncIterator[None]:
    """Have two workers do the stage's deliveries."""
    core = stage.core
    jobs.register(
        core.queue,
        core.database,
        stage.clock,
        answering=stage.answering,
        delivering=delivering,
        reader=steps.reader(core),
        fetching=steps.fetching(core, core.channels),
        files=core.files,
    )
    async with core.queue.opened():
        workers = [
            asyncio.create_task(jobs.work(core.queue, install_signal_handlers=False)) for _ in range(2)
        ]
        try:
            yield
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
