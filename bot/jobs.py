"""The queue's tasks: what a worker does with each kind of job, and what when it fails."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job

from bot.answer import Answering, AnswerLater
from bot.clock import Clock
from bot.deliver import Delivering, DeliverLater
from bot.queue import ANSWER, DELIVER, READ, Queue
from bot.read import Reader
from bot.store import messages
from bot.store.database import Database
from bot.upkeep import DUTIES, Upkeep

log = structlog.get_logger()

MOST_FAILURES = 5  # errors of our own with one message, before it goes to an officer
CONCURRENCY = 12
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
        return min(1.0 + attempts / 4, 5.0)
    if isinstance(exception, DeliverLater) and exception.seconds > 0:
        return exception.seconds
    longest = min(2.0 ** min(attempts, 10), 300.0)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 -- jitter, no secret


def register(
    queue: Queue,
    database: Database,
    clock: Clock,
    *,
    answering: Answering,
    delivering: Delivering,
    reader: Reader,
) -> None:
    """Tell the queue who does what."""
    guard = _Guard(database)
    upkeep = Upkeep(database, queue, clock, stalled=timedelta(seconds=STALLED_SECONDS))
    retry = Retry()

    @queue.app.task(name=ANSWER, retry=retry)
    async def answer(message_id: int) -> None:
        await guard(message_id, answering.answer, answering.hand_over)

    @queue.app.task(name=DELIVER, retry=retry)
    async def deliver(message_id: int) -> None:
        await guard(
            message_id,
            delivering.deliver,
            lambda failed: delivering.give_up(failed, "kesalahan di dalam program"),
        )

    @queue.app.task(name=READ, retry=retry)
    async def read(parcel_id: int) -> None:
        await reader.read(parcel_id)

    for name, duty in DUTIES.items():
        queue.app.task(name=name)(_duty(upkeep, duty))


def _duty(upkeep: Upkeep, duty: Callable[[Upkeep], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        await duty(upkeep)

    return run


class _Guard:
    """Runs a step; an error of our own is counted, and the last one takes the way out."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(
        self,
        message_id: int,
        step: Callable[[int], Awaitable[None]],
        way_out: Callable[[int], Awaitable[None]],
    ) -> None:
        try:
            await step(message_id)
        except (AnswerLater, DeliverLater):
            raise
        except Exception as error:
            async with self._database.transaction() as tx:
                failures = await messages.note_failure(tx, message_id)
            log.exception("step failed", message=message_id, failures=failures, error=type(error).__name__)
            if failures < MOST_FAILURES:
                raise
            await way_out(message_id)


async def work(queue: Queue, *, install_signal_handlers: bool = True) -> None:
    """Do jobs until cancelled or, with signal handlers, told to stop by SIGTERM or SIGINT."""
    await queue.app.run_worker_async(
        concurrency=CONCURRENCY,
        delete_jobs="successful",
        fetch_job_polling_interval=POLL_SECONDS,
        update_heartbeat_interval=HEARTBEAT_SECONDS,
        stalled_worker_timeout=STALLED_SECONDS,
        shutdown_graceful_timeout=6.0,
        install_signal_handlers=install_signal_handlers,
    )
