"""How people answer when they are asked how satisfied they are."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.rating import BEST, WORST, Rating, is_unclear, rating_in
from handoff.rating_words import WORDS


@pytest.mark.parametrize(
    ("said", "rating"),
    [
        ("5", Rating(5)),
        (" 4. ", Rating(4)),
        ("sy puas", Rating(4)),
        ("Sgt puas, petugasnya ramah BGT", Rating(5, "petugasnya ramah BGT")),
        ("sangat puas bgt", Rating(5)),
        ("puas aja", Rating(4)),
        ("krg puas kok", Rating(2)),
        ("mantab", Rating(5)),
        ("mantul jos gandos", Rating(5)),
        ("5 bintang. oh ya penjualan bayar ga", Rating(5, "oh ya penjualan bayar ga", asks=True)),
        ("puas. sekalian minta data pdrb 2023", Rating(4, "sekalian minta data pdrb 2023", asks=True)),
        ("puas aja, mau data penduduk", Rating(4, "mau data penduduk", asks=True)),
        ("4 tapi agak lama", Rating(4, "tapi agak lama")),
        ("3, kurang cepat", Rating(3, "kurang cepat")),
        ("nilai 4", Rating(4)),
        ("Nilainya: 5", Rating(5)),
        ("saya kasih nilai 5 terima kasih", Rating(5, "terima kasih")),
        ("bintang 5", Rating(5)),
        ("5 bintang!", Rating(5)),
        ("4/5", Rating(4)),
        ("4 dari 5", Rating(4)),
        ("Lima", Rating(5)),
        ("⭐⭐⭐⭐", Rating(4)),
        ("⭐️⭐️⭐️", Rating(3)),
        ("★★★★★ Cepat sekali", Rating(5, "Cepat sekali")),
        ("puas banget", Rating(5)),
        ("Puas", Rating(4)),
        ("saya sangat puas, petugasnya ramah", Rating(5, "petugasnya ramah")),
        ("pelayanannya bagus", Rating(4)),
        ("kurang", Rating(2)),
        ("kurang puas karena lama", Rating(2, "karena lama")),
        ("gak puas", Rating(1)),
        ("nggak puas sama sekali", Rating(1)),
        ("ga terlalu puas", Rating(2)),
        ("cukup", Rating(3)),
        ("biasa aja sih", Rating(3)),
        ("sangat gak puas, ga cepat", Rating(1, "ga cepat")),
        ("KECEWA BERAT", Rating(1)),
        ("very satisfied, thanks", Rating(5, "thanks")),
        ("not satisfied", Rating(1)),
        ("4\nPetugasnya Ramah", Rating(4, "Petugasnya Ramah")),
        ("5 👍", Rating(5)),
        ("5️⃣", Rating(5)),
        ("５", Rating(5)),
        ("*5*", Rating(5)),
        ("*Puas*", Rating(4)),
        ("***** mantap", Rating(5, "mantap")),
        ("puas ⭐⭐⭐⭐⭐", Rating(5, "puas")),
        ("5 sangat puas", Rating(5, "sangat puas")),
        ("4 Petugasnya Ramah", Rating(4, "Petugasnya Ramah")),
        ("penilaian saya: 4", Rating(4)),
        ("Alhamdulillah sangat puas", Rating(5)),
        ("terima kasih kak, puas", Rating(4)),
        ("sudah puas", Rating(4)),
        ("puaaas bangettt", Rating(5)),
        ("PUASS", Rating(4)),
        ("mantaaap, Cepaaat", Rating(5, "Cepaaat")),
        ("ga puas sama sekali", Rating(1)),
        ("sama sekali tidak puas", Rating(1)),
        ("tidak puas karena belum dijawab", Rating(1, "karena belum dijawab")),
        ("not satisfied at all", Rating(1)),
        ("not very good", Rating(2)),
        ("very disappointed", Rating(1)),
        ("sangat membantu", Rating(5)),
        ("apik", Rating(4)),
        ("apik tenan", Rating(5)),
        ("sae sanget", Rating(5)),
        ("ora apik", Rating(1)),
        ("mboten sae", Rating(1)),
        ("ora puas", Rating(1)),
        ("elek", Rating(1)),
        ("puas, walau agak lama", Rating(4, "walau agak lama")),
        ("sangat puas, tidak perlu menunggu lama", Rating(5, "tidak perlu menunggu lama")),
        ("kurang puas, mau bicara petugas", Rating(2, "mau bicara petugas", asks=True)),
        ("kecewa, data saya mana", Rating(1, "data saya mana", asks=True)),
    ],
)
def test_ratings_as_they_are_given(said: str, rating: Rating) -> None:
    assert rating_in(said) == rating


@pytest.mark.parametrize(
    "said",
    [
        "",
        "?",
        "5?",
        "6",
        "0",
        "10",
        "5 hari kerja itu dihitung dari kapan",
        "2 tahun terakhir saja datanya",
        "45",
        "4,5",
        "100%",
        "5%",
        "⭐⭐⭐⭐⭐⭐",
        "terima kasih",
        "sudah cukup jelas",
        "baiklah saya coba dulu",
        "bagusnya pakai data yang mana",
        "puas apanya saya belum dijawab",
        "mau tanya lagi soal inflasi",
        "satu pertanyaan lagi",
        "1 lagi, data penduduk",
        "kurang paham maksudnya",
        "kurang datanya, yang 2022 belum ada",
        "KST-2026-00001",
        "berapa nilai impor 5 tahun terakhir",
        "nilai 5 tahun terakhir",
        "nilai impor 5 tahun terakhir",
        "5 besar komoditas ekspor",
        "4 layanan PST apa saja",
        "1. data penduduk",
        "1. jumlah penduduk\n2. inflasi",
        "kurang jelas",
        "kurang, saya butuh yang 2023",
        "sudah cukup",
        "tidak ada",
        "not bad",
        "tidak buruk",
        "* catatan",
        "🌟 terima kasih",
        "✨ terima kasih ✨",
        "👍",
        "ok",
        "bukan 5",
        "nomor 5",
    ],
)
def test_what_is_no_rating(said: str) -> None:
    assert rating_in(said) is None


@pytest.mark.parametrize(
    "said",
    [
        "0",
        "6",
        "10",
        "8/10",
        "tidak mengecewakan, petugasnya ramah",
        "ga kecewa",
        "tidak buruk",
        "4 dari 10",
        "100%",
        "4,5",
        "4-5",
        "4 - 5",
        "5 atau 4",
        "5 eh 3",
        "⭐⭐⭐⭐⭐⭐",
        "baik",
        "baik pak",
        "baik, terima kasih",
        "cukup, terima kasih",
        "good, thanks",
        "5, kecewa",
        "5 tidak puas",
        "1 sangat puas",
        "bagus ya, nunggu 3 hari",
    ],
)
def test_what_can_be_meant_in_two_ways_is_asked_about(said: str) -> None:
    assert rating_in(said) is None
    assert is_unclear(said)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "?",
        "6?",
        "2024",
        "47111",
        "terima kasih",
        "kurang jelas",
        "5 hari kerja",
        "nilai 5 tahun",
        "puas",
        "5",
        "ok",
    ],
)
def test_what_is_a_rating_or_none_at_all_is_not_asked_about(said: str) -> None:
    assert not is_unclear(said)


@given(st.text())
def test_any_text_is_a_rating_in_its_range_or_none(text: str) -> None:
    found = rating_in(text)
    assert found is None or WORST <= found.score <= BEST
    assert found is None or not is_unclear(text)


@pytest.mark.parametrize(
    "said",
    [
        "nilai " * 600,
        "nilai saya " * 350,
        "5" + " " * 3_900 + "x",
        "5/" * 1_900,
        "* " * 1_900 + "x",
        "baik pak " * 400,
    ],
)
def test_whatever_is_typed_is_read_in_no_time(said: str) -> None:
    begun = process_time()
    assert rating_in(said) is None
    assert not is_unclear(said)
    assert process_time() - begun < 0.5


@given(st.sampled_from([(phrase, score) for score, phrases in WORDS.items() for phrase in phrases]))
def test_every_word_means_its_own_step(word: tuple[str, int]) -> None:
    phrase, score = word
    assert rating_in(phrase) == Rating(score)
    assert rating_in(phrase.upper() + "!") == Rating(score)
