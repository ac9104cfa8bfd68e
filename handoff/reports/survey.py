"""The report of a satisfaction survey, with the steps of the decree's Bab VI as its chapters. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from handoff.dates import plain_day
from handoff.ikm import Result, rounded
from handoff.instrument import Trait
from handoff.ports.surveys import Campaign
from handoff.reports.document import Bars, Block, Cell, Document, Grid, Heading, Letterhead, Paragraph
from handoff.reports.outcome import FEW, Outcome
from handoff.reports.parts import CHANNEL_NAMES, KIND_NAMES, NO_SERVICE
from handoff.reports.wording import figure, share

TITLE = "Laporan Survei Kepuasan Masyarakat"
CHAPTERS = (
    "Penyusunan instrumen survei",
    "Penentuan besaran dan metode penarikan sampel",
    "Penentuan responden",
    "Pelaksanaan survei",
    "Pengolahan hasil survei",
    "Penyajian dan pelaporan hasil",
)
"""Keputusan 16.2/2024, Bab VI, a to f."""


def survey_report(
    campaign: Campaign,
    outcome: Outcome,
    *,
    letterhead: Letterhead,
    basis: str,
    guideline: str,
    signed_by: tuple[str, str],
    made_on: date,
) -> Document:
    """Return the report. `guideline` is the regulation that the questionnaire follows, `basis` the legal basis."""
    chapters = (
        _instrument(campaign, outcome, basis, guideline),
        _sample(campaign),
        _respondents(outcome),
        _carrying_out(campaign, made_on),
        _processing(guideline),
        _results(campaign, outcome),
    )
    blocks: list[Block] = []
    for name, chapter in zip(CHAPTERS, chapters, strict=True):
        blocks += [Heading(name), *chapter]
    return Document(
        title=TITLE,
        subtitle=campaign.title,
        letterhead=letterhead,
        made_on=made_on,
        blocks=tuple(blocks),
        signed_by=signed_by,
    )


def _instrument(campaign: Campaign, outcome: Outcome, basis: str, guideline: str) -> list[Block]:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (f"{each.code} {each.name.id}", each.text.id, " / ".join(answer.id for answer in each.answers))
        for each in outcome.instrument.questions
    )
    return [
        Paragraph(
            f"Survei memakai kuesioner versi {campaign.version} dengan sembilan unsur menurut {guideline}. Setiap unsur"
            " ditanyakan dengan satu pertanyaan berskala 1 sampai 4; setiap pertanyaan boleh dilewati."
        ),
        Grid(
            "Unsur dan pertanyaan",
            ("Unsur", "Pertanyaan", "Jawaban, dari yang terburuk (1) sampai yang terbaik (4)"),
            rows,
            widths=(42, 58, 68),
        ),
        Paragraph(f"Dasar: {basis}"),
    ]


def _sample(campaign: Campaign) -> list[Block]:
    people = (
        "Besar populasi tidak ditetapkan."
        if campaign.population is None
        else f"Populasi: {figure(campaign.population)} penerima layanan."
    )
    target = (
        "Target responden tidak ditetapkan."
        if campaign.target is None
        else f"Target: {figure(campaign.target)} responden. Usulan besaran sampel dihitung menurut Krejcie dan Morgan"
        " (1970) pada taraf kepercayaan 95 % dan batas kesalahan 5 %; kantor dapat mengubahnya."
    )
    return [
        Paragraph(f"{people} {target}"),
        Paragraph(
            "Kuesioner ditawarkan kepada penerima layanan sesudah pelayanannya, melalui tautan pribadi atau di dalam"
            " percakapan; yang bersedia mengisinya menjadi responden. Karena responden tidak ditarik secara acak,"
            " hasilnya menggambarkan pendapat mereka yang mengisi.",
            is_remark=True,
        ),
    ]


def _respondents(outcome: Outcome) -> list[Block]:
    count = outcome.whole.respondents
    blocks: list[Block] = [
        Paragraph(
            f"{figure(count)} responden. Setiap orang mengisi paling banyak satu kuesioner; keterangan tentang diri"
            " responden tidak wajib diisi."
        )
    ]
    if count:
        blocks += [_profile(trait, outcome.profile[trait.key], count) for trait in outcome.instrument.traits]
    return blocks


def _profile(trait: Trait, counts: Mapping[str, int], whole: int) -> Grid:
    names = {key: name.id for key, name in trait.options} | {"": "Tidak diisi"}
    rows: list[tuple[Cell, ...]] = [
        (name, counts[key], share(counts[key], whole)) for key, name in names.items()
    ]
    rows.append(("Jumlah", whole, share(whole, whole)))
    header = (trait.name.id, "Responden", "Bagian (%)")
    return Grid(f"Responden menurut {trait.name.id.lower()}", header, tuple(rows), total=True)


def _carrying_out(campaign: Campaign, made_on: date) -> list[Block]:
    still = " Survei masih berjalan; angka dalam laporan ini adalah angka sementara."
    return [
        Paragraph(
            f"Survei dilaksanakan pada {plain_day(campaign.opens_on)} sampai {plain_day(campaign.closes_on)}."
            f" {figure(campaign.invited)} orang menerima kuesioner, {figure(campaign.begun)} mulai mengisi, dan"
            f" {figure(campaign.finished)} menyelesaikannya."
            + (still if made_on <= campaign.closes_on else "")
        )
    ]


def _processing(guideline: str) -> list[Block]:
    return [
        Paragraph(
            "Nilai rata-rata setiap unsur dihitung dari responden yang menjawab unsur itu. Setiap unsur berbobot tepat"
            " 1/9, bukan 0,11 yang dibulatkan. Indeks Kepuasan Masyarakat (IKM) adalah jumlah nilai rata-rata"
            " tertimbang dikali 25, tanpa pembulatan di tengah jalan; hasilnya dibulatkan menjadi dua desimal, lalu"
            " dinilai mutunya."
        ),
        Grid(
            f"Mutu pelayanan menurut {guideline}",
            ("Mutu", "Nilai IKM", "Kinerja"),
            (
                ("A", "88,31 sampai 100,00", "Sangat baik"),
                ("B", "76,61 sampai 88,30", "Baik"),
                ("C", "65,00 sampai 76,60", "Kurang baik"),
                ("D", "25,00 sampai 64,99", "Tidak baik"),
            ),
        ),
    ]


def _results(campaign: Campaign, outcome: Outcome) -> list[Block]:
    whole, names = outcome.whole, outcome.instrument.names()
    if not whole.respondents:
        return [Paragraph("Belum ada kuesioner yang selesai diisi.")]
    verdict = (
        "Belum setiap unsur mempunyai jawaban, sehingga IKM belum dapat dihitung."
        if whole.index is None
        else f"IKM {figure(whole.index)}, mutu pelayanan {whole.grade}."
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (names[each.code], each.answers, None if each.mean is None else rounded(each.mean), each.index)
        for each in whole.elements
    )
    bars = tuple((names[each.code], each.index) for each in whole.elements if each.index is not None)
    said = "; ".join(f"{name}: {figure(index)}" for name, index in bars)
    blocks: list[Block] = [Paragraph(verdict)]
    blocks += [Paragraph(words, is_remark=True) for words in warnings(campaign, outcome)]
    blocks += [
        Grid("Hasil menurut unsur", ("Unsur", "Jawaban", "Rata-rata (1-4)", "Nilai (25-100)"), rows),
        Bars(
            "Nilai unsur", bars, "", f"Nilai setiap unsur pada skala 25 sampai 100. {said}.", is_of_table=True
        ),
        _groups("Hasil menurut layanan", "Layanan", outcome.services, _SERVICES),
        _groups("Hasil menurut saluran", "Saluran", outcome.channels, CHANNEL_NAMES),
    ]
    return [*blocks, *_lowest(outcome, names)]


_SERVICES: dict[str, str] = {**{str(kind): name for kind, name in KIND_NAMES.items()}, "": NO_SERVICE}


def warnings(campaign: Campaign, outcome: Outcome) -> list[str]:
    """Return what a reader has to know of the sample's size, in Indonesian."""
    missing, found = outcome.misses(campaign.target), []
    if missing:
        found.append(
            f"Responden baru {figure(outcome.whole.respondents)} dari target {figure(campaign.target or 0)}; kurang"
            f" {figure(missing)}. Hasilnya belum cukup untuk mewakili seluruh penerima layanan."
        )
    if outcome.is_small:
        found.append(f"Jawaban kurang dari {FEW}: satu responden saja dapat mengubah nilainya dengan nyata.")
    return found


def _groups(caption: str, name: str, groups: Mapping[str, Result], names: Mapping[str, str]) -> Grid:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            names.get(key, key or NO_SERVICE),
            each.respondents,
            each.index,
            each.grade,
            f"kurang dari {FEW} responden" if each.respondents < FEW else None,
        )
        for key, each in groups.items()
    )
    return Grid(caption, (name, "Responden", "IKM", "Mutu", "Catatan"), rows)


def _lowest(outcome: Outcome, names: Mapping[str, str]) -> list[Block]:
    """Say which element is the lowest: what the index is for (Bab VI) is to improve it."""
    known = [each for each in outcome.whole.elements if each.mean is not None]
    least = min(each.mean for each in known if each.mean is not None)
    lowest = [names[each.code] for each in known if each.mean == least]
    if len(lowest) == len(known):
        return []
    return [
        Paragraph(
            f"Unsur dengan nilai terendah: {'; '.join(lowest)}. Unsur inilah yang lebih dahulu diperbaiki."
        )
    ]
