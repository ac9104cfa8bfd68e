"""Files that came with citizens' messages: expected with the message, fetched later, shown to officers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import DateTime, bindparam, insert, select, text, update

from bot.filetypes.judge import download_name
from bot.store.database import Transaction
from bot.store.tables import media, message
from channels.port import Attachment, Inbound


def is_fetchable(attachment: Attachment) -> bool:
    """Tell whether an attachment points to a file, elsewhere or in a kept mail; a place (geo:) does not."""
    return (attachment.url or "").lower().startswith(("https://", "http://", "mail:"))


async def expect(tx: Transaction, message_id: int, inbound: Inbound) -> list[int]:
    """Note each file of a message that is to be fetched; return the ids of these notes in their order."""
    wanted = [
        {"message_id": message_id, "number": number, "state": "waiting", "created_at": inbound.received_at}
        for number, attachment in enumerate(inbound.attachments)
        if is_fetchable(attachment)
    ]
    if not wanted:
        return []
    added = await tx.execute(insert(media).values(wanted).returning(media.c.id))
    return sorted(added.scalars())


@dataclass(frozen=True, slots=True)
class Due:
    """A file that waits to be fetched, with the message it came with."""

    id: int
    message_id: int
    conversation_id: int
    channel: str
    attachment: Attachment
    created_at: datetime


_DUE = (
    select(
        media.c.id,
        media.c.message_id,
        media.c.number,
        media.c.state,
        media.c.created_at,
        message.c.conversation_id,
        message.c.channel,
        message.c.attachments,
    )
    .join(message, message.c.id == media.c.message_id)
    .where(media.c.id == bindparam("media"))
)


async def due(tx: Transaction, media_id: int) -> Due | None:
    """Return a file that waits to be fetched, or None when it does not any more."""
    row = (await tx.execute(_DUE, {"media": media_id})).one_or_none()
    if row is None or row.state != "waiting":
        return None
    return Due(
        id=row.id,
        message_id=row.message_id,
        conversation_id=row.conversation_id,
        channel=row.channel,
        attachment=Attachment(**row.attachments[row.number]),
        created_at=row.created_at,
    )


async def settle(
    tx: Transaction,
    media_id: int,
    *,
    state: str,
    now: datetime,
    reason: str | None = None,
    content_type: str | None = None,
    size: int | None = None,
    file: str | None = None,
) -> bool:
    """Keep what became of a file (kept, refused, failed); False when that was settled before.

    `content_type` is what was found in the content, `size` its length in bytes, `file` its name in the
    file store, `reason` for officers why it is not there.
    """
    settled = await tx.execute(
        update(media)
        .where(media.c.id == media_id, media.c.state == "waiting")
        .values(state=state, reason=reason, content_type=content_type, size=size, file=file, fetched_at=now)
        .returning(media.c.id)
    )
    return settled.scalar_one_or_none() is not None


@dataclass(frozen=True, slots=True)
class Sender:
    """Whoever sent a file: where, and in which language they are written to."""

    conversation_id: int
    channel: str
    language: str


_SENDER = text(
    """
    SELECT conversation.id, message.channel, contact.language
    FROM message JOIN conversation ON conversation.id = message.conversation_id
    JOIN contact ON contact.id = conversation.contact_id
    WHERE message.id = :message AND message.kind = 'message' AND conversation.forgotten_at IS NULL
    FOR UPDATE OF conversation
    """
)
_WAS_TOLD = text(
    """
    SELECT EXISTS (
        SELECT FROM message JOIN delivery ON delivery.message_id = message.id
        WHERE message.conversation_id = :conversation AND message.created_at > :since
            AND delivery.key = ANY(:keys)
    )
    """
).bindparams(bindparam("since", type_=DateTime(timezone=True)))


async def sender(tx: Transaction, message_id: int, *, keys: Sequence[str], since: datetime) -> Sender | None:
    """Lock the conversation of a message and return who wrote it; None for what no person wrote, for one who is
    forgotten, and where something was said under one of these keys since that moment."""
    row = (await tx.execute(_SENDER, {"message": message_id})).one_or_none()
    if row is None:
        return None
    # A statement of its own: it sees what whoever held the lock before has said.
    told = await tx.execute(_WAS_TOLD, {"conversation": row.id, "since": since, "keys": list(keys)})
    return None if told.scalar_one() else Sender(row.id, row.channel, row.language)


async def note_failure(tx: Transaction, media_id: int) -> int:
    """Count an error of our own with this file; return how many there were."""
    counted = (
        update(media)
        .where(media.c.id == media_id)
        .values(failures=media.c.failures + 1)
        .returning(media.c.failures)
    )
    return int((await tx.execute(counted)).scalar_one())


async def forgotten(tx: Transaction, *, before: datetime, most: int) -> list[tuple[int, int]]:
    """Return (file, message) of files that wait since before that moment and that no job serves."""
    query = text(
        """
        SELECT id, message_id FROM media
        WHERE state = 'waiting' AND created_at < :before
          AND NOT EXISTS (
            SELECT 1 FROM procrastinate_jobs AS job
            WHERE job.lock = 'fetch:' || media.message_id AND job.status IN ('todo', 'doing')
              AND (job.args ->> 'media_id')::bigint = media.id
          )
        ORDER BY id LIMIT :most
        """
    )
    rows = await tx.execute(query, {"before": before, "most": most})
    return [(row.id, row.message_id) for row in rows]


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file of a message as officers see it.

    `state` is waiting, kept, refused or failed; `reason` says why it is not there. `name` is for the
    download: its ending is what was found in the content, not what the sender called it.
    """

    number: int
    kind: str
    name: str
    state: str
    reason: str | None
    content_type: str | None
    size: int | None
    file: str | None


async def of_message(tx: Transaction, message_id: int) -> list[Enclosed]:
    """Return the files of a message in their order.

    Whoever gives one out (`bot.files.Files.read`) gives it as a download and nothing else, however harmless
    it looks: `Content-Disposition: attachment` with `name`, `X-Content-Type-Options: nosniff`, to officers
    who are signed in. A citizen's file is never shown within a page of ours.
    """
    query = (
        select(media, message.c.attachments)
        .join(message, message.c.id == media.c.message_id)
        .where(media.c.message_id == message_id)
        .order_by(media.c.number)
    )
    found = []
    for row in await tx.execute(query):
        told = Attachment(**row.attachments[row.number])
        found.append(
            Enclosed(
                number=row.number,
                kind=told.kind,
                name=download_name(told.name, row.content_type or ""),
                state=row.state,
                reason=row.reason,
                content_type=row.content_type,
                size=row.size,
                file=row.file,
            )
        )
    return found
