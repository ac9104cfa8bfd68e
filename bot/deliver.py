"""Step 3 of the way of a message: send one kept reply, and keep what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.clock import Clock
from bot.store import deliveries, messages
from bot.store.database import Database
from bot.store.deliveries import Due
from channels.port import Channel, Receipt, SendFailed

log = structlog.get_logger()


class DeliverLater(Exception):
    """The message was not taken yet, and its job is to be run again after `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"again in {seconds:.0f} s")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Delivering:
    """Sends one message at a time. An attempt is recorded before it is made; after a crash in
    between, the channel is asked what became of it before anything is sent again."""

    database: Database
    channels: Mapping[str, Channel]
    clock: Clock

    async def deliver(self, message_id: int) -> None:
        """Send a message of ours. Raises `DeliverLater` when it has to be tried again."""
        async with self.database.statement() as tx:
            due = await deliveries.due(tx, message_id)
        if due is None:
            return
        channel = self.channels.get(due.outbound.channel)
        if channel is None:
            raise DeliverLater(60.0)  # the channel is switched off; the message waits for it
        try:
            receipt = None if due.outbound.attempted_at is None else await self._found(channel, due)
            if receipt is None:
                due = await self._attempt(due)
                receipt = await channel.send(due.outbound)
        except SendFailed as failure:
            await self._failed(channel, due, failure)
            return
        async with self.database.statement() as tx:
            await deliveries.sent(tx, message_id, external_id=receipt.external_id, now=self.clock.now())
        log.info("message sent", message=message_id, channel=channel.name)

    async def give_up(self, message_id: int, reason: str) -> None:
        """Stop trying after an error of our own; officers see it, and that an attempt may have arrived."""
        async with self.database.transaction() as tx:
            due = await deliveries.due(tx, message_id)
            if due is not None:
                is_open = due.outbound.attempted_at is not None
                await deliveries.give_up(tx, due, failure=reason, uncertain=is_open)

    async def _found(self, channel: Channel, due: Due) -> Receipt | None:
        """Look for an earlier attempt whose end nobody knows, once it is no longer under way."""
        if due.outbound.attempted_at is not None:
            unsettled = channel.settle - (self.clock.now() - due.outbound.attempted_at)
            if unsettled > timedelta():
                raise DeliverLater(unsettled.total_seconds())
        try:
            receipt = await channel.find(due.outbound)
        except SendFailed as failure:
            raise SendFailed(failure.reason, permanent=failure.permanent, uncertain=True) from failure
        if receipt is None or await self._belongs_to_another(channel, receipt):
            return None
        return receipt

    async def _attempt(self, due: Due) -> Due:
        """Record an attempt, unless another worker has recorded one since we looked."""
        async with self.database.statement() as tx:
            attempted = await deliveries.attempt(tx, due, now=self.clock.now())
        if attempted is None:
            raise DeliverLater(1.0)  # to see what became of the other one
        return attempted

    async def _belongs_to_another(self, channel: Channel, receipt: Receipt) -> bool:
        """Tell whether what was found is an earlier message of the same words, already accounted for."""
        async with self.database.transaction() as tx:
            return await messages.is_kept(tx, channel.name, receipt.external_id)

    async def _failed(self, channel: Channel, due: Due, failure: SendFailed) -> None:
        is_too_old = self.clock.now() - due.outbound.created_at > channel.patience
        async with self.database.transaction() as tx:
            if failure.permanent or is_too_old:
                await deliveries.give_up(tx, due, failure=failure.reason, uncertain=failure.uncertain)
            elif not failure.uncertain:
                await deliveries.put_back(tx, due, failure=failure.reason)
        log.warning("message not sent", message=due.message_id, channel=channel.name, reason=failure.reason)
        if not (failure.permanent or is_too_old):
            raise DeliverLater(0.0)
