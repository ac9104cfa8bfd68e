"""Replies that are kept ready, and what fills their gaps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects.postgresql import insert

from bot.store.database import Transaction
from bot.store.tables import canned, officer
from handoff.ports.canned import Canned

_ALL = select(
    canned.c.id,
    canned.c.shortcut,
    canned.c.title,
    canned.c.text_id,
    canned.c.text_en,
    canned.c.updated_at,
    officer.c.name.label("updated_by"),
).outerjoin(officer, officer.c.id == canned.c.updated_by)
MOST = 1000


async def every(tx: Transaction) -> list[Canned]:
    """Return all of them, by shortcut."""
    rows = await tx.execute(_ALL.order_by(canned.c.shortcut).limit(MOST))
    return [Canned(**row._mapping) for row in rows]


async def one(tx: Transaction, canned_id: int) -> Canned | None:
    """Return one, None when there is none."""
    row = (await tx.execute(_ALL.where(canned.c.id == canned_id))).one_or_none()
    return None if row is None else Canned(**row._mapping)


async def found(tx: Transaction, words: str, *, most: int) -> list[Canned]:
    """Return those whose shortcut begins with the words, then those that have them anywhere."""
    begins = canned.c.shortcut.istartswith(words, autoescape=True)
    named = canned.c.title.icontains(words, autoescape=True)
    contains = (
        canned.c.text_id.icontains(words, autoescape=True)
        | canned.c.text_en.icontains(words, autoescape=True)
        | canned.c.shortcut.icontains(words, autoescape=True)
    )
    query = _ALL.where(begins | named | contains)
    rows = await tx.execute(query.order_by(begins.desc(), named.desc(), canned.c.shortcut).limit(most))
    return [Canned(**row._mapping) for row in rows]


async def add(tx: Transaction, values: Mapping[str, str], *, officer_id: int, now: datetime) -> int | None:
    """Keep a new one; None when its shortcut is taken."""
    row = insert(canned).values(**values, updated_by=officer_id, updated_at=now)
    added = await tx.execute(row.on_conflict_do_nothing().returning(canned.c.id))
    canned_id: int | None = added.scalar_one_or_none()
    return canned_id


async def is_taken(tx: Transaction, shortcut: str, *, but: int) -> bool:
    """Tell whether another one than `but` has that shortcut; the table is locked against changes until the end."""
    await tx.execute(text("LOCK TABLE canned IN SHARE ROW EXCLUSIVE MODE"))
    other = select(canned.c.id).where(canned.c.shortcut == shortcut, canned.c.id != but)
    return (await tx.execute(other)).first() is not None


async def change(
    tx: Transaction, canned_id: int, values: Mapping[str, str], *, officer_id: int, now: datetime
) -> bool:
    """Change one; False when there is none."""
    changed = update(canned).where(canned.c.id == canned_id)
    row = changed.values(**values, updated_by=officer_id, updated_at=now).returning(canned.c.id)
    return (await tx.execute(row)).scalar_one_or_none() is not None


async def remove(tx: Transaction, canned_id: int) -> str | None:
    """Remove one; return its shortcut, None when there was none."""
    removed = delete(canned).where(canned.c.id == canned_id).returning(canned.c.shortcut)
    return (await tx.execute(removed)).scalar_one_or_none()


@dataclass(frozen=True, slots=True)
class Filling:
    """What a conversation fills gaps with: the citizen's name, the ticket's number, the language."""

    name: str | None
    ticket: str | None
    language: str


_FILLING = text(
    """
    SELECT coalesce(person.name, contact.name) AS name, contact.language,
        (
            SELECT number FROM ticket WHERE conversation_id = conversation.id
            ORDER BY closed_at IS NULL DESC, id DESC LIMIT 1
        ) AS ticket
    FROM conversation
    JOIN contact ON contact.id = conversation.contact_id
    JOIN person ON person.id = contact.person_id
    WHERE conversation.id = :conversation
    """
)


async def filling(tx: Transaction, conversation_id: int) -> Filling | None:
    """Return what fills the gaps for a conversation; None when there is no such conversation."""
    row = (await tx.execute(_FILLING, {"conversation": conversation_id})).one_or_none()
    return None if row is None else Filling(row.name, row.ticket, row.language)
