"""Mails to officers: kept with what they tell, then sent like any other message of ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Literal

from sqlalchemy import BigInteger, DateTime, bindparam, text, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from bot.store.attempts import Attempts, Busy, Recorded
from bot.store.database import Transaction
from bot.store.tables import officer_mail
from channels.port import Enclosure, Outbound, Pace

KEYS = {"email": "officer_digest", "whatsapp": "officer_notice"}
"""The key of what tells officers, by channel: on WhatsApp it is that of an approved template."""
REPORT = "report"
"""The key of what takes a report to somebody."""

_COMPOSED = text(
    """
    WITH made AS (
        INSERT INTO officer_mail (officer_id, channel, state, subject, text, arguments, created_at)
        VALUES (:officer, :channel, 'kept', :subject, :text, :arguments, :now) RETURNING id
    ), told AS (
        UPDATE officer_notice SET mail_id = made.id FROM made WHERE officer_notice.id = ANY(:notices)
    )
    SELECT id FROM made
    """
).bindparams(
    bindparam("now", type_=DateTime(timezone=True)),
    bindparam("notices", type_=ARRAY(BigInteger)),
    bindparam("arguments", type_=JSONB),
)


async def keep(
    tx: Transaction,
    officer_id: int,
    notice_ids: Sequence[int],
    *,
    channel: str,
    subject: str,
    body: str,
    arguments: Mapping[str, str],
    now: datetime,
) -> int:
    """Keep a mail that tells a locked officer of these notices, on a channel of `KEYS`; return its id."""
    what = {
        "officer": officer_id,
        "notices": list(notice_ids),
        "channel": channel,
        "arguments": dict(arguments),
    }
    made = await tx.execute(_COMPOSED, {**what, "subject": subject, "text": body, "now": now})
    return int(made.scalar_one())


_REPORTED = text(
    """
    INSERT INTO officer_mail (recipient, channel, state, subject, text, enclosed, created_at)
    VALUES (:recipient, 'email', 'kept', :subject, :text, :enclosed, :now) RETURNING id
    """
).bindparams(bindparam("now", type_=DateTime(timezone=True)), bindparam("enclosed", type_=JSONB))


async def keep_report(
    tx: Transaction, recipient: str, enclosed: Sequence[Enclosure], *, subject: str, body: str, now: datetime
) -> int:
    """Keep a mail with files to an address that the office names in its settings; return its id."""
    what = {"recipient": recipient, "subject": subject, "text": body, "now": now}
    made = await tx.execute(_REPORTED, {**what, "enclosed": [asdict(each) for each in enclosed]})
    return int(made.scalar_one())


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail of ours, to an officer or to somebody whom the office named, still to be sent.

    `outbound.attempted_at` tells of an attempt whose end nobody knows; `attempts` is the number of the latest one.
    """

    id: int
    officer_id: int | None
    outbound: Outbound
    attempts: int
    is_disabled: bool


_MAIL = text(
    """
    SELECT mail.*, officer.email, officer.phone, officer.language, officer.disabled_at IS NOT NULL AS is_disabled
    FROM officer_mail AS mail LEFT JOIN officer ON officer.id = mail.officer_id
    WHERE mail.id = :mail AND mail.state IN ('kept', 'sending')
    """
)


async def pending(tx: Transaction, mail_id: int) -> Mail | None:
    """Return a mail that is still to be sent; None when its end is known."""
    row = (await tx.execute(_MAIL, {"mail": mail_id})).one_or_none()
    if row is None:
        return None
    outbound = Outbound(
        id=row.uid,
        channel=row.channel,
        recipient=row.recipient or (f"whatsapp:{row.phone}" if row.channel == "whatsapp" else row.email),
        text=row.text,
        key=REPORT if row.recipient else KEYS[row.channel],
        arguments=row.arguments,
        created_at=row.created_at,
        language=row.language or "id",
        subject=row.subject,
        author="system",
        attempted_at=row.attempted_at if row.state == "sending" else None,
        attempt=max(row.attempts, 1),
        attachments=tuple(Enclosure(**each) for each in row.enclosed),
    )
    return Mail(row.id, row.officer_id, outbound, row.attempts, bool(row.is_disabled))


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt that is recorded; it is to be made in `wait` seconds."""

    mail: Mail
    wait: float = 0.0


_ATTEMPTS = Attempts("officer_mail", key="id")


async def attempt(tx: Transaction, kept: Mail, *, now: datetime, limit: Pace | None) -> Attempt | Busy | None:
    """Record an attempt before it is made, in the channel's pace with all other messages; see `Attempts.record`."""
    made = await _ATTEMPTS.record(tx, kept.id, kept.outbound, latest=kept.attempts, now=now, limit=limit)
    if not isinstance(made, Recorded):
        return made
    return Attempt(replace(kept, outbound=made.outbound, attempts=made.outbound.attempt), made.wait)


async def settle(
    tx: Transaction,
    kept: Mail,
    state: Literal["kept", "sent", "failed"],
    *,
    now: datetime,
    failure: str | None = None,
) -> bool:
    """Note what became of the latest attempt; False when something else is known by now.

    kept: it certainly did not arrive and is made again. `failure` is in words for officers.
    """
    settled = await tx.execute(
        update(officer_mail)
        .where(
            officer_mail.c.id == kept.id,
            officer_mail.c.attempts == kept.attempts,
            officer_mail.c.state.in_(["kept", "sending"]),
        )
        .values(state=state, failure=failure, sent_at=now if state == "sent" else None)
        .returning(officer_mail.c.id)
    )
    return settled.scalar_one_or_none() is not None


_FORGOTTEN = text(
    """
    SELECT id FROM officer_mail AS mail
    WHERE state IN ('kept', 'sending') AND created_at < :before AND NOT EXISTS (
        SELECT 1 FROM procrastinate_jobs AS job
        WHERE job.task_name = 'tell' AND job.status IN ('todo', 'doing')
            AND (job.args ->> 'mail_id')::bigint = mail.id
    )
    ORDER BY id LIMIT :most
    """
).bindparams(bindparam("before", type_=DateTime(timezone=True)))


async def forgotten(tx: Transaction, *, before: datetime, most: int) -> list[int]:
    """Return mails older than `before` that are to be sent and that no job serves."""
    return [int(each) for each in (await tx.execute(_FORGOTTEN, {"before": before, "most": most})).scalars()]
