"""What a signature by S/MIME wraps, and what encryption hides. Pure and total.

Signatures are not verified: they say nothing here but what they wrap. RFC 8551, RFC 5652 (CMS), RFC 3156.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

SMIME_TYPES = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_DATA = bytes.fromhex("06092a864886f70d010701")
_OCTET_STRING, _CONSTRUCTED = 0x04, 0x20
_DEEPEST = 12
_ARMOUR = "-----BEGIN PGP "
_ENCRYPTED, _ENCRYPTED_END = "-----BEGIN PGP MESSAGE-----", "-----END PGP MESSAGE-----"
_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
_SIGNATURE, _SIGNATURE_END = "-----BEGIN PGP SIGNATURE-----", "-----END PGP SIGNATURE-----"
_ESCAPED_DASH = re.compile(r"^- ", re.MULTILINE)


def unwrapped(data: bytes) -> bytes | None:
    """Return the mail that a CMS SignedData wraps; None for anything else, encrypted mails among it."""
    if _SIGNED_DATA not in data[:64]:
        return None
    at = data.find(_DATA)
    if at < 0:
        return None
    # encapContentInfo: the type's id, then [0] { OCTET STRING }, which may come in pieces.
    return b"".join(_octets(data, at + len(_DATA), len(data), 0)) or None


def _octets(data: bytes, at: int, end: int, depth: int) -> Iterator[bytes]:
    """Yield octet strings from `at`, down into what is constructed, until the element there ends."""
    header = _header(data, at, end)
    if header is None or depth > _DEEPEST:
        return
    tag, start, stop = header
    if tag == _OCTET_STRING:
        yield data[start:stop]
    elif tag & _CONSTRUCTED:
        while start < stop and data[start : start + 2] != b"\x00\x00":
            yield from _octets(data, start, stop, depth + 1)
            start = _end(data, start, stop, 0)


def _header(data: bytes, at: int, end: int) -> tuple[int, int, int] | None:
    """Return (tag, start, end) of an element's content; of one without length the end is that of its parent."""
    if at + 2 > end:
        return None
    tag, length = data[at], data[at + 1]
    start = at + 2
    if length == 0x80:
        return tag, start, end
    if length > 0x80:
        size = length & 0x7F
        length, start = int.from_bytes(data[start : start + size], "big"), start + size
    return tag, start, min(start + length, end)


def _end(data: bytes, at: int, end: int, depth: int) -> int:
    """Return where the element at `at` ends; always further on."""
    header = _header(data, at, end)
    if header is None or depth > _DEEPEST:
        return end
    _, start, stop = header
    if data[at + 1] != 0x80:
        return max(stop, at + 2)
    while start < stop and data[start : start + 2] != b"\x00\x00":
        start = _end(data, start, stop, depth + 1)
    return min(start + 2, end)


def without_armour(text: str) -> tuple[str, str]:
    """Return a text without OpenPGP's armour, and what that was: signatures and what is encrypted."""
    if _ARMOUR not in text:
        return text, ""
    before, mark, rest = text.partition(_SIGNED)
    words, ends, signature = rest.partition(_SIGNATURE)
    armour: list[str] = []
    if mark and ends:
        # Hash: and other header lines, then a blank line, then what was signed (RFC 9580 section 7).
        head, _, signed = words.partition("\n\n")
        block, last, after = signature.partition(_SIGNATURE_END)
        text = before + _ESCAPED_DASH.sub("", signed) + after
        armour.append(mark + head + "\n" + ends + block + last)
    before, mark, rest = text.partition(_ENCRYPTED)
    if mark:
        block, last, after = rest.partition(_ENCRYPTED_END)
        text = before + after
        armour.append(mark + block + last)
    return text, "\n\n".join(armour)
