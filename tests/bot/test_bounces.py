"""What follows from a bounce: the message is owed again and the address marked, where the bounce can know it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from bot.assembly import steps
from bot.read import Reader
from bot.report import Reporting
from channels.port import Cause, Cursor, Parcel, Report, ReportState
from tests.channels.email import building, servers
from tests.fakes import Stage

Staged = Callable[[], AbstractAsyncContextManager[Stage]]
RINA = "rina@contoh.example"
QUESTION = "biaya konsultasi?"


@dataclass
class Post:
    """A mail of ours that was sent to Rina, and what comes back."""

    stage: Stage
    message: int
    uid: UUID

    async def told(
        self,
        *recipients: str,
        state: ReportState = "failed",
        cause: Cause | None = None,
        uid: UUID | None = None,
    ) -> None:
        report = Report(
            channel="email",
            external_id=f"{uid or self.uid}:{recipients[0]}",
            state=state,
            at=self.stage.clock.now(),
            message=uid or self.uid,
            code=550,
            reason="Surat kembali",
            cause=cause,
            recipients=recipients,
        )
        core = self.stage.core
        await Reporting(core.database, core.queue, self.stage.clock)(report)

    async def row(self) -> Any:
        query = """
            SELECT delivery.state, delivery.failure, conversation.last_outbound_at, contact.unreachable
            FROM delivery JOIN message ON message.id = delivery.message_id
            JOIN conversation ON conversation.id = message.conversation_id
            JOIN contact ON contact.id = conversation.contact_id WHERE message.id = :message
        """
        async with self.stage.core.database.transaction() as tx:
            return (await tx.execute(text(query), {"message": self.message})).one()

    async def events(self) -> list[str]:
        async with self.stage.core.database.transaction() as tx:
            return list((await tx.execute(text("SELECT kind FROM event ORDER BY id"))).scalars())


@asynccontextmanager
async def posted(staged: Staged) -> AsyncIterator[Post]:
    async with staged() as stage:
        stage.model.teach(QUESTION, "biaya")
        await stage.answered(QUESTION, channel="email", sender=RINA, subject="Tanya")
        query = "SELECT id, uid FROM message WHERE author = 'bot'"
        async with stage.core.database.transaction() as tx:
            message, uid = (await tx.execute(text(query))).one()
        yield Post(stage, message, uid)


async def test_what_came_back_is_owed_and_officers_see_it(staged: Staged) -> None:
    async with posted(staged) as post:
        assert (await post.row()).last_outbound_at is not None
        await post.told(RINA)
        row = await post.row()
        assert (row.state, row.failure) == ("failed", "Surat kembali")
        assert row.last_outbound_at is None
        assert row.unreachable is None
        assert await post.events() == ["not_delivered"]
        await post.told(RINA)
        assert await post.events() == ["not_delivered"]


async def test_an_address_that_does_not_exist_is_marked_until_somebody_writes_from_it(staged: Staged) -> None:
    async with posted(staged) as post:
        await post.told(RINA.upper(), cause=Cause.NOT_REACHABLE)
        assert (await post.row()).unreachable == "Surat kembali"
        assert await post.events() == ["not_reachable"]
        await post.stage.hear("halo", channel="email", sender=RINA)
        assert (await post.row()).unreachable is None


@pytest.mark.parametrize(
    "recipients", [("lain@contoh.example",), ("lain@contoh.example", "x@contoh.example")]
)
async def test_a_bounce_that_does_not_know_whom_we_wrote_to_is_nothing(
    staged: Staged, recipients: tuple[str, ...]
) -> None:
    """Somebody who got hold of a Message-ID of ours cannot have another one's address marked."""
    async with posted(staged) as post:
        await post.told(*recipients, cause=Cause.NOT_REACHABLE)
        row = await post.row()
        assert (row.state, row.unreachable) == ("sent", None)
        assert await post.events() == []


async def test_nor_is_one_on_a_message_that_was_never_sent_or_is_not_ours(staged: Staged) -> None:
    async with posted(staged) as post:
        await post.told(RINA, uid=UUID(int=5), cause=Cause.NOT_REACHABLE)
        await post.stage.answering.answer(await post.stage.hear(QUESTION, channel="email", sender=RINA))
        unsent = await post.stage.scalar(
            "SELECT uid FROM message WHERE author = 'bot' ORDER BY id DESC LIMIT 1"
        )
        assert isinstance(unsent, UUID)
        assert unsent != post.uid
        await post.told(RINA, uid=unsent, cause=Cause.NOT_REACHABLE)
        assert (await post.row()).unreachable is None
        assert await post.stage.scalar("SELECT count(*) FROM delivery_report") == 0


