"""A child of the supervisor, and one life of it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from bot.running.cluster import credentials


@dataclass(frozen=True, slots=True)
class Child:
    """What to run, when it counts as up, and how to end it.

    `env` None is the supervisor's own environment. `user` needs root. `ready` is asked from a thread
    every 0.1 s until it is true; it must not raise and must return within 2 s; without it a child is
    up as soon as it runs. Not up within `ready_within` seconds counts as having died. It starts, and
    starts again, only while all children named in `after` are up; it is stopped before them.
    `stop_signal` goes to the process itself, after `grace` seconds `firm_signal` where there is one,
    a second later SIGKILL; what is left of its process group when it has ended is killed.
    `greeting` is what the console says when it is up.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] | None = None
    user: str | None = None
    cwd: Path | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    grace: float = 4.0
    firm_signal: signal.Signals | None = None
    ready: Callable[[], bool] | None = None
    ready_within: float = 60.0
    after: tuple[str, ...] = ()
    greeting: str = "siap"


class Process:
    """One life of a child: a process that leads a session and group of its own."""

    def __init__(self, child: Child, output: IO[bytes] | None) -> None:
        """Start it, on the running event loop. Raises `OSError` when the program cannot be run."""
        self._popen = subprocess.Popen(  # noqa: S603
            child.argv, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=child.cwd,
            env=child.env, start_new_session=True, **credentials(child.user),
        )  # fmt: skip
        self.pid = self._popen.pid
        self._loop = asyncio.get_running_loop()
        self._pidfd = os.pidfd_open(self.pid)
        # How it ended: a code, or minus a signal, as in `Popen.returncode`.
        self.exited: asyncio.Future[int] = self._loop.create_future()
        self._loop.add_reader(self._pidfd, self._reap)

    def _reap(self) -> None:
        self._loop.remove_reader(self._pidfd)
        os.close(self._pidfd)
        # Before wait(): the dead leader still reserves the group's number, so only its own
        # descendants can be hit.
        self._kill_group()
        self.exited.set_result(self._popen.wait())

    def kill(self) -> None:
        """Kill it with its group, now."""
        if not self.exited.done():
            self._kill_group()

    def _kill_group(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)

    async def stop(self, child: Child, grace: float | None = None) -> int:
        """End it as the child wants it (`grace` seconds when given); return how it ended."""
        patience = child.grace if grace is None else grace
        await self._ask(child.stop_signal, patience)
        if child.firm_signal is not None:
            await self._ask(child.firm_signal, min(patience, 1.0))
        self.kill()
        return await self.exited

    async def _ask(self, how: signal.Signals, patience: float) -> None:
        if not self.exited.done():
            # By pidfd: Popen.send_signal() would reap it, and with that give its number away.
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, how)
            await asyncio.wait([self.exited], timeout=patience)


def in_words(returncode: int) -> str:
    """Return how a process ended, for people: "kode 1" or "SIGKILL"."""
    if returncode >= 0:
        return f"kode {returncode}"
    try:
        return signal.Signals(-returncode).name
    except ValueError:
        return f"sinyal {-returncode}"
