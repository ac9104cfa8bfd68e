"""What became of each message of ours: kept, sending, sent, failed or uncertain."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, DateTime, and_, bindparam, select, text, update

from bot.store.database import Transaction
from bot.store.tables import contact, conversation, delivery, message
from channels.port import Outbound


@dataclass(frozen=True, slots=True)
class Due:
    """A message of ours that is still to be sent. `outbound.attempted_at` tells of an attempt whose
    end nobody knows; `attempts` is the number of the latest one, 0 before the first."""

    message_id: int
    outbound: Outbound
    attempts: int


_DUE = (
    select(
        message.c.uid,
        message.c.channel,
        message.c.text,
        message.c.subject,
        message.c.reply_id,
        message.c.reference_ids,
        message.c.created_at,
        delivery.c.key,
        delivery.c.arguments,
        delivery.c.language,
        delivery.c.state,
        delivery.c.attempts,
        delivery.c.attempted_at,
        delivery.c.choices,
        contact.c.address,
        contact.c.last_inbound_at,
        contact.c.window_closed_at,
    )
    .join(message, message.c.id == delivery.c.message_id)
    .join(conversation, conversation.c.id == message.c.conversation_id)
    .join(contact, contact.c.id == conversation.c.contact_id)
    .where(delivery.c.message_id == bindparam("message"), delivery.c.state.in_(["kept", "sending"]))
)


async def due(tx: Transaction, message_id: int) -> Due | None:
    """Return a message still to be sent, or None when its end is known.

    Nothing is locked: whoever wants to make an attempt records it first (`attempt`), and one does.
    """
    row = (await tx.execute(_DUE, {"message": message_id})).one_or_none()
    if row is None:
        return None
    return Due(
        message_id=message_id,
        outbound=Outbound(
            id=row.uid,
            channel=row.channel,
            recipient=row.address,
            text=row.text,
            key=row.key,
            arguments=row.arguments,
            language=row.language,
            created_at=row.created_at,
            choices=tuple(row.choices),
            last_heard=_heard(row.last_inbound_at, row.window_closed_at),
            attempted_at=row.attempted_at if row.state == "sending" else None,
            subject=row.subject,
            in_reply_to=row.reply_id,
            references=tuple(row.reference_ids),
        ),
        attempts=row.attempts,
    )


def _heard(last_inbound: datetime | None, window_closed: datetime | None) -> datetime | None:
    """Return when the citizen last wrote, None when the channel has closed the window since."""
    if last_inbound is None or (window_closed is not None and window_closed >= last_inbound):
        return None
    return last_inbound


_ATTEMPT = (
    update(delivery)
    .where(
        delivery.c.message_id == bindparam("message"),
        delivery.c.attempts == bindparam("latest"),
        delivery.c.state.in_(["kept", "sending"]),
    )
    .values(state="sending", attempted_at=bindparam("now"), attempts=delivery.c.attempts + 1)
    .returning(delivery.c.attempts)
)


async def attempt(tx: Transaction, due: Due, *, now: datetime) -> Due | None:
    """Record an attempt, before it is made, and return the message with it.

    None when another worker has made one in the meantime, or knows the end: then it is not ours to make.
    """
    recorded = await tx.execute(_ATTEMPT, {"message": due.message_id, "latest": due.attempts, "now": now})
    attempts = recorded.scalar_one_or_none()
    if attempts is None:
        return None
    return replace(due, outbound=replace(due.outbound, attempted_at=now, attempt=attempts), attempts=attempts)


async def put_back(tx: Transaction, due: Due, *, failure: str) -> None:
    """Note that an attempt certainly did not arrive, and will be made again; if it is still the latest."""
    await tx.execute(
        update(delivery)
        .where(_is_latest(due), delivery.c.state == "sending")
        .values(state="kept", failure=failure)
    )


def _is_latest(due: Due) -> ColumnElement[bool]:
    """A worker that was taken for dead may come back late: its word counts for its own attempt only."""
    return and_(delivery.c.message_id == due.message_id, delivery.c.attempts == due.attempts)


_SENT = text(
    """
    WITH noted AS (
        UPDATE delivery SET state = 'sent', sent_at = :now, failure = NULL
        WHERE message_id = :message AND state <> 'sent'
        RETURNING message_id
    ), kept AS (
        UPDATE message SET external_id = :external FROM noted WHERE message.id = noted.message_id
        RETURNING conversation_id
    )
    UPDATE conversation SET last_outbound_at = :now FROM kept WHERE conversation.id = kept.conversation_id
    """
).bindparams(bindparam("now", type_=DateTime(timezone=True)))


async def sent(tx: Transaction, message_id: int, *, external_id: str, now: datetime) -> None:
    """Note that the other side took the message, and that the office has answered; the first word counts."""
    await tx.execute(_SENT, {"message": message_id, "external": external_id, "now": now})


async def give_up(tx: Transaction, due: Due, *, failure: str, uncertain: bool) -> None:
    """Note that the message will not be tried again; officers see why."""
    await tx.execute(
        update(delivery)
        .where(_is_latest(due), delivery.c.state.in_(["kept", "sending"]))
        .values(state="uncertain" if uncertain else "failed", failure=failure)
    )


async def forgotten(tx: Transaction, *, before: datetime, most: int) -> list[tuple[int, int, str]]:
    """Return (message, conversation, channel) of unsent messages older than `before` that no job serves."""
    query = text(
        """
        SELECT message.id, message.conversation_id, message.channel
        FROM delivery JOIN message ON message.id = delivery.message_id
        WHERE delivery.state IN ('kept', 'sending') AND message.created_at < :before
          AND NOT EXISTS (
            SELECT 1 FROM procrastinate_jobs AS job
            WHERE job.lock = 'deliver:' || message.conversation_id || ':' || message.channel
              AND job.status IN ('todo', 'doing') AND (job.args ->> 'message_id')::bigint = message.id
          )
        ORDER BY message.id LIMIT :most
        """
    )
    rows = await tx.execute(query, {"before": before, "most": most})
    return [(row.id, row.conversation_id, row.channel) for row in rows]
