"""Files that come with a mail: taken out of the kept mail, looked into, kept once, and given to officers."""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import text

from bot.assembly import steps
from bot.media import FetchLater
from bot.quarantine import Quarantine
from bot.read import Reader
from bot.report import Reporting
from bot.store import media
from channels.email import Email
from channels.port import Cursor, Parcel
from tests.channels.email.building import channel
from tests.fakes import Stage

Staged = Callable[[], AbstractAsyncContextManager[Stage]]
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40 + b"\n%%EOF"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(200)
CSV = "desa;jiwa\r\nGayamprit;5021\r\nKlaten – kota;61\r\n".encode()
PLACE = "pst@imap.example/INBOX"


@dataclass
class Office:
    """An office whose mails are read, and whose files are fetched, one step at a time."""

    stage: Stage
    channel: Email

    async def keep(self, raw: bytes, *, number: int = 1, epoch: int = 7) -> int:
        """Keep a mail as the mailbox would; return its parcel."""
        mail = Parcel("email", PLACE, epoch, number, raw, self.stage.clock.now())
        reception = self.stage.core.reception
        await reception.keep([mail], Cursor(epoch, number), channel="email", place=PLACE)
        return (await self.stage.column("SELECT max(id) FROM parcel"))[0]

    async def read(self, parcel_id: int) -> None:
        core, clock = self.stage.core, self.stage.clock
        reporting = Reporting(core.database, core.queue, clock)
        channels = {"email": self.channel}
        await Reader(core.database, core.reception, channels, clock, reporting).read(parcel_id)

    async def fetch_all(self) -> None:
        core = self.stage.core
        fetching = steps.fetching(core, {"email": self.channel})
        for media_id in await self.stage.column("SELECT id FROM media WHERE state = 'waiting' ORDER BY id"):
            await fetching.fetch(media_id)

    async def came(self, raw: bytes, **position: int) -> list[media.Enclosed]:
        """Keep, read and fetch; return the files of the newest message as officers see them."""
        await self.read(await self.keep(raw, **position))
        await self.fetch_all()
        return await self.files()

    async def files(self) -> list[media.Enclosed]:
        (message_id,) = await self.stage.column("SELECT max(id) FROM message WHERE author = 'citizen'")
        async with self.stage.core.database.transaction() as tx:
            return await media.of_message(tx, message_id)

    async def content(self, file: media.Enclosed) -> bytes:
        assert file.file is not None, file.reason
        return b"".join([piece async for piece in self.stage.core.files.read(file.file)])

    async def told(self) -> list[str]:
        return [str(kind) for kind in await self.stage.column("SELECT kind FROM event ORDER BY id")]


@pytest.fixture
async def office(staged: Staged) -> AsyncIterator[Office]:
    async with staged() as stage:
        yield Office(stage, channel(depot=stage.core.reception))


def letter(said: str = "Berkasnya terlampir.", html: str = "") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = "Siti <siti@contoh.example>", "bps3310@example.go.id"
    mail["Subject"], mail["Message-ID"] = "Permintaan data", "<berkas-1@contoh.example>"
    mail["Date"] = "Mon, 2 Mar 2026 09:00:00 +0700"
    mail.set_content(said)
    if html:
        mail.add_alternative(html, subtype="html")
    return mail


def html_part(mail: EmailMessage) -> EmailMessage:
    (_, part) = mail.iter_parts()
    assert isinstance(part, EmailMessage)
    return part


async def test_each_file_is_kept_as_it_was_attached_under_a_name_of_what_it_is(office: Office) -> None:
    mail = letter()
    mail.add_attachment(PDF, maintype="application", subtype="pdf", filename="../../Surat Permohonan.pdf.exe")
    mail.add_attachment(CSV, maintype="text", subtype="csv", filename="data desa.csv", cte="quoted-printable")
    mail.add_attachment(PNG, maintype="application", subtype="octet-stream", filename="foto")
    files = await office.came(mail.as_bytes())
    assert [(each.state, each.content_type, each.kind) for each in files] == [
        ("kept", "application/pdf", "document"),
        ("kept", "text/csv", "document"),
        ("kept", "image/png", "document"),
    ]
    assert [each.name for each in files] == ["Surat Permohonan.pdf", "data desa.csv", "foto.png"]
    assert [await office.content(each) for each in files] == [PDF, CSV, PNG]
    assert [each.size for each in files] == [len(PDF), len(CSV), len(PNG)]
    assert await office.told() == []


