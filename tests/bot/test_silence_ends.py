"""What is no response puts nothing off; and every state a conversation can be in has an end, or a reason to be seen."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from bot.assembly import counter, duties, personal
from bot.closing import Closing, closes_after
from bot.desk.thread import StoredThreads
from bot.read import Reader
from bot.report import Reporting
from channels.port import Cursor, Parcel, Report, ReportState
from handoff.ports.values import Officer
from tests.bot.desk.floor import PHONE, Floor
from tests.bot.dispatch import Desk
from tests.bot.privacy.somebody import MailChannel
from tests.fakes import Stage

Staged = Callable[..., AbstractAsyncContextManager[Stage]]
NOON = datetime(2026, 11, 3, 12, tzinfo=ZoneInfo("Asia/Jakarta"))
QUESTION = "berapa lama konsultasi online dilayani?"
RINA = "rina@contoh.example"
DAY = timedelta(days=1)


@dataclass
class Scene:
    """An office, its officers, and time that is tended."""

    stage: Stage
    floor: Floor
    closing: Closing

    async def later(self, span: timedelta) -> None:
        """Let time pass and do what is due, as the worker and the clock do."""
        self.stage.clock.advance(span)
        await self.closing.run(most=500)
        await self.stage.deliver_all()

    async def said(self) -> list[str]:
        """Return what the system has said of its own accord, in order."""
        rows = await self.floor.rows(
            "SELECT key FROM delivery JOIN message ON message.id = message_id"
            " WHERE author = 'system' ORDER BY message.id"
        )
        return [row.key for row in rows]

    async def is_open(self) -> object:
        return await self.stage.scalar("SELECT bool_or(closed_at IS NULL) FROM conversation")


@pytest.fixture
async def scene(staged: Staged) -> AsyncIterator[Scene]:
    async with staged(NOON) as stage:
        stage.model.teach(QUESTION, "jangka_waktu", service="konsultasi", mode="online")
        desk = counter.desk(stage.core)
        yield Scene(stage, Floor(stage, desk, desk.casework), duties.closing(stage.core))


async def owed(scene: Scene, officer: Officer, conversation_id: int) -> datetime | None:
    """Return since when the page of a conversation says that an answer is owed."""
    core = scene.stage.core
    threads = StoredThreads(core.database, core.clock, core.channels, closes_after(core.settings.office))
    return (await threads.look(officer.id, conversation_id)).owed_since


def reported(state: ReportState) -> Callable[[Scene], Awaitable[None]]:
    async def tell(scene: Scene) -> None:
        row = await scene.floor.row("SELECT uid, external_id FROM message WHERE author = 'bot'")
        report = Report("whatsapp", row.external_id, state, scene.stage.clock.now(), message=row.uid)
        await Reporting(scene.stage.core.database, scene.stage.core.queue, scene.stage.clock)(report)

    return tell


async def reacted(scene: Scene) -> None:
    answer = str(await scene.stage.scalar("SELECT external_id FROM message WHERE author = 'bot'"))
    await scene.stage.hear("👍", kind="reaction", replies_to=(answer,))


async def noted(scene: Scene) -> None:
    officer = await scene.floor.officer("Sari")
    await scene.floor.desk.note(officer, 1, "Sepertinya sudah jelas.")


async def seen(scene: Scene) -> None:
    """Have what the clock itself does, and what it says, come again."""
    await scene.closing.run(most=10)
    async with scene.stage.core.database.transaction() as tx:
        await tx.execute(text("UPDATE conversation SET tend_at = '-infinity' WHERE closed_at IS NULL"))
    await scene.closing.run(most=10)


@pytest.mark.parametrize(
    "happens", [reacted, noted, seen, *(reported(state) for state in ("queued", "sent", "delivered", "read"))]
)
async def test_what_is_no_response_puts_nothing_off(
    scene: Scene, happens: Callable[[Scene], Awaitable[None]]
) -> None:
    await scene.stage.answered(QUESTION)
    await scene.later(5 * DAY)
    await happens(scene)
    await scene.later(DAY)
    assert await scene.said() == ["warning"]
    await happens(scene) if happens is not noted else None
    await scene.later(DAY - timedelta(minutes=1))
    assert await scene.is_open() is True
    await scene.later(timedelta(minutes=1))
    assert await scene.is_open() is False
    assert await scene.said() == ["warning", "closing", "rating"]
    await happens(scene) if happens is not noted else None
    await scene.later(DAY)
    assert await scene.is_open() is False
    assert await scene.said() == ["warning", "closing", "rating"]


AUTOMATIC = {
    "out of office": "Auto-Submitted: auto-replied\r\nX-Autoreply: yes\r\nSubject: Re: Tanya\r\n",
    "vacation": "Precedence: auto_reply\r\nSubject: Cuti\r\nAuto-Submitted: auto-generated\r\n",
    "a bounce": (
        "Auto-Submitted: auto-replied\r\nSubject: Undelivered\r\nReturn-Path: <>\r\n"
        "Content-Type: text/plain\r\nFrom: MAILER-DAEMON@contoh.example\r\n"
    ),
}


@pytest.mark.parametrize("kind", sorted(AUTOMATIC))
async def test_an_automatic_mail_puts_nothing_off(scene: Scene, kind: str) -> None:
    core = scene.stage.core
    await scene.stage.answered(QUESTION, channel="email", sender=RINA, subject="Tanya")
    ours = str(await scene.stage.scalar("SELECT external_id FROM message WHERE author = 'bot'"))
    await scene.later(5 * DAY)
    head = AUTOMATIC[kind]
    sender = "" if "From:" in head else f"From: Rina <{RINA}>\r\n"
    about = f"To: pst@bps.example\r\nIn-Reply-To: {ours}\r\nMessage-ID: <1@contoh.example>\r\n"
    raw = f"{sender}{about}{head}\r\nSaya cuti.\r\n"
    parcel = Parcel("email", "INBOX", 1, 1, raw.encode(), scene.stage.clock.now())
    await core.reception.keep([parcel], Cursor(1, 1), channel="email", place="INBOX")
    reporting = Reporting(core.database, core.queue, scene.stage.clock)
    mail = {"email": MailChannel("email")}
    for parcel_id in await scene.stage.column("SELECT id FROM parcel"):
        await Reader(core.database, core.reception, mail, scene.stage.clock, reporting).read(parcel_id)
    assert await scene.stage.scalar("SELECT count(*) FROM message WHERE author = 'citizen'") == 1
    await scene.later(DAY)
    assert await scene.said() == ["warning"]
    await scene.later(DAY)
    assert await scene.is_open() is False


async def test_what_began_with_a_reaction_ends_without_a_word(scene: Scene) -> None:
    await scene.stage.hear("👍", kind="reaction", sender=PHONE, replies_to=("of-somebody-forgotten",))
    await scene.later(7 * DAY - timedelta(minutes=1))
    assert await scene.is_open() is True
    await scene.later(timedelta(minutes=1))
    assert await scene.is_open() is False
    assert await scene.said() == []


async def test_what_an_officer_takes_up_again_is_not_closed_for_its_old_silence(scene: Scene) -> None:
    sari = await scene.floor.officer("Sari")
    conversation, ticket = await scene.floor.asked()
    await scene.floor.desk.claim(sari, conversation)
    await scene.floor.reply(sari, conversation)
    await scene.stage.deliver_all()
    known = await scene.floor.ticket(ticket.id)
    await scene.floor.desk.close(sari, ticket.id, version=known.version)
    await scene.later(timedelta(minutes=1))
    assert await scene.said() == ["rating"]
    await scene.later(20 * DAY)
    known = await scene.floor.ticket(ticket.id)
    await scene.floor.desk.reopen(sari, ticket.id, version=known.version)
    await scene.later(timedelta(minutes=1))
    await scene.later(5 * DAY)
    assert await scene.is_open() is True
    assert await scene.said() == ["rating"]
    await scene.later(DAY)
    assert await scene.said() == ["rating", "warning"]
    await scene.later(DAY)
    assert await scene.said() == ["rating", "warning", "closing"]  # it was asked for before, and is once


async def taken_up_unsure(scene: Scene) -> int:
    """Let an officer answer, without its being known whether it arrived, and take the ended ticket up after ten days.

    Return the conversation.
    """
    sari = await scene.floor.officer("Sari")
    conversation, ticket = await scene.floor.asked()
    await scene.floor.desk.claim(sari, conversation)
    await scene.floor.reply(sari, conversation)
    await scene.stage.deliver_all()
    await scene.floor.run("UPDATE delivery SET state = 'uncertain'")
    known = await scene.floor.ticket(ticket.id)
    await scene.floor.desk.close(sari, ticket.id, version=known.version)
    await scene.later(10 * DAY)
    known = await scene.floor.ticket(ticket.id)
    await scene.floor.desk.reopen(sari, ticket.id, version=known.version)
    return conversation


async def test_the_rating_is_of_whoever_did_the_work_not_of_what_was_cancelled(scene: Scene) -> None:
    desk = scene.floor.desk
    sari, budi = await scene.floor.officer("Sari"), await scene.floor.officer("Budi")
    conversation, ticket = await scene.floor.asked()
    await desk.claim(sari, conversation)
    version = (await scene.floor.ticket(ticket.id)).version
    number = await desk.split(sari, ticket.id, "penjualan", purpose="beli", version=version)
    (other,) = await scene.floor.rows("SELECT id, version FROM ticket WHERE number = :n", n=number)
    await scene.floor.reply(sari, conversation)
    await scene.stage.deliver_all()
    await desk.assign(sari, other.id, None, version=(await scene.floor.ticket(other.id)).version)
    await desk.cancel(budi, other.id, version=(await scene.floor.ticket(other.id)).version)
    await desk.close(sari, ticket.id, version=(await scene.floor.ticket(ticket.id)).version)
    await scene.later(timedelta(minutes=1))
    assert (await scene.floor.row("SELECT officer_id FROM rating")).officer_id == sari.id


async def test_taking_up_again_does_not_let_an_answer_go_that_did_not_arrive(scene: Scene) -> None:
    conversation = await taken_up_unsure(scene)
    await scene.later(60 * DAY)
    assert await scene.is_open() is True
    assert await owed(scene, await scene.floor.officer("Budi"), conversation) is not None


async def test_what_had_arrived_after_all_is_warned_of_before_it_closes(scene: Scene) -> None:
    await taken_up_unsure(scene)
    await scene.floor.run("UPDATE delivery SET state = 'sent' WHERE state = 'uncertain'")
    await scene.later(timedelta(minutes=1))
    assert "warning" in await scene.said()
    assert await scene.is_open() is True
    await scene.later(DAY)
    assert await scene.is_open() is False


async def test_an_answer_that_does_not_arrive_is_owed_until_an_officer_lets_it_go(scene: Scene) -> None:
    await scene.stage.answering.answer(await scene.stage.hear(QUESTION))
    await scene.floor.run("UPDATE delivery SET state = 'failed', failure = 'Nomor tidak dikenal'")
    await scene.later(60 * DAY)
    assert await scene.is_open() is True
    sari = await scene.floor.officer("Sari")
    assert await owed(scene, sari, 1) is not None
    await scene.floor.desk.no_reply_needed(sari, 1, seen=await scene.floor.newest())
    assert await owed(scene, sari, 1) is None
    await scene.later(6 * DAY)
    await scene.later(DAY)
    assert await scene.is_open() is False


KINDS = (None, None, "konsultasi", "perpustakaan", "penjualan", "rekomendasi", "pengaduan")
STATES = ("sent", "sent", "sent", "failed", "uncertain", "waiting", "kept")


ROWS = """
    WITH given AS (
        SELECT CAST(:channel AS text) AS channel, CAST(:address AS text) AS address, CAST(:email AS text) AS email,
            CAST(:opened AS timestamptz) AS opened, CAST(:heard AS timestamptz) AS heard,
            CAST(:opted AS timestamptz) AS opted, CAST(:unreachable AS text) AS unreachable,
            CAST(:owed AS timestamptz) AS owed, CAST(:kept AS timestamptz) AS kept, CAST(:holder AS bigint) AS holder,
            CAST(:context AS jsonb) AS context, CAST(:kind AS text) AS kind, CAST(:number AS text) AS number,
            CAST(:answered AS boolean) AS answered, CAST(:state AS text) AS state, CAST(:said AS timestamptz) AS said,
            CAST(:ended AS text) AS ended
    ), who AS (
        INSERT INTO person (created_at, email) SELECT opened, email FROM given RETURNING id
    ), met AS (
        INSERT INTO contact (person_id, channel, address, created_at, last_inbound_at, opted_out_at, unreachable)
        SELECT who.id, channel, address, opened, heard, opted, unreachable FROM who, given RETURNING id
    ), talk AS (
        INSERT INTO conversation (contact_id, state, context, opened_at, last_inbound_at, last_outbound_at, owed_since,
            kept_open_at, holder_id, closed_at, closed_how, tend_at)
        SELECT met.id, CASE WHEN ended IS NULL THEN 'bot' ELSE 'closed' END, context, opened, heard,
            CASE WHEN answered AND given.state = 'sent' THEN said END, CASE WHEN ended IS NULL THEN owed END,
            CASE WHEN ended IS NULL THEN kept END, CASE WHEN ended IS NULL THEN holder END,
            CASE WHEN ended IS NOT NULL THEN said END, ended, '-infinity'
        FROM met, given RETURNING id
    ), asked AS (
        INSERT INTO message (conversation_id, channel, author, external_id, text, created_at, answered_at)
        SELECT talk.id, channel, 'citizen', address, 'mau tanya', heard, heard FROM talk, given
    ), told AS (
        INSERT INTO message (conversation_id, channel, author, external_id, text, created_at)
        SELECT talk.id, channel, 'bot', 'to-' || address, 'jawaban', said FROM talk, given WHERE answered RETURNING id
    ), sent AS (
        INSERT INTO delivery (message_id, state, key, sent_at)
        SELECT told.id, given.state, 'answer', CASE WHEN given.state = 'sent' THEN said END FROM told, given
    )
    INSERT INTO ticket (number, kind, state, reason, conversation_id, opened_at)
    SELECT number, kind, 'work', 'asked', talk.id, opened FROM talk, given WHERE kind IS NOT NULL AND ended IS NULL
