"""Filling the catalogue: one kind of entry at a time, each in one transaction."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import (
    Integer,
    Text,
    any_,
    cast,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.store.database import Database, Transaction
from bot.store.tables import catalogue_entry, catalogue_sync, catalogue_value

DYNAMIC = "dynamic_table"
BATCH = 500  # rows a statement: PostgreSQL takes at most 65,535 parameters
_LOCK = 33_10_0003  # one sync at a time, however many machines


@dataclass(frozen=True, slots=True)
class Entry:
    """Something the office published, as its source lists it; `years` are those its title names."""

    kind: str
    remote_id: str
    title: str
    subject: str
    url: str
    updated: date | None
    years: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A cell of a dynamic table: of a place, a year, and a part of the whole (may be empty)."""

    place: str
    part: str
    year: str
    value: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Change:
    """What keeping a list changed: how many entries are new, and how many are not listed any more."""

    new: int
    gone: int


@dataclass(frozen=True, slots=True)
class TableToRead:
    """A dynamic table whose years and figures are due; `var` is the API's id of it."""

    entry_id: int
    var: str


@dataclass(frozen=True, slots=True)
class LastSync:
    """When the catalogue was last tried to be read, when it last was, and what failed the last time."""

    tried_at: datetime
    synced_at: datetime | None
    failure: str | None


@asynccontextmanager
async def sole(database: Database) -> AsyncIterator[bool]:
    """Give True to one caller at a time in all processes, False to the others, who go away.

    The lock belongs to a connection without a transaction, and ends with it when the process dies.
    """
    async with database.statement() as connection:
        is_mine = bool((await connection.execute(select(func.pg_try_advisory_lock(_LOCK)))).scalar_one())
        try:
            yield is_mine
        finally:
            # Not given back to the pool: the server frees the lock with the connection, whatever happened.
            await connection.invalidate()


async def keep(
    tx: Transaction, *, domain: str, kind: str, entries: Sequence[Entry], is_whole: bool, now: datetime
) -> Change:
    """Make a kind's entries what was read. With `is_whole`, those not among them are marked as gone."""
    unique = {entry.remote_id: entry for entry in entries if entry.kind == kind}
    rows = [{"domain": domain, **asdict(entry)} for entry in unique.values()]
    new = 0
    for start in range(0, len(rows), BATCH):
        new += await _upsert(tx, rows[start : start + BATCH], kind)
    gone = await _mark_gone(tx, domain, kind, unique, now) if is_whole else 0
    return Change(new, gone)


async def _upsert(tx: Transaction, rows: list[dict[str, object]], kind: str) -> int:
    """Insert or change rows; return how many are new. What is as it was is not written again."""
    given = upsert(catalogue_entry).values(rows)
    names = ["title", "subject", "url", "updated"]
    if kind != DYNAMIC:  # whose years are asked for one by one
        names.append("years")
    old, new = catalogue_entry.c, given.excluded
    is_changed = tuple_(*[old[name] for name in names]).is_distinct_from(
        tuple_(*[new[name] for name in names])
    )
    changed = given.on_conflict_do_update(
        index_elements=["domain", "kind", "remote_id"],
        set_={**{name: new[name] for name in names}, "gone_at": None},
        where=or_(is_changed, old.gone_at.is_not(None)),
    )
    is_new = literal_column("(xmax = 0)::int", Integer)
    return sum((await tx.execute(changed.returning(is_new))).scalars())


async def _mark_gone(tx: Transaction, domain: str, kind: str, listed: Collection[str], now: datetime) -> int:
    ids = cast(list(listed), ARRAY(Text))
    is_listed = catalogue_entry.c.remote_id == any_(ids)
    statement = (
        update(catalogue_entry)
        .where(
            catalogue_entry.c.domain == domain,
            catalogue_entry.c.kind == kind,
            catalogue_entry.c.gone_at.is_(None),
            ~is_listed,
        )
        .values(gone_at=now)
    )
    return (await tx.execute(statement)).rowcount


async def tables_to_read(tx: Transaction, *, domain: str, most: int) -> list[TableToRead]:
    """Return the dynamic tables that were read longest ago, those never read first."""
    entry = catalogue_entry.c
    query = (
        select(entry.id, entry.remote_id)
        .where(entry.domain == domain, entry.kind == DYNAMIC, entry.gone_at.is_(None))
        .order_by(entry.read_at.asc().nulls_first(), entry.id)
        .limit(most)
    )
    return [TableToRead(row.id, row.remote_id) for row in await tx.execute(query)]


async def keep_figures(
    tx: Transaction, entry_id: int, *, years: Sequence[int], figures: Sequence[Figure], now: datetime
) -> None:
    """Make a dynamic table's years and figures what was read."""
    await tx.execute(
        update(catalogue_entry)
        .where(catalogue_entry.c.id == entry_id)
        .values(years=sorted(years), read_at=now)
    )
    await tx.execute(delete(catalogue_value).where(catalogue_value.c.entry_id == entry_id))
    if figures:
        rows = [{"entry_id": entry_id, **asdict(figure)} for figure in figures]
        await tx.execute(insert(catalogue_value), rows)


async def pass_over(tx: Transaction, entry_id: int, *, now: datetime) -> None:
    """Note that a dynamic table could not be read; what is kept of it stays, and its turn comes again."""
    await tx.execute(update(catalogue_entry).where(catalogue_entry.c.id == entry_id).values(read_at=now))


async def forget_others(tx: Transaction, *, domain: str) -> None:
    """Remove what belongs to another office: the code in office.yml was changed."""
    await tx.execute(delete(catalogue_entry).where(catalogue_entry.c.domain != domain))
    await tx.execute(delete(catalogue_sync).where(catalogue_sync.c.domain != domain))


async def last(tx: Transaction, *, domain: str) -> LastSync | None:
    """Return how the last sync of an office's catalogue went, or None when there was none."""
    query = select(catalogue_sync).where(catalogue_sync.c.domain == domain)
    row = (await tx.execute(query)).one_or_none()
    return None if row is None else LastSync(row.tried_at, row.synced_at, row.failure)


async def began(tx: Transaction, *, domain: str, now: datetime) -> None:
    """Note an attempt."""
    given = upsert(catalogue_sync).values(domain=domain, tried_at=now, failure="unfinished")
    await tx.execute(
        given.on_conflict_do_update(
            index_elements=["domain"], set_={"tried_at": now, "failure": "unfinished"}
        )
    )


async def ended(tx: Transaction, *, domain: str, failure: str | None, now: datetime) -> None:
    """Note how the attempt ended; `failure` is a kind of failure, never what the other side said."""
    changes: dict[str, object] = {"failure": failure}
    if failure is None:
        changes["synced_at"] = now
    await tx.execute(update(catalogue_sync).where(catalogue_sync.c.domain == domain).values(changes))
