"""Emptying rows of a person: what was said goes, what the office has to account for stays without them.

What stays of a conversation: that there was one, on which channel, when, who wrote when (citizen, bot, officer),
topics as numbers for reports, how sending went, the tickets with number, kind, states and moments, scores without
whose they were. What goes: every word, subject, address, name, id of other systems, file and raw mail. Columns are
named here one by one; `tests/bot/privacy/test_erase.py` looks into every column there is, so that a new one is not
overlooked.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import BigInteger, DateTime, Text, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from bot.store.database import Transaction
from bot.store.messages import FORGOTTEN_ID

_NOW = bindparam("now", type_=DateTime(timezone=True))


@dataclass(slots=True)
class Gone:
    """What was removed; `files` are names in the file store, to be removed once the transaction holds."""

    conversations: int = 0
    messages: int = 0
    raw_mails: int = 0
    files: list[str] = field(default_factory=list)

    def add(self, other: Gone) -> None:
        """Count what else was removed."""
        self.conversations += other.conversations
        self.messages += other.messages
        self.raw_mails += other.raw_mails
        self.files += other.files


async def say_so(tx: Transaction) -> None:
    """Let this transaction change rows that are otherwise only added (`ticket_change`, `audit`)."""
    await tx.execute(text("SET LOCAL pst.forgetting = 'on'"))


IS_LEFT = """(
    conversation.forgotten_at IS NULL OR EXISTS (
        SELECT 1 FROM message
        WHERE message.conversation_id = conversation.id AND message.created_at > conversation.forgotten_at
    )
)"""
"""SQL: something is left of a conversation, or was added after it was forgotten (a note, a ticket opened again)."""

_LOCK = text(
    """
    SELECT id FROM contact
    WHERE id = (SELECT contact_id FROM conversation WHERE id = :conversation) FOR UPDATE
    """
)


async def lock(tx: Transaction, conversation_id: int) -> None:
    """Lock the contact of a conversation, as whoever keeps a message of that person does."""
    await tx.execute(_LOCK, {"conversation": conversation_id})


_OPEN_TICKETS = text(
    "SELECT number FROM ticket WHERE conversation_id = :conversation AND closed_at IS NULL ORDER BY id"
)


async def open_tickets(tx: Transaction, conversation_id: int) -> list[str]:
    """Return the numbers of a conversation's open tickets."""
    return list((await tx.execute(_OPEN_TICKETS, {"conversation": conversation_id})).scalars())


_CANCEL = text(
    """
    WITH before AS (
        SELECT id, state FROM ticket WHERE conversation_id = :conversation AND closed_at IS NULL FOR UPDATE
    ), ended AS (
        UPDATE ticket SET state = 'cancelled', closed_at = :now, version = version + 1
        FROM before WHERE ticket.id = before.id
    ), paused AS (
        UPDATE ticket_pause SET to_at = :now FROM before WHERE ticket_id = before.id AND to_at IS NULL
    )
    INSERT INTO ticket_change (ticket_id, at, actor, officer_id, what, before, after)
    SELECT id, :now, CASE WHEN CAST(:officer AS bigint) IS NULL THEN 'system' ELSE 'officer' END, :officer,
        'state', state, 'cancelled'
    FROM before
    """
).bindparams(_NOW)


async def cancel_tickets(
    tx: Transaction, conversation_id: int, *, officer_id: int | None, now: datetime
) -> None:
    """End what is still open of a conversation's tickets, because the person is to be forgotten all the same."""
    await tx.execute(_CANCEL, {"conversation": conversation_id, "officer": officer_id, "now": now})


