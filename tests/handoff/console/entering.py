"""Going through the login as a browser does."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import cache

import httpx
import pyotp
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from bot.store.desk import accounts
from handoff.ports.values import Officer, Role
from tests.handoff.console.running import SECRET, Desk

PASSWORD = "kuda jendela hujan 7"
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')


@cache
def _digest() -> str:
    return PasswordHash((Argon2Hasher(),)).hash(PASSWORD)


async def with_password(desk: Desk, role: Role = "officer") -> Officer:
    """Make an officer who can log in with `PASSWORD`; an admin with the codes of `SECRET`."""
    officer = await desk.officer(role)
    async with desk.stage.core.database.transaction() as tx:
        await accounts.set_password(tx, officer.id, _digest())
    return officer


def csrf_in(answer: httpx.Response) -> str:
    """Return the token of the first form of a page."""
    found = _CSRF.search(answer.text)
    assert found, answer.text[:300]
    return found[1]


async def submit(
    client: httpx.AsyncClient, path: str, at: str | None = None, **fields: str
) -> httpx.Response:
    """Open a page and send its form to `at` (by default to itself)."""
    token = csrf_in(await client.get(path))
    return await client.post(at or path, data={"csrf": token, **fields})


async def enter(
    client: httpx.AsyncClient, login: str, password: str = PASSWORD, **more: str
) -> httpx.Response:
    """Send the login form."""
    return await submit(client, "/console/login", login=login, password=password, **more)


def code(at: datetime, *, steps: int = 0) -> str:
    """Return the code an authenticator app shows at a time, or so many steps later."""
    return pyotp.TOTP(SECRET).at(at + timedelta(seconds=30 * steps))
