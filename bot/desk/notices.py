"""Tells officers by mail what waits for them: at once, then one digest after the other instead of a flood."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.clock import Clock
from bot.queue import Queue
from bot.sending import SendLater, found, in_turn, insist_on_time
from bot.store import events
from bot.store.database import Database, Transaction
from bot.store.desk import mails, notices
from bot.store.desk.mails import Mail
from bot.store.desk.notices import Addressee, Notice
from channels.port import Channel, SendFailed
from handoff.deadline import Deadlines, in_words
from handoff.notifying import Letter, Told, is_time, letter

log = structlog.get_logger()

MAIL, PHONE = "email", "whatsapp"
FRESH = timedelta(days=1)
"""What was noticed longer ago is not mailed any more: the console has it."""
MOST = 100  # notices in one mail; the rest follows with the next
LOST = timedelta(minutes=1)  # a mail that is older has its job, or lost it
PATIENCE = timedelta(days=2)  # where the channel is off meanwhile


@dataclass(frozen=True, slots=True)
class Notices:
    """Writes to officers. Without a channel for it nobody is written to, and what was to be told grows old.

    `console` is the console's address without a slash at its end; `digest` is how long after a mail the next one
    may follow. `has_template`: on WhatsApp there is an approved template for officers whose number is known.
    """

    database: Database
    queue: Queue
    clock: Clock
    channels: Mapping[str, Channel]
    deadlines: Deadlines
    console: str
    office: str
    digest: timedelta
    has_template: bool = False

    async def gather(self) -> None:
        """Make the mails that are due, one to an officer. Any number of workers may do so at once."""
        if MAIL not in self.channels and not self._is_on_phones:
            return
        now = self.clock.now()
        async with self.database.statement() as tx:
            waiting = await notices.to_be_told(tx, since=now - FRESH)
        for officer_id, last_at in waiting:
            if is_time(last_at=last_at, now=now, digest=self.digest):
                await self._write(officer_id, now)
        async with self.database.transaction() as tx:
            for mail_id in await mails.forgotten(tx, before=now - LOST, most=MOST):
                log.warning("officer's mail had no job", mail=mail_id)
                await self.queue.tell(tx, mail_id)

    async def send(self, mail_id: int) -> None:
        """Send one mail. Raises `SendLater` when it has to be tried again; its patience is the channel's."""
        async with self.database.statement() as tx:
            kept = await mails.pending(tx, mail_id)
        if kept is None:
            return
        channel = self.channels.get(kept.outbound.channel)
        patience = channel.patience if channel else PATIENCE
        if kept.is_disabled or self.clock.now() - kept.outbound.created_at > patience:
            await self._given_up(kept, "Akun dinonaktifkan" if kept.is_disabled else "Tetap tidak terkirim")
        elif channel is None:
            raise SendLater(60.0)
        else:
            await self._send(channel, kept)

    async def _send(self, channel: Channel, kept: Mail) -> None:
        try:
            receipt = await found(channel, kept.outbound, now=self.clock.now())
            if receipt is None:
                kept = await self._attempt(channel, kept)
                receipt = await channel.send(kept.outbound)
        except SendFailed as failure:
            await self._failed(kept, failure)
            return
        async with self.database.statement() as tx:
            await mails.settle(tx, kept, "sent", now=self.clock.now())
        log.info("officer told", mail=kept.id, officer=kept.officer_id)

    async def _attempt(self, channel: Channel, kept: Mail) -> Mail:
        """Record an attempt, unless another worker has, and wait for its turn."""
        async with self.database.statement() as tx:
            made = await mails.attempt(tx, kept, now=self.clock.now(), limit=channel.pace)
        attempt = (await in_turn(made)).mail
        insist_on_time(attempt.outbound, now=self.clock.now())
        return attempt

    async def _failed(self, kept: Mail, failure: SendFailed) -> None:
        log.warning("officer not told", mail=kept.id, reason=failure.reason)
        if failure.permanent:
            await self._given_up(kept, failure.reason)
            return
        if not failure.uncertain:
            async with self.database.statement() as tx:
                await mails.settle(tx, kept, "kept", now=self.clock.now(), failure=failure.reason)
        raise SendLater(failure.after or 0.0, backs_off=True)

    async def _given_up(self, kept: Mail, reason: str) -> None:
        """Stop trying, visibly: an address may be wrong."""
        now = self.clock.now()
        async with self.database.transaction() as tx:
            if await mails.settle(tx, kept, "failed", now=now, failure=reason) and not kept.is_disabled:
                await events.note(
                    tx,
                    "officer_not_told",
                    now=now,
                    detail={"officer": kept.officer_id or "", "reason": reason},
                    once=f"officer_not_told:{kept.id}",
                )

    async def _write(self, officer_id: int, now: datetime) -> None:
        """Make one mail of all that an officer is to be told, read again under the officer's lock."""
        async with self.database.transaction() as tx:
            officer = await notices.hold(tx, officer_id)
            if officer is None or not is_time(last_at=officer.last_at, now=now, digest=self.digest):
                return
            found = await self._still_so(tx, officer_id, now)
            if found:
                written = letter(officer.name, self._told(found, officer.language, now), officer.language)
                await self._keep(tx, officer, [each.id for each in found], written, now)

    @property
    def _is_on_phones(self) -> bool:
        return self.has_template and PHONE in self.channels

    async def _keep(
        self, tx: Transaction, officer: Addressee, told: Sequence[int], written: Letter, now: datetime
    ) -> None:
        """Keep a mail, and the same in short for the officer's phone."""
        ways = [MAIL] if MAIL in self.channels else []
        if officer.phone and self._is_on_phones:
            ways.append(PHONE)
        for way in ways:
            mail_id = await mails.keep(
                tx,
                officer.id,
                told,
                channel=way,
                subject=written.subject,
                body=written.text,
                arguments={"office": self.office, "count": str(written.count), "ticket": written.first},
                now=now,
            )
            await self.queue.tell(tx, mail_id)

    async def _still_so(self, tx: Transaction, officer_id: int, now: datetime) -> list[Notice]:
        found = await notices.notices(tx, officer_id, since=now - FRESH, most=MOST)
        await notices.drop(tx, [each.id for each in found if each.is_over])
        return [each for each in found if not each.is_over]

    def _told(self, found: Sequence[Notice], language: str, now: datetime) -> list[Told]:
        """Put together what is told of the same ticket."""
        of_ticket: dict[int, list[Notice]] = defaultdict(list)
        for each in found:
            of_ticket[each.ticket_id].append(each)
        return [self._of_ticket(same, language, now) for same in of_ticket.values()]

    def _of_ticket(self, same: Sequence[Notice], language: str, now: datetime) -> Told:
        ticket = same[-1]
        standing = self.deadlines.standing(ticket.due_at, now, is_paused=ticket.is_paused)
        return Told(
            kinds=tuple(each.kind for each in same),
            number=ticket.number,
            ticket_kind=ticket.ticket_kind,
            deadline=in_words(standing, language),
            link=f"{self.console}/conversation/{ticket.conversation_id}",
        )
