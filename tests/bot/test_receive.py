"""Step 1: kept once, in order, in the right conversation."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from bot.store import conversations, messages
from tests.fakes import Stage

Staged = Callable[[], AbstractAsyncContextManager[Stage]]
JOBS = "SELECT count(*) FROM procrastinate_jobs"


async def test_a_message_that_comes_ten_times_at_once_is_kept_once(staged: Staged) -> None:
    async with staged() as stage:
        message = stage.inbound("syarat konsultasi?", external_id="SM1")
        kept = await asyncio.gather(*(stage.core.reception(message) for _ in range(10)))
        assert sorted(kept) == [False] * 9 + [True]
        assert await stage.scalar("SELECT count(*) FROM message") == 1
        assert await stage.scalar("SELECT count(*) FROM conversation") == 1
        assert await stage.scalar("SELECT count(*) FROM contact") == 1
        assert await stage.scalar(JOBS) == 1


async def test_messages_of_one_person_share_a_conversation_and_others_do_not(staged: Staged) -> None:
    async with staged() as stage:
        await stage.hear("satu")
        await stage.hear("dua")
        await stage.hear("tiga", sender="whatsapp:+628111111002")
        assert await stage.scalar("SELECT count(DISTINCT conversation_id) FROM message") == 2


async def test_the_order_of_jobs_is_the_order_of_commits(staged: Staged) -> None:
    """Two transactions of one person at once: the second waits until the first is kept."""
    async with staged() as stage:
        first, second = stage.inbound("pertama"), stage.inbound("kedua")
        async with stage.core.database.transaction() as tx:
            await stage.core.reception.keep_message(tx, first)
            other = asyncio.create_task(stage.core.reception(second))
            # Another person is not held up meanwhile.
            await asyncio.wait_for(
                stage.core.reception(stage.inbound("lain", sender="whatsapp:+628111111002")), 5
            )
            assert not other.done()
        assert await other
        kept = await stage.column("SELECT id FROM message WHERE text IN ('pertama', 'kedua') ORDER BY id")
        jobs = await stage.column(
            "SELECT (args ->> 'message_id')::bigint FROM procrastinate_jobs"
            " WHERE lock LIKE 'answer:%' AND (args ->> 'message_id')::bigint"
            " IN (SELECT id FROM message WHERE text IN ('pertama', 'kedua')) ORDER BY id"
        )
        assert jobs == kept


async def test_a_rollback_keeps_neither_message_nor_job(staged: Staged) -> None:
    class Interrupted(Exception):
        pass

    async with staged() as stage:
        try:
            async with stage.core.database.transaction() as tx:
                await stage.core.reception.keep_message(tx, stage.inbound("hilang?"))
                raise Interrupted
        except Interrupted:
            pass
        assert await stage.scalar("SELECT count(*) FROM message") == 0
        assert await stage.scalar(JOBS) == 0


async def test_a_mail_in_our_thread_joins_it_and_a_new_one_begins_anew(staged: Staged) -> None:
    who = {"channel": "email", "sender": "warga@contoh.example"}
    async with staged() as stage:
        stage.model.teach("biaya konsultasi?", "biaya")
        await stage.answered("biaya konsultasi?", **who)
        ours = stage.memory["email"].last_id["warga@contoh.example"]
        await stage.hear("lalu?", replies_to=(ours,), **who)
        assert await stage.scalar("SELECT count(*) FROM conversation") == 1
        await stage.hear("pertanyaan lain", **who)
        assert await stage.scalar("SELECT count(*) FROM conversation") == 2


async def test_a_stranger_who_quotes_our_message_gets_a_conversation_of_his_own(staged: Staged) -> None:
    async with staged() as stage:
        stage.model.teach("biaya konsultasi?", "biaya")
        await stage.answered("biaya konsultasi?", channel="email", sender="warga@contoh.example")
        ours = stage.memory["email"].last_id["warga@contoh.example"]
        await stage.hear("saya juga", channel="email", sender="lain@contoh.example", replies_to=(ours,))
        assert await stage.scalar("SELECT count(*) FROM conversation") == 2


async def test_absurdly_long_ids_are_kept_and_stay_distinct(staged: Staged) -> None:
    async with staged() as stage:
        long = "x" * 20_000
        for ending in ("a", "b", "a"):
            await stage.core.reception(stage.inbound("halo", sender=long, external_id=long + ending))
        assert await stage.scalar("SELECT count(*) FROM message") == 2


async def test_locks_are_taken_in_one_order(staged: Staged) -> None:
    """Receiving and answering the same conversation at once never wait for each other in a circle."""
    async with staged() as stage:
        ids = [await stage.hear(f"pesan {n}") for n in range(8)]
        await asyncio.wait_for(
            asyncio.gather(
                *(stage.answering.answer(each) for each in ids),
                *(stage.core.reception(stage.inbound(f"lagi {n}")) for n in range(8)),
            ),
            30,
        )
        assert await stage.scalar("SELECT count(*) FROM message WHERE author = 'citizen'") == 16


async def test_an_unknown_message_is_not_waiting(staged: Staged) -> None:
    async with staged() as stage, stage.core.database.transaction() as tx:
        assert await messages.waiting(tx, 12345) is None
        standing = await conversations.lock_contact(
            tx, channel="whatsapp", address="whatsapp:+628111111009", name=None, now=stage.clock.now()
        )
        assert standing.conversation_id is None
