"""The officers' desk with an office's years of talk in it: pages, search, and how soon an open page hears of a message.

A `pst web` over 200,000 conversations with 1,000,000 messages (bench/archive.py). Officers' sessions are put into its
database; their pages are asked for as a browser does, the event streams stay open.
"""

from __future__ import annotations

import asyncio
import math
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from time import perf_counter

import psycopg

from bench import archive
from bench.archive import Size
from bench.house import House, Web
from bench.http import at_rate, closed_loop, get
from bench.processes import cpu_seconds, free_port, pss_mib, until
from bench.row import Row, percentile

SIZE = Size()
OFFICERS = 50
ROUNDS = 40  # of each list of pages
CONNECTIONS = 2
RATE = 20.0
SECONDS = 30
GRACE_SECONDS = 2.0
WORDS = (
    "data penduduk",
    "inflasi klaten",
    "siti",
    "bafele",
    "KST-2025-001",
    "di",
    "jimore wa",
    "tidakadasamasekali",
)
QUEUES = ("unclaimed", "mine", "citizen", "near", "all", "closed")
COOKIE = "pst"


async def measure(house: House) -> list[Row]:
    """Return p95 of pages and of search, p99 of the delay of an event, and what the web takes of memory."""
    async with house.web(api_port=free_port(), nlu={"PST_SECRET_KEY": secrets.token_hex(32)}) as web:
        url = web.settings["PST_DATABASE_URL"]
        began = perf_counter()
        await asyncio.to_thread(archive.fill, url, SIZE)
        made = perf_counter() - began
        tokens = await asyncio.to_thread(_log_in, url)
        return [
            Row("archive of the console made", made, "s"),
            *await _pages(house, web, tokens[0]),
            *await _streams(house, web, url, tokens),
        ]


