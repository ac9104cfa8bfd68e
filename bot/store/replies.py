"""What the office says, by the bot or an officer: kept in the thread of what it answers, and counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import BigInteger, DateTime, Text, bindparam, insert, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from bot.store.database import Transaction
from bot.store.tables import attachment
from bot.store.unanswered import Asked
from channels.port import Enclosure


@dataclass(frozen=True, slots=True)
class Given:
    """How many automatic replies there were: `since` a moment to one person, and in one conversation."""

    since: int
    in_conversation: int


# Conversations in which nothing was said since are left out before their messages are looked at.
_GIVEN = text(
    """
    SELECT count(*) FILTER (WHERE message.created_at > :since) AS since,
        count(*) FILTER (WHERE message.conversation_id = :conversation) AS in_conversation
    FROM conversation JOIN message ON message.conversation_id = conversation.id
    WHERE conversation.contact_id = :contact AND message.author = 'bot' AND message.channel = :channel
        AND (conversation.last_inbound_at > :since OR conversation.id = :conversation)
    """
).bindparams(bindparam("since", type_=DateTime(timezone=True)))


async def replies_given(
    tx: Transaction, contact_id: int, conversation_id: int, *, channel: str, since: datetime
) -> Given:
    """Count what the bot has answered a person and in a conversation, sent or still to be sent.

    To be called under the contact's lock, so that nobody adds to it at the same time.
    """
    which = {"contact": contact_id, "conversation": conversation_id, "channel": channel, "since": since}
    row = (await tx.execute(_GIVEN, which)).one()
    return Given(row.since, row.in_conversation)


_KEEP_REPLY = text(
    """
    WITH made AS (
        INSERT INTO message (
            conversation_id, channel, author, officer_id, text, subject, reply_id, reference_ids, created_at
        ) VALUES (
            :conversation, :channel, :author, :officer, :text, :subject, :reply, :references, :now
        )
        RETURNING id
    )
    INSERT INTO delivery (message_id, state, key, arguments, choices, language, cc)
    SELECT id, 'kept', :key, :arguments, :choices, :language, :cc FROM made
    RETURNING message_id
    """
).bindparams(
    bindparam("references", type_=ARRAY(Text)),
    bindparam("cc", type_=ARRAY(Text)),
    bindparam("arguments", type_=JSONB),
    bindparam("choices", type_=JSONB),
    bindparam("officer", type_=BigInteger),
)


async def keep_reply(
    tx: Transaction,
    to: Asked,
    *,
    author: str,
    text: str,
    key: str,
    arguments: Mapping[str, str],
    now: datetime,
    language: str = "id",
    choices: Sequence[str] = (),
    cc: Sequence[str] = (),
    attachments: Sequence[Enclosure] = (),
    officer_id: int | None = None,
) -> int:
    """Keep a reply in the thread of the message it answers, to be delivered; return its id.

    `choices` are titles to choose from by number; the text has them too. `cc` are addresses that an officer
    named, for channels that have copies. `attachments` are an officer's files, kept in the file store before; the
    channel's `max_file_bytes` says how much of them one message carries. `officer_id` is who wrote it.
    """
    references = [*to.references, to.reply_id] if to.reply_id else []
    kept = await tx.execute(
        _KEEP_REPLY,
        {
            "conversation": to.conversation_id,
            "channel": to.channel,
            "author": author,
            "officer": officer_id,
            "text": text,
            "subject": to.subject,
            "reply": to.reply_id,
            "references": references,
            "key": key,
            "arguments": dict(arguments),
            "choices": list(choices),
            "cc": list(cc),
            "language": language,
            "now": now,
        },
    )
    message_id = int(kept.scalar_one())
    if attachments:
        rows = [
            {"message_id": message_id, "number": at, **asdict(each)} for at, each in enumerate(attachments)
        ]
        await tx.execute(insert(attachment), rows)
    return message_id
