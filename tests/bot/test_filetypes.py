"""A file is what its content is, whatever it is called; what could run is never taken."""

from __future__ import annotations

import io
import struct
import time
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.filetypes.judge import download_name, judge, type_of
from bot.filetypes.types import EXTENSIONS, NEVER
from bot.settings import load

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
ODT = "application/vnd.oasis.opendocument.text"
MAIN = '<?xml version="1.0"?><Types><Override PartName="/x" ContentType="{}.main+xml"/>{}</Types>'
VBA = '<Override PartName="/word/x.bin" ContentType="application/vnd.ms-office.vbaProject"/>'
ADMITTED = next(each.options for each in load().channels if each.name == "whatsapp").media.types  # type: ignore[attr-defined]


def zipped(*entries: tuple[str, str | bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", how) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return data.getvalue()


def office(
    folder: str, kind: str, *more: tuple[str, str], extra: str = "", how: int = zipfile.ZIP_DEFLATED
) -> bytes:
    return zipped(
        ("[Content_Types].xml", MAIN.format(kind, extra)), (f"{folder}/main.xml", "<x/>"), *more, how=how
    )


def compound(*names: str) -> bytes:
    """Build the least of a compound file ([MS-CFB]): a header and a directory."""
    entries = b"".join(
        name.encode("utf-16-le").ljust(64, b"\0") + struct.pack("<H", 2 * len(name) + 2) + bytes(62)
        for name in ("Root Entry", *names)
    )
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0") + entries


def mpeg4(brand: bytes) -> bytes:
    return b"\0\0\0\x18ftyp" + brand + b"\0\0\0\0isom" + bytes(40)


KNOWN = {
    "jpeg": (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
    "png": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
    "webp": (b"RIFF\x24\0\0\0WEBPVP8 ", "image/webp"),
    "gif": (b"GIF89a\x01\0", "image/gif"),
    "heic": (mpeg4(b"heic"), "image/heic"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "application/pdf"),
    "voice note": (b"OggS\0\x02" + bytes(22) + b"OpusHead", "audio/ogg"),
    "theora": (b"OggS\0\x02" + bytes(22) + b"\x80theora", "video/ogg"),
    "mp3": (b"ID3\x04\0\0", "audio/mpeg"),
    "mp3 without tag": (b"\xff\xfb\x90\x64\0", "audio/mpeg"),
    "amr": (b"#!AMR\n\x3c", "audio/amr"),
    "wav": (b"RIFF\x24\0\0\0WAVEfmt ", "audio/wav"),
    "m4a": (mpeg4(b"M4A "), "audio/mp4"),
    "mp4": (mpeg4(b"mp42"), "video/mp4"),
    "3gp": (mpeg4(b"3gp4"), "video/3gpp"),
    "mov": (mpeg4(b"qt  "), "video/quicktime"),
    "text": ("Mohon data penduduk Kecamatan Ngawen, terima kasih. 🙏\r\n\tB".encode(), "text/plain"),
    "text of Windows": ("Daftar harga café di Klaten".encode("cp1252"), "text/plain"),
    "text of Excel": ("kode\tnama\r\n1\tKlaten".encode("utf-16"), "text/plain"),
    "contact": (b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Budi\r\nEND:VCARD\r\n", "text/vcard"),
    "docx": (office("word", WORD), WORD),
    "docx stored": (office("word", WORD, how=zipfile.ZIP_STORED), WORD),
    "xlsx": (office("xl", SHEET), SHEET),
    "pptx": (office("ppt", SLIDES), SLIDES),
    "odt": (zipped(("mimetype", ODT), ("content.xml", "<x/>"), how=zipfile.ZIP_STORED), ODT),
    "doc": (compound("WordDocument"), "application/msword"),
    "xls": (compound("Workbook"), "application/vnd.ms-excel"),
    "xls of 1995": (compound("Book"), "application/vnd.ms-excel"),
    "ppt": (compound("PowerPoint Document"), "application/vnd.ms-powerpoint"),
    "zip": (zipped(("a.txt", "a")), "application/zip"),
}  # fmt: skip

RUNS = {
    "exe": b"MZ\x90\0\x03",
    "elf": b"\x7fELF\x02\x01",
    "mach-o": b"\xcf\xfa\xed\xfe\x07",
    "class": b"\xca\xfe\xba\xbe\0\0",
    "shortcut": b"L\0\0\0\x01\x14\x02\0\0",
    "jar": zipped(("META-INF/MANIFEST.MF", "x")),
    "apk": zipped(("AndroidManifest.xml", "x"), ("classes.dex", "x")),
    "apk as docx": office("word", WORD, ("classes.dex", "x")),
    "shell": b"#!/bin/sh\nrm -rf /\n",
    "shell after a blank line": b"\n  #!/usr/bin/env python\n",
    "php": b"halo <?php system($_GET['x']); ?>",
    "html": b"<!DOCTYPE html>\n<html><body>halo</body></html>",
    "html with a mark": b"\xef\xbb\xbf<HTML><Script>alert(1)</Script>",
    "html as UTF-16": "<html><script>alert(1)</script>".encode("utf-16"),
    "script amid text": b"Laporan\n\n<script src=//evil.example>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "svg as XML": b'<?xml version="1.0"?><!-- x --><svg onload="alert(1)"/>',
    "xml": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><x>&y;</x>',
    "docm": office("word", "application/vnd.ms-word.document.macroEnabled", ("word/vbaProject.bin", "x")),
    "docm as docx": office("word", WORD, ("word/vbaProject.bin", "x")),
    "docm with another name for its macros": office("word", WORD, ("word/x.bin", "x"), extra=VBA),
    "macro sheet": office("xl", SHEET, ("xl/macrosheets/sheet1.xml", "x")),
    "odt with macros": zipped(("mimetype", ODT), ("Basic/Standard/x.xml", "x"), how=zipfile.ZIP_STORED),
    "doc with macros": compound("WordDocument", "Macros", "_VBA_PROJECT"),
    "xls with macros": compound("Workbook", "_VBA_PROJECT_CUR"),
    "locked xlsx": compound("EncryptionInfo", "EncryptedPackage"),
}  # fmt: skip


@pytest.mark.parametrize("name", KNOWN)
def test_a_type_is_told_by_the_content(name: str) -> None:
    data, expected = KNOWN[name]
    assert type_of(data) == expected
    assert expected in EXTENSIONS


@pytest.mark.parametrize("name", RUNS)
@pytest.mark.parametrize("claimed", ["image/jpeg", "text/plain", "application/pdf", WORD, ""])
def test_what_could_run_is_refused_whatever_it_is_called_and_whatever_the_office_admits(
    name: str, claimed: str
) -> None:
    everything = {*EXTENSIONS, *NEVER, "application/octet-stream"}
    found = judge(RUNS[name], claimed, everything)
    assert found.refusal
    assert found.content_type in NEVER


@pytest.mark.parametrize(
    ("name", "claimed", "expected"),
    [
        ("jpeg", "image/jpeg", "image/jpeg"),
        ("png", "image/jpeg", "image/png"),  # a picture is a picture
        ("webp", "image/webp", "image/webp"),
        ("voice note", "audio/ogg; codecs=opus", "audio/ogg"),
        ("mp4", "audio/mp4", "audio/mp4"),
        ("mp4", "video/mp4", "video/mp4"),
        ("m4a", "audio/x-m4a", "audio/mp4"),
        ("text", "text/csv", "text/csv"),
        ("text of Excel", "text/csv", "text/csv"),
        ("contact", "text/x-vcard", "text/vcard"),
        ("docx", "application/octet-stream", WORD),
        ("docx", "application/zip", WORD),
        ("doc", "application/msword", "application/msword"),
        ("pdf", "APPLICATION/PDF", "application/pdf"),
        ("pdf", "", "application/pdf"),
    ],
)
def test_what_citizens_send_is_kept(name: str, claimed: str, expected: str) -> None:
    found = judge(KNOWN[name][0], claimed, ADMITTED)
    assert (found.content_type, found.refusal) == (expected, None)


@pytest.mark.parametrize(
    ("data", "claimed"),
    [
        (KNOWN["pdf"][0], "image/jpeg"),
        (KNOWN["text"][0], "image/png"),
        (KNOWN["jpeg"][0], "application/pdf"),
        (KNOWN["docx"][0], "audio/ogg"),
        (KNOWN["zip"][0], "application/zip"),
        (KNOWN["gif"][0], "image/gif"),
        (KNOWN["odt"][0], ODT),
        (b"", "text/plain"),
        (b"\0\x01\x02\x03 no type we know", "application/pdf"),
        (b" %PDF-1.7", "image/jpeg"),
        (compound("Something"), "application/msword"),
    ],
)
def test_what_is_not_admitted_or_is_not_what_it_says_is_refused_in_words(data: bytes, claimed: str) -> None:
    assert judge(data, claimed, ADMITTED).refusal


def lying_directory(size: int, offset: int) -> bytes:
    whole = bytearray(office("word", WORD))
    end = whole.rfind(b"PK\x05\x06")
    struct.pack_into("<LL", whole, end + 12, size, offset)
    return bytes(whole)


def bomb() -> bytes:
    """Build a list of content types that unpacks to a hundred megabytes."""
    packing = zlib.compressobj(9, wbits=-15)
    packed = b"".join(packing.compress(b"<" * 1_000_000) for _ in range(100)) + packing.flush()
    name = b"[Content_Types].xml"
    local = (
        b"PK\x03\x04"
        + struct.pack("<HHHHHLLLHH", 20, 0, 8, 0, 0, 0, len(packed), 100_000_000, len(name), 0)
        + name
    )
    entry = (
        b"PK\x01\x02"
        + struct.pack(
            "<HHHHHHLLLHHHHHLL", 20, 20, 0, 8, 0, 0, 0, len(packed), 100_000_000, len(name), 0, 0, 0, 0, 0, 0
        )
        + name
    )
    end = b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, 1, 1, len(entry), len(local) + len(packed), 0)
    return local + packed + entry + end


@pytest.mark.parametrize(
    "data",
    [
        lying_directory(2**32 - 1, 0),
        lying_directory(46, 2**32 - 1),
        lying_directory(2**20 - 1, 10),
        office("word", WORD)[:-10],
        office("word", WORD) + b"x" * 70_000,
        zipped(("[Content_Types].xml", MAIN.format(WORD, "")), ("[content_types].XML", "x"), ("word/a.xml", "x")),
        zipped(("[Content_Types].xml", MAIN.format("&#97;pplication/x", "")), ("word/a.xml", "x")),
        zipped(("[Content_Types].xml", MAIN.format(WORD, "").encode("utf-16")), ("word/a.xml", "x")),
        zipped(("[Content_Types].xml", MAIN.format(WORD, ""))),
        b"PK\x03\x04",
        b"PK\x03\x04PK\x05\x06",
    ],
)  # fmt: skip
def test_an_archive_that_is_not_straight_is_no_document(data: bytes) -> None:
    assert type_of(data) == "application/zip"


def test_a_bomb_is_not_unpacked() -> None:
    data = bomb()
    assert len(data) < 1_000_000
    began = time.process_time()
    assert type_of(data) == "application/zip"
    assert time.process_time() - began < 0.5


def test_a_long_file_is_judged_in_a_moment() -> None:
    worst = [
        b"<" * 16_000_000,
        b"<" + b" " * 16_000_000,
        b"<s" * 8_000_000,
        b"a" * 16_000_000,
        compound("x") + bytes(16_000_000),
    ]
    began = time.process_time()
    for data in worst:
        type_of(data)
    assert time.process_time() - began < 4


@given(
    st.sampled_from([b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"RIFF", b"OggS", b"\xff\xfe"]),
    st.binary(max_size=400),
    st.text(max_size=20),
)
def test_no_content_stops_the_judge(beginning: bytes, data: bytes, claimed: str) -> None:
    assert judge(beginning + data, claimed, ADMITTED).content_type


@given(st.sampled_from(sorted(KNOWN)), st.integers(0, 600), st.binary(min_size=1, max_size=8))
def test_nor_does_a_damaged_one(name: str, at: int, damage: bytes) -> None:
    data = KNOWN[name][0]
    assert type_of(data[:at] + damage + data[at + len(damage) :])


@pytest.mark.parametrize(
    ("name", "content_type", "expected"),
    [
        ("laporan.pdf", "application/pdf", "laporan.pdf"),
        ("laporan.pdf.exe", "application/pdf", "laporan.pdf"),
        ("lampiran-1", "image/jpeg", "lampiran-1.jpg"),
        ("../../etc/passwd", "text/plain", "_.._etc_passwd.txt"),
        ("a\r\nSet-Cookie: x", "text/plain", "a_Set-Cookie_ x.txt"),
        ("foto\u202egpj.exe", "image/jpeg", "foto_gpj.jpg"),
        ("", "application/pdf", "lampiran.pdf"),
        ("x", "", "x.bin"),
    ],
)
def test_a_download_is_named_after_what_it_is(name: str, content_type: str, expected: str) -> None:
    assert download_name(name, content_type) == expected
