"""Between fetching and answering: look into a parcel that a pull channel left."""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from bot.clock import Clock
from bot.receive import Reception
from bot.store import parcels
from bot.store.database import Database
from channels.port import Channel, Ignored

log = structlog.get_logger()


class Reader:
    """Reads parcels: a citizen's message is received, anything else is kept and left alone."""

    def __init__(
        self, database: Database, reception: Reception, channels: Mapping[str, Channel], clock: Clock
    ) -> None:
        self._database = database
        self._reception = reception
        self._channels = channels
        self._clock = clock

    async def read(self, parcel_id: int) -> None:
        """Read one parcel, once, in one transaction. A channel that is off now leaves it unread."""
        async with self._database.transaction() as tx:
            parcel = await parcels.unread(tx, parcel_id)
            if parcel is None or parcel.channel not in self._channels:
                return
            found = self._channels[parcel.channel].read(parcel)
            if isinstance(found, Ignored):
                kind, reason = found.kind, found.reason
            else:
                kind, reason = "message", None
                await self._reception.keep_message(tx, found)
            await parcels.mark_read(tx, parcel_id, kind=kind, reason=reason, now=self._clock.now())
        log.info("parcel read", parcel=parcel_id, kind=kind)

    async def set_aside(self, parcel_id: int) -> None:
        """Keep a parcel that cannot be read from holding up those behind it; officers see it."""
        async with self._database.transaction() as tx:
            if await parcels.unread(tx, parcel_id) is not None:
                reason = "kesalahan di dalam program"
                await parcels.mark_read(
                    tx, parcel_id, kind="quarantined", reason=reason, now=self._clock.now()
                )
        log.error("parcel set aside", parcel=parcel_id)
