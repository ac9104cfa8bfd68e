"""Ratings: one request for each consultation, and what was answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Literal

from sqlalchemy import BigInteger, DateTime, bindparam, text

from bot.store.database import Transaction

Way = Literal["chat", "link"]


def digest(token: str) -> bytes:
    """Return what is kept of a link's token: whoever reads the database cannot rate."""
    return sha256(token.encode()).digest()


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
    """A request for a rating, with what was answered; locked.

    `is_reported`: its month's report was made after it was given.
    """

    conversation_id: int
    person_id: int
    language: str
    ticket: str | None
    asked_at: datetime
    expires_at: datetime
    score: int | None
    comment: str | None
    rated_at: datetime | None
    is_reported: bool


_COLUMNS = """
    rating.conversation_id, contact.person_id, contact.language,
    (SELECT number FROM ticket WHERE ticket.conversation_id = rating.conversation_id ORDER BY id DESC LIMIT 1),
    rating.asked_at, rating.expires_at, rating.score, rating.comment, rating.rated_at,
    EXISTS (
        SELECT 1 FROM report
        WHERE report.kind = 'month' AND report.made_at >= rating.rated_at
            AND report.first = CAST(date_trunc('month', rating.rated_at AT TIME ZONE :zone) AS date)
    )
"""
_FROM = """
    FROM rating JOIN conversation ON conversation.id = rating.conversation_id
    JOIN contact ON contact.id = conversation.contact_id
"""
_BY_LINK = text(f"SELECT {_COLUMNS} {_FROM} WHERE rating.digest = :digest FOR UPDATE OF rating")


async def by_link(tx: Transaction, digest: bytes, *, zone: str) -> Asked | None:
    """Return the request that a link is for, None when there is none; months are those of `zone` (an IANA name)."""
    row = (await tx.execute(_BY_LINK, {"digest": digest, "zone": zone})).one_or_none()
    return None if row is None else Asked(*row)


_WAITING = text(
    """
    SELECT rating.conversation_id FROM rating JOIN conversation ON conversation.id = rating.conversation_id
    WHERE conversation.contact_id = :contact AND rating.score IS NULL AND rating.expires_at > :now
        AND NOT EXISTS (
            SELECT 1 FROM conversation AS open
            WHERE open.id = :open AND (open.holder_id IS NOT NULL OR open.last_outbound_at > rating.asked_at)
        )
    ORDER BY rating.asked_at DESC LIMIT 1 FOR UPDATE OF rating
    """
).bindparams(_NOW, bindparam("open", type_=BigInteger))


async def waiting(
    tx: Transaction, contact_id: int, *, now: datetime, unless_said_in: int | None
) -> int | None:
    """Return the conversation that a contact was last asked to rate and has not, None without one.

    Nor is one returned when something was said since in the conversation `unless_said_in`, or an officer holds it.
    """
    values = {"contact": contact_id, "now": now, "open": unless_said_in}
    return (await tx.execute(_WAITING, values)).scalar_one_or_none()


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


_COMMENT = text(
    "UPDATE rating SET comment = :comment WHERE conversation_id = :conversation AND score IS NOT NULL"
)


async def comment(tx: Transaction, conversation_id: int, words: str) -> None:
    """Keep what is said to a rating; nothing where there is none yet."""
    await tx.execute(_COMMENT, {"conversation": conversation_id, "comment": words or None})
