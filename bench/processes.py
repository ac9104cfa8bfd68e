"""The processes under measurement: started, awaited, weighed, and ended whatever happens."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import psutil

PROGRAM = [sys.executable, "-m", "bot"]
MIB = 1024 * 1024
STOP_SECONDS = 12.0


class NotReady(Exception):
    """A process ended, or did not do in time what was waited for."""


@asynccontextmanager
async def running(
    command: list[str], *, folder: Path, name: str, settings: Mapping[str, str]
) -> AsyncIterator[psutil.Popen]:
    """Run a process while the block runs, its output in `folder/name.log`.

    It leads a session of its own, so that Ctrl-C reaches the bench alone, which then ends it. It runs in
    `folder`: a developer's `.env` is not read, and neither are `PST_` variables of the shell.
    """
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PST_")}
    if "PST_MODEL_CACHE" in os.environ:
        kept["PST_MODEL_CACHE"] = os.environ["PST_MODEL_CACHE"]
    with (folder / f"{name}.log").open("wb") as log:
        process = psutil.Popen(
            command, cwd=folder, env={**kept, **settings}, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip
    try:
        yield process
    except Exception as error:
        if process.poll() is not None:
            end = (folder / f"{name}.log").read_text(errors="replace")[-2000:]
            raise NotReady(f"{name} has ended by itself with {process.returncode}:\n{end}") from error
        raise
    finally:
        await asyncio.shield(asyncio.to_thread(_end, process))


def _end(process: psutil.Popen) -> None:
    left = [*_family(process), process]
    with suppress(psutil.NoSuchProcess):
        process.send_signal(signal.SIGTERM)
    with suppress(psutil.TimeoutExpired):
        process.wait(STOP_SECONDS)
    for each in left:
        with suppress(psutil.NoSuchProcess):
            each.kill()
    psutil.wait_procs(left, 5)


async def until(condition: Callable[[], Awaitable[bool]], *, within: float, pause: float = 0.02) -> None:
    """Ask until it is true. Raises `NotReady` after `within` seconds."""
    try:
        async with asyncio.timeout(within):
            while not await condition():  # noqa: ASYNC110 -- another process tells nobody
                await asyncio.sleep(pause)
    except TimeoutError:
        raise NotReady(f"{condition} did not become true within {within:.0f} s") from None


async def listens(port: int) -> bool:
    """Tell whether something takes connections on that port of loopback."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


def free_port() -> int:
    """Return a port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def cpu_seconds(process: psutil.Process) -> float:
    """Return the processor time a process and its descendants, also ended ones, have taken.

    Of the bench itself only its own: the others are its descendants.
    """
    if process.pid == os.getpid():
        return sum(process.cpu_times()[:2])
    return sum(sum(times[:4]) for times in _each_cpu([process, *_family(process)]))


def _each_cpu(processes: Iterable[psutil.Process]) -> Iterable[tuple[float, ...]]:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            yield tuple(process.cpu_times())


def pss_mib(process: psutil.Process, *, alone: bool = False) -> float:
    """Return the proportional set size in MiB of a process, with its descendants unless `alone`.

    Memory that several processes share is divided among them: sums are true (proc(5), smaps_rollup).
    """
    total = 0
    for each in [process, *([] if alone else _family(process))]:
        with suppress(FileNotFoundError, ProcessLookupError):
            for line in Path(f"/proc/{each.pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) * 1024
    return total / MIB


def _family(process: psutil.Process) -> list[psutil.Process]:
    try:
        return list(process.children(recursive=True))
    except psutil.NoSuchProcess:
        return []
