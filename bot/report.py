"""What a channel tells later about a message of ours, and what follows from it."""

from __future__ import annotations

from dataclasses import replace

import structlog

from bot.clock import Clock
from bot.detours import MARKS, mark
from bot.queue import Queue
from bot.store import cases, events, reports, standing
from bot.store.database import Database, Transaction
from bot.store.reports import Told
from channels.port import Cause, Report

log = structlog.get_logger()

UNKNOWN_END = frozenset({"kept", "sending", "failed", "uncertain"})
ARRIVED = frozenset({"delivered", "read"})
LONGEST_PAUSE = 300
"""Seconds before a message that the other side was too busy for is sent again, at most."""


class Reporting:
    """Takes reports. Implements `TakeReport` of channels/port."""

    def __init__(self, database: Database, queue: Queue, clock: Clock) -> None:
        self._database = database
        self._queue = queue
        self._clock = clock

    async def __call__(self, report: Report) -> None:
        """Keep a report, in any order and as often as it comes, with what follows from it: one transaction."""
        async with self._database.transaction() as tx:
            await self.take(tx, report)

    async def take(self, tx: Transaction, report: Report) -> None:
        """Do the same within a transaction that already runs."""
        held = report if not report.recipients else await self._believed(tx, report)
        told = None if held is None else await reports.keep(tx, held)
        if held is not None and told is not None:
            await self._follow(tx, told, held)
        message_id = told.message_id if told else None
        log.info("report", channel=report.channel, state=report.state, message=message_id, code=report.code)

    async def _believed(self, tx: Transaction, report: Report) -> Report | None:
        """Return what holds of a report that anybody could have written; None when nothing does.

        It has to know an id of ours together with the address that the message went to. Where it names
        another one first, what we wrote to was passed on: it did not arrive, but that address is not to blame.
        """
        addressed = await reports.addressed(tx, report)
        if addressed is None:
            return None
        named = tuple(each.lower() for each in report.recipients)
        if named[0] in addressed.copies and named[0] != addressed.recipient:
            if report.state == "failed":
                await events.note(
                    tx,
                    "copy_not_delivered",
                    now=self._clock.now(),
                    conversation_id=addressed.conversation_id,
                    message_id=addressed.message_id,
                    detail={"reason": report.reason, "code": report.code or 0},
                    once=f"copy:{addressed.message_id}:{addressed.copies.index(named[0])}",
                )
            return None
        if addressed.recipient not in named:
            return None
        is_to_blame = named[0] == addressed.recipient and addressed.is_contact
        return report if is_to_blame else replace(report, cause=None)

    async def _follow(self, tx: Transaction, told: Told, report: Report) -> None:
        if report.state == "failed":
            await self._failed(tx, told, report)
            return
        if told.attempt <= told.past_attempts and report.state in ARRIVED:
            await reports.undo_failure(tx, told)
        if report.state == "queued" and report.reason:
            await self._note(tx, told, report, "delayed")
        if told.state in UNKNOWN_END and await reports.arrived(
            tx, told, parts=report.parts, now=self._clock.now()
        ):
            uncertain = events.once("uncertain", told.message_id, told.attempts)
            await events.settle(tx, uncertain, now=self._clock.now())
            await cases.arrived_after_all(tx, told.message_id)

    async def _failed(self, tx: Transaction, told: Told, report: Report) -> None:
        failing = await reports.failing(tx, told, now=self._clock.now())
        if not failing.is_news:
            return  # of an attempt that was made good since, or another part said so before
        if report.cause is Cause.WINDOW_CLOSED:
            # Not the present moment: what the citizen has written since the attempt opens it again.
            await standing.window_closed(tx, failing.contact_id, at=failing.attempted_at)
        await mark(tx, report.cause, failing.contact_id, reason=report.reason, clock=self._clock)
        if failing.is_settled:
            return
        if report.cause is Cause.WINDOW_CLOSED:
            await reports.take_back(
                tx,
                told,
                "kept",
                failure=report.reason,
                cause=report.cause,
                was_template=failing.was_template,
            )
            await self._again(tx, told, report)
        elif report.is_passing:
            await reports.take_back(tx, told, "kept", failure=report.reason)
            await self._again(tx, told, report, seconds=min(2 ** min(failing.attempts, 10), LONGEST_PAUSE))
        else:
            await reports.take_back(tx, told, "failed", failure=report.reason, cause=report.cause)
            await cases.not_delivered(tx, told.message_id, is_certain=True, now=self._clock.now())
            await self._note(tx, told, report, MARKS.get(report.cause, "not_delivered"))

    async def _again(self, tx: Transaction, told: Told, report: Report, *, seconds: int = 0) -> None:
        await self._queue.deliver(
            tx,
            told.message_id,
            conversation_id=told.conversation_id,
            channel=report.channel,
            seconds=seconds,
        )

    async def _note(self, tx: Transaction, told: Told, report: Report, kind: str) -> None:
        await events.note(
            tx,
            kind,
            now=self._clock.now(),
            conversation_id=told.conversation_id,
            message_id=told.message_id,
            detail={"reason": report.reason, "code": report.code or 0},
            once=events.once(kind, told.message_id, told.attempts),
        )
