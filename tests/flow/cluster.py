"""Two machines of one office: two each of web, worker, scheduler, mailbox and model server, each killed now and then.

The machines have homes of their own, and share a PostgreSQL, a folder of files and, since their time is to be moved,
the folder `run` of their homes, in which the clock of a simulation stands.
"""

from __future__ import annotations

import asyncio
import os
import random
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from psycopg.rows import namedtuple_row

from bot.clock import SharedClock
from bot.simulation import LOOPBACK, free_ports
from nlu.server import serve_command
from nlu.training import train
from tests.channels.email.imap_stub import StubbornImap
from tests.channels.email.servers import SmtpSink
from tests.flow.processes import Part, Parts, until
from tests.nlu.rasa import ROOT, answers, free_port, model_cache

ZONE = ZoneInfo("Asia/Jakarta")
# After the half hour at which the audits tick, so that all of a day's run is before the next one.
BEGINS = time(10, 1)
START_SECONDS = 240.0  # ten processes and a model at once, on a machine that others use, too
PAUSE_SECONDS = (1.0, 3.5)  # between two kills
DOWN_SECONDS = 0.5  # until a supervisor starts it again


@dataclass(slots=True)
class Cluster:
    """All parts of both machines. `clock` is theirs, `kills` names who was killed, in order."""

    clock: SharedClock
    chance: random.Random
    parts: dict[str, list[Part]] = field(default_factory=dict)
    kills: list[str] = field(default_factory=list)
    _killing: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def webs(self) -> Sequence[Part]:
        return self.parts["web"]

    @property
    def everything(self) -> Sequence[Part]:
        return [part for kind in self.parts.values() for part in kind]

    async def kill(self, kind: str | None = None) -> None:
        """Kill one of a kind, or of all, and start it again as a supervisor does."""
        async with self._killing:
            victim = self.chance.choice(self.parts[kind] if kind else self.everything)
            victim.kill()
            self.kills.append(victim.name)
            await asyncio.sleep(DOWN_SECONDS)
            victim.start()
            if victim in self.webs:
                await until(victim.listens, within=START_SECONDS)

    @asynccontextmanager
    async def harassed(self) -> AsyncIterator[None]:
        """Have any of them killed every few seconds within the block."""
        killing = asyncio.create_task(self._go_on_killing())
        try:
            yield
        finally:
            killing.cancel()
            with suppress(asyncio.CancelledError):
                await killing
        for part in self.everything:
            if not part.is_alive():  # it had just been killed
                part.start()

    async def _go_on_killing(self) -> None:
        while True:
            # Time itself is what is drawn by lot here: any moment of a part's life will do.
            await asyncio.sleep(self.chance.uniform(*PAUSE_SECONDS))
            await self.kill()


def clock_of_monday(folder: Path) -> SharedClock:
    """Make a clock that stands in a folder and begins in the morning of the next Monday, local time."""
    clock = SharedClock(folder / "clock")
    now = clock.now()
    today = now.astimezone(ZONE).date()
    begins = datetime.combine(today + timedelta(days=7 - today.weekday()), BEGINS, tzinfo=ZONE)
    folder.mkdir(parents=True)
    (folder / "clock").write_text(str(int((begins - now).total_seconds())), encoding="ascii")
    return clock


@asynccontextmanager
async def cluster_of(
    running: Parts, imap: StubbornImap, sink: SmtpSink, clock: SharedClock, chance: random.Random
) -> AsyncIterator[Cluster]:
    """Start everything. The first machine's model server is the caller's own, and is not killed."""
    token = secrets.token_hex(16)
    model = _model(running, token)
    cluster = Cluster(clock, chance, {"model": [model]})
    common = {
        "PST_FILES": str(running.folder / "files"),
        "PST_SECRET_KEY": secrets.token_hex(32),
        "PST_SIMULATION": "true",  # as `pst run` sets it: the time is that of the file, and templates are approved
        "PST_IMAP_URL": imap.imap_url,
        "PST_SMTP_URL": sink.url,
        "PST_MAIL_FROM": "PST Klaten <bps3310@example.go.id>",
    }
    try:
        for number in (1, 2):
            more = common | {"PST_HOME": str(_home(running.folder, number))}
            if number == 2:
                more |= {"PST_NLU_URL": model.url, "PST_NLU_TOKEN": token}
            for kind in ("web", "worker", "scheduler", "mailbox"):
                cluster.parts.setdefault(kind, []).append(_part(running, kind, number, more))
        for web in cluster.webs:
            await until(web.listens, within=START_SECONDS)
        await until(lambda: answers(model.port or 0, token), within=START_SECONDS)
        yield cluster
    finally:
        model.kill()  # Rasa takes its time to end when it is asked to while it begins


