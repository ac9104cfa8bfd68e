"""The tables and charts that monthly and yearly reports share. Pure; in Indonesian, as the office head reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from handoff.reports.document import Bars, Block, Cell, Grid, Paragraph
from handoff.reports.figures import Figures, Ratings, Spread
from handoff.reports.wording import figure, share, span
from handoff.ticket import KINDS, Kind

KIND_NAMES: Mapping[Kind, str] = {
    "konsultasi": "Konsultasi statistik",
    "penjualan": "Penjualan produk statistik",
    "rekomendasi": "Rekomendasi kegiatan statistik",
    "perpustakaan": "Perpustakaan",
    "pengaduan": "Pengaduan",
}
CHANNEL_NAMES = {"whatsapp": "WhatsApp", "email": "Email"}
NO_SERVICE = "Belum jelas layanannya"


def percent(part: int, whole: int) -> str:
    """Return a share as it is read: "95,5 %", and what there is instead where there is no whole."""
    found = share(part, whole)
    return "tidak ada" if found is None else f"{figure(found)} %"


def arrivals(figures: Figures) -> Grid:
    """Return conversations by service and channel."""
    channels = sorted(
        {channel for channel, _ in figures.arrivals}, key=lambda name: (name != "whatsapp", name)
    )
    services = [*KIND_NAMES, *sorted({name for _, name in figures.arrivals} - set(KIND_NAMES))]
    rows: list[tuple[Cell, ...]] = []
    for service in services:
        counts = [figures.arrivals.get((channel, service), 0) for channel in channels]
        if any(counts) or service in KIND_NAMES:
            rows.append((_service(service), *counts, sum(counts)))
    sums = [sum(figures.arrivals.get((channel, each), 0) for each in services) for channel in channels]
    rows.append(("Jumlah", *sums, sum(sums)))
    header = ("Layanan", *(CHANNEL_NAMES.get(name, name) for name in channels), "Jumlah")
    return Grid("Percakapan yang masuk menurut layanan dan saluran", header, tuple(rows), total=True)


def _service(name: str) -> str:
    return next((title for kind, title in KIND_NAMES.items() if kind == name), NO_SERVICE)


def tickets(figures: Figures) -> Grid:
    """Return what became of tickets, by kind."""
    columns = (figures.opened, figures.done, figures.idle, figures.cancelled, figures.open_at_end)
    rows: list[tuple[Cell, ...]] = [
        (KIND_NAMES[kind], *(counts.get(kind, 0) for counts in columns)) for kind in KINDS
    ]
    rows.append(("Jumlah", *(sum(counts.values()) for counts in columns)))
    header = (
        "Jenis tiket",
        "Dibuka",
        "Selesai",
        "Ditutup karena 7 hari",
        "Dibatalkan",
        "Terbuka di akhir periode",
    )
    return Grid("Tiket menurut jenis", header, tuple(rows), total=True)


def promises(figures: Figures) -> Grid:
    """Return how the decree's deadlines were kept, by kind."""
    rows: list[tuple[Cell, ...]] = []
    for kind, each in ((kind, figures.promises[kind]) for kind in KINDS if kind in figures.promises):
        rows.append((KIND_NAMES[kind], each.kept, each.missed, share(each.kept, each.total)))
    whole = figures.promise
    rows.append(("Jumlah", whole.kept, whole.missed, share(whole.kept, whole.total)))
    header = ("Jenis tiket", "Tepat waktu", "Terlambat", "Tepat waktu (%)")
    return Grid("Janji waktu pelayanan", header, tuple(rows), total=True)


def times(figures: Figures) -> Grid:
    """Return how long citizens waited, in working time, by kind."""
    rows: list[tuple[Cell, ...]] = []
    for kind in KINDS:
        first, whole = figures.first_response.get(kind), figures.resolution.get(kind)
        if first or whole:
            rows.append((KIND_NAMES[kind], *_spread(first), *_spread(whole)))
    header = (
        "Jenis tiket", "Jawaban pertama, tengah", "9 dari 10 paling lama", "Selesai, tengah", "9 dari 10 paling lama",
    )  # fmt: skip
    return Grid("Lama pelayanan dalam jam kerja", header, tuple(rows))


def _spread(found: Spread | None) -> tuple[Cell, Cell]:
    return (None, None) if found is None else (span(found.median), span(found.ninth))


def ratings(found: Ratings) -> tuple[Block, ...]:
    """Return the ratings as bars, or that there are none."""
    if not found.given:
        return (Paragraph("Belum ada penilaian pada periode ini."),)
    bars = tuple((f"Nilai {score}", found.counts[score - 1]) for score in (5, 4, 3, 2, 1))
    said = ", ".join(f"{label.lower()}: {count}" for label, count in bars)
    mean = found.mean
    return (
        Paragraph(
            f"{figure(found.given)} penilaian dari {figure(found.asked)} permintaan"
            f" ({percent(found.given, found.asked)}); rata-rata {figure(mean) if mean is not None else '–'}"
            " pada skala 1 sampai 5."
        ),
        Bars("Sebaran penilaian", bars, "penilaian", f"Sebaran penilaian, {said}."),
    )


def topics(found: Sequence[tuple[str, int]]) -> tuple[Block, ...]:
    """Return what was asked most as bars, or that nothing was."""
    if not found:
        return (Paragraph("Belum ada pertanyaan yang dijawab pada periode ini."),)
    said = "; ".join(f"{title}: {count}" for title, count in found)
    return (
        Bars("Topik yang paling banyak ditanyakan", tuple(found), "pertanyaan", f"Topik terbanyak. {said}."),
    )


def officers(figures: Figures) -> Grid:
    """Return each officer's share."""
    rows: list[tuple[Cell, ...]] = [
        (
            each.name,
            each.taken,
            each.replies,
            each.closed,
            share(each.promise.kept, each.promise.total),
            span(each.first_response.median) if each.first_response else None,
            each.ratings.mean,
        )
        for each in figures.officers
    ]
    header = (
        "Petugas", "Tiket diambil", "Balasan", "Tiket selesai", "Tepat waktu (%)", "Jawaban pertama, tengah",
        "Rata-rata nilai",
    )  # fmt: skip
    return Grid("Pelaksanaan menurut petugas", header, tuple(rows))