async def test_a_picture_within_the_text_is_kept_apart_and_asks_for_nothing(office: Office) -> None:
    mail = letter(
        "Lihat gambar di atas: berapa biaya konsultasi?", html='<p>Lihat <img src="cid:gambar"> di atas'
    )
    html_part(mail).add_related(PNG, maintype="image", subtype="png", cid="<gambar>", filename="image001.png")
    mail.add_attachment(PDF, maintype="application", subtype="pdf", filename="surat.pdf")
    files = await office.came(mail.as_bytes())
    assert [(each.name, each.kind) for each in files] == [
        ("surat.pdf", "document"),
        ("image001.png", "inline"),
    ]
    assert [await office.content(each) for each in files] == [PDF, PNG]
    (kinds,) = await office.stage.column("SELECT attachments FROM message")
    assert [each["kind"] for each in kinds] == ["document", "inline"]  # type: ignore[attr-defined]


async def test_a_picture_without_a_word_is_what_is_said(office: Office) -> None:
    mail = letter("", html='<img src="cid:gambar">')
    html_part(mail).add_related(PNG, maintype="image", subtype="png", cid="<gambar>", filename="image001.png")
    (file,) = await office.came(mail.as_bytes())
    assert (file.kind, file.state) == ("image", "kept")


def winmail(name: bytes, data: bytes) -> bytes:
    attributes = ((0x00069002, b"\0" * 14), (0x00018010, name + b"\0"), (0x0006800F, data))
    written = [struct.pack("<BII", 2, kind, len(value)) + value + b"\0\0" for kind, value in attributes]
    return struct.pack("<IH", 0x223E9F78, 1) + b"".join(written)


def uuencoded(name: str, data: bytes) -> str:
    lines = [binascii.b2a_uu(data[at : at + 45]).decode() for at in range(0, len(data), 45)]
    return f"begin 644 {name}\n{''.join(lines)}`\nend\n"


async def test_what_is_wrapped_by_outlook_or_stands_in_the_text_comes_out(office: Office) -> None:
    mail = letter(f"Terlampir.\n\n{uuencoded('lama.pdf', PDF)}")
    mail.add_attachment(
        winmail(b"tabel.csv", CSV), maintype="application", subtype="ms-tnef", filename="winmail.dat"
    )
    files = await office.came(mail.as_bytes())
    assert [(each.name, each.content_type) for each in files] == [
        ("lama.pdf", "application/pdf"),
        ("tabel.txt", "text/plain"),
    ]
    assert [await office.content(each) for each in files] == [PDF, CSV]


async def test_an_enclosed_mail_is_a_file_that_holds_all_of_it(office: Office) -> None:
    inner = letter("Surat yang diteruskan.")
    mail = letter()
    mail.add_attachment(inner)
    (file,) = await office.came(mail.as_bytes())
    assert file.state == "kept"
    assert b"Surat yang diteruskan." in await office.content(file)


async def test_programs_and_unknown_files_are_refused_with_a_reason_and_stay_in_the_raw_mail(
    office: Office,
) -> None:
    raw = letter()
    raw.add_attachment(b"MZ\x90\0" + bytes(300), maintype="application", subtype="pdf", filename="surat.pdf")
    raw.add_attachment(b"\x01\x02\x03" * 50, maintype="application", subtype="x-spss", filename="data.sav")
    files = await office.came(raw.as_bytes())
    assert [(each.state, each.file) for each in files] == [("refused", None), ("refused", None)]
    assert ["program" in (each.reason or "") for each in files] == [True, False]
    assert await office.told() == ["media_refused", "media_refused"]
    kept = await office.stage.core.reception.open("email", PLACE, 7, 1)
    assert kept == raw.as_bytes()


