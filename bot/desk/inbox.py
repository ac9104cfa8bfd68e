"""The inbox: queues with their deadlines in the office's days, and what is found by words."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from bot.clock import Clock
from bot.store.database import Database, Transaction
from bot.store.desk import inbox as store
from bot.store.desk import search
from bot.store.desk.inbox import Slice
from handoff.deadline import Deadlines
from handoff.ports.inbox import (
    CLOSES_SOON,
    MOST_COUNTED,
    PAGE,
    Choices,
    Counts,
    Filter,
    Line,
    Listing,
    TicketLine,
)

ONE_DAY = timedelta(days=1)
UNCLEAR = "unclear"
HAS_TICKET = {"some": True, "none": False}
_MOMENTS = frozenset({"due", "opened", "at"})


@dataclass(frozen=True, slots=True)
class Inbox:
    """Implements `handoff.ports.inbox.Inbox`. `channels` are those of office.yml.

    `closes_after` is how many seconds of silence close a conversation, by the kind of its ticket or "bot"; None:
    none do.
    """

    database: Database
    clock: Clock
    deadlines: Deadlines
    channels: Sequence[str]
    closes_after: Mapping[str, float | None]

    async def listing(
        self, officer_id: int, wanted: Filter, *, after: str | None = None, most: int = PAGE
    ) -> Listing:
        """Return a page of a queue, or what was found."""
        which = self._slice(officer_id, wanted)
        async with self.database.transaction() as tx:
            if wanted.words.strip():
                return await self._found(tx, which, wanted.words)
            which = replace(which, after=_opened(after, which))
            rows = await store.page(tx, which, most=most + 1)
            wishes = [(row.conversation, row.ticket) for row in rows[:most]]
            lines = await self._lines(tx, wishes, officer_id)
        goes_on = len(rows) > most
        return Listing(lines, _sealed(store.keys_of(rows[most - 1], which)) if goes_on else None)

    async def counts(self, officer_id: int) -> Counts:
        """Return how many there are in each queue."""
        which = self._slice(officer_id, Filter())
        async with self.database.statement() as tx:
            row = await store.counts(tx, which, most=MOST_COUNTED + 1)
        return Counts(**row._mapping)

    async def choices(self) -> Choices:
        """Return what can be filtered by."""
        async with self.database.statement() as tx:
            tags, officers = await store.choices(tx)
        return Choices(tuple(self.channels), tuple(officers), tuple(tags))

    async def _found(self, tx: Transaction, which: Slice, words: str) -> Listing:
        """Search in the order in which it costs, until there is a page of it."""
        hits = await search.by_number_and_name(tx, words)
        newest = await search.by_recent_words(tx, words)
        hits += newest.hits
        rows = await search.narrowed(tx, _once(hits), which, most=PAGE + 1)
        if len(rows) <= PAGE:
            if newest.is_common:
                more = await search.by_recent_words(tx, words, recent=search.MORE_RECENT)
            else:
                more = await search.by_words(tx, words)
            rows = await search.narrowed(tx, _once(hits + more.hits), which, most=PAGE + 1)
        shown = rows[:PAGE]
        lines = await self._lines(tx, [(row.conversation, row.ticket) for row in shown], which.officer)
        excerpts = await search.excerpts(tx, [row.message for row in shown if row.message], words)
        lines = [
            replace(line, found=_parts(excerpts.get(row.message)))
            for line, row in zip(lines, shown, strict=True)
        ]
        return Listing(lines, is_cut=len(rows) > PAGE or newest.is_common)

    async def _lines(
        self, tx: Transaction, wishes: Sequence[tuple[int, int | None]], officer_id: int
    ) -> list[Line]:
        now = self.clock.now()
        rows = await store.lines(tx, wishes, officer_id=officer_id, now=now, limits=self._limits)
        return [self._line(row, now) for row in rows]

    def _line(self, row: Any, now: datetime) -> Line:
        return Line(
            conversation_id=row.id,
            name=row.name,
            address=row.address,
            channel=row.channel,
            subject=row.subject,
            first_words=row.words or "",
            author=row.author,
            at=row.at,
            owed_since=row.owed_since,
            is_unread=row.is_unread,
            is_open=row.ended_at is None,
            holder=row.holder,
            holder_id=row.holder_id,
            is_holder_disabled=row.is_holder_disabled,
            closes_at=row.closes_at,
            ticket=None if row.number is None else self._ticket(row, now),
        )

    def _ticket(self, row: Any, now: datetime) -> TicketLine:
        is_paused = row.state == "citizen"
        return TicketLine(
            number=row.number,
            kind=row.kind,
            state=row.state,
            priority=row.priority,
            assignee_id=row.assignee_id,
            assignee=row.assignee,
            is_assignee_disabled=row.is_assignee_disabled,
            tags=tuple(row.tags),
            standing=self.deadlines.standing(row.due_at, now, is_paused=is_paused),
            closed_at=row.closed_at,
        )

    def _slice(self, officer_id: int, wanted: Filter) -> Slice:
        now = self.clock.now()
        return Slice(
            queue=wanted.queue,
            officer=officer_id,
            near=self._near(now),
            now=now,
            soon=now + CLOSES_SOON,
            limits=self._limits,
            channel=wanted.channel,
            kind="" if wanted.kind == UNCLEAR else wanted.kind if wanted.kind not in HAS_TICKET else None,
            has_ticket=HAS_TICKET.get(wanted.kind or ""),
            assignee=wanted.officer_id,
            tag=wanted.tag,
            figure=wanted.figure if wanted.since and wanted.until else None,
            since=None if wanted.since is None else self._midnight(wanted.since),
            until=None if wanted.until is None else self._midnight(wanted.until + ONE_DAY),
        )

    @property
    def _limits(self) -> str:
        return json.dumps(dict(self.closes_after))

    def _near(self, now: datetime) -> datetime:
        """Return the end of the next working day: what is due before has at most one working day left."""
        calendar = self.deadlines.calendar
        return self._midnight(calendar.next_working_day(calendar.day_of(now)) + ONE_DAY)

    def _midnight(self, day: date) -> datetime:
        return self.deadlines.calendar.at(day, time())


def _once(hits: Sequence[search.Hit]) -> list[search.Hit]:
    """Return each conversation once, with the message it was found by if there is one."""
    best: dict[int, search.Hit] = {}
    for hit in hits:
        known = best.get(hit.conversation)
        if known is None or (known.message is None and known.ticket is None and hit.message is not None):
            best[hit.conversation] = hit
    return list(best.values())


def _parts(excerpt: str | None) -> tuple[tuple[str, bool], ...]:
    """Return an excerpt in parts, each with whether it is what was searched for."""
    parts: list[tuple[str, bool]] = []
    for piece in (excerpt or "").split(search.START):
        hit, stop, rest = piece.partition(search.STOP)
        parts += [(hit, True), (rest, False)] if stop else [(piece, False)]
    return tuple(part for part in parts if part[0])


def _sealed(keys: Mapping[str, Any]) -> str:
    """Return the keys of a row as one word of an address."""
    plain = {name: each.isoformat() if isinstance(each, datetime) else each for name, each in keys.items()}
    return urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def _opened(after: str | None, which: Slice) -> dict[str, Any]:
    """Return the keys again; none of a word that is not of ours, or of another order."""
    if not after:
        return {}
    try:
        plain = json.loads(urlsafe_b64decode(after + "=" * (-len(after) % 4)))
        if not isinstance(plain, dict) or set(plain) != set(which.keys):
            return {}
        return {name: _moment(value) if name in _MOMENTS else int(value) for name, value in plain.items()}
    except (NotBase64, ValueError, TypeError):
        return {}


def _moment(value: object) -> datetime:
    """Return a moment with its zone. Raises ValueError."""
    moment = datetime.fromisoformat(str(value))
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    return moment
