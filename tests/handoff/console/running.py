"""The console as it runs: over a real database, on a real port, with officers in it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from secrets import token_urlsafe

import httpx
import uvicorn

from bot.assembly import counter
from bot.desk.accounts import digest_of
from bot.desk.sealing import Seal, derived
from bot.store.desk import accounts, sessions
from bot.web import build_app
from handoff.console.app import Console
from handoff.ports.values import Officer, Role
from tests.fakes import Stage

NAMES: dict[Role, str] = {"officer": "Sari Contoh", "supervisor": "Budi Contoh", "admin": "Wati Contoh"}
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
"""The second factor of every admin that `Desk.officer` makes."""


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """An officer with an open session: the cookie's token and the token of their forms."""

    officer: Officer
    token: str
    csrf: str


@dataclass(slots=True)
class Desk:
    """The running console. `stage` is the pipeline behind it."""

    stage: Stage
    console: Console
    url: str
    seal: Seal
    clients: list[httpx.AsyncClient] = field(default_factory=list)
    count: int = 0

    async def officer(
        self,
        role: Role = "officer",
        *,
        name: str | None = None,
        login: str | None = None,
        language: str = "id",
    ) -> Officer:
        """Make an officer, without a password; an admin has the second factor `SECRET`."""
        self.count += 1
        login = login or f"{role}{self.count}"
        name, email = name or NAMES[role], f"{login}@example.go.id"
        async with self.stage.core.database.transaction() as tx:
            number = await accounts.add_officer(
                tx,
                login=login,
                name=name,
                email=email,
                role=role,
                now=self.stage.clock.now(),
                language=language,
            )
            if role == "admin":
                await accounts.set_factor(tx, number, self.seal.close(SECRET))
        return Officer(number, login, name, email, role, language)

    async def log_in(self, who: Officer | Role = "officer") -> LoggedIn:
        """Open a session without going through the login page; a role makes an officer of it."""
        officer = who if isinstance(who, Officer) else await self.officer(who)
        token, csrf, now = token_urlsafe(32), token_urlsafe(24), self.stage.clock.now()
        async with self.stage.core.database.transaction() as tx:
            await sessions.begin(
                tx,
                digest=digest_of(token),
                officer_id=officer.id,
                csrf=csrf,
                is_complete=True,
                now=now,
                until=now + timedelta(hours=8),
            )
        return LoggedIn(officer, token, csrf)

    async def client(self, who: Officer | Role | LoggedIn | None = "officer") -> httpx.AsyncClient:
        """Return a client that is logged in and sends the CSRF token with everything; None: a stranger's.

        It follows no redirects and is closed at the end of the test.
        """
        client = httpx.AsyncClient(base_url=self.url, timeout=10)
        if who is not None:
            session = who if isinstance(who, LoggedIn) else await self.log_in(who)
            client.cookies.set(self.console.cookies.session, session.token, domain="127.0.0.1")
            client.headers["X-CSRF-Token"] = session.csrf
        self.clients.append(client)
        return client


@asynccontextmanager
async def running(stage: Stage, home: Path) -> AsyncIterator[Desk]:
    """Serve the console of a stage on a free port of loopback."""
    console = counter.console(stage.core)
    app = build_app(stage.core, understanding=None, processes=home / "state", console=console.routes())
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()  # who comes before the server is up waits in the queue
        key = stage.core.settings.signing_key()
        assert key is not None
        seal = Seal(derived(key, "second factor"))
        desk = Desk(stage, console, f"http://127.0.0.1:{listener.getsockname()[1]}", seal)
        config = uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=2)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield desk
        finally:
            for client in desk.clients:
                await client.aclose()
            console.hang_up()
            server.should_exit = True
            await serving