async def test_where_it_was_passed_on_the_address_is_not_to_blame(staged: Staged) -> None:
    async with posted(staged) as post:
        await post.told("pindah@contoh.example", RINA, cause=Cause.NOT_REACHABLE)
        row = await post.row()
        assert (row.state, row.unreachable) == ("failed", None)


async def test_a_copy_that_came_back_is_told_and_the_message_has_arrived(staged: Staged) -> None:
    async with posted(staged) as post:
        async with post.stage.core.database.transaction() as tx:
            await tx.execute(text("UPDATE delivery SET cc = ARRAY['Dewi@contoh.example']"))
        for _ in range(2):
            await post.told("dewi@contoh.example", RINA, cause=Cause.NOT_REACHABLE)
        row = await post.row()
        assert (row.state, row.unreachable) == ("sent", None)
        assert await post.events() == ["copy_not_delivered"]


async def test_an_address_of_the_persons_own_elsewhere_marks_no_other_channel(staged: Staged) -> None:
    """A mail about a chat: who is not reached by mail may well be reached where they chat."""
    async with posted(staged) as post:
        async with post.stage.core.database.transaction() as tx:
            await tx.execute(text("UPDATE delivery SET recipient = 'Rina.Lain@contoh.example'"))
        await post.told("rina.lain@contoh.example", cause=Cause.NOT_REACHABLE)
        row = await post.row()
        assert (row.state, row.unreachable) == ("failed", None)


async def test_a_delay_is_a_note_and_no_failure(staged: Staged) -> None:
    async with posted(staged) as post:
        await post.told(RINA, state="queued")
        assert (await post.row()).state == "sent"
        assert await post.events() == ["delayed"]
        await post.told(RINA)
        assert (await post.row()).state == "failed"


async def test_a_bounce_from_the_mailbox_to_the_message(staged: Staged) -> None:
    """The whole way: a raw mail is read; it reopens nothing, answers nothing, starts no clock."""
    async with posted(staged) as post:
        stage = post.stage
        mail = building.channel()
        domain = servers.ADDRESS.partition("@")[2]
        raw = (
            "Return-Path: <>\nFrom: MAILER-DAEMON@mx.contoh.example\nSubject: Undelivered\n"
            "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
            "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n"
            f"Final-Recipient: rfc822; {RINA}\nAction: failed\nStatus: 5.1.1\n\n"
            f"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <pst.{post.uid}@{domain}>\n--b--\n"
        )
        heard = "SELECT array_agg(last_inbound_at ORDER BY id) FROM conversation"
        before = await stage.scalar(heard)
        now = stage.clock.now()
        core = replace(stage.core, channels={"email": mail})
        parcel = Parcel("email", "here", 1, 1, raw.encode(), now)
        await core.reception.keep([parcel], Cursor(1, 1), channel="email", place="here")
        reader: Reader = steps.reader(core)
        await reader.read(int((await stage.column("SELECT id FROM parcel"))[0]))
        row = await post.row()
        assert row.state == "failed"
        assert "5.1.1" in row.unreachable
        assert await stage.scalar("SELECT kind FROM parcel") == "bounce"
        assert await stage.scalar("SELECT count(*) FROM message WHERE author = 'citizen'") == 1
        assert await stage.scalar(heard) == before


@pytest.mark.parametrize(
    "mark",
    [
        "Auto-Submitted: auto-replied",
        "X-Autoreply: yes",
        "Precedence: bulk",
        "List-Id: <x.contoh.example>",
        "Content-Type: text/calendar; method=REPLY",
    ],
)
async def test_a_machine_that_answers_us_is_no_response_and_reopens_nothing(
    staged: Staged, mark: str
) -> None:
    async with posted(staged) as post:
        stage = post.stage
        await stage.close_all()
        standing = "SELECT (conversation, contact)::text FROM conversation JOIN contact ON true"
        before = await stage.scalar(standing)
        domain = servers.ADDRESS.partition("@")[2]
        raw = f"From: {RINA}\n{mark}\nSubject: Re: Tanya\nIn-Reply-To: <pst.{post.uid}@{domain}>\n\nSaya cuti.\n"
        parcel = Parcel("email", "here", 1, 1, raw.encode(), stage.clock.now())
        core = replace(stage.core, channels={"email": building.channel()})
        await core.reception.keep([parcel], Cursor(1, 1), channel="email", place="here")
        await steps.reader(core).read(int((await stage.column("SELECT id FROM parcel"))[0]))
        assert await stage.scalar("SELECT kind FROM parcel") in {"auto_reply", "list"}
        assert await stage.scalar(standing) == before
        assert await stage.scalar("SELECT count(*) FROM message") == 2
