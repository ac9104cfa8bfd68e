"""Where a file that is asked for is kept, and what it is called."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from bot.filetypes.judge import download_name
from bot.store.contents import Packed
from bot.store.database import Transaction
from bot.store.tables import attachment, media, message, parcel
from channels.port import Attachment

UNKNOWN = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Stored:
    """A file's row: the name to save it under, its type, its size in bytes, its name in the file store."""

    name: str
    content_type: str
    size: int | None
    file: str


async def of_citizen(tx: Transaction, media_id: int) -> Stored | None:
    """Return a file that came with a message, None unless it is kept."""
    query = (
        select(media, message.c.attachments)
        .join(message, message.c.id == media.c.message_id)
        .where(media.c.id == media_id, media.c.state == "kept", media.c.file.is_not(None))
    )
    row = (await tx.execute(query)).one_or_none()
    if row is None:
        return None
    told = Attachment(**row.attachments[row.number])
    kind = row.content_type or UNKNOWN
    return Stored(download_name(told.name, kind), kind, row.size, row.file)


async def of_officer(tx: Transaction, message_id: int, number: int) -> Stored | None:
    """Return a file that an officer sent along."""
    query = select(attachment).where(attachment.c.message_id == message_id, attachment.c.number == number)
    row = (await tx.execute(query)).one_or_none()
    return Stored(row.name, row.content_type or UNKNOWN, row.size, row.file) if row else None


async def of_mail(tx: Transaction, parcel_id: int) -> Packed | None:
    """Return a mail as it is kept, None when its content is not there."""
    query = select(parcel.c.data, parcel.c.file, parcel.c.packing).where(parcel.c.id == parcel_id)
    row = (await tx.execute(query)).one_or_none()
    if row is None or (row.data is None and row.file is None):
        return None
    return Packed(row.data, row.file, row.packing)
