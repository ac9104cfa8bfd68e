"""The database of a command: the server that is set, or the embedded one for as long as it is used."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bot.complaints import SettingsError
from bot.running.postgres import EmbeddedPostgres, PostgresUnavailable
from bot.settings import Settings


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
