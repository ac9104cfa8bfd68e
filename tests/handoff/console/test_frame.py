"""The frame: who is let in, what every page brings along, and what happens when something fails."""

from __future__ import annotations

import re

import httpx
from playwright.async_api import expect
from starlette.requests import Request
from starlette.responses import Response

from bot.web import build_app
from handoff.console.frame import Page, Visitor
from handoff.ports.values import NotAllowed, Stale, Taken
from tests.handoff.console.conftest import OpenPage
from tests.handoff.console.running import Desk


async def test_a_stranger_is_sent_to_the_login_which_brings_them_back(desk: Desk) -> None:
    stranger = await desk.client(None)
    answer = await stranger.get("/console/?a=1")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/console/login?next=%2Fconsole%2F%3Fa%3D1"


async def test_a_page_that_asks_for_a_part_is_sent_to_the_login_as_a_whole(desk: Desk) -> None:
    """htmx would otherwise put the login form into the middle of the page."""
    stranger = await desk.client(None)
    asked = {"HX-Request": "true", "HX-Current-URL": f"{desk.url}/console/inbox?queue=mine"}
    answer = await stranger.get("/console/me", headers=asked)
    assert answer.status_code == 401
    assert answer.headers["hx-redirect"] == "/console/login?next=%2Fconsole%2Finbox%3Fqueue%3Dmine"


async def test_the_sheet_of_keys_and_the_keys_themselves(desk: Desk, open_page: OpenPage) -> None:
    page = await open_page("officer", "/console/me")
    await page.keyboard.press("?")
    await expect(page.get_by_role("heading", name="Pintasan papan ketik")).to_be_visible()
    await page.keyboard.press("?")
    await expect(page.get_by_role("heading", name="Pintasan papan ketik")).to_be_hidden()
    await page.get_by_label("Nama", exact=True).press("?")
    await expect(page.get_by_role("heading", name="Pintasan papan ketik")).to_be_hidden()


async def test_an_unknown_address_is_a_page_of_ours(desk: Desk) -> None:
    for path in ("/console/nowhere", "/console/people/x/y", "/console/me/"):
        answer = await (await desk.client()).get(path)
        assert answer.status_code in (404, 307)
    answer = await (await desk.client()).post("/console/audit")
    assert answer.status_code == 404
    assert "Tidak ada di sini" in answer.text


async def test_static_files_may_be_kept_for_long_because_their_address_names_the_version(desk: Desk) -> None:
    client = await desk.client()
    page = (await client.get("/console/me")).text
    files = re.findall(r'(?:src|href)="(/console/static/[^"]+)"', page)
    assert any("vendor/htmx.js" in file for file in files)
    for file in files:
        answer = await client.get(file)
        assert answer.status_code == 200, file
        assert "immutable" in answer.headers["cache-control"]
        assert re.search(r"\?v=[0-9a-f]{12}$", file)


class Failing:
    """Pages that fail in every way."""

    def __init__(self) -> None:
        self.error: Exception = Stale()

    def pages(self) -> list[Page]:
        return [Page("/failing", self.fail)]

    async def fail(self, request: Request, visitor: Visitor) -> Response:
        raise self.error


async def test_what_fails_is_said_in_words(desk: Desk) -> None:
    failing = Failing()
    desk.console.rooms = [*desk.console.rooms, failing]
    core = desk.stage.core
    app = build_app(core, understanding=None, processes=core.settings.home, console=desk.console.routes())
    session = await desk.log_in("officer")
    cookies = {desk.console.cookies.session: session.token}
    expected: list[tuple[Exception, int, str]] = [
        (Stale(), 409, "Sudah diubah sejak Anda melihatnya"),
        (Taken("Budi Contoh"), 409, "Budi Contoh sudah mengambilnya"),
        (NotAllowed("Hanya penyelia."), 403, "Hanya penyelia."),
        (RuntimeError("rahasia"), 500, "Terjadi kesalahan di server"),
    ]
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url=desk.url, cookies=cookies) as client:
        for failing.error, status, words in expected:
            answer = await client.get("/console/failing")
            assert answer.status_code == status
            assert words in answer.text
            assert "rahasia" not in answer.text
            assert "content-security-policy" in answer.headers
