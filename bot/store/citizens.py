"""What a person told about themselves, and the tickets that are theirs on whatever channel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Text, bindparam, func, text, update
from sqlalchemy.dialects.postgresql import ARRAY

from bot.store.database import Transaction
from bot.store.tables import person
from handoff.ticket import Kind, State


async def told(
    tx: Transaction, person_id: int, *, name: str | None, email: str | None, organisation: str | None
) -> None:
    """Keep what a person told; None leaves what was there. An address typed in a chat is unverified."""
    values = {"name": name, "email": email, "organisation": organisation}
    given = {column: value for column, value in values.items() if value is not None}
    if given:
        await tx.execute(update(person).where(person.c.id == person_id).values(**given))


async def consented(tx: Transaction, person_id: int, *, wanted: bool, now: datetime) -> None:
    """Note that what a person told is remembered for the next time, or that it is not."""
    since = func.coalesce(person.c.consented_at, now) if wanted else None
    await tx.execute(update(person).where(person.c.id == person_id).values(consented_at=since))


@dataclass(frozen=True, slots=True)
class Owned:
    """A ticket of a person, as its owner may be told of it."""

    number: str
    kind: Kind
    state: State
    due_at: datetime | None
    closed_at: datetime | None
    merged_into: str | None


_TICKETS = text(
    """
    SELECT ticket.number, ticket.kind, ticket.state, ticket.due_at, ticket.closed_at, other.number AS merged_into
    FROM contact
    JOIN conversation ON conversation.contact_id = contact.id
    JOIN ticket ON ticket.conversation_id = conversation.id
    LEFT JOIN ticket AS other ON other.id = ticket.merged_into_id
    WHERE contact.person_id = :person
        AND (ticket.number = ANY(:numbers) OR cardinality(CAST(:numbers AS text[])) = 0)
    ORDER BY ticket.closed_at IS NULL DESC, ticket.id DESC
    LIMIT :most
    """
).bindparams(bindparam("numbers", type_=ARRAY(Text)))


async def tickets_of(tx: Transaction, person_id: int, numbers: Sequence[str], *, most: int) -> list[Owned]:
    """Return a person's tickets, the open ones first, then the newest; those of `numbers` when there are any."""
    rows = await tx.execute(_TICKETS, {"person": person_id, "numbers": list(numbers), "most": most})
    return [Owned(*row) for row in rows]
