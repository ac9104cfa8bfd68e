"""What several measurements stand on: a folder, and a durable PostgreSQL of their own."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psutil
import psycopg
import yaml
from sqlalchemy.engine import make_url

from bench.citizens import Account
from bench.processes import PROGRAM, NotReady, free_port, listens, running, until
from bot.running.postgres import EmbeddedPostgres
from bot.store.upgrade import upgrade

OFFICE = Path(__file__).parent.parent / "office.yml"
START_SECONDS = 30.0
TRAINING_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Web:
    """A `pst web` with a database of its own."""

    process: psutil.Process
    url: str
    port: int
    settings: dict[str, str]


class House:
    """Gives each measurement what it asks for."""

    def __init__(self, folder: Path, server_url: str) -> None:
        self.folder = folder
        self.account = Account.made_up()
        self._server_url = server_url

    def postgres(self) -> psutil.Process:
        """Return the database server's process."""
        with psycopg.connect(self._server_url) as connection:
            return psutil.Process(connection.info.backend_pid).parent()  # type: ignore[return-value]

    async def database(self) -> str:
        """Return the address of a new, upgraded database."""
        return await asyncio.to_thread(self._new_database)

    def _new_database(self) -> str:
        name = f"bench_{uuid4().hex[:12]}"
        with psycopg.connect(self._server_url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        url = make_url(self._server_url).set(database=name).render_as_string(hide_password=False)
        upgrade(url)
        return url

    async def train(self) -> None:
        """Have the model of the knowledge as it is in the cache: what is measured is a warm machine."""
        async with self.run([*PROGRAM, "nlu", "train"], name="training") as process:
            await asyncio.to_thread(process.wait, TRAINING_SECONDS)
            if process.returncode != 0:
                raise NotReady((self.folder / "training.log").read_text())

    def run(
        self, command: list[str], *, name: str, settings: dict[str, str] | None = None
    ) -> AbstractAsyncContextManager[psutil.Popen]:
        """Run a process while the block runs."""
        return running(command, folder=self.folder, name=name, settings=settings or {})

    @asynccontextmanager
    async def web(self, *, api_port: int, nlu: dict[str, str] | None = None) -> AsyncIterator[Web]:
        """Run `pst web` with WhatsApp set and mail off, over a new database."""
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        settings = {
            "PST_DATABASE_URL": await self.database(),
            "PST_HOME": str(self.folder / "home"),
            "PST_PORT": str(port),
            "PST_PUBLIC_URL": url,
            "PST_OFFICE": str(_unhurried_office(self.folder)),
            **self.account.settings(api_port=api_port),
            **(nlu or {}),
        }
        async with self.run([*PROGRAM, "web"], name=f"web-{port}", settings=settings) as process:
            await until(lambda: listens(port), within=START_SECONDS)
            yield Web(process, url, port, settings)


def _unhurried_office(folder: Path) -> Path:
    """Write the office without the limits that it sets itself: what is measured is how fast it could be."""
    office = yaml.safe_load(OFFICE.read_text(encoding="utf-8"))
    office["channels"]["whatsapp"] |= {"messages_per_second": 1000, "messages_per_second_to_one": 100}
    office["understanding"]["flood_messages"] = 1_000_000
    path = folder / "office.yml"
    path.write_text(yaml.safe_dump(office, allow_unicode=True), encoding="utf-8")
    return path


@asynccontextmanager
async def build() -> AsyncIterator[House]:
    """Have PostgreSQL running, as durable as in the product; remove everything at the end."""
    with tempfile.TemporaryDirectory(prefix="pst-bench-", ignore_cleanup_errors=True) as folder:
        server = EmbeddedPostgres(Path(folder) / "server")
        try:
            house = House(Path(folder), await asyncio.to_thread(server.start))
            await house.train()
            yield house
        finally:
            server.stop()
            server.erase()
