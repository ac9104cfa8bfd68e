"""Bounces taken apart: reports and what is none, which mail of ours, which recipient, for good or for now."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email.address import Sender
from channels.email.parse import parse
from channels.email.read import read
from channels.port import Cause, Ignored, Parcel, Report

OWN = Sender("Layanan PST", "pst@example.go.id")
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
UID = UUID("1b4e28ba-2fa1-11d2-883f-0016d3cca427")
ID = f"<pst.{UID}@example.go.id>"
OTHER = f"<pst.{UUID(int=7)}@example.go.id>"
SENDER = "From: MAILER-DAEMON@mx.example.com\n"
BLOCK = "Final-Recipient: rfc822; rina@example.com\nAction: failed\nStatus: 5.1.1\n"
ORIGINAL = f"Message-ID: {ID}\nReferences: {OTHER}\nFrom: pst@example.go.id\nTo: Rina <rina@example.com>\n"


def reports(raw: str, authserv_id: str = "") -> tuple[Report, ...]:
    found = read(Parcel("email", "here", 1, 1, raw.encode(), NOW), OWN, authserv_id)
    assert isinstance(found, Ignored)
    assert found.kind == "bounce"
    return found.reports


def dsn(
    *blocks: str,
    original: str = ORIGINAL,
    enclosed: str = "message/rfc822",
    report: str = "message/delivery-status",
    head: str = SENDER,
) -> str:
    return (
        f"{head}Subject: Returned mail\nContent-Type: multipart/report;"
        f" report-type={report.partition('/')[2]}; boundary=b\n\n"
        "--b\nContent-Type: text/plain\n\nYour mail did not arrive.\n"
        f"--b\nContent-Type: {report}\n\nReporting-MTA: dns; mx.example.com\n\n{chr(10).join(blocks)}\n"
        f"--b\nContent-Type: {enclosed}\n\n{original}\nSelamat pagi\n--b--\n"
    )


@pytest.mark.parametrize("enclosed", ["message/rfc822", "text/rfc822-headers", "message/global-headers"])
@pytest.mark.parametrize("report", ["message/delivery-status", "message/global-delivery-status"])
def test_a_report_names_mail_recipient_and_reason(enclosed: str, report: str) -> None:
    [told] = reports(dsn(BLOCK, enclosed=enclosed, report=report))
    assert (told.message, told.state, told.cause) == (UID, "failed", Cause.NOT_REACHABLE)
    assert told.recipients == ("rina@example.com",)
    assert "5.1.1" in told.reason
    assert "rina" not in told.reason


@pytest.mark.parametrize(
    ("fields", "state", "code", "is_nobody"),
    [
        ("Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 no such user", "failed", 550, True),
        ("Action: failed\nStatus: 5.1.10", "failed", 500, True),
        ("Action: failed\nStatus: 5.4.4", "failed", 500, True),
        ("Action: FAILED (final)\nStatus: 5.1.2 (bad domain)", "failed", 500, True),
        ("Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 5.1.1 x", "failed", 550, True),
        ("Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 User unknown", "failed", 550, True),
        ("Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 554 spam", "failed", 554, False),
        (
            "Action: failed\nStatus: 5.2.2\nDiagnostic-Code: smtp; 552 5.2.2 mailbox full",
            "failed",
            552,
            False,
        ),
        ("Action: failed\nStatus: 5.7.1", "failed", 500, False),
        ("Action: failed\nStatus: 4.4.7\nDiagnostic-Code: smtp; 451 4.4.7 expired", "failed", 451, False),
        ("Status: 5.1.1", "failed", 500, True),
        ("Status: 4.4.1", "queued", 400, False),
        ("Action: delayed\nStatus: 4.4.1\nWill-Retry-Until: tomorrow", "queued", 400, False),
        ("Action: delayed\nStatus: 5.1.1", "queued", 500, False),
        ("Action: relayed\nStatus: 2.0.0", "sent", 200, False),
        ("Action: delivered\nStatus: 2.1.5", "delivered", 200, False),
    ],
)
def test_outcomes(fields: str, state: str, code: int, is_nobody: bool) -> None:
    [told] = reports(dsn(f"Final-Recipient: rfc822; rina@example.com\n{fields}\n"))
    assert (told.state, told.code, told.cause is not None) == (state, code, is_nobody)


def test_each_recipient_has_a_report_of_its_own() -> None:
    other = BLOCK.replace("rina", "dewi").replace("5.1.1", "5.2.2")
    first, second = reports(dsn(BLOCK, other))
    assert first.recipients[0] == "rina@example.com"
    assert second.recipients == ("dewi@example.com", "rina@example.com")
    assert first.external_id != second.external_id


def test_the_address_we_wrote_to_comes_before_the_one_it_was_passed_on_to() -> None:
    [told] = reports(dsn(f"Original-Recipient: rfc822;Rina@Example.com\n{BLOCK.replace('rina', 'new')}"))
    assert told.recipients == ("rina@example.com", "new@example.com")


def test_the_mail_that_came_back_is_meant_and_not_one_that_it_refers_to() -> None:
    [told] = reports(dsn(BLOCK, original=f"References: {OTHER}\n{ORIGINAL}"))
    assert told.message == UID


@pytest.mark.parametrize(
    ("head", "original"),
    [
        (f"{SENDER}In-Reply-To: {ID}\n", "Subject: x\n"),
        (f"{SENDER}References: {OTHER} {ID}\n", "Subject: x\n"),
    ],
)
def test_without_the_mail_what_the_bounce_answers_is_meant(head: str, original: str) -> None:
    [told] = reports(dsn(BLOCK, head=head, original=original))
    assert told.message == UID


def test_a_field_of_the_report_may_name_the_mail() -> None:
    block = f"X-Original-Message-ID: {ID}\n{BLOCK}"
    [told] = reports(dsn(block, original="Subject: x\n"))
    assert told.message == UID


@pytest.mark.parametrize(
    "original",
    [
        "Subject: x\n",
        ORIGINAL.replace("example.go.id>", "elsewhere.example>"),
        "Message-ID: <1@example.org>\n",
    ],
)
def test_what_is_about_no_mail_of_ours_tells_nothing(original: str) -> None:
    assert reports(dsn(BLOCK, original=original)) == ()


QMAIL = f"""{SENDER}Subject: failure notice
Content-Type: text/plain

