"""Tickets: numbered without gaps, every change with who, when and a row of history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import DateTime, bindparam, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.store import complaints
from bot.store.database import Transaction
from bot.store.tables import ticket, ticket_change, ticket_counter, ticket_pause
from handoff.deadline import Pause
from handoff.ticket import Kind, State

Actor = Literal["citizen", "bot", "system", "officer"]


@dataclass(frozen=True, slots=True)
class By:
    """Who does something; `officer_id` is set for an officer only."""

    actor: Actor
    officer_id: int | None = None


CITIZEN, BOT, SYSTEM = By("citizen"), By("bot"), By("system")


def officer(officer_id: int) -> By:
    """Return an officer as the one who does something."""
    return By("officer", officer_id)


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket's row as it was read; see bot/store/tables/work.py for what the columns mean."""

    id: int
    number: str
    kind: Kind
    state: State
    reason: str
    conversation_id: int
    version: int
    priority: int
    assignee_id: int | None
    tags: tuple[str, ...]
    purpose: str | None
    checklist: tuple[str, ...]
    clear_at: datetime | None
    due_at: datetime | None
    merged_into_id: int | None
    opened_at: datetime
    claimed_at: datetime | None
    answered_at: datetime | None
    closed_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Tell whether it is still worked on."""
        return self.closed_at is None


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a ticket's history: what changed, in words of the program, from and to."""

    what: str
    before: str | None = None
    after: str | None = None


_COLUMNS = tuple(ticket.c[name] for name in Ticket.__dataclass_fields__)


def _ticket(row: Any) -> Ticket:
    values = dict(row._mapping)
    return Ticket(**{**values, "tags": tuple(values["tags"]), "checklist": tuple(values["checklist"])})


async def open_number(tx: Transaction, conversation_id: int) -> str | None:
    """Return the number of the conversation's open ticket, if any."""
    query = (
        select(ticket.c.number)
        .where(ticket.c.conversation_id == conversation_id, ticket.c.closed_at.is_(None))
        .order_by(ticket.c.id.desc())
        .limit(1)
    )
    return (await tx.execute(query)).scalar_one_or_none()


async def next_in_year(tx: Transaction, *, prefix: str, year: int) -> int:
    """Count a year's tickets up by one; the row stays locked until the transaction ends."""
    counted = upsert(ticket_counter).values(prefix=prefix, year=year, last=1)
    counted = counted.on_conflict_do_update(
        index_elements=["prefix", "year"], set_={"last": ticket_counter.c.last + 1}
    )
    return int((await tx.execute(counted.returning(ticket_counter.c.last))).scalar_one())


async def add(
    tx: Transaction,
    *,
    number: str,
    kind: str,
    state: str,
    reason: str,
    conversation_id: int,
    now: datetime,
    by: By = BOT,
    opened_at: datetime | None = None,
    **values: Any,
) -> Ticket:
    """Keep a new ticket with the first line of its history; `values` are further columns.

    `opened_at` is when the request came, where that was not now.
    """
    added = await tx.execute(
        insert(ticket)
        .values(
            number=number,
            kind=kind,
            state=state,
            reason=reason,
            conversation_id=conversation_id,
            opened_at=opened_at or now,
            **values,
        )
        .returning(*_COLUMNS)
    )
    made = _ticket(added.one())
    await note(tx, made.id, [Change("opened", None, kind)], by=by, now=now)
    await _registered(tx, made)
    return made


async def read(tx: Transaction, ticket_id: int) -> Ticket | None:
    """Return a ticket without locking it."""
    row = (await tx.execute(select(*_COLUMNS).where(ticket.c.id == ticket_id))).one_or_none()
    return None if row is None else _ticket(row)


async def lock(tx: Transaction, *ticket_ids: int) -> list[Ticket]:
    """Lock tickets, in the order of their ids, after their contacts and conversations were locked."""
    query = select(*_COLUMNS).where(ticket.c.id.in_(ticket_ids)).order_by(ticket.c.id).with_for_update()
    return [_ticket(row) for row in await tx.execute(query)]


async def lock_open(tx: Transaction, conversation_id: int) -> list[Ticket]:
    """Lock the open tickets of a conversation; the newest is the last."""
    query = select(*_COLUMNS).where(ticket.c.conversation_id == conversation_id, ticket.c.closed_at.is_(None))
    return [_ticket(row) for row in await tx.execute(query.order_by(ticket.c.id).with_for_update())]


_CONCERNED = text(
    """
    SELECT ticket.id FROM conversation AS here
    JOIN contact AS this ON this.id = here.contact_id
    JOIN contact AS each ON each.person_id = this.person_id
    JOIN conversation AS there ON there.contact_id = each.id
    JOIN ticket ON ticket.conversation_id = there.id
    WHERE here.id = :conversation AND ticket.closed_at IS NULL AND ticket.assignee_id = here.holder_id
        AND there.id <> here.id
    """
)


