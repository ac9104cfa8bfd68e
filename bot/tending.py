"""What time does to tickets: who is told of a deadline that comes near or passes, and of what nobody takes up.

One transaction for each ticket, read again under lock. Every notice has a `once`: any number of schedulers, at any
time, tells it once; what was missed while nothing ran is caught up, and of several things only the most urgent.
Nobody loses a ticket or a conversation here who still works in the office.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.casework import Casework
from bot.clock import Clock
from bot.office import Office
from bot.queue import Queue
from bot.store import events, tending, tickets
from bot.store import notices as messages_of_ours
from bot.store.database import Database, Transaction, is_away
from bot.store.desk import desk, notices
from bot.store.desk.desk import Held
from bot.store.tickets import SYSTEM, Change, Ticket
from bot.texts import Texts
from bot.working_days import warnings
from handoff.deadline import Deadlines, Pause
from handoff.idle import Daytime
from handoff.notifying import NoticeKind
from handoff.ports.values import AT_THE_OFFICE

log = structlog.get_logger()

MOST = 500  # tickets looked at in one turn; the rest follows with the next
LOOKED_AT = timedelta(hours=1)
"""Every open ticket is looked at this often at least: calendars and accounts change without it."""
UNCLAIMED: Final = "unclaimed"
TOLD = "told_unclaimed"
"""The line of a ticket's history that says the citizen was told that nobody has taken it yet."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something that officers are told at a moment, once. `to` are officers; supervisors besides if they are."""

    kind: NoticeKind
    at: datetime
    once: str
    to: tuple[int, ...] = ()
    to_supervisors: bool = False


