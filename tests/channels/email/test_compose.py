"""A mail of ours says what it was told and nothing else: whatever the words, they parse back to themselves."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import replace
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.email import mime
from channels.email.address import Sender
from channels.email.compose import Letter, TooManyCopies, UnusableAddress, compose, subject_line
from channels.markup import plain
from channels.port import Enclosure, Outbound

SENDER = Sender("Layanan PST", "pst@example.go.id")
MESSAGE = Outbound(
    id=UUID("1b4e28ba-2fa1-11d2-883f-0016d3cca427"),
    channel="email",
    recipient="budi@example.org",
    text="Konsultasi online: *3 hari kerja*.",
    key="answer",
    created_at=datetime(2026, 3, 2, 2, 0, tzinfo=UTC),
    subject="Berapa lama?",
    in_reply_to="<last@example.org>",
    references=("<first@example.org>", "<last@example.org>"),
)
PIECES = st.sampled_from(
    [
        *("\r\n", "\n", "\r", "\0", "\x0b", "\x1b", "\x85", "\u2028", "\u202e", "\ud800", " ", "\t", "."),
        *("Bcc: x@example.org", "\r\n\r\n", "--", "=_pst_", "a" * 90, "kata " * 30),
        *(
            "=?utf-8?q?=0D=0ABcc:_x?=",
            "=?",
            "?=",
            "=?utf-8?b?QQ==?=",
            '"',
            "\\",
            "<",
            ">",
            ";",
            ",",
            "(",
            "'",
        ),
        *("é", "–", "😀", "文", "%0D%0A", "/", "..", "*", "_", "Re:", "[KST-2026-00001]", ":", "@"),
    ]
)
WORDS = st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=12).map("".join))
SMALL = st.binary(max_size=80)


def parsed(letter: Letter) -> EmailMessage:
    made = email.message_from_bytes(letter.data, policy=email.policy.default)
    assert isinstance(made, EmailMessage)
    return made


def written(message: Outbound = MESSAGE, sender: Sender = SENDER, **changes: Any) -> EmailMessage:
    return parsed(compose(replace(message, **changes), sender, "BPS Klaten"))


def raw_names(data: bytes) -> list[str]:
    head = data.split(b"\r\n\r\n")[0].decode()
    return [line.split(":")[0] for line in head.split("\r\n") if not line.startswith(" ")]


def display_name(data: bytes) -> str:
    """Return the sender's name. Not by Python's newer parser, which puts a space between two encoded words."""
    name, _ = parseaddr(email.message_from_bytes(data)["From"])
    return str(make_header(decode_header(name)))


def is_well_formed(data: bytes) -> bool:
    """Tell whether all lines end with CRLF and none is too long (RFC 5322 section 2.1.1)."""
    return not re.search(rb"(?<!\r)\n|\r(?!\n)|\0", data) and max(map(len, data.split(b"\r\n"))) <= 998


@given(st.tuples(WORDS, WORDS, WORDS, WORDS, WORDS), st.lists(WORDS, max_size=4))
@settings(deadline=None)
def test_no_words_become_anything_but_themselves(words: tuple[str, ...], ids: list[str]) -> None:
    subject, name, office, text, ticket = words
    message = replace(
        MESSAGE,
        subject=subject,
        text=text,
        references=(*ids, "<last@example.org>"),
        ticket=ticket,
        in_reply_to="<last@example.org>",
    )
    letter = compose(message, replace(SENDER, name=name), office)
    mail = parsed(letter)
    assert raw_names(letter.data) == [
        *("Date", "From", "To", "Message-ID", "In-Reply-To", "References", "Subject", "Auto-Submitted"),
        *("X-Auto-Response-Suppress", "X-Loop", "Content-Language", "MIME-Version", "Content-Type"),
    ]
    assert mail.keys() == raw_names(letter.data)
    assert is_well_formed(letter.data)
    assert (
        not letter.data.partition(b"\r\n\r\n")[0].replace(b"\r\n", b"").translate(None, bytes(range(32, 127)))
    )
    assert display_name(letter.data) == mime.one_line(name)
    assert mail["From"].addresses[0].addr_spec == SENDER.address
    assert mail["Subject"] == subject_line(message, office).strip()
    bodies = [part.get_content().replace("\r\n", "\n") for part in mail.iter_parts()]
    said = plain(text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip("\n") + "\n")
    assert bodies[0] == said.encode(errors="replace").decode()


@given(files=st.lists(st.tuples(WORDS, WORDS, SMALL), min_size=1, max_size=4))
@settings(deadline=None)
def test_files_arrive_under_their_names(files: list[tuple[str, str, bytes]]) -> None:
    enclosed = tuple(Enclosure(name, kind, len(data), "x") for name, kind, data in files)
    letter = compose(replace(MESSAGE, attachments=enclosed), SENDER, "BPS", [data for *_, data in files])
    mail = parsed(letter)
    got = list(mail.iter_attachments())
    assert [each.get_filename() for each in got] == [mime.file_name(name) for name, *_ in files]
    assert [each.get_payload(decode=True) for each in got] == [data for *_, data in files]
    assert all(each.get_content_disposition() == "attachment" for each in got)
    assert all(
        set(each.keys()) == {"Content-Type", "Content-Transfer-Encoding", "Content-Disposition"}
        for each in got
    )
    body = mail.get_body(("plain",))
    assert body is not None
    assert body.get_content().strip() == "Konsultasi online: 3 hari kerja."
    assert is_well_formed(letter.data)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Tabel Inflasi 2025.xlsx", "Tabel Inflasi 2025.xlsx"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\data\\x.pdf", "C_data_x.pdf"),
        ("foto\u202egpj.exe", "foto_gpj.exe"),
        ("é" * 300 + ".pdf", "é" * 116 + ".pdf"),
        (".", "lampiran"),
        ("", "lampiran"),
    ],
)
def test_names_of_files(given: str, kept: str) -> None:
    assert mime.file_name(given) == kept


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("application/pdf", "application/pdf"),
        ("Text/CSV; charset=utf-8", "text/csv"),
        ("message/rfc822", mime.UNKNOWN_TYPE),
        ("multipart/mixed", mime.UNKNOWN_TYPE),
        ("text/html\r\nX: y", mime.UNKNOWN_TYPE),
        ("", mime.UNKNOWN_TYPE),
    ],
)
def test_types_of_files(given: str, sent: str) -> None:
    enclosed = (Enclosure("a", given, 1, "x"),)
    [part] = parsed(compose(replace(MESSAGE, attachments=enclosed), SENDER, "BPS", [b"a"])).iter_attachments()
    assert part.get_content_type() == sent


@pytest.mark.parametrize(
    ("subject", "sent"),
    [
        ("Tanya", "Re: [KST-2026-00042] Tanya"),
        ("RE: Re: Bls: Tanya", "Re: [KST-2026-00042] Tanya"),
        ("Re: [KST-2026-00042] Tanya", "Re: [KST-2026-00042] Tanya"),
        ("Re: [KST-2025-00007] RE: Tanya", "Re: [KST-2026-00042] Tanya"),
        ("Tanya [KST-2026-00042] lagi", "Re: [KST-2026-00042] Tanya lagi"),
        ("[Penting] Tanya", "Re: [KST-2026-00042] [Penting] Tanya"),
        ("[KST-2026-00042]", "[KST-2026-00042] Pesan dari BPS Klaten"),
        (None, "[KST-2026-00042] Pesan dari BPS Klaten"),
    ],
)
def test_the_tickets_number_stands_in_front_once(subject: str | None, sent: str) -> None:
    assert written(subject=subject, ticket="KST-2026-00042")["Subject"] == sent


def test_a_ticket_that_is_none_stays_out() -> None:
    assert written(ticket="x] y")["Subject"] == "Re: Berapa lama?"


@pytest.mark.parametrize(
    ("author", "automatic", "suppressed"),
    [("bot", "auto-replied", "All"), ("system", "auto-generated", "All"), ("officer", None, None)],
)
def test_machines_say_so_and_officers_are_people(
    author: str, automatic: str | None, suppressed: str | None
) -> None:
    mail = written(author=author)
    assert mail["Auto-Submitted"] == automatic
    assert mail["X-Auto-Response-Suppress"] == suppressed


@pytest.mark.parametrize("name", ["Reply-To", "Bcc", "List-Unsubscribe", "List-Id", "Precedence", "Sender"])
def test_what_no_mail_of_ours_has(name: str) -> None:
    assert written()[name] is None


def test_a_notice_to_somebody_else_begins_a_thread() -> None:
    mail = written(author="system", subject="Pemberitahuan", in_reply_to=None, references=())
    assert mail["Subject"] == "Pemberitahuan"
    assert mail["In-Reply-To"] is mail["References"] is None


def test_a_notice_in_the_thread_is_a_reply() -> None:
    assert written(author="system")["Subject"] == "Re: Berapa lama?"


def test_a_long_thread_keeps_its_beginning_and_its_newest_mails() -> None:
    ids = tuple(f"<{number}.{'x' * 300}@example.org>" for number in range(200))
    mail = written(references=ids, in_reply_to=ids[-1])
    sent = str(mail["References"]).split()
    assert sent[0] == ids[0]
    assert sent[1:] == list(ids[1 - len(sent) :])
    assert 40 < len(sent) < 100
    assert mail["In-Reply-To"].strip() == ids[-1]


def test_many_short_ids_are_all_kept_up_to_a_hundred() -> None:
    ids = tuple(f"<{number}@example.org>" for number in range(150))
    sent = str(written(references=ids, in_reply_to=ids[-1])["References"]).split()
    assert sent == [ids[0], *ids[-99:]]


def test_copies_go_to_whom_an_officer_named_once() -> None:
    letter = compose(
        replace(MESSAGE, cc=("ana@example.org", "BUDI@EXAMPLE.ORG", "ana@example.org", "c@example.net")),
        SENDER,
        "BPS",
    )
    assert letter.copies == ("ana@example.org", "BUDI@example.org", "c@example.net")
    assert [each.addr_spec for each in parsed(letter)["Cc"].addresses] == list(letter.copies)


def test_nobody_is_copied_unless_named() -> None:
    assert written()["Cc"] is None


@pytest.mark.parametrize("copy", ["x", "a@example.org, b@example.org", "a@example.org\r\nBcc: b@example.org"])
def test_a_copy_to_no_address_is_refused(copy: str) -> None:
    with pytest.raises(UnusableAddress):
        compose(replace(MESSAGE, cc=(copy,)), SENDER, "BPS")


def test_a_crowd_is_no_copy() -> None:
    with pytest.raises(TooManyCopies):
        compose(replace(MESSAGE, cc=tuple(f"{n}@example.org" for n in range(50))), SENDER, "BPS")
