"""Conversations that nobody goes on with: which are to be looked at, how each stands, what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import DateTime, bindparam, text

from bot.store.conversations import IS_SEQUEL
from bot.store.database import Transaction
from bot.store.surveys import IS_ONLY_SURVEY
from handoff.idle import Standing
from handoff.ticket import Kind

_NOW = bindparam("now", type_=DateTime(timezone=True))

# As handoff/idle.py and bot/closing.py have it, for putting conversations in order: the silence, and of the open
# tickets the most patient. `limits` are seconds by kind, and "bot" where no ticket is open; NULL: never closed.
_SILENT = """
    (greatest(conversation.last_outbound_at, coalesce(conversation.last_inbound_at, conversation.opened_at),
        conversation.released_at) + make_interval(
        secs => (
            SELECT CASE WHEN count(*) = 0 THEN CAST(CAST(:limits AS jsonb) ->> 'bot' AS float8)
                WHEN bool_or(CAST(:limits AS jsonb) ->> its.kind IS NULL) THEN NULL
                ELSE max(CAST(CAST(:limits AS jsonb) ->> its.kind AS float8)) END
            FROM ticket AS its WHERE its.conversation_id = conversation.id AND its.closed_at IS NULL
        )
    ))
"""
# Where other limits came to hold meanwhile it closes later: `tend_at`, which is never later than the closing, tells.
CLOSES = f"(CASE WHEN conversation.tend_at > {_SILENT} THEN conversation.tend_at ELSE {_SILENT} END)"
# What silence will close as things stand; not what has to be looked at first, at this moment.
CAN_CLOSE = """
    (conversation.closed_at IS NULL AND conversation.owed_since IS NULL AND conversation.kept_open_at IS NULL
        AND conversation.tend_at > :now)
"""
# `tend_at` is never later than the closing, and has an index.
CLOSES_SOON = f"({CAN_CLOSE} AND conversation.tend_at < :soon AND {CLOSES} < :soon)"

# Since when the last answer lies that did not reach the citizen; it is owed until an officer lets it go.
UNDELIVERED_SINCE = """
    (
        SELECT CASE WHEN last.state IN ('failed', 'uncertain', 'waiting') THEN last.created_at END
        FROM (
            SELECT delivery.state, answer.created_at
            FROM message AS answer JOIN delivery ON delivery.message_id = answer.id
            WHERE answer.conversation_id = conversation.id AND answer.author IN ('bot', 'officer')
            ORDER BY answer.id DESC LIMIT 1
        ) AS last
        WHERE conversation.closed_at IS NULL AND coalesce(last.created_at > conversation.released_at, true)
    )
