"""Citizens and officers of a simulated office: what each does next is drawn by lot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from channels.port import Inbound
from handoff.ports.desk import Registration, Reply, Unfit
from handoff.ports.values import NotAllowed, NotFound, Officer, Stale, Taken
from tests.flow.simulated import SimulatedOffice, Story, on_the_clock

ZONE = ZoneInfo("Asia/Jakarta")
REFUSED = (Stale, Taken, NotFound, NotAllowed, Unfit)
WEEK = timedelta(days=7)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

QUESTIONS: dict[str, tuple[str, dict[str, str]]] = {
    "berapa lama konsultasi online dilayani?": ("jangka_waktu", {"service": "konsultasi", "mode": "online"}),
    "berapa biaya konsultasi?": ("biaya", {"service": "konsultasi"}),
    "alamat kantor di mana?": ("alamat", {}),
    "syarat rekomendasi?": ("persyaratan", {"service": "rekomendasi"}),
    "halo": ("salam", {}),
}
OFFICER = "mau bicara dengan petugas"
THANKS = "terima kasih"
RATINGS = ("5", "3", "⭐⭐⭐⭐", "puas banget", "4 tapi agak lama", "kecewa", "kurang")
COMPLAINT = "saya mau mengadu, petugasnya lama sekali membalas"


@dataclass(slots=True)
class Citizen:
    """Somebody with one address on one channel; `is_busy` while a story of theirs goes on."""

    office: SimulatedOffice
    number: int
    channel: str
    is_busy: bool = False
    got: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        if self.channel == "email":
            return f"warga{self.number}@example.org"
        return f"whatsapp:+62811111{self.number:05}"

    async def say(self, said: str, **more: Any) -> None:
        """Write; some webhooks come twice, and what follows is done."""
        office = self.office
        message = Inbound(
            channel=self.channel,
            external_id=f"in-{uuid4()}",
            sender=self.address,
            text=said,
            received_at=office.clock.now(),
            **{**self._letter(), **more},
        )
        assert await office.core.reception(message)
        if office.chance.random() < 0.05:
            assert not await office.core.reception(message)
        await office.work()

    def look(self) -> list[str]:
        """Return what has come since the last look."""
        new = self.office.air[self.channel].take(self.address)
        self.got += new
        return new

    def _letter(self) -> dict[str, Any]:
        if self.channel != "email":
            return {}
        last = self.office.air["email"].last_id.get(self.address)
        return {
            "subject": "Tanya data" if last is None else "Re: Tanya data",
            "reply_id": f"<{uuid4()}@warga.example>",
            "replies_to": (last,) if last else (),
        }


class Population:
    """Everybody outside, and who works inside."""

    def __init__(self, office: SimulatedOffice) -> None:
        self.office = office
        self.chance = office.chance
        self.citizens: list[Citizen] = []
        self.begun = 0
        for said, (topic, entities) in QUESTIONS.items():
            office.model.teach(said, topic, 0.95, **entities)
        office.model.teach(OFFICER, "minta_petugas")
        office.model.teach(THANKS, "terima_kasih")

    def arrive(self, since: datetime, until: datetime, conversations: int) -> None:
        """Have so many conversations begin within a span, most of them by day."""
        kinds: dict[Callable[[Citizen], Story], int] = {
            self.asks: 30, self.asks_an_officer: 25, self.abandons_the_form: 6, self.cancels: 4, self.complains: 4,
            self.is_not_understood: 6, self.writes_when_it_closes: 8, self.reacts: 4, self.wants_no_notices: 3,
            self.is_unreachable: 3, self.goes_on_after_the_warning: 7, self.thanks_an_officer_at_the_end: 6,
        }  # fmt: skip
        for _ in range(conversations):
            at = since + (until - since) * self.chance.random()
            if self.chance.random() < 0.8:
                hour = time(
                    self.chance.randint(7, 20), self.chance.randint(0, 59), self.chance.randint(0, 59)
                )
                at = max(since, datetime.combine(at.astimezone(ZONE).date(), hour, tzinfo=ZONE))
            story = self.chance.choices(list(kinds), list(kinds.values()))[0]
            self.office.begin(self._arrival(story), at)

    def employ(
        self, officers: list[Officer], since: datetime, until: datetime, works: Callable[[datetime], bool]
    ) -> None:
        """Have officers come to the office on working days."""
        for officer in officers:
            self.office.begin(self._works(officer, until, works), since)

    async def _arrival(self, story: Callable[[Citizen], Story]) -> Story:
        idle = [each for each in self.citizens if not each.is_busy]
        if idle and self.chance.random() < 0.3:
            citizen = self.chance.choice(idle)
        else:
            channel = "email" if self.chance.random() < 0.25 else "whatsapp"
            citizen = Citizen(self.office, len(self.citizens), channel)
            self.citizens.append(citizen)
        citizen.is_busy = True
        self.begun += 1
        async for wait in story(citizen):
            yield wait
        citizen.is_busy = False

    def _pause(self, least: timedelta, most: timedelta) -> timedelta:
        """Return a time by chance, to the second."""
        return timedelta(seconds=self.chance.randint(int(least.total_seconds()), int(most.total_seconds())))

    # What citizens do.

    async def asks(self, citizen: Citizen) -> Story:
        for _ in range(self.chance.randint(1, 3)):
            await citizen.say(self.chance.choice(list(QUESTIONS)))
            yield self._pause(timedelta(minutes=1), 5 * HOUR)
        if self.chance.random() < 0.4:
            await citizen.say(THANKS)
        async for wait in self._is_asked_how_it_was(citizen):
            yield wait

    async def asks_an_officer(self, citizen: Citizen) -> Story:
        async for wait in self._registers(citizen):
            yield wait
        citizen.look()
        for _ in range(self.chance.randint(1, 3)):
            for _ in range(60):
                yield 8 * HOUR
                if citizen.look():
                    break
            if self.chance.random() < 0.45:
                break
            yield self._pause(HOUR, 3 * DAY)
            await citizen.say(self.chance.choice(["tahun 2020 sampai 2024", "yang per kecamatan", THANKS]))
        if self.chance.random() < 0.25:
            await citizen.say("sudah cukup, terima kasih")
        async for wait in self._is_asked_how_it_was(citizen):
            yield wait

    async def _registers(self, citizen: Citizen) -> Story:
        await citizen.say(OFFICER)
        yield self._pause(timedelta(minutes=1), HOUR)
        if self.chance.random() < 0.5:
            await citizen.say(f"Warga Contoh, warga{citizen.number}@example.org, guru, bahan ajar")
            yield timedelta(minutes=2)
            await citizen.say("tidak")
        else:
            for said in (
                "nama saya Warga Contoh",
                f"warga{citizen.number}@example.org",
                "guru",
                "untuk skripsi",
            ):
                await citizen.say(said)
                yield timedelta(minutes=1)

    async def abandons_the_form(self, citizen: Citizen) -> Story:
        await citizen.say(OFFICER)
        yield timedelta(minutes=3)
        if self.chance.random() < 0.5:
            await citizen.say("nama saya Warga Contoh")
        async for wait in self._is_asked_how_it_was(citizen):
            yield wait

    async def cancels(self, citizen: Citizen) -> Story:
        async for wait in self._registers(citizen):
            yield wait
        yield self._pause(HOUR, 2 * DAY)
        await citizen.say("batal")
        yield timedelta(minutes=5)
        if self.chance.random() < 0.5:
            await citizen.say("ya")
        async for wait in self._is_asked_how_it_was(citizen):
            yield wait

    async def complains(self, citizen: Citizen) -> Story:
        await citizen.say(COMPLAINT)
        yield timedelta(minutes=5)
        await citizen.say("sudah dua minggu tidak ada kabar, ini buktinya")
        yield timedelta(minutes=5)

    async def is_not_understood(self, citizen: Citizen) -> Story:
        for said in ("anu itu lho", "yang anu"):
            await citizen.say(said)
            yield timedelta(minutes=4)
        async for wait in self._is_asked_how_it_was(citizen):
            yield wait

    async def writes_when_it_closes(self, citizen: Citizen) -> Story:
        """Write in the very second in which the conversation is closed, or just beside it."""
        await citizen.say(self.chance.choice(list(QUESTIONS)))
        yield on_the_clock(self.office.clock.now() + WEEK) + timedelta(
            seconds=self.chance.choice([-1, 0, 0, 0, 1])
        )
        await citizen.say("berapa biaya konsultasi?")
        async for wait in self._is_asked_how_it_was(citizen):
            yield wait

    async def thanks_an_officer_at_the_end(self, citizen: Citizen) -> Story:
        """Thank whoever has taken it over in the very second of the warning or of the closing: it owes nothing."""
        async for wait in self._registers(citizen):
            yield wait
        for _ in range(60):
            yield 4 * HOUR
            at = self._last_said(citizen, "officer")
            if at is not None:
                yield on_the_clock(at + self.chance.choice([6 * DAY, WEEK]))
                await citizen.say(THANKS)
                break
        async for wait in self._is_asked_how_it_was(citizen):
            yield wait

    def _last_said(self, citizen: Citizen, key: str) -> datetime | None:
        log = self.office.air[citizen.channel].log
        return next(
            (each.at for each in reversed(log) if each.recipient == citizen.address and each.key == key), None
        )

    async def goes_on_after_the_warning(self, citizen: Citizen) -> Story:
        await citizen.say(self.chance.choice(list(QUESTIONS)))
        yield 6 * DAY + self._pause(timedelta(), DAY)
        await citizen.say(self.chance.choice([THANKS, "alamat kantor di mana?"]))
        async for wait in self._is_asked_how_it_was(citizen):
            yield wait

    async def reacts(self, citizen: Citizen) -> Story:
        """A thumb up is no response, however often."""
        await citizen.say("alamat kantor di mana?")
        for _ in range(4):
            yield self._pause(DAY, 2 * DAY)
            if citizen.channel == "whatsapp":
                await citizen.say("👍", kind="reaction")

    async def wants_no_notices(self, citizen: Citizen) -> Story:
        await citizen.say("alamat kantor di mana?")
        yield self._pause(HOUR, 3 * DAY)
        await citizen.say("STOP" if citizen.channel == "whatsapp" else THANKS)

    async def is_unreachable(self, citizen: Citizen) -> Story:
        """A number that ends in the middle of it all."""
        await citizen.say("alamat kantor di mana?")
        yield self._pause(timedelta(), 8 * DAY)
        self.office.air[citizen.channel].dead.add(citizen.address)
        if self.chance.random() < 0.5:
            await citizen.say("berapa biaya konsultasi?")
        yield self._pause(DAY, 20 * DAY)
        self.office.air[citizen.channel].dead.discard(citizen.address)
        await citizen.say("halo")

    async def _is_asked_how_it_was(self, citizen: Citizen) -> Story:
        """Wait for the request, or for nothing, and rate, complain, ask something else, or be silent."""
        citizen.look()
        for _ in range(45):
            yield 12 * HOUR
            if any("/nilai/" in each for each in citizen.look()):
                break
        else:
            return
        yield self._pause(timedelta(minutes=1), 4 * DAY)
        if self.chance.random() < 0.6:
            await citizen.say(self.chance.choice(RATINGS))
            yield self._pause(timedelta(minutes=1), HOUR)
            if self.chance.random() < 0.3:
                await citizen.say(self.chance.choice(["5", COMPLAINT, THANKS, "berapa biaya konsultasi?"]))

    # What officers do.

    async def _works(self, officer: Officer, until: datetime, works: Callable[[datetime], bool]) -> Story:
        while self.office.clock.now() < until:
            day = self.office.clock.now().astimezone(ZONE).date() + DAY
            yield datetime.combine(day, time(8), tzinfo=ZONE) + self._pause(timedelta(), HOUR)
            if works(self.office.clock.now()) and self.chance.random() < 0.9:
                for _ in range(3):
                    await self._shift(officer)
                    yield self._pause(HOUR, 3 * HOUR)

    async def _shift(self, officer: Officer) -> None:
        rows = await self.office.rows(
            """
            SELECT ticket.id, ticket.version, ticket.kind, ticket.state, conversation_id, assignee_id, owed_since,
                kept_open_at, (SELECT max(id) FROM message) AS newest
            FROM ticket JOIN conversation ON conversation.id = conversation_id
            WHERE ticket.closed_at IS NULL AND (assignee_id IS NULL OR assignee_id = :officer)
            ORDER BY owed_since IS NULL, ticket.id LIMIT 12
            """,
            officer=officer.id,
        )
        for row in self.chance.sample(rows, min(len(rows), 6)):
            await self._act(officer, row)
        if self.chance.random() < 0.1:
            await self._take_over(officer)
        if self.chance.random() < 0.1:
            await self._reopen(officer)

    async def _act(self, officer: Officer, row: Any) -> None:
        act = self._choose(row)
        self.office.acts.append((self.office.clock.now(), row.conversation_id, act))
        try:
            await self._do(officer, row, act)
        except REFUSED:
            self.office.acts.append((self.office.clock.now(), row.conversation_id, f"refused {act}"))
        await self.office.work()

    def _choose(self, row: Any) -> str:
        if row.kept_open_at is not None:
            return "let go"
        if row.state == "requirements":
            choices = {"register": 5, "clear": 4, "wait": 2, "cancel": 1, "stay": 1}
        elif row.owed_since is not None:
            choices = {
                "stay": 34, "wait": 22, "close": 18, "note": 6, "change_kind": 4, "hand_back": 4, "release": 2,
                "no_reply": 3, "close_silently": 4, "claim": 3, "split": 2, "unclear": 2,
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

    async def _do(self, officer: Officer, row: Any, act: str) -> None:
        desk, place = self.office.desk, row.conversation_id
        version = {"version": row.version}
        match act:
            case "stay" | "wait" | "close":
                await desk.reply(
                    officer, place, Reply(f"Berikut datanya ({row.newest}).", seen=row.newest, then=act)
                )
            case "note":
                await desk.note(officer, place, "catatan")
            case "claim" | "hand_back" | "release":
                await desk.claim(officer, place)
                if act != "claim":
                    await getattr(desk, act)(officer, place)
            case "no_reply":
                await desk.no_reply_needed(officer, place, seen=row.newest)
            case "close_silently":
                await desk.close(officer, row.id, **version)
            case "register":
                told = Registration(name="Warga", email="warga@example.org", purpose="skripsi")
                await desk.register(officer, place, told)
            case "split":
                kind = self.chance.choice(["penjualan", "rekomendasi", "perpustakaan"])
                await desk.split(officer, row.id, kind, purpose="data mikro", **version)  # type: ignore[arg-type]
            case "clear" | "unclear" | "resume" | "cancel":
                await getattr(desk, act)(officer, row.id, **version)
            case "change_kind":
                kind = self.chance.choice(["konsultasi", "penjualan", "rekomendasi", "perpustakaan"])
                await desk.change_kind(officer, row.id, kind, **version)  # type: ignore[arg-type]
            case "hold" | "let go":
                await (
                    desk.keep_open(officer, place, "uji") if act == "hold" else desk.let_close(officer, place)
                )

    async def _reopen(self, officer: Officer) -> None:
        """Go on with one of the tickets that ended last."""
        rows = await self.office.rows(
            "SELECT id, version, conversation_id FROM ticket WHERE closed_at IS NOT NULL"
            " ORDER BY closed_at DESC LIMIT 8"
        )
        if not rows:
            return
        row = self.chance.choice(rows)
        self.office.acts.append((self.office.clock.now(), row.conversation_id, "reopen"))
        try:
            await self.office.desk.reopen(officer, row.id, version=row.version)
        except REFUSED:
            self.office.acts.append((self.office.clock.now(), row.conversation_id, "refused reopen"))
        await self.office.work()

    async def _take_over(self, officer: Officer) -> None:
        """Take a conversation that only the bot had, say something or nothing, and give it back or not."""
        rows = await self.office.rows(
            "SELECT id, (SELECT max(id) FROM message) AS newest FROM conversation"
            " WHERE closed_at IS NULL AND state = 'bot' ORDER BY id DESC LIMIT 5"
        )
        if not rows:
            return
        row = self.chance.choice(rows)
        self.office.acts.append((self.office.clock.now(), row.id, "take over"))
        try:
            await self.office.desk.claim(officer, row.id)
            if self.chance.random() < 0.5:
                await self.office.desk.reply(
                    officer, row.id, Reply("Ada yang bisa kami bantu?", seen=row.newest)
                )
            if self.chance.random() < 0.7:
                await self.office.desk.hand_back(officer, row.id)
        except REFUSED:
            self.office.acts.append((self.office.clock.now(), row.id, "refused take over"))
        await self.office.work()