"""


class Random:
    """Conversations in any state, made as rows."""

    def __init__(self, scene: Scene, seed: int) -> None:
        self.scene, self.chance, self.count = scene, random.Random(seed), 0  # noqa: S311  no secret

    async def add(self, officer: int) -> None:
        chance, now, self.count = self.chance, self.scene.stage.clock.now(), self.count + 1
        opened = now - timedelta(days=chance.randrange(1, 80), hours=chance.randrange(24))
        heard = opened + (now - opened) * chance.random()
        is_owed, is_kept = chance.random() < 0.15, chance.random() < 0.1
        values: dict[str, Any] = {
            "channel": chance.choice(["whatsapp", "whatsapp", "email"]),
            "address": f"warga-{self.count}",
            "opened": opened,
            "heard": heard,
            "email": chance.choice([None, RINA]),
            "opted": chance.choice([None, None, None, opened]),
            "unreachable": chance.choice([None, None, None, "Nomor tidak dikenal"]),
            "owed": heard if is_owed else None,
            "kept": heard if is_kept else None,
            "holder": officer if chance.random() < 0.2 else None,
            "context": chance.choice(["{}", '{"form": {"asking": "name", "told": [], "passed": []}}']),
            "kind": chance.choice(KINDS),
            "answered": chance.random() < 0.85,
            "state": chance.choice(STATES),
            "said": heard + timedelta(hours=chance.choice([-1, 1])),
            "number": f"KST-2026-{self.count:05}",
            "ended": chance.choice([None, None, None, None, "officer", "citizen", "idle"]),
            "erased": chance.random() < 0.05,
        }
        await self.scene.floor.run(ROWS, **values)
        if values["erased"]:
            person = (await self.scene.floor.row("SELECT max(id) AS id FROM person")).id
            await personal.erasure(self.scene.stage.core).erase(person, is_forced=True)


LEFT = """
    SELECT conversation.id, conversation.owed_since, conversation.kept_open_at, ticket.kind,
        (
            SELECT delivery.state FROM message JOIN delivery ON message_id = message.id
            WHERE conversation_id = conversation.id AND author IN ('bot', 'officer') ORDER BY message.id DESC LIMIT 1
        ) AS last_state
    FROM conversation LEFT JOIN ticket ON ticket.conversation_id = conversation.id AND ticket.closed_at IS NULL
    WHERE conversation.closed_at IS NULL
