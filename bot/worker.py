"""Procrastinate's worker, steadied in the two places where it would lose something."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job, Status
from procrastinate.worker import Worker

from bot.wakeup import Wakeup

log = structlog.get_logger()

PAUSES = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Seconds between attempts to note the end of a job; after them the worker gives up, and with it its jobs."""


class SteadyWorker(Worker):
    """A worker that wakes up at every notification, and notes the end of every job.

    Procrastinate notes it once. When the database does not take that (its answer is lost, it is being restarted),
    the job stays "doing" under a worker that lives: nobody frees it, and its lock holds up the conversation for as
    long as the worker lives.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._new_job_event = Wakeup()

    async def _persist_job_status(self, job: Job, **more: Any) -> None:  # type: ignore[override]
        """Note the end of a job, again and again; at last end the worker, whose jobs are free then."""
        for pause in PAUSES:
            try:
                await super()._persist_job_status(job=job, **more)
            except ConnectorException as error:
                log.warning("end of a job not noted", job=job.id, error=type(error).__name__)
            else:
                return
            if self._stop_event.is_set() or await self._is_noted(job):
                return
            await asyncio.sleep(pause)
        log.error("worker ends: the end of a job cannot be noted", job=job.id)
        self.stop()  # type: ignore[no-untyped-call]  # Procrastinate leaves its return type out

    async def _is_noted(self, job: Job) -> bool:
        """Tell whether an attempt was taken whose answer was lost."""
        try:
            return not list(await self.app.job_manager.list_jobs_async(id=job.id, status=Status.DOING.value))
        except ConnectorException:
            return False
