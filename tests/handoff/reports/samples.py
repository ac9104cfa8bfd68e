"""A made-up month and year of an office."""

from __future__ import annotations

import sys
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from bot.desk.surveys import program_content
from handoff import instrument
from handoff.ikm import measured
from handoff.ports.surveys import Campaign, Filled
from handoff.reports.complaints import register
from handoff.reports.document import Document, Letterhead
from handoff.reports.figures import Complaints, Figures, OfficerFigures, Period, Promise, Ratings, Spread
from handoff.reports.monthly import monthly
from handoff.reports.outcome import outcome
from handoff.reports.pdf import pdf
from handoff.reports.register import Complaint
from handoff.reports.survey import survey_report
from handoff.reports.xlsx import xlsx
from handoff.reports.yearly import Evaluation, Survey, yearly

LETTERHEAD = Letterhead(
    "BPS Kabupaten Contoh",
    "Jalan Contoh Nomor 1, Contoh 57400",
    "Telepon (0272) 000000 · contoh@example.go.id · https://contoh.example.go.id",
    "Contoh",
)
BASIS = "Keputusan Kepala BPS Kabupaten Contoh tentang Standar Pelayanan."


def figures(first: date, last: date, *, scale: int = 1) -> Figures:
    return Figures(
        period=Period(first, last),
        arrivals={
            ("whatsapp", "konsultasi"): 64 * scale,
            ("email", "konsultasi"): 12 * scale,
            ("whatsapp", "penjualan"): 9 * scale,
            ("email", "rekomendasi"): 3 * scale,
            ("whatsapp", ""): 21 * scale,
        },
        messages=412 * scale,
        by_bot=71 * scale,
        handed_over=38 * scale,
        opened={
            "konsultasi": 26 * scale,
            "penjualan": 8 * scale,
            "rekomendasi": 3 * scale,
            "pengaduan": scale,
        },
        done={"konsultasi": 21 * scale, "penjualan": 5 * scale},
        idle={"konsultasi": 3 * scale},
        cancelled={"penjualan": scale},
        open_at_end={"konsultasi": 2, "penjualan": 2, "rekomendasi": 3, "pengaduan": 1},
        first_response={"konsultasi": Spread(26 * scale, 38, 175), "penjualan": Spread(8 * scale, 64, 410)},
        resolution={"konsultasi": Spread(24 * scale, 310, 1120)},
        promises={"konsultasi": Promise(23 * scale, scale), "penjualan": Promise(5 * scale, 0)},
        ratings=Ratings((0, scale, 2 * scale, 9 * scale, 11 * scale), 31 * scale),
        complaints=Complaints(scale, 0, 1),
        topics=(
            ("Biaya layanan", 48 * scale),
            ("Jangka waktu konsultasi", 31 * scale),
            ("Kode KBLI", 22 * scale),
        ),
        questions=318 * scale,
        not_understood=17 * scale,
        officers=(
            OfficerFigures(
                "Sri Contoh",
                21 * scale,
                80 * scale,
                18 * scale,
                Promise(18 * scale, 0),
                Spread(21, 31, 90),
                Ratings((0, 0, scale, 5 * scale, 8 * scale), 17 * scale),
                resolution=Spread(18 * scale, 290, 900),
                open_at_end=5,
                complaints=scale,
            ),
            OfficerFigures(
                "Budi Misal",
                15 * scale,
                44 * scale,
                9 * scale,
                Promise(10 * scale, scale),
                Spread(13 * scale, 58, 320),
                Ratings((0, scale, scale, 4 * scale, 3 * scale), 14 * scale),
                resolution=Spread(8 * scale, 410, 1460),
                open_at_end=3,
                complaints=0,
            ),
        ),
    )


def month() -> Document:
    return monthly(
        figures(date(2026, 10, 1), date(2026, 10, 31)),
        letterhead=LETTERHEAD,
        basis=BASIS,
        signed_by=("Penanggung Jawab Pelayanan", ""),
        made_on=date(2026, 11, 2),
    )


