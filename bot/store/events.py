"""What officers are shown or warned of: rows that are only added and marked as seen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import DateTime, bindparam, text, update
from sqlalchemy.dialects.postgresql import insert

from bot.store.database import Transaction
from bot.store.tables import event


async def note(
    tx: Transaction,
    kind: str,
    *,
    now: datetime,
    conversation_id: int | None = None,
    message_id: int | None = None,
    detail: Mapping[str, str | int] | None = None,
    once: str | None = None,
) -> bool:
    """Keep an event for officers; False when one with the same `once` was kept before.

    `kind` is a word such as window_closing; `detail` holds no message text, address or number.
    """
    kept = await tx.execute(
        insert(event)
        .values(
            kind=kind,
            conversation_id=conversation_id,
            message_id=message_id,
            detail=dict(detail or {}),
            once=once,
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=["once"])
        .returning(event.c.id)
    )
    return kept.scalar_one_or_none() is not None


def once(kind: str, message_id: int, attempt: int) -> str:
    """Return the `once` of what is told of one attempt at a message."""
    return f"{kind}:{message_id}:{attempt}"


async def settle(tx: Transaction, once: str, *, now: datetime) -> None:
    """Mark an event as seen because it is not so any more."""
    await tx.execute(update(event).where(event.c.once == once, event.c.seen_at.is_(None)).values(seen_at=now))


_WINDOWS_CLOSING = text(
    """
    INSERT INTO event (kind, conversation_id, detail, once, created_at)
    SELECT 'window_closing', conversation.id,
        jsonb_build_object('ticket', min(ticket.number), 'closes_at', contact.last_inbound_at + :window),
        'window:' || conversation.id || ':' || extract(epoch FROM contact.last_inbound_at), :now
    FROM ticket
    JOIN conversation ON conversation.id = ticket.conversation_id
    JOIN contact ON contact.id = conversation.contact_id
    WHERE ticket.closed_at IS NULL AND contact.channel = :channel
        AND contact.last_inbound_at <= :now - :window + :ahead
        AND contact.last_inbound_at > :now - :window
        AND NOT EXISTS (
            SELECT 1 FROM message AS answer JOIN delivery ON delivery.message_id = answer.id
            WHERE answer.conversation_id = conversation.id AND answer.author = 'officer'
                AND delivery.state IN ('kept', 'sending', 'sent')
                AND answer.id > (
                    SELECT max(said.id) FROM message AS said
                    WHERE said.conversation_id = conversation.id AND said.author = 'citizen'
                )
        )
        AND NOT EXISTS (
            SELECT 1 FROM event
            WHERE once = 'window:' || conversation.id || ':' || extract(epoch FROM contact.last_inbound_at)
        )
    GROUP BY conversation.id, contact.id
    ORDER BY conversation.id
    LIMIT :most
    ON CONFLICT (once) DO NOTHING
    RETURNING conversation_id
    """
).bindparams(bindparam("now", type_=DateTime(timezone=True)))


async def warn_of_closing_windows(
    tx: Transaction, channel: str, *, window: timedelta, ahead: timedelta, now: datetime, most: int
) -> list[int]:
    """Keep an event for each conversation whose window closes within `ahead` while an officer owes an answer.

    Owed is an answer where a ticket is open and no officer has written, to any effect, after the citizen's last
    message. Each silence is told once. Returns the conversations.
    """
    told = await tx.execute(
        _WINDOWS_CLOSING, {"channel": channel, "window": window, "ahead": ahead, "now": now, "most": most}
    )
    return [int(conversation_id) for conversation_id in told.scalars()]
