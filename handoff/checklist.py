"""What the decree demands for each kind of ticket, to be ticked off by officers. Pure.

Only what an officer can check for an online request: that somebody comes to the office, shows an identity card
and signs the guest book are requirements of a visit. `key` is what is kept in `ticket.checklist`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from handoff.ticket import Kind

When = Literal["always", "application", "microdata", "private"]
"""always; application: only for who comes through BPS's application (the procedures of those kinds admit WhatsApp
and email as well); microdata: only for microdata or digital maps; private: only for a private firm."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement, with where the decree has it; `is_needed` tells when."""

    key: str
    id: str
    en: str
    section: str
    when: When = "always"

    def title(self, language: str) -> str:
        """Return it in Indonesian ("id") or English ("en")."""
        return self.en if language == "en" else self.id


def _email(section: str) -> Requirement:
    return Requirement("email", "Alamat email yang masih aktif", "An email address that is in use", section)


_LIBRARY = "Pelayanan Perpustakaan, Persyaratan, online"
_CONSULTATION = "Pelayanan Konsultasi Statistik, Persyaratan, online"
_SALES = "Pelayanan Penjualan Produk Statistik, Persyaratan, online"
_RECOMMENDATION = "Pelayanan Rekomendasi Kegiatan Statistik, Persyaratan, online"
_COMPLAINTS = "Bab V, Pengaduan Masyarakat"

REQUIREMENTS: Mapping[Kind, tuple[Requirement, ...]] = {
    "perpustakaan": (
        _email(f"{_LIBRARY} a"),
        Requirement(
            "account",
            "Akun pada aplikasi pelayanan",
            "An account in the service's application",
            f"{_LIBRARY} b",
        ),
    ),
    "konsultasi": (
        _email(f"{_CONSULTATION} a"),
        Requirement(
            "account",
            "Akun pada aplikasi pelayanan",
            "An account in the service's application",
            f"{_CONSULTATION} b",
            "application",
        ),
        Requirement(
            "request",
            "Permintaan konsultasi disampaikan dan jelas",
            "The question has been put and is clear",
            f"{_CONSULTATION} c; Jangka Waktu Pelayanan 2",
        ),
    ),
    "penjualan": (
        _email(f"{_SALES} a"),
        Requirement(
            "npwp",
            "NPWP yang masih aktif, bagi pengguna dari swasta",
            "A valid tax number (NPWP), for private firms",
            f"{_SALES} b",
            "private",
        ),
        Requirement(
            "account",
            "Akun pada aplikasi pelayanan",
            "An account in the service's application",
            f"{_SALES} c",
            "application",
        ),
        Requirement(
            "request",
            "Permintaan produk (publikasi, data mikro, peta digital) diajukan dan jelas",
            "The product (publication, microdata, digital map) has been requested and is clear",
            f"{_SALES} d; Jangka Waktu Pelayanan 2",
        ),
        Requirement(
            "abstract",
            "Abstraksi penggunaan data",
            "An abstract of how the data will be used",
            f"{_SALES} e",
            "microdata",
        ),
        Requirement(
            "sppd",
            "Surat perjanjian penggunaan data (SPPD)",
            "The agreement on the use of data (SPPD)",
            f"{_SALES} e",
            "microdata",
        ),
        Requirement(
            "format",
            "Format, biaya, dan media disepakati",
            "Format, cost and medium are agreed",
            f"{_SALES} e",
            "microdata",
        ),
    ),
    "rekomendasi": (
        _email(f"{_RECOMMENDATION} a"),
        Requirement(
            "account",
            "Akun pada aplikasi pelayanan",
            "An account in the service's application",
            f"{_RECOMMENDATION} b",
        ),
        Requirement(
            "request",
            "Permintaan rekomendasi diajukan melalui aplikasi pelayanan",
            "The recommendation has been requested in the application",
            f"{_RECOMMENDATION} c",
        ),
        Requirement(
            "form",
            "Formulir Permintaan Rekomendasi Kegiatan Statistik terekam lengkap",
            "The request form for a recommendation is recorded completely",
            f"{_RECOMMENDATION} d; Jangka Waktu Pelayanan",
        ),
    ),
    "pengaduan": (
        Requirement("subject", "Hal yang diadukan jelas", "What is complained about is clear", _COMPLAINTS),
        Requirement(
            "evidence",
            "Bukti yang sah disertakan",
            "Valid evidence is enclosed",
            _COMPLAINTS,
        ),
    ),
}


def requirements(kind: Kind) -> tuple[Requirement, ...]:
    """Return the requirements of a kind in the decree's order."""
    return REQUIREMENTS[kind]


def is_requirement(kind: Kind, key: str) -> bool:
    """Tell whether the kind has a requirement of that key."""
    return any(each.key == key for each in REQUIREMENTS[kind])


def missing(kind: Kind, ticked: Collection[str]) -> tuple[Requirement, ...]:
    """Return what is not ticked yet of what is always needed; what depends on the case is the officer's to know."""
    return tuple(each for each in REQUIREMENTS[kind] if each.when == "always" and each.key not in ticked)


def kept(kind: Kind, ticked: Collection[str]) -> tuple[str, ...]:
    """Return the ticks that hold for another kind, too, in its order."""
    return tuple(each.key for each in REQUIREMENTS[kind] if each.key in ticked)
