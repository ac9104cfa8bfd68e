"""The page of a conversation, read in one transaction; drafts, and who looks on. Implements `handoff.ports.thread`."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from bot.clock import Clock
from bot.store.database import Database, Transaction
from bot.store.desk import shown
from bot.store.desk import thread as store
from handoff.ports.thread import (
    LONGEST,
    Case,
    Citizen,
    Colleague,
    Contact,
    Draft,
    Earlier,
    KeptOpen,
    Look,
    Said,
    Whole,
)
from handoff.ports.values import NotFound

SEEN = timedelta(seconds=40)
"""How long after a sign of life an officer counts as looking at a conversation."""
TYPED = timedelta(seconds=12)
"""How long after the last letter somebody counts as writing."""
MOST_CHANGES = 40
MOST_EARLIER = 12
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class Windowed(Protocol):
    """A channel, as far as it matters here."""

    @property
    def window(self) -> timedelta | None:
        """How long after a citizen's message anything can be written, None where there is no such limit."""
        ...


@dataclass(frozen=True, slots=True)
class StoredThreads:
    """Reads conversations for officers. `channels` are those that are on: they know their windows.

    `closes_after` is how many seconds of silence close a conversation, by the kind of its ticket or "bot"; None:
    none do.
    """

    database: Database
    clock: Clock
    channels: Mapping[str, Windowed]
    closes_after: Mapping[str, float | None]

    async def look(
        self, officer_id: int, conversation_id: int, *, before: int | None = None, most: int = 40
    ) -> Look:
        """Return the page: the `most` newest messages, or those before the message `before`."""
        async with self.database.transaction() as tx:
            head = await self._head(tx, conversation_id)
            contacts = await store.contacts(tx, head.person_id, first=head.contact_id)
            ids = _thread(head, contacts)
            said, has_older = await _said(tx, ids, before=before, most=most)
            tickets = [
                shown.case(row)
                for row in await store.tickets(tx, head.person_id, conversation_id=conversation_id)
            ]
            ticket = next((each for each in tickets if each.conversation_id in ids), None)
            return Look(
                id=head.id,
                channel=head.channel,
                contact_id=head.contact_id,
                state=head.state,
                subject=head.subject,
                holder=Colleague(head.holder_id, head.holder) if head.holder_id else None,
                held_at=head.held_at,
                owed_since=head.owed_since,
                opened_at=head.opened_at,
                closed_at=head.closed_at,
                closes_at=head.closes_at,
                kept_open=_kept_open(head),
                language=head.language,
                citizen=self._citizen(head, contacts),
                said=said,
                has_older=has_older,
                last_id=0 if before else max((each.id for each in said), default=0),
                happened=await _happened(tx, ids, said, has_older=has_older, is_newest=before is None),
                ticket=ticket,
                tickets=tuple(tickets),
                **await _beside(tx, head, ids, ticket),
                **await self._working(tx, officer_id, conversation_id),
            )

    async def whole(self, conversation_id: int, message_id: int) -> Whole:
        """Return one message uncut. Raises `NotFound` when it is not one of that person's."""
        async with self.database.transaction() as tx:
            row = await store.one(tx, conversation_id, message_id)
            if row is None:
                raise NotFound
            files = await store.files(tx, [message_id])
        return Whole(shown.said(row, files), row.conversation_id)

    async def keep_draft(self, officer_id: int, conversation_id: int, draft: Draft) -> None:
        """Keep what is being written, and show colleagues that it is; an empty text forgets it."""
        now = self.clock.now()
        async with self.database.transaction() as tx:
            is_typing = bool(draft.text.strip())
            if await store.see(tx, conversation_id, officer_id, now=now, is_typing=is_typing) is None:
                raise NotFound
            if not is_typing:
                await store.stop_typing(tx, conversation_id, officer_id)
            await store.keep_draft(
                tx, conversation_id, officer_id, draft.text, is_note=draft.is_note, now=now
            )

    async def watch(self, officer_id: int, conversation_id: int) -> tuple[Colleague, ...]:
        """Note that the officer looks at it now; return which others do."""
        now = self.clock.now()
        async with self.database.transaction() as tx:
            if await store.see(tx, conversation_id, officer_id, now=now, is_typing=False) is None:
                raise NotFound
            found: dict[str, Any] = await self._working(tx, officer_id, conversation_id)
        colleagues: tuple[Colleague, ...] = found["colleagues"]
        return colleagues

    async def leave(self, officer_id: int, conversation_id: int) -> None:
        """Note that the officer has gone on to something else."""
        async with self.database.transaction() as tx:
            await store.leave(tx, conversation_id, officer_id)

    async def _head(self, tx: Transaction, conversation_id: int) -> Any:
        limits = json.dumps(dict(self.closes_after))
        head = await store.head(tx, conversation_id, now=self.clock.now(), limits=limits)
        if head is None:
            raise NotFound
        return head

    async def _working(self, tx: Transaction, officer_id: int, conversation_id: int) -> dict[str, Any]:
        now = self.clock.now()
        rows = await store.working(tx, conversation_id, officer_id, since=now - SEEN)
        kept = next((row for row in rows if row.what == "draft"), None)
        return {
            "draft": Draft(kept.text, kept.is_note, kept.at) if kept else Draft(),
            "colleagues": tuple(
                Colleague(row.officer_id, row.name, row.typed_at is not None and now - row.typed_at < TYPED)
                for row in rows
                if row.what == "viewing"
            ),
        }

    def _citizen(self, head: Any, contacts: Sequence[Any]) -> Citizen:
        return Citizen(
            id=head.person_id,
            name=head.name,
            organisation=head.organisation,
            email=head.email,
            has_consented=head.has_consented,
            is_erased=head.is_erased,
            contacts=tuple(self._contact(row) for row in contacts),
        )

    def _contact(self, row: Any) -> Contact:
        channel = self.channels.get(row.channel)
        window = channel.window if channel else None
        heard = row.last_inbound_at
        if heard and row.window_closed_at and row.window_closed_at >= heard:
            heard = None  # the channel has closed it since
        return Contact(
            id=row.id,
            channel=row.channel,
            address=row.address,
            name=row.name,
            language=row.language,
            conversation_id=row.open_id,
            has_window=window is not None,
            window_ends=heard + window if heard and window else None,
            opted_out_at=row.opted_out_at,
            unreachable=row.unreachable,
        )


