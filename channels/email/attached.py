"""Where the files of a mail are: the address of each within the mail that is kept, and the content there. Pure.

A message keeps only names and addresses of its files; the content is taken from the raw mail when it is fetched.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

from channels.email.parse import parse
from channels.port import Attachment, Fetched, FetchFailed, Parcel

_URL = re.compile(r"mail:([^/\s]{1,2000})/([0-9]{1,15})/([0-9]{1,15})/([0-9]{1,4})")


@dataclass(frozen=True, slots=True)
class Position:
    """The kept mail (`place`, `epoch` and `number` of `channels.port.Parcel`), and which of its files."""

    place: str
    epoch: int
    number: int
    file: int


def url_of(parcel: Parcel, file: int) -> str:
    """Return the address of a mail's file: its attachments in order, then the pictures that its text shows."""
    return f"mail:{quote(parcel.place, safe='')}/{parcel.epoch}/{parcel.number}/{file}"


def position_of(attachment: Attachment) -> Position:
    """Return what an address means. Raises `FetchFailed` for any that `url_of` did not make."""
    found = _URL.fullmatch(attachment.url or "")
    if found is None:
        raise FetchFailed("lampiran surat tanpa alamat", permanent=True)
    return Position(unquote(found[1]), int(found[2]), int(found[3]), int(found[4]))


def admit(attachment: Attachment, *, most: int) -> None:
    """Refuse what is known to have more than `most` bytes, or was not fetched at all, before anything is read.

    Raises `FetchFailed`.
    """
    if attachment.kind == "too_large":
        raise _refused(
            f"Surat terlalu besar ({_megabytes(attachment.size or 0)} MB); lampirannya masih di kotak surat"
        )
    if attachment.size is not None and attachment.size > most:
        raise _refused(f"Berkas lebih besar dari {_megabytes(most)} MB")


def content_of(data: bytes, attachment: Attachment, file: int, *, most: int) -> Fetched:
    """Return the content of a file of a raw mail. Raises `FetchFailed`.

    A parser that has learnt since then may see other files: the one is taken that has the number and the name.
    """
    mail = parse(data)
    files = (*mail.attachments, *mail.pictures)
    named = [each for each in (*files[file : file + 1], *files) if each.name == attachment.name]
    found = named[0].content() if named else None
    if found is None:
        raise _refused("Isi berkas ini tidak dapat diambil dari suratnya")
    if len(found) > most:
        raise _refused(f"Berkas lebih besar dari {_megabytes(most)} MB")
    return Fetched(found, attachment.content_type)


def _megabytes(size: int) -> str:
    return f"{size / 1_048_576:.0f}"


def _refused(reason: str) -> FetchFailed:
    return FetchFailed(reason, permanent=True, refused=True)
