"""One part of a mail by itself: its decoded content, its size, its names. Pure and total."""

from __future__ import annotations

import binascii
import re
from email.message import Message

from channels.email import headers
from channels.email.thin import Source

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._:+-]{2,40})", re.IGNORECASE)
_ENCODING = re.compile(r"[a-z0-9][a-z0-9_-]{2,30}")
_NAME_RUBBISH = re.compile(r"[\x00-\x1f\x7f]+")
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_UUENCODE = frozenset({"x-uuencode", "uuencode", "uue", "x-uue"})
_WORDS_APART = re.compile(rb"\S [A-Za-z]")
_LARGE = 1_000_000


def payload(part: Message, most: int | None = None) -> bytes:
    """Return the decoded bytes of a leaf; broken encodings give what can be read of them.

    No more than the first `most` encoded bytes are looked at.
    """
    thin = _thin(part)
    if thin is None:
        return b""
    data = _source(part).whole(thin, None if most is None else most + 1)
    if most is not None and len(data) > most:
        data = data[: data.rfind(b"\n", 0, most) + 1 or most]
    match transfer_encoding(part):
        case "base64":
            return _from_base64(data)
        case "quoted-printable":
            return binascii.a2b_qp(data)
        case encoding if encoding in _UUENCODE:
            return _from_uuencode(data)
    return data


def size(part: Message) -> int | None:
    """Return the bytes of a leaf after decoding, without decoding large ones."""
    thin = _thin(part)
    if thin is None:
        return None
    source, encoding = _source(part), transfer_encoding(part)
    length = source.length(thin)
    if encoding != "base64" and (length < _LARGE or encoding in _UUENCODE):
        return len(payload(part))
    if encoding == "quoted-printable":
        breaks = source.count(thin, b"=\n"), source.count(thin, b"=\r\n")
        return length - 2 * (source.count(thin, b"=") - sum(breaks)) - 2 * breaks[0] - 3 * breaks[1]
    if encoding != "base64":
        return length
    letters = length - sum(source.count(thin, space) for space in (b"\r", b"\n", b" ", b"\t"))
    padding = min(2, thin[-8:].count(b"="))
    return max(0, letters * 3 // 4 - padding)


def mail_size(inner: Message) -> int | None:
    """Return the bytes of an enclosed mail, nearly so of a large one; None when it cannot be written out."""
    sources = [(_source(part), _thin(part)) for part in inner.walk()]
    found = sum(source.length(thin) for source, thin in sources if thin is not None)
    if found > _LARGE:
        return found  # near enough, without writing it all out again
    written = mail_bytes(inner)
    return None if written is None else len(written)


def mail_bytes(inner: Message) -> bytes | None:
    """Return an enclosed mail as a mail of its own; None when it cannot be written out."""
    try:
        return _source(inner).whole(inner.as_bytes())
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def transfer_encoding(part: Message) -> str:
    """Return the transfer encoding by its proper name, whatever stands around it."""
    written = (headers.Headers(part).raw("content-transfer-encoding") or "").lower()
    word = _ENCODING.search(written)
    found = word[0].replace("_", "-") if word else ""
    return "base64" if found == "base-64" else found


def kind(part: Message) -> str:
    """Return a part's content type, also where the semicolon behind it is missing."""
    found = part.get_content_type()
    return found if " " not in found else found.split()[0]


def parameter(part: Message, name: str) -> str | None:
    """Return a parameter of a part's content type, None without it."""
    try:
        value = part.get_param(name)
    except (ValueError, LookupError, TypeError):
        return None
    if isinstance(value, tuple):  # RFC 2231: charset, language, value
        value = value[2]
    if not value and name == "charset":  # of a field that is broken before it
        found = _CHARSET.search(headers.Headers(part).raw("content-type") or "")
        value = found[1] if found else None
    return str(value) if value else None


def file_name(part: Message) -> str:
    """Return a part's file name without folders, "" when it has none."""
    try:
        name = part.get_filename() or ""
    except (ValueError, LookupError, TypeError):
        name = ""
    return safe_name(name)


def safe_name(name: str) -> str:
    """Return a file name as it is read, without folders."""
    readable = headers.decoded(name).replace("\\", "/").rpartition("/")[2]
    return _NAME_RUBBISH.sub(" ", readable).strip()[:200]


def _source(part: Message) -> Source:
    return getattr(part, "source", None) or Source()


def _thin(part: Message) -> bytes | None:
    """Return a leaf as Python's parser has it; `get_payload` decodes it by its charset where it holds 8-bit
    bytes, or fails. None of what is no leaf."""
    held = getattr(part, "_payload", None)
    return held.encode("utf-8", errors="surrogateescape") if isinstance(held, str) else None


def _from_base64(data: bytes) -> bytes:
    if _is_plain_text(data):
        return data
    if b"+" not in data and b"/" not in data:
        data = data.translate(_URL_SAFE)  # RFC 4648 section 5, which is not for mail
    data = data.translate(None, b"\r\n")
    padded = b"=" * (-len(data) % 4)
    for tried, is_strict in ((padded, True), (b"", False), (b"==", False)):
        try:
            return binascii.a2b_base64(data + tried, strict_mode=is_strict)
        except binascii.Error:
            continue
    return data


def _from_uuencode(data: bytes) -> bytes:
    part = Message(policy=headers.BoundedPolicy())
    part["Content-Transfer-Encoding"] = "x-uuencode"
    part.set_payload(data.decode("ascii", errors="surrogateescape"))
    try:
        found = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        return data
    return found if isinstance(found, bytes) else data


def _is_plain_text(data: bytes) -> bool:
    """Tell whether what is declared as base64 is not: several of its words stand apart in its first lines."""
    return len(_WORDS_APART.findall(data[:1_000])) >= 3
