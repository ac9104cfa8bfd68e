"""What the clock costs: a look at what silence does where nothing is due, and the closing of all that is.

The rows are made inside PostgreSQL: conversations that the bot answered and nobody continued, a contact each, every
fourth of them with a ticket. What is measured is the duty's own function, in this process.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from statistics import median
from time import perf_counter

import psycopg

from bench.house import House
from bench.row import Row
from bot.assembly import duties
from bot.assembly.core import assemble
from bot.closing import Closing
from bot.rehearsal import MemoryChannel
from bot.settings import load
from bot.upkeep import MOST

SMALL, LARGE = 10_000, 1_000_000
DUE = 10_000
LOOKS = 40  # at each size, in turns
WARM_UP = 5

_MAKE = """
INSERT INTO person (created_at) SELECT now() FROM generate_series(1, :people);
INSERT INTO contact (person_id, channel, address, created_at, last_inbound_at)
SELECT id, 'whatsapp', 'whatsapp:+62811' || (10000000 + id), created_at, created_at FROM person
WHERE id > (SELECT count(*) FROM contact);
INSERT INTO conversation (contact_id, state, opened_at, last_inbound_at, last_outbound_at, warned_at, tend_at)
SELECT id, 'bot', at, at, at, at + interval '6 days', at + interval '7 days'
FROM contact, LATERAL (SELECT now() - :ago + id * interval '1 second' / 20 AS at) AS moment
WHERE id > (SELECT count(*) FROM conversation);
"""
_TALK = """
INSERT INTO message (conversation_id, channel, author, external_id, text, created_at, answered_at)
SELECT conversation.id, 'whatsapp', author, author || conversation.id, 'berapa lama?', opened_at, opened_at
FROM conversation, unnest(ARRAY['citizen', 'bot']) AS author;
INSERT INTO delivery (message_id, state, key, sent_at, attempts)
SELECT id, 'sent', 'answer', created_at, 1 FROM message WHERE author = 'bot';
INSERT INTO ticket (number, kind, state, reason, conversation_id, clear_at, due_at, opened_at)
SELECT 'KST-2026-' || id, 'konsultasi', 'new', 'asked', id, opened_at, opened_at + interval '5 days', opened_at
FROM conversation WHERE id % 4 = 0;
"""


async def measure(house: House) -> list[Row]:
    """Return what a sweep with nothing due costs at two sizes, and how many conversations are closed in a second."""
    async with AsyncExitStack() as stack:
        closings: dict[int, Closing] = {}
        for size in (SMALL, LARGE):
            url = await house.database()
            _make(url, size, ago="interval '1 hour'")
            closings[size] = await _closing(stack, url)
        seconds = await _looks(closings)
        url = await house.database()
        _make(url, DUE, ago="interval '9 days'", talk=True)
        closing = await _closing(stack, url)
        began = perf_counter()
        await closing.run(most=MOST)
        spent = perf_counter() - began
        closed = _closed(url)
    small, large = (median(seconds[size]) * 1000 for size in (SMALL, LARGE))
    return [
        Row(f"sweep, nothing due, {SMALL:,} conversations", small, "ms"),
        Row.at_most(f"sweep, nothing due, {LARGE:,} conversations", large, "ms", 20.0),
        Row.at_most("sweep, nothing due, large to small", large / small, "x", 1.5),
        Row(f"closing {DUE:,} that are due, with message and request", closed / spent, "conversations/s"),
        Row.at_most(f"closing {DUE:,} that are due, left open", DUE - closed, "conversations", 0),
    ]


async def _looks(closings: dict[int, Closing]) -> dict[int, list[float]]:
    """Look at each size in turns: what else the machine does meets both."""
    seconds: dict[int, list[float]] = {size: [] for size in closings}
    for turn in range(WARM_UP + LOOKS):
        for size, closing in closings.items():
            began = perf_counter()
            await closing.run(most=MOST)
            if turn >= WARM_UP:
                seconds[size].append(perf_counter() - began)
    return seconds


async def _closing(stack: AsyncExitStack, url: str) -> Closing:
    memory = {name: MemoryChannel(name) for name in ("whatsapp", "email")}
    core = await stack.enter_async_context(assemble(load(), url, build=lambda *_: dict(memory)))
    return duties.closing(core)


def _make(url: str, size: int, *, ago: str, talk: bool = False) -> None:
    """Make so many conversations that were answered `ago`; with their messages and tickets if `talk`."""
    with psycopg.connect(url, autocommit=True) as connection:
        # As a superuser: triggers are spared, as a restored backup spares them.
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET synchronous_commit = off")
        for script in (_MAKE, _TALK) if talk else (_MAKE,):
            for statement in script.split(";\n"):
                if statement.strip():
                    filled = statement.replace(":people", str(size)).replace(":ago", ago)
                    connection.execute(filled.encode())
        connection.execute("VACUUM ANALYZE")


def _closed(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM conversation WHERE closed_how = 'idle'").fetchone()
        return int(row[0]) if row else 0
