"""Messages of both directions: kept once, read for an answer, marked when answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from itertools import takewhile
from typing import Any

from sqlalchemy import BigInteger, Boolean, DateTime, Text, bindparam, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from bot.dialogue.flow import Flow
from bot.store.database import Transaction
from bot.store.tables import attachment, message
from channels.port import Enclosure, Inbound

_KEEP_INBOUND = text(
    """
    WITH kept AS (
        INSERT INTO message (
            conversation_id, channel, author, external_id, text, subject, quoted, reply_id,
            reference_ids, attachments, source, kind, choice, trust, reply_to, cc, understood, created_at,
            answered_at
        ) VALUES (
            :conversation, :channel, 'citizen', :external, :text, :subject, :quoted, :reply,
            :references, :attachments, :source, :kind, :choice, :trust, :reply_to, :cc, :understood, :now,
            :answered
        )
        ON CONFLICT (channel, external_id) DO NOTHING
        RETURNING id, conversation_id
    ), heard AS (
        UPDATE conversation SET last_inbound_at = :now
        FROM kept WHERE conversation.id = kept.conversation_id AND :is_response
        RETURNING conversation.contact_id
    ), known AS (
        UPDATE contact SET last_inbound_at = CASE WHEN :is_known THEN :now ELSE contact.last_inbound_at END,
            phone = coalesce(:phone, contact.phone),
            alias = coalesce(:alias, contact.alias),
            flow_since = :flow_since, flow_count = :flow_count, flooding_since = :flooding_since
        FROM heard WHERE contact.id = heard.contact_id
    )
    SELECT id FROM kept
    """
).bindparams(
    bindparam("references", type_=ARRAY(Text)),
    bindparam("cc", type_=ARRAY(Text)),
    bindparam("attachments", type_=JSONB),
    bindparam("understood", type_=JSONB(none_as_null=True)),
    bindparam("is_response", type_=Boolean),
    bindparam("is_known", type_=Boolean),
    bindparam("now", type_=DateTime(timezone=True)),
    bindparam("answered", type_=DateTime(timezone=True)),
    bindparam("flow_since", type_=DateTime(timezone=True)),
    bindparam("flooding_since", type_=DateTime(timezone=True)),
)


async def keep_inbound(
    tx: Transaction,
    inbound: Inbound,
    conversation_id: int,
    *,
    flow: Flow,
    is_flood: bool = False,
    is_silent: bool = False,
) -> int | None:
    """Keep a citizen's message and note when the conversation heard it; None when it was kept before.

    `flow` is what came from the person, this message included. A message that gets no answer is silent; a
    reaction is no response either, so that nothing is reopened or put off by it.
    """
    kept = await tx.execute(
        _KEEP_INBOUND,
        {
            "conversation": conversation_id,
            "channel": inbound.channel,
            "external": inbound.external_id,
            "text": inbound.text,
            "subject": inbound.subject,
            "quoted": inbound.quoted or None,
            "reply": inbound.reply_id,
            "references": list(inbound.references),
            "attachments": [asdict(attachment) for attachment in inbound.attachments],
            "source": inbound.source,
            "kind": inbound.kind,
            "choice": inbound.choice,
            "trust": None if inbound.trust == "unknown" else inbound.trust,
            "reply_to": inbound.reply_to,
            "cc": list(inbound.cc),
            "understood": {"flood": True} if is_flood else None,
            "is_response": inbound.kind != "reaction",
            # Who uses another's name has not been heard as that person.
            "is_known": inbound.trust != "failed",
            "phone": inbound.phone,
            "alias": inbound.alias,
            "flow_since": flow.since,
            "flow_count": flow.count,
            "flooding_since": flow.flooding_since,
            "now": inbound.received_at,
            "answered": inbound.received_at if is_silent else None,
        },
    )
    message_id: int | None = kept.scalar_one_or_none()
    return message_id


# A message that was forgotten keeps a digest of its id: who offers it again brings nothing new.
FORGOTTEN_ID = "'forgotten:' || encode(sha256(convert_to({}, 'UTF8')), 'hex')"
_WHICH = text(
    f"""
    SELECT id FROM message WHERE channel = :channel AND external_id = ANY(
        ARRAY[CAST(:external AS text), {FORGOTTEN_ID.format("CAST(:external AS text)")}]
    )
    """  # noqa: S608  our own words
)


async def which(tx: Transaction, channel: str, external_id: str) -> int | None:
    """Return the message with that id of the channel's, whatever is left of it; None when there is none."""
    found: int | None = (
        await tx.execute(_WHICH, {"channel": channel, "external": external_id})
    ).scalar_one_or_none()
    return found


async def is_kept(tx: Transaction, channel: str, external_id: str) -> bool:
    """Tell whether a message with that id is kept already."""
    return await which(tx, channel, external_id) is not None


@dataclass(frozen=True, slots=True)
class Asked:
    """A citizen's message that waits for an answer.

    `kind` as in `channels.port.InboundKind`; `is_flood`: it is the one too many of a flood.
    """

    id: int
    conversation_id: int
    channel: str
    external_id: str | None
    text: str
    attachments: tuple[str, ...]  # their kinds, see channels.port.Attachment
    subject: str | None
    reply_id: str | None
    references: tuple[str, ...]
    received_at: datetime
    kind: str = "message"
    choice: int | None = None
    is_flood: bool = False
    followers: tuple[int, ...] = ()  # messages of the same breath, answered together with this one

    @property
    def all_ids(self) -> list[int]:
        """Return the ids of all messages that this one stands for."""
        return [self.id, *self.followers]

    @property
    def is_plain(self) -> bool:
        """Tell whether it is something said that may be part of something longer."""
        return self.kind == "message" and self.choice is None and not self.is_flood and self.reply_id is None


