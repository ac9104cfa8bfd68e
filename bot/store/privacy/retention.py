"""What is older than its retention: found in portions, and removed. Nothing of what is still open is ever among it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, TextClause, bindparam, select, text

from bot.store.database import Transaction
from bot.store.privacy import forgetting
from bot.store.tables import tick

DONE = "retention_done"

_IS_OPEN = """
    conversation.closed_at IS NULL OR conversation.holder_id IS NOT NULL OR conversation.owed_since IS NOT NULL
    OR EXISTS (SELECT 1 FROM ticket WHERE ticket.conversation_id = conversation.id AND ticket.closed_at IS NULL)
"""


def _before(query: str) -> TextClause:
    return text(query).bindparams(bindparam("before", type_=DateTime(timezone=True)))


async def last_done(tx: Transaction) -> datetime | None:
    """Return when retention was last gone through to its end."""
    moment: datetime | None = (
        await tx.execute(select(tick.c.at).where(tick.c.name == DONE))
    ).scalar_one_or_none()
    return moment


_CONVERSATIONS = _before(
    f"""
    SELECT id FROM conversation
    WHERE closed_at < :before AND {forgetting.IS_LEFT} AND NOT ({_IS_OPEN})
    ORDER BY closed_at, id LIMIT :most
    """  # noqa: S608  our own words
)


async def conversations(tx: Transaction, *, before: datetime, most: int) -> list[int]:
    """Return conversations that ended before that moment and are still remembered, the oldest first."""
    return list((await tx.execute(_CONVERSATIONS, {"before": before, "most": most})).scalars())


_IS_DUE = _before(
    f"SELECT count(*) FROM conversation WHERE id = :conversation AND closed_at < :before AND NOT ({_IS_OPEN})"  # noqa: S608
)


async def is_due(tx: Transaction, conversation_id: int, *, before: datetime) -> bool:
    """Tell whether a conversation, whose contact is locked, is still to be forgotten."""
    found = await tx.execute(_IS_DUE, {"conversation": conversation_id, "before": before})
    return bool(found.scalar_one())


# A mail that was offered again after its conversation was forgotten goes at once.
_RAW_MAILS = _before(
    f"""
    SELECT parcel.id, parcel.file FROM parcel
    LEFT JOIN message ON message.id = parcel.message_id
    LEFT JOIN conversation ON conversation.id = message.conversation_id
    WHERE parcel.read_at IS NOT NULL AND (parcel.data IS NOT NULL OR parcel.file IS NOT NULL)
        AND parcel.kind NOT IN ('unparseable', 'quarantined')
        AND (
            parcel.fetched_at < :before AND (message.id IS NULL OR NOT ({_IS_OPEN}))
            OR conversation.forgotten_at IS NOT NULL
        )
    ORDER BY parcel.id LIMIT :most
    """  # noqa: S608  our own words
)


async def raw_mails(tx: Transaction, *, before: datetime, most: int, now: datetime) -> tuple[int, list[str]]:
    """Empty raw mails fetched before that moment; return how many, and their files.

    What could not be read waits for an officer, and stays.
    """
    rows = list(await tx.execute(_RAW_MAILS, {"before": before, "most": most}))
    if rows:
        await forgetting.empty(tx, [row.id for row in rows], now=now)
    return len(rows), [row.file for row in rows if row.file]


_MEDIA = _before(
    f"""
    WITH old AS (
        SELECT media.id, media.file FROM media
        JOIN message ON message.id = media.message_id
        JOIN conversation ON conversation.id = message.conversation_id
        WHERE media.file IS NOT NULL AND conversation.closed_at < :before AND NOT ({_IS_OPEN})
        LIMIT :most FOR UPDATE OF media
    )
    UPDATE media SET state = 'refused', reason = 'sudah dihapus: masa simpannya lewat', file = NULL FROM old
    WHERE media.id = old.id RETURNING old.file
    """  # noqa: S608  our own words
)


async def media(tx: Transaction, *, before: datetime, most: int) -> list[str]:
    """Let go of citizens' files whose conversation ended before that moment; return the files."""
    return list((await tx.execute(_MEDIA, {"before": before, "most": most})).scalars())