async def lock_concerned(tx: Transaction, conversation_id: int) -> list[Ticket]:
    """Lock the open tickets that a message in this conversation is about; the newest is the last.

    Its own; where it has none and an officer holds it, those of the same person that this officer works on:
    they may have gone on by another channel.
    """
    own = await lock_open(tx, conversation_id)
    if own:
        return own
    others = await tx.execute(_CONCERNED, {"conversation": conversation_id})
    return await lock(tx, *(int(each) for each in others.scalars()))


async def change(
    tx: Transaction,
    known: Ticket,
    changes: Sequence[Change],
    *,
    by: By,
    now: datetime,
    values: Mapping[str, Any] | None = None,
) -> Ticket:
    """Change a locked ticket and write its history; without changes nothing happens. Returns what it is now."""
    if not changes:
        return known
    new = {**(values or {}), "version": known.version + 1}
    columns = {name: list(value) if isinstance(value, tuple) else value for name, value in new.items()}
    await tx.execute(update(ticket).where(ticket.c.id == known.id).values(**columns))
    await note(tx, known.id, changes, by=by, now=now)
    changed = replace(known, **new)
    await _registered(tx, changed)
    return changed


async def _registered(tx: Transaction, known: Ticket) -> None:
    """Have the register of complaints follow."""
    if known.kind == "pengaduan":
        await complaints.follow(tx, known.id)


async def note(tx: Transaction, ticket_id: int, changes: Sequence[Change], *, by: By, now: datetime) -> None:
    """Write lines of a ticket's history."""
    rows = [
        {
            "ticket_id": ticket_id,
            "at": now,
            "actor": by.actor,
            "officer_id": by.officer_id,
            "what": each.what,
            "before": each.before,
            "after": each.after,
        }
        for each in changes
    ]
    await tx.execute(insert(ticket_change), rows)


async def pauses(tx: Transaction, ticket_id: int) -> list[Pause]:
    """Return when a ticket waited for the citizen, in order."""
    query = select(ticket_pause.c.from_at, ticket_pause.c.to_at).where(ticket_pause.c.ticket_id == ticket_id)
    rows = await tx.execute(query.order_by(ticket_pause.c.from_at, ticket_pause.c.id))
    return [Pause(row.from_at, row.to_at) for row in rows]


async def pause(tx: Transaction, ticket_id: int, *, now: datetime) -> None:
    """Let a locked ticket wait for the citizen from now on, unless it does already."""
    is_waiting = select(ticket_pause.c.id).where(
        ticket_pause.c.ticket_id == ticket_id, ticket_pause.c.to_at.is_(None)
    )
    if (await tx.execute(is_waiting)).first() is None:
        await tx.execute(insert(ticket_pause).values(ticket_id=ticket_id, from_at=now))


async def end_pause(tx: Transaction, ticket_id: int, *, now: datetime) -> None:
    """Let a locked ticket wait no longer."""
    await tx.execute(
        update(ticket_pause)
        .where(ticket_pause.c.ticket_id == ticket_id, ticket_pause.c.to_at.is_(None))
        .values(to_at=now)
    )


_TAKE_OVER = text(
    """
    INSERT INTO ticket_pause (ticket_id, from_at, to_at)
    SELECT :into, from_at, to_at FROM ticket_pause WHERE ticket_id = :gone AND to_at IS NOT NULL
    """
)


async def take_over_pauses(tx: Transaction, gone_id: int, *, into: int) -> None:
    """Note on a locked ticket that its clock stood still whenever that of one did that was merged into it."""
    await tx.execute(_TAKE_OVER, {"gone": gone_id, "into": into})


async def keep_pause(tx: Transaction, ticket_id: int, *, since: datetime, until: datetime) -> None:
    """Note that a locked ticket's clock stood still for a time that is over."""
    await tx.execute(insert(ticket_pause).values(ticket_id=ticket_id, from_at=since, to_at=until))


_OWE = text(
    """
    UPDATE conversation SET owed_since = :since
    WHERE id = :conversation AND owed_since IS NULL
    RETURNING id
    """
).bindparams(bindparam("since", type_=DateTime(timezone=True)))


async def owe(tx: Transaction, conversation_id: int, *, since: datetime) -> bool:
    """Note that the office owes an officer's answer; False when it owed one before."""
    owed = await tx.execute(_OWE, {"conversation": conversation_id, "since": since})
    return owed.scalar_one_or_none() is not None


_OWE_SINCE = text(
    "UPDATE conversation SET owed_since = :since WHERE id = :conversation AND owed_since = :before"
).bindparams(
    bindparam("since", type_=DateTime(timezone=True)), bindparam("before", type_=DateTime(timezone=True))
)


async def owe_since(tx: Transaction, conversation_id: int, since: datetime, *, instead_of: datetime) -> None:
    """Put right since when an officer's answer is owed, where it is owed since that moment."""
    values = {"conversation": conversation_id, "since": since, "before": instead_of}
    await tx.execute(_OWE_SINCE, values)


_OWE_NOTHING = text("UPDATE conversation SET owed_since = NULL WHERE id = :conversation")


async def owe_nothing(tx: Transaction, conversation_id: int) -> None:
    """Note that no officer's answer is owed."""
    await tx.execute(_OWE_NOTHING, {"conversation": conversation_id})