_WAITING_COLUMNS = (
    message.c.id,
    message.c.conversation_id,
    message.c.channel,
    message.c.author,
    message.c.external_id,
    message.c.kind,
    message.c.choice,
    message.c.understood,
    message.c.text,
    message.c.attachments,
    message.c.subject,
    message.c.reply_id,
    message.c.reference_ids,
    message.c.created_at,
    message.c.answered_at,
)
_WAITING = select(*_WAITING_COLUMNS).where(message.c.id == bindparam("message"))


async def waiting(tx: Transaction, message_id: int) -> Asked | None:
    """Return a citizen's message, or None when it was answered before (or is none)."""
    row = (await tx.execute(_WAITING, {"message": message_id})).one_or_none()
    # Asked for here and not in SQL: PostgreSQL would take the index of all unanswered messages for it, and
    # read the whole backlog instead of one row.
    if row is None or row.author != "citizen" or row.answered_at is not None:
        return None
    return _asked(row)


def _asked(row: Any) -> Asked:
    return Asked(
        id=row.id,
        conversation_id=row.conversation_id,
        channel=row.channel,
        external_id=row.external_id,
        kind=row.kind,
        choice=row.choice,
        is_flood=bool((row.understood or {}).get("flood")),
        text=row.text,
        # A picture within a letter's text (a logo in a signature) is nothing to be asked about.
        attachments=tuple(
            kind for each in row.attachments if (kind := each.get("kind", "document")) != "inline"
        ),
        subject=row.subject,
        reply_id=row.reply_id,
        references=tuple(row.reference_ids),
        received_at=row.created_at,
    )


async def followers(tx: Transaction, asked: Asked) -> list[Asked]:
    """Return what the citizen wrote after a message and has not been answered, in order, up to something
    that has to be answered by itself (a tap on a button, a wish about notices)."""
    later = select(*_WAITING_COLUMNS).where(
        message.c.conversation_id == asked.conversation_id,
        message.c.id > asked.id,
        message.c.author == "citizen",
        message.c.answered_at.is_(None),
    )
    rows = (_asked(row) for row in await tx.execute(later.order_by(message.c.id)))
    return list(takewhile(lambda each: each.is_plain, rows))


def joined(asked: Asked, later: Sequence[Asked]) -> Asked:
    """Return several messages of one breath as one, line by line."""
    return replace(
        asked,
        text="\n".join(each.text for each in (asked, *later) if each.text.strip()),
        attachments=tuple(kind for each in (asked, *later) for kind in each.attachments),
        followers=tuple(each.id for each in later),
    )


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


_KEEP_NOTE = text(
    """
    INSERT INTO message (conversation_id, channel, author, kind, officer_id, text, created_at)
    SELECT conversation.id, contact.channel, 'officer', 'note', :officer, :text, :now
    FROM conversation JOIN contact ON contact.id = conversation.contact_id
    WHERE conversation.id = :conversation
    RETURNING id
    """
).bindparams(bindparam("now", type_=DateTime(timezone=True)))


async def keep_note(
    tx: Transaction, conversation_id: int, *, officer_id: int, text: str, now: datetime
) -> int:
    """Keep an officer's note for colleagues; without a delivery it never goes out. Returns its id."""
    what = {"conversation": conversation_id, "officer": officer_id, "text": text, "now": now}
    return int((await tx.execute(_KEEP_NOTE, what)).scalar_one())


_LAST_HEARD = (
    select(*_WAITING_COLUMNS)
    .where(
        message.c.conversation_id == bindparam("conversation"),
        message.c.author == "citizen",
        message.c.kind != "reaction",
    )
    .order_by(message.c.id.desc())
    .limit(1)
)


async def last_heard(tx: Transaction, conversation_id: int) -> Asked | None:
    """Return the citizen's last message of a conversation, answered or not; None when they wrote none."""
    row = (await tx.execute(_LAST_HEARD, {"conversation": conversation_id})).one_or_none()
    return None if row is None else _asked(row)


async def note_failure(tx: Transaction, message_id: int) -> int:
    """Count an error of our own with this message; return how many there were."""
    counted = (
        update(message)
        .where(message.c.id == message_id)
        .values(failures=message.c.failures + 1)
        .returning(message.c.failures)
    )
    return int((await tx.execute(counted)).scalar_one())


async def overdue(tx: Transaction, *, before: datetime, most: int) -> list[tuple[int, int]]:
    """Return (message, conversation) of unanswered messages older than `before` that no job serves."""
    query = text(
        """
        SELECT id, conversation_id FROM message
        WHERE author = 'citizen' AND answered_at IS NULL AND created_at < :before
          AND NOT EXISTS (
            SELECT 1 FROM procrastinate_jobs AS job
            WHERE job.lock = 'answer:' || message.conversation_id AND job.status IN ('todo', 'doing')
              AND (job.args ->> 'message_id')::bigint = message.id
          )
        ORDER BY id LIMIT :most
        """
    )
    return [
        (row.id, row.conversation_id) for row in await tx.execute(query, {"before": before, "most": most})
    ]


async def count_waiting(tx: Transaction) -> int:
    """Return how many messages of citizens wait for an answer."""
    query = select(func.count()).where(message.c.author == "citizen", message.c.answered_at.is_(None))
    return int((await tx.execute(query)).scalar_one())
