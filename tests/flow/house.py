"""`pst run` as a newcomer starts it: the whole process tree, on a free port, in a home of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from bot.running.postgres import EmbeddedPostgres
from bot.simulation import free_ports
from tests.nlu.rasa import ROOT

START_SECONDS = 60.0  # generous: the machine may be busy with other things
STOP_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class RunningHouse:
    """A `pst run`: its address, its process and what it printed."""

    url: str
    home: Path
    process: subprocess.Popen[bytes]
    printed: Path

    def health(self) -> dict[str, Any] | None:
        """Return what /healthz says, or None while nobody answers."""
        try:
            with urlopen(f"{self.url}/healthz", timeout=5) as answer:
                return dict(json.load(answer))
        except HTTPError as error:
            error.close()
            return None
        except (URLError, TimeoutError, ConnectionError):
            return None

    def until_healthy(self, within: float = START_SECONDS) -> dict[str, Any]:
        """Wait for /healthz. Fails with what was printed."""
        limit = time.monotonic() + within
        while time.monotonic() < limit:
            assert self.process.poll() is None, self.printed.read_text()
            if found := self.health():
                return found
            time.sleep(0.05)
        raise AssertionError(f"not healthy in time:\n{self.printed.read_text()}")

    def until(self, condition: str, check: Any, within: float = START_SECONDS) -> dict[str, Any]:
        """Wait until what /healthz says fulfils `check`."""
        limit = time.monotonic() + within
        seen: dict[str, Any] | None = None
        while time.monotonic() < limit:
            seen = self.health()
            if seen is not None and check(seen):
                return seen
            time.sleep(0.1)
        raise AssertionError(f"{condition}: not in time; last seen {json.dumps(seen)}")

    def stop(self) -> float:
        """Press Ctrl-C and wait for the end; return the seconds it took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(STOP_SECONDS)
        return time.monotonic() - began


@contextmanager
def running_house(home: Path, **variables: str) -> Iterator[RunningHouse]:
    """Start `pst run` and stop it at the end, however the block ends."""
    port = free_ports(1)[0]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PST_")}
    environment = {**kept, "PST_HOME": str(home), "PST_PORT": str(port), **variables}
    printed = home.parent / f"{home.name}-printed.txt"
    with printed.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "run"], cwd=ROOT, env=environment, stdout=out, stderr=out
        )
    house = RunningHouse(f"http://127.0.0.1:{port}", home, process, printed)
    try:
        yield house
    finally:
        if process.poll() is None:
            try:
                house.stop()
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        EmbeddedPostgres(home).erase()
        shutil.rmtree(home, ignore_errors=True)