Hi. This is the qmail-send program at mx.example.com.

<rina@example.com>:
192.0.2.1 does not like recipient.
Remote host said: 550 5.1.1 no mailbox here
Giving up on 192.0.2.1.

--- Below this line is a copy of the message.

{ORIGINAL}
Selamat pagi
"""
EXIM = f"""{SENDER}Subject: Mail delivery failed: returning message to sender
X-Failed-Recipients: rina@example.com

  rina@example.com
    Unrouteable address

------ This is a copy of the message, including all the headers. ------

{ORIGINAL}
"""
LATE = EXIM.replace("Mail delivery failed: returning message to sender", "Warning: message delayed 24 hours")
INDONESIAN = f"""{SENDER}Subject: Pesan tidak terkirim

Alamat rina@example.com tidak ditemukan.

----- Salinan pesan asli -----
{ORIGINAL}
"""


@pytest.mark.parametrize(
    ("raw", "state", "code", "is_nobody"),
    [
        (QMAIL, "failed", 550, True),
        (EXIM, "failed", None, False),
        (EXIM.replace("Unrouteable address", "552 mailbox full"), "failed", 552, False),
        (LATE, "queued", None, False),
        (INDONESIAN, "failed", None, True),
    ],
)
def test_bounces_that_are_no_report(raw: str, state: str, code: int | None, is_nobody: bool) -> None:
    [told] = reports(raw)
    assert told.message == UID
    assert told.recipients[0] == "rina@example.com"
    assert (told.state, told.code, told.cause is not None) == (state, code, is_nobody)


def test_a_bounce_that_is_not_from_whom_it_says_tells_nothing() -> None:
    results = "Authentication-Results: mx.example.go.id; dmarc=fail\n"
    assert reports(dsn(BLOCK, head=results + SENDER), "mx.example.go.id") == ()
    assert reports(dsn(BLOCK, head=results + SENDER)) != ()


@given(st.text(max_size=200), st.text(max_size=200), st.integers(0, 900))
def test_whatever_comes_back_is_read(block: str, original: str, cut: int) -> None:
    whole = dsn(BLOCK + block, original=ORIGINAL + original)
    for raw in (whole, whole[:cut], whole[cut:]):
        assert parse(raw.encode("utf-8", "replace"), OWN).kind
