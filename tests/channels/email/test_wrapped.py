"""What is wrapped into something else: winmail.dat, signatures, encryption, invitations, files within a text."""

from __future__ import annotations

import base64
import struct
from typing import Any

from channels.email import inspect, tnef
from channels.email.invitation import in_words
from channels.email.signed import unwrapped

HEAD = (
    b"From: Budi <budi@example.org>\r\nMessage-ID: <1@example.org>\r\nSubject: Data\r\nMIME-Version: 1.0\r\n"
)
ASKED = "Apakah ada data luas panen?"


def seen(content_type: str, body: bytes, *more: str) -> dict[str, Any]:
    fields = "".join(f"{line}\r\n" for line in (f"Content-Type: {content_type}", *more)).encode()
    return inspect(HEAD + fields + b"\r\n" + body, "file")


def mixed(*parts: bytes, kind: str = "mixed") -> bytes:
    body = b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + b"--b--\r\n"
    return HEAD + f'Content-Type: multipart/{kind}; boundary="b"\r\n\r\n'.encode() + body


def encoded(content_type: str, data: bytes) -> bytes:
    head = f"Content-Type: {content_type}\r\nContent-Transfer-Encoding: base64\r\n\r\n".encode()
    return head + base64.encodebytes(data)


# TNEF


def attribute(name: int, value: bytes, level: int = 1) -> bytes:
    return struct.pack("<BII", level, name, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)


def properties(*entries: tuple[int, int, bytes]) -> bytes:
    written = struct.pack("<I", len(entries))
    for name, kind, value in entries:
        written += struct.pack("<HHII", kind, name, 1, len(value)) + value + b"\0" * (-len(value) % 4)
    return written


def winmail(*attributes: bytes) -> bytes:
    return struct.pack("<IH", 0x223E9F78, 7) + b"".join(attributes)


def test_the_text_and_the_files_of_winmail_dat() -> None:
    data = winmail(
        attribute(0x00069007, struct.pack("<II", 1252, 0)),
        attribute(0x00069003, properties((0x1000, 0x001F, ASKED.encode("utf-16-le")))),
        attribute(0x00069002, b"\0" * 14, level=2),
        attribute(0x00018010, b"FORMUL~1.PDF\0", level=2),
        attribute(0x0006800F, b"%PDF-1.4", level=2),
        attribute(0x00069005, properties((0x3707, 0x001F, "Formulir é.pdf\0".encode("utf-16-le"))), level=2),
    )
    found = inspect(mixed(encoded("application/ms-tnef; name=winmail.dat", data)), "file")
    assert found["text"] == ASKED
    assert found["attachments"] == [{"name": "Formulir é.pdf", "type": "application/octet-stream", "size": 8}]


def test_the_text_beside_winmail_dat_comes_first() -> None:
    plain = b"Content-Type: text/plain\r\n\r\n" + ASKED.encode() + b"\r\n"
    data = winmail(attribute(0x0002800C, b"yang lain"))
    found = inspect(mixed(plain, encoded("application/octet-stream; name=winmail.dat", data)), "file")
    assert found["text"] == ASKED


def test_compressed_rtf() -> None:
    rtf = rb"{\rtf1\ansi{\fonttbl{\f0 Arial;}}\pard Apakah ada data\par luas panen \'e9?\par}"
    packed = struct.pack("<II4sI", len(rtf) + 12, len(rtf), b"MELA", 0) + rtf
    found = tnef.read(winmail(attribute(0x00069003, properties((0x1009, 0x0102, packed)))))
    assert found.text == "Apakah ada data\nluas panen é?"


