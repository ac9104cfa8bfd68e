"""What officers are to be told, and the mails that tell them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import BigInteger, DateTime, Text, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from bot.store.database import Transaction
from handoff.notifying import NoticeKind

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
