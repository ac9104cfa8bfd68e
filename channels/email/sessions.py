"""Connections to the outgoing server: few at a time, kept for some seconds for the next mail, never shared."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiosmtplib

from channels.email.address import Server
from channels.email.refusals import told
from channels.email.session import Dialling, Session
from channels.port import SendFailed

MOST_MAILS = 50
"""Mails through one connection; servers have limits of their own and count higher."""


class Sessions:
    """At most `most` connections at once; one that nobody uses is kept for `idle_seconds`.

    A session belongs to one task from `place` to its end, so two mails never mix on one connection. After a
    login that was refused none is tried for `login_pause` seconds: every mail that waits would try it, and
    servers lock accounts and addresses after a few.
    """

    def __init__(self, dialling: Dialling, *, most: int, idle_seconds: float, login_pause: float) -> None:
        self._dialling = dialling
        self._idle_seconds = idle_seconds
        self._login_pause = login_pause
        self._refused: tuple[float, str] | None = None
        self._places = asyncio.Semaphore(most)
        self._idle: dict[Session, asyncio.TimerHandle] = {}
        self._partings: set[asyncio.Task[None]] = set()

    @property
    def server(self) -> Server:
        """The server they lead to."""
        return self._dialling.server

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Wait for the right to one connection."""
        async with self._places:
            yield

    def kept(self) -> Session | None:
        """Return the connection used last, None without one that is alive."""
        while self._idle:
            session, timer = self._idle.popitem()
            timer.cancel()
            if session.is_alive:
                return session
            session.drop()
        return None

    def new(self) -> Session:
        """Return one that is still to be opened."""
        return Session(self._dialling)

    async def open(self, session: Session) -> None:
        """Connect and log in. Raises `aiosmtplib.SMTPException`, `OSError`, and `SendFailed` within the pause."""
        now = asyncio.get_running_loop().time()
        if self._refused is not None and now < self._refused[0]:
            until, numbers = self._refused
            raise SendFailed(
                f"Server surat menolak masuk ({numbers}): ditunggu dahulu", permanent=False, after=until - now
            )
        try:
            await session.open()
        except aiosmtplib.SMTPAuthenticationError as error:
            if 500 <= error.code < 600:
                self._refused = now + self._login_pause, told(error.code, error.message)
            raise
        self._refused = None

    def keep(self, session: Session) -> None:
        """Keep a connection on which a mail was taken, or part from it."""
        if session.mails < MOST_MAILS and self._idle_seconds > 0 and session.is_alive:
            loop = asyncio.get_running_loop()
            self._idle[session] = loop.call_later(self._idle_seconds, self._expire, session)
        else:
            self._part(session)

    async def close(self) -> None:
        """Part from all of them."""
        for session, timer in self._idle.items():
            timer.cancel()
            self._part(session)
        self._idle.clear()
        await asyncio.gather(*self._partings, return_exceptions=True)

    def _expire(self, session: Session) -> None:
        del self._idle[session]
        self._part(session)

    def _part(self, session: Session) -> None:
        task = asyncio.create_task(session.say_goodbye())
        self._partings.add(task)
        task.add_done_callback(self._partings.discard)
