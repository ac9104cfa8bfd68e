"""From a parcel to the citizen's message: what the pipeline gets, and what makes two mails one."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from channels.email.address import Sender
from channels.email.read import read
from channels.port import Ignored, Inbound, Parcel

SAMPLES = Path(__file__).parent / "samples"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OWN = Sender("Layanan PST", "bps3310@example.go.id")
RAW = (
    b"Received: from a.example.org by mx.example.go.id; Mon, 3 Feb 2025 10:00:00 +0700\r\n"
    b"From: Budi <Budi@Example.org>\r\nMessage-ID: <1@example.org>\r\n"
    b"Date: Mon, 3 Feb 2025 10:00:00 +0700\r\nSubject: Tanya\r\n\r\nAda data?\r\n"
)


def parcel(data: bytes, number: int = 1, epoch: int = 1) -> Parcel:
    return Parcel("email", "kantor@127.0.0.1/INBOX", epoch, number, data, NOW)


def inbound(data: bytes) -> Inbound:
    found = read(parcel(data), OWN)
    assert isinstance(found, Inbound)
    return found


def test_a_reply() -> None:
    message = inbound((SAMPLES / "gmail_id_reply_top.eml").read_bytes())
    ours = "<pst.1b4e28ba-2fa1-11d2-883f-0016d3cca427@example.go.id>"
    assert message.channel == "email"
    assert (message.sender, message.sender_name) == ("budi@example.org", "Budi Santoso")
    assert message.subject == "Re: Konsultasi data"
    assert message.text == "Kalau yang tatap muka bagaimana?"
    assert message.reply_id == "<CAF3x1@mail.example.org>"
    assert message.references == ("<CAF3x0@mail.example.org>", ours)
    assert set(message.replies_to) == {"<CAF3x0@mail.example.org>", ours}
    assert message.received_at == NOW


def test_the_subject_is_the_text_when_there_is_no_other() -> None:
    message = inbound((SAMPLES / "subject_only.eml").read_bytes())
    assert message.text == message.subject == "Berapa lama konsultasi online?"


def test_a_synthesised_id_is_not_quoted() -> None:
    data = RAW.replace(b"Message-ID: <1@example.org>\r\n", b"")
    assert inbound(data).reply_id is None
    assert inbound(data).external_id == inbound(data).external_id != inbound(RAW).external_id


def test_a_mail_without_sender_is_not_answered() -> None:
    found = read(parcel(RAW.replace(b"From: Budi <Budi@Example.org>\r\n", b"")), OWN)
    assert isinstance(found, Ignored)
    assert found.kind == "unparseable"


@pytest.mark.parametrize(
    "again",
    [
        RAW.replace(b"from a.example.org", b"from b.example.org"),
        b"Return-Path: <budi@example.org>\r\nDelivered-To: kantor\r\n" + RAW,
        RAW.replace(b"\r\n", b"\n"),
        RAW.replace(b"Budi <Budi@", b'"Budi S." <budi@'),
        RAW.replace(b"10:00:00 +0700\r\nSubject", b"03:00:00 +0000\r\nSubject"),
        RAW.replace(b"\r\n\r\nAda data?", b"\r\nContent-Transfer-Encoding: base64\r\n\r\nQWRhIGRhdGE/"),
        RAW.replace(b"Subject: Tanya", b"Subject: =?utf-8?q?Tanya?="),
    ],
)
def test_the_same_mail_fetched_again(again: bytes) -> None:
    """Another way, another store, another encoding by a server in between: still the same mail."""
    assert again != RAW
    assert inbound(again).external_id == inbound(RAW).external_id


@pytest.mark.parametrize(
    "other",
    [
        RAW.replace(b"Ada data?", b"Ada data lain?"),
        RAW.replace(b"3 Feb 2025 10:00:00 +0700\r\nSubject", b"3 Feb 2025 10:00:01 +0700\r\nSubject"),
        RAW.replace(b"Subject: Tanya", b"Subject: Tanya lagi"),
        RAW.replace(b"Budi@Example.org", b"rina@example.org"),
    ],
)
def test_a_program_that_always_writes_the_same_message_id_loses_nothing(other: bytes) -> None:
    assert inbound(other).external_id != inbound(RAW).external_id


def test_ids_never_change() -> None:
    """Written down: should this fail, a renumbered mailbox would be answered a second time."""
    assert inbound(RAW).external_id == "<1@example.org>#9261b7726a6d531e"
