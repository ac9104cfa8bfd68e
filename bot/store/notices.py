"""Notices of ours to a person: messages of the system, and what they are filled with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import DateTime, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from bot.store.database import Transaction

_KEEP = text(
    """
    WITH heard AS (
        SELECT subject, reply_id, reference_ids FROM message
        WHERE conversation_id = :conversation AND channel = :channel AND author = 'citizen'
            AND reply_id IS NOT NULL AND CAST(:recipient AS text) IS NULL
        ORDER BY id DESC LIMIT 1
    ), made AS (
        INSERT INTO message (
            conversation_id, channel, author, text, subject, reply_id, reference_ids, created_at
        )
        SELECT :conversation, :channel, 'system', :text, coalesce(:subject, heard.subject), heard.reply_id,
            CASE WHEN heard.reply_id IS NULL THEN '{}' ELSE heard.reference_ids || heard.reply_id END, :now
        FROM (VALUES (1)) AS once LEFT JOIN heard ON true
        RETURNING id
    )
    INSERT INTO delivery (message_id, state, key, arguments, choices, language, recipient)
    SELECT id, 'kept', :key, :arguments, :choices, :language, :recipient FROM made
    RETURNING message_id
    """
).bindparams(
    bindparam("arguments", type_=JSONB),
    bindparam("choices", type_=JSONB),
    bindparam("now", type_=DateTime(timezone=True)),
)


async def keep(
    tx: Transaction,
    *,
    conversation_id: int,
    channel: str,
    key: str,
    text: str,
    now: datetime,
    language: str,
    arguments: Mapping[str, str] | None = None,
    choices: Sequence[str] = (),
    subject: str | None = None,
    recipient: str | None = None,
) -> int:
    """Keep a notice, to be delivered; return its id.

    Without `recipient` it goes to the conversation's contact, whose channel `channel` then is, in the thread of
    what they wrote last. To another recipient it is a message by itself, which quotes nothing. `choices` are titles to
    choose from by number; the text has them too.
    """
    kept = await tx.execute(
        _KEEP,
        {
            "conversation": conversation_id,
            "channel": channel,
            "key": key,
            "text": text,
            "subject": subject,
            "arguments": dict(arguments or {}),
            "choices": list(choices),
            "language": language,
            "recipient": recipient,
            "now": now,
        },
    )
    return int(kept.scalar_one())


_EMAIL = text(
    "SELECT person.email FROM contact JOIN person ON person.id = contact.person_id WHERE contact.id = :contact"
)


async def email_of(tx: Transaction, contact_id: int) -> str | None:
    """Return the address the person left, None without one. It is unverified: see the table."""
    address: str | None = (await tx.execute(_EMAIL, {"contact": contact_id})).scalar_one()
    return address or None


_TICKET = text("SELECT number FROM ticket WHERE conversation_id = :conversation ORDER BY id DESC LIMIT 1")


async def ticket_of(tx: Transaction, conversation_id: int) -> str | None:
    """Return the number of the conversation's newest ticket, if it has any."""
    number: str | None = (await tx.execute(_TICKET, {"conversation": conversation_id})).scalar_one_or_none()
    return number
