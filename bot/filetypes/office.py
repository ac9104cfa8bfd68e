"""Documents in containers: compound files of old Office, zips of the new one and of OpenDocument. Pure.

A zip is read no further than its directory and the list of content types that every Office file has
(ECMA-376 part 2, 10.1.2.3), which is unpacked up to a limit.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from bot.filetypes.types import ENCRYPTED, EXECUTABLE, MACROS, OLE, ZIP

_DIRECTORY_MOST = 1_048_576  # bytes of a zip's directory; a workbook of a thousand sheets has 100,000
_TYPES_MOST = 1_048_576  # bytes of the unpacked list of content types
_OOXML = {
    "word/": "wordprocessingml.document",
    "xl/": "spreadsheetml.sheet",
    "ppt/": "presentationml.presentation",
}
_OPENDOCUMENT = re.compile(rb"application/vnd\.oasis\.opendocument\.(?:text|spreadsheet|presentation)")
_OLE_STREAMS = (
    ("EncryptedPackage", ENCRYPTED),
    ("_VBA_PROJECT", MACROS),
    ("_VBA_PROJECT_CUR", MACROS),
    ("Macros", MACROS),
    ("WordDocument", "application/msword"),
    ("Workbook", "application/vnd.ms-excel"),
    ("Book", "application/vnd.ms-excel"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
)


def type_of_ole(data: bytes) -> str:
    """Go by the names in the directory of a compound file ([MS-CFB] 2.6.1): entries of 128 bytes."""
    return next((kind for name, kind in _OLE_STREAMS if _has_entry(data, name)), OLE)


def _has_entry(data: bytes, name: str) -> bool:
    wanted = name.encode("utf-16-le") + b"\0\0"
    at = data.find(wanted)
    while at >= 0:
        if at % 128 == 0 and data[at + 64 : at + 66] == len(wanted).to_bytes(2, "little"):
            return True
        at = data.find(wanted, at + 1)
    return False


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    method: int
    size: int
    offset: int


def type_of_zip(data: bytes) -> str:
    """Return which kind of document, program or plain archive a zip is."""
    try:
        entries = list(_directory(data))
    except (struct.error, ValueError):
        return ZIP
    names = {entry.name.lower() for entry in entries}
    if names & {"meta-inf/manifest.mf", "androidmanifest.xml", "classes.dex"}:
        return EXECUTABLE
    if "[content_types].xml" in names:
        return _type_of_ooxml(data, entries)
    if data[30:38] == b"mimetype":
        return _type_of_opendocument(data, names)
    return ZIP


def _directory(data: bytes) -> Iterator[_Entry]:
    """Yield what the directory of a zip lists, unpacking nothing. Raises ValueError when it is too long."""
    end = data.rfind(b"PK\x05\x06", max(0, len(data) - 65_557))
    if end < 0:
        raise ValueError("no directory")
    size, at = struct.unpack_from("<LL", data, end + 12)
    if size > _DIRECTORY_MOST or at + size > end:
        raise ValueError("no usable directory")
    while data[at : at + 4] == b"PK\x01\x02":
        method, packed = struct.unpack_from("<H8xL", data, at + 10)
        name_length, extra, comment = struct.unpack_from("<HHH", data, at + 28)
        (offset,) = struct.unpack_from("<L", data, at + 42)
        name = data[at + 46 : at + 46 + name_length].decode("utf-8", "replace")
        yield _Entry(name, method, packed, offset)
        at += 46 + name_length + extra + comment


def _type_of_ooxml(data: bytes, entries: list[_Entry]) -> str:
    lists = [entry for entry in entries if entry.name.lower() == "[content_types].xml"]
    listed = _unpacked(data, lists[0]).lower() if len(lists) == 1 else b""
    # What is written so that a search does not find it was written by nobody's office.
    if not listed or any(trick in listed for trick in (b"&#", b"<!", b"\0")):
        return ZIP
    names = [entry.name.lower() for entry in entries]
    has_macros = any(
        "vbaproject" in name or "vbadata" in name or name.startswith("xl/macrosheets/") for name in names
    )
    if has_macros or b"macroenabled" in listed or b"vbaproject" in listed or b"macrosheet" in listed:
        return MACROS
    for folder, kind in _OOXML.items():
        whole = f"application/vnd.openxmlformats-officedocument.{kind}"
        if f"{whole}.main+xml".encode() in listed and any(name.startswith(folder) for name in names):
            return whole
    return ZIP


def _type_of_opendocument(data: bytes, names: set[str]) -> str:
    if any(name.startswith(("basic/", "scripts/")) for name in names):
        return MACROS
    (size,) = struct.unpack_from("<L", data, 18)
    told = data[38 : 38 + min(size, 100)]  # the first entry, stored as it is (OpenDocument 1.3 part 2, 3.3)
    return told.decode("ascii", "replace") if _OPENDOCUMENT.fullmatch(told) else ZIP


def _unpacked(data: bytes, entry: _Entry) -> bytes:
    """Unpack one small entry, no further than `_TYPES_MOST`; empty when that is not all of it."""
    try:
        name_length, extra = struct.unpack_from("<HH", data, entry.offset + 26)
    except struct.error:
        return b""
    begin = entry.offset + 30 + name_length + extra
    packed = data[begin : begin + entry.size]
    if entry.method == 0:
        return packed if len(packed) <= _TYPES_MOST else b""
    unpacking = zlib.decompressobj(-15)
    try:
        plain = unpacking.decompress(packed, _TYPES_MOST)
    except zlib.error:
        return b""
    return plain if unpacking.eof else b""
