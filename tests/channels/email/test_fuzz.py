"""Hostile and broken mail: nothing raises, nothing takes long, nothing grows without bound."""

from __future__ import annotations

import base64
import json
import os
import quopri
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.email import inspect
from channels.email.address import Sender
from channels.email.mail import MAX_TEXT_CHARACTERS, Mail
from channels.email.parse import parse
from channels.email.quotes import split

SAMPLES = sorted((Path(__file__).parent / "samples").rglob("*.eml"))
RAW = [path.read_bytes() for path in SAMPLES]
EXAMPLES = 20_000 if os.environ.get("PSTTEST_FULL") == "1" else 500
OWN = Sender("", "bps3310@example.go.id")
# What the parser may say about a mail that it cannot read. Anything else is a bug of ours that was caught.
KNOWN_REASONS = {
    "surat kosong",
    "tidak ada kepala surat",
    "terlalu banyak bagian",
    "bagian bersarang terlalu dalam",
}
SLOWEST_SECONDS = 2.0
fuzzed = settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)

TOKENS = [
    *(b"\r\n", b"\n", b"\r", b"\x00", b"--", b"-- \n", b">", b"=?", b"?=", b"?B?", b"?Q?", b"<", b'"', b";"),
    *(b"(", b"\\", b"\xff\xfe", b"\x80", b"\xe2\x80", b"=", b"=\n", b"=3D", b"\x1b$B", b"&#0;", b"<div>"),
    *(b"</blockquote>", b"<blockquote>", b"<table>", b"<pre>", b"Content-Type: ", b"multipart/mixed"),
    *(
        b"multipart/alternative; boundary=",
        b"message/rfc822",
        b"text/html",
        b"; charset=",
        b"utf-16",
        b"utf-7",
    ),
    *(
        b"unicode_escape",
        b"idna",
        b"Content-Transfer-Encoding: ",
        b"base64",
        b"uuencode",
        b"quoted-printable",
    ),
    *(b"begin 644 x\n", b"; format=flowed; delsp=yes", b"filename*0*=", b"''%ff", b"Message-ID: ", b"From: "),
    *(b"application/ms-tnef", b"application/pkcs7-mime", b"text/calendar", b"=ybegin name=a\n", b"\nend\n"),
    *(b"-----BEGIN PGP SIGNED MESSAGE-----\n", b"-----BEGIN PGP MESSAGE-----\n", b"message/partial"),
    *(
        b"Pada 3 Feb 2025 pukul 10.00 X menulis:\n",
        b"Dari: a\nDikirim: 1\nKepada: b\n",
        b"-----Pesan Asli-----\n",
    ),
]


def assert_total(raw: bytes) -> None:
    mail, took = _timed(raw)
    if took >= SLOWEST_SECONDS:
        # A busy machine makes one run slow; what is slow by itself is so every time.
        took = min(_timed(raw)[1] for _ in range(3))
    assert took < SLOWEST_SECONDS
    assert mail.kind != "unparseable" or mail.reason in KNOWN_REASONS, mail.reason
    for text in (mail.text, mail.quoted, mail.subject, mail.from_address, mail.from_name, mail.identity):
        assert "\x00" not in text
        text.encode("utf-8")  # no lone surrogates: PostgreSQL and JSON refuse them
    assert len(mail.text) <= MAX_TEXT_CHARACTERS
    json.dumps(inspect(raw, "file", "bps3310@example.go.id"))


def _timed(raw: bytes) -> tuple[Mail, float]:
    began = time.process_time()
    return parse(raw, OWN), time.process_time() - began


@fuzzed
@given(
    st.sampled_from(RAW), st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), st.sampled_from(TOKENS)))
)
def test_mutated_samples(raw: bytes, changes: list[tuple[float, int, bytes]]) -> None:
    for where, drop, token in changes:
        at = int(where * len(raw))
        raw = raw[:at] + token + raw[at + drop :]
    assert_total(raw)


