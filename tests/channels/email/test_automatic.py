"""Machines are never answered, people always: each mark alone, on an otherwise ordinary mail."""

from __future__ import annotations

import pytest

from channels.email.address import Sender
from channels.email.parse import parse

OWN = Sender("Layanan PST", "pst@example.go.id")
OUR_ID = "<pst.1b4e28ba-2fa1-11d2-883f-0016d3cca427@example.go.id>"


def kind(*fields: str, sender: str = "Budi <budi@example.org>", subject: str = "Tanya data") -> str:
    head = [f"From: {sender}", f"Subject: {subject}", "Message-ID: <1@example.org>", *fields]
    return parse(("\r\n".join(head) + "\r\n\r\nAda data?\r\n").encode(), OWN).kind


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("X-Mailer: ordinary", "message"),
        ("Auto-Submitted: no", "message"),
        ("Auto-Submitted: NO (a comment)", "message"),
        ("Auto-Submitted: auto-replied", "auto_reply"),
        ("Auto-Submitted: Auto-Generated; x=1", "auto_reply"),
        ("Auto-Submitted: auto-notified; owner-email=x@example.org", "auto_reply"),
        ("Precedence: normal", "message"),
        ("Precedence: auto_reply", "auto_reply"),
        ("Precedence: bulk", "list"),
        ("Precedence: junk", "list"),
        ("Precedence: list", "list"),
        ("Return-Path: <budi@example.org>", "message"),
        ("Return-Path: <>", "auto_reply"),
        ("X-Auto-Response-Suppress: DR, RN, NRN", "message"),
        ("X-Auto-Response-Suppress: None", "message"),
        ("X-Auto-Response-Suppress: DR, OOF, AutoReply", "auto_reply"),
        ("X-Auto-Response-Suppress: All", "auto_reply"),
        ("X-Autoreply: yes", "auto_reply"),
        ("X-Autorespond: out", "auto_reply"),
        ("List-Id: Data Jateng <data.example.org>", "list"),
        ("List-Post: <mailto:data@example.org>", "list"),
        ("List-Unsubscribe: <https://example.org/u>", "list"),
        ("List-Unsubscribe: <https://example.org/u>\r\nIn-Reply-To: <2@example.org>", "message"),
        ("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nIn-Reply-To: <2@example.org>", "list"),
        ("X-Failed-Recipients: rina@example.org", "bounce"),
        ("X-Loop: pst@example.go.id", "own"),
        ("X-Loop: other@example.org\r\nX-Loop: PST@example.go.id", "own"),
        ("X-Loop: other@example.org", "message"),
        (f"Message-ID: {OUR_ID}", "own"),
        (f"In-Reply-To: {OUR_ID}", "message"),
    ],
)
def test_header_fields(field: str, expected: str) -> None:
    assert kind(field) == expected


@pytest.mark.parametrize(
    ("sender", "expected"),
    [
        ("MAILER-DAEMON@mx.example.org", "bounce"),
        ("Mail Delivery System <mailer-daemon@mx.example.org>", "bounce"),
        ("postmaster@example.org", "message"),
        ("no-reply@shop.example.org", "auto_reply"),
        ("noreply2@shop.example.org", "auto_reply"),
        ("forms-receipts-noreply@example.org", "auto_reply"),
        ("donotreply@example.org", "auto_reply"),
        ("data-owner@example.org", "list"),
        ("owner-data@example.org", "list"),
        ("data-bounces@example.org", "list"),
        ("do_not_reply@example.org", "auto_reply"),
        ("jangan.membalas@example.org", "auto_reply"),
        ("noresponder@example.org", "auto_reply"),
        ("root@host.example.org", "auto_reply"),
        ("roots@example.org", "message"),
        ("mailer_daemon@example.org", "bounce"),
        ("MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@example.org", "bounce"),
        ("PST@EXAMPLE.GO.ID", "own"),
        ("Layanan PST <pst@example.go.id>", "own"),
        ("norepha@example.org", "message"),
        ("reply@example.org", "message"),
        ("Noreply Widodo <widodo@example.org>", "message"),
        ("kepala.pst@example.go.id", "message"),
    ],
)
def test_senders(sender: str, expected: str) -> None:
    assert kind(sender=sender) == expected


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("Automatic reply: Konsultasi", "auto_reply"),
        ("Balasan otomatis: Konsultasi", "auto_reply"),
        ("Jawaban Otomatis - Konsultasi", "auto_reply"),
        ("Out of Office: Konsultasi", "auto_reply"),
        ("Di luar kantor: Konsultasi", "auto_reply"),
        ("OOO: Konsultasi", "auto_reply"),
        ("Saya sedang tidak di kantor: Konsultasi", "auto_reply"),
        ("On leave: Konsultasi", "auto_reply"),
        ("自动回复: Konsultasi", "auto_reply"),
        ("[KST-1] Tiket Anda #7 telah kami terima", "auto_reply"),
        ("Your request (#123) has been received", "auto_reply"),
        ("Re: Tiket Anda #7 telah kami terima", "message"),
        ("Permintaan data kependudukan diterima kapan?", "message"),
        ("Apakah tiket saya sudah diterima?", "message"),
        ("Re: Automatic reply: Konsultasi", "message"),
        ("Data kendaraan auto 2024", "message"),
        ("Otomatis: mesin tenun", "message"),
        ("Cuti bersama 2025", "message"),
        ("Undelivered mail: bagaimana statistik pos?", "message"),
    ],
)
def test_subjects(subject: str, expected: str) -> None:
    assert kind(subject=subject) == expected


