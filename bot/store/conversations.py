"""Contacts and conversations: found or begun under lock, so that one message goes first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, DateTime, bindparam, insert, select, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from bot.store.database import Transaction
from bot.store.tables import contact, conversation, message, person

_LOCK_CONTACT = text("SELECT id FROM contact WHERE channel = :channel AND address = :address FOR UPDATE")
_NEWEST = text(
    """
    SELECT id FROM conversation WHERE contact_id = :contact AND closed_at IS NULL ORDER BY id DESC LIMIT 1
    """
)
_LOCK_NEWCOMER = text("SELECT pg_advisory_xact_lock(hashtextextended(:channel || ':' || :address, 0))")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a sender stands: the contact's row is locked, `conversation_id` is the newest open one."""

    contact_id: int
    conversation_id: int | None


async def lock_contact(
    tx: Transaction, *, channel: str, address: str, name: str | None, now: datetime
) -> Standing:
    """Lock the sender's contact, made if new; until the end of the transaction nobody else keeps a
    message of that sender."""
    where = {"channel": channel, "address": address}
    contact_id = (await tx.execute(_LOCK_CONTACT, where)).scalar_one_or_none()
    if contact_id is None:
        # There is no row to lock yet: whoever meets the same newcomer at the same time waits here.
        await tx.execute(_LOCK_NEWCOMER, where)
        contact_id = (await tx.execute(_LOCK_CONTACT, where)).scalar_one_or_none()
    if contact_id is None:
        contact_id = await _add_contact(tx, name=name, now=now, **where)
    # A statement of its own: one that waited for the lock still sees what was true before it waited, and
    # would begin a second conversation beside the one that the holder of the lock has begun.
    newest = await tx.execute(_NEWEST, {"contact": contact_id})
    return Standing(contact_id, newest.scalar_one_or_none())


async def _add_contact(
    tx: Transaction, *, channel: str, address: str, name: str | None, now: datetime
) -> int:
    made = insert(person).values(created_at=now).returning(person.c.id).cte("made")
    added = await tx.execute(
        insert(contact)
        .values(
            person_id=select(made.c.id).scalar_subquery(),
            channel=channel,
            address=address,
            name=name,
            created_at=now,
        )
        .returning(contact.c.id)
    )
    return int(added.scalar_one())


async def of_thread(
    tx: Transaction, *, contact_id: int, channel: str, replies_to: Sequence[str]
) -> int | None:
    """Return the contact's own open conversation that one of these messages of ours belongs to."""
    query = (
        select(conversation.c.id)
        .join(message, message.c.conversation_id == conversation.c.id)
        .where(
            message.c.channel == channel,
            message.c.external_id.in_(replies_to),
            conversation.c.contact_id == contact_id,
            conversation.c.closed_at.is_(None),
        )
        .order_by(conversation.c.id.desc())
        .limit(1)
    )
    return (await tx.execute(query)).scalar_one_or_none()


async def begin(tx: Transaction, *, contact_id: int, subject: str | None, now: datetime) -> int:
    """Begin a conversation with the bot; return its id."""
    made = await tx.execute(
        insert(conversation)
        .values(contact_id=contact_id, state="bot", subject=subject, opened_at=now)
        .returning(conversation.c.id)
    )
    return int(made.scalar_one())


@dataclass(frozen=True, slots=True)
class Held:
    """A conversation, its contact and the message to answer, all rows locked; `ticket` is its open one."""

    id: int
    state: str
    context: dict[str, Any]
    contact_id: int
    language: str
    is_introduced: bool
    ticket: str | None


_LOCK_CONTACT_OF = text(
    """
    SELECT id FROM contact
    WHERE id = (SELECT contact_id FROM conversation WHERE id = :conversation)
    FOR UPDATE
    """
)


# A statement of its own: it begins when the contact's lock is ours, and so sees what is true then.
async def context(tx: Transaction, conversation_id: int) -> dict[str, Any]:
    """Return what the dialogue carries, without locking anything."""
    query = select(conversation.c.context).where(conversation.c.id == conversation_id)
    return dict((await tx.execute(query)).scalar_one())


_HOLD = text(
    """
    SELECT conversation.id, conversation.state, conversation.context, conversation.contact_id,
        contact.language, contact.introduced_at IS NOT NULL AS is_introduced,
        (
            SELECT number FROM ticket
            WHERE conversation_id = conversation.id AND closed_at IS NULL
            ORDER BY id DESC LIMIT 1
        ) AS ticket,
        message.author = 'citizen' AND message.answered_at IS NULL AS is_waiting
    FROM conversation
    JOIN contact ON contact.id = conversation.contact_id
    JOIN message ON message.conversation_id = conversation.id
    WHERE message.id = :message
    FOR UPDATE OF conversation, message
    """
)


async def hold(tx: Transaction, *, conversation_id: int, message_id: int) -> Held | None:
    """Lock a conversation and a message in it that waits for an answer; None when it does not any more.

    The contact is locked first, as `lock_contact` does: whoever changes anything of a person's
    conversations begins there, so nobody waits for each other in a circle.
    """
    await tx.execute(_LOCK_CONTACT_OF, {"conversation": conversation_id})
    row = (await tx.execute(_HOLD, {"message": message_id})).one_or_none()
    if row is None or not row.is_waiting:
        return None
    return Held(
        id=row.id,
        state=row.state,
        context=row.context,
        contact_id=row.contact_id,
        language=row.language,
        is_introduced=row.is_introduced,
        ticket=row.ticket,
    )


_CARRY_ON = text(
    """
    WITH introduced AS (
        UPDATE contact SET introduced_at = :now WHERE id = :contact AND introduced_at IS NULL
    ), answered AS (
        UPDATE message SET answered_at = :now, understood = :understood
        WHERE id = ANY(:messages) AND :is_done
    )
    UPDATE conversation SET context = :context, state = :state WHERE id = :conversation
    """
).bindparams(
    bindparam("messages", type_=ARRAY(BigInteger)),
    bindparam("context", type_=JSONB),
    bindparam("understood", type_=JSONB),
    bindparam("now", type_=DateTime(timezone=True)),
    bindparam("is_done", type_=Boolean),
)


async def carry_on(
    tx: Transaction,
    held: Held,
    *,
    message_ids: Sequence[int],
    context: dict[str, Any],
    state: str,
    understood: dict[str, Any] | None,
    now: datetime,
) -> None:
    """Keep what the dialogue carries to the next message, and that the bot has introduced itself.

    With `understood`, also that the messages got what they get; without, they go on waiting.
    """
    await tx.execute(
        _CARRY_ON,
        {
            "contact": held.contact_id,
            "conversation": held.id,
            "messages": list(message_ids),
            "context": context,
            "state": state,
            "understood": understood,
            "is_done": understood is not None,
            "now": now,
        },
    )
