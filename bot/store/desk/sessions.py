"""Who is logged in, and one-time links. Both are kept as digests: who reads the table cannot use them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update

from bot.store.database import Transaction
from bot.store.desk.accounts import WHO, who
from bot.store.tables import officer, officer_link, officer_session
from handoff.accounts import step_of
from handoff.ports.accounts import Invited, OwnSession, Session

SEEN_EVERY = timedelta(minutes=1)
"""A session's last use is noted at most this often: reading a page costs no write."""


async def begin(
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


async def find(
    tx: Transaction, digest: bytes, *, now: datetime, idle: timedelta
) -> tuple[Session, datetime] | None:
    """Return a session that has not ended, and when it was last used.

    It ends at its time, when it was not used for `idle`, and when the officer is disabled.
    """
    query = (
        select(
            *WHO,
            officer.c.totp_secret.is_not(None).label("has_factor"),
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
    step = step_of(row.role, has_factor=row.has_factor, is_complete=row.is_complete)
    return Session(who(row), row.csrf, digest, step), row.seen_at


async def touch(tx: Transaction, digest: bytes, now: datetime) -> None:
    """Note that a session is used."""
    await tx.execute(update(officer_session).where(officer_session.c.digest == digest).values(seen_at=now))


async def end(tx: Transaction, digest: bytes) -> int | None:
    """End one session; return whose it was, None when it had ended."""
    ended = delete(officer_session).where(officer_session.c.digest == digest)
    return (await tx.execute(ended.returning(officer_session.c.officer_id))).scalar_one_or_none()


async def end_all(tx: Transaction, officer_id: int, *, but: bytes | None = None) -> int:
    """End all sessions of an officer but one; return how many there were."""
    ended = delete(officer_session).where(officer_session.c.officer_id == officer_id)
    if but is not None:
        ended = ended.where(officer_session.c.digest != but)
    return (await tx.execute(ended)).rowcount


async def sweep(tx: Transaction, *, now: datetime, idle: timedelta) -> None:
    """Forget sessions and links that are over."""
    is_over = (officer_session.c.expires_at <= now) | (officer_session.c.seen_at <= now - idle)
    await tx.execute(delete(officer_session).where(is_over))
    await tx.execute(delete(officer_link).where(officer_link.c.expires_at <= now))


async def of_officer(
    tx: Transaction, officer_id: int, *, now: datetime, idle: timedelta
) -> Sequence[OwnSession]:
    """Return an officer's sessions, the last used first."""
    query = (
        select(officer_session.c.digest, officer_session.c.created_at, officer_session.c.seen_at)
        .where(
            officer_session.c.officer_id == officer_id,
            officer_session.c.expires_at > now,
            officer_session.c.seen_at > now - idle,
            officer_session.c.is_complete,
        )
        .order_by(officer_session.c.seen_at.desc())
    )
    return [OwnSession(row.digest, row.created_at, row.seen_at) for row in await tx.execute(query)]


async def add_link(
    tx: Transaction, *, digest: bytes, officer_id: int, now: datetime, until: datetime
) -> None:
    """Keep a one-time link in place of the officer's earlier ones."""
    await void_links(tx, officer_id)
    await tx.execute(
        insert(officer_link).values(digest=digest, officer_id=officer_id, created_at=now, expires_at=until)
    )


async def void_links(tx: Transaction, officer_id: int) -> None:
    """Let no link of an officer be used any more."""
    unused = officer_link.c.used_at.is_(None)
    await tx.execute(delete(officer_link).where(officer_link.c.officer_id == officer_id, unused))


async def invited(tx: Transaction, digest: bytes, *, now: datetime) -> Invited | None:
    """Return who a link that can still be used is for."""
    query = (
        select(
            *WHO,
            officer.c.password_hash.is_(None).label("is_new"),
        )
        .join(officer, officer.c.id == officer_link.c.officer_id)
        .where(
            officer_link.c.digest == digest,
            officer_link.c.used_at.is_(None),
            officer_link.c.expires_at > now,
            officer.c.disabled_at.is_(None),
        )
    )
    row = (await tx.execute(query)).one_or_none()
    return Invited(who(row), row.is_new) if row else None


async def use_link(tx: Transaction, digest: bytes, *, now: datetime) -> int | None:
    """Use a link; return whose it is, None when it was used or is too old. Of two at once one gets it."""
    used = (
        update(officer_link)
        .where(
            officer_link.c.digest == digest, officer_link.c.used_at.is_(None), officer_link.c.expires_at > now
        )
        .values(used_at=now)
        .returning(officer_link.c.officer_id)
    )
    officer_id: int | None = (await tx.execute(used)).scalar_one_or_none()
    return officer_id
