"""Every page, in every look: nothing that axe (WCAG 2.2 AA) or a finger on a phone would complain about.

A new page joins by a line in `PLACES`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from playwright.async_api import Page
from sqlalchemy import text, update

from bench.archive import Size, fill
from bot.assembly import counter
from bot.store.tables import contact, delivery, person
from handoff.ports.values import Role
from tests.handoff.console.conftest import OpenPage
from tests.handoff.console.entering import enter, with_password
from tests.handoff.console.looking import LOOKS, is_too_wide, small_targets, violations
from tests.handoff.console.running import Desk, LoggedIn
from tests.handoff.console.surveyed import a_survey

LONG_NAME = "Raden Ajeng Nama Yang Panjang Sekali Dengan Gelar Contoh, S.Si., M.Stat., Ph.D."
Place = tuple[LoggedIn | Role | None, str]


async def login(desk: Desk) -> Place:
    return None, "/console/login"


async def welcome(desk: Desk) -> Place:
    return None, f"/console/welcome/{await counter.people(desk.stage.core).first()}"


async def half_in(desk: Desk) -> Place:
    return await _after_the_password(desk, "admin"), "/console/login/code"


async def without_factor(desk: Desk) -> Place:
    people = counter.people(desk.stage.core)
    officer = await desk.officer("officer", name="Sari Contoh")
    session = await desk.log_in(officer)
    await people.change(officer.id, name="Sari", email=officer.email, phone="", role="admin", by=None)
    return session, "/console/login/factor"


async def me(desk: Desk) -> Place:
    officer = await desk.officer("officer", name=LONG_NAME)
    await desk.log_in(officer)
    return await desk.log_in(officer), "/console/me"


async def people(desk: Desk) -> Place:
    await desk.officer("officer", name=LONG_NAME)
    await counter.people(desk.stage.core).disable((await desk.officer("supervisor")).id, by=None)
    return "admin", "/console/people"


async def one_officer(desk: Desk) -> Place:
    officer = await desk.officer("supervisor", name=LONG_NAME)
    await desk.log_in(officer)
    return "admin", f"/console/people/{officer.id}"


async def disabled_officer(desk: Desk) -> Place:
    officer = await desk.officer("officer")
    await counter.people(desk.stage.core).disable(officer.id, by=None)
    return "admin", f"/console/people/{officer.id}"


async def audit(desk: Desk) -> Place:
    officer = await with_password(desk)
    await enter(await desk.client(None), officer.login)
    await enter(await desk.client(None), "nobody", "salah")
    return "supervisor", "/console/audit"


async def empty_audit(desk: Desk) -> Place:
    return "supervisor", "/console/audit?room=login"


async def refused(desk: Desk) -> Place:
    return "officer", "/console/people"


async def home(desk: Desk) -> Place:
    return "officer", "/console/"


async def empty_inbox(desk: Desk) -> Place:
    return "officer", "/console/inbox"


async def empty_attention(desk: Desk) -> Place:
    return "officer", "/console/attention"


async def canned(desk: Desk) -> Place:
    client = await desk.client("officer")
    form = {
        "shortcut": "salam-panjang",
        "title": LONG_NAME,
        "text_id": "Halo, saya {petugas}.",
        "text_en": "",
    }
    assert (await client.post("/console/canned/add", data=form)).status_code == 303
    return "officer", "/console/canned"


async def new_canned(desk: Desk) -> Place:
    return "officer", "/console/canned/add"


async def citizens(desk: Desk) -> Place:
    return "officer", "/console/person"


async def no_surveys(desk: Desk) -> Place:
    return "supervisor", "/console/surveys"


async def surveys(desk: Desk) -> Place:
    await a_survey(desk, answers=0)
    return "supervisor", "/console/surveys"


async def full_survey(desk: Desk) -> Place:
    return "supervisor", f"/console/surveys/{await a_survey(desk, answers=40)}"


async def survey_words(desk: Desk) -> Place:
    return "supervisor", "/console/surveys/questions"


async def _after_the_password(desk: Desk, role: Role) -> LoggedIn:
    officer = await with_password(desk, role)
    client = await desk.client(None)
    await enter(client, officer.login)
    return LoggedIn(officer, client.cookies[desk.console.cookies.session], "")


PLACES: list[Callable[[Desk], Awaitable[Place]]] = [
    login,
    welcome,
    half_in,
    without_factor,
    me,
    people,
    one_officer,
    disabled_officer,
    audit,
    empty_audit,
    refused,
    home,
    empty_inbox,
    empty_attention,
    canned,
    new_canned,
    citizens,
    no_surveys,
    surveys,
    full_survey,
    survey_words,
]


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
async def test_a_page_suits_everybody(
    desk: Desk, open_page: OpenPage, place: Callable[[Desk], Awaitable[Place]]
) -> None:
    who, path = await place(desk)
    for width, dark in LOOKS:
        page = await open_page(who, path, width=width, dark=dark, expect=("403",))
        look = f"{path} at {width} px{', dark' if dark else ''}"
        assert await violations(page) == [], look
        assert not await is_too_wide(page), look
        if width < 640:
            assert await small_targets(page) == [], look
        await page.context.close()


async def test_full_pages_suit_everybody(desk: Desk, open_page: OpenPage) -> None:
    """One office with much in it: what is wrong anywhere is told at once."""
    await asyncio.to_thread(fill, desk.stage.core.database.url, Size(conversations=400, each=2, open=70))
    supervisor = await desk.log_in("supervisor")
    talk, who = await _long_talk(desk, supervisor)
    paths = [
        "/console/",
        "/console/inbox?queue=all&channel=whatsapp",
        "/console/inbox?q=data",
        "/console/attention",
        "/console/attention?kind=uncertain",
        f"/console/conversation/{talk}",
        "/console/person?q=Raden",
        f"/console/person/{who}",
        f"/console/person/{who}/join?q=Raden",
        f"/console/person/{who}/erase",
        "/console/reports",
    ]
    wrong: list[str] = []
    for width, dark in LOOKS:
        page = await open_page(supervisor, "/console/me", width=width, dark=dark)
        for path in paths:
            await page.goto(path)
            wrong += [f"{path}, {width} px, dark {dark}: {each}" for each in await _wrong(page, width)]
            if "/conversation/" in path and width < 640:
                await page.get_by_text("Tiket dan warga", exact=True).click()
                wrong += [f"{path}, beside, dark {dark}: {each}" for each in await _wrong(page, width)]
        await page.context.close()
    assert wrong == []


async def _long_talk(desk: Desk, officer: LoggedIn) -> tuple[int, int]:
    """Have a conversation with all that is long or goes wrong; return it and its person."""
    message = await desk.stage.hear(f"{'Mohon data kemiskinan menurut kecamatan. ' * 2_500}{'W' * 300}")
    row = "SELECT conversation_id, person_id FROM message JOIN conversation ON conversation.id = conversation_id"
    async with desk.stage.core.database.transaction() as tx:
        found = await tx.execute(
            text(f"{row} JOIN contact ON contact.id = contact_id WHERE message.id = :id"), {"id": message}
        )
        talk, who = found.one()
    client = await desk.client(officer)
    path = f"/console/conversation/{talk}"
    assert (
        await client.post(f"{path}/do/open", data={"kind": "penjualan", "purpose": LONG_NAME})
    ).status_code == 303
    for do, mode in (("send", "reply"), ("note", "note")):
        form = {"text": f"Sebentar ya. {'x' * 200}", "mode": mode, "do": do, "seen": str(message)}
        assert (await client.post(f"{path}/reply", data=form)).status_code == 303
    async with desk.stage.core.database.transaction() as tx:
        await tx.execute(update(person).values(name=LONG_NAME))
        await tx.execute(
            update(delivery)
            .where(delivery.c.message_id > message)
            .values(state="failed", failure="Nomor tidak dikenal")
        )
        await tx.execute(update(contact).values(last_inbound_at=desk.stage.clock.now() - timedelta(days=3)))
    return talk, who


async def _wrong(page: Page, width: int) -> list[str]:
    found = await violations(page)
    if await is_too_wide(page):
        found.append("has to be moved sideways")
    return found + (await small_targets(page) if width < 640 else [])


async def test_the_keyboard_alone_is_enough(desk: Desk, open_page: OpenPage) -> None:
    page = await open_page("officer", "/console/me")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.className") == "skip"
    await page.keyboard.press("Enter")
    assert await page.evaluate("document.activeElement.id") == "utama"
    await page.keyboard.press("g")
    await page.keyboard.press("b")
    await page.wait_for_url("**/console/")
    await page.keyboard.press("?")
    assert await violations(page) == []
    await page.keyboard.press("Escape")
    assert not await page.evaluate("document.getElementById('keys').open")
