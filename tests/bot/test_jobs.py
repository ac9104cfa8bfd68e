"""The queue's traps, each closed: order, wake-up, rescue, separate locks, nothing written down."""

from __future__ import annotations

import ast
import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from inspect import signature

import psycopg
import pytest
import structlog
from sqlalchemy import text

from bot import jobs
from bot.assembly import steps
from bot.logs import configure
from bot.schedule import Schedule
from bot.settings import ROOT
from bot.store import replies, unanswered
from channels.port import Cursor, Ignored, Outbound, Parcel, Receipt, SendFailed
from tests.fakes import Stage

Staged = Callable[[], AbstractAsyncContextManager[Stage]]
PERSON = "whatsapp:+628111111001"


async def until(condition: Callable[[], object], within: float = 20.0) -> None:
    """Wait for something to become true. Raises TimeoutError."""
    async with asyncio.timeout(within):
        while not condition():
            await asyncio.sleep(0.005)


@asynccontextmanager
async def working(stage: Stage) -> AsyncIterator[asyncio.Task[None]]:
    """Have a real worker do the stage's jobs, and give its task."""
    jobs.register(
        stage.core.queue,
        stage.core.database,
        stage.clock,
        answering=stage.answering,
        delivering=stage.delivering,
        reader=steps.reader(stage.core),
        fetching=steps.fetching(stage.core, stage.core.channels),
        files=stage.core.files,
    )
    async with stage.core.queue.opened():
        worker = asyncio.create_task(jobs.work(stage.core.queue, install_signal_handlers=False))
        try:
            yield worker
        finally:
            worker.cancel()
            with suppress(asyncio.CancelledError):
                await worker


async def test_a_conversation_is_answered_in_order_and_others_beside_it(staged: Staged) -> None:
    async with staged() as stage:
        people = [f"whatsapp:+6281111110{n:02}" for n in range(6)]
        for n in range(5):
            for person in people:
                stage.model.teach(f"{person} {n}", "biaya", service="konsultasi")
                await stage.core.reception(stage.inbound(f"{person} {n}", sender=person))
        async with working(stage):
            sent = stage.memory["whatsapp"].sent
            await until(lambda: len(sent) == 30)
        for person in people:
            asked = [said for said in stage.model.asked if said.startswith(person)]
            assert asked == [f"{person} {n}" for n in range(5)]


async def test_the_next_job_of_a_conversation_starts_at_once_and_not_at_the_poll(
    staged: Staged, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "POLL_SECONDS", 3_600.0)
    async with staged() as stage, working(stage):
        for n in range(10):
            stage.model.teach(f"tanya {n}", "biaya", service="konsultasi")
            await stage.core.reception(stage.inbound(f"tanya {n}"))
        # However busy the machine is: the first poll would come much later.
        await until(lambda: len(stage.memory["whatsapp"].sent) == 10, within=300.0)


async def test_jobs_of_a_killed_worker_are_freed(staged: Staged) -> None:
    async with staged() as stage:
        stage.model.teach("biaya?", "biaya", service="konsultasi")
        await stage.core.reception(stage.inbound("biaya?"))
        async with stage.core.database.transaction() as tx:  # what a SIGKILL leaves behind
            await tx.execute(
                text(
                    "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute')"
                )
            )
            await tx.execute(
                text(
                    "UPDATE procrastinate_jobs SET status = 'doing',"
                    " worker_id = (SELECT max(id) FROM procrastinate_workers)"
                )
            )
        async with working(stage):
            schedule = Schedule(stage.core.database, stage.core.queue, stage.clock)
            await schedule.tick("rescue")
            await until(lambda: len(stage.memory["whatsapp"].sent) == 1)


async def test_whoever_is_told_to_end_while_the_queue_opens_ends(staged: Staged) -> None:
    async with staged() as stage:
        for steps in range(40):
            before = asyncio.all_tasks()
            opening = asyncio.create_task(_open_for_good(stage))
            for _ in range(steps):
                await asyncio.sleep(0)  # one step further
            opening.cancel()
            _, pending = await asyncio.wait(asyncio.all_tasks() - before, timeout=20)
            assert not pending, steps


async def _open_for_good(stage: Stage) -> None:
    async with stage.core.queue.opened():
        await asyncio.Event().wait()


async def test_a_tick_of_several_schedulers_defers_one_job(staged: Staged) -> None:
    async with staged() as stage, stage.core.queue.opened():
        schedules = [Schedule(stage.core.database, stage.core.queue, stage.clock) for _ in range(5)]
        await asyncio.gather(*(schedule.tick("sweep") for schedule in schedules))
        assert await stage.scalar("SELECT count(*) FROM procrastinate_jobs") == 1


async def test_a_message_whose_job_was_lost_gets_a_new_one(staged: Staged) -> None:
    async with staged() as stage:
        stage.model.teach("biaya?", "biaya", service="konsultasi")
        await stage.core.reception(stage.inbound("biaya?"))
        async with stage.core.database.transaction() as tx:
            await tx.execute(text("DELETE FROM procrastinate_jobs"))
        async with working(stage):
            stage.clock.advance(timedelta(hours=1))
            await stage.core.queue.upkeep("sweep")
            await until(lambda: len(stage.memory["whatsapp"].sent) == 1)


