"""The product's parts as real processes: `python -m bot <part>`, started, killed, started again."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from tests.nlu.rasa import ROOT, RunningRasa, free_port

SID = "AC" + "fedcba9876543210" * 2
TOKEN = "a-token-of-the-flow-tests"
OFFICE = "whatsapp:+628111111000"
PUBLIC_URL = "https://bot.example.org"

START_SECONDS = 60.0
STOP_SECONDS = 30.0


async def until(condition: Callable[[], object | Awaitable[object]], *, within: float) -> None:
    """Wait until a condition (asked every 20 ms) is true. Raises `TimeoutError` after `within` seconds."""
    async with asyncio.timeout(within):
        while True:
            found = condition()
            if await found if isinstance(found, Awaitable) else found:
                return
            await asyncio.sleep(0.02)


@dataclass(slots=True)
class Part:
    """One part of the product; `process` is its present life, `log` is what all its lives wrote."""

    name: str
    argv: list[str]
    environment: Mapping[str, str]
    folder: Path
    port: int | None = None
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        return self.folder / f"{self.name}.log"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Begin a life. The folder is empty, so that nobody's .env is read."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.argv,
                env=dict(self.environment),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def kill(self) -> None:
        """End its life with SIGKILL, now: nothing of it runs any more when this returns."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(STOP_SECONDS)

    def stop(self) -> int:
        """Ask it to end, and return how it ended; a part that does not is killed and counts as failed."""
        if self.process is None:
            return 0
        self.process.terminate()
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def listens(self) -> bool:
        """Tell whether its port is open. Fails when the process has ended."""
        assert self.is_alive(), f"{self.name} ended: {tail(self.log)}"
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", self.port or 0)) == 0


@dataclass(slots=True)
class Parts:
    """The processes of one test; `logs` is where they write."""

    folder: Path
    environment: Mapping[str, str]
    started: list[Part] = field(default_factory=list)

    def start(self, command: str, name: str | None = None, **more: str) -> Part:
        """Start `pst <command>` under a name of its own, with more variables."""
        part = Part(
            name or command,
            [sys.executable, "-m", "bot", *command.split()],
            {**self.environment, **more},
            self.folder,
        )
        self.started.append(part)
        part.start()
        return part

    async def web(self, name: str = "web", **more: str) -> Part:
        """Start `pst web` on a free port and wait until it listens."""
        port = free_port()
        part = self.start("web", name, PST_PORT=str(port), **more)
        part.port = port
        await until(part.listens, within=START_SECONDS)
        return part

    async def upgrade(self) -> None:
        """Run `pst db upgrade` to its end."""
        part = self.start("db upgrade", "upgrade")
        await until(lambda: not part.is_alive(), within=START_SECONDS)
        assert part.process is not None
        assert part.process.returncode == 0, tail(part.log)

    def stop(self) -> None:
        """Ask every part to end, and hold that each of them ends well."""
        for part in self.started:
            # uvicorn ends in order and then by the very signal it was told with.
            assert part.stop() in {0, -signal.SIGTERM}, f"{part.name}: {tail(part.log)}"

    def written(self) -> str:
        """Return everything that all processes wrote."""
        return "\n".join(
            log.read_text(encoding="utf-8", errors="replace") for log in self.folder.glob("*.log")
        )


@asynccontextmanager
async def parts(folder: Path, environment: Mapping[str, str]) -> AsyncIterator[Parts]:
    """Start parts within the block; at its end all are stopped, and a failure shows their logs."""
    running = Parts(folder, environment)
    try:
        yield running
    except BaseException as error:
        error.add_note("\n".join(f"--- {part.name}\n{tail(part.log)}" for part in running.started))
        raise
    finally:
        for part in running.started:
            if part.is_alive():
                part.kill()


def tail(log: Path, lines: int = 30) -> str:
    """Return the end of a log."""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


def whatsapp_environment(
    folder: Path,
    *,
    database_url: str,
    rasa: RunningRasa,
    twilio_url: str,
    public_url: str = PUBLIC_URL,
    **options: object,
) -> dict[str, str]:
    """Return the variables of an office that is on WhatsApp alone, through the stand-in for Twilio.

    `options` take the place of those in the office's section of the channel.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PST_")}
    return kept | {
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "PST_DATABASE_URL": database_url,
        "PST_HOME": str(folder / "home"),
        "PST_OFFICE": str(_hasty_office(folder, options)),
        "PST_PUBLIC_URL": public_url,
        "PST_NLU_URL": rasa.url,
        "PST_NLU_TOKEN": rasa.token,
        "PST_TWILIO_ACCOUNT_SID": SID,
        "PST_TWILIO_AUTH_TOKEN": TOKEN,
        "PST_TWILIO_FROM": OFFICE,
        "PST_TWILIO_API_URL": twilio_url,
    }


def _hasty_office(folder: Path, options: Mapping[str, object]) -> Path:
    """Write the office with a short deadline for Twilio: a lost attempt is looked for that much sooner.

    Its mailbox is asked every second: the stub of tests/channels/email/ tells nobody of new mail by itself.
    """
    office = yaml.safe_load((ROOT / "office.yml").read_text(encoding="utf-8"))
    office["channels"]["whatsapp"] |= {"send_timeout_seconds": 1, **options}
    office["channels"]["email"] |= {"poll_seconds": 1}
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "office.yml"
    path.write_text(yaml.safe_dump(office, allow_unicode=True), encoding="utf-8")
    return path
