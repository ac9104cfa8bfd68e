"""A whole supervisor as a process of its own: `python -m tests.bot.running.program HOME`."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from bot.running.process import Child
from bot.running.supervise import AlreadyRunning, Supervisor
from tests.bot.running.scripts import POLITE, STUBBORN, python

MORNING = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


def main(home: Path) -> None:
    """Run a polite child and a stubborn one that has a child itself."""
    supervisor = Supervisor(
        home,
        now=lambda: MORNING,
        say=lambda name, text: print(f"{name:<10}{text}", flush=True),  # noqa: T201
    )
    pids = home / "stubborn.pids"
    log = home / "log" / "polite.log"
    children = [
        Child("polite", python(POLITE, "polite", home / "ends"), ready=lambda: log.stat().st_size > 0),
        Child("stubborn", python(STUBBORN, pids), grace=1.0, ready=pids.exists, after=("polite",)),
    ]
    try:
        asyncio.run(supervisor.run(children))
    except AlreadyRunning as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
