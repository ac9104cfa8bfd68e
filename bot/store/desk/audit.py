"""Who did what: rows are only added (a trigger refuses everything else). They name no citizen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, case, cast, func, insert, select

from bot.store.database import Transaction
from bot.store.tables import audit, officer
from handoff.ports.audit import Act, Wanted


async def note(
    tx: Transaction,
    action: str,
    *,
    now: datetime,
    officer_id: int | None = None,
    about: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Note an act, in the transaction of the act itself.

    `action` reads room.verb ("login.failed", "file.downloaded"), at most 48 characters. `about` is what it was
    done to as kind:id ("officer:3", "ticket:KST-2026-00042"), `detail` plain values without texts, addresses
    or phone numbers. Without `officer_id` the program or the command line did it.
    """
    await tx.execute(
        insert(audit).values(
            at=now, officer_id=officer_id, action=action, object=about, detail=dict(detail or {})
        )
    )


async def read(tx: Transaction, wanted: Wanted, *, most: int) -> Sequence[Act]:
    """Return the newest rows that are wanted, newest first."""
    by, meant = officer.alias("by"), officer.alias("meant")
    named = case((audit.c.object.like("officer:%"), func.substr(audit.c.object, 9)))
    query = (
        select(audit, by.c.name.label("by_name"), meant.c.name.label("meant_name"))
        .outerjoin(by, by.c.id == audit.c.officer_id)
        .outerjoin(meant, cast(meant.c.id, Text) == named)
        .order_by(audit.c.id.desc())
        .limit(most)
    )
    for condition in _conditions(wanted):
        query = query.where(condition)
    return [
        Act(
            id=row.id,
            at=row.at,
            officer_id=row.officer_id,
            officer=row.by_name,
            action=row.action,
            about=row.object,
            about_officer=row.meant_name,
            detail=row.detail,
        )
        for row in await tx.execute(query)
    ]


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.officer_id is not None:
        yield audit.c.officer_id == wanted.officer_id
    if wanted.room is not None:
        yield audit.c.action.like(_escaped(wanted.room) + ".%", escape="\\")
    if wanted.since is not None:
        yield audit.c.at >= wanted.since
    if wanted.until is not None:
        yield audit.c.at < wanted.until
    if wanted.before_id is not None:
        yield audit.c.id < wanted.before_id


def _escaped(words: str) -> str:
    return words.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


async def rooms(tx: Transaction) -> Sequence[str]:
    """Return the parts before the dot of all actions, in order."""
    room = func.split_part(audit.c.action, ".", 1)
    return list((await tx.execute(select(room).distinct().order_by(room))).scalars())


async def officers(tx: Transaction) -> Sequence[tuple[int, str]]:
    """Return everybody's id and name, by name."""
    query = select(officer.c.id, officer.c.name).order_by(func.lower(officer.c.name), officer.c.id)
    return [(row.id, row.name) for row in await tx.execute(query)]
