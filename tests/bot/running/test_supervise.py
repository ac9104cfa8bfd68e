"""The supervisor with tiny real children, on this process's event loop."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from bot.running.backoff import Backoff
from bot.running.postgres import EmbeddedPostgres
from bot.running.process import Child
from bot.running.state import ProcessState, read_state, state_path
from bot.running.supervise import Supervisor
from tests.bot.running.scripts import DIES, LEAVES_A_CHILD, POLITE, STUBBORN, python
from tests.bot.running.waiting import alive, until

MORNING = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
WITHIN = 10.0


class Console:
    """Remembers the lines."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []

    def say(self, name: str, text: str) -> None:
        self.lines.append((name, text))


@asynccontextmanager
async def supervising(
    home: Path, *children: Child, console: Console | None = None, first: float = 0.05
) -> AsyncIterator[Supervisor]:
    """Run the children for the block; the end must come within the promised time."""
    supervisor = Supervisor(
        home,
        now=lambda: MORNING,
        say=(console or Console()).say,
        backoff=lambda: Backoff(first=first, jitter=0.0),
    )
    running = asyncio.create_task(supervisor.run(children))
    await until(lambda: running.done() or state_path(home).exists() or not children, "it runs")
    try:
        yield supervisor
    finally:
        supervisor.stop()
        async with asyncio.timeout(WITHIN):
            await running


def state(home: Path, name: str) -> ProcessState:
    return read_state(state_path(home))[name]


def polite(
    home: Path, name: str, after: tuple[str, ...] = (), also: Callable[[], bool] = lambda: True
) -> Child:
    """Up when it listens to SIGTERM, which it says in its log."""
    log = home / "log" / f"{name}.log"
    return Child(
        name,
        python(POLITE, name, home / "ends"),
        after=after,
        ready=lambda: log.stat().st_size > 0 and also(),
    )


@pytest.mark.parametrize("code", [0, 1, 3])
async def test_a_child_that_ends_is_started_again_with_growing_waits(home: Path, code: int) -> None:
    starts = home / "starts"

    def times() -> list[float]:
        return [float(line) for line in starts.read_text().splitlines()] if starts.exists() else []

    async with supervising(home, Child("dies", python(DIES, starts, code))):
        await until(lambda: len(times()) >= 5, "five starts")
        assert state(home, "dies").last_exit == f"kode {code}"
        assert state(home, "dies").restarts >= 4
    gaps = [later - earlier for earlier, later in zip(times(), times()[1:], strict=False)][:4]
    for gap, wait in zip(gaps, [0.05, 0.1, 0.2, 0.4], strict=True):
        assert gap >= wait


async def test_a_killed_child_is_started_again_and_the_state_says_so(home: Path) -> None:
    console = Console()
    async with supervising(home, polite(home, "web"), console=console, first=0.3) as supervisor:
        await supervisor.until_up("web")
        first = state(home, "web")
        assert first.state == "up"
        assert first.since == MORNING
        assert first.pid is not None
        os.kill(first.pid, signal.SIGKILL)
        await until(lambda: state(home, "web").state == "restarting", "it is seen")
        assert state(home, "web") == ProcessState(
            "restarting", MORNING, restarts=0, last_exit="SIGKILL", next_start_in=0.3
        )
        await until(lambda: state(home, "web").state == "up", "it is up again")
        again = state(home, "web")
        assert again.pid not in (None, first.pid)
        assert (again.restarts, again.last_exit, again.next_start_in) == (1, "SIGKILL", None)
    assert console.lines == [
        ("web", "siap"),
        ("web", "berhenti (SIGKILL), dimulai lagi dalam 0,3 detik"),
        ("web", "siap"),
        ("web", "berhenti"),
    ]
    assert state(home, "web").state == "stopped"


async def test_a_program_that_does_not_exist_harms_nobody_else(home: Path) -> None:
    async with supervising(home, Child("missing", ["/nowhere/at/all"]), polite(home, "web")) as supervisor:
        await supervisor.until_up("web")
        await until(lambda: state(home, "missing").restarts >= 1, "it was tried again")
        assert "No such file" in (state(home, "missing").last_exit or "")
        assert state(home, "web").state == "up"


async def test_a_child_waits_for_what_it_leans_on(home: Path) -> None:
    ready = home / "ready"
    first = polite(home, "first", also=ready.exists)
    async with supervising(home, first, polite(home, "second", after=("first",))) as supervisor:
        await until((home / "log" / "first.log").exists, "the first runs")
        assert state(home, "first").state == "starting"
        assert state(home, "second").pid is None
        ready.touch()
        await supervisor.until_up("second")
        assert state(home, "first").state == "up"
    assert (home / "ends").read_text().split() == ["second", "first"]


async def test_a_child_that_does_not_become_ready_in_time_is_started_again(home: Path) -> None:
    child = Child("slow", python(POLITE, "slow", home / "ends"), ready=lambda: False, ready_within=0.2)
    async with supervising(home, child):
        await until(lambda: state(home, "slow").restarts >= 1, "a second start")
        assert state(home, "slow").last_exit == "belum siap setelah 0,2 detik"