_FILES = text(
    """
    WITH pictures AS (
        DELETE FROM media USING message
        WHERE media.message_id = message.id AND message.conversation_id = :conversation
        RETURNING media.file
    ), sent AS (
        DELETE FROM attachment USING message
        WHERE attachment.message_id = message.id AND message.conversation_id = :conversation
        RETURNING attachment.file
    ), mails AS (
        UPDATE parcel SET data = NULL, file = NULL, packing = 'plain', reason = NULL FROM message,
            (SELECT id, file FROM parcel) AS before
        WHERE parcel.message_id = message.id AND message.conversation_id = :conversation
            AND before.id = parcel.id AND (parcel.data IS NOT NULL OR parcel.file IS NOT NULL)
        RETURNING before.file
    )
    SELECT 'media' AS what, file FROM pictures
    UNION ALL SELECT 'attachment', file FROM sent
    UNION ALL SELECT 'mail', file FROM mails
    """
)
_DELIVERIES = text(
    """
    UPDATE delivery SET arguments = '{}', choices = '[]', recipient = NULL, cc = '{}', failure = NULL,
        state = CASE WHEN state IN ('kept', 'sending', 'waiting', 'uncertain') THEN 'failed' ELSE state END,
        -- Whatever is still told of an attempt counts for nothing any more.
        past_attempts = attempts
    FROM message WHERE message.id = delivery.message_id AND message.conversation_id = :conversation
    """
)
_REPORTS = text(
    "DELETE FROM delivery_report USING message"
    " WHERE message.id = delivery_report.message_id AND message.conversation_id = :conversation"
)
# The uid stands in mails of ours: who answers one is not to be led back to this conversation.
_MESSAGES = text(
    f"""
    UPDATE message SET text = '', subject = NULL, quoted = NULL, reply_id = NULL, reference_ids = '{{}}',
        attachments = '[]', source = NULL, reply_to = NULL, cc = '{{}}', uid = gen_random_uuid(),
        external_id = CASE WHEN author = 'citizen' AND external_id NOT LIKE 'forgotten:%'
            THEN {FORGOTTEN_ID.format("external_id")}
            WHEN author = 'citizen' THEN external_id END,
        understood = CASE WHEN understood IS NULL THEN NULL ELSE jsonb_strip_nulls(jsonb_build_object(
            'topics', understood -> 'topics', 'confidence', understood -> 'confidence',
            'flood', understood -> 'flood',
            'survey', understood -> 'survey', 'unclear', understood -> 'unclear'
        )) END,
        answered_at = CASE WHEN author = 'citizen' THEN coalesce(answered_at, :now) ELSE answered_at END
    WHERE conversation_id = :conversation
    """  # noqa: S608  our own words
).bindparams(_NOW)
_EVENTS = text(
    """
    UPDATE event SET detail = '{}', seen_at = coalesce(seen_at, :now)
    WHERE conversation_id = :conversation
        OR message_id IN (SELECT id FROM message WHERE conversation_id = :conversation)
    """
).bindparams(_NOW)
_TICKETS = text("UPDATE ticket SET purpose = NULL, tags = '{}' WHERE conversation_id = :conversation")
# States, kinds and officers are the office's own account; anything else that was noted may name the person.
_CHANGES = text(
    """
    UPDATE ticket_change SET before = NULL, after = NULL FROM ticket
    WHERE ticket.id = ticket_change.ticket_id AND ticket.conversation_id = :conversation
        AND ticket_change.what NOT IN (
            'opened', 'state', 'kind', 'priority', 'checklist', 'clear', 'unclear', 'due', 'claimed', 'assigned',
            'released', 'handed_back', 'split', 'merged', 'absorbed', 'replied', 'addition', 'not_delivered',
            'came_on', 'answered_on'
        )
        AND (ticket_change.before IS NOT NULL OR ticket_change.after IS NOT NULL)
    """
)
_NOTICES = text(
    """
    WITH told AS (
        UPDATE officer_notice SET detail = '{}' FROM ticket
        WHERE ticket.id = officer_notice.ticket_id AND ticket.conversation_id = :conversation
        RETURNING officer_notice.mail_id
    )
    UPDATE officer_mail SET text = '', subject = '', arguments = '{}', failure = NULL, recipient = NULL,
        enclosed = '[]',
        state = CASE WHEN state IN ('kept', 'sending') THEN 'failed' ELSE state END
    WHERE id IN (SELECT mail_id FROM told)
    """
)
# Scores are counted on; whose they were, and in which words, is not kept. The links stop working.
_RATINGS = text(
    """
    UPDATE rating SET comment = NULL, digest = decode(replace(gen_random_uuid()::text, '-', ''), 'hex'),
        expires_at = least(expires_at, :now)
    WHERE conversation_id = :conversation
    """
).bindparams(_NOW)
_SHEETS = text(
    """
    UPDATE survey_sheet SET remark = NULL, profile = '{}', digest = NULL, person_id = NULL,
        conversation_id = NULL
    WHERE conversation_id = :conversation
    """
)
_COMPLAINTS = text(
    "UPDATE complaint SET answer = NULL FROM ticket"
    " WHERE ticket.id = complaint.ticket_id AND ticket.conversation_id = :conversation"
)
_DRAFTS = text("DELETE FROM draft WHERE conversation_id = :conversation")
_VIEWS = text("DELETE FROM viewing WHERE conversation_id = :conversation")
_CONVERSATION = text(
    """
    UPDATE conversation SET context = '{}', subject = NULL, holder_id = NULL, held_at = NULL, owed_since = NULL,
        closed_at = coalesce(closed_at, :now), closed_how = coalesce(closed_how, 'officer'), state = 'closed',
        kept_open_at = NULL, kept_open_by = NULL, kept_open_reason = NULL, tend_at = NULL, forgotten_at = :now
    WHERE id = :conversation
    """
).bindparams(_NOW)
_COUNT = text("SELECT count(*) FROM message WHERE conversation_id = :conversation")


