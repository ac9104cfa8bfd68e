"""Officers, as rows: who they are, and what lets them in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, insert, or_, select, update

from bot.store.database import Transaction
from bot.store.tables import officer, officer_session
from handoff.ports.accounts import Account
from handoff.ports.values import Officer, Role


@dataclass(frozen=True, slots=True)
class Credentials:
    """What an officer is let in by. `password` is a digest, `factor` a sealed secret."""

    officer: Officer
    password: str | None
    factor: str | None
    is_disabled: bool


WHO = (
    officer.c.id,
    officer.c.login,
    officer.c.name,
    officer.c.email,
    officer.c.role,
    officer.c.language,
)
"""What `who` reads."""


def who(row: Any) -> Officer:
    """Return the officer of a row that has all of an officer's columns."""
    return Officer(row.id, row.login, row.name, row.email, row.role, row.language)


async def add_officer(
    tx: Transaction, *, login: str, name: str, email: str, role: Role, now: datetime, language: str = "id"
) -> int:
    """Keep a new officer, who has no password yet; `login` is in lower case and free. Return the id."""
    added = insert(officer).values(
        login=login, name=name, email=email, role=role, language=language, created_at=now
    )
    return int((await tx.execute(added.returning(officer.c.id))).scalar_one())


async def is_taken(tx: Transaction, login: str) -> bool:
    """Tell whether somebody has that login."""
    return (await tx.execute(select(officer.c.id).where(officer.c.login == login))).first() is not None


async def by_login(tx: Transaction, login: str) -> Credentials | None:
    """Return what lets the officer of that login in."""
    return await _credentials(tx, officer.c.login == login)


async def by_id(tx: Transaction, officer_id: int, *, lock: bool = False) -> Credentials | None:
    """Return what lets an officer in; `lock` keeps the row for this transaction."""
    return await _credentials(tx, officer.c.id == officer_id, lock=lock)


async def _credentials(
    tx: Transaction, which: ColumnElement[bool], *, lock: bool = False
) -> Credentials | None:
    query = select(*WHO, officer.c.password_hash, officer.c.totp_secret, officer.c.disabled_at).where(which)
    row = (await tx.execute(query.with_for_update() if lock else query)).one_or_none()
    if row is None:
        return None
    return Credentials(who(row), row.password_hash, row.totp_secret, row.disabled_at is not None)


async def set_password(tx: Transaction, officer_id: int, digest: str) -> None:
    """Keep a password's digest."""
    await _set(tx, officer_id, password_hash=digest)


async def set_factor(
    tx: Transaction, officer_id: int, sealed: str | None, *, used: int | None = None
) -> None:
    """Keep a second factor and the time step of the code that proved it, or take it away."""
    await _set(tx, officer_id, totp_secret=sealed, totp_used=used)


async def take_code(tx: Transaction, officer_id: int, step: int) -> bool:
    """Note that a code was taken; False when it or a later one was before (RFC 6238 section 5.2)."""
    taken = (
        update(officer)
        .where(officer.c.id == officer_id, or_(officer.c.totp_used.is_(None), officer.c.totp_used < step))
        .values(totp_used=step)
        .returning(officer.c.id)
    )
    return (await tx.execute(taken)).one_or_none() is not None


async def describe(tx: Transaction, officer_id: int, **values: str | None) -> None:
    """Change name, email, phone, role or language."""
    await _set(tx, officer_id, **values)


async def set_disabled(tx: Transaction, officer_id: int, at: datetime | None) -> None:
    """Let an officer in no more, or again (None)."""
    await _set(tx, officer_id, disabled_at=at)


async def other_admins(tx: Transaction, officer_id: int) -> int:
    """Lock all admins' rows; return how many of those in use are somebody else."""
    query = (
        select(officer.c.id)
        .where(officer.c.role == "admin", officer.c.disabled_at.is_(None))
        .order_by(officer.c.id)
        .with_for_update()
    )
    return sum(found != officer_id for found in (await tx.execute(query)).scalars())


async def is_anybody_in(tx: Transaction) -> bool:
    """Tell whether anybody has ever set a password."""
    query = select(officer.c.id).where(officer.c.password_hash.is_not(None)).limit(1)
    return (await tx.execute(query)).first() is not None


async def all_accounts(tx: Transaction, *, now: datetime, officer_id: int | None = None) -> Sequence[Account]:
    """Return every account, or one: those in use first, each by name."""
    sessions = (
        select(func.count().label("many"), func.max(officer_session.c.seen_at).label("seen_at"))
        .where(officer_session.c.officer_id == officer.c.id, officer_session.c.expires_at > now)
        .lateral()
    )
    query = (
        select(
            *WHO,
            officer.c.phone,
            officer.c.password_hash.is_not(None).label("has_password"),
            officer.c.totp_secret.is_not(None).label("has_factor"),
            officer.c.disabled_at,
            officer.c.created_at,
            sessions.c.many,
            sessions.c.seen_at,
        )
        .join(sessions, officer.c.id == officer.c.id)
        .order_by(officer.c.disabled_at.is_not(None), func.lower(officer.c.name), officer.c.id)
    )
    if officer_id is not None:
        query = query.where(officer.c.id == officer_id)
    return [
        Account(
            officer=who(row),
            phone=row.phone,
            has_password=row.has_password,
            has_factor=row.has_factor,
            disabled_at=row.disabled_at,
            created_at=row.created_at,
            sessions=row.many,
            seen_at=row.seen_at,
        )
        for row in await tx.execute(query)
    ]


async def _set(tx: Transaction, officer_id: int, **values: object) -> None:
    await tx.execute(update(officer).where(officer.c.id == officer_id).values(**values))
