"""Whose a conversation and its tickets are: taken, given up, handed on, within the transaction that locked them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.clock import Clock
from bot.desk.locks import Case
from bot.desk.moves import Moves
from bot.store import cases, tickets
from bot.store.database import Transaction
from bot.store.desk import desk as store
from bot.store.desk.desk import Held
from bot.store.tickets import Ticket
from handoff import desk as rules
from handoff.ports.values import NotFound, Officer


@dataclass(frozen=True, slots=True)
class Taking:
    """Takes for officers and gives up."""

    clock: Clock
    moves: Moves

    async def claim(self, tx: Transaction, held: Held, officer: Officer) -> None:
        """Take a conversation and its tickets, unless a colleague has one of them. Raises `Taken`."""
        every = await tickets.lock_open(tx, held.id)
        owners = await store.names(tx, [each.assignee_id for each in every if each.assignee_id])
        rules.check_claim(officer, [*([held.holder] if held.holder else []), *owners.items()])
        await self._take(tx, held.id, every, officer)

    async def take(self, tx: Transaction, conversation_id: int, officer: Officer) -> None:
        """Take a conversation that nobody holds, with those of its tickets that nobody has."""
        holding = await cases.held(tx, conversation_id)
        if holding.holder_id is None:
            await self._take(tx, conversation_id, await tickets.lock_open(tx, conversation_id), officer)

    async def release(self, tx: Transaction, held: Held, officer: Officer) -> None:
        """Give up a conversation with the tickets of who holds it, else with the officer's own."""
        freed, owner = held.holder or (officer.id, officer.name)
        for each in await tickets.lock_open(tx, held.id):
            if each.assignee_id == freed:
                await self.moves.assign(
                    tx, each, None, owner=owner, by=tickets.officer(officer.id), what="released"
                )
        await store.give_up(tx, held.id)

    async def assign(self, case: Case, officer: Officer, to: int | None) -> None:
        """Make a ticket somebody's, or nobody's; who holds its conversation goes with it.

        A held conversation stays held, by a colleague, too, who works on another ticket of it; one's own is taken.
        Raises `Taken`, `NotAllowed`, and `NotFound` for somebody who does not work here.
        """
        owner = await self.owner(case.tx, case.ticket)
        rules.check_assign(officer, owner=owner, to=to)
        name = await store.works_here(case.tx, to) if to is not None else None
        if to is not None and name is None:
            raise NotFound
        new = (to, name) if to is not None and name is not None else None
        before = owner[1] if owner else None
        await self.moves.assign(case.tx, case.ticket, new, owner=before, by=tickets.officer(officer.id))
        await self._hold_with(case, officer, to, owner)

    async def owner(self, tx: Transaction, known: Ticket) -> tuple[int, str] | None:
        """Return whose a ticket is: id and name."""
        if known.assignee_id is None:
            return None
        return known.assignee_id, (await store.names(tx, [known.assignee_id]))[known.assignee_id]

    async def _take(
        self, tx: Transaction, conversation_id: int, every: Sequence[Ticket], officer: Officer
    ) -> None:
        for each in every:
            if each.assignee_id is None:
                new = (officer.id, officer.name)
                await self.moves.assign(
                    tx, each, new, owner=None, by=tickets.officer(officer.id), what="claimed"
                )
        await store.take(tx, conversation_id, officer_id=officer.id, now=self.clock.now())

    async def _hold_with(
        self, case: Case, officer: Officer, to: int | None, owner: tuple[int, str] | None
    ) -> None:
        holder = case.held.holder
        if to is not None:
            is_free = holder is None or holder == owner or officer.is_at_least("supervisor")
            if is_free and (holder is not None or to == officer.id):
                await store.take(case.tx, case.held.id, officer_id=to, now=self.clock.now())
            return
        if holder is None or holder != owner:
            return
        others = await tickets.lock_open(case.tx, case.held.id)
        if not any(each.assignee_id == holder[0] for each in others):
            await store.give_up(case.tx, case.held.id)
