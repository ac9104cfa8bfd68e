"""What officers see of a conversation: a bounded number of queries a page, each along an index.

Messages are paged by their id, which is their order; of long texts only the beginning is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Row, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from bot.store.conversations import CURRENT
from bot.store.database import Transaction
from bot.store.silence import CAN_CLOSE, CLOSES, UNDELIVERED_SINCE

_IDS = bindparam("ids", type_=ARRAY(BigInteger))

_HEAD = text(
    f"""
    SELECT conversation.id, conversation.state, conversation.subject, conversation.follows_id,
        conversation.held_at, coalesce(conversation.owed_since, {UNDELIVERED_SINCE}) AS owed_since,
        conversation.opened_at, conversation.closed_at,
        holder.id AS holder_id, holder.name AS holder, contact.id AS contact_id, contact.channel,
        contact.language, person.id AS person_id, person.name, person.organisation, person.email,
        person.consented_at IS NOT NULL AS has_consented, person.erased_at IS NOT NULL AS is_erased,
        CASE WHEN {CAN_CLOSE} THEN {CLOSES} END AS closes_at,
        conversation.kept_open_at, conversation.kept_open_reason, keeper.name AS kept_open_by
    FROM conversation
    JOIN contact ON contact.id = conversation.contact_id
    JOIN person ON person.id = contact.person_id
    LEFT JOIN officer AS holder ON holder.id = conversation.holder_id
    LEFT JOIN officer AS keeper ON keeper.id = conversation.kept_open_by
    WHERE conversation.id = :conversation
    """  # noqa: S608  our own words
).bindparams(bindparam("now", type_=DateTime(timezone=True)))


async def head(tx: Transaction, conversation_id: int, *, now: datetime, limits: str) -> Row[Any] | None:
    """Return a conversation with its contact, its person and its holder; None when there is none.

    `limits` say when silence closes it, see bot/store/silence.py.
    """
    values = {"conversation": conversation_id, "now": now, "limits": limits}
    return (await tx.execute(_HEAD, values)).one_or_none()


_CONTACTS = text(
    f"""
    SELECT id, channel, address, name, language, last_inbound_at, window_closed_at, opted_out_at, unreachable,
        (
            SELECT conversation.id FROM conversation
            WHERE contact_id = contact.id AND closed_at IS NULL ORDER BY {CURRENT} LIMIT 1
        ) AS open_id
    FROM contact WHERE person_id = :person
    ORDER BY id = :first DESC, last_inbound_at DESC NULLS LAST LIMIT 20
    """  # noqa: S608  our own words
)


async def contacts(tx: Transaction, person_id: int, *, first: int) -> Sequence[Row[Any]]:
    """Return a person's addresses, that one first, each with its newest open conversation."""
    return (await tx.execute(_CONTACTS, {"person": person_id, "first": first})).all()


# Of each conversation no more than a page is looked at, and only what is shown is read whole.
_PAGE = """
    WITH page AS (
        SELECT newest.id FROM unnest(CAST(:ids AS bigint[])) AS each(id)
        CROSS JOIN LATERAL (
            SELECT message.id FROM message
            WHERE message.conversation_id = each.id AND message.id < :before
            ORDER BY message.id DESC LIMIT :most
        ) AS newest
        ORDER BY newest.id DESC LIMIT :most
    )
"""
_COLUMNS = """
    SELECT message.id, message.conversation_id, message.channel, message.author, message.kind,
        left(message.text, :longest) AS text, length(message.text) AS length, message.created_at,
        message.subject, left(message.quoted, :longest) AS quoted,
        coalesce(length(message.quoted), 0) AS quoted_length, message.reply_to, message.cc, message.trust,
        message.choice, message.understood, officer.name AS officer,
        (SELECT forgotten_at IS NOT NULL FROM conversation WHERE id = message.conversation_id) AS is_forgotten,
        message.attachments, delivery.state, delivery.failure, delivery.cause, delivery.way,
        delivery.cc AS copies, delivery.recipient IS NOT NULL AS is_elsewhere, delivery.attempts,
        (
            SELECT min(array_position(ARRAY['queued', 'sent', 'delivered', 'read'], told.state::text))
            FROM delivery_report AS told
            WHERE told.message_id = message.id AND told.attempt > delivery.past_attempts
        ) AS told
"""
_JOINED = """
    JOIN message ON message.id = page.id
    LEFT JOIN delivery ON delivery.message_id = message.id
    LEFT JOIN officer ON officer.id = message.officer_id
    ORDER BY message.id DESC
"""
_MESSAGES = text(f"{_PAGE} {_COLUMNS} FROM page {_JOINED}").bindparams(_IDS)

