"""The pictures of the console in docs/img: `python -m tests.handoff.console.screenshots`, with Debian's chromium."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog
from playwright.async_api import Browser, async_playwright

from bot.answer import Answering
from bot.assembly import speech, steps
from bot.assembly.core import assemble
from bot.clock import ManualClock
from bot.rehearsal import MemoryChannel
from bot.running.postgres import EmbeddedPostgres
from bot.settings import ROOT, Settings, load
from bot.store.upgrade import upgrade
from channels.port import Channel, Wiring
from tests.fakes import FakeInterpreter, Stage
from tests.handoff.console.day import Addresses, Almanac, played
from tests.handoff.console.running import Desk, LoggedIn, running

FOLDER = ROOT / "docs" / "img"
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}


@contextmanager
def office() -> Iterator[tuple[Settings, str, Path]]:
    """Give settings with a home of their own, and an empty database."""
    with TemporaryDirectory() as home:
        for name in [name for name in os.environ if name.startswith("PST_")]:
            del os.environ[name]
        os.environ["PST_HOME"] = home
        server = EmbeddedPostgres(Path(home), durable=False)
        url = server.start()
        try:
            upgrade(url)
            yield load(env_file=Path(home) / "no.env"), url, Path(home)
        finally:
            server.stop()
            server.erase()


async def shoot(settings: Settings, url: str, home: Path, folder: Path) -> None:
    """Play the day and take the pictures."""
    clock, model = ManualClock(Almanac()), FakeInterpreter()
    memory = {name: MemoryChannel(name) for name in ("whatsapp", "email")}
    memory["whatsapp"].window = timedelta(hours=24)

    def build(_settings: Settings, _wiring: Wiring) -> dict[str, Channel]:
        return dict(memory)

    async with assemble(settings, url, clock=clock, build=build) as core:
        answering = Answering(
            core.database,
            clock,
            model,
            speech.dialogue(settings),
            steps.settling(core),
            speech.lookups(settings, core.database),
        )
        stage = Stage(core, clock, model, memory, answering, steps.delivering(core, core.channels))
        async with running(stage, home) as desk:
            sari = await desk.officer("supervisor", name="Sari Wulandari", login="sari")
            budi = await desk.officer("officer", name="Budi Santoso", login="budi")
            addresses = await played(stage, sari, budi)
            await _pictures(desk, await desk.log_in(sari), addresses, folder)


async def _pictures(desk: Desk, visitor: LoggedIn, addresses: Addresses, folder: Path) -> None:
    chromium = shutil.which("chromium")
    assert chromium, "chromium is not installed"
    pages = {
        "home": "/console/",
        "inbox": "/console/inbox?queue=all",
        "conversation": f"/console/conversation/{addresses.conversation}",
        "attention": "/console/attention",
        "person": f"/console/person/{addresses.person}",
    }
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        )
        for size in SIZES:
            for dark in (False, True):
                for name, path in pages.items():
                    look = f"{'dark' if dark else 'light'}-{size}"
                    picture = folder / f"console-{name}-{look}.png"
                    await _picture(browser, desk, visitor, path, picture, size=size, dark=dark)
        await browser.close()


async def _picture(
    browser: Browser, desk: Desk, visitor: LoggedIn, path: str, file: Path, *, size: str, dark: bool
) -> None:
    width, height = SIZES[size]
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        base_url=desk.url,
        locale="id-ID",
        reduced_motion="reduce",
    )
    await context.add_cookies(
        [{"name": desk.console.cookies.session, "value": visitor.token, "url": desk.url}]
    )
    page = await context.new_page()
    await page.goto(path)
    await page.evaluate("document.fonts.ready.then(() => null)")
    await page.screenshot(path=str(file), animations="disabled", caret="hide")
    await context.close()


def main() -> None:
    """Take the pictures into docs/img, or into the folder that is named."""
    structlog.configure(processors=[structlog.processors.KeyValueRenderer()], logger_factory=_silent)
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with office() as (settings, url, home):
        asyncio.run(shoot(settings, url, home, folder))


def _silent(*_: object) -> structlog.ReturnLogger:
    return structlog.ReturnLogger()


if __name__ == "__main__":
    main()
