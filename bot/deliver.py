"""Step 3 of the way of a message: send one kept reply, and keep what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot import notices
from bot.clock import Clock
from bot.detours import Detours
from bot.store import deliveries, events, messages, pace, standing
from bot.store.database import Database, Transaction
from bot.store.deliveries import Busy, Due
from channels.port import Cause, Channel, Receipt, SendFailed

log = structlog.get_logger()


class DeliverLater(Exception):
    """The message was not taken yet, and its job is to be run again after `seconds`.

    `backs_off`: not before that, and ever more seldom the more often it failed.
    """

    def __init__(self, seconds: float, *, backs_off: bool = False) -> None:
        super().__init__(f"again in {seconds:.0f} s")
        self.seconds = seconds
        self.backs_off = backs_off


@dataclass(frozen=True, slots=True)
class Delivering:
    """Sends one message at a time. An attempt is recorded before it is made; after a crash in
    between, the channel is asked what became of it before anything is sent again."""

    database: Database
    channels: Mapping[str, Channel]
    clock: Clock
    detours: Detours

    async def deliver(self, message_id: int) -> None:
        """Send a message of ours. Raises `DeliverLater` when it has to be tried again."""
        async with self.database.statement() as tx:
            due = await deliveries.due(tx, message_id)
        if due is None:
            return
        channel = self.channels.get(due.outbound.channel)
        if channel is None:
            raise DeliverLater(60.0)  # the channel is switched off; the message waits for it
        if due.outbound.attempted_at is None and await self._is_settled_untried(channel, due):
            return
        try:
            receipt = None if due.outbound.attempted_at is None else await self._found(channel, due)
            if receipt is None:
                due = await self._attempt(channel, due)
                receipt = await channel.send(due.outbound)
        except SendFailed as failure:
            await self._failed(channel, due, failure)
            return
        await self._sent(channel, due, receipt)

    async def give_up(self, message_id: int, reason: str) -> None:
        """Stop trying after an error of our own; officers see it, and that an attempt may have arrived."""
        async with self.database.statement() as tx:
            due = await deliveries.due(tx, message_id)
        if due is not None:
            is_open = due.outbound.attempted_at is not None
            await self.detours.give_up(due, SendFailed(reason, permanent=True, uncertain=is_open))

    async def _is_settled_untried(self, channel: Channel, due: Due) -> bool:
        """Settle a message whose fate is known without an attempt; False when there is to be one."""
        why = notices.withheld(
            due.outbound.key,
            kept_at=due.kept_at,
            heard_at=due.heard_at,
            has_opted_out=due.has_opted_out,
            is_unreachable=due.is_unreachable,
        )
        if why is not None:
            await self.detours.withhold(due, why)
            return True
        if due.past_attempts and self._is_too_old(channel, due):
            # Taken and reported as failed, again and again: that ends too.
            await self.detours.give_up(due, SendFailed("Tetap tidak sampai", permanent=True))
            return True
        if due.cause is Cause.WINDOW_CLOSED and due.way == "template" and due.outbound.last_heard is None:
            refused = SendFailed("Templat pun ditolak di luar 24 jam", permanent=True)
            await self._take_detour(due, refused)
            return True
        return False

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

    async def _attempt(self, channel: Channel, due: Due) -> Due:
        """Record an attempt, unless another worker has recorded one since we looked, and wait for its turn."""
        async with self.database.statement() as tx:
            made = await deliveries.attempt(tx, due, now=self.clock.now(), limit=channel.pace)
        if made is None:
            raise DeliverLater(1.0)  # to see what became of the other one
        if isinstance(made, Busy):
            raise DeliverLater(max(made.seconds, 0.05))
        if made.wait > 0:
            await asyncio.sleep(made.wait)
        return made.due

    async def _belongs_to_another(self, channel: Channel, receipt: Receipt) -> bool:
        """Tell whether what was found is an earlier message of the same words, already accounted for."""
        async with self.database.transaction() as tx:
            return await messages.is_kept(tx, channel.name, receipt.external_id)

    async def _sent(self, channel: Channel, due: Due, receipt: Receipt) -> None:
        is_one = not receipt.remark
        async with self.database.statement() if is_one else self.database.transaction() as tx:
            await deliveries.sent(
                tx, due, external_id=receipt.external_id, way=receipt.way, now=self.clock.now()
            )
            if receipt.remark:
                await self._remark(tx, due, receipt.remark)
        log.info("message sent", message=due.message_id, channel=channel.name, way=receipt.way)
        if channel.pace is not None and len(receipt.parts) > 1:
            more = len(receipt.parts) - 1
            async with self.database.statement() as tx:
                await pace.taken(tx, channel.pace, channel.name, due.outbound.recipient, more=more)

    async def _remark(self, tx: Transaction, due: Due, remark: str) -> None:
        """Let officers see what did not go along with a message that went out."""
        await events.note(
            tx,
            "sent_in_part",
            now=self.clock.now(),
            conversation_id=due.conversation_id,
            message_id=due.message_id,
            detail={"reason": remark},
            once=events.once("sent_in_part", due.message_id, due.attempts),
        )

    async def _failed(self, channel: Channel, due: Due, failure: SendFailed) -> None:
        log.warning("message not sent", message=due.message_id, channel=channel.name, reason=failure.reason)
        if failure.cause is Cause.WINDOW_CLOSED:
            await self._window_closed(channel, due, failure)
            return
        if failure.permanent or self._is_too_old(channel, due):
            await self.detours.give_up(due, failure)
            return
        if not failure.uncertain:
            async with self.database.transaction() as tx:
                await deliveries.put_back(tx, due, failure=failure.reason, cause=due.cause)
        raise DeliverLater(failure.after or 0.0, backs_off=True)

    async def _window_closed(self, channel: Channel, due: Due, failure: SendFailed) -> None:
        """Try once more without the window where we took it for open, else go around."""
        heard, now = due.outbound.last_heard, self.clock.now()
        was_open = heard is not None and channel.window is not None and now - heard < channel.window
        if not was_open:
            await self._take_detour(due, failure)
            return
        async with self.database.transaction() as tx:
            await standing.window_closed(tx, due.contact_id, at=due.outbound.attempted_at or now)
            await deliveries.put_back(tx, due, failure=failure.reason, cause=failure.cause)
        raise DeliverLater(0.1)  # not the same way again

    async def _take_detour(self, due: Due, failure: SendFailed) -> None:
        if not await self.detours.around(due, failure):
            raise DeliverLater(0.5)  # the person has just written, and it can be said

    def _is_too_old(self, channel: Channel, due: Due) -> bool:
        return self.clock.now() - due.since > channel.patience
