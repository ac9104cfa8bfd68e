"""How people answer when they are asked how satisfied they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.rating import BEST, WORDS, WORST, Rating, rating_in


@pytest.mark.parametrize(
    ("said", "rating"),
    [
        ("5", Rating(5)),
        (" 4. ", Rating(4)),
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
        ("biasa aja sih", Rating(3, "sih")),
        ("sangat gak puas, ga cepat", Rating(1, "ga cepat")),
        ("KECEWA BERAT", Rating(1)),
        ("very satisfied, thanks", Rating(5, "thanks")),
        ("not satisfied", Rating(1)),
        ("4\nPetugasnya Ramah", Rating(4, "Petugasnya Ramah")),
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
    ],
)
def test_what_is_no_rating(said: str) -> None:
    assert rating_in(said) is None


@given(st.text())
def test_any_text_is_a_rating_in_its_range_or_none(text: str) -> None:
    found = rating_in(text)
    assert found is None or WORST <= found.score <= BEST


@given(st.sampled_from([(phrase, score) for score, phrases in WORDS.items() for phrase in phrases]))
def test_every_word_means_its_own_step(word: tuple[str, int]) -> None:
    phrase, score = word
    assert rating_in(phrase) == Rating(score)
    assert rating_in(phrase.upper() + "!") == Rating(score)
