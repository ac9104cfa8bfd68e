"""`pst web`, `pst worker`, `pst mailbox`, `pst scheduler`: the parts, each a process of its own.

Imports stand inside the commands: `pst run` reads this file too and must stay small.
"""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from collections.abc import Awaitable
from contextlib import suppress
from typing import TYPE_CHECKING

from bot.commands.database import database
from bot.settings import Settings, load

if TYPE_CHECKING:
    from bot.assembly.core import Core


def web() -> None:
    """Terima webhook dan tampilkan halaman (receive webhooks, show pages)."""
    settings = _start()
    with database(settings) as url:
        _run(_web(settings, url))


def worker() -> None:
    """Kerjakan antrean: menjawab dan mengirim (answer and deliver)."""
    settings = _start()
    with database(settings) as url:
        _run(_worker(settings, url))


def mailbox() -> None:
    """Dengarkan kotak surat (listen to the mailbox)."""
    settings = _start()
    with database(settings) as url:
        _run(_until_told(_mailbox(settings, url)))


def scheduler() -> None:
    """Detakkan jadwal (tick what time does)."""
    settings = _start()
    with database(settings) as url:
        _run(_until_told(_scheduler(settings, url)))


def _start() -> Settings:
    from bot.logs import configure

    configure()
    return load()


def _run(part: Awaitable[None]) -> None:
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_awaited(part))


async def _awaited(part: Awaitable[None]) -> None:
    await part


def _spare_the_collector() -> None:
    """Take what was made at the start, which stays, out of the garbage collector's sight.

    It would go through all modules again and again, and a webhook that comes meanwhile waits.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


async def _web(settings: Settings, url: str) -> None:
    from bot.assembly import counter, simulated, speech
    from bot.assembly.core import assemble
    from bot.running.state import state_path
    from bot.web import build_app, serve

    async with assemble(settings, url) as core:
        simulator = simulated.simulator(settings, core.clock)
        console = counter.console(core) if settings.has_console else None
        understanding = speech.interpreter(settings) if settings.environment.nlu_url else None
        app = build_app(
            core,
            understanding=understanding,
            processes=state_path(settings.home),
            console=console.routes() if console else counter.closed(),
            citizen=[*counter.citizen(core).routes(), *counter.invited(core).routes()],
            simulator=simulator.routes() if simulator else (),
        )

        def farewell() -> None:
            if console:
                console.hang_up()
            if simulator:
                simulator.hang_up()

        if simulator:
            await simulator.start()
        await _greet_the_first(core)
        _spare_the_collector()
        try:
            await serve(
                app,
                host=settings.environment.host,
                port=settings.environment.port,
                farewell=farewell,
            )
        finally:
            if simulator:
                await simulator.stop()
            if understanding:
                await understanding.close()


async def _greet_the_first(core: Core) -> None:
    """Print the first admin's one-time link, to a person only: `pst run` does it itself, a log is no place for it."""
    if not (sys.stdout.isatty() and core.settings.has_console):
        return
    from bot.assembly import counter
    from bot.commands.officer import first_words

    link = await counter.people(core).first()
    if link is not None:
        hours = core.settings.office.console.link_hours
        sys.stdout.write(first_words(core.settings.public_url, link, hours) + "\n")
        sys.stdout.flush()


async def _worker(settings: Settings, url: str) -> None:
    from bot import jobs
    from bot.assembly import speech
    from bot.assembly.core import assemble
    from bot.assembly.worker import staffed

    async with (
        assemble(settings, url) as core,
        staffed(core, speech.interpreter(settings)),
    ):
        _spare_the_collector()
        await jobs.work(core.queue)


async def _mailbox(settings: Settings, url: str) -> None:
    from bot.assembly.core import assemble

    async with assemble(settings, url) as core, asyncio.TaskGroup() as group:
        for channel in core.channels.values():
            group.create_task(channel.listen())


async def _scheduler(settings: Settings, url: str) -> None:
    from bot.assembly.core import assemble

    without_channels = assemble(settings, url, build=lambda *_: {})
    async with without_channels as core, core.queue.opened():
        await core.schedule().run()


async def _until_told(part: Awaitable[None]) -> None:
    """Run until the part ends or SIGTERM or SIGINT comes; then cancel it and wait for its end."""
    task = asyncio.ensure_future(part)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    with suppress(asyncio.CancelledError):
        await task
