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
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path

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


def await_ready(port: int, token: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when a model is loaded. Fails when the process ends or the time is over."""
    limit = time.monotonic() + LONGEST_START_SECONDS
    while time.monotonic() < limit:
        if answers(port, token):
            return
        try:
            code = process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
        raise AssertionError(f"rasa ended with {code}: {log.read_text()}")
    raise AssertionError(f"rasa was not ready in time: {log.read_text()}")


def answers(port: int, token: str) -> bool:
    """Tell whether the server has a model."""
    connection = HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", f"/status?token={token}")
        return connection.getresponse().status == HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


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
            await_ready(port, token, process, log)
            yield RunningRasa(url, token, process, log)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)
