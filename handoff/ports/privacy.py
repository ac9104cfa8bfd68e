"""What officers do for a person's own data: look, hand out a copy, forget, and join two who are one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, get_args

from handoff.ports.values import Officer

Verification = Literal["ticket", "reply", "phone", "visit", "other"]
"""How it was made sure that two persons are one: they named the other's ticket, answered from both channels,
were called, came in person, or something else that the note tells."""
VERIFICATIONS: tuple[Verification, ...] = get_args(Verification)


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """A person whom a search found: `address` is that of the newest contact, `tickets` the newest numbers."""

    id: int
    name: str | None
    channel: str | None
    address: str | None
    tickets: tuple[str, ...]
    last_heard_at: datetime | None
    erased_at: datetime | None


@dataclass(frozen=True, slots=True)
class KnownContact:
    """A person's own name on a channel."""

    id: int
    channel: str
    address: str
    alias: str | None
    name: str | None
    phone: str | None
    created_at: datetime
    last_heard_at: datetime | None
    opted_out_at: datetime | None


@dataclass(frozen=True, slots=True)
class Amounts:
    """How much is kept about a person; files in number, `file_bytes` together."""

    conversations: int
    open_conversations: int
    messages: int
    raw_mails: int
    files: int
    file_bytes: int
    notes: int


@dataclass(frozen=True, slots=True)
class KnownTicket:
    """A ticket of a person."""

    number: str
    kind: str
    state: str
    conversation_id: int
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class KnownConversation:
    """A conversation of a person; `forgotten_at`: what was said in it is not kept any more."""

    id: int
    channel: str
    opened_at: datetime
    closed_at: datetime | None
    forgotten_at: datetime | None


@dataclass(frozen=True, slots=True)
class Joined:
    """Somebody else who was found to be the same person, until it is undone."""

    id: int
    joined_id: int
    verification: Verification
    note: str | None
    officer: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Holdings:
    """What is kept about a person, without what they said. `joined_into_id`: they were joined into another."""

    id: int
    name: str | None
    organisation: str | None
    email: str | None
    consented_at: datetime | None
    created_at: datetime
    erased_at: datetime | None
    joined_into_id: int | None
    contacts: tuple[KnownContact, ...]
    tickets: tuple[KnownTicket, ...]
    conversations: tuple[KnownConversation, ...]
    joins: tuple[Joined, ...]
    amounts: Amounts

    @property
    def open_tickets(self) -> tuple[str, ...]:
        """Return the numbers of the tickets that are still worked on."""
        return tuple(each.number for each in self.tickets if each.closed_at is None)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What an erasure removed."""

    conversations: int
    messages: int
    raw_mails: int
    files: int


class StillOpen(Exception):
    """The person has open tickets (`numbers`): they are to be closed first."""

    def __init__(self, numbers: Sequence[str]) -> None:
        super().__init__(", ".join(numbers))
        self.numbers = tuple(numbers)


class Privacy(Protocol):
    """A person's own data."""

    async def find(self, officer: Officer, words: str) -> Sequence[FoundPerson]:
        """Return persons by a number, an address, a ticket's number or the beginning of a name; at most 20."""
        ...

    async def holdings(self, officer: Officer, person_id: int) -> Holdings:
        """Return what is kept about a person. Raises `NotFound`."""
        ...

    async def copy(
        self, officer: Officer, person_id: int, *, with_notes: bool = True
    ) -> AsyncIterator[bytes]:
        """Return all that is kept about a person as one ZIP, piece by piece. Raises `NotFound`.

        Written down in the audit. `with_notes`: internal notes and drafts are part of it.
        """
        ...

    async def erase(self, officer: Officer, person_id: int, *, confirmation: str) -> Forgotten:
        """Forget a person for good; only what must stay for accountability stays, without them.

        `confirmation` is what the officer typed: one of the person's ticket numbers, or their name. Raises
        `NotFound`, `NotAllowed` (role, or something else was typed) and `StillOpen`.
        """
        ...

    async def join(
        self, officer: Officer, person_id: int, other_id: int, *, verification: Verification, note: str
    ) -> None:
        """Make another person part of this one, with all their contacts. Raises `NotFound`, `NotAllowed`."""
        ...

    async def separate(self, officer: Officer, person_id: int, join_id: int) -> None:
        """Undo a join. Raises `NotFound`, and `NotAllowed` when it was undone before."""
        ...
