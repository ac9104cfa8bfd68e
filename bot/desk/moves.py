"""What only officers do to a ticket, inside a transaction in which it is locked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.casework import BY_OFFICER, Casework, state_of
from bot.store import tickets
from bot.store.database import Transaction
from bot.store.desk import notices
from bot.store.tickets import By, Change, Ticket
from handoff import checklist
from handoff.ticket import Kind


@dataclass(frozen=True, slots=True)
class Moves:
    """The officers' part of a ticket's life."""

    casework: Casework

    async def assign(
        self,
        tx: Transaction,
        known: Ticket,
        to: tuple[int, str] | None,
        *,
        owner: str | None,
        by: By,
        what: str = "assigned",
    ) -> Ticket:
        """Make a ticket somebody's, (id, name), or nobody's; `owner` is the name of whose it was.

        Whoever is given one by somebody else is told.
        """
        if known.assignee_id == (to[0] if to else None):
            return known
        now = self.casework.clock.now()
        new: dict[str, Any] = {"assignee_id": to[0] if to else None}
        if to is not None:
            new["claimed_at"] = known.claimed_at or now
        changes = [Change(what, owner, to[1] if to else None)]
        if known.state in {"new", "work"}:
            new["state"] = state_of(is_clear=True, assignee_id=new["assignee_id"])
            if new["state"] != known.state:
                changes.append(Change("state", known.state, new["state"]))
        changed = await tickets.change(tx, known, changes, by=by, now=now, values=new)
        if to is not None:
            await notices.notify(tx, "assigned", known.id, to=[to[0]], now=now, except_for=by.officer_id)
        return changed

    async def replied(
        self, tx: Transaction, known: Ticket, message_id: int, *, by: By, waits: bool = False
    ) -> Ticket:
        """Note that an officer has answered, and whether the ticket waits for the citizen then."""
        now = self.casework.clock.now()
        values = {"answered_at": known.answered_at or now}
        changes = [Change("replied", None, str(message_id))]
        answered = await tickets.change(tx, known, changes, by=by, now=now, values=values)
        return await self.casework.wait(tx, answered, by=by) if waits else answered

    async def reclassify(
        self, tx: Transaction, known: Ticket, kind: Kind, *, is_registered: bool, by: By
    ) -> Ticket:
        """Say what a ticket is about after all; its number stays what the citizen was told.

        The prefix then tells as what it was opened, `kind` what it is. Ticks that the new kind has, too, stay.
        Where the clock starts by an officer's act it waits for one; any other kind is clear at once when the
        citizen is registered.
        """
        if kind == known.kind:
            return known
        values: dict[str, Any] = {"kind": kind, "checklist": checklist.kept(kind, known.checklist)}
        if kind in BY_OFFICER:
            values["clear_at"] = None
        elif known.clear_at is None and is_registered:
            values["clear_at"] = self.casework.clock.now()
        if known.state != "citizen":
            is_clear = values.get("clear_at", known.clear_at) is not None
            values["state"] = state_of(is_clear=is_clear, assignee_id=known.assignee_id)
        return await self.casework.reckon(tx, known, [Change("kind", known.kind, kind)], values, by=by)

    async def tick(self, tx: Transaction, known: Ticket, requirement: str, *, is_met: bool, by: By) -> Ticket:
        """Tick a requirement, or take the tick back; in the checklist's order."""
        wanted = {*known.checklist, requirement} if is_met else {*known.checklist} - {requirement}
        ticked = checklist.kept(known.kind, wanted)
        if ticked == known.checklist:
            return known
        change = Change("checklist", None, requirement) if is_met else Change("checklist", requirement, None)
        return await self.set(tx, known, change, {"checklist": ticked}, by=by)

    async def reopen(self, tx: Transaction, known: Ticket, *, by: By) -> Ticket:
        """Go on with a ticket that had ended; while it was closed its deadline's clock stood still."""
        if known.closed_at is None:
            return known
        await tickets.keep_pause(tx, known.id, since=known.closed_at, until=self.casework.clock.now())
        state = state_of(is_clear=known.clear_at is not None, assignee_id=known.assignee_id)
        return await self.casework.reckon(tx, known, [], {"closed_at": None, "state": state}, by=by)

    async def set(
        self, tx: Transaction, known: Ticket, change: Change, values: dict[str, Any], *, by: By
    ) -> Ticket:
        """Change what the deadline does not depend on; the same again is no change."""
        if change.before == change.after:
            return known
        return await tickets.change(tx, known, [change], by=by, now=self.casework.clock.now(), values=values)

    async def note(self, tx: Transaction, known: Ticket, change: Change, *, by: By, **values: Any) -> Ticket:
        """Write what happened into the history, with further columns that it changes."""
        now = self.casework.clock.now()
        return await tickets.change(tx, known, [change], by=by, now=now, values=values)
