"""Which of several processes does something: the one that holds an advisory lock of PostgreSQL.

The lock belongs to a connection of its own and ends with it, however its process ends. Nobody has to
clear up, and nobody can forget to.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import psycopg
import structlog

from bot.store.database import CONNECT_SECONDS

log = structlog.get_logger()

WAIT_SECONDS = 1.0  # between two attempts to get the turn
BEAT_SECONDS = 2.0  # between two looks whether the connection still lives
ANSWER_SECONDS = 5.0  # how long the server may owe an answer

# The server notices by itself when the machine that has the turn is gone without a word, or its program
# stands still; these end a connection within 15 and 30 seconds.
_OPTIONS = (
    "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=3 -c tcp_keepalives_count=3"
    " -c tcp_user_timeout=15000 -c idle_session_timeout=30000 -c statement_timeout=5000"
)


async def alone(url: str, key: str, work: Callable[[], Awaitable[None]]) -> None:
    """Do `work` while no other process does so under `key`; return when it ends by itself.

    When the connection is lost `work` is cancelled and begun anew at the next turn. Raises what `work`
    raises, and psycopg's OperationalError when the server is away.
    """
    while True:
        async with _connection(url) as connection:
            await _turn(connection, key)
            log.info("turn begins", key=_shown(key))
            if await _while_connected(connection, work):
                return
        log.warning("turn lost", key=_shown(key))


@asynccontextmanager
async def _connection(url: str) -> AsyncIterator[psycopg.AsyncConnection]:
    connection = await psycopg.AsyncConnection.connect(
        url, autocommit=True, connect_timeout=CONNECT_SECONDS, options=_OPTIONS
    )
    try:
        yield connection
    finally:
        await connection.close()


async def _turn(connection: psycopg.AsyncConnection, key: str) -> None:
    """Wait until the lock is ours: asked for again and again, since a waiting connection tells nothing."""
    is_waiting = False
    while True:
        async with asyncio.timeout(ANSWER_SECONDS):
            asked = await connection.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [key])
            row = await asked.fetchone()
        if row is not None and row[0]:
            return
        if not is_waiting:
            log.info("another process has the turn", key=_shown(key))
            is_waiting = True
        await asyncio.sleep(WAIT_SECONDS)


async def _while_connected(connection: psycopg.AsyncConnection, work: Callable[[], Awaitable[None]]) -> bool:
    """Work as long as the connection lives; tell whether the work came to its own end."""
    doing = asyncio.ensure_future(work())
    beating = asyncio.ensure_future(_beat(connection))
    try:
        await asyncio.wait({doing, beating}, return_when=asyncio.FIRST_COMPLETED)
        if doing.done():
            doing.result()
            return True
        return False
    finally:
        for task in (doing, beating):
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(doing, beating, return_exceptions=True)


async def _beat(connection: psycopg.AsyncConnection) -> None:
    """Return when the connection does not live any more."""
    while True:
        await asyncio.sleep(BEAT_SECONDS)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await connection.execute("SELECT 1")
        except (psycopg.Error, OSError, TimeoutError) as error:
            log.warning("connection of the turn lost", error=type(error).__name__)
            return


def _shown(key: str) -> str:
    """Return what a log may hold of a key: places are named after addresses."""
    return key.partition(":")[0]
