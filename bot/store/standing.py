"""How a person stands with a channel: whether the window is open, and whether messages are wanted and arrive."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, DateTime, bindparam, text

from bot.store.database import Transaction

_MOMENT = bindparam("at", type_=DateTime(timezone=True))

_LOCK = text("SELECT last_inbound_at FROM contact WHERE id = :contact FOR UPDATE")


async def lock(tx: Transaction, contact_id: int) -> datetime | None:
    """Lock a contact, as whoever keeps a message of that person does, and return when they last wrote."""
    heard: datetime | None = (await tx.execute(_LOCK, {"contact": contact_id})).scalar_one()
    return heard


_CLOSED = text(
    "UPDATE contact SET window_closed_at = greatest(window_closed_at, :at) WHERE id = :contact"
).bindparams(_MOMENT)


async def window_closed(tx: Transaction, contact_id: int, *, at: datetime) -> None:
    """Note that the channel refused what was sent at that moment because the window was closed."""
    await tx.execute(_CLOSED, {"contact": contact_id, "at": at})


_OPTED_OUT = text(
    "UPDATE contact SET opted_out_at = coalesce(opted_out_at, :at) WHERE id = :contact"
).bindparams(_MOMENT)


async def opted_out(tx: Transaction, contact_id: int, *, at: datetime) -> None:
    """Note that the person wants no more messages; the first time counts."""
    await tx.execute(_OPTED_OUT, {"contact": contact_id, "at": at})


_UNREACHABLE = text("UPDATE contact SET unreachable = :reason, has_waiting = true WHERE id = :contact")


async def unreachable(tx: Transaction, contact_id: int, *, reason: str) -> None:
    """Note that nobody is at this address, until somebody writes from it."""
    await tx.execute(_UNREACHABLE, {"contact": contact_id, "reason": reason})


_HAS_WAITING = text("UPDATE contact SET has_waiting = true WHERE id = :contact")


async def has_waiting(tx: Transaction, contact_id: int) -> None:
    """Note that messages wait for what the person writes next."""
    await tx.execute(_HAS_WAITING, {"contact": contact_id})


_RELEASE = text(
    """
    WITH reached AS (
        UPDATE contact SET has_waiting = false, unreachable = NULL WHERE id = :contact
    ), released AS (
        UPDATE delivery SET state = 'kept', cause = NULL, failure = NULL, way = NULL, released_at = :at
        WHERE state = 'waiting' AND message_id IN (
            SELECT message.id FROM message JOIN conversation ON conversation.id = message.conversation_id
            WHERE conversation.contact_id = :contact
        )
        RETURNING message_id
    )
    SELECT message_id FROM released ORDER BY message_id
    """
).bindparams(_MOMENT, bindparam("contact", type_=BigInteger))


async def release(tx: Transaction, contact_id: int, *, now: datetime) -> list[int]:
    """Take what waited for the person's next message back into delivery; return the messages in order.

    To be called when `contact.has_waiting` was true as that message was kept, before its answer is.
    """
    released = await tx.execute(_RELEASE, {"contact": contact_id, "at": now})
    return [int(message_id) for message_id in released.scalars()]
