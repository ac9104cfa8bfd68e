"""Today's picture, in the office's days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.store.database import Database
from bot.store.desk import home as store
from handoff.ports.home import DAYS, Day, Picture


@dataclass(frozen=True, slots=True)
class StoredHome:
    """Implements `handoff.ports.home.Home`. `timezone` is the office's, an IANA name."""

    database: Database
    clock: Clock
    timezone: str

    async def picture(self) -> Picture:
        """Return today's picture."""
        zone = ZoneInfo(self.timezone)
        today = self.clock.now().astimezone(zone).date()
        dates = [today - timedelta(days=ago) for ago in reversed(range(DAYS))]
        async with self.database.transaction() as tx:
            began = datetime.combine(dates[0], time(), tzinfo=zone)
            rows = await store.days(tx, since=began, zone=self.timezone)
            given = await store.ratings(tx, since=began)
            tickets = await store.tickets(tx, since=datetime.combine(today, time(), tzinfo=zone))
        found = {row.day: Day(row.day, row.assistant, row.officers) for row in rows}
        return Picture(
            [found.get(day, Day(day, 0, 0)) for day in dates],
            tickets.opened,
            tickets.closed,
            given.rated,
            given.mean,
        )
