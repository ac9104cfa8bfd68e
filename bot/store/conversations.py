"""Contacts and conversations: found or begun under lock, so that one message goes first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, insert, select, text, update

from bot.store.database import Transaction
from bot.store.tables import contact, conversation, message, person

_LOCK_CONTACT = text("SELECT id FROM contact WHERE channel = :channel AND address = :address FOR UPDATE")
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
    newest = (
        select(conversation.c.id)
        .where(conversation.c.contact_id == contact_id, conversation.c.closed_at.is_(None))
        .order_by(conversation.c.id.desc())
        .limit(1)
    )
    return Standing(contact_id, (await tx.execute(newest)).scalar_one_or_none())


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
    """A conversation and its contact, both rows locked."""

    id: int
    state: str
    context: dict[str, Any]
    contact_id: int
    language: str
    is_introduced: bool
    subject: str | None


async def hold(tx: Transaction, conversation_id: int) -> Held:
    """Lock a conversation together with its contact, in the order in which `lock_contact` does."""
    query = (
        select(conversation, contact.c.language, contact.c.introduced_at)
        .join(contact, contact.c.id == conversation.c.contact_id)
        .where(conversation.c.id == conversation_id)
        .with_for_update()
    )
    await tx.execute(
        select(contact.c.id)
        .join(conversation, and_(conversation.c.contact_id == contact.c.id))
        .where(conversation.c.id == conversation_id)
        .with_for_update(of=contact)
    )
    row = (await tx.execute(query)).one()
    return Held(
        id=row.id,
        state=row.state,
        context=row.context,
        contact_id=row.contact_id,
        language=row.language,
        is_introduced=row.introduced_at is not None,
        subject=row.subject,
    )


async def carry_on(
    tx: Transaction, held: Held, *, context: dict[str, Any], state: str, introduced_at: datetime | None
) -> None:
    """Keep what the dialogue carries to the next message, and that the bot has introduced itself."""
    await tx.execute(
        update(conversation).where(conversation.c.id == held.id).values(context=context, state=state)
    )
    if introduced_at is not None and not held.is_introduced:
        await tx.execute(
            update(contact).where(contact.c.id == held.contact_id).values(introduced_at=introduced_at)
        )
