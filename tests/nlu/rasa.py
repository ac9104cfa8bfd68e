"""The real model server for tests: trained once per content, kept outside the clone."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from nlu.server import serve_command
from nlu.training import train

ROOT = Path(__file__).resolve().parents[2]
LONGEST_START_SECONDS = 90.0


@dataclass(frozen=True, slots=True)
class RunningRasa:
    """A model server that answers now; `log` is everything it has written."""

    url: str
    token: str
    process: subprocess.Popen[bytes]
    log: Path


def model_cache() -> Path:
    """Return the folder of trained models: `PST_MODEL_CACHE`, else the user's cache."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("PST_MODEL_CACHE") or home / "pst" / "models")


def free_port() -> int:
    """Return a port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def await_ready(url: str, token: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when a model is loaded. Fails when the process ends or the time is over."""
    limit = time.monotonic() + LONGEST_START_SECONDS
    while time.monotonic() < limit:
        assert process.poll() is None, f"rasa ended with {process.returncode}: {log.read_text()}"
        try:
            with urlopen(f"{url}/status?token={token}", timeout=1) as answer:
                if answer.status == 200:
                    return
        except (URLError, TimeoutError, ConnectionError):
            select_pause()
    raise AssertionError(f"rasa was not ready in time: {log.read_text()}")


def select_pause() -> None:
    """Wait a moment before asking again: the server offers nothing to wait on."""
    time.sleep(0.05)


@contextmanager
def start_rasa(root: Path, cache: Path, log: Path) -> Iterator[RunningRasa]:
    """Train (or take from `cache`) the model of `root` and serve it on a free port while the block runs."""
    token = secrets.token_hex(16)
    port = free_port()
    command, environment = serve_command(root, train(root, cache, print), port, token)
    url = f"http://127.0.0.1:{port}"
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, env=os.environ | environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out
        )
        try:
            await_ready(url, token, process, log)
            yield RunningRasa(url, token, process, log)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)
