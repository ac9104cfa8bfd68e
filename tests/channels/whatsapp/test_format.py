from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.markup import Span, spans
from channels.whatsapp.format import LIMIT, is_same, links_apart, parts, units

TEXTS = st.text(st.sampled_from("ab. \n😀é\t"), max_size=300)
MARKED = st.lists(
    st.sampled_from(
        [
            *("*tebal*", "*dua kata*", "_miring sekali ini_", "*luar _dalam_ luar*", "a*b", "* x", "_", "*"),
            *("https://example.org/a_b", "_lihat https://x.id/_", "😀", "kata", "kata.", "\n", "\n\n", "- "),
        ]
    ),
    max_size=60,
).map(" ".join)


def test_a_short_text_is_one_part() -> None:
    assert parts("Tiga hari kerja.") == ["Tiga hari kerja."]
    assert parts(" \n ") == []


def test_around_the_limit() -> None:
    text = "x " * 20
    assert len(parts(text.strip(), limit=39)) == 1
    assert len(parts(text.strip(), limit=38)) == 2


def test_the_best_place_is_taken() -> None:
    assert parts("satu dua.\n\ntiga empat lima", limit=20) == ["satu dua.", "tiga empat lima"]
    assert parts("satu dua\ntiga empat lima", limit=20) == ["satu dua", "tiga empat lima"]
    assert parts("Satu dua. Tiga empat lima", limit=20) == ["Satu dua.", "Tiga empat lima"]
    assert parts("satu dua tiga empat lima", limit=20) == ["satu dua tiga empat", "lima"]


def test_a_paragraph_at_the_very_start_makes_no_tiny_part() -> None:
    assert parts("Hai\n\nsatu dua tiga empat lima enam", limit=24) == [
        "Hai\n\nsatu dua tiga empat",
        "lima enam",
    ]


def test_only_a_word_longer_than_the_limit_is_cut() -> None:
    assert parts("ini " + "x" * 25, limit=10) == ["ini", "x" * 10, "x" * 10, "x" * 5]


def test_emoji_count_twice() -> None:
    assert units("😀a") == 3
    assert parts("😀😀😀", limit=4) == ["😀😀", "😀"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("satu *dua tiga* empat", ["satu", "*dua tiga*", "empat"]),
        ("satu _dua *tiga*_", ["satu", "_dua *tiga*_"]),
        ("*satu dua tiga empat*", ["*satu dua", "tiga empat*"]),  # longer than a message: no way round
        ("a. b https://x.id", ["a. b", "https://x.id"]),
    ],
)
def test_bold_italic_and_links_stay_in_one_piece(text: str, found: list[str]) -> None:
    assert parts(text, limit=13) == found


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("_Sumber: https://example.org/a_", "_Sumber:_ https://example.org/a"),
        ("*_lihat https://example.org_* ya", "*_lihat_* https://example.org ya"),
        ("*lihat _https://example.org_*", "*lihat* https://example.org"),
        ("*https://example.org*", "https://example.org"),
        ("_https://example.org, katalog_", "_https://example.org, katalog_"),
    ],
)
def test_no_mark_stands_behind_a_link(text: str, sent: str) -> None:
    assert parts(text) == [sent]


@given(MARKED, st.integers(min_value=30, max_value=80))
def test_no_word_link_or_pair_is_cut_in_two(text: str, limit: int) -> None:
    found = parts(text, limit)
    whole = links_apart(text)
    assert " ".join(found).split() == whole.split()
    assert all(units(part) <= limit for part in found)
    if all(span.end - span.start <= limit for span in spans(whole)):
        assert [each for part in found for each in _marked(part)] == _marked(whole)


@given(
    st.lists(
        st.sampled_from(["*Judul jawaban*", "kata", "kalimat. ", "\n\n", "- butir\n"]),
        min_size=8,
        max_size=12,
    )
)
def test_at_twilios_own_limit(pieces: list[str]) -> None:
    text = " ".join(pieces * 50)
    found = parts(text)
    assert len(found) > 1 or units(text) <= LIMIT
    assert all(units(part) <= LIMIT for part in found)
    assert [each for part in found for each in _marked(part)] == _marked(text)


def _marked(text: str) -> list[str]:
    def of(span: Span) -> str:
        return text[span.start : span.end]

    return [of(span) for span in spans(text)]


@given(TEXTS, st.integers(min_value=2, max_value=40))
def test_nothing_is_lost_and_nothing_is_too_long(text: str, limit: int) -> None:
    found = parts(text, limit)
    assert all(part.strip() == part and 0 < units(part) <= limit for part in found)
    assert "".join("".join(found).split()) == "".join(text.split())
    if all(units(word) <= limit for word in text.split()):
        assert " ".join(found).split() == text.split()


def test_the_same_message_with_other_line_ends() -> None:
    assert is_same("satu\n\ndua ", "satu\r\n\r\ndua")
    assert not is_same("satu dua", "satu  dua")
