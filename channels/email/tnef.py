"""What Outlook wraps into winmail.dat: text and names of attachments. Pure and total.

[MS-OXTNEF]: a signature, a key, then attributes of level, id, length, data and checksum. What is wrong in it
ends the reading; what was read until then is kept.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from channels.email.charset import decode

TYPES = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_SIGNATURE = 0x223E9F78
_BODY, _CODE_PAGE, _MESSAGE_PROPERTIES = 0x0002800C, 0x00069007, 0x00069003
_NEXT_FILE, _FILE_TITLE, _FILE_DATA, _FILE_PROPERTIES = 0x00069002, 0x00018010, 0x0006800F, 0x00069005
# MAPI properties: PR_BODY, PR_BODY_HTML, PR_RTF_COMPRESSED, PR_ATTACH_LONG_FILENAME, PR_ATTACH_FILENAME,
# PR_ATTACH_MIME_TAG, PR_ATTACH_DATA.
_P_BODY, _P_HTML, _P_RTF = 0x1000, 0x1013, 0x1009
_P_LONG_NAME, _P_NAME, _P_TYPE, _P_DATA = 0x3707, 0x3704, 0x370E, 0x3701
_MOST = 2_000  # attributes or properties
_LONGEST_TEXT = 1_000_000
# Fixed sizes of MAPI types in bytes, as they are stored (a multiple of 4).
_FIXED = {
    0x0002: 4,
    0x0003: 4,
    0x0004: 4,
    0x0005: 8,
    0x0006: 8,
    0x0007: 8,
    0x000A: 4,
    0x000B: 4,
    0x0014: 8,
    0x0040: 8,
}
_FIXED |= {0x0048: 16}
_STRING8, _UNICODE, _OBJECT, _BINARY = 0x001E, 0x001F, 0x000D, 0x0102
_RTF_START = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript "
    b"\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    b"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_RTF_SKIPPED = re.compile(
    rb"\{\\\*?\\?(?:fonttbl|colortbl|stylesheet|info|pict|generator)[^{}]{0,20000}(?:\{[^{}]{0,2000}\}[^{}]{0,2000}){0,200}\}"
)
_RTF_TOKEN = re.compile(
    rb"\\u(-?\d{1,6})\s?(?:\\'[0-9a-fA-F]{2}|[^\\{}])?|\\'([0-9a-fA-F]{2})|\\(par|line|tab)\b ?"
    rb"|\\\*?\\?[a-z]{1,32}-?\d{0,10} ?|\\([\\{}~_-])|[{}\r\n]"
)


@dataclass(slots=True)
class File:
    """A file inside; `size` in bytes, `data` as it stands there, None where it was not found."""

    name: str = ""
    content_type: str = ""
    size: int | None = None
    data: memoryview | None = None


@dataclass(slots=True)
class Contents:
    """What was found: `text` or, without one, `html`."""

    text: str = ""
    html: str = ""
    files: list[File] = field(default_factory=list)


def is_tnef(data: bytes) -> bool:
    """Tell whether bytes begin as TNEF does."""
    return data[:4] == struct.pack("<I", _SIGNATURE)


def read(data: bytes) -> Contents:
    """Return what is in a winmail.dat; empty when it is none."""
    found, code_page = Contents(), "cp1252"
    if not is_tnef(data):
        return found
    for attribute, value in _attributes(data):
        if attribute == _CODE_PAGE and len(value) >= 4:
            code_page = f"cp{struct.unpack_from('<I', value)[0]}"
        elif attribute == _BODY:
            found.text = found.text or _text(bytes(value), code_page)
        elif attribute == _MESSAGE_PROPERTIES:
            _read_body(found, value, code_page)
        elif attribute == _NEXT_FILE:
            found.files.append(File())
        elif found.files:
            _read_file(found.files[-1], attribute, value, code_page)
    return found


def _attributes(data: bytes) -> Iterator[tuple[int, memoryview]]:
    view, at = memoryview(data), 6
    for _ in range(_MOST):
        if at + 9 > len(data):
            return
        attribute, length = struct.unpack_from("<II", data, at + 1)
        yield attribute, view[at + 9 : at + 9 + length]
        at += 9 + length + 2


def _read_body(found: Contents, value: memoryview, code_page: str) -> None:
    for name, kind, data in _properties(value):
        if name == _P_BODY:
            found.text = found.text or _string(kind, data, code_page)
        elif name == _P_HTML:
            found.html = _string(kind, data, code_page)
        elif name == _P_RTF and not found.text:
            found.text = _text_of_rtf(_unpacked(bytes(data)), code_page)


def _read_file(file: File, attribute: int, value: memoryview, code_page: str) -> None:
    if attribute == _FILE_TITLE:
        file.name = file.name or _text(bytes(value), code_page)
    elif attribute == _FILE_DATA:
        file.size, file.data = len(value), value
    elif attribute == _FILE_PROPERTIES:
        for name, kind, data in _properties(value):
            if name == _P_LONG_NAME or (name == _P_NAME and not file.name):
                file.name = _string(kind, data, code_page)
            elif name == _P_TYPE:
                file.content_type = _string(kind, data, code_page)
            elif name == _P_DATA and file.size is None:
                file.size, file.data = len(data), data


def _properties(value: memoryview) -> Iterator[tuple[int, int, memoryview]]:
    """Yield (id, type, first value) of MAPI properties, until something makes no sense."""
    if len(value) < 4:
        return
    at = 4
    for _ in range(min(_MOST, struct.unpack_from("<I", value)[0])):
        if at + 4 > len(value):
            return
        kind, name = struct.unpack_from("<HH", value, at)
        at += 4
        if name >= 0x8000:
            at = _after_name(value, at)
        base, is_many = kind & 0xEFFF, bool(kind & 0x1000)
        if base in _FIXED and not is_many:
            yield name, base, value[at : at + _FIXED[base]]
            at += _FIXED[base]
            continue
        if at + 4 > len(value) or (base not in _FIXED and base not in {_STRING8, _UNICODE, _OBJECT, _BINARY}):
            return
        count = struct.unpack_from("<I", value, at)[0]
        at += 4
        for _ in range(min(count, _MOST)):
            if base in _FIXED:
                at += _FIXED[base]
                continue
            if at + 4 > len(value):
                return
            length = struct.unpack_from("<I", value, at)[0]
            yield name, base, value[at + 4 : at + 4 + length]
            at += 4 + length + (-length % 4)


def _after_name(value: memoryview, at: int) -> int:
    """Step over the name of a named property: a GUID, then a number or a string."""
    if at + 24 > len(value):
        return len(value)
    kind, length = struct.unpack_from("<II", value, at + 16)
    return at + 24 if kind == 0 else at + 24 + length + (-length % 4)


def _string(kind: int, data: memoryview, code_page: str) -> str:
    if kind == _UNICODE:
        return bytes(data[:_LONGEST_TEXT]).decode("utf-16-le", errors="replace").rstrip("\x00")
    return _text(bytes(data), code_page)


def _text(data: bytes, code_page: str) -> str:
    return decode(data[:_LONGEST_TEXT].rstrip(b"\x00"), code_page)


def _unpacked(data: bytes) -> bytes:
    """Undo the compression of [MS-OXRTFCP]; what is wrong in it ends the text."""
    if len(data) < 16:
        return b""
    size, kind = struct.unpack_from("<I4s", data, 4)
    if kind == b"MELA":
        return data[16 : 16 + min(size, _LONGEST_TEXT)]
    if kind != b"LZFu":
        return b""
    ring, write = bytearray(_RTF_START.ljust(4096, b"\x00")), len(_RTF_START)
    out, at = bytearray(), 16
    while at < len(data) and len(out) < min(size, _LONGEST_TEXT):
        control, at = data[at], at + 1
        for bit in range(8):
            if at >= len(data):
                break
            if control >> bit & 1:
                pair = int.from_bytes(data[at : at + 2], "big")
                at += 2
                start, length = pair >> 4, (pair & 15) + 2
                if start == write % 4096:
                    return bytes(out)
                letters = (ring[(start + step) % 4096] for step in range(length))
            else:
                letters = (letter for letter in data[at : at + 1])
                at += 1
            for letter in letters:
                ring[write % 4096] = letter
                write += 1
                out.append(letter)
    return bytes(out)


def _text_of_rtf(rtf: bytes, code_page: str) -> str:
    if b"\\fromhtml" in rtf[:400]:
        rtf = re.sub(rb"\{\\\*\\htmltag[^{}]{0,5000}\}", b"", rtf)

    def said(token: re.Match[bytes]) -> bytes:
        if token[1]:
            return chr(int(token[1]) % 0x10000).encode("utf-8", "replace")
        if token[2]:
            return decode(bytes([int(token[2], 16)]), code_page).encode("utf-8", "replace")
        return {b"par": b"\n", b"line": b"\n", b"tab": b"\t"}.get(token[3] or b"", token[4] or b"")

    return _RTF_TOKEN.sub(said, _RTF_SKIPPED.sub(b"", rtf)).decode("utf-8", "replace").strip()