def _home(folder: Path, number: int) -> Path:
    home = folder / f"home-{number}"
    home.mkdir()
    (home / "run").symlink_to(folder / "run")
    return home


def _part(running: Parts, kind: str, number: int, more: dict[str, str]) -> Part:
    name = f"{kind}-{number}"
    if kind != "web":
        return running.start(kind, name, **more)
    imap, smtp, port = free_ports(3)
    # A web in simulation has a simulator with it, whose mail servers nobody uses here.
    simulator = {
        "PST_IMAP_URL": f"imap://office:none@{LOOPBACK}:{imap}/INBOX",
        "PST_SMTP_URL": f"smtp://{LOOPBACK}:{smtp}",
    }
    web = running.start(kind, name, PST_PORT=str(port), **more | simulator)
    web.port = port
    return web


def _model(running: Parts, token: str) -> Part:
    """Start a second Rasa with the same model, as `pst nlu serve` does."""
    port = free_port()
    command, environment = serve_command(ROOT, train(ROOT, model_cache(), print), port, token)
    model = Part("model-2", command, os.environ | environment, running.folder, port)
    model.start()
    return model


class Rows:
    """The rows of the database, by one connection; as much of an office as the audits of tests/flow/audits.py need.

    They judge by the time at which they look: two hours later, when all of a day should have been done.
    """

    def __init__(self, connection: psycopg.AsyncConnection[tuple[object, ...]], clock: SharedClock) -> None:
        self._connection = connection
        self._clock = clock
        self.acts: list[tuple[datetime, int, str]] = []
        self.closed: list[tuple[int, datetime]] = []

    @property
    def clock(self) -> Rows:
        return self

    def now(self) -> datetime:
        return self._clock.now() + timedelta(hours=2)

    async def keys(self) -> dict[str, int]:
        """Return how often each text was kept, by its key."""
        found = await self.rows("SELECT key, count(*) AS times FROM delivery GROUP BY 1 ORDER BY 1")
        return {each.key: each.times for each in found}

    async def rows(self, query: str) -> list[Any]:
        """Return a query's rows, their columns by name."""
        cursor = self._connection.cursor(row_factory=namedtuple_row)
        return list(await (await cursor.execute(query.encode())).fetchall())

    async def count(self, query: str, *values: object) -> int:
        """Return the number that a query finds."""
        row = await (await self._connection.execute(query.encode(), values)).fetchone()
        assert row is not None
        assert isinstance(row[0], int)
        return row[0]

    async def is_calm(self) -> bool:
        """Tell whether nothing is to be done now: nobody waits for an answer, everything is sent, nothing is due."""
        open_ones = await self.count(
            "SELECT (SELECT count(*) FROM message WHERE author = 'citizen' AND answered_at IS NULL)"
            " + (SELECT count(*) FROM delivery WHERE state IN ('kept', 'sending'))"
            " + (SELECT count(*) FROM conversation WHERE tend_at <= %s)"
            " + (SELECT count(*) FROM parcel WHERE read_at IS NULL)",
            self._clock.now(),
        )
        return open_ones == 0


@asynccontextmanager
async def rows_of(database_url: str, clock: SharedClock) -> AsyncIterator[Rows]:
    """Give a database's rows within the block."""
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        yield Rows(connection, clock)