async def _pages(house: House, web: Web, token: str) -> list[Row]:
    conversations = [SIZE.conversations - n * 35 for n in range(ROUNDS)]
    lists = {
        "inbox": [f"/console/inbox?queue={queue}" for queue in QUEUES] * (ROUNDS // 4),
        "home": ["/console/"] * ROUNDS,
        "attention": ["/console/attention"] * ROUNDS,
        "conversation": [f"/console/conversation/{number}" for number in conversations],
        "search": [f"/console/inbox?q={word.replace(' ', '+')}" for word in WORDS] * (ROUNDS // 8),
    }
    postgres = house.postgres()
    goals = {"inbox": 100.0, "conversation": 100.0, "search": 200.0}
    rows = []
    for name, paths in lists.items():
        requests = [_asked(path, token) for path in paths]
        await closed_loop(web.port, requests[:8], connections=1)
        before = cpu_seconds(web.process) + cpu_seconds(postgres)
        seconds = await closed_loop(web.port, requests, connections=CONNECTIONS)
        spent = (cpu_seconds(web.process) + cpu_seconds(postgres) - before) / len(requests) * 1000
        title = f"console: {name}, {SIZE.conversations:,} conversations, p95"
        p95 = percentile(seconds, 95) * 1000
        rows.append(Row.at_most(title, p95, "ms", goals[name]) if name in goals else Row(title, p95, "ms"))
        rows.append(Row(f"console: {name}, processor time a page, web and database", spent, "ms"))
    return rows


@dataclass(slots=True)
class Ear:
    """An open stream; `heard` are the moments of its `conversation` events."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    heard: list[float] = field(default_factory=list)

    @classmethod
    async def open(cls, port: int, token: str, conversation: int) -> Ear:
        """Open the stream of a conversation's page."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(_asked(f"/console/events?conversation={conversation}", token))
        return cls(reader, writer)

    async def listen(self) -> None:
        """Note when each event comes, until the stream ends."""
        while line := await self.reader.readline():
            if line.startswith(b"event: conversation"):
                self.heard.append(perf_counter())

    def delay(self, said: float) -> float:
        """Return after how long the page heard of something, infinite when it did not."""
        return next((at - said for at in self.heard if at >= said), math.inf)


async def _streams(house: House, web: Web, url: str, tokens: Sequence[str]) -> list[Row]:
    """Let citizens write by WhatsApp, each into the conversation that one officer looks at."""
    watched = await asyncio.to_thread(_watched, url, len(tokens))
    alone = pss_mib(web.process)
    ears = [await Ear.open(web.port, *each) for each in zip(tokens, watched, strict=True)]
    listening = [asyncio.create_task(ear.listen()) for ear in ears]
    try:
        await until(lambda: _each_has_heard(ears), within=30)
        said = await _write(house, web, ears)
        await asyncio.sleep(GRACE_SECONDS)
        memory = pss_mib(web.process)
    finally:
        for ear in ears:
            ear.writer.close()
        await asyncio.gather(*listening, return_exceptions=True)
    delays = [ear.delay(at) for ear, at in said]
    name = f"console: {len(ears)} streams open, {RATE:.0f} messages a second"
    return [
        Row(f"{name}, heard of after, p50", percentile(delays, 50) * 1000, "ms"),
        Row.at_most(f"{name}, heard of after, p99", percentile(delays, 99) * 1000, "ms", 1000.0),
        Row.at_most(f"{name}, never heard of", sum(map(math.isinf, delays)), "messages", 0),
        Row("console: memory of the web, no stream open", alone, "MiB"),
        Row(f"console: memory of the web, {len(ears)} streams open", memory, "MiB"),
    ]


async def _each_has_heard(ears: Sequence[Ear]) -> bool:
    """Tell whether each stream is under way: what it is told at the start is no message of ours."""
    return all(ear.heard for ear in ears)


async def _write(house: House, web: Web, ears: Sequence[Ear]) -> list[tuple[Ear, float]]:
    """Post the webhooks at their times; return of each whose page is to hear of it, and when it was posted."""
    count = round(RATE * SECONDS)
    webhooks = [
        house.account.webhook(web.url, citizen=1000 + n % len(ears), said=f"Ada yang kurang: {n}")
        for n in range(count)
    ]
    began = perf_counter()
    await at_rate(web.port, webhooks, per_second=RATE, connections=4)
    return [(ears[n % len(ears)], began + n / RATE) for n in range(count)]


def _log_in(url: str) -> list[str]:
    """Open a session for each officer; return the tokens."""
    tokens = [secrets.token_urlsafe(32) for _ in range(OFFICERS)]
    with psycopg.connect(url, autocommit=True) as connection:
        for number, token in enumerate(tokens):
            connection.execute(
                "WITH made AS (INSERT INTO officer (login, name, email, role, created_at)"
                " VALUES (%(login)s, %(login)s, 'petugas@example.org', 'officer', now()) RETURNING id)"
                " INSERT INTO officer_session (digest, officer_id, csrf, is_complete, created_at, seen_at, expires_at)"
                " SELECT %(digest)s, id, 'x', true, now(), now(), now() + interval '8 hours' FROM made",
                {"login": f"pengukur{number}", "digest": sha256(token.encode()).digest()},
            )
    return tokens


_WATCHED = """
WITH watched AS (
    SELECT DISTINCT ON (contact.id) contact.id AS contact, conversation.id
    FROM ticket JOIN conversation ON conversation.id = ticket.conversation_id
    JOIN contact ON contact.id = conversation.contact_id
    WHERE ticket.closed_at IS NULL AND contact.channel = 'whatsapp' AND NOT EXISTS (
        SELECT FROM conversation AS newer
        WHERE newer.contact_id = contact.id AND newer.id > conversation.id AND newer.closed_at IS NULL
    )
    ORDER BY contact.id LIMIT %s
), numbered AS (
    SELECT *, row_number() OVER (ORDER BY id) - 1 AS number FROM watched
), renamed AS (
    UPDATE contact SET address = 'whatsapp:+628111111' || (1000 + number)
    FROM numbered WHERE contact.id = numbered.contact
)
SELECT id FROM numbered ORDER BY number
"""


def _watched(url: str, count: int) -> list[int]:
    """Give citizens with an open ticket the numbers from which the webhooks come; return their conversations."""
    with psycopg.connect(url, autocommit=True) as connection:
        return [row[0] for row in connection.execute(_WATCHED, [count]).fetchall()]


def _asked(path: str, token: str) -> bytes:
    return get(path, {"Cookie": f"{COOKIE}={token}"})
