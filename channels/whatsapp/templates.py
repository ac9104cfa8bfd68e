"""The messages that go out as approved templates, their texts to submit and what fills them. Pure.

Outside the 24 hours Twilio takes only a Content template that Meta has approved (error 63016). Each key is one of
the section `templates` of office.yml; `fill` gives a template's variables. Meta's rules for a text: no variable
at its start or end or beside another, numbers without gaps, and at least 2x+1 words that are no variables for x
variables (https://www.twilio.com/docs/content/using-variables-with-content-api). A value may not be empty and
has neither line ends, tabs nor more than four spaces in a row (Twilio error 21656).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

LANGUAGE = "id"
CATEGORY = "UTILITY"
NOTHING = "-"
"""Stands for a value that there is none of, e.g. the number of a ticket that was never opened."""
LONGEST_VALUE = 250
"""Characters of a value; Twilio recommends fewer than 250 and refuses more than 1600 (error 21658)."""

OFFICE, TICKET, DAYS, DATE, COUNT, LINK = "office", "ticket", "days", "date", "count", "link"
"""The arguments that fill a template: the office's short name, the ticket's number, a count of days as
digits, a date in words, a count of tickets as digits, and the address of a page of ours."""

SAMPLES: Mapping[str, str] = {
    OFFICE: "BPS Kabupaten Contoh",
    TICKET: "KST-2026-00017",
    DAYS: "7",
    DATE: "24 Maret 2026",
    COUNT: "3",
    LINK: "https://pst.example.go.id/survei/contoh",
}
"""Values that show Meta's reviewers what will stand there."""


@dataclass(frozen=True, slots=True)
class Template:
    """A text to submit; its variables are `{{1}}`, `{{2}}`, ... for the arguments in their order.

    `name` is the template's name at Meta: small letters, digits and underscores.
    """

    name: str
    body: str
    arguments: tuple[str, ...]

    def samples(self) -> dict[str, str]:
        """Return the sample values by variable."""
        return {str(n): SAMPLES[argument] for n, argument in enumerate(self.arguments, 1)}


TEMPLATES: Mapping[str, Template] = {
    "closing": Template(
        name="pst_konsultasi_ditutup",
        body=(
            "Konsultasi Anda di {{1}} kami tutup karena tidak ada pesan baru selama {{2}} hari. Nomor tiket: {{3}}. "
            "Bila masih ada yang ingin ditanyakan, balas saja pesan ini."
        ),
        arguments=(OFFICE, DAYS, TICKET),
    ),
    "rating": Template(
        name="pst_penilaian_layanan",
        body=(
            "Konsultasi Anda di {{1}} sudah selesai. Nomor tiket: {{2}}. Seberapa puas Anda dengan layanan kami? "
            "Balas dengan satu angka, dari 1 (sangat tidak puas) sampai 5 (sangat puas)."
        ),
        arguments=(OFFICE, TICKET),
    ),
    "survey": Template(
        name="pst_survei_kepuasan",
        body=(
            "Anda pernah dilayani {{1}}. Kami mengundang Anda mengisi survei kepuasan masyarakat, sembilan "
            "pertanyaan singkat, sampai tanggal {{2}}. Silakan buka {{3}} atau balas SURVEI untuk mengisinya di sini. "
            "Terima kasih."
        ),
        arguments=(OFFICE, DATE, LINK),
    ),
    "officer_replied": Template(
        name="pst_jawaban_petugas",
        body=(
            "Petugas {{1}} sudah menjawab pertanyaan Anda. Nomor tiket: {{2}}. "
            "Balas pesan ini, misalnya dengan kata YA, dan jawabannya segera kami kirim ke sini."
        ),
        arguments=(OFFICE, TICKET),
    ),
    "warning": Template(
        name="pst_konsultasi_akan_ditutup",
        body=(
            "Konsultasi Anda di {{1}} akan kami tutup pada {{2}} bila tidak ada pesan baru. Nomor tiket: {{3}}. "
            "Bila masih perlu bantuan, balas saja pesan ini."
        ),
        arguments=(OFFICE, DATE, TICKET),
    ),
    "officer_notice": Template(
        name="pst_pemberitahuan_petugas",
        body=(
            "Pemberitahuan untuk petugas {{1}}. Jumlah tiket yang perlu perhatian Anda: {{2}}. "
            "Yang paling mendesak: {{3}}. Buka konsol layanan untuk membacanya."
        ),
        arguments=(OFFICE, COUNT, TICKET),
    ),
}


def fill(key: str, arguments: Mapping[str, str]) -> dict[str, str]:
    """Return the values by variable ("1", "2", ...) for the template of `key`, `NOTHING` where there is none.

    Raises `KeyError` for a key without a template.
    """
    wanted = TEMPLATES[key].arguments
    return {str(n): _value(arguments.get(argument, "")) for n, argument in enumerate(wanted, 1)}


def _value(text: str) -> str:
    """Return the text as Twilio takes it for a variable: one line, not empty, not too long."""
    line = " ".join(text.split())
    return line[: LONGEST_VALUE - 1].rstrip() + "…" if len(line) > LONGEST_VALUE else line or NOTHING


def variables_of(body: str) -> frozenset[str]:
    """Return the names of the variables in a text: of "{{1}} di {{2}}", "1" and "2"."""
    return frozenset(re.findall(r"\{\{\s*([^{}\s]+)\s*\}\}", body))
