"""A large mail is taken apart without its long stretches, and says the same as with them."""

from __future__ import annotations

from collections.abc import Callable
from email.message import Message
from pathlib import Path

import pytest

from channels.email import leaf
from channels.email.thin import Part, parsed

SAMPLES = sorted((Path(__file__).parent / "samples").rglob("*.eml"))


def told(message: Message) -> list[object]:
    """Return everything about each part: its fields, its content, whole and cut short, and its size."""
    found: list[object] = []
    for part in message.walk():
        found.append(list(part.raw_items()))
        if not part.is_multipart():
            found += [leaf.payload(part), leaf.payload(part, 300), leaf.size(part)]
        elif part.get_content_type() == "message/rfc822":
            found += [leaf.mail_size(part), leaf.mail_bytes(part)]
    return found


def left_out(message: Message) -> bool:
    return any(isinstance(part, Part) and part.source.mark for part in message.walk())


# What is inside a mail that encloses others, or reports, has header fields of its own: so much of it stays.
@pytest.mark.parametrize(("kept", "is_told"), [(10, lambda raw: b"message/" not in raw), (200, bool)])
def test_what_is_left_out_is_there_when_it_is_asked_for(kept: int, is_told: Callable[[bytes], bool]) -> None:
    thinned = 0
    for path in SAMPLES:
        raw = path.read_bytes()
        for shape in (raw, raw.replace(b"\r\n", b"\n")) if is_told(raw) else ():
            thin = parsed(shape, large=0, kept=kept)
            assert told(thin) == told(parsed(shape)), path.name
            thinned += left_out(thin)
    assert thinned > 100, "too few of them had anything to leave out"


HEAD = b"From: a@example.org\r\nContent-Type: multipart/mixed; boundary=%b\r\n\r\n"
LONG = b"kata demi kata\r\n" * 100


@pytest.mark.parametrize(
    "declared", [b'"=_b 1"', b"b", b'"b\\"c"', b"(c) b", b'\r\n "b"', b"*0=b; boundary*1=c"]
)
@pytest.mark.parametrize("used", [b"b", b"=_b 1", b'b"c', b"bc"])
def test_a_boundary_however_it_is_written_is_never_left_out(declared: bytes, used: bytes) -> None:
    part = b"--" + used + b"\r\nContent-Type: text/plain\r\n\r\n" + LONG + b"\r\n"
    raw = HEAD % declared + LONG + part * 3 + b"--" + used + b"--\r\n" + LONG
    assert told(parsed(raw, large=0, kept=50)) == told(parsed(raw))


def test_what_looks_like_the_mark_of_what_is_left_out_is_a_word_like_others() -> None:
    raw = HEAD % b"b" + b"--b\r\n\r\npst-left-out-0:5-90. pst-left-out-1:5-90.\r\n" + LONG + b"--b--\r\n"
    thin = parsed(raw, large=0, kept=50)
    assert left_out(thin)
    assert told(thin) == told(parsed(raw))


def test_header_fields_of_any_length_are_never_left_out() -> None:
    fields = b"X-Long: " + LONG.replace(b"\r\n", b"\r\n ") + b"\r\n"
    raw = fields + HEAD % b"b" + b"--b\r\n" + fields + b"\r\nhalo\r\n--b--\r\n"
    assert told(parsed(raw, large=0, kept=0)) == told(parsed(raw))
