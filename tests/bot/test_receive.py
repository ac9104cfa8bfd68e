"""Step 1: kept once, in order, in the right conversation."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from datetime import timedelta
from urllib.parse import urlencode

import httpx
import pytest
from starlette.applications import Starlette

from bot.report import Reporting
from bot.store import conversations, unanswered
from channels.port import Wiring
from channels.simulator.twilio import sign_webhook, webhook_form
from channels.whatsapp import Environment, Options, build
from tests.fakes import Stage

Staged = Callable[[], AbstractAsyncContextManager[Stage]]
JOBS = "SELECT count(*) FROM procrastinate_jobs"


async def connect(stage: Stage, count: int = 10) -> None:
    """Open the pool's connections one after the other: a busy machine takes long to open all at once, and then
    they are not at once."""
    async with AsyncExitStack() as stack:
        for _ in range(count):
            await stack.enter_async_context(stage.core.database.transaction())


async def test_a_message_that_comes_ten_times_at_once_is_kept_once(staged: Staged) -> None:
    async with staged() as stage:
        await connect(stage)
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
        assert await unanswered.waiting(tx, 12345) is None
        standing = await conversations.lock_contact(
            tx, channel="whatsapp", address="whatsapp:+628111111009", name=None, now=stage.clock.now()
        )
        assert standing.conversation_id is None


ACCOUNT = {"PST_TWILIO_ACCOUNT_SID": "AC" + "0" * 32, "PST_TWILIO_FROM": "whatsapp:+628111111000"}
TOKEN = "a-token-of-the-simulation"
PUBLIC = "https://bot.example.org"
HOOK = "/webhooks/twilio/whatsapp"


async def test_a_webhook_that_comes_ten_times_at_once_has_one_effect(
    staged: Staged, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twilio posts again when an answer was late: one message, one job, and ten times 200."""
    for name, value in {**ACCOUNT, "PST_TWILIO_AUTH_TOKEN": TOKEN}.items():
        monkeypatch.setenv(name, value)
    async with staged() as stage:
        await connect(stage)
        [options] = [each.options for each in stage.core.settings.channels if each.name == "whatsapp"]
        wiring = Wiring(
            accept=stage.core.reception,
            report=Reporting(stage.core.database, stage.core.queue, stage.clock),
            depot=stage.core.reception,
            now=stage.clock.now,
            public_url=PUBLIC,
            office_name="Kantor",
        )
        channel = build(Options.model_validate(options.model_dump()), Environment(), wiring)
        assert channel is not None
        form = webhook_form(
            account_sid=ACCOUNT["PST_TWILIO_ACCOUNT_SID"],
            sender="whatsapp:+628111111001",
            recipient=ACCOUNT["PST_TWILIO_FROM"],
            body="syarat konsultasi?",
            profile_name="Sri",
        )
        headers = sign_webhook(TOKEN, PUBLIC + HOOK, form)
        transport = httpx.ASGITransport(Starlette(routes=list(channel.routes())))
        async with httpx.AsyncClient(transport=transport, base_url="http://10.0.0.1") as web:
            posts = (web.post(HOOK, content=urlencode(form), headers=headers) for _ in range(10))
            answers = await asyncio.gather(*posts)
        await channel.close()
        assert [answer.status_code for answer in answers] == [200] * 10
        for table in ("message", "conversation", "contact", "person", "procrastinate_jobs"):
            assert await stage.scalar(f"SELECT count(*) FROM {table}") == 1
        assert await stage.scalar("SELECT flow_count FROM contact") == 1


async def test_a_reaction_is_kept_and_asks_for_nothing(staged: Staged) -> None:
    async with staged() as stage:
        stage.model.teach("biaya?", "biaya", service="konsultasi")
        await stage.answered("biaya?")
        ours = stage.memory["whatsapp"].last_id["whatsapp:+628111111001"]
        heard_at = await stage.scalar("SELECT last_inbound_at FROM conversation")
        stage.clock.advance(timedelta(hours=1))
        jobs = await stage.scalar(JOBS)
        await stage.hear("👍", kind="reaction", replies_to=(ours,))
        assert await stage.scalar("SELECT count(*) FROM message WHERE kind = 'reaction'") == 1
        assert await stage.scalar(JOBS) == jobs
        assert await stage.scalar("SELECT last_inbound_at FROM conversation") == heard_at
        async with stage.core.database.transaction() as tx:
            assert await unanswered.count_waiting(tx) == 0
            late = stage.clock.now() + timedelta(days=1)
            assert await unanswered.overdue(tx, before=late, most=10) == []


async def test_a_reaction_stays_with_what_it_is_on_and_reopens_nothing(staged: Staged) -> None:
    async with staged() as stage:
        stage.model.teach("biaya?", "biaya", service="konsultasi")
        await stage.answered("biaya?")
        first = stage.memory["whatsapp"].last_id["whatsapp:+628111111001"]
        await stage.close_all()
        await stage.hear("👍", kind="reaction", replies_to=(first,))
        assert await stage.scalar("SELECT count(*) FROM conversation") == 1
        assert await stage.scalar("SELECT count(*) FROM conversation WHERE closed_at IS NULL") == 0
        await stage.answered("biaya?")
        await stage.hear("❤", kind="reaction", replies_to=(first,))
        await stage.hear("😂", kind="reaction", replies_to=("unknown",))
        old, new = await stage.column("SELECT id FROM conversation ORDER BY id")
        reacted = "SELECT conversation_id FROM message WHERE kind = 'reaction' ORDER BY id"
        assert await stage.column(reacted) == [old, old, new]


