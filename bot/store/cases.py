"""What tickets mean for their conversation: who holds it, what becomes of it when the last one ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, DateTime, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from bot.store import tickets
from bot.store.database import Transaction
from bot.store.tickets import SYSTEM, Change, Ticket
from handoff.ticket import State


@dataclass(frozen=True, slots=True)
class Holding:
    """Who has taken a conversation over, None: the bot speaks; and since when an officer's answer is owed."""

    holder_id: int | None
    owed_since: datetime | None


_HELD = text("SELECT holder_id, owed_since FROM conversation WHERE id = :conversation")


async def held(tx: Transaction, conversation_id: int) -> Holding:
    """Return who holds a conversation that is locked."""
    row = (await tx.execute(_HELD, {"conversation": conversation_id})).one()
    return Holding(row.holder_id, row.owed_since)


_LET_GO = text(
    """
    UPDATE conversation SET holder_id = NULL, held_at = NULL, owed_since = NULL,
        state = CASE WHEN :closes THEN 'closed' ELSE 'bot' END,
        closed_at = CASE WHEN :closes THEN coalesce(closed_at, :now) ELSE closed_at END,
        closed_how = CASE WHEN :closes THEN coalesce(closed_how, :how) ELSE closed_how END
    WHERE id = :conversation
    """
).bindparams(bindparam("now", type_=DateTime(timezone=True)))


async def let_go(tx: Transaction, conversation_id: int, *, now: datetime, closes: bool, how: str) -> None:
    """Give a conversation back to the bot with nothing owed, or close it; `how` says who did."""
    await tx.execute(_LET_GO, {"conversation": conversation_id, "now": now, "closes": closes, "how": how})


_OWNED = text(
    """
    SELECT ticket.id FROM ticket
    JOIN conversation ON conversation.id = ticket.conversation_id
    JOIN contact ON contact.id = conversation.contact_id
    JOIN contact AS asking ON asking.person_id = contact.person_id
    WHERE ticket.number = :number AND asking.id = :contact
    """
)


async def owned(tx: Transaction, number: str, *, contact_id: int) -> int | None:
    """Return the ticket of that number if it belongs to the contact's person."""
    found = await tx.execute(_OWNED, {"number": number, "contact": contact_id})
    return found.scalar_one_or_none()


_OF_REPLY = text(
    """
    SELECT message.conversation_id, message.created_at, coalesce(
        (
            SELECT min(asked.created_at) FROM message AS asked
            WHERE asked.conversation_id = message.conversation_id AND asked.author = 'citizen'
                AND asked.kind <> 'reaction' AND asked.id < message.id AND asked.id > coalesce(
                    (
                        SELECT max(earlier.id) FROM message AS earlier
                        JOIN delivery ON delivery.message_id = earlier.id
                        WHERE earlier.conversation_id = message.conversation_id AND earlier.author = 'officer'
                            AND earlier.id < message.id AND delivery.state NOT IN ('failed', 'uncertain')
                    ), 0
                )
        ),
        message.created_at
    ) AS since
    FROM message WHERE message.id = :message AND message.author = 'officer'
    """
)
# What the reply was on: also the ticket of another conversation of the same person.
_ANSWERED = text(
    """
    SELECT DISTINCT ticket.id, ticket.conversation_id, (
        SELECT ended.actor FROM ticket_change AS ended
        WHERE ended.ticket_id = ticket.id AND ended.what = 'state' ORDER BY ended.id DESC LIMIT 1
    ) = 'citizen' AS is_theirs
    FROM message
    JOIN conversation AS here ON here.id = message.conversation_id
    JOIN contact AS this ON this.id = here.contact_id
    JOIN contact AS each ON each.person_id = this.person_id
    JOIN conversation AS there ON there.contact_id = each.id
    JOIN ticket ON ticket.conversation_id = there.id
    JOIN ticket_change AS change ON change.ticket_id = ticket.id
    WHERE message.id = :message AND change.what = 'replied' AND change.after = CAST(:message AS text)
    """
)
_LOCK = text("SELECT id FROM conversation WHERE id = ANY(:ids) ORDER BY id FOR UPDATE").bindparams(
    bindparam("ids", type_=ARRAY(BigInteger))
)
_GO_ON = text(
    """
    UPDATE conversation SET closed_at = NULL, closed_how = NULL, holder_id = :officer,
        held_at = coalesce(held_at, :now),
        state = CASE WHEN CAST(:officer AS bigint) IS NULL THEN 'waiting' ELSE 'officer' END
    WHERE id = :conversation AND closed_at IS NOT NULL
    """
).bindparams(bindparam("now", type_=DateTime(timezone=True)))
# Where the bot has answered since and no officer is among it, nothing is owed any more; see `Settling.keep`.
_OWE_AGAIN = text(
    """
    UPDATE conversation SET owed_since = least(owed_since, :since)
    WHERE id = :conversation AND closed_at IS NULL AND (
        holder_id IS NOT NULL
        OR EXISTS (SELECT FROM ticket WHERE ticket.conversation_id = conversation.id AND ticket.closed_at IS NULL)
        OR NOT EXISTS (
            SELECT FROM message AS later
            WHERE later.conversation_id = conversation.id AND later.id > :message AND later.author = 'bot'
        )
    )
    """
).bindparams(bindparam("since", type_=DateTime(timezone=True)))


