"""What stands behind a rating link: the consultation's rating, and the survey that runs. Implements `RatingLinks`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import structlog

from bot.clock import Clock
from bot.store import ratings, surveys
from bot.store.database import Database, Transaction
from bot.store.ratings import Asked
from handoff import instrument
from handoff.ports.ratings import AlreadyReported, Consultation, LinkEnded, Sheet
from handoff.ports.values import NotFound

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class StoredRatings:
    """Opens links. `timezone` is the office's, an IANA name."""

    database: Database
    clock: Clock
    timezone: str

    async def opened(self, token: str) -> Consultation:
        """Return what a link is for. Raises `NotFound`, `LinkEnded`."""
        async with self._asked(token) as (tx, asked):
            return Consultation(
                language=asked.language,
                ticket=asked.ticket,
                score=asked.score,
                comment=asked.comment or "",
                is_final=asked.is_reported,
                sheet=await self._sheet(tx, asked),
            )

    async def rate(self, token: str, score: int) -> None:
        """Keep a rating. Raises `NotFound`, `LinkEnded`, `AlreadyReported`."""
        async with self._asked(token) as (tx, asked):
            if asked.is_reported:
                raise AlreadyReported
            now = self.clock.now()
            await ratings.rate(
                tx, asked.conversation_id, score=score, comment=asked.comment, way="link", now=now
            )
        log.info("consultation rated", conversation=asked.conversation_id, way="link")

    async def comment(self, token: str, words: str) -> None:
        """Keep what is said to a rating. Raises `NotFound`, `LinkEnded`, `AlreadyReported`."""
        async with self._asked(token) as (tx, asked):
            if asked.is_reported:
                raise AlreadyReported
            await ratings.comment(tx, asked.conversation_id, words.replace("\x00", ""))

    async def answer(self, token: str, code: str, score: int | None) -> None:
        """Keep the answer to one element of the running survey. Raises `NotFound`, `LinkEnded`."""
        async with self._asked(token) as (tx, asked):
            sheet_id = await self._begun(tx, asked)
            if sheet_id is not None:
                await surveys.answer(tx, sheet_id, code, score)

    async def finish(self, token: str, profile: Mapping[str, str], remark: str) -> None:
        """Keep the rest of the questionnaire. Raises `NotFound`, `LinkEnded`."""
        async with self._asked(token) as (tx, asked):
            sheet_id = await self._begun(tx, asked, is_answered=True)
            if sheet_id is not None:
                remark = remark.replace("\x00", "")
                await surveys.finish(tx, sheet_id, profile=profile, remark=remark, now=self.clock.now())

    @asynccontextmanager
    async def _asked(self, token: str) -> AsyncIterator[tuple[Transaction, Asked]]:
        """Hold the request that a link is for, locked, so that two screens of it go one after the other."""
        async with self.database.transaction() as tx:
            asked = await ratings.by_link(tx, ratings.digest(token), zone=self.timezone)
            if asked is None:
                raise NotFound
            if asked.expires_at <= self.clock.now():
                raise LinkEnded
            yield tx, asked

    async def _sheet(self, tx: Transaction, asked: Asked) -> Sheet | None:
        running = await surveys.running(tx, self._today())
        if running is None:
            return None
        kept = await surveys.sheet(tx, running.id, asked.person_id)
        return Sheet(
            running.title,
            instrument.read(running.content),
            kept.scores if kept else {},
            kept.profile if kept else {},
            is_finished=kept is not None and kept.is_finished,
        )

    async def _begun(self, tx: Transaction, asked: Asked, *, is_answered: bool = False) -> int | None:
        """Return the sheet to fill in; None when there is none, it is handed in, or says nothing (`is_answered`)."""
        running = await surveys.running(tx, self._today())
        if running is None:
            return None
        kept = await surveys.sheet(tx, running.id, asked.person_id)
        if kept is not None and kept.is_finished:
            return None
        if is_answered and (kept is None or not kept.scores):
            return None
        return await surveys.begin(
            tx, running.id, conversation_id=asked.conversation_id, now=self.clock.now()
        )

    def _today(self) -> date:
        return self.clock.now().astimezone(ZoneInfo(self.timezone)).date()