async def test_a_file_above_the_offices_limit_is_refused(office: Office) -> None:
    office.channel = channel(
        depot=office.stage.core.reception, media={"max_bytes": len(PDF) - 1, "types": ["application/pdf"]}
    )
    mail = letter()
    mail.add_attachment(PDF, maintype="application", subtype="pdf", filename="besar.pdf")
    mail.add_attachment(PDF[:-1], maintype="application", subtype="pdf", filename="pas.pdf")
    refused, kept = await office.came(mail.as_bytes())
    assert (refused.state, kept.state) == ("refused", "kept")
    assert "lebih besar" in (refused.reason or "")


async def test_of_a_mail_that_was_not_fetched_whole_officers_read_where_its_files_are(office: Office) -> None:
    (row,) = await office.came(b"X-Pst-Full-Size: 31457280\r\n" + letter().as_bytes())
    assert (row.kind, row.state) == ("too_large", "refused")
    assert "30 MB" in (row.reason or "")
    assert "kotak surat" in (row.reason or "")


async def test_a_mail_that_comes_again_brings_its_files_once(office: Office) -> None:
    mail = letter()
    mail.add_attachment(PDF, maintype="application", subtype="pdf", filename="surat.pdf")
    raw = mail.as_bytes()
    first = await office.came(raw)
    again = await office.keep(raw, number=3, epoch=8)  # as after a new UIDVALIDITY
    await office.read(again)
    await office.read(again)
    await office.fetch_all()
    assert await office.files() == first
    assert await office.stage.scalar("SELECT count(*) FROM media") == 1


async def test_a_mail_from_quarantine_brings_its_files_once(office: Office) -> None:
    mail = letter()
    mail.add_attachment(PDF, maintype="application", subtype="pdf", filename="surat.pdf")
    parcel_id = await office.keep(mail.as_bytes())
    core = office.stage.core
    reader = Reader(
        core.database,
        core.reception,
        {},
        office.stage.clock,
        Reporting(core.database, core.queue, office.stage.clock),
    )
    await reader.set_aside(parcel_id)
    quarantine = Quarantine(core.database, core.queue, office.stage.clock)
    async with core.queue.opened():
        assert await quarantine.replay([parcel_id]) == [parcel_id]
        assert await quarantine.replay([parcel_id]) == []
    await office.read(parcel_id)
    await office.read(parcel_id)
    await office.fetch_all()
    (file,) = await office.files()
    assert await office.content(file) == PDF


async def test_a_large_mail_gives_its_files_out_of_the_file_store(office: Office) -> None:
    large = (
        PDF
        + bytes(range(256)) * 1024
        + base64.b64encode(b"".join(i.to_bytes(8, "big") for i in range(99_999)))
    )
    mail = letter()
    mail.add_attachment(large, maintype="application", subtype="pdf", filename="laporan.pdf")
    (file,) = await office.came(mail.as_bytes())
    assert await office.stage.scalar("SELECT file IS NOT NULL FROM parcel")
    assert await office.content(file) == large


async def test_a_raw_mail_that_is_gone_leaves_a_reason(office: Office) -> None:
    mail = letter()
    mail.add_attachment(PDF, maintype="application", subtype="pdf", filename="surat.pdf")
    await office.read(await office.keep(mail.as_bytes()))
    async with office.stage.core.database.transaction() as tx:
        await tx.execute(text("UPDATE parcel SET data = NULL, file = NULL"))
    with pytest.raises(FetchLater):
        await office.fetch_all()
    office.stage.clock.advance(timedelta(minutes=5))
    await office.fetch_all()
    (file,) = await office.files()
    assert (file.state, file.file) == ("failed", None)
    assert "surat mentah" in (file.reason or "")


async def test_signatures_are_named_and_of_very_many_files_the_first_are_kept(office: Office) -> None:
    mail = letter()
    mail.add_attachment(b"0" * 90, maintype="application", subtype="pkcs7-signature", filename="smime.p7s")
    for number in range(60):
        mail.add_attachment(PDF[:300], maintype="application", subtype="pdf", filename=f"{number}.pdf")
    await office.read(await office.keep(mail.as_bytes()))
    (named,) = await office.stage.column("SELECT attachments FROM message")
    assert len(named) == 61  # type: ignore[arg-type]
    assert await office.stage.column("SELECT number FROM media ORDER BY number") == list(range(1, 50))