async def test_stubborn_children_are_gone_in_time_with_their_children(home: Path) -> None:
    # A chain whose own patience would add up to minutes.
    pid_files = [home / name for name in ("one.pids", "two.pids", "three.pids")]
    before: list[tuple[str, ...]] = [(), ("one",), ("two",)]
    stubborn = [
        Child(file.stem, python(STUBBORN, file), ready=file.exists, after=after, grace=60.0)
        for file, after in zip(pid_files, before, strict=True)
    ]
    async with supervising(home, *stubborn) as supervisor:
        await supervisor.until_up("three")
        pids = [int(pid) for file in pid_files for pid in file.read_text().split()]
        assert len(pids) == 6
        assert all(alive(pid) for pid in pids)
    assert not any(alive(pid) for pid in pids)
    assert {entry.state for entry in read_state(state_path(home)).values()} == {"stopped"}


async def test_a_second_ctrl_c_waits_for_nobody(home: Path) -> None:
    pids = home / "pids"
    child = Child("stubborn", python(STUBBORN, pids), ready=pids.exists, grace=300.0)
    async with supervising(home, child) as supervisor:
        await supervisor.until_up("stubborn")
        os.kill(os.getpid(), signal.SIGINT)
        await until(supervisor._stopping.is_set, "the first is seen")
        os.kill(os.getpid(), signal.SIGINT)
        await until(lambda: state(home, "stubborn").state == "stopped", "it is over")
        assert state(home, "stubborn").last_exit == "SIGKILL"


async def test_what_a_dead_child_leaves_is_swept(home: Path) -> None:
    left = home / "left"
    async with supervising(home, Child("careless", python(LEAVES_A_CHILD, left))):
        await until(lambda: state(home, "careless").restarts >= 2, "three lives")
        children = [int(line) for line in left.read_text().split()][:2]
        await until(lambda: not any(alive(pid) for pid in children), "they are gone")


async def test_children_may_come_later_from_another_thread(home: Path) -> None:
    async with supervising(home, polite(home, "web")) as supervisor:
        late = threading.Thread(target=lambda: supervisor.add(polite(home, "nlu", after=("web",))))
        late.start()
        late.join()
        await until(lambda: "nlu" in supervisor.states(), "it is known")
        await supervisor.until_up("nlu")
    assert list(read_state(state_path(home))) == ["web", "nlu"]


async def test_steps_that_fail_stop_everything(home: Path) -> None:
    console = Console()
    supervisor = Supervisor(home, now=lambda: MORNING, say=console.say)

    async def steps() -> None:
        await supervisor.until_up("web")
        raise LookupError("a migration went wrong")

    with pytest.raises(LookupError, match="migration"):
        async with asyncio.timeout(WITHIN):
            await supervisor.run([polite(home, "web")], steps)
    assert state(home, "web").state == "stopped"


async def test_steps_are_cancelled_when_it_is_over(home: Path) -> None:
    supervisor = Supervisor(home, now=lambda: MORNING, say=Console().say)
    seen: list[str] = []

    async def steps() -> None:
        try:
            supervisor.stop()
            await asyncio.get_running_loop().create_future()
        finally:
            seen.append("cancelled")

    async with asyncio.timeout(WITHIN):
        await supervisor.run([], steps)
    assert seen == ["cancelled"]


async def test_a_steps_own_process_ends_with_the_step(home: Path) -> None:
    supervisor = Supervisor(home, now=lambda: MORNING, say=Console().say)
    pids = home / "pids"

    async def steps() -> None:
        training = await asyncio.create_subprocess_exec(*python(STUBBORN, pids), start_new_session=True)
        with supervisor.guarded(training.pid):
            await until(pids.exists, "it runs")
            supervisor.stop()
            await training.wait()

    async with asyncio.timeout(WITHIN):
        await supervisor.run([], steps)
    leader, its_child = map(int, pids.read_text().split())
    await until(lambda: not alive(leader) and not alive(its_child), "both are gone")


async def test_output_goes_to_a_log_of_its_own(home: Path) -> None:
    log = home / "log" / "web.log"
    async with supervising(home, polite(home, "web")):
        await until(lambda: log.exists() and log.read_text() == "runs\n", "it wrote")
    assert log.stat().st_mode & 0o777 == 0o600


async def test_a_child_of_an_unknown_order_is_a_mistake(home: Path) -> None:
    supervisor = Supervisor(home, now=lambda: MORNING, say=Console().say)
    with pytest.raises(ValueError, match="postgres"):
        await supervisor.run([polite(home, "web", after=("postgres",))])


async def test_postgres_as_a_child_comes_back_with_its_data(
    home: Path, root_place: Path, postgres: EmbeddedPostgres
) -> None:
    owner = EmbeddedPostgres(home, root_place=root_place)
    async with supervising(home, owner.child(), polite(home, "web", after=("postgres",))) as supervisor:
        await supervisor.until_up("web")
        assert postgres.start() == owner.url
        with psycopg.connect(owner.url) as connection:
            connection.execute("CREATE TABLE kept ()")
        pid = state(home, "postgres").pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        await until(lambda: state(home, "postgres").restarts == 1, "it was started again")
        await supervisor.until_up("postgres")
        with psycopg.connect(owner.url) as connection:
            connection.execute("SELECT FROM kept")
        postgres.stop()
        assert owner.is_ready(), "who joined must not stop the supervisor's server"
        began = time.monotonic()
    assert time.monotonic() - began < WITHIN
    assert not owner.is_ready()
    assert state(home, "postgres").last_exit == "kode 0"
    owner.release()
