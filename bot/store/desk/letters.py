"""Where the letter is that a message was read from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from bot.store.contents import Packed
from bot.store.database import Transaction
from bot.store.tables import contact, conversation, message, parcel


@dataclass(frozen=True, slots=True)
class Kept:
    """A message's parcel: its content as it is kept, and what the message tells of it."""

    parcel: int
    channel: str
    conversation: int
    subject: str
    sender: str
    at: datetime
    content: Packed


async def of_message(tx: Transaction, message_id: int) -> Kept | None:
    """Return the first parcel that a citizen's message came in, None when there is none, or none any more."""
    query = (
        select(
            parcel.c.id,
            parcel.c.data,
            parcel.c.file,
            parcel.c.packing,
            message.c.channel,
            message.c.conversation_id,
            message.c.subject,
            message.c.created_at,
            contact.c.address,
        )
        .join(message, message.c.id == parcel.c.message_id)
        .join(conversation, conversation.c.id == message.c.conversation_id)
        .join(contact, contact.c.id == conversation.c.contact_id)
        .where(message.c.id == message_id, parcel.c.data.is_not(None) | parcel.c.file.is_not(None))
        .order_by(parcel.c.id)
        .limit(1)
    )
    row = (await tx.execute(query)).one_or_none()
    if row is None:
        return None
    content = Packed(row.data, row.file, row.packing)
    return Kept(
        row.id, row.channel, row.conversation_id, row.subject or "", row.address, row.created_at, content
    )
