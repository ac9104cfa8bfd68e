"""Tickets: numbered without gaps, one open ticket a conversation."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.store.database import Transaction
from bot.store.tables import ticket, ticket_counter


async def open_number(tx: Transaction, conversation_id: int) -> str | None:
    """Return the number of the conversation's open ticket, if any."""
    query = (
        select(ticket.c.number)
        .where(ticket.c.conversation_id == conversation_id, ticket.c.closed_at.is_(None))
        .order_by(ticket.c.id.desc())
        .limit(1)
    )
    return (await tx.execute(query)).scalar_one_or_none()


async def next_in_year(tx: Transaction, *, prefix: str, year: int) -> int:
    """Count a year's tickets up by one; the row stays locked until the transaction ends."""
    counted = upsert(ticket_counter).values(prefix=prefix, year=year, last=1)
    counted = counted.on_conflict_do_update(
        index_elements=["prefix", "year"], set_={"last": ticket_counter.c.last + 1}
    )
    return int((await tx.execute(counted.returning(ticket_counter.c.last))).scalar_one())


async def add(
    tx: Transaction,
    *,
    number: str,
    kind: str,
    state: str,
    reason: str,
    conversation_id: int,
    now: datetime,
) -> None:
    """Keep a new ticket."""
    await tx.execute(
        insert(ticket).values(
            number=number,
            kind=kind,
            state=state,
            reason=reason,
            conversation_id=conversation_id,
            opened_at=now,
        )
    )
