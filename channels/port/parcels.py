"""What a pull channel fetches, and where it leaves it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a pull channel fetched, before anybody looked into it.

    `place` names the mailbox, (`epoch`, `number`) its position there: UIDVALIDITY and UID of RFC 3501
    for IMAP. The same position twice is the same parcel. `fault` says, for officers, why the other side does
    not hand over what is there; `data` is empty then.
    """

    channel: str
    place: str
    epoch: int
    number: int
    data: bytes
    fetched_at: datetime
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a mailbox has been fetched: everything up to `number` within `epoch` is kept."""

    epoch: int
    number: int


class Depot(Protocol):
    """Where a pull channel leaves what it fetched."""

    async def cursor(self, channel: str, place: str) -> Cursor | None:
        """Return how far `place` was fetched, or None at the very first start."""
        ...

    async def keep(self, parcels: Sequence[Parcel], cursor: Cursor, *, channel: str, place: str) -> None:
        """Keep the parcels once, move the cursor, and defer a job that reads each of them: one transaction."""
        ...

    async def checked(self, channel: str, place: str) -> None:
        """Note that the mailbox was looked at successfully just now (for `/healthz`)."""
        ...

    async def alone(self, channel: str, place: str, work: Callable[[], Awaitable[None]]) -> None:
        """Do `work` while no other process does so for `place`; before that, wait for the turn.

        When the turn is lost, `work` is cancelled, and begun anew at the next one; two processes may
        overlap for the moment that takes. What `work` raises passes through.
        """
        ...

    async def open(self, channel: str, place: str, epoch: int, number: int) -> bytes:
        """Return the content of a kept parcel. Raises `FetchFailed`: for good where it is kept no more."""
        ...

    async def settled(self, channel: str, place: str) -> Cursor | None:
        """Return up to where what was kept has been flagged or moved in `place`; None when never."""
        ...

    async def unsettled(self, channel: str, place: str, after: Cursor, most: int) -> Sequence[int]:
        """Return the first numbers of kept parcels above `after` in its epoch, rising, without faulty ones."""
        ...

    async def settle(self, channel: str, place: str, to: Cursor) -> None:
        """Note that what was kept up to there has been flagged or moved, or needs to be no more."""
        ...
