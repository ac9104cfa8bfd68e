"""What tests share: a real PostgreSQL, a database each, and the office's own settings."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
import structlog
from playwright.async_api import expect
from sqlalchemy.engine import make_url

from bot.answer import Answering
from bot.assembly import speech, steps
from bot.assembly.core import assemble
from bot.clock import ManualClock
from bot.dialogue.decide import Dialogue
from bot.lookups import StoredLookups
from bot.rehearsal import MemoryChannel
from bot.running.postgres import EmbeddedPostgres
from bot.settings import Settings, load
from bot.store.upgrade import upgrade
from channels.port import Channel, Wiring
from nlu.kbli import table
from nlu.kbli.table import BusinessTable
from tests.fakes import FakeInterpreter, Stage, StoppedClock
from tests.nlu.rasa import ROOT, RunningRasa, model_cache, start_rasa

FULL = os.environ.get("PSTTEST_FULL") == "1"
expect.set_options(timeout=15_000)  # a browser beside everything else on two cores is slow at times


@pytest.fixture(scope="session", autouse=True)
def _clean_environment() -> Iterator[None]:
    """Keep the settings of whoever runs the tests out of them."""
    kept = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("PST_")}
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    yield
    os.environ.update(kept)


@pytest.fixture(autouse=True)
def _plain_logs() -> None:
    """Log without the local variables of every frame, which are long since the knowledge is."""
    structlog.reset_defaults()
    console = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[structlog.stdlib.add_log_level, console])


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL of the wheel, for this test run alone."""
    server = EmbeddedPostgres(tmp_path_factory.mktemp("server"), durable=False)
    yield server.start()
    server.stop()
    server.erase()


@pytest.fixture(scope="session")
def rasa_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRasa]:
    """The real Rasa server with the project's own model, one for the whole run."""
    with start_rasa(ROOT, model_cache(), tmp_path_factory.mktemp("rasa") / "log.txt") as running:
        yield running


@pytest.fixture(scope="session")
def template(server_url: str) -> str:
    """The name of an upgraded database that others are copied from."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE pst_template")
    upgrade(_address(server_url, "pst_template"))
    return "pst_template"


@pytest.fixture
def database_url(server_url: str, template: str) -> Iterator[str]:
    """An upgraded, empty database for one test."""
    name = f"test_{uuid4().hex[:12]}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
    yield _address(server_url, name)
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def _address(server_url: str, name: str) -> str:
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The office as it is in the repository, with a home of its own."""
    monkeypatch.setenv("PST_HOME", str(tmp_path / "home"))
    return load(env_file=tmp_path / "no.env")


@pytest.fixture(scope="session")
def rules() -> Dialogue:
    """The rules of conversation over the project's own knowledge, which takes a second to read."""
    return speech.dialogue(load())


@pytest.fixture(scope="session")
def businesses() -> BusinessTable:
    """The table of everyday businesses, read once."""
    return table.load()


@pytest.fixture
def staged(
    settings: Settings, database_url: str, rules: Dialogue, businesses: BusinessTable
) -> Callable[..., AbstractAsyncContextManager[Stage]]:
    """The pipeline over a real database, with channels in memory and a model that says what it is told.

    With a moment (`staged(at)`) its time begins there and moves by hand only.
    """

    @asynccontextmanager
    async def make(at: datetime | None = None) -> AsyncIterator[Stage]:
        clock, model = ManualClock(StoppedClock(at) if at else None), FakeInterpreter()
        memory = {name: MemoryChannel(name) for name in ("whatsapp", "email")}

        def build(_settings: Settings, _wiring: Wiring) -> dict[str, Channel]:
            return dict(memory)

        async with assemble(settings, database_url, clock=clock, build=build) as core:
            yield Stage(
                core=core,
                clock=clock,
                model=model,
                memory=memory,
                answering=Answering(
                    core.database,
                    clock,
                    model,
                    rules,
                    steps.settling(core),
                    StoredLookups(
                        core.database, businesses, settings.office.office.name.removeprefix("BPS ")
                    ),
                ),
                delivering=steps.delivering(core, core.channels),
            )

    return make


@pytest.fixture
def program() -> Callable[[str], str]:
    """Find a program, or skip with its name; in the full suite a missing one is a failure."""

    def find(name: str, *places: str) -> str:
        found = shutil.which(name) or next((each for each in places if Path(each).exists()), None)
        if found is None:
            reason = f"{name} is not installed"
            if FULL:
                pytest.fail(reason)
            pytest.skip(reason)
        return found

    return find
