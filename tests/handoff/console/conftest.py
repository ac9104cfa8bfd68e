"""A running console, and clients that are logged in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from bot.assembly import counter
from handoff.ports.values import Officer, Role
from tests.bot.desk.floor import Floor
from tests.bot.desk.timing import monday
from tests.fakes import Stage
from tests.handoff.console.running import Desk, LoggedIn, running

OpenPage = Callable[..., Awaitable[Page]]


@pytest.fixture
async def desk(
    staged: Callable[[], AbstractAsyncContextManager[Stage]], tmp_path: Path
) -> AsyncIterator[Desk]:
    """The console over a database of its own."""
    async with staged() as stage, running(stage, tmp_path) as desk:
        yield desk


@pytest.fixture
def floor(desk: Desk) -> Floor:
    """Citizens and officers' acts, besides the web that is looked at."""
    acts = counter.desk(desk.stage.core)
    return Floor(desk.stage, acts, acts.casework)


@pytest.fixture
def on_monday(floor: Floor) -> None:
    """Begin on the Monday of a week without holidays."""
    monday(floor)


@pytest.fixture
async def open_page(desk: Desk, browser: Browser) -> AsyncIterator[OpenPage]:
    """Open a window: `await open_page("supervisor", "/console/inbox", width=390, dark=True)`.

    `who` is a role, an officer, a session or None for a stranger. Whatever the browser complains about
    fails the test; what a test provokes itself it names in `expected`.
    """
    complaints: list[str] = []
    expected: list[str] = []

    async def open_(
        who: Officer | Role | LoggedIn | None = "officer",
        path: str = "/console/",
        *,
        width: int = 1440,
        height: int = 900,
        dark: bool = False,
        expect: tuple[str, ...] = (),
        **more: Any,
    ) -> Page:
        expected.extend(expect)
        context = await browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            base_url=desk.url,
            locale="id-ID",
            **more,
        )
        if who is not None:
            session = who if isinstance(who, LoggedIn) else await desk.log_in(who)
            name = desk.console.cookies.session
            await context.add_cookies([{"name": name, "value": session.token, "url": desk.url}])
        page = await context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(path)
        return page

    yield open_
    for context in browser.contexts:
        await context.close()
    assert [each for each in complaints if not any(words in each for words in expected)] == []
