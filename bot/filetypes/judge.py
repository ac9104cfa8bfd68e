"""What a file is, by its content alone, and whether it may be kept. Pure.

A table of our own: what counts is that the few types an office takes are told with certainty, and that
nothing that runs passes for one of them.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from bot.filetypes.office import type_of_ole, type_of_zip
from bot.filetypes.text import type_of_text
from bot.filetypes.types import EXECUTABLE, EXTENSIONS, NEVER, SCRIPT, UNKNOWN

_BEGINNINGS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"%PDF-", "application/pdf"),
    (b"{\\rtf", "application/rtf"),
    (b"#!AMR", "audio/amr"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xf1", "audio/aac"),
    (b"\xff\xf9", "audio/aac"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"\xff\xf2", "audio/mpeg"),
    (b"\xff\xfa", "audio/mpeg"),
    (b"MZ", EXECUTABLE),
    (b"\x7fELF", EXECUTABLE),
    (b"\xca\xfe\xba\xbe", EXECUTABLE),  # Java class, or Mach-O for several processors
    (b"\xcf\xfa\xed\xfe", EXECUTABLE),
    (b"\xce\xfa\xed\xfe", EXECUTABLE),
    (b"dex\n", EXECUTABLE),
    (b"L\0\0\0\x01\x14\x02\0", EXECUTABLE),  # Windows shortcut
    (b"#!", SCRIPT),
)
# ISO base media (ISO/IEC 14496-12): the brand behind "ftyp".
_BRANDS = (
    (rb"M4[ABP] ", "audio/mp4"),
    (rb"3g[2p].", "video/3gpp"),
    (rb"qt  ", "video/quicktime"),
    (rb"(?:hei[cx]|mif1|hev[cx])", "image/heic"),
    (rb"(?:isom|iso[2-9]|mp4[12]|avc1|dash|MSNV|M4V.|mmp4)", "video/mp4"),
)
_SPOKEN_IN = {"video/mp4": "audio/mp4", "text/plain": "text/csv"}
"""What a content may be as well, when it is said to be: containers of sound only, tables in plain text."""
_ALSO_CALLED = {"audio/x-m4a": "audio/mp4", "audio/m4a": "audio/mp4", "text/x-vcard": "text/vcard"}


@dataclass(frozen=True, slots=True)
class Found:
    """What a content is; `refusal` says, for officers, why it is not kept, None when it is."""

    content_type: str
    refusal: str | None = None


def judge(data: bytes, claimed: str, admitted: Collection[str]) -> Found:
    """Tell what a content is and whether it may be kept.

    `claimed` is what the other side calls it, `admitted` are the content types the office takes. What claims
    to be a picture and is a document is refused: whoever opens it expects something else.
    """
    said = claimed.partition(";")[0].strip().lower()
    said = _ALSO_CALLED.get(said, said)
    found = type_of(data)
    if _SPOKEN_IN.get(found) == said:
        found = said
    if not data:
        return Found(found, "Berkas kosong")
    if found in NEVER:
        return Found(found, NEVER[found])
    if said not in {"", UNKNOWN} and _family(said) != _family(found):
        return Found(found, f"Isi berkas ({found}) tidak sesuai dengan jenis yang disebut")
    if found not in admitted:
        return Found(found, f"Jenis berkas tidak diterima ({found})")
    return Found(found)


def type_of(data: bytes) -> str:
    """Return the content type by the content, `application/octet-stream` when it is none we know."""
    for beginning, content_type in _BEGINNINGS:
        if data.startswith(beginning):
            return content_type
    if data.startswith(b"RIFF"):
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(data[8:12], UNKNOWN)
    if data.startswith(b"OggS"):
        return "video/ogg" if b"theora" in data[:4096] else "audio/ogg"
    if data[4:8] == b"ftyp":
        return next((kind for brand, kind in _BRANDS if re.match(brand, data[8:12])), UNKNOWN)
    if data.startswith(b"PK\x03\x04"):
        return type_of_zip(data)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return type_of_ole(data)
    return type_of_text(data)


def _family(content_type: str) -> str:
    """Return what a person expects: a picture, a recording, or something to read."""
    family = content_type.partition("/")[0]
    return {"audio": "recording", "video": "recording", "image": "image"}.get(family, "document")


def download_name(name: str, content_type: str) -> str:
    """Return under which name a file is given to an officer: with the ending of what it is, and no other."""
    stem = re.sub(r"[^\w .()+-]+", "_", name).strip(" .")
    stem = re.sub(r"(\.[A-Za-z0-9]{1,5})+$", "", stem)[:100] or "lampiran"
    return f"{stem}.{EXTENSIONS.get(content_type, 'bin')}"
