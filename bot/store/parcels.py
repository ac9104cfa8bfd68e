"""What pull channels fetched, and how far they got."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.store.contents import Packed
from bot.store.database import Transaction
from bot.store.tables import mailbox, parcel
from channels.port import Cursor, Parcel

UNDELIVERABLE = "undeliverable"


async def cursor(tx: Transaction, *, channel: str, place: str) -> Cursor | None:
    """Return how far a mailbox was fetched."""
    query = select(mailbox.c.epoch, mailbox.c.number).where(
        mailbox.c.channel == channel, mailbox.c.place == place, mailbox.c.epoch.is_not(None)
    )
    row = (await tx.execute(query)).one_or_none()
    return Cursor(row.epoch, row.number) if row else None


_KEEP = (
    upsert(parcel)
    .on_conflict_do_nothing(index_elements=["channel", "place", "epoch", "number"])
    .returning(parcel.c.id, parcel.c.epoch, parcel.c.number)
)


async def keep(
    tx: Transaction, parcels: Sequence[tuple[Parcel, Packed]], *, now: datetime
) -> list[tuple[int, Parcel]]:
    """Keep parcels once; return the new ones with their ids, in their order.

    What the other side does not hand over is read by nobody: it is kept as undeliverable.
    """
    if not parcels:
        return []
    kept = await tx.execute(_KEEP, [_row(item, packed, now) for item, packed in parcels])
    by_position = {(item.epoch, item.number): item for item, _ in parcels}
    return sorted(((row.id, by_position[row.epoch, row.number]) for row in kept), key=lambda found: found[0])


def _row(item: Parcel, packed: Packed, now: datetime) -> dict[str, object]:
    return {
        "channel": item.channel,
        "place": item.place,
        "epoch": item.epoch,
        "number": item.number,
        "data": packed.data,
        "file": packed.file,
        "packing": packed.packing,
        "fetched_at": item.fetched_at,
        "kind": UNDELIVERABLE if item.fault else None,
        "reason": item.fault,
        "read_at": now if item.fault else None,
    }


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


async def awaited(tx: Transaction, *, channel: str, place: str, now: datetime) -> None:
    """Note that a mailbox is to be looked at from now on, unless that is known."""
    begun = upsert(mailbox).values(channel=channel, place=place, since=now)
    await tx.execute(begun.on_conflict_do_nothing(index_elements=["channel", "place"]))


async def silent_since(tx: Transaction, channel: str) -> datetime | None:
    """Return when a channel's mailbox was last looked at with success, or when that should have begun.

    A mailbox that the office has left is not waited for: the newest of a channel counts.
    """
    query = select(func.max(func.coalesce(mailbox.c.checked_at, mailbox.c.since))).where(
        mailbox.c.channel == channel
    )
    moment: datetime | None = (await tx.execute(query)).scalar_one()
    return moment


async def settled(tx: Transaction, *, channel: str, place: str) -> Cursor | None:
    """Return up to where what is kept of a mailbox has been flagged or moved."""
    query = select(mailbox.c.settled_epoch, mailbox.c.settled).where(
        mailbox.c.channel == channel, mailbox.c.place == place, mailbox.c.settled_epoch.is_not(None)
    )
    row = (await tx.execute(query)).one_or_none()
    return Cursor(row.settled_epoch, row.settled) if row else None


async def unsettled(tx: Transaction, *, channel: str, place: str, after: Cursor, most: int) -> list[int]:
    """Return the first numbers of kept parcels above `after`, rising; what was not handed over is left out."""
    query = (
        select(parcel.c.number)
        .where(
            parcel.c.channel == channel,
            parcel.c.place == place,
            parcel.c.epoch == after.epoch,
            parcel.c.number > after.number,
            parcel.c.kind.is_distinct_from(UNDELIVERABLE),
        )
        .order_by(parcel.c.number)
        .limit(most)
    )
    return list((await tx.execute(query)).scalars())


async def settle(tx: Transaction, to: Cursor, *, channel: str, place: str) -> None:
    """Note up to where what is kept of a mailbox has been flagged or moved."""
    await tx.execute(
        update(mailbox)
        .where(mailbox.c.channel == channel, mailbox.c.place == place)
        .values(settled_epoch=to.epoch, settled=to.number)
    )


async def kept(tx: Transaction, parcel_id: int) -> tuple[Parcel, Packed] | None:
    """Return a parcel without its content, and the content as it is kept; None when there is none."""
    row = (await tx.execute(select(parcel).where(parcel.c.id == parcel_id))).one_or_none()
    if row is None:
        return None
    found = Parcel(row.channel, row.place, row.epoch, row.number, b"", row.fetched_at)
    return found, Packed(row.data, row.file, row.packing)


async def content_at(tx: Transaction, *, channel: str, place: str, epoch: int, number: int) -> Packed | None:
    """Return the content of the parcel at that position as it is kept; None when there is none."""
    query = select(parcel.c.data, parcel.c.file, parcel.c.packing).where(
        parcel.c.channel == channel,
        parcel.c.place == place,
        parcel.c.epoch == epoch,
        parcel.c.number == number,
    )
    row = (await tx.execute(query)).one_or_none()
    if row is None or (row.data is None and row.file is None):
        return None
    return Packed(row.data, row.file, row.packing)


async def is_unread(tx: Transaction, parcel_id: int) -> bool:
    """Lock a parcel; True as long as nobody has read it."""
    query = select(parcel.c.id).where(parcel.c.id == parcel_id, parcel.c.read_at.is_(None)).with_for_update()
    return (await tx.execute(query)).one_or_none() is not None


async def mark_read(
    tx: Transaction,
    parcel_id: int,
    *,
    kind: str,
    reason: str | None,
    now: datetime,
    message_id: int | None = None,
) -> None:
    """Note what a parcel turned out to be, and which message it is: with that it is forgotten, too."""
    await tx.execute(
        update(parcel)
        .where(parcel.c.id == parcel_id)
        .values(kind=kind, reason=reason, read_at=now, message_id=message_id)
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