async def conversation(tx: Transaction, conversation_id: int, *, now: datetime) -> Gone:
    """Remove what was said in a conversation, and close it. To be called under its contact's lock.

    Whoever calls it has made sure that no ticket of it is open.
    """
    which = {"conversation": conversation_id}
    await say_so(tx)
    files = list(await tx.execute(_FILES, which))
    by_conversation = (_DELIVERIES, _REPORTS, _TICKETS, _CHANGES, _NOTICES, _SHEETS, _COMPLAINTS, _DRAFTS)
    for statement in (*by_conversation, _VIEWS):
        await tx.execute(statement, which)
    for statement in (_EVENTS, _RATINGS, _MESSAGES, _CONVERSATION):
        await tx.execute(statement, {**which, "now": now})
    count = int((await tx.execute(_COUNT, which)).scalar_one())
    names = [row.file for row in files if row.file]
    return Gone(1, count, sum(row.what == "mail" for row in files), names)


_STRAY = text(
    """
    SELECT id, data, file, packing FROM parcel
    WHERE id > :after AND message_id IS NULL AND read_at IS NOT NULL AND (data IS NOT NULL OR file IS NOT NULL)
    ORDER BY id LIMIT :most
    """
)


@dataclass(frozen=True, slots=True)
class Stray:
    """A raw mail that became nobody's message: a bounce, an automatic answer, one that could not be read."""

    id: int
    data: bytes | None
    file: str | None
    packing: str


async def strays(tx: Transaction, *, after: int, most: int) -> list[Stray]:
    """Return raw mails that are no message of anybody, behind `after`, in order."""
    rows = await tx.execute(_STRAY, {"after": after, "most": most})
    return [Stray(row.id, row.data, row.file, row.packing) for row in rows]


_EMPTY = text(
    "UPDATE parcel SET data = NULL, file = NULL, packing = 'plain', reason = NULL,"
    " kind = CASE WHEN kind IN ('unparseable', 'quarantined') THEN 'forgotten' ELSE kind END"
    " WHERE id = ANY(:parcels)"
).bindparams(bindparam("parcels", type_=ARRAY(BigInteger)))
_SETTLE_QUARANTINE = text(
    "UPDATE event SET detail = '{}', seen_at = coalesce(seen_at, :now)"
    " WHERE kind = 'mail_quarantined' AND (detail ->> 'parcel')::bigint = ANY(:parcels)"
).bindparams(_NOW, bindparam("parcels", type_=ARRAY(BigInteger)))


async def empty(tx: Transaction, parcel_ids: Sequence[int], *, now: datetime) -> None:
    """Remove the content of raw mails; that they came stays known, so that they are not fetched again."""
    await tx.execute(_EMPTY, {"parcels": list(parcel_ids)})
    await tx.execute(_SETTLE_QUARANTINE, {"parcels": list(parcel_ids), "now": now})


_STILL_USED = text("SELECT DISTINCT file FROM attachment WHERE file = ANY(:files)").bindparams(
    bindparam("files", type_=ARRAY(Text))
)


async def unused(tx: Transaction, files: Collection[str]) -> list[str]:
    """Return those of these files that no message is left with."""
    used = set((await tx.execute(_STILL_USED, {"files": list(files)})).scalars())
    return [each for each in dict.fromkeys(files) if each not in used]
