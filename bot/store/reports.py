"""What channels told about messages of ours: one row for each part, moved on and never back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import DateTime, bindparam, text

from bot.store.database import Transaction
from channels.port import Cause, Report

# In the order in which one outdoes another, whichever comes first: who has it in hand has it, whatever
# another device of the same person reported.
_RANK = "array_position(ARRAY['queued', 'sent', 'failed', 'delivered', 'read'], {}::text)"


@dataclass(frozen=True, slots=True)
class Told:
    """A report that brought something new, and the message it is on as it was then.

    `attempt` is the one it is about; the latest is `attempts`, and those up to `past_attempts` are history.
    """

    message_id: int
    conversation_id: int
    state: str
    attempt: int
    attempts: int
    past_attempts: int


_KEEP = text(
    f"""
    WITH ours AS MATERIALIZED (
        SELECT message.id, message.conversation_id, delivery.state, delivery.attempts, delivery.past_attempts
        FROM message JOIN delivery ON delivery.message_id = message.id
        WHERE message.channel = :channel AND (message.uid = :uid OR message.external_id = :external)
        ORDER BY message.uid = :uid DESC NULLS LAST LIMIT 1
    ), kept AS (
        INSERT INTO delivery_report AS known (message_id, external_id, state, code, attempt, part, at)
        SELECT id, :external, :state, :code, coalesce(:attempt, attempts), :part, :at FROM ours
        ON CONFLICT (external_id, message_id) DO UPDATE
        SET state = excluded.state, code = excluded.code, at = excluded.at
        WHERE {_RANK.format("excluded.state")} > {_RANK.format("known.state")}
        RETURNING attempt
    )
    SELECT ours.*, kept.attempt FROM ours, kept
    """  # noqa: S608  the ranks are ours
).bindparams(bindparam("at", type_=DateTime(timezone=True)))


async def keep(tx: Transaction, report: Report) -> Told | None:
    """Keep a report; None when it brings nothing new or is not on a message of ours."""
    kept = await tx.execute(
        _KEEP,
        {
            "channel": report.channel,
            "external": report.external_id,
            "uid": report.message,
            "state": report.state,
            "code": report.code,
            "attempt": report.attempt,
            "part": report.part,
            "at": report.at,
        },
    )
    row = kept.one_or_none()
    if row is None:
        return None
    return Told(row.id, row.conversation_id, row.state, row.attempt, row.attempts, row.past_attempts)


_ARRIVED = text(
    """
    WITH whole AS (
        SELECT max(told.external_id) FILTER (WHERE told.part = :parts) AS external_id
        FROM delivery_report AS told JOIN delivery USING (message_id)
        WHERE told.message_id = :message AND told.attempt > delivery.past_attempts AND told.state <> 'failed'
        HAVING count(DISTINCT told.part) >= :parts
    ), noted AS (
        UPDATE delivery
        SET state = 'sent', sent_at = coalesce(attempted_at, :now), failure = NULL, cause = NULL
        FROM whole
        WHERE message_id = :message AND state IN ('kept', 'sending', 'failed', 'uncertain')
            AND past_attempts < :attempt
        RETURNING message_id, sent_at, whole.external_id
    ), named AS (
        UPDATE message SET external_id = noted.external_id FROM noted WHERE message.id = noted.message_id
        RETURNING message.conversation_id, message.author, noted.sent_at
    ), answered AS (
        UPDATE conversation SET last_outbound_at = greatest(last_outbound_at, named.sent_at) FROM named
        WHERE conversation.id = named.conversation_id AND named.author <> 'system'
    )
    SELECT count(*) FROM noted
    """
).bindparams(bindparam("now", type_=DateTime(timezone=True)))


async def arrived(tx: Transaction, told: Told, *, parts: int, now: datetime) -> bool:
    """Note that an attempt whose end nobody knew was taken: every one of its parts was reported.

    False when parts are missing, or the end was known.
    """
    what = {"message": told.message_id, "attempt": told.attempt, "parts": parts, "now": now}
    noted = await tx.execute(_ARRIVED, what)
    return bool(noted.scalar_one())


# A device of the person has it, though another one's report had it lost: unless it was sent again since.
_UNDO = text(
    """
    UPDATE delivery SET past_attempts = attempts - 1
    WHERE message_id = :message AND attempts = :attempt AND past_attempts = :attempt
        AND state IN ('kept', 'failed')
    """
)


async def undo_failure(tx: Transaction, told: Told) -> None:
    """Let the latest attempt count again after all."""
    await tx.execute(_UNDO, {"message": told.message_id, "attempt": told.attempt})


@dataclass(frozen=True, slots=True)
class Addressed:
    """To whom a message of ours went: `recipient` and `copies` in small letters.

    `is_contact`: it went to the conversation's own contact, not to another address of that person.
    """

    message_id: int
    conversation_id: int
    recipient: str
    copies: tuple[str, ...]
    is_contact: bool


_ADDRESSED = text(
    """
    SELECT message.id, message.conversation_id, lower(coalesce(delivery.recipient, contact.address)) AS recipient,
        delivery.cc, delivery.recipient IS NULL AS is_contact
    FROM message
    JOIN delivery ON delivery.message_id = message.id
    JOIN conversation ON conversation.id = message.conversation_id
    JOIN contact ON contact.id = conversation.contact_id
    WHERE message.channel = :channel AND (message.uid = :uid OR message.external_id = :external)
        AND delivery.attempts > 0
    ORDER BY message.uid = :uid DESC NULLS LAST LIMIT 1
    """
)


async def addressed(tx: Transaction, report: Report) -> Addressed | None:
    """Return where the message went that a report is on; None when it was never tried to be sent."""
    which = {"channel": report.channel, "external": report.external_id, "uid": report.message}
    row = (await tx.execute(_ADDRESSED, which)).one_or_none()
    if row is None:
        return None
    copies = tuple(each.lower() for each in row.cc)
    return Addressed(row.id, row.conversation_id, row.recipient, copies, row.is_contact)


@dataclass(frozen=True, slots=True)
class Failing:
    """A message of ours that was taken and then failed; its contact and its delivery are locked."""

    contact_id: int
    attempted_at: datetime
    attempts: int
    is_news: bool
    is_settled: bool
    was_template: bool


_CONTACT = text(
    """
    SELECT id FROM contact WHERE id = (SELECT contact_id FROM conversation WHERE id = :conversation) FOR UPDATE
    """
)
_FAILING = text(
    """
    SELECT state, attempts, past_attempts, coalesce(attempted_at, :now) AS attempted_at, way, cause
    FROM delivery WHERE message_id = :message FOR UPDATE
    """
).bindparams(bindparam("now", type_=DateTime(timezone=True)))


async def failing(tx: Transaction, told: Told, *, now: datetime) -> Failing:
    """Lock the contact, as whoever keeps a message of that person does, then the message, and read it again."""
    contact_id = (await tx.execute(_CONTACT, {"conversation": told.conversation_id})).scalar_one()
    row = (await tx.execute(_FAILING, {"message": told.message_id, "now": now})).one()
    return Failing(
        contact_id=contact_id,
        attempted_at=row.attempted_at,
        attempts=row.attempts,
        is_news=told.attempt > row.past_attempts,
        is_settled=row.state not in {"sent", "sending", "uncertain"},
        # Free text is not sent to a window that is known to be closed.
        was_template=row.way == "template" or row.cause == Cause.WINDOW_CLOSED,
    )


_BACK = text(
    """
    WITH back AS (
        UPDATE delivery SET state = :state, sent_at = NULL, failure = :failure, cause = :cause, way = :way,
            past_attempts = attempts
        WHERE message_id = :message
    ), unnamed AS (
        UPDATE message SET external_id = NULL WHERE id = :message
    )
    UPDATE conversation SET last_outbound_at = (
        SELECT max(delivery.sent_at) FROM message JOIN delivery ON delivery.message_id = message.id
        WHERE message.conversation_id = :conversation AND message.id <> :message
            AND message.author <> 'system' AND delivery.state = 'sent'
    )
    WHERE id = :conversation
    """
)


async def take_back(
    tx: Transaction,
    told: Told,
    state: str,
    *,
    failure: str,
    cause: Cause | None = None,
    was_template: bool = False,
) -> None:
    """Note that a message did not arrive after all: an answer that could not be delivered is still owed.

    `state` is kept (to be sent again) or failed. What the office has said last is reckoned anew.
    """
    await tx.execute(
        _BACK,
        {
            "message": told.message_id,
            "conversation": told.conversation_id,
            "state": state,
            "failure": failure,
            "cause": cause,
            "way": "template" if was_template else None,
        },
    )