"""
DOUBLE = """
    SELECT conversation_id, key, count(*) FROM delivery JOIN message ON message.id = message_id
    WHERE key IN ('warning', 'closing', 'rating') GROUP BY 1, 2 HAVING count(*) > 1
"""
UNSEEN = """
    SELECT message.id, delivery.key, delivery.state, delivery.failure
    FROM delivery JOIN message ON message.id = message_id
    WHERE delivery.state IN ('failed', 'uncertain', 'waiting') AND delivery.key <> 'answer'
        AND (delivery.failure IS NULL OR delivery.state = 'waiting' AND NOT EXISTS (
            SELECT FROM event WHERE event.message_id = message.id AND event.kind = 'waits_for_contact'
        ))
"""


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_state_it_is_in_it_ends_or_has_a_reason_that_officers_see(
    staged: Staged, seed: int
) -> None:
    """Two months later; nobody has done anything meanwhile, and WhatsApp has no templates."""
    async with staged(NOON) as stage:
        desk, closing = Desk(stage), duties.closing(stage.core)
        house = counter.desk(stage.core)
        scene = Scene(stage, Floor(stage, house, house.casework), closing)
        officer = await scene.floor.officer("Sari")
        rows = Random(scene, seed)
        for _ in range(40):
            await rows.add(officer.id)
        await desk.deliver_all()
        for _ in range(120):
            stage.clock.advance(timedelta(hours=12))
            await closing.run(most=100)
            await desk.deliver_all()
        for row in await scene.floor.rows(LEFT):
            is_reason = row.owed_since or row.kept_open_at or row.kind == "pengaduan"
            assert is_reason or row.last_state not in {None, "sent"}, f"conversation {row.id} has no end"
            if not is_reason:
                # An answer that did not arrive: whoever opens the conversation sees that it is owed.
                assert await owed(scene, officer, row.id) is not None
        assert await scene.floor.rows(DOUBLE) == []
        assert await scene.floor.rows(UNSEEN) == []
        forms = "SELECT count(*) FROM conversation WHERE jsonb_typeof(context -> 'form') = 'object'"
        assert await stage.scalar(f"{forms} AND closed_at IS NULL") == 0
        assert await stage.scalar("SELECT count(*) > 8 FROM conversation WHERE closed_how = 'idle'")
        assert await closing.due(most=10) == []
        # Nobody is left who was asked for a rating for ever.
        assert (
            await stage.scalar("SELECT count(*) FROM rating WHERE expires_at > asked_at + interval '31 days'")
            == 0
        )


async def test_who_writes_in_that_very_second_is_never_lost(scene: Scene) -> None:
    await scene.stage.answered(QUESTION, sender=PHONE)
    await scene.later(6 * DAY)
    scene.stage.clock.advance(DAY)
    await scene.stage.hear("satu lagi: anu")
    await scene.later(timedelta(minutes=1))
    assert await scene.is_open() is True
    assert await scene.said() == ["warning"]
