"""The whole pipeline without the outside: real database, queue, dialogue and model, channels in memory.

Behind `pst chat`: one message goes in, everything that follows from it is done, its replies come out.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from starlette.routing import BaseRoute

from bot import jobs
from bot.assembly.core import Core, assemble
from bot.assembly.worker import staffed
from bot.clock import ManualClock
from bot.receive import BOUNDLESS
from bot.settings import Settings
from bot.store.progress import Progress, open_jobs, progress
from channels.port import (
    Attachment,
    Channel,
    Fetched,
    FetchFailed,
    Finding,
    Ignored,
    Inbound,
    Outbound,
    Pace,
    Parcel,
    Receipt,
    ReplyLimit,
    Wiring,
)
from nlu.port import Interpreter

CHANNELS = ("whatsapp", "email")
PATIENCE_SECONDS = 30.0


class MemoryChannel:
    """Takes what the bot says and keeps it until somebody looks. Implements `Channel`."""

    patience = timedelta(days=2)
    settle = timedelta()
    window: timedelta | None = None
    pace: Pace | None = None
    file_types: frozenset[str] = frozenset()
    max_file_bytes = 0
    silence: timedelta | None = None
    reply_limit: ReplyLimit | None = None

    def __init__(self, name: str) -> None:
        self.name = name
        self._said: dict[str, list[str]] = {}
        self.sent: list[Outbound] = []
        self.last_id: dict[str, str] = {}

    def take(self, recipient: str) -> list[str]:
        """Return and forget what was said to a recipient."""
        return self._said.pop(recipient, [])

    def routes(self) -> Sequence[BaseRoute]:
        """Return no routes."""
        return ()

    async def listen(self) -> None:
        """Have nothing to listen to."""

    def read(self, parcel: Parcel) -> Inbound | Ignored:
        """Refuse: nothing is fetched."""
        return Ignored("none", f"{self.name} fetches nothing")

    async def send(self, message: Outbound) -> Receipt:
        """Keep what was said."""
        self.sent.append(message)
        self._said.setdefault(message.recipient, []).append(message.text)
        self.last_id[message.recipient] = f"said-{message.id}"
        return Receipt(f"said-{message.id}")

    async def find(self, message: Outbound) -> Receipt | None:
        """Find nothing: what was kept was kept."""
        return None

    async def fetch(self, attachment: Attachment) -> Fetched:
        """Refuse: nothing can be fetched."""
        raise FetchFailed(f"{self.name} fetches nothing", permanent=True)

    def page(self, data: bytes) -> str:
        """Return nothing: what is written here is text."""
        return ""

    async def typing(self, external_id: str) -> None:
        """Show nothing."""

    async def check(self) -> Sequence[Finding]:
        """Have nothing to check."""
        return ()

    async def close(self) -> None:
        """Have nothing to give back."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What followed from a step: the replies since the last one, and how the conversation stands."""

    replies: tuple[str, ...]
    standing: Progress | None
    milliseconds: float


class Rehearsal:
    """Plays citizens. Make one with `rehearsing`."""

    def __init__(self, core: Core, channels: dict[str, MemoryChannel], clock: ManualClock) -> None:
        self._core = core
        self._channels = channels
        self._clock = clock
        self._spoke_on: dict[str, str] = {}

    async def say(self, who: str, channel: str, text: str, subject: str | None = None) -> Outcome:
        """Let a citizen write, and wait until all that follows is done. Raises TimeoutError."""
        began = time.perf_counter()
        self._spoke_on[who] = channel
        is_mail = channel == "email"
        earlier = self._channels[channel].last_id.get(who)
        await self._core.reception(
            Inbound(
                channel=channel,
                external_id=f"heard-{uuid4()}",
                sender=who,
                text=text,
                received_at=self._clock.now(),
                subject=subject,
                reply_id=f"<{uuid4()}@rehearsal.example>" if is_mail else None,
                replies_to=(earlier,) if is_mail and earlier else (),
            )
        )
        return await self._outcome(who, channel, began)

    async def advance(self, who: str, days: float) -> Outcome:
        """Move the time forward and do all that falls due."""
        began = time.perf_counter()
        self._clock.advance(timedelta(days=days))
        for duty in ("sweep", "tickets", "closing"):
            await self._core.queue.upkeep(duty)
            await self._all_done()
        return await self._outcome(who, self._spoke_on.get(who, CHANNELS[0]), began)

    async def _outcome(self, who: str, channel: str, began: float) -> Outcome:
        await self._all_done()
        async with self._core.database.transaction() as tx:
            standing = await progress(tx, channel=channel, address=who)
        replies = tuple(self._channels[channel].take(who))
        return Outcome(replies, standing, (time.perf_counter() - began) * 1000)

    async def _all_done(self) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await self._is_busy():  # noqa: ASYNC110 -- what is awaited is in the database
                await asyncio.sleep(0.003)

    async def _is_busy(self) -> bool:
        async with self._core.database.transaction() as tx:
            return await open_jobs(tx) > 0


@asynccontextmanager
async def rehearsing(
    settings: Settings, database_url: str, understanding: Interpreter
) -> AsyncIterator[Rehearsal]:
    """Put the pipeline together over an upgraded, otherwise unused database."""
    clock = ManualClock()
    channels = {name: MemoryChannel(name) for name in CHANNELS}

    def build(_settings: Settings, _wiring: Wiring) -> dict[str, Channel]:
        return dict(channels)

    async with (
        # Who is rehearsed writes as fast as answers come: from a person that would be a flood.
        assemble(settings, database_url, clock=clock, build=build, flow_limit=BOUNDLESS) as core,
        staffed(core, understanding, burst=timedelta()),
    ):
        worker = asyncio.create_task(jobs.work(core.queue, install_signal_handlers=False))
        try:
            yield Rehearsal(core, channels, clock)
        finally:
            worker.cancel()
            await asyncio.gather(worker, return_exceptions=True)
