"""Ratings: one request for each consultation, and what was answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal

from sqlalchemy import BigInteger, Boolean, DateTime, Text, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from bot.store.database import Transaction

Way = Literal["chat", "link"]
Reply = Literal["words", "figure", "correction", "unclear"]
CORRECTION = timedelta(hours=1)
"""For so long after a rating another figure takes its place; later it must say that it does, or come by the link."""


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


# Whoever answers in the chat holds the contact first, then the rest: so does whoever comes by the link.
_LOCK_CONTACT = text(
    """
    SELECT contact.id FROM rating JOIN conversation ON conversation.id = rating.conversation_id
    JOIN contact ON contact.id = conversation.contact_id
    WHERE rating.digest = :digest FOR UPDATE OF contact
    """
)


async def by_link(tx: Transaction, digest: bytes, *, zone: str) -> Asked | None:
    """Return the request that a link is for, None when there is none; months are those of `zone` (an IANA name)."""
    await tx.execute(_LOCK_CONTACT, {"digest": digest})
    row = (await tx.execute(_BY_LINK, {"digest": digest, "zone": zone})).one_or_none()
    return None if row is None else Asked(*row)


# When the request reached the citizen, on whatever way; one that waits, or failed, was never read.
_REQUEST = """
    JOIN LATERAL (
        SELECT coalesce(delivery.sent_at, rating.asked_at) AS at FROM message
        JOIN delivery ON delivery.message_id = message.id
        WHERE message.conversation_id = rating.conversation_id AND delivery.key = 'rating'
            AND delivery.state IN ('sent', 'sending', 'uncertain', 'rerouted')
        ORDER BY message.id DESC LIMIT 1
    ) AS request ON true
