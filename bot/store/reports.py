"""What channels told about messages of ours: one row for each part, moved on and never back."""

from __future__ import annotations

from sqlalchemy import DateTime, bindparam, text

from bot.store.database import Transaction
from channels.port import Report

# "failed" is an end, as "read" is; of two ends the first counts.
_RANKS = "array_position(ARRAY['queued', 'sent', 'delivered', 'read', 'failed'], {})"

_KEEP = text(
    f"""
    INSERT INTO delivery_report AS known (message_id, external_id, state, code, at)
    SELECT delivery.message_id, :external, :state, :code, :at
    FROM delivery JOIN message ON message.id = delivery.message_id
    WHERE message.channel = :channel AND (message.uid = :uid OR message.external_id = :external)
    ON CONFLICT (external_id, message_id) DO UPDATE
    SET state = excluded.state, code = excluded.code, at = excluded.at
    WHERE {_RANKS.format("excluded.state")} > {_RANKS.format("known.state")} AND known.state <> 'read'
    RETURNING message_id
    """  # noqa: S608  the ranks are ours
).bindparams(bindparam("at", type_=DateTime(timezone=True)))


async def keep(tx: Transaction, report: Report) -> int | None:
    """Keep a report and return the id of the message it is on; None when it brings nothing new or is not
    on a message of ours."""
    kept = await tx.execute(
        _KEEP,
        {
            "channel": report.channel,
            "external": report.external_id,
            "uid": report.message,
            "state": report.state,
            "code": report.code,
            "at": report.at,
        },
    )
    message_id: int | None = kept.scalar_one_or_none()
    return message_id
