"""The best title first; a figure only when it is plain which one is meant."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.catalogue.sync import CatalogueSync
from bot.dialogue.lookup import CatalogueQuery
from bot.store import catalogue
from bot.store.database import Database
from tests.bot.catalogue.standin import (
    StandIn,
    press_release,
    publication,
    static_table,
    table_of_data,
    variable,
    year,
)

PLACES = {3310010: "Prambanan", 3310020: "Gantiwarno", 3310110: "Klaten Selatan", 3310: "Klaten"}


@pytest.fixture
async def office(standin: StandIn, reader: Callable[..., CatalogueSync]) -> StandIn:
    """A made-up catalogue, read."""
    standin.lists = {
        "publication": [
            publication(1, "Kabupaten Klaten Dalam Angka 2023"),
            publication(2, "Kabupaten Klaten Dalam Angka 2024", rl_date="2025-01-01"),
            publication(3, "Kecamatan Prambanan Dalam Angka 2024"),
            publication(4, "Kecamatan Klaten Selatan Dalam Angka 2024"),
        ],
        "pressrelease": [press_release(1, "Perkembangan Indeks Harga Konsumen/Inflasi Desember 2023")],
        "statictable": [
            static_table(1, "Luas Panen Padi Menurut Kecamatan, 2019"),
            static_table(2, "Luas Panen Padi Menurut Kecamatan, 2021"),
            static_table(3, "Luas Panen Jagung Menurut Kecamatan, 2021"),
            static_table(4, "Indeks Pembangunan Manusia Kabupaten Klaten, 2015-2020"),
        ],
        "var": [
            variable(31, "Jumlah Penduduk Menurut Kecamatan"),
            variable(32, "Jumlah Penduduk Miskin", unit="Ribu Jiwa"),
            variable(33, "Persentase Penduduk Miskin", unit="Persen"),
            variable(34, "Rata-rata Lama Sekolah", unit="Tahun"),
            variable(35, "Kepadatan Penduduk Menurut Kecamatan", unit="Jiwa/km2"),
        ],
    }
    standin.years = {
        "31": [year(2022), year(2023)],
        "32": [year(2023)],
        "33": [year(2023)],
        "35": [year(2023)],
    }
    standin.data = {
        ("31", "122"): table_of_data(31, 2022, PLACES, {"33100103101220": 50000, "33103101220": 1200000}),
        ("31", "123"): table_of_data(31, 2023, PLACES, {"33100103101230": 51000, "33103101230": 1210000}),
        ("32", "123"): table_of_data(32, 2023, PLACES, {"33103201230": 150}, unit="Ribu Jiwa"),
        ("33", "123"): table_of_data(33, 2023, PLACES, {"33103301230": 12.5}, unit="Persen"),
        ("35", "123"): table_of_data(35, 2023, PLACES, {"33103501230": 1900}, unit="Jiwa/km2"),
    }
    assert (await reader().run()).holds
    return standin


async def titles(database: Database, query: CatalogueQuery, limit: int = 3) -> list[str]:
    async with database.transaction() as tx:
        return [hit.title for hit in await catalogue.search(tx, query, limit)]


async def figures(database: Database, query: CatalogueQuery) -> list[tuple[str, ...]]:
    async with database.transaction() as tx:
        return [
            (hit.table, hit.label, hit.value, hit.unit, hit.year) for hit in await catalogue.values(tx, query)
        ]


BEST = [
    (CatalogueQuery("kak minta data luas panen padi dong"), "Luas Panen Padi Menurut Kecamatan, 2021"),
    (
        CatalogueQuery("luas panen padi 2019", "luas panen padi", None, 2019),
        "Luas Panen Padi Menurut Kecamatan, 2019",
    ),
    (CatalogueQuery("ipm klaten brp?", "ipm"), "Indeks Pembangunan Manusia Kabupaten Klaten, 2015-2020"),
    (CatalogueQuery("IPM klaten brp?"), "Indeks Pembangunan Manusia Kabupaten Klaten, 2015-2020"),
    (CatalogueQuery("jumlah penduduk", "penduduk"), "Jumlah Penduduk Menurut Kecamatan"),
    (
        CatalogueQuery("penduduk bayat", "jumlah_penduduk", "Kecamatan Bayat"),
        "Jumlah Penduduk Menurut Kecamatan",
    ),
    (CatalogueQuery("angka kemiskinan", "kemiskinan"), "Persentase Penduduk Miskin"),
    (CatalogueQuery("ihk desember", "ihk"), "Perkembangan Indeks Harga Konsumen/Inflasi Desember 2023"),
    (CatalogueQuery("klaten dalam angka terbaru"), "Kabupaten Klaten Dalam Angka 2024"),
    (CatalogueQuery("klaten dalam angka", None, "Kabupaten Klaten"), "Kabupaten Klaten Dalam Angka 2024"),
    (
        CatalogueQuery("prambanan dalam angka", None, "Kecamatan Prambanan"),
        "Kecamatan Prambanan Dalam Angka 2024",
    ),
    (
        CatalogueQuery("kecamatan dalam angka klaten selatan", None, "Klaten Selatan"),
        "Kecamatan Klaten Selatan Dalam Angka 2024",
    ),
]


async def test_the_best_title_is_first(office: StandIn, database: Database) -> None:
    for query, first in BEST:
        assert (await titles(database, query))[:1] == [first], query


NOT_THERE = [
    CatalogueQuery("harga bawang merah hari ini"),
    CatalogueQuery("produksi perikanan tangkap", "produksi ikan"),
    CatalogueQuery("tolong kirim datanya ya kak"),
    CatalogueQuery(""),
    CatalogueQuery("'; DROP TABLE catalogue_entry; -- & | ! :*"),
]


async def test_what_is_not_there_is_not_found(office: StandIn, database: Database) -> None:
    for query in NOT_THERE:
        assert await titles(database, query) == [], query


async def test_a_title_that_says_less_does_not_come_along(office: StandIn, database: Database) -> None:
    query = CatalogueQuery("luas panen padi", "luas panen padi")
    assert await titles(database, query, 10) == [
        "Luas Panen Padi Menurut Kecamatan, 2021",
        "Luas Panen Padi Menurut Kecamatan, 2019",
    ]


async def test_a_hit_tells_which_years_it_has(office: StandIn, database: Database) -> None:
    async with database.transaction() as tx:
        (hit, *_) = await catalogue.search(tx, CatalogueQuery("", "jumlah_penduduk"))
    assert hit.years == (2022, 2023)


async def test_the_same_title_comes_once(
    standin: StandIn, reader: Callable[..., CatalogueSync], database: Database
) -> None:
    standin.lists["statictable"] = [static_table(n, "Luas Panen Padi, 2021") for n in range(3)]
    await reader().run()
    assert await titles(database, CatalogueQuery("luas panen padi")) == ["Luas Panen Padi, 2021"]


async def test_a_figure_comes_with_all_that_has_to_be_said(office: StandIn, database: Database) -> None:
    query = CatalogueQuery("jumlah penduduk prambanan 2022?", "penduduk", "Kecamatan Prambanan", 2022)
    assert await figures(database, query) == [
        ("Jumlah Penduduk Menurut Kecamatan", "Prambanan", "50000", "Jiwa", "2022")
    ]


async def test_without_a_year_the_latest_is_stated(office: StandIn, database: Database) -> None:
    query = CatalogueQuery("penduduk klaten", "penduduk", "Kabupaten Klaten")
    assert [row[1:] for row in await figures(database, query)] == [("Klaten", "1210000", "Jiwa", "2023")]


async def test_a_share_and_a_count_are_told_apart(office: StandIn, database: Database) -> None:
    place = "Kabupaten Klaten"
    share = CatalogueQuery("persentase penduduk miskin klaten 2023", "kemiskinan", place, 2023)
    assert await figures(database, share) == [
        ("Persentase Penduduk Miskin", "Klaten", "12.5", "Persen", "2023")
    ]
    count = CatalogueQuery("jumlah penduduk miskin klaten 2023", "kemiskinan", place, 2023)
    assert await figures(database, count) == [
        ("Jumlah Penduduk Miskin", "Klaten", "150", "Ribu Jiwa", "2023")
    ]


DOUBTFUL = [
    CatalogueQuery("jumlah penduduk 2023", "penduduk", None, 2023),  # whose?
    CatalogueQuery("jumlah penduduk prambanan 2015", "penduduk", "Kecamatan Prambanan", 2015),  # not cached
    CatalogueQuery("jumlah penduduk gantiwarno 2023", "penduduk", "Kecamatan Gantiwarno", 2023),  # no figure
    CatalogueQuery("penduduk usia kerja klaten", "penduduk usia kerja", "Kabupaten Klaten"),  # another thing
    CatalogueQuery("penduduk klaten selatan", "penduduk", "Kecamatan Klaten Selatan"),  # not Klaten's
]


async def test_in_doubt_nothing_is_stated(office: StandIn, database: Database) -> None:
    for query in DOUBTFUL:
        assert await figures(database, query) == [], query


async def test_too_many_parts_are_not_stated(
    standin: StandIn, reader: Callable[..., CatalogueSync], database: Database
) -> None:
    ages = {number: f"{number}-{number + 4}" for number in range(10, 60, 5)}
    standin.lists["var"] = [variable(31, "Jumlah Penduduk")]
    standin.years = {"31": [year(2023)]}
    cells = {f"331031{age}1230": 100 + age for age in ages}
    standin.data = {("31", "123"): table_of_data(31, 2023, {3310: "Klaten"}, cells, parts=ages)}
    assert (await reader().run()).figures == len(ages)
    assert await figures(database, CatalogueQuery("penduduk klaten", "penduduk", "Kabupaten Klaten")) == []


async def test_two_tables_of_the_same_thing_state_nothing(
    standin: StandIn, reader: Callable[..., CatalogueSync], database: Database
) -> None:
    standin.lists["var"] = [variable(31, "Jumlah Penduduk"), variable(32, "Penduduk Menurut Kecamatan")]
    standin.years = {"31": [year(2023)], "32": [year(2023)]}
    standin.data = {
        ("31", "123"): table_of_data(31, 2023, {3310: "Klaten"}, {"33103101230": 100}),
        ("32", "123"): table_of_data(32, 2023, {3310: "Klaten"}, {"33103201230": 101}),
    }
    query = CatalogueQuery("penduduk klaten", "penduduk", "Kabupaten Klaten")
    assert (await reader().run()).figures == 2
    assert await figures(database, query) == []


async def test_a_withdrawn_table_states_nothing(
    office: StandIn, reader: Callable[..., CatalogueSync], database: Database
) -> None:
    query = CatalogueQuery("penduduk klaten", "penduduk", "Kabupaten Klaten")
    assert await figures(database, query)
    office.lists["var"] = office.lists["var"][1:]
    await reader().run()
    assert await figures(database, query) == []


async def test_nothing_is_stocked_at_first(database: Database) -> None:
    async with database.transaction() as tx:
        assert not await catalogue.is_stocked(tx)
        assert not await catalogue.search(tx, CatalogueQuery("penduduk"))


async def test_then_it_is(office: StandIn, database: Database) -> None:
    async with database.transaction() as tx:
        assert await catalogue.is_stocked(tx)
