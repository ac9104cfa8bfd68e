"""The decree's promises for each service."""

from __future__ import annotations

from bot.office.section import Positive, Section


class Perpustakaan(Section):
    """Decree, Perpustakaan, Jangka Waktu Pelayanan."""

    onsite_minutes: Positive


class Konsultasi(Section):
    """Decree, Konsultasi Statistik, Jangka Waktu Pelayanan and Prosedur (online) 7."""

    onsite_minutes: Positive
    online_working_days: Positive
    idle_close_days: Positive


class Penjualan(Section):
    """Decree, Penjualan Produk Statistik, Jangka Waktu Pelayanan."""

    onsite_minutes: Positive
    online_working_days: Positive


class Rekomendasi(Section):
    """Decree, Rekomendasi Kegiatan Statistik, Jangka Waktu Pelayanan."""

    working_days: Positive


class Pengaduan(Section):
    """Decree, Bab V: complaints are handled by the law; the decree itself sets no number of days."""

    working_days: Positive | None = None


class Services(Section):
    """The decree's promises, one line per service (section `services`)."""

    perpustakaan: Perpustakaan
    konsultasi: Konsultasi
    penjualan: Penjualan
    rekomendasi: Rekomendasi
    pengaduan: Pengaduan = Pengaduan()