NEWEST = 2**62
"""Stands for the message after the last one."""


async def messages(
    tx: Transaction, conversation_ids: Sequence[int], *, before: int | None, most: int, longest: int
) -> Sequence[Row[Any]]:
    """Return messages of these conversations before that one, newest first; of texts `longest` characters."""
    what = {"ids": list(conversation_ids), "before": before or NEWEST, "most": most, "longest": longest}
    return (await tx.execute(_MESSAGES, what)).all()


_ONE = text(
    f"""
    WITH page AS (
        SELECT message.id FROM message
        JOIN conversation ON conversation.id = message.conversation_id
        JOIN contact ON contact.id = conversation.contact_id
        WHERE message.id = :message AND contact.person_id = (
            SELECT person_id FROM contact
            WHERE id = (SELECT contact_id FROM conversation WHERE id = :conversation)
        )
    )
    {_COLUMNS} FROM page {_JOINED}
    """  # noqa: S608  our own words
)


async def one(
    tx: Transaction, conversation_id: int, message_id: int, *, longest: int = 2_000_000
) -> Row[Any] | None:
    """Return a message of the conversation's person; None when it is somebody else's or there is none."""
    what = {"conversation": conversation_id, "message": message_id, "longest": longest}
    return (await tx.execute(_ONE, what)).one_or_none()


_FILES = text(
    """
    SELECT message_id, number, 'media' AS origin, id, NULL AS name, state, reason, content_type, size, file
    FROM media WHERE message_id = ANY(:ids)
    UNION ALL
    SELECT message_id, number, 'attachment', NULL, name, 'kept', NULL, content_type, size, file
    FROM attachment WHERE message_id = ANY(:ids)
    ORDER BY message_id, number
    """
).bindparams(_IDS)


async def files(tx: Transaction, message_ids: Sequence[int]) -> Sequence[Row[Any]]:
    """Return the files of messages: those that came with citizens', and those that went out with ours."""
    return (await tx.execute(_FILES, {"ids": list(message_ids)})).all()


_HAPPENED = text(
    """
    SELECT kind AS what, created_at AS at, 'system' AS actor, NULL AS officer, NULL AS before, NULL AS after,
        detail, id, 'e' AS origin
    FROM event
    WHERE conversation_id = ANY(:ids) AND created_at >= :since AND created_at < :until
        AND kind NOT IN ('not_delivered', 'uncertain', 'waits_for_contact', 'officer_not_told')
    UNION ALL
    SELECT change.what, change.at, change.actor, officer.name, change.before, change.after,
        jsonb_build_object('ticket', ticket.number), change.id, 'c'
    FROM ticket
    JOIN ticket_change AS change ON change.ticket_id = ticket.id
    LEFT JOIN officer ON officer.id = change.officer_id
    WHERE ticket.conversation_id = ANY(:ids) AND change.at >= :since AND change.at < :until
        AND change.what NOT IN (
            'checklist', 'tags', 'priority', 'purpose', 'due', 'addition', 'replied', 'absorbed'
        )
        AND NOT (change.what = 'state' AND change.after IN ('new', 'requirements', 'work'))
    ORDER BY at DESC, id DESC LIMIT 100
    """
).bindparams(
    _IDS,
    bindparam("since", type_=DateTime(timezone=True)),
    bindparam("until", type_=DateTime(timezone=True)),
)


