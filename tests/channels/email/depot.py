"""The depot as a test holds it: in memory, with the promises of `channels.port.Depot`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from channels.port import Cursor, FetchFailed, Parcel


class MemoryDepot:
    def __init__(self) -> None:
        self.parcels: dict[tuple[str, str, int, int], Parcel] = {}
        self.cursors: dict[tuple[str, str], Cursor] = {}
        self.looks = 0
        self.kept_twice = 0
        self.refuse_at: int | None = None
        self.settled_to: Cursor | None = None
        self.refuses_to_settle = False
        self._asked = 0
        self._changed = asyncio.Condition()

    async def cursor(self, channel: str, place: str) -> Cursor | None:
        return self.cursors.get((channel, place))

    async def keep(self, parcels: Sequence[Parcel], cursor: Cursor, *, channel: str, place: str) -> None:
        self._asked += 1
        if self._asked == self.refuse_at:
            raise ConnectionError("the database went away")
        async with self._changed:
            for parcel in parcels:
                position = (parcel.channel, parcel.place, parcel.epoch, parcel.number)
                self.kept_twice += position in self.parcels
                self.parcels.setdefault(position, parcel)
            self.cursors[channel, place] = cursor
            self._changed.notify_all()

    async def checked(self, channel: str, place: str) -> None:
        async with self._changed:
            self.looks += 1
            self._changed.notify_all()

    async def alone(self, channel: str, place: str, work: Callable[[], Awaitable[None]]) -> None:
        await work()

    async def open(self, channel: str, place: str, epoch: int, number: int) -> bytes:
        found = self.parcels.get((channel, place, epoch, number))
        if found is None:
            raise FetchFailed("no such parcel", permanent=True)
        return found.data

    async def settled(self, channel: str, place: str) -> Cursor | None:
        return self.settled_to

    async def unsettled(self, channel: str, place: str, after: Cursor, most: int) -> Sequence[int]:
        kept = [
            parcel for parcel in self.parcels.values() if parcel.epoch == after.epoch and not parcel.fault
        ]
        return sorted(parcel.number for parcel in kept if parcel.number > after.number)[:most]

    async def settle(self, channel: str, place: str, to: Cursor) -> None:
        if self.refuses_to_settle:
            raise ConnectionError("the database went away")
        async with self._changed:
            self.settled_to = to
            self._changed.notify_all()

    async def until(self, holds: Callable[[MemoryDepot], bool], seconds: float = 15) -> None:
        """Return when `holds`; `TimeoutError` when it does not come true."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(lambda: holds(self))

    @property
    def bodies(self) -> list[bytes]:
        return [parcel.data for parcel in self.parcels.values()]
