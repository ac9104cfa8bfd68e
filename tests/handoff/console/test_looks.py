"""Every page, in every look: nothing that axe (WCAG 2.2 AA) or a finger on a phone would complain about.

A new page joins by a line in `PLACES`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import update

from bench.archive import Size, fill
from bot import counter
from bot.store.tables import person
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


async def full_home(desk: Desk) -> Place:
    await _full(desk)
    return "officer", "/console/"


async def empty_inbox(desk: Desk) -> Place:
    return "officer", "/console/inbox"


async def full_inbox(desk: Desk) -> Place:
    await _full(desk)
    return "officer", "/console/inbox?queue=all&channel=whatsapp"


async def search(desk: Desk) -> Place:
    await _full(desk)
    return "officer", "/console/inbox?q=data"


async def attention(desk: Desk) -> Place:
    await _full(desk)
    return "officer", "/console/attention"


async def attention_of_a_kind(desk: Desk) -> Place:
    await _full(desk)
    return "officer", "/console/attention?kind=uncertain"


async def no_surveys(desk: Desk) -> Place:
    return "supervisor", "/console/surveys"


async def surveys(desk: Desk) -> Place:
    await a_survey(desk, answers=0)
    return "supervisor", "/console/surveys"


async def full_survey(desk: Desk) -> Place:
    return "supervisor", f"/console/surveys/{await a_survey(desk, answers=40)}"


async def survey_words(desk: Desk) -> Place:
    return "supervisor", "/console/surveys/questions"


async def _full(desk: Desk) -> None:
    """Have much in it, and long names."""
    await asyncio.to_thread(fill, desk.stage.core.database.url, Size(conversations=400, each=2, open=70))
    async with desk.stage.core.database.transaction() as tx:
        await tx.execute(update(person).values(name=LONG_NAME))


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
    full_home,
    empty_inbox,
    full_inbox,
    search,
    attention,
    attention_of_a_kind,
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
