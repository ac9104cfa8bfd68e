"""Somebody about whom the office knows a lot: in every table, on both channels, with files, mails and tickets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from email.message import EmailMessage

from sqlalchemy import text

from bot.read import Reader
from bot.receive import Reception
from bot.rehearsal import MemoryChannel
from bot.report import Reporting
from bot.store import replies, tickets, unanswered
from bot.store.contents import Contents
from channels.email.read import read
from channels.port import Attachment, Cursor, Enclosure, Ignored, Inbound, Parcel
from tests.fakes import Stage

NAME = "Budi Hartono"
NUMBER = "628111111042"
ADDRESS = "budi.hartono@example.org"
WORD = "zwartkruis"
"""A word that stands nowhere but in what this person said and what was said to them."""
TRACES = (NAME.lower(), NUMBER, ADDRESS, WORD)
WHATSAPP = f"whatsapp:+{NUMBER}"


@dataclass(frozen=True, slots=True)
class Somebody:
    """The person, and where their things are."""

    person: int
    conversation: int
    mail_conversation: int
    mail_person: int
    ticket: str
    officer: int
    files: tuple[str, ...]


class MailChannel(MemoryChannel):
    """Email in memory that reads raw mails as the real one does."""

    def read(self, parcel: Parcel) -> Inbound | Ignored:
        return read(parcel, None)


async def known(stage: Stage) -> Somebody:
    """Have the person write on both channels, with an officer's answer, a note and a file each way; all open."""
    officer = await add_officer(stage)
    file = await stage.core.files.keep(f"foto {WORD}".encode())
    message = await stage.hear(
        f"mau tanya {WORD}",
        sender=WHATSAPP,
        attachments=(Attachment(f"{WORD}.jpg", "image/jpeg", None, f"https://example.org/{WORD}", "image"),),
        phone=f"+{NUMBER}",
        alias=f"alias.{NUMBER}",
    )
    await run(
        stage,
        "UPDATE media SET state = 'kept', file = :file, size = 10, content_type = 'image/jpeg'",
        file=file,
    )
    assert await scalar(stage, "SELECT count(*) FROM media WHERE file IS NOT NULL") == 1
    enclosed = await stage.core.files.keep(f"jawaban {WORD}".encode())
    asked = await stage.scalar(f"SELECT conversation_id FROM message WHERE id = {message}")
    assert isinstance(asked, int)
    await reply(stage, message, enclosed)
    ticket = await open_ticket(stage, asked, officer)
    await mail(stage, 1, f"Pertanyaan {WORD}", f"Isi {WORD}")
    # Only what became of a mail knows the address: it belongs to nobody's conversation.
    await mail(stage, 2, "Undelivered", f"to {ADDRESS}", sender="mailer-daemon@example.net", automatic=True)
    mail_conversation = await stage.scalar("SELECT max(id) FROM conversation")
    mail_person = await stage.scalar("SELECT max(id) FROM person")
    person = await stage.scalar("SELECT min(id) FROM person")
    assert isinstance(mail_conversation, int)
    assert isinstance(mail_person, int)
    assert isinstance(person, int)
    await run(stage, "UPDATE contact SET name = :name", name=NAME)
    await run(stage, "UPDATE person SET name = :name, email = :email", name=NAME, email=ADDRESS)
    return Somebody(person, asked, mail_conversation, mail_person, ticket, officer, (file, enclosed))


async def add_officer(stage: Stage) -> int:
    return int(
        await scalar(
            stage,
            "INSERT INTO officer (login, name, email, role, created_at)"
            " VALUES ('sari', 'Sari', 'sari@example.go.id', 'supervisor', :now) RETURNING id",
            now=stage.clock.now(),
        )
    )


async def reply(stage: Stage, message: int, file: str) -> None:
    """Answer as an officer does, with a file."""
    async with stage.core.database.transaction() as tx:
        asked = await unanswered.waiting(tx, message)
        assert asked is not None
        await replies.keep_reply(
            tx,
            replace(asked, subject=f"Balasan {WORD}"),
            author="officer",
            text=f"Salam {NAME}, soal {WORD}",
            key="officer",
            arguments={"name": NAME},
            now=stage.clock.now(),
            attachments=[Enclosure(f"{WORD}.pdf", "application/pdf", 10, file)],
        )


async def open_ticket(stage: Stage, conversation: int, officer: int) -> str:
    number = f"KST-2026-{conversation:05d}"
    async with stage.core.database.transaction() as tx:
        added = await tickets.add(
            tx,
            number=number,
            kind="konsultasi",
            state="work",
            reason="asked",
            conversation_id=conversation,
            now=stage.clock.now(),
        )
    assert added is not None
    await run(
        stage,
        "INSERT INTO message (conversation_id, channel, author, officer_id, kind, text, created_at)"
        " VALUES (:conversation, 'whatsapp', 'officer', :officer, 'note', :text, :now)",
        conversation=conversation,
        officer=officer,
        text=f"catatan tentang {WORD}",
        now=stage.clock.now(),
    )
    return number


async def mail(
    stage: Stage,
    number: int,
    subject: str,
    said: str,
    *,
    sender: str = ADDRESS,
    automatic: bool = False,
) -> None:
    """Have a mail fetched and read."""
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = f"{NAME} <{sender}>", "pst@example.go.id", subject
    letter["Message-ID"] = f"<{number}.{WORD}@example.org>"
    if automatic:
        letter["Auto-Submitted"] = "auto-replied"
    letter.set_content(said)
    reception, now = stage.core.reception, stage.clock.now()
    parcel = Parcel("email", "INBOX", 1, number, letter.as_bytes(), now)
    await reception.keep([parcel], Cursor(1, number), channel="email", place="INBOX")
    await reader(stage, reception).read(
        int(await scalar(stage, "SELECT max(id) FROM parcel WHERE number = :number", number=number))
    )


def reader(stage: Stage, reception: Reception) -> Reader:
    reporting = Reporting(stage.core.database, stage.core.queue, stage.clock)
    channels = {"email": MailChannel("email")}
    return Reader(stage.core.database, reception, channels, stage.clock, reporting)


def contents(stage: Stage) -> Contents:
    return Contents(stage.core.files, stage.core.settings.office.storage.raw_in_database_bytes)


async def close_all(stage: Stage, *, ago: timedelta = timedelta()) -> None:
    """Close every ticket and conversation, as officers do."""
    at = stage.clock.now() - ago
    await run(stage, "UPDATE ticket SET closed_at = :at, state = 'done'", at=at)
    await run(stage, "UPDATE conversation SET closed_at = :at, state = 'closed'", at=at)


async def run(stage: Stage, query: str, **values: object) -> None:
    async with stage.core.database.transaction() as tx:
        await tx.execute(text(query), values)


async def scalar(stage: Stage, query: str, **values: object) -> int:
    async with stage.core.database.transaction() as tx:
        return int((await tx.execute(text(query), values)).scalar_one())
