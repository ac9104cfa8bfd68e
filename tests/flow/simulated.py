"""An office whose time jumps from event to event: its real jobs and duties in this process, the outside by chance.

Jobs are taken from the queue's own table and done by the functions that the worker would call, in the order of their
locks; only how long a failed one waits is told by the simulated clock instead of the server's.

A seed repeats a run: what coincides happens one after the other, in an order drawn by lot. With `races` it happens at
once, as on several machines; then the outcome is decided by the database, and each run is another.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import text

from bot.answer import AnswerLater
from bot.assembly import counter
from bot.assembly.core import Core, assemble
from bot.assembly.worker import staffed
from bot.desk.desk import StoredDesk
from bot.queue import ANSWER, DELIVER
from bot.sending import SendLater
from bot.settings import Settings
from channels.port import Channel, Outbound, Report, TakeReport, Wiring
from tests.fakes import FakeInterpreter
from tests.flow.outside import Airwaves, Almanac, Lots, span

TICK = timedelta(minutes=30)
RETRY = timedelta(minutes=2)
MOST_AT_ONCE = 200
AT_ONCE = 4  # with races: the clock and so many others

Story = AsyncGenerator[timedelta | datetime, None]
"""What somebody does: it yields how long to wait, or until when, before it goes on."""


@dataclass(slots=True)
class SimulatedOffice:
    """The office, its clock, and what is to happen next."""

    core: Core
    clock: Almanac
    model: FakeInterpreter
    air: Mapping[str, Airwaves]
    desk: StoredDesk
    lots: Lots
    races: bool
    closed: list[tuple[int, datetime]] = field(default_factory=list)
    """Every conversation that the clock closed, and when; some have been opened again since."""
    acts: list[tuple[datetime, int, str]] = field(default_factory=list)
    """What officers did that no row tells of later: when, in which conversation, what."""
    numbers: Any = field(default_factory=itertools.count)
    """For whoever needs a number that nobody else has."""
    _events: list[tuple[datetime, int, Story]] = field(default_factory=list)
    _count: Any = field(default_factory=itertools.count)
    _later: dict[int, datetime] = field(default_factory=dict)
    _ticked: datetime | None = None
    _tend_at: datetime | None = None
    _is_stirred: bool = True
    _is_behind: bool = False

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
                await self._tick(moment, stories)
                await self.work()
            else:
                for story in stories:
                    await self._go_on(story)
            if retry == moment:
                await self.work()

    async def _tick(self, moment: datetime, stories: list[Story]) -> None:
        """Do what the clock does, and what others do in that very second: before it, after it, or at once."""
        lot = self.lots.of("tick", moment)
        acts: list[Callable[[], Awaitable[None]]] = [partial(self.duty, "closing")]
        acts += [partial(self._go_on, each) for each in stories]
        if self.races:
            await asyncio.gather(*(act() for act in acts[:AT_ONCE]))
            acts = acts[AT_ONCE:]
        lot.shuffle(acts)
        # What is written then may be waiting for a worker, while the clock goes on.
        self._is_behind = lot.random() < 0.5
        for act in acts:
            await act()
        self._is_behind, self._ticked = False, moment
        await self._note_closed()

    async def duty(self, name: str) -> None:
        """Do one of the clock's duties as the worker does."""
        self._is_stirred = True
        await self._task(name)

    async def work(self) -> None:
        """Do all jobs that can be done now; some are done twice, as after a rescue. After whatever was done."""
        self._is_stirred = True
        while not self._is_behind:
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
        """Do a job; tell whether it is done. One is done again at once, another one later."""
        luck = self.lots.of(job.task_name, *job.args.values(), self.clock.now()).random()
        twice = luck < 0.05 and job.task_name in {ANSWER, DELIVER}
        outcomes = await self._done(partial(self._task, job.task_name, **job.args), 2 if twice else 1)
        errors = [each for each in outcomes if each is not None]
        for error in errors:
            if not isinstance(error, AnswerLater | SendLater):
                raise error
        is_again = bool(errors) or luck > 0.98
        if is_again:
            self._later[job.id] = self.clock.now() + RETRY
        return not is_again

    async def _done(self, do: Callable[[], Awaitable[None]], times: int) -> list[BaseException | None]:
        if self.races:
            return await asyncio.gather(*(do() for _ in range(times)), return_exceptions=True)
        outcomes: list[BaseException | None] = []
        for _ in range(times):
            outcomes += await asyncio.gather(do(), return_exceptions=True)
        return outcomes

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
        if self._is_stirred:
            (row,) = await self.rows(
                "SELECT greatest(min(tend_at), '2000-01-01+00') AS at FROM conversation WHERE tend_at IS NOT NULL"
            )
            self._tend_at, self._is_stirred = row.at, False
        if self._tend_at is None:
            return None
        tick = on_the_clock(max(self._tend_at, self.clock.now()))
        return tick + TICK if tick == self._ticked else tick

    async def _note_closed(self) -> None:
        rows = await self.rows(
            "SELECT id FROM conversation WHERE closed_at = :now AND closed_how = 'idle' ORDER BY id",
            now=self.clock.now(),
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
    settings: Settings, database_url: str, at: datetime, *, seed: int, races: bool = False
) -> AsyncIterator[SimulatedOffice]:
    """Put an office together whose time begins at a moment, over an upgraded, empty database."""
    clock, model, lots = Almanac(at), FakeInterpreter(), Lots(seed)
    air = {name: Airwaves(name, clock, lots) for name in ("whatsapp", "email")}

    wired: list[Wiring] = []

    def build(_settings: Settings, wiring: Wiring) -> dict[str, Channel]:
        wired.append(wiring)
        return dict(air)

    async with (
        assemble(settings, database_url, clock=clock, build=build) as core,
        staffed(core, model, burst=timedelta()),
    ):
        office = SimulatedOffice(core, clock, model, air, counter.desk(core), lots, races)
        for each in air.values():
            each.on_loss = partial(_report_later, office, each, wired[0].report)
        yield office


def _report_later(office: SimulatedOffice, air: Airwaves, report: TakeReport, lost: Outbound) -> None:
    office.begin(_reports(office, air, report, lost), office.clock.now())


async def _reports(office: SimulatedOffice, air: Airwaves, report: TakeReport, lost: Outbound) -> Story:
    """Report that a message did not arrive after all; some such reports come twice."""
    lot = office.lots.of("lost", air.name, lost.recipient, office.clock.now())
    yield span(lot, timedelta(), timedelta(hours=12))
    air.lost[lost.id] += 1
    told = Report(
        channel=air.name,
        external_id=f"said-{lost.id}",
        state="failed",
        at=office.clock.now(),
        message=lost.id,
        reason="Tidak sampai",
        is_passing=lot.random() < 0.3,
    )
    for _ in range(lot.randint(1, 2)):
        await report(told)
    await office.work()
