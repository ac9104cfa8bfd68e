"""Step 3: sent once, whatever happens between the attempt and its record."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

import pytest

from bot import assembly
from bot.deliver import Delivering, DeliverLater
from bot.rehearsal import MemoryChannel
from bot.store import deliveries
from channels.port import Outbound, Receipt, SendFailed
from tests.fakes import Stage

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
    return assembly.delivering(stage.core, {"whatsapp": channel})


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
        with pytest.raises(DeliverLater):
            await _over(stage, channel).deliver(message_id)
        with pytest.raises(DeliverLater):  # it may still be under way
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
        with pytest.raises(DeliverLater):
            await _over(stage, channel).deliver(message_id)
        stage.clock.advance(channel.settle)
        with pytest.raises(DeliverLater):
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
            with pytest.raises(DeliverLater):
                await _over(stage, channel).deliver(message_id)
        stage.clock.advance(channel.patience + timedelta(seconds=1))
        await _over(stage, channel).deliver(message_id)
        assert await stage.scalar("SELECT state FROM delivery") == "failed"
        assert channel.took == []


async def test_a_channel_that_is_switched_off_keeps_its_messages_waiting(staged: Staged) -> None:
    async with staged() as stage:
        message_id = await _reply(stage)
        with pytest.raises(DeliverLater):
            await assembly.delivering(stage.core, {}).deliver(message_id)
        assert await stage.scalar("SELECT state FROM delivery") == "kept"
