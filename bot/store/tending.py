"""Which tickets time has something to do to, found by partial indexes: nothing due costs nothing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import DateTime, bindparam, text

from bot.store.database import Transaction

_DUE = text(
    """
    (
        SELECT id, conversation_id FROM ticket
        WHERE closed_at IS NULL AND tended_version <> version ORDER BY id LIMIT :most
    ) UNION (
        SELECT id, conversation_id FROM ticket
        WHERE closed_at IS NULL AND tend_at IS NOT NULL AND tend_at <= :now ORDER BY tend_at, id LIMIT :most
    )
    ORDER BY id
    """
).bindparams(bindparam("now", type_=DateTime(timezone=True)))


async def due(tx: Transaction, *, now: datetime, most: int) -> list[tuple[int, int]]:
    """Return (ticket, conversation) of what has changed since it was looked at, or is to be looked at by now."""
    rows = await tx.execute(_DUE, {"now": now, "most": most})
    return [(row.id, row.conversation_id) for row in rows]


_TENDED = text(
    "UPDATE ticket SET tended_version = version, tend_at = :again WHERE id = :ticket AND closed_at IS NULL"
).bindparams(bindparam("again", type_=DateTime(timezone=True)))


async def tended(tx: Transaction, ticket_id: int, *, again: datetime) -> None:
    """Note that a ticket was looked at as it is now, and when to look again if nobody changes it."""
    await tx.execute(_TENDED, {"ticket": ticket_id, "again": again})


_IS_DISABLED = text("SELECT disabled_at IS NOT NULL FROM officer WHERE id = :officer")


async def is_disabled(tx: Transaction, officer_id: int) -> bool:
    """Tell whether an officer's account is disabled."""
    return bool((await tx.execute(_IS_DISABLED, {"officer": officer_id})).scalar_one())


# By the index of who holds what, and ticket by ticket: EXISTS would gather all that are open.
_ABANDONED = text(
    """
    SELECT conversation.id FROM conversation
    WHERE conversation.holder_id = ANY (ARRAY(SELECT id FROM officer WHERE disabled_at IS NOT NULL))
        AND conversation.closed_at IS NULL AND (
            SELECT ticket.id FROM ticket
            WHERE ticket.conversation_id = conversation.id AND ticket.closed_at IS NULL LIMIT 1
        ) IS NULL
    ORDER BY conversation.id LIMIT :most
    """
)


async def abandoned(tx: Transaction, *, most: int) -> list[int]:
    """Return conversations without an open ticket that somebody holds who works here no more."""
    return list((await tx.execute(_ABANDONED, {"most": most})).scalars())


_WAS_TOLD = text("SELECT EXISTS (SELECT 1 FROM ticket_change WHERE ticket_id = :ticket AND what = :what)")


async def has_change(tx: Transaction, ticket_id: int, what: str) -> bool:
    """Tell whether a ticket's history has a line of that kind."""
    return bool((await tx.execute(_WAS_TOLD, {"ticket": ticket_id, "what": what})).scalar_one())