"""

_DUE = text("SELECT id FROM conversation WHERE tend_at <= :now ORDER BY tend_at, id LIMIT :most").bindparams(
    _NOW
)


async def due(tx: Transaction, *, now: datetime, most: int) -> list[int]:
    """Return conversations that are to be looked at, the longest due first."""
    return list((await tx.execute(_DUE, {"now": now, "most": most})).scalars())


@dataclass(frozen=True, slots=True)
class Silent:
    """A conversation that is locked. `kinds` are those of its open tickets, `has_answer`: one of ours was sent,
    `is_unanswered`: something the citizen wrote waits for the bot, `is_owed_elsewhere`: something they wrote in another
    conversation about a ticket of this one waits for an officer. What is said there counts as said here.

    `is_sent_yet`: no answer of ours is on its way. `is_only_survey`: nothing was said but a survey's answers;
    `is_sequel`: an officer began it, to go on with another one. `officer_id` is whose consultation it was, None where
    the bot was alone. `form_since` is when the form was last gone on with,
    None without one. `closed_how` is None while it is open, or where it was closed before anybody noted how.
    """

    id: int
    contact_id: int
    channel: str
    language: str
    ticket: str | None
    kinds: tuple[Kind, ...]
    standing: Standing
    form_since: datetime | None
    closed_at: datetime | None
    closed_how: str | None
    has_answer: bool
    is_sent_yet: bool
    is_unanswered: bool
    is_owed_elsewhere: bool
    is_forgotten: bool
    officer_id: int | None
    is_only_survey: bool
    is_sequel: bool


_LOCK_CONTACT = text(
    """
    SELECT id FROM contact
    WHERE id = (SELECT contact_id FROM conversation WHERE id = :conversation) FOR UPDATE
    """
)
_HOLD = text(
    f"""
    SELECT conversation.id, conversation.contact_id, contact.channel, contact.language,
        conversation.last_outbound_at, conversation.last_inbound_at, conversation.owed_since,
        conversation.kept_open_at, conversation.released_at, conversation.warned_at, conversation.closed_at,
        conversation.closed_how, conversation.opened_at,
        jsonb_typeof(conversation.context -> 'form') = 'object' AS has_form,
        conversation.forgotten_at IS NOT NULL AS is_forgotten,
        (
            SELECT number FROM ticket WHERE ticket.conversation_id = conversation.id
            ORDER BY state = 'cancelled', id DESC LIMIT 1
        ) AS ticket,
        coalesce(
            (
                SELECT assignee_id FROM ticket WHERE ticket.conversation_id = conversation.id
                ORDER BY state = 'cancelled', id DESC LIMIT 1
            ),
            (
                SELECT reply.officer_id FROM message AS reply
                WHERE reply.conversation_id = conversation.id AND reply.author = 'officer' AND reply.kind <> 'note'
                ORDER BY reply.id DESC LIMIT 1
            )
        ) AS officer_id,
        ARRAY(
            SELECT kind FROM ticket WHERE ticket.conversation_id = conversation.id AND closed_at IS NULL
        ) AS kinds,
        EXISTS (
            SELECT 1 FROM message AS asked
            WHERE asked.conversation_id = conversation.id AND asked.author = 'citizen'
                AND asked.answered_at IS NULL
        ) AS is_unanswered,
        (
            SELECT delivery.state FROM message AS answer JOIN delivery ON delivery.message_id = answer.id
            WHERE answer.conversation_id = conversation.id AND answer.author IN ('bot', 'officer')
                AND (coalesce(answer.created_at > conversation.released_at, true)
                    OR delivery.state IN ('kept', 'sending'))
            ORDER BY answer.id DESC LIMIT 1
        ) AS last_state,
        (
            SELECT max(change.at) FROM ticket JOIN ticket_change AS change ON change.ticket_id = ticket.id
            WHERE ticket.conversation_id = conversation.id AND (
                change.what IN ('opened', 'kind') AND ticket.closed_at IS NULL
                OR change.what = 'state'
                    AND (ticket.closed_at IS NOT NULL OR change.before IN ('done', 'idle', 'cancelled'))
            )
        ) AS limited_at,
        elsewhere.spoken_at, {IS_ONLY_SURVEY} AS is_only_survey, {IS_SEQUEL} AS is_sequel,
        coalesce(elsewhere.is_owed, false) AS is_owed_elsewhere
    FROM conversation JOIN contact ON contact.id = conversation.contact_id
    CROSS JOIN LATERAL (
        SELECT max(coalesce(delivery.sent_at, said.created_at)) AS spoken_at,
            bool_or(said.is_newest AND CASE said.what
                WHEN 'addition' THEN there.owed_since IS NOT NULL AND there.closed_at IS NULL
                ELSE delivery.state IS DISTINCT FROM 'sent' END) AS is_owed
        FROM (
            SELECT line.what, message.id, message.conversation_id, message.created_at,
                line.id = max(line.id) OVER (PARTITION BY line.ticket_id) AS is_newest
            FROM ticket JOIN ticket_change AS line ON line.ticket_id = ticket.id
            LEFT JOIN message ON message.id = CAST(line.after AS bigint)
            WHERE ticket.conversation_id = conversation.id AND ticket.closed_at IS NULL
                AND line.what IN ('addition', 'replied', 'no_reply')
        ) AS said
        JOIN conversation AS there ON there.id = said.conversation_id AND there.id <> conversation.id
        LEFT JOIN delivery ON delivery.message_id = said.id
    ) AS elsewhere
    WHERE conversation.id = :conversation AND conversation.tend_at <= :now
    FOR UPDATE OF conversation
    """  # noqa: S608  our own words
).bindparams(_NOW)


async def hold(tx: Transaction, conversation_id: int, *, now: datetime) -> Silent | None:
    """Lock a conversation, its contact first; None when it is not to be looked at any more."""
    await tx.execute(_LOCK_CONTACT, {"conversation": conversation_id})
    row = (await tx.execute(_HOLD, {"conversation": conversation_id, "now": now})).one_or_none()
    if row is None:
        return None
    # What was not sent, or not known to be, is owed, however long it lies.
    is_owed = row.owed_since is not None or row.is_unanswered or row.last_state not in {None, "sent"}
    spoken = [at for at in (row.last_inbound_at, row.spoken_at) if at is not None]
    return Silent(
        id=row.id,
        contact_id=row.contact_id,
        channel=row.channel,
        language=row.language,
        ticket=row.ticket,
        kinds=tuple(row.kinds),
        standing=Standing(
            answered_at=row.last_outbound_at,
            heard_at=max(spoken, default=row.opened_at),
            is_owed=is_owed or row.is_owed_elsewhere,
            is_kept_open=row.kept_open_at is not None,
            warned_at=row.warned_at,
            released_at=row.released_at,
            limited_at=row.limited_at,
        ),
        form_since=max(filter(None, (row.last_inbound_at, row.last_outbound_at)), default=None)
        if row.has_form
        else None,
        closed_at=row.closed_at,
        closed_how=row.closed_how,
        has_answer=row.last_outbound_at is not None,
        is_sent_yet=row.last_state not in {"kept", "sending"},
        is_unanswered=row.is_unanswered,
        is_owed_elsewhere=row.is_owed_elsewhere,
        is_forgotten=row.is_forgotten,
        officer_id=row.officer_id,
        is_only_survey=row.is_only_survey,
        is_sequel=row.is_sequel,
    )


_LOOK_AT = text("UPDATE conversation SET tend_at = :at WHERE id = :conversation").bindparams(
    bindparam("at", type_=DateTime(timezone=True))
)


async def look_at(tx: Transaction, conversation_id: int, at: datetime | None) -> None:
    """Have a conversation looked at again at a moment, or, with None, when something happens in it."""
    await tx.execute(_LOOK_AT, {"conversation": conversation_id, "at": at})


_KEEP_OPEN = text(
    """
    UPDATE conversation SET kept_open_at = :now, kept_open_by = :officer, kept_open_reason = :reason
    WHERE id = :conversation
    """
).bindparams(_NOW)


async def keep_open(
    tx: Transaction, conversation_id: int, *, officer_id: int, reason: str, now: datetime
) -> None:
    """Hold the closing of a conversation back."""
    values = {"conversation": conversation_id, "officer": officer_id, "reason": reason, "now": now}
    await tx.execute(_KEEP_OPEN, values)


# What did not reach the citizen stays owed: nobody has said that it may be let go.
_ANEW = f"CASE WHEN {UNDELIVERED_SINCE} IS NULL THEN :now ELSE released_at END"
_GOES_ON = text(f"UPDATE conversation SET released_at = {_ANEW} WHERE id = :conversation").bindparams(_NOW)  # noqa: S608


async def goes_on(tx: Transaction, conversation_id: int, *, now: datetime) -> None:
    """Have the silence of a conversation that was taken up again begin anew."""
    await tx.execute(_GOES_ON, {"conversation": conversation_id, "now": now})


_LET_CLOSE = text(
    f"""
    UPDATE conversation SET kept_open_at = NULL, kept_open_by = NULL, kept_open_reason = NULL, released_at = {_ANEW}
    WHERE id = :conversation AND kept_open_at IS NOT NULL RETURNING id
    """  # noqa: S608  our own words
).bindparams(_NOW)


async def let_close(tx: Transaction, conversation_id: int, *, now: datetime) -> bool:
    """Hold a conversation back no longer: its silence begins anew. Tell whether it was held back."""
    found = await tx.execute(_LET_CLOSE, {"conversation": conversation_id, "now": now})
    return found.one_or_none() is not None


_IS_UNDELIVERED = text(f"SELECT {UNDELIVERED_SINCE} IS NOT NULL FROM conversation WHERE id = :conversation")  # noqa: S608
_BEGIN_ANEW = text(
    "UPDATE conversation SET released_at = :now, tend_at = :now WHERE id = :conversation"
).bindparams(_NOW)


async def let_go_undelivered(tx: Transaction, conversation_id: int, *, now: datetime) -> bool:
    """Have an answer that did not reach the citizen not be owed any more: the silence begins. Tell whether one was."""
    which = {"conversation": conversation_id}
    if not (await tx.execute(_IS_UNDELIVERED, which)).scalar_one():
        return False
    await tx.execute(_BEGIN_ANEW, {**which, "now": now})
    return True


_END_FORM = text("UPDATE conversation SET context = context - 'form' WHERE id = :conversation")


async def end_form(tx: Transaction, conversation_id: int) -> None:
    """End a form that nobody goes on with: what is written next is no answer to it."""
    await tx.execute(_END_FORM, {"conversation": conversation_id})


_WARNED = text("UPDATE conversation SET warned_at = :now WHERE id = :conversation").bindparams(_NOW)


async def warned(tx: Transaction, conversation_id: int, *, now: datetime) -> None:
    """Note that the citizen was warned of this silence."""
    await tx.execute(_WARNED, {"conversation": conversation_id, "now": now})


_CLOSED = text(
    """
    UPDATE conversation SET state = 'closed', closed_at = coalesce(closed_at, :now), closed_how = :how,
        holder_id = NULL, held_at = NULL, owed_since = NULL
    WHERE id = :conversation
    """
).bindparams(_NOW)


async def closed(tx: Transaction, conversation_id: int, *, how: str, now: datetime) -> None:
    """Close a conversation: what the citizen writes next begins a new one."""
    await tx.execute(_CLOSED, {"conversation": conversation_id, "how": how, "now": now})
