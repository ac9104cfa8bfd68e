"""Events that officers are to look at, with whom they are about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Row, Text, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from bot.store.database import Transaction

WORDS = 160  # characters of a message that are shown with what became of it

# What has settled itself since is not shown any more: a message that went out after all, a window in which the
# citizen got an answer.
STILL = """
    event.seen_at IS NULL
    AND NOT (
        event.kind IN ('uncertain', 'waits_for_contact', 'not_delivered')
        AND EXISTS (SELECT FROM delivery WHERE delivery.message_id = event.message_id AND delivery.state = 'sent')
    )
    AND NOT (
        event.kind = 'window_closing'
        AND EXISTS (SELECT FROM conversation WHERE id = event.conversation_id AND owed_since IS NULL)
    )
"""
ONLY_TELLS = "(event.kind IN ('announced', 'rerouted', 'delayed'))"
_SHOWN = """
    SELECT event.id, event.kind, event.created_at AS at, event.conversation_id, event.detail,
        coalesce(person.name, contact.name, contact.address) AS name, contact.channel,
        (
            SELECT number FROM ticket WHERE ticket.conversation_id = event.conversation_id
            ORDER BY closed_at IS NULL DESC, ticket.id DESC LIMIT 1
        ) AS ticket,
        left(message.text, :words) AS words, officer.name AS officer
    FROM event
    LEFT JOIN conversation ON conversation.id = event.conversation_id
    LEFT JOIN contact ON contact.id = conversation.contact_id
    LEFT JOIN person ON person.id = contact.person_id
    LEFT JOIN message ON message.id = event.message_id
    LEFT JOIN officer ON officer.id = CAST(event.detail ->> 'officer' AS bigint)
"""

_COUNTS = text(
    f"""
    SELECT kind, count(*) AS number FROM (
        SELECT kind FROM event WHERE {STILL} ORDER BY created_at DESC LIMIT :most
    ) AS unseen GROUP BY kind
    """  # noqa: S608  our own words
)


async def counts(tx: Transaction, *, most: int) -> dict[str, int]:
    """Return how many of each kind are among the newest `most` that nobody has seen."""
    return {row.kind: row.number for row in await tx.execute(_COUNTS, {"most": most})}


_OF_KIND = text(
    f"{_SHOWN} WHERE event.kind = :kind AND event.id < :before AND {STILL} ORDER BY event.id DESC LIMIT :most"
)
_OF_CONVERSATION = text(
    f"{_SHOWN} WHERE event.conversation_id = :conversation ORDER BY event.id DESC LIMIT :most"
)
NEWEST = 2**62


async def of_kind(tx: Transaction, kind: str, *, before: int | None, most: int) -> Sequence[Row[Any]]:
    """Return what nobody has seen of a kind, newest first."""
    what = {"kind": kind, "before": before or NEWEST, "most": most, "words": WORDS}
    return (await tx.execute(_OF_KIND, what)).all()


async def of_conversation(tx: Transaction, conversation_id: int, *, most: int) -> Sequence[Row[Any]]:
    """Return what happened in a conversation, seen or not, newest first."""
    what = {"conversation": conversation_id, "most": most, "words": WORDS}
    return (await tx.execute(_OF_CONVERSATION, what)).all()


_SEEN = text(
    "UPDATE event SET seen_at = :now WHERE id = ANY(:ids) AND seen_at IS NULL RETURNING id, kind"
).bindparams(bindparam("ids", type_=ARRAY(BigInteger)), bindparam("now", type_=DateTime(timezone=True)))
_ALL_SEEN = text(
    "UPDATE event SET seen_at = :now WHERE kind = :kind AND id <= :until AND seen_at IS NULL RETURNING id"
).bindparams(bindparam("kind", type_=Text), bindparam("now", type_=DateTime(timezone=True)))


async def seen(tx: Transaction, ids: Sequence[int], *, now: datetime) -> Sequence[Row[Any]]:
    """Mark events as seen; return `id` and `kind` of those that nobody had seen."""
    return (await tx.execute(_SEEN, {"ids": list(ids), "now": now})).all()


async def all_seen(tx: Transaction, kind: str, *, until: int, now: datetime) -> int:
    """Mark all of a kind up to an id as seen; return how many it were."""
    return len((await tx.execute(_ALL_SEEN, {"kind": kind, "until": until, "now": now})).all())


_MAILBOXES = text(
    "SELECT channel, max(checked_at) AS checked_at, max(coalesce(checked_at, since)) AS heard_at"
    " FROM mailbox GROUP BY channel ORDER BY channel"
)


async def mailboxes(tx: Transaction) -> Sequence[Row[Any]]:
    """Return when the mailboxes of each channel were looked at, and since when they are to be."""
    return (await tx.execute(_MAILBOXES)).all()
