"""The officers' acts, each one transaction. Implements `handoff.ports.desk.Desk`.

Locks are taken in the order of everybody: the person's contacts, the conversation, its tickets. What is decided
is decided by what is true then; the rules stand in handoff/desk.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from bot.desk.acting import by_officer
from bot.desk.writing import Writing
from bot.store import silence, tickets
from bot.store.database import Transaction
from bot.store.desk import desk as store
from bot.store.desk.desk import Held
from bot.store.tickets import Change
from handoff import checklist
from handoff import desk as rules
from handoff.ports.desk import Overtaken, Registration, Unfit
from handoff.ports.values import NotFound, Officer, Stale
from handoff.ticket import Kind

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class StoredDesk(Writing):
    """Does what officers do."""

    async def claim(self, officer: Officer, conversation_id: int) -> None:
        """Take a conversation over with its open tickets."""
        async with self.locks.conversation(conversation_id) as (tx, held):
            if held.closed_at is not None:
                raise Stale
            await self._taking.claim(tx, held, officer)
            if held.holder is None:
                await self._audit(tx, "conversation.claimed", officer, f"conversation:{held.id}")
        log.info("conversation claimed", conversation=conversation_id, officer=officer.id)

    async def release(self, officer: Officer, conversation_id: int) -> None:
        """Give a conversation and its tickets up, for anybody to claim."""
        async with self.locks.conversation(conversation_id) as (tx, held):
            rules.check_release(officer, held.holder)
            await self._taking.release(tx, held, officer)
            await self._audit(tx, "conversation.released", officer, f"conversation:{held.id}")

    async def hand_back(self, officer: Officer, conversation_id: int) -> None:
        """Let the bot speak again; the tickets stay the officer's."""
        async with self.locks.conversation(conversation_id) as (tx, held):
            rules.check_release(officer, held.holder)
            if held.holder is None:
                return
            for each in await tickets.lock_open(tx, held.id):
                await self._moves.note(tx, each, Change("handed_back"), by=by_officer(officer))
            await store.give_up(tx, held.id)
            await self._audit(tx, "conversation.handed_back", officer, f"conversation:{held.id}")

    async def assign(self, officer: Officer, ticket_id: int, to: int | None, *, version: int) -> None:
        """Make a ticket somebody's, or nobody's; who holds its conversation goes with it."""
        async with self.locks.open_case(ticket_id, version) as case:
            await self._taking.assign(case, officer, to)

    async def no_reply_needed(self, officer: Officer, conversation_id: int, *, seen: int) -> None:
        """Note that what the citizen wrote needs no answer, or none any more that did not reach them."""
        async with self.locks.conversation(conversation_id) as (tx, held):
            unseen = await store.unseen(tx, [held.id], seen=seen, officer_id=officer.id)
            if unseen.by_citizen:
                raise Overtaken(None)
            was_undelivered = await silence.let_go_undelivered(tx, held.id, now=self.clock.now())
            if held.owed_since is None and not was_undelivered:
                return
            await tickets.owe_nothing(tx, held.id)
            await self._audit(tx, "conversation.no_reply", officer, f"conversation:{held.id}")
            for each in await tickets.lock_concerned(tx, held.id):
                await self._moves.note(tx, each, Change("no_reply"), by=by_officer(officer))

    async def keep_open(self, officer: Officer, conversation_id: int, reason: str) -> None:
        """Hold back that silence closes a conversation."""
        words = rules.fit_reason(reason)
        async with self.locks.conversation(conversation_id) as (tx, held):
            if held.closed_at is not None:
                raise Stale
            now = self.clock.now()
            await silence.keep_open(tx, held.id, officer_id=officer.id, reason=words, now=now)
            await self._noted(tx, held, officer, "kept_open")

    async def let_close(self, officer: Officer, conversation_id: int) -> None:
        """Hold a conversation back no longer."""
        async with self.locks.conversation(conversation_id) as (tx, held):
            if held.closed_at is not None:
                raise Stale
            if await silence.let_close(tx, held.id, now=self.clock.now()):
                await self._noted(tx, held, officer, "let_close")

    async def wait(self, officer: Officer, ticket_id: int, *, version: int) -> None:
        """Let a ticket wait for the citizen."""
        async with self.locks.open_case(ticket_id, version) as case:
            await self.casework.wait(case.tx, case.ticket, by=by_officer(officer))

    async def resume(self, officer: Officer, ticket_id: int, *, version: int) -> None:
        """Let a ticket wait for the citizen no longer."""
        async with self.locks.open_case(ticket_id, version) as case:
            await self.casework.resume(case.tx, case.ticket, by=by_officer(officer))

    async def open(self, officer: Officer, conversation_id: int, kind: Kind, *, purpose: str = "") -> str:
        """Open a ticket on a conversation and take it over; return its number."""
        async with self.locks.conversation(conversation_id) as (tx, held):
            if held.closed_at is not None:
                raise Stale
            await self._taking.claim(tx, held, officer)
            return await self._open(tx, held, officer, kind, purpose, reason="officer")

    async def split(self, officer: Officer, ticket_id: int, kind: Kind, *, purpose: str, version: int) -> str:
        """Open a second ticket beside one; return its number."""
        async with self.locks.open_case(ticket_id, version) as case:
            number = await self._open(
                case.tx, case.held, officer, kind, purpose, reason="split", assignee=case.ticket.assignee_id
            )
            await self._moves.note(
                case.tx, case.ticket, Change("split", None, number), by=by_officer(officer)
            )
            return number

    async def merge(self, officer: Officer, ticket_id: int, into: str, *, version: int) -> None:
        """End a ticket in favour of another open one of the same person."""
        async with self.locks.open_case(ticket_id, version) as case:
            await self._ending.merge(case, into, officer)

    async def change_kind(self, officer: Officer, ticket_id: int, kind: Kind, *, version: int) -> None:
        """Say what a ticket is about after all."""
        async with self.locks.open_case(ticket_id, version) as case:
            email = await store.email_of(case.tx, case.held.person_id)
            await self._moves.reclassify(
                case.tx, case.ticket, kind, is_registered=bool(email), by=by_officer(officer)
            )

    async def prioritise(self, officer: Officer, ticket_id: int, *, is_urgent: bool, version: int) -> None:
        """Put a ticket before all others, or not."""
        async with self.locks.open_case(ticket_id, version) as case:
            new = int(is_urgent)
            change = Change("priority", str(case.ticket.priority), str(new))
            await self._moves.set(case.tx, case.ticket, change, {"priority": new}, by=by_officer(officer))

    async def tag(self, officer: Officer, ticket_id: int, tags: Sequence[str], *, version: int) -> None:
        """Set a ticket's tags."""
        new = rules.fit_tags(tags)
        async with self.locks.case(ticket_id, version) as case:
            change = Change("tags", ", ".join(case.ticket.tags) or None, ", ".join(new) or None)
            await self._moves.set(case.tx, case.ticket, change, {"tags": new}, by=by_officer(officer))

    async def tick(
        self, officer: Officer, ticket_id: int, requirement: str, *, is_met: bool, version: int
    ) -> None:
        """Tick a requirement of the ticket's kind, or take the tick back."""
        async with self.locks.open_case(ticket_id, version) as case:
            if not checklist.is_requirement(case.ticket.kind, requirement):
                raise NotFound
            await self._moves.tick(case.tx, case.ticket, requirement, is_met=is_met, by=by_officer(officer))

    async def clear(self, officer: Officer, ticket_id: int, *, version: int) -> None:
        """Start the deadline's clock."""
        async with self.locks.open_case(ticket_id, version) as case:
            await self.casework.cleared(case.tx, case.ticket, by=by_officer(officer))

    async def unclear(self, officer: Officer, ticket_id: int, *, version: int) -> None:
        """Take back that the clock has started."""
        async with self.locks.open_case(ticket_id, version) as case:
            await self.casework.unclear(case.tx, case.ticket, by=by_officer(officer))

    async def register(self, officer: Officer, conversation_id: int, registration: Registration) -> None:
        """Fill in what the citizen told of themselves; with an address the form is complete."""
        given = rules.fit_registration(registration)
        async with self.locks.conversation(conversation_id) as (tx, held):
            if held.is_erased:
                raise Unfit("erased")
            email = await store.register(
                tx,
                held.person_id,
                name=given.get("name"),
                email=given.get("email"),
                organisation=given.get("organisation"),
            )
            fields = {"fields": sorted(given)}
            await self._audit(tx, "person.registered", officer, f"person:{held.person_id}", fields)
            for each in await tickets.lock_open(tx, held.id):
                if email:
                    await self.casework.registered(
                        tx, each.id, purpose=given.get("purpose"), by=by_officer(officer)
                    )
                elif given.get("purpose"):
                    change = Change("purpose", None, "filled")
                    await self._moves.set(
                        tx, each, change, {"purpose": given["purpose"]}, by=by_officer(officer)
                    )

    async def reopen(self, officer: Officer, ticket_id: int, *, version: int) -> None:
        """Go on with a ticket that had ended; it is the officer's then."""
        async with self.locks.case(ticket_id, version) as case:
            await self._ending.reopen(case, officer)

    async def _noted(self, tx: Transaction, held: Held, officer: Officer, what: str) -> None:
        """Note what was done to a conversation, for its open tickets' histories, too; never in which words."""
        await self._audit(tx, f"conversation.{what}", officer, f"conversation:{held.id}")
        for each in await tickets.lock_open(tx, held.id):
            await self._moves.note(tx, each, Change(what), by=by_officer(officer))

    async def _open(
        self,
        tx: Transaction,
        held: Held,
        officer: Officer,
        kind: Kind,
        purpose: str,
        *,
        reason: str,
        assignee: int | None = None,
    ) -> str:
        email = await store.email_of(tx, held.person_id)
        is_beside = reason == "split"
        made = await self.casework.open(
            tx,
            held.id,
            kind=kind,
            reason=reason,
            by=by_officer(officer),
            purpose=rules.fit_line(purpose, "line_too_long") if purpose.strip() else None,
            is_complete=bool(email),
            assignee_id=assignee if is_beside else officer.id,
            owes=not is_beside,
        )
        return made.number
