"""What needs attention: events, the quarantine, the mailboxes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.clock import Clock
from bot.quarantine import Quarantine
from bot.store.database import Database, Transaction
from bot.store.desk import attention as store
from bot.store.desk import audit
from handoff.ports.attention import FEW, PAGE, TO_DO, TO_KNOW, Group, Mailbox, Matter
from handoff.ports.values import Officer

MOST_COUNTED = 1_000


@dataclass(frozen=True, slots=True)
class StoredAttention:
    """Implements `handoff.ports.attention.Attention`.

    `silences` says of each channel for how long nobody may fail to look at its mailbox.
    """

    database: Database
    clock: Clock
    quarantine: Quarantine
    silences: Mapping[str, timedelta] = field(default_factory=dict)

    async def groups(self) -> Sequence[Group]:
        """Return what nobody has seen yet, by kinds; one that we have no word for comes last."""
        async with self.database.transaction() as tx:
            counts = await store.counts(tx, most=MOST_COUNTED)
            known = [kind for kind in (*TO_DO, *TO_KNOW) if kind in counts]
            kinds = [*known, *sorted(set(counts) - set(known))]
            return [Group(kind, counts[kind], await self._matters(tx, kind, None, FEW)) for kind in kinds]

    async def matters(self, kind: str, *, before: int | None = None) -> Sequence[Matter]:
        """Return a page of one kind."""
        async with self.database.transaction() as tx:
            return await self._matters(tx, kind, before, PAGE)

    async def events_of(self, conversation_id: int) -> Sequence[Matter]:
        """Return what happened in a conversation."""
        async with self.database.transaction() as tx:
            rows = await store.of_conversation(tx, conversation_id, most=PAGE)
        return [_matter(row) for row in rows]

    async def seen(self, officer: Officer, ids: Sequence[int]) -> int:
        """Note that an officer has seen these."""
        now = self.clock.now()
        async with self.database.transaction() as tx:
            rows = await store.seen(tx, ids, now=now)
            for row in rows:
                await audit.note(
                    tx,
                    "attention.seen",
                    now=now,
                    officer_id=officer.id,
                    about=f"event:{row.id}",
                    detail={"kind": row.kind},
                )
        return len(rows)

    async def all_seen(self, officer: Officer, kind: str, *, until: int) -> int:
        """Note that an officer has seen all of a kind, in one line of the log."""
        now = self.clock.now()
        async with self.database.transaction() as tx:
            count = await store.all_seen(tx, kind, until=until, now=now)
            if count:
                detail = {"kind": kind, "count": count}
                await audit.note(tx, "attention.all_seen", now=now, officer_id=officer.id, detail=detail)
        return count

    async def replay(self, officer: Officer, parcel_ids: Sequence[int]) -> int:
        """Have mails read again; who had them read is noted first, so that no replay is without a name."""
        now = self.clock.now()
        async with self.database.transaction() as tx:
            for parcel_id in parcel_ids:
                about = f"mail:{parcel_id}"
                await audit.note(tx, "mail.replayed", now=now, officer_id=officer.id, about=about)
        return len(await self.quarantine.replay(parcel_ids))

    async def mailboxes(self) -> Sequence[Mailbox]:
        """Return how the mailboxes are."""
        now = self.clock.now()
        async with self.database.statement() as tx:
            rows = await store.mailboxes(tx)
        return [
            Mailbox(
                row.channel, row.checked_at, _is_silent(row.heard_at, now, self.silences.get(row.channel))
            )
            for row in rows
        ]

    async def _matters(self, tx: Transaction, kind: str, before: int | None, most: int) -> list[Matter]:
        return [_matter(row) for row in await store.of_kind(tx, kind, before=before, most=most)]


def _is_silent(heard_at: datetime | None, now: datetime, most: timedelta | None) -> bool:
    return heard_at is not None and most is not None and now - heard_at > most


def _matter(row: Any) -> Matter:
    detail = {name: str(value) for name, value in row.detail.items()}
    if row.officer:
        detail["officer"] = row.officer
    closes_at = detail.get("closes_at")
    return Matter(
        id=row.id,
        kind=row.kind,
        at=row.at,
        conversation_id=row.conversation_id,
        name=row.name,
        channel=row.channel,
        ticket=row.ticket,
        words=row.words,
        reason=None if row.kind in TO_KNOW[:2] else detail.get("reason") or None,
        detail=detail,
        closes_at=datetime.fromisoformat(closes_at) if closes_at else None,
    )
