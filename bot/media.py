"""Beside answering: fetch a file that came with a message, look into it, and keep it for the officers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Literal

import structlog

from bot.clock import Clock
from bot.files import Files, NotKept
from bot.filetypes.judge import Found, judge
from bot.store import events, media
from bot.store.database import Database
from bot.store.media import Due
from bot.unkept import Unkept
from channels.port import Channel, Fetched, FetchFailed

log = structlog.get_logger()

MOST_AT_ONCE = 4
"""Files a worker fetches at the same time: each is in memory, and others wait for its places."""
SETTLING = timedelta(minutes=2)
"""How long "there is no such file" may only mean not yet: Twilio announces a file before all its servers
have it."""
OWN_FAULT = "kesalahan di dalam program"


class FetchLater(Exception):
    """The file was not fetched yet, and its job is to be run again after `seconds`; 0: as the queue sees fit."""

    def __init__(self, seconds: float = 0.0) -> None:
        super().__init__(f"again in {seconds:.0f} s")
        self.seconds = seconds


class Fetching:
    """Fetches one file at a time, outside any transaction; what became of it is kept in one.

    Killed in between, a job leaves a file that no row knows: the next attempt keeps another, and `tidy`
    removes the first.
    """

    def __init__(
        self,
        database: Database,
        channels: Mapping[str, Channel],
        files: Files,
        clock: Clock,
        unkept: Unkept,
    ) -> None:
        self._database = database
        self._channels = channels
        self._files = files
        self._clock = clock
        self._unkept = unkept
        self._under_way = 0

    async def fetch(self, media_id: int) -> None:
        """Fetch a file, once. Raises `FetchLater` when it has to be tried again."""
        if self._under_way >= MOST_AT_ONCE:
            raise FetchLater(1.0)
        self._under_way += 1
        try:
            await self._fetch(media_id)
        finally:
            self._under_way -= 1

    async def give_up(self, media_id: int) -> None:
        """Stop trying after an error of our own; officers see it."""
        due = await self._due(media_id)
        if due is not None:
            await self._without(due, "failed", OWN_FAULT)

    async def _fetch(self, media_id: int) -> None:
        due = await self._due(media_id)
        if due is None:
            return
        channel = self._channels.get(due.channel)
        if channel is None:
            raise FetchLater(60.0)  # the channel is switched off; the file waits for it
        try:
            fetched = await channel.fetch(due.attachment)
            found = await asyncio.to_thread(_judged, due, fetched, channel)
            if found.refusal is not None:
                await self._without(due, "refused", found.refusal, found, size=len(fetched.data))
                return
            file = await self._files.keep(fetched.data)
        except NotKept as full:
            log.error("file not kept", media=due.id, reason=full.reason)  # noqa: TRY400  no traceback needed
            unkept = FetchFailed(f"Penyimpanan tidak menerima berkas ({full.reason})", permanent=False)
            await self._failed(channel, due, unkept)
        except FetchFailed as failure:
            await self._failed(channel, due, failure)
        else:
            await self._keep(due, found, file, size=len(fetched.data))

    async def _due(self, media_id: int) -> Due | None:
        async with self._database.statement() as tx:
            return await media.due(tx, media_id)

    async def _keep(self, due: Due, found: Found, file: str, *, size: int) -> None:
        async with self._database.statement() as tx:
            is_ours = await media.settle(
                tx,
                due.id,
                state="kept",
                content_type=found.content_type,
                size=size,
                file=file,
                now=self._clock.now(),
            )
        if not is_ours:  # another worker was faster
            await self._files.remove(file)
        log.info("file kept", media=due.id, message=due.message_id, type=found.content_type, bytes=size)

    async def _failed(self, channel: Channel, due: Due, failure: FetchFailed) -> None:
        """Note a failure for good; raise `FetchLater` while there is hope."""
        waited = self._clock.now() - due.created_at
        if failure.refused:
            await self._without(due, "refused", failure.reason)
        elif (failure.permanent and waited >= SETTLING) or waited > channel.patience:
            await self._without(due, "failed", failure.reason)
        else:
            log.warning("file not fetched", media=due.id, reason=failure.reason)
            raise FetchLater

    async def _without(
        self,
        due: Due,
        state: Literal["refused", "failed"],
        reason: str,
        found: Found | None = None,
        *,
        size: int | None = None,
    ) -> None:
        """Keep why a file is not there, and tell officers and the citizen, once."""
        now = self._clock.now()
        async with self._database.transaction() as tx:
            is_ours = await media.settle(
                tx,
                due.id,
                state=state,
                reason=reason,
                content_type=found.content_type if found else None,
                size=size,
                now=now,
            )
            if is_ours:
                # Before the event, whose row takes a lighter lock of the conversation: two would wait for each other.
                await self._unkept.tell(tx, due.message_id, state)
                await events.note(
                    tx,
                    f"media_{state}",
                    now=now,
                    conversation_id=due.conversation_id,
                    message_id=due.message_id,
                    detail={"media": due.id, "reason": reason},
                    once=f"media:{due.id}",
                )
        log.warning("file not there", media=due.id, message=due.message_id, state=state, reason=reason)


def _judged(due: Due, fetched: Fetched, channel: Channel) -> Found:
    """Look into a content; what the message said of it counts before what came with it."""
    return judge(fetched.data, due.attachment.content_type or fetched.content_type, channel.file_types)
