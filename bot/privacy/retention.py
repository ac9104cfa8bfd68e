"""Every night: what is older than office.yml's `retention` says is removed, in portions, nothing of what is open."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from bot.office.retention import Days
from bot.office.retention import Retention as Rules
from bot.privacy.erase import Erasure, WritesOn
from bot.store import health
from bot.store.database import Transaction
from bot.store.privacy import forgetting, retention
from handoff.ports.privacy import StillOpen

log = structlog.get_logger()

AT_ONCE = 100  # rows of a class in one transaction; conversations and people have one each
MOST = 2_000
"""Rows of a class in one go; what is left follows at the next tick, minutes later."""


@dataclass(frozen=True, slots=True)
class Removed:
    """How much of each class was removed, and whether there is more."""

    counts: dict[str, int] = field(default_factory=dict)
    is_complete: bool = True


@dataclass(frozen=True, slots=True)
class Retention:
    """Removes what is old. Harmless when repeated, or cut off."""

    erasure: Erasure
    rules: Rules
    timezone: str

    async def is_due(self) -> bool:
        """Tell whether tonight's round is still to be made, or to be ended."""
        async with self.erasure.database.statement() as tx:
            last = await retention.last_done(tx)
        return last is None or last < self._last_night(self._now())

    def _last_night(self, now: datetime) -> datetime:
        local = now.astimezone(ZoneInfo(self.timezone))
        night = local.replace(hour=self.rules.night_hour, minute=0, second=0, microsecond=0)
        return night if night <= local else night - timedelta(days=1)

    async def run(self) -> Removed:
        """Remove what is old, at most `MOST` of each class."""
        rules, now = self.rules, self._now()
        steps: list[tuple[str, Days, Callable[[datetime], Awaitable[int]]]] = [
            ("raw_mails", rules.raw_mail_days, self._raw_mails),
            ("media", rules.media_days, self._media),
            ("conversations", rules.conversations_days, self._conversations),
            ("people", rules.people_days, self._people),
            ("drafts", rules.drafts_days, self._drafts),
            ("events", rules.events_days, self._events),
            ("notices", rules.notices_days, self._notices),
            ("sessions", rules.sessions_days, self._sessions),
            ("audit", rules.audit_days, self._audit),
        ]
        counts = {}
        for name, days, step in steps:
            if days != "never":
                counts[name] = await step(now - timedelta(days=days))
        is_complete = all(count < MOST for count in counts.values())
        if is_complete:
            async with self.erasure.database.statement() as tx:
                await health.ticked(tx, retention.DONE, now=now)
        log.info("retention", **counts, complete=is_complete)
        return Removed(counts, is_complete)

    def _now(self) -> datetime:
        return self.erasure.clock.now()

    async def _conversations(self, before: datetime) -> int:
        async with self.erasure.database.statement() as tx:
            due = await retention.conversations(tx, before=before, most=MOST)
        for conversation_id in due:
            await self._conversation(conversation_id, before)
        return len(due)

    async def _conversation(self, conversation_id: int, before: datetime) -> None:
        async with self.erasure.database.transaction() as tx:
            await forgetting.lock(tx, conversation_id)
            if not await retention.is_due(tx, conversation_id, before=before):
                return  # it goes on again
            gone = await forgetting.conversation(tx, conversation_id, now=self._now())
            files = await forgetting.unused(tx, gone.files)
        await self.erasure.files.remove(*files)

    async def _people(self, before: datetime) -> int:
        async with self.erasure.database.statement() as tx:
            due = await retention.people(tx, before=before, most=MOST)
        for person_id in due:
            try:
                await self.erasure.erase(person_id)
            except (StillOpen, WritesOn):
                log.info("person writes again", person=person_id)
        return len(due)

    async def _raw_mails(self, before: datetime) -> int:
        async def some(tx: Transaction) -> tuple[int, list[str]]:
            return await retention.raw_mails(tx, before=before, most=AT_ONCE, now=self._now())

        return await self._with_files(some)

    async def _media(self, before: datetime) -> int:
        async def some(tx: Transaction) -> tuple[int, list[str]]:
            files = await retention.media(tx, before=before, most=AT_ONCE)
            return len(files), files

        return await self._with_files(some)

    async def _with_files(self, some: Callable[[Transaction], Awaitable[tuple[int, list[str]]]]) -> int:
        """Remove portion by portion; files go when the transaction that let go of them holds."""
        total = 0
        while total < MOST:
            async with self.erasure.database.transaction() as tx:
                count, files = await some(tx)
            await self.erasure.files.remove(*files)
            total += count
            if count < AT_ONCE:
                break
        return total

    async def _drafts(self, before: datetime) -> int:
        async with self.erasure.database.transaction() as tx:
            return await retention.drafts(tx, before=before)

    async def _sessions(self, before: datetime) -> int:
        async with self.erasure.database.transaction() as tx:
            return await retention.sessions(tx, before=before)

    async def _events(self, before: datetime) -> int:
        async with self.erasure.database.transaction() as tx:
            return await retention.events(tx, before=before, most=MOST)

    async def _notices(self, before: datetime) -> int:
        async with self.erasure.database.transaction() as tx:
            return await retention.notices(tx, before=before, most=MOST)

    async def _audit(self, before: datetime) -> int:
        async with self.erasure.database.transaction() as tx:
            return await retention.audit(tx, before=before, most=MOST)
