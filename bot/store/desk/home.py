"""What was done, by day of the office."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, Row, bindparam, text

from bot.store.database import Transaction

# The day is that of the same moment by which the inbox shows them: see bot/store/desk/inbox.py.
_DAYS = text(
    """
    SELECT day, count(*) FILTER (WHERE NOT has_ticket) AS assistant, count(*) FILTER (WHERE has_ticket) AS officers
    FROM (
        SELECT (coalesce(last_inbound_at, opened_at) AT TIME ZONE :zone)::date AS day,
            EXISTS (SELECT FROM ticket WHERE ticket.conversation_id = conversation.id) AS has_ticket
        FROM conversation WHERE coalesce(last_inbound_at, opened_at) >= :since
    ) AS heard
    GROUP BY day ORDER BY day
    """
).bindparams(bindparam("since", type_=DateTime(timezone=True)))


async def days(tx: Transaction, *, since: datetime, zone: str) -> Sequence[Row[Any]]:
    """Return conversations by the day on which the citizen last wrote: `day`, `assistant`, `officers`."""
    return (await tx.execute(_DAYS, {"since": since, "zone": zone})).all()


_TICKETS = text(
    """
    SELECT (
            SELECT count(*) FROM ticket
            WHERE closed_at IS NULL AND opened_at >= :since AND merged_into_id IS NULL
        ) + (
            SELECT count(*) FROM ticket
            WHERE closed_at >= :since AND opened_at >= :since AND merged_into_id IS NULL
        ) AS opened,
        (SELECT count(*) FROM ticket WHERE closed_at >= :since) AS closed
    """
).bindparams(bindparam("since", type_=DateTime(timezone=True)))


async def tickets(tx: Transaction, *, since: datetime) -> Row[Any]:
    """Return how many tickets were `opened` and `closed` since a moment."""
    return (await tx.execute(_TICKETS, {"since": since})).one()


_RATINGS = text(
    "SELECT count(*) AS rated, round(avg(score), 2) AS mean FROM rating WHERE rated_at >= :since"
).bindparams(bindparam("since", type_=DateTime(timezone=True)))


async def ratings(tx: Transaction, *, since: datetime) -> Row[Any]:
    """Return how many ratings were given since a moment, `rated`, and their `mean`, None without any."""
    return (await tx.execute(_RATINGS, {"since": since})).one()
