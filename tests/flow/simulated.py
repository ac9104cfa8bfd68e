"""An office whose time jumps from event to event: its real jobs and duties in this process, the outside by chance.

Jobs are taken from the queue's own table and done by the functions that the worker would call, in the order of their
locks; only how long a failed one waits is told by the simulated clock instead of the server's.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import random
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from bot import assembly, counter
from bot.answer import AnswerLater
from bot.deliver import DeliverLater
from bot.desk.desk import StoredDesk
from bot.desk.notices import TellLater
from bot.queue import ANSWER, DELIVER
from bot.rehearsal import MemoryChannel
from bot.settings import Settings
from channels.port import Cause, Channel, Outbound, Receipt, SendFailed, Wiring
from tests.fakes import FakeInterpreter

TICK = timedelta(minutes=30)
RETRY = timedelta(minutes=2)
WINDOW = timedelta(hours=24)
MOST_AT_ONCE = 200

Story = AsyncGenerator[timedelta | datetime, None]
"""What somebody does: it yields how long to wait, or until when, before it goes on."""


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
    """A channel that is sometimes busy and sometimes vague, knows dead numbers, and closes its window after a day."""

    settle = timedelta(minutes=1)

    def __init__(self, name: str, clock: Almanac, chance: random.Random) -> None:
        super().__init__(name)
        self.window = WINDOW if name == "whatsapp" else None
        self.templates: set[str] = set()
        self.dead: set[str] = set()
        self.log: list[Sending] = []
        self.is_down = False
        self._clock = clock
        self._chance = chance
        self._taken: set[UUID] = set()

    async def send(self, message: Outbound) -> Receipt:
        if message.recipient in self.dead:
            raise SendFailed("Nomor tidak dikenal", permanent=True, cause=Cause.NOT_REACHABLE)
        way = self._way(message)
        luck = self._chance.random()
        if self.is_down or luck < 0.01:
            raise SendFailed("Saluran sibuk", permanent=False)
        self._taken.add(message.id)
        self.log.append(
            Sending(self._clock.now(), message.id, message.recipient, message.key, message.last_heard)
        )
        receipt = await super().send(message)
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


@dataclass(slots=True)
class SimulatedOffice:
    """The office, its clock, and what is to happen next."""

    core: assembly.Core
    clock: Almanac
    model: FakeInterpreter
    air: Mapping[str, Airwaves]
    desk: StoredDesk
    chance: random.Random
    closed: list[tuple[int, datetime]] = field(default_factory=list)
    """Every conversation that the clock closed, and when; some have been opened again since."""
    acts: list[tuple[datetime, int, str]] = field(default_factory=list)
    """What officers did that no row tells of later: when, in which conversation, what."""
    ticks: int = 0
    _events: list[tuple[datetime, int, Story]] = field(default_factory=list)
    _count: Any = field(default_factory=itertools.count)
    _later: dict[int, datetime] = field(default_factory=dict)
    _ticked: datetime | None = None

    def begin(self, story: Story, at: datetime) -> None:
        """Have a story begin at a moment."""
        heapq.heappush(self._events, (at, next(self._count), story))

    async def run(self, until: datetime) -> None:
        """Let everything happen up to a moment, jumping over the time in which nothing does."""
        standing = 0
        while True:
            tick = await self._next_tick()
            now = self.clock.now()
            # One whose time has come may still be behind another with the same lock.
            retry = min((each for each in self._later.values() if each > now), default=None)
            moments = [tick, self._events[0][0] if self._events else None, retry]
            moment = max(now, min(each for each in [*moments, until] if each is not None))
            standing = standing + 1 if moment == now else 0
            assert standing < MOST_AT_ONCE, f"something is due again and again at {now}"
            self.clock.move(moment)
            if moment >= until:
                return
            stories = []
            while self._events and self._events[0][0] <= moment:
                stories.append(heapq.heappop(self._events)[2])
            if tick == moment:
                # Whoever acts in the very second of closing does so at the same time.
                await asyncio.gather(self.duty("closing"), *(self._go_on(each) for each in stories[:3]))
                stories = stories[3:]
                self._ticked = moment
                self.ticks += 1
                await self._note_closed()
            for story in stories:
                await self._go_on(story)
            await self.work()

    async def duty(self, name: str) -> None:
        """Do one of the clock's duties as the worker does."""
        await self._task(name)

    async def work(self) -> None:
        """Do all jobs that can be done now; some are done twice at once, as after a rescue."""
        while True:
            jobs = await self.rows(
                "SELECT id, task_name, args, lock FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id"
            )
            done, blocked = [], set()
            for job in jobs:
                if job.lock in blocked:
                    continue
                if self._later.get(job.id, self.clock.now()) > self.clock.now() or not await self._do(job):
                    blocked.add(job.lock)
                    continue
                done.append(job.id)
                self._later.pop(job.id, None)
            if not done:
                return
            await self.run_sql("DELETE FROM procrastinate_jobs WHERE id = ANY(:done)", done=done)

    async def _do(self, job: Any) -> bool:
        times = 2 if job.task_name in {ANSWER, DELIVER} and self.chance.random() < 0.05 else 1
        outcomes = await asyncio.gather(
            *(self._task(job.task_name, **job.args) for _ in range(times)), return_exceptions=True
        )
        errors = [each for each in outcomes if isinstance(each, BaseException)]
        for error in errors:
            if not isinstance(error, AnswerLater | DeliverLater | TellLater):
                raise error
        if errors:
            self._later[job.id] = self.clock.now() + RETRY
        return not errors

    async def _task(self, name: str, **arguments: int) -> None:
        await self.core.queue.app.tasks[name].func(**arguments)

    async def _go_on(self, story: Story) -> None:
        try:
            wait = await anext(story)
        except StopAsyncIteration:
            return
        at = wait if isinstance(wait, datetime) else self.clock.now() + wait
        self.begin(story, max(at, self.clock.now()))

    async def _next_tick(self) -> datetime | None:
        """Return the next moment of the half-hourly clock at which a conversation is to be looked at."""
        (row,) = await self.rows(
            "SELECT greatest(min(tend_at), '2000-01-01+00') AS at FROM conversation WHERE tend_at IS NOT NULL"
        )
        if row.at is None:
            return None
        tick = on_the_clock(max(row.at, self.clock.now()))
        return tick + TICK if tick == self._ticked else tick

    async def _note_closed(self) -> None:
        rows = await self.rows(
            "SELECT id FROM conversation WHERE closed_at = :now AND closed_how = 'idle'", now=self.clock.now()
        )
        self.closed += [(row.id, self.clock.now()) for row in rows]

    async def rows(self, query: str, **named: Any) -> list[Any]:
        """Return a query's rows."""
        async with self.core.database.statement() as tx:
            return list(await tx.execute(text(query), named))

    async def run_sql(self, query: str, **named: Any) -> None:
        """Change something."""
        async with self.core.database.statement() as tx:
            await tx.execute(text(query), named)


def on_the_clock(moment: datetime) -> datetime:
    """Return the first half hour that is not before a moment."""
    floor = moment.replace(minute=moment.minute // 30 * 30, second=0, microsecond=0)
    return floor if floor == moment else floor + TICK


@asynccontextmanager
async def simulated(
    settings: Settings, database_url: str, at: datetime, chance: random.Random
) -> AsyncIterator[SimulatedOffice]:
    """Put an office together whose time begins at a moment, over an upgraded, empty database."""
    clock, model = Almanac(at), FakeInterpreter()
    air = {name: Airwaves(name, clock, chance) for name in ("whatsapp", "email")}

    def build(_settings: Settings, _wiring: Wiring) -> dict[str, Channel]:
        return dict(air)

    async with (
        assembly.assemble(settings, database_url, clock=clock, build=build) as core,
        assembly.staffed(core, model, burst=timedelta()),
    ):
        yield SimulatedOffice(core, clock, model, air, counter.desk(core), chance)
