"""The light markup: what it marks, what stays as it is, and that nobody's words mark anything up."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.markup import Block, Kind, Span, blocks, literal, plain, spans

HOSTILE = st.text(st.sampled_from("*_~` ab1.-(\n\u200ahtps:/é"), max_size=60)
PIECES = st.lists(
    st.sampled_from(["*", "_", "~", "`", " ", "a", "é", "\n", "- ", "1. ", "https://x.id/_a_*b*", "?"]),
    max_size=25,
)
WORDS = st.one_of(HOSTILE, PIECES.map("".join))


def marked(text: str) -> list[tuple[str, str]]:
    """Return what is marked up, with what."""
    return [(span.kind.name.lower(), text[span.start : span.end].strip("*_")) for span in each(spans(text))]


def each(found: tuple[Span, ...]) -> Iterator[Span]:
    for span in found:
        yield span
        yield from each(span.inside)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("*tebal* dan _miring_", [("bold", "tebal"), ("italic", "miring")]),
        ("*dua kata*, (_lagi_).", [("bold", "dua kata"), ("italic", "lagi")]),
        ("*a _b_ c*", [("bold", "a _b_ c"), ("italic", "b")]),
        ("_*dua-duanya*_", [("italic", "dua-duanya"), ("bold", "dua-duanya")]),
        ("*tidak _terjalin* benar_", [("bold", "tidak _terjalin")]),
        ("2*3*4, nama_berkas_ini, a*b", []),
        ("* bukan * _ bukan _", []),
        ("** bukan **, __init__.py", []),
        ("*tidak\nlewat baris*", []),
        ("https://example.org/a_b_c/*d*?e=_f_", [("link", "https://example.org/a_b_c/*d*?e=_f")]),
        (
            "_Sumber: https://example.org/a_b_",
            [("italic", "Sumber: https://example.org/a_b"), ("link", "https://example.org/a_b")],
        ),
        ("Lihat https://example.org.", [("link", "https://example.org")]),
        ("https:// http://. ftp://a.org javascript:alert(1) www.example.org", []),
        ("http://bank.example\u202emoc", [("link", "http://bank.example")]),
    ],
)
def test_what_is_marked_up(text: str, found: list[tuple[str, str]]) -> None:
    assert marked(text) == found


def test_plain_is_the_text_without_its_marks() -> None:
    text = "*1. Biaya*\n- _gratis_, 2*3\n_Sumber: https://example.org/a_b_"
    assert plain(text) == "1. Biaya\n- gratis, 2*3\nSumber: https://example.org/a_b"


def test_paragraphs_and_lists() -> None:
    text = (
        "Syarat:\n1. Email\n   aktif\n2. NPWP\nTanya lagi?\n\nAlur\nbaru\n- a\n- b\n\n"
        "3. c\nhttps://example.org/c\nhttps://example.org tidak\n-tidak\n2023. tidak"
    )
    assert blocks(text) == (
        Block(("Syarat:",)),
        Block(("Email\naktif", "NPWP"), is_list=True, numbers=(1, 2)),
        Block(("Tanya lagi?",)),
        Block(("Alur\nbaru",)),
        Block(("a", "b"), is_list=True),
        Block(("c\nhttps://example.org/c",), is_list=True, numbers=(3,)),
        Block(("https://example.org tidak\n-tidak\n2023. tidak",)),
    )


@given(WORDS)
def test_quoted_words_are_one_line_that_marks_nothing_up(words: str) -> None:
    quoted = literal(words)
    assert {span.kind for span in each(spans(quoted))} <= {Kind.LINK}
    assert "\n" not in quoted
    assert (
        plain(quoted) == " ".join(words.replace("\u200a", "").replace("`", "'").split()) or "\u200a" in words
    )


@given(WORDS)
def test_quoted_words_do_not_end_the_bold_around_them(words: str) -> None:
    heading = f"*1. {literal(words)}x* lalu *Sumber*"
    outer = [span for span in spans(heading) if span.kind is not Kind.LINK]
    assert [heading[span.start : span.end] for span in outer] == [f"*1. {literal(words)}x*", "*Sumber*"]
    assert {span.kind for span in each(outer[0].inside)} <= {Kind.LINK}


@given(WORDS)
def test_a_link_is_quoted_as_it_is(words: str) -> None:
    address = "https://example.org/_a_/*b*?c=d_e"
    assert address in literal(f"{words} {address} {words}")


@given(WORDS)
def test_spans_are_in_order_and_hold_their_marks(text: str) -> None:
    def ordered(found: tuple[Span, ...], start: int, end: int) -> None:
        at = start
        for span in found:
            assert at <= span.start < span.end <= end
            if span.kind is not Kind.LINK:
                assert text[span.start] == text[span.end - 1] == span.kind
                ordered(span.inside, span.start + 1, span.end - 1)
            at = span.end

    ordered(spans(text), 0, len(text))


@given(WORDS)
def test_nothing_that_is_said_gets_lost_in_blocks(text: str) -> None:
    items = [item for block in blocks(text) for item in block.items]
    left = "".join("".join(items).split())
    marks = iter("".join(text.split()))
    assert all(letter in marks for letter in left)  # in order, only list marks are missing
    assert all(letter in "-•.0123456789" for letter in _missing("".join(text.split()), left))


def _missing(whole: str, left: str) -> str:
    """Return the letters of `whole` that are not in `left`, which has the others in order."""
    at, missing = 0, []
    for letter in whole:
        if at < len(left) and letter == left[at]:
            at += 1
        else:
            missing.append(letter)
    return "".join(missing)
