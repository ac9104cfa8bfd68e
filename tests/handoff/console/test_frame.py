"""The frame: who is let in, and what every page brings along."""

from __future__ import annotations

from tests.handoff.console.conftest import OpenPage
from tests.handoff.console.running import Desk


async def test_a_stranger_is_sent_to_the_login_which_brings_them_back(desk: Desk) -> None:
    stranger = await desk.client(None)
    answer = await stranger.get("/console/?a=1")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/console/login?next=%2Fconsole%2F%3Fa%3D1"


async def test_an_officer_sees_the_first_page(desk: Desk, open_page: OpenPage) -> None:
    page = await open_page("officer")
    await page.get_by_role("heading", name="Beranda").wait_for()
    await page.keyboard.press("?")
    await page.get_by_role("heading", name="Pintasan papan ketik").wait_for()
