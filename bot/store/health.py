"""What the parts of the program leave behind as signs of life, for /healthz."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.store.database import Transaction
from bot.store.tables import tick

_SIGNS = text(
    """
    SELECT
        (SELECT count(*) FROM procrastinate_workers
          WHERE last_heartbeat > now() - make_interval(secs => :alive)) AS workers,
        (SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo') AS jobs_waiting,
        (SELECT max(at) FROM tick) AS ticked_at,
        (SELECT max(checked_at) FROM mailbox) AS mailbox_checked_at,
        (SELECT max(coalesce(checked_at, since)) FROM mailbox) AS mailbox_since,
        (SELECT max(synced_at) FROM catalogue_sync) AS catalogue_synced_at,
        (SELECT max(failure) FROM catalogue_sync) AS catalogue_failure,
        (SELECT count(*) FROM catalogue_entry WHERE gone_at IS NULL) AS catalogue_entries
    """
)


async def ticked(tx: Transaction, name: str, *, now: datetime) -> None:
    """Note that the scheduler deferred one of its duties."""
    await tx.execute(
        upsert(tick)
        .values(name=name, at=now)
        .on_conflict_do_update(index_elements=["name"], set_={"at": now})
    )


async def signs(tx: Transaction, *, alive_seconds: float) -> Any:
    """Return a row of workers, jobs_waiting, ticked_at, mailbox_* and catalogue_*."""
    return (await tx.execute(_SIGNS, {"alive": alive_seconds})).one()


async def version(tx: Transaction) -> str:
    """Return the server's version, e.g. "18.4"."""
    return str((await tx.execute(text("SHOW server_version"))).scalar_one())
