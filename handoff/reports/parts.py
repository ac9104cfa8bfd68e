"""The tables and charts that monthly and yearly reports share. Pure; in Indonesian, as the office head reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from handoff.ports.values import AT_THE_OFFICE
from handoff.reports.document import Bars, Block, Cell, Grid, Minutes, Paragraph
from handoff.reports.figures import Figures, Ratings, Spread
from handoff.reports.wording import figure, share
from handoff.ticket import KINDS, Kind

KIND_NAMES: Mapping[Kind, str] = {
    "konsultasi": "Konsultasi statistik",
    "penjualan": "Penjualan produk statistik",
    "rekomendasi": "Rekomendasi kegiatan statistik",
    "perpustakaan": "Perpustakaan",
    "pengaduan": "Pengaduan",
}
CHANNEL_NAMES = {"whatsapp": "WhatsApp", "email": "Email", AT_THE_OFFICE: "Kantor"}
NO_SERVICE = "Belum jelas layanannya"


def percent(part: int, whole: int) -> str:
    """Return a share as it is read: "95,5 %", and what there is instead where there is no whole."""
    found = share(part, whole)
    return "tidak ada" if found is None else f"{figure(found)} %"


def key_figures(figures: Figures) -> Grid:
    """Return what is looked at first, in one table; the share is of the line it belongs to."""
    whole, promise, rated = figures.conversations, figures.promise, figures.ratings
    rows: tuple[tuple[Cell, ...], ...] = (
        ("Percakapan yang masuk", whole, None),
        ("Pesan warga", figures.messages, None),
        ("Percakapan yang selesai dijawab asisten otomatis", figures.by_bot, share(figures.by_bot, whole)),
        ("Tiket yang dibuka untuk petugas", figures.handed_over, None),
        ("Tiket yang masih terbuka di akhir periode", sum(figures.open_at_end.values()), None),
        ("Tenggat yang jatuh atau dipenuhi", promise.total, None),
        ("Di antaranya tepat waktu", promise.kept, share(promise.kept, promise.total)),
        ("Permintaan penilaian", rated.asked, None),
        ("Penilaian yang diberikan", rated.given, share(rated.given, rated.asked)),
        ("Rata-rata nilai, skala 1 sampai 5", rated.mean, None),
        ("Pengaduan yang masuk", figures.complaints.came, None),
        ("Pertanyaan kepada asisten otomatis", figures.questions, None),
        (
            "Di antaranya tidak dipahami",
            figures.not_understood,
            share(figures.not_understood, figures.questions),
        ),
    )
    return Grid("Angka pokok", ("Ukuran", "Jumlah", "Bagian (%)"), rows)


def questions(figures: Figures) -> tuple[Block, ...]:
    """Return what was asked most, and how much of all that was asked was not understood."""
    blocks = topics(figures.topics)
    if not figures.questions:
        return blocks
    words = (
        f"Dari {figure(figures.questions)} pertanyaan, {figure(figures.not_understood)}"
        f" ({percent(figures.not_understood, figures.questions)}) tidak dipahami asisten otomatis."
    )
    return (*blocks, Paragraph(words))


def complaints(figures: Figures, ended: str) -> Paragraph:
    """Return how complaints stand; `ended` is what the period's end is called."""
    found = figures.complaints
    if not (found.came or found.answered or found.open_at_end):
        return Paragraph(f"Tidak ada pengaduan yang masuk, dan tidak ada yang masih terbuka pada {ended}.")
    return Paragraph(
        f"{figure(found.came)} pengaduan masuk, {figure(found.answered)} dijawab, dan"
        f" {figure(found.open_at_end)} masih terbuka pada {ended}."
    )


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
        "Ditutup tanpa tanggapan",
        "Dibatalkan",
        "Terbuka di akhir periode",
    )
    return Grid("Tiket menurut jenis", header, tuple(rows), total=True, widths=(56, 18, 18, 26, 24, 26))


def promises(figures: Figures) -> Block:
    """Return how the decree's deadlines were kept, by kind, or that none fell due."""
    if not figures.promise.total:
        return Paragraph("Tidak ada tenggat yang jatuh atau dipenuhi pada periode ini.")
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
        "Jenis tiket", "Jawaban pertama, tengah", "Jawaban pertama, 9 dari 10", "Penyelesaian, tengah",
        "Penyelesaian, 9 dari 10",
    )  # fmt: skip
    return Grid("Lama pelayanan dalam jam kerja", header, tuple(rows))


HOW_TIMES_READ = Paragraph(
    "Dihitung dalam jam kerja kantor; penyelesaian tanpa waktu menunggu warga. Tengah: separuhnya paling lama sekian."
    " 9 dari 10: sembilan dari sepuluh paling lama sekian.",
    is_remark=True,
)


def _spread(found: Spread | None) -> tuple[Cell, Cell]:
    return (None, None) if found is None else (Minutes(found.median), Minutes(found.ninth))


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


def officers(figures: Figures) -> tuple[Grid, Grid]:
    """Return each officer's share of the work, and how it was done."""
    work: list[tuple[Cell, ...]] = [
        (each.name, each.taken, each.replies, each.closed, each.open_at_end, each.complaints)
        for each in figures.officers
    ]
    quality: list[tuple[Cell, ...]] = [
        (
            each.name,
            each.promise.kept,
            each.promise.missed,
            share(each.promise.kept, each.promise.total),
            Minutes(each.first_response.median) if each.first_response else None,
            Minutes(each.resolution.median) if each.resolution else None,
            each.ratings.mean,
        )
        for each in figures.officers
    ]
    return (
        Grid(
            "Pelaksanaan menurut petugas",
            (
                "Petugas", "Tiket diambil", "Balasan", "Tiket selesai", "Terbuka di akhir periode",
                "Pengaduan yang ditangani",
            ),
            tuple(work),
            widths=(46, 20, 20, 20, 28, 28),
        ),
        Grid(
            "Ketepatan, waktu, dan penilaian menurut petugas",
            (
                "Petugas", "Tepat waktu", "Terlambat", "Tepat waktu (%)", "Jawaban pertama, tengah",
                "Penyelesaian, tengah", "Rata-rata nilai",
            ),
            tuple(quality),
            widths=(36, 18, 21, 20, 22, 28, 20),
        ),
    )  # fmt: skip
