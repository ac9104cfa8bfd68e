"""Officers of a simulated office: who comes when, and what they do with what lies there."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.assembly import counter
from bot.desk.privacy import StoredPrivacy
from handoff.ports.desk import Registration, Reply, Unfit
from handoff.ports.privacy import StillOpen
from handoff.ports.surveys import Plan
from handoff.ports.values import NotAllowed, NotFound, Officer, Stale, Taken
from tests.flow.outside import span
from tests.flow.simulated import SimulatedOffice, Story

ZONE = ZoneInfo("Asia/Jakarta")
REFUSED = (Stale, Taken, NotFound, NotAllowed, Unfit)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(slots=True)
class Clerk:
    """An officer at work, with a chance of their own."""

    office: SimulatedOffice
    officer: Officer
    chance: random.Random

    @property
    def privacy(self) -> StoredPrivacy:
        """Return what is done for persons' own data."""
        return counter.privacy(self.office.core)

    async def works(self, until: datetime, works: Callable[[datetime], bool]) -> Story:
        while self.office.clock.now() < until:
            day = self.office.clock.now().astimezone(ZONE).date() + DAY
            yield datetime.combine(day, time(8), tzinfo=ZONE) + span(self.chance, timedelta(), HOUR)
            if works(self.office.clock.now()) and self.chance.random() < 0.9:
                for _ in range(3):
                    await self._shift()
                    yield span(self.chance, HOUR, 3 * HOUR)

    async def surveys(self, span: timedelta) -> Story:
        """Have a satisfaction survey run from now on."""
        first = self.office.clock.now().astimezone(ZONE).date()
        plan = Plan("Survei Kepuasan Masyarakat", first, first + span, None, None)
        await counter.surveys(self.office.core).make(self.officer, plan)
        yield timedelta()

    async def _shift(self) -> None:
        rows = await self.office.rows(
            """
            SELECT ticket.id, ticket.version, ticket.kind, ticket.state, conversation_id, assignee_id, owed_since,
                kept_open_at, (SELECT max(id) FROM message) AS newest
            FROM ticket JOIN conversation ON conversation.id = conversation_id
            WHERE ticket.closed_at IS NULL AND (assignee_id IS NULL OR assignee_id = :officer)
            ORDER BY owed_since IS NULL, ticket.id LIMIT 12
            """,
            officer=self.officer.id,
        )
        for row in self.chance.sample(rows, min(len(rows), 6)):
            await self._act(row)
        if self.chance.random() < 0.1:
            await self._take_over()
        if self.chance.random() < 0.1:
            await self._reopen()
        if self.officer.role == "supervisor":
            await self._look_after_persons()

    async def _act(self, row: Any) -> None:
        act = self._choose(row)
        self._did(row.conversation_id, act)
        try:
            await self._do(row, act)
        except REFUSED:
            self._did(row.conversation_id, f"refused {act}")
        await self.office.work()

    def _choose(self, row: Any) -> str:
        if row.kept_open_at is not None:
            return "let go"
        if row.state == "requirements":
            choices = {"register": 5, "clear": 4, "wait": 2, "cancel": 1, "stay": 1}
        elif row.owed_since is not None:
            choices = {
                "stay": 34, "wait": 22, "close": 18, "note": 6, "change_kind": 4, "hand_back": 4, "release": 2,
                "no_reply": 3, "close_silently": 4, "claim": 3, "split": 2, "unclear": 2, "merge": 3,
            }  # fmt: skip
        else:
            choices = {
                "nothing": 70,
                "close": 8,
                "hold": 5,
                "resume": 3,
                "change_kind": 2,
                "note": 6,
                "stay": 6,
            }
        return self.chance.choices(list(choices), list(choices.values()))[0]

    async def _do(self, row: Any, act: str) -> None:
        desk, place = self.office.desk, row.conversation_id
        version = {"version": row.version}
        match act:
            case "stay" | "wait" | "close":
                await desk.reply(
                    self.officer, place, Reply(f"Berikut datanya ({row.newest}).", seen=row.newest, then=act)
                )
            case "note":
                await desk.note(self.officer, place, "catatan")
            case "claim" | "hand_back" | "release":
                await desk.claim(self.officer, place)
                if act != "claim":
                    await getattr(desk, act)(self.officer, place)
            case "no_reply":
                await desk.no_reply_needed(self.officer, place, seen=row.newest)
            case "close_silently":
                await desk.close(self.officer, row.id, **version)
            case "register":
                told = Registration(name="Warga", email="warga@example.org", purpose="skripsi")
                await desk.register(self.officer, place, told)
            case "split":
                kind = self.chance.choice(["penjualan", "rekomendasi", "perpustakaan"])
                await desk.split(self.officer, row.id, kind, purpose="data mikro", **version)  # type: ignore[arg-type]
            case "merge":
                await desk.merge(self.officer, row.id, await self._another(row), **version)
            case "clear" | "unclear" | "resume" | "cancel":
                await getattr(desk, act)(self.officer, row.id, **version)
            case "change_kind":
                kind = self.chance.choice(["konsultasi", "penjualan", "rekomendasi", "perpustakaan"])
                await desk.change_kind(self.officer, row.id, kind, **version)  # type: ignore[arg-type]
            case "hold" | "let go":
                await (
                    desk.keep_open(self.officer, place, "uji")
                    if act == "hold"
                    else desk.let_close(self.officer, place)
                )

    async def _reopen(self) -> None:
        """Go on with one of the tickets that ended last."""
        rows = await self.office.rows(
            "SELECT id, version, conversation_id FROM ticket WHERE closed_at IS NOT NULL"
            " ORDER BY closed_at DESC, id LIMIT 8"
        )
        if not rows:
            return
        row = self.chance.choice(rows)
        self._did(row.conversation_id, "reopen")
        try:
            await self.office.desk.reopen(self.officer, row.id, version=row.version)
        except REFUSED:
            self._did(row.conversation_id, "refused reopen")
        await self.office.work()

    async def _take_over(self) -> None:
        """Take a conversation that only the bot had, say something or nothing, and give it back or not."""
        rows = await self.office.rows(
            "SELECT id, (SELECT max(id) FROM message) AS newest FROM conversation"
            " WHERE closed_at IS NULL AND state = 'bot' ORDER BY id DESC LIMIT 5"
        )
        if not rows:
            return
        row = self.chance.choice(rows)
        self._did(row.id, "take over")
        try:
            if self.chance.random() < 0.2:
                await self.office.desk.open(self.officer, row.id, "konsultasi", purpose="data mikro")
            await self.office.desk.claim(self.officer, row.id)
            if self.chance.random() < 0.5:
                await self.office.desk.reply(
                    self.officer, row.id, Reply("Ada yang bisa kami bantu?", seen=row.newest)
                )
            if self.chance.random() < 0.7:
                await self.office.desk.hand_back(self.officer, row.id)
        except REFUSED:
            self._did(row.id, "refused take over")
        await self.office.work()

    async def _another(self, row: Any) -> str:
        """Return the number of another open ticket of the same person; none, if there is none."""
        rows = await self.office.rows(
            """
            SELECT number FROM ticket JOIN conversation ON conversation.id = conversation_id
            JOIN contact ON contact.id = contact_id
            WHERE ticket.closed_at IS NULL AND ticket.id <> :ticket AND person_id = (
                SELECT person_id FROM conversation JOIN contact ON contact.id = contact_id
                WHERE conversation.id = :conversation)
            ORDER BY ticket.id LIMIT 1
            """,
            ticket=row.id,
            conversation=row.conversation_id,
        )
        return str(rows[0].number) if rows else ""

    async def _look_after_persons(self) -> None:
        """Join two persons, take that back, or forget one, now and then."""
        rows = await self.office.rows(
            "SELECT id FROM person WHERE erased_at IS NULL AND joined_into_id IS NULL ORDER BY id DESC LIMIT 30"
        )
        persons = [each.id for each in rows]
        luck = self.chance.random()
        if len(persons) < 2 or luck > 0.12:
            return
        one, other = self.chance.sample(persons, 2)
        try:
            if luck < 0.06:
                await self.privacy.join(self.officer, one, other, verification="phone", note="")
            elif luck < 0.08:
                await self._separate()
            else:
                await self._forget(one)
        except (*REFUSED, StillOpen):
            return
        await self.office.work()

    async def _separate(self) -> None:
        rows = await self.office.rows(
            "SELECT id, person_id FROM person_join WHERE undone_at IS NULL ORDER BY id DESC LIMIT 1"
        )
        for each in rows:
            await self.privacy.separate(self.officer, each.person_id, each.id)

    async def _forget(self, person: int) -> None:
        held = await self.privacy.holdings(self.officer, person)
        known = [held.name, *(each.name for each in held.contacts), *(each.number for each in held.tickets)]
        typed = next((each for each in known if each), None) or held.contacts[0].address
        await self.privacy.erase(self.officer, person, confirmation=typed)

    def _did(self, place: int, what: str) -> None:
        self.office.acts.append((self.office.clock.now(), place, what))
