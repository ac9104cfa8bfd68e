"""What a simulated office has around it: a time that jumps, chance that can be repeated, and channels in memory."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from bot.rehearsal import MemoryChannel
from channels.port import Cause, Outbound, Receipt, SendFailed

WINDOW = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Lots:
    """Chance of a seed: who asks under the same names gets the same numbers, whatever others have drawn before."""

    seed: int

    def of(self, *names: object) -> random.Random:
        return random.Random(":".join(map(str, (self.seed, *names))))  # noqa: S311 -- no secret


def span(lot: random.Random, least: timedelta, most: timedelta) -> timedelta:
    """Return a time by chance, to the second."""
    return timedelta(seconds=lot.randint(int(least.total_seconds()), int(most.total_seconds())))


class Almanac:
    """A time that stands still until it is moved to a later moment; implements `Clock`."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at

    def move(self, to: datetime) -> None:
        assert to >= self._at, "time only moves forward"
        self._at = to


@dataclass(frozen=True, slots=True)
class Sending:
    """A message that the outside took: when, its id, to whom and under which key. `heard`: when they last wrote."""

    at: datetime
    uid: UUID
    recipient: str
    key: str
    heard: datetime | None


class Airwaves(MemoryChannel):
    """A channel that is sometimes busy and sometimes vague, knows dead numbers, and closes its window after a day.

    What it took and then lost, it reports later: see `on_loss`.
    """

    settle = timedelta(minutes=1)

    def __init__(self, name: str, clock: Almanac, lots: Lots) -> None:
        super().__init__(name)
        self.window = WINDOW if name == "whatsapp" else None
        self.templates: set[str] = set()
        self.dead: set[str] = set()
        self.log: list[Sending] = []
        self.lost: Counter[UUID] = Counter()
        self.on_loss: Callable[[Outbound], None] = lambda _message: None
        self.is_down = False
        self._clock = clock
        self._lots = lots
        self._tries: Counter[str] = Counter()
        self._taken: set[UUID] = set()

    async def send(self, message: Outbound) -> Receipt:
        if message.recipient in self.dead:
            raise SendFailed("Nomor tidak dikenal", permanent=True, cause=Cause.NOT_REACHABLE)
        way = self._way(message)
        self._tries[message.recipient] += 1
        luck = self._lots.of(self.name, message.recipient, self._tries[message.recipient]).random()
        if self.is_down or luck < 0.01:
            raise SendFailed("Saluran sibuk", permanent=False)
        self._taken.add(message.id)
        self.log.append(
            Sending(self._clock.now(), message.id, message.recipient, message.key, message.last_heard)
        )
        receipt = await super().send(message)
        if luck < 0.03:
            self.on_loss(message)
        if luck > 0.99:
            raise SendFailed("Jawabannya hilang", permanent=False, uncertain=True)
        return Receipt(receipt.external_id, way=way)

    async def find(self, message: Outbound) -> Receipt | None:
        return Receipt(f"said-{message.id}") if message.id in self._taken else None

    def _way(self, message: Outbound) -> str:
        if self.window is None:
            return "text"
        if message.last_heard is not None and self._clock.now() - message.last_heard < self.window:
            return "text"
        if message.key not in self.templates:
            raise SendFailed("Jendela tertutup", permanent=True, cause=Cause.WINDOW_CLOSED)
        return "template"
