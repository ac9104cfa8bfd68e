"""Messages of both directions: kept once, read for an answer, marked when answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.store.database import Transaction
from bot.store.tables import conversation, delivery, message
from channels.port import Inbound


async def keep_inbound(tx: Transaction, inbound: Inbound, conversation_id: int) -> int | None:
    """Keep a citizen's message and note when the conversation heard it; None when it was kept before."""
    kept = await tx.execute(
        upsert(message)
        .values(
            conversation_id=conversation_id,
            channel=inbound.channel,
            author="citizen",
            external_id=inbound.external_id,
            text=inbound.text,
            subject=inbound.subject,
            quoted=inbound.quoted or None,
            reply_id=inbound.reply_id,
            reference_ids=list(inbound.references),
            attachments=[asdict(attachment) for attachment in inbound.attachments],
            source=inbound.source,
            created_at=inbound.received_at,
        )
        .on_conflict_do_nothing(index_elements=["channel", "external_id"])
        .returning(message.c.id)
    )
    message_id: int | None = kept.scalar_one_or_none()
    if message_id is not None:
        await tx.execute(
            update(conversation)
            .where(conversation.c.id == conversation_id)
            .values(last_inbound_at=inbound.received_at)
        )
    return message_id


async def is_kept(tx: Transaction, channel: str, external_id: str) -> bool:
    """Tell whether a message with that id is kept already."""
    query = select(message.c.id).where(message.c.channel == channel, message.c.external_id == external_id)
    return (await tx.execute(query)).scalar_one_or_none() is not None


@dataclass(frozen=True, slots=True)
class Asked:
    """A citizen's message that waits for an answer."""

    id: int
    conversation_id: int
    channel: str
    text: str
    has_attachments: bool
    subject: str | None
    reply_id: str | None
    references: tuple[str, ...]
    received_at: datetime


async def waiting(tx: Transaction, message_id: int, *, lock: bool = False) -> Asked | None:
    """Return a citizen's message, or None when it was answered before (or is none)."""
    query = select(message).where(
        message.c.id == message_id, message.c.author == "citizen", message.c.answered_at.is_(None)
    )
    row = (await tx.execute(query.with_for_update() if lock else query)).one_or_none()
    if row is None:
        return None
    return Asked(
        id=row.id,
        conversation_id=row.conversation_id,
        channel=row.channel,
        text=row.text,
        has_attachments=bool(row.attachments),
        subject=row.subject,
        reply_id=row.reply_id,
        references=tuple(row.reference_ids),
        received_at=row.created_at,
    )


async def mark_answered(
    tx: Transaction, message_id: int, *, now: datetime, understood: Mapping[str, Any]
) -> None:
    """Note that a message got what it gets, and what was understood."""
    await tx.execute(
        update(message).where(message.c.id == message_id).values(answered_at=now, understood=dict(understood))
    )


async def keep_reply(
    tx: Transaction,
    to: Asked,
    *,
    author: str,
    text: str,
    key: str,
    arguments: Mapping[str, str],
    now: datetime,
) -> int:
    """Keep a reply in the thread of the message it answers, to be delivered; return its id."""
    references = [*to.references, to.reply_id] if to.reply_id else []
    made = (
        insert(message)
        .values(
            conversation_id=to.conversation_id,
            channel=to.channel,
            author=author,
            text=text,
            subject=to.subject,
            reply_id=to.reply_id,
            reference_ids=references,
            created_at=now,
        )
        .returning(message.c.id)
        .cte("made")
    )
    kept = await tx.execute(
        insert(delivery)
        .values(
            message_id=select(made.c.id).scalar_subquery(),
            state="kept",
            key=key,
            arguments=dict(arguments),
        )
        .returning(delivery.c.message_id)
    )
    return int(kept.scalar_one())


async def note_failure(tx: Transaction, message_id: int) -> int:
    """Count an error of our own with this message; return how many there were."""
    counted = (
        update(message)
        .where(message.c.id == message_id)
        .values(failures=message.c.failures + 1)
        .returning(message.c.failures)
    )
    return int((await tx.execute(counted)).scalar_one())


async def overdue(tx: Transaction, *, before: datetime, most: int) -> list[tuple[int, int]]:
    """Return (message, conversation) of unanswered messages older than `before` that no job serves."""
    query = text(
        """
        SELECT id, conversation_id FROM message
        WHERE author = 'citizen' AND answered_at IS NULL AND created_at < :before
          AND NOT EXISTS (
            SELECT 1 FROM procrastinate_jobs AS job
            WHERE job.lock = 'answer:' || message.conversation_id AND job.status IN ('todo', 'doing')
              AND (job.args ->> 'message_id')::bigint = message.id
          )
        ORDER BY id LIMIT :most
        """
    )
    return [
        (row.id, row.conversation_id) for row in await tx.execute(query, {"before": before, "most": most})
    ]


async def count_waiting(tx: Transaction) -> int:
    """Return how many messages of citizens wait for an answer."""
    query = select(func.count()).where(message.c.author == "citizen", message.c.answered_at.is_(None))
    return int((await tx.execute(query)).scalar_one())
