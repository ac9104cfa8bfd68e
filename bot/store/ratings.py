"""Ratings: one request for each consultation, and what was answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import DateTime, bindparam, text

from bot.store.database import Transaction

Way = Literal["chat", "link"]

_NOW = bindparam("now", type_=DateTime(timezone=True))

_ASK = text(
    """
    INSERT INTO rating (conversation_id, officer_id, digest, asked_at, expires_at)
    VALUES (:conversation, :officer, :digest, :now, :expires)
    ON CONFLICT (conversation_id) DO NOTHING
    RETURNING conversation_id
    """
).bindparams(_NOW, bindparam("expires", type_=DateTime(timezone=True)))


async def ask(
    tx: Transaction,
    conversation_id: int,
    *,
    officer_id: int | None,
    digest: bytes,
    now: datetime,
    expires: datetime,
) -> bool:
    """Note that a rating is asked for; False when it was before: a consultation is rated once."""
    values = {"conversation": conversation_id, "officer": officer_id, "digest": digest}
    made = await tx.execute(_ASK, {**values, "now": now, "expires": expires})
    return made.scalar_one_or_none() is not None


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for a rating, with what was answered; locked."""

    conversation_id: int
    language: str
    asked_at: datetime
    expires_at: datetime
    score: int | None
    comment: str | None
    rated_at: datetime | None


_COLUMNS = """
    rating.conversation_id, contact.language, rating.asked_at, rating.expires_at, rating.score, rating.comment,
    rating.rated_at
"""
_FROM = """
    FROM rating JOIN conversation ON conversation.id = rating.conversation_id
    JOIN contact ON contact.id = conversation.contact_id
"""
_BY_LINK = text(f"SELECT {_COLUMNS} {_FROM} WHERE rating.digest = :digest FOR UPDATE OF rating")


async def by_link(tx: Transaction, digest: bytes) -> Asked | None:
    """Return the request that a link is for, None when there is none."""
    row = (await tx.execute(_BY_LINK, {"digest": digest})).one_or_none()
    return None if row is None else Asked(*row)


_WAITING = text(
    f"""
    SELECT {_COLUMNS} {_FROM}
    WHERE conversation.contact_id = :contact AND rating.score IS NULL AND rating.expires_at > :now
    ORDER BY rating.asked_at DESC LIMIT 1 FOR UPDATE OF rating
    """
).bindparams(_NOW)


async def waiting(tx: Transaction, contact_id: int, *, now: datetime) -> Asked | None:
    """Return the newest request to a contact that nothing was answered to yet, None without one."""
    row = (await tx.execute(_WAITING, {"contact": contact_id, "now": now})).one_or_none()
    return None if row is None else Asked(*row)


_IS_ASKED = text(
    "SELECT true FROM rating WHERE conversation_id = :conversation AND expires_at > :now FOR UPDATE"
).bindparams(_NOW)


async def is_asked(tx: Transaction, conversation_id: int, *, now: datetime) -> bool:
    """Tell whether a conversation can be rated, or rated differently, now."""
    found = await tx.execute(_IS_ASKED, {"conversation": conversation_id, "now": now})
    return found.scalar_one_or_none() is not None


_RATE = text(
    """
    UPDATE rating SET score = :score, comment = :comment, way = :way,
        rated_at = coalesce(rated_at, :now), changed_at = CASE WHEN rated_at IS NULL THEN NULL ELSE :now END
    WHERE conversation_id = :conversation
    """
).bindparams(_NOW)


async def rate(
    tx: Transaction, conversation_id: int, *, score: int, comment: str | None, way: Way, now: datetime
) -> None:
    """Keep a rating, or another one in its place. `score` is 1 to 5."""
    values = {"conversation": conversation_id, "score": score, "comment": comment or None, "way": way}
    await tx.execute(_RATE, {**values, "now": now})
