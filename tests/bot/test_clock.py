"""The time only moves forward, and one simulation has one time."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import ManualClock, SharedClock, SystemClock


def test_all_processes_of_a_simulation_share_their_time(tmp_path: Path) -> None:
    web, worker = SharedClock(tmp_path / "run" / "clock"), SharedClock(tmp_path / "run" / "clock")
    before = worker.now()
    web.skip(6)
    web.skip(1)
    assert timedelta(days=7) <= worker.now() - before < timedelta(days=7, minutes=1)


@pytest.mark.parametrize("days", [0, -1, 367])
def test_a_simulation_skips_whole_days_forward(tmp_path: Path, days: int) -> None:
    clock = SharedClock(tmp_path / "clock")
    with pytest.raises(ValueError, match="1 to 366"):
        clock.skip(days)


def test_a_manual_clock_never_goes_back() -> None:
    clock = ManualClock()
    before = clock.now()
    clock.advance(timedelta(hours=2))
    assert clock.now() - before >= timedelta(hours=2)
    with pytest.raises(ValueError, match="forward"):
        clock.advance(timedelta(seconds=-1))


def test_the_time_has_a_zone() -> None:
    assert SystemClock().now().utcoffset() == timedelta()
