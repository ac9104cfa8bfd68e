"""A whole message that ends, skips, agrees or thanks; anything more is something else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue import words
from bot.dialogue.kinds import is_complaint, kind_of
from bot.dialogue.state import Subject
from bot.dialogue.ticket_talk import wants_tickets

Recognises = Callable[[str], bool]
EVERY: tuple[Recognises, ...] = (
    words.cancels, words.has_enough, words.is_solved, words.skips, words.agrees, words.refuses, words.is_courtesy,
    words.thanks, words.allows_keeping, wants_tickets,
)  # fmt: skip


@pytest.mark.parametrize(
    ("recognises", "said"),
    [
        (words.cancels, "batal"), (words.cancels, "Batal aja min"), (words.cancels, "batalkan tiket KST-2026-00042"),
        (words.cancels, "gak jadi, sudah ketemu sendiri"),
        (words.is_solved, "masalah saya sudah selesai, sudah cukup"),
        (words.cancels, "gak jadi"), (words.cancels, "cancel my ticket"),
        (words.has_enough, "sudah cukup, terima kasih"), (words.has_enough, "sampun cekap"),
        (words.is_solved, "masalah saya sudah selesai"), (words.is_solved, "udah beres kak makasih"),
        (words.is_solved, "tutup tiket KST-2026-00042"), (words.is_solved, "my question is answered"),
        (words.skips, "lewati"), (words.skips, "skip aja"), (words.agrees, "iya boleh"), (words.agrees, "Ya."),
        (words.refuses, "jangan disimpan"), (words.refuses, "nggak"), (words.is_courtesy, "ok, terima kasih"),
        (words.is_courtesy, "\U0001f44d"), (words.is_courtesy, "Terima kasih banyak atas bantuannya, Bu"),
        (words.thanks, "makasih ya"), (words.allows_keeping, "Data ini boleh disimpan."),
        (wants_tickets, "sampai mana tiket KST-2026-00042?"), (wants_tickets, "status tiket saya"),
        (wants_tickets, "pengaduan saya sudah ditindaklanjuti belum"), (wants_tickets, "where is my ticket"),
        (wants_tickets, "yang kemarin itu, sudah beres belum"), (words.is_courtesy, "oke saya tunggu"),
    ],
)  # fmt: skip
def test_what_is_said_is_recognised(recognises: Recognises, said: str) -> None:
    assert recognises(said)


@pytest.mark.parametrize(
    ("recognises", "said"),
    [
        (words.cancels, "kalau batal bagaimana?"), (words.cancels, "acaranya batal, datanya tetap perlu"),
        (words.is_solved, "sudah selesai belum?"), (words.is_solved, "belum selesai"), (words.is_solved, "sudah jelas"),
        (words.cancels, "batal, mau tanya yang lain"),
        (words.has_enough, "apakah sudah cukup?"), (words.has_enough, "datanya cukup lengkap"),
        (words.agrees, "ya tapi datanya mana"), (words.refuses, "tidak ada datanya di web"),
        (words.is_courtesy, "ya"), (words.is_courtesy, "sudah"), (words.is_courtesy, "makasih, tapi datanya belum ada"),
        (words.is_courtesy, ""), (words.is_courtesy, "?"), (words.thanks, "ok"),
        (wants_tickets, "tiket kereta ke jogja gimana"), (wants_tickets, "batalkan tiket KST-2026-00042"),
        (wants_tickets, "ini tambahan untuk KST-2026-00042: datanya per kecamatan"),
    ],
)  # fmt: skip
def test_what_says_something_else_is_not(recognises: Recognises, said: str) -> None:
    assert not recognises(said)


@given(st.text(max_size=300))
def test_any_text_is_looked_at(text: str) -> None:
    for recognises in EVERY:
        recognises(text)
    assert not (words.cancels(text) and wants_tickets(text))


def test_long_texts_are_no_burden() -> None:
    for text in (
        "ok " * 30_000,
        "sudah " * 20_000 + "x",
        "terima kasih " * 8_000,
        "tiket " * 17_000,
        "a" * 100_000,
    ):
        for recognises in EVERY:
            recognises(text)
        is_complaint(text, "pengaduan")


@pytest.mark.parametrize(
    ("said", "topic", "complains"),
    [
        ("saya mau mengadu", None, True), ("mau komplain, petugasnya jutek", "pengaduan", True),
        ("petugas kasar sama saya", "pengaduan", True), ("MENGADU", "pengaduan", True),
        ("I want to file a complaint", "pengaduan", True),
        ("mau komplain ke mana?", "pengaduan", False), ("nomor pengaduan berapa", "pengaduan", False),
        ("tidak mengecewakan, petugasnya ramah", "pengaduan", False), ("ga jelek kok", "pengaduan", False),
        ("email pengaduan", "pengaduan", False), ("bagaimana cara mengadu", "pengaduan", False),
        ("kami ingin mengadukan lampu jalan yang padam", "di_luar_topik", False),
        ("saya ingin mengajukan keberatan atas isi kuitansi", "perbaikan", False),
    ],
)  # fmt: skip
def test_a_complaint_is_known_from_the_question_how_to_make_one(
    said: str, topic: str | None, complains: bool
) -> None:
    assert is_complaint(said, topic) is complains


def test_the_service_that_is_talked_about_is_the_kind() -> None:
    assert kind_of(Subject("biaya", "penjualan"), None) == "penjualan"
    assert kind_of(None, Subject("syarat", "rekomendasi")) == "rekomendasi"
    assert kind_of(None, Subject("alamat")) == "konsultasi"
