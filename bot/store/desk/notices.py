"""What officers are to be told by the next mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import BigInteger, DateTime, Text, bindparam, delete, text
from sqlalchemy.dialects.postgresql import ARRAY

from bot.store.database import Transaction
from bot.store.tables import officer_notice
from handoff.notifying import NoticeKind
from handoff.ticket import Kind

Crowd = Literal["all", "supervisors"]
"""all: every officer whose account is not disabled; supervisors: those, or the admins where there are none."""

_NOTIFY = text(
    """
    INSERT INTO officer_notice (officer_id, kind, ticket_id, once, created_at)
    SELECT officer.id, :kind, :ticket, CAST(:once AS text) || ':' || officer.id, :now FROM officer
    WHERE disabled_at IS NULL AND id IS DISTINCT FROM CAST(:except_for AS bigint) AND (
        :crowd = 'all' OR id = ANY(:officers) OR (:crowd = 'supervisors' AND (
            role = 'supervisor' OR (role = 'admin' AND NOT EXISTS (
                SELECT 1 FROM officer AS other WHERE other.role = 'supervisor' AND other.disabled_at IS NULL
            ))
        ))
    )
    ORDER BY officer.id
    ON CONFLICT (once) DO NOTHING
    RETURNING officer_id
    """
).bindparams(
    bindparam("now", type_=DateTime(timezone=True)),
    bindparam("officers", type_=ARRAY(BigInteger)),
    bindparam("once", type_=Text),
)


async def notify(
    tx: Transaction,
    kind: NoticeKind,
    ticket_id: int,
    *,
    to: Sequence[int] | Crowd,
    now: datetime,
    except_for: int | None = None,
    once: str | None = None,
) -> list[int]:
    """Keep that officers are to be told of a ticket by the next mail; return who is told.

    `to` are officers' ids, or a crowd; whose account is disabled is left out, and so is `except_for`, who did it
    themselves. What has a `once` is told each officer once.
    """
    crowd = to if isinstance(to, str) else ""
    kept = await tx.execute(
        _NOTIFY,
        {
            "kind": kind,
            "ticket": ticket_id,
            "once": once,
            "crowd": crowd,
            "officers": [] if isinstance(to, str) else list(to),
            "except_for": except_for,
            "now": now,
        },
    )
    return [int(each) for each in kept.scalars()]


@dataclass(frozen=True, slots=True)
class Addressee:
    """An officer who is written to; `last_at` is when the last mail to them was made. `phone` is E.164."""

    id: int
    name: str
    email: str
    phone: str | None
    language: str
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class Notice:
    """What one officer is to be told, with its ticket as it is now.

    `is_over`: it is not so any more, since the ticket has ended or somebody has it.
    """

    id: int
    kind: NoticeKind
    ticket_id: int
    number: str
    ticket_kind: Kind
    due_at: datetime | None
    is_paused: bool
    conversation_id: int
    is_over: bool


_TO_BE_TOLD = text(
    """
    SELECT officer_id, (SELECT max(created_at) FROM officer_mail WHERE officer_id = notice.officer_id) AS last_at
    FROM officer_notice AS notice WHERE mail_id IS NULL AND created_at > :since
    GROUP BY officer_id ORDER BY min(created_at), officer_id
    """
).bindparams(bindparam("since", type_=DateTime(timezone=True)))


async def to_be_told(tx: Transaction, *, since: datetime) -> list[tuple[int, datetime | None]]:
    """Return whom something is to be told that was noticed after `since`, with when they were last written to."""
    rows = await tx.execute(_TO_BE_TOLD, {"since": since})
    return [(row.officer_id, row.last_at) for row in rows]


_HOLD = text(
    """
    SELECT id, name, email, phone, language,
        (SELECT max(created_at) FROM officer_mail WHERE officer_id = officer.id) AS last_at
    FROM officer WHERE id = :officer AND disabled_at IS NULL
    """
)


async def hold(tx: Transaction, officer_id: int) -> Addressee | None:
    """Lock an officer, so that nobody else writes to them; None when the account is disabled."""
    # A statement of its own: one that waited for the lock sees what was true before it waited.
    await tx.execute(
        text("SELECT 1 FROM officer WHERE id = :officer FOR NO KEY UPDATE"), {"officer": officer_id}
    )
    row = (await tx.execute(_HOLD, {"officer": officer_id})).one_or_none()
    return None if row is None else Addressee(**row._mapping)


_NOTICES = text(
    """
    SELECT notice.id, notice.kind, ticket.id AS ticket_id, ticket.number, ticket.kind AS ticket_kind, ticket.due_at,
        ticket.state = 'citizen' AS is_paused, ticket.conversation_id,
        ticket.closed_at IS NOT NULL
            OR (notice.kind IN ('new', 'unclaimed') AND ticket.assignee_id IS NOT NULL)
            OR (notice.kind = 'assigned' AND ticket.assignee_id IS DISTINCT FROM notice.officer_id) AS is_over
    FROM officer_notice AS notice JOIN ticket ON ticket.id = notice.ticket_id
    WHERE notice.officer_id = :officer AND notice.mail_id IS NULL AND notice.created_at > :since
    ORDER BY notice.id LIMIT :most
    """
).bindparams(bindparam("since", type_=DateTime(timezone=True)))


async def notices(tx: Transaction, officer_id: int, *, since: datetime, most: int) -> list[Notice]:
    """Return what a locked officer is to be told that was noticed after `since`, oldest first."""
    rows = await tx.execute(_NOTICES, {"officer": officer_id, "since": since, "most": most})
    return [Notice(**row._mapping) for row in rows]


async def drop(tx: Transaction, notice_ids: Sequence[int]) -> None:
    """Remove what was never told and is not so any more: should it be so again, it is told."""
    await tx.execute(delete(officer_notice).where(officer_notice.c.id.in_(notice_ids)))
