"""The monthly report: what the decree wants reported to whoever is responsible for the service (Evaluasi Kinerja
Pelaksana: every month and every year). Pure."""

from __future__ import annotations

from datetime import date

from handoff.reports import parts
from handoff.reports.document import Block, Document, Heading, Letterhead, Paragraph
from handoff.reports.figures import Figures
from handoff.reports.wording import figure, month

TITLE = "Laporan Bulanan Pelayanan Statistik Terpadu"


def monthly(
    figures: Figures, *, letterhead: Letterhead, basis: str, signed_by: tuple[str, str], made_on: date
) -> Document:
    """Return the report of one month. `basis` is the legal basis in the office's own words (office.yml)."""
    first = figures.period.first
    blocks: list[Block] = [
        Heading("Ringkasan"),
        *_summary(figures),
        Heading("Permintaan yang masuk"),
        parts.arrivals(figures),
        Paragraph(
            "Satu percakapan dihitung sekali, pada hari dimulainya, menurut layanan tiketnya atau layanan yang"
            " ditanyakan.",
            is_remark=True,
        ),
        Heading("Tiket dan janji waktu"),
        parts.tickets(figures),
        parts.promises(figures),
        *_times(figures),
        Heading("Penilaian warga"),
        *parts.ratings(figures.ratings),
        Heading("Pengaduan"),
        Paragraph(
            f"{figure(figures.complaints.came)} pengaduan masuk, {figure(figures.complaints.answered)} dijawab, dan"
            f" {figure(figures.complaints.open_at_end)} masih terbuka pada akhir bulan."
        ),
        Heading("Topik dan pertanyaan"),
        *parts.topics(figures.topics),
        Paragraph(
            f"Dari {figure(figures.questions)} pertanyaan, {figure(figures.not_understood)}"
            f" ({parts.percent(figures.not_understood, figures.questions)}) tidak dipahami asisten otomatis."
        ),
        Heading("Pelaksana"),
        *_officers(figures),
        Heading("Dasar hukum"),
        Paragraph(basis),
    ]
    return Document(
        title=TITLE,
        subtitle=month(first.year, first.month),
        letterhead=letterhead,
        made_on=made_on,
        blocks=tuple(blocks),
        signed_by=signed_by,
    )


def _summary(figures: Figures) -> tuple[Block, ...]:
    promise = figures.promise
    kept = (
        "Tidak ada tenggat yang jatuh pada bulan ini."
        if not promise.total
        else f"Dari {figure(promise.total)} tenggat, {figure(promise.kept)} tepat waktu"
        f" ({parts.percent(promise.kept, promise.total)})."
    )
    return (
        Paragraph(
            f"{figure(figures.conversations)} percakapan masuk dengan {figure(figures.messages)} pesan warga."
            f" {figure(figures.by_bot)} ({parts.percent(figures.by_bot, figures.conversations)}) selesai dijawab"
            f" asisten otomatis, {figure(figures.handed_over)} diteruskan kepada petugas. {kept}"
        ),
    )


def _times(figures: Figures) -> tuple[Block, ...]:
    if not (figures.first_response or figures.resolution):
        return ()
    return (
        parts.times(figures),
        Paragraph(
            "Dihitung dalam jam kerja kantor, tanpa waktu menunggu warga. Tengah: separuhnya paling lama sekian.",
            is_remark=True,
        ),
    )


def _officers(figures: Figures) -> tuple[Block, ...]:
    if not figures.officers:
        return (Paragraph("Belum ada tiket yang dikerjakan petugas pada bulan ini."),)
    return (parts.officers(figures),)
