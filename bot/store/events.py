"""What officers are shown or warned of: rows that are only added and marked as seen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

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
