"""What the register of complaints has besides the ticket. It follows the ticket: see bot/store/tickets.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, Row, Text, bindparam, text

from bot.dialogue.flow import Flow
from bot.store import conversations, messages
from bot.store.database import Transaction
from channels.port import Inbound
from handoff.ports.values import AT_THE_OFFICE

_KEEP = text(
    """
    INSERT INTO complaint AS known (ticket_id, came_by, has_evidence, answered_at)
    SELECT ticket.id, contact.channel, 'evidence' = ANY(ticket.checklist), ticket.answered_at
    FROM ticket
    JOIN conversation ON conversation.id = ticket.conversation_id
    JOIN contact ON contact.id = conversation.contact_id
    WHERE ticket.id = :ticket
    ON CONFLICT (ticket_id) DO UPDATE SET has_evidence = excluded.has_evidence,
        answered_at = coalesce(excluded.answered_at, known.answered_at)
    """
)


async def follow(tx: Transaction, ticket_id: int) -> None:
    """Have the register say what a complaint's ticket says: whether evidence is ticked, when it was answered."""
    await tx.execute(_KEEP, {"ticket": ticket_id})


_REACHED = text(
    "UPDATE contact SET phone = :phone, unreachable = :reason WHERE id = :contact RETURNING person_id"
)


@dataclass(frozen=True, slots=True)
class Arrived:
    """Where a complaint is kept that came to the office, and whose it is."""

    conversation_id: int
    person_id: int


_NOTED = text(
    """
    SELECT ticket.number FROM message JOIN ticket ON ticket.conversation_id = message.conversation_id
    WHERE message.channel = :channel AND message.external_id = :reference ORDER BY ticket.id LIMIT 1
    """
)
_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended(:channel || ' ' || :reference, 0))")


async def noted(tx: Transaction, reference: str) -> str | None:
    """Return the number of what was noted under a reference; None the first time, and everybody else waits for that."""
    which = {"channel": AT_THE_OFFICE, "reference": reference}
    await tx.execute(_ALONE, which)
    number: str | None = (await tx.execute(_NOTED, which)).scalar_one_or_none()
    return number


async def arrive(
    tx: Transaction,
    words: str,
    reference: str,
    *,
    name: str | None,
    phone: str | None,
    reason: str,
    now: datetime,
) -> Arrived:
    """Keep what came to the office in a conversation of its own; `reason` is why nothing can be sent into it.

    The number stands in the contact's address, where officers look for it; `reference` tells it from others.
    """
    address = f"{phone or 'Tanpa nama'} ({reference})"
    who = await conversations.lock_contact(tx, channel=AT_THE_OFFICE, address=address, name=name, now=now)
    what = {"contact": who.contact_id, "phone": phone, "reason": reason}
    person_id = int((await tx.execute(_REACHED, what)).scalar_one())
    place = await conversations.begin(tx, contact_id=who.contact_id, subject=None, now=now)
    message = Inbound(AT_THE_OFFICE, external_id=reference, sender=address, text=words, received_at=now)
    await messages.keep_inbound(tx, message, place, flow=Flow(), is_silent=True)
    return Arrived(place, person_id)


# One that went on in another ticket is that one's.
_REGISTER = """
    SELECT ticket.id AS ticket_id, ticket.number, ticket.version, ticket.state, ticket.conversation_id, contact.channel,
        ticket.opened_at, ticket.closed_at, conversation.opened_at AS noted_at, officer.name AS officer,
        coalesce(complaint.source, 'citizen') AS source, coalesce(complaint.came_by, contact.channel) AS came_by,
        coalesce(complaint.has_evidence, false) AS has_evidence,
        coalesce(complaint.answered_at, ticket.answered_at) AS answered_at, coalesce(complaint.answer, '') AS answer
    FROM ticket
    JOIN conversation ON conversation.id = ticket.conversation_id
    JOIN contact ON contact.id = conversation.contact_id
    LEFT JOIN complaint ON complaint.ticket_id = ticket.id
    LEFT JOIN officer ON officer.id = ticket.assignee_id
    WHERE ticket.kind = 'pengaduan' AND ticket.merged_into_id IS NULL
"""
_PAGE = text(
    _REGISTER
    + """
        AND (CAST(:since AS timestamptz) IS NULL OR ticket.opened_at >= :since)
        AND (CAST(:until AS timestamptz) IS NULL OR ticket.opened_at < :until)
        AND (CAST(:source AS text) IS NULL OR coalesce(complaint.source, 'citizen') = :source)
        AND CASE :standing
            WHEN 'unanswered' THEN coalesce(complaint.answered_at, ticket.answered_at) IS NULL
            WHEN 'open' THEN ticket.closed_at IS NULL
            WHEN 'ended' THEN ticket.closed_at IS NOT NULL
            ELSE true END
    ORDER BY ticket.opened_at, ticket.id LIMIT :most
    """
).bindparams(
    bindparam("since", type_=DateTime(timezone=True)),
    bindparam("until", type_=DateTime(timezone=True)),
    bindparam("source", type_=Text()),
    bindparam("standing", type_=Text()),
)


async def register(
    tx: Transaction,
    *,
    since: datetime | None,
    until: datetime | None,
    source: str | None,
    standing: str | None,
    most: int,
) -> Sequence[Row[Any]]:
    """Return complaints that came from `since` until before `until`, in that order.

    `standing` is unanswered, open or ended; None: all.
    """
    values = {"since": since, "until": until, "source": source, "standing": standing or "", "most": most}
    return (await tx.execute(_PAGE, values)).all()


_ONE = text(_REGISTER + " AND ticket.number = :number")


async def one(tx: Transaction, number: str) -> Row[Any] | None:
    """Return the complaint of that number; None when there is none."""
    return (await tx.execute(_ONE, {"number": number})).one_or_none()


_CHANGE = text(
    "UPDATE complaint SET source = :source, came_by = :came_by, answer = :answer WHERE ticket_id = :ticket"
)


async def change(tx: Transaction, ticket_id: int, *, source: str, came_by: str, answer: str) -> None:
    """Keep what an officer has written into the register."""
    values = {"ticket": ticket_id, "source": source, "came_by": came_by, "answer": answer or None}
    await tx.execute(_CHANGE, values)
