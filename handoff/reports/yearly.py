"""The yearly evaluation report with exactly the eight chapters of the decree's Bab VII. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from handoff.dates import month_name, plain_day
from handoff.ikm import Result
from handoff.reports import parts
from handoff.reports.document import Block, Cell, Document, Grid, Heading, Letterhead, Listing, Paragraph
from handoff.reports.figures import Figures, Period
from handoff.reports.wording import figure

TITLE = "Laporan Evaluasi Kinerja Penyelenggaraan Pelayanan Statistik Terpadu"
CHAPTERS = (
    "Tujuan",
    "Sasaran",
    "Ruang lingkup",
    "Waktu",
    "Pelaksana",
    "Periode",
    "Hasil evaluasi",
    "Saran perbaikan",
)
"""Keputusan 16.2/2024, Bab VII, a to h."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What the office itself says (office.yml): plain words, empty where it has said nothing yet."""

    aim: str
    target: str
    scope: str
    carried_out_by: tuple[str, ...]
    basis: str
    suggestions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Survey:
    """A satisfaction survey's result with the elements' names by code."""

    title: str
    result: Result
    names: dict[str, str]


def yearly(
    year: Figures,
    months: Sequence[Figures],
    *,
    evaluation: Evaluation,
    surveys: Sequence[Survey],
    letterhead: Letterhead,
    signed_by: tuple[str, str],
    made_on: date,
) -> Document:
    """Return the report of a year; `months` are its months in their order."""
    period = year.period
    chapters: dict[str, Sequence[Block]] = {
        "Tujuan": (Paragraph(evaluation.aim), Paragraph(f"Dasar: {evaluation.basis}")),
        "Sasaran": (Paragraph(evaluation.target),),
        "Ruang lingkup": (Paragraph(evaluation.scope),),
        "Waktu": (Paragraph(_time(period, made_on)),),
        "Pelaksana": (Listing(evaluation.carried_out_by), *_officers(year)),
        "Periode": (Paragraph(f"{plain_day(period.first)} sampai {plain_day(period.last)}."),),
        "Hasil evaluasi": _results(year, months, surveys),
        "Saran perbaikan": (Listing((*_findings(year), *evaluation.suggestions)),),
    }
    blocks: list[Block] = []
    for name in CHAPTERS:
        blocks += [Heading(name), *chapters[name]]
    return Document(
        title=TITLE,
        subtitle=f"Tahun {period.first.year}",
        letterhead=letterhead,
        made_on=made_on,
        blocks=tuple(blocks),
        signed_by=signed_by,
    )


def _time(period: Period, made_on: date) -> str:
    """Say when it was made, and to whom it goes (decree, Bab VII)."""
    made = f"Evaluasi disusun pada {plain_day(made_on)}. Laporan disampaikan kepada Kepala Badan Pusat Statistik."
    if made_on > period.last:
        return made
    return f"{made} Angkanya sementara sampai hari itu: tahun ini belum berakhir."


def _officers(year: Figures) -> tuple[Block, ...]:
    return parts.officers(year) if year.officers else ()


def _results(year: Figures, months: Sequence[Figures], surveys: Sequence[Survey]) -> list[Block]:
    blocks: list[Block] = [
        Heading("Permintaan dan penyelesaian", 2),
        parts.key_figures(year),
        parts.arrivals(year),
        parts.tickets(year),
        _by_month(months),
        Heading("Janji waktu pelayanan", 2),
        parts.promises(year),
    ]
    if year.first_response or year.resolution:
        blocks += [parts.times(year), parts.HOW_TIMES_READ]
    blocks += [Heading("Penilaian warga", 2), *parts.ratings(year.ratings)]
    blocks += [Heading("Indeks kepuasan masyarakat", 2), *_surveys(surveys)]
    blocks += [
        Heading("Pengaduan", 2),
        parts.complaints(year, "akhir tahun"),
        Heading("Topik yang ditanyakan", 2),
        *parts.questions(year),
    ]
    return blocks


def _by_month(months: Sequence[Figures]) -> Grid:
    rows: list[tuple[Cell, ...]] = [
        (
            month_name(each.period.first.month),
            each.conversations,
            each.by_bot,
            each.handed_over,
            each.promise.kept,
            each.promise.missed,
            each.ratings.mean,
        )
        for each in months
    ]
    header = (
        "Bulan",
        "Percakapan",
        "Dijawab asisten",
        "Ke petugas",
        "Tepat waktu",
        "Terlambat",
        "Rata-rata nilai",
    )
    return Grid("Perkembangan menurut bulan", header, tuple(rows))


def _surveys(surveys: Sequence[Survey]) -> list[Block]:
    if not surveys:
        return [Paragraph("Belum ada Survei Kepuasan Masyarakat yang selesai pada periode ini.")]
    blocks: list[Block] = []
    for survey in surveys:
        result = survey.result
        verdict = (
            "Belum setiap unsur mempunyai jawaban, sehingga indeksnya belum dapat dihitung."
            if result.index is None
            else f"IKM {figure(result.index)}, mutu {result.grade}."
        )
        blocks.append(Paragraph(f"{survey.title}: {figure(result.respondents)} responden. {verdict}"))
        rows: tuple[tuple[Cell, ...], ...] = tuple(
            (survey.names[each.code], each.answers, each.index) for each in result.elements
        )
        blocks.append(Grid(f"Unsur, {survey.title}", ("Unsur", "Jawaban", "Nilai (25 sampai 100)"), rows))
    return blocks


def _findings(year: Figures) -> tuple[str, ...]:
    """Return what the figures themselves suggest looking at; nothing is said that they do not show."""
    found = []
    if year.promise.missed:
        found.append(
            f"{figure(year.promise.missed)} dari {figure(year.promise.total)} tenggat terlewat: periksa pembagian tugas"
            " pada jenis tiket yang paling sering terlambat."
        )
    if year.not_understood:
        found.append(
            f"{figure(year.not_understood)} pertanyaan tidak dipahami asisten otomatis: lengkapi pengetahuannya."
        )
    if year.complaints.open_at_end:
        found.append(
            f"{figure(year.complaints.open_at_end)} pengaduan masih terbuka: selesaikan lebih dahulu."
        )
    return tuple(found) or ("Tidak ada temuan dari angka pada periode ini.",)
