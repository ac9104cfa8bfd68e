"""How far a conversation is, for whoever drives the bot step by step (`pst chat`)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from bot.store import tickets
from bot.store.database import Transaction

_LAST = text(
    """
    SELECT conversation.id, conversation.state, heard.understood
    FROM contact
    JOIN conversation ON conversation.contact_id = contact.id
    LEFT JOIN LATERAL (
        SELECT understood FROM message
        WHERE conversation_id = conversation.id AND author = 'citizen'
        ORDER BY id DESC LIMIT 1
    ) AS heard ON true
    WHERE contact.channel = :channel AND contact.address = :address
    ORDER BY conversation.id DESC LIMIT 1
    """
)
# Steps of a conversation have a lock, the clock's duties another one.
_OPEN_JOBS = text(
    """
    SELECT count(*) FROM procrastinate_jobs
    WHERE status = 'doing' OR (status = 'todo' AND (lock IS NOT NULL OR queueing_lock IS NOT NULL))
    """
)


@dataclass(frozen=True, slots=True)
class Progress:
    """A conversation's state, its open ticket, and what was understood of the last message."""

    state: str
    ticket: str | None
    topics: tuple[str, ...]
    confidence: float


async def progress(tx: Transaction, *, channel: str, address: str) -> Progress | None:
    """Return how far a contact's newest conversation is, or None when there is none."""
    row = (await tx.execute(_LAST, {"channel": channel, "address": address})).one_or_none()
    if row is None:
        return None
    understood = row.understood or {}
    return Progress(
        state=row.state,
        ticket=await tickets.open_number(tx, row.id),
        topics=tuple(understood.get("topics", ())),
        confidence=float(understood.get("confidence", 0.0)),
    )


async def open_jobs(tx: Transaction) -> int:
    """Return how many jobs are being done or wait to be done."""
    return int((await tx.execute(_OPEN_JOBS)).scalar_one())
