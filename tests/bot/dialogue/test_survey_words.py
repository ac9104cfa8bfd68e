"""What a reply to a question with options chooses: by number or words, exactly one, and never by asking."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.surveys import program_content
from bot.dialogue import survey_words as words
from bot.dialogue.survey_words import option_in
from handoff import instrument
from handoff.instrument import Wording

INSTRUMENT = instrument.read(program_content())
EVERY: tuple[tuple[Wording, ...], ...] = (
    *(question.answers for question in INSTRUMENT.questions),
    *(tuple(name for _, name in trait.options) for trait in INSTRUMENT.traits),
)
EASY = next(question.answers for question in INSTRUMENT.questions if question.code == "U2")
AGE, WORK = (
    next(tuple(name for _, name in each.options) for each in INSTRUMENT.traits if each.key == key)
    for key in ("umur", "pekerjaan")
)


@pytest.mark.parametrize("options", EVERY)
@pytest.mark.parametrize("language", ["id", "en"])
def test_every_option_is_chosen_by_its_number_its_words_and_a_tap(
    options: tuple[Wording, ...], language: str
) -> None:
    for number, option in enumerate(options, 1):
        title = option.of(language)
        for said in (str(number), f" {number}. ", f"no {number}", title, title.upper(), f"{number}. {title}"):
            assert option_in(said, options) == number, said
        assert option_in(title[:20], options, tapped=number) == number
        assert option_in(f"{title}?", options) is None


@pytest.mark.parametrize(
    ("said", "options", "chosen"),
    [
        ("mudah banget kak", EASY, 4), ("sgt mudah", EASY, 4), ("gak mudah", EASY, 1), ("krg mudah", EASY, 2),
        ("empat", EASY, 4), ("yang ketiga", EASY, 3), ("4 aja", EASY, 4), ("4 \U0001f44d", EASY, 4),
        ("menurut saya mudah", EASY, 3), ("jawabannya 2", EASY, 2), ("mahasiswa", WORK, 1), ("pns", WORK, None),
        ("5", EASY, None), ("0", EASY, None), ("45", AGE, None), ("6", AGE, 6), ("3 4", EASY, None),
        ("4/5", EASY, None), ("4 tapi lama", EASY, None), ("1. Sangat mudah", EASY, None), ("lima", EASY, None),
        ("mudah, cepat", EASY, None),
        ("4 hari kerja ya", EASY, None), ("4?", EASY, None), ("", EASY, None), ("tidak", EASY, None),
        ("ok", EASY, None),
        ("2026", EASY, None), ("4.5", EASY, None), ("4,5", EASY, None),
    ],
)  # fmt: skip
def test_replies_as_they_are_typed(said: str, options: tuple[Wording, ...], chosen: int | None) -> None:
    assert option_in(said, options) == chosen


@given(
    said=st.text(max_size=40) | st.from_regex(r"[0-9 .,/x-]{0,8}", fullmatch=True),
    options=st.sampled_from(EVERY),
    tapped=st.none() | st.integers(-1, 12),
)
def test_whatever_is_said_chooses_one_that_is_there_or_none(
    said: str, options: tuple[Wording, ...], tapped: int | None
) -> None:
    chosen = option_in(said, options, tapped=tapped)
    assert chosen is None or 1 <= chosen <= len(options)
    if tapped is None and chosen is not None:
        assert "?" not in said
        figures = re.findall(r"\d+", said)
        named = [each.of(language).lower() for each in options for language in ("id", "en")]
        assert figures in ([], [str(chosen)]) or said.strip().lower() in named or int(figures[0]) == chosen


@given(number=st.integers(0, 10_000), options=st.sampled_from(EVERY))
def test_a_lone_number_is_an_option_or_nothing(number: int, options: tuple[Wording, ...]) -> None:
    assert option_in(str(number), options) == (number if 1 <= number <= len(options) else None)


@pytest.mark.parametrize("said", [
    "SURVEI", "survey", "isi survei", "Lanjut survei ya", "isi di sini", "mau isi surveinya",
    "continue survey", "lanjutkan survei kepuasan", "jawab di sini aja"])  # fmt: skip
def test_beginning_and_going_on(said: str) -> None:
    assert words.wants_survey(said)


@pytest.mark.parametrize("said", [
    "survei itu apa?", "saya mau survei", "rekomendasi survei", "data survei", "mulai", "lanjut",
    "jadwal survei", "hasil survei", "survei angkatan kerja", "4", "isi formulir"])  # fmt: skip
def test_what_is_about_surveys_begins_none(said: str) -> None:
    assert not words.wants_survey(said)


@pytest.mark.parametrize(
    ("tells", "said"),
    [
        (words.leaves, "nanti"), (words.leaves, "nanti dulu ya"), (words.leaves, "lain kali aja"),
        (words.leaves, "batal"), (words.leaves, "tidak jadi isi survei"), (words.leaves, "later"),
        (words.goes_back, "kembali"), (words.goes_back, "salah pencet"), (words.goes_back, "back"),
        (words.hands_in, "kirim"), (words.hands_in, "selesai"), (words.passes, "lewati"), (words.goes_on, "lanjut"),
        (words.has_no_word, "tidak ada"), (words.has_no_word, "-"), (words.has_no_word, "no"),
        (words.passes, "tidak tahu"), (words.passes, "ga ngerti"), (words.is_opinion, "lama banget"),
        (words.is_opinion, "biasa aja"), (words.is_opinion, "gratis"), (words.is_opinion, "saya kecewa"),
        (words.is_opinion, "puas"), (words.is_opinion, "kurang cepat tapi ramah"),
    ],
)  # fmt: skip
def test_words_for_what_to_do(tells: object, said: str) -> None:
    assert callable(tells)
    assert tells(said)


@pytest.mark.parametrize("said", [
    "batalkan tiket saya", "kapan selesai?", "masalah saya sudah selesai", "nanti petugas datang jam",
    "kirim datanya", "kembali ke menu konsultasi", "lama konsultasi berapa",
    "gratis?", "biaya", "syarat konsultasi", "tidak tahu cara daftar"])  # fmt: skip
def test_what_says_more_is_something_else(said: str) -> None:
    assert not any(
        tells(said)
        for tells in (
            words.leaves,
            words.goes_back,
            words.hands_in,
            words.passes,
            words.goes_on,
            words.is_opinion,
        )
    )
