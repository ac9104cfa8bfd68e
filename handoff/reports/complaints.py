"""The register of complaints as a document: for the files that leave the office. Pure; in Indonesian."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from handoff.dates import plain_day
from handoff.reports.document import Block, Document, Grid, Letterhead, Paragraph
from handoff.reports.register import MOST, WAYS, Complaint, Source
from handoff.reports.wording import figure

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
WIDTHS = (32, 28, 22, 27, 18, 26, 28, 60, 26)
"""Of the columns, in millimetres of a page that lies on its side."""


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
            if complaints
            else "Tidak ada pengaduan yang tercatat pada masa ini."
        )
    ]
    if complaints:
        rows = tuple(_row(each) for each in complaints)
        blocks.append(Grid("Register pengaduan", HEADER, rows, widths=WIDTHS))
    if len(complaints) >= MOST:
        blocks.append(Paragraph(f"Hanya {figure(MOST)} yang pertama; persempit masanya.", is_remark=True))
    return Document(
        title=TITLE,
        subtitle=_span(since, until),
        letterhead=letterhead,
        made_on=made_on,
        blocks=tuple(blocks),
        signed_by=signed_by,
        is_wide=True,
    )


def _span(since: date | None, until: date | None) -> str:
    if since and until:
        return f"{plain_day(since)} sampai {plain_day(until)}"
    if since:
        return f"Sejak {plain_day(since)}"
    return f"Sampai {plain_day(until)}" if until else "Seluruhnya"


def _row(each: Complaint) -> tuple[str | None, ...]:
    return (
        each.number,
        plain_day(each.came_on),
        WAY_NAMES.get(each.came_by, each.came_by),
        SOURCE_NAMES[each.source],
        "Ada" if each.has_evidence else "Belum ada",
        STATE_NAMES.get(each.state, each.state),
        plain_day(each.answered_on) if each.answered_on else None,
        each.answer or None,
        each.officer,
    )