async def not_delivered(tx: Transaction, message_id: int, *, is_certain: bool, now: datetime) -> None:
    """Note that an officer's reply did not arrive: the answer is owed again since the citizen asked.

    To be called under the contact's lock, for any message: of the bot and the system it means nothing, nor where the
    bot has gone on alone since. When it is certain, what ended with that reply goes on, since the citizen does not know
    of the end; what they ended themselves stays ended.
    """
    row = (await tx.execute(_OF_REPLY, {"message": message_id})).one_or_none()
    if row is None:
        return
    answered = (await tx.execute(_ANSWERED, {"message": message_id})).all()
    places = sorted({row.conversation_id, *(each.conversation_id for each in answered)})
    # One of them may be with another contact of the person: conversations before tickets, as everybody.
    await tx.execute(_LOCK, {"ids": places})
    if is_certain:
        for known in await tickets.lock(tx, *(each.id for each in answered if not each.is_theirs)):
            await _go_on(tx, known, message_id, ended_after=row.created_at, now=now)
    for place in places:
        await tx.execute(_OWE_AGAIN, {"conversation": place, "since": row.since, "message": message_id})


async def _go_on(
    tx: Transaction, known: Ticket, message_id: int, *, ended_after: datetime, now: datetime
) -> None:
    if known.closed_at is None or known.closed_at < ended_after or known.merged_into_id is not None:
        return
    state: State = "requirements" if known.clear_at is None else "work" if known.assignee_id else "new"
    changes = [Change("not_delivered", None, str(message_id)), Change("state", known.state, state)]
    await tickets.change(tx, known, changes, by=SYSTEM, now=now, values={"state": state, "closed_at": None})
    what = {"conversation": known.conversation_id, "officer": known.assignee_id, "now": now}
    await tx.execute(_GO_ON, what)


_ARRIVED = text(
    """
    UPDATE conversation SET owed_since = NULL FROM message
    WHERE message.id = :message AND message.author = 'officer' AND conversation.id = message.conversation_id
        AND NOT EXISTS (
            SELECT 1 FROM message AS later
            WHERE later.conversation_id = message.conversation_id AND later.id > message.id
                AND later.author = 'citizen' AND later.kind <> 'reaction'
        )
    """
)


async def arrived_after_all(tx: Transaction, message_id: int) -> None:
    """Note that an officer's reply whose end nobody knew has arrived: it is the answer to all before it."""
    await tx.execute(_ARRIVED, {"message": message_id})
