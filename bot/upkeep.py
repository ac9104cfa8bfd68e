"""The clock's duties: free what a killed worker held, and find what has no job any more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job, Status

from bot.clock import Clock
from bot.closing import Closing
from bot.desk.notices import Notices
from bot.desk.reporting import Reporting
from bot.desk.reviewing import Reviewing
from bot.files import Files
from bot.privacy.retention import Retention
from bot.queue import Queue
from bot.store import deliveries, events, media, pace, parcels, unanswered
from bot.store import files as rows_of_files
from bot.store.database import Database
from bot.tending import Tending

if TYPE_CHECKING:  # what reads the catalogue is loaded only where there is a token
    from bot.catalogue.sync import CatalogueSync

log = structlog.get_logger()

AGE = timedelta(minutes=1)  # anything younger has its job, or is just getting it
MOST = 500  # rows a duty takes up at once; the rest follows at the next tick
FAILED_JOB_HOURS = 24 * 30
ORPHAN_AGE = timedelta(days=1)
PACE_AGE = timedelta(days=1)
WINDOW_AHEAD = timedelta(hours=1)  # how long before a window closes whoever owes an answer is warned


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What is done regularly. Every duty may run twice or not at all without harm.

    `windows` are the channels in which free text is taken for so long after a citizen's message only,
    `silences` those that may stay unreached for so long; without `files` none are tidied. `tending` is what time
    does to tickets, `closing` what silence does to conversations, `reporting` makes the month's and the year's report,
    `reviewing` reminds of the standards, `notices` writes to officers.
    """

    database: Database
    queue: Queue
    clock: Clock
    stalled: timedelta
    files: Files | None = None
    catalogue: CatalogueSync | None = None
    windows: Mapping[str, timedelta] = field(default_factory=dict)
    silences: Mapping[str, timedelta] = field(default_factory=dict)
    tending: Tending | None = None
    closing: Closing | None = None
    reporting: Reporting | None = None
    reviewing: Reviewing | None = None
    notices: Notices | None = None
    retention: Retention | None = None

    async def rescue(self) -> None:
        """Put jobs of dead workers back into the queue; Procrastinate leaves them "doing" for ever."""
        manager = self.queue.app.job_manager
        seconds = self.stalled.total_seconds()
        await manager.prune_stalled_workers(seconds)
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=seconds):
            log.warning("job of a dead worker freed", job=job.id, task=job.task_name)
            try:
                await self._free(job)
            except ConnectorException as error:
                # Another rescue was faster, or the job has ended after all; the others are waiting.
                log.warning("job not freed", job=job.id, error=type(error).__name__)

    async def _free(self, job: Job) -> None:
        """Let a job be done again. A duty is not: its next tick comes, and only one may be waiting."""
        manager = self.queue.app.job_manager
        if job.task_name in DUTIES:
            await manager.finish_job(job, status=Status.FAILED, delete_job=True)
        else:
            await manager.retry_job(job)

    async def sweep(self) -> None:
        """Give a job to everything that waits for one and has none: a net below all other nets."""
        before = self.clock.now() - AGE
        async with self.database.transaction() as tx:
            for message_id, conversation_id in await unanswered.overdue(tx, before=before, most=MOST):
                log.warning("message had no job", message=message_id)
                await self.queue.answer(tx, message_id, conversation_id=conversation_id)
            for message_id, conversation_id, channel in await deliveries.forgotten(
                tx, before=before, most=MOST
            ):
                log.warning("delivery had no job", message=message_id)
                await self.queue.deliver(tx, message_id, conversation_id=conversation_id, channel=channel)
            for parcel_id, channel in await parcels.forgotten(tx, before=before, most=MOST):
                log.warning("parcel had no job", parcel=parcel_id)
                await self.queue.read(tx, parcel_id, channel=channel)
            for media_id, message_id in await media.forgotten(tx, before=before, most=MOST):
                log.warning("file had no job", media=media_id)
                await self.queue.fetch(tx, media_id, message_id=message_id)

    async def tidy(self) -> None:
        """Remove what the queue keeps of jobs that failed long ago, and what the pace was."""
        await self.queue.app.job_manager.delete_old_jobs(
            nb_hours=FAILED_JOB_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
        )
        async with self.database.statement() as tx:
            await pace.forget(tx, age=PACE_AGE)
        await self._clear_files()

    async def _clear_files(self) -> None:
        """Remove files that no row took up: whoever kept them was killed before its commit."""
        if self.files is None:
            return
        old = await self.files.older(self.clock.now() - ORPHAN_AGE)
        for start in range(0, len(old), MOST):
            batch = old[start : start + MOST]
            async with self.database.statement() as tx:
                known = await rows_of_files.known(tx, batch)
            orphans = [name for name in batch if name not in known]
            await self.files.remove(*orphans)
            if orphans:
                log.info("files without a row removed", count=len(orphans))

    async def warn(self) -> None:
        """Warn of each window that is about to close on a citizen whom an officer still owes an answer."""
        for channel, window in self.windows.items():
            async with self.database.statement() as tx:
                told = await events.warn_of_closing_windows(
                    tx, channel, window=window, ahead=WINDOW_AHEAD, now=self.clock.now(), most=MOST
                )
            for conversation_id in told:
                log.info("window closing", channel=channel, conversation=conversation_id)

    async def listen(self) -> None:
        """Warn of each mailbox that nobody could look at for too long, once an outage."""
        now = self.clock.now()
        for channel, silence in self.silences.items():
            async with self.database.transaction() as tx:
                since = await parcels.silent_since(tx, channel)
                if since is None or now - since <= silence:
                    continue
                minutes = int((now - since).total_seconds() // 60)
                detail: dict[str, str | int] = {"channel": channel, "minutes": minutes}
                once = f"mailbox_silent:{channel}:{since.timestamp():.0f}"
                is_new = await events.note(tx, "mailbox_silent", now=now, detail=detail, once=once)
            if is_new:
                log.warning("mailbox silent", channel=channel)

    async def sync(self) -> None:
        """Read the office's catalogue from BPS WebAPI when it is due; without a token there is none."""
        if self.catalogue is not None and await self.catalogue.is_due():
            await self.catalogue.run()

    async def forget(self) -> None:
        """Remove what is older than its retention, every night."""
        if self.retention is not None and await self.retention.is_due():
            await self.retention.run()

    async def tend(self) -> None:
        """Do to tickets what time does: warnings before and after their deadlines, and what nobody has taken."""
        if self.tending is not None:
            await self.tending.tend()

    async def close(self) -> None:
        """Warn of, and close, conversations that nobody goes on with; and ask how it was."""
        if self.closing is not None:
            await self.closing.run(most=MOST)

    async def report(self) -> None:
        """Make the reports of the month and the year that have ended, on the first working day; once a year remind."""
        if self.reporting is not None:
            await self.reporting.run()
        if self.reviewing is not None:
            await self.reviewing.run()

    async def tell(self) -> None:
        """Write to officers what they are to be told."""
        if self.notices is not None:
            await self.notices.gather()


DUTIES: Mapping[str, Callable[[Upkeep], Awaitable[None]]] = {
    "rescue": Upkeep.rescue,
    "sweep": Upkeep.sweep,
    "tidy": Upkeep.tidy,
    "sync": Upkeep.sync,
    "windows": Upkeep.warn,
    "mailboxes": Upkeep.listen,
    "retention": Upkeep.forget,
    "tickets": Upkeep.tend,
    "closing": Upkeep.close,
    "reports": Upkeep.report,
    "notices": Upkeep.tell,
}
