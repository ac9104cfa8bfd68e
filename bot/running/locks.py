"""Locks between processes: flock(2) on files of their own.

The kernel gives them back when their holder ends, however it ends, so that no stale lock exists.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PAUSE = 0.02


class LockTimeout(Exception):
    """Another process kept a lock for longer than the caller was willing to wait."""


class FileLock:
    """A lock on one file; shared by many or held by one. Not reentrant, not for threads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd: int | None = None

    def acquire(self, *, shared: bool = False, within: float = 0.0) -> bool:
        """Take the lock within so many seconds (0: now or not at all); tell whether it is ours."""
        # O_NOFOLLOW: a link planted in the folder must not make root open something else.
        fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        kind = (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB
        deadline = time.monotonic() + within
        while True:
            try:
                fcntl.flock(fd, kind)
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    os.close(fd)
                    return False
                time.sleep(_PAUSE)
            else:
                self._fd = fd
                return True

    def note(self, text: str) -> None:
        """Write who holds the lock, for the message another process will print."""
        if self._fd is not None:
            os.ftruncate(self._fd, 0)
            os.pwrite(self._fd, text.encode(), 0)

    def noted(self) -> str:
        """Return what the holder wrote, "" when there is nothing."""
        try:
            return self.path.read_text().strip()
        except FileNotFoundError:
            return ""

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""
        return self._fd is not None

    def release(self) -> None:
        """Give the lock back; does nothing when it is not held."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


def held_by_other(path: Path) -> bool:
    """Tell whether somebody holds the lock at `path`, shared or alone."""
    probe = FileLock(path)
    if probe.acquire():
        probe.release()
        return False
    return True


@contextmanager
def exclusive(path: Path, *, within: float) -> Iterator[None]:
    """Hold the lock at `path` alone for the block. Raises `LockTimeout` after so many seconds."""
    lock = FileLock(path)
    if not lock.acquire(within=within):
        raise LockTimeout(f"{path} is still locked after {within:g} s")
    try:
        yield
    finally:
        lock.release()
