"""Hears what transactions tell open pages (migration 0007), on a connection of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic

import psycopg
import structlog

from bot.running.backoff import Backoff
from bot.store.database import CONNECT_SECONDS

log = structlog.get_logger()

CHANNEL = "pst_desk"
BEAT_SECONDS = 15.0  # between two looks whether the server is still there
ANSWER_SECONDS = 5.0  # how long it may owe an answer
_OPTIONS = "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=3 -c tcp_keepalives_count=3 -c statement_timeout=5000"


async def listen(url: str, take: Callable[[str | None], None]) -> None:
    """Hand over each payload, until cancelled; None whenever listening begins: what came before was not heard.

    A lost connection is made anew after a pause that doubles up to 10 s.
    """
    backoff = Backoff(first=0.2, longest=10.0)
    while True:
        began = monotonic()
        try:
            await _listen(url, take)
        except (psycopg.Error, OSError, TimeoutError) as error:
            log.warning("news lost", error=type(error).__name__)
        await asyncio.sleep(backoff.next_wait(monotonic() - began))


async def _listen(url: str, take: Callable[[str | None], None]) -> None:
    async with asyncio.timeout(CONNECT_SECONDS + ANSWER_SECONDS):
        connection = await psycopg.AsyncConnection.connect(
            url, autocommit=True, connect_timeout=CONNECT_SECONDS, options=_OPTIONS
        )
    try:
        await _ask(connection, f"LISTEN {CHANNEL}")
        take(None)
        while True:
            async for told in connection.notifies(timeout=BEAT_SECONDS):
                take(told.payload)
            await _ask(connection, "SELECT 1")
    finally:
        await connection.close()


async def _ask(connection: psycopg.AsyncConnection, statement: str) -> None:
    async with asyncio.timeout(ANSWER_SECONDS):
        await connection.execute(statement.encode())
