"""The citizen's own words among quotations, signatures and footers."""

from __future__ import annotations

import pytest

from channels.email.quotes import split

HISTORY = "Konsultasi online 3 hari kerja."
OWN = "Kalau tatap muka berapa lama?"

ATTRIBUTIONS = [
    "Pada Sen, 3 Feb 2025 pukul 10.00 Layanan PST <pst@example.go.id> menulis:",
    "Pada Sen, 3 Feb 2025 pukul 10.00 Layanan PST <pst@example.go.id>\nmenulis:",
    "Pada Sen, 3 Feb 2025 pukul 10.00 Layanan PST BPS Kabupaten Klaten <\npst@example.go.id> menulis:",
    "Pada tanggal Sen, 3 Feb 2025, 10.00, Layanan PST menulis:",
    "Pada Senin, 3 Februari 2025 10.00.00 WIB, Layanan PST <pst@example.go.id> menulis:",
    "Pada 3 Feb 2025, pukul 10.00, Layanan PST <pst@example.go.id> menulis:",
    "Pada 03/02/2025 10.00, Layanan PST menulis:",
    "On Mon, Feb 3, 2025 at 10:00 AM Layanan PST <pst@example.go.id> wrote:",
    "On Mon, Feb 3, 2025 at 10:00 AM Layanan PST\n<pst@example.go.id>\nwrote:",
    "On 3 Feb 2025, at 10.00, Layanan PST <pst@example.go.id> wrote:",
    "--- On Mon, 2/3/25, Layanan PST <pst@example.go.id> wrote:",
    "2025-02-03 10:00 GMT+07:00 Layanan PST <pst@example.go.id>:",
    "Layanan PST <pst@example.go.id> menulis:",
    "Quoting Layanan PST <pst@example.go.id>:",
]
SEPARATORS = [
    "-----Pesan Asli-----",
    "-----Original Message-----",
    "----- Pesan Asli -----\nDari: PST\nKepada: Budi\nTerkirim: Senin, 3 Februari 2025 10:00:00\nPerihal: Re: a",
    "________________________________\nDari: PST <pst@example.go.id>\nDikirim: Senin, 03 Februari 2025 10:00\n"
    "Kepada: Budi\nSubjek: Re: a",
    "From: PST <pst@example.go.id>\nSent: Monday, February 3, 2025 10:00 AM\nTo: Budi\nCc: Rina\nSubject: Re: a",
    "*From:* PST <pst@example.go.id>\n*Sent:* Monday, February 3, 2025 10:00 AM\n*To:* Budi\n*Subject:* Re: a",
    "-------- Pesan Terusan --------\nSubjek: a\nTanggal: Mon, 3 Feb 2025 10:00:00 +0700\nDari: PST\nKe: Budi",
    "---------- Forwarded message ---------\nFrom: PST <pst@example.go.id>\nDate: Mon, Feb 3, 2025\nSubject: a",
]


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
@pytest.mark.parametrize("mark", ["> ", ""])
def test_answer_above(attribution: str, mark: str) -> None:
    words = split(f"{OWN}\n\n{attribution}\n\n{mark}{HISTORY}\n", "Re: a")
    assert words.own == OWN
    assert HISTORY in words.quoted


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_answer_below(attribution: str) -> None:
    assert split(f"{attribution}\n> {HISTORY}\n\n{OWN}\n", "Re: a").own == OWN


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_answers_between(attribution: str) -> None:
    words = split(f"{attribution}\n> Tahun?\n\n2020\n\n> Keperluan?\n\nSkripsi\n", "Re: a")
    assert words.own == "2020\n\nSkripsi"


@pytest.mark.parametrize("separator", SEPARATORS)
def test_history_below_a_separator(separator: str) -> None:
    words = split(f"{OWN}\n\n{separator}\n\n{HISTORY}\n", "Re: a")
    assert words.own == OWN
    assert words.quoted.endswith(HISTORY)


@pytest.mark.parametrize("separator", SEPARATORS[2:])
@pytest.mark.parametrize("above", ["", "-- \nBudi\nUniversitas Contoh\n\n", "Dikirim dari iPhone saya\n\n"])
def test_a_forwarded_question_is_the_question_when_there_is_no_other(separator: str, above: str) -> None:
    words = split(f"{above}{separator}\n\n{OWN}\n", "Fwd: a")
    assert words.own == OWN
    assert words.quoted


def test_a_forward_of_a_forward() -> None:
    inner = f"{SEPARATORS[7]}\n\n{OWN}"
    assert split(f"{SEPARATORS[4]}\n\n{inner}", "FW: FW: a").own == OWN


def test_a_reply_without_words_has_none() -> None:
    words = split(f"{ATTRIBUTIONS[0]}\n\n> {HISTORY}\n", "Re: a")
    assert words.own == ""
    assert HISTORY in words.quoted


@pytest.mark.parametrize(
    "footer",
    [
        "Dikirim dari iPhone saya",
        "Dikirim dari Yahoo Mail untuk iPhone",
        "[Dikirim dari Yahoo Mail di Android](https://example.com/x)",
        "Dikirim dari Galaxy saya",
        "Terkirim dari perangkat BlackBerry® saya",
        "Sent from my iPhone",
        "Sent from my Samsung Galaxy smartphone.",
        "Sent from Outlook for Android<https://aka.example.com/AAb9ysg>",
        "Dapatkan Outlook untuk iOS<https://aka.example.com/o0ukef>",
        "Sent from Mail for Windows",
        "Virus-free.www.example.com",
        "-- \nBudi Santoso\nUniversitas Contoh\n+62 811-1111-0001",
        "--\nBudi Santoso",
        "DISCLAIMER: this message is confidential.",
        "This e-mail and any attachment is confidential and\nintended only for the addressee.",
        "PERHATIAN: Email ini dan lampirannya bersifat rahasia.",
        "________________________________\nData-jateng mailing list\ndata-jateng@example.com",
    ],
)
def test_footers(footer: str) -> None:
    words = split(f"{OWN}\n\n{footer}\n")
    assert words.own == OWN
    assert words.quoted == footer.replace("-- \n", "--\n")
    assert split(f"{OWN}\n\n{footer}\n\n{ATTRIBUTIONS[0]}\n> {HISTORY}\n", "Re: a").own == OWN


@pytest.mark.parametrize(
    "text",
    [
        "Pada halaman 12 Anda menulis: harga naik.\nApa sumbernya?",
        "Kepada Yth. Kepala BPS\nPerihal: Permohonan Data\nDari: Budi\n\nMohon data penduduk.",
        "Dikirim dari HP saya kemarin, apakah formulirnya sudah diterima?",
        "Berapa:\n- PDRB 2023\n- inflasi 2024\n\n---\n\nTerima kasih",
        "Email ini saya tulis untuk bertanya tentang data rahasia dagang.",
        "Tanggal: 3 Februari 2025\nKepada: BPS Klaten\n\nSaya mau konsultasi.",
        "--\nApakah ini terbaca?",
        "> 5 tahun terakhir",
        "",
    ],
)
def test_words_that_only_look_like_marks(text: str) -> None:
    assert split(text).own == text.removeprefix("> ")


def test_a_divider_is_no_signature() -> None:
    questions = "\n".join(f"{number}. Berapa jumlah penduduk desa nomor {number}?" for number in range(1, 30))
    text = f"Pertanyaan saya:\n--\n{questions}"
    assert split(text).own == text