def test_a_bounce_by_its_subject_needs_a_machine() -> None:
    subject = "Undelivered Mail Returned to Sender"
    assert kind(sender="postmaster@example.org", subject=subject) == "bounce"
    assert kind("Return-Path: <>", subject=subject) == "bounce"


def structured(content_type: str, *parts: str) -> str:
    head = "From: budi@example.org\r\nSubject: Konsultasi\r\nMessage-ID: <1@example.org>\r\n"
    body = "".join(f"--b\r\n{part}\r\n" for part in parts)
    return parse(f"{head}Content-Type: {content_type}; boundary=b\r\n\r\n{body}--b--\r\n".encode(), OWN).kind


WORDS = "Content-Type: text/plain\r\n\r\nHalo"
REPLY = "Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR"
REPORT = (
    "Content-Type: multipart/report; report-type={}; boundary=c\r\n\r\n--c\r\n" + WORDS + "\r\n"
    "--c\r\nContent-Type: message/{}\r\n\r\nFinal-Recipient: rfc822; rina@example.com\r\n--c--"
)


@pytest.mark.parametrize(
    ("content_type", "parts", "expected"),
    [
        ("multipart/alternative", [WORDS, REPLY], "auto_reply"),
        ("multipart/alternative", [WORDS, REPLY.replace("METHOD:REPLY", "METHOD:REQUEST")], "message"),
        ("multipart/mixed", [WORDS, REPLY.replace("calendar", "calendar; method=REPLY")], "auto_reply"),
        ("multipart/mixed", [REPORT.format(*["delivery-status"] * 2), WORDS], "bounce"),
        ("multipart/mixed", [REPORT.format(*["disposition-notification"] * 2), WORDS], "auto_reply"),
        # A person who asks what a bounce means sends it along.
        (
            "multipart/mixed",
            [WORDS, "Content-Type: message/rfc822\r\n\r\n" + REPORT.format(*["delivery-status"] * 2)],
            "message",
        ),
        ("multipart/report; report-type=global-delivery-status", [WORDS], "bounce"),
    ],
)
def test_structures(content_type: str, parts: list[str], expected: str) -> None:
    assert structured(content_type, *parts) == expected


def test_the_reason_quotes_nothing() -> None:
    raw = b"From: mailer-daemon@mx.example.org\nX-Failed-Recipients: rina@example.org\n\nGagal: rina@example.org\n"
    reason = parse(raw, OWN).reason
    assert reason
    assert "rina" not in reason
    assert "example.org" not in reason


@pytest.mark.parametrize(
    ("sender", "text", "expected"),
    [
        ("budi@example.org", "Ini adalah balasan otomatis. Terima kasih.", "auto_reply"),
        ("budi@example.org", "Halo.\nPesan ini dikirim secara otomatis oleh sistem.", "auto_reply"),
        ("budi@example.org", "This is an automated response, please do not reply.", "auto_reply"),
        ("budi@example.org", "Mohon tidak membalas email ini.", "auto_reply"),
        ("budi@example.org", "Ini adalah pertanyaan tentang mesin otomatis.", "message"),
        ("budi@example.org", "Apakah pesan ini dikirim secara otomatis?", "message"),
        ("budi@example.org", 'Saya mendapat "ini adalah balasan otomatis".', "message"),
        ("postmaster@example.org", "Mohon alamat pengirim PST.", "message"),
        ("postmaster@example.org", "Your message could not reach the recipient.", "auto_reply"),
    ],
)
def test_words(sender: str, text: str, expected: str) -> None:
    raw = f"From: {sender}\r\nSubject: Data\r\nMessage-ID: <1@example.org>\r\n\r\n{text}\r\n"
    assert parse(raw.encode(), OWN).kind == expected