@dataclass(frozen=True, slots=True)
class Tending:
    """Looks at the tickets on which something may have become due."""

    database: Database
    queue: Queue
    clock: Clock
    office: Office
    deadlines: Deadlines
    texts: Texts
    daytime: Daytime

    async def tend(self) -> None:
        """Look at every ticket that has changed or is due. An error with one of them holds up no other."""
        async with self.database.statement() as tx:
            due = await tending.due(tx, now=self.clock.now(), most=MOST)
        for ticket_id, conversation_id in due:
            try:
                async with self.database.transaction() as tx:
                    await self._look_at(tx, ticket_id, conversation_id)
            except Exception as error:
                if is_away(error):
                    raise
                log.exception("ticket not tended", ticket=ticket_id, error=type(error).__name__)
                async with self.database.transaction() as tx:
                    await tending.tended(tx, ticket_id, again=self.clock.now() + LOOKED_AT)
        await self._free_what_is_abandoned()

    async def _free_what_is_abandoned(self) -> None:
        """Give back what somebody held without a ticket who works here no more; what is owed becomes a ticket.

        No ticket tells anybody of it, the bot is silent there, and what is owed is never closed by the clock.
        """
        async with self.database.statement() as tx:
            found = await tending.abandoned(tx, most=MOST)
        for conversation_id in found:
            async with self.database.transaction() as tx:
                held = await desk.hold(tx, conversation_id)
                if held is None or held.holder is None or not await tending.is_disabled(tx, held.holder[0]):
                    continue
                if held.closed_at is not None or await tickets.lock_open(tx, held.id):
                    continue
                if held.owed_since is not None:
                    casework = Casework(self.clock, self.deadlines)
                    await casework.open(tx, held.id, kind="konsultasi", reason="officer", by=SYSTEM)
                await desk.give_up(tx, held.id)
                log.info("conversation given back", conversation=held.id, is_owed=held.owed_since is not None)

    async def _look_at(self, tx: Transaction, ticket_id: int, conversation_id: int) -> None:
        held = await desk.hold(tx, conversation_id)
        (known,) = await tickets.lock(tx, ticket_id)
        if held is None or not known.is_open:
            return
        now = self.clock.now()
        # The office may have closed a day since the deadline was reckoned.
        known = await Casework(self.clock, self.deadlines).reckon(tx, known, (), {}, by=SYSTEM)
        await self._doubt_the_calendar(tx, known, now)
        pauses = await tickets.pauses(tx, known.id)
        steps = await self._steps(tx, known, held, pauses)
        for step in _to_be_told(steps, now):
            await self._tell(tx, known, step, now)
        moments = [step.at for step in steps]
        claim_at = next((step.at for step in steps if step.kind == UNCLAIMED), None)
        if claim_at is not None:
            moments.append(await self._tell_citizen(tx, known, held, max(claim_at, now)))
        await tending.tended(tx, known.id, again=_next(moments, now))

    async def _steps(self, tx: Transaction, known: Ticket, held: Held, pauses: Sequence[Pause]) -> list[Step]:
        """Return all that is told of a ticket as it is now, of its past, too."""
        holder = known.assignee_id or (held.holder[0] if held.holder else None)
        is_gone = holder is not None and await tending.is_disabled(tx, holder)
        steps = self._of_deadline(known, pauses, None if is_gone else holder)
        if holder is None and known.answered_at is None and known.state != "citizen":
            claim = timedelta(minutes=self.office.desk.claim_minutes)
            at = self.deadlines.attended.after(known.opened_at, claim)
            steps.append(Step(UNCLAIMED, at, f"unclaimed:{known.id}", to_supervisors=True))
        elif is_gone:
            once = f"orphaned:{known.id}:{holder}"
            steps.append(Step("orphaned", known.opened_at, once, to_supervisors=True))
        if held.owed_since is not None:
            at = self.deadlines.end_of_day(held.owed_since, self.office.desk.silent_working_days)
            once = f"silent:{known.id}:{held.owed_since.timestamp():.0f}"
            steps.append(Step("silent", at, once, to_supervisors=True))
        return steps

    def _of_deadline(self, known: Ticket, pauses: Sequence[Pause], holder: int | None) -> list[Step]:
        """Return the warnings before a deadline, for whoever has the ticket, and that it was missed."""
        if known.due_at is None:
            return []
        to, is_nobodys = ((holder,), False) if holder is not None else ((), True)
        half = self.deadlines.half(known.kind, known.clear_at, pauses)
        before = self.deadlines.day_before(known.kind, known.clear_at, pauses)
        steps = [
            Step("missed", _just_after(known.due_at), f"missed:{known.id}:{_stamp(known.due_at)}", to, True)
        ]
        if before is not None:
            once = f"one_day:{known.id}:{_stamp(known.due_at)}"
            steps.append(Step("one_day", before, once, to, is_nobodys))
        if half is not None:
            steps.append(Step("half", half, f"half:{known.id}:{known.kind}", to, is_nobodys))
        return steps

    async def _tell(self, tx: Transaction, known: Ticket, step: Step, now: datetime) -> None:
        told = await notices.notify(tx, step.kind, known.id, to=step.to, now=now, once=step.once)
        if step.to_supervisors:
            told += await notices.notify(tx, step.kind, known.id, to="supervisors", now=now, once=step.once)
        if told:
            log.info("officers to be told", ticket=known.number, kind=step.kind, officers=told)

    async def _tell_citizen(self, tx: Transaction, known: Ticket, held: Held, at: datetime) -> datetime:
        """Tell the citizen once that nobody has taken the ticket yet, when it may be said; return when that is."""
        now = self.clock.now()
        may_at = self._may_be_told(at)
        if may_at > now or held.closed_at is not None or held.is_erased or held.channel == AT_THE_OFFICE:
            return may_at
        if await tending.has_change(tx, known.id, TOLD):
            return may_at
        message_id = await messages_of_ours.keep(
            tx,
            conversation_id=held.id,
            channel=held.channel,
            key=UNCLAIMED,
            text=self.texts.say(UNCLAIMED, held.language, {"ticket": known.number}),
            arguments={"office": self.office.office.name, "ticket": known.number},
            language=held.language,
            now=now,
        )
        await self.queue.deliver(tx, message_id, conversation_id=held.id, channel=held.channel)
        await tickets.note(tx, known.id, [Change(TOLD)], by=SYSTEM, now=now)
        return may_at

    def _may_be_told(self, moment: datetime) -> datetime:
        """Return when, from a moment on, a citizen may first be told something while officers are there."""
        opens = self.deadlines.attended.opens_next(moment)
        allowed = self.daytime.earliest(opens)
        return (
            allowed
            if allowed == opens
            else self.daytime.earliest(self.deadlines.attended.opens_next(allowed))
        )

    async def _doubt_the_calendar(self, tx: Transaction, known: Ticket, now: datetime) -> None:
        """Let officers see, once a year's table, that a deadline was reckoned with holidays nobody has decreed."""
        if known.due_at is None:
            return
        year = self.deadlines.calendar.day_of(known.due_at).year
        for line in warnings(self.office, [year]):
            detail: dict[str, str | int] = {"year": year, "reason": line}
            await events.note(tx, "holidays_uncertain", now=now, detail=detail, once=f"holidays:{year}")


def _to_be_told(steps: Sequence[Step], now: datetime) -> list[Step]:
    """Return what is due; of a deadline's warnings only the one that says most."""
    due = [step for step in steps if step.at <= now]
    ladder = [step for kind in ("missed", "one_day", "half") for step in due if step.kind == kind]
    return [step for step in due if step not in ladder[1:]]


def _next(moments: Sequence[datetime], now: datetime) -> datetime:
    return min([each for each in moments if each > now] + [now + LOOKED_AT])


def _just_after(due_at: datetime) -> datetime:
    """Return the first moment that is not in time any more."""
    return due_at + timedelta(microseconds=1)


def _stamp(moment: datetime) -> str:
    return f"{moment.timestamp():.0f}"
