"""What every process has, put together and taken apart again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING

from bot.clock import Clock, SharedClock, SystemClock
from bot.dialogue.flow import FlowLimit
from bot.files import Files
from bot.queue import CONCURRENCY, Queue
from bot.receive import Reception
from bot.report import Reporting
from bot.settings import Settings
from bot.store.contents import Contents
from bot.store.database import Database
from channels.port import Build, Channel, Wiring

# What only some processes need is imported where it is handed out.
if TYPE_CHECKING:
    from bot.catalogue.sync import CatalogueSync
    from bot.schedule import Schedule


@dataclass(frozen=True, slots=True)
class Core:
    """What every process has: the settings, the time, the database, the queue, the channels and the files."""

    settings: Settings
    clock: Clock
    database: Database
    queue: Queue
    reception: Reception
    channels: Mapping[str, Channel]
    files: Files

    @property
    def contents(self) -> Contents:
        """Return where raw mails are kept."""
        return contents_of(self.files, self.settings)

    def schedule(self) -> Schedule:
        """Return what ticks."""
        from bot.schedule import Schedule  # noqa: PLC0415  APScheduler is large, and one process needs it

        has_catalogue = self.settings.environment.bps_token is not None
        return Schedule(self.database, self.queue, self.clock, has_catalogue=has_catalogue)

    def catalogue(self) -> CatalogueSync | None:
        """Return what reads the office's catalogue from BPS WebAPI, or None without a token."""
        environment = self.settings.environment
        if environment.bps_token is None:
            return None
        from bot.catalogue.sync import CatalogueSync  # noqa: PLC0415  an HTTP client, for the worker only
        from bot.catalogue.webapi import BASE_URL  # noqa: PLC0415  as above

        return CatalogueSync(
            self.database,
            self.clock,
            self.settings.office,
            environment.bps_token,
            base_url=environment.bps_api_url or BASE_URL,
        )


@asynccontextmanager
async def assemble(
    settings: Settings,
    database_url: str,
    *,
    clock: Clock | None = None,
    build: Callable[[Settings, Wiring], Mapping[str, Channel]] | None = None,
    flow_limit: FlowLimit | None = None,
) -> AsyncIterator[Core]:
    """Put the parts together and take them apart again at the end.

    `database_url` is a `postgresql://` URL; `clock` and `build` take the place of the real time and
    the real channels (`pst chat`, tests), `flow_limit` that of the office's (`understanding.flood_messages`).
    """
    time = clock or clock_of(settings)
    database = Database(database_url, pool_size=CONCURRENCY)
    queue = Queue(database_url)
    files = Files(settings.files, time.now)
    limit = flow_limit or flow_limit_of(settings)
    reception = Reception(
        database,
        queue,
        time,
        contents=contents_of(files, settings),
        timezone=settings.office.office.timezone,
        flow_limit=limit,
    )
    wiring = Wiring(
        accept=reception,
        report=Reporting(database, queue, time),
        depot=reception,
        now=time.now,
        public_url=settings.public_url,
        office_name=settings.office.office.name,
        is_simulation=settings.environment.simulation,
        files=files,
    )
    channels = (build or build_channels)(settings, wiring)
    try:
        yield Core(settings, time, database, queue, reception, channels, files)
    finally:
        for channel in channels.values():
            await channel.close()
        await database.close()


def clock_of(settings: Settings) -> Clock:
    """Return the real time, or in simulation the one that all its processes share."""
    if settings.environment.simulation:
        return SharedClock(settings.home / "run" / "clock")
    return SystemClock()


def flow_limit_of(settings: Settings) -> FlowLimit:
    """Return how much of one person is answered one by one."""
    limits = settings.office.understanding
    return FlowLimit(limits.flood_messages, timedelta(seconds=limits.flood_seconds))


def contents_of(files: Files, settings: Settings) -> Contents:
    """Return where raw mails are kept: small ones in the database, large ones among the files."""
    return Contents(files, settings.office.storage.raw_in_database_bytes)


def build_channels(settings: Settings, wiring: Wiring) -> dict[str, Channel]:
    """Build each channel that office.yml has a section for and the environment has settings for."""
    channels: dict[str, Channel] = {}
    for channel in settings.channels:
        build: Build = import_module(f"channels.{channel.name}").build
        built = build(channel.options, channel.environment, wiring)
        if built is not None:
            channels[channel.name] = built
    return channels
