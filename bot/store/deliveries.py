"""What became of each message of ours: kept, sending, sent, waiting, rerouted, failed or uncertain."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, DateTime, and_, bindparam, func, literal_column, select, text, update
from sqlalchemy.dialects.postgresql import JSONB

from bot.store import pace
from bot.store.database import Transaction
from bot.store.tables import contact, conversation, delivery, message, ticket
from channels.port import Cause, Enclosure, Outbound, Pace


@dataclass(frozen=True, slots=True)
class Due:
    """A message of ours that is still to be sent, and how its person stands with the channel.

    `outbound.attempted_at` tells of an attempt whose end nobody knows; `attempts` is the number of the latest
    one, 0 before the first, of which `past_attempts` came to nothing after they were taken. It was kept at
    `kept_at` and could be sent `since`, later when it waited. `heard_at` is when the person last wrote on this
    channel, whatever the channel has said since.
    """

    message_id: int
    outbound: Outbound
    attempts: int
    past_attempts: int
    author: str
    conversation_id: int
    contact_id: int
    kept_at: datetime
    since: datetime
    heard_at: datetime | None
    way: str | None
    cause: Cause | None
    has_opted_out: bool
    is_unreachable: bool


# Of tickets that were open already when the message was kept: a retry is the same mail.
_TICKET = (
    select(ticket.c.number)
    .where(ticket.c.conversation_id == message.c.conversation_id, ticket.c.opened_at <= message.c.created_at)
    .order_by(ticket.c.id.desc())
    .limit(1)
    .correlate(message)
    .scalar_subquery()
)
_ENCLOSED: ColumnElement[list[dict[str, str | int]] | None] = literal_column(
    """(
        SELECT jsonb_agg(
            jsonb_build_object('name', each.name, 'content_type', each.content_type, 'size', each.size,
                'file', each.file)
            ORDER BY each.number
        )
        FROM attachment AS each WHERE each.message_id = message.id
    )""",
    JSONB,
)
_DUE = (
    select(
        message.c.uid,
        message.c.channel,
        message.c.author,
        message.c.text,
        message.c.subject,
        message.c.reply_id,
        message.c.reference_ids,
        message.c.conversation_id,
        message.c.created_at,
        func.coalesce(delivery.c.released_at, message.c.created_at).label("since"),
        delivery.c.key,
        delivery.c.arguments,
        delivery.c.language,
        delivery.c.state,
        delivery.c.attempts,
        delivery.c.past_attempts,
        delivery.c.attempted_at,
        delivery.c.choices,
        delivery.c.way,
        delivery.c.cause,
        delivery.c.recipient,
        delivery.c.cc,
        _TICKET.label("ticket"),
        _ENCLOSED.label("enclosed"),
        contact.c.id.label("contact_id"),
        contact.c.address,
        contact.c.last_inbound_at,
        contact.c.window_closed_at,
        contact.c.opted_out_at,
        contact.c.unreachable,
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
    is_to_contact = row.recipient is None
    return Due(
        message_id=message_id,
        outbound=Outbound(
            id=row.uid,
            channel=row.channel,
            recipient=row.address if is_to_contact else row.recipient,
            text=row.text,
            key=row.key,
            arguments=row.arguments,
            language=row.language,
            created_at=row.since,
            choices=tuple(row.choices),
            last_heard=_heard(row.last_inbound_at, row.window_closed_at) if is_to_contact else None,
            attempted_at=row.attempted_at if row.state == "sending" else None,
            attempt=max(row.attempts, 1),
            subject=row.subject,
            in_reply_to=row.reply_id,
            references=tuple(row.reference_ids),
            author=row.author,
            ticket=row.ticket if is_to_contact else None,
            cc=tuple(row.cc),
            attachments=tuple(Enclosure(**each) for each in row.enclosed or ()),
        ),
        attempts=row.attempts,
        past_attempts=row.past_attempts,
        author=row.author,
        conversation_id=row.conversation_id,
        contact_id=row.contact_id,
        kept_at=row.created_at,
        since=row.since,
        heard_at=row.last_inbound_at,
        way=row.way,
        cause=Cause(row.cause) if row.cause else None,
        has_opted_out=is_to_contact and row.opted_out_at is not None,
        is_unreachable=is_to_contact and row.unreachable is not None,
    )


def _heard(last_inbound: datetime | None, window_closed: datetime | None) -> datetime | None:
    """Return when the citizen last wrote, None when the channel has closed the window since."""
    if last_inbound is None or (window_closed is not None and window_closed >= last_inbound):
        return None
    return last_inbound


@dataclass(frozen=True, slots=True)
class Busy:
    """So much is being sent that the message has to come back in `seconds`; no attempt was recorded."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt that is recorded; it is to be made in `wait` seconds."""

    due: Due
    wait: float = 0.0


