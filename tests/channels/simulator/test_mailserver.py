"""The mail servers of the simulation, spoken to with the clients the product uses."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.message import EmailMessage
from urllib.parse import urlsplit

import aioimaplib
import aiosmtplib
import pytest

from channels.simulator.mailserver import Envelope, MailServers

OFFICE = "kantor@example.id"
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def mail(sender: str, recipient: str, body: str = "Berapa lama konsultasi?") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, recipient, "Tanya"
    message["Message-ID"] = "<satu@example.org>"
    message.set_content(body)
    return message


@pytest.fixture
async def servers() -> AsyncIterator[MailServers]:
    servers = MailServers(
        "imap://kantor:rahasia@127.0.0.1:0/INBOX",
        "smtp://kantor:rahasia@127.0.0.1:0",
        now=lambda: NOW,
        office_mail=OFFICE,
    )
    await servers.start()
    yield servers
    await servers.stop()


async def imap(servers: MailServers, password: str | None = None) -> aioimaplib.IMAP4:
    client = aioimaplib.IMAP4("127.0.0.1", urlsplit(servers.imap_url).port, timeout=5)
    await client.wait_hello_from_server()
    answer = await client.login("kantor", password or "rahasia")
    if answer.result == "OK":
        await client.select("INBOX")
    return client


def smtp(servers: MailServers) -> aiosmtplib.SMTP:
    return aiosmtplib.SMTP(
        hostname="127.0.0.1", port=urlsplit(servers.smtp_url).port, timeout=5, start_tls=False
    )


async def send(servers: MailServers, message: EmailMessage, password: str | None = None) -> None:
    async with smtp(servers) as session:
        if password is not None:
            await session.login("kantor", password)
        await session.send_message(message)


async def pushed(client: aioimaplib.IMAP4) -> list[bytes]:
    """What the server says on its own, until it tells of a message."""
    async with asyncio.timeout(5):
        while True:
            lines = await client.wait_server_push()
            if isinstance(lines, list) and any(b"EXISTS" in line for line in lines):
                return lines


async def fetched(client: aioimaplib.IMAP4, number: str = "1:*") -> bytes:
    answer = await client.uid("fetch", number, "BODY.PEEK[]")
    assert answer.result == "OK"
    return b"\n".join(bytes(line) for line in answer.lines)


async def test_mail_for_the_office_wakes_an_idle_listener(servers: MailServers) -> None:
    client = await imap(servers)
    await client.idle_start(timeout=30)

    await send(servers, mail("warga@example.org", OFFICE))

    assert any(b"1 EXISTS" in line for line in await pushed(client))
    client.idle_done()
    raw = await fetched(client)
    assert b"Berapa lama konsultasi?" in raw
    assert b"Return-Path: <warga@example.org>" in raw
    await client.logout()


async def test_mail_that_came_just_before_idle_wakes_it_too(servers: MailServers) -> None:
    client = await imap(servers)
    await servers.deliver_to_office(b"Subject: satu\r\n\r\nisi\r\n")  # no command of the client tells it

    await client.idle_start(timeout=30)

    assert any(b"1 EXISTS" in line for line in await pushed(client))
    client.idle_done()
    await client.logout()


async def test_every_listener_is_woken_and_uids_only_grow(servers: MailServers) -> None:
    one, two = await imap(servers), await imap(servers)
    for client in (one, two):
        await client.idle_start(timeout=30)

    first = await servers.deliver_to_office(b"Subject: satu\r\n\r\nisi\r\n")
    second = await servers.deliver_to_office(b"Subject: dua\r\n\r\nisi\r\n")

    assert second > first
    for client in (one, two):
        assert await pushed(client)
        client.idle_done()
        assert b"Subject: dua" in await fetched(client, str(second))
        await client.logout()


async def test_what_the_office_sends_is_shown_with_its_envelope(servers: MailServers) -> None:
    seen: list[tuple[bytes, Envelope]] = []
    servers.on_mail.append(lambda raw, envelope: seen.append((raw, envelope)))

    await send(servers, mail(OFFICE, "warga@example.org", "3 hari kerja ✓"), "rahasia")

    [(raw, envelope)] = seen
    assert envelope == Envelope(OFFICE, ("warga@example.org",))
    assert b"Message-ID: <satu@example.org>\r\n" in raw


async def test_strangers_cannot_send_to_strangers(servers: MailServers) -> None:
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
        await send(servers, mail("warga@example.org", "lain@example.org"))


async def test_wrong_passwords_are_refused_by_both(servers: MailServers) -> None:
    with pytest.raises(aiosmtplib.SMTPAuthenticationError):
        await send(servers, mail(OFFICE, "warga@example.org"), "salah")
    client = await imap(servers, "salah")
    assert client.get_state() == "NONAUTH"
    await client.logout()


async def test_stopping_hangs_up_on_listeners_in_time(servers: MailServers) -> None:
    client = await imap(servers)
    await client.idle_start(timeout=30)
    async with smtp(servers) as open_session:
        assert open_session.is_connected
        before = time.monotonic()

        await servers.stop()

        assert time.monotonic() - before < 2
        with pytest.raises(OSError, match="Connect call failed"):
            await asyncio.open_connection("127.0.0.1", urlsplit(servers.imap_url).port)
    client.idle_done()


@pytest.mark.parametrize(
    ("imap_url", "smtp_url"),
    [
        ("imap://a:b@192.0.2.1:1143/INBOX", "smtp://127.0.0.1:1025"),
        ("imap://a:b@127.0.0.1:1143/INBOX", "smtp://mail.example.org:1025"),
        ("imaps://a:b@127.0.0.1:1143/INBOX", "smtp://127.0.0.1:1025"),
    ],
)
def test_only_loopback_without_tls_is_served(imap_url: str, smtp_url: str) -> None:
    with pytest.raises(ValueError, match="simulator's mail"):
        MailServers(imap_url, smtp_url, now=lambda: NOW, office_mail=OFFICE)
