"""Step 3 over a real SMTP connection: refused, put off, cut off; one mail in the end, and officers know."""

from __future__ import annotations

import email
import email.policy
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import text

from bot.assembly import steps
from bot.deliver import Delivering
from bot.sending import SendLater
from bot.store import files as rows_of_files
from bot.store import notices, replies, tickets, unanswered
from channels.email import Email
from channels.port import Enclosure
from tests.channels.email.building import channel
from tests.channels.email.smtp_stub import DROP, SmtpStub, start_smtp_stub
from tests.fakes import Stage

Staged = Callable[[], AbstractAsyncContextManager[Stage]]
CITIZEN = "siti@contoh.example"
TICKET = "KST-2026-00042"


@dataclass(frozen=True, slots=True)
class Office:
    """The pipeline with a real mail channel at its end, and the server that takes its mail."""

    stage: Stage
    server: SmtpStub
    mail: Email
    delivering: Delivering

    async def asked(self, said: str = "biaya?") -> int:
        self.stage.model.teach(said, "biaya", service="konsultasi")
        return await self.stage.hear(said, channel="email", sender=CITIZEN, subject="Tanya biaya")

    async def replied(self) -> int:
        """Have a citizen's mail answered; return the reply that is to be sent."""
        await self.stage.answering.answer(await self.asked())
        return int(str(await self.stage.scalar("SELECT max(message_id) FROM delivery")))

    async def officer_replies(self, to: int, **named: object) -> int:
        async with self.stage.core.database.transaction() as tx:
            asked = await unanswered.waiting(tx, to)
            assert asked is not None
            return await replies.keep_reply(
                tx,
                asked,
                author="officer",
                text="Terlampir.",
                key="officer",
                arguments={},
                now=self.stage.clock.now(),
                **named,  # type: ignore[arg-type]
            )

    async def opens_ticket(self) -> None:
        async with self.stage.core.database.transaction() as tx:
            conversation = await tx.execute(text("SELECT max(id) FROM conversation"))
            await tickets.add(
                tx,
                number=TICKET,
                kind="konsultasi",
                state="new",
                reason="asked",
                conversation_id=int(conversation.scalar_one()),
                now=self.stage.clock.now(),
            )

    async def delivery(self, column: str) -> object:
        return await self.stage.scalar(f"SELECT {column} FROM delivery ORDER BY message_id DESC LIMIT 1")

    async def events(self) -> Sequence[object]:
        return await self.stage.column("SELECT kind FROM event ORDER BY id")

    def sent(self) -> list[EmailMessage]:
        parsed = [email.message_from_bytes(raw, policy=email.policy.default) for raw in self.server.mails]
        return [each for each in parsed if isinstance(each, EmailMessage)]


@pytest.fixture
def office(staged: Staged) -> Callable[[], AbstractAsyncContextManager[Office]]:
    @asynccontextmanager
    async def make() -> AsyncIterator[Office]:
        async with staged() as stage, start_smtp_stub() as server:
            mail = channel(smtp_url=server.url, files=stage.core.files, now=stage.clock.now)
            delivering = steps.delivering(stage.core, {"email": mail})
            try:
                yield Office(stage, server, mail, delivering)
            finally:
                await mail.close()

    return make


Open = Callable[[], AbstractAsyncContextManager[Office]]


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ("CONNECT", "421 4.3.2 busy"),
        ("MAIL", "421 4.3.2 busy"),
        ("RCPT", "421 4.3.2 busy"),
        ("EOM", "421 4.3.2 busy"),
        ("RCPT", "450 4.2.0 greylisted"),
    ],
)
async def test_what_is_put_off_is_sent_later_and_once(office: Open, step: str, answer: str) -> None:
    async with office() as at:
        message_id = await at.replied()
        at.server.script[step] = [answer]
        with pytest.raises(SendLater) as later:
            await at.delivering.deliver(message_id)
        assert later.value.backs_off
        assert await at.delivery("state") == "kept"
        assert answer[:3] in str(await at.delivery("failure"))
        await at.delivering.deliver(message_id)
        assert await at.delivery("state") == "sent"
        assert len(at.server.mails) == 1
        assert await at.events() == []


async def test_a_mail_that_was_cut_off_after_data_goes_again_with_the_same_message_id(office: Open) -> None:
    async with office() as at:
        message_id = await at.replied()
        at.server.script["EOM"] = [DROP]
        with pytest.raises(SendLater):
            await at.delivering.deliver(message_id)
        with pytest.raises(SendLater):  # the first may still be under way
            await at.delivering.deliver(message_id)
        assert len(at.server.mails) == 1
        at.stage.clock.advance(at.mail.settle)
        await at.delivering.deliver(message_id)
        await at.delivering.deliver(message_id)
        first, second = at.sent()
        assert first["Message-ID"] == second["Message-ID"]
        assert at.server.mails[0] == at.server.mails[1]
        assert await at.delivery("state") == "sent"
        assert str(first["Message-ID"]) == await at.stage.scalar(
            "SELECT external_id FROM message WHERE author = 'bot'"
        )


async def test_an_address_where_nobody_is_gets_nothing_more_and_officers_see_it(office: Open) -> None:
    async with office() as at:
        message_id = await at.replied()
        at.server.script["RCPT"] = ["550 5.1.1 unknown user"]
        await at.delivering.deliver(message_id)
        assert (await at.delivery("state"), await at.delivery("cause")) == ("failed", "not_reachable")
        assert "550 5.1.1" in str(await at.delivery("failure"))
        assert "tidak ada" in str(await at.stage.scalar("SELECT unreachable FROM contact"))
        assert await at.events() == ["not_reachable"]
        await at.delivering.deliver(message_id)
        assert at.server.mails == []


