"""What is looked up before an answer: codes by everyday words, and data by the office's catalogue."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import date

import pytest

from bot.dialogue.lookup import CatalogueHit, CodeHit, Found, ValueHit
from bot.dialogue.spoken import say_found
from bot.dialogue.state import Piece, Subject
from bot.dialogue.subject import Asked
from nlu.port import Entity, Guess, Meaning
from tests.fakes import Stage

Staged = Callable[[], AbstractAsyncContextManager[Stage]]


async def test_a_business_in_everyday_words_gets_its_code_with_edition_and_neighbours(staged: Staged) -> None:
    async with staged() as stage:
        said = "jualan bakso keliling, kode KBLI berapa?"
        stage.model.teach(said, "kode_kbli")
        [reply] = await stage.answered(said)
        assert "56102" in reply
        assert "KBLI 2025" in reply
        assert "56101" in reply
        assert "klasifikasi" in reply
        assert "PETUGAS" in reply
        assert "KBLI 2020" not in reply


async def test_a_code_is_told_with_its_edition_and_an_unknown_one_is_not(staged: Staged) -> None:
    async with staged() as stage:
        stage.model.teach("56101 itu apa?", "arti_kode_kbli", kode="56101")
        stage.model.teach("99999 itu apa?", "arti_kode_kbli", kode="99999")
        [known] = await stage.answered("56101 itu apa?")
        [unknown] = await stage.answered("99999 itu apa?")
        assert "KBLI 2025" in known
        assert "tidak ada dalam daftar" in unknown


@pytest.mark.parametrize(
    ("said", "is_told"),
    [
        ("kbli 56101 di KBLI 2020 artinya apa", True),
        ("56101 edisi 2015?", True),
        ("56101 di KBLI 2025 apa", False),
        ("56101 itu apa? tahun 2020 saya usaha", False),
    ],
)
async def test_whoever_asks_for_another_edition_is_told_that_the_answer_is_of_this_one(
    staged: Staged, said: str, is_told: bool
) -> None:
    async with staged() as stage:
        stage.model.teach(said, "arti_kode_kbli", kode="56101")
        [reply] = await stage.answered(said)
        assert "KBLI 2025" in reply
        assert ("Saya hanya punya KBLI 2025" in reply) is is_told


async def test_without_a_catalogue_the_office_is_named_and_no_figure(staged: Staged) -> None:
    async with staged() as stage:
        said = "jumlah penduduk trucuk 2023?"
        stage.model.teach(
            said, "minta_data", indikator="jumlah_penduduk", tempat="Kecamatan Trucuk", tahun="2023"
        )
        [reply] = await stage.answered(said)
        assert "Kecamatan Trucuk" in reply
        assert "2023" in reply
        assert stage.core.settings.office.office.website in reply


async def test_of_several_years_all_are_repeated(staged: Staged) -> None:
    async with staged() as stage:
        said = "jumlah penduduk 2020-2024?"
        years = (Entity("tahun", "2020"), Entity("tahun", "2024"))
        stage.model.meanings[said] = Meaning(
            (Guess("minta_data", 0.97),), (Entity("indikator", "jumlah_penduduk"), *years)
        )
        [reply] = await stage.answered(said)
        assert "2020, 2024" in reply


def _data(**entities: str) -> Asked:
    meaning = Meaning(
        (Guess("minta_data", 0.97),), tuple(Entity(kind, value) for kind, value in entities.items())
    )
    subject = Subject("minta_data", about="jumlah_penduduk", year=entities.get("tahun"))
    return Asked(subject, Piece("jumlah penduduk?", meaning))


ENTRY = CatalogueHit(
    "publication", "Kabupaten Dalam Angka 2024", "https://contoh.example/p", date(2024, 2, 28), (2023,)
)


@pytest.mark.parametrize(
    ("found", "asked", "key"),
    [
        (Found(entries=(ENTRY,)), _data(tahun="2023"), "data_found"),
        (Found(entries=(ENTRY,)), _data(tahun="2010"), "data_other_years"),
        (Found(entries=(ENTRY,)), _data(tahun="2023, 2024"), "data_other_years"),
        (Found(entries=(ENTRY,)), _data(), "data_found"),
        (Found(is_stocked=False), _data(), None),
    ],
)
def test_data_is_pointed_to_with_its_link_and_the_years_it_has(
    found: Found, asked: Asked, key: str | None
) -> None:
    say = say_found(asked, found, "Jumlah penduduk", "id")
    assert (say.key if say else None) == key
    if say:
        assert ENTRY.url in say.arguments["entries"]


def test_a_figure_is_stated_with_table_unit_year_and_source() -> None:
    hit = ValueHit(
        "Jumlah Penduduk Menurut Kecamatan", "Trucuk", "1210000.5", "jiwa", "2023", "https://contoh.example"
    )
    say = say_found(_data(), Found(values=(hit,), entries=(ENTRY,)), "Jumlah penduduk", "id")
    assert say is not None
    assert say.key == "data_values"
    for part in ("1.210.000,5", "jiwa", "2023", hit.table, hit.url):
        assert part in say.arguments["values"]


@pytest.mark.parametrize(("fit", "key"), [(0.9, "kbli_found"), (0.59, "kbli_unsure")])
def test_a_code_is_the_answer_only_when_it_surely_fits(fit: float, key: str) -> None:
    codes = tuple(
        CodeHit(code, "Judul", "KBLI 2025", fit - n / 10)
        for n, code in enumerate(["47111", "47112", "47113"])
    )
    asked = Asked(Subject("kode_kbli"), Piece("toko", Meaning((Guess("kode_kbli", 0.9),))))
    say = say_found(asked, Found(codes=codes), "", "id")
    assert say is not None
    assert say.key == key
