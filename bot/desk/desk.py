"""The officers' acts, each one transaction. Implements `handoff.ports.desk.Desk`.

Locks are taken in the order of everybody: the person's contacts, the conversation, its tickets. What is decided
is decided by what is true then; the rules stand in handoff/desk.py.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal

import structlog

from bot.casework import Casework
from bot.clock import Clock
from bot.desk.enclosing import Keeper, enclose, keep
from bot.desk.moves import Moves
from bot.desk.speaking import MAIL, Said, Speaking
from bot.store import cases, messages, tickets
from bot.store.database import Database, Transaction
from bot.store.desk import desk as store
from bot.store.desk import thread
from bot.store.desk.desk import Held
from bot.store.tickets import By, Change, Ticket
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
class Case:
    """A ticket that is locked with its conversation, in one transaction."""

    tx: Transaction
    held: Held
    ticket: Ticket


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
    def _moves(self) -> Moves:
        return Moves(self.casework)

    async def claim(self, officer: Officer, conversation_id: int) -> None:
        """Take a conversation over with its open tickets."""
        async with self._held(conversation_id) as (tx, held):
            if held.closed_at is not None:
                raise Stale
            await self._claim(tx, held, officer)
        log.info("conversation claimed", conversation=conversation_id, officer=officer.id)

    async def release(self, officer: Officer, conversation_id: int) -> None:
        """Give a conversation and its tickets up, for anybody to claim."""
        async with self._held(conversation_id) as (tx, held):
            rules.check_release(officer, held.holder)
            freed = held.holder[0] if held.holder else officer.id
            for each in await tickets.lock_open(tx, held.id):
                if each.assignee_id == freed:
                    owner = held.holder[1] if held.holder else officer.name
                    await self._moves.assign(tx, each, None, owner=owner, by=_by(officer), what="released")
            await store.give_up(tx, held.id)

    async def hand_back(self, officer: Officer, conversation_id: int) -> None:
        """Let the bot speak again; the tickets stay the officer's."""
        async with self._held(conversation_id) as (tx, held):
            rules.check_release(officer, held.holder)
            if held.holder is None:
                return
            for each in await tickets.lock_open(tx, held.id):
                await self._note(tx, each, Change("handed_back"), officer)
            await store.give_up(tx, held.id)

    async def assign(self, officer: Officer, ticket_id: int, to: int | None, *, version: int) -> None:
        """Make a ticket somebody's, or nobody's; who holds its conversation goes with it."""
        async with self._open_case(ticket_id, version) as case:
            owner = await self._owner(case.tx, case.ticket)
            rules.check_assign(officer, owner=owner, to=to)
            name = await store.works_here(case.tx, to) if to is not None else None
            if to is not None and name is None:
                raise NotFound
            new = (to, name) if to is not None and name is not None else None
            await self._moves.assign(
                case.tx, case.ticket, new, owner=owner[1] if owner else None, by=_by(officer)
            )
            await self._hold_with(case, officer, to, owner)

    async def reply(self, officer: Officer, conversation_id: int, reply: Reply) -> int:
        """Keep a reply, to be delivered; return its message."""
        async with self._keeping(officer, conversation_id, reply.text):
            enclosures = await enclose(self.files, reply.files)
            async with self._held(conversation_id) as (tx, held):
                said = await self.speaking.say(
                    tx, held, officer, reply, enclosures, closes=reply.then == "close"
                )
                await self._answered(tx, held, officer, said, reply)
        return said.message_id

    async def note(self, officer: Officer, conversation_id: int, text: str) -> int:
        """Keep a note for colleagues; return its message."""
        async with self._keeping(officer, conversation_id, text, is_note=True):
            words = rules.fit_text(text)
            async with self._held(conversation_id) as (tx, held):
                now = self.clock.now()
                message_id = await messages.keep_note(tx, held.id, officer_id=officer.id, text=words, now=now)
                await self._drop_draft(tx, held.id, officer)
        return message_id

    async def no_reply_needed(self, officer: Officer, conversation_id: int, *, seen: int) -> None:
        """Note that what the citizen wrote needs no answer."""
        async with self._held(conversation_id) as (tx, held):
            unseen = await store.unseen(tx, [held.id], seen=seen, officer_id=officer.id)
            if unseen.by_citizen:
                raise Overtaken(None)
            if held.owed_since is None:
                return
            await tickets.owe_nothing(tx, held.id)
            for each in await tickets.lock_concerned(tx, held.id):
                await self._note(tx, each, Change("no_reply"), officer)

    async def wait(self, officer: Officer, ticket_id: int, *, version: int) -> None:
        """Let a ticket wait for the citizen."""
        async with self._open_case(ticket_id, version) as case:
            await self.casework.wait(case.tx, case.ticket, by=_by(officer))

    async def resume(self, officer: Officer, ticket_id: int, *, version: int) -> None:
        """Let a ticket wait for the citizen no longer."""
        async with self._open_case(ticket_id, version) as case:
            await self.casework.resume(case.tx, case.ticket, by=_by(officer))

    async def open(self, officer: Officer, conversation_id: int, kind: Kind, *, purpose: str = "") -> str:
        """Open a ticket on a conversation and take it over; return its number."""
        async with self._held(conversation_id) as (tx, held):
            if held.closed_at is not None:
                raise Stale
            await self._claim(tx, held, officer)
            return await self._open(tx, held, officer, kind, purpose, reason="officer")

    async def split(self, officer: Officer, ticket_id: int, kind: Kind, *, purpose: str, version: int) -> str:
        """Open a second ticket beside one; return its number."""
        async with self._open_case(ticket_id, version) as case:
            number = await self._open(
                case.tx, case.held, officer, kind, purpose, reason="split", assignee=case.ticket.assignee_id
            )
            await self._note(case.tx, case.ticket, Change("split", None, number), officer)
            return number

    async def merge(self, officer: Officer, ticket_id: int, into: str, *, version: int) -> None:
        """End a ticket in favour of another open one of the same person."""
        async with self._open_case(ticket_id, version) as case:
            other_id = await store.other(case.tx, into, person_id=case.held.person_id)
            if other_id is None or other_id == case.ticket.id:
                raise NotFound
            (other,) = await tickets.lock(case.tx, other_id)
            await self._merge(case, other, officer)

    async def change_kind(self, officer: Officer, ticket_id: int, kind: Kind, *, version: int) -> None:
        """Say what a ticket is about after all."""
        async with self._open_case(ticket_id, version) as case:
            email = await store.email_of(case.tx, case.held.person_id)
            await self._moves.reclassify(
                case.tx, case.ticket, kind, is_registered=bool(email), by=_by(officer)
            )

    async def prioritise(self, officer: Officer, ticket_id: int, *, is_urgent: bool, version: int) -> None:
        """Put a ticket before all others, or not."""
        async with self._open_case(ticket_id, version) as case:
            new = int(is_urgent)
            change = Change("priority", str(case.ticket.priority), str(new))
            await self._moves.set(case.tx, case.ticket, change, {"priority": new}, by=_by(officer))

    async def tag(self, officer: Officer, ticket_id: int, tags: Sequence[str], *, version: int) -> None:
        """Set a ticket's tags."""
        new = rules.fit_tags(tags)
        async with self._case(ticket_id, version) as case:
            change = Change("tags", ", ".join(case.ticket.tags) or None, ", ".join(new) or None)
            await self._moves.set(case.tx, case.ticket, change, {"tags": new}, by=_by(officer))

    async def tick(
        self, officer: Officer, ticket_id: int, requirement: str, *, is_met: bool, version: int
    ) -> None:
        """Tick a requirement of the ticket's kind, or take the tick back."""
        async with self._open_case(ticket_id, version) as case:
            if not checklist.is_requirement(case.ticket.kind, requirement):
                raise NotFound
            await self._moves.tick(case.tx, case.ticket, requirement, is_met=is_met, by=_by(officer))

    async def clear(self, officer: Officer, ticket_id: int, *, version: int) -> None:
        """Start the deadline's clock."""
        async with self._open_case(ticket_id, version) as case:
            await self.casework.cleared(case.tx, case.ticket, by=_by(officer))

    async def unclear(self, officer: Officer, ticket_id: int, *, version: int) -> None:
        """Take back that the clock has started."""
        async with self._open_case(ticket_id, version) as case:
            await self.casework.unclear(case.tx, case.ticket, by=_by(officer))

    async def register(self, officer: Officer, conversation_id: int, registration: Registration) -> None:
        """Fill in what the citizen told of themselves; with an address the form is complete."""
        given = rules.fit_registration(registration)
        async with self._held(conversation_id) as (tx, held):
            if held.is_erased:
                raise Unfit("erased")
            email = await store.register(
                tx,
                held.person_id,
                name=given.get("name"),
                email=given.get("email"),
                organisation=given.get("organisation"),
            )
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
        async with self._case(ticket_id, version) as case:
            if case.ticket.is_open:
                raise Stale
            if case.ticket.merged_into_id is not None:
                raise NotAllowed("merged")
            owner = await self._owner(case.tx, case.ticket)
            opened = await self._moves.reopen(case.tx, case.ticket, by=_by(officer))
            await self._moves.assign(
                case.tx,
                opened,
                (officer.id, officer.name),
                owner=owner[1] if owner else None,
                by=_by(officer),
            )
            await store.reopen(case.tx, case.held.id, officer_id=officer.id, now=self.clock.now())

    async def invite(self, officer: Officer, conversation_id: int, meeting: Meeting, *, seen: int) -> int:
        """Invite the citizen to a video call or a visit; return the message."""
        rules.check_meeting(meeting)
        now = self.clock.now()
        if meeting.starts_at <= now:
            raise Unfit("meeting_past")
        uid = f"meeting-{conversation_id}-{int(now.timestamp() * 1000)}@{self.host.email.partition('@')[2]}"
        data = invitation.calendar_file(meeting, self.host, uid=uid, now=now)
        file = await keep(self.files, invitation.FILE_NAME, invitation.CONTENT_TYPE, data)
        async with self._held(conversation_id) as (tx, held):
            text = invitation.letter(meeting, self.host, held.language)
            reply = Reply(text, seen=seen)
            said = await self.speaking.say(tx, held, officer, reply, (file,) if held.channel == MAIL else ())
            await self._answered(tx, held, officer, said, reply)
        return said.message_id

    # What the acts are made of.

    @asynccontextmanager
    async def _held(self, conversation_id: int) -> AsyncIterator[tuple[Transaction, Held]]:
        """Lock a conversation. Raises `NotFound`."""
        async with self.database.transaction() as tx:
            held = await store.hold(tx, conversation_id)
            if held is None:
                raise NotFound
            yield tx, held

    @asynccontextmanager
    async def _case(self, ticket_id: int, version: int) -> AsyncIterator[Case]:
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
    async def _open_case(self, ticket_id: int, version: int) -> AsyncIterator[Case]:
        """Lock a ticket that is open, and as it was looked at. Raises `NotFound`, `Stale`."""
        async with self._case(ticket_id, version) as case:
            if not case.ticket.is_open:
                raise Stale
            yield case

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

    async def _drop_draft(self, tx: Transaction, conversation_id: int, officer: Officer) -> None:
        await thread.keep_draft(tx, conversation_id, officer.id, "", is_note=False, now=self.clock.now())

    async def _claim(self, tx: Transaction, held: Held, officer: Officer) -> None:
        """Take a locked conversation and its tickets, unless a colleague has one of them. Raises `Taken`."""
        every = await tickets.lock_open(tx, held.id)
        owners = list(
            (await store.names(tx, [each.assignee_id for each in every if each.assignee_id])).items()
        )
        rules.check_claim(officer, [*([held.holder] if held.holder else []), *owners])
        await self._take(tx, held.id, every, officer)

    async def _take(
        self, tx: Transaction, conversation_id: int, every: Sequence[Ticket], officer: Officer
    ) -> None:
        for each in every:
            if each.assignee_id is None:
                await self._moves.assign(
                    tx, each, (officer.id, officer.name), owner=None, by=_by(officer), what="claimed"
                )
        await store.take(tx, conversation_id, officer_id=officer.id, now=self.clock.now())

    async def _answered(
        self, tx: Transaction, held: Held, officer: Officer, said: Said, reply: Reply
    ) -> None:
        """Take over what nobody has, and let the tickets know that they were answered."""
        if held.closed_at is None and held.holder is None:
            await self._take(tx, held.id, await tickets.lock_open(tx, held.id), officer)
        if said.conversation_id != held.id:
            await self._take_elsewhere(tx, said, officer)
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
            await self._close_empty(tx, held.id, said.conversation_id)
        await self._drop_draft(tx, held.id, officer)

    async def _take_elsewhere(self, tx: Transaction, said: Said, officer: Officer) -> None:
        """Hold the conversation where an answer went besides: what comes back there is the officer's."""
        holding = await cases.held(tx, said.conversation_id)
        if holding.holder_id is None:
            every = await tickets.lock_open(tx, said.conversation_id)
            await self._take(tx, said.conversation_id, every, officer)

    async def _close_empty(self, tx: Transaction, *conversation_ids: int) -> None:
        """Close conversations in which no ticket is open."""
        for place in set(conversation_ids):
            if not await tickets.lock_open(tx, place):
                await store.close(tx, place, now=self.clock.now())

    async def _hold_with(
        self, case: Case, officer: Officer, to: int | None, owner: tuple[int, str] | None
    ) -> None:
        """Let who holds a conversation go with its ticket: a held one stays held, one's own is taken."""
        holder = case.held.holder
        if to is not None:
            if holder is not None or to == officer.id:
                await store.take(case.tx, case.held.id, officer_id=to, now=self.clock.now())
            return
        if holder is None or holder != owner:
            return
        others = await tickets.lock_open(case.tx, case.held.id)
        if not any(each.assignee_id == holder[0] for each in others):
            await store.give_up(case.tx, case.held.id)

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
        async with self.database.statement() as tx:
            place = await store.place(tx, ticket_id)
        if place is None:
            raise NotFound
        async with self._keeping(officer, place, reply.text if reply else None):
            enclosures = await enclose(self.files, reply.files) if reply else ()
            async with self._open_case(ticket_id, version) as case:
                known, places = case.ticket, {place}
                if reply is not None:
                    said = await self.speaking.say(
                        case.tx, case.held, officer, reply, enclosures, closes=True
                    )
                    known = await self._moves.replied(case.tx, known, said.message_id, by=_by(officer))
                    places.add(said.conversation_id)
                    await self._drop_draft(case.tx, place, officer)
                await self.casework.end(case.tx, known, state, by=_by(officer), closes_conversation=True)
                await self._close_empty(case.tx, *places)

    async def _merge(self, case: Case, other: Ticket, officer: Officer) -> None:
        target = await store.hold(case.tx, other.conversation_id)
        if target is None:
            raise NotFound
        is_same_contact = target.contact_id == case.held.contact_id
        await self.casework.end(
            case.tx,
            case.ticket,
            "cancelled",
            by=_by(officer),
            changes=[Change("merged", case.ticket.number, other.number)],
            values={"merged_into_id": other.id},
            closes_conversation=is_same_contact and target.id != case.held.id,
            how="merged",
        )
        tags = tuple(sorted({*other.tags, *case.ticket.tags}))[: rules.MOST_TAGS]
        await self._note(
            case.tx,
            other,
            Change("absorbed", case.ticket.number, other.number),
            officer,
            tags=tags,
            priority=max(other.priority, case.ticket.priority),
            purpose=other.purpose or case.ticket.purpose,
        )
        if target.id != case.held.id:
            await self._go_on(case, target, other, is_same_contact=is_same_contact)

    async def _go_on(self, case: Case, target: Held, other: Ticket, *, is_same_contact: bool) -> None:
        """Let a conversation whose ticket was merged go on in the other's, with what is owed."""
        if case.held.owed_since is not None:
            await tickets.owe(case.tx, target.id, since=case.held.owed_since)
        if await tickets.lock_open(case.tx, case.held.id):
            return
        if is_same_contact:
            await store.goes_on(case.tx, case.held.id, later=target.id)
        elif other.assignee_id is not None:
            now = self.clock.now()
            await store.take(case.tx, case.held.id, officer_id=other.assignee_id, now=now)

    async def _owner(self, tx: Transaction, known: Ticket) -> tuple[int, str] | None:
        if known.assignee_id is None:
            return None
        return known.assignee_id, (await store.names(tx, [known.assignee_id]))[known.assignee_id]

    async def _note(
        self, tx: Transaction, known: Ticket, change: Change, officer: Officer, **values: Any
    ) -> Ticket:
        now = self.clock.now()
        return await tickets.change(tx, known, [change], by=_by(officer), now=now, values=values)


def _by(officer: Officer) -> By:
    return By("officer", officer.id)
