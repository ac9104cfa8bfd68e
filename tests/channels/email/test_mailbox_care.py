"""What is large, what a server keeps to itself, and what becomes of mails on the server."""

from __future__ import annotations

import asyncio
import base64
import os
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from pydantic import ValidationError

from channels.email.bodystructure import Unreadable, parse
from channels.port import Cursor, Inbound
from tests.channels.email import servers
from tests.channels.email.building import channel, listening
from tests.channels.email.depot import MemoryDepot
from tests.channels.email.imap_stub import StubbornImap, start_stub
from tests.channels.email.test_mailbox import Server, ca_of, raw_mail

LIMIT = 65_536
SMTP_USER = f"smtp://{servers.USER}@127.0.0.1:9"


@pytest.fixture(params=["dovecot", "pymap"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    start = servers.start_dovecot if request.param == "dovecot" else servers.start_pymap
    with start() as running:
        yield running


@pytest.fixture
def dovecot() -> Iterator[servers.Dovecot]:
    with servers.start_dovecot() as running:
        yield running


def with_files(text: str, *names: str, html: str = "") -> bytes:
    """Return a mail of more than LIMIT bytes whose files come with the text."""
    mail = EmailMessage()
    mail["From"], mail["To"] = "Budi <budi@example.org>", servers.ADDRESS
    mail["Subject"], mail["Message-ID"] = "Data kami", "<besar@example.org>"
    mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html")
    for name in names:
        mail.add_attachment(os.urandom(LIMIT), maintype="application", subtype="pdf", filename=name)
    return mail.as_bytes()


def files_first(text: str) -> bytes:
    """Return a mail whose text stands behind 300 kB of a file."""
    file = base64.encodebytes(os.urandom(300_000)).replace(b"\n", b"\r\n")
    return (
        b"From: Budi <budi@example.org>\r\nTo: bps@example.go.id\r\nSubject: Data\r\nMessage-ID: <d@example.org>\r\n"
        b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
        b'--b\r\nContent-Type: application/zip; name="data (1.zip"\r\nContent-Transfer-Encoding: base64\r\n'
        b'Content-Disposition: attachment; filename="data (1.zip"\r\n\r\n' + file + b"\r\n"
        b"--b\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        + text.encode() + b"\r\n--b--\r\n"
    )  # fmt: skip


async def kept_cut(server: Server, raw: bytes) -> tuple[bytes, Inbound]:
    """Have a mail fetched that is over the limit; return what is kept, and what is read in it."""
    depot = MemoryDepot()
    await asyncio.to_thread(server.deliver, raw)
    made = channel(server.imap_url, depot, ca_of(server), first_start="all", max_message_bytes=LIMIT)
    async with listening(made):
        await depot.until(lambda kept: len(kept.parcels) == 1)
    [parcel] = depot.parcels.values()
    message = made.read(parcel)
    assert isinstance(message, Inbound)
    return parcel.data, message


async def test_of_an_oversized_mail_the_text_is_read_and_the_files_are_named(server: Server) -> None:
    raw = with_files("Berapa lama konsultasi?", "tabel.pdf", "peta (2.pdf", html="<p>Berapa lama?</p>")
    data, message = await kept_cut(server, raw * 1 + b"\n" * 2_000_000)
    assert len(data) < 4_000
    assert message.text == "Berapa lama konsultasi?"
    assert message.sender == "budi@example.org"
    assert message.external_id.startswith("<besar@example.org>")
    *named, itself = message.attachments
    if isinstance(server, servers.Dovecot):  # pymap writes dispositions in a way of its own
        told = [(one.name, one.content_type, one.size) for one in named]
        assert told == [(name, "application/pdf", None) for name in ("tabel.pdf", "peta (2.pdf")]
    assert itself.kind == "too_large"
    assert (itself.size or 0) > 2_000_000


async def test_a_text_behind_a_large_file_is_found(dovecot: servers.Dovecot) -> None:
    raw = files_first("Caf=E9 kami: berapa biaya konsultasi?")
    data, message = await kept_cut(dovecot, raw * 1 + b"\r\n" * 600_000)
    assert len(data) < 2_000
    assert message.text == "Café kami: berapa biaya konsultasi?"
    assert [one.name for one in message.attachments] == ["data (1.zip", "surat.eml"]


async def test_a_mail_of_one_endless_text(server: Server) -> None:
    raw = raw_mail(1, "Mohon data inflasi.\r\n\r\n" + ("y" * 70 + "\r\n") * 20_000)
    data, message = await kept_cut(server, raw)
    assert len(data) < 300_000
    assert message.text.startswith("Mohon data inflasi.")


async def test_a_structure_that_makes_no_sense() -> None:
    """Then the beginning of the mail is kept, as it is."""
    raw = raw_mail(1, "Mohon data inflasi." + "\r\n" + ("y" * 70 + "\r\n") * 20_000)
    async with start_stub(StubbornImap({1: raw}, structures={1: b'("TEXT" (("PLAIN"))))) ("'})) as stub:
        depot = MemoryDepot()
        made = channel(
            stub.imap_url,
            depot,
            first_start="all",
            max_message_bytes=LIMIT,
            imap_timeout_seconds=1,
            undelivered_tries=2,
        )
        stub.structures[1] = b'("TEXT" ("PLAIN"))'
        async with listening(made):
            await depot.until(lambda kept: len(kept.parcels) == 1)
    [parcel] = depot.parcels.values()
    message = made.read(parcel)
    assert isinstance(message, Inbound)
    assert message.text.startswith("Mohon data inflasi.")


@pytest.mark.parametrize(
    "told",
    [
        b"1 FETCH (UID 1)",
        b"1 FETCH (BODYSTRUCTURE (",
        b"1 FETCH (BODYSTRUCTURE ())",
        b"BODYSTRUCTURE " + b"(" * 99_999,
    ],
)
def test_what_is_no_structure_is_refused(told: bytes) -> None:
    with pytest.raises(Unreadable):
        parse([told])


def test_a_structure_with_literals() -> None:
    told: list[bytes | bytearray] = [
        b'1 FETCH (UID 1 BODYSTRUCTURE (("TEXT" "HTML" ("CHARSET" "utf-8") NIL NIL "BASE64" 12 1 NIL NIL NIL)'
        b'("APPLICATION" "PDF" ("NAME" {8}',
        bytearray(b'a"(b.pdf'),
        b') NIL NIL "base64" 99 NIL ("attachment" ("FILENAME*" "utf-8\'\'a%20b.pdf")) NIL) "MIXED" NIL NIL NIL))',
    ]
    html, pdf = parse(told)
    assert (html.section, html.kind, html.encoding, html.parameters["charset"]) == (
        "1",
        "text/html",
        "base64",
        "utf-8",
    )
    assert html.is_text
    assert (pdf.section, pdf.parameters["name"], pdf.disposition) == ("2", 'a"(b.pdf', "attachment")
    assert not pdf.is_text


@pytest.mark.parametrize("fault", ["NO", "drop", "nothing"])
async def test_a_mail_that_is_never_handed_over_blocks_none_behind_it(fault: str) -> None:
    mails = {uid: raw_mail(uid) for uid in range(1, 9)}
    async with start_stub(StubbornImap(mails, broken={4: fault})) as stub:
        depot = MemoryDepot()
        async with listening(channel(stub.imap_url, depot, first_start="all", undelivered_tries=2)):
            await depot.until(lambda kept: len(kept.parcels) == 8, seconds=30)
            await depot.until(lambda kept: kept.looks >= 1)
    faults = {parcel.number: parcel.fault for parcel in depot.parcels.values()}
    assert [number for number, told in faults.items() if told] == [4]
    assert "UID 4" in (faults[4] or "")
    assert depot.kept_twice == 0


async def test_the_last_mail_is_set_aside_when_an_older_one_is_handed_over() -> None:
    async with start_stub(StubbornImap({1: raw_mail(1), 2: raw_mail(2)}, broken={2: "NO"})) as stub:
        depot = MemoryDepot()
        async with listening(channel(stub.imap_url, depot, first_start="all", undelivered_tries=2)):
            await depot.until(lambda kept: len(kept.parcels) == 2, seconds=30)
    assert [bool(parcel.fault) for parcel in depot.parcels.values()] == [False, True]


async def test_a_server_that_hands_over_nothing_has_no_mail_set_aside() -> None:
    """It is the server then, and not a mail: everything comes when it is well again."""
    mails = {uid: raw_mail(uid) for uid in range(1, 4)}
    async with start_stub(StubbornImap(mails, broken=dict.fromkeys(mails, "NO"))) as stub:
        depot = MemoryDepot()
        async with listening(channel(stub.imap_url, depot, first_start="all", undelivered_tries=2)):
            await stub.until(lambda: stub.connections >= 5, seconds=30)
            assert not depot.parcels
            stub.broken.clear()
            await depot.until(lambda kept: len(kept.parcels) == 3, seconds=30)
    assert not any(parcel.fault for parcel in depot.parcels.values())


async def test_a_passing_failure_sets_nothing_aside() -> None:
    mails = {uid: raw_mail(uid) for uid in range(1, 4)}
    async with start_stub(StubbornImap(mails, broken={2: "drop"})) as stub:
        depot = MemoryDepot()
        async with listening(channel(stub.imap_url, depot, first_start="all", undelivered_tries=50)):
            await stub.until(lambda: stub.connections >= 3, seconds=30)
            stub.broken.clear()
            await depot.until(lambda kept: len(kept.parcels) == 3, seconds=30)
    assert not any(parcel.fault for parcel in depot.parcels.values())


async def test_kept_mails_are_flagged_only_where_the_office_wants_it(server: Server) -> None:
    depot = MemoryDepot()
    await asyncio.to_thread(server.deliver, *map(raw_mail, range(3)))
    seen = channel(server.imap_url, depot, ca_of(server), first_start="all", after_read="seen")
    async with listening(seen):
        await depot.until(lambda kept: kept.settled_to is not None and kept.settled_to.number >= 3)
    flags = await asyncio.to_thread(server.as_other_program, "FETCH", "1:*", "(FLAGS)")
    assert flags.count(b"\\Seen") == 3
    assert all(parcel.data for parcel in depot.parcels.values())


async def test_kept_mails_are_moved_to_a_folder_that_is_made_for_them(dovecot: servers.Dovecot) -> None:
    depot = MemoryDepot()
    await asyncio.to_thread(dovecot.deliver, *map(raw_mail, range(3)))
    made = channel(
        dovecot.imap_url,
        depot,
        dovecot.ca_file,
        first_start="all",
        after_read="move",
        processed_folder="PST Selesai",
    )
    async with listening(made):
        await depot.until(lambda kept: kept.settled_to is not None and kept.settled_to.number >= 3)
        await asyncio.to_thread(dovecot.deliver, raw_mail(3))
        await depot.until(lambda kept: kept.settled_to is not None and kept.settled_to.number >= 4)
    assert len(depot.parcels) == 4
    told = await asyncio.to_thread(dovecot.as_other_program, "STATUS", '"PST Selesai"', "(MESSAGES)")
    assert b"MESSAGES 4" in told
    assert b"MESSAGES 0" in await asyncio.to_thread(dovecot.as_other_program, "STATUS", "INBOX", "(MESSAGES)")


async def test_a_process_killed_between_commit_and_flag_flags_at_its_next_look(server: Server) -> None:
    depot = MemoryDepot()
    made = channel(server.imap_url, depot, ca_of(server), first_start="all", after_read="seen")
    async with listening(made):
        await depot.until(lambda kept: kept.looks >= 1)
    await asyncio.to_thread(server.deliver, *map(raw_mail, range(3)))
    depot.refuses_to_settle = True  # the flag may be set then, and nobody knows
    with pytest.raises(ConnectionError, match="the database went away"):
        async with asyncio.timeout(15):
            await made.listen()
    assert len(depot.parcels) == 3
    await asyncio.to_thread(server.as_other_program, "STORE", "2", "-FLAGS", r"(\Seen)")
    depot.refuses_to_settle = False
    async with listening(made):
        await depot.until(lambda kept: kept.settled_to is not None and kept.settled_to.number >= 3)
    flags = await asyncio.to_thread(server.as_other_program, "FETCH", "1:*", "(FLAGS)")
    assert flags.count(b"\\Seen") == 3
    assert depot.kept_twice == 0


async def test_flags_begin_with_what_comes_after_they_were_wanted(server: Server) -> None:
    depot = MemoryDepot()
    await asyncio.to_thread(server.deliver, raw_mail(1))
    async with listening(channel(server.imap_url, depot, ca_of(server), first_start="all")):
        await depot.until(lambda kept: len(kept.parcels) == 1)
    before = depot.looks
    async with listening(channel(server.imap_url, depot, ca_of(server))):
        await depot.until(lambda kept: kept.looks > before)
    first = depot.settled_to
    assert first == next(iter(depot.cursors.values()))
    await asyncio.to_thread(server.deliver, raw_mail(2))
    async with listening(channel(server.imap_url, depot, ca_of(server), after_read="seen")):
        await depot.until(lambda kept: kept.settled_to != first)
    flags = await asyncio.to_thread(server.as_other_program, "FETCH", "1:*", "(FLAGS)")
    assert flags.count(b"\\Seen") == 1


async def test_a_server_that_cannot_move_is_read_all_the_same() -> None:
    async with start_stub(StubbornImap({1: raw_mail(1)})) as stub:
        depot = MemoryDepot()
        made = channel(
            stub.imap_url,
            depot,
            first_start="all",
            after_read="move",
            processed_folder="Selesai",
            poll_seconds=0.1,
        )
        async with listening(made):
            await depot.until(lambda kept: kept.looks >= 3)
            assert stub.connections == 1
        finding, _ = await made.check()
    assert len(depot.parcels) == 1
    assert not finding.holds
    assert "MOVE" in finding.detail


def test_moving_needs_a_folder() -> None:
    with pytest.raises(ValidationError, match="processed_folder"):
        channel(after_read="move")


async def test_a_token_is_read_at_each_login(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("lama\n")
    async with start_stub(StubbornImap({1: raw_mail(1)}, token="baru")) as stub:
        depot = MemoryDepot()
        url = stub.imap_url.replace(f":{servers.PASSWORD}@", "@")
        made = channel(url, depot, smtp_url=SMTP_USER, token_file=file, first_start="all")
        async with listening(made):
            await stub.until(lambda: stub.connections >= 2)
            assert not depot.parcels
            file.write_text("baru\n")
            await depot.until(lambda kept: len(kept.parcels) == 1)
        finding, _ = await made.check()
    assert finding.holds
    assert "XOAUTH2" in finding.detail


@pytest.mark.parametrize("content", [None, b"", b"a b", b"a\x01b", b"\xff", b"x" * 20_000])
async def test_a_file_without_a_token(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "token").write_bytes(content)
    async with start_stub(StubbornImap({})) as stub:
        finding, _ = await channel(stub.imap_url, smtp_url=SMTP_USER, token_file=tmp_path / "token").check()
        assert not any("AUTHENTICATE" in command for command in stub.commands)
    assert not finding.holds
    assert "OAuth2" in finding.detail


async def test_mails_that_are_there_before_the_cursor_are_not_flagged() -> None:
    """A first start with `new` leaves the past alone."""
    async with start_stub(StubbornImap({3: raw_mail(3)})) as stub:
        depot = MemoryDepot()
        async with listening(channel(stub.imap_url, depot, after_read="seen")):
            await depot.until(lambda kept: kept.looks >= 1)
        assert depot.settled_to == Cursor(7, 3)
        assert not any("STORE" in command for command in stub.commands)
