"""Citizens of a simulated office: what each writes next is drawn by lot."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.desk.ratings import StoredRatings
from channels.port import Inbound
from handoff.ports.ratings import AlreadyReported, LinkEnded
from handoff.ports.values import NotFound
from tests.fakes import FakeInterpreter
from tests.flow.outside import span
from tests.flow.simulated import SimulatedOffice, Story, on_the_clock

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
STARS = "⭐⭐⭐⭐"
RATINGS = ("5", "3", STARS, "puas banget", "4 tapi agak lama", "kecewa", "kurang")
MERE_RATINGS = {each for each in RATINGS if " tapi " not in each}
LINK = re.compile(r"/nilai/(\S+)")
COMPLAINT = "saya mau mengadu, petugasnya lama sekali membalas"


@dataclass(slots=True)
class Citizen:
    """Somebody with one address on one channel; `is_busy` while a story of theirs goes on, by the chance of it."""

    office: SimulatedOffice
    number: int
    channel: str
    chance: random.Random
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
            external_id=f"in-{next(office.numbers)}",
            sender=self.address,
            text=said,
            received_at=office.clock.now(),
            **{**self._letter(), **more},
        )
        assert await office.core.reception(message)
        if self.chance.random() < 0.05:
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
            "reply_id": f"<{next(self.office.numbers)}@warga.example>",
            "replies_to": (last,) if last else (),
        }


async def asks(citizen: Citizen) -> Story:
    for _ in range(citizen.chance.randint(1, 3)):
        await citizen.say(citizen.chance.choice(list(QUESTIONS)))
        yield span(citizen.chance, timedelta(minutes=1), 5 * HOUR)
    if citizen.chance.random() < 0.4:
        await citizen.say(THANKS)
    async for wait in _is_asked_how_it_was(citizen):
        yield wait


async def asks_an_officer(citizen: Citizen) -> Story:
    async for wait in _registers(citizen):
        yield wait
    citizen.look()
    for _ in range(citizen.chance.randint(1, 3)):
        for _ in range(60):
            yield 8 * HOUR
            if citizen.look():
                break
        if citizen.chance.random() < 0.45:
            break
        yield span(citizen.chance, HOUR, 3 * DAY)
        await citizen.say(citizen.chance.choice(["tahun 2020 sampai 2024", "yang per kecamatan", THANKS]))
    if citizen.chance.random() < 0.25:
        await citizen.say("sudah cukup, terima kasih")
    async for wait in _is_asked_how_it_was(citizen):
        yield wait


async def _registers(citizen: Citizen) -> Story:
    await citizen.say(OFFICER)
    yield span(citizen.chance, timedelta(minutes=1), HOUR)
    if citizen.chance.random() < 0.5:
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


async def abandons_the_form(citizen: Citizen) -> Story:
    await citizen.say(OFFICER)
    yield timedelta(minutes=3)
    if citizen.chance.random() < 0.5:
        await citizen.say("nama saya Warga Contoh")
    async for wait in _is_asked_how_it_was(citizen):
        yield wait


async def cancels(citizen: Citizen) -> Story:
    async for wait in _registers(citizen):
        yield wait
    yield span(citizen.chance, HOUR, 2 * DAY)
    await citizen.say("batal")
    yield timedelta(minutes=5)
    if citizen.chance.random() < 0.5:
        await citizen.say("ya")
    async for wait in _is_asked_how_it_was(citizen):
        yield wait


async def complains(citizen: Citizen) -> Story:
    await citizen.say(COMPLAINT)
    yield timedelta(minutes=5)
    await citizen.say("sudah dua minggu tidak ada kabar, ini buktinya")
    yield timedelta(minutes=5)


async def is_not_understood(citizen: Citizen) -> Story:
    for said in ("anu itu lho", "yang anu"):
        await citizen.say(said)
        yield timedelta(minutes=4)
    async for wait in _is_asked_how_it_was(citizen):
        yield wait


async def writes_when_it_closes(citizen: Citizen) -> Story:
    """Write in the very second in which the conversation is closed, or just beside it."""
    await citizen.say(citizen.chance.choice(list(QUESTIONS)))
    yield on_the_clock(citizen.office.clock.now() + WEEK) + timedelta(
        seconds=citizen.chance.choice([-1, 0, 0, 0, 1])
    )
    await citizen.say("berapa biaya konsultasi?")
    async for wait in _is_asked_how_it_was(citizen):
        yield wait


async def thanks_an_officer_at_the_end(citizen: Citizen) -> Story:
    """Thank whoever has taken it over in the very second of the warning or of the closing: it owes nothing."""
    async for wait in _registers(citizen):
        yield wait
    for _ in range(60):
        yield 4 * HOUR
        at = _last_said(citizen, "officer")
        if at is not None:
            yield on_the_clock(at + citizen.chance.choice([6 * DAY, WEEK]))
            await citizen.say(THANKS)
            break
    async for wait in _is_asked_how_it_was(citizen):
        yield wait


def _last_said(citizen: Citizen, key: str) -> datetime | None:
    log = citizen.office.air[citizen.channel].log
    return next(
        (each.at for each in reversed(log) if each.recipient == citizen.address and each.key == key), None
    )


async def goes_on_after_the_warning(citizen: Citizen) -> Story:
    await citizen.say(citizen.chance.choice(list(QUESTIONS)))
    yield 6 * DAY + span(citizen.chance, timedelta(), DAY)
    await citizen.say(citizen.chance.choice([THANKS, "alamat kantor di mana?"]))
    async for wait in _is_asked_how_it_was(citizen):
        yield wait


async def reacts(citizen: Citizen) -> Story:
    """A thumb up is no response, however often."""
    await citizen.say("alamat kantor di mana?")
    for _ in range(4):
        yield span(citizen.chance, DAY, 2 * DAY)
        if citizen.channel == "whatsapp":
            await citizen.say("👍", kind="reaction")


async def wants_no_notices(citizen: Citizen) -> Story:
    await citizen.say("alamat kantor di mana?")
    yield span(citizen.chance, HOUR, 3 * DAY)
    await citizen.say("STOP" if citizen.channel == "whatsapp" else THANKS)


async def is_unreachable(citizen: Citizen) -> Story:
    """A number that ends in the middle of it all."""
    await citizen.say("alamat kantor di mana?")
    yield span(citizen.chance, timedelta(), 8 * DAY)
    citizen.office.air[citizen.channel].dead.add(citizen.address)
    if citizen.chance.random() < 0.5:
        await citizen.say("berapa biaya konsultasi?")
    yield span(citizen.chance, DAY, 20 * DAY)
    citizen.office.air[citizen.channel].dead.discard(citizen.address)
    await citizen.say("halo")


async def _is_asked_how_it_was(citizen: Citizen) -> Story:
    """Wait for the request, or for nothing, and rate, complain, ask something else, or be silent."""
    citizen.look()
    for _ in range(45):
        yield 12 * HOUR
        links = [found for each in citizen.look() for found in LINK.findall(each)]
        if links:
            break
    else:
        return
    yield span(citizen.chance, timedelta(minutes=1), 4 * DAY)
    luck = citizen.chance.random()
    if luck < 0.5:
        await citizen.say(citizen.chance.choice(RATINGS))
        yield span(citizen.chance, timedelta(minutes=1), HOUR)
        if citizen.chance.random() < 0.3:
            await citizen.say(citizen.chance.choice(["5", COMPLAINT, THANKS, "berapa biaya konsultasi?"]))
    if luck < 0.1 or luck > 0.75:
        async for wait in _follows_the_link(citizen, links[-1]):
            yield wait


async def _follows_the_link(citizen: Citizen, token: str) -> Story:
    """Rate on the page, think better of it some time later, and say why."""
    page = StoredRatings(citizen.office.core.database, citizen.office.clock, "Asia/Jakarta")
    for _ in range(citizen.chance.randint(1, 2)):
        try:
            await page.rate(token, citizen.chance.randint(1, 5))
            await page.comment(token, "sudah baik")
        except (AlreadyReported, LinkEnded, NotFound):
            return
        if citizen.chance.random() < 0.8:
            await _fills_in(citizen, page, token)
        await citizen.office.work()
        yield span(citizen.chance, timedelta(minutes=1), 35 * DAY)


async def _fills_in(citizen: Citizen, page: StoredRatings, token: str) -> None:
    """Answer the questions of the survey that runs, if one does; some stop in the middle."""
    shown = (await page.opened(token)).sheet
    if shown is None:
        return
    for code in shown.instrument.codes:
        if citizen.chance.random() < 0.02:
            return
        score = citizen.chance.choices([None, 1, 2, 3, 4], [1, 1, 4, 40, 30])[0]
        await page.answer(token, code, score)
    profile = {each.key: citizen.chance.choice(each.options)[0] for each in shown.instrument.traits}
    await page.finish(token, profile, "")


KINDS: dict[Callable[[Citizen], Story], int] = {
    asks: 30, asks_an_officer: 25, abandons_the_form: 6, cancels: 4, complains: 4,
    is_not_understood: 6, writes_when_it_closes: 8, reacts: 4, wants_no_notices: 3,
    is_unreachable: 3, goes_on_after_the_warning: 7, thanks_an_officer_at_the_end: 6,
}  # fmt: skip
"""What citizens come for, and how often among them."""


def teach(model: FakeInterpreter) -> None:
    """Have a model understand what they say."""
    for said, (topic, entities) in QUESTIONS.items():
        model.teach(said, topic, 0.95, **entities)
    model.teach(OFFICER, "minta_petugas")
    model.teach(THANKS, "terima_kasih")
