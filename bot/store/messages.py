"""Messages as they come: kept once, known by the channel's id; and officers' notes among them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Boolean, DateTime, Text, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from bot.dialogue.flow import Flow
from bot.store.database import Transaction
from channels.port import Inbound

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
