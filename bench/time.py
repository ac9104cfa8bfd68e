"""What the clock costs: a look at silence and at tickets where nothing is due, and the closing of all that is.

The rows are made inside PostgreSQL: conversations that the bot answered and nobody continued, a contact each, every
fourth of them with a ticket. What is measured is the duty's own function, in this process.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from functools import partial
from statistics import median
from time import perf_counter

import psycopg

from bench.house import House
from bench.row import Row
from bot.assembly import duties
from bot.assembly.core import Core, assemble
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
# Every fourth conversation has an open ticket, every fortieth an officer, some of whom work here no more.
_WORK = """
INSERT INTO officer (login, name, email, role, created_at, disabled_at)
SELECT 'p' || n, 'Petugas ' || n, 'p' || n || '@example.org', 'officer', now(), CASE WHEN n > 15 THEN now() END
FROM generate_series(1, 20) AS n;
INSERT INTO ticket (number, kind, state, reason, conversation_id, assignee_id, clear_at, due_at, opened_at, tend_at)
SELECT 'KST-2026-' || id, 'konsultasi', 'new', 'asked', id, 1 + id % 15, opened_at, opened_at + interval '5 days',
    opened_at, opened_at + interval '5 days'
FROM conversation WHERE id % 4 = 0;
UPDATE ticket SET tended_version = version;
UPDATE conversation SET holder_id = 1 + id % 15 WHERE id % 40 = 0;
"""


async def measure(house: House) -> list[Row]:
    """Return what a sweep with nothing due costs at two sizes, and how many conversations are closed in a second."""
    async with AsyncExitStack() as stack:
        cores: dict[int, Core] = {}
        for size in (SMALL, LARGE):
            url = await house.database()
            _make(url, size, _MAKE, _WORK, ago="interval '1 hour'")
            cores[size] = await _core(stack, url)
        closings = {size: duties.closing(core) for size, core in cores.items()}
        seconds = await _looks({size: partial(each.run, most=MOST) for size, each in closings.items()})
        of_tickets = await _looks({size: duties.tending(core).tend for size, core in cores.items()})
        url = await house.database()
        _make(url, DUE, _MAKE, _TALK, ago="interval '9 days'")
        closing = duties.closing(await _core(stack, url))
        began = perf_counter()
        await closing.run(most=MOST)
        spent = perf_counter() - began
        closed = _closed(url)
    return [
        *_sweep("sweep", seconds),
        *_sweep("sweep of tickets", of_tickets),
        Row(f"closing {DUE:,} that are due, with message and request", closed / spent, "conversations/s"),
        Row.at_most(f"closing {DUE:,} that are due, left open", DUE - closed, "conversations", 0),
    ]


def _sweep(name: str, seconds: dict[int, list[float]]) -> list[Row]:
    small, large = (median(seconds[size]) * 1000 for size in (SMALL, LARGE))
    return [
        Row(f"{name}, nothing due, {SMALL:,} conversations", small, "ms"),
        Row.at_most(f"{name}, nothing due, {LARGE:,} conversations", large, "ms", 20.0),
        Row.at_most(f"{name}, nothing due, large to small", large / small, "x", 1.5),
    ]


async def _looks(duties_by_size: Mapping[int, Callable[[], Awaitable[None]]]) -> dict[int, list[float]]:
    """Look at each size in turns: what else the machine does meets both."""
    seconds: dict[int, list[float]] = {size: [] for size in duties_by_size}
    for turn in range(WARM_UP + LOOKS):
        for size, look in duties_by_size.items():
            began = perf_counter()
            await look()
            if turn >= WARM_UP:
                seconds[size].append(perf_counter() - began)
    return seconds


async def _core(stack: AsyncExitStack, url: str) -> Core:
    memory = {name: MemoryChannel(name) for name in ("whatsapp", "email")}
    return await stack.enter_async_context(assemble(load(), url, build=lambda *_: dict(memory)))


def _make(url: str, size: int, *scripts: str, ago: str) -> None:
    """Make so many conversations that were answered `ago`, with what the scripts give them."""
    with psycopg.connect(url, autocommit=True) as connection:
        # As a superuser: triggers are spared, as a restored backup spares them.
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET synchronous_commit = off")
        for script in scripts:
            for statement in script.split(";\n"):
                if statement.strip():
                    filled = statement.replace(":people", str(size)).replace(":ago", ago)
                    connection.execute(filled.encode())
        connection.execute("VACUUM ANALYZE")


def _closed(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM conversation WHERE closed_how = 'idle'").fetchone()
        return int(row[0]) if row else 0