def year() -> Document:
    codes = tuple(f"U{n}" for n in range(1, 10))
    sheets = [dict.fromkeys(codes, 3), dict.fromkeys(codes, 4), {**dict.fromkeys(codes, 4), "U4": 2}]
    firsts = [date(2026, n, 1) for n in range(1, 13)] + [date(2027, 1, 1)]
    months = [figures(first, later - timedelta(days=1)) for first, later in pairwise(firsts)]
    return yearly(
        figures(date(2026, 1, 1), date(2026, 12, 31), scale=12),
        months,
        evaluation=Evaluation(
            aim="Mengetahui bagaimana pelayanan berjalan dan apa yang perlu diperbaiki.",
            target="Penyelenggara dan pelaksana Pelayanan Statistik Terpadu.",
            scope="Konsultasi melalui WhatsApp dan email, beserta tiket yang timbul darinya.",
            carried_out_by=("Ketua: Sri Contoh", "Anggota: Budi Misal"),
            basis=BASIS,
            suggestions=("Melengkapi daftar jawaban siap pakai.",),
        ),
        surveys=(
            Survey(
                "Survei Kepuasan Masyarakat 2026", measured(codes, sheets), {c: f"Unsur {c}" for c in codes}
            ),
        ),
        letterhead=LETTERHEAD,
        signed_by=("Kepala BPS Kabupaten Contoh", ""),
        made_on=date(2027, 1, 4),
    )


def survey() -> Document:
    """A survey with a few made-up answers."""
    questions = instrument.read(program_content())
    filled = [
        Filled(
            ("konsultasi", "penjualan")[n % 2],
            ("whatsapp", "email")[n % 3 == 0],
            {code: 2 + (n * at) % 3 for at, code in enumerate(questions.codes, 1)},
            {"kelamin": "lp"[n % 2]},
            "",
        )
        for n in range(60)
    ]
    campaign = Campaign(
        1, "Survei Kepuasan Masyarakat 2026", 1, date(2026, 10, 1), date(2026, 10, 31), 1000, 278, 90, 66, 60
    )
    return survey_report(
        campaign,
        outcome(questions, filled),
        letterhead=LETTERHEAD,
        basis=BASIS,
        guideline="Peraturan Menteri PANRB Nomor 14 Tahun 2017",
        signed_by=("Kepala BPS Kabupaten Contoh", ""),
        made_on=date(2026, 11, 2),
    )


def register_of(count: int) -> Document:
    """A register with so many complaints, some with long answers."""
    answer = (
        "Sudah dijelaskan kepada pelapor bahwa antrean hari itu panjang; petugas sudah diberi pengarahan."
    )
    complaints = [
        Complaint(
            number=f"ADU-2026-{n:05}",
            version=1,
            conversation_id=n,
            channel=("whatsapp", "email", "office", "office")[n % 4],
            came_on=date(2026, 10, 1 + n % 28),
            source="ombudsman" if n % 7 == 0 else "citizen",
            came_by=("whatsapp", "email", "facebook", "room")[n % 4],
            has_evidence=n % 2 == 0,
            state=("new", "done", "work")[n % 3],
            answered_on=date(2026, 10, 3 + n % 28) if n % 3 else None,
            answer=answer if n % 3 else "",
            closed_on=None,
            officer=(None, "Sri Contoh", "Budi Misal")[n % 3],
        )
        for n in range(1, count + 1)
    ]
    return register(
        complaints,
        since=date(2026, 10, 1),
        until=date(2026, 10, 31),
        letterhead=LETTERHEAD,
        signed_by=("Kepala BPS Kabupaten Contoh", ""),
        made_on=date(2026, 11, 2),
    )


def write(folder: Path) -> None:
    """Write two as files, for docs/samples (`python -m tests.handoff.reports.samples docs/samples`)."""
    for name, document in (("laporan-bulanan", month()), ("laporan-tahunan", year())):
        (folder / f"{name}.pdf").write_bytes(pdf(document))
        (folder / f"{name}.xlsx").write_bytes(xlsx(document))


if __name__ == "__main__":
    write(Path(sys.argv[1]))
