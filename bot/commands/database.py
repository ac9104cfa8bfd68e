"""The database of a command: the server that is set, or the embedded one for as long as it is used."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

from bot.complaints import SettingsError
from bot.running.postgres import EmbeddedPostgres, PostgresUnavailable
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.assembly.core import Core


@contextmanager
def database(settings: Settings) -> Iterator[str]:
    """Give the address of the database. Raises `SettingsError` when no server can be had."""
    if settings.environment.database_url is not None:
        yield settings.environment.database_url.get_secret_value()
        return
    server = EmbeddedPostgres(settings.home)
    try:
        url = server.start()
    except PostgresUnavailable as error:
        raise SettingsError([str(error)]) from error
    try:
        yield url
    finally:
        server.stop()


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Core]:
    """Give the core of a command that works on the database alone, which is brought to this version first.

    No channel is built. Raises `SettingsError` as `database` does.
    """
    from bot.assembly.core import assemble
    from bot.store.upgrade import upgrade

    with database(settings) as url:
        await asyncio.to_thread(upgrade, url)
        async with assemble(settings, url, build=lambda *_: {}) as core:
            yield core
