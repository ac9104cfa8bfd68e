from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from channels.whatsapp.format import is_same, parts, units

TEXTS = st.text(st.sampled_from("ab. \n😀é\t"), max_size=300)


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
