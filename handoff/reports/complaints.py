"""The register of complaints as a document: for the files that leave the office. Pure; in Indonesian."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from handoff.reports.document import Block, Document, Grid, Letterhead, Paragraph
from handoff.reports.register import MOST, WAYS, Complaint, Source
from handoff.reports.wording import day, figure

TITLE = "Register Pengaduan Masyarakat"
SOURCE_NAMES: dict[Source, str] = {"citizen": "Masyarakat", "ombudsman": "Rekomendasi Ombudsman"}
WAY_NAMES = dict(
    zip(
        WAYS,
        (
            "WhatsApp", "Email", "Ruang PST", "Kotak saran", "Telepon", "Surat", "Website", "Facebook", "Instagram",
            "Tautan layanan",
        ),
        strict=True,
    )
)  # fmt: skip
STATE_NAMES = {
    "new": "Baru",
    "requirements": "Menunggu bukti",
    "work": "Dikerjakan",
    "citizen": "Menunggu warga",
    "done": "Selesai",
    "cancelled": "Dibatalkan",
}
HEADER = (
    "Nomor", "Tanggal masuk", "Sarana", "Sumber", "Bukti", "Status", "Tanggal dijawab", "Jawaban", "Petugas",
)  # fmt: skip


def register(
    complaints: Sequence[Complaint],
    *,
    since: date | None,
    until: date | None,
    letterhead: Letterhead,
    signed_by: tuple[str, str],
    made_on: date,
) -> Document:
    """Return the register of what came from `since` to `until`; who complained stands in the ticket only."""
    answered = sum(1 for each in complaints if each.answered_on is not None)
    blocks: list[Block] = [
        Paragraph(
            f"{figure(len(complaints))} pengaduan masuk, {figure(answered)} di antaranya sudah dijawab."
        ),
        Grid("Register pengaduan", HEADER, tuple(_row(each) for each in complaints)),
    ]
    if len(complaints) >= MOST:
        blocks.append(Paragraph(f"Hanya {figure(MOST)} yang pertama; persempit masanya.", is_remark=True))
    return Document(
        title=TITLE,
        subtitle=_span(since, until),
        letterhead=letterhead,
        made_on=made_on,
        blocks=tuple(blocks),
        signed_by=signed_by,
    )


def _span(since: date | None, until: date | None) -> str:
    if since and until:
        return f"{day(since)} sampai {day(until)}"
    if since:
        return f"Sejak {day(since)}"
    return f"Sampai {day(until)}" if until else "Seluruhnya"


def _row(each: Complaint) -> tuple[str | None, ...]:
    return (
        each.number,
        day(each.came_on),
        WAY_NAMES.get(each.came_by, each.came_by),
        SOURCE_NAMES[each.source],
        "Ada" if each.has_evidence else "Belum ada",
        STATE_NAMES.get(each.state, each.state),
        day(each.answered_on) if each.answered_on else None,
        each.answer or None,
        each.officer,
    )
