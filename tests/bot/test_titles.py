"""What a title is about, against what a citizen asks for; and how figures are written."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.figures import written
from bot.dialogue.lookup import CatalogueQuery
from bot.dialogue.titles import besides, is_about, is_district, place_name, wanted, words_of, years_in
from bot.settings import ROOT

KLATEN = "Kabupaten Klaten"


@pytest.mark.parametrize(
    ("title", "years"),
    [
        ("Kabupaten Klaten Dalam Angka 2024", (2024,)),
        ("Produksi Padi, 2019-2021", (2019, 2020, 2021)),
        ("Produksi Padi 2019 – 2021 dan 2024", (2019, 2020, 2021, 2024)),
        ("Keputusan Nomor 16.2/2024", (2024,)),
        ("Kode 33100201", ()),
        ("Penduduk 2021-2019", (2019, 2021)),
        ("Proyeksi 2020-2035", tuple(range(2020, 2036))),
        ("Tanpa tahun", ()),
    ],
)
def test_the_years_of_a_title(title: str, years: tuple[int, ...]) -> None:
    assert years_in(title) == years


@pytest.mark.parametrize(
    ("title", "indicator"),
    [
        ("Jumlah Penduduk", "jumlah_penduduk"),
        ("Jumlah Penduduk Menurut Kecamatan di Kabupaten Klaten, 2020-2023", "jumlah_penduduk"),
        ("Penduduk Kabupaten Klaten Tahun 2023", "jumlah_penduduk"),
        ("Jumlah Penduduk (Jiwa) Menurut Jenis Kelamin", "jumlah_penduduk"),
        ("Indeks Pembangunan Manusia (IPM)", "ipm"),
        ("[Metode Baru] Indeks Pembangunan Manusia", "metode baru ipm"),
        ("Tingkat Pengangguran Terbuka (TPT)", "tpt"),
        ("Rata-rata Lama Sekolah", "rls"),
        ("PDRB Atas Dasar Harga Berlaku Menurut Lapangan Usaha", "pdrb_adhb"),
    ],
)
def test_a_table_about_exactly_that(title: str, indicator: str) -> None:
    assert is_about(title, CatalogueQuery("", indicator, KLATEN))


@pytest.mark.parametrize(
    ("title", "indicator"),
    [
        ("Jumlah Penduduk Miskin", "jumlah_penduduk"),
        ("Jumlah Penduduk (Laki-laki) Menurut Kecamatan", "jumlah_penduduk"),
        ("Jumlah Penduduk di Desa Tertinggal", "jumlah_penduduk"),
        ("Jumlah Penduduk Usia 15 Tahun ke Atas", "jumlah_penduduk"),
        ("Persentase Penduduk", "jumlah_penduduk"),
        ("Laju Pertumbuhan Penduduk", "jumlah_penduduk"),
        ("Penduduk", "laju_pertumbuhan_penduduk"),
        ("Jumlah Rumah Sakit Menurut Kecamatan", "fasilitas_kesehatan"),
        ("PDRB Atas Dasar Harga Konstan", "pdrb_adhb"),
        ("Indeks Pembangunan Manusia Perempuan", "ipm"),
        ("Menurut Kecamatan", "jumlah_penduduk"),
    ],
)
def test_a_table_about_something_else(title: str, indicator: str) -> None:
    assert not is_about(title, CatalogueQuery("", indicator, KLATEN))


def test_the_whole_is_looked_for_in_its_parts_too() -> None:
    assert ("rumah", "sakit") in wanted(CatalogueQuery("", "fasilitas_kesehatan"))


def test_politeness_place_and_year_are_not_what_is_asked_for() -> None:
    query = CatalogueQuery(
        "Assalamualaikum min, mohon info data produksi cabai Klaten Selatan thn 2023 buat skripsi, terima kasih",
        None,
        "Klaten Selatan",
        2023,
    )
    assert wanted(query) == (("produksi", "cabai"),)


def test_what_is_said_besides_the_indicator_helps_to_choose() -> None:
    query = CatalogueQuery("jumlah penduduk menurut jenis kelamin", "jumlah_penduduk")
    assert wanted(query) == (("penduduk",),)
    assert besides(query) == ("jumlah", "jenis", "kelamin")


def test_every_indicator_of_the_knowledge_can_be_looked_for() -> None:
    content = yaml.safe_load((ROOT / "nlu" / "knowledge" / "indikator.yml").read_text(encoding="utf-8"))
    names = next(item["examples"] for item in content["nlu"] if item.get("lookup") == "indikator")
    for line in names.splitlines():
        name = line.strip("- ")
        ways = wanted(CatalogueQuery(name, name))
        assert ways, name
        # An abbreviation alone finds few titles: those are written out.
        assert any(len(way) > 1 or len(way[0]) > 4 for way in ways), name


@pytest.mark.parametrize(
    ("place", "name", "district"),
    [
        ("Kecamatan Bayat", "bayat", True),
        ("Kec. Klaten Selatan", "klaten selatan", True),
        ("Klaten Selatan", "klaten selatan", True),
        ("Kabupaten Klaten", "klaten", False),
        ("Kab. Klaten", "klaten", False),
        ("Kecapi", "kecapi", True),
    ],
)
def test_places(place: str, name: str, district: bool) -> None:
    assert place_name(place) == name
    assert is_district(place) is district


@given(st.text(max_size=80), st.none() | st.text(max_size=20), st.none() | st.text(max_size=20))
def test_whatever_is_written_is_looked_for_with_plain_words(
    words: str, indicator: str | None, place: str | None
) -> None:
    query = CatalogueQuery(words, indicator, place)
    for word in [word for way in wanted(query) for word in way] + list(besides(query)):
        assert words_of(word) == (word,)
    is_about(words, query)


@pytest.mark.parametrize(
    ("value", "indonesian", "english"),
    [
        ("1210000", "1.210.000", "1,210,000"),
        ("12.50", "12,50", "12.50"),
        ("-1234.5", "-1.234,5", "-1,234.5"),
        ("0.06", "0,06", "0.06"),
        ("-0.06", "-0,06", "-0.06"),
        ("999", "999", "999"),
    ],
)
def test_figures_are_written_in_the_languages_way(value: str, indonesian: str, english: str) -> None:
    assert written(value, "id") == indonesian
    assert written(value, "en") == english
