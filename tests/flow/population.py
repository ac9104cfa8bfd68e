"""Everybody of a simulated office: when citizens come and for what, who works there, what fails when."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from handoff.ports.values import Officer
from tests.flow import citizens
from tests.flow.audits import SlowCalendar
from tests.flow.citizens import Citizen
from tests.flow.officers import Clerk
from tests.flow.outside import span
from tests.flow.simulated import SimulatedOffice, Story

ZONE = ZoneInfo("Asia/Jakarta")
OFFICERS = ("Sari", "Budi", "Wati")
SUPERVISOR = "Wati"
RETURNS = 0.3
BY_MAIL = 0.25
EARLY = time(7, 30)


async def live(office: SimulatedOffice, begins: datetime, ends: datetime, conversations: int) -> None:
    """Let so many conversations begin, and everything that follows happen, between two moments."""
    citizens.teach(office.model)
    _arrive(office, begins, ends, conversations)
    calendar = SlowCalendar(range(begins.year, ends.year + 1))
    for name in OFFICERS:
        clerk = Clerk(office, await _officer(office, name), office.lots.of("officer", name))
        office.begin(clerk.works(ends, lambda at: calendar.works(at.astimezone(ZONE).date())), begins)
        if name == SUPERVISOR:
            office.begin(clerk.surveys((ends - begins) / 3), begins + (ends - begins) / 2)
    office.begin(_daily(office), begins)
    # From the middle on WhatsApp's templates are approved: until then notices go by mail or wait.
    office.begin(_templates(office), begins + (ends - begins) / 2)
    office.begin(_outages(office), begins)
    await office.run(ends)


def _arrive(office: SimulatedOffice, begins: datetime, ends: datetime, conversations: int) -> None:
    """Have conversations begin, most of them by day."""
    known: list[Citizen] = []
    for number in range(conversations):
        lot = office.lots.of("arrival", number)
        at = begins + span(lot, timedelta(), ends - begins)
        if lot.random() < 0.8:
            hour = time(lot.randint(7, 20), lot.randint(0, 59), lot.randint(0, 59))
            at = max(begins, datetime.combine(at.astimezone(ZONE).date(), hour, tzinfo=ZONE))
        office.begin(_arrival(office, number, known), at)


async def _arrival(office: SimulatedOffice, number: int, known: list[Citizen]) -> Story:
    """Have somebody come, for the first time or once more."""
    lot = office.lots.of("story", number)
    idle = [each for each in known if not each.is_busy]
    if idle and lot.random() < RETURNS:
        citizen = lot.choice(idle)
        citizen.chance = lot
    else:
        citizen = Citizen(office, len(known), "email" if lot.random() < BY_MAIL else "whatsapp", lot)
        known.append(citizen)
    (story,) = lot.choices(list(citizens.KINDS), list(citizens.KINDS.values()))
    citizen.is_busy = True
    async for wait in story(citizen):
        yield wait
    citizen.is_busy = False


async def _officer(office: SimulatedOffice, name: str) -> Officer:
    login, role = name.lower(), "supervisor" if name == SUPERVISOR else "officer"
    mail = f"{login}@example.go.id"
    (row,) = await office.rows(
        "INSERT INTO officer (login, name, email, role, created_at) VALUES (:login, :name, :mail, :role, :now)"
        " RETURNING id",
        login=login, name=name, mail=mail, role=role, now=office.clock.now(),
    )  # fmt: skip
    return Officer(row.id, login, name, mail, role)  # type: ignore[arg-type]


async def _daily(office: SimulatedOffice) -> Story:
    """Do the other duties of the clock twice a day: before the hours of notices, and within or after them."""
    while True:
        today = office.clock.now().astimezone(ZONE).date()
        for hour in (EARLY, office.lots.of("duties", today).choice([time(10), time(15), time(20, 30)])):
            yield datetime.combine(today, hour, tzinfo=ZONE)
            await office.duty("tickets")
            await office.duty("windows")
            if hour == EARLY:
                await office.duty("reports")
                await office.duty("notices")
            await office.work()
        yield datetime.combine(today + timedelta(days=1), time(), tzinfo=ZONE)


async def _outages(office: SimulatedOffice) -> Story:
    """Have the model, or a channel, away for a while every few days."""
    lot = office.lots.of("outages")
    while True:
        yield timedelta(hours=lot.randint(30, 100))
        tomorrow = office.clock.now().astimezone(ZONE).date() + timedelta(days=1)
        yield datetime.combine(tomorrow, time(lot.randint(8, 15)), tzinfo=ZONE)
        air = lot.choice([*office.air.values(), None])
        if air is None:
            office.model.is_down = True
        else:
            air.is_down = True
        yield timedelta(minutes=lot.randint(5, 120))
        office.model.is_down = False
        for each in office.air.values():
            each.is_down = False


async def _templates(office: SimulatedOffice) -> Story:
    office.air["whatsapp"].templates |= {"closing", "rating", "warning", "officer_replied"}
    yield timedelta()
