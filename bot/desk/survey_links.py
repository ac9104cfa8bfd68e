"""What stands behind a survey link: one person's questionnaire. Implements `SurveyLinks`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import structlog

from bot.clock import Clock
from bot.store import ratings, surveys
from bot.store.database import Database, Transaction
from bot.store.surveys import Invited
from handoff import instrument
from handoff.ports.ratings import LinkEnded
from handoff.ports.surveys import Invitation
from handoff.ports.values import NotFound

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class StoredSurveyLinks:
    """Opens links, until the survey's last day. `timezone` is the office's, an IANA name."""

    database: Database
    clock: Clock
    timezone: str

    async def invited(self, token: str) -> Invitation:
        """Return what a link is for. Raises `NotFound`, `LinkEnded`."""
        async with self._held(token) as (_, held):
            return Invitation(
                language=held.language,
                title=held.title,
                closes_on=held.closes_on,
                instrument=instrument.read(held.content),
                scores=held.scores,
                profile=held.profile,
                is_finished=held.is_finished,
            )

    async def answer(self, token: str, code: str, score: int | None) -> None:
        """Keep the answer to one element. Raises `NotFound`, `LinkEnded`."""
        async with self._held(token) as (tx, held):
            if held.is_finished:
                return
            await surveys.start(tx, held.id, now=self.clock.now())
            await surveys.answer(tx, held.id, code, score)

    async def finish(self, token: str, profile: Mapping[str, str], remark: str) -> None:
        """Keep the rest of the questionnaire. Raises `NotFound`, `LinkEnded`."""
        async with self._held(token) as (tx, held):
            if held.is_finished or not held.scores:
                return
            now = self.clock.now()
            await surveys.start(tx, held.id, now=now)
            await surveys.finish(tx, held.id, profile=profile, remark=remark.replace("\x00", ""), now=now)
        log.info("survey sheet finished", sheet=held.id)

    @asynccontextmanager
    async def _held(self, token: str) -> AsyncIterator[tuple[Transaction, Invited]]:
        """Hold the sheet that a link is for, locked, so that two screens of it go one after the other."""
        async with self.database.transaction() as tx:
            held = await surveys.by_link(tx, ratings.digest(token))
            if held is None:
                raise NotFound
            if held.closes_on < self.clock.now().astimezone(ZoneInfo(self.timezone)).date():
                raise LinkEnded
            yield tx, held
