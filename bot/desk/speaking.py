"""An officer's reply, kept in the transaction in which the conversation is locked, to be delivered by the queue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.clock import Clock
from bot.desk.enclosing import check_size
from bot.queue import Queue
from bot.store import conversations, replies, tickets, unanswered
from bot.store.database import Transaction
from bot.store.desk import desk as store
from bot.store.desk.desk import Destination, Held
from bot.store.unanswered import Asked
from bot.texts import Texts
from channels.port import Channel, Enclosure
from handoff import desk as rules
from handoff.ports.desk import Reply, Unfit
from handoff.ports.values import AT_THE_OFFICE, NotFound, Officer

MAIL = "email"
KEY = "officer"


@dataclass(frozen=True, slots=True)
class Said:
    """A reply that was kept, in the conversation where it went."""

    message_id: int
    conversation_id: int


@dataclass(frozen=True, slots=True)
class Speaking:
    """Keeps what officers say to citizens. `channels` are those that are on."""

    clock: Clock
    queue: Queue
    channels: Mapping[str, Channel]
    texts: Texts

    async def say(
        self,
        tx: Transaction,
        held: Held,
        officer: Officer,
        reply: Reply,
        enclosures: Sequence[Enclosure] = (),
        *,
        closes: bool = False,
    ) -> Said:
        """Keep a reply; from now on no answer is owed where it was asked and where it goes.

        Raises `Overtaken`, `Unfit`, and `NotFound` for a contact that is not this person's.
        """
        words = rules.fit_text(reply.text)
        copies = rules.fit_copies(reply.cc)
        if held.is_erased:
            raise Unfit("erased")
        to = await store.destination(tx, held, reply.contact_id)
        if to is None:
            raise NotFound
        self._check_channel(to, copies, enclosures)
        places = {held.id, *([to.conversation_id] if to.conversation_id else [])}
        unseen = await store.unseen(tx, sorted(places), seen=reply.seen, officer_id=officer.id)
        rules.check_seen(by_colleague=unseen.by_colleague, by_citizen=unseen.by_citizen, closes=closes)
        asked = await self._asked(tx, held, to)
        message_id = await replies.keep_reply(
            tx,
            asked,
            author="officer",
            officer_id=officer.id,
            text=words,
            key=KEY,
            arguments={},
            language=to.language,
            cc=copies,
            attachments=enclosures,
            now=self.clock.now(),
        )
        await self.queue.deliver(tx, message_id, conversation_id=asked.conversation_id, channel=to.channel)
        for place in {held.id, asked.conversation_id}:
            await tickets.owe_nothing(tx, place)
        return Said(message_id, asked.conversation_id)

    def _check_channel(self, to: Destination, copies: Sequence[str], enclosures: Sequence[Enclosure]) -> None:
        if to.channel == AT_THE_OFFICE:
            raise Unfit("noted_at_the_office")
        channel = self.channels.get(to.channel)
        if channel is None:
            raise Unfit("channel_off", to.channel)
        if copies and to.channel != MAIL:
            raise Unfit("copies_by_mail_only")
        check_size(channel, enclosures)

    async def _asked(self, tx: Transaction, held: Held, to: Destination) -> Asked:
        """Return what the reply answers: the citizen's last words there, so that it stays in their thread.

        Where there is no open conversation with the contact, one begins that goes on from this one.
        """
        place, now = to.conversation_id, self.clock.now()
        if place is None:
            place = await conversations.begin(
                tx, contact_id=to.contact_id, subject=None, now=now, follows=held.id
            )
        heard = await unanswered.last_heard(tx, place)
        if heard is None and to.contact_id == held.contact_id:
            heard = await unanswered.last_heard(tx, held.id)
        if heard is not None:
            return replace(heard, conversation_id=place)
        return Asked(
            id=0,
            conversation_id=place,
            channel=to.channel,
            external_id=None,
            text="",
            attachments=(),
            subject=self.texts.say("mail_subject", to.language) if to.channel == MAIL else None,
            reply_id=None,
            references=(),
            received_at=now,
        )
