"""What a channel tells later about a message of ours, and what follows from it."""

from __future__ import annotations

import structlog

from bot.store import reports
from bot.store.database import Database
from channels.port import Report

log = structlog.get_logger()


class Reporting:
    """Takes reports. Implements `TakeReport` of channels/port.py."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(self, report: Report) -> None:
        """Keep a report, in any order and as often as it comes."""
        async with self._database.transaction() as tx:
            message_id = await reports.keep(tx, report)
        log.info("report", channel=report.channel, state=report.state, message=message_id, code=report.code)
