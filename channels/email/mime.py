"""Writes mail: header fields that can hold nothing but their value, texts, files, and parts put together. Pure.

By hand, because `email.message` takes a value apart again, decodes what looks encoded in it and folds long ids
as encoded words: here what comes from outside is encoded once, and then nothing looks into it again.
"""

from __future__ import annotations

import re
from base64 import b64encode, encodebytes
from collections.abc import Iterator, Sequence
from email.quoprimime import body_encode
from urllib.parse import quote

LINE = 78
"""Characters a line should have at most (RFC 5322 section 2.1.1)."""
UNKNOWN_TYPE = "application/octet-stream"

_ENCODED_WORD_BYTES = 39  # makes 64 characters; a line that has any holds 76 (RFC 2047 section 2)
_PARAMETER_CHARACTERS = 60
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~ ]+")
_TOKEN = re.compile(r"[A-Za-z0-9!#$&+\-^_`{|}~.]+")  # RFC 2045, and without what RFC 2231 gives a meaning
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
# What turns the direction of writing makes "gpj.exe" of "exe.jpg".
_NOT_IN_FILE_NAMES = re.compile(r'[/\\:*?"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069]+')
_LONGEST_NAME = 120


def one_line(text: str) -> str:
    """Return text without line ends, other controls and doubled spaces."""
    return " ".join(_CONTROLS.sub(" ", text).split())


def words(text: str) -> list[str]:
    """Return one line of text as the words of an unstructured field, encoded where they have to be.

    "=?" is plain ASCII, but would be decoded by whoever reads it (RFC 2047 section 5).
    """
    line = one_line(text)
    return line.split(" ") if line.isascii() and "=?" not in line else list(_encoded_words(line))


def phrase(name: str) -> list[str]:
    """Return a person's or an office's name as it stands before an address (RFC 5322 section 3.2.5)."""
    line = one_line(name)
    if not line.isascii() or "=?" in line:
        return list(_encoded_words(line))
    if _ATOMS.fullmatch(line):
        return line.split(" ")
    escaped = line.replace("\\", "\\\\").replace('"', '\\"')
    return [f'"{escaped}"']


def field(name: str, words: Sequence[str]) -> bytes:
    """Return a header field, folded between the words, which hold no line ends."""
    lines, used = [f"{name}:"], len(name) + 1
    for word in words:
        if used + 1 + len(word) > LINE and lines != [f"{name}:"]:
            lines.append("")
            used = 0
        lines[-1] += f" {word}"
        used += 1 + len(word)
    return ("\r\n".join(lines) + "\r\n").encode()


def text(subtype: str, content: str) -> bytes:
    """Return a part of text, as quoted-printable: it passes every server unchanged, and so may be signed."""
    octets = content.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", errors="replace")
    body = body_encode(octets.decode("latin-1"), 76, "\r\n")
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    return (head + body).encode("ascii")


def file(name: str, content_type: str, data: bytes) -> bytes:
    """Return a part that is a file, to be saved and not shown. A type that is none, or of mails, is hidden."""
    kind = content_type.partition(";")[0].strip().lower()
    if not _TYPE.fullmatch(kind) or kind.startswith(("multipart/", "message/")):
        # These two may not be base64 (RFC 2046 sections 5.1, 5.2).
        kind = UNKNOWN_TYPE
    head = field("Content-Type", [kind]) + b"Content-Transfer-Encoding: base64\r\n"
    head += field("Content-Disposition", ["attachment;", *_parameter("filename", file_name(name))])
    return head + b"\r\n" + encodebytes(data).replace(b"\n", b"\r\n")


def file_name(name: str) -> str:
    """Return a file's name without what leads elsewhere or deceives; a long one keeps its ending."""
    clean = one_line(_NOT_IN_FILE_NAMES.sub("_", name)).strip(". ")
    if len(clean) > _LONGEST_NAME:
        stem, dot, ending = clean.rpartition(".")
        tail = dot + ending if stem and len(ending) <= 10 else ""
        clean = clean[: _LONGEST_NAME - len(tail)].rstrip(". ") + tail
    return clean or "lampiran"


def multipart(subtype: str, boundary: str, parts: Sequence[bytes]) -> bytes:
    """Return parts as one. The boundary has to hold "=_", which neither encoding used here can make."""
    begins, ends = f"--{boundary}\r\n".encode("ascii"), f"\r\n--{boundary}--\r\n".encode("ascii")
    head = f'Content-Type: multipart/{subtype};\r\n boundary="{boundary}"\r\n\r\n'.encode("ascii")
    return head + begins + (b"\r\n" + begins).join(parts) + ends


def _encoded_words(line: str) -> Iterator[str]:
    """Yield encoded words (RFC 2047); no character is divided between two."""
    piece = b""
    for letter in line:
        octets = letter.encode("utf-8")
        if len(piece) + len(octets) > _ENCODED_WORD_BYTES:
            yield f"=?utf-8?b?{b64encode(piece).decode()}?="
            piece = b""
        piece += octets
    if piece:
        yield f"=?utf-8?b?{b64encode(piece).decode()}?="


def _parameter(name: str, value: str) -> list[str]:
    """Return a parameter of a MIME field, in numbered pieces where it is long (RFC 2231)."""
    if _TOKEN.fullmatch(value) and len(value) <= _PARAMETER_CHARACTERS:
        return [f'{name}="{value}"']
    coded = quote(value, safe="")
    pieces: list[str] = []
    while coded:
        # Not within a %XX.
        cut = next(at for at in (60, 59, 58) if coded[at - 1 : at] != "%" and coded[at - 2 : at - 1] != "%")
        pieces.append(coded[:cut])
        coded = coded[cut:]
    if len(pieces) == 1:
        return [f"{name}*=utf-8''{pieces[0]}"]
    pieces[0] = f"utf-8''{pieces[0]}"
    ends = [";"] * (len(pieces) - 1) + [""]
    return [
        f"{name}*{number}*={piece}{end}" for number, (piece, end) in enumerate(zip(pieces, ends, strict=True))
    ]
