"""Files leave as downloads, whatever they are called and whatever they are."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import unquote

import pytest
from sqlalchemy import insert, select, text

from bot.store import media as store
from bot.store.contents import Contents
from bot.store.tables import attachment, media, parcel
from channels.port import Attachment
from handoff.console.files import disposition
from tests.handoff.console.running import Desk
from tests.handoff.console.test_security import acts

HTML = b"<script>alert(document.cookie)</script>"


async def from_a_citizen(desk: Desk, name: str, content: bytes, content_type: str) -> int:
    """Keep a file as if it had been fetched; return its id."""
    stage = desk.stage
    told = Attachment(name, content_type, url="https://media.example.org/1")
    message = await stage.hear("lihat berkas", attachments=(told,))
    file = await stage.core.files.keep(content)
    async with stage.core.database.transaction() as tx:
        number = (await tx.execute(select(media.c.id).where(media.c.message_id == message))).scalar_one()
        assert await store.settle(
            tx,
            number,
            state="kept",
            now=stage.clock.now(),
            content_type=content_type,
            size=len(content),
            file=file,
        )
    return int(number)


@pytest.mark.parametrize(
    "name", ["../../x.html", "..\\..\\x.html", "x.html\r\nSet-Cookie: a=b", 'a".html', "\u202elmth.gpj", ""]
)
async def test_a_file_with_an_evil_name_is_harmless(desk: Desk, name: str) -> None:
    number = await from_a_citizen(desk, name, HTML, "text/html")
    answer = await (await desk.client()).get(f"/console/file/media/{number}")
    assert answer.status_code == 200
    assert answer.content == HTML
    told = answer.headers["content-disposition"]
    assert told.startswith("attachment; filename=")
    encoded = unquote(told.split("filename*=UTF-8''")[1])
    for saved in (encoded, told.split('"')[1]):
        assert saved
        assert not set(saved) & set('/\\"\r\n\u202e')
        assert not saved.startswith(".")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert "set-cookie" not in answer.headers
    [noted] = await acts(desk, "file.downloaded")
    assert noted["about"] == f"media:{number}"


async def test_a_file_comes_whole_with_its_type_and_size(desk: Desk) -> None:
    content = b"%PDF-1.7 " + b"x" * 300_000
    number = await from_a_citizen(desk, "surat permohonan.pdf", content, "application/pdf")
    answer = await (await desk.client()).get(f"/console/file/media/{number}")
    assert answer.content == content
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-length"] == str(len(content))
    assert 'filename="surat permohonan.pdf"' in answer.headers["content-disposition"]


async def test_no_file_without_a_session(desk: Desk) -> None:
    number = await from_a_citizen(desk, "a.pdf", b"%PDF-", "application/pdf")
    answer = await (await desk.client(None)).get(f"/console/file/media/{number}")
    assert answer.status_code == 303
    assert await acts(desk, "file.downloaded") == []


async def test_what_is_not_there_or_was_refused_is_not_found(desk: Desk) -> None:
    number = await from_a_citizen(desk, "a.pdf", b"%PDF-", "application/pdf")
    async with desk.stage.core.database.transaction() as tx:
        await tx.execute(text("UPDATE media SET state = 'refused'"))
    client = await desk.client()
    keys = [f"media/{number}", "media/0", "media/x", "media/-1", "media/1-1", f"media/{'9' * 20}"]
    keys += [f"media/{'9' * 5000}", f"media/{number}-%00", "mail/1", "secret/1", "media/..%2f..%2fetc"]
    for key in [*keys, "attachment/1", "attachment/1-0", "attachment/1-99999", "attachment/1-x"]:
        assert (await client.get(f"/console/file/{key}")).status_code == 404, key
    assert await acts(desk, "file.downloaded") == []


async def test_a_file_that_is_gone_from_the_disk_is_not_found(desk: Desk) -> None:
    number = await from_a_citizen(desk, "a.pdf", b"%PDF-", "application/pdf")
    async with desk.stage.core.database.transaction() as tx:
        await tx.execute(text(f"UPDATE media SET file = '{'0' * 32}'"))
    assert (await (await desk.client()).get(f"/console/file/media/{number}")).status_code == 404


async def test_an_officers_file_and_a_raw_mail(desk: Desk) -> None:
    core = desk.stage.core
    message = await desk.stage.hear("halo")
    file = await core.files.keep(b"tabel")
    raw = b"From: warga@example.org\r\n\r\n" + b"halo " * 1000
    [packed] = await Contents(core.files, core.settings.office.storage.raw_in_database_bytes).pack([raw])
    sent = {
        "message_id": message, "number": 1, "name": "tabel.csv", "content_type": "text/csv", "size": 5, "file": file,
    }  # fmt: skip
    async with core.database.transaction() as tx:
        await tx.execute(insert(attachment).values(sent))
        kept = insert(parcel).values(
            channel="email",
            place="INBOX",
            epoch=1,
            number=1,
            data=packed.data,
            packing=packed.packing,
            fetched_at=datetime(2026, 11, 23, tzinfo=UTC),
        )
        number = (await tx.execute(kept.returning(parcel.c.id))).scalar_one()
    client = await desk.client()
    assert (await client.get(f"/console/file/attachment/{message}-1")).content == b"tabel"
    answer = await client.get(f"/console/file/mail/{number}")
    assert answer.content == raw
    assert answer.headers["content-type"].startswith("message/rfc822")
    assert f'filename="surat-{number}.eml"' in answer.headers["content-disposition"]


def test_a_name_in_another_script_is_kept() -> None:
    told = disposition("ꦱꦸꦫꦠ\u200b laporan.pdf")
    assert "laporan.pdf" in told
    assert unquote(told.split("''")[1]).endswith("laporan.pdf")