def _kept_open(head: Any) -> KeptOpen | None:
    if head.kept_open_at is None:
        return None
    return KeptOpen(head.kept_open_by or "", head.kept_open_reason or "", head.kept_open_at)


def _thread(head: Any, contacts: Sequence[Any]) -> list[int]:
    """Return what is shown in one look: this conversation, and while it is open those on the person's other
    addresses. Another mail thread of the same address is about something else."""
    if head.closed_at is not None:
        return [head.id]
    beside = [row.open_id for row in contacts if row.open_id is not None and row.id != head.contact_id]
    return [head.id, *beside]


async def _said(
    tx: Transaction, ids: Sequence[int], *, before: int | None, most: int
) -> tuple[tuple[Said, ...], bool]:
    """Return a page of messages in their order, and whether there are older ones."""
    rows = await store.messages(tx, ids, before=before, most=most + 1, longest=LONGEST)
    page = rows[:most][::-1]
    files: defaultdict[int, list[Any]] = defaultdict(list)
    carrying = [row.id for row in page if row.attachments or row.author == "officer"]
    for file in await store.files(tx, carrying) if carrying else ():
        files[file.message_id].append(file)
    return tuple(shown.said(row, files[row.id]) for row in page), len(rows) > most


async def _happened(
    tx: Transaction, ids: Sequence[int], said: Sequence[Said], *, has_older: bool, is_newest: bool
) -> tuple[Any, ...]:
    since = said[0].at if said and has_older else _FIRST
    until = _LAST if is_newest or not said else said[-1].at
    rows = await store.happened(tx, ids, since=since, until=until)
    return tuple(shown.happened(row) for row in reversed(rows))


async def _beside(tx: Transaction, head: Any, ids: Sequence[int], ticket: Case | None) -> dict[str, Any]:
    """Return what stands beside the thread: the ticket's history, and the person's other conversations."""
    changes = await store.changes(tx, ticket.id, most=MOST_CHANGES) if ticket else ()
    others = [
        shown.earlier(row) for row in await store.others(tx, head.person_id, but=ids, most=MOST_EARLIER)
    ]
    later = [each.id for each in others if each.id > head.id and each.closed_at is None]
    officers = await store.officers(tx)
    return {
        "officers": tuple(Colleague(row.id, row.name) for row in officers),
        "changes": tuple(shown.happened(row) for row in changes),
        "earlier": tuple(others),
        "follows": _followed(head, others),
        "later_id": later[0] if later and head.closed_at else None,
    }


def _followed(head: Any, others: Sequence[Earlier]) -> Earlier | None:
    return next((each for each in others if each.id == head.follows_id), None)
