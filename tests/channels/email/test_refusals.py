"""What a server says at each step, and what officers and the queue make of it."""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from channels.port import Cause, Enclosure, FetchFailed, Pace, SendFailed
from tests.channels.email import servers
from tests.channels.email.building import NOW, channel
from tests.channels.email.smtp_stub import DROP, SmtpStub, start_smtp_stub
from tests.channels.email.test_sender import CITIZEN, MESSAGE

FILE = Enclosure("Tabel Inflasi.xlsx", "application/vnd.ms-excel", 60_000, "a" * 32)


class Shelf:
    """Files by name; what is missing is gone. Implements `FileStore`."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files

    async def open(self, name: str) -> bytes:
        if name not in self._files:
            raise FetchFailed("berkas tidak ada lagi", permanent=True)
        return self._files[name]


async def failure(stub: SmtpStub, **options: Any) -> SendFailed:
    """Send a mail to a server that does not take it."""
    async with start_smtp_stub(stub):
        made = channel(smtp_url=stub.url, **options)
        with pytest.raises(SendFailed) as caught:
            await made.send(MESSAGE)
    assert CITIZEN not in caught.value.reason
    return caught.value


@pytest.mark.parametrize("step", ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "EOM"])
async def test_421_at_any_step_is_tried_again(step: str) -> None:
    told = await failure(SmtpStub(script={step: ["421 4.3.2 shutting down"]}))
    assert (told.permanent, told.uncertain, told.cause) == (False, False, None)


@pytest.mark.parametrize("step", ["CONNECT", "EHLO", "MAIL", "RCPT"])
async def test_a_server_that_hangs_up_before_the_mail_is_given_away_has_none(step: str) -> None:
    told = await failure(SmtpStub(script={step: [DROP]}))
    assert (told.permanent, told.uncertain) == (False, False)


@pytest.mark.parametrize(
    ("step", "reply", "permanent", "nobody", "words"),
    [
        ("CONNECT", "554 5.7.1 no service for you", False, False, "CONNECT (554 5.7.1)"),
        ("MAIL", "452 4.3.1 no room", False, False, "menunda"),
        ("MAIL", "552 5.3.4 too big", True, False, "terlalu besar"),
        ("MAIL", "550 5.7.1 you may not send", True, False, "aturan"),
        ("RCPT", "450 4.2.0 greylisted", False, False, "menunda"),
        ("RCPT", "450 4.1.2 unknown for the moment", False, False, "450 4.1.2"),
        ("RCPT", "452 4.2.2 over quota", False, False, "penuh"),
        ("RCPT", "550 5.1.1 unknown user", True, True, "tidak ada"),
        ("RCPT", "550 5.1.2 unknown domain", True, True, "tidak ada"),
        ("RCPT", "556 5.1.10 null MX", True, True, "tidak ada"),
        ("RCPT", "550 5.2.1 disabled", True, True, "tidak aktif"),
        ("RCPT", "552 5.2.2 over quota", True, False, "penuh"),
        ("RCPT", "550 5.7.1 relaying denied", True, False, "aturan"),
        ("RCPT", "550 no", True, False, "RCPT (550)"),
        ("RCPT", "530 5.7.0 log in", False, False, "530"),
        ("DATA", "451 4.3.0 later", False, False, "DATA"),
        ("EOM", "451 4.7.1 later", False, False, "aturan"),
        ("EOM", "552 too big", True, False, "terlalu besar"),
        ("EOM", "554 5.6.0 content", True, False, "DATA (554 5.6.0)"),
        ("EOM", "550 5.1.1 says a gateway", True, False, "550 5.1.1"),
    ],
)
async def test_what_a_reply_means(step: str, reply: str, permanent: bool, nobody: bool, words: str) -> None:
    told = await failure(SmtpStub(script={step: [reply]}))
    assert (told.permanent, told.uncertain) == (permanent, False)
    assert (told.cause is Cause.NOT_REACHABLE) == nobody
    assert words in told.reason


async def test_an_answer_that_cannot_be_read_after_the_mail_leaves_doubt() -> None:
    told = await failure(SmtpStub(script={"EOM": ["mail? what mail"]}))
    assert (told.permanent, told.uncertain) == (False, True)


async def test_a_mail_that_the_server_would_find_too_large_is_not_sent() -> None:
    told = await failure(stub := SmtpStub(extensions=("SIZE 1000",)))
    assert told.permanent
    assert "terlalu besar" in told.reason
    assert "MAIL" not in stub.steps(0)


@pytest.mark.parametrize("extensions", [("SIZE",), ("SIZE 0",), ("SIZE 99999999",), ("8BITMIME",)])
async def test_other_limits_are_none(extensions: tuple[str, ...]) -> None:
    async with start_smtp_stub(SmtpStub(extensions=extensions)) as stub:
        await channel(smtp_url=stub.url).send(MESSAGE)
    [said] = [line for line in stub.said[0] if line.startswith("MAIL")]
    assert ("SIZE=" in said) == (extensions != ("8BITMIME",))


@pytest.mark.parametrize(
    ("reply", "words"),
    [("535 5.7.8 wrong", "535 5.7.8"), ("454 4.7.0 later", "454 4.7.0"), (DROP, "CONNECT")],
)
async def test_a_login_that_fails_is_our_trouble_and_not_the_mails(reply: str, words: str) -> None:
    async with start_smtp_stub(SmtpStub(script={"AUTH": [reply] * 3})) as stub:
        made = channel(smtp_url=f"smtp://kantor:sandi@127.0.0.1:{stub.port}", smtp_login_pause_seconds=0)
        with pytest.raises(SendFailed) as caught:
            await made.send(MESSAGE)
        assert (caught.value.permanent, caught.value.uncertain) == (False, False)
        assert words in caught.value.reason
        assert "sandi" not in caught.value.reason
        stub.script.clear()
        await made.send(MESSAGE)
        await made.close()
    assert len(stub.mails) == 1


async def test_a_refused_password_is_not_tried_by_every_mail() -> None:
    async with start_smtp_stub(SmtpStub(script={"AUTH": ["535 5.7.8 wrong"]})) as stub:
        made = channel(smtp_url=f"smtp://kantor:sandi@127.0.0.1:{stub.port}", smtp_login_pause_seconds=0.3)
        for words in ("535 5.7.8", "ditunggu"):
            with pytest.raises(SendFailed, match=words) as caught:
                await made.send(MESSAGE)
            assert not caught.value.permanent
        assert caught.value.after is not None
        assert 0 < caught.value.after <= 0.3
        assert len(stub.said) == 1
        async with asyncio.timeout(5):
            while not stub.mails:
                with contextlib.suppress(SendFailed):
                    await made.send(MESSAGE)
                await asyncio.sleep(0.01)
        await made.close()
    assert len(stub.said) == 2


async def test_a_wrong_password_is_tried_one_way_only() -> None:
    stub = SmtpStub(extensions=("AUTH LOGIN PLAIN CRAM-MD5",), script={"AUTH": ["535 5.7.8 wrong"]})
    async with start_smtp_stub(stub):
        with pytest.raises(SendFailed, match="535"):
            await channel(smtp_url=f"smtp://kantor:sandi@127.0.0.1:{stub.port}").send(MESSAGE)
    assert stub.steps(0) == ["EHLO", "AUTH"]


async def test_a_way_that_the_server_only_says_it_has_is_passed_over() -> None:
    password = base64.b64encode(b"sandi").decode().upper()  # the stub knows steps in capitals
    script = {"AUTH": ["504 5.5.4 no such", "334 UGFzc3dvcmQ6"], password: ["235 2.7.0 ok"]}
    stub = SmtpStub(extensions=("AUTH LOGIN PLAIN",), script=script)
    async with start_smtp_stub(stub):
        made = channel(smtp_url=f"smtp://kantor:sandi@127.0.0.1:{stub.port}")
        await made.send(MESSAGE)
        await made.close()
    assert [line.split()[1] for line in stub.said[0] if line.startswith("AUTH")] == ["PLAIN", "LOGIN"]


async def test_a_server_without_login_gets_no_password() -> None:
    async with start_smtp_stub(SmtpStub(extensions=("SIZE",))) as stub:
        with pytest.raises(SendFailed, match="kata sandi") as caught:
            await channel(smtp_url=f"smtp://kantor:rahasia1@127.0.0.1:{stub.port}").send(MESSAGE)
    assert not caught.value.permanent
    assert stub.steps(0) == ["EHLO"]


async def test_a_token_is_shown_as_it_is_at_that_moment(tmp_path: Path) -> None:
    token = tmp_path / "token"
    async with start_smtp_stub() as stub:
        made = channel(
            smtp_url=f"smtp://pst%40example.go.id@127.0.0.1:{stub.port}",
            token_file=token,
            smtp_idle_seconds=0,
        )
        with pytest.raises(SendFailed, match="token") as caught:
            await made.send(MESSAGE)
        assert not caught.value.permanent
        for fresh in ("pertama", "kedua"):
            token.write_text(f"{fresh}\n")
            await made.send(MESSAGE)
        await made.close()
    shown = [
        base64.b64decode(line.split()[2]).decode()
        for said in stub.said
        for line in said
        if line[:4] == "AUTH"
    ]
    assert shown == [
        f"user=pst@example.go.id\x01auth=Bearer {fresh}\x01\x01" for fresh in ("pertama", "kedua")
    ]


async def test_a_server_without_xoauth2_sees_no_token(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("rahasia")
    async with start_smtp_stub(SmtpStub(extensions=("AUTH PLAIN",))) as stub:
        with pytest.raises(SendFailed, match="XOAUTH2"):
            await channel(smtp_url=f"smtp://pst@127.0.0.1:{stub.port}", token_file=token).send(MESSAGE)
    assert stub.steps(0) == ["EHLO"]


async def test_copies_get_it_and_one_that_is_refused_holds_up_nobody() -> None:
    async with start_smtp_stub() as stub:
        made = channel(smtp_url=stub.url)
        copied = replace(MESSAGE, cc=("ana@example.org", "c@example.org", "d@example.org"))
        stub.script["RCPT"] = ["250 ok", "550 5.1.1 nobody", "452 4.2.2 full", "250 ok"]
        receipt = await made.send(copied)
        await made.close()
    assert [line for line in stub.said[0] if line.startswith("RCPT")] == [
        f"RCPT TO:<{each}>" for each in (CITIZEN, "ana@example.org", "c@example.org", "d@example.org")
    ]
    assert len(stub.mails) == 1
    assert "2 alamat (452 4.2.2, 550 5.1.1)" in receipt.remark
    assert "ana@" not in receipt.remark


async def test_without_copies_there_is_nothing_to_remark() -> None:
    async with start_smtp_stub() as stub:
        made = channel(smtp_url=stub.url)
        assert (await made.send(MESSAGE)).remark == ""
        await made.close()


async def test_an_officers_file_goes_along() -> None:
    content = bytes(range(256)) * 235
    async with servers.start_smtp_sink() as sink:
        made = channel(smtp_url=sink.url, files=Shelf({FILE.file: content}))
        with_file = replace(MESSAGE, author="officer", attachments=(FILE,))
        await made.send(with_file)
        await made.send(with_file)
        await made.close()
    [part] = sink.mails[0].iter_attachments()
    assert part.get_filename() == FILE.name
    assert part.get_content() == content
    assert sink.mails[0]["Auto-Submitted"] is None
    assert sink.raw[0] == sink.raw[1]


async def test_a_file_that_is_gone_is_told_and_nothing_is_sent() -> None:
    async with start_smtp_stub() as stub:
        made = channel(smtp_url=stub.url, files=Shelf({}))
        with pytest.raises(SendFailed, match="tidak ada lagi") as caught:
            await made.send(replace(MESSAGE, attachments=(FILE,)))
    assert caught.value.permanent
    assert stub.said == []


async def test_files_beyond_the_offices_limit_are_not_even_read() -> None:
    made = channel(files=Shelf({}), max_file_bytes=FILE.size - 1)
    assert made.max_file_bytes == FILE.size - 1
    with pytest.raises(SendFailed, match="terlalu besar") as caught:
        await made.send(replace(MESSAGE, attachments=(FILE,)))
    assert caught.value.permanent


async def test_a_disk_that_does_not_answer_holds_up_no_mail_for_long() -> None:
    class Hanging(Shelf):
        async def open(self, name: str) -> bytes:
            await asyncio.Event().wait()
            return await super().open(name)

    made = channel(files=Hanging({}), send_timeout_seconds=0.1)
    with pytest.raises(SendFailed, match="tidak menjawab") as caught:
        await made.send(replace(MESSAGE, attachments=(FILE,)))
    assert (caught.value.permanent, caught.value.uncertain) == (False, False)


def test_the_office_sets_the_pace() -> None:
    made = channel(messages_per_second=3, messages_per_second_to_one=0.5)
    assert made.pace == Pace(3, 0.5)


async def test_a_large_mail_is_looked_for_only_when_it_must_have_ended() -> None:
    now = [NOW]
    made = channel(files=Shelf({}), now=lambda: now[0])
    began = replace(MESSAGE, attachments=(replace(FILE, size=15_000_000),), attempted_at=NOW)
    now[0] = NOW + made.settle
    with pytest.raises(SendFailed) as caught:
        await made.find(began)
    assert not caught.value.permanent
    now[0] = NOW + made.settle + timedelta(minutes=15)
    assert await made.find(began) is None


async def test_a_test_mail_goes_to_the_office_itself() -> None:
    async with servers.start_smtp_sink() as sink:
        made = channel(smtp_url=sink.url)
        found = await made.try_sending()
        await made.close()
    assert found.holds
    [mail] = sink.mails
    assert sink.envelopes == [(servers.ADDRESS, [servers.ADDRESS])]
    assert mail["Subject"] == "Surat percobaan"
    assert str(mail["Message-ID"]) in found.detail


async def test_a_test_mail_that_is_refused_says_why() -> None:
    async with start_smtp_stub(SmtpStub(script={"RCPT": ["550 5.1.1 nobody"]})) as stub:
        found = await channel(smtp_url=stub.url).try_sending()
    assert not found.holds
    assert "550 5.1.1" in found.detail
