"""What people write, as safe HTML; dates and numbers, as an Indonesian reads them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.simulator import markup
from channels.simulator.words import Almanac, phone_number, size, spaced_number


@pytest.mark.parametrize(
    ("text", "html"),
    [
        (
            "*tebal* _miring_ ~coret~ ```kode```",
            "<strong>tebal</strong> <em>miring</em> <s>coret</s> <code>kode</code>",
        ),
        ("2*3*4 dan snake_case_name", "2*3*4 dan snake_case_name"),
        ("ini * bukan tebal *", "ini * bukan tebal *"),
        ("*dua kata*, lalu *lagi*.", "<strong>dua kata</strong>, lalu <strong>lagi</strong>."),
        ("*tidak\nlewat baris*", "*tidak\nlewat baris*"),
        ("<b>*x*</b>", "&lt;b&gt;<strong>x</strong>&lt;/b&gt;"),
        ("_*dua-duanya*_", "<em><strong>dua-duanya</strong></em>"),
        ("*\u200ax\u200a* dan _\u200ax\u200a_", "*\u200ax\u200a* dan _\u200ax\u200a_"),
        (
            "Syarat:\n1. *a*\n- b\n\nLalu",
            'Syarat:\n<span class="item"><span class="mark">1.</span> <strong>a</strong></span>'
            '<span class="item"><span class="mark">•</span> b</span>\nLalu',
        ),
        ("-tidak\n1.tidak\n2023. tidak", "-tidak\n1.tidak\n2023. tidak"),
    ],
)
def test_whatsapp_marks(text: str, html: str) -> None:
    assert str(markup.whatsapp(text)) == html


def test_a_link_ends_before_the_sentence_does_and_keeps_its_underscores() -> None:
    html = str(markup.whatsapp("Lihat *https://example.org/a_b_c?x=1&y=2*."))
    assert 'href="https://example.org/a_b_c?x=1&amp;y=2"' in html
    assert html.startswith("Lihat <strong><a ")
    assert html.endswith("</a></strong>.")


@given(st.text(alphabet=st.sampled_from("<>&\"'*_~`/:. \nhtpsab0\ue000\ue001"), max_size=60))
def test_no_text_brings_a_tag_of_its_own(text: str) -> None:
    html = str(markup.whatsapp(text))
    html = html.replace('<span class="item">', "").replace('<span class="mark">', "")
    for known in ("strong", "em", "s", "code", "span"):
        html = html.replace(f"<{known}>", "").replace(f"</{known}>", "")
    rest = html.replace("</a>", "").replace('" target="_blank" rel="noopener noreferrer">', "")
    assert "<" not in rest.replace('<a href="', "")
    assert ">" not in rest


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("+62 811-1111-0001", "+6281111110001"),
        ("0811 1111 0001", "+6281111110001"),
        ("62811", None),
        ("+62<script>", None),
        ("", None),
    ],
)
def test_numbers_are_understood_as_people_type_them(typed: str, number: str | None) -> None:
    assert phone_number(typed) == number


def test_numbers_days_and_sizes_are_written_as_people_read_them() -> None:
    almanac = Almanac("Asia/Jakarta")
    midnight = datetime(2026, 12, 31, 17, 0, tzinfo=UTC)
    assert spaced_number("+6281111110001") == "+62 811-1111-0001"
    assert almanac.day(midnight) == "Jumat, 1 Januari 2027"
    assert almanac.time(midnight) == "00.00"
    assert almanac.short(midnight, midnight) == "00.00"
    assert almanac.short(datetime(2026, 11, 23, 3, 5, tzinfo=UTC), midnight) == "23 Nov 2026"
    assert size(1_400_000) == "1,4 MB"
