"""The queue: jobs kept in the same PostgreSQL and the same transaction as the rows they are about.

Jobs carry row ids only: Procrastinate logs and keeps their arguments.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued

from bot.store.database import Transaction, driver_connection, single_statement_pool

ANSWER = "answer"
DELIVER = "deliver"
READ = "read"
FETCH = "fetch"
TELL = "tell"

CONCURRENCY = 12  # jobs a worker does at once; a process has as many connections at most


class Queue:
    """Defers jobs. One conversation's answers run in order, and so does what a channel sends it;
    the two have separate locks, so that a mail that retries for days silences nobody."""

    def __init__(self, url: str, *, pool_size: int = 4) -> None:
        self.app = App(
            connector=PsycopgConnector(
                pool_factory=single_statement_pool, conninfo=url, min_size=1, max_size=pool_size, timeout=5
            )
        )

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Have duties deferred and jobs done while the block runs.

        An opening that is cancelled is taken back, too: the tasks of a pool that connects outlive being cancelled
        once, and a process that waits for them never ends.
        """
        try:
            await self.app.open_async()
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                # It came while the pool waited for its first connection, and was lost there.
                raise asyncio.CancelledError
            yield
        finally:
            await self.app.close_async()

    async def answer(self, tx: Transaction, message_id: int, *, conversation_id: int) -> None:
        """Have a citizen's message answered, after the earlier ones of its conversation."""
        await self._defer(tx, ANSWER, lock=f"answer:{conversation_id}", message_id=message_id)

    async def deliver(
        self, tx: Transaction, message_id: int, *, conversation_id: int, channel: str, seconds: int = 0
    ) -> None:
        """Have a message of ours sent, after the earlier ones of its conversation on its channel, and not
        before `seconds` have passed."""
        lock = f"deliver:{conversation_id}:{channel}"
        await self._defer(tx, DELIVER, lock=lock, seconds=seconds, message_id=message_id)

    async def deliver_by_itself(self, tx: Transaction, message_id: int) -> None:
        """Have a message of ours sent that may wait long: it holds up no other, and none holds it up."""
        await self._defer(tx, DELIVER, lock=f"deliver:{message_id}", message_id=message_id)

    async def read(self, tx: Transaction, *parcel_ids: int, channel: str) -> None:
        """Have fetched parcels read, in the order in which the channel's parcels were kept."""
        if parcel_ids:
            raw: Any = await driver_connection(tx)
            job = self.app.configure_task(READ, lock=f"read:{channel}", connection=raw, allow_unknown=True)
            rows: list[dict[str, Any]] = [{"parcel_id": parcel_id} for parcel_id in parcel_ids]
            await job.batch_defer_async(*rows)

    async def fetch(self, tx: Transaction, media_id: int, *, message_id: int) -> None:
        """Have a file fetched, after the earlier ones of its message."""
        await self._defer(tx, FETCH, lock=f"fetch:{message_id}", media_id=media_id)

    async def tell(self, tx: Transaction, mail_id: int) -> None:
        """Have a mail to an officer sent."""
        await self._defer(tx, TELL, lock=f"tell:{mail_id}", mail_id=mail_id)

    async def upkeep(self, name: str) -> bool:
        """Have one of the clock's duties done; False when it waits in the queue already.

        Duties have no lock: one left behind by a killed worker would hold up its successors, among
        them the very duty that frees such jobs.
        """
        duty = self.app.configure_task(name, queueing_lock=name, allow_unknown=True)
        try:
            await duty.defer_async()
        except AlreadyEnqueued:
            return False
        return True

    async def _defer(self, tx: Transaction, task: str, *, lock: str, seconds: int = 0, **row: int) -> None:
        raw: Any = await driver_connection(tx)
        later = {"seconds": seconds} if seconds else None
        job = self.app.configure_task(task, lock=lock, connection=raw, allow_unknown=True, schedule_in=later)
        await job.defer_async(**row)
