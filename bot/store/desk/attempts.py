"""How often somebody tried to log in, from an address or as somebody. Lost with the power, harmless then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import case, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.store.database import Transaction
from bot.store.tables import login_attempt


async def count(
    tx: Transaction, keys: Sequence[str], *, now: datetime, window: timedelta
) -> dict[str, tuple[int, datetime]]:
    """Count one more try under each key; return how many there were since when, of the current window.

    Counted before a password is looked at, so that many tries at once are not more than many in a row.
    """
    added = upsert(login_attempt).values([{"source": key, "count": 1, "since": now} for key in sorted(keys)])
    is_over = login_attempt.c.since <= now - window
    counted = added.on_conflict_do_update(
        index_elements=["source"],
        set_={
            "count": case((is_over, 1), else_=login_attempt.c.count + 1),
            "since": case((is_over, now), else_=login_attempt.c.since),
        },
    ).returning(login_attempt.c.source, login_attempt.c.count.label("many"), login_attempt.c.since)
    return {row.source: (row.many, row.since) for row in await tx.execute(counted)}


async def forgive(tx: Transaction, *, login: str, source: str) -> None:
    """Forget the tries as somebody who is in now; take their last one off their address's."""
    await tx.execute(delete(login_attempt).where(login_attempt.c.source == login))
    await tx.execute(
        update(login_attempt)
        .where(login_attempt.c.source == source)
        .values(count=func.greatest(login_attempt.c.count - 1, 0))
    )


async def forget(tx: Transaction, key: str) -> None:
    """Let somebody try again at once: an admin vouches for them."""
    await tx.execute(delete(login_attempt).where(login_attempt.c.source == key))


async def sweep(tx: Transaction, *, before: datetime) -> None:
    """Forget what is over."""
    await tx.execute(delete(login_attempt).where(login_attempt.c.since < before))


async def shut(
    tx: Transaction, keys: Sequence[str], *, most: int, now: datetime, window: timedelta
) -> dict[str, datetime]:
    """Return until when which of the keys are shut."""
    query = select(login_attempt.c.source, login_attempt.c.since).where(
        login_attempt.c.source.in_(keys), login_attempt.c.count >= most, login_attempt.c.since > now - window
    )
    return {row.source: row.since + window for row in await tx.execute(query)}
