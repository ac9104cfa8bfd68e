"""The pages behind an invitation to a survey: begun, left, taken up again, and answered once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest
from playwright.async_api import Browser
from sqlalchemy import text
from starlette.applications import Starlette

from bot.assembly import counter
from bot.store import ratings
from bot.store.desk import accounts
from handoff.citizen.room import HEADERS
from handoff.ports.surveys import Plan
from handoff.ports.values import Officer
from tests.fakes import Stage
from tests.handoff.console.looking import is_too_wide, small_targets, violations
from tests.serving import serving

Staged = Callable[[], AbstractAsyncContextManager[Stage]]
QUESTION = "berapa lama konsultasi online dilayani?"
DAYS = 9
"""The survey runs for so many days after today."""


@dataclass(frozen=True, slots=True)
class House:
    """The pages on a real port, and somebody who was invited."""

    stage: Stage
    url: str
    client: httpx.AsyncClient
    link: str
    words: str


@pytest.fixture
async def house(staged: Staged) -> AsyncIterator[House]:
    async with staged() as stage:
        words = await invited(stage)
        link = words[words.index("/survei/") :].split()[0]
        routes = [*counter.invited(stage.core).routes(), *counter.citizen(stage.core).routes()]
        async with serving(Starlette(routes=routes)) as url, httpx.AsyncClient(base_url=url) as client:
            yield House(stage, url, client, link, words)


async def invited(stage: Stage) -> str:
    """Have somebody served and invited on WhatsApp; return what they got."""
    await invite(stage)
    await stage.deliver_all()
    [words] = stage.memory["whatsapp"].take("whatsapp:+628111111001")
    return words


async def invite(stage: Stage, **named: str) -> None:
    """Have somebody served and invited; the invitation is still to be delivered. `named` says whom, and where."""
    stage.model.teach(QUESTION, "jangka_waktu", service="konsultasi")
    surveys = counter.surveys(stage.core)
    now = surveys.daytime.earliest(stage.clock.now())  # nobody is invited at night
    stage.clock.advance(max(timedelta(), now - stage.clock.now()))
    await stage.answered(QUESTION, **named)
    await stage.close_all()
    today = surveys.today()
    async with stage.core.database.transaction() as tx:
        number = await accounts.add_officer(
            tx,
            login="budi",
            name="Budi",
            email="budi@example.go.id",
            role="supervisor",
            now=now,
            language="id",
        )
    officer = Officer(number, "budi", "Budi", "budi@example.go.id", "supervisor", "id")
    plan = Plan("Survei Kepuasan Masyarakat", today, today + timedelta(days=DAYS), None, 5)
    survey = await surveys.make(officer, plan)
    assert (await surveys.invite(officer, survey, today, today)).count == 1


async def test_the_invitation_says_who_asks_what_and_until_when(house: House) -> None:
    office = house.stage.core.settings.office.office.name
    assert house.words.startswith(f"{office} mengundang Anda")
    assert "sembilan pertanyaan" in house.words
    page = await house.client.get(house.link)
    assert {name: page.headers.get(name) for name in HEADERS} == HEADERS
    assert office in page.text
    assert "Dapat diisi sampai" in page.text
    assert await house.stage.scalar("SELECT started_at IS NULL FROM survey_sheet") is True, "only looked at"


async def test_begun_left_and_taken_up_again(house: House) -> None:
    link = house.link
    for number, answer in ((1, {"score": "4"}), (2, {"skip": "1"}), (3, {"score": "2"})):
        moved = await house.client.post(f"{link}/survei/{number}", data=answer)
        assert moved.headers["location"] == f"{link}/survei/{number + 1}"
    again = await house.client.get(link)
    assert f'href="{link}/survei/2?bahasa=id">Lanjutkan' in again.text, "what was skipped is asked once more"
    chosen = await house.client.get(f"{link}/survei/3")
    assert 'value="2" class="chosen"' in chosen.text
    assert await house.stage.scalar("SELECT scores FROM survey_sheet") == {"U1": 4, "U3": 2}
    await house.client.post(f"{link}/profil", data={"kelamin": "p", "remark": "\x00baik"})
    assert "sudah kami terima" in (await house.client.get(f"{link}/selesai")).text
    assert "sudah kami terima" in (await house.client.get(link)).text


async def test_nobody_answers_twice(house: House) -> None:
    """Neither by the same link nor by the rating's: both are the same questionnaire."""
    token, now = "a-rating-link", house.stage.clock.now()
    async with house.stage.core.database.transaction() as tx:
        conversation = (await tx.execute(text("SELECT max(id) FROM conversation"))).scalar_one()
        await ratings.ask(
            tx,
            conversation,
            officer_id=None,
            digest=ratings.digest(token),
            now=now,
            expires=now + timedelta(days=30),
        )
    await house.client.post(f"{house.link}/survei/1", data={"score": "4"})
    await house.client.post(f"/nilai/{token}/survei/2", data={"score": "3"})
    await house.client.post(f"/nilai/{token}/profil", data={})
    for link in (house.link, f"/nilai/{token}"):
        await house.client.post(f"{link}/survei/1", data={"score": "1"})
        await house.client.post(f"{link}/profil", data={"remark": "lagi"})
    assert await house.stage.scalar("SELECT count(*) FROM survey_sheet") == 1
    assert await house.stage.scalar("SELECT scores FROM survey_sheet") == {"U1": 4, "U2": 3}
    assert await house.stage.scalar("SELECT remark IS NULL FROM survey_sheet") is True


async def test_strangers_latecomers_and_the_forgotten(house: House) -> None:
    for path in ("/survei/another", "/survei/another/survei/1", "/survei/another/profil"):
        assert (await house.client.get(path)).status_code == 404
    assert (await house.client.get(f"{house.link}/survei/10")).status_code == 303
    assert (await house.client.post(f"{house.link}/survei/1", data={"score": "5"})).status_code == 400
    house.stage.clock.advance(timedelta(days=DAYS + 1))
    late = await house.client.post(f"{house.link}/survei/1", data={"score": "1"})
    assert late.status_code == 410
    assert "Survei ini sudah selesai" in late.text
    assert await house.stage.scalar("SELECT scores FROM survey_sheet") == {}
    async with house.stage.core.database.transaction() as tx:
        await tx.execute(text("UPDATE survey_sheet SET digest = NULL"))
    assert (await house.client.get(house.link)).status_code == 404


@pytest.mark.parametrize("is_dark", [False, True])
async def test_on_a_phone(house: House, browser: Browser, is_dark: bool) -> None:
    context = await browser.new_context(
        viewport={"width": 390, "height": 844},
        base_url=house.url,
        color_scheme="dark" if is_dark else "light",
        bypass_csp=True,  # for axe, which is a script
    )
    page = await context.new_page()
    await page.goto(house.link)
    for name in ("Isi sembilan pertanyaan", None):
        assert await violations(page) == []
        assert await small_targets(page) == []
        assert not await is_too_wide(page)
        if name:
            await page.get_by_role("link", name=name).click()
    for number in range(1, 10):
        await page.wait_for_url(f"**/survei/{number}?*")
        await page.get_by_role("button").nth(0).click()
    await page.get_by_role("button", name="Kirim").click()
    await page.wait_for_url("**/selesai?*")
    assert await violations(page) == []
    assert await house.stage.scalar("SELECT scores ->> 'U9' FROM survey_sheet") == "4"
    await context.close()
