"""A ticket's life, inside the one transaction in which it goes on.

Whoever calls holds the contact and the conversation (`bot.store.conversations.hold`, or the desk's own lock), so
that nobody waits for each other in a circle: contact, conversation, ticket is the order everywhere. Citizens come
here through bot/answer.py, officers through bot/desk/desk.py, time through bot/tending.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import structlog

from bot.clock import Clock
from bot.store import cases, tickets
from bot.store.database import Transaction
from bot.store.desk import notices
from bot.store.tickets import BOT, CITIZEN, SYSTEM, By, Change, Ticket
from handoff.deadline import Deadlines
from handoff.ticket import PREFIXES, Kind, State, number

__all__ = ["BOT", "CITIZEN", "SYSTEM", "Addition", "By", "Casework", "Confirmation"]

log = structlog.get_logger()

_HOW = {"officer": "officer", "citizen": "citizen", "bot": "idle", "system": "idle"}
"""Who ended a conversation, by whose act its last ticket ended."""
BY_OFFICER: frozenset[Kind] = frozenset({"penjualan", "rekomendasi"})
"""Kinds whose clock starts by an officer's act and not by the complete form (design: "The SLA clock starts")."""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What a citizen is told of a ticket.

    `due_at` is the deadline, a local moment, None while its clock has not started, stands still, or where its kind
    has none. `opens_next` is when the office opens next, None while it is open; only the day may be named unless
    `has_hours`.
    """

    ticket_id: int
    number: str
    kind: Kind
    state: State
    due_at: datetime | None
    opens_next: datetime | None
    has_hours: bool


@dataclass(frozen=True, slots=True)
class Addition:
    """A citizen's message that went to open tickets, `numbers` (none: the conversation is only held).

    `is_first`: nothing was owed before it, so this is the moment to say that an officer will read it.
    """

    numbers: tuple[str, ...]
    is_first: bool


@dataclass(frozen=True, slots=True)
class Casework:
    """Opens, moves and ends tickets. Every change is a line of history and counts the version up.

    `told_of_new` is who is written to about a ticket that nobody has.
    """

    clock: Clock
    deadlines: Deadlines
    told_of_new: notices.Crowd = "all"

    async def open(
        self,
        tx: Transaction,
        conversation_id: int,
        *,
        kind: Kind,
        reason: str,
        by: By = CITIZEN,
        purpose: str | None = None,
        is_complete: bool = False,
        assignee_id: int | None = None,
        owes: bool = True,
        came_at: datetime | None = None,
    ) -> Confirmation:
        """Open a ticket on a conversation: an officer's answer is owed from now on, unless `owes` says otherwise.

        `is_complete`: the form is complete, which starts the clock of most kinds; without it the ticket waits for
        `registered`. `reason` is a word for why (asked, not_understood, complaint, officer, ...).
        `came_at` is when the request came, where that was not now.
        """
        now = self.clock.now()
        year = self.deadlines.calendar.day_of(now).year
        count = await tickets.next_in_year(tx, prefix=PREFIXES[kind], year=year)
        is_clear = is_complete and kind not in BY_OFFICER
        made = await tickets.add(
            tx,
            number=number(kind, year=year, count=count),
            kind=kind,
            state=state_of(is_clear=is_clear, assignee_id=assignee_id),
            reason=reason,
            conversation_id=conversation_id,
            now=now,
            by=by,
            purpose=purpose,
            assignee_id=assignee_id,
            claimed_at=now if assignee_id else None,
            opened_at=came_at,
        )
        if is_clear:
            made = await self.cleared(tx, made, by=by, at=came_at)
        if owes:
            await tickets.owe(tx, conversation_id, since=came_at or now)
        if assignee_id is None:
            await notices.notify(tx, "new", made.id, to=self.told_of_new, now=now, except_for=by.officer_id)
        log.info("ticket opened", ticket=made.number, reason=reason)
        return self.told(made)

    async def registered(
        self, tx: Transaction, ticket_id: int, *, purpose: str | None = None, by: By = CITIZEN
    ) -> Confirmation:
        """Note that the form is complete; for most kinds the request is clear and complete by it.

        Told twice, it changes nothing but the purpose.
        """
        (known,) = await tickets.lock(tx, ticket_id)
        changes, values = [], {}
        if purpose and purpose != known.purpose:
            changes, values = [Change("purpose")], {"purpose": purpose}
        known = await tickets.change(tx, known, changes, by=by, now=self.clock.now(), values=values)
        if known.kind not in BY_OFFICER and known.clear_at is None and known.is_open:
            known = await self.cleared(tx, known, by=by)
        return self.told(known)

    async def cleared(self, tx: Transaction, known: Ticket, *, by: By, at: datetime | None = None) -> Ticket:
        """Start the deadline's clock of a locked ticket, now or `at` a moment before; once it runs nothing happens."""
        if known.clear_at is not None:
            return known
        return await self.clear_since(tx, known, at or self.clock.now(), by=by)

    async def clear_since(self, tx: Transaction, known: Ticket, at: datetime | None, *, by: By) -> Ticket:
        """Have a locked ticket be clear and complete since an earlier moment; its deadline goes with it."""
        state = (
            known.state
            if known.state == "citizen"
            else state_of(is_clear=True, assignee_id=known.assignee_id)
        )
        return await self.reckon(tx, known, [Change("clear")], {"clear_at": at, "state": state}, by=by)

    async def came(self, tx: Transaction, known: Ticket, change: Change, *, at: datetime, by: By) -> Ticket:
        """Put right when the request of a locked ticket came; what was complete as it came was clear then, too."""
        clear_at = known.clear_at
        if clear_at is not None:
            clear_at = at if clear_at == known.opened_at else max(clear_at, at)
        return await self.reckon(tx, known, [change], {"opened_at": at, "clear_at": clear_at}, by=by)

    async def unclear(self, tx: Transaction, known: Ticket, *, by: By) -> Ticket:
        """Take back that a locked ticket's request was clear and complete: the clock has not started then."""
        if known.clear_at is None:
            return known
        changes = [Change("unclear", known.clear_at.isoformat(), None)]
        state: State = known.state if known.state == "citizen" else "requirements"
        return await self.reckon(tx, known, changes, {"clear_at": None, "state": state}, by=by)

    async def heard(
        self, tx: Transaction, conversation_id: int, *, message_id: int, at: datetime, owes: bool = True
    ) -> Addition | None:
        """Take a citizen's message of the conversation to what is open there; None when nothing is.

        `at` is when it came. Without `owes` ("ok, terima kasih", a reaction) nothing is owed, no pause ends and
        nothing is added. To be asked before the bot's own answer is decided: who gets one is told apart by
        `conversation.holder_id`.
        """
        held = await cases.held(tx, conversation_id)
        concerned = await tickets.lock_concerned(tx, conversation_id)
        if held.holder_id is None and not concerned:
            return None
        is_first = False
        if owes:
            is_first = await tickets.owe(tx, conversation_id, since=at)
            for known in concerned:
                await self._resumed(tx, known, [Change("addition", None, str(message_id))], by=CITIZEN, at=at)
                if is_first and known.assignee_id is not None:
                    await notices.notify(
                        tx, "replied", known.id, to=[known.assignee_id], now=self.clock.now()
                    )
        return Addition(tuple(each.number for each in concerned), is_first)

    async def wait(self, tx: Transaction, known: Ticket, *, by: By) -> Ticket:
        """Let a locked ticket wait for the citizen: its clock stands still."""
        if known.state == "citizen":
            return known
        await tickets.pause(tx, known.id, now=self.clock.now())
        return await self.reckon(tx, known, [], {"state": "citizen"}, by=by)

    async def resume(self, tx: Transaction, known: Ticket, *, by: By) -> Ticket:
        """Let a locked ticket that waits for the citizen wait no longer."""
        return await self._resumed(tx, known, [], by=by, at=self.clock.now())

    async def cancel(self, tx: Transaction, ticket_id: int, *, by: By = CITIZEN) -> None:
        """End a ticket at the citizen's wish ("batal"); the conversation goes on, with the bot."""
        (known,) = await tickets.lock(tx, ticket_id)
        await self.end(tx, known, "cancelled", by=by)

    async def close(self, tx: Transaction, ticket_id: int, *, by: By = CITIZEN) -> None:
        """End a ticket because the citizen has what they wanted ("sudah cukup"), and with the last one the
        conversation: they are asked how it was."""
        (known,) = await tickets.lock(tx, ticket_id)
        await self.end(tx, known, "done", by=by, closes_conversation=True)

    async def end(
        self,
        tx: Transaction,
        known: Ticket,
        state: Literal["done", "idle", "cancelled"],
        *,
        by: By,
        changes: Sequence[Change] = (),
        values: Mapping[str, Any] | None = None,
        closes_conversation: bool = False,
        how: str | None = None,
        waited_since: datetime | None = None,
    ) -> Ticket:
        """End a locked ticket; one that has ended stays as it is.

        With the last open one its conversation goes back to the bot and nothing is owed; with
        `closes_conversation` it is closed instead: what the citizen writes next begins a new one. `how` it was
        closed is told by who did it, unless given. `waited_since`: since when the citizen was waited for; the deadline
        of what an officer has answered stood still from there.
        """
        if not known.is_open:
            return known
        now = self.clock.now()
        await tickets.end_pause(tx, known.id, now=now)
        if waited_since is not None and known.answered_at is not None and known.state != "citizen":
            await tickets.keep_pause(tx, known.id, since=waited_since, until=now)
        every = [*changes, Change("state", known.state, state)]
        due_at = self.deadlines.due(known.kind, known.clear_at, await tickets.pauses(tx, known.id))
        merged = {**(values or {}), "state": state, "closed_at": now, "due_at": due_at}
        ended = await tickets.change(tx, known, every, by=by, now=now, values=merged)
        if not await tickets.lock_open(tx, known.conversation_id):
            await cases.let_go(
                tx, known.conversation_id, now=now, closes=closes_conversation, how=how or _HOW[by.actor]
            )
        log.info("ticket ended", ticket=known.number, state=state, actor=by.actor)
        return ended

    async def facts(self, tx: Transaction, ticket_id: int) -> Confirmation | None:
        """Return what a citizen may be told of a ticket of theirs; None when there is none of that id."""
        known = await tickets.read(tx, ticket_id)
        return None if known is None else self.told(known)

    async def of(self, tx: Transaction, conversation_id: int) -> Confirmation | None:
        """Return the open ticket that what is said in a conversation is about, the newest of several, locked."""
        concerned = await tickets.lock_concerned(tx, conversation_id)
        return self.told(concerned[-1]) if concerned else None

    async def of_owner(self, tx: Transaction, wanted: str, *, contact_id: int) -> Confirmation | None:
        """Return the ticket of that number if it is this person's, on whatever channel; None when it is not.

        Numbers can be guessed: there is no telling one that does not exist from somebody else's.
        """
        ticket_id = await cases.owned(tx, wanted, contact_id=contact_id)
        return None if ticket_id is None else await self.facts(tx, ticket_id)

    def told(self, known: Ticket) -> Confirmation:
        """Return what is told of a ticket, as of now."""
        now, calendar = self.clock.now(), self.deadlines.calendar
        return Confirmation(
            ticket_id=known.id,
            number=known.number,
            kind=known.kind,
            state=known.state,
            due_at=known.due_at,
            opens_next=None if calendar.is_open(now) else calendar.opens_next(now),
            has_hours=calendar.has_hours,
        )

    async def _resumed(
        self, tx: Transaction, known: Ticket, changes: list[Change], *, by: By, at: datetime
    ) -> Ticket:
        if known.state != "citizen":
            return await tickets.change(tx, known, changes, by=by, now=self.clock.now())
        await tickets.end_pause(tx, known.id, now=at)
        state = state_of(is_clear=known.clear_at is not None, assignee_id=known.assignee_id)
        return await self.reckon(tx, known, changes, {"state": state}, by=by)

    async def reckon(
        self, tx: Transaction, known: Ticket, changes: Sequence[Change], values: Mapping[str, Any], *, by: By
    ) -> Ticket:
        """Change a locked ticket with what its deadline depends on, and reckon the deadline anew."""
        new = {"clear_at": known.clear_at, "kind": known.kind, "state": known.state, **values}
        pauses = await tickets.pauses(tx, known.id)
        new["due_at"] = self.deadlines.due(new["kind"], new["clear_at"], pauses)
        every = [*changes]
        if new["state"] != known.state:
            every.append(Change("state", known.state, new["state"]))
        if new["due_at"] != known.due_at:
            every.append(Change("due", _moment(known.due_at), _moment(new["due_at"])))
        return await tickets.change(tx, known, every, by=by, now=self.clock.now(), values=new)


def state_of(*, is_clear: bool, assignee_id: int | None) -> State:
    """Return where an open ticket stands that does not wait for the citizen."""
    if not is_clear:
        return "requirements"
    return "work" if assignee_id else "new"


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