async def happened(
    tx: Transaction, conversation_ids: Sequence[int], *, since: datetime, until: datetime
) -> Sequence[Row[Any]]:
    """Return what happened besides messages from `since` to before `until`, the newest hundred, newest first.

    What became of a message stands with the message.
    """
    what = {"ids": list(conversation_ids), "since": since, "until": until}
    return (await tx.execute(_HAPPENED, what)).all()


_TICKETS = text(
    """
    SELECT ticket.id, ticket.number, ticket.kind, ticket.state, ticket.reason, ticket.version, ticket.priority,
        ticket.conversation_id, ticket.opened_at, assignee.id AS assignee_id, assignee.name AS assignee,
        ticket.tags, ticket.purpose, ticket.checklist, ticket.clear_at, ticket.due_at, ticket.answered_at,
        ticket.closed_at, merged.number AS merged_into,
        (
            SELECT max(from_at) FROM ticket_pause WHERE ticket_id = ticket.id AND to_at IS NULL
        ) AS paused_at
    FROM contact
    JOIN conversation ON conversation.contact_id = contact.id
    JOIN ticket ON ticket.conversation_id = conversation.id
    LEFT JOIN officer AS assignee ON assignee.id = ticket.assignee_id
    LEFT JOIN ticket AS merged ON merged.id = ticket.merged_into_id
    WHERE contact.person_id = :person
    ORDER BY ticket.conversation_id = :conversation DESC, ticket.closed_at IS NULL DESC, ticket.id DESC LIMIT 20
    """
)


async def tickets(tx: Transaction, person_id: int, *, conversation_id: int) -> Sequence[Row[Any]]:
    """Return a person's tickets: of that conversation first, open ones before others, newest first."""
    what = {"person": person_id, "conversation": conversation_id}
    return (await tx.execute(_TICKETS, what)).all()


_CHANGES = text(
    """
    SELECT change.what, change.at, change.actor, officer.name AS officer, change.before, change.after,
        change.id, 'c' AS origin
    FROM ticket_change AS change LEFT JOIN officer ON officer.id = change.officer_id
    WHERE change.ticket_id = :ticket ORDER BY change.id DESC LIMIT :most
    """
)


async def changes(tx: Transaction, ticket_id: int, *, most: int) -> Sequence[Row[Any]]:
    """Return the latest changes of a ticket, newest first."""
    return (await tx.execute(_CHANGES, {"ticket": ticket_id, "most": most})).all()


_EARLIER = text(
    """
    SELECT conversation.id, conversation.channel, conversation.subject, conversation.opened_at,
        conversation.closed_at,
        (
            SELECT left(message.text, 160) FROM message
            WHERE message.conversation_id = conversation.id AND message.author = 'citizen'
            ORDER BY message.id LIMIT 1
        ) AS first_words,
        (
            SELECT array_agg(ticket.number ORDER BY ticket.id) FROM ticket
            WHERE ticket.conversation_id = conversation.id
        ) AS tickets
    FROM (
        SELECT conversation.*, contact.channel FROM contact
        JOIN conversation ON conversation.contact_id = contact.id
        WHERE contact.person_id = :person AND conversation.id <> ALL(:ids)
        ORDER BY conversation.id DESC LIMIT :most
    ) AS conversation
    ORDER BY conversation.id DESC
    """
).bindparams(_IDS)


async def others(tx: Transaction, person_id: int, *, but: Sequence[int], most: int) -> Sequence[Row[Any]]:
    """Return a person's other conversations, newest first, with the citizen's first words."""
    return (await tx.execute(_EARLIER, {"person": person_id, "ids": list(but), "most": most})).all()


_WORKING = text(
    """
    SELECT 'draft' AS what, draft.officer_id, NULL AS name, draft.text, draft.is_note, draft.updated_at AS at,
        NULL::timestamptz AS typed_at
    FROM draft WHERE conversation_id = :conversation AND officer_id = :officer
    UNION ALL
    SELECT 'viewing', officer.id, officer.name, NULL, NULL, viewing.seen_at, viewing.typed_at
    FROM viewing JOIN officer ON officer.id = viewing.officer_id
    WHERE viewing.conversation_id = :conversation AND viewing.officer_id <> :officer
        AND viewing.seen_at > :since
    ORDER BY what, name
    """
).bindparams(bindparam("since", type_=DateTime(timezone=True)))


