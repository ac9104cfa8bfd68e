"""What officers are told by mail, when, and in which words. Pure.

A mail goes over servers that are not the office's: it holds a ticket's number, kind and deadline and where to look,
and nothing of the citizen's words, name or address.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

from handoff.ticket import Kind

NoticeKind = Literal[
    "missed", "orphaned", "unclaimed", "silent", "one_day", "half", "replied", "assigned", "new"
]
"""Why an officer is told, the most urgent first: the deadline was missed; whoever has the ticket works here no
longer; nobody has taken it; the citizen still waits for an answer; one working day is left; half of the time is used;
the citizen has written; it was given to them; it is new."""

URGENCY: tuple[NoticeKind, ...] = get_args(NoticeKind)


@dataclass(frozen=True, slots=True)
class Told:
    """A ticket an officer is told of: why, in which words its deadline stands, and the address of its page."""

    kinds: tuple[NoticeKind, ...]
    number: str
    ticket_kind: Kind
    deadline: str
    link: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to an officer. `first` is the number of the most urgent of `count` tickets."""

    subject: str
    text: str
    first: str
    count: int


def is_time(*, last_at: datetime | None, now: datetime, digest: timedelta) -> bool:
    """Tell whether an officer may be sent a mail: at once when none was for so long, else it waits for the next."""
    return last_at is None or now - last_at >= digest


_WHY: dict[str, dict[NoticeKind, str]] = {
    "id": {
        "missed": "batas waktu terlewat",
        "orphaned": "akun petugasnya sudah dinonaktifkan",
        "unclaimed": "belum diambil petugas",
        "silent": "warga belum dijawab",
        "one_day": "tinggal satu hari kerja",
        "half": "separuh waktu sudah terpakai",
        "replied": "warga membalas",
        "assigned": "ditugaskan kepada Anda",
        "new": "tiket baru",
    },
    "en": {
        "missed": "the deadline was missed",
        "orphaned": "the account of its officer is disabled",
        "unclaimed": "nobody has taken it",
        "silent": "the citizen has not been answered",
        "one_day": "one working day is left",
        "half": "half of the time is used",
        "replied": "the citizen has replied",
        "assigned": "assigned to you",
        "new": "new ticket",
    },
}
_KINDS: dict[str, dict[Kind, str]] = {
    "id": {
        "konsultasi": "Konsultasi statistik",
        "penjualan": "Penjualan produk statistik",
        "rekomendasi": "Rekomendasi kegiatan statistik",
        "perpustakaan": "Perpustakaan",
        "pengaduan": "Pengaduan",
    },
    "en": {
        "konsultasi": "Statistical consultation",
        "penjualan": "Sale of statistical products",
        "rekomendasi": "Recommendation of statistical activities",
        "perpustakaan": "Library",
        "pengaduan": "Complaint",
    },
}
_FRAME = {
    "id": {
        "greeting": "Halo {name},",
        "many": "{count} tiket perlu perhatian Anda",
        "end": "Surat ini dikirim otomatis dan tidak perlu dibalas. Isi percakapan hanya ada di konsol.",
    },
    "en": {
        "greeting": "Hello {name},",
        "many": "{count} tickets need your attention",
        "end": "This mail was sent automatically; please do not reply. Conversations are in the console only.",
    },
}


def letter(name: str, told: Sequence[Told], language: str) -> Letter:
    """Return the mail that tells an officer of these tickets, the most urgent first.

    `told` is not empty; a language that is not "en" is "id".
    """
    language = "en" if language == "en" else "id"
    ordered = sorted(told, key=lambda each: (min(map(URGENCY.index, each.kinds)), each.number))
    frame = _FRAME[language]
    if len(ordered) == 1:
        subject = f"{ordered[0].number}: {_why(ordered[0], language)}"
    else:
        subject = frame["many"].format(count=len(ordered))
    paragraphs = [frame["greeting"].format(name=name), *(_paragraph(each, language) for each in ordered)]
    text = "\n\n".join([*paragraphs, frame["end"]])
    return Letter(subject, text, ordered[0].number, len(ordered))


def _paragraph(told: Told, language: str) -> str:
    heading = f"*{told.number}* ({_KINDS[language][told.ticket_kind]}): {_why(told, language)}"
    return "\n".join([heading, told.deadline, told.link])


def _why(told: Told, language: str) -> str:
    return ", ".join(_WHY[language][kind] for kind in sorted(set(told.kinds), key=URGENCY.index))
