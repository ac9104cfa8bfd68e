"""The log of what was done, for supervisors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.clock import Clock
from bot.store.database import Database
from bot.store.desk import audit
from handoff.ports.audit import Act, Wanted


class AuditLog:
    """Implements `handoff.ports.audit.AuditLog`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def read(self, wanted: Wanted, *, most: int) -> Sequence[Act]:
        """Return the newest rows that are wanted, newest first."""
        async with self._database.statement() as tx:
            return await audit.read(tx, wanted, most=most)

    async def rooms(self) -> Sequence[str]:
        """Return the rooms that something was ever done in, in order."""
        async with self._database.statement() as tx:
            return await audit.rooms(tx)

    async def officers(self) -> Sequence[tuple[int, str]]:
        """Return everybody's id and name, by name, also those who are disabled."""
        async with self._database.statement() as tx:
            return await audit.officers(tx)

    async def note(
        self,
        action: str,
        *,
        officer_id: int,
        about: str | None = None,
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """Note something that changes no row of its own, such as reading or an export."""
        async with self._database.statement() as tx:
            await audit.note(
                tx, action, now=self._clock.now(), officer_id=officer_id, about=about, detail=detail
            )