async def test_a_whatsapp_answer_goes_out_while_the_same_conversations_mail_retries(staged: Staged) -> None:
    """Each channel's delivering has a lock of its own, and answering has another."""
    refused = []

    async def refuse(message: Outbound) -> Receipt:
        refused.append(message.id)
        raise SendFailed("server surat mati", permanent=False)

    async with staged() as stage:
        stage.memory["email"].send = refuse  # type: ignore[method-assign]
        stage.model.teach("biaya?", "biaya", service="konsultasi")
        asked = await stage.hear("biaya?")
        async with stage.core.database.transaction() as tx:
            waiting = await unanswered.waiting(tx, asked)
            assert waiting is not None
            mail = await replies.keep_reply(
                tx, replace(waiting, channel="email"), author="officer", text="surat", key="answer",
                arguments={}, now=stage.clock.now(),
            )  # fmt: skip
            await stage.core.queue.deliver(tx, mail, conversation_id=waiting.conversation_id, channel="email")
        async with working(stage):
            await until(lambda: refused)
            await until(lambda: len(stage.memory["whatsapp"].sent) == 1)
        assert await stage.scalar("SELECT state FROM delivery ORDER BY message_id LIMIT 1") == "kept"


async def test_an_error_of_our_own_ends_with_an_officer_and_not_in_a_circle(
    staged: Staged, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_pause", lambda *_: 0.0)

    async def explode(said: str) -> object:
        raise RuntimeError(f"tripped over {said}")

    async with staged() as stage:
        stage.model.parse = explode  # type: ignore[method-assign, assignment]
        await stage.core.reception(stage.inbound("rahasia warga"))
        async with working(stage):
            await until(lambda: len(stage.memory["whatsapp"].sent) == 1)
        assert await stage.scalar("SELECT reason FROM ticket") == "unavailable"
        assert (
            await stage.scalar("SELECT failures FROM message WHERE author = 'citizen'") == jobs.MOST_FAILURES
        )


async def test_neither_queue_nor_logs_hold_what_people_wrote(
    staged: Staged, database_url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    said, address = "nomor rahasia 778899", PERSON
    configure(is_json=True)
    try:
        async with staged() as stage:

            async def explode(text_of_citizen: str) -> object:
                raise RuntimeError(f"tripped over {text_of_citizen}")

            stage.model.parse = explode  # type: ignore[method-assign, assignment]
            await stage.core.reception(stage.inbound(said, sender=address))
            with psycopg.connect(database_url) as connection:
                rows = connection.execute("SELECT * FROM procrastinate_jobs").fetchall()
                rows += connection.execute("SELECT * FROM procrastinate_events").fetchall()
            assert said not in json.dumps(rows, default=str)
            assert address not in json.dumps(rows, default=str)
            async with working(stage):
                async with asyncio.timeout(20):
                    while not await stage.scalar("SELECT max(failures) FROM message"):
                        await asyncio.sleep(0.01)
    finally:
        structlog.reset_defaults()
    written = capfd.readouterr()
    assert "step failed" in written.err
    assert "RuntimeError" in written.err
    for secret in (said, "778899", address, "628111111001"):
        assert secret not in written.err + written.out


async def test_a_parcel_nobody_can_read_does_not_hold_up_the_next(
    staged: Staged, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_pause", lambda *_: 0.0)

    def read(parcel: Parcel) -> Ignored:
        if parcel.number == 1:
            raise RuntimeError("a bug of the parser")
        return Ignored("list", "fine")

    async with staged() as stage:
        stage.memory["email"].read = read  # type: ignore[method-assign]
        mails = [Parcel("email", "INBOX", 7, number, b"raw", stage.clock.now()) for number in (1, 2)]
        await stage.core.reception.keep(mails, Cursor(7, 2), channel="email", place="INBOX")
        async with working(stage):
            async with asyncio.timeout(20):
                while await stage.scalar("SELECT count(*) FROM parcel WHERE read_at IS NULL"):
                    await asyncio.sleep(0.01)
        assert await stage.scalar("SELECT kind FROM parcel WHERE number = 1") == "quarantined"
        assert await stage.scalar("SELECT kind FROM parcel WHERE number = 2") == "list"


async def test_a_database_that_is_away_is_no_error_of_ours(staged: Staged) -> None:
    async def drop() -> None:
        raise OSError("connection reset")

    async with staged() as stage:
        message_id = await stage.hear("biaya?")
        guard = jobs._Guard(stage.core.database)
        with pytest.raises(OSError, match="reset"):
            await guard(message_id, lambda _: drop(), lambda _: drop(), unanswered.note_failure)
        assert await stage.scalar("SELECT failures FROM message") == 0


def test_the_program_leaves_no_part_out() -> None:
    tree = ast.parse((ROOT / "bot" / "assembly" / "worker.py").read_text(encoding="utf-8"))
    [call] = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "jobs.register"
    ]
    wanted = {
        name for name, each in signature(jobs.register).parameters.items() if each.kind is each.KEYWORD_ONLY
    }
    assert {keyword.arg for keyword in call.keywords} == wanted
