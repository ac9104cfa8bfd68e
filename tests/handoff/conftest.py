"""A real browser."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable

import pytest
from playwright.async_api import Browser, async_playwright


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser | None]:
    """Chromium, started once; None where there is none."""
    path = shutil.which("chromium")
    if path is None:
        yield None
        return
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        await browser.close()


@pytest.fixture
def browser(chromium: Browser | None, program: Callable[..., str]) -> Browser:
    """Chromium, or a skip (a failure in the full suite)."""
    program("chromium")
    assert chromium is not None
    return chromium