async def test_a_reaction_of_somebody_unknown_is_kept_too(staged: Staged) -> None:
    async with staged() as stage:
        await stage.hear("👍", kind="reaction", replies_to=("unknown",))
        assert await stage.scalar("SELECT count(*) FROM message WHERE answered_at IS NOT NULL") == 1


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("STOP", "stop"),
        ("berhenti.", "stop"),
        ("  *Berhenti*!! ", "stop"),
        ("Start", "start"),
        ("mulai", "start"),
        ("berhenti berlangganan data apa?", "message"),
        ("kapan mulai?", "message"),
        ("stop_", "stop"),
        ("Jangan kirim pesan lagi!", "stop"),
        ("tolong berhenti kirim notif ya, spam", "stop"),
        ("don't send me any more messages", "stop"),
        ("jangan kirim datanya lewat pesan, lewat email saja", "message"),
        ("jangan kirim pesan ke nomor lama saya", "message"),
        ("", "message"),
    ],
)
async def test_a_wish_about_notices_is_the_whole_message(staged: Staged, said: str, kind: str) -> None:
    async with staged() as stage:
        await stage.hear(said)
        assert await stage.scalar("SELECT kind FROM message") == kind


async def test_a_letter_or_a_tapped_button_is_no_wish(staged: Staged) -> None:
    async with staged() as stage:
        await stage.hear("STOP", channel="email", sender="warga@contoh.example")
        await stage.hear("Mulai", choice=1)
        assert await stage.scalar("SELECT count(*) FROM message WHERE kind = 'message'") == 2


async def test_what_is_told_of_a_person_is_kept(staged: Staged) -> None:
    async with staged() as stage:
        await stage.hear("halo", phone="+628111111001")
        await stage.hear("halo")
        assert await stage.scalar("SELECT phone FROM contact") == "+628111111001"


async def test_who_hides_the_number_or_shows_it_again_is_the_same_person(staged: Staged) -> None:
    number, hidden = "whatsapp:+628111111001", "whatsapp:ID.1A2B3C"
    async with staged() as stage:
        await stage.hear("halo", sender=number, alias=hidden)
        await stage.hear("saya lagi", sender=hidden)
        assert await stage.scalar("SELECT count(*) FROM contact") == 1
        assert await stage.scalar("SELECT address FROM contact") == hidden
        await stage.hear("dan lagi", sender=number, alias=hidden)
        assert await stage.scalar("SELECT count(*) FROM contact") == 1
        assert await stage.scalar("SELECT address FROM contact") == number
        assert await stage.scalar("SELECT count(DISTINCT conversation_id) FROM message") == 1
        await stage.hear("orang lain", sender="whatsapp:ID.9Z9Z9Z")
        assert await stage.scalar("SELECT count(*) FROM contact") == 2


async def flood(stage: Stage, count: int, **named: object) -> None:
    for n in range(count):
        await stage.core.reception(stage.inbound(f"pesan {n}", **named))  # type: ignore[arg-type]


async def test_a_flood_is_kept_and_one_message_of_it_is_answered_for_all(staged: Staged) -> None:
    async with staged() as stage:
        most, now = stage.core.settings.office.understanding.flood_messages, stage.clock.now()
        await flood(stage, most, at=now)
        assert await stage.scalar(JOBS) == most
        assert await stage.scalar("SELECT flooding_since FROM contact") is None
        await flood(stage, 5, at=now)
        assert await stage.scalar("SELECT count(*) FROM message") == most + 5
        assert await stage.scalar(JOBS) == most + 1
        assert await stage.scalar("SELECT count(*) FROM message WHERE answered_at IS NULL") == most + 1
        assert await stage.scalar("SELECT count(*) FROM message WHERE understood ? 'flood'") == 5
        # Somebody else is not held up.
        await stage.hear("halo", sender="whatsapp:+628111111002", at=now)
        assert await stage.scalar(JOBS) == most + 2


async def test_a_flood_ends_when_it_has_been_quiet_and_not_before(staged: Staged) -> None:
    async with staged() as stage:
        limits, now = stage.core.settings.office.understanding, stage.clock.now()
        await flood(stage, limits.flood_messages + 1, at=now)
        jobs = await stage.scalar(JOBS)
        pause = timedelta(seconds=limits.flood_seconds)
        almost = pause - timedelta(milliseconds=1)
        await stage.hear("masih", at=now + almost)
        await stage.hear("masih", at=now + 2 * almost)
        assert await stage.scalar(JOBS) == jobs
        await stage.hear("sudah tenang", at=now + 2 * almost + pause)
        assert await stage.scalar(f"SELECT ({JOBS}) - {jobs}") == 1
        assert await stage.scalar("SELECT flooding_since FROM contact") is None


async def test_who_writes_much_but_not_at_once_floods_nothing(staged: Staged) -> None:
    async with staged() as stage:
        limits, now = stage.core.settings.office.understanding, stage.clock.now()
        for n in range(3):
            at = now + n * timedelta(seconds=limits.flood_seconds)
            await flood(stage, limits.flood_messages, at=at)
        assert await stage.scalar("SELECT count(*) FROM message WHERE understood IS NOT NULL") == 0


async def test_letters_reactions_and_wishes_are_no_flood(staged: Staged) -> None:
    async with staged() as stage:
        most = stage.core.settings.office.understanding.flood_messages
        now = stage.clock.now()
        await flood(stage, most + 5, channel="email", sender="warga@contoh.example", at=now)
        await flood(stage, most + 5, kind="reaction", at=now)
        assert await stage.scalar("SELECT count(*) FROM message WHERE understood IS NOT NULL") == 0
        await flood(stage, most + 5, at=now)
        jobs = await stage.scalar(JOBS)
        await stage.hear("STOP", at=now)
        assert await stage.scalar("SELECT kind FROM message ORDER BY id DESC LIMIT 1") == "stop"
        assert await stage.scalar(f"SELECT ({JOBS}) - {jobs}") == 1
