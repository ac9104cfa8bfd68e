"""The monthly report: what the decree wants reported to whoever is responsible for the service (Evaluasi Kinerja
Pelaksana: every month and every year). Pure."""

from __future__ import annotations

from datetime import date

from handoff.dates import plain_day
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
        *_still_running(figures, made_on),
        _summary(figures),
        parts.key_figures(figures),
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
        parts.complaints(figures, "akhir bulan"),
        Heading("Topik dan pertanyaan"),
        *parts.questions(figures),
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


def _still_running(figures: Figures, made_on: date) -> tuple[Block, ...]:
    if made_on > figures.period.last:
        return ()
    return (Paragraph(f"Angka sementara sampai {plain_day(made_on)}: bulan ini belum berakhir."),)


def _summary(figures: Figures) -> Paragraph:
    promise = figures.promise
    kept = (
        "Tidak ada tenggat yang jatuh pada bulan ini."
        if not promise.total
        else f"Dari {figure(promise.total)} tenggat, {figure(promise.kept)} tepat waktu"
        f" ({parts.percent(promise.kept, promise.total)})."
    )
    if not figures.conversations:
        return Paragraph(f"Tidak ada percakapan baru yang masuk pada bulan ini. {kept}")
    return Paragraph(
        f"{figure(figures.conversations)} percakapan masuk dengan {figure(figures.messages)} pesan warga."
        f" {figure(figures.by_bot)} ({parts.percent(figures.by_bot, figures.conversations)}) selesai dijawab"
        f" asisten otomatis, {figure(figures.handed_over)} tiket dibuka untuk petugas. {kept}"
    )


def _times(figures: Figures) -> tuple[Block, ...]:
    if not (figures.first_response or figures.resolution):
        return ()
    return parts.times(figures), parts.HOW_TIMES_READ


def _officers(figures: Figures) -> tuple[Block, ...]:
    if not figures.officers:
        return (Paragraph("Belum ada tiket yang dikerjakan petugas pada bulan ini."),)
    return parts.officers(figures)
