"""Waiting on conditions, with a deadline."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import psutil


async def until(holds: Callable[[], bool], what: str, within: float = 10.0) -> None:
    """Wait on the event loop."""
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, f"not within {within:g} s: {what}"
        await asyncio.sleep(0.01)


def wait_until(holds: Callable[[], bool], what: str, within: float = 10.0) -> None:
    """Wait without an event loop."""
    asyncio.run(until(holds, what, within))


def alive(pid: int) -> bool:
    """A zombie nobody has buried yet is not alive."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
