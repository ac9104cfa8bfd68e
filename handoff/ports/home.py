"""Today's picture: what was done, in numbers that lead to what they count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

DAYS = 14
"""Days of the chart, today included."""


@dataclass(frozen=True, slots=True)
class Day:
    """Conversations in which the citizen last wrote on that day of the office: those that the assistant had alone,
    and those with a ticket."""

    day: date
    assistant: int
    officers: int

    @property
    def total(self) -> int:
        """Return how many it were in all."""
        return self.assistant + self.officers


@dataclass(frozen=True, slots=True)
class Picture:
    """The last `DAYS` days, the oldest first, today's tickets, and the ratings given in these days with their mean."""

    days: Sequence[Day]
    opened: int
    closed: int
    rated: int = 0
    mean: Decimal | None = None

    @property
    def today(self) -> Day:
        """Return the last day."""
        return self.days[-1]


class Home(Protocol):
    """The door of the first page."""

    async def picture(self) -> Picture:
        """Return today's picture."""
        ...