"""
# The newest question is another one: an officer has that conversation, or something was said in it since. A figure for
# the very conversation that an officer took up again, and has said nothing in, still answers the request. What waited
# for the citizen's next message comes before the answer to that, and can be answered with what is written then.
_IS_OVERTAKEN = """
    EXISTS (
        SELECT FROM conversation AS open
        WHERE open.id = :open AND (
            open.holder_id IS NOT NULL AND NOT (:is_figure AND open.id = rating.conversation_id)
            OR open.last_outbound_at >= greatest(request.at, rating.rated_at, rating.changed_at) AND NOT (
                :is_plain AND rating.score IS NULL AND open.holder_id IS NULL AND open.opened_at <= request.at
                AND open.last_inbound_at <= request.at
                AND coalesce(jsonb_array_length(open.context -> 'choices'), 0) = 0
                AND num_nonnulls(
                    nullif(open.context -> 'form', 'null'), nullif(open.context #> '{filling,asking}', 'null'),
                    nullif(open.context -> 'confirming', 'null')
                ) = 0
            )
        )
    )
"""
_WAITING = text(
    f"""
    SELECT rating.conversation_id
    FROM rating JOIN conversation ON conversation.id = rating.conversation_id
    {_REQUEST}
    WHERE conversation.contact_id = :contact AND rating.expires_at > :now
        AND (CAST(:only AS bigint) IS NULL OR rating.conversation_id = :only)
        AND CASE :reply
            WHEN 'correction' THEN true
            WHEN 'figure' THEN rating.score IS NULL
                OR coalesce(rating.changed_at, rating.rated_at) > CAST(:since AS timestamptz)
            WHEN 'unclear' THEN rating.score IS NULL AND NOT EXISTS (
                SELECT FROM message JOIN delivery ON delivery.message_id = message.id
                WHERE message.conversation_id = rating.conversation_id AND delivery.key = 'rating_unclear'
            )
            ELSE rating.score IS NULL END
        AND NOT {_IS_OVERTAKEN}
    ORDER BY request.at DESC LIMIT 1 FOR UPDATE OF rating
    """  # noqa: S608  our own words
).bindparams(
    _NOW,
    bindparam("since", type_=DateTime(timezone=True)),
    bindparam("open", type_=BigInteger),
    bindparam("only", type_=BigInteger),
    bindparam("is_plain", type_=Boolean),
    bindparam("is_figure", type_=Boolean),
)


async def waiting(
    tx: Transaction,
    contact_id: int,
    *,
    reply: Reply,
    is_plain: bool,
    is_figure: bool,
    now: datetime,
    unless_said_in: int | None,
    only: int | None = None,
) -> int | None:
    """Return the conversation that a contact's reply rates, None without one: the newest request that reached them.

    It waits for a rating; a figure may follow another one for `CORRECTION`, and a correction as long as the request
    can be answered at all. What is unclear is asked about once. None when something was said since in the
    conversation `unless_said_in`, or an officer holds it. `only`: of that conversation or of none.
    """
    values = {
        "contact": contact_id,
        "reply": reply,
        "is_plain": is_plain,
        "is_figure": is_figure,
        "open": unless_said_in,
        "only": only,
    }
    found = await tx.execute(_WAITING, {**values, "now": now, "since": now - CORRECTION})
    return found.scalar_one_or_none()


_TAPPED = text(
    """
    SELECT rating.conversation_id FROM message
    JOIN delivery ON delivery.message_id = message.id
    JOIN rating ON rating.conversation_id = message.conversation_id
    JOIN conversation ON conversation.id = rating.conversation_id
    WHERE message.channel = :channel AND message.external_id = ANY(:tapped) AND delivery.key = 'rating'
        AND conversation.contact_id = :contact AND rating.expires_at > :now
    FOR UPDATE OF rating
    """
).bindparams(_NOW, bindparam("tapped", type_=ARRAY(Text)))


async def tapped(
    tx: Transaction, contact_id: int, *, channel: str, on: Sequence[str], now: datetime
) -> int | None:
    """Return the conversation whose request has the button that was tapped, None when it was another message's."""
    values = {"contact": contact_id, "channel": channel, "tapped": list(on), "now": now}
    return (await tx.execute(_TAPPED, values)).scalar_one_or_none()


_OF = text(f"SELECT {_COLUMNS} {_FROM} WHERE rating.conversation_id = :conversation FOR UPDATE OF rating")


async def of(tx: Transaction, conversation_id: int, *, now: datetime, zone: str) -> Asked | None:
    """Return the request of a conversation that can be answered now, None when there is none."""
    row = (await tx.execute(_OF, {"conversation": conversation_id, "zone": zone})).one_or_none()
    asked = None if row is None else Asked(*row)
    return asked if asked is not None and asked.expires_at > now else None


_IS_OFFERED = text(
    """
    SELECT EXISTS (
        SELECT FROM rating JOIN conversation ON conversation.id = rating.conversation_id
        JOIN conversation AS here ON here.contact_id = conversation.contact_id
        WHERE here.id = :here AND rating.way = 'chat' AND rating.score <= :score
            AND coalesce(rating.changed_at, rating.rated_at) > :since
            AND (
                SELECT delivery.key FROM message JOIN delivery ON delivery.message_id = message.id
                JOIN conversation AS there ON there.id = message.conversation_id
                WHERE there.contact_id = here.contact_id AND message.author IN ('bot', 'officer')
                ORDER BY message.id DESC LIMIT 1
            ) = 'rating_sorry'
    )
    """
).bindparams(bindparam("since", type_=DateTime(timezone=True)))


async def is_offered_complaint(tx: Transaction, conversation_id: int, *, up_to: int, since: datetime) -> bool:
    """Tell whether the last thing said to a contact offers a complaint, after a rating of at most `up_to` since then.

    In whatever conversation: the rating may be another's than the one that is open.
    """
    values = {"here": conversation_id, "score": up_to, "since": since}
    return bool((await tx.execute(_IS_OFFERED, values)).scalar_one())


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


_IS_ONE = text(
    """
    SELECT EXISTS (
        SELECT FROM rating
        WHERE conversation_id = :conversation AND coalesce(changed_at, rated_at) = :at
            AND (comment IS NULL OR NOT :is_bare)
    )
    """
).bindparams(bindparam("at", type_=DateTime(timezone=True)), bindparam("is_bare", type_=Boolean))


async def is_one(tx: Transaction, conversation_id: int, *, at: datetime, is_bare: bool = True) -> bool:
    """Tell whether what came at that moment rates its conversation; with `is_bare` and says nothing besides."""
    values = {"conversation": conversation_id, "at": at, "is_bare": is_bare}
    return bool((await tx.execute(_IS_ONE, values)).scalar_one())


_COMMENT = text(
    "UPDATE rating SET comment = :comment WHERE conversation_id = :conversation AND score IS NOT NULL"
)


async def comment(tx: Transaction, conversation_id: int, words: str) -> None:
    """Keep what is said to a rating; nothing where there is none yet."""
    await tx.execute(_COMMENT, {"conversation": conversation_id, "comment": words or None})
