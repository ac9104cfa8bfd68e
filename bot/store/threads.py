"""Which conversations a mail refers to, by ids and by ticket numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Text, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from bot.store.database import Transaction


@dataclass(frozen=True, slots=True)
class Quoted:
    """A conversation that a mail refers to; `is_own`: the sender's own.

    `by_thread`: by a message of it, of ours or of the sender's; else by the `ticket` that it has.
    """

    conversation_id: int
    is_own: bool
    is_closed: bool
    by_thread: bool
    subject: str | None
    ticket: str | None


# Somebody else's mail is nothing that one could know by having got mail of ours: only ours count there.
# What goes on from a conversation goes on from it for whoever answers an old message of it, too.
_QUOTED = text(
    """
    WITH RECURSIVE hit AS (
        SELECT conversation_id, true AS by_thread, false AS is_theirs FROM message
        WHERE channel = :channel AND external_id = ANY(:ids)
        UNION ALL
        SELECT conversation_id, true, false FROM message WHERE channel = :channel AND uid = ANY(:uids)
        UNION ALL
        SELECT conversation_id, true, true FROM message
        WHERE channel = :channel AND author = 'citizen' AND reply_id = ANY(:ids)
        UNION ALL
        -- A ticket of somebody who was forgotten leads nowhere, and nobody is told of it.
        SELECT ticket.conversation_id, false, false
        FROM ticket JOIN conversation AS known ON known.id = ticket.conversation_id
        WHERE ticket.number = ANY(:tickets) AND known.forgotten_at IS NULL
    ), quoted AS (
        SELECT conversation_id AS id, bool_or(by_thread) AS by_thread, bool_and(is_theirs) AS is_theirs
        FROM hit GROUP BY 1
    ), every AS (
        SELECT id, by_thread, is_theirs, 0 AS distance FROM quoted
        UNION
        SELECT later.id, every.by_thread, true, every.distance + 1
        FROM every JOIN conversation AS later ON later.follows_id = every.id
        WHERE every.distance < 20
    )
    SELECT conversation.id, conversation.contact_id = :contact AS is_own,
        conversation.closed_at IS NOT NULL AS is_closed, bool_or(every.by_thread) AS by_thread,
        conversation.subject,
        (SELECT max(number) FROM ticket WHERE ticket.conversation_id = conversation.id) AS ticket
    FROM every JOIN conversation ON conversation.id = every.id
    WHERE conversation.contact_id = :contact OR NOT every.is_theirs
    GROUP BY conversation.id
    ORDER BY min(every.distance), conversation.id DESC
    """
).bindparams(
    bindparam("ids", type_=ARRAY(Text)),
    bindparam("uids", type_=ARRAY(Uuid(as_uuid=True))),
    bindparam("tickets", type_=ARRAY(Text)),
)


async def quoted(
    tx: Transaction,
    *,
    contact_id: int,
    channel: str,
    ids: Sequence[str],
    uids: Sequence[UUID],
    tickets: Sequence[str],
) -> list[Quoted]:
    """Return the conversations that a mail of a contact refers to, then those that go on from them; newest first.

    `ids` are those of mails, `uids` our own of messages of ours, sent or not known to be; `tickets` are numbers.
    """
    rows = await tx.execute(
        _QUOTED,
        {
            "contact": contact_id,
            "channel": channel,
            "ids": list(ids),
            "uids": list(uids),
            "tickets": list(tickets),
        },
    )
    return [Quoted(row.id, row.is_own, row.is_closed, row.by_thread, row.subject, row.ticket) for row in rows]
