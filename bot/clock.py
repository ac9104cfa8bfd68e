"""The time. Nobody else reads it: everything that depends on it takes a `Clock` or a `now`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """Tells the application's time, which is the real one except in simulation and tests."""

    def now(self) -> datetime:
        """Return the current moment, timezone-aware, in UTC."""
        ...


class SystemClock:
    """The real time."""

    def now(self) -> datetime:
        """Return the system's time in UTC."""
        return datetime.now(UTC)  # noqa: TID251 -- the one place that reads it


class ManualClock:
    """A time that runs on from the real one and can be moved forward, within one process."""

    def __init__(self, base: Clock | None = None) -> None:
        self._base = base or SystemClock()
        self._ahead = timedelta()

    def now(self) -> datetime:
        """Return the base's time plus all that was skipped."""
        return self._base.now() + self._ahead

    def advance(self, by: timedelta) -> None:
        """Move the time forward; `by` must not be negative."""
        if by < timedelta():
            raise ValueError("time only moves forward")
        self._ahead += by


class SharedClock:
    """A time that all processes of one simulation share: the skipped seconds stand in a file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._system = SystemClock()

    def now(self) -> datetime:
        """Return the system's time plus all that was skipped."""
        return self._system.now() + self._ahead()

    def skip(self, days: int) -> None:
        """Move every process's time forward by whole days; at least one, at most 366."""
        if not 1 <= days <= 366:
            raise ValueError("days must be 1 to 366")
        ahead = self._ahead() + timedelta(days=days)
        new = self._file.with_suffix(".new")
        self._file.parent.mkdir(parents=True, exist_ok=True)
        new.write_text(str(int(ahead.total_seconds())), encoding="ascii")
        new.replace(self._file)

    def _ahead(self) -> timedelta:
        try:
            return timedelta(seconds=int(self._file.read_text(encoding="ascii")))
        except FileNotFoundError:
            return timedelta()
