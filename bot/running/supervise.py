"""One supervisor per home: starts the children, starts them again, stops them, and says how they are.

It runs on one event loop, in the main thread, and holds nothing of the application: what happens to
it must not depend on what happens in a child.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from bot.running.backoff import Backoff
from bot.running.guard import Guard
from bot.running.locks import FileLock
from bot.running.logs import CappedLog
from bot.running.process import Child, Process, in_words
from bot.running.state import ProcessState, State, state_path, write_state

Say = Callable[[str, str], None]
_READY_PAUSE = 0.1
_CHORES_PAUSE = 2.0
# Everything has ended 10 s after Ctrl-C: whatever is still there after so many seconds is killed.
_LAST_CALL = 9.0


class AlreadyRunning(Exception):
    """Another supervisor runs for the same home; the message names its process."""


class _Kept:
    """A child with what is known about it now."""

    def __init__(self, child: Child, backoff: Backoff, since: datetime) -> None:
        self.child = child
        self.backoff = backoff
        self.state = ProcessState("starting", since)
        self.up = asyncio.Event()
        self.up_at = 0.0  # time.monotonic()
        self.process: Process | None = None
        self.keeper: asyncio.Task[None] | None = None
        self.halted = asyncio.Event()


class Supervisor:
    """Runs children until SIGINT, SIGTERM, SIGHUP or `stop`.

    `now` gives the times in the state file. `say(name, text)` prints one calm line on the console.
    Children's output goes to `home/log/<name>.log`, or with `to_console` straight through.
    """

    def __init__(
        self, home: Path, *, now: Callable[[], datetime], say: Say, to_console: bool = False,
        backoff: Callable[[], Backoff] = Backoff,
    ) -> None:  # fmt: skip
        self._home = home
        self._now = now
        self._say = say
        self._to_console = to_console
        self._backoff = backoff
        self._kept: dict[str, _Kept] = {}
        self._lock = FileLock(home / "run" / "supervisor.lock")
        self._stopping = asyncio.Event()
        self._failure: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._guard: Guard | None = None
        self._signals = 0

    async def run(
        self, children: Iterable[Child] = (), steps: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        """Supervise until told to stop; return when every child has ended.

        `steps` runs beside (migrations, training; it may `add` children and await `until_up`) and is
        cancelled when the supervisor is told to stop; when it raises, everything is stopped and the
        error raised again. Raises `AlreadyRunning`.
        """
        self._take_home()
        self._loop = asyncio.get_running_loop()
        self._guard = Guard()
        handled = self._listen_to_signals()
        work = [asyncio.create_task(self._chores())]
        try:
            for child in children:
                self._add(child)
            if steps is not None:
                work.append(asyncio.create_task(_call(steps)))
                work[-1].add_done_callback(self._stop_on_failure)
            await self._stopping.wait()
        finally:
            for task in work:
                task.cancel()
            await asyncio.wait(work)
            await self._halt_all()
            self._guard.close()
            for number in handled:
                self._loop.remove_signal_handler(number)
            self._lock.release()
        if self._failure is not None:
            raise self._failure

    def add(self, child: Child) -> None:
        """Start one more child; from the loop, or from another thread while `run` is running."""
        if self._loop is None:
            raise RuntimeError("run() comes first")
        if _in_loop(self._loop):
            self._add(child)
        else:
            self._loop.call_soon_threadsafe(self._add, child)

    async def until_up(self, name: str, within: float = 60.0) -> None:
        """Wait so many seconds until that child is up.

        Raises `TimeoutError`, and `KeyError` for a name that was never added.
        """
        async with asyncio.timeout(within):
            await self._kept[name].up.wait()

    def stop(self) -> None:
        """Have everything stopped; from the loop or from another thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)

    def states(self) -> dict[str, ProcessState]:
        """Return what the state file says now."""
        return {name: kept.state for name, kept in self._kept.items()}

    @contextmanager
    def guarded(self, group: int) -> Iterator[None]:
        """Let nothing of this process group outlive the block, or us if we are killed in it.

        For a step's own process, such as training: start it with `start_new_session=True`, so that
        its pid is its group, and Ctrl-C reaches it through us only.
        """
        self._guarding.watch(group, signal.SIGTERM)
        try:
            yield
        finally:
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
            self._guarding.forget(group)

    # --- one child -----------------------------------------------------------------------------

    def _add(self, child: Child) -> None:
        if self._stopping.is_set():
            return
        unknown = set(child.after) - set(self._kept)
        if unknown or child.name in self._kept:
            raise ValueError(f"{child.name}: added twice, or before {sorted(unknown)}")
        kept = self._kept[child.name] = _Kept(child, self._backoff(), self._now())
        kept.keeper = asyncio.create_task(self._keep(kept))
        kept.keeper.add_done_callback(self._stop_on_failure)
        self._publish()

    async def _keep(self, kept: _Kept) -> None:
        """Live after life, for ever. Being cancelled leaves the process as it is."""
        while True:
            for name in kept.child.after:
                await self._kept[name].up.wait()
            ended = await self._live(kept)
            was_up = time.monotonic() - kept.up_at if kept.up.is_set() else 0.0
            kept.up.clear()
            wait = kept.backoff.next_wait(was_up)
            self._note(kept, "restarting", last_exit=ended, next_start_in=round(wait, 2))
            self._say(kept.child.name, f"berhenti ({ended}), dimulai lagi dalam {_seconds(wait)} detik")
            await asyncio.sleep(wait)
            self._note(kept, "starting", restarts=kept.state.restarts + 1)

    async def _live(self, kept: _Kept) -> str:
        """Start it, see it up, and return how it ended, in words."""
        try:
            process = kept.process = self._spawn(kept.child)
        except OSError as error:
            return f"tidak dapat dijalankan: {error.strerror}"
        self._note(kept, "starting", pid=process.pid)
        process.exited.add_done_callback(lambda _: self._guarding.forget(process.pid))
        if not await self._becomes_ready(kept.child, process):
            await process.stop(kept.child)
            return f"belum siap setelah {_seconds(kept.child.ready_within)} detik"
        if not process.exited.done():
            kept.up.set()
            kept.up_at = time.monotonic()
            self._note(kept, "up", pid=process.pid)
            self._say(kept.child.name, kept.child.greeting)
        return in_words(await asyncio.shield(process.exited))

    def _spawn(self, child: Child) -> Process:
        if self._to_console:
            process = Process(child, None)
        else:
            with self._log(child).open() as output:
                process = Process(child, output)
        self._guarding.watch(process.pid, child.stop_signal)
        return process

    async def _becomes_ready(self, child: Child, process: Process) -> bool:
        """Ask until it is ready or has ended (both true) or its time is over (false)."""
        deadline = time.monotonic() + child.ready_within
        while child.ready is not None and not await asyncio.to_thread(child.ready):
            await asyncio.wait([process.exited], timeout=_READY_PAUSE)
            if process.exited.done():
                return True
            if time.monotonic() > deadline:
                return False
        return True

    # --- the end -------------------------------------------------------------------------------

    async def _halt_all(self) -> None:
        # No keeper may start anything from here on.
        keepers = [kept.keeper for kept in self._kept.values() if kept.keeper is not None]
        for keeper in keepers:
            keeper.cancel()
        if keepers:
            await asyncio.wait(keepers)
        last_call = asyncio.get_running_loop().call_later(_LAST_CALL, self._kill_all)
        async with asyncio.TaskGroup() as group:
            for kept in self._kept.values():
                group.create_task(self._halt(kept))
        last_call.cancel()

    async def _halt(self, kept: _Kept) -> None:
        """Stop one child, once all that lean on it have stopped."""
        for other in self._kept.values():
            if kept.child.name in other.child.after:
                await other.halted.wait()
        process, ended = kept.process, kept.state.last_exit
        if process is not None and not process.exited.done():
            ended = in_words(await process.stop(kept.child, grace=None if self._signals < 2 else 0.0))
            self._say(kept.child.name, "berhenti")
        kept.up.clear()
        kept.halted.set()
        self._note(kept, "stopped", last_exit=ended)

    def _stop_on_failure(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            self._failure = self._failure or task.exception()
            self._stopping.set()

    # --- the house -----------------------------------------------------------------------------

    def _take_home(self) -> None:
        self._lock.path.parent.mkdir(parents=True, exist_ok=True)
        if not self._lock.acquire():
            raise AlreadyRunning(
                f"pst sudah berjalan untuk {self._home} (proses {self._lock.noted() or 'tak dikenal'}). "
                "Hentikan dulu yang itu, atau pakai PST_HOME lain."
            )
        self._lock.note(str(os.getpid()))

    def _listen_to_signals(self) -> list[signal.Signals]:
        # One that came to us ignored stays so: that is how nohup(1) asks for it.
        wanted = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        handled = [number for number in wanted if signal.getsignal(number) != signal.SIG_IGN]
        for number in handled:
            asyncio.get_running_loop().add_signal_handler(number, self._on_signal)
        return handled

    def _on_signal(self) -> None:
        """The first signal stops everything in order; with a second one, nobody is waited for."""
        self._signals += 1
        self._stopping.set()
        if self._signals > 1:
            self._kill_all()

    def _kill_all(self) -> None:
        for kept in self._kept.values():
            if kept.process is not None:
                kept.process.kill()

    async def _chores(self) -> None:
        while True:
            await asyncio.sleep(_CHORES_PAUSE)
            self._guarding.renew()
            for kept in self._kept.values():
                self._log(kept.child).cap()

    def _log(self, child: Child) -> CappedLog:
        return CappedLog(self._home / "log" / f"{child.name}.log")

    @property
    def _guarding(self) -> Guard:
        if self._guard is None:
            raise RuntimeError("run() comes first")
        return self._guard

    def _note(
        self, kept: _Kept, state: State, *, pid: int | None = None, last_exit: str | None = None,
        restarts: int | None = None, next_start_in: float | None = None,
    ) -> None:  # fmt: skip
        kept.state = replace(
            kept.state, state=state, since=self._now(), pid=pid, next_start_in=next_start_in,
            last_exit=last_exit if last_exit is not None else kept.state.last_exit,
            restarts=restarts if restarts is not None else kept.state.restarts,
        )  # fmt: skip
        self._publish()

    def _publish(self) -> None:
        write_state(state_path(self._home), self.states())


async def _call(steps: Callable[[], Awaitable[None]]) -> None:
    await steps()


def _in_loop(loop: asyncio.AbstractEventLoop) -> bool:
    with suppress(RuntimeError):
        return asyncio.get_running_loop() is loop
    return False


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f}".replace(".", ",")
