"""The queue's tasks: what a worker does with each kind of job, and what when it fails."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job

from bot.answer import Answering, AnswerLater
from bot.clock import Clock
from bot.closing import Closing
from bot.deliver import Delivering
from bot.desk.notices import Notices
from bot.desk.reporting import Reporting
from bot.desk.reviewing import Reviewing
from bot.files import Files
from bot.media import Fetching, FetchLater
from bot.privacy.retention import Retention
from bot.queue import ANSWER, CONCURRENCY, DELIVER, FETCH, READ, TELL, Queue
from bot.read import Reader
from bot.sending import SendLater
from bot.store import media, parcels, unanswered
from bot.store.database import Database, Transaction, is_away
from bot.tending import Tending
from bot.upkeep import DUTIES, Upkeep
from bot.worker import SteadyWorker

if TYPE_CHECKING:
    from bot.catalogue.sync import CatalogueSync

log = structlog.get_logger()

MOST_FAILURES = 5  # errors of our own with one message or parcel, before it goes to an officer
POLL_SECONDS = 0.5  # a fallback: a job starts at a notification
HEARTBEAT_SECONDS = 2.0
STALLED_SECONDS = 10.0  # a worker silent for this long is taken for dead, and its jobs are freed


class Retry(BaseRetryStrategy):
    """Run a job again: soon while it waits for something, ever more seldom while it fails.

    Nothing is bounded here: answering ends with the hand-over to an officer, delivering with the
    channel's patience, and errors of our own are counted on the message (`MOST_FAILURES`).
    """

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """Return when to run the job again."""
        seconds = _pause(exception, job.attempts)
        if seconds <= 0:
            return RetryDecision()
        whole, part = divmod(seconds, 1)
        return RetryDecision(retry_in={"seconds": int(whole), "milliseconds": int(part * 1000)})


def _pause(exception: BaseException, attempts: int) -> float:
    if isinstance(exception, asyncio.CancelledError):
        return 0.0  # the worker is shutting down; another one goes on
    if isinstance(exception, AnswerLater):
        return exception.seconds or min(1.0 + attempts / 4, 5.0)
    if isinstance(exception, FetchLater) and exception.seconds > 0:
        return exception.seconds
    if isinstance(exception, SendLater) and not exception.backs_off:
        return exception.seconds
    longest = min(2.0 ** min(attempts, 10), 300.0)
    jitter = random.uniform(0.5, 1.0)  # noqa: S311 -- no secret
    asked = exception.seconds if isinstance(exception, SendLater) else 0.0
    # What the other side asked for is the least; not everybody comes at that very moment.
    return max(longest * jitter, asked * (0.5 + jitter))


def register(
    queue: Queue,
    database: Database,
    clock: Clock,
    *,
    answering: Answering,
    delivering: Delivering,
    reader: Reader,
    fetching: Fetching,
    files: Files,
    notices: Notices | None = None,
    tending: Tending | None = None,
    closing: Closing | None = None,
    reporting: Reporting | None = None,
    reviewing: Reviewing | None = None,
    retention: Retention | None = None,
    catalogue: CatalogueSync | None = None,
) -> None:
    """Tell the queue who does what; a part that is None is not done (only tests leave one out)."""
    guard = _Guard(database)
    windows = {name: channel.window for name, channel in delivering.channels.items() if channel.window}
    silences = {name: channel.silence for name, channel in delivering.channels.items() if channel.silence}
    stalled = timedelta(seconds=STALLED_SECONDS)
    upkeep = Upkeep(
        database,
        queue,
        clock,
        stalled=stalled,
        windows=windows,
        silences=silences,
        catalogue=catalogue,
        files=files,
        notices=notices,
        tending=tending,
        closing=closing,
        reporting=reporting,
        reviewing=reviewing,
        retention=retention,
    )
    retry = Retry()

    @queue.app.task(name=ANSWER, retry=retry)
    async def answer(message_id: int) -> None:
        await guard(message_id, answering.answer, answering.hand_over, unanswered.note_failure)

    @queue.app.task(name=DELIVER, retry=retry)
    async def deliver(message_id: int) -> None:
        await guard(
            message_id,
            delivering.deliver,
            lambda failed: delivering.give_up(failed, "kesalahan di dalam program"),
            unanswered.note_failure,
        )

    @queue.app.task(name=READ, retry=retry)
    async def read(parcel_id: int) -> None:
        await guard(parcel_id, reader.read, reader.set_aside, parcels.note_failure)

    @queue.app.task(name=FETCH, retry=retry)
    async def fetch(media_id: int) -> None:
        await guard(media_id, fetching.fetch, fetching.give_up, media.note_failure)

    if notices is not None:
        queue.app.task(name=TELL, retry=retry)(_telling(notices))

    for name, duty in DUTIES.items():
        queue.app.task(name=name)(_duty(upkeep, duty))


def _telling(notices: Notices) -> Callable[[int], Awaitable[None]]:
    async def tell(mail_id: int) -> None:
        await notices.send(mail_id)

    return tell


def _duty(upkeep: Upkeep, duty: Callable[[Upkeep], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        await duty(upkeep)

    return run


class _Guard:
    """Runs a step; an error of our own is counted, and the last one takes the way out.

    A database that is away is no error of ours: then the step waits, however long.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(
        self,
        row: int,
        step: Callable[[int], Awaitable[None]],
        way_out: Callable[[int], Awaitable[None]],
        note: Callable[[Transaction, int], Awaitable[int]],
    ) -> None:
        try:
            await step(row)
        except (AnswerLater, SendLater, FetchLater):
            raise
        except Exception as error:
            if is_away(error):
                raise
            async with self._database.transaction() as tx:
                failures = await note(tx, row)
            log.exception("step failed", row=row, failures=failures, error=type(error).__name__)
            if failures < MOST_FAILURES:
                raise
            await way_out(row)


async def work(queue: Queue, *, install_signal_handlers: bool = True) -> None:
    """Do jobs until cancelled or, with signal handlers, told to stop by SIGTERM or SIGINT."""
    worker = SteadyWorker(
        queue.app,
        concurrency=CONCURRENCY,
        delete_jobs="successful",
        fetch_job_polling_interval=POLL_SECONDS,
        update_heartbeat_interval=HEARTBEAT_SECONDS,
        stalled_worker_timeout=STALLED_SECONDS,
        shutdown_graceful_timeout=6.0,
        install_signal_handlers=install_signal_handlers,
    )
    await worker.run()  # type: ignore[no-untyped-call]  # Procrastinate leaves its return type out
