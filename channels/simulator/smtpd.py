"""The post office of the simulation: aiosmtpd in this event loop, on loopback, no thread.

As a real one it takes mail for the office from anybody, and mail for anybody from the office, which
shows by its user and password (when the URL names some) who it is.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword, Session
from aiosmtpd.smtp import Envelope as SmtpEnvelope

# Gmail's limit and the usual one of offices; also what fits a browser's upload in a demonstration.
LARGEST_MAIL_BYTES = 25 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who a mail is from and for, as said in SMTP: `sender` is empty for reports (RFC 5321, 4.5.5)."""

    sender: str
    recipients: tuple[str, ...]


Take = Callable[[bytes, Envelope], Awaitable[None]]


class SmtpServer:
    """An SMTP server on loopback; `take` is awaited with each mail before the client is told 250."""

    def __init__(
        self, host: str, port: int, user: str, password: str, *, is_local: Callable[[str], bool], take: Take
    ) -> None:
        self._host, self._port = host, port
        self._user, self._password = user, password
        self._is_local, self._take = is_local, take
        self._server: asyncio.Server | None = None
        self._sessions: set[SMTP] = set()

    async def start(self) -> int:
        """Listen; return the port (a free one when 0 was asked for). Raises OSError when it is taken."""
        # aiosmtpd logs addresses at INFO and a deprecation of its own at WARNING; logs hold neither.
        logging.getLogger("mail.log").setLevel(logging.ERROR)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._session, self._host, self._port)
        self._port = self._server.sockets[0].getsockname()[1]
        return self._port

    async def stop(self) -> None:
        """Hang up on everybody and stop listening."""
        if self._server is None:
            return
        self._server.close()
        for session in self._sessions:
            if session.transport is not None:
                session.transport.close()
        self._sessions.clear()
        await asyncio.sleep(0)  # connection_lost() is called in the loop's next turn
        await self._server.wait_closed()
        self._server = None

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name for the hook
        self, server: SMTP, session: Session, envelope: SmtpEnvelope, address: str, options: list[str]
    ) -> str:
        """Refuse to carry mail of strangers to strangers (RFC 5321, 3.6.2)."""
        del server, options
        if not (self._is_local(address) or session.authenticated or not self._user):
            return "550 5.7.1 Relaying denied: log in first"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802  # aiosmtpd's name for the hook
        self, server: SMTP, session: Session, envelope: SmtpEnvelope
    ) -> str:
        """Hand over a whole mail; only then is it answered for."""
        del server, session
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        await self._take(raw, Envelope(envelope.mail_from or "", tuple(envelope.rcpt_tos)))
        return "250 2.0.0 Accepted"

    def _session(self) -> SMTP:
        self._sessions = {session for session in self._sessions if session.transport is not None}
        session = SMTP(
            self,
            hostname="localhost",
            ident="Simulasi SMTP",
            data_size_limit=LARGEST_MAIL_BYTES,
            authenticator=self._authenticate,
            auth_require_tls=False,  # loopback only, as IMAP beside it
            loop=asyncio.get_running_loop(),
        )
        self._sessions.add(session)
        return session

    def _authenticate(
        self, server: SMTP, session: Session, envelope: SmtpEnvelope, mechanism: str, data: object
    ) -> AuthResult:
        del server, session, envelope, mechanism
        if not isinstance(data, LoginPassword):
            return AuthResult(success=False, handled=False)
        is_office = hmac.compare_digest(data.login, self._user.encode()) and hmac.compare_digest(
            data.password, self._password.encode()
        )
        return AuthResult(success=is_office, handled=False)
