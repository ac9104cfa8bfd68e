"""An officer who looks at a conversation on one web while its citizen writes to the other one."""

from __future__ import annotations

import asyncio
import html
import secrets
import time
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256

import httpx
import psycopg

from tests.flow.processes import Part, until
from tests.flow.silent import TOPICS, Post

CITIZEN = "whatsapp:+628111119900"


async def seconds_until_shown(webs: Sequence[Part], post: Post, database_url: str) -> list[float]:
    """Return for each of some messages how long it took from its webhook until the page showed it.

    The page is what a browser has: it hears that there is something new, and asks for it.
    """
    cookie = {"Cookie": f"__Host-pst={_officer(database_url)}"}
    first, *others = TOPICS
    page, other = webs
    one = Post(post.twilio, [other], post.clock, post.chance, post.heard)
    async with httpx.AsyncClient(timeout=30) as client:
        await one.write(client, CITIZEN, first)
        address = f"{page.url}/console/events?conversation=1"
        async with client.stream("GET", address, headers=cookie) as events:
            assert events.status_code == 200
            shown: dict[str, float] = {}
            looking = asyncio.create_task(
                _look(events, client, f"{page.url}/console/conversation/1", cookie, shown)
            )
            await until(lambda: first in shown, within=30.0)
            delays = []
            for text in others:
                said = time.monotonic()
                await one.write(client, CITIZEN, text)
                await until(lambda text=text: text in shown, within=30.0)  # type: ignore[misc]
                delays.append(shown[text] - said)
            looking.cancel()
            with suppress(asyncio.CancelledError):
                await looking
    post.count += one.count
    return delays


async def _look(
    events: httpx.Response,
    client: httpx.AsyncClient,
    page: str,
    cookie: dict[str, str],
    shown: dict[str, float],
) -> None:
    async for line in events.aiter_lines():
        if line.startswith("event: conversation"):
            seen = html.unescape((await client.get(page, headers=cookie)).text)
            for text in TOPICS:
                if text in seen:
                    shown.setdefault(text, time.monotonic())


def _officer(database_url: str) -> str:
    """Log an officer in; return the session's token."""
    token = secrets.token_urlsafe(32)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "WITH made AS (INSERT INTO officer (login, name, email, role, created_at)"
            " VALUES ('sari', 'Sari', 'sari@example.go.id', 'officer', now()) RETURNING id)"
            " INSERT INTO officer_session (digest, officer_id, csrf, is_complete, created_at, seen_at, expires_at)"
            " SELECT %s, id, 'x', true, now(), now(), now() + interval '8 hours' FROM made",
            [sha256(token.encode()).digest()],
        )
    return token
