"""The stand-in for the API, and a reader of the catalogue that has little patience."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest
from pydantic import SecretStr

from bot.catalogue.connection import Patience
from bot.catalogue.sync import CatalogueSync
from bot.clock import ManualClock
from bot.settings import Settings
from bot.store.database import Database
from tests.bot.catalogue.standin import TOKEN, StandIn, running

HASTE = Patience(deadline=0.5, attempts=3, first_pause=0.01, longest_pause=0.02, gap=0.0, failures_in_row=3)


@pytest.fixture
async def standin() -> AsyncIterator[StandIn]:
    async with running() as server:
        yield server


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def reader(
    database: Database, clock: ManualClock, settings: Settings, standin: StandIn
) -> Callable[..., CatalogueSync]:
    def make(token: str = TOKEN) -> CatalogueSync:
        return CatalogueSync(
            database, clock, settings.office, SecretStr(token), base_url=standin.url, patience=HASTE
        )

    return make
