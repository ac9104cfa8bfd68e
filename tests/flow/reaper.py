"""Kills workers with SIGKILL at moments drawn by lot, and starts them again as a supervisor does."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import psycopg

from channels.simulator.twilio import SentMessage, TwilioStandIn
from tests.flow.crowd import Crowd, is_done
from tests.flow.processes import START_SECONDS, Part, until


@dataclass(slots=True)
class Reaper:
    """Kills a worker `times` times: half of them at any moment, half in the middle of sending.

    `kills` tells how many messages the stand-in had taken by each kill, `rounds` how many of the
    killed are at work again.
    """

    workers: Sequence[Part]
    twilio: TwilioStandIn
    database_url: str
    chance: random.Random
    times: int
    kills: list[int] = field(default_factory=list)
    rounds: int = 0
    _is_armed: bool = False

    def __post_init__(self) -> None:
        self.twilio.on_message(self._taken)

    def _taken(self, message: SentMessage) -> None:
        """The worst moment: the message is out, its sender will never hear of it."""
        if self._is_armed:
            self._is_armed = False
            self._kill(self.workers)

    def _kill(self, workers: Sequence[Part]) -> None:
        for worker in workers:
            worker.kill()
        self.kills.append(len(self.twilio.messages))

    def allowed(self, first: int, last: int) -> int:
        """Return how much may be going on by now, from `first` to `last`: each kill meets something new."""
        return first + (last - first) * self.rounds // (self.times - 1)

    async def reap(self) -> None:
        """Kill and start again until it was done so many times."""
        ways = [self._at_random, self._between_post_and_commit] * (self.times // 2)
        self.chance.shuffle(ways)
        for way in ways:
            await self._again(await way())
            self.rounds += 1

    async def _at_random(self) -> Sequence[Part]:
        victim = self.chance.choice(self.workers)
        # Time itself is what is drawn by lot here: any moment of a worker's life will do.
        await asyncio.sleep(self.chance.uniform(0.0, 2.5))
        self._kill([victim])
        return [victim]

    async def _between_post_and_commit(self) -> Sequence[Part]:
        """Kill whoever sends, in the middle of sending one of the next messages."""
        await self._taken_count(len(self.twilio.messages) + self.chance.randint(0, 10))
        killed = len(self.kills)
        self._is_armed = True
        await until(partial(self._has_killed, killed + 1), within=60.0)
        return self.workers

    async def _taken_count(self, least: int) -> None:
        await until(lambda: len(self.twilio.messages) >= least, within=60.0)

    def _has_killed(self, times: int) -> bool:
        return len(self.kills) >= times

    async def _again(self, workers: Sequence[Part]) -> None:
        """Start what was killed, and wait until it is at work."""
        known = await self._newest_worker()
        for worker in workers:
            worker.start()

        async def at_work() -> bool:
            return await self._newest_worker() >= known + len(workers)

        await until(at_work, within=START_SECONDS)

    async def _newest_worker(self) -> int:
        query = "SELECT coalesce(max(id), 0) FROM procrastinate_workers"
        async with await psycopg.AsyncConnection.connect(self.database_url) as connection:
            row = await (await connection.execute(query)).fetchone()
        return int(row[0]) if row else 0


async def talk_through(crowd: Crowd, reaper: Reaper, webs: Sequence[str]) -> None:
    """Let everybody talk to these webs while workers are killed, until every message is answered."""
    async with asyncio.TaskGroup() as group:
        group.create_task(crowd.talk(webs, lambda: reaper.allowed(3, 10)))
        await until(lambda: len(reaper.twilio.messages) > 10, within=60.0)
        await reaper.reap()
    await until(lambda: is_done(reaper.database_url, crowd.size), within=90.0)
