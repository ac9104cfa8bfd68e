"""What citizens wrote and the bot has to answer: read for the answer, and found when no job serves it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import takewhile
from typing import Any

from sqlalchemy import bindparam, func, select, text, update

from bot.store.database import Transaction
from bot.store.tables import message


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


_IS_ANY_READ = text(
    """
    SELECT EXISTS (
        SELECT 1 FROM (
            SELECT author, answered_at, understood FROM message ORDER BY id DESC LIMIT 500
        ) AS newest
        WHERE author = 'citizen' AND answered_at >= :since AND (understood ->> 'confidence')::float8 > 0
    )
    """
)


async def is_any_read(tx: Transaction, *, since: datetime) -> bool:
    """Tell whether a model, of whatever machine, has read one of the newest messages since a moment."""
    return bool((await tx.execute(_IS_ANY_READ, {"since": since})).scalar_one())


async def count_waiting(tx: Transaction) -> int:
    """Return how many messages of citizens wait for an answer."""
    query = select(func.count()).where(message.c.author == "citizen", message.c.answered_at.is_(None))
    return int((await tx.execute(query)).scalar_one())
