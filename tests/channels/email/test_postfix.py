"""Sending through a real Postfix: TLS, one connection, what it refuses and what arrives."""

from __future__ import annotations

import asyncio
import email
import email.policy
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from channels.email import Email
from channels.port import Cause, Enclosure, Outbound, SendFailed
from tests.channels.email.building import channel
from tests.channels.email.postfix import CITIZEN, LARGEST, Postfix, start_postfix
from tests.channels.email.test_refusals import Shelf
from tests.channels.email.test_sender import MESSAGE

FILES = {"a" * 32: bytes(range(256)) * 40, "b" * 32: b"x" * LARGEST}


@pytest.fixture(scope="module")
def postfix() -> Iterator[Postfix]:
    with start_postfix() as running:
        yield running


@pytest.fixture
def office(postfix: Postfix) -> Email:
    return channel(smtp_url=postfix.smtp_url, ca_file=postfix.ca_file, files=Shelf(FILES))


def to_citizen(number: int, **changes: Any) -> Outbound:
    return replace(MESSAGE, id=UUID(int=number), recipient=CITIZEN, **changes)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():
            await asyncio.sleep(0.02)


async def test_mails_arrive_as_they_were_written_over_one_connection(postfix: Postfix, office: Email) -> None:
    enclosed = (Enclosure("Tabel é.bin", "application/x-tabel", 10_240, "a" * 32),)
    await office.send(to_citizen(1, author="officer", attachments=enclosed, ticket="KST-2026-00042"))
    await office.send(to_citizen(2, text=".\n..\nFrom: bukan kepala surat\n" + "kata " * 400))
    await office.close()
    await until(lambda: len(postfix.received()) == 2)
    received = [email.message_from_bytes(raw, policy=email.policy.default) for raw in postfix.received()]
    first, second = sorted(received, key=lambda mail: str(mail["Message-ID"]))
    assert isinstance(first, email.message.EmailMessage)
    assert isinstance(second, email.message.EmailMessage)
    [part] = first.iter_attachments()
    assert (part.get_filename(), part.get_content()) == ("Tabel é.bin", FILES["a" * 32])
    assert first["Subject"] == "Re: [KST-2026-00042] Berapa lama – konsultasi?"
    assert first["Message-ID"].strip() == "<pst.00000000-0000-0000-0000-000000000001@example.go.id>"
    assert first["Return-Path"] == "<bps3310@example.go.id>"
    body = second.get_body(("plain",))
    assert body is not None
    assert body.get_content().splitlines()[:3] == [".", "..", "From: bukan kepala surat"]
    log = (postfix.inbox.parents[1] / "log").read_text()
    assert "ehlo=2 starttls=1 mail=2 rcpt=2 data=2 quit=1" in log


async def test_who_is_unknown_there_is_not_reachable(office: Email) -> None:
    with pytest.raises(SendFailed) as caught:
        await office.send(replace(MESSAGE, recipient="bukan-siapa-siapa@contoh.example"))
    assert caught.value.permanent
    assert caught.value.cause is Cause.NOT_REACHABLE
    assert "550 5.1.1" in caught.value.reason


async def test_what_it_does_not_carry_says_nothing_of_the_person(office: Email) -> None:
    with pytest.raises(SendFailed) as caught:
        await office.send(replace(MESSAGE, recipient="budi@example.org"))
    assert caught.value.permanent
    assert caught.value.cause is None


async def test_what_is_beyond_its_size_is_not_even_offered(postfix: Postfix, office: Email) -> None:
    enclosed = (Enclosure("besar.bin", "application/x-tabel", LARGEST, "b" * 32),)
    with pytest.raises(SendFailed, match="terlalu besar") as caught:
        await office.send(to_citizen(3, attachments=enclosed))
    assert caught.value.permanent
    found = await office.check()
    assert "size" in found[1].detail
    assert "starttls" not in found[1].detail  # we are past it
