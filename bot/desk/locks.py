"""What an officer's act locks before it decides: the person's contacts, the conversation, its ticket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.store import tickets
from bot.store.database import Database, Transaction
from bot.store.desk import desk as store
from bot.store.desk.desk import Held
from bot.store.tickets import Ticket
from handoff import desk as rules
from handoff.ports.values import NotFound, Stale


@dataclass(frozen=True, slots=True)
class Case:
    """A ticket that is locked with its conversation, in one transaction."""

    tx: Transaction
    held: Held
    ticket: Ticket


@dataclass(frozen=True, slots=True)
class Locks:
    """Opens the one transaction of an act, with everything locked that it is about."""

    database: Database

    @asynccontextmanager
    async def conversation(self, conversation_id: int) -> AsyncIterator[tuple[Transaction, Held]]:
        """Lock a conversation. Raises `NotFound`."""
        async with self.database.transaction() as tx:
            held = await store.hold(tx, conversation_id)
            if held is None:
                raise NotFound
            yield tx, held

    @asynccontextmanager
    async def case(self, ticket_id: int, version: int) -> AsyncIterator[Case]:
        """Lock a ticket that is as it was looked at. Raises `NotFound`, `Stale`."""
        async with self.database.transaction() as tx:
            place = await store.place(tx, ticket_id)
            held = await store.hold(tx, place) if place is not None else None
            if held is None:
                raise NotFound
            (known,) = await tickets.lock(tx, ticket_id)
            rules.check_version(known.version, version)
            yield Case(tx, held, known)

    @asynccontextmanager
    async def open_case(self, ticket_id: int, version: int) -> AsyncIterator[Case]:
        """Lock a ticket that is open, and as it was looked at. Raises `NotFound`, `Stale`."""
        async with self.case(ticket_id, version) as case:
            if not case.ticket.is_open:
                raise Stale
            yield case

    async def place(self, ticket_id: int) -> int:
        """Return the conversation of a ticket, locking nothing. Raises `NotFound`."""
        async with self.database.statement() as tx:
            place = await store.place(tx, ticket_id)
        if place is None:
            raise NotFound
        return place
