"""Step 3 of the way of a message: send one kept reply, and keep what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot import notices
from bot.clock import Clock
from bot.detours import Detours
from bot.notices import Meanwhile
from bot.sending import SendLater, found, in_turn, insist_on_time
from bot.store import deliveries, events, messages, pace, standing
from bot.store.database import Database, Transaction
from bot.store.deliveries import Due
from channels.port import Cause, Channel, Receipt, SendFailed
from handoff.idle import Daytime

log = structlog.get_logger()

MOST_SECONDS_OFF = 900.0  # of a night: the time of a simulation may be moved on


@dataclass(frozen=True, slots=True)
class Delivering:
    """Sends one message at a time. An attempt is recorded before it is made; after a crash in
    between, the channel is asked what became of it before anything is sent again. Notices go out in `daytime`."""

    database: Database
    channels: Mapping[str, Channel]
    clock: Clock
    detours: Detours
    daytime: Daytime

    async def deliver(self, message_id: int) -> None:
        """Send a message of ours. Raises `SendLater` when it has to be tried again."""
        async with self.database.statement() as tx:
            due = await deliveries.due(tx, message_id)
        if due is None:
            return
        channel = self.channels.get(due.outbound.channel)
        if channel is None:
            raise SendLater(60.0)  # the channel is switched off; the message waits for it
        if due.outbound.attempted_at is None and await self._is_settled_untried(channel, due):
            return
        try:
            receipt = None if due.outbound.attempted_at is None else await self._found(channel, due)
            if receipt is None:
                if due.outbound.attempted_at is not None and await self._is_withheld(due):
                    return
                if await self._is_put_off(due):
                    return
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
        if await self._is_withheld(due):
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

    async def _is_withheld(self, due: Due) -> bool:
        """Keep a notice from being tried that is not wanted, or holds no more; False when it is to be tried."""
        why = notices.withheld(due.outbound.key, _meanwhile(due, self.clock.now()))
        if why is None:
            return False
        await self.detours.withhold(due, why)
        return True

    async def _is_put_off(self, due: Due) -> bool:
        """Put off to the morning what may be said in daytime only; False when it may be said now.

        Also a second attempt, and after a worker was away. Raises `SendLater` when it was put off before.
        """
        now = self.clock.now()
        until = self.daytime.earliest(now)
        if until <= now or not notices.is_for_daytime(due.outbound.key, _meanwhile(due, now), now=now):
            return False
        if await self.detours.put_off(due, until):
            return True
        raise SendLater(min((until - now).total_seconds(), MOST_SECONDS_OFF))

    async def _found(self, channel: Channel, due: Due) -> Receipt | None:
        """Look for an earlier attempt whose end nobody knows, once it is no longer under way."""
        receipt = await found(channel, due.outbound, now=self.clock.now())
        if receipt is None or await self._belongs_to_another(channel, receipt):
            return None
        return receipt

    async def _attempt(self, channel: Channel, due: Due) -> Due:
        """Record an attempt, unless another worker has recorded one since we looked, and wait for its turn."""
        async with self.database.statement() as tx:
            made = await deliveries.attempt(tx, due, now=self.clock.now(), limit=channel.pace)
        attempt = (await in_turn(made)).due
        insist_on_time(attempt.outbound, now=self.clock.now())
        return attempt

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
        raise SendLater(failure.after or 0.0, backs_off=True)

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
        raise SendLater(0.1)  # not the same way again

    async def _take_detour(self, due: Due, failure: SendFailed) -> None:
        if not await self.detours.around(due, failure):
            raise SendLater(0.5)  # the person has just written, and it can be said

    def _is_too_old(self, channel: Channel, due: Due) -> bool:
        return self.clock.now() - due.since > channel.patience


def _meanwhile(due: Due, now: datetime) -> Meanwhile:
    return Meanwhile(
        kept_at=due.kept_at,
        since=due.since,
        heard_at=due.heard_at,
        responded_at=due.responded_at,
        closed_at=due.closed_at,
        has_opted_out=due.has_opted_out,
        is_unreachable=due.is_unreachable,
        is_letter=due.outbound.in_reply_to is not None,
        is_pointless=due.pointless_from is not None and due.pointless_from <= now,
    )