_IS_TO_BE_TRIED = "message_id = :message AND attempts = :latest AND state IN ('kept', 'sending')"
_ATTEMPT = text(
    f"""
    UPDATE delivery SET state = 'sending', attempted_at = :now, attempts = attempts + 1
    WHERE {_IS_TO_BE_TRIED}
    RETURNING attempts, 0.0::float AS wait, NULL AS busy
    """  # noqa: S608  our own words
).bindparams(bindparam("now", type_=DateTime(timezone=True)))
# One statement, so that keeping the pace costs an ordinary message no round trip.
_PACED_ATTEMPT = text(
    f"""
    WITH {pace.SLOT}, attempted AS (
        UPDATE delivery SET state = 'sending', attempts = attempts + 1,
            attempted_at = CAST(:now AS timestamptz) + make_interval(secs => slot.seconds)
        FROM slot WHERE {_IS_TO_BE_TRIED}
        RETURNING attempts
    )
    SELECT (SELECT attempts FROM attempted) AS attempts, (SELECT seconds FROM slot) AS wait,
        ({pace.BUSY}) AS busy
    """  # noqa: S608  our own words
).bindparams(bindparam("now", type_=DateTime(timezone=True)))


async def attempt(tx: Transaction, due: Due, *, now: datetime, limit: Pace | None) -> Attempt | Busy | None:
    """Record an attempt, before it is made, and return the message with it.

    `Busy` while the channel's limit is reached. None when another worker has made an attempt in the
    meantime, or knows the end: then it is not ours to make.
    """
    what = {"message": due.message_id, "latest": due.attempts, "now": now}
    if limit is None:
        row = (await tx.execute(_ATTEMPT, what)).one_or_none()
    else:
        gaps = pace.gaps(limit, due.outbound.channel, due.outbound.recipient)
        row = (await tx.execute(_PACED_ATTEMPT, {**what, **gaps})).one()
    if row is None:
        return None
    if row.attempts is None:
        return Busy(row.busy) if row.wait is None else None
    at = now + timedelta(seconds=row.wait)
    made = replace(due.outbound, attempted_at=at, attempt=row.attempts)
    return Attempt(replace(due, outbound=made, attempts=row.attempts), row.wait)


async def put_back(tx: Transaction, due: Due, *, failure: str, cause: Cause | None = None) -> None:
    """Note that an attempt certainly did not arrive, and will be made again; if it is still the latest."""
    await tx.execute(
        update(delivery)
        .where(_is_latest(due), delivery.c.state == "sending")
        .values(state="kept", failure=failure, cause=cause)
    )


def _is_latest(due: Due) -> ColumnElement[bool]:
    """A worker that was taken for dead may come back late: its word counts for its own attempt only, and
    while nothing else was learned of it."""
    return and_(
        delivery.c.message_id == due.message_id,
        delivery.c.attempts == due.attempts,
        delivery.c.past_attempts == due.past_attempts,
    )


_SENT = text(
    """
    WITH noted AS (
        UPDATE delivery SET state = 'sent', sent_at = :now, way = :way, failure = NULL, cause = NULL
        WHERE message_id = :message AND past_attempts < :attempt
            AND state IN ('kept', 'sending', 'failed', 'uncertain')
        RETURNING message_id
    ), kept AS (
        UPDATE message SET external_id = :external FROM noted WHERE message.id = noted.message_id
        RETURNING conversation_id, author
    )
    UPDATE conversation SET last_outbound_at = :now FROM kept
    WHERE conversation.id = kept.conversation_id AND kept.author <> 'system'
    """
).bindparams(bindparam("now", type_=DateTime(timezone=True)))


async def sent(tx: Transaction, due: Due, *, external_id: str, way: str, now: datetime) -> None:
    """Note that the other side took the message, and that the office has answered.

    The first word counts, and what a report has told since counts more. A notice is no answer.
    """
    what = {"message": due.message_id, "attempt": due.attempts, "external": external_id, "way": way}
    await tx.execute(_SENT, {**what, "now": now})


async def end(tx: Transaction, due: Due, state: str, *, failure: str, cause: Cause | None = None) -> bool:
    """Note that the message is not tried again for now: `state` is failed, uncertain, waiting or rerouted.

    False when something else has become of it in the meantime. Officers see why.
    """
    ended = await tx.execute(
        update(delivery)
        .where(_is_latest(due), delivery.c.state.in_(["kept", "sending"]))
        .values(state=state, failure=failure, cause=cause)
        .returning(delivery.c.message_id)
    )
    return ended.scalar_one_or_none() is not None


async def forgotten(tx: Transaction, *, before: datetime, most: int) -> list[tuple[int, int, str]]:
    """Return (message, conversation, channel) of unsent messages older than `before` that no job serves."""
    # By the message and not by the lock: what was released goes out in the order of the newest conversation.
    query = text(
        """
        SELECT message.id, message.conversation_id, message.channel
        FROM delivery JOIN message ON message.id = delivery.message_id
        WHERE delivery.state IN ('kept', 'sending') AND message.created_at < :before
          AND NOT EXISTS (
            SELECT 1 FROM procrastinate_jobs AS job
            WHERE job.task_name = 'deliver' AND job.status IN ('todo', 'doing')
              AND (job.args ->> 'message_id')::bigint = message.id
          )
        ORDER BY message.id LIMIT :most
        """
    )
    rows = await tx.execute(query, {"before": before, "most": most})
    return [(row.id, row.conversation_id, row.channel) for row in rows]