async def test_a_refusal_for_good_is_final_and_visible(office: Open) -> None:
    async with office() as at:
        message_id = await at.replied()
        at.server.script["EOM"] = ["554 5.7.1 content refused"]
        await at.delivering.deliver(message_id)
        assert (await at.delivery("state"), await at.delivery("cause")) == ("failed", None)
        assert await at.stage.scalar("SELECT unreachable FROM contact") is None
        assert await at.events() == ["not_delivered"]


async def test_after_two_days_of_refusals_it_is_given_up(office: Open) -> None:
    async with office() as at:
        message_id = await at.replied()
        at.server.script["RCPT"] = ["450 4.2.0 later"] * 3
        for hours in (0, 47):
            at.stage.clock.advance(timedelta(hours=hours))
            with pytest.raises(SendLater):
                await at.delivering.deliver(message_id)
        at.stage.clock.advance(timedelta(hours=2))
        await at.delivering.deliver(message_id)
        assert await at.delivery("state") == "failed"
        assert await at.events() == ["not_delivered"]


async def test_the_tickets_number_is_in_the_subject_once_there_is_one(office: Open) -> None:
    async with office() as at:
        await at.delivering.deliver(await at.replied())
        again = await at.asked("dan lagi?")
        await at.opens_ticket()
        await at.delivering.deliver(await at.officer_replies(again))
        assert [str(mail["Subject"]) for mail in at.sent()] == [
            "Re: Tanya biaya",
            f"Re: [{TICKET}] Tanya biaya",
        ]


async def test_a_reply_that_is_older_than_the_ticket_stays_the_same_mail(office: Open) -> None:
    async with office() as at:
        message_id = await at.replied()
        at.server.script["EOM"] = [DROP]
        with pytest.raises(SendLater):
            await at.delivering.deliver(message_id)
        at.stage.clock.advance(at.mail.settle)
        await at.opens_ticket()
        await at.delivering.deliver(message_id)
        assert at.server.mails[0] == at.server.mails[1]


async def test_an_officer_sends_files_and_copies(office: Open) -> None:
    async with office() as at:
        asked = await at.asked()
        file = await at.stage.core.files.keep(b"isi tabel")
        enclosed = [
            Enclosure("Tabel.csv", "text/csv", 9, file),
            Enclosure("Sama.csv", "text/csv", 9, file),
        ]
        at.server.script["RCPT"] = ["250 ok", "550 5.1.1 nobody"]
        message_id = await at.officer_replies(asked, attachments=enclosed, cc=["ana@contoh.example"])
        await at.delivering.deliver(message_id)
        [mail] = at.sent()
        assert [part.get_filename() for part in mail.iter_attachments()] == ["Tabel.csv", "Sama.csv"]
        assert [part.get_payload(decode=True) for part in mail.iter_attachments()] == [b"isi tabel"] * 2
        assert mail["Cc"] == "ana@contoh.example"
        assert mail["Auto-Submitted"] is None
        assert await at.events() == ["sent_in_part"]
        async with at.stage.core.database.statement() as tx:
            assert await rows_of_files.known(tx, [file, "0" * 32]) == {file}


async def test_a_file_that_is_gone_is_a_failure_that_officers_see(office: Open) -> None:
    async with office() as at:
        gone = Enclosure("Tabel.csv", "text/csv", 9, "0" * 32)
        message_id = await at.officer_replies(await at.asked(), attachments=[gone])
        await at.delivering.deliver(message_id)
        assert at.server.mails == []
        assert "tidak ada lagi" in str(await at.delivery("failure"))


async def _notice(at: Office, recipient: str | None) -> int:
    async with at.stage.core.database.transaction() as tx:
        conversation = await tx.execute(text("SELECT max(id) FROM conversation"))
        return await notices.keep(
            tx,
            conversation_id=int(conversation.scalar_one()),
            channel="email",
            key="mail_closing",
            text="Percakapan ditutup.",
            subject="Pemberitahuan" if recipient else None,
            language="id",
            recipient=recipient,
            now=at.stage.clock.now(),
        )


async def test_a_notice_by_mail_stays_in_the_citizens_thread(office: Open) -> None:
    async with office() as at:
        await at.asked()
        at.stage.by_day()
        await at.delivering.deliver(await _notice(at, None))
        [mail] = at.sent()
        reply_id = await at.stage.scalar("SELECT reply_id FROM message WHERE author = 'citizen'")
        assert mail["To"] == CITIZEN
        assert mail["In-Reply-To"] == mail["References"] == reply_id
        assert mail["Subject"] == "Re: Tanya biaya"
        assert mail["Auto-Submitted"] == "auto-generated"


async def test_a_notice_to_an_unverified_address_tells_nothing_of_the_conversation(office: Open) -> None:
    async with office() as at:
        await at.asked()
        await at.opens_ticket()
        at.stage.by_day()
        await at.delivering.deliver(await _notice(at, "lain@contoh.example"))
        [mail] = at.sent()
        assert mail["To"] == "lain@contoh.example"
        assert mail["Subject"] == "Pemberitahuan"
        assert mail["In-Reply-To"] is mail["References"] is None
        assert TICKET.encode() not in at.server.mails[0]
        assert b"Tanya biaya" not in at.server.mails[0]
