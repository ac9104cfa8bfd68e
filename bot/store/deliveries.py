"""What became of each message of ours: kept, sending, sent, waiting, rerouted, failed or uncertain."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    DateTime,
    and_,
    bindparam,
    func,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from bot.store.attempts import Attempts, Busy, Recorded
from bot.store.database import Transaction
from bot.store.tables import contact, conversation, delivery, message, ticket
from channels.port import Cause, Enclosure, Outbound, Pace


@dataclass(frozen=True, slots=True)
class Due:
    """A message of ours that is still to be sent, and how its person stands with the channel.

    `outbound.attempted_at` tells of an attempt whose end nobody knows; `attempts` is the number of the latest
    one, 0 before the first, of which `past_attempts` came to nothing after they were taken. It was kept at
    `kept_at` and could be sent `since`, later when it waited. `heard_at` is when the person last wrote on this
    channel, whatever the channel has said since, `responded_at` in this conversation, which was closed at
    `closed_at`. From `pointless_from`
    on a notice says what is not so, whatever the person has done; None: never.
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
    responded_at: datetime | None = None
    closed_at: datetime | None = None
    pointless_from: datetime | None = None


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
# From when on a notice, or the mail in its place, says what is not so: the conversation will not be closed, somebody
# has taken the ticket up, the rating was given or cannot be given any more, the survey is over. NULL: never.
_POINTLESS_FROM: ColumnElement[datetime | None] = literal_column(
    """(
        CASE
            WHEN delivery.key IN ('warning', 'mail_warning') THEN CASE
                WHEN num_nonnulls(conversation.closed_at, conversation.owed_since, conversation.kept_open_at) > 0
                THEN message.created_at END
            WHEN delivery.key IN ('unclaimed', 'mail_unclaimed') THEN CASE WHEN NOT EXISTS (
                SELECT FROM ticket WHERE ticket.conversation_id = message.conversation_id
                    AND ticket.closed_at IS NULL AND ticket.assignee_id IS NULL
            ) THEN message.created_at END
            WHEN delivery.key IN ('rating', 'mail_rating') THEN (
                SELECT least(rating.expires_at, rating.rated_at) FROM rating
                WHERE rating.conversation_id = message.conversation_id
            )
            -- The day after the last one begins at 7.00 to 9.00 of Indonesia's clocks, before notices go out.
            WHEN delivery.key IN ('survey', 'mail_survey') THEN (
                SELECT least(sheet.finished_at, CAST(survey.closes_on + 1 AS timestamp) AT TIME ZONE 'UTC')
                FROM survey_sheet AS sheet JOIN survey ON survey.id = sheet.survey_id
                WHERE sheet.conversation_id = message.conversation_id AND sheet.invited_at <= message.created_at
                ORDER BY sheet.invited_at DESC LIMIT 1
            )
        END
    )""",
    DateTime(timezone=True),
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
        conversation.c.last_inbound_at.label("responded_at"),
        conversation.c.closed_at,
        _POINTLESS_FROM.label("pointless_from"),
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
        responded_at=row.responded_at,
        closed_at=row.closed_at,
        pointless_from=row.pointless_from,
    )


def _heard(last_inbound: datetime | None, window_closed: datetime | None) -> datetime | None:
    """Return when the citizen last wrote, None when the channel has closed the window since."""
    if last_inbound is None or (window_closed is not None and window_closed >= last_inbound):
        return None
    return last_inbound


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt that is recorded; it is to be made in `wait` seconds."""

    due: Due
    wait: float = 0.0


_ATTEMPTS = Attempts("delivery", key="message_id")


async def attempt(tx: Transaction, due: Due, *, now: datetime, limit: Pace | None) -> Attempt | Busy | None:
    """Record an attempt, before it is made, and return the message with it; see `Attempts.record`."""
    made = await _ATTEMPTS.record(tx, due.message_id, due.outbound, latest=due.attempts, now=now, limit=limit)
    if not isinstance(made, Recorded):
        return made
    return Attempt(replace(due, outbound=made.outbound, attempts=made.outbound.attempt), made.wait)


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


_PUT_OFF = text(
    f"""
    UPDATE delivery SET released_at = :until
    WHERE {_ATTEMPTS.to_be_tried} AND (released_at IS NULL OR released_at < :until)
    RETURNING message_id
    """  # noqa: S608  our own words
).bindparams(bindparam("until", type_=DateTime(timezone=True)))


async def put_off(tx: Transaction, due: Due, *, until: datetime) -> bool:
    """Note that a message is not to be sent before a moment; False when somebody else has, or knows its end."""
    what = {"row": due.message_id, "latest": due.attempts, "until": until}
    return (await tx.execute(_PUT_OFF, what)).one_or_none() is not None


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
