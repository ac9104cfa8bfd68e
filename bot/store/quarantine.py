"""Parcels that nobody could read: which they are, and back to unread with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, ColumnElement, DateTime, bindparam, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY

from bot.store.database import Transaction
from bot.store.tables import parcel

UNPARSEABLE = "unparseable"  # the channel's reader could make nothing of it
QUARANTINED = "quarantined"  # reading it ended with an error of our own
KINDS = (UNPARSEABLE, QUARANTINED)
EVENT = "mail_quarantined"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a parcel stands: `kind` is None while it waits to be read."""

    parcel: int
    channel: str
    kind: str | None
    reason: str | None
    fetched_at: datetime


async def listed(tx: Transaction, *, most: int) -> list[Standing]:
    """Return what is in quarantine, the oldest first."""
    return await _standings(tx, parcel.c.kind.in_(KINDS), most)


async def standings(tx: Transaction, parcel_ids: Sequence[int]) -> list[Standing]:
    """Return how these parcels stand now."""
    return await _standings(tx, parcel.c.id.in_(parcel_ids), len(parcel_ids))


async def _standings(tx: Transaction, which: ColumnElement[bool], most: int) -> list[Standing]:
    columns = (parcel.c.id, parcel.c.channel, parcel.c.kind, parcel.c.reason, parcel.c.fetched_at)
    rows = await tx.execute(select(*columns).where(which).order_by(parcel.c.id).limit(most))
    return [Standing(row.id, row.channel, row.kind, row.reason, row.fetched_at) for row in rows]


_SEEN = text(
    "UPDATE event SET seen_at = :now WHERE kind = :kind AND seen_at IS NULL"
    " AND (detail ->> 'parcel')::bigint = ANY(:parcels)"
).bindparams(bindparam("parcels", type_=ARRAY(BigInteger)), bindparam("now", type_=DateTime(timezone=True)))


async def put_back(tx: Transaction, parcel_ids: Sequence[int], *, now: datetime) -> list[Standing]:
    """Make quarantined parcels unread again, their events seen; return them in their order.

    What is not in quarantine stays as it is.
    """
    freed = (
        update(parcel)
        .where(parcel.c.id.in_(parcel_ids), parcel.c.kind.in_(KINDS))
        .values(kind=None, reason=None, read_at=None, failures=0)
        .returning(parcel.c.id)
    )
    found = sorted((await tx.execute(freed)).scalars())
    await tx.execute(_SEEN, {"now": now, "kind": EVENT, "parcels": found})
    return await standings(tx, found)