_PEOPLE = _before(
    f"""
    SELECT person.id FROM person
    WHERE person.erased_at IS NULL AND person.joined_into_id IS NULL AND person.created_at < :before
        AND NOT EXISTS (
            SELECT 1 FROM contact WHERE contact.person_id = person.id
                AND (contact.last_inbound_at >= :before OR contact.created_at >= :before)
        )
        AND NOT EXISTS (
            SELECT 1 FROM contact JOIN conversation ON conversation.contact_id = contact.id
            WHERE contact.person_id = person.id AND {forgetting.IS_LEFT}
        )
    ORDER BY person.id LIMIT :most
    """  # noqa: S608  our own words
)


async def people(tx: Transaction, *, before: datetime, most: int) -> list[int]:
    """Return persons not heard since that moment of whom no conversation is remembered any more."""
    return list((await tx.execute(_PEOPLE, {"before": before, "most": most})).scalars())


_DRAFTS = _before(
    f"""
    DELETE FROM draft USING conversation
    WHERE conversation.id = draft.conversation_id AND draft.updated_at < :before AND NOT ({_IS_OPEN})
    """  # noqa: S608  our own words
)
# Unseen ones wait for an officer, unless what they are about has ended long ago, too.
_EVENTS = _before(
    f"""
    DELETE FROM event WHERE id IN (
        SELECT event.id FROM event LEFT JOIN conversation ON conversation.id = event.conversation_id
        WHERE event.created_at < :before
            AND CASE WHEN conversation.id IS NULL THEN event.seen_at IS NOT NULL
                ELSE NOT ({_IS_OPEN}) AND conversation.closed_at < :before END
        LIMIT :most
    )
    """  # noqa: S608  our own words
)
# What is told once (`once`) stays with its open ticket: without the row it would be told again.
_NOTICES = _before(
    """
    DELETE FROM officer_notice WHERE id IN (
        SELECT notice.id FROM officer_notice AS notice
        LEFT JOIN officer_mail AS mail ON mail.id = notice.mail_id
        LEFT JOIN ticket ON ticket.id = notice.ticket_id
        WHERE notice.created_at < :before AND (mail.id IS NULL OR mail.state NOT IN ('kept', 'sending'))
            AND (notice.once IS NULL OR ticket.id IS NULL OR ticket.closed_at IS NOT NULL)
        LIMIT :most
    )
    """
)
_MAILS = _before(
    """
    DELETE FROM officer_mail WHERE id IN (
        SELECT id FROM officer_mail WHERE created_at < :before AND state NOT IN ('kept', 'sending')
            AND NOT EXISTS (SELECT 1 FROM officer_notice WHERE officer_notice.mail_id = officer_mail.id)
        LIMIT :most
    )
    """
)
_SESSIONS = _before("DELETE FROM officer_session WHERE expires_at < :before")
_LINKS = _before("DELETE FROM officer_link WHERE expires_at < :before")
_ATTEMPTS = _before("DELETE FROM login_attempt WHERE since < :before")
_AUDIT = _before(
    "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at < :before ORDER BY id LIMIT :most)"
)


async def drafts(tx: Transaction, *, before: datetime) -> int:
    """Remove drafts of ended conversations last touched before that moment; return how many."""
    return await _count(tx, _DRAFTS, {"before": before})


async def events(tx: Transaction, *, before: datetime, most: int) -> int:
    """Remove what officers were shown before that moment; return how many."""
    return await _count(tx, _EVENTS, {"before": before, "most": most})


async def notices(tx: Transaction, *, before: datetime, most: int) -> int:
    """Remove what officers were told by mail, or were to be told, before that moment; return how many rows."""
    which = {"before": before, "most": most}
    return await _count(tx, _NOTICES, which) + await _count(tx, _MAILS, which)


async def sessions(tx: Transaction, *, before: datetime) -> int:
    """Remove sessions, links and counts of attempts that ended before that moment; return how many."""
    counts = [await _count(tx, each, {"before": before}) for each in (_SESSIONS, _LINKS, _ATTEMPTS)]
    return sum(counts)


async def audit(tx: Transaction, *, before: datetime, most: int) -> int:
    """Remove rows of the audit older than that moment; return how many."""
    await forgetting.say_so(tx)
    return await _count(tx, _AUDIT, {"before": before, "most": most})


async def _count(tx: Transaction, statement: TextClause, values: dict[str, Any]) -> int:
    return int((await tx.execute(statement, values)).rowcount)
