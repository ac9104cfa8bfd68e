"""What cannot be read is put into quarantine, where officers see it, and is read again when they say so."""

from __future__ import annotations

import traceback
from collections.abc import Sequence

from bot.clock import Clock
from bot.queue import Queue
from bot.store import events, parcels, quarantine
from bot.store.database import Database, Transaction
from bot.store.quarantine import Standing

MOST = 10_000
_OURS = ("bot", "channels", "handoff", "nlu")
_FOREIGN = frozenset({"site-packages", "tests"})


async def put(tx: Transaction, parcel_id: int, *, kind: str, reason: str, clock: Clock) -> None:
    """Put a parcel into quarantine and show it to the officers. `reason` quotes nothing of the mail."""
    now = clock.now()
    await parcels.mark_read(tx, parcel_id, kind=kind, reason=reason, now=now)
    detail: dict[str, str | int] = {"parcel": parcel_id, "kind": kind, "reason": reason}
    await events.note(tx, quarantine.EVENT, now=now, detail=detail)


def what_and_where(error: BaseException) -> str:
    """Return an error's kind and the line of ours it came from; never its words, which may quote the mail."""
    kind = type(error).__name__
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        parts = frame.filename.replace("\\", "/").split("/")
        room = next((at for at, part in enumerate(parts) if part in _OURS), None)
        if room is not None and not _FOREIGN.intersection(parts):
            return f"{kind} di {'/'.join(parts[room:])}:{frame.lineno} ({frame.name})"
    return kind


class Quarantine:
    """Parcels in quarantine, for `pst email replay` and the console."""

    def __init__(self, database: Database, queue: Queue, clock: Clock) -> None:
        self._database = database
        self._queue = queue
        self._clock = clock

    async def listed(self) -> list[Standing]:
        """Return what is in quarantine, the oldest first."""
        async with self._database.transaction() as tx:
            return await quarantine.listed(tx, most=MOST)

    async def replay(self, parcel_ids: Sequence[int]) -> list[int]:
        """Have quarantined parcels read again, in their order; return those that were in quarantine."""
        async with self._database.transaction() as tx:
            freed = await quarantine.put_back(tx, parcel_ids, now=self._clock.now())
            for each in freed:
                await self._queue.read(tx, each.parcel, channel=each.channel)
        return [each.parcel for each in freed]

    async def standings(self, parcel_ids: Sequence[int]) -> list[Standing]:
        """Return how these parcels stand now."""
        async with self._database.transaction() as tx:
            return await quarantine.standings(tx, parcel_ids)
