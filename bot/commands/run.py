"""`pst run`: everything at once, supervised."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from secrets import token_urlsafe

import typer

from bot.clock import SystemClock
from bot.complaints import SettingsError
from bot.running.postgres import EmbeddedPostgres, PostgresUnavailable
from bot.running.process import Child
from bot.running.supervise import AlreadyRunning, Supervisor
from bot.settings import Settings, load
from bot.simulation import free_ports, simulated_environment

MODEL_SECONDS = 120.0  # from the start of the model's server until it answers, on a slow machine
WEB_SECONDS = 60.0
DATABASE_SECONDS = 300.0  # recovery after a power cut takes its time


def run(
    verbose: bool = typer.Option(False, "--verbose", help="tampilkan catatan semua proses di layar"),
) -> None:
    """Jalankan semuanya: basis data, model, web, kotak surat, antrean, jadwal (run everything)."""
    settings = load()
    if settings.is_simulation and settings.environment.simulation:
        raise SettingsError(["environment: PST_SIMULATION: set by `pst run` itself; remove it"])
    _insist_on_port(settings.environment.host, settings.environment.port)
    try:
        with _database(settings) as (url, postgres):
            House(settings, url, postgres, verbose=verbose).run()
    except (AlreadyRunning, PostgresUnavailable) as error:
        raise SettingsError([str(error)]) from error


@contextmanager
def _database(settings: Settings) -> Iterator[tuple[str, Child | None]]:
    """Give the database's address, and the server to supervise when it is the embedded one."""
    if settings.environment.database_url is not None:
        yield settings.environment.database_url.get_secret_value(), None
        return
    server = EmbeddedPostgres(settings.home)
    child = server.child()
    try:
        yield server.url, child
    finally:
        server.release()


class House:
    """The process tree of one machine."""

    def __init__(self, settings: Settings, url: str, postgres: Child | None, *, verbose: bool) -> None:
        self._settings = settings
        self._postgres = postgres
        self._address = f"http://{settings.environment.host}:{settings.environment.port}"
        self._nlu = settings.environment.nlu_url
        self._environment = self._children_environment(url)
        self._supervisor = Supervisor(settings.home, now=SystemClock().now, say=_say, to_console=verbose)

    def run(self) -> None:
        """Run until told to stop."""
        _say("pst", f"{self._settings.office.office.name}, data di {self._settings.home}")
        first = [self._postgres] if self._postgres else []
        asyncio.run(self._supervisor.run(first, self._steps))

    def _children_environment(self, url: str) -> dict[str, str]:
        settings = self._settings
        environment = {
            **os.environ,
            "PST_DATABASE_URL": url,
            "PYTHONUNBUFFERED": "1",
            "MALLOC_ARENA_MAX": "2",
        }
        if self._nlu is None:
            environment["PST_NLU_URL"] = f"http://127.0.0.1:{free_ports(1)[0]}"
            environment["PST_NLU_TOKEN"] = token_urlsafe(32)
        if settings.is_simulation:
            # Nothing of a simulation leaves this machine, whatever PST_PUBLIC_URL says.
            card = settings.office.office
            environment |= simulated_environment(
                public_url=self._address, office_name=card.name, office_mail=card.email
            )
        return environment

    async def _steps(self) -> None:
        """Web first, so that messages are taken in and wait; the model when it is trained."""
        if self._postgres:
            await self._until_up(self._postgres.name, DATABASE_SECONDS)
        await self._command("basis data", ["db", "upgrade"])
        self._add("web", ready=self._web_answers, greeting=f"siap di {self._address}")
        await self._until_up("web", WEB_SECONDS)  # alone: the others would only slow its start
        self._announce()
        for name in ("worker", "mailbox", "scheduler"):
            self._add(name)
        if self._settings.has_console:
            await self._command("petugas", ["officer", "first"])
        if self._nlu is None:
            await self._command("model", ["nlu", "train"])
            port = self._environment["PST_NLU_URL"].rpartition(":")[2]
            self._add("nlu", "nlu", "serve", "--port", port, ready=self._model_answers, within=MODEL_SECONDS)
            await self._until_up("nlu", MODEL_SECONDS)
            _say("pst", "semua siap; Ctrl-C menghentikan semuanya")

    async def _until_up(self, name: str, within: float) -> None:
        try:
            await self._supervisor.until_up(name, within)
        except TimeoutError as error:
            log = self._settings.home / "log" / f"{name}.log"
            raise SettingsError([f"{name}: not up within {within:.0f} s; {log} says why"]) from error

    def _announce(self) -> None:
        if self._settings.is_simulation:
            _say("pst", f"SIMULASI: buka {self._address}/simulator")
            return
        place = f"{self._settings.public_url}/console"
        _say("petugas", place if self._settings.has_console else "mati: PST_SECRET_KEY belum diisi")
        for channel in self._settings.channels:
            state = "menyala" if channel.environment.is_on else "mati, belum disetel (pst config check)"
            _say(channel.name, state)

    def _add(
        self,
        name: str,
        *arguments: str,
        ready: Callable[[], bool] | None = None,
        within: float = 60.0,
        greeting: str = "siap",
    ) -> None:
        after = (self._postgres.name,) if self._postgres else ()
        self._supervisor.add(
            Child(
                name,
                [sys.executable, "-m", "bot", *(arguments or (name,))],
                env=self._environment,
                ready=ready,
                ready_within=within,
                after=after,
                greeting=greeting,
            )
        )

    async def _command(self, name: str, arguments: list[str]) -> None:
        """Run one of our own commands to its end, its progress lines on the console."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            *arguments,
            env=self._environment,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is ours to pass on
        )
        last = ""
        with self._supervisor.guarded(process.pid):
            try:
                if process.stderr is not None:
                    async for line in process.stderr:
                        last = line.decode(errors="replace").rstrip()
                        _say(name, last)
                if await process.wait() != 0:
                    raise SettingsError([f"{name}: {last or 'gagal'}"])
            finally:
                if process.returncode is None:
                    os.killpg(process.pid, signal.SIGKILL)
                    await process.wait()

    def _web_answers(self) -> bool:
        return _answers(f"{self._address}/healthz")

    def _model_answers(self) -> bool:
        token = self._environment["PST_NLU_TOKEN"]
        return _answers(f"{self._environment['PST_NLU_URL']}/status?token={token}")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1.5) as answer:  # noqa: S310 -- our own address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _insist_on_port(host: str, port: int) -> None:
    """Refuse to start when somebody else listens there: his answers would be taken for ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SettingsError(
                [f"environment: PST_PORT: {host}:{port} cannot be used ({error.strerror}); set another port"]
            ) from error


def _say(name: str, text: str) -> None:
    sys.stdout.write(f"{name:<11} {text}\n")
    sys.stdout.flush()