def test_compression_with_references() -> None:
    """[MS-OXRTFCP]: runs of eight, a bit for each; a reference is 12 bits of place and 4 of length - 2."""
    start = struct.pack(">H", 0 << 4 | 6 - 2)  # the first six letters of the dictionary: {\\rtf1
    words = b" Apakah ada data?}"
    runs = b"\x01" + start + words[:7] + b"\x00" + words[7:15] + b"\x08" + words[15:]
    end = struct.pack(">H", (207 + 6 + len(words)) << 4)
    packed = struct.pack("<II4sI", len(runs) + 14, 6 + len(words), b"LZFu", 0) + runs + end
    found = tnef.read(winmail(attribute(0x00069003, properties((0x1009, 0x0102, packed)))))
    assert found.text == "Apakah ada data?"


def test_a_broken_winmail_dat_is_a_file() -> None:
    found = inspect(
        mixed(encoded("application/ms-tnef; name=winmail.dat", b"\x78\x9f\x3e\x22rubbish")), "file"
    )
    assert [one["name"] for one in found["attachments"]] == ["winmail.dat"]


# S/MIME and OpenPGP


def der(tag: int, *contents: bytes) -> bytes:
    content = b"".join(contents)
    if len(content) < 128:
        return bytes([tag, len(content)]) + content
    size = (len(content).bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + len(content).to_bytes(size, "big") + content


OID_DATA = bytes.fromhex("06092a864886f70d010701")
OID_SIGNED = bytes.fromhex("06092a864886f70d010702")
INNER = b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + ASKED.encode() + b"\r\n"


def signed_data(octets: bytes) -> bytes:
    content = der(0x30, OID_DATA, der(0xA0, octets))
    return der(0x30, OID_SIGNED, der(0xA0, der(0x30, der(0x02, b"\x01"), der(0x31), content, der(0x31))))


def test_a_mail_within_its_signature() -> None:
    data = signed_data(der(0x04, INNER))
    found = seen(
        "application/pkcs7-mime; smime-type=signed-data; name=smime.p7m",
        base64.encodebytes(data),
        "Content-Transfer-Encoding: base64",
    )
    assert (found["kind"], found["text"], found["attachments"]) == ("message", ASKED, [])


def test_a_signed_mail_in_pieces_of_unknown_length() -> None:
    pieces = b"\x24\x80" + der(0x04, INNER[:20]) + der(0x04, INNER[20:]) + b"\0\0"
    assert unwrapped(signed_data(pieces)) == INNER


def test_an_encrypted_mail_is_kept_as_a_file() -> None:
    found = seen(
        "application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m",
        base64.encodebytes(der(0x30, bytes.fromhex("06092a864886f70d010703"), der(0xA0, b"geheim"))),
        "Content-Transfer-Encoding: base64",
    )
    assert (found["kind"], found["text"]) == ("message", "")
    assert [one["name"] for one in found["attachments"]] == ["smime.p7m"]


def test_text_signed_with_openpgp_loses_its_armour() -> None:
    body = (
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n"
        f"{ASKED}\n- - satu\n-----BEGIN PGP SIGNATURE-----\n\niQEz\n=abcd\n-----END PGP SIGNATURE-----\n"
    )
    assert seen("text/plain", body.encode())["text"] == f"{ASKED}\n- satu"


def test_text_encrypted_with_openpgp_is_nobodys_words() -> None:
    body = "-----BEGIN PGP MESSAGE-----\n\nhQEMA\n=abcd\n-----END PGP MESSAGE-----\n"
    found = seen("text/plain", body.encode())
    assert (found["kind"], found["text"]) == ("message", "")
    assert "hQEMA" in str(found["quoted"])


# Invitations

EVENT = (
    "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VTIMEZONE\r\nTZID:Asia/Jakarta\r\nDTSTART:19700101T000000\r\n"
    "END:VTIMEZONE\r\nBEGIN:VEVENT\r\nSUMMARY:Rapat\\, data\r\n  luas panen\r\n"
    "DTSTART;TZID=Asia/Jakarta:20250203T100000\r\nDTEND;TZID=Asia/Jakarta:20250203T110000\r\n"
    "LOCATION:Aula\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
INVITED = "REQUEST: Rapat, data luas panen\n2025-02-03 10:00 - 2025-02-03 11:00 (Asia/Jakarta)\nAula"


def test_an_invitation_in_words() -> None:
    assert in_words(EVENT) == INVITED
    assert (
        in_words("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20250203T100000Z\nEND:VEVENT")
        == "2025-02-03 10:00 UTC"
    )
    assert in_words("no calendar") == ""


def test_an_invitation_stands_beside_the_words_or_for_them() -> None:
    calendar = b"Content-Type: text/calendar; method=REQUEST; charset=utf-8\r\n\r\n" + EVENT.encode()
    plain = b"Content-Type: text/plain\r\n\r\n" + ASKED.encode() + b"\r\n"
    beside = inspect(mixed(plain, calendar), "file")
    alone = inspect(mixed(calendar), "file")
    assert (beside["text"], beside["quoted"]) == (ASKED, INVITED)
    assert (alone["text"], alone["quoted"]) == (INVITED, "")
    assert [one["type"] for one in beside["attachments"]] == ["text/calendar"]


# Files within a text, and mails within mails


def test_a_uuencoded_file_in_the_text() -> None:
    found = seen("text/plain", f"{ASKED}\n\nbegin 644 luas.txt\n#0V%T\n`\nend\n\nSalam\n".encode())
    assert found["text"] == f"{ASKED}\n\nSalam"
    assert found["attachments"] == [{"name": "luas.txt", "type": "application/octet-stream", "size": 3}]


def test_yenc_is_taken_out() -> None:
    body = b"Lihat\n=ybegin line=128 size=3 name=a.bin\n\x8b\x8c\x8d\n=yend size=3\n"
    found = seen("text/plain; charset=latin-1", body)
    assert found["text"] == "Lihat"
    assert [one["name"] for one in found["attachments"]] == ["a.bin"]


def test_words_that_only_look_like_a_file() -> None:
    text = "begin 644 orang\nlalu lanjut ke akhir cerita ini, apakah boleh begitu ya?\nend"
    assert seen("text/plain", text.encode())["text"] == text


def test_an_enclosed_mail_is_quoted_beside_words_and_read_without_them() -> None:
    enclosed = (
        b"Content-Type: message/rfc822\r\n\r\nSubject: asli\r\nFrom: a@example.org\r\n\r\n" + ASKED.encode()
    )
    plain = b"Content-Type: text/plain\r\n\r\nMohon dibantu.\r\n"
    beside, alone = inspect(mixed(plain, enclosed), "file"), inspect(mixed(enclosed), "file")
    assert (beside["text"], beside["quoted"]) == ("Mohon dibantu.", ASKED)
    assert alone["text"] == ASKED


def test_a_plain_alternative_that_says_nothing() -> None:
    said = f"<p>{ASKED}</p>".encode()
    html = b"Content-Type: text/html\r\n\r\n" + said
    for hint in (b"Please view this message in a browser.", b"Aktifkan HTML untuk membaca pesan ini."):
        found = inspect(mixed(b"Content-Type: text/plain\r\n\r\n" + hint, html, kind="alternative"), "file")
        assert found["text"] == ASKED
    alone = inspect(mixed(b"Content-Type: text/plain\r\n\r\n" + b"Bukan HTML.", kind="alternative"), "file")
    assert alone["text"] == "Bukan HTML."


def test_text_declared_as_base64_that_is_none() -> None:
    assert seen("text/plain", ASKED.encode(), "Content-Transfer-Encoding: base64")["text"] == ASKED


def test_a_link_shows_where_it_leads() -> None:
    found = seen("text/html", b'<p>Lihat <a href="https://palsu.example.net/x">www.example.org</a></p>')
    assert found["text"] == "Lihat www.example.org <https://palsu.example.net/x>"
    same = seen("text/html", b'<p>Lihat <a href="https://www.example.org/">www.example.org</a></p>')
    assert same["text"] == "Lihat www.example.org"
