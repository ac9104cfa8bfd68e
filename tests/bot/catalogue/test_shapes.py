"""The API's answers become values; figures are looked up by whole keys, and doubt states nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.catalogue.failures import Unreadable
from bot.catalogue.shapes import MODELS, entry_of, figures_of, page_of, plain, years_of
from bot.store.catalogue_sync import Figure
from tests.bot.catalogue.standin import EMPTY, publication, table_of_data, variable

SITE = "https://klatenkab.bps.go.id"


def test_a_figure_is_found_by_the_key_its_parts_make() -> None:
    content = table_of_data(
        31,
        1999,
        {7315: "Tempat"},
        {"7315310990": 1234, "73153101000": 9},
        periods={0: "Tahun"},
    )
    assert figures_of(content, var="31") == [Figure("Tempat", "", "1999", Decimal(1234), "Jiwa")]


def test_breakdowns_are_named() -> None:
    content = table_of_data(
        5,
        2023,
        {1: "Bayat"},
        {"151112311": Decimal("4.10"), "151212312": "-"},
        parts={11: "Laki-laki", 12: "Perempuan"},
        periods={11: "Triwulan I", 12: "Triwulan II"},
        unit="Persen",
    )
    (figure,) = figures_of(content, var="5")
    assert (figure.place, figure.part, str(figure.value)) == ("Bayat", "Laki-laki; Triwulan I", "4.10")


def test_a_key_that_two_combinations_make_is_nobodys() -> None:
    places, parts = {1: "Satu", 15: "Lima belas"}, {51: "Lima puluh satu", 1: "Satu"}
    # 1|5|51|123|0 and 15|5|1|123|0 are both 15511230; 1|5|1|123|0 is unmistakable.
    content = table_of_data(5, 2023, places, {"15511230": 7, "1511230": 8}, parts=parts)
    (figure,) = figures_of(content, var="5")
    assert (figure.place, figure.part, figure.value) == ("Satu", "Satu", Decimal(8))


@pytest.mark.parametrize("value", [None, "", "-", "...", "NaN", "Infinity", True, [], {"a": 1}, "1.234,5"])
def test_what_is_no_number_is_no_figure(value: object) -> None:
    content = table_of_data(31, 2023, {1: "Bayat"}, {"13101230": value})
    assert figures_of(content, var="31") == []


@pytest.mark.parametrize("content", [EMPTY, {"status": "OK", "datacontent": []}])
def test_no_data_is_no_figure(content: dict[str, Any]) -> None:
    assert figures_of(content, var="31") == []


def test_an_answer_about_another_variable_is_not_taken() -> None:
    with pytest.raises(Unreadable):
        figures_of(table_of_data(32, 2023, {1: "Bayat"}, {"13201230": 1}), var="31")


def test_no_unit_is_said_when_there_is_none() -> None:
    content = table_of_data(31, 2023, {1: "Bayat"}, {"13101230": 1}, unit="Tidak Ada Satuan")
    assert figures_of(content, var="31")[0].unit == ""


@pytest.mark.parametrize(
    "data", [None, "", [], [{}], [{"page": 1}, []], [{"page": "x", "pages": 1, "total": 1}, []], [1, 2], {}]
)
def test_another_shape_of_a_list_is_unreadable(data: object) -> None:
    with pytest.raises(Unreadable):
        page_of({"status": "OK", "data-availability": "available", "data": data})


def test_nothing_listed_is_no_page() -> None:
    assert page_of(EMPTY) is None
    assert page_of({"status": "OK", "data-availability": "not-available", "data": ""}) is None


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://klatenkab.bps.go.id/a.html", True),
        ("https://web-api.bps.go.id/download.php?f=x&amp;g=y", True),
        ("https://bps.go.id.evil.example/a", False),
        ("https://evil.example/bps.go.id", False),
        ("javascript:alert(1)", False),
        ("https://web-api.bps.go.id/x?key=rahasia123", False),
        ("https://web-api.bps.go.id/a b", False),
        ("http://[bad", False),
        (None, False),
    ],
)
def test_only_links_to_bps_without_the_token_are_given(url: str | None, kept: bool) -> None:
    entry = entry_of("publication", publication(1, "Judul", pdf=url), website=SITE, token="rahasia123")
    assert entry is not None
    assert (entry.url != SITE) is kept
    assert "&amp;" not in entry.url


def test_markup_and_references_in_titles_are_taken_away() -> None:
    entry = entry_of(
        "var", variable(1, "Padi &amp;amp; <b>Jagung</b>\r\n 2019-2021"), website=SITE, token="t"
    )
    assert entry is not None
    assert entry.title == "Padi & Jagung 2019-2021"
    assert entry.years == (2019, 2020, 2021)


@pytest.mark.parametrize(
    "item", [{}, {"pub_id": "1"}, {"pub_id": None, "title": "x"}, {"pub_id": "1", "title": " "}]
)
def test_an_item_without_id_or_title_is_no_entry(item: dict[str, Any]) -> None:
    assert entry_of("publication", item, website=SITE, token="t") is None


def test_years_keep_the_apis_own_ids() -> None:
    assert years_of(({"th_id": 123, "th": 2023}, {"th_id": "7", "th": "2024"}, {"th": None}, {})) == {
        2023: 123,
        2024: 7,
    }


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
NAMES = ("status", "data-availability", "data", "var", "vervar", "turvar", "tahun", "turtahun", "datacontent")


@given(st.dictionaries(st.sampled_from(NAMES), JSON))
def test_no_answer_breaks_the_reading(content: dict[str, Any]) -> None:
    for read in (page_of, lambda given: figures_of(given, var="1")):
        try:
            read(content)
        except Unreadable:
            continue


@given(
    st.sampled_from(sorted(MODELS)),
    st.dictionaries(
        st.sampled_from(["pub_id", "brs_id", "table_id", "var_id", "title", "pdf", "updt_date"]), JSON
    ),
)
def test_no_item_breaks_the_reading(model: str, item: dict[str, Any]) -> None:
    entry = entry_of(model, item, website=SITE, token="rahasia123")
    assert entry is None or (entry.title == plain(item["title"])[:500] and entry.url)
