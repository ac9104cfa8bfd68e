"""Officers and their sessions."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update

from bot.store.database import Transaction
from bot.store.tables import officer, officer_session
from handoff.ports.accounts import Session
from handoff.ports.values import Officer, Role

SEEN_EVERY = timedelta(minutes=1)
"""A session's last use is noted at most this often: reading a page costs no write."""


async def add_officer(
    tx: Transaction, *, login: str, name: str, email: str, role: Role, now: datetime, language: str = "id"
) -> int:
    """Keep a new officer, who has no password yet; `login` is in lower case. Return the id."""
    added = insert(officer).values(
        login=login, name=name, email=email, role=role, language=language, created_at=now
    )
    return int((await tx.execute(added.returning(officer.c.id))).scalar_one())


async def add_session(
    tx: Transaction,
    *,
    digest: bytes,
    officer_id: int,
    csrf: str,
    is_complete: bool,
    now: datetime,
    until: datetime,
) -> None:
    """Keep that somebody has logged in."""
    await tx.execute(
        insert(officer_session).values(
            digest=digest,
            officer_id=officer_id,
            csrf=csrf,
            is_complete=is_complete,
            created_at=now,
            seen_at=now,
            expires_at=until,
        )
    )


async def session(
    tx: Transaction, digest: bytes, *, now: datetime, idle: timedelta
) -> tuple[Session, datetime] | None:
    """Return a session that has not ended, and when it was last used.

    It ends at its time, when it was not used for `idle`, and when the officer is disabled.
    """
    query = (
        select(
            officer.c.id,
            officer.c.login,
            officer.c.name,
            officer.c.email,
            officer.c.role,
            officer.c.language,
            officer_session.c.csrf,
            officer_session.c.is_complete,
            officer_session.c.seen_at,
        )
        .join(officer, officer.c.id == officer_session.c.officer_id)
        .where(
            officer_session.c.digest == digest,
            officer_session.c.expires_at > now,
            officer_session.c.seen_at > now - idle,
            officer.c.disabled_at.is_(None),
        )
    )
    row = (await tx.execute(query)).one_or_none()
    if row is None:
        return None
    who = Officer(row.id, row.login, row.name, row.email, row.role, row.language)
    return Session(who, row.csrf, row.is_complete, digest), row.seen_at


async def touch(tx: Transaction, digest: bytes, now: datetime) -> None:
    """Note that a session is used."""
    await tx.execute(update(officer_session).where(officer_session.c.digest == digest).values(seen_at=now))


async def end_session(tx: Transaction, digest: bytes) -> None:
    """End one session."""
    await tx.execute(delete(officer_session).where(officer_session.c.digest == digest))
