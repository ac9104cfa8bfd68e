"""Sending, against a real SMTP server: what is sent, and what becomes of each kind of refusal."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import getaddresses
from pathlib import Path
from uuid import UUID

import pytest

from channels.port import Outbound, SendFailed
from tests.channels.email import servers
from tests.channels.email.building import channel

ID = UUID("1b4e28ba-2fa1-11d2-883f-0016d3cca427")
LONG_ID = "<" + "SI2PR01MB1234ABCDEF0123456789" * 3 + "@SI2PR01MB1234.apcprd01.prod.outlook.example.com>"
CITIZEN = "budi@example.org"
MESSAGE = Outbound(
    id=ID,
    channel="email",
    recipient=CITIZEN,
    text="Konsultasi online: *3 hari kerja*.\n\nSumber: <Keputusan 16.2/2024>\nhttps://pst.example.go.id/a?b=1&c=2.",
    key="answer",
    created_at=datetime(2026, 3, 2, 2, 0, tzinfo=UTC),
    subject="Re: Berapa lama – konsultasi?",
    in_reply_to=LONG_ID,
    references=("<first@example.org>", "<second@example.org>", LONG_ID),
)


async def test_what_is_sent() -> None:
    async with servers.start_smtp_sink() as sink:
        receipt = await channel(smtp_url=sink.url).send(MESSAGE)
    [mail] = sink.mails
    assert sink.envelopes == [(servers.ADDRESS, [CITIZEN])]
    assert receipt.external_id == mail["Message-ID"] == f"<pst.{ID}@example.go.id>"
    assert getaddresses([mail["From"]]) == [("Layanan PST", servers.ADDRESS)]
    assert mail["To"] == CITIZEN
    assert mail["Subject"] == "Re: Berapa lama – konsultasi?"
    assert mail["In-Reply-To"].strip() == LONG_ID
    assert mail["References"].split() == list(MESSAGE.references)
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["Date"].datetime == MESSAGE.created_at
    plain, html = mail.iter_parts()
    assert plain.get_content().splitlines() == MESSAGE.text.replace("*", "").splitlines()
    assert "<strong>3 hari kerja</strong>" in html.get_content()
    assert "&lt;Keputusan 16.2/2024&gt;<br>" in html.get_content()
    assert '<a href="https://pst.example.go.id/a?b=1&amp;c=2">' in html.get_content()
    assert mail["Content-Language"] == "id"


async def test_a_reply_says_its_language() -> None:
    async with servers.start_smtp_sink() as sink:
        await channel(smtp_url=sink.url).send(replace(MESSAGE, language="en"))
    [mail] = sink.mails
    _, html = mail.iter_parts()
    assert mail["Content-Language"] == "en"
    assert '<html lang="en">' in html.get_content()


async def test_each_attempt_is_the_same_mail() -> None:
    async with servers.start_smtp_sink() as sink:
        made = channel(smtp_url=sink.url)
        await made.send(MESSAGE)
        await made.send(replace(MESSAGE, attempted_at=MESSAGE.created_at))
        assert await made.find(MESSAGE) is None
    assert sink.raw[0] == sink.raw[1]


async def test_long_ids_are_written_as_they_are() -> None:
    async with servers.start_smtp_sink() as sink:
        await channel(smtp_url=sink.url).send(MESSAGE)
    assert LONG_ID.encode() in sink.raw[0].split(b"\r\n\r\n")[0].replace(b"\r\n ", b" ")
    assert max(map(len, sink.raw[0].split(b"\r\n"))) < 998  # RFC 5322 section 2.1.1


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("Tanya", "Re: Tanya"),
        ("RE: Re: Bls: Tanya", "Re: Tanya"),
        ("Re[2]: Tanya", "Re: Tanya"),
        (None, "Pesan dari BPS Klaten"),
        ("  ", "Pesan dari BPS Klaten"),
        ("a\r\nBcc: x@example.org\r\n\r\nisi", "Re: a Bcc: x@example.org isi"),
    ],
)
async def test_subject(given: str | None, sent: str) -> None:
    async with servers.start_smtp_sink() as sink:
        await channel(smtp_url=sink.url).send(replace(MESSAGE, subject=given))
    [mail] = sink.mails
    assert mail["Subject"] == sent
    assert mail["Bcc"] is None


async def test_nothing_from_outside_becomes_a_header() -> None:
    poisoned = replace(
        MESSAGE,
        text="isi\r\n.\r\nRCPT TO:<x@example.org>\r\n",
        in_reply_to="<a@example.org>\r\nBcc: x@example.org",
        references=("<b@example.org>\nX-Evil: 1", "<c d@example.org>", "<é@example.org>"),
    )
    async with servers.start_smtp_sink() as sink:
        await channel(smtp_url=sink.url).send(poisoned)
    [mail] = sink.mails
    assert mail["Bcc"] is mail["X-Evil"] is mail["References"] is mail["In-Reply-To"] is None
    assert "RCPT TO" in next(iter(mail.iter_parts())).get_content()


@pytest.mark.parametrize(
    "address",
    [
        "budi",
        "@example.org",
        "budi@",
        "a@b@example.org",
        "budi@example.org\r\nRCPT TO:<x@example.org>",
        "budi@example.org, x@example.org",
        '"a b"@example.org',
        "budi@exa mple.org",
        "budi@" + "a" * 70 + "é.org",
        "b" * 300 + "@example.org",
    ],
)
async def test_an_unusable_address_is_refused_before_anything_is_sent(address: str) -> None:
    with pytest.raises(SendFailed) as caught:
        await channel().send(replace(MESSAGE, recipient=address))
    assert caught.value.permanent
    assert address not in caught.value.reason


async def test_letters_beyond_ascii() -> None:
    async with servers.start_smtp_sink() as sink:
        await channel(smtp_url=sink.url).send(replace(MESSAGE, recipient="budi@bücher.example"))
        await channel(smtp_url=sink.url).send(replace(MESSAGE, recipient="café@example.org"))
    assert [to for _, to in sink.envelopes] == [["budi@xn--bcher-kva.example"], ["café@example.org"]]


async def test_a_server_without_smtputf8() -> None:
    async with servers.start_smtp_sink(smtputf8=False) as sink:
        with pytest.raises(SendFailed) as caught:
            await channel(smtp_url=sink.url).send(replace(MESSAGE, recipient="café@example.org"))
    assert caught.value.permanent


@pytest.mark.parametrize(
    ("step", "reply", "permanent", "uncertain"),
    [
        ("MAIL", "451 4.3.0 later", False, False),
        ("MAIL", "530 5.7.0 authentication required", False, False),
        ("RCPT", "450 4.2.1 greylisted <budi@example.org>", False, False),
        ("RCPT", "550 5.1.1 <budi@example.org> unknown", True, False),
        ("EOM", "421 4.7.0 later", False, False),
        ("EOM", "554 5.7.1 content refused", True, False),
        ("EOM", "drop", False, True),
    ],
)
async def test_refusals(step: str, reply: str, permanent: bool, uncertain: bool) -> None:
    async with servers.start_smtp_sink() as sink:
        sink.replies[step] = reply
        made = channel(smtp_url=sink.url)
        with pytest.raises(SendFailed) as caught:
            await made.send(MESSAGE)
        assert (caught.value.permanent, caught.value.uncertain) == (permanent, uncertain)
        assert CITIZEN not in caught.value.reason
        assert reply[:3] in caught.value.reason or reply == "drop"
        receipt = await made.send(MESSAGE)
    assert {mail["Message-ID"] for mail in sink.mails} == {receipt.external_id}
    assert len(sink.mails) == (2 if reply == "drop" else 1)


async def test_a_silent_server_is_given_up_in_time() -> None:
    async with servers.start_smtp_sink() as sink:
        sink.replies["EOM"] = "silence"
        made = channel(smtp_url=sink.url, send_timeout_seconds=0.2)
        async with asyncio.timeout(5):
            with pytest.raises(SendFailed) as caught:
                await made.send(MESSAGE)
    assert (caught.value.permanent, caught.value.uncertain) == (False, True)


async def test_no_server() -> None:
    with pytest.raises(SendFailed) as caught:
        await channel(smtp_url=f"smtp://127.0.0.1:{servers.free_port()}").send(MESSAGE)
    assert (caught.value.permanent, caught.value.uncertain) == (False, False)


@pytest.mark.parametrize("security", ["smtps", "smtp+starttls"])
async def test_tls_is_verified(security: str, tmp_path: Path) -> None:
    ca, certificate, key = servers.make_certificates(tmp_path)
    context = servers.tls_context(certificate, key)
    starting = (
        servers.start_smtp_sink(tls=context)
        if security == "smtps"
        else servers.start_smtp_sink(starttls=context)
    )
    async with starting as sink:
        url = f"{security}://127.0.0.1:{sink.port}"
        with pytest.raises(SendFailed, match="Sertifikat") as caught:
            await channel(smtp_url=url).send(MESSAGE)
        assert not caught.value.permanent
        await channel(smtp_url=url, ca_file=ca).send(MESSAGE)
    assert len(sink.mails) == 1


async def test_starttls_is_never_skipped() -> None:
    async with servers.start_smtp_sink() as sink:
        with pytest.raises(SendFailed) as caught:
            await channel(smtp_url=f"smtp+starttls://127.0.0.1:{sink.port}").send(MESSAGE)
    assert not caught.value.permanent
    assert not sink.mails
