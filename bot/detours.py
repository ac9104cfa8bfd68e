"""What follows when a message of ours cannot go out: the person is marked, another way is taken, officers see it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot import notices
from bot.clock import Clock
from bot.queue import Queue
from bot.store import cases, deliveries, events, standing
from bot.store import notices as kept_notices
from bot.store.database import Database, Transaction
from bot.store.deliveries import Due
from bot.texts import Texts
from channels.port import Cause, SendFailed

log = structlog.get_logger()

MAIL = "email"
MARKS: Mapping[Cause | None, str] = {
    Cause.OPTED_OUT: "opted_out",
    Cause.NOT_REACHABLE: "not_reachable",
}
"""The kind of event for what lies with the person."""


@dataclass(frozen=True, slots=True)
class Detours:
    """Takes the ways around. `office` is the office's short name; `channels` are those that are on."""

    database: Database
    queue: Queue
    clock: Clock
    texts: Texts
    office: str
    channels: Collection[str]

    async def withhold(self, due: Due, why: notices.Withheld) -> None:
        """Keep a notice from being tried."""
        async with self.database.transaction() as tx:
            await deliveries.end(tx, due, "failed", failure=why.reason, cause=why.cause)
        log.info("notice withheld", message=due.message_id, cause=why.cause)

    async def put_off(self, due: Due, until: datetime) -> bool:
        """Have a message sent at a later moment, holding up nothing behind it; False when it was put off before."""
        async with self.database.transaction() as tx:
            if not await deliveries.put_off(tx, due, until=until):
                return False
            await self.queue.deliver_by_itself(tx, due.message_id)
        log.info("notice put off", message=due.message_id)
        return True

    async def give_up(self, due: Due, failure: SendFailed) -> None:
        """Stop trying, mark the person where the reason lies there, and let officers see it."""
        state = "uncertain" if failure.uncertain else "failed"
        async with self.database.transaction() as tx:
            if failure.cause in MARKS or due.author == "officer":
                await standing.lock(tx, due.contact_id)
            if not await deliveries.end(tx, due, state, failure=failure.reason, cause=failure.cause):
                return
            await cases.not_delivered(
                tx, due.message_id, is_certain=not failure.uncertain, now=self.clock.now()
            )
            await mark(tx, failure.cause, due.contact_id, reason=failure.reason, clock=self.clock)
            kind = "uncertain" if failure.uncertain else MARKS.get(failure.cause, "not_delivered")
            await self._note(tx, due, kind, failure.reason)

    async def around(self, due: Due, failure: SendFailed) -> bool:
        """Take the way around a closed window; False when the person has written since: then it is open.

        The contact is locked, as when a message of the person is kept: nothing is left waiting that the
        message it waits for has just passed by.
        """
        async with self.database.transaction() as tx:
            if await standing.lock(tx, due.contact_id) != due.heard_at:
                await deliveries.put_back(tx, due, failure=failure.reason)
                return False
            address = await kept_notices.email_of(tx, due.contact_id) if MAIL in self.channels else None
            step = notices.detour(due.outbound.key, due.author, has_address=address is not None)
            cause = Cause.WINDOW_CLOSED
            if not await deliveries.end(tx, due, step.state, failure=failure.reason, cause=cause):
                return True
            if step.state == "waiting":
                await standing.has_waiting(tx, due.contact_id)
                await self._note(tx, due, "waits_for_contact", failure.reason)
            if step.mail is not None and address is not None:
                await self._mail(tx, due, step.mail, address)
            if step.announces:
                await self._announce(tx, due)
        log.info("message takes another way", message=due.message_id, state=step.state, mail=step.mail)
        return True

    async def _mail(self, tx: Transaction, due: Due, key: str, address: str) -> None:
        """Keep a mail about a message, once for each message."""
        is_first = await self._note(tx, due, "rerouted", key, once=f"mail:{due.message_id}")
        if not is_first:
            return
        language = due.outbound.language
        await self._keep(
            tx,
            due,
            MAIL,
            key,
            recipient=address,
            subject=self.texts.say("mail_subject", language),
            given=due.outbound.arguments,
        )

    async def _announce(self, tx: Transaction, due: Due) -> None:
        """Tell the person that an officer has answered, once until they write again."""
        heard = due.heard_at.isoformat() if due.heard_at else ""
        once = f"announced:{due.conversation_id}:{heard}"
        if await self._note(tx, due, "announced", notices.OFFICER_REPLIED, once=once):
            await self._keep(tx, due, due.outbound.channel, notices.OFFICER_REPLIED)

    async def _keep(
        self,
        tx: Transaction,
        due: Due,
        channel: str,
        key: str,
        *,
        recipient: str | None = None,
        subject: str | None = None,
        given: Mapping[str, str] | None = None,
    ) -> None:
        language = due.outbound.language
        ticket = await kept_notices.ticket_of(tx, due.conversation_id)
        message_id = await kept_notices.keep(
            tx,
            conversation_id=due.conversation_id,
            channel=channel,
            key=key,
            text=self.texts.say(key, language, given),
            arguments={"office": self.office, "ticket": ticket or ""},
            language=language,
            subject=subject,
            recipient=recipient,
            now=self.clock.now(),
        )
        await self.queue.deliver(tx, message_id, conversation_id=due.conversation_id, channel=channel)

    async def _note(
        self, tx: Transaction, due: Due, kind: str, reason: str, *, once: str | None = None
    ) -> bool:
        return await events.note(
            tx,
            kind,
            now=self.clock.now(),
            conversation_id=due.conversation_id,
            message_id=due.message_id,
            detail={"reason": reason},
            once=once or events.once(kind, due.message_id, due.attempts),
        )


async def mark(tx: Transaction, cause: Cause | None, contact_id: int, *, reason: str, clock: Clock) -> None:
    """Note at the contact what a channel said of the person."""
    if cause is Cause.OPTED_OUT:
        await standing.opted_out(tx, contact_id, at=clock.now())
    elif cause is Cause.NOT_REACHABLE:
        await standing.unreachable(tx, contact_id, reason=reason)