async def working(
    tx: Transaction, conversation_id: int, officer_id: int, *, since: datetime
) -> Sequence[Row[Any]]:
    """Return the officer's own draft, and who else has looked at the conversation since."""
    what = {"conversation": conversation_id, "officer": officer_id, "since": since}
    return (await tx.execute(_WORKING, what)).all()


_OFFICERS = text("SELECT id, name FROM officer WHERE disabled_at IS NULL ORDER BY name, id LIMIT 200")


async def officers(tx: Transaction) -> Sequence[Row[Any]]:
    """Return who works here, by name."""
    return (await tx.execute(_OFFICERS)).all()


_KEEP_DRAFT = text(
    """
    INSERT INTO draft (conversation_id, officer_id, text, is_note, updated_at)
    VALUES (:conversation, :officer, :text, :is_note, :now)
    ON CONFLICT (conversation_id, officer_id) DO UPDATE
    SET text = excluded.text, is_note = excluded.is_note, updated_at = excluded.updated_at
    """
).bindparams(bindparam("now", type_=DateTime(timezone=True)))
_DROP_DRAFT = text("DELETE FROM draft WHERE conversation_id = :conversation AND officer_id = :officer")


async def keep_draft(
    tx: Transaction, conversation_id: int, officer_id: int, words: str, *, is_note: bool, now: datetime
) -> None:
    """Keep what an officer has written so far; without any words, forget it."""
    what = {"conversation": conversation_id, "officer": officer_id}
    if not words.strip():
        await tx.execute(_DROP_DRAFT, what)
        return
    await tx.execute(_KEEP_DRAFT, {**what, "text": words, "is_note": is_note, "now": now})


# What was true before is told with what is kept: whoever comes, or begins to write, is news.
_SEE = text(
    """
    WITH before AS (
        SELECT seen_at, typed_at FROM viewing WHERE conversation_id = :conversation AND officer_id = :officer
    ), kept AS (
        INSERT INTO viewing AS known (conversation_id, officer_id, seen_at, typed_at)
        SELECT id, :officer, :now, CAST(:typed AS timestamptz) FROM conversation WHERE id = :conversation
        ON CONFLICT (conversation_id, officer_id) DO UPDATE
        SET seen_at = excluded.seen_at, typed_at = coalesce(excluded.typed_at, known.typed_at)
        RETURNING conversation_id
    )
    SELECT kept.conversation_id, before.seen_at, before.typed_at FROM kept LEFT JOIN before ON true
    """
).bindparams(
    bindparam("now", type_=DateTime(timezone=True)), bindparam("typed", type_=DateTime(timezone=True))
)


async def see(
    tx: Transaction, conversation_id: int, officer_id: int, *, now: datetime, is_typing: bool
) -> Row[Any] | None:
    """Note that an officer looks at a conversation, or writes in it; return when they last did before.

    None when there is no such conversation.
    """
    what = {"conversation": conversation_id, "officer": officer_id, "now": now}
    return (await tx.execute(_SEE, {**what, "typed": now if is_typing else None})).one_or_none()


_STOP_TYPING = text(
    "UPDATE viewing SET typed_at = NULL WHERE conversation_id = :conversation AND officer_id = :officer"
)
_LEAVE = text("DELETE FROM viewing WHERE conversation_id = :conversation AND officer_id = :officer")


async def stop_typing(tx: Transaction, conversation_id: int, officer_id: int) -> None:
    """Note that an officer writes no more."""
    await tx.execute(_STOP_TYPING, {"conversation": conversation_id, "officer": officer_id})


async def leave(tx: Transaction, conversation_id: int, officer_id: int) -> None:
    """Note that an officer does not look at the conversation any more."""
    await tx.execute(_LEAVE, {"conversation": conversation_id, "officer": officer_id})
