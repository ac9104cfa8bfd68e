"""What pull channels fetched, and how far they got."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.store.database import Transaction
from bot.store.tables import mailbox, parcel
from channels.port import Cursor, Parcel


async def cursor(tx: Transaction, *, channel: str, place: str) -> Cursor | None:
    """Return how far a mailbox was fetched."""
    query = select(mailbox.c.epoch, mailbox.c.number).where(
        mailbox.c.channel == channel, mailbox.c.place == place, mailbox.c.epoch.is_not(None)
    )
    row = (await tx.execute(query)).one_or_none()
    return Cursor(row.epoch, row.number) if row else None


async def keep(tx: Transaction, parcels: Sequence[Parcel]) -> list[int]:
    """Keep parcels once; return the ids of the new ones in their order."""
    if not parcels:
        return []
    kept = await tx.execute(
        upsert(parcel)
        .values(
            [
                {
                    "channel": item.channel,
                    "place": item.place,
                    "epoch": item.epoch,
                    "number": item.number,
                    "data": item.data,
                    "fetched_at": item.fetched_at,
                }
                for item in parcels
            ]
        )
        .on_conflict_do_nothing(index_elements=["channel", "place", "epoch", "number"])
        .returning(parcel.c.id)
    )
    return sorted(kept.scalars())


async def move_cursor(tx: Transaction, to: Cursor, *, channel: str, place: str, now: datetime) -> None:
    """Remember how far a mailbox was fetched; never backwards within an epoch."""
    moved = upsert(mailbox).values(
        channel=channel, place=place, epoch=to.epoch, number=to.number, checked_at=now
    )
    await tx.execute(
        moved.on_conflict_do_update(
            index_elements=["channel", "place"],
            set_={
                "epoch": moved.excluded.epoch,
                "number": text(
                    "CASE WHEN mailbox.epoch = excluded.epoch"
                    " THEN greatest(mailbox.number, excluded.number) ELSE excluded.number END"
                ),
                "checked_at": now,
            },
        )
    )


async def checked(tx: Transaction, *, channel: str, place: str, now: datetime) -> None:
    """Note a successful look at a mailbox."""
    looked = upsert(mailbox).values(channel=channel, place=place, checked_at=now)
    await tx.execute(
        looked.on_conflict_do_update(index_elements=["channel", "place"], set_={"checked_at": now})
    )


async def unread(tx: Transaction, parcel_id: int) -> Parcel | None:
    """Lock and return a parcel nobody has read yet."""
    query = select(parcel).where(parcel.c.id == parcel_id, parcel.c.read_at.is_(None)).with_for_update()
    row = (await tx.execute(query)).one_or_none()
    if row is None:
        return None
    return Parcel(row.channel, row.place, row.epoch, row.number, row.data, row.fetched_at)


async def mark_read(tx: Transaction, parcel_id: int, *, kind: str, reason: str | None, now: datetime) -> None:
    """Note what a parcel turned out to be."""
    await tx.execute(
        update(parcel).where(parcel.c.id == parcel_id).values(kind=kind, reason=reason, read_at=now)
    )


async def note_failure(tx: Transaction, parcel_id: int) -> int:
    """Count an error of our own with this parcel; return how many there were."""
    counted = (
        update(parcel)
        .where(parcel.c.id == parcel_id)
        .values(failures=parcel.c.failures + 1)
        .returning(parcel.c.failures)
    )
    return int((await tx.execute(counted)).scalar_one())


async def forgotten(tx: Transaction, *, before: datetime, most: int) -> list[tuple[int, str]]:
    """Return (parcel, channel) of unread parcels older than `before` that no job serves."""
    query = text(
        """
        SELECT id, channel FROM parcel
        WHERE read_at IS NULL AND fetched_at < :before
          AND NOT EXISTS (
            SELECT 1 FROM procrastinate_jobs AS job
            WHERE job.lock = 'read:' || parcel.channel
              AND job.status IN ('todo', 'doing') AND (job.args ->> 'parcel_id')::bigint = parcel.id
          )
        ORDER BY id LIMIT :most
        """
    )
    rows = await tx.execute(query, {"before": before, "most": most})
    return [(row.id, row.channel) for row in rows]
