"""How tickets end at the desk: done, cancelled, merged into another; and how one that had ended goes on."""

from __future__ import annotations

from dataclasses import dataclass

from bot.casework import Casework
from bot.desk.locks import Case
from bot.desk.moves import Moves
from bot.desk.taking import Taking
from bot.store import silence, tickets
from bot.store.database import Transaction
from bot.store.desk import desk as store
from bot.store.desk.desk import Held
from bot.store.tickets import Change, Ticket
from handoff import desk as rules
from handoff.ports.desk import Unfit
from handoff.ports.values import NotAllowed, NotFound, Officer, Stale


@dataclass(frozen=True, slots=True)
class Ending:
    """Ends tickets that are locked, and takes them up again."""

    casework: Casework
    moves: Moves
    taking: Taking

    async def close_empty(self, tx: Transaction, *conversation_ids: int) -> None:
        """Close conversations in which no ticket is open."""
        for place in sorted(set(conversation_ids)):
            if not await tickets.lock_open(tx, place):
                await store.close(tx, place, now=self.casework.clock.now())

    async def reopen(self, case: Case, officer: Officer) -> None:
        """Go on with a ticket; it is the officer's then, and so is its conversation.

        Raises `Stale`, `NotAllowed` (merged), `Unfit` (erased), `Taken` where a colleague holds the conversation.
        """
        by = tickets.officer(officer.id)
        if case.held.is_erased:
            raise Unfit("erased")
        if case.ticket.is_open:
            raise Stale
        if case.ticket.merged_into_id is not None:
            raise NotAllowed("merged")
        rules.check_release(officer, case.held.holder)
        owner = await self.taking.owner(case.tx, case.ticket)
        opened = await self.moves.reopen(case.tx, case.ticket, by=by)
        before = owner[1] if owner else None
        await self.moves.assign(case.tx, opened, (officer.id, officer.name), owner=before, by=by)
        now = self.casework.clock.now()
        await store.reopen(case.tx, case.held.id, officer_id=officer.id, now=now)
        await silence.goes_on(case.tx, case.held.id, now=now)

    async def merge(self, case: Case, into: str, officer: Officer) -> None:
        """End a ticket in favour of another open one of the same person.

        Raises `NotFound`, and `NotAllowed` (merge_complaint): a complaint stays in its register.
        """
        other_id = await store.other(case.tx, into, person_id=case.held.person_id)
        if other_id is None or other_id == case.ticket.id:
            raise NotFound
        (other,) = await tickets.lock(case.tx, other_id)
        if case.ticket.kind == "pengaduan" and other.kind != "pengaduan":
            raise NotAllowed("merge_complaint")
        target = await store.hold(case.tx, other.conversation_id)
        if target is None:
            raise NotFound
        is_same_contact = target.contact_id == case.held.contact_id
        await self.casework.end(
            case.tx,
            case.ticket,
            "cancelled",
            by=tickets.officer(officer.id),
            changes=[Change("merged", case.ticket.number, other.number)],
            values={"merged_into_id": other.id},
            closes_conversation=is_same_contact and target.id != case.held.id,
            how="merged",
        )
        await self._absorb(case, other, officer)
        if target.id != case.held.id:
            await self._go_on(case, target, other, is_same_contact=is_same_contact)

    async def _absorb(self, case: Case, other: Ticket, officer: Officer) -> None:
        gone, by = case.ticket, tickets.officer(officer.id)
        known = await self.moves.note(
            case.tx,
            other,
            Change("absorbed", gone.number, other.number),
            by=by,
            tags=tuple(sorted({*other.tags, *gone.tags}))[: rules.MOST_TAGS],
            priority=max(other.priority, gone.priority),
            purpose=other.purpose or gone.purpose,
        )
        # What was promised first holds: a merge does not put a deadline off.
        is_earlier = gone.clear_at is not None and (known.clear_at is None or gone.clear_at < known.clear_at)
        if gone.kind == known.kind and is_earlier:
            await tickets.take_over_pauses(case.tx, gone.id, into=known.id)
            await self.casework.clear_since(case.tx, known, gone.clear_at, by=by)

    async def _go_on(self, case: Case, target: Held, other: Ticket, *, is_same_contact: bool) -> None:
        """Let a conversation whose ticket was merged go on in the other's, with what is owed."""
        if case.held.owed_since is not None:
            await tickets.owe(case.tx, target.id, since=case.held.owed_since)
        if await tickets.lock_open(case.tx, case.held.id):
            return
        if is_same_contact:
            await store.goes_on(case.tx, case.held.id, later=target.id)
        elif other.assignee_id is not None:
            now = self.casework.clock.now()
            await store.take(case.tx, case.held.id, officer_id=other.assignee_id, now=now)
