"""Two persons who are one: the other's contacts move to the kept one, and can be moved back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, DateTime, Text, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from bot.store.database import Transaction

_IDS = bindparam("ids", type_=ARRAY(BigInteger))
_NOW = bindparam("now", type_=DateTime(timezone=True))
FIELDS = ("name", "organisation", "email")

# Contacts before persons, each in order, as everywhere: nobody waits for each other in a circle.
_LOCK_CONTACTS = text("SELECT id FROM contact WHERE person_id = ANY(:ids) ORDER BY id FOR UPDATE").bindparams(
    _IDS
)
_LOCK = text(
    "SELECT id, name, organisation, email, erased_at, joined_into_id FROM person WHERE id = ANY(:ids)"
    " ORDER BY id FOR UPDATE"
).bindparams(_IDS)


@dataclass(frozen=True, slots=True)
class Person:
    """A locked person, as far as joining goes."""

    id: int
    name: str | None
    organisation: str | None
    email: str | None
    erased_at: datetime | None
    joined_into_id: int | None


async def lock(tx: Transaction, *person_ids: int) -> dict[int, Person]:
    """Lock persons and all their contacts; return those who exist."""
    await tx.execute(_LOCK_CONTACTS, {"ids": list(person_ids)})
    rows = await tx.execute(_LOCK, {"ids": list(person_ids)})
    return {row.id: Person(**row._mapping) for row in rows}


_MOVE = text("UPDATE contact SET person_id = :kept WHERE person_id = :other RETURNING id")
_FILL = text(
    """
    UPDATE person SET name = coalesce(person.name, other.name),
        organisation = coalesce(person.organisation, other.organisation),
        email = coalesce(person.email, other.email)
    FROM person AS other WHERE person.id = :kept AND other.id = :other
    """
)
# Whoever was joined into the other one before follows along.
_POINT = text("UPDATE person SET joined_into_id = :kept WHERE id = :other OR joined_into_id = :other")
_NOTE = text(
    """
    INSERT INTO person_join (person_id, joined_id, contact_ids, filled, verification, note, officer_id, at)
    VALUES (:kept, :other, :contacts, :filled, :verification, :note, :officer, :now)
    """
).bindparams(_NOW, bindparam("contacts", type_=ARRAY(BigInteger)), bindparam("filled", type_=ARRAY(Text)))


async def join(
    tx: Transaction,
    kept: Person,
    other: Person,
    *,
    verification: str,
    note: str | None,
    officer_id: int,
    now: datetime,
) -> None:
    """Move all of the other's contacts to the kept one; what the kept one has not told is filled in."""
    which = {"kept": kept.id, "other": other.id}
    contacts: Sequence[int] = list((await tx.execute(_MOVE, which)).scalars())
    filled = [name for name in FIELDS if getattr(kept, name) is None and getattr(other, name) is not None]
    await tx.execute(_FILL, which)
    await tx.execute(_POINT, which)
    told = {"contacts": contacts, "filled": filled, "verification": verification, "note": note}
    await tx.execute(_NOTE, {**which, **told, "officer": officer_id, "now": now})


@dataclass(frozen=True, slots=True)
class Join:
    """A join that holds."""

    id: int
    person_id: int
    joined_id: int
    contact_ids: list[int]
    filled: list[str]


_JOIN = text(
    "SELECT id, person_id, joined_id, contact_ids, filled FROM person_join"
    " WHERE id = :join AND person_id = :person AND undone_at IS NULL"
)


async def found(tx: Transaction, *, person_id: int, join_id: int) -> Join | None:
    """Return a join of that person that holds, None when there is none."""
    row = (await tx.execute(_JOIN, {"join": join_id, "person": person_id})).one_or_none()
    return Join(**row._mapping) if row is not None else None


_MOVE_BACK = text(
    "UPDATE contact SET person_id = :other WHERE person_id = :kept AND id = ANY(:ids)"
).bindparams(_IDS)
_TAKE_BACK = {
    name: text(
        f"UPDATE person SET {name} = NULL FROM person AS other"  # noqa: S608  one of FIELDS
        f" WHERE person.id = :kept AND other.id = :other AND person.{name} = other.{name}"
    )
    for name in FIELDS
}
_UNPOINT = text(
    """
    WITH RECURSIVE followed AS (
        SELECT joined_id FROM person_join WHERE person_id = :other AND undone_at IS NULL
        UNION SELECT deeper.joined_id FROM person_join AS deeper
        JOIN followed ON deeper.person_id = followed.joined_id WHERE deeper.undone_at IS NULL
    )
    UPDATE person SET joined_into_id = CASE WHEN id = :other THEN NULL ELSE CAST(:other AS bigint) END
    WHERE id = :other OR (joined_into_id = :kept AND id IN (SELECT joined_id FROM followed))
    """
)
_UNDONE = text("UPDATE person_join SET undone_at = :now WHERE id = :join").bindparams(_NOW)


async def separate(tx: Transaction, join: Join, *, now: datetime) -> None:
    """Move back what was moved, and forget of the other one what was only filled in. Both are locked."""
    which = {"kept": join.person_id, "other": join.joined_id}
    await tx.execute(_MOVE_BACK, {**which, "ids": join.contact_ids})
    for name in FIELDS:
        if name in join.filled:
            await tx.execute(_TAKE_BACK[name], which)
    await tx.execute(_UNPOINT, which)
    await tx.execute(_UNDONE, {"join": join.id, "now": now})
