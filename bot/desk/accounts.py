"""Who may come in."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

from bot.clock import Clock
from bot.store.database import Database
from bot.store.desk import accounts
from handoff.ports.accounts import Session


def digest_of(token: str) -> bytes:
    """Return what is kept of a random token: without the token it opens nothing."""
    return sha256(token.encode()).digest()


class Accounts:
    """Implements `handoff.ports.accounts.Sessions`."""

    def __init__(self, database: Database, clock: Clock, *, idle: timedelta) -> None:
        self._database = database
        self._clock = clock
        self._idle = idle

    async def session(self, token: str) -> Session | None:
        """Return whose session a token is; None when it has ended or never was one."""
        now, digest = self._clock.now(), digest_of(token)
        async with self._database.statement() as tx:
            found = await accounts.session(tx, digest, now=now, idle=self._idle)
        if found is None:
            return None
        session, seen_at = found
        if now - seen_at >= accounts.SEEN_EVERY:
            async with self._database.statement() as tx:
                await accounts.touch(tx, digest, now)
        return session

    async def is_alive(self, digest: bytes) -> bool:
        """Tell whether a session goes on, without counting that as use."""
        async with self._database.statement() as tx:
            found = await accounts.session(tx, digest, now=self._clock.now(), idle=self._idle)
        return found is not None
