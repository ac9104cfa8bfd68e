"""The officers' acts, each one transaction. Implements `handoff.ports.desk.Desk`.

Locks are taken in the order of everybody: the person's contacts, the conversation, its tickets. What is decided
is decided by what is true then; the rules stand in handoff/desk.py.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal

import structlog

from bot.casework import Casework
from bot.clock import Clock
from bot.desk.enclosing import Keeper, enclose, keep
from bot.desk.ending import Ending
from bot.desk.locks import Locks
from bot.desk.moves import Moves
from bot.desk.speaking import MAIL, Said, Speaking
from bot.desk.taking import Taking
from bot.store import messages, silence, tickets
from bot.store.database import Database, Transaction
from bot.store.desk import audit, thread
from bot.store.desk import desk as store
from bot.store.desk.desk import Held
from bot.store.tickets import By, Change
from handoff import checklist, invitation
from handoff import desk as rules
from handoff.invitation import Host, Meeting
from handoff.ports.desk import Overtaken, Registration, Reply, Unfit
from handoff.ports.values import NotAllowed, NotFound, Officer, Stale, Taken
from handoff.ticket import Kind

log = structlog.get_logger()

REFUSED = (Stale, Taken, Unfit, NotAllowed)
End = Literal["done", "cancelled"]


@dataclass(frozen=True, slots=True)
class StoredDesk:
    """Does what officers do. `host` is who invites to meetings."""

    database: Database
    clock: Clock
    casework: Casework
    speaking: Speaking
    files: Keeper
    host: Host

    @property
    def locks(self) -> Locks:
        """Return what opens an act's transaction."""
        return Locks(self.database)

    @property
    def _moves(self) -> Moves:
        return Moves(self.casework)

    @property
    def _taking(self) -> Taking:
        return Taking(self.clock, self._moves)

    @property
    def _ending(self) -> Ending:
        return Ending(self.casework, self._moves, self._taking)

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
                await self._moves.note(tx, each, Change("handed_back"), by=_by(officer))
            await store.give_up(tx, held.id)
            await self._audit(tx, "conversation.handed_back", officer, f"conversation:{held.id}")

    async def assign(self, officer: Officer, ticket_id: int, to: int | None, *, version: int) -> None:
        """Make a ticket somebody's, or nobody's; who holds its conversation goes with it."""
        async with self.locks.open_case(ticket_id, version) as case:
            await self._taking.assign(case, officer, to)

    async def reply(self, officer: Officer, conversation_id: int, reply: Reply) -> int:
        """Keep a reply, to be delivered; return its message."""
        async with self._keeping(officer, conversation_id, reply.text):
            enclosures = await enclose(self.files, reply.files)
            async with self.locks.conversation(conversation_id) as (tx, held):
                words = rules.fit_text(reply.text)
                # A form that was sent twice says it once: nobody can have seen the first and mean a second.
                said_before = await store.repeated(tx, held, words, seen=reply.seen, officer_id=officer.id)
                if said_before is not None:
                    return said_before
                said = await self.speaking.say(
                    tx, held, officer, reply, enclosures, closes=reply.then == "close"
                )
                await self._answered(tx, held, officer, said, reply)
                await self._drop_draft(tx, held.id, officer)
        return said.message_id

    async def note(self, officer: Officer, conversation_id: int, text: str) -> int:
        """Keep a note for colleagues; return its message."""
        async with self._keeping(officer, conversation_id, text, is_note=True):
            words = rules.fit_text(text)
            async with self.locks.conversation(conversation_id) as (tx, held):
                now = self.clock.now()
                message_id = await messages.keep_note(tx, held.id, officer_id=officer.id, text=words, now=now)
                await self._drop_draft(tx, held.id, officer)
        return message_id

    async def no_reply_needed(self, officer: Officer, conversation_id: int, *, seen: int) -> None:
        """Note that what the citizen wrote needs no answer."""
        async with self.locks.conversation(conversation_id) as (tx, held):
            unseen = await store.unseen(tx, [held.id], seen=seen, officer_id=officer.id)
            if unseen.by_citizen:
                raise Overtaken(None)
            if held.owed_since is None:
                return
            await tickets.owe_nothing(tx, held.id)
            await self._audit(tx, "conversation.no_reply", officer, f"conversation:{held.id}")
            for each in await tickets.lock_concerned(tx, held.id):
                await self._moves.note(tx, each, Change("no_reply"), by=_by(officer))

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
            await self.casework.wait(case.tx, case.ticket, by=_by(officer))

    async def resume(self, officer: Officer, ticket_id: int, *, version: int) -> None:
        """Let a ticket wait for the citizen no longer."""
        async with self.locks.open_case(ticket_id, version) as case:
            await self.casework.resume(case.tx, case.ticket, by=_by(officer))

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
            await self._moves.note(case.tx, case.ticket, Change("split", None, number), by=_by(officer))
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
                case.tx, case.ticket, kind, is_registered=bool(email), by=_by(officer)
            )

    async def prioritise(self, officer: Officer, ticket_id: int, *, is_urgent: bool, version: int) -> None:
        """Put a ticket before all others, or not."""
        async with self.locks.open_case(ticket_id, version) as case:
            new = int(is_urgent)
            change = Change("priority", str(case.ticket.priority), str(new))
            await self._moves.set(case.tx, case.ticket, change, {"priority": new}, by=_by(officer))

    async def tag(self, officer: Officer, ticket_id: int, tags: Sequence[str], *, version: int) -> None:
        """Set a ticket's tags."""
        new = rules.fit_tags(tags)
        async with self.locks.case(ticket_id, version) as case:
            change = Change("tags", ", ".join(case.ticket.tags) or None, ", ".join(new) or None)
            await self._moves.set(case.tx, case.ticket, change, {"tags": new}, by=_by(officer))

    async def tick(
        self, officer: Officer, ticket_id: int, requirement: str, *, is_met: bool, version: int
    ) -> None:
        """Tick a requirement of the ticket's kind, or take the tick back."""
        async with self.locks.open_case(ticket_id, version) as case:
            if not checklist.is_requirement(case.ticket.kind, requirement):
                raise NotFound
            await self._moves.tick(case.tx, case.ticket, requirement, is_met=is_met, by=_by(officer))

    async def clear(self, officer: Officer, ticket_id: int, *, version: int) -> None:
        """Start the deadline's clock."""
        async with self.locks.open_case(ticket_id, version) as case:
            await self.casework.cleared(case.tx, case.ticket, by=_by(officer))

    async def unclear(self, officer: Officer, ticket_id: int, *, version: int) -> None:
        """Take back that the clock has started."""
        async with self.locks.open_case(ticket_id, version) as case:
            await self.casework.unclear(case.tx, case.ticket, by=_by(officer))

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
                    await self.casework.registered(tx, each.id, purpose=given.get("purpose"), by=_by(officer))
                elif given.get("purpose"):
                    change = Change("purpose", None, "filled")
                    await self._moves.set(tx, each, change, {"purpose": given["purpose"]}, by=_by(officer))

    async def close(
        self, officer: Officer, ticket_id: int, *, version: int, reply: Reply | None = None
    ) -> None:
        """Say that a ticket is done."""
        await self._end(officer, ticket_id, version, "done", reply)

    async def cancel(
        self, officer: Officer, ticket_id: int, *, version: int, reply: Reply | None = None
    ) -> None:
        """End a ticket that comes to nothing."""
        await self._end(officer, ticket_id, version, "cancelled", reply)

    async def reopen(self, officer: Officer, ticket_id: int, *, version: int) -> None:
        """Go on with a ticket that had ended; it is the officer's then."""
        async with self.locks.case(ticket_id, version) as case:
            await self._ending.reopen(case, officer)

    async def invite(self, officer: Officer, conversation_id: int, meeting: Meeting, *, seen: int) -> int:
        """Invite the citizen to a video call or a visit; return the message."""
        rules.check_meeting(meeting)
        now = self.clock.now()
        if meeting.starts_at <= now:
            raise Unfit("meeting_past")
        uid = f"meeting-{conversation_id}-{int(now.timestamp() * 1000)}@{self.host.email.partition('@')[2]}"
        data = invitation.calendar_file(meeting, self.host, uid=uid, now=now)
        file = await keep(self.files, invitation.FILE_NAME, invitation.CONTENT_TYPE, data)
        async with self.locks.conversation(conversation_id) as (tx, held):
            text = invitation.letter(meeting, self.host, held.language)
            reply = Reply(text, seen=seen)
            said = await self.speaking.say(tx, held, officer, reply, (file,) if held.channel == MAIL else ())
            await self._answered(tx, held, officer, said, reply)
        return said.message_id

    # What the acts are made of.

    @asynccontextmanager
    async def _keeping(
        self, officer: Officer, conversation_id: int, text: str | None, *, is_note: bool = False
    ) -> AsyncIterator[None]:
        """Keep what was written, if anything, as a draft when it is refused: nothing is lost."""
        try:
            yield
        except REFUSED:
            if text is None:
                raise
            async with self.database.transaction() as tx:
                await thread.keep_draft(
                    tx, conversation_id, officer.id, text, is_note=is_note, now=self.clock.now()
                )
            raise

    async def _audit(
        self,
        tx: Transaction,
        action: str,
        officer: Officer,
        about: str,
        detail: dict[str, list[str]] | None = None,
    ) -> None:
        """Note what no ticket's history tells."""
        now = self.clock.now()
        await audit.note(tx, action, now=now, officer_id=officer.id, about=about, detail=detail)

    async def _noted(self, tx: Transaction, held: Held, officer: Officer, what: str) -> None:
        """Note what was done to a conversation, for its open tickets' histories, too; never in which words."""
        await self._audit(tx, f"conversation.{what}", officer, f"conversation:{held.id}")
        for each in await tickets.lock_open(tx, held.id):
            await self._moves.note(tx, each, Change(what), by=_by(officer))

    async def _drop_draft(self, tx: Transaction, conversation_id: int, officer: Officer) -> None:
        await thread.keep_draft(tx, conversation_id, officer.id, "", is_note=False, now=self.clock.now())

    async def _answered(
        self, tx: Transaction, held: Held, officer: Officer, said: Said, reply: Reply
    ) -> None:
        """Take over what nobody has, and let the tickets know that they were answered."""
        if held.closed_at is None:
            await self._taking.take(tx, held.id, officer)
        if said.conversation_id != held.id:
            await self._taking.take(tx, said.conversation_id, officer)
        concerned = await tickets.lock_concerned(tx, held.id)
        if not concerned and said.conversation_id != held.id:
            concerned = await tickets.lock_concerned(tx, said.conversation_id)
        waits = reply.then == "wait"
        answered = [
            await self._moves.replied(tx, each, said.message_id, by=_by(officer), waits=waits)
            for each in concerned
        ]
        if reply.then == "close":
            for each in answered:
                await self.casework.end(tx, each, "done", by=_by(officer), closes_conversation=True)
            await self._ending.close_empty(tx, held.id, said.conversation_id)

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
            by=_by(officer),
            purpose=rules.fit_line(purpose, "line_too_long") if purpose.strip() else None,
            is_complete=bool(email),
            assignee_id=assignee if is_beside else officer.id,
            owes=not is_beside,
        )
        return made.number

    async def _end(
        self, officer: Officer, ticket_id: int, version: int, state: End, reply: Reply | None
    ) -> None:
        place = await self.locks.place(ticket_id)
        async with self._keeping(officer, place, reply.text if reply else None):
            enclosures = await enclose(self.files, reply.files) if reply else ()
            async with self.locks.open_case(ticket_id, version) as case:
                known, places = case.ticket, {place}
                if reply is not None:
                    said = await self.speaking.say(
                        case.tx, case.held, officer, reply, enclosures, closes=True
                    )
                    known = await self._moves.replied(case.tx, known, said.message_id, by=_by(officer))
                    places.add(said.conversation_id)
                    await self._drop_draft(case.tx, place, officer)
                await self.casework.end(case.tx, known, state, by=_by(officer), closes_conversation=True)
                await self._ending.close_empty(case.tx, *places)


def _by(officer: Officer) -> By:
    return By("officer", officer.id)
