"""What tickets mean for their conversation: who holds it, what becomes of it when the last one ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import DateTime, bindparam, text

from bot.store.database import Transaction


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
        closed_at = CASE WHEN :closes THEN coalesce(closed_at, :now) ELSE closed_at END
    WHERE id = :conversation
    """
).bindparams(bindparam("now", type_=DateTime(timezone=True)))


async def let_go(tx: Transaction, conversation_id: int, *, now: datetime, closes: bool) -> None:
    """Give a conversation back to the bot with nothing owed, or close it."""
    await tx.execute(_LET_GO, {"conversation": conversation_id, "now": now, "closes": closes})


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