@settings(fuzzed, max_examples=EXAMPLES // 5)
@given(st.binary(max_size=2_000))
def test_any_bytes(raw: bytes) -> None:
    assert_total(raw)
    assert_total(b"From: a@example.org\nContent-Type: text/html\n\n" + raw)


@settings(fuzzed, max_examples=EXAMPLES // 5)
@given(st.text(max_size=2_000), st.sampled_from(["", "Re: x", "Fwd: x"]))
def test_splitting_loses_nothing(text: str, subject: str) -> None:
    words = split(text, subject)
    together = words.own + words.quoted
    assert sorted(_letters(together)) == sorted(_letters(text))


def _letters(text: str) -> list[str]:
    return [letter for letter in text if letter.isalnum()]


def _mail(head: bytes, body: bytes) -> bytes:
    return b"From: a@example.org\nMessage-ID: <1@example.org>\n" + head + b"\n\n" + body


BOMBS = {
    "header_fields": b"X: y\n" * 100_000 + b"From: a@example.org\n\nhalo",
    "one_long_header": _mail(b"Subject: " + b"=?utf-8?q?" * 200_000, b"halo"),
    "encoded_words": _mail(b"Subject: " + b"=?utf-8?q?a?= " * 100_000, b"halo"),
    "references": _mail(b"References: " + b"<a@b> <" * 200_000, b"halo"),
    "addresses": b"From: " + b'"a" <b@c>, (' * 50_000 + b"\n\nhalo",
    "parameters": _mail(b"Content-Type: text/plain; " + b'a="\\";' * 100_000, b"halo"),
    "quotes": _mail(b"X: y", b"> " * 500_000),
    "quoted_lines": _mail(b"X: y", b">\n" * 300_000),
    "attributions": _mail(b"X: y", b"On a\n" * 200_000),
    "attribution_words": _mail(b"X: y", b"Pada 1 wrote" * 100_000),
    "header_blocks": _mail(b"X: y", b"From: a\n\n" * 100_000),
    "signatures": _mail(b"X: y", b"a\n-- \n" * 100_000),
    "separators": _mail(b"X: y", b"-----Pesan Asli\n" * 100_000),
    "rules": _mail(b"X: y", b"_____\n\n\n" * 100_000),
    "one_line": _mail(b"X: y", b"-_=* " * 400_000),
    "flowed": _mail(b"Content-Type: text/plain; format=flowed", b"a \n" * 300_000),
    "html_depth": _mail(b"Content-Type: text/html", b"<div>" * 60_000 + b"halo"),
    "html_blockquotes": _mail(b"Content-Type: text/html", b"<blockquote>a" * 40_000),
    "html_flat_quotes": _mail(b"Content-Type: text/html", b"<blockquote>a</blockquote>" * 20_000),
    "html_tables": _mail(b"Content-Type: text/html", b"<table><tr><td>a" * 20_000),
    "html_table_wide": _mail(b"Content-Type: text/html", b"<table><tr>" + b"<td>a</td>" * 50_000),
    "html_lists": _mail(b"Content-Type: text/html", b"<ul><li>a" * 40_000),
    "html_signatures": _mail(b"Content-Type: text/html", b"<div class='gmail_signature'>a" * 15_000),
    "html_attributes": _mail(b"Content-Type: text/html", b"<p " + b"a=b " * 140_000 + b">halo"),
    "html_entities": _mail(b"Content-Type: text/html", b"&amp;" * 110_000),
    "html_unclosed": _mail(b"Content-Type: text/html", b"<" * 500_000),
    "parts": _mail(
        b"Content-Type: multipart/mixed; boundary=b", b"--b\nContent-Type: text/plain\n\na\n" * 20_000
    ),
    "enclosed_mails": _mail(b"Content-Type: message/rfc822", b"Content-Type: message/rfc822\n\n" * 3_000),
    "charset_guess": _mail(b"Content-Type: text/plain; charset=x-none", bytes(range(128, 256)) * 4_000),
    "base64_rubbish": _mail(b"Content-Transfer-Encoding: base64", b"!" * 1_000_000),
    "uuencode": _mail(b"Content-Transfer-Encoding: x-uuencode", b"begin 644 a\n" + b"M" * 500_000),
    "punycode": _mail(b"Content-Type: text/plain; charset=punycode", b"a-" + b"b9" * 100_000),
    "names_and_contacts": _mail(b"X: y", b"Budi Santoso\n0811-1111-0001\n\nkata\n\n" * 20_000),
    "closings": _mail(b"X: y", b"Hormat kami,\nBudi\n" * 20_000),
    "standard_texts": _mail(b"X: y", b"halo\n\nthis email in error\n" * 20_000),
    "chats": _mail(b"X: y", b"03/02/25 10.00 - Budi: x\n" * 20_000),
    "uuencode_begins": _mail(b"X: y", b"begin 644 a\n" * 20_000 + b"\nend\n"),
    "openpgp": _mail(b"X: y", b"-----BEGIN PGP SIGNED MESSAGE-----\n\n" * 5_000),
    "cms": _mail(
        b"Content-Type: application/pkcs7-mime",
        bytes.fromhex("06092a864886f70d010702")
        + bytes.fromhex("06092a864886f70d010701")
        + b"\x24\x80" * 50_000,
    ),
    "tnef": _mail(
        b"Content-Type: application/ms-tnef", b"\x78\x9f\x3e\x22\0\0" + b"\x01\x03\x90\x06\0\0\0\0\0" * 50_000
    ),
    "calendar": _mail(b"Content-Type: text/calendar", b"BEGIN:VEVENT\nSUMMARY;a=:\n" * 50_000),
    "html_links": _mail(b"Content-Type: text/html", b"<a href=http://a.example>a" * 20_000),
    "spaced_header": b"A :" * 100_000 + b"\nFrom: a@example.org\n\nhalo",
    "boundary_rescue": _mail(b"Content-Type: multipart/mixed; boundary=x", b"--" * 500_000),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs(name: str) -> None:
    assert_total(BOMBS[name])


def test_nesting_of_every_depth() -> None:
    for depth in (10, 39, 41, 200, 2_000):
        raw = b"From: a@example.org\n"
        for level in range(depth):
            raw += b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (level, level)
        assert_total(raw + b"Content-Type: text/plain\n\ndalam\n")


LARGE = 25 * 1024 * 1024
MOST_EXTRA_KB = 150 * 1024
# In a process of its own, as memory that was once taken is not given back. VmHWM is the most it ever had.
MEASURED = """
import json, sys
from pathlib import Path
from channels.email import inspect

def most():
    return int(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1])

inspect(b"From: a@example.org\\nContent-Type: text/html\\n\\n<p>halo", "tiny")
before = most()
found = inspect(Path(sys.argv[1]).read_bytes(), "large")
print(json.dumps([found["text"], [one["size"] for one in found["attachments"]], most() - before]))
"""


LINE = "Kata “indah” demi kata, dan satu lagi.\r\n".encode()
BLOB = bytes(range(256)) * (LARGE // 256)
AS_BASE64 = b"\r\nContent-Transfer-Encoding: base64"


def _with_file(head: bytes, content: bytes) -> bytes:
    body = b"--b\r\nContent-Type: text/plain\r\n\r\nTerlampir.\r\n--b\r\nContent-Type: " + head
    return _mail(
        b'Content-Type: multipart/mixed; boundary="b"', body + b"\r\n\r\n" + content + b"\r\n--b--\r\n"
    )


def _of_text(head: bytes, line: bytes) -> bytes:
    return _mail(b"Content-Type: text/" + head, line * (LARGE // len(line)))


def _winmail(data: bytes) -> bytes:
    """Wrap a file as Outlook does ([MS-OXTNEF])."""
    attributes = ((0x00069002, b"\0" * 14), (0x00018010, b"a.pdf\0"), (0x0006800F, data))
    written = [struct.pack("<BII", 2, kind, len(value)) + value + b"\0\0" for kind, value in attributes]
    return struct.pack("<IH", 0x223E9F78, 1) + b"".join(written)


# What is said in the mail, the size of the file in it, and how to write it.
SHAPES: dict[str, tuple[str, int | None, Callable[[], bytes]]] = {
    "base64": (
        "Terlampir.",
        LARGE,
        lambda: _with_file(b"application/pdf; name=a.pdf" + AS_BASE64, base64.encodebytes(BLOB)),
    ),
    "base64, a picture": (
        "Terlampir.",
        LARGE,
        lambda: _with_file(b"image/jpeg; name=a.jpg" + AS_BASE64, base64.encodebytes(BLOB)),
    ),
    "base64 in one line": (
        "Terlampir.",
        LARGE,
        lambda: _with_file(b"application/pdf; name=a.pdf" + AS_BASE64, base64.b64encode(BLOB)),
    ),
    "quoted-printable": (
        "Terlampir.",
        LARGE,
        lambda: _with_file(
            b"application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: quoted-printable",
            quopri.encodestring(BLOB),
        ),
    ),
    "a table in 8 bits": (
        "Terlampir.",
        LARGE // len(LINE) * len(LINE),
        lambda: _with_file(b"text/csv; name=a.csv", LINE * (LARGE // len(LINE))),
    ),
    "winmail.dat": (
        "Terlampir.",
        LARGE,
        lambda: _with_file(
            b"application/ms-tnef; name=winmail.dat" + AS_BASE64, base64.encodebytes(_winmail(BLOB))
        ),
    ),
    "a mail inside": (
        "Terlampir.",
        None,
        lambda: _with_file(
            b"message/rfc822",
            _with_file(b"application/pdf; name=a.pdf" + AS_BASE64, base64.encodebytes(BLOB)),
        ),
    ),
    "a text in 8 bits": ("Kata", None, lambda: _of_text(b"plain; charset=utf-8", LINE)),
    "a text of hyphens": ("--- kata", None, lambda: _of_text(b"plain", b"--- kata\r\n")),
    "HTML": ("kata", None, lambda: _of_text(b"html; charset=utf-8", b"<div>kata demi kata</div>\r\n")),
}


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is measured as Linux tells it")
@pytest.mark.parametrize("shape", SHAPES)
def test_a_large_mail_of_any_shape_takes_bounded_memory(shape: str, tmp_path: Path) -> None:
    said, size, written = SHAPES[shape]
    (tmp_path / "large.eml").write_bytes(written())
    ran = subprocess.run(
        [sys.executable, "-c", MEASURED, str(tmp_path / "large.eml")],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        check=True,
        timeout=120,
    )
    text, sizes, extra_kb = json.loads(ran.stdout)
    assert text.startswith(said)
    # Of quoted-printable, which may end in spaces, the size is told without decoding it.
    assert size is None or sizes == [pytest.approx(size, rel=0.001)]
    assert extra_kb < MOST_EXTRA_KB
