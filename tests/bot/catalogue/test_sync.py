"""The catalogue is what the API lists; what fails leaves the old one, and is said."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.catalogue.sync import RETRY, CatalogueSync
from bot.clock import ManualClock
from bot.dialogue.lookup import CatalogueHit, CatalogueQuery
from bot.settings import Settings
from bot.store import catalogue, catalogue_sync
from bot.store.database import Database
from tests.bot.catalogue.standin import (
    StandIn,
    error,
    page_for_people,
    press_release,
    publication,
    silence,
    static_table,
    status,
    table_of_data,
    variable,
    year,
)

Reader = Callable[..., CatalogueSync]
NAME = "Jumlah Penduduk Menurut Kecamatan"


@pytest.fixture
def stocked(standin: StandIn) -> StandIn:
    """An office with something of each kind."""
    standin.lists = {
        "publication": [publication(1, "Kabupaten Klaten Dalam Angka 2024")],
        "pressrelease": [press_release(1, "Perkembangan Inflasi Desember 2023")],
        "statictable": [static_table(1, "Luas Wilayah Menurut Kecamatan, 2020")],
        "var": [variable(31, NAME)],
    }
    standin.years = {"31": [year(2022), year(2023)]}
    standin.data = {
        ("31", "123"): table_of_data(31, 2023, {3310010: "Prambanan"}, {"33100103101230": 51234}),
        ("31", "122"): table_of_data(31, 2022, {3310010: "Prambanan"}, {"33100103101220": 50987}),
    }
    return standin


async def find(database: Database, words: str, most: int = 50) -> list[CatalogueHit]:
    async with database.transaction() as tx:
        return await catalogue.search(tx, CatalogueQuery(words), most)


async def test_each_kind_is_kept_with_its_link(stocked: StandIn, reader: Reader, database: Database) -> None:
    lines: list[str] = []
    outcome = await reader().run(lines.append)
    assert outcome.holds
    assert outcome.counts == {"publication": 1, "pressrelease": 1, "statictable": 1, "var": 1}
    assert outcome.figures == 2
    assert lines == [
        "publikasi: 1 (1 baru, 0 tidak ada lagi)",
        "berita resmi statistik: 1 (1 baru, 0 tidak ada lagi)",
        "tabel statis: 1 (1 baru, 0 tidak ada lagi)",
        "tabel dinamis: 1 (1 baru, 0 tidak ada lagi)",
        "isi tabel dinamis: 1 dari 1, 2 angka",
    ]
    (book,) = await find(database, "klaten dalam angka")
    assert (book.kind, book.title) == ("publication", "Kabupaten Klaten Dalam Angka 2024")
    assert book.url.startswith("https://klatenkab.bps.go.id/publication/downloadapi.html?data=p1")
    (release,) = await find(database, "inflasi desember")
    assert (release.kind, str(release.updated)) == ("press_release", "2024-01-03")
    (table,) = await find(database, "jumlah penduduk")
    assert (table.kind, table.url) == ("dynamic_table", "https://klatenkab.bps.go.id")


async def test_the_second_time_tells_what_is_new_and_what_is_gone(
    stocked: StandIn, reader: Reader, database: Database
) -> None:
    await reader().run()
    stocked.lists["statictable"] = [
        static_table(2, "Luas Panen Padi, 2021"),
        static_table(3, "Luas Panen Jagung, 2021"),
    ]
    stocked.lists["publication"][0]["title"] = "Kabupaten Klaten Dalam Angka 2025"
    lines: list[str] = []
    await reader().run(lines.append)
    assert "tabel statis: 2 (2 baru, 1 tidak ada lagi)" in lines
    assert not await find(database, "luas wilayah")
    (book,) = await find(database, "klaten dalam angka")
    assert book.title.endswith("2025")
    stocked.lists["statictable"].append(static_table(1, "Luas Wilayah Menurut Kecamatan, 2020"))
    await reader().run()
    assert await find(database, "luas wilayah")


async def test_twenty_five_pages_are_read_to_the_end(
    standin: StandIn, reader: Reader, database: Database
) -> None:
    standin.lists["publication"] = [publication(n, f"Statistik Contoh Nomor {n}") for n in range(247)]
    outcome = await reader().run()
    assert outcome.counts["publication"] == 247
    assert [page for page in standin.asked if page.startswith("publication")] == [
        f"publication   {number}" for number in range(1, 26)
    ]
    assert len(await find(database, "contoh nomor", 500)) == 247


async def test_a_list_that_shrinks_while_it_is_read_loses_nothing(
    standin: StandIn, reader: Reader, database: Database
) -> None:
    titles = [publication(n, f"Statistik Contoh Nomor {n}") for n in range(30)]
    standin.lists["publication"] = list(titles)
    await reader().run()

    def withdraw(model: str, page: int) -> None:
        if (model, page) == ("publication", 2):
            standin.lists["publication"] = titles[5:]  # what stood on page 2 slips to page 1, unread

    standin.before_page = withdraw
    lines: list[str] = []
    await reader().run(lines.append)
    assert lines[0] == "publikasi: 25 (0 baru, 0 tidak ada lagi)"
    assert len(await find(database, "contoh nomor")) == 30
    standin.before_page = None
    await reader().run()
    assert len(await find(database, "contoh nomor")) == 25


async def test_a_list_that_grows_while_it_is_read_is_read_on(standin: StandIn, reader: Reader) -> None:
    standin.lists["publication"] = [publication(n, f"Nomor {n}") for n in range(20)]

    def publish(model: str, page: int) -> None:
        if (model, page) == ("publication", 2):
            standin.lists["publication"] += [publication(n, f"Nomor {n}") for n in range(20, 35)]

    standin.before_page = publish
    assert (await reader().run()).counts["publication"] == 35


async def test_an_empty_list_is_no_failure_and_does_not_empty_the_catalogue(
    stocked: StandIn, reader: Reader, database: Database
) -> None:
    await reader().run()
    stocked.lists["publication"] = []
    assert (await reader().run()).holds
    assert await find(database, "klaten dalam angka")


@pytest.mark.parametrize("fault", [status(500), page_for_people, error, silence])
async def test_a_kind_that_fails_stays_as_it_was_and_the_others_are_read(
    stocked: StandIn, reader: Reader, database: Database, fault: Callable[[], object]
) -> None:
    await reader().run()
    stocked.lists["publication"] = [publication(2, "Kecamatan Bayat Dalam Angka 2024")]
    stocked.lists["pressrelease"].append(press_release(2, "Perkembangan Inflasi Januari 2024"))
    stocked.broken = {"publication": fault}  # type: ignore[dict-item]
    lines: list[str] = []
    outcome = await reader().run(lines.append)
    assert not outcome.holds
    assert lines[0].startswith("publikasi: GAGAL, yang lama tetap dipakai.")
    assert [hit.title for hit in await find(database, "dalam angka")] == ["Kabupaten Klaten Dalam Angka 2024"]
    assert await find(database, "inflasi januari")


async def test_a_wrong_token_stops_the_run_at_once(
    stocked: StandIn, reader: Reader, database: Database
) -> None:
    await reader().run()
    stocked.asked.clear()
    outcome = await reader("tokensalah").run()
    assert outcome.kinds_of_failure == ["TokenRefused"]
    assert "HTTP 401" in outcome.problems[0]
    assert len(stocked.asked) == 1
    assert await find(database, "klaten dalam angka")
    async with database.transaction() as tx:
        last = await catalogue_sync.last(tx, domain="3310")
    assert last is not None
    assert last.failure == "TokenRefused"
    assert last.synced_at is not None
    assert last.synced_at < last.tried_at


async def test_when_nothing_works_the_run_gives_up(stocked: StandIn, reader: Reader) -> None:
    stocked.broken = dict.fromkeys(("publication", "pressrelease", "statictable", "var"), status(503))
    outcome = await reader().run()
    assert outcome.kinds_of_failure == ["Unavailable", "Unavailable", "Unavailable", "CircuitOpen"]
    assert len(stocked.asked) == 9  # three requests of three attempts, and no more


async def test_a_table_that_cannot_be_read_keeps_its_figures(
    stocked: StandIn, reader: Reader, database: Database
) -> None:
    await reader().run()
    stocked.broken = {"data": error}
    assert (await reader().run()).kinds_of_failure == ["Refused"]
    query = CatalogueQuery("jumlah penduduk", "penduduk", "Kecamatan Prambanan", 2023)
    async with database.transaction() as tx:
        assert [hit.value for hit in await catalogue.values(tx, query)] == ["51234"]


async def test_one_runs_at_a_time(stocked: StandIn, reader: Reader) -> None:
    stocked.faults.append(silence)
    first = asyncio.create_task(reader().run())
    async with asyncio.timeout(5):
        while not stocked.asked:
            await asyncio.sleep(0)
    second = await reader().run()
    assert second.is_busy
    assert not second.holds
    stocked.hang.set()
    await first
    assert (await reader().run()).holds


async def test_an_abandoned_run_holds_up_nobody(stocked: StandIn, reader: Reader) -> None:
    stocked.faults.append(silence)
    first = asyncio.create_task(reader().run())
    async with asyncio.timeout(5):
        while not stocked.asked:
            await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    async with asyncio.timeout(5):
        while (outcome := await reader().run()).is_busy:
            await asyncio.sleep(0)
    assert outcome.holds


async def test_it_is_due_every_night_and_after_a_failure(
    stocked: StandIn, reader: Reader, clock: ManualClock
) -> None:
    assert await reader().is_due()
    await reader().run()
    assert not await reader().is_due()
    clock.advance(timedelta(days=1))
    assert await reader().is_due()
    stocked.broken = {"publication": error}
    await reader().run()
    assert not await reader().is_due()
    clock.advance(RETRY)
    assert await reader().is_due()


async def test_the_catalogue_of_another_office_is_not_kept(
    stocked: StandIn, reader: Reader, database: Database, clock: ManualClock, settings: Settings
) -> None:
    async with database.transaction() as tx:
        await catalogue_sync.keep(
            tx,
            domain="9999",
            kind="publication",
            entries=[
                catalogue_sync.Entry(
                    "publication", "1", "Kabupaten Lain Dalam Angka", "", "https://x.bps.go.id", None, ()
                )
            ],
            is_whole=True,
            now=clock.now(),
        )
    assert await find(database, "kabupaten lain")
    await reader().run()
    assert not await find(database, "kabupaten lain")


async def test_it_says_who_asks(stocked: StandIn, reader: Reader) -> None:
    await reader().run()
    (agent,) = stocked.agents
    assert agent.startswith("pst/")
    assert agent.endswith("(kantor 3310; +https://klatenkab.bps.go.id)")
