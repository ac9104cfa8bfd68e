"""Between fetching and answering: look into a parcel that a pull channel left."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import structlog

from bot import quarantine
from bot.clock import Clock
from bot.receive import Reception
from bot.report import Reporting
from bot.store import parcels
from bot.store.database import Database
from bot.store.quarantine import QUARANTINED, UNPARSEABLE
from channels.port import Channel, Ignored

log = structlog.get_logger()

LARGE_BYTES = 262_144
"""What is larger is read in a thread of its own."""


class Reader:
    """Reads parcels: a citizen's message is received, anything else is kept and left alone."""

    def __init__(
        self,
        database: Database,
        reception: Reception,
        channels: Mapping[str, Channel],
        clock: Clock,
        reporting: Reporting,
    ) -> None:
        self._database = database
        self._reception = reception
        self._channels = channels
        self._clock = clock
        self._reporting = reporting
        # Why the latest attempt at a parcel failed, by parcel, until it is read or set aside.
        self._failures: dict[int, str] = {}

    async def read(self, parcel_id: int) -> None:
        """Read one parcel, once, its effects in one transaction. A channel that is off now leaves it unread."""
        try:
            await self._read(parcel_id)
        except Exception as error:
            self._failures[parcel_id] = quarantine.what_and_where(error)
            raise
        self._failures.pop(parcel_id, None)

    async def _read(self, parcel_id: int) -> None:
        async with self._database.statement() as tx:
            kept = await parcels.kept(tx, parcel_id)
        if kept is None or kept[0].channel not in self._channels:
            return
        parcel = replace(kept[0], data=await self._reception.contents.unpack(kept[1]))
        channel = self._channels[parcel.channel]
        # A mail of 25 MB takes a second, in which the worker's other jobs go on.
        is_large = len(parcel.data) > LARGE_BYTES
        found = await asyncio.to_thread(channel.read, parcel) if is_large else channel.read(parcel)
        async with self._database.transaction() as tx:
            if not await parcels.is_unread(tx, parcel_id):
                return
            message_id: int | None = None
            if isinstance(found, Ignored):
                kind, reason = found.kind, found.reason
                for report in found.reports:
                    await self._reporting.take(tx, report)
            else:
                kind, reason = "message", None
                await self._reception.keep_message(tx, found)
                message_id = await self._reception.kept_as(tx, found)
            if kind == UNPARSEABLE:
                await quarantine.put(tx, parcel_id, kind=kind, reason=reason or kind, clock=self._clock)
            else:
                await parcels.mark_read(
                    tx, parcel_id, kind=kind, reason=reason, now=self._clock.now(), message_id=message_id
                )
        log.info("parcel read", parcel=parcel_id, kind=kind)

    async def set_aside(self, parcel_id: int) -> None:
        """Keep a parcel that cannot be read from holding up those behind it; officers see it."""
        reason = self._failures.pop(parcel_id, "kesalahan di dalam program")
        async with self._database.transaction() as tx:
            if await parcels.is_unread(tx, parcel_id):
                await quarantine.put(tx, parcel_id, kind=QUARANTINED, reason=reason, clock=self._clock)
        log.error("parcel set aside", parcel=parcel_id, reason=reason)
